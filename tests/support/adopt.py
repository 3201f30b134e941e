"""Holds adoption against Terraform's own plans: what an account has is taken from its state and configuration, adopted,
and the plan must import all of it and change nothing.

    python -m tests.support.adopt [WORLD or TYPE…]

applies each recorded world with real Terraform against moto, and keeps its result in `tests/goldens/adoption/`, which
`docs/remedy.md` tells for each type. `fixtures/adoption` has more configurations, of types that no world has: what moto
refuses of them is left out. Without a name it tries every world, each in a process of its own: an hour and a half.

Each account is adopted twice: with parts inside their wholes, and with each part as a resource of its own. The second time
the plan is applied too, and drift must be silent after it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drift.desired.hcl.files import parse_file
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.traversals import text_of
from drift.desired.hcl.tree import Block
from drift.desired.load import Sources as Described
from drift.desired.load import load
from drift.model.coverage import NOT_OFFERED
from drift.provider.installed import installed
from drift.remedy.adopt import Outcome, adopted
from drift.remedy.apply import texts
from drift.remedy.ground import Ground
from drift.remedy.spec import Remedy
from drift.survey import Scope
from tests.support.line import Compared, check
from tests.support.world import (
    NAMES,
    PROVIDER,
    REGION,
    WORLDS,
    Terraform,
    asking,
    endpoint_provider,
    lines,
    moto_server,
)  # fmt: skip

MORE = WORLDS.parent / "adoption"
"""Configurations that are tried beside the worlds."""
KEPT = Path(__file__).parents[1] / "goldens" / "adoption"
"""A file for each world."""
EVERY = [*NAMES, *sorted(path.name for path in MORE.iterdir())]
WORLD_SECONDS = 1800
"""A world that takes longer is given up."""
KEPT_BLOCKS = ("terraform", "provider")


@dataclass
class Tried:
    """What became of the resources of one account."""

    managed: dict[str, str]
    """Address -> type, as the state had them before."""
    adopted: dict[str, str] = field(default_factory=dict)
    """Address -> type, as they were adopted, or were to be."""
    changes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Address -> what the plan would change: attribute -> [before, after]."""
    errors: dict[str, str] = field(default_factory=dict)
    """Address -> why Terraform refuses it, or drift does not write it."""
    refused: set[str] = field(default_factory=set)
    """Those whose text Terraform refuses."""
    general: str = ""
    outcome: Outcome | None = None
    unformatted: str = ""
    """What `terraform fmt` would write otherwise."""
    told: list[str] = field(default_factory=list)
    """Sensitive attributes whose value stands in what was written: `address attribute`."""
    references: int = 0
    literals: list[str] = field(default_factory=list)
    """Where what was written names a resource that has an address, and is no reference: `address id`."""
    drift: list[str] | None = None
    """What drift says after the plan was applied; None where that was not tried."""

    @property
    def proved(self) -> list[str]:
        """The addresses that the plan imports and does not change."""
        return [a for a in self.adopted if a not in self.changes and a not in self.errors]


def apply_world(name: str, work: Path, url: str) -> None:
    """The world's configuration, applied."""
    shutil.copytree(source(name), work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    terraform = Terraform(work, url)
    terraform("init", "-no-color", "-input=false")
    try:
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
    except AssertionError as error:
        if name in NAMES:
            raise
        print(*sorted(set(re.findall(r"(?m)^.*Error: .*", str(error)))), sep="\n")  # noqa: T201


def source(name: str) -> Path:
    """Where the configuration of a world is, or another one to try."""
    return (WORLDS if name in NAMES else MORE) / name


def emptied(work: Path, into: Path, url: str) -> dict[str, str]:
    """A copy of an applied configuration that manages nothing; what it managed."""
    into.mkdir(parents=True, exist_ok=True)
    for file in sorted(work.glob("*.tf")):
        lines = file.read_text().splitlines(keepends=True)
        blocks = [b for b in parse_file(file).body.blocks if b.type in KEPT_BLOCKS]
        kept = "\n".join("".join(lines[b.line - 1 : b.end_line]) for b in blocks)
        if kept:
            (into / file.name).write_text(kept)
    for name in (".terraform", ".terraform.lock.hcl"):
        if not (into / name).exists():
            (into / name).symlink_to(work / name)
    state = json.loads((work / "terraform.tfstate").read_text())
    held = {
        f"{r['type']}.{r['name']}": r["type"]
        for r in state["resources"]
        if r["mode"] == "managed" and "module" not in r
    }
    state["resources"] = [r for r in state["resources"] if not r["provider"].count("hashicorp/aws")]
    (into / "terraform.tfstate").write_text(json.dumps(state))
    return held


def compared(work: Path, url: str, only: tuple[str, ...] = ()) -> Compared:
    """`drift check` of everything in the account, or of some types."""
    catalog = installed()
    with asking(url) as api:
        sources = Described(places=(str(work / "terraform.tfstate"),), directories=(work,))
        desired = load(sources, catalog, account=api.account, region=REGION)
        regions = tuple(
            {REGION, *re.findall(r'region\s+= "([\w-]+)"', "".join(p.read_text() for p in work.glob("*.tf")))}
        )
        return check(desired, api, catalog, Scope(everything=True, regions=regions, only=only), default_region=REGION)


def adopt_into(work: Path, url: str, *, apart: bool = False, only: tuple[str, ...] = ()) -> Outcome:
    """What drift adopts of the account, written into the configuration."""
    return _adopted(work, url, compared(work, url, only), apart=apart)


def _adopted(work: Path, url: str, found: Compared, *, apart: bool) -> Outcome:
    with asking(url):
        sources = Sources(work, Given())
        ground = Ground.of(sources, found.survey.desired)
        outcome = adopted(
            [d.resource for d in found.report.drift if d.kind == "unmanaged"], found.survey, ground, apart=apart
        )
    write(outcome.remedies)
    return outcome


def write(remedies: Iterable[Remedy]) -> None:
    """The edits of remedies, made."""
    for path, text in texts(e for r in remedies for e in r.edits).items():
        path.write_bytes(text.encode())


def planned(work: Path, url: str, tried: Tried) -> None:
    """The plan, and what it would change. What Terraform refuses is taken out, until it plans the rest."""
    terraform = _with_variables(work, url)
    for _ in range(12):
        done = subprocess.run(
            ["terraform", "plan", "-json", "-out=p", "-input=false", "-lock=false"],
            cwd=work, env=terraform.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not done.returncode:
            break
        if not _without_refused(work, done.stdout, tried):
            tried.general = done.stdout[-3000:] + done.stderr[-2000:]
            return
    else:
        tried.general = "too many errors"
        return
    summary = next((s for s in map(_summary, done.stdout.splitlines()) if s), {})
    if summary and not any(summary[n] for n in ("add", "change", "remove")):
        return
    plan = json.loads(terraform("show", "-json", "p"))
    for change in plan.get("resource_changes", []):
        actions = change["change"]["actions"]
        if change["mode"] == "managed" and actions != ["no-op"]:
            before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
            unknown = change["change"].get("after_unknown") or {}
            differ = {
                n: [before.get(n), "(unknown)" if unknown.get(n) else after.get(n)]
                for n in {*before, *after, *unknown}
                if before.get(n) != after.get(n)
            }
            if actions != ["update"]:
                differ["(action)"] = actions
            tried.changes[change["address"]] = differ


def _summary(line: str) -> dict[str, Any]:
    said = json.loads(line) if line.startswith("{") else {}
    return said.get("changes") or {} if said.get("type") == "change_summary" else {}


def _with_variables(work: Path, url: str) -> Terraform:
    """Terraform, with a value for each variable: what an import cannot read may be anything, its changes are ignored."""
    terraform = Terraform(work, url)
    variables = (b for f in work.glob("*.tf") for b in parse_file(f).body.blocks if b.type == "variable")
    terraform.env |= {f"TF_VAR_{b.labels[0]}": "any" for b in variables if "default" not in b.body.attributes}
    return terraform


def _without_refused(work: Path, said: str, tried: Tried) -> bool:
    """Take out the blocks that errors are about; False where none can be told."""
    before = dict(tried.errors)
    messages = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    planned = {m["change"]["resource"]["addr"] for m in messages if m["type"] == "planned_change"}
    for message in messages:
        diagnostic = message.get("diagnostic") or {}
        if diagnostic.get("severity") == "error":
            text = f"{diagnostic.get('summary')}: {diagnostic.get('detail')}"
            for address in _about(work, diagnostic, text, tried):
                tried.errors.setdefault(address, text)
                if not CAUSED.match(text) and any(b.type == "resource" for b in _blocks_at(work, diagnostic)):
                    tried.refused.add(address)
    if planned and tried.errors.keys() == before.keys():  # the error names nothing: what was not planned is meant
        texts_ = [
            m["diagnostic"]["summary"] for m in messages if (m.get("diagnostic") or {}).get("severity") == "error"
        ]
        tried.errors |= {a: "; ".join(texts_) for a in tried.adopted if a not in planned | before.keys()}
    gone = tried.errors.keys() - before.keys()
    for file in work.glob("*.tf"):
        lines = file.read_text().splitlines(keepends=True)
        for one in reversed(parse_file(file).body.blocks):
            if _block_of(file, one) in gone:
                del lines[one.line - 1 : one.end_line]
        file.write_text("".join(lines))
    return bool(gone)


def _about(work: Path, diagnostic: Mapping[str, Any], text: str, tried: Tried) -> list[str]:
    """The addresses that an error is about."""
    if diagnostic.get("range"):
        file = work / diagnostic["range"]["filename"]
        return [a for a in (_block_of(file, b) for b in _blocks_at(work, diagnostic)) if a]
    if diagnostic.get("address"):
        return [diagnostic["address"]]
    return [a for a in tried.adopted if a in text] or [a for id_, a in _imports(work) if id_ in text]


def _imports(work: Path) -> list[tuple[str, str]]:
    """(id, address) of the `import` blocks."""
    blocks = [(file, one) for file in work.glob("*.tf") for one in parse_file(file).body.blocks if one.type == "import"]
    return [(text_of(one.body.attributes["id"].expr), _block_of(file, one)) for file, one in blocks]


def _blocks_at(work: Path, diagnostic: Mapping[str, Any]) -> list[Block]:
    place = diagnostic.get("range")
    if not place:
        return []
    found = parse_file(work / place["filename"]).body.blocks
    return [b for b in found if b.line <= place["start"]["line"] <= b.end_line]


def _block_of(file: Path, one: Block) -> str:
    """The address that a `resource` or `import` block is about; empty for another block."""
    to = one.body.attributes.get("to")
    if one.type == "resource":
        return ".".join(one.labels)
    return _address(file, to.line) if one.type == "import" and to is not None else ""


def _address(file: Path, line: int) -> str:
    text = file.read_text().splitlines()[line - 1] if line else ""
    return text.partition("=")[2].strip()


def tried(work: Path, into: Path, url: str) -> list[Tried]:
    """Adopt all of an account, and plan: with parts inside their wholes, and with each part as a resource of its own,
    if that is another text. What is planned last is applied too."""
    whole = Tried(emptied(work, into / "whole", url))
    only = _types_around(whole.managed.values())
    found = compared(into / "whole", url, only)
    out = [(whole, into / "whole"), (Tried(emptied(work, into / "apart", url)), into / "apart")]
    for (one, directory), apart in zip(out, (False, True), strict=True):
        one.outcome = _adopted(directory, url, found, apart=apart)
    if _written(into / "whole") == _written(into / "apart"):
        del out[0]
    for one, directory in out:
        _looked_at(one, directory, work, url)
    last, directory = out[-1]
    if not last.general:
        last.drift = after_apply(directory, url, last, only)
    return [one for one, _ in out]


def _types_around(types: Iterable[str]) -> tuple[str, ...]:
    """All types of the services that some types are of."""
    catalog = installed()
    services = {catalog[name].service for name in types if name in catalog}
    return tuple(name for name in catalog if catalog[name].service in services)


def _written(directory: Path) -> list[str]:
    return [path.read_text() for path in sorted(directory.glob("*.tf"))]


def _looked_at(one: Tried, directory: Path, work: Path, url: str) -> None:
    outcome = one.outcome or Outcome()
    one.adopted = {r.address: r.address.split(".")[0] for r in outcome.remedies}
    one.errors = {r.address: r.cannot for r in outcome.remedies if r.cannot}
    written = _written(directory)
    one.references, one.literals = counted(one, written, work, _imports(directory))
    one.unformatted = Terraform(directory, url)("fmt", "-list=true", "-write=true").strip()
    one.told = secrets_in("\n".join(written), work)
    planned(directory, url, one)


def secrets_in(text: str, applied: Path) -> list[str]:
    """The sensitive attributes of an applied configuration whose value stands in text."""
    catalog, out = installed(), []
    resources = json.loads((applied / "terraform.tfstate").read_text())["resources"]
    said = json.dumps([_plain(instance) for one in resources for instance in one["instances"]])
    for one in resources:
        if one["mode"] != "managed":
            continue
        known = catalog[one["type"]].attributes if one["type"] in catalog else {}
        names = {n for n, attr in known.items() if attr.sensitive}
        for instance in one["instances"]:
            marked = {
                path[0]["value"]: _below(instance, path) for path in instance.get("sensitive_attributes", ()) if path
            }
            for name, value in ({n: instance["attributes"].get(n) for n in names} | marked).items():
                values = _texts(value)
                out += [
                    f"{one['type']}.{one['name']} {name}" for v in values if len(v) >= 6 and v in text and v not in said
                ]
    return sorted({*out})


def _plain(instance: Mapping[str, Any]) -> dict[str, Any]:
    """What a state says of an instance and does not mark as sensitive."""
    marked = {path[0]["value"] for path in instance.get("sensitive_attributes", ()) if len(path) == 1}
    return {n: v for n, v in instance["attributes"].items() if n not in marked}


def _below(instance: Mapping[str, Any], path: Sequence[Mapping[str, Any]]) -> Any:
    """What stands at a path of a state; None where nothing does."""
    at: Any = instance["attributes"]
    for step in path:
        key = step["value"]["value"] if step["type"] == "index" else step["value"]
        try:
            at = at[key]
        except (KeyError, IndexError, TypeError):
            return None
    return at


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


REFERENCE = re.compile(r"\b(?:module\.\w+|aws_\w+)\.\w+(?:\[[^\]]*\])?\.\w+")
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
ACCOUNT = re.compile(r"\b\d{12}\b")
DRAWN = re.compile(r"arn:[^:]*:.+|.*[0-9a-f]{8}.*")
"""Ids that no text has by chance."""


def counted(
    result: Tried, written: Iterable[str], applied: Path, imports: Sequence[tuple[str, str]]
) -> tuple[int, list[str]]:
    """How many references stand in what was written, and which ids in it that name an adopted resource are none. The ids
    are those that Terraform itself recorded: so this does not depend on what drift takes for an id."""
    ids: dict[str, set[str]] = {}
    for one in json.loads((applied / "terraform.tfstate").read_text())["resources"]:
        for instance in one["instances"] if one["mode"] == "managed" else ():
            own = [instance["attributes"].get(n) for n in ("id", "arn")]
            addresses = {address for i, address in imports if i in own}
            for one_id in own if addresses else ():
                if one_id and DRAWN.fullmatch(ACCOUNT.sub("", one_id)):
                    ids.setdefault(one_id, set()).update(addresses)
    references, literals = 0, []
    for text in written:
        for address, inside in _resources(text):
            body = "\n".join(line for line in inside if not line.lstrip().startswith("#"))
            references += len(REFERENCE.findall(body))
            for literal in QUOTED.findall(body):
                plain = re.sub(r"\$\{[^}]*\}", "", literal)
                found = [i for i, of in ids.items() if i in plain and address not in of]
                if found and address in result.adopted:
                    literals.append(f"{address} {max(found, key=len)}")
    return references, literals


def _resources(text: str) -> Iterator[tuple[str, list[str]]]:
    """(address, lines) of each resource that a text describes."""
    address, lines = "", list[str]()
    for line in text.splitlines():
        if head := re.fullmatch(r'resource "(\w+)" "([\w-]+)" \{', line):
            address, lines = f"{head[1]}.{head[2]}", []
        elif line == "}" and address:
            yield address, lines
            address = ""
        elif address:
            lines.append(line)


def after_apply(work: Path, url: str, result: Tried, only: tuple[str, ...]) -> list[str]:
    """What drift says once the plan was applied, but for what was not imported, and what the simulation does not answer:
    what the plan would change stays out."""
    terraform = _with_variables(work, url)
    try:
        if result.changes:
            terraform("plan", "-input=false", "-out=p", *(f"-target={a}" for a in result.proved))
        terraform("apply", "-no-color", "-input=false", "p")
    except AssertionError as error:
        why = re.search(r"Error: .*", str(error))
        return [f"apply failed: {why[0] if why else error}"]
    refused = {result.adopted.get(a, a.split(".")[0]) for a in (*result.errors, *result.changes)}
    said = lines(compared(work, url, only).report)
    unproved = [line for line in said if line.startswith("unmanaged ") and line.split()[1] in refused]
    return [line for line in said if line not in unproved and not line.startswith("gap ")]


def false_alarms(applied: Path, url: str) -> list[str]:
    """What drift says of an account that nobody touched since it was applied, but for what moto made by itself or does
    not serve."""
    resources = json.loads((applied / "terraform.tfstate").read_text())["resources"]
    types = _types_around(r["type"] for r in resources if r["mode"] == "managed")
    said = lines(compared(applied, url, types).report)
    return [line for line in said if line.split()[0] not in ("unmanaged", "gap") and not line.endswith(NOT_OFFERED)]


def told(name: str, result: Tried) -> str:
    """A few lines for the terminal."""
    out = [f"{name}: {len(result.managed)} managed, {len(result.adopted)} adopted, {len(result.proved)} proved"]
    out += [f"  {result.references} references, {len(result.literals)} literals"]
    out += [f"  CHANGE {a}: {json.dumps(c)[:600]}" for a, c in result.changes.items()]
    out += [f"  ERROR {a}: {e[:400]}" for a, e in result.errors.items()]
    missing = {*result.managed.values()} - {*result.adopted.values()}
    out += [f"  NOT ADOPTED {', '.join(sorted(missing))}"] if missing else []
    out += [f"  UNFORMATTED {result.unformatted}"] if result.unformatted else []
    out += [f"  SECRET {one}" for one in result.told]
    out += [f"  LITERAL {one}" for one in result.literals]
    out += [f"  DRIFT {one}" for one in result.drift or ()]
    out += [f"  {result.general}"] if result.general else []
    return "\n".join(out)


CAUSED = re.compile(r"Reference to undeclared resource|Missing resource instance key")
"""Errors of what refers to a resource that was refused: they say nothing of the type."""


def saved(results: Sequence[Tried]) -> dict[str, Any]:
    """What all runs of one world say, as it is kept in `tests/goldens/adoption/`: of each type how many resources are
    proved, an example of each change (argument -> before and after), and the errors."""
    types: dict[str, dict[str, Any]] = {}
    for result in results:
        for address, type_ in result.adopted.items():
            error = result.errors.get(address, "")
            if result.general or CAUSED.match(error):
                continue
            of = types.setdefault(type_, {"proved": 0})
            of["proved"] += address in result.proved
            for name, (before, after) in sorted(result.changes.get(address, {}).items()):
                of.setdefault("changes", {}).setdefault(name, f"{json.dumps(before)[:60]} → {json.dumps(after)[:60]}")
            if error:
                of["errors"] = sorted({*of.get("errors", ()), error.splitlines()[0][:160]})
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "references": sum(r.references for r in results),
        "literals": sorted({one for r in results for one in r.literals}),
        "unformatted": sorted({r.unformatted for r in results if r.unformatted}),
        "refused": sorted({a for r in results for a in r.refused}),
        "secrets": sorted({one for r in results for one in r.told}),
        "drift": next((r.drift for r in results if r.drift is not None), None),
        "types": types,
    }


def main(names: Sequence[str], folder: Path | None = None) -> None:
    """Try worlds, or those that have some of the types, with parts inside their wholes and apart. `folder` is left there,
    to be looked at."""
    catalog = installed()
    worlds = [n for n in names if n not in catalog] or [n for n in EVERY if not names or _has(n, names)]
    for name in worlds:
        if len(worlds) > 1:
            _in_a_process(name)
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as own, moto_server() as url:
            work = folder / name if folder else Path(own)
            apply_world(name, work / "applied", url)
            alarms = [] if name in NAMES else false_alarms(work / "applied", url)
            print(*(f"  ALARM {line}" for line in alarms), sep="\n")  # noqa: T201
            results = tried(work / "applied", work, url)
        for result in results:
            print(told(name, result))  # noqa: T201
        print(f"  {time.monotonic() - started:.0f} s", flush=True)  # noqa: T201
        KEPT.mkdir(exist_ok=True)
        (KEPT / f"{name}.json").write_text(
            json.dumps(saved(results) | {"alarms": alarms}, indent=1, sort_keys=True) + "\n"
        )


def _in_a_process(name: str) -> None:
    """One world, ended where it hangs, and with all that it started."""
    process = subprocess.Popen([sys.executable, "-m", "tests.support.adopt", name], start_new_session=True)
    try:
        process.wait(WORLD_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{name}: took longer than {WORLD_SECONDS} s")  # noqa: T201
        os.killpg(process.pid, signal.SIGKILL)


def _has(world: str, types: Sequence[str]) -> bool:
    text = (source(world) / "main.tf").read_text()
    return any(f'resource "{name}"' in text for name in types)


if __name__ == "__main__":
    kept = os.environ.get("ADOPT_IN")
    main(sys.argv[1:], Path(kept) if kept else None)

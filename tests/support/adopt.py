"""Holds adoption against Terraform's own plans: what an account has is taken from its state and configuration, adopted,
and the plan must import all of it and change nothing.

    python -m tests.support.adopt [WORLD or TYPE…]

applies each recorded world with real Terraform against moto. `docs/remedy.md` tells the result for each type.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.hcl.files import parse_file
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.tree import Block
from drift.desired.load import build, read_states
from drift.provider.installed import installed
from drift.remedy.adopt import Outcome, adopted
from drift.remedy.ground import Ground
from drift.remedy.spec import Remedy
from drift.survey import Scope
from tests.support.line import Compared, check
from tests.support.world import NAMES, PROVIDER, REGION, WORLDS, Terraform, asking, endpoint_provider, moto_server

GOLDEN = Path(__file__).parents[1] / "goldens" / "adoption.json"
KEPT_BLOCKS = ("terraform", "provider")


@dataclass
class Tried:
    """What became of the resources of one account."""

    managed: dict[str, str]
    """Address -> type, as the state had them before."""
    adopted: dict[str, str] = field(default_factory=dict)
    """Address -> type, as they were adopted."""
    changes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Address -> what the plan would change: attribute -> [before, after]."""
    errors: dict[str, str] = field(default_factory=dict)
    """Address -> why Terraform refuses it."""
    general: str = ""
    outcome: Outcome | None = None
    silent: list[str] = field(default_factory=list)
    """What drift still says of the account after the adoption."""

    @property
    def proved(self) -> list[str]:
        """The addresses that the plan imports and does not change."""
        return [a for a in self.adopted if a not in self.changes and a not in self.errors]


def apply_world(name: str, work: Path, url: str) -> None:
    """The world's configuration, applied."""
    shutil.copytree(WORLDS / name, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    terraform = Terraform(work, url)
    terraform("init", "-no-color", "-input=false")
    terraform("apply", "-no-color", "-auto-approve", "-input=false")


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
        states, failed = read_states([str(work / "terraform.tfstate")], {})
        desired = build(states, failed, catalog, account=api.account, region=REGION)
        regions = tuple(
            {REGION, *re.findall(r'region\s+= "([\w-]+)"', "".join(p.read_text() for p in work.glob("*.tf")))}
        )
        return check(desired, api, catalog, Scope(everything=True, regions=regions, only=only), default_region=REGION)


def adopt_into(work: Path, url: str, *, apart: bool = False, only: tuple[str, ...] = ()) -> Outcome:
    """What drift adopts of the account, written into the configuration."""
    found = compared(work, url, only)
    with asking(url):
        sources = Sources(work, Given())
        ground = Ground.of(sources, found.survey.desired)
        outcome = adopted(
            [d.resource for d in found.report.drift if d.kind == "unmanaged"], found.survey, ground, apart=apart
        )
    write(outcome.remedies)
    return outcome


def write(remedies: Iterable[Remedy]) -> None:
    """Edits, made: those of one place in their order."""
    texts: dict[Path, str] = {}
    edits = sorted((e for r in remedies for e in r.edits), key=lambda e: (str(e.path), -e.start))
    by_path: dict[Path, list[Any]] = defaultdict(list)
    for edit in edits:
        by_path[edit.path].append(edit)
    for path, own in by_path.items():
        text = path.read_text() if path.exists() else ""
        for start in sorted({e.start for e in own}, reverse=True):
            here = [e for e in own if e.start == start]
            text = text[:start] + "".join(e.text for e in here) + text[max(e.end for e in here) :]
        texts[path] = text
    for path, text in texts.items():
        path.write_text(text)


def planned(work: Path, url: str, tried: Tried) -> None:
    """The plan, and what it would change. What Terraform refuses is taken out, until it plans the rest."""
    terraform = Terraform(work, url)
    variables = (b for f in work.glob("*.tf") for b in parse_file(f).body.blocks if b.type == "variable")
    # what an import cannot read may be anything: its changes are ignored
    terraform.env |= {f"TF_VAR_{b.labels[0]}": "any" for b in variables if "default" not in b.body.attributes}
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


def _without_refused(work: Path, said: str, tried: Tried) -> bool:
    """Take out the blocks that errors are about; False where none can be told."""
    before = dict(tried.errors)
    for line in said.splitlines():
        diagnostic = (json.loads(line) if line.startswith("{") else {}).get("diagnostic") or {}
        if diagnostic.get("severity") == "error":
            text = f"{diagnostic.get('summary')}: {diagnostic.get('detail')}"
            for address in _about(work, diagnostic, text, tried):
                tried.errors.setdefault(address, text)
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
    place = diagnostic.get("range")
    if place:
        file = work / place["filename"]
        here = [b for b in parse_file(file).body.blocks if b.line <= place["start"]["line"] <= b.end_line]
        return [a for a in (_block_of(file, b) for b in here) if a]
    if diagnostic.get("address"):
        return [diagnostic["address"]]
    return [a for a in tried.adopted if a in text]


def _block_of(file: Path, one: Block) -> str:
    """The address that a `resource` or `import` block is about; empty for another block."""
    to = one.body.attributes.get("to")
    if one.type == "resource":
        return ".".join(one.labels)
    return _address(file, to.line) if one.type == "import" and to is not None else ""


def _address(file: Path, line: int) -> str:
    text = file.read_text().splitlines()[line - 1] if line else ""
    return text.partition("=")[2].strip()


def tried(work: Path, empty: Path, url: str, *, apart: bool = False) -> Tried:
    """Adopt all of an account, and plan. With `apart`, each part is a resource of its own."""
    out = Tried(emptied(work, empty, url))
    out.outcome = adopt_into(empty, url, apart=apart)
    out.adopted = {r.address: r.address.split(".")[0] for r in out.outcome.remedies if not r.cannot}
    planned(empty, url, out)
    return out


def told(name: str, result: Tried) -> str:
    """A few lines for the terminal."""
    outcome = result.outcome or Outcome()
    lines = [
        f"{name}: {len(result.managed)} managed, {len(result.adopted)} adopted, {len(result.proved)} proved, {outcome.references} references, {len(outcome.missed)} missed"
    ]
    lines += [f"  CHANGE {a}: {json.dumps(c)[:600]}" for a, c in result.changes.items()]
    lines += [f"  ERROR {a}: {e[:400]}" for a, e in result.errors.items()]
    missing = {*result.managed.values()} - {*result.adopted.values()}
    lines += [f"  NOT ADOPTED {', '.join(sorted(missing))}"] if missing else []
    lines += [f"  {result.general}"] if result.general else []
    return "\n".join(lines)


@dataclass
class Type:
    """What the runs say of one type."""

    proved: int = 0
    changes: dict[str, str] = field(default_factory=dict)
    """Argument -> an example of what the plan would change: before and after."""
    errors: list[str] = field(default_factory=list)
    worlds: set[str] = field(default_factory=set)


CAUSED = re.compile(r"Reference to undeclared resource|Missing resource instance key")
"""Errors of what refers to a resource that was refused: they say nothing of the type."""


def summed(results: Mapping[str, Tried]) -> dict[str, Type]:
    """Type -> what all runs say of it."""
    out: dict[str, Type] = defaultdict(Type)
    for world, result in results.items():
        for address, type_ in result.adopted.items():
            of = out[type_]
            if result.general or CAUSED.match(result.errors.get(address, "")):
                continue
            of.worlds.add(world.removesuffix("+"))
            of.proved += address in result.proved
            for name, (before, after) in sorted(result.changes.get(address, {}).items()):
                of.changes.setdefault(name, f"{json.dumps(before)[:60]} → {json.dumps(after)[:60]}")
            if address in result.errors:
                of.errors.append(result.errors[address].splitlines()[0][:160])
    return {name: of for name, of in sorted(out.items()) if of.worlds}


def saved(results: Mapping[str, Tried]) -> dict[str, Any]:
    """The results as they are kept in `tests/goldens/adoption.json`."""
    outcomes = [r.outcome for r in results.values() if r.outcome is not None]
    types = {
        name: {
            "proved": of.proved,
            **({"changes": of.changes} if of.changes else {}),
            **({"errors": sorted(set(of.errors))} if of.errors else {}),
            "worlds": sorted(of.worlds),
        }
        for name, of in summed(results).items()
    }
    return {
        "references": sum(o.references for o in outcomes),
        "literals": sum(len(o.missed) for o in outcomes),
        "types": types,
    }


def main(names: Sequence[str]) -> None:
    """Try worlds, or those that have some of the types, with parts inside their wholes and apart."""
    catalog = installed()
    worlds = [n for n in names if n not in catalog] or [n for n in NAMES if not names or _has(n, names)]
    results: dict[str, Tried] = {}
    for name in worlds:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, moto_server() as url:
            try:
                apply_world(name, Path(folder) / "applied", url)
            except AssertionError as error:
                print(f"{name}: {str(error)[-500:]}")  # noqa: T201
                continue
            for mark, apart in (("", False), ("+", True)):
                results[name + mark] = tried(Path(folder) / "applied", Path(folder) / f"empty{mark}", url, apart=apart)
                print(told(name + mark, results[name + mark]))  # noqa: T201
        print(f"  {time.monotonic() - started:.0f} s")  # noqa: T201
    if not names:
        GOLDEN.write_text(json.dumps(saved(results), indent=1, sort_keys=True) + "\n")


def _has(world: str, types: Sequence[str]) -> bool:
    text = (WORLDS / world / "main.tf").read_text()
    return any(f'resource "{name}"' in text for name in types)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Holds accepting, reverting and forgetting against Terraform's own plans.

    python -m tests.support.accept [WORLD or DIRECTORY…]

applies each recorded world (or a directory with a `tamper.py`) with real Terraform against moto, and tampers. Then

- a plan must show what drift reports, and no more: that is what a revert restores;
- what was changed is accepted, what was deleted is forgotten, and what was made again is imported. The files are written once;
  a plan must change nothing of it, drift must be silent about it, and no other file may change.

Each world is tried in a process of its own. The results are kept in `tests/goldens/acceptance/`, which `docs/remedy.md` tells.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drift.desired.load import Sources
from drift.model.address import Address
from drift.model.drift import Drift
from drift.provider.installed import installed
from drift.remedy import commands
from drift.remedy.apply import write
from drift.remedy.fix import Choices, Fix, Row, fixed, name_of
from drift.remedy.prove import judged
from drift.remedy.spec import Remedy
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.world import (
    NAMES,
    PROVIDER,
    REGION,
    WORLDS,
    Terraform,
    World,
    asking,
    attributes,
    endpoint_provider,
    moto_server,
    session_for,
)

KEPT = Path(__file__).parents[1] / "goldens" / "acceptance"
"""A file for each world."""
WORLD_SECONDS = 1200
"""A world that takes longer is given up."""
LEFT = ("*.tfstate", "*.tfstate.*", "*.jsonl", "tamper.py", "expected.json")
OTHER_REGIONS = ("us-west-2", "eu-west-1")
Plan = Mapping[str, Mapping[str, Any]]
"""Address -> what a plan does with it, as `terraform show -json` says, without what it leaves alone."""


@dataclass
class Tried:
    """What became of the drift in one account."""

    done: Counter[str] = field(default_factory=Counter)
    """What was done -> for how many entries: accepted, declared (what no apply undoes), forgotten, imported, reverted."""
    without: dict[str, str] = field(default_factory=dict)
    """Choice and address -> why there is no remedy."""
    unproved: dict[str, str] = field(default_factory=dict)
    """Choice and address -> what the plan says instead."""
    beyond: list[str] = field(default_factory=list)
    """What the plan changes after tampering, and drift does not report: `address argument…`."""
    broken: list[str] = field(default_factory=list)
    """What it changes after the patch, which is not about it, and did not before: `address argument…`."""
    told: list[str] = field(default_factory=list)
    """What drift still says of what was mended, once the plan was applied, which only brings the state up to date."""
    stale: list[str] = field(default_factory=list)
    """What it says before that, since the state still records what neither the configuration nor the account says."""
    touched: list[str] = field(default_factory=list)
    """Files that changed and that no remedy names."""
    noise: list[str] = field(default_factory=list)
    """What the plan changes before anybody tampered, since the simulation answers it otherwise: `address argument…`."""
    error: str = ""

    @property
    def saved(self) -> dict[str, Any]:
        """As it is kept: what is empty is left out."""
        found = {n: v for n, v in vars(self).items() if v and n != "done"}
        return {"on": datetime.now(UTC).date().isoformat(), "done": dict(sorted(self.done.items())), **found}


def applied(path: Path, work: Path, url: str) -> Terraform:
    """A directory's configuration, copied and applied."""
    shutil.copytree(path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT), symlinks=True)
    said = "".join(p.read_bytes().decode() for p in work.rglob("*.tf*") if p.is_file())
    if "required_providers" not in said:
        provider = "" if 'provider "aws"' in said else endpoint_provider()
        (work / "_provider.tf").write_text(PROVIDER + provider)
    terraform = Terraform(work, url)
    terraform("init", "-no-color", "-input=false")
    terraform("apply", "-no-color", "-auto-approve", "-input=false", *files_of(work))
    return terraform


def files_of(work: Path) -> list[str]:
    """The options for the files of values of an environment."""
    return [f"-var-file={p.name}" for p in sorted(work.glob("env-*.tfvars*"))]


@contextmanager
def trial(work: Path, url: str) -> Iterator[Trial]:
    """What `drift fix` makes of a directory. It looks at the services of what is managed."""
    said = "".join(p.read_bytes().decode() for p in work.rglob("*.tf*") if p.is_file() and ".terraform" not in p.parts)
    regions = {REGION, *(r for r in OTHER_REGIONS if r in said)}
    state = json.loads((work / "terraform.tfstate").read_text())
    catalog = installed()
    services = {catalog[r["type"]].service for r in state["resources"] if r["type"] in catalog}
    only = tuple(name for name in catalog if catalog[name].service in services)
    with asking(url) as api:
        job = Job(scope=Scope(everything=True, regions=tuple(sorted(regions)), only=only), comments=False)
        files = tuple(sorted(work.glob("env-*.tfvars*")))
        sources = Sources(places=(str(work / "terraform.tfstate"),), directories=(work,), variable_files=files)
        yield Trial(sources, [Connection("aws", InRegion(api, REGION))], catalog, job)


def planned(terraform: Terraform) -> Plan:
    """What a plan changes, imports or forgets."""
    said = terraform("plan", "-json", "-input=false", "-lock=false", "-out=p", *files_of(terraform.work))
    if not any('"planned_change"' in line for line in said.splitlines()):
        return {}
    plan = json.loads(terraform("show", "-json", "p"))
    changes = [c for c in plan.get("resource_changes", ()) if c["mode"] == "managed"]
    return {c["address"]: c for c in changes if c["change"]["actions"] != ["no-op"] or c["change"].get("importing")}


def arguments(change: Mapping[str, Any]) -> list[str]:
    """The arguments that a plan changes, or what it does if not that."""
    made = change["change"]
    before, after = made.get("before") or {}, made.get("after") or {}
    if made["actions"] != ["update"]:
        return [f"({'/'.join(made['actions'])})"]
    return sorted(n for n in {*before, *after} - {"tags_all"} if before.get(n) != after.get(n))


def quiet(change: Mapping[str, Any] | None, noise: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What a plan does, without what it would have done before anybody tampered; None where that is all."""
    if change is None or noise is None:
        return change
    made = change["change"]
    if made["actions"] != noise["change"]["actions"]:
        return change
    if made["actions"] != ["update"] or not {*arguments(change)} - {*arguments(noise)}:
        return None
    after = {**made["after"], **{n: made["before"].get(n) for n in arguments(noise)}}
    unknown = {n: v for n, v in (made.get("after_unknown") or {}).items() if n not in arguments(noise)}
    return {**change, "change": {**made, "after": after, "after_unknown": unknown}}


def round_trip(path: Path, work: Path, url: str) -> Tried:
    """Apply, tamper, plan; accept, write, plan, check."""
    out = Tried()
    terraform = applied(path, work, url)
    before_tampering = planned(terraform)
    out.noise = [f"{a} {' '.join(arguments(c))}" for a, c in before_tampering.items()]
    World(path).tamper(session_for(url), attributes(work / "terraform.tfstate"))
    saved = dict(os.environ)
    os.environ.update(terraform.env)
    try:
        with trial(work, url) as one:
            report = one.run(one.described()).report
            tampered = planned(terraform)
            reverted(list(report.drift), tampered, before_tampering, out)
            fix = fixed(one, Choices(planned=choices(report.drift)))
            before = _bytes(work)
            write(fix.before, fix.after)
        named = {p.resolve() for p in fix.after}
        out.touched = sorted(str(p) for p, b in _bytes(work).items() if before.get(p) != b and p.resolve() not in named)
        mended(fix, terraform, before_tampering, tampered, out)
        with trial(work, url) as again:
            out.stale = _told(again, fix)
        if out.stale and not out.error:
            terraform("apply", "-no-color", "-auto-approve", "-input=false", *_targets(fix), *files_of(work))
            with trial(work, url) as again:
                out.told = _told(again, fix)
    finally:
        os.environ.clear()
        os.environ.update(saved)
    return out


def choices(drift: Iterable[Drift]) -> dict[str, list[Row]]:
    """What becomes of each entry: nothing of what is unmanaged, which `tests.support.adopt` tries."""
    out: dict[str, list[Row]] = {}
    for one in drift:
        if one.kind == "modified":
            out.setdefault(name_of(one), []).append(Row("accept", one.fingerprint))
        elif one.kind == "missing":
            row = Row("adopt" if one.recreated_as is not None else "forget", one.fingerprint)
            out.setdefault(name_of(one), []).append(row)
    return out


def reverted(drift: Sequence[Drift], plan: Plan, noise: Plan, out: Tried) -> None:
    """Hold what drift reports against the plan that would undo it."""
    told = {str(d.resource.address): d for d in drift if d.kind != "unmanaged"}
    for address, one in told.items():
        remedy = commands.revert(one, None)
        if remedy.cannot:
            continue  # no apply undoes it: the plan must be silent about it, which `beyond` says
        proof = judged(one, remedy, quiet(plan.get(address), noise.get(address)))
        if proof.verdict == "proved":
            out.done["reverted"] += 1
        elif address not in plan and one.kind == "modified" and not any(c.undone for c in one.changes):
            continue  # drift says that only a plan can tell
        elif not (address in noise and noise[address]["change"]["actions"] != ["update"]):
            out.unproved[f"revert {address}"] = proof.why
    stays = {a for a, d in told.items() if commands.revert(d, None).cannot}
    for address, change in plan.items():
        new = [n for n in arguments(change) if n not in (arguments(noise[address]) if address in noise else ())]
        if (address not in told or address in stays) and new:
            out.beyond.append(f"{address} {' '.join(new)}")


def mended(fix: Fix, terraform: Terraform, noise: Plan, tampered: Plan, out: Tried) -> None:
    """Hold the remedies, which are written, against the plan."""
    for command in dict.fromkeys(c for _, r in fix.entries for c in r.commands):
        words = [w for w in shlex.split(command) if not w.startswith("-chdir=")]
        if words[1:3] == ["state", "rm"]:
            terraform(*words[1:])
    out.without = {f"{r.choice} {r.address}": r.cannot for _, r in fix.entries if r.cannot}
    try:
        plan = planned(terraform)
    except AssertionError as error:
        out.error = _short(str(error))
        return
    mine = {a for _, r in fix.entries if not r.cannot for a in (r.address, *r.brings)}
    lost = {d.resource.address for d in fix.report.drift if d.kind == "missing"}
    others = {a: c for a, c in plan.items() if a not in mine and Address.parse(a) not in lost}
    new = {a: {*arguments(c)} - ({*arguments(tampered[a])} if a in tampered else set()) for a, c in others.items()}
    out.broken = [f"{a} {' '.join(sorted(names))}" for a, names in new.items() if names]
    for drift, remedy in fix.entries:
        if remedy.cannot:
            continue
        proof = judged(drift, remedy, quiet(plan.get(remedy.address), noise.get(remedy.address)), plan)
        if proof.verdict == "proved":
            out.done[_name(drift, remedy)] += 1
        else:
            out.unproved[f"{remedy.choice} {remedy.address}"] = proof.why


def _name(drift: Drift | None, remedy: Remedy) -> str:
    if remedy.choice == "accept" and drift is not None and all(c.undone is False for c in drift.changes):
        return "declared"
    return {"accept": "accepted", "forget": "forgotten", "adopt": "imported"}[remedy.choice]


def _targets(fix: Fix) -> list[str]:
    """The options that apply what was mended, and nothing else."""
    return [f"-target={a}" for _, r in fix.entries if not r.cannot for a in (r.address, *r.brings)]


def _bytes(work: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in work.rglob("*") if p.is_file() and ".terraform" not in p.parts}


def _short(said: str) -> str:
    """The errors of Terraform in a few words."""
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    found = [m["diagnostic"]["summary"] for m in lines if (m.get("diagnostic") or {}).get("severity") == "error"]
    return "; ".join(dict.fromkeys(found))[:300] or said[-300:]


def _told(again: Trial, fix: Fix) -> list[str]:
    mine = {r.address for _, r in fix.entries if not r.cannot}
    report = again.run(again.described()).report
    return sorted(
        f"{d.kind} {d.resource.address} {' '.join(c.path for c in d.changes)}".rstrip()
        for d in report.drift
        if d.kind != "unmanaged" and str(d.resource.address) in mine
    )


def main(names: Sequence[str]) -> None:
    """Try worlds, or all of them; each result is kept as soon as it is there."""
    worlds = names or NAMES
    for name in worlds:
        if len(worlds) > 1:
            _in_a_process(name)
            continue
        path = WORLDS / name if (WORLDS / name).is_dir() else Path(name)
        started = time.monotonic()
        kept = os.environ.get("ACCEPT_IN")
        with tempfile.TemporaryDirectory() as folder, moto_server() as url:
            work = Path(kept) / path.name if kept else Path(folder)
            try:
                result = round_trip(path, work, url)
            except AssertionError as error:
                result = Tried(error=_short(str(error)))
        # drift names files as it was given them: the folder for the trial says nothing to a reader
        text = json.dumps(result.saved, indent=1, ensure_ascii=False).replace(f"{work}/", "")
        print(f"{path.name} {time.monotonic() - started:.0f} s\n{text}", flush=True)  # noqa: T201
        if path.parent == WORLDS:
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{path.name}.json").write_text(text + "\n", encoding="utf-8")


def _in_a_process(name: str) -> None:
    """One world, ended where it hangs, and with all that it started."""
    process = subprocess.Popen([sys.executable, "-m", "tests.support.accept", name], start_new_session=True)
    try:
        process.wait(WORLD_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"{name}: took longer than {WORLD_SECONDS} s")  # noqa: T201
        os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Holds accepting against Terraform's own plans: what was changed by hand is written into the configuration, the plan must
change nothing of it, and drift must be silent.

    python -m tests.support.accept [WORLD or DIRECTORY…]

applies each recorded world (or a directory with a `tamper.py`) with real Terraform against moto, tampers, accepts everything,
proves it, writes it, plans, and checks again. `docs/remedy.md` tells the results.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.load import Sources
from drift.provider.installed import installed
from drift.remedy.apply import write
from drift.remedy.fix import Choices, Fix, fixed
from drift.remedy.prove import prove
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

GOLDEN = Path(__file__).parents[1] / "goldens" / "accepting.json"
LEFT = ("*.tfstate", "*.tfstate.*", "*.jsonl", "tamper.py", "expected.json")


@dataclass
class Accepted:
    """What became of the changes in one account."""

    accepted: int = 0
    without: dict[str, str] = field(default_factory=dict)
    """Address -> why there is no remedy."""
    unproved: dict[str, str] = field(default_factory=dict)
    """Address -> what the proof says instead."""
    planned: dict[str, dict[str, str]] = field(default_factory=dict)
    """Address -> arguments that a plan still changes, once the files are written: before and after."""
    told: list[str] = field(default_factory=list)
    """What drift still says of what was accepted."""
    touched: list[str] = field(default_factory=list)
    """Files that changed and that no remedy names."""
    error: str = ""


def applied(path: Path, work: Path, url: str) -> Terraform:
    """A directory's configuration, copied and applied."""
    shutil.copytree(path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*LEFT), symlinks=True)
    said = "".join(p.read_bytes().decode() for p in work.rglob("*.tf*") if p.is_file())
    if "required_providers" not in said:
        (work / "_provider.tf").write_text(
            PROVIDER + ("" if 'provider "aws"' in (work / "main.tf").read_text() else endpoint_provider())
        )
    terraform = Terraform(work, url)
    terraform("init", "-no-color", "-input=false")
    terraform("apply", "-no-color", "-auto-approve", "-input=false", *files_of(work))
    return terraform


def files_of(work: Path) -> list[str]:
    """The options for the files of values of an environment."""
    return [f"-var-file={p.name}" for p in sorted(work.glob("env-*.tfvars*"))]


@contextmanager
def trial(work: Path, url: str) -> Iterator[Trial]:
    """What `drift fix` makes of a directory."""
    regions = {
        REGION,
        *(r for r in ("us-west-2", "eu-west-1") if r in "".join(p.read_text() for p in work.glob("*.tf"))),
    }
    with asking(url) as api:
        job = Job(scope=Scope(everything=True, regions=tuple(sorted(regions))), comments=False)
        files = tuple(sorted(work.glob("env-*.tfvars*")))
        sources = Sources(places=(str(work / "terraform.tfstate"),), directories=(work,), variable_files=files)
        yield Trial(sources, [Connection("aws", InRegion(api, REGION))], installed(), job)


def round_trip(path: Path, work: Path, url: str) -> Accepted:
    """Apply, tamper, accept, prove, write, plan, check."""
    out = Accepted()
    terraform = applied(path, work, url)
    World(path).tamper(session_for(url), attributes(work / "terraform.tfstate"))
    saved = dict(os.environ)
    os.environ.update(terraform.env)
    try:
        with trial(work, url) as one:
            fix = fixed(one, Choices(accept=("all",)))
            proofs = prove(fix, one, shutil.which("terraform") or "terraform")
            before = _bytes(work)
            write(fix.before, fix.after)
        mine = [r for d, r in fix.entries if d is not None and not r.cannot]
        out.accepted = len(mine)
        out.without = {r.address: r.cannot for _, r in fix.entries if r.cannot}
        found = {r.address: proofs.entries[r.address] for r in mine}
        out.unproved = {a: p.why for a, p in found.items() if p.verdict != "proved"}
        named = {p.resolve() for p in fix.after}
        out.touched = sorted(str(p) for p, b in _bytes(work).items() if before.get(p) != b and p.resolve() not in named)
        try:
            out.planned = _planned(terraform, work, {r.address for r in mine})
        except AssertionError as error:
            out.error = str(error)[-600:]
        with trial(work, url) as again:
            out.told = _told(again, fix)
    finally:
        os.environ.clear()
        os.environ.update(saved)
    return out


def _bytes(work: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in work.rglob("*") if p.is_file() and ".terraform" not in p.parts}


def _planned(terraform: Terraform, work: Path, mine: set[str]) -> dict[str, dict[str, str]]:
    terraform("plan", "-no-color", "-input=false", "-lock=false", "-out=p", *files_of(work))
    plan = json.loads(terraform("show", "-json", "p"))
    out = {}
    for change in plan.get("resource_changes", ()):
        actions = change["change"]["actions"]
        if change["address"] in mine and actions != ["no-op"]:
            before, after = change["change"].get("before") or {}, change["change"].get("after") or {}
            differ = [n for n in sorted({*before, *after}) if before.get(n) != after.get(n)]
            out[change["address"]] = {n: f"{_short(before.get(n))} → {_short(after.get(n))}" for n in differ}
    return out


def _short(value: Any) -> str:
    return json.dumps(value)[:200]


def _told(again: Trial, fix: Fix) -> list[str]:
    mine = {r.address for _, r in fix.entries if not r.cannot}
    report = again.run(again.described()).report
    return [
        f"{d.resource.address} {', '.join(c.path for c in d.changes)}"
        for d in report.drift
        if d.kind == "modified" and str(d.resource.address) in mine
    ]


def main(names: Sequence[str]) -> None:
    """Try worlds, or all of them; each result is kept as soon as it is there."""
    for name in names or NAMES:
        path = WORLDS / name if (WORLDS / name).is_dir() else Path(name)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, moto_server() as url:
            try:
                result = round_trip(path, Path(folder), url)
            except AssertionError as error:
                result = Accepted(error=str(error)[-600:])
        print(json.dumps({path.name: asdict(result)}, indent=1), f"{time.monotonic() - started:.0f} s", flush=True)  # noqa: T201
        if path.parent == WORLDS:
            known: dict[str, Any] = json.loads(GOLDEN.read_text()) if GOLDEN.is_file() else {}
            GOLDEN.write_text(json.dumps(known | {path.name: asdict(result)}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

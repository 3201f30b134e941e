"""Pending changes held against real Terraform: each world's configuration is edited, and the state left as it is.

python -m tests.support.pending [NAME…]   edits, plans without a refresh, and prints what either side sees alone
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import build, read_states
from drift.desired.overlay import overlay
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.line import check
from tests.support.world import (
    NAMES,
    PROVIDER,
    REGION,
    WORLDS,
    Terraform,
    World,
    endpoint_provider,
    moto_server,
)

CATALOG = installed()
NUMBER = re.compile(r"^(\s+(?!count|from_port|to_port|port|cpu|memory|type)\w+\s+=\s+)(\d+)$", re.MULTILINE)
FLAG = re.compile(r"^(\s+(?!fifo)\w+\s+=\s+)true$", re.MULTILINE)
TEXT = re.compile(r'^(\s+(?:description|display_name|comment|Team)\s+=\s+")([^"$]*)"', re.MULTILINE)

Seen = dict[str, set[str]]
"""Address -> the attributes that the next apply changes."""


def edited(text: str, *, numbers: bool = True) -> str:
    """The configuration with its plain numbers, flags and descriptions changed."""
    text = NUMBER.sub(lambda m: f"{m[1]}{int(m[2]) + 1}", text) if numbers else text
    return FLAG.sub(r"\1false", TEXT.sub(r'\1\2-x"', text))


def planned(terraform: Terraform) -> Seen:
    """What Terraform would change of what is there, where it knows to what."""
    terraform("plan", "-no-color", "-input=false", "-refresh=false", "-out", "p")
    out: Seen = {}
    for resource in json.loads(terraform("show", "-json", "p"))["resource_changes"]:
        change, entry = resource["change"], CATALOG.get(resource["type"])
        if resource["mode"] != "managed" or entry is None or not change["before"] or not change["after"]:
            continue
        names = {n for n in entry.attributes if n in change["after"] and not _unknown(change["after_unknown"].get(n))}
        found = {n for n in names if (change["after"][n] or None) != (change["before"].get(n) or None)}
        if found:
            out[resource["address"]] = found
    return out


def pending(world: World, work: Path) -> Seen:
    """What drift says of the same, the account being as the state recorded it."""
    states, failed = read_states([str(work / "terraform.tfstate")], {})
    configuration = Sources(work, Given(environment={})).evaluated(states)
    tape = world.tape("clean")
    desired = build([overlay(s, configuration) for s in states], failed, CATALOG, account=tape.account, region=REGION)
    report = check(desired, tape, CATALOG, Scope(recorded=tape.types), default_region=REGION).report
    assert not report.drift, [str(d.resource.address) for d in report.drift]
    return {p.address: set(p.attributes) for p in report.pending if p.attributes}


def _unknown(mark: Any) -> bool:
    if isinstance(mark, dict | list):
        return any(map(_unknown, mark.values() if isinstance(mark, dict) else mark))
    return mark is True


def held(name: str, url: str, work: Path) -> tuple[int, int, int]:
    """(attributes that Terraform would change, those that drift calls pending too, those that drift alone does)."""
    world = World(WORLDS / name)
    shutil.copytree(world.path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    shutil.copy(world.path / "refreshed.tfstate", work / "terraform.tfstate")
    terraform = Terraform(work, url)
    terraform("init", "-no-color", "-input=false")
    (work / "main.tf").write_text(edited(main))
    try:
        theirs = planned(terraform)
    except AssertionError:  # a number out of its range
        (work / "main.tf").write_text(edited(main, numbers=False))
        theirs = planned(terraform)
    ours = pending(world, work)
    for address in sorted({*theirs, *ours}):
        for who, alone in (
            ("terraform", theirs.get(address, set()) - ours.get(address, set())),
            ("drift", ours.get(address, set()) - theirs.get(address, set())),
        ):
            if alone:
                print(f"  {address}: {who} alone: {', '.join(sorted(alone))}")  # noqa: T201
    both = sum(len(found & ours.get(address, set())) for address, found in theirs.items())
    return sum(map(len, theirs.values())), both, sum(map(len, ours.values())) - both


if __name__ == "__main__":
    with moto_server() as server:
        for each in sys.argv[1:] or NAMES:
            with tempfile.TemporaryDirectory() as folder:
                print(each, *held(each, server, Path(folder)), flush=True)  # noqa: T201

"""What drift says of the next apply, held against what real Terraform plans and does.

python -m tests.support.undone NAME…     prints where the two differ, for these worlds

A world is applied and tampered with. Then a refresh writes what was changed into the state, and an apply follows. What
drift said before the refresh it must say after it, and after the apply all that it said would stay. What it knew from
the state's backup it must know from a memory by then, for the apply has replaced the backup.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import Desired, build, read_states
from drift.desired.memory import Memory, parse, written
from drift.desired.overlay import overlay
from drift.model.drift import Change, Drift, Report
from drift.model.value import is_empty
from drift.provider.canonical import desired as canonical
from drift.provider.installed import installed
from drift.provider.spec import Raw
from drift.survey import Scope
from tests.support.line import check
from tests.support.world import (
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

APPLY = ("apply", "-no-color", "-auto-approve", "-input=false")
PLAN = ("plan", "-no-color", "-input=false", "-out", "p")
IGNORED = 'resource "{}" "{}" {{\n  lifecycle {{\n    ignore_changes = all\n  }}\n}}\n'
Planned = Mapping[str, frozenset[str]]
"""Address -> the attributes that the next apply changes."""


@dataclass
class Held:
    """One world: what drift says, and what Terraform does."""

    before: Report
    """After the tampering, before the refresh."""
    after: Report
    """After the refresh."""
    planned: Planned = field(default_factory=dict)
    applied: Report | None = None
    """After the next apply."""
    remembered: Report | None = None
    """The same with a memory that was begun before the tampering."""
    refusal: str = ""
    """What the provider refuses to plan or the simulation to do: a bucket's versions cannot be disabled again. Terraform
    does the rest all the same."""
    reverted: set[tuple[str, str]] = field(default_factory=set)
    """(address, attribute) of what the state has again as it was before the tampering: along with what the apply changed."""
    wrong: list[str] = field(default_factory=list)
    """Where a change's `undone` is not what is planned."""


def held(world: World, work: Path) -> Held:
    """All phases of one world, with real Terraform."""
    shutil.copytree(world.path, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tfstate", "*.jsonl"))
    main = (work / "main.tf").read_text()
    (work / "_provider.tf").write_text(PROVIDER + ("" if 'provider "aws"' in main else endpoint_provider()))
    with moto_server() as url:
        terraform = Terraform(work, url)
        terraform("init", "-no-color", "-input=false")
        terraform(*APPLY)
        always = planned(terraform)  # what the simulation never answers as it was asked
        memory = seen(work, url)
        state = work / "terraform.tfstate"
        as_made = attributes(state)
        world.tamper(session_for(url), as_made)
        before = said(work, url)
        terraform(*APPLY, "-refresh-only")
        out, absorbed = Held(before, said(work, url)), attributes(state)
        out.refusal = _refusal(terraform, *PLAN, "-refresh=false")
        refused = set(re.findall(r"^ *with (\w+)\.(\w+)", out.refusal, re.MULTILINE))
        if refused:  # the rest is planned and done all the same
            (work / "refused_override.tf").write_text("".join(IGNORED.format(*r) for r in refused))
            terraform(*PLAN, "-refresh=false")
            (work / "refused_override.tf").unlink()
        out.planned = _shown(terraform)
        names = tuple(".".join(r) for r in refused)
        told = [(d, c) for d, c in _changes(out.after) if not str(d.resource.address).startswith(names)]
        out.wrong = [line for d, c in told for line in _differing(d, c, out.planned, always)]
        out.refusal += _refusal(terraform, "apply", "-no-color", "-input=false", "p")
        out.applied, out.remembered = said(work, url), said(work, url, memory)
        out.reverted = {
            (address, name)
            for address, now in attributes(state).items()
            for name, value in now.items()
            if as_made.get(address, {}).get(name) == value != absorbed.get(address, {}).get(name)
        }
    return out


def _refusal(terraform: Terraform, *arguments: str) -> str:
    """What Terraform says where it refuses; it does all that it does not refuse."""
    try:
        terraform(*arguments)
    except AssertionError as refused:
        return "\n".join(re.findall(r"^.*Error: (?:.|\n)*", str(refused), re.MULTILINE)) or str(refused)
    return ""


def silent(held: Held) -> set[tuple[str, str]]:
    """(address, path) of what was told before the refresh, and is not told after it though it is still there.

    What was missing may be told as changed, and what was unmanaged as what took its place: a refresh takes the alias that
    an account has for the one that is described.
    """
    after = paths(held.after) | {(d.type, d.resource.id) for d in held.after.drift}
    return {s for s in paths(held.before) if not any(_same(s, other) for other in after)}


def lost(held: Held) -> set[tuple[str, str]]:
    """(address, path) of what was to stay at the next apply, and is not told after it though it is still there."""
    stays = [(str(d.resource.address), c) for d, c in _changes(held.after) if c.undone is False]
    without, remembered = (paths(r) if r is not None else None for r in (held.applied, held.remembered))
    return {
        (address, c.path)
        for address, c in stays
        for told in (remembered, without if c.basis != "backup" else None)
        if told is not None and (address, c.path) not in told and (address, _name(c)) not in held.reverted
    }


def paths(report: Report) -> set[tuple[str, str]]:
    """(address, path) of each change, (address, "missing"), (type, id) of what is unmanaged."""
    told = {(str(d.resource.address), c.path) for d, c in _changes(report)}
    told |= {(str(d.resource.address), d.kind) for d in report.drift if d.kind == "missing"}
    return told | {(d.type, d.resource.id) for d in report.drift if d.kind == "unmanaged"}


def planned(terraform: Terraform) -> Planned:
    """What Terraform would change of what is there, or make anew: an association that a refresh no longer found."""
    terraform(*PLAN)
    return _shown(terraform)


def _shown(terraform: Terraform) -> Planned:
    out = {}
    for resource in json.loads(terraform("show", "-json", "p"))["resource_changes"]:
        change = resource["change"]
        before, after, unknown = change["before"] or {}, change["after"] or {}, change["after_unknown"] or {}
        if resource["mode"] != "managed" or change["actions"] in (["no-op"], ["read"]):
            continue
        names = {n for n in {*before, *after, *unknown} if (before.get(n) or None) != (after.get(n) or None)}
        names |= {n for n, mark in unknown.items() if _marked(mark)}
        out[resource["address"]] = frozenset(names | (_along(resource["type"], before, after) if before else set()))
    return out


def _along(type_: str, before: Raw, after: Raw) -> set[str]:
    """The attributes that a plan puts back without naming them, as it changes others: the provider keeps the view of a
    stream in the record while the stream is off, and a plan that turns the stream on names that alone."""
    if type_ not in installed():
        return set()
    read = {n: a for n, a in installed()[type_].attributes.items() if a.from_state is not None}
    sides = {n: (canonical(a, before.get(n), before), canonical(a, after.get(n), after)) for n, a in read.items()}
    return {n for n, (was, is_) in sides.items() if was != is_ and not is_empty(is_)}


def said(work: Path, url: str, memory: Memory | None = None) -> Report:
    """What drift says of the account, with the state and the configuration of the directory."""
    with asking(url) as api:
        desired = _desired(work, api.account, memory)
        return check(desired, api, installed(), Scope(everything=True), default_region=REGION).report


def seen(work: Path, url: str) -> Memory:
    """What a memory holds that is begun now."""
    with asking(url) as api:
        return parse(written(Memory(), _desired(work, api.account, Memory()).seen, "2026-11-01"), "a memory")


def _desired(work: Path, account: str, memory: Memory | None) -> Desired:
    states, failed = read_states([str(work / "terraform.tfstate")], {})
    configuration = Sources(work, Given(environment={})).evaluated(states)
    laid = [overlay(s, configuration) for s in states]
    return build(laid, failed, installed(), account=account, region=REGION, memory=memory)


def _changes(report: Report) -> Iterator[tuple[Drift, Change]]:
    return ((d, c) for d in report.drift for c in d.changes)


def _differing(drift: Drift, change: Change, planned: Planned, always: Planned) -> Iterator[str]:
    address, name = str(drift.resource.address), _name(change)
    if name in always.get(address, ()) or change.undone is None:
        return
    there = (
        {name, "tags_all"} & planned.get(address, frozenset())
        if name == "tags"
        else {name} & planned.get(address, frozenset())
    )
    if change.undone is not bool(there):
        yield f"{address} {change.path}: said {change.undone}, planned {sorted(planned.get(address, ()))}"


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether both are the same change, though one is told at a deeper path."""
    return one[0] == other[0] and (
        one[1] in (other[1], "missing") or other[1].startswith(f"{one[1]}.") or one[1].startswith(f"{other[1]}.")
    )


def _name(change: Change) -> str:
    return change.path.partition(".")[0].partition("[")[0]


def _marked(mark: Any) -> bool:
    if isinstance(mark, dict | list):
        return any(map(_marked, mark.values() if isinstance(mark, dict) else mark))
    return mark is True


if __name__ == "__main__":
    for each in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            found = held(World(WORLDS / each), Path(folder))
        told = f"{each}: wrong {found.wrong}, silent {silent(found)}, lost {lost(found)} {found.refusal[:2000]}"
        print(told, flush=True)  # noqa: T201

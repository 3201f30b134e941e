"""The record is not the intent: what was changed by hand is told after a refresh has recorded it, too."""

from __future__ import annotations

from functools import cache

import pytest

from drift.model.drift import Report
from drift.provider.installed import installed
from tests.support.absorbed import absorbed, compared, described, tape_of
from tests.support.world import NAMES, WORLDS, World, lines

Said = frozenset[tuple[str, str]]
"""(address, path) of each change, (type, id) of what is unmanaged."""

ALONE = {
    # its one attachment was deleted as well: the state has no part of it any more that would tell
    "autoscaling": {("aws_autoscaling_group.split", "target_group_arns")},
}
"""World -> parts that a state alone does not tell any more, and why."""

LEAST_PARTS = 20
"""Attributes that resources of their own may say, of which a world has a part that nobody describes."""


@cache
def both(name: str, *, with_configuration: bool) -> tuple[Report, Report]:
    """What drift says of a tampered account, before and after a refresh."""
    world, tape = World(WORLDS / name), tape_of(World(WORLDS / name), "tampered")
    desired = described(
        world, world.path / "refreshed.tfstate", with_configuration=with_configuration, account=tape.account
    )
    types = frozenset(tape.types or installed()) & frozenset(installed())
    return compared(world, desired, tape), compared(world, absorbed(desired, tape, types), tape)


def said(report: Report, *, unheld: bool = False) -> Said:
    """What drifted; `unheld` for parts that nobody describes alone."""
    out = set()
    for drift in report.drift:
        if drift.kind == "missing" and not unheld:
            out |= {(str(drift.resource.address), "missing")}
        if drift.kind == "unmanaged":
            out |= {(drift.type, drift.resource.id)} if not unheld else set()
        out |= {(str(drift.resource.address), c.path) for c in drift.changes if c.unheld or not unheld}
    return frozenset(out)


@pytest.mark.parametrize("name", NAMES)
def test_with_the_configuration_all_is_told_after_a_refresh_too(name: str) -> None:
    before, after = both(name, with_configuration=True)

    silent = {s for s in said(before) - said(after) if not any(_same(s, t) for t in said(after))}
    assert silent == set()


@pytest.mark.parametrize("name", NAMES)
def test_parts_that_nobody_describes_are_told_from_a_state_alone(name: str) -> None:
    before, after = both(name, with_configuration=False)

    assert said(before, unheld=True) - said(after, unheld=True) == ALONE.get(name, set())


def test_most_kinds_of_part_are_among_them() -> None:
    told = {
        (d.resource.type, c.path.partition(".")[0].partition("[")[0])
        for name in NAMES
        for d in both(name, with_configuration=True)[1].drift
        for c in d.changes
        if c.unheld
    }

    assert len(told) >= LEAST_PARTS, sorted(told)


@pytest.mark.parametrize("name", NAMES)
def test_a_refresh_makes_nothing_drift(name: str) -> None:
    for with_configuration in (False, True):
        before, after = both(name, with_configuration=with_configuration)

        new = {s for s in said(after) - said(before) if not any(_same(t, s) for t in said(before))}
        assert {s for s in new if s[0] not in installed()} == set()


@pytest.mark.parametrize("phase", ["applied", "refreshed"])
@pytest.mark.parametrize("name", NAMES)
def test_an_untouched_account_is_silent_with_its_configuration(name: str, phase: str) -> None:
    world, tape = World(WORLDS / name), tape_of(World(WORLDS / name), "clean")
    desired = described(world, world.path / f"{phase}.tfstate", with_configuration=True, account=tape.account)

    assert lines(compared(world, desired, tape)) == []


def _same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether both are the same change, though one is told at a deeper path."""
    return one[0] == other[0] and (other[1].startswith(f"{one[1]}.") or one[1].startswith(f"{other[1]}."))

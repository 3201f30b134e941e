"""Each guard that somebody takes away is told, and is a finding where it is a risk, before and after a refresh."""

from __future__ import annotations

import pytest

from tests.support.guards import WAYS, module, rows

BEFORE, BEFORE_ALONE, REFRESHED, REFRESHED_ALONE = WAYS
LEAST = 60
"""How many changes are made."""
CASES = [case.what for case in module().CASES]


def test_there_are_enough_of_them() -> None:
    assert len(rows()) == len(CASES) >= LEAST


@pytest.mark.parametrize("what", CASES)
def test_before_a_refresh_all_is_told_and_found(what: str) -> None:
    row = rows()[what]
    for way in (BEFORE, BEFORE_ALONE):
        assert row.told[way], way
        assert row.found[way] or not row.rule, way


@pytest.mark.parametrize("what", CASES)
def test_a_refresh_hides_nothing_from_who_gives_the_configuration(what: str) -> None:
    row = rows()[what]
    assert row.told[REFRESHED]
    assert row.found[REFRESHED] or not row.rule


def test_parts_and_strangers_are_told_from_a_refreshed_state_alone() -> None:
    told = {row.what for row in rows().values() if row.told[REFRESHED_ALONE]}

    assert {
        "an inline policy that allows all, on a user",
        "SSH from everywhere in a group whose rules are resources",
        "a user put into the admins' group, whose other groups are described",
        "a topic's messages to another account's queue",
    } <= told

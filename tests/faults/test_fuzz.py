"""Damaged input of every kind: it is read, or an error says why it is not. The short form of `python -m tests.faults.fuzz`."""

from __future__ import annotations

import random

import pytest

from tests.faults.fuzz import SLOW, TARGETS, damaged, place, tried

INPUTS = {"answers of AWS": 8, "reports": 15, "drift.toml": 15, "configurations": 25, "configurations in JSON": 25}
"""Target -> how many inputs; 40 of the others."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_damaged_is_read_or_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_CACHE", "off")
    target, dice = TARGETS[name], random.Random(17)
    seeds = target.seeds()
    for data in seeds:
        assert tried(target, data)[0] is None
    for _ in range(INPUTS.get(name, 40)):
        data = damaged(dice.choice(seeds), seeds, dice, target)
        wrong, seconds = tried(target, data)
        assert wrong is None, f"{place(wrong)}: {data[:400]!r}"
        assert seconds < SLOW * 4


def test_what_must_not_be_is_found() -> None:
    """The search sees an exception that nobody meant to raise, and tells where it came from."""
    target = TARGETS["baselines"]
    broken = type(target)(lambda _: {}["x"], target.seeds)  # type: ignore[index]

    assert isinstance(tried(broken, b"")[0], KeyError)
    assert tried(target, b"no baseline")[0] is None

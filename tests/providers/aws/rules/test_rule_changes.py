"""What was changed by hand is a finding whatever it is now."""

from __future__ import annotations

from typing import Any

import pytest

from drift.model.drift import Change, Drift
from drift.providers.aws.rules import built_in
from drift.providers.aws.rules.changes import OFF
from tests.support.rules import answer, raw

SWITCHED_OFF = next(r for r in built_in() if r.id == "switched-off")
ON = {0: 5, "DISABLED": "ENABLED", "STOPPED": "RUNNING"}


@pytest.mark.parametrize("type_", OFF)
@pytest.mark.parametrize(("backwards", "said"), [(False, "fail"), (True, "pass")])
def test_what_was_switched_off_by_hand(type_: str, backwards: bool, said: str) -> None:
    name, off = OFF[type_]
    on: Any = True if off is False else ON[off]
    was, now = (off, on) if backwards else (on, off)
    before, after = raw(type_, {name: was}), raw(type_, {name: now})
    drift = Drift("modified", before, after, (Change(name, before.attributes[name], after.attributes[name]),))

    assert answer(SWITCHED_OFF, after, drift=drift).verdict == said

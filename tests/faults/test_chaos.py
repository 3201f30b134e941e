"""One account behind a proxy that breaks what comes back: no fault makes a verdict, and none is kept quiet."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.faults.chaos import FAULTS, OUTCOME, SMALL
from tests.faults.runs import Course, course, patience_for
from tests.support.world import lines

ALL = os.environ.get("DRIFT_FAULTS") == "all"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    with course(tmp_path_factory.mktemp("chaos"), 12 if ALL else 3) as found:
        yield found


def test_without_a_fault_every_tampering_is_told(account: Course) -> None:
    assert lines(account.clean) == account.expected
    assert not account.clean.incomplete


@pytest.mark.parametrize("fault", FAULTS if ALL else SMALL)
def test_no_fault_changes_a_verdict(account: Course, fault: str) -> None:
    found = account.run(fault, patience=patience_for(fault))

    assert found.wrong == ()
    assert found.hit > 0
    assert found.outcome in OUTCOME[fault]

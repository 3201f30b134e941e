"""Every made world: nothing when clean, exactly the tampering afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.made import NAMES, MadeApi, load, write_state
from tests.support.world import lines, run


@pytest.mark.parametrize("name", NAMES)
def test_clean_is_silent(name: str, tmp_path: Path) -> None:
    made = load(name)

    assert lines(run(write_state(made.STATE, tmp_path / "s.tfstate"), MadeApi(made.CLEAN))) == made.MOVED


@pytest.mark.parametrize("name", NAMES)
def test_tampered_says_exactly_that(name: str, tmp_path: Path) -> None:
    made = load(name)
    answers = {**made.CLEAN, **made.TAMPERED}

    assert lines(run(write_state(made.STATE, tmp_path / "s.tfstate"), MadeApi(answers))) == sorted(
        made.EXPECTED + made.MOVED
    )

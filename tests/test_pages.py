"""A page that is written from the code says what the code says."""

from __future__ import annotations

import pytest

from tests.support.pages import DOCS, QUICK, SLOW

STALE = "run `python -m tests.support.pages`, and commit what it wrote"


@pytest.mark.parametrize("name", QUICK)
def test_no_page_is_stale(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == QUICK[name](), STALE


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_no_slow_page_is_stale(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == SLOW[name](), f"{STALE} with --all"

"""The whole catalogue against botocore's models and the provider's schema."""

from __future__ import annotations

from drift.catalog import Catalog, _modules, scan_modules
from drift.catalog.lint import lint_all


def test_lint_finds_nothing() -> None:
    assert lint_all(Catalog()) == []


def test_index_is_what_the_modules_hold() -> None:
    assert _modules() == scan_modules()

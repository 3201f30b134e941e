"""The whole catalogue against botocore's models and the provider's schema."""

from __future__ import annotations

from drift.provider.installed import installed
from drift.provider.lint import lint_all
from drift.providers.aws import TYPES


def test_lint_finds_nothing() -> None:
    assert lint_all(installed()) == []


def test_index_is_what_the_modules_hold() -> None:
    assert TYPES.modules == TYPES.scan()

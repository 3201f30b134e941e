"""Terraform's functions: `call` runs one by its name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final

from drift.desired.hcl.functions.registry import FUNCTIONS, Context, invoke
from drift.desired.hcl.run import Failure
from drift.desired.hcl.values import NotKnown, Val
from drift.provider.installed import installed

_THEMES: Final = (
    "collections",
    "encoding",
    "dates",
    "files",
    "hashing",
    "lists",
    "network",
    "numeric",
    "patterns",
    "printf",
    "sets",
    "strings",
    "structure",
    "yaml",
)


def load() -> dict[str, object]:
    """All functions, by name: Terraform's own, and those of the installed providers."""
    _loaded()
    return dict(FUNCTIONS)


@cache
def _loaded() -> None:
    """Whoever evaluates a provider's data sources first has loaded that provider's functions, and no others."""
    for theme in _THEMES:
        import_module(f"drift.desired.hcl.functions.{theme}")
    for provider in installed().providers.values():
        if provider.language:
            import_module(provider.language)


def call(name: str, arguments: Sequence[Val], context: Context) -> Val:
    """The function's result; `Failure` for what Terraform would refuse, `NotKnown` for what drift does not know."""
    _loaded()
    function = FUNCTIONS.get(name)
    if function is None:
        if "::" in name:
            raise NotKnown("the function is the provider's")
        raise Failure("there is no such function")
    return invoke(function, arguments, context)

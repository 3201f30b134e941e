"""The providers that are installed, and the types that other packages add: entry points, read when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from drift.errors import CatalogError
from drift.provider.catalog import Catalog
from drift.provider.contract import Extension, Provider

PROVIDERS = "drift.providers"
TYPES = "drift.types"

T = TypeVar("T")


@cache
def installed() -> Catalog:
    """Every type of every installed provider; CatalogError names the package that cannot be loaded."""
    return Catalog(named(PROVIDERS, Provider), named(TYPES, Extension))


def named(group: str, wanted: type[T]) -> Iterator[T]:
    """What the entry points of a group name, in order of their names: one value of a type, or several."""
    for entry in entries(group):
        found = load(entry)
        several = [found] if isinstance(found, wanted) else list(found) if isinstance(found, list | tuple) else [None]
        for value in several:
            if not isinstance(value, wanted):
                raise CatalogError(
                    f"plugin {entry.name} ({entry.value}) gives no {wanted.__name__}",
                    f"CONTRIBUTING.md says what {group} names.",
                )
            yield value


def entries(group: str) -> list[EntryPoint]:
    """The entry points of a group, by name."""
    return sorted(entry_points(group=group), key=lambda e: e.name)


def load(entry: EntryPoint) -> Any:
    """What an entry point names; CatalogError, whatever goes wrong."""
    try:
        return entry.load()
    except Exception as error:  # a plugin may fail in any way; the message must name it
        raise CatalogError(
            f"plugin {entry.name} ({entry.group} = {entry.value}) cannot be loaded: {error}",
            "Fix or uninstall the package it comes from.",
        ) from error

"""The providers that are installed, and the types that other packages add: entry points, read when first asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from drift.errors import CatalogError
from drift.provider.catalog import Catalog
from drift.provider.contract import Extension, Provider
from drift.provider.facts import Facts

PROVIDERS = "drift.providers"
TYPES = "drift.types"

T = TypeVar("T")


@cache
def installed() -> Catalog:
    """Every type of every installed provider; CatalogError names the package that cannot be loaded."""
    return Catalog(named(PROVIDERS, Provider), named(TYPES, Extension))


def facts_of(name: str, major: int = 0) -> Facts:
    """The facts of one type of any installed provider; nothing of any other type."""
    return installed().facts(name, major)


def major_of(name: str, attributes: Collection[str]) -> int:
    """The latest version of its provider that a record of a type speaks for; 0 where nothing does."""
    return installed().schema_of(name).major_of(name, attributes)


def defaults_of(name: str, major: int = 0) -> Mapping[str, Any]:
    """What the provider of an installed type fills in for arguments that nobody sets."""
    return installed().defaults(name, major)


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

"""The installed providers and extensions, loaded from entry points when they are first used."""

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
    """Every type of every installed provider; CatalogError names a package that cannot be loaded."""
    return Catalog(named(PROVIDERS, Provider), named(TYPES, Extension))


def facts_of(name: str, major: int = 0) -> Facts:
    """The schema facts of a type of any installed provider; empty for any other type."""
    return installed().facts(name, major)


def major_of(name: str, attributes: Collection[str]) -> int:
    """The latest major version of the provider that a record of a type indicates; 0 if unknown."""
    return installed().schema_of(name).major_of(name, attributes)


def defaults_of(name: str, major: int = 0) -> Mapping[str, Any]:
    """The provider's defaults for arguments of an installed type."""
    return installed().defaults(name, major)


def named(group: str, wanted: type[T]) -> Iterator[T]:
    """The values that the entry points of a group name, sorted by entry point; each names one value of a type, or
    several."""
    for entry in entries(group):
        found = load(entry)
        several = [found] if isinstance(found, wanted) else list(found) if isinstance(found, list | tuple) else [None]
        for value in several:
            if not isinstance(value, wanted):
                raise CatalogError(
                    f"plugin {entry.name} ({entry.value}) does not provide a {wanted.__name__}",
                    f"CONTRIBUTING.md says what entry points of {group} must name.",
                )
            yield value


def entries(group: str) -> list[EntryPoint]:
    """The entry points of a group, sorted by name."""
    return sorted(entry_points(group=group), key=lambda e: e.name)


def load(entry: EntryPoint) -> Any:
    """The value of an entry point; CatalogError if it cannot be loaded for any reason."""
    try:
        return entry.load()
    except Exception as error:  # a plugin may fail in any way; the message must name it
        raise CatalogError(
            f"plugin {entry.name} ({entry.group} = {entry.value}) cannot be loaded: {error}",
            "Fix or uninstall its package.",
        ) from error

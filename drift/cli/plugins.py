"""What comes from outside, by entry point: types, backends, rules, formats. Read here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from drift.catalog import Catalog
from drift.catalog.spec import ResourceType
from drift.desired.backends import Backends
from drift.errors import CatalogError
from drift.report import FORMATS, Render, renderer
from drift.rules import built_in
from drift.rules.spec import Rule

GROUPS = ("drift.catalog", "drift.backends", "drift.rules", "drift.formats")


def catalog() -> Catalog:
    """The built-in types and those of plugins: `drift.catalog` names a ResourceType or several."""
    return Catalog(extra=_of_type("drift.catalog", ResourceType))


def backends() -> Backends:
    """Places that keep states, by scheme: `drift.backends` names an object with `scheme` and `read`."""
    found = (_load(e) for e in _entries("drift.backends"))
    return Backends({str(b.scheme): b for b in (f() if isinstance(f, type) else f for f in found)})


def rules() -> list[Rule]:
    """The built-in rules and those of plugins: `drift.rules` names a Rule or several."""
    return [*built_in(), *_of_type("drift.rules", Rule)]


def formats() -> dict[str, Callable[[], Render]]:
    """Format -> what loads its `render(report, out, look)`."""
    known: dict[str, Callable[[], Render]] = {name: lambda name=name: renderer(name) for name in FORMATS}  # type: ignore[misc]
    for entry in _entries("drift.formats"):
        known[entry.name] = lambda entry=entry: _load(entry)  # type: ignore[misc]
    return known


def _entries(group: str) -> Iterable[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda e: e.name)


def _load(entry: EntryPoint) -> Any:
    try:
        return entry.load()
    except Exception as error:  # a plugin may fail in any way; the message must name it
        raise CatalogError(
            f"plugin {entry.name} ({entry.group} = {entry.value}) cannot be loaded: {error}",
            "Fix or uninstall the package it comes from.",
        ) from error


def _of_type(group: str, wanted: type[Any]) -> list[Any]:
    out = []
    for entry in _entries(group):
        found = _load(entry)
        several = [found] if isinstance(found, wanted) else list(found) if isinstance(found, Iterable) else [None]
        if not all(isinstance(f, wanted) for f in several):
            raise CatalogError(
                f"plugin {entry.name} ({entry.value}) gives no {wanted.__name__}", f"See {group} in CONTRIBUTING.md."
            )
        out += several
    return out

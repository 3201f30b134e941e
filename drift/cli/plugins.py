"""Loads plugins by their entry points: providers, types, backends, rules, formats."""

from __future__ import annotations

from collections.abc import Callable

from drift.desired.backends import Backends
from drift.errors import UsageError
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.installed import PROVIDERS, TYPES, entries, installed, load, named
from drift.report import FORMATS, Render, renderer
from drift.rules.frameworks import Framework, answering
from drift.rules.spec import Rule

DEFAULT = "aws"
"""The provider that is asked where several are installed and none is named."""
GROUPS = (PROVIDERS, TYPES, "drift.backends", "drift.rules", "drift.formats")


def catalog() -> Catalog:
    """Every type of every installed provider and plugin."""
    return installed()


def provider(name: str | None) -> Provider:
    """The installed provider of that name, or the one that is asked where nobody names one; UsageError for no other."""
    known = catalog().providers
    wanted = name or (DEFAULT if DEFAULT in known else next(iter(known), ""))
    if wanted not in known:
        raise UsageError(f"no provider {wanted!r} is installed", f"There are: {', '.join(sorted(known)) or 'none'}.")
    return known[wanted]


def backends() -> Backends:
    """The backends for states, by scheme. An entry point in `drift.backends` names an object with `scheme` and
    `read`."""
    found = (load(e) for e in entries("drift.backends"))
    return Backends({str(b.scheme): b for b in (f() if isinstance(f, type) else f for f in found)})


def rules() -> list[Rule]:
    """The rules of all providers and plugins. An entry point in `drift.rules` names a Rule or several."""
    own = answering(named("drift.rules", Rule), frameworks())
    return [*(r for p in installed().providers.values() for r in p.rules()), *own]


def frameworks() -> list[Framework]:
    """The frameworks that the rules of the providers answer to."""
    return [f for p in installed().providers.values() for f in p.frameworks()]


def formats() -> dict[str, Callable[[], Render]]:
    """Format -> a function that loads its `render(report, out, look)`."""
    known: dict[str, Callable[[], Render]] = {name: lambda name=name: renderer(name) for name in FORMATS}  # type: ignore[misc]
    for entry in entries("drift.formats"):
        known[entry.name] = lambda entry=entry: load(entry)  # type: ignore[misc]
    return known

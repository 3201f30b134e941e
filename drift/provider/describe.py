"""Describes the catalogue for users: what is compared, what is not and why, and the required permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.path import Path, path
from drift.provider.spec import Attr, Call, ElementOf, ResourceType, Within


def compared(entry: ResourceType) -> list[str]:
    """Every compared attribute, nested ones with dots."""
    return [path for name, attr in entry.attributes.items() for path in _paths(name, attr)]


def _paths(name: str, attr: Attr) -> Iterator[str]:
    if not attr.fields:
        yield name
    for inner, field in attr.fields.items():
        yield from _paths(f"{name}.{inner}", field)


def actions(names: Iterable[str], catalog: Catalog, *, secrets: bool = False) -> list[str]:
    """The permissions that reading these types takes, sorted; with `secrets`, those for the content of secrets too."""
    found: set[str] = set()
    todo = list(names)
    seen: set[str] = set()
    while todo:
        entry = catalog[todo.pop()]
        if entry.name in seen:
            continue
        seen.add(entry.name)
        provider = catalog.provider_of(entry.name)
        found |= set(entry.extra_actions)
        for call in entry.calls:
            service = call.service or entry.service
            if secrets or (service, call.op) not in provider.secret_contents:
                found.add(provider.action(service, call))
        todo += [entry.list.parent] if isinstance(entry.list, Within) else []
        todo += [entry.parent.to] if isinstance(entry.list, ElementOf) and entry.parent else []
        todo += [entry.alias_of] if entry.alias_of else []
    return sorted(found)


def operation(entry: ResourceType, call: Call) -> str:
    """The call in the notation of the API reference: `sqs:GetQueueAttributes`."""
    return f"{call.service or entry.service}:{call.op}"


def listings(entry: ResourceType, catalog: Catalog) -> list[str]:
    """The operations whose answers list resources of this type."""
    if entry.alias_of:
        return listings(catalog[entry.alias_of], catalog)
    if isinstance(entry.list, ElementOf) and entry.parent:
        whole = catalog[entry.parent.to]
        return sorted({op for name in entry.parent.covers for op in told_by(whole, name, catalog)})
    if isinstance(entry.list, Within):
        whole = catalog[entry.list.parent]
        if entry.list.each == "@":
            return sorted({op for text in [entry.exists or "@"] for op in _of(whole, path(text), catalog)})
        return _of(whole, path(entry.list.each), catalog)
    if entry.aggregate is not None:
        return sorted({op for to, _, _ in entry.aggregate.parts.values() for op in listings(catalog[to], catalog)})
    calls = (*entry.listings, *([entry.lookup] if entry.lookup and not entry.listings else []))
    return sorted({operation(entry, call) for call in calls})


def told_by(entry: ResourceType, name: str, catalog: Catalog) -> list[str]:
    """The operations whose answers contain an attribute."""
    if isinstance(entry.list, ElementOf) or entry.aggregate is not None:
        return listings(entry, catalog)
    own = catalog[entry.alias_of] if entry.alias_of else entry
    return _of(own, entry.attr(name).path, catalog)


def _of(entry: ResourceType, at: Path, catalog: Catalog) -> list[str]:
    """The operations that fill the sections of a path."""
    found: set[str] = set()
    for section in at.sections or {""}:
        described = [operation(entry, c) for c in entry.describe if c.into == section]
        if section.startswith("parent.") and isinstance(entry.list, Within):
            found |= {*_of(catalog[entry.list.parent], path(section.removeprefix("parent.")), catalog)}
        else:
            found |= {*(described or listings(entry, catalog))}
    return sorted(found)


def plain_entry(entry: ResourceType, catalog: Catalog) -> dict[str, Any]:
    """One entry as JSON values."""
    return {
        "type": entry.name,
        "service": entry.service,
        "scope": "regional" if entry.regional else "global",
        "compared": compared(entry),
        "ignored": dict(entry.ignored),
        "actions": actions([entry.name], catalog),
    }


def tally(entry: ResourceType, provider: facts.Facts) -> tuple[int, int]:
    """(compared attributes, attributes that a configuration can set), counting each attribute inside a nested block."""
    return _tally(entry.attributes, provider)


def _tally(attributes: Mapping[str, Attr], provider: facts.Facts) -> tuple[int, int]:
    compared = every = 0
    for name, fact in provider.items():
        if name in facts.EVERYWHERE or not facts.settable(fact):
            continue
        inner = 1 if isinstance(fact, str) else max(1, facts.count_settable(fact[1]))
        attr = attributes.get(name)
        if attr is None:
            every += inner
        elif attr.fields and not isinstance(fact, str):
            some, all_ = _tally(attr.fields, fact[1])
            compared, every = compared + some, every + all_
        else:
            compared, every = compared + inner, every + inner
    return compared, every

"""The catalogue as something to read: what is compared, what is not and why, and the rights it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.path import Path, path
from drift.provider.spec import Attr, Call, ElementOf, ResourceType, Within


def compared(kind: ResourceType) -> list[str]:
    """Every attribute that is compared, nested ones dotted."""
    return [path for name, attr in kind.attributes.items() for path in _paths(name, attr)]


def _paths(name: str, attr: Attr) -> Iterator[str]:
    if not attr.fields:
        yield name
    for inner, field in attr.fields.items():
        yield from _paths(f"{name}.{inner}", field)


def actions(names: Iterable[str], catalog: Catalog) -> list[str]:
    """The permissions that reading these types takes, sorted."""
    found: set[str] = set()
    todo = list(names)
    seen: set[str] = set()
    while todo:
        kind = catalog[todo.pop()]
        if kind.name in seen:
            continue
        seen.add(kind.name)
        action = catalog.provider_of(kind.name).action
        found |= {action(call.service or kind.service, call) for call in kind.calls} | set(kind.extra_actions)
        todo += [kind.list.parent] if isinstance(kind.list, Within) else []
        todo += [kind.parent.to] if isinstance(kind.list, ElementOf) and kind.parent else []
        todo += [kind.alias_of] if kind.alias_of else []
    return sorted(found)


def operation(kind: ResourceType, call: Call) -> str:
    """A call as the API reference names it: `sqs:GetQueueAttributes`."""
    return f"{call.service or kind.service}:{call.op}"


def listings(kind: ResourceType, catalog: Catalog) -> list[str]:
    """The operations whose answers tell that something of this type is there."""
    if kind.alias_of:
        return listings(catalog[kind.alias_of], catalog)
    if isinstance(kind.list, ElementOf) and kind.parent:
        whole = catalog[kind.parent.to]
        return sorted({op for name in kind.parent.covers for op in told_by(whole, name, catalog)})
    if isinstance(kind.list, Within):
        whole = catalog[kind.list.parent]
        if kind.list.each == "@":
            return sorted({op for text in [kind.exists or "@"] for op in _of(whole, path(text), catalog)})
        return _of(whole, path(kind.list.each), catalog)
    if kind.aggregate is not None:
        return sorted({op for to, _, _ in kind.aggregate.parts.values() for op in listings(catalog[to], catalog)})
    calls = (*kind.listings, *([kind.lookup] if kind.lookup and not kind.listings else []))
    return sorted({operation(kind, call) for call in calls})


def told_by(kind: ResourceType, name: str, catalog: Catalog) -> list[str]:
    """The operations whose answers tell an attribute."""
    if isinstance(kind.list, ElementOf) or kind.aggregate is not None:
        return listings(kind, catalog)
    own = catalog[kind.alias_of] if kind.alias_of else kind
    return _of(own, kind.attr(name).path, catalog)


def _of(kind: ResourceType, at: Path, catalog: Catalog) -> list[str]:
    """The operations that fill the sections which a path reads."""
    found: set[str] = set()
    for section in at.sections or {""}:
        described = [operation(kind, c) for c in kind.describe if c.into == section]
        if section.startswith("parent.") and isinstance(kind.list, Within):
            found |= {*_of(catalog[kind.list.parent], path(section.removeprefix("parent.")), catalog)}
        else:
            found |= {*(described or listings(kind, catalog))}
    return sorted(found)


def entry(kind: ResourceType, catalog: Catalog) -> dict[str, Any]:
    """One type as plain values."""
    return {
        "type": kind.name,
        "service": kind.service,
        "scope": "regional" if kind.regional else "global",
        "compared": compared(kind),
        "ignored": dict(kind.ignored),
        "actions": actions([kind.name], catalog),
    }


def tally(kind: ResourceType, provider: facts.Facts) -> tuple[int, int]:
    """(attributes compared, attributes a configuration may set), those inside nested blocks one by one."""
    return _tally(kind.attributes, provider)


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

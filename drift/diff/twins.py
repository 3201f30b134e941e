"""Joins a missing resource with the unmanaged one that somebody created by hand in its place.

The two must have the same type, account and region; and either the same name (not a tag) and the same references, or
the same tags and the same values in every attribute that could be read. If two resources match, none is taken: drift
does not guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from drift.diff.compare import agree
from drift.model.coverage import Unreadable
from drift.model.drift import Drift
from drift.model.resource import Key, Resource
from drift.model.value import Block, Value, is_empty
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.provider.spec import ResourceType

Complete = Callable[[Mapping[Key, frozenset[str]]], None]

_NATURAL = re.compile(r"(\w+_)?(name|identifier)")
"""A label that is a name of its own, and not a tag or description that several resources may share."""


def joined(
    drifts: Sequence[Drift], catalog: Catalog, complete: Complete, resources: Mapping[Key, Resource]
) -> list[Drift]:
    """The drift, with each pair joined to one entry of kind `missing`. `complete` reads attributes, which `resources`
    then has."""
    lost = [d for d in drifts if d.kind == "missing"]
    strangers: dict[tuple[str, str, str], list[Drift]] = defaultdict(list)
    for drift in drifts:
        if drift.kind == "unmanaged":
            strangers[_home(drift)].append(drift)
    pairs = [(d, s) for d in lost for s in strangers[_home(d)] if _worth_reading(d.resource, s.resource, catalog)]
    if not pairs:
        return list(drifts)
    complete({s.resource.key: frozenset(entry_of(d.resource, catalog).attributes) for d, s in pairs})
    twins = _twins([(d.resource, resources[s.resource.key]) for d, s in pairs], catalog)
    taken = {twin.key for twin in twins.values()}
    out = []
    for drift in drifts:
        if drift.kind == "missing" and (twin := twins.get(drift.resource.origin)) is not None:
            out.append(replace(drift, recreated_as=twin))
        elif drift.kind != "unmanaged" or drift.resource.key not in taken:
            out.append(drift)
    return out


def _home(drift: Drift) -> tuple[str, str, str]:
    key = drift.resource.key
    return key.type, key.account, key.region


def _worth_reading(lost: Resource, stranger: Resource, catalog: Catalog) -> bool:
    """Whether the unmanaged resource may be the missing one: its id differs, and no listed attribute contradicts."""
    entry = entry_of(lost, catalog)
    if entry.identity != ("id",) or lost.id == stranger.id or lost.id == lost.name:
        return False
    if _named(entry, lost, stranger):
        return True
    names = {name for name in entry.attributes if name in lost.attributes and name in stranger.attributes}
    names -= {ref.attribute.split(".")[0].removesuffix("[]") for ref in entry.refs}
    return bool(lost.attributes.get("tags")) and all(_agree(entry, n, lost, stranger, {}) for n in names)


def _twins(pairs: Sequence[tuple[Resource, Resource]], catalog: Catalog) -> dict[tuple[str, str], Resource]:
    """(state, address) -> the resource in its place. References to resources that were created again count as equal."""
    swaps: dict[str, str] = {}
    out: dict[tuple[str, str], Resource] = {}
    while True:
        fits = [(d, s) for d, s in pairs if d.origin not in out and _same(d, s, swaps, catalog)]
        alone = [
            (d, s)
            for d, s in fits
            if sum(d is other for other, _ in fits) == 1 and sum(s is other for _, other in fits) == 1
        ]
        if not alone:
            return out
        for lost, stranger in alone:
            out[lost.origin] = stranger
            swaps |= {old: new for old, new in ((lost.id, stranger.id), (lost.arn, stranger.arn)) if old and new}


def _same(lost: Resource, stranger: Resource, swaps: Mapping[str, str], catalog: Catalog) -> bool:
    entry = entry_of(lost, catalog)
    if _named(entry, lost, stranger):
        return all(_agree(entry, name, lost, stranger, swaps) for name in _references(entry) if name in lost.attributes)
    if is_empty(lost.attributes.get("tags")):
        return False
    return all(_agree(entry, name, lost, stranger, swaps) for name in entry.attributes if name in lost.attributes)


def _named(entry: ResourceType, lost: Resource, stranger: Resource) -> bool:
    natural = _NATURAL.fullmatch(entry.label) is not None and entry.label in entry.attributes
    return natural and bool(lost.name) and lost.name == stranger.name


def _references(entry: ResourceType) -> Iterator[str]:
    """The attributes that name one other resource."""
    named = [ref.attribute for ref in entry.refs] + ([entry.parent.attribute] if entry.parent else [])
    return (name for name in dict.fromkeys(named) if name in entry.attributes)


def _agree(entry: ResourceType, name: str, lost: Resource, stranger: Resource, swaps: Mapping[str, str]) -> bool:
    have = stranger.attributes.get(name)
    return not isinstance(have, Unreadable) and agree(
        entry.attributes[name], _swapped(lost.attributes.get(name), swaps), have
    )


def _swapped(value: Value, swaps: Mapping[str, str]) -> Any:
    """A value with the old ids replaced by those of the new resources."""
    if not swaps:
        return value
    if isinstance(value, str):
        return swaps.get(value, value)
    if isinstance(value, Mapping):
        return Block({k: _swapped(v, swaps) for k, v in value.items()})
    if isinstance(value, tuple | frozenset):
        return type(value)(_swapped(v, swaps) for v in value)
    return value

"""What one change made: resources that refer to each other, have the same tags, or one creator at one time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from drift.model.resource import Key, Resource
from drift.model.who import Who
from drift.provider.catalog import Catalog
from drift.provider.relations import Index, entry_of, order_of, refs_of
from drift.remedy.adopt.names import slug

TOGETHER = timedelta(hours=1)
"""Longest pause between two events of one change."""
_NAMES = frozenset({"Name"})
"""Tags that tell resources apart instead of saying what they belong to."""


def groups(resources: Sequence[Resource], catalog: Catalog, who: Mapping[Key, Sequence[Who]]) -> dict[Key, str]:
    """Resource -> the file of its group, for groups of two and more; named after the first one that has a name."""
    parent = {r.key: r.key for r in resources}

    def top(key: Key) -> Key:
        while parent[key] != key:
            key = parent[key]
        return key

    for one, other in (*_referring(resources, catalog), *_tagged(resources), *_made(resources, who)):
        parent[top(one)] = top(other)
    members: dict[Key, list[Resource]] = defaultdict(list)
    for resource in sorted(resources, key=order_of):
        members[top(resource.key)].append(resource)
    out: dict[Key, str] = {}
    taken: set[str] = set()
    for found in members.values():
        if len(found) < 2:
            continue
        name = next((s for r in found if (s := slug(r.name))), "") or slug(found[0].id) or "group"
        name = next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(resources) + 2))) if n not in taken)
        taken.add(name)
        out |= {r.key: f"adopted-{name.strip('_')}.tf" for r in found}
    return out


def _referring(resources: Sequence[Resource], catalog: Catalog) -> Iterator[tuple[Key, Key]]:
    keys = {r.key for r in resources}
    index = Index(resources, catalog)
    for resource in resources:
        for ref in refs_of(entry_of(resource, catalog)):
            for _, target in index.named(ref, resource):
                if target is not None and target.key in keys:
                    yield resource.key, target.key


def _tagged(resources: Iterable[Resource]) -> Iterator[tuple[Key, Key]]:
    first: dict[frozenset[tuple[str, str]], Key] = {}
    for resource in resources:
        tags = resource.attributes.get("tags")
        found = tags.items() if isinstance(tags, Mapping) else ()
        mine = frozenset((str(k), str(v)) for k, v in found if k not in _NAMES)
        if mine:
            yield resource.key, first.setdefault(mine, resource.key)


def _made(resources: Iterable[Resource], who: Mapping[Key, Sequence[Who]]) -> Iterator[tuple[Key, Key]]:
    """Neighbours in the order in which one actor made them."""
    events = [
        (repr(one.actor), datetime.fromisoformat(one.at), resource.key)
        for resource in resources
        for one in who.get(resource.key, ())
        if one.actor is not None and one.at
    ]
    events.sort(key=lambda e: e[:2])
    for (actor, at, key), (other, then, next_key) in pairwise(events):
        if actor == other and then - at <= TOGETHER:
            yield key, next_key

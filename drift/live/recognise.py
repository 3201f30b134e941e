"""Finds the item of a desired resource whose recorded id is another of the item's names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from drift.live.document import is_known
from drift.live.items import Item
from drift.live.plan import Wanted
from drift.model.resource import Key, Resource
from drift.provider.path import path, text_at
from drift.provider.spec import Attr, ResourceType


class Recognition:
    """Desired resources by key; they get the keys of their items once those are listed.

    If `terraform import` takes a name other than the id, some provider versions record that name as the id: a stack's
    name instead of its ARN. Such a resource is the item whose import id or ARN equals the recorded id.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.managed: dict[Key, tuple[Resource, ...]] = dict(wanted.managed)
        self.parents: dict[Key, frozenset[str]] = dict(wanted.parents)
        self.known_as: dict[Key, Key] = {}
        self.of_type: Mapping[tuple[str, str], list[Key]] = defaultdict(list)
        """(type, region) -> the desired resources there."""
        for key in wanted.managed:
            self.of_type[key.type, key.region].append(key)

    def take(self, items: Iterable[Item]) -> None:
        """Match items with desired resources that were not found under their own keys."""
        groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for item in items:
            groups[item.key.type, item.key.region].append(item)
        for where, found in groups.items():
            listed = {i.key for i in found}
            lost = [key for key in self.of_type.get(where, ()) if key not in listed and key in self.managed]
            if lost:
                entry = next((i.entry for i in found if i.entry.name == where[0]), found[0].entry)
                self._match(self._names(entry, lost), found)

    def _names(self, entry: ResourceType, lost: list[Key]) -> dict[Any, Key]:
        out: dict[Any, Key] = {}
        for key in lost:
            attributes = self.managed[key][0].attributes
            names = [text_at(entry.alternate_identity or "''", _known(attributes)), attributes.get("id")]
            out |= {name: key for name in names if isinstance(name, str) and name}
        return out

    def _match(self, lost: Mapping[Any, Key], items: list[Item]) -> None:
        for item in items:
            if item.key in self.managed:
                continue
            shown = _known({n: item.document.read(a) for n, a in _naming(item.entry).items()})
            own = item.key.identity[0] if len(item.key.identity) == 1 else None
            imported = "" if item.entry.import_id == "id" else text_at(item.entry.import_id, shown)
            key = next((lost[n] for n in (imported, shown.get("arn"), own) if n and n in lost), None)
            if key is not None and key in self.managed:
                self.known_as[key] = item.key
                self.managed[item.key] = self.managed.pop(key)
                self.parents[item.key] = self.parents.get(item.key, frozenset()) | self.parents.get(key, frozenset())


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in attributes.items() if is_known(v)}


def _naming(entry: ResourceType) -> Mapping[str, Attr]:
    """The attributes that form the import id, the id and the ARN."""
    every = {"id": entry.id, **entry.computed, **entry.attributes}
    return {n: a for n, a in every.items() if n in path(entry.import_id).sections or n in ("id", "arn")}

"""What was found so far: live objects under their types, and what hides more of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from drift.live.document import UNASKED, Document
from drift.live.plan import Plan
from drift.model.coverage import Gap, Unreadable
from drift.model.resource import Key
from drift.provider.path import path
from drift.provider.spec import ResourceType


@dataclass(slots=True)
class Item:
    """One live object under one type; a facet shares its document with its parent."""

    entry: ResourceType
    key: Key
    document: Document
    parent: Item | None = None


@dataclass(slots=True)
class Found:
    """Everything the collector saw."""

    items: dict[Key, Item] = field(default_factory=dict)
    gaps: set[Gap] = field(default_factory=set)
    not_offered: set[str] = field(default_factory=set)
    """The actions that an emulator does not know, where nothing desired needs them."""
    known_as: dict[Key, Key] = field(default_factory=dict)
    """The key of something desired -> that of the item which has another of its names for its id."""
    listings_spared: int = 0
    """Listings that a search for what is unmanaged would have made besides."""

    def gap(self, key: Key) -> Gap | None:
        """Why a resource that was not found may exist all the same."""
        names = {"", str(key.identity[0])}
        return min(
            (g for g in self.gaps if (g.type, g.account, g.region) == key[:3] and g.within in names), default=None
        )


class Inventory:
    """Items as they are listed, and those that proved to exist."""

    def __init__(self, account: str, plan: Plan) -> None:
        self._account = account
        self._plan = plan
        self.listed: dict[tuple[str, str], list[Item]] = defaultdict(list)
        """(type, region) -> what its listings told, before anything else was asked."""
        self.guests: set[tuple[str, Unreadable]] = set()
        """(region, why) of what another account refused."""
        self.found = Found()

    def document(
        self, entry: ResourceType, region: str, item: Mapping[str, Any], parent: Document | None = None
    ) -> Document:
        """What a listing says of one item; it also knows where it is."""
        return Document(entry, region, {**item, "here": self._plan.here(region)}, parent)

    def add(self, entry: ResourceType, region: str, document: Document, parent: Item | None) -> list[Item]:
        """The item, by its identity; none where a refusal hides that."""
        identity = []
        for name in entry.identity:
            value = document.read(entry.attr(name))
            if isinstance(value, Unreadable):
                self.gap(entry, region, value, within=parent.key if parent else None)
                return []
            identity.append(None if value is UNASKED else value)
        key = Key(entry.listed_as, self._account, region, tuple(identity))
        item = Item(entry, key, document, parent)
        self.listed[entry.name, region].append(item)
        return [item]

    def gap(self, entry: ResourceType, region: str, why: Unreadable, within: Key | None = None) -> None:
        """There may be more of the type than was found."""
        name = str(within.identity[0]) if within else ""
        self.found.gaps.add(Gap(entry.listed_as, self._account, region, why.action, why.code, name))

    def existing(self, items: Iterable[Item]) -> list[Item]:
        """Those that exist; what cannot be told to exist is a gap."""
        out = []
        for item in items:
            if item.document.known.get("") == "gone":
                continue
            if item.entry.exists:
                there = item.document.look(path(item.entry.exists))
                if isinstance(there, Unreadable):
                    within = item.parent.key if item.parent else item.key
                    self.gap(item.entry, item.key.region, there, within=within)
                    continue
                if there is not UNASKED and not there:
                    continue
            out.append(item)
        return out

"""The live objects found so far, and the refusals that may hide more of them."""

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
    """One live object of one type. A facet has the same document as its parent."""

    entry: ResourceType
    key: Key
    document: Document
    parent: Item | None = None


@dataclass(slots=True)
class Found:
    """Everything that the collector found."""

    items: dict[Key, Item] = field(default_factory=dict)
    gaps: set[Gap] = field(default_factory=set)
    not_offered: set[str] = field(default_factory=set)
    """Actions that an emulator does not support, and that no desired resource needs."""
    known_as: dict[Key, Key] = field(default_factory=dict)
    """Key of a desired resource -> key of the item that has its id as another name."""
    listings_spared: int = 0
    """Listings that the search for unmanaged resources would have made in addition."""

    def gap(self, key: Key) -> Gap | None:
        """Why a resource that was not found may exist nevertheless; None without a reason."""
        names = {"", str(key.identity[0])}
        return min(
            (g for g in self.gaps if (g.type, g.account, g.region) == key[:3] and g.within in names), default=None
        )


class Inventory:
    """Items as they were listed, and those that exist."""

    def __init__(self, account: str, plan: Plan) -> None:
        self._account = account
        self._plan = plan
        self.listed: dict[tuple[str, str], list[Item]] = defaultdict(list)
        """(type, region) -> items as listed, before anything else was read."""
        self.guests: set[tuple[str, Unreadable]] = set()
        """(region, refusal) of resources that another account refused."""
        self.found = Found()

    def document(
        self, entry: ResourceType, region: str, item: Mapping[str, Any], parent: Document | None = None
    ) -> Document:
        """The document of one listed item, with `here`."""
        return Document(entry, region, {**item, "here": self._plan.here(region)}, parent)

    def add(self, entry: ResourceType, region: str, document: Document, parent: Item | None) -> list[Item]:
        """Add the item under its identity; None if a refusal hides the identity."""
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
        """Record that more resources of the type may exist."""
        name = str(within.identity[0]) if within else ""
        self.found.gaps.add(Gap(entry.listed_as, self._account, region, why.action, why.code, name))

    def existing(self, items: Iterable[Item]) -> list[Item]:
        """The items that exist. If that is unknown, a gap is recorded."""
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

"""Lists the resources of a type: by its own calls, by id, or inside another type's items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from drift.live.document import UNASKED, UNEXPECTED, Unasked
from drift.live.items import Inventory, Item
from drift.live.needs import Needs
from drift.live.plan import Listing, Plan, Wanted
from drift.live.schedule import Ask, Handle, Task, Until
from drift.live.sections import Sections, elements
from drift.model.coverage import NOT_OFFERED, Gap, Unreadable
from drift.model.resource import Key, Resource
from drift.model.value import Value, plain
from drift.provider.api import Refused, Request
from drift.provider.path import path
from drift.provider.spec import Call, ResourceType, Within


class Lister:
    """Lists for one scan, and adds to its inventory."""

    def __init__(
        self, plan: Plan, wanted: Wanted, inventory: Inventory, needs: Needs, sections: Sections, scope: frozenset[str]
    ) -> None:
        self._plan = plan
        self._wanted = wanted
        self._inventory = inventory
        self._needs = needs
        self._sections = sections
        self._scope = scope
        self._families: Mapping[tuple[str, str], Handle] = {}
        self._wanted_of: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for key in wanted.managed:
            self._wanted_of[key.type, key.region].append(key)

    def begun(self, families: Mapping[tuple[str, str], Handle]) -> None:
        """Store the families in progress, by type and region."""
        self._families = families

    def of(self, entry: ResourceType, region: str) -> Task[list[Item]]:
        """Every relevant item of a type in a region, with the content of the listing."""
        items = self._inside(entry, entry.list, region) if isinstance(entry.list, Within) else []
        items += yield from self._listed(entry, region)
        if entry.lookup is not None and entry.name in self._scope:
            items += yield from self._looked_up(entry, entry.lookup, region, {i.key for i in items})
        return items

    def _listed(self, entry: ResourceType, region: str) -> Task[list[Item]]:
        asked, out = list[Listing](), list[Item]()
        for listing in self._plan.listings(entry, region):
            others = self._plan.needed_by(listing.call, region)
            if others:
                yield Until(self._families[other] for other in others)
            if not others or self._wanted_of[entry.name, region] or self._worth(listing.call, region):
                asked.append(listing)
        while asked:
            further: list[Listing] = []
            answers = yield Ask("listing", [listing.request for listing in asked])
            for listing, answer in zip(asked, answers, strict=True):
                kept = elements(listing.call, answer)
                if isinstance(kept, Refused):
                    self._refused(listing, kept)
                elif listing.further:
                    further += self._plan.inner(listing, kept)
                else:
                    out += self._told(entry, region, [{**listing.known, **raw} for raw in kept])
            asked = further
        return out

    def _worth(self, call: Call, region: str) -> bool:
        """Whether an item exists, or may exist, without which the listing would be empty (`Call.where`)."""
        gaps = {(g.type, g.region) for g in self._inventory.found.gaps}
        places = [(where, (where.type, self._plan.region_of(where.type, region))) for where in call.where]
        return any(
            place in gaps or any(i.document.look(path(where.which)) for i in self._inventory.listed[place])
            for where, place in places
        )

    def _told(self, entry: ResourceType, region: str, raws: list[dict[str, Any]]) -> list[Item]:
        documents = [self._inventory.document(entry, region, raw) for raw in raws]
        items = [i for document in documents for i in self._inventory.add(entry, region, document, None)]
        if len(entry.listings) > 1:
            items = self._once(entry, region, items)
        if entry.versions is not None:
            items = self._inventory.listed[entry.name, region] = _newest(entry, items, self._wanted)
        return items

    def _refused(self, listing: Listing, answer: Refused) -> None:
        entry, region, call = listing.entry, listing.region, listing.call
        if answer.code in call.absent | (call.gone if call.per else frozenset()):
            return
        why = Unreadable(self._sections.action(entry, call), answer.code)
        self._inventory.gap(entry, region, why)
        known = {**listing.known, "here": self._plan.here(region)}
        if call.guest and path(call.guest).search(known):
            self._inventory.guests.add((region, why))

    def _once(self, entry: ResourceType, region: str, items: list[Item]) -> list[Item]:
        """The items without those that another listing of the same type returned already: an API in two versions."""
        first: dict[Key, Item] = {}
        for item in self._inventory.listed[entry.name, region]:
            first.setdefault(item.key, item)
        self._inventory.listed[entry.name, region] = list(first.values())
        return [i for i in items if first[i.key] is i]

    def _looked_up(self, entry: ResourceType, call: Call, region: str, listed: set[Key]) -> Task[list[Item]]:
        """Desired resources that were not listed and can be read by their attributes."""
        asked = [
            (key, request)
            for key in self._wanted_of[entry.name, region]
            if key not in listed
            and (request := self._request(entry, call, key, self._wanted.managed[key][0])) is not None
        ]
        answers = yield Ask("seeking", [request for _, request in asked])
        out: list[Item] = []
        for (key, request), answer in zip(asked, answers, strict=True):
            kept = elements(call, answer)
            if isinstance(kept, Refused):
                if kept.code not in call.absent | call.gone:
                    why = Unreadable(self._sections.action(entry, call), kept.code)
                    self._inventory.gap(entry, region, why, within=key)
                continue
            for raw in kept:
                document = self._inventory.document(entry, region, {**request.args, **raw})
                for item in self._inventory.add(entry, region, document, None):
                    if item.key == key:
                        out.append(item)
                    else:
                        self._inventory.listed[entry.name, region].remove(item)
        return out

    def _request(self, entry: ResourceType, call: Call, key: Key, desired: Resource) -> Request | None:
        """The request for one desired resource; None if an argument has no value, or the type could not be listed."""
        bound = {name: plain(path(p).search(desired.attributes)) for name, p in call.bind.items()}
        gap = self._inventory.found.gap(key)
        if None in bound.values() or (gap is not None and gap.code != NOT_OFFERED):
            return None
        service = call.service or entry.service
        return Request(service, self._plan.endpoint(key.region, call), call.op, {**call.args, **bound})

    def _inside(self, entry: ResourceType, within: Within, region: str) -> list[Item]:
        out: list[Item] = []
        # a gap names the outer parent, which may not be the children's own parent
        self._inventory.found.gaps |= {
            Gap(entry.name, g.account, g.region, g.action, g.code)
            for g in self._inventory.found.gaps
            if g.type == within.parent and g.region == region
        }
        for parent in self._inventory.listed[within.parent, region]:
            if within.each != "@" or self._needs.interesting(entry, parent):
                out += self.children(entry, within, parent)
        return out

    def children(self, entry: ResourceType, within: Within, parent: Item) -> list[Item]:
        """The items of a type inside one item, if the section that contains them was read."""
        region = parent.key.region
        if within.each == "@":
            return self._inventory.add(entry, region, parent.document, parent)
        raws: Any = parent.document.look(path(within.each))
        if not isinstance(raws, Unreadable) and raws is not UNASKED and not _members(raws):
            raws = Unreadable(within.each, UNEXPECTED)
        if isinstance(raws, Unreadable):
            self._inventory.gap(entry, region, raws, within=parent.key)
            return []
        if raws is UNASKED:
            return []
        documents = [self._inventory.document(entry, region, raw, parent.document) for raw in raws or ()]
        return [item for document in documents for item in self._inventory.add(entry, region, document, parent)]


def _members(raws: Any) -> bool:
    """Whether it is a list of items with members, or nothing."""
    return raws is None or (isinstance(raws, list) and all(isinstance(raw, Mapping) for raw in raws))


def _newest(entry: ResourceType, items: list[Item], wanted: Wanted) -> list[Item]:
    """The items without irrelevant versions: if a version is managed, only managed ones; otherwise only the newest."""
    if entry.versions is None:
        return items
    common, number = (entry.attr(name) for name in entry.versions)
    series: dict[Any, list[Item]] = defaultdict(list)
    for item in items:
        series[item.document.read(common)].append(item)
    out = []
    for versions in series.values():
        managed = [i for i in versions if i.key in wanted.managed]
        out += managed or [max(versions, key=lambda i: _number_of(i.document.read(number)))]
    return out


def _number_of(version: Value | Unasked) -> int | float:
    """The number of a version; 0 if it is unknown."""
    return version if isinstance(version, int | float) else 0

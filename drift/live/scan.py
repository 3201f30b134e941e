"""One scan: converts the collector's items to resources, and pairs them with desired resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from drift.live.asker import Asker, Progress, quiet
from drift.live.collector import Collector
from drift.live.document import UNASKED, is_known
from drift.live.items import Found, Item
from drift.live.plan import Wanted
from drift.live.shape import actual_resource
from drift.live.written import Written, written
from drift.model.coverage import NOT_OFFERED, Gap, Unreadable
from drift.model.resource import Key, Question, Resource
from drift.model.value import Value, as_block, as_set, freeze
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.path import path
from drift.provider.relations import as_attribute, entry_of, parent_key, parts_of
from drift.provider.spec import Aggregate, ElementOf, ResourceType


class Scan:
    """The resources in the account, as far as the desired side and the scope need them."""

    def __init__(
        self,
        asker: Asker,
        catalog: Catalog,
        provider: Provider,
        desired: Sequence[Resource],
        *,
        scope: Iterable[str],
        regions: Iterable[str],
        search: bool = True,
        fresh: bool = False,
        spared: Mapping[tuple[str, str], frozenset[str]] | None = None,
        strangers: bool = True,
        progress: Progress = quiet,
    ) -> None:
        """`search` and `fresh` as for the collector. Nothing is read before `collect`."""
        self._catalog = catalog
        self._provider = provider
        self._asker = asker
        self._desired = desired
        self._regions = sorted(set(regions))
        self._scope = frozenset(scope)
        self._search = search
        self._fresh = fresh
        self._progress = progress
        self._spared = spared or {}
        self._strangers = strangers
        self._collected: Collector | None = None
        self.resources: dict[Key, Resource] = {}
        self.paired: dict[tuple[str, str], Resource] = {}
        self.not_held: set[tuple[str, str]] = set()
        """Places of what a state has no more, and is there all the same."""
        self._kinds: dict[tuple[str, str], ResourceType] = {}
        self._origins: dict[tuple[Key, str], tuple[str, str]] = {}
        self._alike: dict[tuple[str, str], dict[tuple[str, Value], list[Resource]]] = {}

    def collect(self) -> None:
        """List and read what is needed, and pair it with desired resources."""
        wants = replace(wanted(self._desired, self._catalog), spared=self._spared, strangers=self._strangers)
        self._collected = Collector(
            self._asker,
            self._catalog,
            self._provider,
            wants,
            scope=self._scope,
            regions=self._regions,
            search=self._search,
            fresh=self._fresh,
            progress=self._progress,
        )
        self._collected.collect()
        self.resources |= {k: actual_resource(i) for k, i in self._found.items.items()}
        for resource in self._desired:
            actual = self._pair(resource)
            if actual is not None and resource.dropped and _as_said(resource, actual):
                self.not_held.add(resource.origin)
            elif actual is not None and not resource.deposed:
                origin = resource.origin
                self.paired[origin] = _spared(actual, self._spared.get(origin, frozenset()))
                self._kinds[origin] = entry_of(resource, self._catalog)
                self._origins[actual.key, origin[1]] = origin

    @property
    def _collector(self) -> Collector:
        if self._collected is None:
            raise RuntimeError("nothing was collected yet")
        return self._collected

    @property
    def _found(self) -> Found:
        return self._collected.found if self._collected is not None else Found()

    @property
    def gaps(self) -> frozenset[Gap]:
        """The listings that failed."""
        return frozenset(self._found.gaps)

    @property
    def not_offered(self) -> frozenset[str]:
        """The actions that an emulator does not support."""
        return frozenset(self._found.not_offered)

    @property
    def listings_spared(self) -> int:
        """The listings that the search for unmanaged resources would have made in addition."""
        return self._found.listings_spared

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read further attributes of resources that were found, for the rules."""
        needs: list[tuple[Item, set[str]]] = []
        for key, names in wants.items():
            item = self._found.items.get(key)
            if item is not None:
                known = {*item.entry.attributes, *item.entry.computed}
                needs.append((item, {s for n in names & known for s in item.entry.sections_of(n)}))
        self._collector.read(needs)
        for key in wants:
            if key in self._found.items:
                self.resources[key] = actual_resource(self._found.items[key])
        for origin, resource in self.paired.items():
            item = self._found.items.get(resource.key)
            if item is not None and resource.key in wants:
                self.paired[origin] = replace(self._shaped(item, self._kinds[origin]), address=resource.address)

    def written(self, key: Key, entry: ResourceType | None = None) -> Written:
        """What the cloud says of a resource that was found, in the shape of a configuration, by its own entry or by
        another of the same object; reads all of it. KeyError for a resource that was not found."""
        item = self._found.items[key]
        self._collector.read([(item, {c.into for c in item.entry.describe})])
        self.resources[key] = actual_resource(item)
        return written(item.document, entry or item.entry, filled=False)

    def answered(self, key: Key, entry: ResourceType) -> Written:
        """The same of what was read so far, with defaults where the cloud says nothing. KeyError for a resource that is
        no object of its own."""
        return written(self._found.items[key].document, entry)

    def as_type(self, key: Key, entry: ResourceType) -> Resource:
        """A resource that was found, by another entry of the same object. KeyError for one that was not found."""
        return actual_resource(self._found.items[key], entry)

    def open(self, wants: Iterable[tuple[Key, str]]) -> None:
        """List the items of given types inside resources that were found."""
        items = [(self._catalog[name], self._found.items[key]) for key, name in wants if key in self._found.items]
        for item in self._collector.inside(items):
            self.resources.setdefault(item.key, actual_resource(item))

    def prove(self, questions: Sequence[Question]) -> dict[Question, Any]:
        """The answers of the cloud to questions about items; `Unreadable` if that was refused, None if there is no
        value."""
        known = [(q, self._found.items[q.key]) for q in questions if q.key in self._found.items]
        self._collector.read([(item, set(path(q.text).sections)) for q, item in known])
        out: dict[Question, Any] = dict.fromkeys(questions)
        for question, item in known:
            found = item.document.look(path(question.text), element=question.element)
            nothing = found is UNASKED or (isinstance(found, Unreadable) and found.code == NOT_OFFERED)
            out[question] = None if nothing else found
        return out

    def last_used(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, int | None] | Unreadable]:
        """ARN of a role or user -> service -> days since its last use, None for never."""
        return self._provider.usage(self._asker, arns, min(self._regions, default=""))

    def account(self) -> Mapping[str, int] | Unreadable:
        """What the cloud counts of the account itself."""
        return self._provider.account(self._asker, min(self._regions, default=""))

    def latest(self, resource: Resource) -> Resource:
        """The same resource with everything that was read since."""
        if resource.address is None:
            return self.resources.get(resource.key, resource)
        return self.paired.get(self._origins.get((resource.key, str(resource.address)), ("", "")), resource)

    def _pair(self, desired: Resource) -> Resource | None:
        entry = entry_of(desired, self._catalog)
        if isinstance(entry.list, ElementOf):
            return self._element_of(desired, entry, entry.list)
        if entry.aggregate is not None:
            return self._gathered(desired, entry.aggregate)
        item = self._found.items.get(self._found.known_as.get(desired.key, desired.key))
        return None if item is None else self._shaped(item, entry).at(desired.address)

    def _shaped(self, item: Item, entry: ResourceType) -> Resource:
        return self.resources[item.key] if entry is item.entry else actual_resource(item, entry)

    def _gathered(self, desired: Resource, gathers: Aggregate) -> Resource | None:
        attributes = dict(desired.attributes)
        for name, (to, take, by) in gathers.parts.items():
            wants = desired.attributes.get(name) or frozenset()
            common = as_attribute(self._catalog[to], by, desired.attributes.get(gathers.by))
            alike = self._agreeing(to, by).get((desired.key.region, common), [])
            found = [r.attributes.get(take) for r in alike]
            there = frozenset(e for v in found for e in (v if isinstance(v, frozenset) else (v,)))
            attributes[name] = there if gathers.whole else there & as_set(wants)
            gap = min((g for g in self._found.gaps if g.type == to and g.region == desired.key.region), default=None)
            if gap is not None and attributes[name] != wants:
                attributes[name] = Unreadable(gap.action, gap.code)
        if any(desired.attributes.get(n) for n in gathers.parts) and not any(attributes[n] for n in gathers.parts):
            return None
        return replace(desired, attributes=attributes)

    def _agreeing(self, type_: str, by: str) -> Mapping[tuple[str, Value], list[Resource]]:
        """(region, value of `by`) -> the resources found of a type."""
        if (type_, by) not in self._alike:
            alike = self._alike[type_, by] = defaultdict(list)
            for key, resource in self.resources.items():
                if key.type == type_:
                    alike[key.region, resource.attributes.get(by)].append(resource)
        return self._alike[type_, by]

    def _element_of(self, desired: Resource, entry: ResourceType, element: ElementOf) -> Resource | None:
        key = parent_key(desired, entry.parent, self._catalog) if entry.parent else None
        parent = self._found.items.get(key) if key else None
        if parent is None or entry.parent is None:
            return None
        read = {name: parent.document.read(parent.entry.attr(name)) for name in entry.parent.covers}
        refused = next((v for v in read.values() if not is_known(v)), None)
        if refused is not None:
            attributes: dict[str, Any] = {} if refused is UNASKED else dict.fromkeys(entry.attributes, refused)
        else:
            there = element.find(desired.attributes, {n: v for n, v in read.items() if v is not UNASKED})
            if there is None:
                return None
            raw = {**there, "id": desired.attributes.get("id")}
            attributes = {name: canonical.desired(attr, raw.get(name), raw) for name, attr in entry.attributes.items()}
        return replace(desired, attributes=as_block(freeze(attributes)))


def _as_said(dropped: Resource, actual: Resource) -> bool:
    """Whether what a state has no more is there as its author says, so that somebody took it out of the state alone.

    Otherwise somebody changed it, and a refresh no longer knew it: a subnet's association with another access list.
    """
    there = actual.attributes
    return all(
        n not in there or isinstance(there[n], Unreadable) or there[n] == said
        for n, said in dropped.configured.items()
        if n in (dropped.asserted or ())
    )


def _spared(actual: Resource, names: frozenset[str]) -> Resource:
    """The resource without unread attributes that need not be read."""
    refused = {n for n in names if isinstance(actual.attributes.get(n), Unreadable)}
    if not refused:
        return actual
    return replace(actual, attributes={n: v for n, v in actual.attributes.items() if n not in refused})


def wanted(desired: Sequence[Resource], catalog: Catalog) -> Wanted:
    """What the desired side needs."""
    managed: dict[Key, list[Resource]] = defaultdict(list)
    parents: dict[Key, set[str]] = defaultdict(set)
    everywhere: set[str] = set()
    orphans: set[str] = set()
    for resource in (*desired, *(part for r in desired for part in parts_of(r, catalog))):
        entry = entry_of(resource, catalog)
        if entry.aggregate is not None and entry.aggregate.whole:
            everywhere |= {to for to, _, _ in entry.aggregate.parts.values()}
        if not isinstance(entry.list, ElementOf):
            managed[resource.key].append(resource)
        if entry.parent is not None:
            key = parent_key(resource, entry.parent, catalog)
            if key is not None:
                parents[key] |= {entry.name, entry.listed_as}
            else:
                orphans |= {entry.name, entry.listed_as}
    return Wanted(
        managed={k: tuple(v) for k, v in managed.items()},
        parents={k: frozenset(v) for k, v in parents.items()},
        everywhere=frozenset(everywhere),
        orphans=frozenset(orphans),
    )

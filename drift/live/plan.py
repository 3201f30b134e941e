"""Decides which types to list and where. Types are grouped by family, because some are found inside others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.api import Request
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.path import path
from drift.provider.spec import Call, ElementOf, ResourceType, Within


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the desired side needs."""

    managed: Mapping[Key, tuple[Resource, ...]]
    parents: Mapping[Key, frozenset[str]]
    """Parent -> the types of desired children that name it."""
    everywhere: frozenset[str] = frozenset()
    """Types of which every live resource is read, because a desired resource claims that there are no others."""
    orphans: frozenset[str] = frozenset()
    """Types with a desired child that does not name its parent, so that any parent may contain it."""
    spared: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(state, address) -> attributes of a desired resource that need not be read."""
    strangers: bool = True
    """Whether the owners of resources that nobody desires are needed."""


class Listing(NamedTuple):
    """One listing call, and the calls that follow for each element of its answer."""

    entry: ResourceType
    region: str
    call: Call
    request: Request
    further: tuple[Call, ...] = ()
    known: Mapping[str, Any] = {}
    """The members of the elements that led here."""


class Family(NamedTuple):
    """A type with all types that are found inside it, in one region."""

    region: str
    generations: tuple[tuple[ResourceType, ...], ...]
    """The type itself, then the types inside it, then the types inside those."""


class Plan:
    """The listings of one scan. `search`: whether to search for unmanaged resources."""

    def __init__(
        self,
        catalog: Catalog,
        wanted: Wanted,
        provider: Provider,
        *,
        account: str,
        scope: frozenset[str],
        regions: Iterable[str],
        search: bool = True,
    ) -> None:
        self._catalog = catalog
        self._wanted = wanted
        self._provider = provider
        self._account = account
        self._scope = scope
        self._regions = sorted(set(regions))
        self._search = search
        self._here: dict[str, Mapping[str, str]] = {}

    @cached_property
    def entries(self) -> Mapping[str, ResourceType]:
        """Every type to list: those in scope, and those inside which they are found."""
        desired_types = {key.type for key in self._wanted.managed}
        entries = {}
        for name in self._scope if self._search else self._scope & {name for name, _ in self._places}:
            entry = self._catalog[name]
            told = entry.parent is not None and entry.parent.covers and not entry.parent.standalone
            if told and name not in desired_types:
                continue  # not reported: its parent is reported
            if isinstance(entry.list, ElementOf) and entry.parent:
                entry = self._catalog[entry.parent.to]
            if entry.alias_of:
                entry = self._catalog[entry.alias_of]
            entries[entry.name] = entry
        for entry in list(entries.values()):
            if entry.aggregate is not None and entry.name in desired_types:
                entries |= {to: self._catalog[to] for to, _, _ in entry.aggregate.parts.values()}
        for entry in list(entries.values()):
            while isinstance(entry.list, Within):
                entry = entries.setdefault(entry.list.parent, self._catalog[entry.list.parent])
        return entries

    @cached_property
    def children(self) -> Mapping[str, Sequence[tuple[ResourceType, Within]]]:
        """Type -> the types to list inside it."""
        out: dict[str, list[tuple[ResourceType, Within]]] = {}
        for _, entry in sorted(self.entries.items()):
            if isinstance(entry.list, Within):
                out.setdefault(entry.list.parent, []).append((entry, entry.list))
        return out

    @cached_property
    def families(self) -> list[Family]:
        """The families to list, once for each region."""
        out = []
        for _, entry in sorted(self.entries.items()):
            if not isinstance(entry.list, Within):
                generations = self._generations(entry)
                regions = dict.fromkeys(r for g in generations for k in g for r in self.regions_of(k))
                for region in regions:
                    here = ([k for k in g if region in self.regions_of(k)] for g in generations)
                    out.append(Family(region, tuple(tuple(g) for g in here)))
        return out

    def _generations(self, root: ResourceType) -> list[list[ResourceType]]:
        out, generation = [], [root]
        while generation:
            out.append(generation)
            inside = {k.name: k for parent in generation for k, _ in self.children.get(parent.name, ())}
            generation = [entry for _, entry in sorted(inside.items())]
        return out

    @cached_property
    def _places(self) -> frozenset[tuple[str, str]]:
        """(type, region) of desired resources, and of the types inside which they are found."""
        managed, parents = self._wanted.managed, self._wanted.parents
        todo = {(name, key.region) for key, names in parents.items() for name in names}
        todo |= {(name, key.region) for key, rs in managed.items() for name in (key.type, *map(type_of, rs))}
        found: set[tuple[str, str]] = set()
        while todo:
            name, region = todo.pop()
            found.add((name, region))
            for other in _behind(self._catalog[name]):
                todo |= {
                    (other, r) for r in self._everywhere(self._catalog[other]) if region in (r, GLOBAL) or r == GLOBAL
                } - found
        return frozenset(found)

    def _everywhere(self, entry: ResourceType) -> list[str]:
        return self._regions if entry.regional else [GLOBAL]

    def regions_of(self, entry: ResourceType) -> list[str]:
        """The regions in which to list a type."""
        every = self._everywhere(entry)
        return every if self._search else [region for region in every if (entry.name, region) in self._places]

    def listings(self, entry: ResourceType, region: str) -> Iterator[Listing]:
        """The listing calls for a type in a region."""
        for call in entry.listings:
            if region in (call.region or region, GLOBAL):
                yield self._listing(entry, region, call.chain, {})

    def needed_by(self, call: Call, region: str) -> list[tuple[str, str]]:
        """The families that decide whether a listing is called; empty if one of them is not listed at all."""
        needed = [(where.type, self.region_of(where.type, region)) for where in call.where]
        return needed if self._listed.issuperset(needed) else []

    @cached_property
    def _listed(self) -> frozenset[tuple[str, str]]:
        return frozenset((family.generations[0][0].name, family.region) for family in self.families)

    def region_of(self, name: str, region: str) -> str:
        """Where a type is listed whose items matter to a listing in this region."""
        return region if self._catalog[name].regional else GLOBAL

    def _listing(self, entry: ResourceType, region: str, chain: tuple[Call, ...], known: Mapping[str, Any]) -> Listing:
        call, *further = chain
        bound = {n: path(p).search({**known, "here": self.here(region)}) for n, p in call.bind.items()}
        request = Request(call.service or entry.service, self.endpoint(region, call), call.op, {**call.args, **bound})
        return Listing(entry, region, call, request, tuple(further), known)

    def inner(self, outer: Listing, elements: Iterable[Mapping[str, Any]]) -> Iterator[Listing]:
        """The calls that follow an answer, one for each of its elements."""
        for element in elements:
            yield self._listing(outer.entry, outer.region, outer.further, {**outer.known, **element})

    def endpoint(self, region: str, call: Call) -> str:
        """The region whose endpoint answers."""
        return call.region or (self._first if region == GLOBAL else region)

    @property
    def _first(self) -> str:
        """The region in which types without a region are listed; empty in a cloud without regions."""
        return self._regions[0] if self._regions else ""

    def here(self, region: str) -> Mapping[str, str]:
        """The values that every item has: `here.account`, `here.region`."""
        if region not in self._here:
            answers = self._first if region == GLOBAL else region
            self._here[region] = {**self._provider.here(self._account, answers), "region": region}
        return self._here[region]

    @property
    def first(self) -> Iterator[Request]:
        """The requests that a scan makes whatever is found: their answers may be awaited before it begins."""
        return (listing.request for listing in self.everything() if not listing.call.where)

    def spared(self) -> int:
        """How many more listings the search for unmanaged resources would make, at least: those that depend on others
        may not be made."""
        every = Plan(
            self._catalog, self._wanted, self._provider, account=self._account, scope=self._scope, regions=self._regions
        )
        own = {listing.request.hashed for listing in self.everything()}
        return len({listing.request.hashed for listing in every.everything() if not listing.call.where} - own)

    def everything(self) -> Iterator[Listing]:
        """The first listing calls of every type in every region."""
        for entry in self.entries.values():
            for region in self.regions_of(entry):
                yield from self.listings(entry, region)


def _behind(entry: ResourceType) -> Iterator[str]:
    """The types that must be listed to find this one."""
    yield entry.listed_as
    if isinstance(entry.list, Within):
        yield entry.list.parent
    if isinstance(entry.list, ElementOf) and entry.parent:
        yield entry.parent.to
    if entry.alias_of:
        yield entry.alias_of
    if entry.aggregate is not None:
        yield from (to for to, _, _ in entry.aggregate.parts.values())


def type_of(resource: Resource) -> str:
    """The type in the address, or the type under which the resource is listed."""
    return resource.address.type if resource.address else resource.type

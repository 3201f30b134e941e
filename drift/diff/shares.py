"""Knows which elements of a parent's attributes separate resources describe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from drift.diff.attribute import applied
from drift.diff.compare import element_key
from drift.model.coverage import Unreadable
from drift.model.resource import Key, Resource
from drift.model.value import Value, is_empty, texts
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of, parent_key, parts_of
from drift.provider.spec import WHOLE, Attr, ResourceType


class Shares:
    """The shares of all separate resources, on either side."""

    def __init__(
        self, desired: Sequence[Resource], paired: Mapping[tuple[str, str], Resource], catalog: Catalog
    ) -> None:
        self._held: dict[tuple[Key, str], set[Hashable]] = defaultdict(set)
        self._whole: set[tuple[Key, str]] = set()
        self._mirrored: dict[tuple[str, str, str, Value], set[Hashable]] = defaultdict(set)
        """(type or "", attribute, attribute with the name, name) -> the keys of elements that other resources
        describe."""
        self._split: dict[Key, set[str]] = defaultdict(set)
        """A parent -> the types of its parts that are separate resources."""
        self._desired = desired
        self._blocks: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._written: dict[str, Sequence[frozenset[str]]] = {}
        self._names: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """What desired resources are called -> where they are desired."""
        self._covered = catalog.covered
        self._coverable: dict[tuple[str, str], Mapping[str, Attr]] = {}
        self._catalog = catalog
        gathered = [p for r in (*desired, *paired.values()) for p in parts_of(r, catalog)]
        for resource in (*desired, *gathered):
            entry = entry_of(resource, catalog)
            for mirror in entry.mirrors if not resource.deposed else ():
                other = (mirror.to, mirror.attribute, mirror.by, resource.attributes.get(mirror.names))
                self._mirrored[other] |= mirror.share(_readable(resource))
            if entry.parent is None or resource.deposed:
                continue
            part = _before_the_refresh(resource)
            key = parent_key(part, entry.parent, catalog)
            if key is None:
                continue
            self._split[key].add(entry.name)
            sides = [part, *([found] if (found := paired.get(resource.origin)) else [])]
            for name, share in entry.parent.covers.items():
                if share is WHOLE:
                    self._whole.add((key, name))
                    continue
                attr = catalog[entry.parent.to].attributes[name]
                for side in sides:
                    self._held[key, name] |= {element_key(attr, e) for e in share(_readable(side))}

    def holds_whole(self, parent: Resource, name: str) -> bool:
        """Whether a separate resource describes the whole attribute."""
        return (parent.key, name) in self._whole

    def of(self, parent: Resource, name: str) -> set[Hashable] | None:
        """The keys of the elements that separate resources describe; None if they describe the whole attribute."""
        if self.holds_whole(parent, name):
            return None
        held = self._held.get((parent.key, name), set())
        if not self._mirrored:
            return held
        named = {("", n) for n in (parent.id, parent.arn, parent.attributes.get("id"))}
        named |= {(by, parent.attributes.get(by)) for by in {by for _, _, by, _ in self._mirrored} - {""}}
        told = (self._mirrored.get((t, name, *n), ()) for t in ("", parent.type) for n in named if n[1])
        return held.union(*told)

    def closed(self, parent: Resource, name: str, attr: Attr) -> bool:
        """Whether only elements that separate resources describe are desired, because the record merely repeats what a
        refresh found.

        That holds if the configuration does not set the attribute in the parent; and, without a configuration, if the
        parent has parts that are separate resources. If the cloud chooses the attribute's value, it holds only if
        that value is known.
        """
        if not self.covers(parent, name, attr) or any(_sets(parent, other) for other in attr.set_by):
            return False
        if parent.asserted is not None:
            return name not in parent.asserted
        parts = self._split.get(parent.key, set()) & self._covered[parent.type, name]
        wholes = (self._catalog[part].parent for part in parts)
        return any(whole is not None and not whole.beside_inline for whole in wholes)

    def explained(self, resource: Resource, name: str, came: Iterable[str]) -> bool:
        """Whether an attribute names others, and any of the names that came is of something that is desired too.

        Then an apply may have put it there, when it made that other resource again, or moved this one to it. If
        resources of their own describe the elements, an apply puts no other there by itself: then something must lead
        to what came that names this resource, or that its author names.
        """
        if not self._refers(resource, name):
            return False
        if (resource.type, name) in self._catalog.elsewhere:
            return any(self._leads(resource, text) for text in came)
        if not self._names:
            for other in self._desired:
                for text in self._called(other):
                    self._names[text].add(other.origin)
        return any(self._names.get(text, set()) - {resource.origin} for text in came)

    def _leads(self, resource: Resource, name: str) -> bool:
        """Whether something desired has a name or says it, and names the resource or is named by its author."""
        mine = {resource.id, *resource.key.identity, resource.arn} - {""}
        said = {t for n in resource.asserted or () for t in texts(resource.attributes.get(n))}
        for other in self._desired:
            told = {t for v in other.attributes.values() for t in texts(v)}
            near = other.origin != resource.origin and (told & mine or {other.id, other.arn} & said)
            if near and (name in told or name in self._called(other)):
                return True
        return False

    def _refers(self, resource: Resource, name: str) -> bool:
        refs = entry_of(resource, self._catalog).refs
        return any(ref.attribute.partition(".")[0].removesuffix("[]") == name for ref in refs)

    def _called(self, resource: Resource) -> Iterator[str]:
        """Ids, ARNs, what the cloud alone says of a resource."""
        own = map(resource.attributes.get, ("id", *entry_of(resource, self._catalog).computed))
        return (t for v in (resource.id, resource.arn, resource.key.identity, *own) for t in texts(v))

    def named(self, resource: Resource) -> frozenset[str]:
        """What those are called which its author refers to."""
        if not self._blocks:
            for other in self._desired:
                self._blocks[other.source.state, other.address.block if other.address else ""].append(other)
        there = (r for block in resource.refers for r in self._blocks.get((resource.source.state, block), ()))
        return frozenset(t for r in there for t in self._called(r))

    def moved_along(self, resource: Resource, name: str, values: Iterable[Value]) -> bool:
        """Whether an apply may have changed an attribute that names others, when it changed those.

        So it may where, in the same write of the state, an apply changed, made or took away a resource that names this
        one or what it named or names now.
        """
        if not self._refers(resource, name):
            return False
        mine = {resource.id, resource.arn, *(t for value in values for t in texts(value))} - {""}
        return any(mine & named for named in self._applied(resource.source.state))

    def _applied(self, state: str) -> Sequence[frozenset[str]]:
        """For each resource of a state that an apply changed in the last write of it: all that it names."""
        if state not in self._written:
            there = [r for r in self._desired if r.source.state == state]
            backed = any(r.earlier for r in there)
            by_apply = (r for r in there if applied(r) or (backed and not r.earlier and not r.dropped))
            named = [
                frozenset(t for v in (*r.attributes.values(), *r.earlier.values()) for t in texts(v)) | {r.id, r.arn}
                for r in by_apply
            ]
            self._written[state] = [*named, *{r.taken_away for r in there}]
        return self._written[state]

    def coverable(self, parent: Resource, entry: ResourceType) -> Mapping[str, Attr]:
        """The attributes of a resource that resources of their own may say."""
        known = self._coverable.get((parent.type, entry.name))
        if known is None:
            known = {name: attr for name, attr in entry.attributes.items() if self.covers(parent, name, attr)}
            self._coverable[parent.type, entry.name] = known
        return known

    def covers(self, parent: Resource, name: str, attr: Attr) -> bool:
        """Whether separate resources can describe elements of this attribute."""
        return (parent.type, name) in self._covered and not (attr.assigned and attr.initial is None)


def _before_the_refresh(part: Resource) -> Resource:
    """The part as its author and an earlier record say, where a refresh recorded since that somebody moved it.

    What it was moved to is not held by it: it is told there, as before the refresh.
    """
    was = {n: v for n, v in part.earlier.items() if n in part.configured and v == part.configured[n]}
    return replace(part, attributes={**part.attributes, **was}) if was else part


def _sets(resource: Resource, name: str) -> bool:
    """Whether a resource's argument is set: in the configuration, or in the record without one."""
    if resource.asserted is not None:
        return name in resource.asserted
    return name in resource.recorded or not is_empty(resource.attributes.get(name))


def _readable(resource: Resource) -> Mapping[str, Value]:
    return {name: v for name, v in resource.attributes.items() if not isinstance(v, Unreadable)}

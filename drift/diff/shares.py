"""Which elements of a parent's attributes are told by resources of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from drift.diff.compare import element_key
from drift.model.coverage import Unreadable
from drift.model.resource import Key, Resource
from drift.model.value import Value
from drift.provider.catalog import Catalog
from drift.provider.relations import kind_of, parent_key, parts_of
from drift.provider.spec import WHOLE


class Shares:
    """The shares of all split resources, on either side."""

    def __init__(
        self, desired: Sequence[Resource], paired: Mapping[tuple[str, str], Resource], catalog: Catalog
    ) -> None:
        self._held: dict[tuple[Key, str], set[Value]] = defaultdict(set)
        self._whole: set[tuple[Key, str]] = set()
        self._mirrored: dict[tuple[str, str, str, Value], set[Value]] = defaultdict(set)
        """(type or nothing, attribute, by what it is named, that name) -> the keys of elements told elsewhere."""
        gathered = [p for r in (*desired, *paired.values()) for p in parts_of(r, catalog)]
        for resource in (*desired, *gathered):
            kind = kind_of(resource, catalog)
            for mirror in kind.mirrors if not resource.deposed else ():
                other = (mirror.to, mirror.attribute, mirror.by, resource.attributes.get(mirror.names))
                self._mirrored[other] |= mirror.share(_readable(resource))
            if kind.parent is None or resource.deposed:
                continue
            key = parent_key(resource, kind.parent, catalog)
            if key is None:
                continue
            sides = [resource, *([found] if (found := paired.get(resource.place)) else [])]
            for name, share in kind.parent.covers.items():
                if share is WHOLE:
                    self._whole.add((key, name))
                    continue
                attr = catalog[kind.parent.to].attributes[name]
                for side in sides:
                    self._held[key, name] |= {element_key(attr, e) for e in share(_readable(side))}

    def holds_whole(self, parent: Resource, name: str) -> bool:
        """Whether a resource of its own tells the whole attribute."""
        return (parent.key, name) in self._whole

    def of(self, parent: Resource, name: str) -> set[Value] | None:
        """The keys of the held elements; None where the whole attribute is held."""
        if self.holds_whole(parent, name):
            return None
        held = self._held.get((parent.key, name), set())
        if not self._mirrored:
            return held
        named = {("", n) for n in (parent.id, parent.arn, parent.attributes.get("id"))}
        named |= {(by, parent.attributes.get(by)) for by in {by for _, _, by, _ in self._mirrored} - {""}}
        told = (self._mirrored.get((t, name, *n), ()) for t in ("", parent.type) for n in named if n[1])
        return held.union(*told)


def _readable(resource: Resource) -> Mapping[str, Value]:
    return {name: v for name, v in resource.attributes.items() if not isinstance(v, Unreadable)}

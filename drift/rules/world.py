"""One side: every resource, the listed types, and the references between resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Literal

from drift.model.coverage import Gap, Unreadable
from drift.model.drift import OUT_OF_SCOPE
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of, parent_key, values_at
from drift.provider.spec import Ref, ResourceType, Within
from drift.rules.criteria import Criteria

Side = Literal["desired", "actual"]


class Unknown(Exception):  # noqa: N818 - an answer, not an error
    """A value or verdict is unknown; the text says why."""


@dataclass(frozen=True, slots=True)
class Want:
    """Something that a rule needs to read: an attribute of one resource, or the items of a type inside it."""

    key: Key
    attribute: str = ""
    inside: str = ""
    used: str = ""
    """The full name of an identity (a role or user) whose last-used information is needed."""
    account: bool = False
    """Whether it is what the cloud counts of the account itself."""


class Needs(Exception):  # noqa: N818 - a request, not an error
    """Something must be read before the rule can answer."""

    def __init__(self, *wants: Want) -> None:
        super().__init__(wants)
        self.wants = wants


_ABSENT = object()


class World:
    """One side: every resource, and the references between them.

    A resource that no state describes is the same on both sides: the desired side has it too.
    """

    def __init__(
        self,
        side: Side,
        resources: Iterable[Resource],
        catalog: Catalog,
        *,
        criteria: Criteria,
        scope: Set[str],
        gaps: Iterable[Gap] = (),
        asked: Set[Want] = frozenset(),
        described: Mapping[Key, Resource] | None = None,
        used: Mapping[str, Mapping[str, int | None] | Unreadable] | None = None,
        counts: Mapping[str, int] | Unreadable | None = None,
    ) -> None:
        self.side = side
        self.catalog = catalog
        self.criteria = criteria
        self._scope = scope
        self._gaps: dict[str, list[Gap]] = defaultdict(list)
        for gap in gaps:
            self._gaps[gap.type].append(gap)
        self.asked = asked
        self.described = described or {}
        self.used = used or {}
        self.counts = counts
        self._of_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._of_type[resource.type].append(resource)
        self._parts: dict[str, dict[Key, list[Resource]]] = {}
        self._naming: dict[tuple[str, str, str], dict[Any, list[Resource]]] = {}
        self._by: dict[tuple[str, str, str], dict[Any, list[Resource]]] = {}

    def every(self, type_: str, region: str, inside: str | None = None) -> list[Resource]:
        """All resources of a type in a region, or inside one resource; Unknown if they were not all listed."""
        entry = self.listed(type_, region, inside)
        return [r for r in self._of_type[entry.listed_as] if GLOBAL in (region, r.key.region) or r.key.region == region]

    def listed(self, type_: str, region: str, inside: str | None = None) -> ResourceType:
        """The entry of the type; Unknown if it was not listed, in general or inside that resource."""
        entry = self.catalog.get(type_)
        if entry is None or (type_ not in self._scope and entry.listed_as not in self._scope):
            raise Unknown(f"{type_} {OUT_OF_SCOPE}")
        here = (region, GLOBAL)
        mine = [g for g in self._gaps.get(entry.listed_as, ()) if region == GLOBAL or g.region in here]
        gap = next((g for g in mine if inside is None or g.within in ("", inside)), None)
        if gap is not None:
            raise Unknown(f"{type_} could not be listed: {gap.action} {gap.code}")
        return entry

    def missing(self, resource: Resource, name: str) -> Exception:
        """The exception for an attribute that was not read."""
        if not self._live(resource):
            return Unknown(f"the state does not contain {name}")
        entry, want = entry_of(resource, self.catalog), Want(resource.key, name)
        known = name in entry.attributes or name in entry.computed
        return Needs(want) if known and want not in self.asked else Unknown(f"{name} was not read")

    def _live(self, resource: Resource) -> bool:
        return self.side == "actual" or resource.address is None

    def opened(self, resource: Resource, entry: ResourceType) -> None:
        """Raise Needs if resources of that type inside this one, or inside others, were not listed yet.

        The collector lists items inside managed resources only, unless the type is reported by itself.
        """
        if not isinstance(entry.list, Within) or (entry.parent is not None and entry.parent.standalone):
            return
        outer = entry
        while isinstance(outer.list, Within) and outer.list.parent != resource.type:
            outer = self.catalog[outer.list.parent]
        if isinstance(outer.list, Within):
            within = [resource]
        else:
            within = self.every(outer.name, resource.key.region if outer.regional else GLOBAL)
        wants = [Want(r.key, inside=entry.name) for r in within if self._live(r)]
        fresh = [w for w in wants if w not in self.asked]
        if fresh:
            raise Needs(*fresh)

    def naming(
        self, entry: ResourceType, ref: Ref, region: str, inside: str | None = None
    ) -> Mapping[Any, list[Resource]]:
        """Value of a reference -> the resources of that type with this value."""
        if (entry.name, ref.attribute, region) not in self._naming:
            index: dict[Any, list[Resource]] = defaultdict(list)
            wants = []
            for resource in self.every(entry.name, region, inside):
                head = ref.attribute.split(".", 1)[0].removesuffix("[]")
                value = resource.attributes.get(head, _ABSENT) if head != "id" else resource.id
                if value is _ABSENT or isinstance(value, Unreadable):
                    raised = self.missing(resource, head) if value is _ABSENT else Unknown(f"{head} of {resource.id}")
                    if isinstance(raised, Unknown):
                        raise raised
                    wants.append(Want(resource.key, head))
                    continue
                for named in values_at(resource.attributes, ref.attribute):
                    index[named].append(resource)
            if wants:
                raise Needs(*wants)
            self._naming[entry.name, ref.attribute, region] = index
        return self._naming[entry.name, ref.attribute, region]

    def by(self, to: str, by: str, region: str) -> Mapping[Any, list[Resource]]:
        """Value of an attribute -> the resources of that type with this value."""
        if (to, by, region) not in self._by:
            index: dict[Any, list[Resource]] = defaultdict(list)
            for resource in self.every(to, region, ""):
                index[resource.attributes.get(by, resource.id if by == "id" else None)].append(resource)
            self._by[to, by, region] = index
        return self._by[to, by, region]

    def told_by_parts(self, resource: Resource, name: str) -> list[tuple[Resource, Any]]:
        """(part, its share) for the separate resources that describe elements of an attribute. Only on the desired
        side."""
        if self._live(resource):
            return []
        if resource.type not in self._parts:
            self._parts[resource.type] = self._parts_of(resource.type)
        out = []
        for part in self._parts[resource.type].get(resource.key, ()):
            parent = entry_of(part, self.catalog).parent
            if parent is not None and name in parent.covers:
                out.append((part, parent.covers[name]))
        return out

    def _parts_of(self, type_: str) -> dict[Key, list[Resource]]:
        out: dict[Key, list[Resource]] = defaultdict(list)
        for resources in list(self._of_type.values()):
            for resource in resources:
                parent = entry_of(resource, self.catalog).parent
                if parent is None or parent.to not in self.catalog or self.catalog[parent.to].listed_as != type_:
                    continue
                key = parent_key(resource, parent, self.catalog)
                if key is not None:
                    out[key].append(resource)
        return out

"""One resource on one side, as a rule sees it, with its neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from drift.model.coverage import Gap, Unreadable
from drift.model.drift import OUT_OF_SCOPE, Drift
from drift.model.resource import GLOBAL, Key, Resource
from drift.model.value import Value
from drift.provider.catalog import Catalog
from drift.provider.relations import kind_of, parent_key, values_at
from drift.provider.spec import WHOLE, Ref, ResourceType, Within
from drift.rules.settings import Settings

Side = Literal["desired", "actual"]


class Unknown(Exception):  # noqa: N818 - an answer, not an error
    """It cannot be told; the text says why."""


@dataclass(frozen=True, slots=True)
class Want:
    """What a rule would have to see: an attribute of one resource, or what one type has inside it."""

    key: Key
    attribute: str = ""
    inside: str = ""
    used: str = ""
    """The ARN of a role or user of which IAM is asked what it used."""


class Needs(Exception):  # noqa: N818 - a request, not an error
    """Something must be read before the rule can answer."""

    def __init__(self, *wants: Want) -> None:
        super().__init__(wants)
        self.wants = wants


class World:
    """One side whole: every resource, and who refers to whom.

    What no state describes is taken as it is on both sides: the desired world holds it too.
    """

    def __init__(
        self,
        side: Side,
        resources: Iterable[Resource],
        catalog: Catalog,
        *,
        settings: Settings,
        scope: Set[str],
        gaps: Iterable[Gap] = (),
        asked: Set[Want] = frozenset(),
        described: Mapping[Key, Resource] | None = None,
        used: Mapping[str, Mapping[str, int | None] | Unreadable] | None = None,
    ) -> None:
        self.side = side
        self.catalog = catalog
        self.settings = settings
        self._scope = scope
        self._gaps: dict[str, list[Gap]] = defaultdict(list)
        for gap in gaps:
            self._gaps[gap.type].append(gap)
        self.asked = asked
        self.described = described or {}
        self.used = used or {}
        self._of_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._of_type[resource.type].append(resource)
        self._parts: dict[str, dict[Key, list[Resource]]] = {}
        self._naming: dict[tuple[str, str, str], dict[Any, list[Resource]]] = {}
        self._by: dict[tuple[str, str, str], dict[Any, list[Resource]]] = {}

    def subject(self, resource: Resource, drift: Drift | None = None) -> Subject:
        """That resource as a rule sees it."""
        return Subject(resource, self, drift)

    def every(self, type_: str, region: str, inside: str | None = None) -> list[Resource]:
        """All of a type in a region, or inside one resource; Unknown where they were not all listed."""
        kind = self.listed(type_, region, inside)
        return [r for r in self._of_type[kind.listed_as] if GLOBAL in (region, r.key.region) or r.key.region == region]

    def listed(self, type_: str, region: str, inside: str | None = None) -> ResourceType:
        """The type's entry; Unknown where it was not listed, in whole or inside that resource."""
        kind = self.catalog.get(type_)
        if kind is None or (type_ not in self._scope and kind.listed_as not in self._scope):
            raise Unknown(f"{type_} {OUT_OF_SCOPE}")
        here = (region, GLOBAL)
        mine = [g for g in self._gaps.get(kind.listed_as, ()) if region == GLOBAL or g.region in here]
        gap = next((g for g in mine if inside is None or g.within in ("", inside)), None)
        if gap is not None:
            raise Unknown(f"{type_} could not be listed: {gap.action} {gap.code}")
        return kind

    def missing(self, resource: Resource, name: str) -> Exception:
        """What to raise for an attribute that was never asked for."""
        if not self._live(resource):
            return Unknown(f"the state does not tell {name}")
        kind, want = kind_of(resource, self.catalog), Want(resource.key, name)
        known = name in kind.attributes or name in kind.computed or name in kind.linked
        return Needs(want) if known and want not in self.asked else Unknown(f"{name} was not read")

    def _live(self, resource: Resource) -> bool:
        return self.side == "actual" or resource.address is None

    def opened(self, resource: Resource, kind: ResourceType) -> None:
        """Raises Needs where resources of that type, inside this one or inside others, were not listed yet.

        The collector lists what is inside the managed alone, unless its type speaks for itself.
        """
        if not isinstance(kind.list, Within) or (kind.parent is not None and kind.parent.standalone):
            return
        outer = kind
        while isinstance(outer.list, Within) and outer.list.parent != resource.type:
            outer = self.catalog[outer.list.parent]
        if isinstance(outer.list, Within):
            within = [resource]
        else:
            within = self.every(outer.name, GLOBAL if outer.scope == "global" else resource.key.region)
        wants = [Want(r.key, inside=kind.name) for r in within if self._live(r)]
        fresh = [w for w in wants if w not in self.asked]
        if fresh:
            raise Needs(*fresh)

    def naming(
        self, kind: ResourceType, ref: Ref, region: str, inside: str | None = None
    ) -> Mapping[Any, list[Resource]]:
        """Value of a reference -> the resources of that type whose reference has it."""
        if (kind.name, ref.attribute, region) not in self._naming:
            index: dict[Any, list[Resource]] = defaultdict(list)
            wants = []
            for resource in self.every(kind.name, region, inside):
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
            self._naming[kind.name, ref.attribute, region] = index
        return self._naming[kind.name, ref.attribute, region]

    def by(self, to: str, by: str, region: str) -> Mapping[Any, list[Resource]]:
        """Value of an attribute -> the resources of that type that have it."""
        if (to, by, region) not in self._by:
            index: dict[Any, list[Resource]] = defaultdict(list)
            for resource in self.every(to, region, ""):
                index[resource.attributes.get(by, resource.id if by == "id" else None)].append(resource)
            self._by[to, by, region] = index
        return self._by[to, by, region]

    def told_by_parts(self, resource: Resource, name: str) -> list[tuple[Resource, Any]]:
        """(part, its share) of what resources of their own hold of an attribute; on the desired side alone."""
        if self._live(resource):
            return []
        if resource.type not in self._parts:
            self._parts[resource.type] = self._parts_of(resource.type)
        out = []
        for part in self._parts[resource.type].get(resource.key, ()):
            parent = kind_of(part, self.catalog).parent
            if parent is not None and name in parent.covers:
                out.append((part, parent.covers[name]))
        return out

    def _parts_of(self, type_: str) -> dict[Key, list[Resource]]:
        out: dict[Key, list[Resource]] = defaultdict(list)
        for resources in list(self._of_type.values()):
            for resource in resources:
                parent = kind_of(resource, self.catalog).parent
                if parent is None or parent.to not in self.catalog or self.catalog[parent.to].listed_as != type_:
                    continue
                key = parent_key(resource, parent, self.catalog)
                if key is not None:
                    out[key].append(resource)
        return out


_ABSENT = object()


class Subject:
    """One resource on one side. Look-ups answer with canonical values, or raise Unknown or Needs."""

    __slots__ = ("drift", "resource", "world")

    def __init__(self, resource: Resource, world: World, drift: Drift | None = None) -> None:
        self.resource = resource
        self.world = world
        self.drift = drift
        """What is judged, where the resource is not just a neighbour of it."""

    @property
    def type(self) -> str:
        """The Terraform type, as the address has it."""
        return kind_of(self.resource, self.world.catalog).name

    @property
    def id(self) -> str:
        """What `terraform import` takes."""
        return self.resource.id

    @property
    def name(self) -> str:
        """The address where a state describes it, else the id."""
        described = self.world.described.get(self.resource.key, self.resource)
        return str(self.resource.address or described.address or self.resource.id)

    @property
    def managed(self) -> bool:
        """Whether a state describes it."""
        return self.resource.address is not None or self.resource.key in self.world.described

    @property
    def region(self) -> str:
        """The region it is in: `global` for what has none."""
        return self.resource.key.region

    @property
    def today(self) -> date | None:
        """The day it is, where somebody said so."""
        return self.settings.today

    def days_since(self, moment: str) -> int:
        """Days from a moment as AWS writes it to today; Unknown where either is not known."""
        if self.today is None:
            raise Unknown("what day it is")
        try:
            return (self.today - date.fromisoformat(str(moment)[:10])).days
        except ValueError:
            raise Unknown(f"{moment!r} is no date") from None

    def last_used(self) -> Mapping[str, int | None]:
        """Service -> days since this role or user last used it, None for never; on the actual side alone."""
        arn = self.resource.arn
        if self.world.side == "desired" or not arn:
            raise Unknown("what was used is not described by a state")
        want = Want(self.resource.key, used=arn)
        if want not in self.world.asked:
            raise Needs(want)
        found = self.world.used.get(arn)
        if not isinstance(found, Mapping):
            raise Unknown(f"what was used could not be read: {found.action} {found.code}" if found else "not read")
        return found

    def every(self, type_: str, region: str) -> list[Subject]:
        """All resources of a type in a region (`global`: in every region); Unknown where they were not listed."""
        self.world.opened(self.resource, self.world.catalog[type_]) if type_ in self.world.catalog else None
        return [Subject(r, self.world) for r in self.world.every(type_, region)]

    def described(self, type_: str, attribute: str) -> frozenset[Any]:
        """The values that an attribute has in what the states describe of a type."""
        there = (r.attributes.get(attribute) for r in self.world.described.values() if r.type == type_)
        return frozenset(v for v in there if isinstance(v, str))

    @property
    def settings(self) -> Settings:
        """Thresholds, and who is trusted."""
        return self.world.settings

    @property
    def account(self) -> str:
        """The account it is in."""
        return self.resource.key.account

    def has(self, name: str) -> bool:
        """Whether its type has such an attribute, compared or computed."""
        kind = kind_of(self.resource, self.world.catalog)
        return name in kind.attributes or name in kind.computed or name in kind.linked

    def __getitem__(self, name: str) -> Any:
        value: Value = self.resource.attributes.get(name, _ABSENT)
        shares = self.world.told_by_parts(self.resource, name)
        if any(share is WHOLE for _, share in shares):
            value = shares[0][0].attributes.get(name, value)
        elif shares:
            own = () if value is _ABSENT or value is None else value
            told = [e for part, share in shares for e in share(_known(part.attributes))]
            value = (
                frozenset((*own, *told)) if isinstance(own, frozenset) else (*own, *(e for e in told if e not in own))
            )
        if value is _ABSENT:
            raise self.world.missing(self.resource, name)
        if isinstance(value, Unreadable):
            raise Unknown(f"{name} could not be read: {value.action} {value.code}")
        return value

    def read_all(self) -> None:
        """Have every attribute read that was not, all at once."""
        if self.world.side == "actual":
            kind = kind_of(self.resource, self.world.catalog)
            names = [n for n in (*kind.computed, *kind.attributes) if n not in self.resource.attributes]
            wants = [Want(self.resource.key, n) for n in names]
            fresh = [w for w in wants if w not in self.world.asked]
            if fresh:
                raise Needs(*fresh)

    def at(self, dotted: str) -> Any:
        """One value inside a block: `versioning_configuration.status`; None where there is none of it."""
        return next(self.all(dotted), None)

    def all(self, dotted: str) -> Iterator[Any]:
        """Every value that a path arrives at: `rule[].status`."""
        head, _, _ = dotted.partition(".")
        name = head.removesuffix("[]")
        yield from values_at({name: self[name]}, dotted)

    def near(self, *types: str) -> list[Subject]:
        """Its neighbours of these types, by the references of the catalogue, whichever way they point.

        Unknown where a type was not listed: no neighbour found then proves nothing.
        """
        found = {s.resource.key: s for type_ in types for s in self._near(type_)}
        return [found[key] for key in sorted(found, key=str)]

    def seen(self, *types: str) -> list[Subject]:
        """The same, as far as it can be told: for what only makes a finding graver."""
        out = []
        for type_ in types:
            try:
                out += self.near(type_)
            except Unknown:
                continue
        return out

    def named(self, attribute: str, to: str) -> list[Subject]:
        """The resources of type `to` that an attribute names; Unknown where one of them is not there to be seen."""
        kind = kind_of(self.resource, self.world.catalog)
        out: list[Subject] = []
        for ref in _refs(kind):
            if ref.attribute.split(".", 1)[0].removesuffix("[]") == attribute and self._leads(ref, to):
                for value in self._values(ref):
                    hits = self._hits(ref, value)
                    if not hits:
                        raise Unknown(f"{value} ({attribute}) was not seen")
                    out += hits
        return out

    def _near(self, type_: str) -> Iterator[Subject]:
        catalog = self.world.catalog
        kind, other = kind_of(self.resource, catalog), catalog.get(type_)
        if other is None:
            raise Unknown(f"{type_} {OUT_OF_SCOPE}")
        for ref in _refs(kind):
            if self._leads(ref, type_):
                for value in self._values(ref):
                    yield from self._hits(ref, value)
        back = [ref for ref in _refs(other) if catalog.get(ref.to) and catalog[ref.to].listed_as == self.resource.type]
        if back:
            self.world.opened(self.resource, other)
        parent = other.list.parent if isinstance(other.list, Within) else ""
        inside = str(self.resource.key.identity[0]) if parent == self.resource.type else None
        for ref in back:
            mine = self.id if ref.by == "id" else self[ref.by]
            self.world.listed(other.name, self._region(other), inside)
            index = self.world.naming(other, ref, self._region(other), "")
            yield from (Subject(r, self.world) for r in index.get(mine, ()) if r.key.account == self.account)

    def _values(self, ref: Ref) -> list[str]:
        head = ref.attribute.split(".", 1)[0].removesuffix("[]")
        return [v for v in values_at({head: self[head]}, ref.attribute) if isinstance(v, str)]

    def _hits(self, ref: Ref, value: str) -> list[Subject]:
        found = self.world.by(ref.to, ref.by, self._region(self.world.catalog[ref.to])).get(value, ())
        return [Subject(r, self.world) for r in found if r.key.account == self.account]

    def _leads(self, ref: Ref, type_: str) -> bool:
        catalog = self.world.catalog
        return ref.to in catalog and type_ in catalog and catalog[ref.to].listed_as == catalog[type_].listed_as

    def _region(self, kind: ResourceType) -> str:
        return self.resource.key.region if kind.scope == "regional" else GLOBAL


def _refs(kind: ResourceType) -> tuple[Ref, ...]:
    parent = kind.parent
    return (*kind.refs, *((Ref(parent.attribute, parent.to, parent.by),) if parent else ()))


def _known(attributes: Mapping[str, Value]) -> Mapping[str, Value]:
    return {name: v for name, v in attributes.items() if not isinstance(v, Unreadable)}

"""One resource on one side, with its neighbours, as a rule sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.drift import OUT_OF_SCOPE, Drift
from drift.model.resource import GLOBAL, Resource
from drift.model.value import Value, as_tuple
from drift.provider.relations import entry_of, values_at
from drift.provider.spec import WHOLE, Ref, ResourceType, Within
from drift.rules.criteria import Criteria
from drift.rules.world import Needs, Unknown, Want, World


class Subject:
    """One resource on one side. Look-ups return canonical values, or raise Unknown or Needs."""

    __slots__ = ("drift", "resource", "world")

    def __init__(self, resource: Resource, world: World, drift: Drift | None = None) -> None:
        self.resource = resource
        self.world = world
        self.drift = drift
        """The drift that is checked; None for a neighbour."""

    @property
    def type(self) -> str:
        """The Terraform type, as in the address."""
        return entry_of(self.resource, self.world.catalog).name

    @property
    def id(self) -> str:
        """The id, as `terraform import` takes it."""
        return self.resource.id

    @property
    def name(self) -> str:
        """The address if a state describes the resource, otherwise the id."""
        described = self.world.described.get(self.resource.key, self.resource)
        return str(self.resource.address or described.address or self.resource.id)

    @property
    def managed(self) -> bool:
        """Whether a state describes the resource."""
        return self.resource.address is not None or self.resource.key in self.world.described

    @property
    def region(self) -> str:
        """The resource's region; `global` without one."""
        return self.resource.key.region

    @property
    def today(self) -> date | None:
        """The current day, if it is known."""
        return self.criteria.today

    def days_since(self, moment: str) -> int:
        """Days from a time in the cloud's format to today; Unknown if either is unknown."""
        if self.today is None:
            raise Unknown("the current date is not known")
        try:
            return (self.today - date.fromisoformat(str(moment)[:10])).days
        except ValueError:
            raise Unknown(f"{moment!r} is not a date") from None

    def last_used(self) -> Mapping[str, int | None]:
        """Service -> days since this role or user last used it, None for never. Only on the actual side."""
        arn = self.resource.arn
        if self.world.side == "desired" or not arn:
            raise Unknown("last use is not recorded in a state")
        want = Want(self.resource.key, used=arn)
        if want not in self.world.asked:
            raise Needs(want)
        found = self.world.used.get(arn)
        if not isinstance(found, Mapping):
            raise Unknown(f"what was used could not be read: {found.action} {found.code}" if found else "not read")
        return found

    def counted(self, name: str) -> int:
        """What the cloud counts of the account itself, whichever side: no state describes it."""
        counts = self.world.counts
        if counts is None:
            raise Needs(Want(self.resource.key, account=True))
        if isinstance(counts, Unreadable):
            raise Unknown(f"the account's counts could not be read: {counts.action} {counts.code}")
        if name not in counts:
            raise Unknown(f"{name} was not told")
        return counts[name]

    def every(self, type_: str, region: str) -> list[Subject]:
        """All resources of a type in a region (`global`: in every region); Unknown if they were not listed."""
        self.world.opened(self.resource, self.world.catalog[type_]) if type_ in self.world.catalog else None
        return [Subject(r, self.world) for r in self.world.every(type_, region)]

    def described(self, type_: str, attribute: str) -> frozenset[Any]:
        """The values of an attribute in all resources of a type that states describe."""
        there = (r.attributes.get(attribute) for r in self.world.described.values() if r.type == type_)
        return frozenset(v for v in there if isinstance(v, str))

    @property
    def criteria(self) -> Criteria:
        """The settings of the rules."""
        return self.world.criteria

    @property
    def account(self) -> str:
        """The resource's account."""
        return self.resource.key.account

    def has(self, name: str) -> bool:
        """Whether the type has such an attribute, compared or computed."""
        entry = entry_of(self.resource, self.world.catalog)
        return name in entry.attributes or name in entry.computed

    def __getitem__(self, name: str) -> Any:
        own = self.resource.attributes
        known, value = name in own, own.get(name)
        shares = self.world.told_by_parts(self.resource, name)
        if any(share is WHOLE for _, share in shares):
            whole = shares[0][0].attributes
            known, value = known or name in whole, whole.get(name, value)
        elif shares and not isinstance(value, Unreadable):
            elements = as_tuple(value)
            told = [e for part, share in shares for e in share(_known(part.attributes))]
            of_set = isinstance(value, frozenset)
            known, value = (
                True,
                frozenset((*elements, *told)) if of_set else (*elements, *(e for e in told if e not in elements)),
            )
        if not known:
            raise self.world.missing(self.resource, name)
        if isinstance(value, Unreadable):
            raise Unknown(f"{name} could not be read: {value.action} {value.code}")
        return value

    def read_all(self) -> None:
        """Read every attribute that was not read yet."""
        if self.world.side == "actual":
            entry = entry_of(self.resource, self.world.catalog)
            names = [n for n in (*entry.computed, *entry.attributes) if n not in self.resource.attributes]
            wants = [Want(self.resource.key, n) for n in names]
            fresh = [w for w in wants if w not in self.world.asked]
            if fresh:
                raise Needs(*fresh)

    def at(self, dotted: str) -> Any:
        """One value inside a block: `versioning_configuration.status`; None if it does not exist."""
        return next(self.all(dotted), None)

    def all(self, dotted: str) -> Iterator[Any]:
        """Every value at a path: `rule[].status`."""
        head, _, _ = dotted.partition(".")
        name = head.removesuffix("[]")
        yield from values_at({name: self[name]}, dotted)

    def near(self, *types: str) -> list[Subject]:
        """The neighbours of these types: resources that refer to this one, or to which it refers, by the catalogue's
        references.

        Unknown if a type was not listed, because a missing neighbour then proves nothing.
        """
        found = {s.resource.key: s for type_ in types for s in self._near(type_)}
        return [found[key] for key in sorted(found, key=str)]

    def seen(self, *types: str) -> list[Subject]:
        """The same, without raising Unknown: for evidence that only raises the severity."""
        out = []
        for type_ in types:
            try:
                out += self.near(type_)
            except Unknown:
                continue
        return out

    def named(self, attribute: str, to: str) -> list[Subject]:
        """The resources of type `to` that an attribute names; Unknown if one of them was not found."""
        entry = entry_of(self.resource, self.world.catalog)
        out: list[Subject] = []
        for ref in _refs(entry):
            if ref.attribute.split(".", 1)[0].removesuffix("[]") == attribute and self._leads(ref, to):
                for value in self._values(ref):
                    hits = self._hits(ref, value)
                    if not hits:
                        raise Unknown(f"{value} ({attribute}) was not found")
                    out += hits
        return out

    def _near(self, type_: str) -> Iterator[Subject]:
        catalog = self.world.catalog
        entry, other = entry_of(self.resource, catalog), catalog.get(type_)
        if other is None:
            raise Unknown(f"{type_} {OUT_OF_SCOPE}")
        for ref in _refs(entry):
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

    def _region(self, entry: ResourceType) -> str:
        return self.resource.key.region if entry.regional else GLOBAL


def _refs(entry: ResourceType) -> tuple[Ref, ...]:
    parent = entry.parent
    return (*entry.refs, *((Ref(parent.attribute, parent.to, parent.by),) if parent else ()))


def _known(attributes: Mapping[str, Value]) -> Mapping[str, Value]:
    return {name: v for name, v in attributes.items() if not isinstance(v, Unreadable)}

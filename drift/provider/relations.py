"""Relations between resources: their entry, their parent, their parts, and the targets of their references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.model.resource import Key, Resource
from drift.model.value import Value
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.spec import Parent, Ref, ResourceType


def entry_of(resource: Resource, catalog: Catalog) -> ResourceType:
    """The entry of a resource. Its address is more specific than its key (`aws_default_vpc`)."""
    address = resource.address
    return catalog[resource.key.type if address is None else address.type]


def parent_key(resource: Resource, parent: Parent, catalog: Catalog) -> Key | None:
    """The key of a resource's parent."""
    value = resource.attributes.get(parent.attribute)
    if not isinstance(value, str) or parent.to not in catalog:
        return None
    entry = catalog[parent.to]
    return Key(entry.listed_as, resource.key.account, resource.key.region, (value,))


def parts_of(resource: Resource, catalog: Catalog) -> list[Resource]:
    """The parts for which an aggregate stands, each as a resource of its own; empty for other resources."""
    gathers, out = entry_of(resource, catalog).aggregate, list[Resource]()
    if gathers is None or resource.deposed:
        return out
    for name, (to, take, by) in gathers.parts.items():
        elements = resource.attributes.get(name)
        if to in catalog and isinstance(elements, frozenset):
            entry, common = catalog[to], resource.attributes.get(gathers.by)
            for element in sorted(elements, key=str):
                attributes = {by: as_attribute(entry, by, common), take: as_attribute(entry, take, element)}
                key = resource.key._replace(type=entry.listed_as, identity=tuple(map(attributes.get, entry.identity)))
                out.append(Resource(key=key, id="", attributes=attributes))
    return out


def as_attribute(entry: ResourceType, name: str, value: Value) -> Value:
    """A value in the form of an attribute: if the attribute is a set, as a set with one element."""
    return frozenset({value}) if isinstance(canonical.actual(entry.attr(name), None), frozenset) else value


def values_at(attributes: Mapping[str, Any], dotted: str) -> Iterator[Any]:
    """Every value at the end of a `Ref.attribute`: `ingress[].security_group`."""
    values: list[Any] = [attributes]
    for step in dotted.split("."):
        name, into = step.removesuffix("[]"), step.endswith("[]")
        found = [v.get(name) for v in values if isinstance(v, Mapping)]
        values = [e for v in found if isinstance(v, tuple | list | frozenset) for e in v] if into else found
    return (v for v in values if v is not None)


def refs_of(entry: ResourceType) -> tuple[Ref, ...]:
    """The references of a type, the one to its parent first."""
    parent = entry.parent
    return (*((Ref(parent.attribute, parent.to, parent.by),) if parent else ()), *entry.refs)


def as_pattern(dotted: str) -> tuple[str, ...]:
    """The names along a `Ref.attribute`, without the marks of lists: `("ingress", "security_group")`."""
    return tuple(step.removesuffix("[]") for step in dotted.split("."))


def order_of(resource: Resource) -> tuple[str, ...]:
    """A sort key that is always the same; parts of an identity may be None."""
    key = resource.key
    return key.type, key.account, key.region, str(key.identity), str(resource.address or "")


def _near(resources: Iterable[Resource], source: Resource, *, anywhere: bool = False) -> list[Resource]:
    """The resources in the same account and region, or else in the same account."""
    near = [r for r in resources if r.key.account == source.key.account]
    same = [] if anywhere else [r for r in near if r.key.region == source.key.region]
    return same or near


class Index:
    """Finds the target of a reference."""

    def __init__(self, resources: Iterable[Resource], catalog: Catalog) -> None:
        self._catalog = catalog
        self._of_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in sorted(resources, key=order_of):
            self._of_type[resource.type].append(resource)
        self._by: dict[tuple[str, str], dict[Any, list[Resource]]] = {}

    def named(self, ref: Ref, source: Resource) -> list[tuple[Any, Resource | None]]:
        """(value, target or None) for every value of the reference."""
        index = self._index(self._listed_as(ref.to), ref.by)
        values = (v for v in values_at(source.attributes, ref.attribute) if isinstance(v, str))
        return [(v, next(iter(_near(index.get(v, ()), source)), None)) for v in values]

    def every(self, ref: Ref, source: Resource) -> list[Resource]:
        """All targets of all values of the reference, if several resources may match one value."""
        index = self._index(self._listed_as(ref.to), ref.by)
        values = [v for v in values_at(source.attributes, ref.attribute) if isinstance(v, str)]
        return [r for v in values for r in _near(index.get(v, ()), source, anywhere=ref.anywhere)]

    def _listed_as(self, name: str) -> str:
        return self._catalog[name].listed_as if name in self._catalog else name

    def _index(self, type_: str, by: str) -> dict[Any, list[Resource]]:
        if (type_, by) not in self._by:
            index: dict[Any, list[Resource]] = defaultdict(list)
            for resource in self._of_type.get(type_, ()):
                value = resource.id if by == "id" and "id" not in resource.attributes else resource.attributes.get(by)
                if isinstance(value, str):
                    index[value].append(resource)
            self._by[type_, by] = index
        return self._by[type_, by]

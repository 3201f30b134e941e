"""Checks the links of an entry: references to other types, parents, and names of its own attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.model.value import UNREADABLE_SHAPES
from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.lint.shapes import ANY, arrives
from drift.provider.operations import Model
from drift.provider.spec import Attr, ResourceType


def check(entry: ResourceType, catalog: Catalog, provider: facts.Facts) -> Iterator[str]:
    """The problems of the links of an entry."""
    shape = shape_of(entry, provider)
    yield from _names(entry, shape)
    yield from _references(entry, catalog, shape)
    yield from _aggregate(entry, catalog)
    yield from _mirrors(entry, catalog)
    yield from _owns(entry, catalog)
    yield from _alias(entry, catalog)
    yield from _parent(entry, catalog, shape)


def shape_of(entry: ResourceType, provider: facts.Facts) -> dict[str, Any]:
    """The shape of a resource's canonical attributes."""
    own = {**entry.computed, **entry.attributes}
    return {"id": Model("text"), **{n: _shape(a, provider.get(n)) for n, a in own.items()}}


def _shape(attr: Attr, fact: Any) -> Any:
    if attr.fields:
        inner = fact[1] if fact is not None and not isinstance(fact, str) else {}
        fields = {n: _shape(f, inner.get(n)) for n, f in attr.fields.items()}
        return [fields] if attr.many else fields
    if not isinstance(fact, str) or attr.document:
        return ANY
    words = fact.split(" ")[1:]
    if not words:
        return [Model("text")] if _is_collection(attr) else Model("text")
    if words[0] in ("list", "set"):
        return [Model("text")]
    return Model("map", element=Model("text")) if words[0] == "map" else Model("text")


def _is_collection(attr: Attr) -> bool:
    """Whether the canonical form is a set or list although the schema has a single string."""
    try:
        return isinstance(attr.canon(None), frozenset | tuple)
    except UNREADABLE_SHAPES:
        return False


def _names(entry: ResourceType, shape: dict[str, Any]) -> Iterator[str]:
    """Checks the paths over the entry's own attributes."""
    for word in ("label", "import_id", "alternate_identity"):
        text = getattr(entry, word)
        if word == "label" and text == "tags.Name" and "tags" not in shape:
            continue  # the default label, for a type without tags
        for problem in arrives(text, shape) if text else ():
            yield f"{word}: {problem}"
    for name in entry.versions or ():
        if name not in shape:
            yield f"versions: {name} is not an attribute of it"


def _walked(dotted: str, shape: dict[str, Any]) -> str:
    """The problem of a `Ref.attribute`; empty if the path exists."""
    at: Any = shape
    for step in dotted.split("."):
        name, into = step.removesuffix("[]"), step.endswith("[]")
        if at is ANY:
            return ""
        if isinstance(at, Model) and at.kind == "map" and at.element is not None:
            at = at.element
        elif not isinstance(at, Mapping) or name not in at:
            return f"has no {name}"
        else:
            at = at[name]
        if into and not isinstance(at, list) and at is not ANY:
            return f"is no list at {name}: leave out `[]`"
        if not into and isinstance(at, list):
            return f"is a list at {name}: say `{name}[]`"
        at = at[0] if isinstance(at, list) else at
    return ""


def _references(entry: ResourceType, catalog: Catalog, shape: dict[str, Any]) -> Iterator[str]:
    ended = (entry.ended_by.ref,) if entry.ended_by is not None else ()
    for ref in (*entry.refs, *entry.creates, *entry.owned_with, *ended):
        if problem := _walked(ref.attribute, shape):
            yield f"the reference {ref.attribute} {problem}"
        if ref.to not in catalog:
            if not catalog.provider_of(entry.name).schema.knows(ref.to):
                yield f"the reference {ref.attribute} names {ref.to}: the provider has no such type"
            continue
        target = catalog[ref.to]
        if ref.by not in ("id", *target.attributes, *target.computed):
            yield f"{ref.to} has no attribute {ref.by} to refer to"


def _aggregate(entry: ResourceType, catalog: Catalog) -> Iterator[str]:
    if entry.aggregate is None:
        return
    named = {"id", *entry.attributes, *entry.computed}
    if entry.aggregate.by not in named:
        yield f"it aggregates by {entry.aggregate.by}, which is not an attribute of it"
    for at, (to, *names) in entry.aggregate.parts.items():
        if at not in entry.attributes:
            yield f"it aggregates the elements of {at}, which is not an attribute of it"
        if to not in catalog:
            yield f"it aggregates {to}, which is not in the catalogue"
            continue
        known = {*catalog[to].attributes, *catalog[to].computed}
        yield from (f"it aggregates {to}, which has no {name}" for name in names if name not in known)


def _mirrors(entry: ResourceType, catalog: Catalog) -> Iterator[str]:
    named = {"id", *entry.attributes, *entry.computed}
    for mirror in entry.mirrors:
        if mirror.names not in named:
            yield f"{mirror.names} is not an attribute of it, so it names nothing to mirror"
        if mirror.to and mirror.to not in catalog:
            yield f"it mirrors {mirror.to}, which is not in the catalogue"
            continue
        others = [catalog[mirror.to]] if mirror.to else [*catalog.values()]
        for name in (mirror.attribute, mirror.by):
            if name and not any(name in k.attributes or name in k.computed for k in others):
                yield f"it mirrors {name}, which {f'{mirror.to} has not' if mirror.to else 'no type has'}"


def _owns(entry: ResourceType, catalog: Catalog) -> Iterator[str]:
    for name in entry.owns.names if entry.owns else ():
        if name not in catalog:
            yield f"it owns {name}, which is not in the catalogue"


def _alias(entry: ResourceType, catalog: Catalog) -> Iterator[str]:
    for name in entry.also_named:
        if not catalog.provider_of(entry.name).schema.knows(name):
            yield f"the provider has no type {name}"
    if not entry.alias_of:
        return
    if entry.alias_of not in catalog:
        yield f"it is an alias of {entry.alias_of}, which is not in the catalogue"
    elif catalog[entry.alias_of].alias_of:
        yield f"it is an alias of an alias: use alias_of={catalog[entry.alias_of].alias_of}"
    elif entry.alias_of == entry.name:
        yield "it is an alias of itself"
    elif catalog[entry.alias_of].service != entry.service:
        yield f"it is an alias of {entry.alias_of}, which belongs to another service"


def _parent(entry: ResourceType, catalog: Catalog, shape: dict[str, Any]) -> Iterator[str]:
    if entry.parent is None:
        return
    if problem := _walked(entry.parent.attribute, shape):
        yield f"its parent's attribute {entry.parent.attribute} {problem}"
    parent = catalog.get(entry.parent.to)
    if parent is None:
        yield f"its parent {entry.parent.to} is not in the catalogue"
        return
    if parent.identity != (entry.parent.by,):
        yield f"{entry.parent.to} is not identified by {entry.parent.by} alone"
    yield from (
        f"{parent.name} has no attribute {n} to cover it" for n in entry.parent.covers if n not in parent.attributes
    )
    if not entry.parent.covered_if:
        return
    family = [parent, *(k for k in catalog.values() if k.parent is not None and k.parent.to == parent.name)]
    if not any(entry.parent.covered_if in k.ignored for k in family):
        yield f"covered_if: neither {parent.name} nor another part of it ignores {entry.parent.covered_if}"

"""Whether what an entry says of other types and of its own attributes is there: references, parents, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.provider import facts
from drift.provider.catalog import Catalog
from drift.provider.lint.shapes import ANY, arrives
from drift.provider.operations import Model
from drift.provider.spec import Attr, ResourceType


def check(kind: ResourceType, catalog: Catalog, provider: facts.Facts) -> Iterator[str]:
    """What is wrong with the links of an entry."""
    shape = shape_of(kind, provider)
    yield from _names(kind, shape)
    yield from _references(kind, catalog, shape)
    yield from _aggregate(kind, catalog)
    yield from _mirrors(kind, catalog)
    yield from _alias(kind, catalog)
    yield from _parent(kind, catalog, shape)


def shape_of(kind: ResourceType, provider: facts.Facts) -> dict[str, Any]:
    """The shape of a resource's canonical attributes."""
    own = {**kind.computed, **kind.linked, **kind.attributes}
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
        return Model("text")
    if words[0] in ("list", "set"):
        return [Model("text")]
    return Model("map", element=Model("text")) if words[0] == "map" else Model("text")


def _names(kind: ResourceType, shape: dict[str, Any]) -> Iterator[str]:
    """The paths over its own attributes."""
    for word in ("label", "import_id", "alternate_identity"):
        text = getattr(kind, word)
        if word == "label" and text == "tags.Name" and "tags" not in shape:
            continue  # nobody gave it a label, and it has no tags
        for problem in arrives(text, shape) if text else ():
            yield f"{word}: {problem}"
    for name in kind.versions or ():
        if name not in shape:
            yield f"versions: {name} is no attribute of it"


def _walked(dotted: str, shape: dict[str, Any]) -> str:
    """What is wrong with a `Ref.attribute`; empty where it leads to something."""
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


def _references(kind: ResourceType, catalog: Catalog, shape: dict[str, Any]) -> Iterator[str]:
    for ref in (*kind.refs, *kind.creates, *kind.inherits):
        if problem := _walked(ref.attribute, shape):
            yield f"the reference {ref.attribute} {problem}"
        if ref.to not in catalog:
            if not catalog.provider_of(kind.name).schema.knows(ref.to):
                yield f"the reference {ref.attribute} names {ref.to}: the provider has no such type"
            continue
        target = catalog[ref.to]
        if ref.by not in ("id", *target.attributes, *target.computed, *target.linked):
            yield f"{ref.to} has no attribute {ref.by} to refer to"


def _aggregate(kind: ResourceType, catalog: Catalog) -> Iterator[str]:
    if kind.aggregate is None:
        return
    named = {"id", *kind.attributes, *kind.computed}
    if kind.aggregate.by not in named:
        yield f"it stands for what has {kind.aggregate.by} in common, which is no attribute of it"
    for at, (to, *names) in kind.aggregate.parts.items():
        if at not in kind.attributes:
            yield f"it stands for the elements of {at}, which is no attribute of it"
        if to not in catalog:
            yield f"it stands for {to}, which is not in the catalogue"
            continue
        known = {*catalog[to].attributes, *catalog[to].computed}
        yield from (f"it stands for {to}, which has no {name}" for name in names if name not in known)


def _mirrors(kind: ResourceType, catalog: Catalog) -> Iterator[str]:
    named = {"id", *kind.attributes, *kind.computed, *kind.linked}
    for name, (by, to, other) in kind.echoes.items():
        yield from (f"{n} is no attribute of it" for n in (name, by) if n not in named)
        if to not in catalog:
            yield f"{name} echoes {to}, which is not in the catalogue"
        elif other not in catalog[to].attributes:
            yield f"{name} echoes {to}, which has no {other}"
    if kind.adds is None:
        return
    if kind.adds.attribute not in named:
        yield f"{kind.adds.attribute} is no attribute of it, and names nothing that it adds to"
    others = [kind.adds.of] if kind.adds.of else list(catalog)
    if not any(other in catalog and kind.adds.to in catalog[other].attributes for other in others):
        yield f"it adds to {kind.adds.to}, which {kind.adds.of or 'no type'} has"


def _alias(kind: ResourceType, catalog: Catalog) -> Iterator[str]:
    if not kind.alias_of:
        return
    if kind.alias_of not in catalog:
        yield f"it is another name for {kind.alias_of}, which is not in the catalogue"
    elif catalog[kind.alias_of].alias_of:
        yield f"it is another name for {kind.alias_of}, which is one for {catalog[kind.alias_of].alias_of}: say that"
    elif kind.alias_of == kind.name:
        yield "it is another name for itself"
    elif catalog[kind.alias_of].service != kind.service:
        yield f"it is another name for {kind.alias_of}, which is of another service"


def _parent(kind: ResourceType, catalog: Catalog, shape: dict[str, Any]) -> Iterator[str]:
    if kind.parent is None:
        return
    if problem := _walked(kind.parent.attribute, shape):
        yield f"its parent's attribute {kind.parent.attribute} {problem}"
    parent = catalog.get(kind.parent.to)
    if parent is None:
        yield f"its parent {kind.parent.to} is not in the catalogue"
        return
    if parent.identity != (kind.parent.by,):
        yield f"{kind.parent.to} is not identified by {kind.parent.by} alone"
    yield from (
        f"{parent.name} has no attribute {n} to cover it" for n in kind.parent.covers if n not in parent.attributes
    )
    if not kind.parent.covered_if:
        return
    family = [parent, *(k for k in catalog.values() if k.parent is not None and k.parent.to == parent.name)]
    if not any(kind.parent.covered_if in k.ignored for k in family):
        yield f"covered_if: neither {parent.name} nor another part of it ignores {kind.parent.covered_if}"

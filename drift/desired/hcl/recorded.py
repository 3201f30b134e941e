"""What a state knows that a configuration does not say: ids, ARNs, what data sources answered.

A value is taken from the state only while the configuration agrees with what the state recorded for the same
object: where something is still to be applied, the provider may compute it anew. An update in place leaves the id and
the ARN as they are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from drift.desired.hcl import schema
from drift.desired.hcl.types import object_val
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, UNKNOWN, Type, Val, from_python, unknown
from drift.desired.hcl.written import as_type
from drift.desired.instance import Instance
from drift.desired.wanted import filled
from drift.model.value import UNREADABLE_SHAPES
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.facts import Facts
from drift.provider.spec import ResourceType

_PRIMITIVE: Mapping[str, Type] = {"string": STRING, "number": NUMBER, "bool": BOOL, "dynamic": DYNAMIC}
WITHOUT_EFFECT = frozenset({"tags", "tags_all"})
"""Attributes whose change computes nothing anew."""
STAYING = frozenset({"id", "arn"})
"""What an update in place leaves as it is, unless a plan of the provider says something else of a type."""
_DEPTH = 64


def recorded(instance: Instance, facts: Facts) -> dict[str, Val]:
    """The attributes that a state has of an instance, as values of the schema's types."""
    return {
        name: _typed(value, facts.get(name)).marked(name in instance.sensitive or schema.is_sensitive(facts.get(name)))
        for name, value in instance.attributes.items()
    }


def _typed(value: Any, fact: Any) -> Val:
    if fact is None and isinstance(value, Mapping) and value.keys() == {"value", "type"}:
        return as_type(from_python(value["value"]), dynamic_type(value["type"]))
    return as_type(from_python(value), DYNAMIC if schema.is_block(fact) else schema.type_of(fact))


def dynamic_type(written: Any) -> Type:
    """The type that a state writes beside a value of any type: `["list", "string"]`."""
    if isinstance(written, str):
        return _PRIMITIVE.get(written, DYNAMIC)
    match written:
        case ["list" | "set" | "map" as kind, inner]:
            return Type(kind, dynamic_type(inner))
        case ["tuple", [*items]]:
            return Type("tuple", items=tuple(map(dynamic_type, items)))
        case ["object", {**fields}]:
            return Type("object", fields=tuple(sorted((str(k), dynamic_type(v)) for k, v in fields.items())))
    return DYNAMIC


def agrees(configured: Any, known: Any, depth: int = 0) -> bool:
    """Whether a plain configured value is what a state recorded, as far as can be told without knowing its type.

    Emptiness agrees with emptiness, JSON with JSON of the same meaning, a list with one in another order.
    """
    if configured is UNKNOWN or depth > _DEPTH:
        return False
    if configured in (None, "", [], {}, False) or known in (None, "", [], {}, False):
        return (configured or None) is None and (known or None) is None
    if isinstance(configured, Mapping):
        one = known[0] if isinstance(known, list) and len(known) == 1 else known
        return isinstance(one, Mapping) and all(agrees(v, one.get(k), depth + 1) for k, v in configured.items())
    if isinstance(configured, list | tuple):
        return isinstance(known, list | tuple) and _same_elements([*configured], [*known], depth + 1)
    if isinstance(known, Mapping | list):
        return False
    return _text(configured) == _text(known)


def _same_elements(configured: list[Any], known: list[Any], depth: int) -> bool:
    if len(configured) != len(known):
        return False
    left = list(known)
    for n, element in enumerate(configured):
        # the one at the same place first: most lists are in order
        order = sorted(range(len(left)), key=lambda at: at != n - (len(known) - len(left)))
        found = next((at for at in order if agrees(element, left[at], depth)), None)
        if found is None:
            return False
        del left[found]
    return True


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return format(Decimal(str(value)).normalize(), "f")
    text = str(value)
    if text[:1] in "{[":
        try:
            return json.dumps(json.loads(text), sort_keys=True)
        except (ValueError, RecursionError):
            return text
    return text


def settled(values: Mapping[str, Any], instance: Instance, facts: Facts, entry: ResourceType | None) -> bool:
    """Whether the state recorded all that the author sets, so that nothing of the object is computed anew.

    An earlier record will do: then a refresh wrote down what somebody changed, and the object is the same one.
    """
    records = [have for have in (instance.attributes, instance.earlier) if have is not None]
    return not instance.tainted and any(not any(_differing(values, have, facts, entry)) for have in records)


def _differing(
    values: Mapping[str, Any], have: Mapping[str, Any], facts: Facts, entry: ResourceType | None
) -> Iterator[str]:
    """What the author sets and a record says otherwise."""
    for name, value in values.items():
        same = agrees(value, have.get(name)) or (entry is not None and _means(name, value, have, facts, entry))
        if not same and name not in WITHOUT_EFFECT:
            yield name


def staying(values: Mapping[str, Any], instance: Instance, facts: Facts, catalog: Catalog) -> frozenset[str]:
    """The attributes that hold although something is still to be applied, because that is an update in place.

    A block may force a replacement by an argument inside it, so nothing holds where one is to change.
    """
    type_ = instance.address.type
    if instance.tainted or type_ not in catalog:
        return frozenset()
    changed = [*_differing(values, instance.attributes, facts, catalog[type_])]
    moved = catalog.schema_of(type_).moved_by_update(type_)
    is_new = any(schema.is_block(facts.get(n)) for n in changed) or catalog.is_made_again(type_, changed)
    return frozenset() if is_new or moved is None else STAYING.difference(moved)


def _means(name: str, value: Any, have: Mapping[str, Any], facts: Facts, entry: ResourceType) -> bool:
    """Whether both come to the same in canonical form."""
    want = filled(value, have.get(name), facts.get(name, ""))
    if want is UNKNOWN or name not in entry.attributes:
        return False
    attr = entry.attributes[name]
    try:
        ours = canonical.desired(attr, have.get(name), have)
        return bool(canonical.desired(attr, want, {**have, name: want}) == ours)
    except UNREADABLE_SHAPES:
        return False


def complete(
    values: Mapping[str, Val], instance: Instance | None, facts: Facts, *, certain: bool, staying: Collection[str] = ()
) -> Val:
    """The whole object, for those who refer to it: what the author sets, what the state has, and what nobody knows.

    `certain` says whether the state's record of what the author does not set still holds; if not, `staying` does.
    """
    out: dict[str, Val] = {}
    known = recorded(instance, facts) if instance is not None and (certain or staying) else {}
    known = known if certain else {name: known[name] for name in staying if name in known}
    for name, fact in facts.items():
        out[name] = known.get(name) or unknown(DYNAMIC if schema.is_block(fact) else schema.type_of(fact))
    out |= {name: value for name, value in known.items() if name not in out}
    for name, value in values.items():
        if not value.is_null:  # what is set to null, the provider may default
            out[name] = value.marked(schema.is_sensitive(facts.get(name)))
    return object_val(out)

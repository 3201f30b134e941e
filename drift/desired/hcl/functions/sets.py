"""Functions of sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from drift.desired.hcl.compare import key, set_val
from drift.desired.hcl.convert import convert
from drift.desired.hcl.functions.lists import ANYTHING
from drift.desired.hcl.functions.registry import Context, Param, over
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import element_of, list_of, set_of, tuple_of, tuple_val, unify
from drift.desired.hcl.values import DYNAMIC, NotKnown, Type, Val, unknown

_SET = set_of(DYNAMIC)
_Combined = Callable[[dict[object, Val], dict[object, Val]], dict[object, Val]]


@over("toset", ANYTHING, marks=True)
def toset(context: Context, of: Val) -> Val:
    """As a set."""
    return convert(of, _SET)


def _combine(given: Sequence[Val], how: _Combined) -> Val:
    types = [element_of(val.type) for val in given if val.raw or element_of(val.type).kind != "dynamic"]
    common = unify(types) if types else DYNAMIC
    if common is None:
        raise Failure("the sets must be of one type")
    sets = [convert(val, set_of(common)) for val in given]
    if common.kind == "dynamic" and len({item.type for val in sets for item in val.raw or ()}) > 1:
        raise NotKnown("the sets are of several types", _SET)
    if not all(val.wholly_known for val in sets):
        return unknown(set_of(common))
    result = {key(item): item for item in sets[0].raw}
    for other in sets[1:]:
        result = how(result, {key(item): item for item in other.raw})
    return set_val(common, result.values())


@over("setunion", _SET, rest=_SET)
def setunion(context: Context, *given: Val) -> Val:
    """What is in one of them."""
    return _combine(given, lambda left, right: {**left, **right})


@over("setintersection", _SET, rest=_SET)
def setintersection(context: Context, *given: Val) -> Val:
    """What is in all of them."""
    return _combine(given, lambda left, right: {k: v for k, v in left.items() if k in right})


@over("setsubtract", _SET, _SET)
def setsubtract(context: Context, *given: Val) -> Val:
    """What is in the first and not in the second."""
    return _combine(given, lambda left, right: {k: v for k, v in left.items() if k not in right})


@over("setproduct", rest=Param(DYNAMIC), marks=True)
def setproduct(context: Context, *given: Val) -> Val:
    """Every combination of one element of each; a set if one of them is."""
    if len(given) < 2:
        raise Failure("at least two sets are needed")
    element_types = [_element_type(val) for val in given]
    lists = all(val.type.kind != "set" for val in given)
    marks = any(val.sensitive for val in given)
    if any(val.type.kind == "set" and not val.wholly_known for val in given):
        return unknown(sensitive=marks)
    count = 1
    for val in given:
        count *= len(val.raw)
    context.run.allow_items(count * len(given))
    columns = [[convert(item, type_) for item in val.raw] for val, type_ in zip(given, element_types, strict=True)]
    rows = [tuple_val(row) for row in product(*columns)]
    type_ = tuple_of(element_types)
    return Val(list_of(type_), tuple(rows), marks) if lists else set_val(type_, rows).marked(marks)


def _element_type(val: Val) -> Type:
    if val.type.kind in ("set", "list"):
        return element_of(val.type)
    if val.type.kind != "tuple":
        raise Failure("a set or a list is required")
    if not val.type.items:
        return DYNAMIC
    common = unify(val.type.items)
    if common is None:
        raise Failure("the elements must be of one type")
    return common

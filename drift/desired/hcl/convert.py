"""Conversion of values to another type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from drift.desired.hcl import numbers
from drift.desired.hcl.compare import may_change, parts, set_val, type_known, untyped
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import (
    PRIMITIVE,
    convertible,
    element_of,
    has_dynamic,
    list_of,
    map_of,
    name_of,
    object_val,
    plain,
    tuple_val,
    unify,
)
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, NotKnown, Type, Val, null, unknown


def convert(val: Val, target: Type) -> Val:
    """The value converted to the type; raises `Failure` if Terraform would refuse.

    Unknown parts stay unknown, with the new type; sensitive parts stay sensitive.
    """
    if target.kind == "dynamic" or val.type == target:
        return val
    wanted = plain(target)
    if val.type == wanted and wanted == target:
        return val
    if not convertible(val.type, target):
        if type_known(val):
            raise Failure(f"{name_of(target)} is required, not {name_of(val.type)}")
        raise NotKnown(f"it is unknown whether this can be converted to {name_of(target)}", wanted)
    if not val.is_known:
        return unknown(filled(val.type, wanted), sensitive=val.sensitive)
    if val.is_null:
        return Val(filled(val.type, wanted), None, val.sensitive)
    return _convert_known(val, target).marked(val.sensitive)


def filled(source: Type, wanted: Type) -> Type:
    """The wanted type with `any` replaced: for a tuple of strings, `list(any)` becomes `list(string)`."""
    if source.kind == "dynamic" or wanted.kind in PRIMITIVE:
        return wanted
    if wanted.kind == "dynamic":
        return source
    if wanted.of is not None:
        inner = list(source.items) or [type_ for _, type_ in source.fields]
        element_type = source.of or (unify(inner) if inner else None)
        return wanted if element_type is None else Type(wanted.kind, of=filled(element_type, wanted.of))
    if wanted.kind == "tuple":
        return Type("tuple", items=tuple(map(filled, source.items, wanted.items)))
    fields = dict(source.fields)
    given = {name: fields.get(name, source.of or DYNAMIC) for name, _ in wanted.fields}
    return Type("object", fields=tuple((name, filled(given[name], type_)) for name, type_ in wanted.fields))


def _convert_known(val: Val, target: Type) -> Val:
    kind = target.kind
    if kind in PRIMITIVE:
        return _primitive(val.raw, kind)
    if kind == "object":
        return _to_object(val, target)
    if kind == "tuple":
        return tuple_val([convert(v, t) for v, t in zip(val.raw, target.items, strict=True)])
    if kind == "map":
        names, joint = list(val.raw), _same_type(list(val.raw.values()), _wanted(val, target), val)
        type_, items = joint
        return Val(map_of(type_), dict(zip(names, items, strict=True)))
    if val.type.kind == "set" and kind == "list" and not val.wholly_known:
        return unknown(list_of(plain(element_of(target))))
    type_, items = _same_type(list(val.raw), _wanted(val, target), val)
    return set_val(type_, items) if kind == "set" else Val(list_of(type_), tuple(items))


def _wanted(val: Val, target: Type) -> Type:
    """The type of the elements; for `any`, their common type."""
    element_type = element_of(target)
    if element_type.kind != "dynamic":
        return element_type
    if val.type.of is not None:
        return val.type.of
    types = list(val.type.items) or [type_ for _, type_ in val.type.fields]
    common = unify(types) if types else DYNAMIC
    if any(map(untyped, parts(val))) and any(map(may_change, parts(val))):
        raise NotKnown(f"the element type of the {target.kind} is unknown", Type(target.kind, of=DYNAMIC))
    if target.kind == "map" and common == DYNAMIC:
        common = _only({t for t in types if t.kind != "dynamic"}) or common
    if common is None or (common.kind == "dynamic" and any(t.kind != "dynamic" for t in types)):
        if all(map(type_known, parts(val))):
            raise Failure(f"the elements of {name_of(target)} must be of one type")
        raise NotKnown(f"the element type of the {target.kind} is unknown", Type(target.kind, of=DYNAMIC))
    return common


def _only(types: set[Type]) -> Type | None:
    return next(iter(types)) if len(types) == 1 else None


def _same_type(items: Sequence[Val], wanted: Type, whole: Val) -> tuple[Type, list[Val]]:
    """The elements, converted, and their one type."""
    made = [convert(v, wanted) for v in items]
    bare = plain(wanted)
    if not made or not has_dynamic(bare):
        return bare, made
    common = unify([v.type for v in made])
    if common is None:
        if type_known(whole):
            raise Failure("the elements of a collection must be of one type")
        raise NotKnown("the element type of the collection is unknown", whole.type)
    same = [convert(v, common) for v in made]
    if has_dynamic(common) and any(v.type != same[0].type for v in same):
        if all(map(type_known, same)):
            raise Failure("the elements of a collection must be of one type")
        raise NotKnown("the element type of the collection is unknown", whole.type)
    return common, same


def _to_object(val: Val, target: Type) -> Val:
    fields = {}
    for name, type_ in target.fields:
        if name in val.raw:
            if not convertible(val.raw[name].type, type_):
                raise Failure(f"attribute {name}: {name_of(type_)} is required")
            fields[name] = convert(val.raw[name], type_)
        elif name in target.optional:
            fields[name] = null(plain(type_))
        else:
            raise Failure(f"attribute {name} is required")
    return object_val(fields)


def _primitive(raw: bool | int | Decimal | str, kind: str) -> Val:
    if kind == "string":
        return Val(STRING, text_of(raw))
    if kind == "number" and isinstance(raw, str):
        try:
            return Val(NUMBER, numbers.parse(raw))
        except ValueError:
            raise Failure("a number is required") from None
        except OverflowError as error:
            raise NotKnown(str(error), NUMBER) from None
    if kind == "bool" and raw in ("true", "1"):
        return Val(BOOL, True)
    if kind == "bool" and raw in ("false", "0"):
        return Val(BOOL, False)
    raise Failure(f"a {kind} is required")


def text_of(raw: bool | int | Decimal | str) -> str:
    """A primitive value as text."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return raw if isinstance(raw, str) else numbers.text_of(raw)


def keys_in_order(fields: Mapping[str, Val]) -> list[str]:
    """The keys of a map or object in Terraform's order: by their bytes."""
    return sorted(fields, key=lambda k: k.encode("utf-8", "surrogatepass"))

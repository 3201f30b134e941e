"""Functions of maps and objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from drift.desired.hcl.convert import convert, keys_in_order
from drift.desired.hcl.functions.lists import ANY, ANYTHING, UNKNOWN_TOO, items_of
from drift.desired.hcl.functions.registry import Context, Param, over
from drift.desired.hcl.functions.strings import text_in
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import element_of, list_of, map_of, object_val, tuple_val
from drift.desired.hcl.values import DYNAMIC, STRING, Type, Val, unknown


def fields_of(val: Val) -> Mapping[str, Val]:
    """The attributes of a map or object; `Failure` for other types."""
    if val.type.kind not in ("map", "object"):
        raise Failure(f"a map is required, not a {val.type.kind}")
    return val.raw or {}


@over("keys", UNKNOWN_TOO, marks=True)
def keys(context: Context, of: Val) -> Val:
    """The keys, in order."""
    if of.type.kind == "dynamic":
        return unknown()
    if of.type.kind == "object":
        names = keys_in_order(dict(of.type.fields))  # type: ignore[arg-type]
        return tuple_val([Val(STRING, name) for name in names]).marked(of.sensitive)
    if not of.is_known:
        return unknown(list_of(STRING), sensitive=of.sensitive)
    return Val(list_of(STRING), tuple(Val(STRING, name) for name in keys_in_order(fields_of(of))), of.sensitive)


@over("values", ANY, marks=True)
def values(context: Context, of: Val) -> Val:
    """The values, in the order of their keys."""
    fields = fields_of(of)
    items = [fields[name] for name in keys_in_order(fields)]
    if of.type.kind == "object":
        return tuple_val(items).marked(of.sensitive)
    return Val(list_of(element_of(of.type)), tuple(items), of.sensitive)


@over("lookup", UNKNOWN_TOO, Param(STRING, unknown=True), rest=ANYTHING, marks=True)
def lookup(context: Context, of: Val, name: Val, *default: Val) -> Val:
    """The value of a key, or the default."""
    if len(default) > 1:
        raise Failure("it takes two or three arguments")
    marks = of.sensitive or name.sensitive
    if of.type.kind == "dynamic":
        return unknown(sensitive=marks)
    if of.type.kind not in ("map", "object"):
        raise Failure("a map is required")
    element_type = element_of(of.type) if of.type.kind == "map" else DYNAMIC
    if default and of.type.kind == "map":
        convert(default[0], element_type)
    if not of.is_known or not name.is_known:
        if name.is_known and of.type.kind == "object":
            element_type = dict(of.type.fields).get(name.raw, DYNAMIC)
        return unknown(element_type, sensitive=marks)
    found = of.raw.get(name.raw)
    if found is not None:
        return found.marked(marks)  # type: ignore[no-any-return]
    if not default:
        raise Failure("there is no such key")
    return convert(default[0], element_type).marked(marks)


@over("merge", rest=Param(DYNAMIC, null=True), marks=True)
def merge(context: Context, *given: Val) -> Val:
    """All keys; of one that several have, the last one's value."""
    if not given:
        return object_val({})
    merged: dict[str, Val] = {}
    for val in given:
        fields = {} if val.is_null and val.type.kind == "dynamic" else fields_of(val)
        context.run.allow_items(len(fields))
        merged.update(fields)
    types = [Type("object") if val.is_null and val.type.kind == "object" else val.type for val in given]
    marks = any(val.sensitive for val in given)
    if types[0].kind == "map" and all(type_ == types[0] for type_ in types):
        return Val(types[0], merged, marks)
    return object_val(merged).marked(marks)


@over("tomap", ANYTHING, marks=True)
def tomap(context: Context, of: Val) -> Val:
    """As a map."""
    return convert(of, map_of(DYNAMIC))


@over("transpose", map_of(list_of(STRING)), returns=map_of(list_of(STRING)))
def transpose(context: Context, of: Val) -> Val:
    """Each value becomes a key of those keys whose list has it."""
    if not of.wholly_known:
        return unknown(map_of(list_of(STRING)))
    turned: dict[str, list[str]] = defaultdict(list)
    for name in keys_in_order(of.raw):
        if of.raw[name].is_null:
            raise Failure("a list is null")
        for text in text_in(of.raw[name].raw):
            turned[text].append(name)
    lists = {
        k: Val(list_of(STRING), tuple(Val(STRING, n) for n in sorted(v, key=lambda t: t.encode())))
        for k, v in turned.items()
    }
    return Val(map_of(list_of(STRING)), lists)


@over("zipmap", list_of(STRING), ANY, marks=True)
def zipmap(context: Context, names: Val, given: Val) -> Val:
    """A map of these keys and these values."""
    items = items_of(given, ("list", "tuple"))
    marks = names.sensitive or given.sensitive or any(item.sensitive for item in names.raw)
    if not names.wholly_known:
        return unknown(sensitive=marks)
    if len(names.raw) != len(items):
        raise Failure("there must be as many keys as values")
    fields = dict(zip(text_in(names.raw), items, strict=True))
    if given.type.kind == "tuple":
        return object_val(fields).marked(marks)
    return Val(map_of(element_of(given.type)), fields, marks)

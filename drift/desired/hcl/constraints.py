"""Type constraints of variables, `object({ a = optional(string, "x") })`, and their application to a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.desired.hcl.compare import set_val
from drift.desired.hcl.convert import convert
from drift.desired.hcl.evaluate import literal
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Call, Expr, Literal, Name, ObjectOf, TupleOf
from drift.desired.hcl.types import list_of, map_of, object_of, object_val, set_of, tuple_of, tuple_val, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, Type, Val

_WORDS = {"bool": BOOL, "number": NUMBER, "string": STRING, "any": DYNAMIC}
_COLLECTIONS = {"list": list_of, "set": set_of, "map": map_of}


@dataclass(frozen=True)
class Defaults:
    """What `optional(type, default)` says, for one type and those within it."""

    values: Mapping[str, Val] = field(default_factory=dict)
    """Attribute -> its default."""
    parts: Mapping[str, Defaults] = field(default_factory=dict)
    """Attribute or position -> its defaults; "" for the elements of a collection."""

    def __bool__(self) -> bool:
        return bool(self.values or self.parts)


def type_of(expr: Expr) -> tuple[Type, Defaults]:
    """The type constraint in an expression; raises `Failure` if it is none."""
    match expr:
        case Name(name=word) | Literal(value=str(word)) if word in _WORDS:
            return _WORDS[word], Defaults()
        case Name(name=word) | Literal(value=str(word)) if word in _COLLECTIONS:
            return _COLLECTIONS[word](DYNAMIC), Defaults()
        case Call(name=name, arguments=(of,)) if name in _COLLECTIONS:
            element_type, within = type_of(of)
            return _COLLECTIONS[name](element_type), Defaults(parts={"": within} if within else {})
        case Call(name="tuple", arguments=(TupleOf(items=items),)):
            pairs = [type_of(item) for item in items]
            return tuple_of(t for t, _ in pairs), Defaults(parts={str(i): d for i, (_, d) in enumerate(pairs) if d})
        case Call(name="object", arguments=(ObjectOf(items=fields),)):
            return _object(fields)
    raise Failure("this is not a type constraint")


def _object(items: tuple[tuple[Expr, Expr], ...]) -> tuple[Type, Defaults]:
    fields: dict[str, Type] = {}
    optional: set[str] = set()
    values: dict[str, Val] = {}
    within: dict[str, Defaults] = {}
    for key, of in items:
        name = key.name if isinstance(key, Name) else key.value if isinstance(key, Literal) else None
        if not isinstance(name, str):
            raise Failure("this is not a type constraint")
        default = None
        if isinstance(of, Call) and of.name == "optional":
            optional.add(name)
            default = of.arguments[1] if len(of.arguments) > 1 else None
            of = of.arguments[0]
        fields[name], inner = type_of(of)
        if inner:
            within[name] = inner
        if default is not None:
            values[name] = convert(literal(default), fields[name])
    return object_of(fields, optional), Defaults(values, within)


def conform(val: Val, type_: Type, defaults: Defaults | None = None) -> Val:
    """The value after the constraint: with defaults for missing attributes, then converted."""
    return convert(fill(val, defaults, type_) if defaults else val, type_)


def fill(val: Val, defaults: Defaults, type_: Type) -> Val:
    """The value with defaults for missing or null attributes."""
    if not val.is_known or val.is_null or not defaults:
        return val
    if isinstance(val.raw, tuple):
        return _fill_items(val, defaults, type_).marked(val.sensitive)
    if isinstance(val.raw, Mapping):
        return _fill_fields(val, defaults, type_).marked(val.sensitive)
    return val


def _part(defaults: Defaults, type_: Type, key: str) -> tuple[Defaults, Type]:
    if type_.kind == "object":
        return defaults.parts.get(key, Defaults()), dict(type_.fields).get(key, DYNAMIC)
    if type_.kind == "tuple":
        position = int(key) if key.isdigit() else -1
        return defaults.parts.get(key, Defaults()), type_.items[position] if position < len(type_.items) else DYNAMIC
    return defaults.parts.get("", Defaults()), type_.of or DYNAMIC


def _fill_items(val: Val, defaults: Defaults, type_: Type) -> Val:
    items = [fill(v, *_part(defaults, type_, str(i))) for i, v in enumerate(val.raw)]
    common = unify([v.type for v in items]) if items else None
    if val.type.kind == "tuple" or common is None or common.kind == "dynamic":
        return tuple_val(items) if items or val.type.kind == "tuple" else val
    converted = [convert(v, common) for v in items]
    return set_val(common, converted) if val.type.kind == "set" else Val(list_of(common), tuple(converted))


def _fill_fields(val: Val, defaults: Defaults, type_: Type) -> Val:
    fields = {k: fill(v, *_part(defaults, type_, k)) for k, v in val.raw.items()}
    for name, default in defaults.values.items():
        if name not in fields or fields[name].is_null:
            fields[name] = fill(default, *_part(defaults, type_, name))
    common = unify([v.type for v in fields.values()]) if val.type.kind == "map" and fields else None
    if common is None or common.kind == "dynamic":
        return object_val(fields)
    return Val(map_of(common), {k: convert(v, common) for k, v in fields.items()})

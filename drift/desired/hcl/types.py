"""Types: how they are written here, how several become one, and which can be converted to which.

`unify` and `convertible` are decided on types alone, as Terraform decides them before it has values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from drift.desired.hcl.values import DYNAMIC, STRING, Type, Val

PRIMITIVE = ("bool", "number", "string")
COLLECTION = ("list", "set", "map")


def list_of(type_: Type) -> Type:
    """list(type)."""
    return Type("list", of=type_)


def set_of(type_: Type) -> Type:
    """set(type)."""
    return Type("set", of=type_)


def map_of(type_: Type) -> Type:
    """map(type)."""
    return Type("map", of=type_)


def tuple_of(items: Iterable[Type]) -> Type:
    """tuple([types])."""
    return Type("tuple", items=tuple(items))


def object_of(fields: Mapping[str, Type], optional: Iterable[str] = ()) -> Type:
    """object({fields})."""
    return Type("object", fields=tuple(sorted(fields.items())), optional=frozenset(optional))


def element_of(type_: Type) -> Type:
    """What a list, set or map holds."""
    return type_.of or DYNAMIC


def tuple_val(items: Sequence[Val]) -> Val:
    """A tuple of values."""
    return Val(tuple_of(v.type for v in items), tuple(items))


def object_val(fields: Mapping[str, Val]) -> Val:
    """An object of values."""
    return Val(object_of({k: v.type for k, v in fields.items()}), dict(fields))


def plain(type_: Type) -> Type:
    """The type of a value that meets the constraint: nothing is optional in it."""
    if type_.of is not None:
        inner = plain(type_.of)
        return type_ if inner is type_.of else Type(type_.kind, of=inner)
    if type_.kind == "tuple":
        return tuple_of(map(plain, type_.items))
    if type_.kind == "object":
        return object_of({k: plain(v) for k, v in type_.fields})
    return type_


def has_dynamic(type_: Type) -> bool:
    """Whether a part of the type is not known."""
    return (
        type_.kind == "dynamic"
        or (type_.of is not None and has_dynamic(type_.of))
        or any(map(has_dynamic, type_.items))
        or any(has_dynamic(t) for _, t in type_.fields)
    )


def name_of(type_: Type) -> str:
    """The type as Terraform's language writes it."""
    if type_.kind == "dynamic":
        return "any"
    if type_.of is not None:
        return f"{type_.kind}({name_of(type_.of)})"
    if type_.kind == "tuple":
        return f"tuple([{', '.join(map(name_of, type_.items))}])"
    if type_.kind == "object":
        return f"object({{{', '.join(f'{k}={name_of(t)}' for k, t in type_.fields)}}})"
    return type_.kind


def convertible(source: Type, target: Type) -> bool:
    """Whether a value of one type may be convertible to another; of text, only the value can tell."""
    if target.kind == "dynamic" or source.kind == "dynamic" or source == target:
        return True
    s, t = source.kind, target.kind
    if s in PRIMITIVE and t in PRIMITIVE:
        return "string" in (s, t)
    if t == "object":
        return _convertible_object(source, target)
    if t == "tuple":
        return (
            s == "tuple"
            and len(source.items) == len(target.items)
            and all(map(convertible, source.items, target.items))
        )
    wanted = element_of(target)
    if t in ("list", "set") and s in ("list", "set"):
        return convertible(element_of(source), wanted)
    if t == "map" and s == "map":
        return convertible(element_of(source), wanted)
    if t in ("list", "set") and s == "tuple":
        return _all_become(source.items, wanted)
    if t == "map" and s == "object":
        return _all_become([type_ for _, type_ in source.fields], wanted)
    return False


def _convertible_object(source: Type, target: Type) -> bool:
    if source.kind == "map":
        element_type = element_of(source)
        return all(convertible(element_type, type_) for name, type_ in target.fields if name not in target.optional)
    if source.kind != "object":
        return False
    fields = dict(source.fields)
    return all(
        convertible(fields[name], type_) if name in fields else name in target.optional for name, type_ in target.fields
    )


def _all_become(types: Sequence[Type], wanted: Type) -> bool:
    if wanted.kind == "dynamic":
        return not types or unify(types) is not None
    return all(convertible(type_, wanted) for type_ in types)


def unify(types: Sequence[Type]) -> Type | None:
    """The one type that values of all these types become; None where there is none.

    DYNAMIC where it cannot be told until the dynamic ones among them are known.
    """
    if not types:
        return None
    if all(type_ == types[0] for type_ in types):
        return types[0]
    kinds: set[str] = {type_.kind for type_ in types}
    found = _unify_structures(types, kinds)
    if found is not None or kinds - {"dynamic"} in ({"list"}, {"set"}, {"map"}, {"object"}, {"tuple"}):
        return found
    if {"object", "tuple"} <= kinds:
        return None
    return _unify_by_preference(types)


def _unify_structures(types: Sequence[Type], kinds: set[str]) -> Type | None:
    dynamic = "dynamic" in kinds
    structures = kinds - {"dynamic"}
    if len(structures) == 1 and structures & {"list", "set", "map"}:
        if dynamic:
            return DYNAMIC
        element_type = unify([element_of(type_) for type_ in types])
        return None if element_type is None else Type(types[0].kind, of=element_type)
    if structures == {"map", "object"}:
        return _unify_with(types, "object", "map")
    if structures == {"list", "tuple"}:
        return _unify_with(types, "tuple", "list")
    if structures == {"object"}:
        return DYNAMIC if dynamic else _unify_objects(types)
    if structures == {"tuple"}:
        return DYNAMIC if dynamic else _unify_tuples(types)
    return None


def _unify_with(types: Sequence[Type], structural: str, collection: str) -> Type | None:
    """Objects among maps become maps, tuples among lists lists."""
    inner = _inner([type_ for type_ in types if type_.kind == structural])
    element_type = unify(inner) if inner else None
    if element_type is None:
        return None
    one = Type("map" if collection == "map" else "list", of=element_type)
    found = unify([one if type_.kind == structural else type_ for type_ in types])
    return found if found is not None and found.kind == collection else None


def _inner(types: Sequence[Type]) -> list[Type]:
    return [t for type_ in types for t in (type_.items or (f for _, f in type_.fields))]


def _unify_objects(types: Sequence[Type]) -> Type | None:
    names = [name for name, _ in types[0].fields]
    if any([name for name, _ in type_.fields] != names for type_ in types):
        return _collect(types, "map")
    across = [dict(type_.fields) for type_ in types]
    fields = {name: unify([fields[name] for fields in across]) for name in names}
    known = {name: type_ for name, type_ in fields.items() if type_ is not None}
    return object_of(known) if len(known) == len(fields) else None


def _unify_tuples(types: Sequence[Type]) -> Type | None:
    if any(len(type_.items) != len(types[0].items) for type_ in types):
        return _collect(types, "list")
    items = [unify(across) for across in zip(*(type_.items for type_ in types), strict=True)]
    known = [type_ for type_ in items if type_ is not None]
    return tuple_of(known) if len(known) == len(items) else None


def _collect(types: Sequence[Type], kind: str) -> Type | None:
    element_type = unify(_inner(types))
    return None if element_type is None else Type("map" if kind == "map" else "list", of=element_type)


def _unify_by_preference(types: Sequence[Type]) -> Type | None:
    """One of the types themselves, the most general first."""
    waiting = [sum(1 for other in types if _prefers(other, type_) < 0) for type_ in types]
    for _, wanted in sorted(zip(waiting, types, strict=True), key=lambda pair: pair[0]):
        if all(type_ == wanted or convertible(type_, wanted) for type_ in types):
            return wanted
    return None


def _prefers(a: Type, b: Type) -> int:
    """Negative where `a` is more general than `b`."""
    if a.kind == b.kind == "dynamic" or a == b:
        return 0
    if "dynamic" in (a.kind, b.kind):
        return 1 if a.kind == "dynamic" else -1
    if a.kind in PRIMITIVE and b.kind in PRIMITIVE:
        return (b == STRING) - (a == STRING)
    if a.kind == b.kind and a.kind in COLLECTION:
        return _prefers(element_of(a), element_of(b))
    order = {"list": 0, "tuple": 1, "set": 2, "map": 0, "object": 1}
    same = {"list", "tuple", "set"}, {"map", "object"}
    if a.kind != b.kind and any(a.kind in group and b.kind in group for group in same):
        return order[a.kind] - order[b.kind]
    return 0

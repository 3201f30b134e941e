"""Equality as in Terraform, and sets: which values are the same element, and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain

from drift.desired.hcl.numbers import text_of
from drift.desired.hcl.types import has_dynamic, set_of
from drift.desired.hcl.values import Type, Val


def is_sensitive(val: Val) -> bool:
    """Whether it or a part of it is sensitive."""
    return val.sensitive or any(map(is_sensitive, parts(val)))


def parts(val: Val) -> Iterable[Val]:
    """The elements or attributes of a value that is known."""
    if isinstance(val.raw, tuple):
        return val.raw
    return val.raw.values() if isinstance(val.raw, Mapping) else ()


def bare(val: Val) -> Val:
    """The value with nothing sensitive in it."""
    if not is_sensitive(val):
        return val
    if isinstance(val.raw, tuple):
        return Val(val.type, tuple(map(bare, val.raw)))
    if isinstance(val.raw, Mapping):
        return Val(val.type, {k: bare(v) for k, v in val.raw.items()})
    return Val(val.type, val.raw)


def type_known(val: Val) -> bool:
    """Whether the value's type is known with those of its parts: null is of whatever type."""
    if val.type.kind == "dynamic":
        return val.is_null
    if not val.is_known:
        return not has_dynamic(val.type)
    return all(map(type_known, parts(val)))


def may_change(val: Val) -> bool:
    """Whether converting the value to an unknown common type could change its text: 1 might become "1"."""
    if not val.is_known or val.is_null:
        return False
    return isinstance(val.raw, bool | int | Decimal) or any(map(may_change, parts(val)))


def untyped(val: Val) -> bool:
    """Whether not even the type of it is known."""
    return not val.is_known and val.type.kind == "dynamic"


def equal(left: Val, right: Val) -> bool | None:
    """Whether both have the same type and value; None if that is unknown."""
    if left.is_null and right.is_null:
        return True
    if not left.is_known or not right.is_known:
        other, unknown = (left, right) if left.is_known else (right, left)
        settled = not other.is_null and not has_dynamic(unknown.type) and other.is_known and type_known(other)
        return False if settled and other.type != unknown.type and not has_dynamic(other.type) else None
    if left.is_null or right.is_null:
        return False
    if left.type != right.type:
        return False if type_known(left) and type_known(right) else None
    if left.type.kind == "set":
        return _equal_sets(left.raw, right.raw)
    if isinstance(left.raw, tuple):
        if len(left.raw) != len(right.raw):
            return False
        return _all(map(equal, left.raw, right.raw))
    if isinstance(left.raw, Mapping):
        if left.raw.keys() != right.raw.keys():
            return False
        return _all(equal(left.raw[k], right.raw[k]) for k in left.raw)
    return bool(left.raw == right.raw)


def _all(answers: Iterable[bool | None]) -> bool | None:
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown = unknown or answer is None
    return None if unknown else True


def _equal_sets(left: tuple[Val, ...], right: tuple[Val, ...]) -> bool | None:
    if not all(v.wholly_known for v in chain(left, right)):
        return None
    return len(left) == len(right) and {key(v) for v in left} == {key(v) for v in right}


def key(val: Val) -> object:
    """A key of a wholly known value: two values of one type are equal if and only if their keys are."""
    if isinstance(val.raw, tuple):
        inner = [key(v) for v in val.raw]
        return frozenset(inner) if val.type.kind == "set" else tuple(inner)
    if isinstance(val.raw, Mapping):
        return frozenset((k, key(v)) for k, v in val.raw.items())
    if isinstance(val.raw, bool):
        return ("bool", val.raw)
    return val.raw


def set_val(type_: Type, items: Iterable[Val]) -> Val:
    """A set of values of one type: each once, in Terraform's order; sensitive if one of them is."""
    known: dict[object, Val] = {}
    unknown: list[Val] = []
    sensitive = False
    for item in items:
        sensitive = sensitive or is_sensitive(item)
        clean = bare(item)
        if clean.wholly_known:
            known.setdefault(key(clean), clean)
        else:
            unknown.append(clean)
    return Val(set_of(type_), tuple(sorted(known.values(), key=_Order)) + tuple(unknown), sensitive)


class _Order:
    """The order of set elements: strings, numbers and bools in their order, others by their bytes; null last."""

    __slots__ = ("value",)

    def __init__(self, val: Val) -> None:
        raw = val.raw
        if raw is None:
            self.value: tuple[int, object] = (1, 0)
        elif isinstance(raw, str):
            self.value = (0, raw.encode("utf-8", "surrogatepass"))
        elif isinstance(raw, bool | int | Decimal):
            self.value = (0, raw)
        else:
            self.value = (0, digest(val))

    def __lt__(self, other: _Order) -> bool:
        return self.value < other.value


def digest(val: Val) -> bytes:
    """The bytes by which Terraform orders elements that have no order of their own."""
    raw = val.raw
    if not val.is_known:
        return b"?"
    if raw is None:
        return b"~"
    if isinstance(raw, bool):
        return b"T" if raw else b"F"
    if isinstance(raw, str):
        return quoted(raw).encode()
    if isinstance(raw, int | Decimal):
        return ten_digits(raw).encode()
    if val.type.kind == "map":
        return b"{" + b"".join(quoted(k).encode() + b":" + digest(raw[k]) + b";" for k in sorted(raw)) + b"}"
    if isinstance(raw, Mapping):
        return b"<" + b"".join(digest(raw[k]) + b";" for k in sorted(raw)) + b">"
    inner = b"".join(digest(v) + b";" for v in raw)
    return b"<" + inner + b">" if val.type.kind == "tuple" else b"[" + inner + b"]"


def ten_digits(number: int | Decimal) -> str:
    """Go's `%.10g`."""
    value = Decimal(number)
    if not value:
        return text_of(number)
    rounded = Decimal(f"{value:.9e}")
    if -4 <= rounded.adjusted() < 10:
        text = format(rounded, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{rounded:.9e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}"


_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quoted(text: str) -> str:
    """Go's `%q`."""
    out = []
    for char in text:
        code = ord(char)
        if code in _ESCAPES:
            out.append(_ESCAPES[code])
        elif char == " " or char.isprintable():
            out.append(char)
        elif code < 128:
            out.append(f"\\x{code:02x}")
        else:
            out.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return '"' + "".join(out) + '"'

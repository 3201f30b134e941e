"""Operators, indices and attributes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from drift.desired.hcl import numbers
from drift.desired.hcl.compare import bare, equal, is_sensitive
from drift.desired.hcl.compare import key as same_key
from drift.desired.hcl.convert import convert, text_of
from drift.desired.hcl.run import Failure
from drift.desired.hcl.types import element_of
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, NotKnown, Type, Val, unknown

_ARITHMETIC: Final[dict[str, Callable[[numbers.Number, numbers.Number], numbers.Number]]] = {
    "+": numbers.add,
    "-": lambda left, right: numbers.add(left, numbers.negate(right)),
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.modulo,
}
_COMPARISON: Final[dict[str, Callable[[numbers.Number, numbers.Number], bool]]] = {
    "<": numbers.less,
    "<=": lambda left, right: not numbers.less(right, left),
    ">": lambda left, right: numbers.less(right, left),
    ">=": lambda left, right: not numbers.less(left, right),
}


def normal(text: str) -> str:
    """Text in the form that Terraform keeps it in (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _operand(val: Val, type_: Type) -> Val:
    operand = convert(val, type_)
    if operand.is_null:
        raise Failure("an operand is null")
    return operand


def unary(operator: str, of: Val) -> Val:
    """`-of`, `!of`."""
    operand = _operand(of, NUMBER if operator == "-" else BOOL)
    if not operand.is_known:
        return unknown(operand.type, sensitive=of.sensitive)
    raw = numbers.negate(operand.raw) if operator == "-" else not operand.raw
    return Val(operand.type, raw, of.sensitive)


def binary(operator: str, left: Val, right: Val) -> Val:
    """`left operator right`."""
    if operator in ("==", "!="):
        answer = equal(bare(left), bare(right))
        marks = is_sensitive(left) or is_sensitive(right)
        if answer is None:
            return unknown(BOOL, sensitive=marks)
        return Val(BOOL, answer == (operator == "=="), marks)
    logical = operator in ("&&", "||")
    marks = left.sensitive or right.sensitive
    one, other = (_operand(val, BOOL if logical else NUMBER) for val in (left, right))
    if logical:
        return _logical(operator, one, other).marked(marks)
    result = NUMBER if operator in _ARITHMETIC else BOOL
    if not one.is_known or not other.is_known:
        return unknown(result, sensitive=marks)
    try:
        if operator in _ARITHMETIC:
            return Val(NUMBER, _ARITHMETIC[operator](one.raw, other.raw), marks)
        return Val(BOOL, _COMPARISON[operator](one.raw, other.raw), marks)
    except ZeroDivisionError:
        if not one.raw:
            raise Failure("zero divided by zero") from None
        raise NotKnown("an infinite number", result) from None
    except OverflowError as error:
        raise NotKnown(str(error), result) from None


def _logical(operator: str, left: Val, right: Val) -> Val:
    """One side may settle it: false && x, true || x."""
    settles = operator == "||"
    if left.raw is settles or right.raw is settles:
        return Val(BOOL, settles)
    return Val(BOOL, not settles) if left.is_known and right.is_known else unknown(BOOL)


def truth(condition: Val) -> bool:
    """Whether a condition that is known holds."""
    return bool(convert(condition, BOOL).raw)


def same(left: Val, right: Val) -> bool:
    """Whether two wholly known values are one."""
    return left.type == right.type and same_key(bare(left)) == same_key(bare(right))


def index(of: Val, key: Val) -> Val:
    """`of[key]`."""
    if of.is_null or key.is_null:
        raise Failure("null has no elements and cannot be a key")
    kind = of.type.kind
    marks = of.sensitive or key.sensitive
    if "dynamic" in (kind, key.type.kind):
        return unknown(sensitive=marks)
    if kind in ("list", "tuple"):
        position = convert(key, NUMBER)
        element_type = element_of(of.type) if kind == "list" else DYNAMIC
        if kind == "tuple" and position.is_known and not of.is_known:
            return unknown(_at(of.type.items, position.raw), sensitive=marks)
        if not of.is_known or not position.is_known:
            return unknown(element_type, sensitive=marks)
        return _at(of.raw, position.raw).marked(marks)  # type: ignore[no-any-return]
    name = convert(key, STRING)
    if kind not in ("map", "object"):
        raise Failure(f"a {kind} has no elements with keys")
    if not name.is_known:
        return unknown(element_of(of.type) if kind == "map" else DYNAMIC, sensitive=marks)
    return get_attr(of, name.raw).marked(key.sensitive and kind == "map")


def _at(items, position: int | Decimal):  # type: ignore[no-untyped-def]
    if not isinstance(position, int) or not 0 <= position < len(items):
        raise Failure(f"there is no element {text_of(position)}")
    return items[position]


def get_attr(of: Val, name: str) -> Val:
    """`of.name`."""
    if of.is_null:
        raise Failure(f"null has no attribute {name}")
    kind = of.type.kind
    if kind == "dynamic":
        return unknown(sensitive=of.sensitive)
    if kind == "map":
        if not of.is_known:
            return unknown(element_of(of.type), sensitive=of.sensitive)
        if name not in of.raw:
            raise Failure(f"there is no element {name}")
        return of.raw[name].marked(of.sensitive)  # type: ignore[no-any-return]
    if kind != "object":
        raise Failure(f"a {kind} has no attribute {name}")
    fields = dict(of.type.fields)
    if name not in fields:
        raise Failure(f"there is no attribute {name}")
    return (of.raw[name] if of.is_known else unknown(fields[name])).marked(of.sensitive)

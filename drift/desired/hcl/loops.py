"""What is evaluated for each element: `for`, splats, and what templates repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from drift.desired.hcl.compare import type_known
from drift.desired.hcl.convert import convert, keys_in_order
from drift.desired.hcl.evaluation import Evaluation
from drift.desired.hcl.numbers import Counted
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Expr, ForObject, ForTuple, Splat, TemplateFor
from drift.desired.hcl.types import list_of, object_val, tuple_val
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, NotKnown, Val, unknown

ELEMENT: Final = "*"
"""The name under which a splat's element is bound: no identifier."""


def splat(at: Evaluation, expr: Splat) -> Val:
    """`of[*].each`: anything but a list, set or tuple is made a tuple first, and null an empty one."""
    of = at.value(expr.of)
    sequence = of.type.kind in ("list", "set", "tuple")
    if of.is_null:
        if sequence:
            raise Failure("a sequence that is null has no elements")
        return tuple_val([]).marked(of.sensitive)
    if not countable(of):
        if of.type.kind in ("list", "set"):
            element_type = of.type.of or DYNAMIC
            return unknown(list_of(each(at, expr, unknown(element_type)).type), sensitive=of.sensitive)
        return unknown(sensitive=of.sensitive)
    items = of.raw if sequence else (Val(of.type, of.raw),)
    made = [each(at, expr, item) for item in items]
    if of.type.kind not in ("list", "set"):
        return tuple_val(made).marked(of.sensitive)
    if not made:
        element_type = each(at, expr, unknown(of.type.of or DYNAMIC)).type
        return Val(list_of(element_type), (), of.sensitive)
    if any(v.type != made[0].type for v in made):
        if all(map(type_known, made)):
            raise Failure("a splat within a splat gave elements of different types")
        return unknown(sensitive=of.sensitive)
    return Val(list_of(made[0].type), tuple(made), of.sensitive)


def each(at: Evaluation, expr: Splat, item: Val) -> Val:
    """What the splat makes of one element."""
    return at.within({ELEMENT: item}).value(expr.each)


def for_tuple(at: Evaluation, expr: ForTuple) -> Val:
    """`[for key, value in of : body if condition]`."""
    of = iterable(at, expr)
    if not of.is_known:
        return unknown(sensitive=of.sensitive)
    made, marks = [], of.sensitive
    for inner, marked, kept in rounds(at, expr, of):
        marks = marks or marked
        if kept is None:
            return unknown(sensitive=marks)
        if kept:
            made.append(inner.value(expr.body))
    return tuple_val(made).marked(marks)


def for_object(at: Evaluation, expr: ForObject) -> Val:
    """`{for key, value in of : name => body... if condition}`."""
    of = iterable(at, expr)
    if not of.is_known:
        return unknown(sensitive=of.sensitive)
    groups: dict[str, list[Val]] = {}
    known, marks = True, of.sensitive
    for inner, marked, kept in rounds(at, expr, of):
        marks = marks or marked
        if not kept:
            known = known and kept is not None
            continue
        key = inner.value(expr.name)
        marks = marks or key.sensitive
        if key.is_null:
            raise Failure("a key is null")
        name = convert(key, STRING)
        if not name.is_known:
            known = False
            continue
        if name.raw in groups and not expr.grouped:
            raise Failure(f"two items have the key {name.raw}")
        groups.setdefault(name.raw, []).append(inner.value(expr.body))
    if not known:
        return unknown(sensitive=marks)
    fields = {k: tuple_val(v) if expr.grouped else v[0] for k, v in groups.items()}
    return object_val(fields).marked(marks)


def iterable(at: Evaluation, expr: ForTuple | ForObject | TemplateFor) -> Val:
    """What is iterated over, known or not; `Failure` where nothing can be."""
    of = at.value(expr.of)
    if of.is_null:
        raise Failure("the value to iterate over is null")
    if of.type.kind in ("bool", "number", "string"):
        raise Failure(f"a {of.type.kind} cannot be iterated over")
    condition = getattr(expr, "condition", None)
    if condition is not None:
        _check(at, condition, expr)
    return of if countable(of) else unknown(of.type, sensitive=of.sensitive)


def countable(of: Val) -> bool:
    """Whether it is known how many elements there are: two unknown ones of a set may be one."""
    return of.is_known and (of.type.kind != "set" or len(of.raw) < 2 or of.wholly_known)


def _check(at: Evaluation, condition: Expr, expr: Any) -> None:
    """What fails for whatever element fails for none at all."""
    trial = at.afresh().within({**({expr.key: unknown()} if expr.key else {}), expr.value: unknown()})
    val = trial.value(condition)
    if val.is_null:
        raise Failure("the condition is null")
    with suppress(NotKnown):
        convert(val, BOOL)


def rounds(
    at: Evaluation, expr: ForTuple | ForObject | TemplateFor, of: Val
) -> Iterator[tuple[Evaluation, bool, bool | None]]:
    """For each element: its scope, whether its condition is sensitive, and whether it is kept."""
    at.run.allow_items(len(of.raw))
    condition = getattr(expr, "condition", None)
    for key, val in pairs(of):
        inner = at.within({**({expr.key: key} if expr.key else {}), expr.value: val})
        if condition is None:
            yield inner, False, True
            continue
        answer = inner.value(condition)
        if answer.is_null:
            raise Failure("the condition is null")
        kept = convert(answer, BOOL)
        yield inner, answer.sensitive, kept.raw if kept.is_known else None


def pairs(of: Val) -> Iterator[tuple[Val, Val]]:
    """Key and value of each element of a value that is known: positions, names, or a set's elements twice."""
    if isinstance(of.raw, Mapping):
        yield from ((Val(STRING, name), of.raw[name]) for name in keys_in_order(of.raw))
    elif of.type.kind == "set":
        yield from ((v, v) for v in of.raw)
    else:
        yield from ((Val(NUMBER, Counted(i)), v) for i, v in enumerate(of.raw))

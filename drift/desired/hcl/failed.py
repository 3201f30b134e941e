"""The type of a failing expression in Terraform.

A conditional evaluates both results and uses one. If the other fails, that is no error, but its type still affects the
common type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drift.desired.hcl.convert import convert
from drift.desired.hcl.evaluation import Evaluation
from drift.desired.hcl.loops import countable, each, iterable, rounds
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import (
    Binary,
    Conditional,
    Expr,
    ForObject,
    ForTuple,
    GetAttr,
    Index,
    Literal,
    ObjectOf,
    Splat,
    Template,
    TupleOf,
    Unary,
)
from drift.desired.hcl.types import list_of, object_of, tuple_of, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, Type, Val, unknown


@dataclass(frozen=True)
class Failed:
    """A result that fails: why, its type, and whether that is surely the one Terraform gives it."""

    error: Failure
    type: Type
    sure: bool = True


class _Unsure(Exception):  # noqa: N818
    """What type it has to Terraform is not known."""


def side(at: Evaluation, expr: Expr) -> Val | Failed:
    """One result of a conditional."""
    try:
        return at.value(expr)
    except Failure as error:
        try:
            return Failed(error, _type(at, expr))
        except _Unsure:
            return Failed(error, DYNAMIC, sure=False)


def _part(at: Evaluation, expr: Expr) -> Type:
    """The type of a part, which may fail or not."""
    found = side(at, expr)
    if isinstance(found, Failed) and not found.sure:
        raise _Unsure
    return found.type


def _type(at: Evaluation, expr: Expr) -> Type:
    known = _TYPES.get(type(expr))
    return known(at, expr) if known else DYNAMIC


def _of_object(at: Evaluation, expr: ObjectOf) -> Type:
    if not all(isinstance(key, Literal) and isinstance(key.value, str) for key, _ in expr.items):
        raise _Unsure
    return object_of({str(key.value): _part(at, of) for key, of in expr.items if isinstance(key, Literal)})


def _rounds(at: Evaluation, expr: ForTuple | ForObject) -> list[Evaluation] | None:
    """The scopes of the elements that are kept; None where Terraform does not know them either."""
    of = side(at, expr.of)
    if isinstance(of, Failed) and (not of.sure or of.type.kind != "dynamic"):
        raise _Unsure
    try:
        whole = iterable(at, expr)
        return [inner for inner, _, kept in rounds(at, expr, whole) if kept] if whole.is_known else None
    except Failure:
        return None


def _of_for(at: Evaluation, expr: ForTuple) -> Type:
    inner = _rounds(at, expr)
    return DYNAMIC if inner is None else tuple_of(_part(one, expr.body) for one in inner)


def _of_for_object(at: Evaluation, expr: ForObject) -> Type:
    groups: dict[str, list[Type]] = {}
    for inner in _rounds(at, expr) or ():
        try:
            name = convert(inner.value(expr.name), STRING)
        except Failure:
            return DYNAMIC
        if not isinstance(name.raw, str):
            return DYNAMIC
        groups.setdefault(name.raw, []).append(_part(inner, expr.body))
    if not groups:
        return DYNAMIC
    return object_of({name: tuple_of(types) if expr.grouped else types[0] for name, types in groups.items()})


def _of_conditional(at: Evaluation, expr: Conditional) -> Type:
    types = [_part(at, expr.yes), _part(at, expr.no)]
    if "dynamic" in (types[0].kind, types[1].kind):
        raise _Unsure
    return unify(types) or DYNAMIC


def _of_splat(at: Evaluation, expr: Splat) -> Type:
    of = side(at, expr.of)
    if isinstance(of, Failed):
        return DYNAMIC
    if not countable(of) or of.is_null:
        raise _Unsure
    items = of.type.items if of.type.kind == "tuple" else (of.type.of or DYNAMIC,)
    if of.type.kind not in ("tuple", "list", "set"):
        items = (of.type,)
    element_types = []
    for item in items:
        try:
            element_types.append(each(at, expr, unknown(item)).type)
        except Failure:
            element_types.append(DYNAMIC)
    return list_of(element_types[0]) if of.type.kind in ("list", "set") else tuple_of(element_types)


def _of_step(at: Evaluation, expr: Index | GetAttr) -> Type:
    of = side(at, expr.of)
    if not isinstance(of, Failed) or of.type.kind == "dynamic":
        if isinstance(of, Failed) and not of.sure:
            raise _Unsure
        return DYNAMIC
    raise _Unsure


def _operated(at: Evaluation, expr: Unary | Binary) -> Type:  # noqa: ARG001
    return NUMBER if expr.operator in "+-*/%" else BOOL


def _text(at: Evaluation, expr: Template) -> Type:  # noqa: ARG001
    return STRING


_TYPES: Mapping[type[Expr], Callable[..., Type]] = {
    TupleOf: lambda at, expr: tuple_of(_part(at, item) for item in expr.items),
    ObjectOf: _of_object,
    ForTuple: _of_for,
    ForObject: _of_for_object,
    Splat: _of_splat,
    Conditional: _of_conditional,
    Index: _of_step,
    GetAttr: _of_step,
    Template: _text,
    Unary: _operated,
    Binary: _operated,
}

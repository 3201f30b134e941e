"""What depends on whether something holds or fails: conditionals, `try` and `can`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from drift.desired.hcl import operators
from drift.desired.hcl.compare import is_sensitive, may_change, type_known, untyped
from drift.desired.hcl.convert import convert
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Binary, Conditional, Expr, Literal, ObjectOf, Template, TupleOf, Unary
from drift.desired.hcl.types import has_dynamic, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, Type, Val, unknown

if TYPE_CHECKING:
    from drift.desired.hcl.evaluate import Evaluation

Side = Val | tuple[Failure, Type]
"""One result of a conditional: a value, or the failure and the type that Terraform gives it."""


def conditional(at: Evaluation, expr: Conditional) -> Val:
    """`condition ? yes : no`; both are evaluated, for the type that they have in common."""
    sides = [_side(at, expr.yes), _side(at, expr.no)]
    types = [side.type if isinstance(side, Val) else side[1] for side in sides]
    condition = at.value(expr.condition)
    common = _common_type(sides, types)
    if condition.is_null:
        raise Failure("the condition is null")
    marks = condition.sensitive or any(isinstance(side, Val) and side.sensitive for side in sides)
    if not condition.is_known:
        return _undecided(sides, common, marks)
    side = sides[0 if operators.truth(condition) else 1]
    if not isinstance(side, Val):
        raise side[0]
    if _type_would_tell(side, sides):
        return at.saw(unknown(sensitive=marks))
    return convert(side, common).marked(marks)


def _type_would_tell(side: Val, sides: Sequence[Side]) -> bool:
    """Whether the type of the side that was not chosen is not known, and would tell in the one that was."""
    others = [other for other in sides if other is not side]
    return may_change(side) and any(isinstance(other, Val) and untyped(other) for other in others)


def _side(at: Evaluation, expr: Expr) -> Side:
    try:
        return at.value(expr)
    except Failure as error:
        return error, type_of_failed(at, expr)


def _undecided(sides: Sequence[Side], common: Type, marks: bool) -> Val:
    """The result where the condition is not known: known all the same where both sides are one value."""
    values = [convert(side, common) for side in sides if isinstance(side, Val)]
    if len(values) == 2 and all(v.wholly_known for v in values) and operators.same(values[0], values[1]):
        return values[0].marked(marks)
    return unknown(common, sensitive=marks)


def type_of_failed(at: Evaluation, expr: Expr) -> Type:
    """The type that Terraform gives an expression in which something fails: a conditional may not choose it."""
    match expr:
        case TupleOf(items=items):
            return Type("tuple", items=tuple(_type_of(at, item) for item in items))
        case ObjectOf(items=items) if all(isinstance(key, Literal) for key, _ in items):
            fields = {str(key.value): _type_of(at, of) for key, of in items if isinstance(key, Literal)}
            return Type("object", fields=tuple(sorted(fields.items())))
        case Template():
            return STRING
        case Unary(operator=operator) | Binary(operator=operator):
            return NUMBER if operator in "+-*/%" else BOOL
    return DYNAMIC


def _type_of(at: Evaluation, expr: Expr) -> Type:
    side = _side(at, expr)
    return side.type if isinstance(side, Val) else side[1]


def _common_type(sides: Sequence[Side], types: Sequence[Type]) -> Type:
    """What both sides of a conditional become."""
    for i, side in enumerate(sides):
        if isinstance(side, Val) and side.is_null and side.type.kind == "dynamic" and not side.sensitive:
            return types[1 - i]
    if "dynamic" in (types[0].kind, types[1].kind):
        return DYNAMIC
    common = unify(types)
    if common is not None:
        return common
    if all(type_known(side) if isinstance(side, Val) else not has_dynamic(side[1]) for side in sides):
        raise Failure("both results of a conditional must be of one type")
    return DYNAMIC


def attempt_each(at: Evaluation, arguments: Sequence[Expr]) -> Val:
    """`try`: the first that does not fail; unknown where that depends on what is not known."""
    if not arguments:
        raise Failure("try needs an argument")
    reasons = []
    for argument in arguments:
        inner = replace(at, unknowns=[0])
        try:
            val = inner.value(argument)
        except Failure as error:
            if inner.unknowns == [0]:
                reasons.append(str(error))
                continue
            return at.saw(unknown())
        return val if inner.unknowns == [0] else at.saw(unknown(sensitive=is_sensitive(val)))
    raise Failure("no expression of try succeeds: " + "; ".join(reasons))


def can(at: Evaluation, argument: Expr) -> Val:
    """`can`: whether it does not fail."""
    inner = replace(at, unknowns=[0])
    try:
        inner.value(argument)
        answer = True
    except Failure:
        answer = False
    return Val(BOOL, answer) if inner.unknowns == [0] else at.saw(unknown(BOOL))

"""Conditionals, `try` and `can`."""

from __future__ import annotations

from collections.abc import Sequence

from drift.desired.hcl import operators
from drift.desired.hcl.compare import is_sensitive, may_change, type_known, untyped
from drift.desired.hcl.convert import convert
from drift.desired.hcl.evaluation import Evaluation
from drift.desired.hcl.failed import Failed
from drift.desired.hcl.failed import side as side_of
from drift.desired.hcl.run import Failure
from drift.desired.hcl.tree import Conditional, Expr
from drift.desired.hcl.types import has_dynamic, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, Type, Val, unknown

Side = Val | Failed


def conditional(at: Evaluation, expr: Conditional) -> Val:
    """`condition ? yes : no`. Evaluates both results, because the type is the one that they have in common."""
    sides = [side_of(at, expr.yes), side_of(at, expr.no)]
    condition = at.value(expr.condition)
    common = _common_type(sides)
    if condition.is_null:
        raise Failure("the condition is null")
    marks = condition.sensitive or any(isinstance(side, Val) and side.sensitive for side in sides)
    if not condition.is_known:
        return _undecided(sides, common, marks)
    side = sides[0 if operators.truth(condition) else 1]
    if not isinstance(side, Val):
        raise side.error
    if _type_would_tell(side, sides):
        return at.saw(unknown(sensitive=marks))
    return convert(side, common).marked(marks)


def _type_would_tell(side: Val, sides: Sequence[Side]) -> bool:
    """Whether the type of the other result is unknown and would change the chosen one."""
    other = sides[0] if side is sides[1] else sides[1]
    if isinstance(other, Failed):
        return not other.sure and (may_change(side) or (side.is_null and has_dynamic(side.type)))
    return untyped(other) and may_change(side)


def _undecided(sides: Sequence[Side], common: Type, marks: bool) -> Val:
    """The result for an unknown condition: known only if both results are the same value."""
    values = [convert(side, common) for side in sides if isinstance(side, Val)]
    if len(values) == 2 and all(v.wholly_known for v in values) and operators.same(values[0], values[1]):
        return values[0].marked(marks)
    return unknown(common, sensitive=marks)


def _common_type(sides: Sequence[Side]) -> Type:
    """The common type of both results of a conditional."""
    types = [side.type for side in sides]
    for i, side in enumerate(sides):
        if isinstance(side, Val) and side.is_null and side.type.kind == "dynamic" and not side.sensitive:
            return types[1 - i]
    if "dynamic" in (types[0].kind, types[1].kind):
        return DYNAMIC
    common = unify(types)
    if common is not None:
        return common
    if all(side.sure if isinstance(side, Failed) else type_known(side) for side in sides):
        raise Failure("both results of a conditional must be of one type")
    return DYNAMIC


def attempt_each(at: Evaluation, arguments: Sequence[Expr]) -> Val:
    """`try`: the first argument that does not fail; unknown if an unknown value decides which."""
    if not arguments:
        raise Failure("try needs an argument")
    reasons = []
    for argument in arguments:
        inner = at.afresh()
        try:
            val = inner.value(argument)
        except Failure as error:
            reasons.append(str(error))  # what fails now fails whatever the unknown values will be
            continue
        return val if val.wholly_known and inner.unknowns == [0] else at.saw(unknown(sensitive=is_sensitive(val)))
    raise Failure("no expression of try succeeds: " + "; ".join(reasons))


def can(at: Evaluation, argument: Expr) -> Val:
    """`can`: whether the argument does not fail."""
    inner = at.afresh()
    try:
        val = inner.value(argument)
    except Failure:
        return Val(BOOL, False)
    return Val(BOOL, True) if val.wholly_known and inner.unknowns == [0] else at.saw(unknown(BOOL))

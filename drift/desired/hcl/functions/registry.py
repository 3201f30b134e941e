"""What a function is: its parameters, what it answers, and the rules that all of them share.

A `function` works on plain values: it is called when all its arguments are known, with their raw values, and its
answer is sensitive if one of them is. `over` works on values as they are, unknown parts and all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from drift.desired.hcl.compare import bare, is_sensitive
from drift.desired.hcl.convert import convert
from drift.desired.hcl.numbers import Counted
from drift.desired.hcl.operators import normal
from drift.desired.hcl.run import Failure, Run
from drift.desired.hcl.tree import Expr
from drift.desired.hcl.types import list_of
from drift.desired.hcl.values import DYNAMIC, NUMBER, STRING, NotKnown, Type, Val, unknown


class Context(Protocol):
    """Where a function is called."""

    run: Run
    templates: bool

    @property
    def directory(self) -> Path | None:
        """What relative paths begin at."""

    @property
    def jail(self) -> tuple[Path, ...]:
        """The directories whose files may be read."""

    def render(self, template: Expr, names: Mapping[str, Val]) -> Val:
        """A template's text."""


@dataclass(frozen=True)
class Param:
    """What one parameter takes."""

    type: Type
    null: bool = False
    """Whether null may be given."""
    unknown: bool = False
    """Whether the function itself deals with what is not known."""


@dataclass(frozen=True)
class Function:
    """One of Terraform's functions."""

    name: str
    params: tuple[Param, ...]
    rest: Param | None
    """The parameter that takes all further arguments."""
    returns: Type
    body: Callable[..., Any]
    plain: bool
    """Whether the body takes and answers raw values."""
    marks: bool
    """Whether the body itself deals with what is sensitive."""


FUNCTIONS: Final[dict[str, Function]] = {}

Spec = Type | Param


def _param(spec: Spec) -> Param:
    return spec if isinstance(spec, Param) else Param(spec)


def function(
    name: str, *params: Spec, rest: Spec | None = None, returns: Type = STRING
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a body that takes the context and raw values, and answers a raw value of the type `returns`."""
    return _register(name, params, rest, returns, plain=True, marks=False)


def over(
    name: str, *params: Spec, rest: Spec | None = None, returns: Type = DYNAMIC, marks: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a body that takes the context and values, and answers a value."""
    return _register(name, params, rest, returns, plain=False, marks=marks)


def _register(
    name: str, params: Sequence[Spec], rest: Spec | None, returns: Type, *, plain: bool, marks: bool
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(body: Callable[..., Any]) -> Callable[..., Any]:
        more = None if rest is None else _param(rest)
        FUNCTIONS[name] = Function(name, tuple(map(_param, params)), more, returns, body, plain, marks)
        return body

    return keep


def invoke(function: Function, arguments: Sequence[Val], context: Context) -> Val:
    """Call a function as Terraform does: arguments are converted, null refused, marks carried over."""
    params = function.params
    if len(arguments) < len(params) or (len(arguments) > len(params) and function.rest is None):
        raise Failure(f"it takes {len(params)} arguments, not {len(arguments)}")
    context.run.spend(sum(map(_weight, arguments)) >> 3)
    marks = not function.marks and any(map(is_sensitive, arguments))
    given, waits = [], False
    for position, argument in enumerate(arguments):
        param = params[position] if position < len(params) else function.rest or Param(DYNAMIC)
        val = convert(bare(argument) if marks else argument, param.type)
        if val.is_null and not param.null:
            raise Failure("an argument is null")
        waits = waits or not (val.is_known or param.unknown)
        given.append(val)
    if waits or (function.plain and not all(v.wholly_known for v in given)):
        return unknown(function.returns, sensitive=marks or any(map(is_sensitive, given)))
    try:
        answer = function.body(context, *([v.raw for v in given] if function.plain else given))
    except OverflowError as error:
        raise NotKnown(str(error), function.returns) from None
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        # what a function did not foresee must neither stop a run nor pass for a value
        raise NotKnown(f"it cannot be computed here ({type(error).__name__})", function.returns) from None
    val = wrap(function.returns, answer) if function.plain else answer
    _charge(val, context.run)
    return val.marked(marks)


def _weight(val: Val) -> int:
    """What there is to look at in an argument: elements, and pieces of 8 characters."""
    if isinstance(val.raw, str):
        return len(val.raw) >> 3
    if isinstance(val.raw, tuple):
        return 1 + sum(map(_weight, val.raw))
    return 1 + sum(map(_weight, val.raw.values())) if isinstance(val.raw, Mapping) else 1


def _charge(val: Val, run: Run) -> None:
    if isinstance(val.raw, str):
        run.allow_text(len(val.raw))
    elif isinstance(val.raw, tuple | Mapping):
        run.allow_items(len(val.raw))


def wrap(type_: Type, answer: Any) -> Val:
    """A raw answer as a value of its type; a list of text or numbers from a list."""
    if type_.kind == "string":
        return Val(STRING, normal(answer))
    if type_.kind == "list":
        element_type = type_.of or DYNAMIC
        return Val(list_of(element_type), tuple(wrap(element_type, item) for item in answer))
    return Val(type_, answer)


def counted(number: int) -> Val:
    """A whole number as functions count it."""
    return Val(NUMBER, Counted(number))

"""Evaluates expressions as Terraform does. A value that drift cannot compute is unknown, never guessed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from drift.desired.hcl import branches, functions, loops, operators, rendering
from drift.desired.hcl.compare import is_sensitive
from drift.desired.hcl.convert import convert
from drift.desired.hcl.run import TOO_MUCH, Failure, Run
from drift.desired.hcl.scope import Scope
from drift.desired.hcl.tree import (
    Binary,
    Call,
    Conditional,
    Element,
    Expr,
    ForObject,
    ForTuple,
    GetAttr,
    Index,
    Literal,
    Name,
    ObjectOf,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleOf,
    Unary,
)
from drift.desired.hcl.types import object_val, tuple_val
from drift.desired.hcl.values import FEW, STRING, NotKnown, TooMuch, Val, from_python, unknown

_FRAMES: Final = 8_000
"""What `Run.depth` expressions within expressions take, with what a scope does between them."""


def evaluate(expr: Expr, scope: Scope | None, run: Run | None = None) -> Val:
    """The value of an expression in a scope. What cannot be computed is unknown, and `run.notes` has the reason.

    Raises nothing. One `Run` is used for everything in one configuration: it bounds the work and collects the
    reasons. A scope of None has no names.
    """
    run = run or Run()
    if sys.getrecursionlimit() < _FRAMES:
        sys.setrecursionlimit(_FRAMES)
    try:
        return run.allow_parts(Evaluation(scope, run).value(expr))
    except Failure as error:
        run.note(expr.line, str(error))
        return unknown()
    except NotKnown as error:
        if isinstance(error, TooMuch):
            run.beyond.setdefault(str(error))
        run.note(expr.line, str(error))
        return unknown(error.type)
    except RecursionError:
        run.note(expr.line, "the expression is nested too deeply")
        return unknown()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # what the evaluator did not foresee makes this value unknown, and ends no scan
        run.beyond.setdefault(f"line {expr.line}: an expression that drift does not support ({type(error).__name__})")
        return unknown()


def attempt(expr: Expr, scope: Scope | None, run: Run | None = None) -> Val:
    """The same, but raises `Failure` if Terraform would refuse the expression, and `TooMuch` beyond a bound."""
    return Evaluation(scope, run or Run()).value(expr)


def literal(expr: Expr) -> Val:
    """The value of an expression without names; raises `Failure` if it has one."""
    return Evaluation(None, Run()).value(expr)


@dataclass
class Evaluation:
    """One expression being evaluated, with the variables that are bound within it."""

    scope: Scope | None
    run: Run
    names: Mapping[str, Val] | None = None
    unknowns: list[int] | None = None
    """How often something was done with what is not known: a box shared by the whole expression."""
    templates: bool = True
    """Whether `templatefile` is allowed: not inside a template."""

    def __post_init__(self) -> None:
        self.unknowns = [0] if self.unknowns is None else self.unknowns

    def within(self, names: Mapping[str, Val]) -> Evaluation:
        """The same with more variables."""
        return Evaluation(self.scope, self.run, {**(self.names or {}), **names}, self.unknowns, self.templates)

    def afresh(self) -> Evaluation:
        """The same, counting anew what is not known."""
        return replace(self, unknowns=[0])

    def value(self, expr: Expr) -> Val:
        """The value, as far as it is known; raises `Failure`, and `TooMuch`."""
        run = self.run
        run.steps -= 1
        if run.steps < 0 or run.depth <= 0:
            raise run.refused(
                "an expression is nested too deeply (bound evaluation-depth)" if run.depth <= 0 else TOO_MUCH
            )
        run.depth -= 1
        try:
            val = _EVALUATORS[type(expr)](self, expr)
            return val if val.is_known or isinstance(expr, Name | GetAttr | Index | Element) else self.saw(val)
        except TooMuch:
            raise
        except NotKnown as error:
            self.run.note(expr.line, str(error))
            return self.saw(unknown(error.type))
        finally:
            run.depth += 1

    def saw(self, val: Val) -> Val:
        """Count that something was done with what is not known, and may fail once it is: for `try` and `can`."""
        if self.unknowns is not None:
            self.unknowns[0] += 1
        return val

    # references

    def reference(self, expr: Expr) -> Val:
        """A name followed by steps; as many as possible are left to the scope."""
        steps: list[GetAttr | Index] = []
        start = expr
        while isinstance(start, GetAttr | Index):
            steps.append(start)
            start = start.of
        if not isinstance(start, Name):
            return self._follow(self.value(start), steps[::-1], 0)
        if self.names and start.name in self.names:
            return self._follow(self.names[start.name], steps[::-1], 0)
        steps.reverse()
        keys = [self._key(step) for step in steps]
        fixed = next((i for i, key in enumerate(keys) if not _is_fixed(key)), len(keys))
        found = None
        if self.scope is not None:
            found = self.scope.lookup(start.name, tuple(_plain_key(key) for key in keys[:fixed]))
        if found is None:
            raise Failure(f"there is no {'.'.join([start.name, *(str(_plain_key(k)) for k in keys[:fixed])])}")
        return self._follow(found[0], steps, found[1], keys)

    def _key(self, step: GetAttr | Index) -> Val:
        return Val(STRING, step.name) if isinstance(step, GetAttr) else self.value(step.key)

    def _follow(self, val: Val, steps: Sequence[GetAttr | Index], taken: int, keys: Sequence[Val] | None = None) -> Val:
        for position in range(taken, len(steps)):
            step = steps[position]
            if isinstance(step, GetAttr):
                found = operators.get_attr(val, step.name)
            else:
                key = keys[position] if keys else self.value(step.key)
                found = operators.index(val, key)
                if not key.is_known:
                    self.saw(val)
            if not val.is_known:
                self.saw(val)
            val = found
        if val.parts > FEW:
            self.run.spend(val.parts >> 6)  # whatever is done with it goes through its parts
        return val

    # operators

    def unary(self, expr: Unary) -> Val:
        """`-a` and `!a`."""
        return operators.unary(expr.operator, self.value(expr.of))

    def binary(self, expr: Binary) -> Val:
        """`a + b`: a long chain of them is walked, not descended into."""
        chain: list[Binary] = [expr]
        while isinstance(chain[-1].left, Binary):
            chain.append(chain[-1].left)
            self.run.spend(1)
        val = self.value(chain[-1].left)
        for step in reversed(chain):
            right = self.value(step.right)
            if not (val.is_known and right.is_known):
                self.saw(val)
            val = operators.binary(step.operator, val, right)
        return val

    # collections

    def tuple_of(self, expr: TupleOf) -> Val:
        """`[a, b]`."""
        return tuple_val([self.value(item) for item in expr.items])

    def object_of(self, expr: ObjectOf) -> Val:
        """`{ a = b }`."""
        fields: dict[str, Val] = {}
        known, marks = True, False
        for key_expr, of in expr.items:
            key, val = self.value(key_expr), self.value(of)
            if key.is_null:
                raise Failure("a key is null")
            name = convert(key, STRING)
            marks = marks or key.sensitive
            if name.is_known:
                fields[name.raw] = val
            known = known and name.is_known
        return object_val(fields).marked(marks) if known else unknown(sensitive=marks)

    def element(self, expr: Element) -> Val:  # noqa: ARG002
        """The element that the splat is at."""
        if not self.names or loops.ELEMENT not in self.names:
            raise Failure("a splat is not allowed here")
        return self.names[loops.ELEMENT]

    # functions

    def call(self, expr: Call) -> Val:
        """A function's result; `try` and `can` are the language's own."""
        name = expr.name.removeprefix("core::")
        if name == "try" and not expr.expand:
            return branches.attempt_each(self, expr.arguments)
        if name == "can" and not expr.expand and len(expr.arguments) == 1:
            return branches.can(self, expr.arguments[0])
        arguments = [self.value(argument) for argument in expr.arguments]
        if expr.expand:
            last = arguments.pop()
            if last.is_null:
                raise Failure("the expanded argument is null")
            if last.type.kind not in ("tuple", "list", "set", "dynamic"):
                raise Failure("the expanded argument is not a sequence")
            if not last.is_known:
                return unknown()
            arguments += [v.marked(last.sensitive) for v in last.raw]
        try:
            val = functions.call(name, arguments, self)
        except TooMuch:
            raise
        except NotKnown as error:
            self.run.note(expr.line, f"{name}: {error}")
            val = unknown(error.type, sensitive=any(map(is_sensitive, arguments)))
        except Failure as error:
            raise Failure(f"{name}: {error}") from None
        return val if val.wholly_known else self.saw(val)

    def render(self, template: Expr, names: Mapping[str, Val]) -> Val:
        """The rendered text of a template that sees only these names."""
        return Evaluation(_Templates(self.scope), self.run, dict(names), self.unknowns, templates=False).value(template)

    @property
    def directory(self) -> Path | None:
        """What relative paths begin at."""
        return self.scope.directory if self.scope is not None else None

    @property
    def jail(self) -> tuple[Path, ...]:
        """The directories whose files may be read."""
        return self.scope.jail if self.scope is not None else ()


@dataclass
class _Templates:
    """A template file sees its own variables only, and the same files."""

    of: Scope | None

    @property
    def directory(self) -> Path:
        return self.of.directory if self.of is not None else Path()

    @property
    def jail(self) -> tuple[Path, ...]:
        return self.of.jail if self.of is not None else ()

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> None:  # noqa: ARG002
        """None: there is nothing else."""
        return


def _is_fixed(key: Val) -> bool:
    if not key.is_known or key.is_null or key.sensitive:
        return False
    return key.type.kind == "string" or (key.type.kind == "number" and isinstance(key.raw, int))


def _plain_key(key: Val) -> str | int:
    return key.raw if isinstance(key.raw, str) else int(key.raw)


_Evaluator = Callable[[Evaluation, Any], Val]


def _literal(evaluation: Evaluation, expr: Literal) -> Val:  # noqa: ARG001
    value = expr.value
    return Val(STRING, operators.normal(value)) if isinstance(value, str) else from_python(value)


_EVALUATORS: Final[dict[type[Expr], _Evaluator]] = {
    Literal: _literal,
    Template: rendering.template,
    TemplateIf: rendering.template_if,
    TemplateFor: rendering.template_for,
    Name: Evaluation.reference,
    GetAttr: Evaluation.reference,
    Index: Evaluation.reference,
    Splat: loops.splat,
    Element: Evaluation.element,
    Call: Evaluation.call,
    Unary: Evaluation.unary,
    Binary: Evaluation.binary,
    Conditional: branches.conditional,
    TupleOf: Evaluation.tuple_of,
    ObjectOf: Evaluation.object_of,
    ForTuple: loops.for_tuple,
    ForObject: loops.for_object,
}

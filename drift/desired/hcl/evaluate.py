"""Evaluates expressions as Terraform does: a value is right, or it is unknown; never wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from drift.desired.hcl import functions, operators
from drift.desired.hcl.compare import bare, is_sensitive, type_known
from drift.desired.hcl.convert import convert, keys_in_order
from drift.desired.hcl.numbers import Counted
from drift.desired.hcl.run import Failure, NotKnown, Run, TooMuch
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
from drift.desired.hcl.types import has_dynamic, list_of, object_val, tuple_val, unify
from drift.desired.hcl.values import BOOL, DYNAMIC, NUMBER, STRING, Type, Val, from_python, unknown

ELEMENT: Final = "*"
"""The name under which a splat's element is bound: no identifier."""


def evaluate(expr: Expr, scope: Scope | None, run: Run | None = None) -> Val:
    """The expression's value in a scope; what cannot be told is unknown, and `run.notes` has why.

    It raises nothing. One `Run` goes with all that is evaluated for one configuration: it bounds the work and
    collects the reasons. A scope of None has no names at all.
    """
    run = run or Run()
    try:
        return Evaluation(scope, run).value(expr)
    except Failure as error:
        run.note(expr.line, str(error))
        return unknown()
    except NotKnown as error:
        run.note(expr.line, str(error))
        return unknown(error.type)
    except RecursionError:
        run.note(expr.line, "the expression is nested too deeply")
        return unknown()


def attempt(expr: Expr, scope: Scope | None, run: Run | None = None) -> Val:
    """The same, for those who need to know: raises `Failure` where Terraform would refuse, `NotKnown` where we do."""
    return Evaluation(scope, run or Run()).value(expr)


def literal(expr: Expr) -> Val:
    """The value of an expression that may name nothing; `Failure` if it does."""
    return Evaluation(None, Run()).value(expr)


def index(of: Val, key: Val) -> Val:
    """`of[key]`."""
    return operators.index(of, key)


def get_attr(of: Val, name: str) -> Val:
    """`of.name`."""
    return operators.get_attr(of, name)


@dataclass
class Evaluation:
    """One expression being evaluated, with the variables that are bound within it."""

    scope: Scope | None
    run: Run
    names: Mapping[str, Val] | None = None
    unknowns: list[int] | None = None
    """How often a reference or function gave something that is not known: a box shared by the whole expression."""
    templates: bool = True
    """Whether templates may be rendered from here: not from within one."""

    def __post_init__(self) -> None:
        self.unknowns = [0] if self.unknowns is None else self.unknowns

    def within(self, names: Mapping[str, Val]) -> Evaluation:
        """The same with more variables."""
        return replace(self, names={**(self.names or {}), **names})

    def value(self, expr: Expr) -> Val:
        """The value; raises `Failure` and `NotKnown`."""
        self.run.spend(1)
        if self.run.depth <= 0:
            raise TooMuch("the expression is nested too deeply")
        self.run.depth -= 1
        try:
            return _EVALUATORS[type(expr)](self, expr)
        finally:
            self.run.depth += 1

    def saw(self, val: Val) -> Val:
        """Count what is not known, for `try` and `can`."""
        if not val.wholly_known and self.unknowns is not None:
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
            return self.saw(self._follow(self.names[start.name], steps[::-1], 0))
        steps.reverse()
        keys = [self._key(step) for step in steps]
        fixed = next((i for i, key in enumerate(keys) if not _is_fixed(key)), len(keys))
        found = None
        if self.scope is not None:
            found = self.scope.lookup(start.name, tuple(_plain_key(key) for key in keys[:fixed]))
        if found is None:
            raise Failure(f"there is no {'.'.join([start.name, *(str(_plain_key(k)) for k in keys[:fixed])])}")
        return self.saw(self._follow(found[0], steps, found[1], keys))

    def _key(self, step: GetAttr | Index) -> Val:
        return Val(STRING, step.name) if isinstance(step, GetAttr) else self.value(step.key)

    def _follow(self, val: Val, steps: Sequence[GetAttr | Index], taken: int, keys: Sequence[Val] | None = None) -> Val:
        for position in range(taken, len(steps)):
            step = steps[position]
            if isinstance(step, GetAttr):
                val = operators.get_attr(val, step.name)
            else:
                val = operators.index(val, keys[position] if keys else self.value(step.key))
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
            val = operators.binary(step.operator, val, self.value(step.right))
        return val

    def conditional(self, expr: Conditional) -> Val:
        """`condition ? yes : no`; both are evaluated, for the type that they have in common."""
        sides = [self._side(expr.yes), self._side(expr.no)]
        types = [side.type if isinstance(side, Val) else side[1] for side in sides]
        condition = self.value(expr.condition)
        common = _common_type(sides, types)
        if condition.is_null:
            raise Failure("the condition is null")
        marks = condition.sensitive or any(isinstance(side, Val) and side.sensitive for side in sides)
        if not condition.is_known:
            return self._undecided(sides, common, marks)
        side = sides[0 if operators.truth(condition) else 1]
        if not isinstance(side, Val):
            raise side[0]
        return convert(side, common).marked(marks)

    def _side(self, expr: Expr) -> Val | tuple[Failure | NotKnown, Type]:
        try:
            return self.value(expr)
        except TooMuch:
            raise
        except (Failure, NotKnown) as error:
            return error, self.type_of_failed(expr)

    def _undecided(self, sides: Sequence[Val | tuple[Exception, Type]], common: Type, marks: bool) -> Val:
        """The result where the condition is not known: known all the same where both sides are one value."""
        values = [convert(side, common) for side in sides if isinstance(side, Val)]
        if len(values) == 2 and all(v.wholly_known for v in values) and operators.same(values[0], values[1]):
            return values[0].marked(marks)
        return unknown(common, sensitive=marks)

    def type_of_failed(self, expr: Expr) -> Type:
        """The type that Terraform gives an expression in which something fails: a conditional may not choose it."""
        match expr:
            case TupleOf(items=items):
                return Type("tuple", items=tuple(self._type_of(item) for item in items))
            case ObjectOf(items=items) if all(isinstance(key, Literal) for key, _ in items):
                fields = {str(key.value): self._type_of(of) for key, of in items if isinstance(key, Literal)}
                return Type("object", fields=tuple(sorted(fields.items())))
            case Template():
                return STRING
            case Unary(operator=operator) | Binary(operator=operator):
                return NUMBER if operator in "+-*/%" else BOOL
        return DYNAMIC

    def _type_of(self, expr: Expr) -> Type:
        side = self._side(expr)
        return side.type if isinstance(side, Val) else side[1]

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

    def splat(self, expr: Splat) -> Val:
        """`of[*].each`: anything but a list, set or tuple is made a tuple first, and null an empty one."""
        of = self.value(expr.of)
        sequence = of.type.kind in ("list", "set", "tuple")
        if of.is_null:
            if sequence:
                raise Failure("a sequence that is null has no elements")
            return tuple_val([]).marked(of.sensitive)
        if not of.is_known:
            if of.type.kind in ("list", "set"):
                held = of.type.of or DYNAMIC
                return unknown(list_of(self._each(expr, unknown(held)).type), sensitive=of.sensitive)
            return unknown(sensitive=of.sensitive)
        items = of.raw if sequence else (Val(of.type, of.raw),)
        made = [self._each(expr, item) for item in items]
        if of.type.kind not in ("list", "set"):
            return tuple_val(made).marked(of.sensitive)
        if not made:
            held = self._each(expr, unknown(of.type.of or DYNAMIC)).type
            return Val(list_of(held), (), of.sensitive)
        if any(v.type != made[0].type for v in made):
            if all(map(type_known, made)):
                raise Failure("a splat within a splat gave elements of different types")
            return unknown(sensitive=of.sensitive)
        return Val(list_of(made[0].type), tuple(made), of.sensitive)

    def _each(self, expr: Splat, item: Val) -> Val:
        return self.within({ELEMENT: item}).value(expr.each)

    def element(self, expr: Element) -> Val:  # noqa: ARG002
        """The element that the splat is at."""
        if not self.names or ELEMENT not in self.names:
            raise Failure("there is no splat here")
        return self.names[ELEMENT]

    # for

    def for_tuple(self, expr: ForTuple) -> Val:
        """`[for key, value in of : body if condition]`."""
        of = self._iterable(expr)
        if not isinstance(of, Mapping):
            return of
        made, marks = [], of["marks"]
        for inner, marked, kept in self._rounds(expr, of["pairs"]):
            marks = marks or marked
            if kept is None:
                return unknown(sensitive=marks)
            if kept:
                made.append(inner.value(expr.body))
        return tuple_val(made).marked(marks)

    def for_object(self, expr: ForObject) -> Val:
        """`{for key, value in of : name => body... if condition}`."""
        of = self._iterable(expr)
        if not isinstance(of, Mapping):
            return of
        groups: dict[str, list[Val]] = {}
        known, marks = True, of["marks"]
        for inner, marked, kept in self._rounds(expr, of["pairs"]):
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
                raise Failure(f"two items make the key {name.raw}")
            groups.setdefault(name.raw, []).append(inner.value(expr.body))
        if not known:
            return unknown(sensitive=marks)
        fields = {k: tuple_val(v) if expr.grouped else v[0] for k, v in groups.items()}
        return object_val(fields).marked(marks)

    def _iterable(self, expr: ForTuple | ForObject | TemplateFor) -> Val | dict[str, Any]:
        """The pairs of what is iterated over; a value where that is the result already."""
        of = self.value(expr.of)
        if of.is_null:
            raise Failure("what is iterated over is null")
        if of.type.kind == "dynamic":
            return unknown(sensitive=of.sensitive)
        if of.type.kind in ("bool", "number", "string"):
            raise Failure(f"a {of.type.kind} cannot be iterated over")
        condition = getattr(expr, "condition", None)
        if condition is not None:
            self._check(condition, expr)
        if not of.is_known:
            return unknown(sensitive=of.sensitive)
        return {"pairs": list(pairs(of)), "marks": of.sensitive}

    def _check(self, condition: Expr, expr: Any) -> None:
        """What fails for whatever element fails for none at all."""
        trial = replace(self, unknowns=[0]).within(
            {**({expr.key: unknown()} if expr.key else {}), expr.value: unknown()}
        )
        try:
            val = trial.value(condition)
            if val.is_null:
                raise Failure("the condition is null")
            convert(val, BOOL)
        except TooMuch:
            raise
        except NotKnown:
            return

    def _rounds(
        self, expr: ForTuple | ForObject | TemplateFor, items: Sequence[tuple[Val, Val]]
    ) -> Iterator[tuple[Evaluation, bool, bool | None]]:
        """For each element: its scope, whether its condition is sensitive, and whether it is kept."""
        self.run.allow_items(len(items))
        condition = getattr(expr, "condition", None)
        for key, val in items:
            inner = self.within({**({expr.key: key} if expr.key else {}), expr.value: val})
            if condition is None:
                yield inner, False, True
                continue
            answer = inner.value(condition)
            if answer.is_null:
                raise Failure("the condition is null")
            kept = convert(answer, BOOL)
            yield inner, answer.sensitive, kept.raw if kept.is_known else None

    # templates

    def template(self, expr: Template) -> Val:
        """Text with interpolations."""
        return self._join(self.value(part) for part in expr.parts)

    def _join(self, values: Iterator[Val]) -> Val:
        texts, marks, known, length = [], False, True, 0
        for val in values:
            if val.is_null:
                raise Failure("null cannot be put into a text")
            text = convert(val, STRING)
            marks = marks or is_sensitive(val)
            known = known and text.is_known
            if text.is_known:
                texts.append(text.raw)
                length += len(text.raw)
                self.run.allow_text(length)
        return Val(STRING, operators.normal("".join(texts)), marks) if known else unknown(STRING, sensitive=marks)

    def template_if(self, expr: TemplateIf) -> Val:
        """`%{if}`."""
        return self.conditional(Conditional(expr.condition, expr.yes, expr.no, line=expr.line))

    def template_for(self, expr: TemplateFor) -> Val:
        """`%{for}`."""
        of = self._iterable(expr)
        if not isinstance(of, Mapping):
            return unknown(STRING, sensitive=of.sensitive)
        return self._join(inner.value(expr.body) for inner, _, _ in self._rounds(expr, of["pairs"])).marked(of["marks"])

    # functions

    def call(self, expr: Call) -> Val:
        """A function's result; `try` and `can` are the language's own."""
        name = expr.name.removeprefix("core::")
        if name == "try" and not expr.expand:
            return self._try(expr.arguments)
        if name == "can" and not expr.expand and len(expr.arguments) == 1:
            return self._can(expr.arguments[0])
        arguments = [self.value(argument) for argument in expr.arguments]
        if expr.expand:
            last = arguments.pop()
            if last.is_null:
                raise Failure("the expanded argument is null")
            if last.type.kind not in ("tuple", "list", "set", "dynamic"):
                raise Failure("the expanded argument is no sequence")
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
        return val if val.wholly_known or not all(a.wholly_known for a in arguments) else self.saw(val)

    def _try(self, arguments: Sequence[Expr]) -> Val:
        if not arguments:
            raise Failure("try needs an argument")
        reasons = []
        for argument in arguments:
            inner = replace(self, unknowns=[0])
            try:
                val = inner.value(argument)
            except Failure as error:
                if inner.unknowns == [0]:
                    reasons.append(str(error))
                    continue
                return self.saw(unknown())
            return val if inner.unknowns == [0] else self.saw(unknown(sensitive=is_sensitive(val)))
        raise Failure("no expression of try succeeds: " + "; ".join(reasons))

    def _can(self, argument: Expr) -> Val:
        inner = replace(self, unknowns=[0])
        try:
            inner.value(argument)
            answer = True
        except Failure:
            answer = False
        return Val(BOOL, answer) if inner.unknowns == [0] else self.saw(unknown(BOOL))

    def render(self, template: Expr, names: Mapping[str, Val]) -> Val:
        """A template's text with these names and no others."""
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


def pairs(of: Val) -> Iterator[tuple[Val, Val]]:
    """Key and value of each element of a value that is known: positions, names, or a set's elements twice."""
    if isinstance(of.raw, Mapping):
        yield from ((Val(STRING, name), of.raw[name]) for name in keys_in_order(of.raw))
    elif of.type.kind == "set":
        yield from ((v, v) for v in of.raw)
    else:
        yield from ((Val(NUMBER, Counted(i)), v) for i, v in enumerate(of.raw))


def _is_fixed(key: Val) -> bool:
    if not key.is_known or key.is_null or key.sensitive:
        return False
    return key.type.kind == "string" or (key.type.kind == "number" and isinstance(key.raw, int))


def _plain_key(key: Val) -> str | int:
    return key.raw if isinstance(key.raw, str) else int(key.raw)


def _common_type(sides: Sequence[Val | tuple[Exception, Type]], types: Sequence[Type]) -> Type:
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


_Evaluator = Callable[[Evaluation, Any], Val]


def _literal(evaluation: Evaluation, expr: Literal) -> Val:  # noqa: ARG001
    return from_python(operators.normal(expr.value) if isinstance(expr.value, str) else expr.value)


_EVALUATORS: Final[dict[type[Expr], _Evaluator]] = {
    Literal: _literal,
    Template: Evaluation.template,
    TemplateIf: Evaluation.template_if,
    TemplateFor: Evaluation.template_for,
    Name: Evaluation.reference,
    GetAttr: Evaluation.reference,
    Index: Evaluation.reference,
    Splat: Evaluation.splat,
    Element: Evaluation.element,
    Call: Evaluation.call,
    Unary: Evaluation.unary,
    Binary: Evaluation.binary,
    Conditional: Evaluation.conditional,
    TupleOf: Evaluation.tuple_of,
    ObjectOf: Evaluation.object_of,
    ForTuple: Evaluation.for_tuple,
    ForObject: Evaluation.for_object,
}

__all__ = ["Evaluation", "attempt", "bare", "evaluate", "get_attr", "index", "literal", "pairs"]

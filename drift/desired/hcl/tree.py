"""The syntax tree of a configuration: what `syntax.py` makes of text, and what is evaluated.

Plain and picklable, so that parsed files can be cached and made in other processes. Templates and heredocs
are parsed: an expression holds no source text that would have to be parsed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Expr:
    """An expression; `line` is where it starts, counted from 1."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Literal(Expr):
    """null, true, a number (exact) or a piece of text without interpolations."""

    value: bool | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class Template(Expr):
    """Text with interpolations: its parts are texts (`Literal`), expressions and directives.

    A template that is one interpolation alone, `"${x}"`, is `x` itself and not a Template.
    """

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class TemplateIf(Expr):
    """`%{if condition}…%{else}…%{endif}`."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class TemplateFor(Expr):
    """`%{for key, value in of}…%{endfor}`."""

    key: str
    """Empty where only the value is named."""
    value: str
    of: Expr
    body: Expr


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """The first step of a reference: `var`, `local`, `aws_vpc`, `each`, or the variable of a `for`."""

    name: str


@dataclass(frozen=True, slots=True)
class GetAttr(Expr):
    """`of.name`."""

    of: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Index(Expr):
    """`of[key]`, and the legacy `of.0`."""

    of: Expr
    key: Expr


@dataclass(frozen=True, slots=True)
class Splat(Expr):
    """`of[*].a[0]`; `attributes` for the legacy `of.*.a`, after which an index applies to the whole."""

    of: Expr
    each: Expr
    """Steps applied to each element, which stands in them as `Element`."""
    attributes: bool = False


@dataclass(frozen=True, slots=True)
class Element(Expr):
    """The element that a splat is at."""


@dataclass(frozen=True, slots=True)
class Call(Expr):
    """`name(arguments)`; a provider's function has `provider::aws::` before its name."""

    name: str
    arguments: tuple[Expr, ...]
    expand: bool = False
    """Whether the last argument is followed by `...`."""


@dataclass(frozen=True, slots=True)
class Unary(Expr):
    """`-of` or `!of`."""

    operator: str
    of: Expr


@dataclass(frozen=True, slots=True)
class Binary(Expr):
    """`left operator right`."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Conditional(Expr):
    """`condition ? yes : no`."""

    condition: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True, slots=True)
class TupleOf(Expr):
    """`[a, b]`."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class ObjectOf(Expr):
    """`{ key = value }`; a bare word as key is a Literal, one in parentheses an expression."""

    items: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class ForTuple(Expr):
    """`[for key, value in of : body if condition]`."""

    key: str
    value: str
    of: Expr
    body: Expr
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class ForObject(Expr):
    """`{for key, value in of : name => body... if condition}`."""

    key: str
    value: str
    of: Expr
    name: Expr
    body: Expr
    condition: Expr | None = None
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = expression`, with its first and last line."""

    name: str
    expr: Expr
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" { body }`, with its first and last line."""

    type: str
    labels: tuple[str, ...]
    body: Body
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Body:
    """Attributes by name, and blocks in the order they are written."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """A block that could not be parsed: where it stands, what it says it is, and why."""

    line: int
    end_line: int
    header: str
    reason: str


@dataclass(frozen=True, slots=True)
class File:
    """One file, parsed as far as it could be."""

    path: str
    body: Body
    lost: tuple[Lost, ...] = ()
    comments: Mapping[int, str] = field(default_factory=dict)
    """Line -> the text of a comment that speaks to drift (`drift:ignore …`), without its marker."""

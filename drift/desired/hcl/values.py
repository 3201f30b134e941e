"""Terraform's values: each has a type, may be unknown, and may be sensitive.

Soundness is the point: a value is right, or it is unknown; never wrong. So whatever an evaluator does not
know, does not implement, or cannot afford is `unknown()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final, Literal

from drift.desired.hcl.numbers import canonical
from drift.model.bounds import ELEMENTS

Kind = Literal["dynamic", "bool", "number", "string", "list", "set", "map", "tuple", "object"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type, or a type constraint (`optional` counts in constraints alone)."""

    kind: Kind
    of: Type | None = None
    """What a list, set or map holds."""
    items: tuple[Type, ...] = ()
    """A tuple's element types."""
    fields: tuple[tuple[str, Type], ...] = ()
    """An object's attribute types, sorted by name."""
    optional: frozenset[str] = frozenset()
    """The attributes of an object constraint that may be left out."""
    parts: int = field(default=1, init=False, repr=False, compare=False)
    """How many types it takes to write it out. A part may be shared, and `[a, a]` forty times over is a trillion."""

    def __post_init__(self) -> None:
        if self.items or self.fields or self.of is not None:
            parts = 1 + sum([t.parts for t in self.items]) + sum([t.parts for _, t in self.fields])
            parts += self.of.parts if self.of is not None else 0
            object.__setattr__(self, "parts", _allowed(parts))


class NotKnown(Exception):  # noqa: N818
    """What drift does not know, with the reason and the type that it would have."""

    def __init__(self, reason: str, type_: Type | None = None) -> None:
        super().__init__(reason)
        self.type = type_ or DYNAMIC


class TooMuch(NotKnown):
    """More work than an evaluation may do: nothing of the expression is kept."""


def _allowed(parts: int) -> int:
    if parts > FEW and parts > ELEMENTS.most:
        raise TooMuch(f"a value of {parts} parts, {ELEMENTS.beyond}")
    return parts


DYNAMIC: Final = Type("dynamic")
BOOL: Final = Type("bool")
NUMBER: Final = Type("number")
STRING: Final = Type("string")


FEW: Final = 1_000
"""Parts that every value may have."""
_SMALL: Final = frozenset({bool, int, Decimal})
PIECE: Final = 64
"""Characters of a text that count as one part."""


class _Unknown:
    """What stands where a value is not known."""

    _one: _Unknown | None = None

    def __new__(cls) -> _Unknown:
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()

Raw = Any
"""None (null), UNKNOWN, bool, int | Decimal, str, tuple[Val, ...] (list, set, tuple), Mapping[str, Val] (map, object).

A set's elements are unique and stand in Terraform's order.
"""


@dataclass(frozen=True, slots=True)
class Val:
    """One value. Its parts are values of their own, so each may be unknown or sensitive by itself."""

    type: Type
    raw: Raw
    sensitive: bool = False
    _parts: int = field(init=False, repr=False, compare=False)
    """Set for what has parts: most values are small, and there are many."""
    _wholly_known: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        raw = self.raw
        kind = raw.__class__
        if kind in _SMALL or (kind is str and len(raw) < PIECE):
            return
        parts, known = 1, True
        if raw is None or raw is UNKNOWN:
            parts, known = self.type.parts, raw is None
        elif isinstance(raw, str):
            parts += len(raw) // PIECE
        elif isinstance(raw, tuple | Mapping):
            inner = raw if isinstance(raw, tuple) else raw.values()
            parts += sum([part.parts for part in inner])
            known = all(part.wholly_known for part in inner)
        object.__setattr__(self, "_parts", _allowed(parts))
        object.__setattr__(self, "_wholly_known", known)

    @property
    def parts(self) -> int:
        """How many values it holds when it is written out, itself and pieces of text counted; those of its type where
        it is not known."""
        try:
            return self._parts
        except AttributeError:
            return 1

    @property
    def wholly_known(self) -> bool:
        """Whether it is known with all its parts."""
        try:
            return self._wholly_known
        except AttributeError:
            return True

    @property
    def is_null(self) -> bool:
        """Whether it is null, of whatever type."""
        return self.raw is None

    @property
    def is_known(self) -> bool:
        """Whether it is known itself; its parts may not be."""
        return self.raw is not UNKNOWN

    def marked(self, sensitive: bool = True) -> Val:
        """The same value, sensitive where it was or `sensitive` says so."""
        return replace(self, sensitive=True) if sensitive and not self.sensitive else self


def unknown(type_: Type = DYNAMIC, *, sensitive: bool = False) -> Val:
    """A value that is not known, of a type that may be."""
    return Val(type_, UNKNOWN, sensitive)


def null(type_: Type = DYNAMIC) -> Val:
    """null."""
    return Val(type_, None)


def from_python(value: Any) -> Val:
    """What a literal of HCL or JSON means: lists become tuples, mappings objects."""
    if value is None:
        return null()
    if isinstance(value, bool):
        return Val(BOOL, value)
    if isinstance(value, str):
        return Val(STRING, value)
    if isinstance(value, int | Decimal):
        return Val(NUMBER, canonical(value))
    if isinstance(value, float):
        return Val(NUMBER, canonical(Decimal(repr(value))))
    if isinstance(value, Mapping):
        fields = {str(k): from_python(v) for k, v in value.items()}
        return Val(Type("object", fields=tuple(sorted((k, v.type) for k, v in fields.items()))), fields)
    if isinstance(value, list | tuple):
        items = tuple(from_python(v) for v in value)
        return Val(Type("tuple", items=tuple(v.type for v in items)), items)
    raise TypeError(f"not an HCL value: {type(value).__name__}")

"""Terraform's values: each has a type, may be unknown, and may be sensitive.

Soundness is the point: a value is right, or it is unknown; never wrong. So whatever an evaluator does not
know, does not implement, or cannot afford is `unknown()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal

from drift.desired.hcl.numbers import canonical

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


DYNAMIC: Final = Type("dynamic")
BOOL: Final = Type("bool")
NUMBER: Final = Type("number")
STRING: Final = Type("string")


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

    @property
    def is_null(self) -> bool:
        """Whether it is null, of whatever type."""
        return self.raw is None

    @property
    def is_known(self) -> bool:
        """Whether it is known itself; its parts may not be."""
        return self.raw is not UNKNOWN

    @property
    def wholly_known(self) -> bool:
        """Whether it is known with all its parts."""
        if isinstance(self.raw, tuple):
            return all(part.wholly_known for part in self.raw)
        if isinstance(self.raw, Mapping):
            return all(part.wholly_known for part in self.raw.values())
        return self.is_known

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

"""Values in canonical form: immutable, hashable, comparable with `==`."""

from __future__ import annotations

from collections.abc import Hashable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from drift.model.bounds import VALUE_DEPTH
from drift.model.coverage import Unreadable

if TYPE_CHECKING:
    Value: TypeAlias = (
        bool | int | float | str | tuple["Value", ...] | frozenset["Value"] | "Block" | "Hidden" | Unreadable | None
    )
else:  # Python 3.11 cannot resolve a recursive alias from another module, so readers of type hints get Any
    Value = Any
"""The value of an attribute. `Hidden` is a text that no output shows; `Unreadable` replaces a value that could not be
read."""

UNREADABLE_SHAPES = (TypeError, ValueError, AttributeError, LookupError, RecursionError)
"""Exceptions that a canon raises for a value of an unexpected shape."""


class TooDeepError(ValueError):
    """A value is nested deeper than the bound `value-depth`."""


class Block(Mapping[str, Value], Hashable):
    """A hashable mapping: one nested block, one map, one JSON object.

    >>> Block(a=1) == {"a": 1}, Block(a=1) in {Block(a=1)}
    (True, True)
    """

    __slots__ = ("_data", "_hash", "left_out")

    left_out: frozenset[str]
    """Names that the cloud did not return, and whose value is the default. They do not affect equality."""

    def __init__(
        self, data: Mapping[str, Value] | None = None, /, *, left_out: frozenset[str] = frozenset(), **kwargs: Value
    ) -> None:
        self._data: dict[str, Value] = {**(data or {}), **kwargs}
        self._hash: int | None = None
        self.left_out = left_out

    def __getitem__(self, key: str) -> Value:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    # as a dict does it: what Mapping makes of the three above takes ten times as long
    def __contains__(self, key: object) -> bool:
        return key in self._data

    def get(self, key: str, default: Any = None) -> Any:
        """The member, or the default."""
        return self._data.get(key, default)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._data.keys()

    def values(self) -> ValuesView[Value]:
        """The values."""
        return self._data.values()

    def items(self) -> ItemsView[str, Value]:
        """The names with their values."""
        return self._data.items()

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._data.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Block):
            return self is other or self._data == other._data
        return self._data == other

    def __repr__(self) -> str:
        return f"Block({self._data!r})"


class Implicit(Block):
    """An element that the cloud itself adds. It equals a written one, and its absence is no difference."""

    __slots__ = ()


class Hidden(Hashable):
    """A text that no output shows. Rules look for secrets in it, and report only their kind."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "(hidden)"


def as_tuple(value: Value) -> tuple[Value, ...]:
    """The elements of a list or set; empty if it is not set. TypeError for anything else, also for an unread value."""
    if isinstance(value, tuple | frozenset):
        return tuple(value)
    if not value:
        return ()
    raise TypeError(f"neither a list nor a set: {type(value).__name__}")


def as_set(value: Value) -> frozenset[Value]:
    """The elements of a list or set, without order; errors as in `as_tuple`."""
    return value if isinstance(value, frozenset) else frozenset(as_tuple(value))


def as_block(value: Value) -> Mapping[str, Value]:
    """A block or map; empty if it is not set. TypeError for anything else, also for an unread value."""
    if isinstance(value, Mapping):
        return value
    if not value:
        return Block()
    raise TypeError(f"neither a block nor a map: {type(value).__name__}")


def freeze(value: Any) -> Value:
    """An immutable copy: dict -> Block, list -> tuple, set -> frozenset; scalars are unchanged."""
    if isinstance(value, Mapping):
        return Block({str(k): freeze(v) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(v) for v in value)
    if isinstance(value, set | frozenset):
        return frozenset(freeze(v) for v in value)
    scalar: Value = value
    return scalar


def plain(value: Value) -> Any:
    """The value as JSON types, in an order that is always the same."""
    if isinstance(value, Mapping):
        return {k: plain(value[k]) for k in sorted(value)}
    if isinstance(value, frozenset):
        return sorted((plain(v) for v in value), key=sort_key)
    if isinstance(value, tuple | list):
        return [plain(v) for v in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no NaN
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


SCALARS = frozenset({str, int, bool, float, type(None)})
"""The types of values that are not nested; a subclass of one is not one of them."""
_NESTING = (tuple, frozenset, list, Block, Mapping)  # `Mapping` asks more than a class


def shallow(value: Value) -> Value:
    """The value, unchanged; TooDeepError if it is nested deeper than the bound `value-depth`.

    Otherwise a deeply nested value in an account would crash every recursive function, such as comparison and report.
    """
    if type(value) in SCALARS or not isinstance(value, _NESTING):
        return value
    level: list[Any] = [value]
    depth = 0
    while level:
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
            if type(inner) not in SCALARS and isinstance(inner, _NESTING) and inner
        ]
        depth += 1
        if level and depth >= VALUE_DEPTH.most:
            raise TooDeepError(VALUE_DEPTH.beyond)
    return value


def sort_key(value: Any) -> tuple[str, str]:
    """A sort key for values of different types."""
    return type(value).__name__, repr(value)


def is_zero(value: Value) -> bool:
    """Whether the value is what the provider records if the cloud returns no value: 0, false, or empty."""
    return is_empty(value) or (isinstance(value, int | float) and value == 0)


def is_empty(value: Value) -> bool:
    """Whether Terraform and the cloud may mean "not set" by it: null, "", [], {} and false."""
    return value is None or value is False or (isinstance(value, str | tuple | frozenset | Mapping) and not value)


def texts(value: Any) -> Iterator[str]:
    """Every text in a value, raw or canonical; the keys of maps are none of it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from texts(inner)

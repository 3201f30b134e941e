"""A parsed file as bytes and back, to be kept in the cache and sent between processes.

Nested arrays of msgpack: what is read back is data, whoever wrote it. A node is its kind's number, its line and
its fields; a tuple is 0 and its elements; a Decimal is -1 and its digits, a number that msgpack cannot hold -2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from drift.desired.hcl import tree

_KINDS: Final[tuple[type, ...]] = (
    tree.Literal,
    tree.Template,
    tree.TemplateIf,
    tree.TemplateFor,
    tree.Name,
    tree.GetAttr,
    tree.Index,
    tree.Splat,
    tree.Element,
    tree.Call,
    tree.Unary,
    tree.Binary,
    tree.Conditional,
    tree.TupleOf,
    tree.ObjectOf,
    tree.ForTuple,
    tree.ForObject,
    tree.Attribute,
    tree.Block,
    tree.Body,
    tree.Lost,
)
_FIELDS: Final = {
    kind: (number, tuple(f.name for f in fields(kind) if not f.kw_only), issubclass(kind, tree.Expr))
    for number, kind in enumerate(_KINDS, 1)
}
_BIG: Final = 1 << 63


def packed(file: tree.File) -> bytes:
    """A file without its path."""
    import msgspec

    whole = (_plain(file.body), _plain(file.lost), list(file.comments.items()))
    return msgspec.msgpack.encode(whole)


def unpacked(data: bytes, path: str) -> tree.File:
    """The file again. Raises ValueError for what `packed` did not make."""
    import msgspec

    try:
        body, lost, comments = msgspec.msgpack.decode(data)
        return tree.File(path, _node(body), _node(lost), dict(comments))
    except (msgspec.DecodeError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as e:
        raise ValueError("not a parsed file") from e


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return value if -_BIG <= value < _BIG else [-2, str(value)]
    if kind is tuple:
        return [0, *map(_plain, value)]
    if kind is Decimal:
        return [-1, str(value)]
    if isinstance(value, Mapping):
        return [0, *map(_plain, value.values())]
    number, names, has_line = _FIELDS[kind]
    out = [number, value.line] if has_line else [number]
    out += [_plain(getattr(value, name)) for name in names]
    return out


def _node(value: Any) -> Any:
    if type(value) is not list:
        return value
    number = value[0]
    if number == 0:
        return tuple(map(_node, value[1:]))
    if number < 0:
        return Decimal(value[1]) if number == -1 else int(value[1])
    return _MAKE[number - 1](value)


def _expr(kind: type) -> Callable[[list[Any]], Any]:
    return lambda value: kind(*map(_node, value[2:]), line=value[1])


def _other(kind: type) -> Callable[[list[Any]], Any]:
    return lambda value: kind(*map(_node, value[1:]))


def _body(value: list[Any]) -> tree.Body:
    attributes, blocks = map(_node, value[1:])
    return tree.Body({a.name: a for a in attributes}, blocks)


_MAKE: Final = [
    _body if kind is tree.Body else _expr(kind) if issubclass(kind, tree.Expr) else _other(kind) for kind in _KINDS
]

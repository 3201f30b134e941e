"""Amazon DynamoDB: items.

Only managed ones are looked at, each by its own key: everything else in a table is data, not configuration.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from drift.model.value import Block, Value, as_block, freeze
from drift.normalize import values
from drift.provider.kinds import attr, text
from drift.provider.spec import Call, Parent, Raw, ResourceType
from drift.providers.aws.types.dynamodb import GONE


def item(value: Any) -> Value:
    """An item in DynamoDB's own JSON: numbers by value, binary as text, sets in no order."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return str(value)
    return Block({name: _typed(member) for name, member in value.items()}) if isinstance(value, Mapping) else None


def _typed(value: Any) -> Value:
    if not isinstance(value, Mapping):
        return freeze(value)
    return Block({kind: _member(kind, member) for kind, member in value.items() if member is not None})


def _decimal(text_: str) -> str:
    """A number has up to 38 digits, more than a float: it is kept as text, in one form."""
    try:
        return format(Decimal(text_).normalize(), "f")
    except InvalidOperation:
        return text_


def _member(kind: str, value: Any) -> Value:
    if kind == "N":
        return _decimal(str(value))
    if kind == "M":
        return Block({name: _typed(member) for name, member in value.items()})
    if kind == "L":
        return tuple(_typed(member) for member in value)
    if kind in ("SS", "NS", "BS"):
        return frozenset(_member(kind[0], member) for member in value)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _named(table: Any, key: Any) -> str | None:
    """A table's name and the values of an item's key: the provider's own id says the same in other words."""
    key = key or {}
    parts = [str(table), *(f"{name}={next(iter(as_block(as_block(item({name: key[name]}))[name]).values()), '')}" for name in sorted(key))]
    return "|".join(parts)


def _recorded(_: Any, of: Raw) -> Value:
    try:
        whole = json.loads(of.get("item") or "{}")
    except ValueError:
        whole = {}
    names = [name for name in (of.get("hash_key"), of.get("range_key")) if name in whole]
    return _named(of.get("table_name"), {name: whole[name] for name in names})


def _names(value: Any) -> Value:
    """One name of a key as it is recorded; of those an answer has, any may be the one."""
    return values.text(value) if not isinstance(value, list) else frozenset(map(str, value))


def _among(want: Value, have: Value) -> bool:
    return isinstance(have, frozenset) and (want is None or want in have)


TABLE_ITEM = ResourceType(
    name="aws_dynamodb_table_item",
    importable=False,
    service="dynamodb",
    list=None,
    lookup=Call(op="GetItem", take="Item && [{Item: Item}]", absent=GONE, args={"ConsistentRead": True},
              bind={"TableName": "table_name", "Key": "pick(item, [hash_key, range_key])"}),
    id=attr("[TableName, Key]", lambda at: _named(*at) if at else None, from_state=_recorded),
    label="id",
    attributes={
        "table_name": text("TableName"),
        "hash_key":   attr("keys(Key)", _names, same=_among),
        "range_key":  attr("keys(Key)", _names, same=_among),
        # what an application adds to an item is its own
        "item":       attr("Item", item, partial=True),
    },
    parent=Parent("table_name", to="aws_dynamodb_table"),
)

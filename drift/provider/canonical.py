"""Brings the values of an attribute on both sides into canonical form, as its entry says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.coverage import Unreadable
from drift.model.value import Block, Implicit, Value
from drift.provider.path import path
from drift.provider.spec import Attr, Raw


def actual(attr: Attr, value: Any) -> Value:
    """The API's value in canonical form; `Unreadable` if the cloud withheld it."""
    if attr.from_api is not None:
        value = attr.from_api(value)
    if value is None or value == "":
        value = attr.default
    if not attr.fields:
        return attr.canon(value)
    if attr.many:
        found = tuple(_actual_block(attr, v) for v in value or ())
        return next((b for b in found if isinstance(b, Unreadable)), found)
    return _actual_block(attr, value) if value else None


def can_be_left_out(attr: Attr) -> bool:
    """Whether `is_left_out` may be true of any value."""
    return attr.default is not None and not attr.zero_is_value


def is_left_out(attr: Attr, value: Any) -> bool:
    """Whether the API returned no value and a recorded zero means the same."""
    if not can_be_left_out(attr):
        return False
    return (value if attr.from_api is None else attr.from_api(value)) in (None, "")


def desired(attr: Attr, value: Any, instance: Raw) -> Value:
    """The recorded value in canonical form. `instance` has all recorded attributes of the resource."""
    if value is None or value == "":
        value = attr.default if attr.from_state is None else value
    if attr.from_state is not None:
        return attr.from_state(value, instance)
    if not attr.fields:
        return attr.canon(value)
    blocks = [value] if isinstance(value, Mapping) else list(value or ())
    if attr.many:
        return tuple(_desired_block(attr, v, instance) for v in blocks)
    return _desired_block(attr, blocks[0], instance) if blocks and blocks[0] is not None else None


def _actual_block(attr: Attr, value: Any) -> Block | Unreadable:
    there = {name: f.path.search(value) for name, f in attr.fields.items()}
    found = {name: actual(f, there[name]) for name, f in attr.fields.items()}
    refused = next((v for v in found.values() if isinstance(v, Unreadable)), None)
    if refused is not None:
        return refused
    form = Implicit if attr.implicit and path(attr.implicit).search(value) else Block
    return form(found, left_out=frozenset(n for n, f in attr.fields.items() if is_left_out(f, there[n])))


def _desired_block(attr: Attr, value: Any, instance: Raw) -> Block:
    value = value or {}
    return Block({name: desired(f, value.get(name), instance) for name, f in attr.fields.items()})

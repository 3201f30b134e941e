"""Values of the evaluator, as the goldens write them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drift.desired.hcl.compare import is_sensitive
from drift.desired.hcl.numbers import text_of
from drift.desired.hcl.values import UNKNOWN, Type, Val


def type_json(type_: Type) -> Any:
    """A type as a state writes it."""
    if type_.kind == "tuple":
        return ["tuple", [type_json(t) for t in type_.items]]
    if type_.kind == "object":
        return ["object", {k: type_json(t) for k, t in type_.fields}]
    return [type_.kind, type_json(type_.of)] if type_.of is not None else type_.kind


def plain(val: Val) -> Any:
    """A value as JSON has it; numbers as their digits, UNKNOWN where it is not known."""
    raw = val.raw
    if isinstance(raw, bool) or raw is UNKNOWN or raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, int | Decimal):
        return number(raw)
    if isinstance(raw, Mapping):
        return {k: plain(v) for k, v in raw.items()}
    return [plain(v) for v in raw]


def number(raw: int | Decimal) -> tuple[str, str]:
    return ("number", "0" if not raw else text_of(raw))


def golden(value: Any) -> Any:
    """A golden's value in the same form."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | Decimal):
        return number(value)
    if isinstance(value, dict):
        return {k: golden(v) for k, v in value.items()}
    return [golden(v) for v in value]


def unknown_within(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(unknown_within, value.values()))
    return any(map(unknown_within, value)) if isinstance(value, list) else value is UNKNOWN


def sensitive_mask(val: Val) -> Any:
    """What is sensitive, as a plan writes it: true, or the tree of what is within."""
    if val.sensitive:
        return True
    if not is_sensitive(val):
        return False
    if isinstance(val.raw, Mapping):
        return {k: mask for k, v in val.raw.items() if (mask := sensitive_mask(v))}
    return [sensitive_mask(v) for v in val.raw]

"""Values as a state has them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drift.desired.hcl.values import UNKNOWN, Val


def plain(value: Val, *, drop_null: bool = False) -> Any:
    """JSON's form of a value, `UNKNOWN` where it is not known; without an object's null attributes if `drop_null`."""
    raw = value.raw
    if raw is UNKNOWN or raw is None or isinstance(raw, bool | str):
        return raw
    if isinstance(raw, Mapping):
        keep = drop_null and value.type.kind == "object"
        return {k: plain(v, drop_null=drop_null) for k, v in raw.items() if not (keep and v.is_null)}
    if isinstance(raw, tuple):
        return [plain(v, drop_null=drop_null) for v in raw]
    return number(raw)


def number(raw: int | Decimal) -> int | float:
    """A number as JSON has it: whole ones without a point."""
    if isinstance(raw, int):
        return raw
    # a number with an exponent of millions would fill the memory as a whole one
    if raw.is_finite() and abs(raw.adjusted()) < 400 and raw == raw.to_integral_value():
        return int(raw)
    return float(raw)


def any_sensitive(value: Val) -> bool:
    """Whether the value or a part of it must not be shown."""
    if value.sensitive:
        return True
    parts = value.raw.values() if isinstance(value.raw, Mapping) else value.raw
    return isinstance(value.raw, Mapping | tuple) and any(map(any_sensitive, parts))

"""Texts in a language of one service: schedules, patterns of events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.value import Value, freeze
from drift.normalize.values import document

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"rate\(\s*(\d+)\s+(second|minute|hour|day)s?\s*\)", re.IGNORECASE)


def same_schedule(want: Value, have: Value) -> bool:
    """One schedule: `rate(60 minutes)` is `rate(1 hour)`; between the fields of a cron expression is space."""
    return isinstance(want, str) and isinstance(have, str) and _schedule(want) == _schedule(have)


def _schedule(text: str) -> str | int:
    found = _RATE.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2].lower()] if found else " ".join(text.split())


def event_pattern(value: Any) -> Value:
    """An event pattern or filter policy: each list is of alternatives, in no order, but for `numeric` ranges."""
    return _alternatives(document(value))


def _alternatives(value: Value) -> Value:
    if isinstance(value, Mapping):
        return freeze({k: v if k == "numeric" else _alternatives(v) for k, v in value.items()})
    return frozenset(map(_alternatives, value)) if isinstance(value, tuple) else value

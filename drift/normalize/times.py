"""Points in time and spans of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from drift.model.value import Value

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_RATE = re.compile(r"rate\(\s*(\d+)\s+(second|minute|hour|day)s?\s*\)", re.IGNORECASE)


def moment(value: Any) -> str | None:
    """A point in time to the second, in UTC as Terraform writes it: `2030-01-01T00:00:00Z`.

    From what botocore parses, from ISO 8601 with or without an offset (none is UTC), and from seconds since 1970. Text
    that is none of these is what it is.
    """
    if value in (None, ""):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
    if not isinstance(value, datetime):
        return str(value)
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    text: str = aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return text


def same_schedule(want: Value, have: Value) -> bool:
    """One schedule: `rate(60 minutes)` is `rate(1 hour)`; between the fields of a cron expression is space."""
    return isinstance(want, str) and isinstance(have, str) and _schedule(want) == _schedule(have)


def _schedule(text: str) -> str | int:
    found = _RATE.fullmatch(text.strip())
    return int(found[1]) * _UNITS[found[2].lower()] if found else " ".join(text.split())

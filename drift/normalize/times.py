"""Times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment(value: Any) -> str | None:
    """A time to the second, in UTC, as Terraform writes it: `2030-01-01T00:00:00Z`.

    From a `datetime`, from ISO 8601 with or without an offset (without: UTC), and from seconds since 1970. Other
    text is unchanged.
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

"""What every API that a test makes has in common."""

from __future__ import annotations


class Standing:
    """It has no region of its own, and is no replay."""

    region = ""
    recorded: tuple[str, float] | None = None

"""Where states are kept. A backend has a `scheme` and reads bytes; `local` is the one without."""

from __future__ import annotations

from typing import Protocol


class Backend(Protocol):
    """A place that keeps states."""

    scheme: str
    """What its addresses start with: `s3` in `s3://bucket/key`."""

    def read(self, url: str) -> bytes:
        """The state at `url`; StateError where it cannot be read."""

"""When a run began, how long it took, and which day its rules go by."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from drift.provider.api import Api
from drift.report.conclude import Timing


class Clock:
    """When the run began. A replay has the times of its recording, so that it gives the same bytes."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._recorded = next((t for api in apis if (t := api.recorded) is not None), None)
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    @property
    def day(self) -> date:
        """The day on which rules have expired or not."""
        return date.fromisoformat(self._recorded[0][:10]) if self._recorded else self._started.date()

    def stop(self) -> Timing:
        """When the run began, and how long it took."""
        if self._recorded:
            return Timing(*self._recorded)
        return Timing(self._started.strftime("%Y-%m-%dT%H:%M:%SZ"), round(time.monotonic() - self._clock, 2))

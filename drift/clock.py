"""The start and duration of a run, and the day on which its rules apply."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from drift.provider.api import Api
from drift.report.conclude import Timing


class Clock:
    """Measures a run. For a replay it has the times of the recording, so that the report is byte for byte the same."""

    def __init__(self, apis: Iterable[Api]) -> None:
        self._recorded = next((t for api in apis if (t := api.recorded) is not None), None)
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    @property
    def day(self) -> date:
        """The day on which ignore rules and exemptions may have expired."""
        return date.fromisoformat(self._recorded[0][:10]) if self._recorded else self._started.date()

    def stop(self) -> Timing:
        """The start and duration of the run."""
        if self._recorded:
            return Timing(*self._recorded)
        return Timing(self._started.strftime("%Y-%m-%dT%H:%M:%SZ"), round(time.monotonic() - self._clock, 2))

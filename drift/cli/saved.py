"""Reports that were saved as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

from drift.errors import ReportError
from drift.model.drift import Report
from drift.report.json import read


def load(place: str) -> Report:
    """The report in a file, or on standard input where `place` is `-`; ReportError where it is none."""
    if place == "-":
        return read(sys.stdin.buffer.read(), "standard input")
    try:
        return read(Path(place).read_bytes(), place)
    except OSError as error:
        hint = "Save one with `drift check --format json -o FILE`."
        raise ReportError(f"{place}: cannot be read: {error.strerror}", hint) from None

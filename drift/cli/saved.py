"""Reads saved reports: JSON, or Parquet."""

from __future__ import annotations

import sys
from pathlib import Path

from drift.errors import ReportError
from drift.model.bounds import REPORT_BYTES, contents
from drift.model.drift import Report
from drift.report.json import read


def load(place: str) -> Report:
    """The report in a file, or from standard input if `place` is `-`; ReportError if it is not a report."""
    if place == "-":
        data = sys.stdin.buffer.read(REPORT_BYTES.most + 1)
        if len(data) > REPORT_BYTES.most:
            raise ReportError(f"standard input contains {REPORT_BYTES.beyond}", REPORT_BYTES.hint)
        return read(data, "standard input")
    try:
        if _is_parquet(place):
            from drift.report import parquet

            return parquet.read(Path(place))
        return read(contents(place, REPORT_BYTES, pipe=True), place)
    except OSError as error:
        hint = "Save one with `drift check --format json -o FILE`."
        raise ReportError(f"{place}: cannot be read: {error.strerror}", hint) from None


def _is_parquet(place: str) -> bool:
    """Whether a regular file is Parquet; a pipe is not asked, since what is read of it is gone."""
    from drift.report.parquet import MAGIC

    file = Path(place)
    if not file.is_file():
        return False
    with file.open("rb") as data:
        return data.read(len(MAGIC)) == MAGIC

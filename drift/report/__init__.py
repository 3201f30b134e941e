"""One report, many renderings."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO

from drift.model.drift import Report

FORMATS: Mapping[str, str] = {
    "table": "drift.report.table",
    "json": "drift.report.json",
}
"""Format -> the module whose `render` writes it; loaded when first asked for."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a rendering for people may look."""

    color: bool = False
    width: int | None = None
    """Columns; None for the terminal's own."""
    verbose: bool = False
    not_ours: bool = False
    """Whether to name what others made."""


class Render(Protocol):
    """Writes a report in one format."""

    def __call__(self, report: Report, out: TextIO, look: Look) -> None:
        """Write `report` to `out`."""


def renderer(name: str) -> Render:
    """The built-in format of that name; KeyError where there is none."""
    render: Render = importlib.import_module(FORMATS[name]).render
    return render

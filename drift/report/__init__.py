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
    "markdown": "drift.report.markdown",
    "html": "drift.report.html",
    "sarif": "drift.report.sarif",
    "junit": "drift.report.junit",
    "github": "drift.report.github",
    "github-summary": "drift.report.github_summary",
    "gitlab": "drift.report.gitlab",
    "csv": "drift.report.csv",
    "ocsf": "drift.report.ocsf",
    "prometheus": "drift.report.prometheus",
}
"""Format -> the module whose `render` writes it; loaded when first asked for."""


SAID: Mapping[str, str] = {
    "table": "for a person at a terminal",
    "json": "everything, as docs/report.md and `drift schema` say; `drift report` reads it again",
    "markdown": "for an issue, a wiki, a chat",
    "html": "one page that needs nothing else: summary, search, groups, differences, graph",
    "sarif": "SARIF 2.1.0 for code scanning, on the line that describes the resource",
    "junit": "JUnit XML, for a CI's own view of tests",
    "github": "annotations of GitHub Actions",
    "github-summary": "Markdown within the limits of $GITHUB_STEP_SUMMARY",
    "gitlab": "GitLab's code-quality artifact",
    "csv": "one row for each changed attribute",
    "ocsf": "OCSF detection findings, as Prowler writes them",
    "prometheus": "Prometheus' text format: counts, no names",
}
"""Format -> who it is for."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a rendering for people may look."""

    color: bool = False
    width: int | None = None
    """Columns; None for the terminal's own."""
    verbose: bool = False
    not_ours: bool = False
    """Whether to name what others made."""
    quiet: bool = False
    """Whether to write one line for each drifted resource, and nothing else."""
    within: str = ""
    """Where in its repository drift runs: code scanning and annotations name files from the repository's root."""


class Render(Protocol):
    """Writes a report in one format."""

    def __call__(self, report: Report, out: TextIO, look: Look) -> None:
        """Write `report` to `out`."""


def renderer(name: str) -> Render:
    """The built-in format of that name; KeyError where there is none."""
    render: Render = importlib.import_module(FORMATS[name]).render
    return render

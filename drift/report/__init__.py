"""Renders a report in each format."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Protocol, TextIO

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
"""Format -> the module whose `render` writes it. The module is loaded when the format is first used."""
BINARY: Mapping[str, str] = {"parquet": "drift.report.parquet"}
"""The same of formats that are no text: they need a file."""


SAID: Mapping[str, str] = {
    "table": "text for the terminal",
    "json": "the complete report (docs/report.md, `drift schema`); `drift report` reads it",
    "markdown": "text for an issue, a wiki or a chat",
    "html": "one self-contained page: summary, search, groups, differences, graph",
    "sarif": "SARIF 2.1.0 for code scanning, on the line of the resource",
    "junit": "JUnit XML, for the test results of a CI system",
    "github": "annotations for GitHub Actions",
    "github-summary": "Markdown within the size limit of $GITHUB_STEP_SUMMARY",
    "gitlab": "GitLab's code quality report",
    "csv": "one row for each changed attribute",
    "ocsf": "OCSF detection findings, as Prowler writes them",
    "prometheus": "Prometheus text format: counts, without names of resources",
    "parquet": "the complete report as a table, for SQL over a large one (docs/report.md); `drift report` reads it",
}

"""Format -> its use, for docs/cli.md."""


@dataclass(frozen=True, slots=True)
class Look:
    """Options of a rendering for people."""

    color: bool = False
    width: int | None = None
    """Columns; None for the terminal's width."""
    verbose: bool = False
    not_ours: bool = False
    """Whether to list resources that are not ours."""
    quiet: bool = False
    """Whether to write only one line for each drifted resource."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Account -> what it is called, where there are several: each entry then says in which it is."""
    within: str = ""
    """The working directory, relative to the repository's root: SARIF and annotations name files from the root."""


class RenderBytes(Protocol):
    """Writes a report in a format that is no text."""

    def __call__(self, report: Report, out: IO[bytes]) -> None:
        """Write `report` to `out`."""


class Render(Protocol):
    """Writes a report in one format."""

    def __call__(self, report: Report, out: TextIO, look: Look) -> None:
        """Write `report` to `out`."""


def renderer(name: str) -> Render:
    """The renderer of a built-in format; KeyError for an unknown name."""
    render: Render = importlib.import_module(FORMATS[name]).render
    return render


def binary(name: str) -> RenderBytes:
    """The renderer of a format that is no text; KeyError for an unknown name."""
    render: RenderBytes = importlib.import_module(BINARY[name]).render
    return render

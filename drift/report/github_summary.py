"""The report as the summary of a GitHub Actions step, which is limited to 1 MiB."""

from __future__ import annotations

from typing import TextIO

from drift.model.drift import Report
from drift.report import Look, markdown
from drift.report.escape import words
from drift.report.wording import by_severity, headline

LIMIT = 1024 * 1024 - 1024
"""Bytes. GitHub rejects a larger summary completely."""


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write the Markdown report; if it is too large, its counts and the drift with the highest severity."""
    whole = "\n".join(markdown.lines(report, look)) + "\n"
    out.write(whole if len(whole.encode(errors="backslashreplace")) <= LIMIT else _short(report, look))


def _short(report: Report, look: Look) -> str:
    lines = [f"## Drift: {words(headline(report))}", "", *markdown.summary(report)]
    rest = "The report is too large for a step summary. See the artifacts of the job for the rest."
    used = sum(len(line.encode(errors="backslashreplace")) + 1 for line in (*lines, rest))
    for drift in by_severity(report.drift):
        entry = list(markdown.entry(drift, look))
        used += sum(len(line.encode(errors="backslashreplace")) + 1 for line in entry)
        if used > LIMIT:
            break
        lines += entry
    return "\n".join([*lines, "", rest]) + "\n"

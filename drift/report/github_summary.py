"""The report as the summary of a GitHub Actions step, which may hold 1 MiB."""

from __future__ import annotations

from typing import TextIO

from drift.model.drift import Report
from drift.report import Look, markdown
from drift.report.escape import words
from drift.report.wording import by_severity, headline

LIMIT = 1024 * 1024 - 1024
"""Bytes; GitHub refuses a larger summary altogether."""


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write the Markdown report, whole; where it would not fit, its counts and what is worst."""
    whole = "\n".join(markdown.lines(report, look)) + "\n"
    out.write(whole if len(whole.encode(errors="backslashreplace")) <= LIMIT else _short(report, look))


def _short(report: Report, look: Look) -> str:
    lines = [f"## Drift: {words(headline(report))}", "", *markdown.summary(report)]
    rest = "The report is too large for a step summary: see the job's artifacts for the others."
    used = sum(len(line.encode(errors="backslashreplace")) + 1 for line in (*lines, rest))
    for drift in by_severity(report.drift):
        entry = list(markdown.entry(drift, look))
        used += sum(len(line.encode(errors="backslashreplace")) + 1 for line in entry)
        if used > LIMIT:
            break
        lines += entry
    return "\n".join([*lines, "", rest]) + "\n"

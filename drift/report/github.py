"""The report as GitHub Actions annotations: one workflow command for each drifted resource, highest severity first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from drift.model.drift import Drift, Posture, Report
from drift.model.resource import Source
from drift.report import Look, accounts
from drift.report.escape import argument, command, from_root
from drift.report.safe import visible
from drift.report.wording import (
    JUDGED,
    LEVEL,
    alive,
    by_severity,
    headline,
    judged_in,
    level,
    located,
    on_request,
    place,
    source_of,
    told,
)

SHOWN = 10
"""Annotations of one level that GitHub shows for a step. It silently drops further ones."""


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write `::error file=…,line=…,title=…::…` lines."""
    seen: Counter[str] = Counter()
    known = accounts.names(report)
    for drift in by_severity(report.drift):
        loud = "notice" if level(drift) == "note" else level(drift)
        seen[loud] += 1
        if seen[loud] <= SHOWN - (loud == "notice"):
            where, title = _where(drift, look.within), argument(f"drift: {drift.kind}")
            out.write(f"::{loud} {where}title={title}::{_message(drift, known)}\n")
    for one in on_request(report):
        worst, *_ = alive(one)
        loud = "notice" if LEVEL[worst.severity] == "note" else LEVEL[worst.severity]
        seen[loud] += 1
        if seen[loud] <= SHOWN - (loud == "notice"):
            where = _at(one.found.source, look.within)
            out.write(f"::{loud} {where}title={argument('drift: judged on request')}::{_judged(one, known)}\n")
    left = sum(seen.values()) - sum(min(n, SHOWN - (loud == "notice")) for loud, n in seen.items())
    more = f"; {left} more are in the report" if left else ""
    out.write(f"::notice title=drift::{command(headline(report) + more)}\n")


def _where(drift: Drift, within: str) -> str:
    return _at(source_of(drift), within)


def _at(source: Source, within: str) -> str:
    if not source.file:
        return ""
    return f"file={argument(from_root(source.file, within))},line={source.line or 1},"


def _judged(one: Posture, known: Mapping[str, str]) -> str:
    lines = [f"{visible(judged_in(one, known))} ({JUDGED[one.resource is not None]})"]
    lines += [f"{f.severity}: {visible(f.message)} [{visible(f.rule)}]" for f in alive(one)]
    return command("\n".join(lines))


def _message(drift: Drift, known: Mapping[str, str]) -> str:
    lines = [located(drift, known)]
    lines += [f"{sign} {text}" for change in drift.changes for sign, text in told(change, 200)]
    lines += [f"{f.severity}: {visible(f.message)} [{visible(f.rule)}]" for f in alive(drift)]
    if not source_of(drift).file and drift.desired:
        lines.append(visible(place(drift.desired.source)))
    return command("\n".join(lines))

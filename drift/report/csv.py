"""The report as CSV: one row for each changed attribute; one row for a resource without changed attributes.

A finding without drift (`--judge`) is one row of the kind `judged`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import TextIO

from drift.model.drift import Change, Drift, Finding, Posture, Report
from drift.model.value import Value, plain
from drift.report import Look
from drift.report.escape import cell
from drift.report.whose import named_actor
from drift.report.wording import alive, on_request, worst

COLUMNS = (
    "kind", "address", "type", "id", "name", "arn", "account", "region", "state", "file", "line",
    "attribute", "desired", "recorded", "actual", "severity", "findings", "fingerprint",
    "since", "since_basis", "who", "who_kind", "who_by", "who_tool", "who_at", "who_event",
)  # fmt: skip


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - a spreadsheet does not look
    """Write a header and the rows. A cell that a spreadsheet would read as a formula starts with `'`."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for drift in report.drift:
        for row in _rows(drift):
            writer.writerow([cell(value) for value in row])
    for one in on_request(report):
        writer.writerow([cell(value) for value in _judged(one)])


def _rows(drift: Drift) -> Iterator[list[object]]:
    found, source = drift.found, drift.resource.source
    first = [
        drift.kind, drift.resource.address or "", drift.type, found.id, found.name, found.arn,
        found.key.account, found.key.region, source.state,
    ]  # fmt: skip
    since = [drift.since.at, drift.since.basis] if drift.since else ["", ""]
    last = [worst(drift) or "", _findings(drift.findings), drift.fingerprint, *since]
    for change in drift.changes or (None,):
        file = change.file if change and change.line else source.file
        line = (change.line if change else 0) or source.line
        yield [*first, file, line or "", *_values(change), *last, *_who(drift, change)]


def _who(drift: Drift, change: Change | None) -> list[object]:
    """Who made one change; the first answer if none is about it."""
    about = [who for who in drift.who if change and change.path in who.paths]
    who = next(iter((*about, *drift.who)), None)
    if who is None or who.actor is None:
        return [f"unknown: {who.reason}" if who else "", "", "", "", "", ""]
    return [named_actor(who.actor), who.actor.kind, who.by, who.tool, who.at, who.event]


def _judged(one: Posture) -> list[object]:
    """What did not drift, on one row: of the kind `judged`, without attributes."""
    found = one.found
    return [
        "judged", found.address or "", found.type, found.id, found.name, found.arn, one.account, one.region,
        found.source.state, found.source.file, found.source.line or "", *_values(None), alive(one)[0].severity,
        _findings(one.findings), one.fingerprint, *[""] * 8,
    ]  # fmt: skip


def _findings(findings: Iterable[Finding]) -> str:
    return "; ".join(f"{f.severity} {f.rule} ({f.effect})" for f in findings)


def _values(change: Change | None) -> list[str]:
    if change is None:
        return ["", "", "", ""]
    if change.sensitive:
        return [change.path, "(sensitive)", "(sensitive)", "(sensitive)"]
    return [change.path, _text(change.desired), _text(change.recorded), _text(change.actual)]


def _text(value: Value) -> str:
    shown = plain(value)
    return shown if isinstance(shown, str) else "" if shown is None else json.dumps(shown, ensure_ascii=False)

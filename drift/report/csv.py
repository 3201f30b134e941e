"""The report as CSV: one row for each changed attribute, one for each resource where none changed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import TextIO

from drift.model.drift import Change, Drift, Report
from drift.model.value import Value, plain
from drift.report import Look
from drift.report.escape import cell
from drift.report.wording import worst

COLUMNS = (
    "kind", "address", "type", "id", "name", "arn", "account", "region", "state", "file", "line",
    "attribute", "desired", "recorded", "actual", "severity", "findings", "fingerprint",
)  # fmt: skip


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - a spreadsheet does not look
    """Write the rows under their header; a cell that a spreadsheet would take for a formula begins with `'`."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for drift in report.drift:
        for row in _rows(drift):
            writer.writerow([cell(value) for value in row])


def _rows(drift: Drift) -> Iterator[list[object]]:
    found, source = drift.found, drift.resource.source
    first = [
        drift.kind, drift.resource.address or "", drift.type, found.id, found.name, found.arn,
        found.key.account, found.key.region, source.state,
    ]  # fmt: skip
    findings = "; ".join(f"{f.severity} {f.rule} ({f.effect})" for f in drift.findings)
    last = [worst(drift) or "", findings, drift.fingerprint]
    for change in drift.changes or (None,):
        file = change.file if change and change.line else source.file
        line = (change.line if change else 0) or source.line
        yield [*first, file, line or "", *_values(change), *last]


def _values(change: Change | None) -> list[str]:
    if change is None:
        return ["", "", "", ""]
    if change.sensitive:
        return [change.path, "(sensitive)", "(sensitive)", "(sensitive)"]
    return [change.path, _text(change.desired), _text(change.recorded), _text(change.actual)]


def _text(value: Value) -> str:
    shown = plain(value)
    return shown if isinstance(shown, str) else "" if shown is None else json.dumps(shown, ensure_ascii=False)

"""The report as JSON: a public contract with a version (`drift-report/1`, documented in docs/report.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, TextIO, get_type_hints

from drift import __version__
from drift.errors import ReportError
from drift.model.drift import SEVERITIES, Report
from drift.model.entries import Entries
from drift.report import Look, stream
from drift.report.wire import decode, encode

SCHEMA = "drift-report/1"
PLACES: Mapping[str, str] = {
    "in_sync": "summary.in_sync",
    "managed": "summary.managed",
    "unread_resources": "summary.unread",
    "gaps": "coverage.gaps",
    "unread": "coverage.unread",
    "states_failed": "coverage.states",
    "not_offered": "coverage.not_offered",
    "not_covered": "coverage.not_covered",
    "api_calls": "api_calls.by_service",
    "api_seconds": "api_calls.seconds",
    "listings_spared": "api_calls.spared",
    "ignored_resources": "summary.ignored_resources",
    "accepted_resources": "summary.accepted_resources",
}
"""Field of `Report` -> its path in the document, if that is not a member with the same name."""


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - machines do not look
    """Write the report as one JSON object, with keys in the order of the documentation."""
    stream.write(out, _document(report, _plain))
    out.write("\n")


def _plain(held: Sequence[Any]) -> Iterator[Any]:
    return map(json.loads, held.texts()) if isinstance(held, Entries) else map(encode, held)


def document(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    return _document(report, encode)


def _document(report: Report, listed: Callable[[Sequence[Any]], Any]) -> dict[str, Any]:
    """The same, with what `listed` makes of each list of the report."""
    out: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"name": "drift", "version": __version__},
        "started_at": None,
        "duration_seconds": None,
        "api_calls": {"total": sum(report.api_calls.values())},
        "scope": None,
        "summary": summary(report),
        "accounts": None,
        "drift": None,
        "posture": None,
        "controls": None,
        "pending": None,
        "expected": None,
        "settled": None,
        "exempt": None,
        "not_ours": None,
        "ignored": None,
        "accepted": None,
        "resolved": None,
        "baseline": None,
        "links": None,
        "coverage": {},
        "warnings": None,
    }
    for f in fields(report):
        *sections, name = PLACES.get(f.name, f.name).split(".")
        held = getattr(report, f.name)
        (out[sections[0]] if sections else out)[name] = (
            listed(held) if isinstance(held, tuple | Entries) else encode(held)
        )
    out["baseline"] = report.baseline or None
    return out


def read(data: bytes, name: str = "the report") -> Report:
    """The report in a saved JSON text; ReportError if it is not a report.

    It renders exactly like the original report. Unknown fields are ignored; missing fields have their defaults.
    """
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{name}: is not JSON: {error}", "Give a report that --format json wrote.") from None
    return read_document(whole, name)


def read_document(whole: Any, name: str) -> Report:
    """The same from JSON values."""
    found = whole.get("schema") if isinstance(whole, dict) else None
    if found != SCHEMA:
        hint = "Give a report that --format json wrote; a later version of the format needs a later drift."
        raise ReportError(f"{name}: is no {SCHEMA}" + (f" but {str(found)[:40]!r}" if found else ""), hint)
    hints = get_type_hints(Report)
    given = {}
    for f in fields(Report):
        *sections, last = PLACES.get(f.name, f.name).split(".")
        section = whole.get(sections[0], {}) if sections else whole
        if isinstance(section, dict) and last in section:
            try:
                given[f.name] = decode(hints[f.name], section[last] if section[last] is not None else "")
            except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
                hint = "It was changed after it was written, or by another tool."
                raise ReportError(f"{name}: {'.'.join((*sections, last))}: {error}", hint) from None
    if "scope" not in given:
        raise ReportError(f"{name}: it has no `scope`", "The file was changed after drift wrote it.")
    return Report(**given)


def summary(report: Report) -> dict[str, Any]:
    """The counts of the summary, by verdict and by severity of findings."""
    found = Counter(f.severity for d in report.drift for f in d.findings if f.counts)
    return {
        "managed": report.managed,
        "in_sync": report.in_sync,
        "modified": len(report.of_kind("modified")),
        "missing": len(report.of_kind("missing")),
        "unmanaged": len(report.of_kind("unmanaged")) if report.scope.unmanaged else None,
        "unread": report.unread_resources,
        "not_covered": sum(report.not_covered.values()),
        "not_ours": len(report.not_ours),
        "expected": len(report.expected),
        "settled": len(report.settled),
        "exempt": len(report.exempt),
        "ignored": len(report.ignored),
        "ignored_resources": report.ignored_resources,
        "accepted": len(report.accepted),
        "accepted_resources": report.accepted_resources,
        "resolved": len(report.resolved),
        "coverage_percent": report.coverage_percent if report.scope.unmanaged else None,
        "findings": {s: found[s] for s in SEVERITIES if found[s]},
    }

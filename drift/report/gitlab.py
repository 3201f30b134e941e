"""The report as a GitLab code quality report."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import TextIO

from drift.model.drift import Drift, Finding, Posture, Report
from drift.model.resource import Source
from drift.report import Look, accounts, stream
from drift.report.escape import from_root, uri
from drift.report.safe import visible
from drift.report.wording import JUDGED, alive, judged_in, located, on_request, source_of, worst

Known = Mapping[str, str]
"""Account -> what people call it, where there are several."""
SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info", None: "major"}


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write a JSON array of issues, in the form of `artifacts:reports:codequality`."""
    known = accounts.names(report)
    issues = (_issue(d, report, look.within, known) for d in report.drift)
    judged = (_judged(p, f, report, look.within, known) for p in on_request(report) for f in alive(p))
    stream.write(out, chain(issues, judged))
    out.write("\n")


def _judged(one: Posture, finding: Finding, report: Report, within: str, known: Known) -> dict[str, object]:
    """What did not drift and fails a rule."""
    said = f"{visible(judged_in(one, known))} ({JUDGED[one.resource is not None]}): {visible(finding.message)}"
    return {
        "description": said,
        "check_name": f"drift/{visible(finding.rule)}",
        "fingerprint": f"{one.fingerprint}:{finding.rule}",
        "severity": SEVERITY[finding.severity],
        "location": _at(one.found.source, report, within),
    }


def _issue(drift: Drift, report: Report, within: str, known: Known) -> dict[str, object]:
    found = "".join(f"; {f.severity}: {visible(f.message)}" for f in alive(drift))
    return {
        "description": located(drift, known) + found,
        "check_name": f"drift/{drift.kind}",
        "fingerprint": drift.fingerprint,
        "severity": SEVERITY[worst(drift)],
        "location": _at(source_of(drift), report, within),
    }


def _at(source: Source, report: Report, within: str) -> dict[str, object]:
    file = source.file or source.state or next(iter(report.scope.sources), "")
    return {
        "path": uri(from_root(file, within)) or "terraform.tfstate",
        "lines": {"begin": (source.file and source.line) or 1},
    }

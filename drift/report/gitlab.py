"""The report as a GitLab code-quality artifact."""

from __future__ import annotations

from typing import TextIO

from drift.model.drift import Drift, Report
from drift.report import Look, stream
from drift.report.escape import from_root, uri
from drift.report.safe import visible
from drift.report.wording import alive, sentence, source_of, worst

SEVERITY = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info", None: "major"}


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write a JSON array of issues, as `artifacts:reports:codequality` takes it."""
    stream.write(out, (_issue(d, report, look.within) for d in report.drift))
    out.write("\n")


def _issue(drift: Drift, report: Report, within: str) -> dict[str, object]:
    source = source_of(drift)
    file = source.file or source.state or next(iter(report.scope.sources), "")
    found = "".join(f"; {f.severity}: {visible(f.message)}" for f in alive(drift))
    return {
        "description": sentence(drift) + found,
        "check_name": f"drift/{drift.kind}",
        "fingerprint": drift.fingerprint,
        "severity": SEVERITY[worst(drift)],
        "location": {
            "path": uri(from_root(file, within)) or "terraform.tfstate",
            "lines": {"begin": (source.file and source.line) or 1},
        },
    }

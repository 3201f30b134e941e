"""The report as Prometheus' text format, for the node exporter's textfile collector or a push gateway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TextIO

from drift.model.drift import KINDS, Report
from drift.report import Look
from drift.report.escape import label
from drift.report.wording import age

Sample = tuple[Mapping[str, str], float]


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - machines do not look
    """Write gauges. Names of resources are not labels, so the number of series stays small."""
    drifted = Counter((d.kind, d.type, d.resource.key.account, d.resource.key.region) for d in report.drift)
    by_place = [
        (dict(zip(("kind", "type", "account", "region"), key, strict=True)), float(n))
        for key, n in sorted(drifted.items())
    ]
    found = Counter((f.severity, f.effect) for d in report.drift for f in d.findings)
    judged = Counter((f.severity, f.effect) for p in report.posture for f in p.findings)
    totals = {"managed": report.managed, "in_sync": report.in_sync, "unread": report.unread_resources}
    totals |= {kind: len(report.of_kind(kind)) for kind in KINDS if kind != "unmanaged" or report.scope.unmanaged}
    totals |= {"not_ours": len(report.not_ours), "pending": len(report.pending), "accepted": len(report.accepted)}
    metrics: list[tuple[str, str, Iterable[Sample]]] = [
        ("drift_resources", "Resources by verdict.", [({"verdict": v}, float(n)) for v, n in totals.items()]),
        ("drift_drifted_resources", "Drifted resources by kind, type, account and region.", by_place),
        (
            "drift_findings",
            "Findings for drifted resources, by severity and effect of the drift.",
            [({"severity": s, "effect": e}, float(n)) for (s, e), n in sorted(found.items())],
        ),
        (
            "drift_judged_findings",
            "Findings without drift, if --judge asks for them.",
            [({"severity": s, "effect": e}, float(n)) for (s, e), n in sorted(judged.items())],
        ),
        ("drift_oldest_seconds", "Age of the oldest drift of a known age, by kind.", _oldest(report)),
        ("drift_coverage_ratio", "Managed resources among all resources found, from 0 to 1.", _coverage(report)),
        ("drift_incomplete", "1 if something could not be read.", [({}, float(report.incomplete))]),
        (
            "drift_not_covered_resources",
            "Resources in the states whose type drift does not support, by type.",
            _uncovered(report),
        ),
        ("drift_account_drifted_resources", "Drifted resources of each of several accounts.", _of_accounts(report)),
        ("drift_account_incomplete", "1 if something of the account could not be read.", _incomplete(report)),
        ("drift_api_calls", "Requests to the cloud, by service.", _calls(report)),
        ("drift_duration_seconds", "Duration of the run.", [({}, report.duration_seconds)]),
        ("drift_last_run_timestamp_seconds", "Start of the run, in Unix time.", _when(report)),
    ]
    for name, text, samples in metrics:
        lines = [f"{name}{_labels(labels)} {value:.10g}" for labels, value in samples]
        if lines:
            out.write("\n".join((f"# HELP {name} {text}", f"# TYPE {name} gauge", *lines)) + "\n")


def _oldest(report: Report) -> list[Sample]:
    ages = [(d.kind, a) for d in report.drift if (a := age(d, report)) is not None]
    oldest = {kind: max(a for k, a in ages if k == kind) for kind in sorted({k for k, _ in ages})}
    return [({"kind": kind}, a.total_seconds()) for kind, a in oldest.items()]


def _coverage(report: Report) -> list[Sample]:
    return [({}, report.coverage_percent / 100)] if report.scope.unmanaged else []


def _of_accounts(report: Report) -> list[Sample]:
    return [({"account": one.account, "name": one.name}, float(one.drifted)) for one in report.accounts]


def _incomplete(report: Report) -> list[Sample]:
    return [({"account": one.account, "name": one.name}, float(not one.complete)) for one in report.accounts]


def _uncovered(report: Report) -> list[Sample]:
    return [({"type": key}, float(n)) for key, n in sorted(report.not_covered.items())]


def _calls(report: Report) -> list[Sample]:
    return [({"service": service}, float(n)) for service, n in sorted(report.api_calls.items())]


def _when(report: Report) -> list[Sample]:
    try:
        return [({}, datetime.fromisoformat(report.started_at).timestamp())]
    except ValueError:
        return []


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{label(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""

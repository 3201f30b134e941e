"""The report as JSON: a public contract, versioned (`drift-report/1`, documented in docs/report.md)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, TextIO

from drift import __version__
from drift.model.drift import SEVERITIES, Aside, Change, Drift, Ignored, Report, Resolved
from drift.model.resource import Resource
from drift.model.value import plain
from drift.report import Look

SCHEMA = "drift-report/1"


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - machines do not look
    """Write the report as one JSON object, keys in the order of the documentation."""
    json.dump(document(report), out, indent=2, ensure_ascii=False)
    out.write("\n")


def document(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "drift", "version": __version__},
        "started_at": report.started_at,
        "duration_seconds": round(report.duration_seconds, 2),
        "api_calls": {"total": sum(report.api_calls.values()), "by_service": dict(report.api_calls)},
        "scope": {
            "accounts": list(report.scope.accounts),
            "regions": list(report.scope.regions),
            "sources": list(report.scope.sources),
            "types": report.scope.types,
        },
        "summary": summary(report),
        "drift": [_drift(d) for d in report.drift],
        "pending": [
            {"address": p.address, "type": p.type, "actions": list(p.actions), "attributes": list(p.attributes)}
            for p in report.pending
        ],
        "expected": [_aside(a) for a in report.expected],
        "settled": [_aside(a) for a in report.settled],
        "exempt": [_aside(a) for a in report.exempt],
        "not_ours": [{**_named(r), "owner": r.owner} for r in report.not_ours],
        "ignored": [_ignored(i) for i in report.ignored],
        "accepted": [_drift(d) for d in report.accepted],
        "resolved": [_resolved(r) for r in report.resolved],
        "baseline": report.baseline or None,
        "coverage": {
            "gaps": [
                {
                    "type": g.type,
                    "account": g.account,
                    "region": g.region,
                    "within": g.within or None,
                    "action": g.action,
                    "code": g.code,
                }
                for g in report.gaps
            ],
            "unread": [
                {"address": u.address, "type": u.type, "path": u.path or None, "action": u.action, "code": u.code}
                for u in report.unread
            ],
            "states": list(report.states_failed),
            "not_offered": list(report.not_offered),
            "not_covered": dict(report.not_covered),
        },
        "warnings": list(report.warnings),
    }


def summary(report: Report) -> dict[str, Any]:
    """The counts, by verdict and by severity of what was found."""
    found = Counter(f.severity for d in report.drift for f in d.findings if f.effect != "resolved")
    return {
        "managed": report.managed,
        "in_sync": report.in_sync,
        "modified": len(report.of_kind("modified")),
        "missing": len(report.of_kind("missing")),
        "unmanaged": len(report.of_kind("unmanaged")),
        "unread": report.unread_resources,
        "not_covered": sum(report.not_covered.values()),
        "expected": len(report.expected),
        "settled": len(report.settled),
        "exempt": len(report.exempt),
        "not_ours": len(report.not_ours),
        "ignored": len(report.ignored),
        "ignored_resources": report.ignored_resources,
        "accepted": len(report.accepted),
        "accepted_resources": report.accepted_resources,
        "resolved": len(report.resolved),
        "coverage_percent": report.coverage_percent,
        "findings": {s: found[s] for s in SEVERITIES if found[s]},
    }


def _named(resource: Resource) -> dict[str, Any]:
    return {
        "type": resource.type,
        "id": resource.id,
        "name": resource.name or None,
        "arn": resource.arn or None,
        "account": resource.key.account,
        "region": resource.key.region,
    }


def _drift(drift: Drift) -> dict[str, Any]:
    resource = drift.resource
    out: dict[str, Any] = {"kind": drift.kind, "address": str(resource.address) if resource.address else None}
    out |= {**_named(drift.actual or resource), "type": drift.type}
    if drift.desired is not None:
        source = drift.desired.source
        out["source"] = {"state": source.state or None, "file": source.file or None, "line": source.line or None}
    out["fingerprint"] = drift.fingerprint
    if not drift.certain:
        out["certain"] = False
    if drift.kind == "modified":
        out["changes"] = [_change(c) for c in drift.changes]
    out["findings"] = [
        {"rule": f.rule, "severity": f.severity, "title": f.title, "effect": f.effect} for f in drift.findings
    ]
    return out


def _aside(aside: Aside) -> dict[str, Any]:
    address = str(aside.desired.address) if aside.desired.address else None
    changes = [{**_change(c), "reason": c.reason} for c in aside.changes]
    return {"address": address, **_named(aside.actual), "type": aside.type, "changes": changes}


def _ignored(ignored: Ignored) -> dict[str, Any]:
    out = {name: getattr(ignored, name) or None for name in ("kind", "type", "id", "address", "account", "region")}
    return out | {name: getattr(ignored, name) or None for name in ("path", "reason", "rule", "owner", "expires")}


def _resolved(resolved: Resolved) -> dict[str, Any]:
    out = {name: getattr(resolved, name) or None for name in ("kind", "type", "id", "address", "account", "region")}
    return {**out, "paths": list(resolved.paths)}


def _change(change: Change) -> dict[str, Any]:
    out = {
        "path": change.path,
        "desired": plain(change.desired),
        "recorded": plain(change.recorded),
        "actual": plain(change.actual),
        "sensitive": change.sensitive,
    }
    if change.added or change.removed:
        out |= {"added": [plain(v) for v in change.added], "removed": [plain(v) for v in change.removed]}
    if change.details:
        out["details"] = [
            {"path": d.path, "desired": plain(d.desired), "actual": plain(d.actual)} for d in change.details
        ]
    return out

"""The report as OCSF detection findings (class 2004, version 1.4.0) in a JSON array, as Prowler writes them.

Fields follow the OCSF schema (schema.ocsf.io). `unmapped` contains what OCSF has no field for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, TextIO

from drift import __version__
from drift.model.drift import Drift, Finding, Posture, Report, Severity
from drift.model.value import Value, plain
from drift.report import Look, stream
from drift.report.safe import visible
from drift.report.whose import line
from drift.report.wording import (
    JUDGED,
    KIND,
    NEXT,
    alive,
    judged_of,
    known_as,
    named,
    on_request,
    place,
    sentence,
    source_of,
)

VERSION = "1.4.0"
SEVERITY: dict[Severity | None, tuple[int, str]] = {
    "info": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}


ACCOUNTS: Mapping[str, tuple[str, int]] = {"aws": ("AWS Account", 10), "google": ("GCP Account", 5)}
"""Terraform provider -> the caption and `type_id` that the schema's own object `account` has for its accounts."""


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - machines do not look
    """Write one finding for each drifted resource, and one for each misconfiguration to act on."""
    drifted = (e for d in report.drift for e in _events(d, report))
    stream.write(out, chain(drifted, (e for p in on_request(report) for e in _judged(p, report))))
    out.write("\n")


def _events(drift: Drift, report: Report) -> Iterator[dict[str, Any]]:
    title = f"The resource is {KIND[drift.kind]}"
    yield _event(drift, report, f"drift_{drift.kind}", title, "medium", sentence(drift), NEXT[drift.kind])
    for f in alive(drift):
        detail = f"{visible(f.message)} ({f.effect}): {visible(named(drift))} ({visible(known_as(drift))})"
        yield _event(
            drift, report, visible(f.rule), visible(f.title), f.severity, detail, _remedy(f, drift), f.references
        )


def _judged(one: Posture, report: Report) -> Iterator[dict[str, Any]]:
    """One finding for each misconfiguration of what did not drift."""
    for f in alive(one):
        detail = f"{visible(f.message)} ({f.effect}): {visible(judged_of(one))} ({JUDGED[one.resource is not None]})"
        remedy = visible(f.remedy) or "Correct the configuration, and apply it."
        yield _event(one, report, visible(f.rule), visible(f.title), f.severity, detail, remedy, f.references)


def _remedy(finding: Finding, drift: Drift) -> str:
    if finding.effect == "introduced" and drift.kind != "unmanaged":
        return NEXT[drift.kind]  # the drift caused it, so undoing the drift is the remedy
    return visible(finding.remedy) or "Correct the configuration, and apply it."


def _event(
    drift: Drift | Posture,
    report: Report,
    code: str,
    title: str,
    severity: Severity,
    detail: str,
    remedy: str,
    references: Sequence[str] = (),
) -> dict[str, Any]:
    found, address = drift.found, drift.found.address
    kind, type_, source, certain = "judged", found.type, found.source, True
    since, who = None, list[str]()
    if isinstance(drift, Drift):
        kind, type_, source, certain = drift.kind, drift.type, source_of(drift), drift.certain
        address = drift.resource.address
        since = visible(drift.since.at) if drift.since else None
        who = [line(one) for one in drift.who]
    when = _moment(report)
    severity_id, severity_name = SEVERITY[severity]
    # a type is named after its provider, by Terraform's rule for names
    provider, _, rest = type_.partition("_")
    service = rest.partition("_")[0]
    account_type, account_type_id = ACCOUNTS.get(provider, ("Unknown", 0))
    return {
        "message": detail,
        "metadata": {
            "event_code": code,
            "product": {"name": "drift", "uid": "drift", "vendor_name": "drift", "version": __version__},
            "profiles": ["cloud", "datetime"],
            "tenant_uid": "",
            "version": VERSION,
        },
        "severity_id": severity_id,
        "severity": severity_name,
        "status": "New",
        "status_id": 1,
        "status_code": "FAIL",
        "status_detail": detail,
        "activity_name": "Create",
        "activity_id": 1,
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Detection Finding",
        "class_uid": 2004,
        "type_name": "Detection Finding: Create",
        "type_uid": 200401,
        "time": int(when.timestamp()),
        "time_dt": when.strftime("%Y-%m-%dT%H:%M:%S"),
        "finding_info": {
            "uid": f"drift-{code}-{drift.fingerprint}",
            "title": title,
            "desc": detail,
            "types": ["drift"],
            "created_time": int(when.timestamp()),
            "created_time_dt": when.strftime("%Y-%m-%dT%H:%M:%S"),
        },
        "resources": [
            {
                "cloud_partition": visible(_partition(found.arn) or provider),
                "region": visible(found.key.region),
                "name": visible(found.name or found.id),
                "type": visible(type_),
                "uid": visible(found.arn or found.id),
                "labels": [],
                "group": {"name": visible(service)},
                "data": {"details": visible(place(source)), "metadata": _metadata(drift)},
            }
        ],
        "cloud": {
            "provider": visible(provider),
            "region": visible(found.key.region),
            "account": {
                "uid": visible(found.key.account),
                "name": visible(found.key.account),
                "type": account_type,
                "type_id": account_type_id,
                "labels": [],
            },
        },
        "remediation": {"desc": remedy, "references": [visible(r) for r in references]},
        "unmapped": {"kind": kind, "address": visible(address or ""), "certain": certain, "since": since, "who": who},
    }


def _moment(report: Report) -> datetime:
    try:
        return datetime.fromisoformat(report.started_at)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _partition(full_name: str) -> str:
    """The second part of a full name: `aws-cn` of an ARN in China; empty where there is none."""
    return full_name.split(":")[1] if full_name.count(":") > 1 else ""


def _metadata(drift: Drift | Posture) -> dict[str, Any]:
    changes = [
        {"path": visible(c.path), "desired": visible(_text(c.desired)), "actual": visible(_text(c.actual))}
        for c in (drift.changes if isinstance(drift, Drift) else ())
        if not c.sensitive
    ]
    return {"changes": changes}


def _text(value: Value) -> str:
    shown = plain(value)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)

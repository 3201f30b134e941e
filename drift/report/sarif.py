"""The report as SARIF 2.1.0, for code scanning: each result on the line that describes the resource."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, TextIO

from drift import __version__
from drift.model.drift import KINDS, Drift, Finding, Posture, Report
from drift.model.resource import Source
from drift.report import Look, stream
from drift.report.escape import from_root, uri
from drift.report.safe import visible
from drift.report.wording import (
    JUDGED,
    KIND,
    LEVEL,
    NEXT,
    alive,
    by_severity,
    judged_of,
    known_as,
    level,
    named,
    not_compared,
    on_request,
    sentence,
    source_of,
    told,
    unread_lines,
)

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SCORE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
"""Severity -> `security-severity`, from which GitHub's code scanning derives its own severity."""
MOST = 25_000
"""Maximum results of one run: GitHub rejects a file with more."""
TITLE = {"modified": "ModifiedOutsideTerraform", "missing": "MissingFromTheAccount", "unmanaged": "Unmanaged"}


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write one run: a result for each drifted resource, and one for each finding to act on."""
    stream.write(out, {"$schema": SCHEMA, "version": "2.1.0", "runs": iter([_run(report, look.within)])})
    out.write("\n")


def _run(report: Report, within: str) -> dict[str, Any]:
    rules = _rules(report)
    index = {rule["id"]: i for i, rule in enumerate(rules)}
    notes = [{"level": "warning", "message": {"text": line}} for line in unread_lines(report)]
    notes += [{"level": "note", "message": {"text": visible(w)}} for w in report.warnings]
    if report.not_covered:
        notes.append({"level": "note", "message": {"text": not_compared(report, 1000)}})
    drifts = by_severity(report.drift)
    judged = on_request(report)
    results = chain(
        (r for drift in drifts for r in _results(drift, index, _location(drift, report, within))),
        (r for one in judged for r in _judged(one, index, report, within)),
    )
    count = sum(1 + len(alive(drift)) for drift in drifts) + sum(len(alive(one)) for one in judged)
    if count > MOST:
        left = f"{count - MOST} results of lower severity are left out: code scanning accepts {MOST}."
        notes.append({"level": "warning", "message": {"text": left}})
    invocation: dict[str, Any] = {"executionSuccessful": True, "toolExecutionNotifications": notes}
    if report.started_at.endswith("Z"):
        invocation["startTimeUtc"] = report.started_at
    return {
        "tool": {"driver": {"name": "drift", "semanticVersion": __version__, "rules": rules}},
        "automationDetails": {"id": "drift/"},
        "invocations": [invocation],
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository in which drift ran."}}},
        "results": islice(results, MOST),
    }


def _rules(report: Report) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = [
        {
            "id": f"drift/{kind}",
            "name": TITLE[kind],
            "shortDescription": {"text": f"A resource is {KIND[kind]}."},
            "help": {"text": NEXT[kind], "markdown": NEXT[kind]},
            "defaultConfiguration": {"level": "warning"},
            "properties": {"tags": ["drift"]},
        }
        for kind in KINDS
    ]
    told_of: list[Drift | Posture] = [*report.drift, *report.posture]
    found: dict[str, Finding] = {f.rule: f for one in told_of for f in alive(one)}
    for rule, finding in sorted(found.items()):
        out.append(
            {
                "id": visible(rule),
                "shortDescription": {"text": visible(finding.title) or visible(rule)},
                "help": {"text": visible(finding.remedy) or "See `drift rules`."},
                "defaultConfiguration": {"level": LEVEL[finding.severity]},
                "properties": {"tags": ["security", "drift"], "security-severity": SCORE[finding.severity]},
            }
        )
    return out


def _results(drift: Drift, index: dict[str, int], location: dict[str, Any]) -> Iterator[dict[str, Any]]:
    lines = [sentence(drift)]
    lines += [f"{sign} {text}" for change in drift.changes for sign, text in told(change, 400)]
    yield _result(f"drift/{drift.kind}", level(drift), "\n".join(lines), drift, index, location)
    for finding in alive(drift):
        text = f"{visible(finding.message)}: {visible(named(drift))} ({visible(known_as(drift))})"
        yield _result(visible(finding.rule), LEVEL[finding.severity], text, drift, index, location)


def _judged(one: Posture, index: dict[str, int], report: Report, within: str) -> Iterator[dict[str, Any]]:
    """One result for each finding of what did not drift."""
    location = _at(one.found.source, judged_of(one), report, within)
    for finding in alive(one):
        text = f"{visible(finding.message)}: {visible(judged_of(one))} ({JUDGED[one.resource is not None]})"
        yield _result(visible(finding.rule), LEVEL[finding.severity], text, one, index, location)


def _result(
    rule: str, loud: str, text: str, drift: Drift | Posture, index: dict[str, int], location: dict[str, Any]
) -> dict[str, Any]:
    found = drift.found
    return {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": loud,
        "message": {"text": text.replace("{", "{{").replace("}", "}}")},  # braces are placeholders in a message
        "locations": [location],
        "partialFingerprints": {"drift/v1": f"{drift.fingerprint}:{rule}"},
        "properties": {
            "kind": drift.kind if isinstance(drift, Drift) else "judged",
            "type": visible(drift.type if isinstance(drift, Drift) else found.type),
            "id": visible(found.id),
            "arn": visible(found.arn) or None,
            "account": visible(found.key.account),
            "region": visible(found.key.region),
            "state": visible((drift.resource if isinstance(drift, Drift) else found).source.state) or None,
        },
    }


def _location(drift: Drift, report: Report, within: str) -> dict[str, Any]:
    return _at(source_of(drift), named(drift), report, within)


def _at(source: Source, name: str, report: Report, within: str) -> dict[str, Any]:
    file = uri(from_root(source.file, within))
    state = source.state or next(iter(report.scope.sources), "")
    place = file or uri(from_root(state, within)) or "terraform.tfstate"
    physical: dict[str, Any] = {"artifactLocation": {"uri": place, "uriBaseId": "SRCROOT"}}
    physical["region"] = {"startLine": max(1, source.line) if file else 1}
    logical = {"fullyQualifiedName": visible(name), "kind": "resource"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}

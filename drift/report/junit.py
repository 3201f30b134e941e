"""The report as JUnit XML: a suite for each kind of drift, and for what was judged on request; a failed case for each
resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from drift.model.drift import KINDS, Drift, Finding, Posture, Report
from drift.report import Look, accounts
from drift.report.escape import xml
from drift.report.wording import (
    JUDGED,
    alive,
    home,
    judged_in,
    known_as,
    located,
    named,
    not_compared,
    on_request,
    place,
    source_of,
    told,
    unread_lines,
)


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - a CI decides how it looks
    """Write the XML. Resources in sync are one passed case; what was not read is a skipped case."""
    root = Element("testsuites", name="drift", time=f"{report.duration_seconds:.2f}")
    unread, known = unread_lines(report), accounts.names(report)
    for kind in KINDS:
        found = report.of_kind(kind)
        unseen = kind == "unmanaged" and not report.scope.unmanaged
        suite = _suite(root, report, f"drift.{kind}", max(len(found), 1), failures=len(found), skipped=int(unseen))
        for drift in found:
            _failed(suite, drift, known)
        if not found:
            case = SubElement(suite, "testcase", classname=f"drift.{kind}", name=f"nothing {kind}")
            if unseen:
                SubElement(case, "skipped", message="unmanaged resources were not searched for")
    judged = on_request(report)
    if report.posture:
        suite = _suite(root, report, "drift.judged", max(len(judged), 1), failures=len(judged))
        for one in judged:
            _judged(suite, one, known)
        if not judged:
            SubElement(suite, "testcase", classname="drift.judged", name="no resource fails a rule")
    unknown = not_compared(report, 1000)
    left = len(unread) + bool(unknown)
    suite = _suite(root, report, "drift.read", 1 + left, skipped=left)
    SubElement(suite, "testcase", classname="drift.read", name=f"{report.in_sync} of {report.managed} in sync")
    for line in unread:
        case = SubElement(suite, "testcase", classname="drift.read", name=xml(line))
        SubElement(case, "skipped", message="could not be read")
    if unknown:
        case = SubElement(suite, "testcase", classname="drift.read", name=xml(unknown))
        SubElement(case, "skipped", message="was not compared")
    root.set("tests", str(sum(int(s.get("tests", "0")) for s in root)))
    root.set("failures", str(len(report.drift) + len(judged)))
    indent(root)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n")


def _suite(root: Element, report: Report, name: str, tests: int, *, failures: int = 0, skipped: int = 0) -> Element:
    counts = {"tests": str(tests), "failures": str(failures), "errors": "0", "skipped": str(skipped), "time": "0"}
    when = {"timestamp": xml(report.started_at.removesuffix("Z"))} if report.started_at else {}
    return SubElement(root, "testsuite", {"name": name, **counts, **when})


def _judged(suite: Element, one: Posture, known: Mapping[str, str]) -> None:
    """What did not drift and fails a rule, as one failed case."""
    found = one.found
    attributes = {"classname": xml(found.type), "name": xml(judged_in(one, known))}
    if found.source.file:
        attributes |= {"file": xml(found.source.file), "line": str(found.source.line or 1)}
    case = SubElement(suite, "testcase", attributes)
    worst, *_ = alive(one)
    said = f"{worst.message} ({JUDGED[one.resource is not None]})"
    failure = SubElement(case, "failure", message=xml(said), type="judged")
    failure.text = "\n".join(_finding(f) for f in alive(one))


def _finding(f: Finding) -> str:
    return f"{f.severity}: {xml(f.message)} [{xml(f.rule)}, {f.effect}]"


def _failed(suite: Element, drift: Drift, known: Mapping[str, str]) -> None:
    where, account = source_of(drift), accounts.where(drift, known) or home(drift)
    attributes = {"classname": xml(drift.type), "name": xml(named(drift))}
    if where.file:
        attributes |= {"file": xml(where.file), "line": str(where.line or 1)}
    case = SubElement(suite, "testcase", attributes)
    failure = SubElement(case, "failure", message=xml(located(drift, known)), type=drift.kind)
    lines = [f"{drift.kind}: {xml(known_as(drift))}", f"in: {xml(account)}", f"source: {xml(place(where))}"]
    lines += [f"{sign} {xml(text)}" for change in drift.changes for sign, text in told(change)]
    lines += [_finding(f) for f in alive(drift)]
    failure.text = "\n".join(lines)

"""The report as one self-contained HTML page: it needs no server, network or library.

The report is embedded as JSON, escaped so that it cannot end its script element. The page's script inserts it as text.
A content security policy allows only that script and that style sheet, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from string import Template
from typing import Any, TextIO

from drift import __version__
from drift.model.bounds import SHOWN
from drift.model.drift import Change, Drift, Finding, Pending, Report
from drift.model.value import Value, plain
from drift.report import Look, accounts
from drift.report.escape import html
from drift.report.safe import listed, shown, visible
from drift.report.steps import mending, within
from drift.report.whose import together
from drift.report.wording import (
    EFFECT,
    NEXT,
    NOT_SEARCHED,
    UNCERTAIN,
    accepted_line,
    ahead,
    asides,
    beyond,
    by_severity,
    counts,
    headline,
    judged_of,
    module_of,
    notes_on,
    place,
    source_of,
    traces,
    unread_lines,
)

BROAD = 72
"""Characters of a value on one line; longer values are shown as indented JSON."""
CARDS = {"in sync": "sync", "not read": "unread"}


def render(report: Report, out: TextIO, look: Look) -> None:  # noqa: ARG001 - the page has a look of its own
    """Write the page."""
    page = files("drift.report") / "page"
    style, script, body = ((page / name).read_text("utf-8") for name in ("page.css", "page.js", "page.html"))
    said, calls = headline(report), sum(report.api_calls.values())
    out.write(
        Template(body).substitute(
            style=style,
            style_hash=_hash(style),
            script=script,
            script_hash=_hash(script),
            title=html(f"drift: {said}"),
            headline=html(f"Drift: {said}"),
            scope=html(_scope(report)),
            cards=_cards(report),
            data=embedded(document(report)),
            footer=html(f"drift {__version__} · {report.duration_seconds:.1f} s, {calls} API calls · read-only"),
        )
    )


def embedded(value: Any) -> str:
    """JSON for a script element, escaped so that it cannot end the element or start a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _scope(report: Report) -> str:
    scope = report.scope
    parts = [
        accounts.headline(report.accounts) if report.accounts else _account(scope.accounts),
        ", ".join(scope.regions),
        ", ".join(scope.sources[:3]) + (f" and {len(scope.sources) - 3} more states" if len(scope.sources) > 3 else ""),
        report.started_at,
    ]
    return " · ".join(part for part in parts if part)


def _account(ids: Iterable[str]) -> str:
    told = ", ".join(ids)
    return f"account {told}" if told else ""


def _cards(report: Report) -> str:
    out = []
    for name, count in counts(report):
        kind = CARDS.get(name, name)
        inside = f"<b>{count:,}</b><span>{name}</span>"
        if name in NEXT:
            out.append(
                f'<li><button type="button" class="card" data-kind="{kind}" aria-pressed="false">{inside}</button></li>'
            )
        elif count or name in ("managed", "in sync"):
            out.append(f'<li><div class="card" data-kind="{kind}">{inside}</div></li>')
    if report.scope.unmanaged:
        out.append(f'<li><div class="card"><b>{report.coverage_percent} %</b><span>coverage</span></div></li>')
    return "".join(out)


def document(report: Report) -> dict[str, Any]:
    """The data for the page's script. Control characters are escaped."""
    notes = []
    known = accounts.names(report)
    if report.incomplete:
        notes.append(("Not read: these have no verdict", unread_lines(report)))
    if changed := together(report):
        notes.append(("Changed together", changed))
    if report.warnings:
        notes.append(("Notes", [visible(w) for w in report.warnings]))
    drifts = report.drift if len(report.drift) <= SHOWN.most else by_severity(report.drift)[: SHOWN.most]
    if rest := beyond(len(report.drift)):
        notes.append(("Not on this page", [rest]))
    return {
        "drift": [_drift(d, known) for d in drifts],
        "total": len(report.drift),
        "accounts": [visible(one.label) for one in accounts.worst_first(report)],
        "links": [
            {"start": _end(link.start), "end": _end(link.end), "attribute": visible(link.attribute)}
            for link in report.links[: SHOWN.most]
        ],
        "nothing": _nothing(report),
        "next": {kind: text.replace("`", "") for kind, text in NEXT.items()},
        "notes": notes,
        "groups": [_first(group) for group in _groups(report)],
    }


def _nothing(report: Report) -> str:
    """What stands where no drift does."""
    if report.incomplete:
        return "No drift was seen, but not all could be read."
    return "✓ No drift in what was compared." if report.not_covered else "✓ No drift."


def _first(group: dict[str, Any]) -> dict[str, Any]:
    """A group that a browser can show."""
    rest = beyond(len(group["items"]))
    said = " ".join(filter(None, (group["lead"], f"{rest[0].upper()}{rest[1:]}." if rest else "")))
    return {**group, "lead": said, "items": group["items"][: SHOWN.most]}


def _end(end: Any) -> dict[str, str]:
    name = visible(end.address or f"{end.type} {end.id}")
    return {"key": end.fingerprint or f"{name} {visible(end.id)}", "name": name}


def _drift(drift: Drift, known: Mapping[str, str]) -> dict[str, Any]:
    found, address = drift.found, drift.resource.address
    notes = [] if drift.certain else ["Not certain: it may belong to a state or owner that could not be read."]
    if drift.recreated_as is not None:
        notes.append(f"Created again by hand as {visible(drift.recreated_as.id)}.")
    notes += [f"{line[0].upper()}{line[1:]}" for line in (within(told, drift, known) for told in mending(drift))]
    notes += [f"{line[0].upper()}{line[1:]}." for line in traces(drift)]
    return {
        "kind": drift.kind,
        "address": visible(address) if address else "",
        "module": visible(module_of(address)),
        "type": visible(drift.type),
        "id": visible(found.id),
        "name": visible(found.name) if found.name != found.id else "",
        "arn": visible(found.arn),
        "account": visible(known.get(found.key.account, found.key.account)),
        "region": visible(found.key.region),
        "place": visible(place(source_of(drift))) if drift.desired else "",
        "state": visible(drift.resource.source.state),
        "fingerprint": drift.fingerprint,
        "changes": [_change(c) for c in drift.changes],
        "findings": [_finding(f) for f in drift.findings],
        "notes": notes,
        "patch": listed(drift.patch),
        "advice": "" if drift.certain else UNCERTAIN,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "title": visible(finding.title),
        "rule": visible(finding.rule),
        "effect": finding.effect,
        "said": EFFECT[finding.effect],
        "counts": finding.counts,
        "evidence": visible(finding.evidence),
        # what is not decided advises nothing: least of all to delete something
        "remedy": visible(finding.remedy) if finding.verdict == "fail" else "",
        "exempt": visible(finding.exempt),
        "frameworks": visible(", ".join(finding.frameworks)),
    }


def _change(change: Change) -> dict[str, Any]:
    notes = [visible(change.reason)] if change.reason else []
    notes += notes_on(change)
    if change.line:
        notes.append(visible(f"{change.file}:{change.line}"))
    out = {"path": visible(change.path), "recorded": None, "notes": notes, "rogue": change.unheld}
    if change.sensitive:
        return {**out, "was": ["(sensitive)"], "is": ["(sensitive, changed)"]}
    if change.added or change.removed:
        nothing = ["(no other element)"]
        return {**out, "was": _lines(change.removed) or nothing, "is": _lines(change.added) or nothing}
    if change.details:
        was = [f"{visible(d.path)}: {shown(d.desired)}" for d in change.details]
        return {**out, "was": was, "is": [f"{visible(d.path)}: {shown(d.actual)}" for d in change.details]}
    recorded = _lines([change.recorded]) if ahead(change) else None
    return {**out, "was": _lines([change.desired]), "is": _lines([change.actual]), "recorded": recorded}


def _lines(values: Iterable[Value]) -> list[str]:
    out = []
    for value in values:
        short = shown(value)
        if len(short) <= BROAD or isinstance(plain(value), str):
            out.append(short)
        else:
            text = json.dumps(plain(value), indent=2, ensure_ascii=False)
            out += [visible(line) for line in text.split("\n")]
    return out


def _groups(report: Report) -> Iterable[dict[str, Any]]:
    if report.accounts:
        lines = [f"{visible(one.label)}: {accounts.figures(one)}" for one in accounts.worst_first(report)]
        yield {"title": "Accounts", "lead": "The worst first.", "items": lines}
    if report.pending:
        lead = "Not drift: the configuration changed, and the next apply makes these changes."
        yield {"title": "Pending", "lead": lead, "items": [_pending(p) for p in report.pending]}
    for title, group in asides(report):
        name, _, lead = title.partition(": ")
        items = [
            {
                "title": visible(a.desired.address or a.desired.id),
                "said": visible(a.actual.id),
                "changes": [_change(c) for c in a.changes],
            }
            for a in group
        ]
        yield {"title": name, "lead": lead, "items": items}
    listed = [
        (
            "Accepted by the baseline",
            [accepted_line(d) for d in by_severity(report.accepted)],
        ),
        (
            "Findings without drift",
            [
                f"{f.severity} {judged_of(p)}: {f.message} ({f.rule}, {f.effect})"
                for p in report.posture
                for f in p.findings
                if f.verdict != "unknown"
            ],
        ),
        ("In the baseline, but resolved", [f"{r.kind} {r.address or r.type} {r.id}" for r in report.resolved]),
        (
            "Ignored",
            [f"{i.kind} {i.address or i.type} {i.id} {i.path} ({i.rule}: {i.reason})" for i in report.ignored],
        ),
        ("Not ours", [f"{r.type} {r.id} ({r.owner})" for r in report.not_ours]),
        ("Not compared", [f"{t}: {n}" for t, n in report.not_covered.items()]),
        (NOT_SEARCHED, list(report.scope.not_searched)),
        ("Not offered by this endpoint", list(report.not_offered)),
    ]
    for title, lines in listed:
        if lines:
            yield {"title": title, "lead": "", "items": [visible(line) for line in lines]}


def _pending(pending: Pending) -> dict[str, Any]:
    rest = "" if pending.changes else ", ".join(pending.attributes)
    said = " · ".join(part for part in ("/".join(pending.actions), rest, place(pending.source)) if part)
    return {
        "title": visible(pending.address),
        "said": visible(said),
        "changes": [{**_change(c), "recorded": None} for c in pending.changes],
        "heads": ["Configured", "Recorded", "Actual"],
    }

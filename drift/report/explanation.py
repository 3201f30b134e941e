"""Renders the explanation of a verdict as text (one line for each attribute) and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from drift.diff.attribute import UNSAID
from drift.diff.explain import Attribute, Explanation
from drift.model.drift import Drift
from drift.model.value import Value, plain
from drift.report.accounts import where
from drift.report.safe import shown, visible
from drift.report.steps import steps, within
from drift.report.whose import story as made_by
from drift.report.wording import EFFECT, home, place, sentence, source_of, told

MARK = {
    "same": "=", "modified": "~", "expected": "≈", "pending": "…", "settled": "≈", "exempt": "·", "ignored": "·",
    "accepted": "·", "held": "=", "unread": "?", "unasked": "?", "found": " ",
}  # fmt: skip
LONGEST = 120
WORDS = {"same": "equal", "held": "covered", "unread": "not read", "unasked": "not read", "folded": "covered"}
"""Outcome or verdict -> its name in text; the others are named as they are. JSON has them unchanged."""


def text(found: Explanation) -> Iterator[str]:
    """The explanation, line by line. Control characters are escaped."""
    name = visible(found.address or found.id)
    yield f"{name}: {WORDS.get(found.verdict, found.verdict)}"
    for why in found.why:
        yield f"  {visible(why)}"
    about = [found.type, found.id if found.address else "", found.arn if found.arn != found.id else ""]
    yield f"  {'  '.join(visible(a) for a in about if a)}  {visible(found.account)} {visible(found.region)}"
    if found.source.file:
        yield f"  configured in {visible(found.source.file)}:{found.source.line}"
    if found.source.state:
        yield f"  recorded in {visible(found.source.state)}"
    if found.listed_by:
        yield f"  listed by {', '.join(map(visible, found.listed_by))}"
    yield ""
    for attribute in found.attributes:
        yield from _attribute(attribute)


def story(drift: Drift, link: str = "", known: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """The page for whoever is woken by it: what happened, how grave it is, what to do; visible text. `known` names the
    accounts where there are several."""
    yield sentence(drift)
    about = [place(source_of(drift)), where(drift, known) or home(drift)]
    yield f"  {'  '.join(visible(a) for a in about if a)}"
    if link:
        yield f"  look at it: {visible(link)}"
    if not drift.certain:
        yield "  not certain: part of what would tell whose it is could not be read"
    yield from (f"  {line}" for line in made_by(drift.who))
    for change in drift.changes:
        yield from (f"  {sign} {line}" for sign, line in told(change, LONGEST))
    for finding in (f for f in drift.findings if f.verdict != "unknown"):
        yield ""
        how = f"accepted: {finding.exempt}" if finding.exempt else EFFECT[finding.effect]
        yield f"  {finding.severity.upper()}  {visible(finding.message)}  [{visible(finding.rule)}, {visible(how)}]"
        if finding.counts and finding.remedy:
            yield f"    {visible(finding.remedy)}"
    yield ""
    yield "  What to do:"
    for step in steps(drift):
        yield f"  - {step.what}"
        yield from (f"      {line}" for line in within(step.command, drift, known).splitlines())
    yield ""


def story_json(drift: Drift, link: str = "") -> dict[str, Any]:
    """The same as plain values: the entry as a report has it, and what to do."""
    from drift.report.wire import encode

    return {
        "drift": encode(drift),
        "console": link or None,
        "steps": [{"what": s.what, "command": s.command or None} for s in steps(drift)],
    }


def _attribute(attribute: Attribute) -> Iterator[str]:
    where = f"  {visible(attribute.file)}:{attribute.line}" if attribute.line else ""
    calls = f"  [{', '.join(map(visible, attribute.told_by))}]" if attribute.told_by else ""
    outcome = WORDS.get(attribute.outcome, attribute.outcome)
    yield f"  {MARK[attribute.outcome]} {visible(attribute.name)}: {outcome}{where}{calls}"
    if attribute.why:
        yield f"      {visible(attribute.why)}"
    values = [(n, getattr(attribute, n)) for n in ("configured", "recorded", "actual")]
    said = [(n, v) for n, v in values if v is not UNSAID]
    if attribute.outcome in ("same", "held") and said:
        yield f"      {_cut(said[-1][1])}"
    else:
        yield from (f"      {n:<10} {_cut(v)}" for n, v in said)
    if any(c.path != attribute.name for c in attribute.changes):
        for change in attribute.changes:
            yield f"      {visible(change.path)}  {_cut(change.desired)} → {_cut(change.actual)}"


def _cut(value: Value) -> str:
    line = shown(value)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def as_json(found: Explanation) -> dict[str, Any]:
    """The explanation as JSON values. Attributes without a known value leave out its key."""
    return {
        "verdict": found.verdict,
        "why": list(found.why),
        "address": found.address or None,
        "type": found.type,
        "id": found.id,
        "arn": found.arn or None,
        "account": found.account,
        "region": found.region,
        "source": {
            "state": found.source.state or None,
            "file": found.source.file or None,
            "line": found.source.line or None,
        },
        "listed_by": list(found.listed_by),
        "attributes": [_plain_attribute(a) for a in found.attributes],
    }


def _plain_attribute(a: Attribute) -> dict[str, Any]:
    values = {n: plain(v) for n in ("configured", "recorded", "actual") if (v := getattr(a, n)) is not UNSAID}
    changes = [
        {"path": c.path, "desired": plain(c.desired), "recorded": plain(c.recorded), "actual": plain(c.actual)}
        for c in a.changes
    ]
    return {
        "name": a.name,
        "outcome": a.outcome,
        "why": a.why,
        **values,
        "told_by": list(a.told_by),
        "file": a.file or None,
        "line": a.line or None,
        "changes": changes,
    }

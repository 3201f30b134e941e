"""The report as Markdown, for a wiki, an issue or a step summary.

Text from states, the cloud or the configuration appears only in code spans and code blocks, never in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TextIO

from drift.model.bounds import SHOWN
from drift.model.drift import Aside, Control, Drift, Finding, Kind, Pending, Report
from drift.model.words import few
from drift.report import Look, accounts
from drift.report.escape import code, fenced, inline, words
from drift.report.whose import together
from drift.report.wording import (
    ANSWERED,
    EFFECT,
    NEXT,
    NOT_SEARCHED,
    accepted_line,
    alive,
    asides,
    beyond,
    by_baseline,
    by_framework,
    by_severity,
    counts,
    headline,
    home,
    judged_of,
    known_as,
    named,
    place,
    source_of,
    told,
    traces,
    unread_lines,
)

MARK = {"critical": "🟥", "high": "🟥", "medium": "🟧", "low": "🟨", "info": "⬜"}
DOUBT = "may belong to a state or owner that could not be read"
LONGEST = 400
"""Characters of one value; longer values are cut, except with --verbose."""
LISTED = 50
"""Entries of a folded group; further ones are only counted, except with --verbose."""


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write the report as GitHub-flavoured Markdown."""
    out.write("\n".join(lines(report, look)) + "\n")


def lines(report: Report, look: Look) -> Iterator[str]:
    """The report, line by line."""
    look = replace(look, accounts=accounts.names(report))
    yield f"## Drift: {words(headline(report))}"
    yield ""
    yield from summary(report)
    yield from by_account(report, look)
    for kind in ("modified", "missing", "unmanaged"):
        yield from _divided(kind, report, look)
    yield from not_read(report)
    for warning in report.warnings:
        yield f"> ⚠️ {words(warning)}"
        yield ""
    yield from beside(report, look)


def summary(report: Report) -> Iterator[str]:
    """The counts as a table, and the scope of the run."""
    shown = [(name, str(count)) for name, count in counts(report) if count or name in ("managed", "in sync")]
    if report.scope.unmanaged:
        shown.append(("coverage", f"{report.coverage_percent} %"))
    yield "| " + " | ".join(name for name, _ in shown) + " |"
    yield "|" + "---:|" * len(shown)
    yield "| " + " | ".join(count for _, count in shown) + " |"
    yield ""
    scope = report.scope
    parts = [("account", scope.accounts), ("region", scope.regions), ("state", scope.sources)]
    said = [f"{name} {_few(names)}" for name, names in parts if names]
    if report.started_at:
        said.append(words(report.started_at))
    if said:
        yield " · ".join(said)
        yield ""
    told = together(report)
    if told:
        yield from (f"- {code(line)}" for line in told)
        yield ""


def by_account(report: Report, look: Look) -> Iterator[str]:
    """A line for each of several accounts, the worst first; nothing for a run of one."""
    if not report.accounts:
        return
    shown, rest = accounts.listed(report, len(report.accounts) if look.verbose else accounts.LISTED)
    lines = [f"- {code(one.label)} {words(accounts.figures(one))}" for one in shown]
    yield from folded(accounts.headline(report.accounts), [*lines, *([f"- {rest}"] if rest else [])], opened=True)


def _divided(kind: Kind, report: Report, look: Look) -> Iterator[str]:
    """The drift of one kind; of several accounts in a folded section for each, the worst opened."""
    if not report.accounts:
        yield from section(kind, report.of_kind(kind), look)
        return
    groups = accounts.by_account(by_severity(report.of_kind(kind)), report)
    if not groups:
        return
    yield f"### {kind.capitalize()} ({sum(len(some) for _, some in groups)})"
    yield ""
    yield NEXT[kind]
    yield ""
    shown = len(groups) if look.verbose else accounts.LISTED
    for n, (name, some) in enumerate(groups[:shown]):
        most = SHOWN.most if look.verbose else accounts.EACH
        inside = [line for drift in some[:most] for line in entry(drift, look)]
        more = [f"- and {len(some) - most} more"] if len(some) > most else []
        yield from folded(f"{name} ({len(some)})", [*inside, *more], opened=n == 0)
    if rest := groups[shown:]:
        yield f"… and {sum(len(some) for _, some in rest)} more in {len(rest)} accounts"
        yield ""


def _few(names: tuple[str, ...], most: int = 4) -> str:
    return few(map(code, names), most)


def section(kind: Kind, drifts: Iterable[Drift], look: Look) -> Iterator[str]:
    """The drifted resources of one kind under a heading; nothing without any."""
    found = list(drifts)
    if not found:
        return
    doubtful = not any(d.certain for d in found)
    yield f"### {kind.capitalize()} ({len(found)})"
    yield ""
    yield NEXT[kind]
    yield ""
    if doubtful:
        yield f"None of these is certain: each {DOUBT}."
        yield ""
    shown, rest = by_severity(found)[: SHOWN.most], beyond(len(found))
    if kind == "unmanaged":
        for type_, group in groupby(sorted(shown, key=lambda d: d.type), key=lambda d: d.type):
            yield f"**{code(type_)}**"
            yield ""
            for drift in by_severity(group):
                yield from entry(drift, look, doubtful=doubtful)
            yield ""
    else:
        for drift in shown:
            yield from entry(drift, look, doubtful=doubtful)
        if not found[-1].changes:
            yield ""
    if rest:
        yield f"… {rest}"
        yield ""


def entry(drift: Drift, look: Look, *, doubtful: bool = False) -> Iterator[str]:
    """One drifted resource with its changes and findings. `doubtful`: a heading already says that it is not certain."""
    where = place(source_of(drift)) if drift.desired else accounts.where(drift, look.accounts) or home(drift)
    name = code(named(drift)) if drift.resource.address else code(drift.resource.id)
    said = [f"**{name}**" if drift.kind != "unmanaged" else name]
    if drift.resource.address:
        said.append(code(known_as(drift)))
    elif drift.found.name and drift.found.name not in drift.found.id:
        said.append(code(drift.found.name))
    if where:
        said.append(code(where))
    if drift.desired and look.accounts:
        said.append(code(accounts.where(drift, look.accounts)))
    if not drift.certain and not doubtful:
        said.append(f"not certain: it {DOUBT}")
    if drift.recreated_as is not None:
        said.append(f"created again by hand as {code(drift.recreated_as.id)}")
    said += [code(line) for line in traces(drift)]
    yield f"- {' · '.join(said)}"
    yield from (f"  {line}" for line in _inside(drift, look))


def _inside(drift: Drift, look: Look) -> Iterator[str]:
    for finding in (*alive(drift), *(f for f in drift.findings if f.effect == "resolved")):
        yield f"- {_finding(finding)}"
    changed = [
        f"{sign} {text}" for change in drift.changes for sign, text in told(change, 0 if look.verbose else LONGEST)
    ]
    if changed:
        yield ""
        yield from fenced(changed, "diff")
        yield ""


def _finding(finding: Finding) -> str:
    mark = "✅" if finding.effect == "resolved" else MARK[finding.severity]
    return f"{mark} **{finding.severity}** {words(finding.message)} ({code(finding.rule)}, {EFFECT[finding.effect]})"


def not_read(report: Report) -> Iterator[str]:
    """What could not be read, and why."""
    if report.incomplete:
        yield "### Not read: these have no verdict"
        yield ""
        for line in unread_lines(report):
            yield f"- {code(line)}"
        yield ""


def beside(report: Report, look: Look) -> Iterator[str]:
    """Everything that is not drift, in folded sections."""
    if report.pending:
        yield from folded(
            f"Pending: not drift; the next apply makes these changes ({len(report.pending)})", _pending(report, look)
        )
    if report.posture:
        yield from folded(f"Findings without drift ({len(report.posture)})", _posture(report), opened=True)
    for framework, controls in by_framework(report):
        failed = sum(c.answer == "failed" for c in controls)
        yield from folded(f"{framework}: {failed} of {len(controls)} controls failed", _controls(controls))
    for title, group in asides(report):
        yield from folded(f"{title} ({len(group)})", _aside(group, look))
    yield from _not_reported(report, look)
    if report.not_covered:
        types = [f"{code(t)} {n}" for t, n in report.not_covered.items()]
        yield from folded(f"Not compared ({sum(report.not_covered.values())})", _listed(types, look))
    if report.scope.not_searched:
        title = f"{NOT_SEARCHED} ({len(report.scope.not_searched)})"
        yield from folded(title, _listed([code(t) for t in report.scope.not_searched], look))


def _not_reported(report: Report, look: Look) -> Iterator[str]:
    """What the user left out, and what belongs to others."""
    if report.accepted:
        accepted = [code(accepted_line(d)) for d in by_severity(report.accepted)]
        yield from folded(by_baseline(report), _listed(accepted, look))
    if report.resolved:
        resolved = [code(f"{r.kind} {r.address or f'{r.type} {r.id}'}") for r in report.resolved]
        yield from folded(f"In the baseline, but resolved ({len(report.resolved)})", _listed(resolved, look))
    if report.ignored:
        told_of = [
            f"{code(f'{i.kind} {i.address or i.type} {i.id} {i.path}'.strip())} {code(i.rule)} {words(i.reason)}"
            for i in report.ignored
        ]
        yield from folded(f"Ignored ({len(report.ignored)})", _listed(told_of, look))
    if report.not_ours:
        owned = [f"{code(f'{r.type} {r.id}')} {words(r.owner)}" for r in report.not_ours]
        yield from folded(f"Not ours ({len(report.not_ours)})", _listed(owned, look))


def _posture(report: Report) -> Iterator[str]:
    for one in report.posture:
        yield f"- **{code(judged_of(one))}**"
        yield from (f"  - {_finding(f)}" for f in one.findings if f.verdict != "unknown")


def _controls(controls: Iterable[Control]) -> Iterator[str]:
    """Each control of one framework with its answer."""
    for one in controls:
        yield f"- **{ANSWERED[one.answer]}** {code(f'{one.id} {one.title}')} {words(one.why)}"


def folded(title: str, inside: Iterable[str], *, opened: bool = False) -> Iterator[str]:
    """Lines in a collapsible section."""
    yield f"<details{' open' if opened else ''}><summary>{inline(title)}</summary>"
    yield ""
    yield from inside
    yield ""
    yield "</details>"
    yield ""


def _listed(items: list[str], look: Look) -> Iterator[str]:
    most = len(items) if look.verbose else LISTED
    yield from (f"- {item}" for item in items[:most])
    if len(items) > most:
        yield f"- and {len(items) - most} more"


def _pending(report: Report, look: Look) -> Iterator[str]:
    for p in report.pending[: len(report.pending) if look.verbose else LISTED]:
        yield f"- {code(p.address)} {words('/'.join(p.actions))}{_attributes(p)}"
        yield from _changes(p, look)
    if len(report.pending) > LISTED and not look.verbose:
        yield f"- and {len(report.pending) - LISTED} more"


def _attributes(pending: Pending) -> str:
    return f": {code(', '.join(pending.attributes))}" if pending.attributes and not pending.changes else ""


def _changes(pending: Pending, look: Look) -> Iterator[str]:
    changed = [
        f"{'+' if sign == '-' else '-' if sign == '+' else sign} {text}"  # as apply changes it: to the desired value
        for change in pending.changes
        for sign, text in told(change, 0 if look.verbose else LONGEST)
    ]
    if changed:
        yield ""
        yield from (f"  {line}" for line in fenced(changed, "diff"))
        yield ""


def _aside(group: Sequence[Aside], look: Look) -> Iterator[str]:
    for aside in group[: len(group) if look.verbose else LISTED]:
        yield f"- {code(aside.desired.address or aside.desired.id)}"
        yield ""
        changed = [f"{s} {t}" for c in aside.changes for s, t in told(c, 0 if look.verbose else LONGEST)]
        yield from (f"  {line}" for line in fenced(changed, "diff"))
        yield ""
    if len(group) > LISTED and not look.verbose:
        yield f"- and {len(group) - LISTED} more"

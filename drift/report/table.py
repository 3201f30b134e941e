"""The report as text for the terminal."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import TextIO

from rich.console import Console
from rich.text import Text

from drift.model.bounds import SHOWN
from drift.model.drift import KINDS, SEVERITIES, Change, Drift, Finding, Report
from drift.model.value import Value
from drift.model.words import few
from drift.report import Look, accounts, left_out
from drift.report.asides import asides, marks
from drift.report.safe import shown, visible
from drift.report.steps import AIM, REVIEW, aimed, mending, within
from drift.report.whose import together
from drift.report.wording import ANSWERED, FATE, NEXT, beyond, by_framework, by_severity, located, not_compared, traces

MARK = {"modified": "~", "missing": "-", "unmanaged": "+"}
STYLE = {"modified": "yellow", "missing": "red", "unmanaged": "magenta"}
SEVERITY_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
ANSWER_STYLE = {"failed": "red", "passed": "green", "undecided": "dim"}
EFFECT = {
    "introduced": "introduced",
    "present": "present before",
    "resolved": "resolved",
    "unknown": "effect unknown",
}
_INDENT = re.compile(r" *(?:│ )?")
GRAVE = ("critical", "high")
"""Severities whose unknown findings are shown even if the user excluded what the rule needed."""
LONGEST = 160
"""Characters of one value; longer values are cut, except with --verbose."""


def render(report: Report, out: TextIO, look: Look) -> None:
    """Write the report as text, with colours if `look` asks for them."""
    console = Console(
        file=out,
        force_terminal=look.color,
        no_color=not look.color,
        width=look.width,
        highlight=False,
        soft_wrap=True,
        emoji=False,
        markup=False,
        color_system="auto" if look.color else None,
        legacy_windows=False,
    )
    for line in quiet(report) if look.quiet else lines(report, look):
        for part in _fitted(line, look.width, console):
            if look.color:
                console.print(part)
            else:
                out.write(f"{part.plain}\n")  # ten times as fast as the console, with the same result


MANY = 200
LESS = "To see less: --quiet, a line each; --format html=FILE, a page with filters; `drift report --severity high`."
"""Said below more than `MANY` entries."""


def lines(report: Report, look: Look) -> Iterator[Text]:
    """The report, line by line."""
    look = replace(look, accounts=accounts.names(report))
    yield from _head(report)
    yield from _together(report)
    for kind in ("modified", "missing"):
        found = by_severity(report.of_kind(kind))
        if found:
            yield _title(f"{kind.capitalize()} ({len(found)})", STYLE[kind])
            yield from _by_account(found[: SHOWN.most], report, look, _several)
            yield from _left(len(found))
            if kind == "missing" and not found[-1].findings:
                yield Text()
    yield from _unmanaged(report, look)
    yield from _posture(report, look)
    yield from _controls(report)
    yield from asides(report, look, _change)
    yield from _not_read(report)
    shown = len(report.warnings) if look.verbose or not report.accounts else accounts.LISTED
    for warning in report.warnings[:shown]:
        yield Text.assemble(("! ", "yellow"), visible(warning))
    if len(report.warnings) > shown:
        yield Text(f"! and {len(report.warnings) - shown} more warnings: --verbose tells all", "dim")
    if report.warnings:
        yield Text()
    yield from _next(report)
    yield from _accounts(report, look)
    yield from _summary(report, look)


def _several(drifts: list[Drift], look: Look, _: Report) -> Iterator[Text]:
    for drift in drifts:
        yield from _managed(drift, look)


def _by_account(
    drifts: list[Drift], report: Report, look: Look, told: Callable[[list[Drift], Look, Report], Iterator[Text]]
) -> Iterator[Text]:
    """The drift as `told` does; where there are several accounts, the worst of them first, and of each its worst."""
    if not report.accounts:
        yield from told(drifts, look, report)
        return
    groups = accounts.by_account(drifts, report)
    shown = len(groups) if look.verbose else accounts.LISTED
    most = len(drifts) if look.verbose else accounts.EACH
    for name, some in groups[:shown]:
        yield Text.assemble((f"  {visible(name)}", "cyan"), (f" ({len(some)})", "dim"))
        yield from told(some[:most], look, report)
        if len(some) > most:
            yield Text(f"    … and {len(some) - most} more in this account: --verbose tells all", "dim")
    if rest := groups[shown:]:
        count = sum(len(some) for _, some in rest)
        yield Text(f"  … and {count} more in {len(rest)} accounts: --verbose tells all, -f html searches them", "dim")


def _accounts(report: Report, look: Look) -> Iterator[Text]:
    """A line for each account, the worst first."""
    if not report.accounts:
        return
    every = accounts.worst_first(report)
    shown = every if look.verbose else [one for one in every if one.drifted or not one.complete][: accounts.LISTED]
    yield _title(accounts.headline(every).capitalize(), "cyan")
    width = min(48, max((len(visible(one.label)) for one in shown), default=0))
    for one in shown:
        mark, style = ("?", "blue") if one.failure else ("~", "yellow") if one.drifted else ("·", "dim")
        yield Text.assemble((f"  {mark} ", style), f"{visible(one.label):<{width}}  ", (accounts.figures(one), "dim"))
    if shown and (said := accounts.others(every[len(shown) :])):
        yield Text(f"    {said}", "dim")
    yield Text()


def _left(count: int) -> Iterator[Text]:
    if said := beyond(count):
        yield Text(f"  … {said}", "dim")


def _next(report: Report) -> Iterator[Text]:
    """For each kind of drift found: what the user can do."""
    kinds = [kind for kind in KINDS if report.of_kind(kind)]
    for kind in kinds:
        yield Text.assemble((f"{MARK[kind]} {kind:<9} ", STYLE[kind]), (NEXT[kind], "dim"))
    if len(report.drift) > MANY:
        yield Text(f"  {LESS}", "dim")
    if kinds:
        yield Text(
            "  drift explain ADDRESS or ID explains one resource: what changed, how severe it is, what to do.", "dim"
        )
        yield Text()


def _fitted(line: Text, width: int | None, console: Console) -> Iterable[Text]:
    """A line, wrapped to the terminal's width with a hanging indent."""
    if width is None or line.cell_len <= width:
        return [line]
    indent = _INDENT.match(line.plain)
    beginning = Text.assemble((indent[0] if indent else "", "dim"))
    hang = Text.assemble(beginning, "    ")
    room = max(20, width - hang.cell_len)
    first, *rest = line[len(beginning) :].wrap(console, room, tab_size=1)
    for part in (first, *rest):
        part.rstrip()
    return [beginning + first, *(hang + part for part in rest)]


def quiet(report: Report) -> Iterator[Text]:
    """One line for each drifted resource."""
    known = accounts.names(report)
    for drift in report.drift:
        yield Text.assemble((f"{MARK[drift.kind]} ", STYLE[drift.kind]), located(drift, known))


def _head(report: Report) -> Iterator[Text]:
    states = len(report.scope.sources)
    what = visible(report.scope.sources[0]) if states == 1 else f"{states} states"
    several = len(report.accounts)
    where = ", ".join((*(() if several else report.scope.accounts), *report.scope.regions))
    against = f" against {several} account{'s' * (several != 1)}, " if several else " against account "
    yield Text.assemble(("drift ", "bold"), what, (against, "dim"), visible(where))
    found = Counter(f.severity for d in report.drift for f in d.findings if f.counts)
    if found:
        told = [Text(f"{found[s]} {s}", SEVERITY_STYLE[s]) for s in SEVERITIES if found[s]]
        yield Text.assemble(("▲ ", "dim"), Text(", ").join(told))
    yield Text()


def _together(report: Report) -> Iterator[Text]:
    """What one session changed in several resources."""
    told = together(report)
    for line in told:
        yield Text.assemble(("● ", "cyan"), line)
    if told:
        yield Text()


def _title(text: str, style: str) -> Text:
    return Text(text, style=f"bold {style}")


def _managed(drift: Drift, look: Look) -> Iterator[Text]:
    resource = drift.resource
    head = Text.assemble((f"  {MARK[drift.kind]} ", STYLE[drift.kind]), (visible(resource.address), "bold"))
    found = drift.found
    name = f"{found.id} ({found.name})" if found.name and found.name not in found.id else found.id
    head.append(f"  {visible(name)}", "dim")
    if resource.source.file:
        head.append(f"  {visible(resource.source.file)}:{resource.source.line}", "dim")
    if drift.kind == "missing":
        head.append(f"  {within(aimed(drift), drift, look.accounts)}", "dim")
    yield head
    if drift.recreated_as is not None:
        yield Text(f"      created again by hand as {visible(drift.recreated_as.id)}, which is in no state", "yellow")
    yield from _traces(drift, "      ")
    width = max((len(c.path) for c in drift.changes), default=0)
    for change in drift.changes:
        yield from _change(change, min(width, 32), look)
        if change.reason:
            yield Text(f"    │ {'':<{min(width, 32)}}  {visible(change.reason)}", "dim")
    if any(change.undone is None for change in drift.changes):
        yield Text(f"    │ {FATE[None]}", "dim")
    if drift.kind == "modified":
        for line in mending(drift):
            yield Text(f"    │ {within(line, drift, look.accounts)}", "dim")
    yield from _findings(drift, "    ", look)
    if drift.kind == "modified" or drift.findings:
        yield Text()


def _traces(drift: Drift, indent: str) -> Iterator[Text]:
    for line in traces(drift):
        yield Text(f"{indent}{line}", "dim")


def _change(change: Change, width: int, look: Look) -> Iterator[Text]:
    path = Text.assemble(("    │ ", "dim"), f"{visible(change.path):<{width}}  ")
    if change.sensitive:
        yield path + Text("changed (sensitive: not shown)", "dim") + marks(change)
        return
    behind = marks(change)
    if change.added or change.removed:
        for sign, values, style in (("-", change.removed, "red"), ("+", change.added, "green")):
            for value in values:
                yield path + Text(f"{sign} {_cut(shown(value), look)}", style) + behind
                path, behind = Text.assemble(("    │ ", "dim"), " " * (len(path.plain) - 6)), Text()
        return
    if change.details:
        for detail in change.details:
            inner = Text(f"{visible(detail.path)} ", "dim") + _arrow(detail.desired, detail.actual, look)
            yield path + inner + behind
            path, behind = Text.assemble(("    │ ", "dim"), " " * (len(path.plain) - 6)), Text()
        return
    yield path + _arrow(change.desired, change.actual, look) + behind


def _arrow(desired: Value, actual: Value, look: Look) -> Text:
    return Text.assemble((_cut(shown(desired), look), "red"), (" → ", "dim"), (_cut(shown(actual), look), "green"))


def _cut(text: str, look: Look) -> str:
    return text if look.verbose or len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _findings(drift: Drift, indent: str, look: Look) -> Iterator[Text]:
    yield from _told(drift.findings, indent, look)


def _told(findings: Iterable[Finding], indent: str, look: Look) -> Iterator[Text]:
    findings = list(findings)
    for f in findings:
        if f.verdict == "unknown":
            continue
        style = SEVERITY_STYLE[f.severity] if f.counts else "green"
        yield Text.assemble(
            (f"{indent}▲ {f.severity:<8} ", style),
            visible(f.message),
            (f"  [{visible(f.rule)}, {visible(_effect(f))}]", "dim"),
        )
        if f.counts and f.remedy and (f.severity == "critical" or look.verbose):
            yield Text(f"{indent}  → {visible(f.remedy)}", "dim")
    unknown = defaultdict(list)
    for f in findings:
        if f.verdict == "unknown" and (look.verbose or not f.by_choice or f.severity in GRAVE):
            unknown[f.evidence].append(f.rule)
    for why, rules in sorted(unknown.items()):
        yield Text(f"{indent}? unknown: {visible(few(rules, 6))}: {visible(why)}", "dim")


def _effect(finding: Finding) -> str:
    return f"accepted: {finding.exempt}" if finding.exempt else EFFECT[finding.effect]


def _unmanaged(report: Report, look: Look) -> Iterator[Text]:
    found = report.of_kind("unmanaged")
    if not found:
        return
    certain = all(d.certain for d in found)
    note = "" if certain else ", not certain: they may belong to a state or owner that could not be read"
    yield _title(f"Unmanaged ({len(found)}){note}", STYLE["unmanaged"])
    yield from _by_account(list(found[: SHOWN.most]), report, look, _strangers)
    yield from _left(len(found))
    yield Text()


def _strangers(found: list[Drift], look: Look, report: Report) -> Iterator[Text]:
    """Unmanaged resources, by type."""
    counted = Counter(d.type for d in found)
    for type_, group in groupby(found, key=lambda d: d.type):
        drifts = list(group)
        head = Text.assemble(("  + ", STYLE["unmanaged"]), (visible(type_), "bold"), (f" ({counted[type_]})", "dim"))
        aim = REVIEW if any(d.is_grave for d in drifts) else AIM["adopt"]
        adopts = within(f"{aim}: drift fix --adopt '{visible(type_)}.*'", drifts[0], look.accounts)
        yield head + Text(f"  {adopts}", "dim")
        for drift in drifts:
            resource = drift.resource
            named = resource.name and resource.name != resource.id and resource.name not in resource.id
            name = f"  {visible(resource.name)}" if named else ""
            several = len(report.scope.regions) > 1
            region = f"  {visible(resource.key.region)}" if several else ""
            yield Text.assemble(("    · ", "dim"), visible(resource.id), (name + region, "dim"))
            yield from _traces(drift, "      ")
            yield from _findings(drift, "      ", look)


def _posture(report: Report, look: Look) -> Iterator[Text]:
    """Findings for resources and accounts that did not drift."""
    told = [(one, list(_told(one.findings, "    ", look))) for one in report.posture]
    told = [(one, inside) for one, inside in told if inside]
    if not told:
        return
    yield _title(f"Findings without drift ({len(told)})", "cyan")
    for one, inside in told:
        found = one.resource
        if found is None:
            yield Text.assemble(("  ▪ ", "cyan"), ("account ", "dim"), visible(f"{one.account} {one.region}"))
        else:
            name = visible(found.address or f"{found.type} {found.id}")
            yield Text.assemble(("  ▪ ", "cyan"), (name, "bold"), (f"  {visible(found.id)}", "dim"))
        yield from inside
    yield Text()


def _controls(report: Report) -> Iterator[Text]:
    """Each control of the frameworks that were asked for, with its answer."""
    for framework, controls in by_framework(report):
        counts = Counter(c.answer for c in controls)
        told = ", ".join(f"{counts[a]} {ANSWERED[a]}" for a in ANSWERED if counts[a])
        yield _title(f"{framework}: {told}", "cyan")
        width = max(len(c.id) for c in controls)
        for one in controls:
            line = Text.assemble(
                "  ", (f"{ANSWERED[one.answer]:<12} ", ANSWER_STYLE[one.answer]), (f"{one.id:<{width}} ", "bold")
            )
            yield line + Text.assemble(visible(one.title), (f"  {visible(one.why)}", "dim"))
        yield Text()


def _not_read(report: Report) -> Iterator[Text]:
    if not report.incomplete:
        return
    yield _title("Not read: these have no verdict", "blue")
    for message in report.states_failed:
        first, *rest = message.splitlines() or [""]
        yield Text.assemble(("  ? ", "blue"), visible(first))
        for line in rest:
            yield Text(f"    · {visible(line)}", "dim")
    known = accounts.names(report)
    for (action, code), gaps in groupby(
        sorted(report.gaps, key=lambda g: (g.action, g.code)), key=lambda g: (g.action, g.code)
    ):
        types = sorted({accounts.of_gap(g, known) for g in gaps})
        yield Text.assemble(("  ? ", "blue"), visible(f"{action} {code}: "), (visible(few(types, 6)), "dim"))
    for (action, code), group in groupby(
        sorted(report.unread, key=lambda u: (u.action, u.code)), key=lambda u: (u.action, u.code)
    ):
        whole = sorted({f"{u.address} {u.path}".rstrip() for u in group})
        yield Text.assemble(("  ? ", "blue"), visible(f"{action} {code}: "), (visible(few(whole, 6)), "dim"))
    yield Text()


def _summary(report: Report, look: Look) -> Iterator[Text]:
    left = not_compared(report, 1000 if look.verbose else 6)
    yield _counted(report, left)
    if not report.drift and not report.incomplete:
        seen = "No new drift" if report.accepted else "No drift"
        if not report.managed and not report.scope.unmanaged:
            yield Text("Nothing was compared.", "bold yellow")
        else:
            yield Text(f"{seen} in what was compared." if left else f"{seen}.", "bold green")
    if report.exempt:
        told = ", ".join(sorted({c.reason for a in report.exempt for c in a.changes}))
        count = sum(len(a.changes) for a in report.exempt)
        yield Text(f"Exempt: {count} {'change' if count == 1 else 'changes'} ({visible(told)})", "dim")
    yield from left_out.lines(report, look)
    yield from _types_left_out(report, look)
    yield from _cost(report, look)


def _counted(report: Report, left: str) -> Text:
    """The counts in one line; `left` names the types that were not compared."""
    counts = [
        (len(report.of_kind("modified")), "modified", "yellow"),
        (len(report.of_kind("missing")), "missing", "red"),
        (report.unread_resources, "not read", "blue"),
        (report.ignored_resources, "ignored", "dim"),
        (report.accepted_resources, "accepted", "dim"),
    ]
    head = Text.assemble((f"{report.managed} managed", "bold"), ": ", (f"{report.in_sync} in sync", "green"))
    for count, name, style in counts:
        if count:
            head.append(", ").append(f"{count} {name}", style)
    if left:
        head.append(" · ", "dim").append(left, "blue")
    if report.scope.unmanaged:
        head.append(" · ", "dim").append(f"{len(report.of_kind('unmanaged'))} unmanaged", "magenta")
        head.append(f" · coverage {report.coverage_percent} %", "dim")
    else:
        head.append(" · unmanaged resources were not searched for", "dim")
    return head


def _types_left_out(report: Report, look: Look) -> Iterator[Text]:
    if report.scope.not_searched:
        told = few(report.scope.not_searched, 1000 if look.verbose else 3)
        count = len(report.scope.not_searched)
        yield Text(f"Not searched, because nothing shows that they are used: {count} types ({visible(told)})", "dim")
        yield Text("--all-services searches these too.", "dim")
    if report.not_offered:
        told = few(report.not_offered, 1000 if look.verbose else 3)
        yield Text(f"Not offered by this endpoint: {len(report.not_offered)} ({visible(told)})", "dim")


def _cost(report: Report, look: Look) -> Iterator[Text]:
    """The time and the API calls; with --verbose, by service."""
    calls = sum(report.api_calls.values())
    spared = f", at least {report.listings_spared} saved by --only-state" if not report.scope.unmanaged else ""
    yield Text(f"{report.duration_seconds:.1f} s, {calls} API calls{spared}", "dim")
    if look.verbose:
        for service, seconds in sorted(report.api_seconds.items(), key=lambda found: (-found[1], found[0])):
            yield Text(f"  {visible(service)}: {report.api_calls.get(service, 0)} calls, {seconds:.1f} s", "dim")

"""What the report leaves out, as text for the terminal: not ours, ignored, accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.text import Text

from drift.model.drift import Ignored, Report
from drift.report import Look
from drift.report.safe import visible
from drift.report.wording import accepted_line, by_baseline, by_severity, worst


def lines(report: Report, look: Look) -> Iterator[Text]:
    """One line for each group; with --verbose also one for each entry."""
    yield from _not_ours(report, look)
    yield from _ignored(report, look)
    yield from _accepted(report, look)


def _not_ours(report: Report, look: Look) -> Iterator[Text]:
    if not report.not_ours:
        return
    yield Text(f"Not ours: {len(report.not_ours)} ({visible(_counted(r.owner for r in report.not_ours))})", "dim")
    if not (look.verbose or look.not_ours):
        return
    by_owner = sorted(report.not_ours, key=lambda r: (r.owner, r.type, r.id))
    for owner, group in groupby(by_owner, key=lambda r: r.owner):
        yield Text(f"  · {visible(owner)}", "dim")
        for r in group:
            yield Text(f"    · {visible(r.type)} {visible(r.id)}", "dim")


def _ignored(report: Report, look: Look) -> Iterator[Text]:
    if not report.ignored:
        return
    rules = _counted(i.rule for i in report.ignored)
    yield Text(f"Ignored: {len(report.ignored)} ({visible(rules)})", "dim")
    if look.verbose:
        for (rule, reason), group in groupby(report.ignored, key=lambda i: (i.rule, i.reason)):
            entries = list(group)
            more = [t for t in (entries[0].owner, entries[0].expires and f"until {entries[0].expires}") if t]
            yield Text(f"  · {visible(rule)}: {visible(', '.join([reason, *more]))}", "dim")
            for entry in entries:
                yield Text(f"    · {visible(_told(entry))}", "dim")


def _told(entry: Ignored) -> str:
    what = entry.address or f"{entry.type} {entry.id}".rstrip()
    return f"{entry.kind.replace('_', ' ')} {what}" + (f" {entry.path}" if entry.path else "")


def _accepted(report: Report, look: Look) -> Iterator[Text]:
    if report.accepted:
        yield Text(by_baseline(report), "dim")
        for drift in by_severity(report.accepted):
            if look.verbose or worst(drift) == "critical":
                yield Text(f"  · {accepted_line(drift)}", "dim")
    if report.resolved:
        many = len(report.resolved)
        told = f"In {report.baseline}, but resolved: {many}. `drift baseline write` removes them from it."
        yield Text(visible(told), "green")
        for r in report.resolved:
            paths = f" {', '.join(r.paths)}" if r.paths else ""
            what = r.address or f"{r.type} {r.id}"
            yield Text(f"  · {visible(f'{r.kind} {what}{paths}')}", "dim")


def _counted(names: Iterable[str]) -> str:
    counts = Counter(names)
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))

"""Differences that are not drift, as text for the terminal: pending, expected, settled, exempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from rich.text import Text

from drift.model.drift import Aside, Change, Pending, Report
from drift.model.resource import Source
from drift.report import Look
from drift.report.safe import shown, visible
from drift.report.wording import fate

Line = Callable[[Change, int, Look], Iterator[Text]]
"""A function that renders one change as lines; the number is the width of the column of paths."""

ACTIONS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("forget",): "remove from the state",
    ("import",): "import",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


def asides(report: Report, look: Look, line: Line) -> Iterator[Text]:
    """Pending, expected and settled changes; with --verbose also exempt ones."""
    if report.pending:
        yield Text(f"Pending ({len(report.pending)}): not drift; the next apply makes these changes", "bold cyan")
        for pending in report.pending:
            yield from _pending(pending, look, line)
        yield Text()
    for title, found in (
        ("Expected ({}): changed by a policy that the cloud shows", report.expected),
        ("Settled ({}): the account agrees with the configuration; only the state is out of date", report.settled),
        ("Exempt ({}): the configuration ignores these changes", report.exempt if look.verbose else ()),
    ):
        if found:
            yield Text(title.format(len(found)), "bold cyan")
            for aside in found:
                yield from _aside(aside, look, line)
            yield Text()


def marks(change: Change) -> Text:
    """The note after a change: who sets the attribute, what apply does, the recorded value, file and line."""
    said = ["not described in Terraform"] if change.unheld else ["not set in Terraform"] if change.undeclared else []
    said += ["provider default"] if change.implied else []
    said += [fate(change)] if change.undone is not None else []
    if change.recorded != change.desired and not change.sensitive and not change.added and not change.removed:
        said.append(f"recorded {shown(change.recorded)}")
    if change.line:
        said.append(f"{visible(change.file)}:{change.line}")
    return Text(f"  ({', '.join(said)})" if said else "", "dim")


def _pending(pending: Pending, look: Look, line: Line) -> Iterator[Text]:
    action = visible(ACTIONS.get(pending.actions, " and ".join(pending.actions)))
    head = Text.assemble(("  … ", "cyan"), (visible(pending.address), "bold"), (f"  {action}", "dim"))
    yield head + _source(pending.source)
    told = {c.path.split(".")[0].split("[")[0] for c in pending.changes}
    rest = [a for a in pending.attributes if a not in told]
    width = min(max((len(c.path) for c in pending.changes), default=0), 32)
    for change in pending.changes:
        if change.sensitive:
            yield Text(f"    │ {visible(change.path):<{width}}  changes (sensitive: not shown)", "dim") + marks(change)
        else:
            yield from line(_applied(change), width, look)
    if rest:
        yield Text(f"    │ {', '.join(map(visible, rest))}", "dim")


def _aside(aside: Aside, look: Look, line: Line) -> Iterator[Text]:
    address = visible(aside.desired.address or aside.actual.id)
    yield Text.assemble(("  ≈ ", "cyan"), (address, "bold"), (f"  {visible(aside.actual.id)}", "dim"))
    width = min(max((len(c.path) for c in aside.changes), default=0), 32)
    for change in aside.changes:
        yield from line(change, width, look)
        if change.reason:
            yield Text(f"    │ {'':<{width}}  {visible(change.reason)}", "dim")


def _source(source: Source) -> Text:
    return Text(f"  {visible(source.file)}:{source.line}" if source.file else "", "dim")


def _applied(change: Change) -> Change:
    """The change as apply makes it: from the actual to the configured value."""
    return replace(
        change,
        desired=change.actual,
        recorded=change.actual,
        actual=change.desired,
        added=change.removed,
        removed=change.added,
        details=tuple(replace(d, desired=d.actual, actual=d.desired) for d in change.details),
    )

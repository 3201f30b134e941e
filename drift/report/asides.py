"""What is no drift and is told all the same, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from rich.text import Text

from drift.model.drift import Aside, Change, Pending, Report
from drift.model.resource import Source
from drift.report import Look
from drift.report.safe import shown, visible
from drift.report.wording import FATE

Line = Callable[[Change, int, Look], Iterator[Text]]
"""One change as lines, its path as wide as given."""

ACTIONS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("forget",): "let go of",
    ("import",): "import",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


def asides(report: Report, look: Look, line: Line) -> Iterator[Text]:
    """Pending, expected and settled changes; what is exempt only where --verbose asks for it."""
    if report.pending:
        yield Text(f"Pending ({len(report.pending)}): the next apply does this, nothing drifted", "bold cyan")
        for pending in report.pending:
            yield from _pending(pending, look, line)
        yield Text()
    for title, found in (
        ("Expected ({}): moved by what the cloud itself shows", report.expected),
        ("Settled ({}): already as the configuration says, and the state does not know", report.settled),
        ("Exempt ({}): the configuration says to look away", report.exempt if look.verbose else ()),
    ):
        if found:
            yield Text(title.format(len(found)), "bold cyan")
            for aside in found:
                yield from _aside(aside, look, line)
            yield Text()


def marks(change: Change) -> Text:
    """What stands behind a change: whether nobody sets it, what becomes of it, what was recorded, where it is set."""
    said = ["nobody manages it"] if change.unheld else ["set by nobody"] if change.undeclared else []
    said += ["left out"] if change.implied else []
    said += [FATE[change.undone]] if change.undone is not None else []
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
    """The change as the apply makes it: from what is there to what the configuration says."""
    return replace(
        change,
        desired=change.actual,
        recorded=change.actual,
        actual=change.desired,
        added=change.removed,
        removed=change.added,
        details=tuple(replace(d, desired=d.actual, actual=d.desired) for d in change.details),
    )

"""`drift diff`."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from drift.cli import DONE, DRIFTED, INCOMPLETE
from drift.cli.options import complete
from drift.cli.saved import load
from drift.errors import UsageError
from drift.model.drift import Drift
from drift.report.escape import code
from drift.report.safe import visible
from drift.report.select import Difference
from drift.report.wording import alive, paths, sentence

TITLES = {
    "new": "New",
    "changed": "Changed",
    "resolved": "Resolved",
    "unknown": "Unknown, because it could not be read again",
}
SIGN = {"new": "+", "changed": "~", "resolved": "-", "unknown": "?"}


@click.command("diff")
@click.argument("old", shell_complete=complete.files)
@click.argument("new", shell_complete=complete.files)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Output format.",
)
def command(old: str, new: str, format_: str) -> int:
    """Compare two saved reports: new, changed and resolved drift.

    \b
    Examples:
      drift diff yesterday.json today.json
      drift diff main.json branch.json --format markdown

    Drift is matched by its fingerprint, which is the same on every machine. Drift of resources
    that the later run could not read is never resolved. Exit status: 0 no new drift, 1 new or
    changed drift, 2 the reports could not be compared, 3 no new drift was found, but the later
    run could not read everything.
    """
    if old == new == "-":
        raise UsageError("only one report can come from standard input", "Give the other as a file.")
    later = load(new)
    found = Difference.between(load(old), later)
    if format_ == "json":
        click.echo(json.dumps(found.document(), indent=2))
    else:
        groups: dict[str, list[tuple[Drift, Drift | None]]] = {
            "new": [(d, None) for d in found.new],
            "changed": [(now, before) for before, now in found.changed],
            "resolved": [(d, None) for d in found.resolved],
            "unknown": [(d, None) for d in found.unknown],
        }
        for line in _lines(groups, markdown=format_ == "markdown"):
            click.echo(line)
        counts = ", ".join(f"{len(g)} {name}" for name, g in groups.items() if g)
        click.echo(f"{counts or 'Nothing new'}, {found.same} as before")
    if found.new or found.changed:
        return DRIFTED
    return INCOMPLETE if later.incomplete else DONE


def _lines(groups: dict[str, list[tuple[Drift, Drift | None]]], *, markdown: bool) -> Iterable[str]:
    for name, group in groups.items():
        if not group:
            continue
        title = f"{TITLES[name]} ({len(group)})"
        yield f"### {title}" if markdown else click.style(title, bold=True)
        if markdown:
            yield ""
        for drift, before in group:
            said = sentence(drift)
            if before is not None:
                said += f" (before: {paths(before.changes)})"
            yield f"- {code(said)}" if markdown else f"  {SIGN[name]} {said}"
            for finding in alive(drift):
                told = f"{finding.severity}: {visible(finding.message)} [{visible(finding.rule)}]"
                yield f"  - {code(told)}" if markdown else f"      ▲ {told}"
        yield ""

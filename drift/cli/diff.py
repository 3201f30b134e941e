"""`drift diff`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from drift.cli import DONE, DRIFTED, INCOMPLETE
from drift.cli.options import complete
from drift.cli.options.keeping import opened, store_option
from drift.cli.saved import load
from drift.errors import UsageError
from drift.model.drift import Drift, Report
from drift.report.accounts import names, where
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
@click.argument("old", required=False, shell_complete=complete.files)
@click.argument("new", required=False, shell_complete=complete.files)
@store_option
@click.option("--scope", metavar="NAME", help="The scope of the scans, if the store has several.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Output format.",
)
def command(old: str | None, new: str | None, store: str, scope: str | None, format_: str) -> int:
    """Compare two reports, saved or kept: new, changed and resolved drift.

    \b
    Examples:
      drift diff yesterday.json today.json
      drift diff main.json branch.json --format markdown
      drift diff --scope prod                  the last two scans that were kept
      drift diff 2026-11-01 latest --scope prod

    A name that is no file is a scan of the store: its id, the beginning of it, a day (the last scan
    until then), latest, or latest~2. Drift is matched by its fingerprint, which is the same on every
    machine. Drift of resources that the later run could not read is never resolved. Exit status: 0
    no new drift, 1 new or changed drift, 2 the reports could not be compared, 3 no new drift was
    found, but the later run could not read everything.
    """
    if old == new == "-":
        raise UsageError("only one report can come from standard input", "Give the other as a file.")
    earlier, later = _both(old, new, store, scope)
    found = Difference.between(earlier, later)
    if format_ == "json":
        click.echo(json.dumps(found.document(), indent=2))
    else:
        groups: dict[str, list[tuple[Drift, Drift | None]]] = {
            "new": [(d, None) for d in found.new],
            "changed": [(now, before) for before, now in found.changed],
            "resolved": [(d, None) for d in found.resolved],
            "unknown": [(d, None) for d in found.unknown],
        }
        known = {**names(earlier), **names(later)}
        for line in _lines(groups, known, markdown=format_ == "markdown"):
            click.echo(line)
        counts = ", ".join(f"{len(g)} {name}" for name, g in groups.items() if g)
        click.echo(f"{counts or 'Nothing new'}, {found.same} as before")
    if found.new or found.changed:
        return DRIFTED
    return INCOMPLETE if later.incomplete else DONE


def _both(old: str | None, new: str | None, store: str, scope: str | None) -> tuple[Report, Report]:
    """Both reports: files, or scans of the store."""
    names = (old or "latest~1", new or "latest") if old is None or new is None else (old, new)
    files = [n == "-" or Path(n).suffix == ".json" or Path(n).is_file() for n in names]
    if all(files):
        return load(names[0]), load(names[1])
    with opened(store).reader() as reader:
        scopes = sorted({s.scope for s in reader.scans()})
        if scope is None and len(scopes) > 1:
            raise UsageError("the store has several scopes", f"Give --scope: {', '.join(scopes)}.")

        def report(name: str, is_file: bool) -> Report:
            return load(name) if is_file else reader.report(reader.find(name, scope).scan)

        return report(names[0], files[0]), report(names[1], files[1])


def _lines(
    groups: dict[str, list[tuple[Drift, Drift | None]]], known: Mapping[str, str], *, markdown: bool
) -> Iterable[str]:
    for name, group in groups.items():
        if not group:
            continue
        title = f"{TITLES[name]} ({len(group)})"
        yield f"### {title}" if markdown else click.style(title, bold=True)
        if markdown:
            yield ""
        for drift, before in group:
            said = sentence(drift) + (f"; in {visible(where(drift, known))}" if known else "")
            if before is not None:
                said += f" (before: {paths(before.changes)})"
            yield f"- {code(said)}" if markdown else f"  {SIGN[name]} {said}"
            for finding in alive(drift):
                told = f"{finding.severity}: {visible(finding.message)} [{visible(finding.rule)}]"
                yield f"  - {code(told)}" if markdown else f"      ▲ {told}"
        yield ""

"""`drift history`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options.keeping import opened, store_option
from drift.cli.options.output import write_files
from drift.errors import UsageError
from drift.report.safe import visible

if TYPE_CHECKING:
    from drift.history.reading import Reader, Scan

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 30
"""Scans of a sparkline, at most: the last ones."""
UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


class _Lists(click.Group):
    """Without a subcommand, the list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = next((a for a in args if not a.startswith("-")), "")
        if not ({first} & set(self.commands) and args[0] == first) and not {"-h", "--help"} & set(args):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("history", cls=_Lists)
def command() -> None:
    """Show the scans that were kept, by scope, and tidy the store.

    \b
    Examples:
      drift history                             each scope, with its last scan and its trend
      drift history --scope prod --scans        each scan of one
      drift history --format html -o page.html  a page with the trends
      drift history prune --older-than 400d     forget older scans
      drift history compact                     make the store smaller
    """


@command.command("list")
@store_option
@click.option("--scope", metavar="NAME", help="Only scans of this scope.")
@click.option("--scans", is_flag=True, help="One line for each scan, with its id.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json", "html"]),
    default="table",
    show_default=True,
    help="Output format. html: one page with trends, what is new and what drifts now.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write to.")
def listed(store: str, scope: str | None, scans: bool, format_: str, output: Path | None) -> None:
    """List the scopes of the store, or its scans."""
    with opened(store).reader() as reader:
        found = reader.scans(scope)
        if scope is not None and not found:
            raise UsageError(f"no scan of the scope {scope!r} was kept", "`drift history` lists the scopes.")
        text = _page(reader, scope) if format_ == "html" else ""
    rows = [_row(s) for s in found] if scans else list(_scopes(found))
    if format_ == "json":
        text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
    elif format_ == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    elif format_ == "table":
        text = "".join(f"{line}\n" for line in _table(rows))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_files({output: text})


def _page(reader: Reader, scope: str | None) -> str:
    from drift.history.page.whole import whole

    return whole(reader, scope)


def _row(scan: Scan) -> dict[str, object]:
    return {
        "scan": scan.scan,
        "started": scan.started_at.strftime("%Y-%m-%d %H:%M"),
        "scope": scan.scope,
        "modified": scan.modified,
        "missing": scan.missing,
        "unmanaged": scan.unmanaged,
        "managed": scan.managed,
        "coverage": scan.coverage_percent,
        "complete": not scan.incomplete,
    }


def _scopes(scans: Sequence[Scan]) -> Iterable[dict[str, object]]:
    for scope in sorted({s.scope for s in scans}):
        of = [s for s in scans if s.scope == scope]
        yield {
            "scope": scope,
            "scans": len(of),
            "first": of[0].started_at.strftime("%Y-%m-%d"),
            "last": of[-1].started_at.strftime("%Y-%m-%d %H:%M"),
            "modified": of[-1].modified,
            "missing": of[-1].missing,
            "unmanaged": of[-1].unmanaged,
            "coverage": of[-1].coverage_percent,
            "drift": sparkline([s.modified + s.missing + s.unmanaged for s in of[-WIDTH:]]),
        }


def sparkline(values: Sequence[int]) -> str:
    """A bar for each value; the lowest for none, the highest for the most.

    >>> sparkline([0, 1, 4, 8])
    '▁▁▄█'
    """
    most = max(values, default=0)
    return "".join(BARS[value * (len(BARS) - 1) // most] if most else BARS[0] for value in values)


def _table(rows: Sequence[dict[str, object]]) -> Iterable[str]:
    heads = list(rows[0]) if rows else []
    cells = [["" if v is None else _said(v) for v in row.values()] for row in rows]
    widths = [max(len(h), *(len(row[i]) for row in cells)) for i, h in enumerate(heads)]
    number = [all(type(row[h]) in (int, float, type(None)) for row in rows) for h in heads]
    for line in (heads, *cells):
        placed = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(line, widths, number, strict=True))
        yield "  ".join(placed).rstrip()


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(value)


@command.command("prune")
@store_option
@click.option(
    "--older-than",
    required=True,
    metavar="AGE",
    help="Forget scans that started before that: 400d, 12w, 6m, 2y (months of 30 days).",
)
def prune(store: str, older_than: str) -> None:
    """Forget old scans, with all that only they have."""
    before = datetime.now(UTC) - _age(older_than)
    place = opened(store)
    if not place.exists:
        raise UsageError(f"{store}: no scan was kept there", "Name the store with --store.")
    gone = place.prune(before)
    click.echo(f"{gone} scan{'s' * (gone != 1)} from before {before:%Y-%m-%d} forgotten.")


def _age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,5})([dwmy])", text.strip().lower())
    if found is None:
        raise UsageError(f"--older-than: {text!r} is not an age", "Write 400d, 12w, 6m or 2y.")
    return timedelta(days=int(found[1]) * UNITS[found[2]])


@command.command("compact")
@store_option
def compact(store: str) -> None:
    """Make the store smaller: rewrite the file, or put the files of a folder together."""
    place = opened(store)
    if not place.exists:
        raise UsageError(f"{store}: no scan was kept there", "Name the store with --store.")
    before, after = place.compact()
    if place.folder is None:
        click.echo(f"{before / (1 << 20):.1f} MiB before, {after / (1 << 20):.1f} MiB now.")
    else:
        click.echo(f"{before} groups of files before, {after} now.")

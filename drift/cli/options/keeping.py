"""Options: whether a scan is kept, where, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import click

from drift.cli import plugins
from drift.cli.options import Place, group
from drift.cli.options.posting import Posting
from drift.history.place import DEFAULT
from drift.model.drift import Report, with_who
from drift.model.who import without_people

if TYPE_CHECKING:
    from drift.history.rows import Gathered
    from drift.history.store import Store
    from drift.run import Outcome

store_option = click.option(
    "--store",
    type=Place(),
    default=DEFAULT,
    show_default=True,
    metavar="PLACE",
    help="The store of scans: a file, a folder that ends with / (Parquet, for many writers), or s3://BUCKET/FOLDER.",
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The values of these options."""

    keep: bool
    store: str
    scope: str | None
    keep_who: Literal["none", "role", "full"]

    def kept(self, outcome: Outcome, gathered: Gathered | None = None) -> Outcome:
        """The outcome with what earlier scans tell of it; with --keep, after it was added to the store, with what was
        gathered of several accounts."""
        if not self.keep:
            return outcome
        from drift.history.past import with_past
        from drift.history.rows import new_id, rows, rows_of

        store = opened(self.store)
        scope = Posting(self.scope, None, None, None, dry_run=False).scope_of(outcome.report)
        run = gathered.run if gathered is not None else ""
        scan = new_id(outcome.report.started_at, f"{run} {scope}") if run and outcome.report.started_at else ""
        outcome = replace(outcome, report=with_past(outcome.report, store.known(scope, scan)))
        shown = replace(outcome, report=self._named(outcome.report))
        if gathered is not None:
            store.add(rows_of(shown.report, scope, gathered.tables, gathered.answers, plugins.rules(), scan))
        else:
            store.add(rows(shown, scope, plugins.catalog(), plugins.rules()))
        return outcome

    def _named(self, report: Report) -> Report:
        """The report with as much of who made the drift as the store may keep."""
        if self.keep_who == "full":
            return report
        return with_who(report, without_people if self.keep_who == "role" else None)


def opened(place: str) -> Store:
    """The store in a place; StoreError where DuckDB is not installed."""
    from drift.history.store import Store

    return Store(place)


keeping_options = group(
    "keeping",
    Keeping,
    click.option(
        "--keep/--no-keep",
        default=False,
        help="Add the scan to the store, and say of each drift since when it is there. `drift query` and "
        "`drift history` read the store (docs/history.md).",
    ),
    store_option,
    click.option(
        "--scope",
        metavar="NAME",
        help="Name of what is checked, under which scans are compared: prod. Default: the states.",
    ),
    click.option(
        "--keep-who",
        type=click.Choice(["none", "role", "full"]),
        default="full",
        show_default=True,
        help="What the store keeps about who made the drift (--who): nothing, no names of people, "
        "sessions and addresses, or all that the report has.",
    ),
)

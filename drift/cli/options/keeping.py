"""Options: whether a scan is kept, where, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.options import Place, group
from drift.cli.options.posting import Posting
from drift.history.place import DEFAULT

if TYPE_CHECKING:
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

    def kept(self, outcome: Outcome) -> Outcome:
        """The outcome with what earlier scans tell of it; with --keep, after it was added to the store."""
        if not self.keep:
            return outcome
        from drift.history.past import with_past
        from drift.history.rows import rows

        store = opened(self.store)
        scope = Posting(self.scope, None, None, None, dry_run=False).scope_of(outcome.report)
        outcome = replace(outcome, report=with_past(outcome.report, store.known(scope)))
        store.add(rows(outcome, scope, plugins.catalog(), plugins.rules()))
        return outcome


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
)

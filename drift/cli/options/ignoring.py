"""Options: what the report leaves out on purpose, and which drift an earlier run accepted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.options import Place, group
from drift.cli.settings import current, shown
from drift.errors import UsageError
from drift.model import bounds
from drift.model.checkout import leads_out
from drift.model.suggest import did_you_mean

if TYPE_CHECKING:
    from drift.exclude.baseline import Baseline
    from drift.exclude.exclusions import Exceptions
    from drift.exclude.filter import Filter


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The values of these options; drift.toml and .driftignore are read when they are needed."""

    filter_: str | None
    driftignore: Path | None
    no_ignore: bool
    baseline: Path | None
    no_baseline: bool
    also_managed_by: tuple[str, ...]

    def exceptions(self) -> Exceptions:
        """What to leave out; UsageError if a file or expression is invalid. The run sets the current day."""
        from drift.exclude import driftignore
        from drift.exclude.exclusions import Exceptions
        from drift.exclude.owners import OwnerRule
        from drift.exclude.rules import IgnoreRule

        where = self._filter()
        owners = current().several("owner", OwnerRule)
        if self.no_ignore:
            return Exceptions(owners=owners, where=where)
        file = self.driftignore or near(driftignore.NAME)
        if self.driftignore and not self.driftignore.is_file():
            raise UsageError(f"{self.driftignore}: no such file", "Give --driftignore the path of a file.")
        lines = driftignore.read(file, shown(file)) if file else driftignore.DriftIgnore()
        return Exceptions(current().several("ignore", IgnoreRule), lines, owners, where)

    def _filter(self) -> Filter | None:
        """The filter; UsageError where it names a field, a type, a kind or a severity that does not exist."""
        from drift.exclude.filter import Filter

        where = Filter(self.filter_) if self.filter_ else None
        for field, value in where.compared() if where else ():
            if field == "type" and value not in (types := plugins.catalog()):
                hint = did_you_mean(value, types, "`drift catalog` lists the types.")
                raise UsageError(f"--filter: drift knows no type {value!r}", hint)
        return where

    def validate(self) -> None:
        """Read every file now; UsageError for what would otherwise fail only at the end of a long run."""
        self.exceptions()
        self.accepted()

    def accepted(self) -> Baseline | None:
        """The baseline given or found; None without one; UsageError if the file cannot be read as a baseline."""
        from drift.exclude import baseline

        file = self.baseline or near(baseline.NAME)
        if self.no_baseline or file is None:
            return None
        try:
            return baseline.parse(bounds.text(file, bounds.REPORT_BYTES), shown(file))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{shown(file)}: cannot be read: {why}", "`drift baseline write` makes one.") from None


def near(name: str) -> Path | None:
    """The nearest file of that name, in the directories where drift.toml is searched for; DistrustError as there."""
    from drift.cli.settings.file import above, linked

    found = next((d / name for d in above(Path.cwd()) if (d / name).is_file()), None)
    if found and leads_out(found):
        raise linked(found)
    return found


ignore_options = group(
    "ignoring",
    Ignoring,
    click.option(
        "--filter",
        "filter_",
        metavar="JMESPATH",
        help="Report only resources that match this expression: \"type == 'aws_s3_bucket' && tags.Team == 'data'\".",
    ),
    click.option(
        "--driftignore",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A .driftignore file. Default: .driftignore in this directory or the nearest one above it.",
    ),
    click.option("--no-ignore", is_flag=True, help="Ignore nothing: disregard [[ignore]], .driftignore and comments."),
    click.option(
        "--baseline",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file of accepted drift. Default: drift-baseline.json in this directory or the nearest one above it.",
    ),
    click.option("--no-baseline", is_flag=True, help="Use no baseline: report accepted drift like any other."),
    click.option(
        "--also-managed-by",
        multiple=True,
        type=Place(),
        metavar="PLACE",
        help="A state of somebody else: its resources are not compared, and not unmanaged either. May be repeated.",
    ),
)

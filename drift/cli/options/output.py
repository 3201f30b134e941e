"""How a report is written, and the progress before it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from drift.cli.options import group
from drift.cli.options.policy import Policy, status
from drift.cli.plugins import formats
from drift.errors import UsageError
from drift.live.api import Progress, quiet
from drift.model.drift import Report
from drift.report import FORMATS, Look


@dataclass(frozen=True, slots=True)
class Output:
    """How the report is written, and what makes the run fail."""

    format_: str
    output: Path | None
    fail_on: tuple[str, ...]
    allow_incomplete: bool
    no_color: bool
    verbose: bool
    show_not_ours: bool

    @property
    def policy(self) -> Policy:
        """What makes the run fail; UsageError where it is not a policy."""
        return Policy.parse(self.fail_on)

    def validate(self) -> None:
        """UsageError for what would only fail at the end of a long run."""
        _ = self.policy
        if self.format_ not in formats():
            raise UsageError(f"no format {self.format_!r}", f"There are: {', '.join(sorted(formats()))}.")

    def finish(self, report: Report) -> int:
        """Write the report; the exit status it earns."""
        self._write(report)
        return status(report, self.policy, allow_incomplete=self.allow_incomplete)

    def _write(self, report: Report) -> None:
        render = formats()[self.format_]()
        if self.output is None:
            color = sys.stdout.isatty() and not self.no_color and "NO_COLOR" not in os.environ
            render(report, sys.stdout, Look(color=color, verbose=self.verbose, not_ours=self.show_not_ours))
            return
        try:
            with self.output.open("w", encoding="utf-8") as file:
                render(report, file, Look(verbose=self.verbose, not_ours=self.show_not_ours))
        except OSError as error:
            hint = "Give --output a path that can."
            raise UsageError(f"{self.output}: cannot be written: {error.strerror}", hint) from None


output_options = group(
    "output",
    Output,
    click.option(
        "--format",
        "format_",
        default="table",
        show_default=True,
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)}, or one from a plugin.",
    ),
    click.option(
        "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file."
    ),
    click.option(
        "--fail-on",
        multiple=True,
        metavar="POLICY",
        help="What makes the run fail (exit 1): modified, missing, unmanaged, any (the default), new, none, "
        "severity>=high. Several with commas.",
    ),
    click.option("--allow-incomplete", is_flag=True, help="Exit 0 even where part of the scope could not be read."),
    click.option("--no-color", is_flag=True, help="No colours, even on a terminal (so does NO_COLOR)."),
    click.option("--show-not-ours", is_flag=True, help="Name what others made, by owner."),
    click.option("--verbose", "-v", is_flag=True, help="Show whole values, and what is not ours by name."),
)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar on a terminal's standard error; nothing where it is piped."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking AWS", total=None)

        def report(phase: str, done: int, total: int) -> None:
            bar.update(task, description=phase, completed=done, total=total)

        yield report

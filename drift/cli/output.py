"""Formats, files and progress: what `check` and `demo` share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from drift.cli.plugins import formats
from drift.errors import UsageError
from drift.live.api import Progress, quiet
from drift.model.drift import Report
from drift.report import FORMATS, Look

Command = TypeVar("Command", bound=Callable[..., Any])


def output_options(command: Command) -> Command:
    """The options that say how a report is written and what makes the run fail."""
    for option in reversed(
        [
            click.option(
                "--format", "format_", default="table", show_default=True, metavar="FORMAT", help=_formats_help()
            ),
            click.option(
                "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file."
            ),
            click.option(
                "--fail-on",
                multiple=True,
                metavar="POLICY",
                help="What makes the run fail (exit 1): modified, missing, unmanaged, any (the default), none, "
                "severity>=high. Several with commas.",
            ),
            click.option(
                "--allow-incomplete", is_flag=True, help="Exit 0 even where part of the scope could not be read."
            ),
            click.option("--no-color", is_flag=True, help="No colours, even on a terminal (so does NO_COLOR)."),
            click.option("--verbose", "-v", is_flag=True, help="Show whole values, and what is not ours by name."),
        ]
    ):
        command = option(command)
    return command


def _formats_help() -> str:
    return f"{', '.join(FORMATS)}, or one from a plugin."


def write(report: Report, format_: str, output: Path | None, *, no_color: bool, verbose: bool) -> None:
    """Render a report to a file or to standard output; UsageError where that cannot be."""
    known = formats()
    if format_ not in known:
        raise UsageError(f"no format {format_!r}", f"There are: {', '.join(sorted(known))}.")
    render = known[format_]()
    if output is None:
        color = sys.stdout.isatty() and not no_color and "NO_COLOR" not in os.environ
        render(report, sys.stdout, Look(color=color, verbose=verbose))
        return
    try:
        with output.open("w", encoding="utf-8") as file:
            render(report, file, Look(verbose=verbose))
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}", "Give --output a path that can.") from None


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

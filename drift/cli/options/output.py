"""Options: how the report is written; the progress bar."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple, TextIO

import click

from drift.cli import log
from drift.cli.checkout import checkout
from drift.cli.options import complete, group
from drift.cli.options.policy import HELP, Policy, status
from drift.cli.plugins import catalog, formats
from drift.errors import UsageError
from drift.live.asker import Progress, quiet
from drift.model import files
from drift.model.drift import Report
from drift.model.journal import timed
from drift.model.suggest import did_you_mean
from drift.report import BINARY, FORMATS, Look, Render, binary

EVERY = 5.0
"""Seconds between two lines of progress, at least."""


class Target(NamedTuple):
    """A format, and the file to write it to; None for standard output."""

    format: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class Output:
    """The values of these options."""

    formats_: tuple[str, ...]
    output: Path | None
    fail_on: tuple[str, ...]
    allow_incomplete: bool
    no_color: bool
    quiet: bool
    progress: str
    show_not_ours: bool
    verbose: bool

    @property
    def policy(self) -> Policy:
        """What --fail-on selects; UsageError for an invalid term."""
        return Policy.parse(self.fail_on)

    @property
    def draws(self) -> bool:
        """Whether a requested format shows references between resources, which the run must collect."""
        return any(t.format in ("html", "json") for t in self.targets)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Each requested format with its file; UsageError if two formats have the same target."""
        out = []
        for asked in self.formats_ or ("table",):
            name, _, path = asked.partition("=")
            out.append(Target(name.strip(), Path(path) if path else None))
        homeless = [t for t in out if t.path is None]
        if self.output and len(homeless) == 1:
            out = [t if t.path else Target(t.format, self.output) for t in out]
        elif self.output or len(homeless) > 1:
            raise UsageError(
                "only one format can go to " + ("--output" if self.output else "standard output"),
                "Give each of the others its own file: --format table --format sarif=drift.sarif.",
            )
        paths = [t.path.resolve() for t in out if t.path]
        if len(set(paths)) < len(paths):
            raise UsageError("two formats would be written to the same file", "Give each format its own file.")
        return tuple(out)

    def validate(self) -> None:
        """Check formats and paths now; UsageError for what would otherwise fail only at the end of a long run."""
        policy = self.policy
        policy.check(catalog() if policy.only else ())
        known = formats()
        for target in self.targets:
            if target.format not in (*known, *BINARY):
                listed = f"Formats: {', '.join(sorted([*known, *BINARY]))}."
                raise UsageError(
                    f"unknown format {target.format!r}", did_you_mean(target.format, [*known, *BINARY], listed)
                )
            if target.format in BINARY:
                _binary(target)
            if target.path and not target.path.absolute().parent.is_dir():
                raise UsageError(
                    f"{target.path}: cannot be written: its directory does not exist", "Create the directory first."
                )

    def finish(self, report: Report) -> int:
        """Write the report in every requested format; return the exit status. If one file fails, none is written."""
        rendered = {t.path: self._renders(t, report) for t in self.targets}
        shown = rendered.pop(None, None)
        with files.aside(shown or b"") as spooled:
            if rendered:
                write({path: content for path, content in rendered.items() if path is not None}, HINT)
            if shown is not None:
                _to(sys.stdout, spooled)
        self.policy.check_reach(report)  # after the report: it is not lost for a typing error
        return status(report, self.policy, allow_incomplete=self.allow_incomplete)

    def _renders(self, target: Target, report: Report) -> Callable[[IO[bytes]], None]:
        """What writes the report in a format."""
        if target.format in BINARY:
            return partial(binary(target.format), report)
        return partial(self._render, formats()[target.format](), target, report)

    def _render(self, render: Render, target: Target, report: Report, out: IO[bytes]) -> None:
        """Write the report in UTF-8, what is no character as an escape."""
        text = io.TextIOWrapper(out, "utf-8", "backslashreplace", newline="")
        with timed("written", format=target.format, file=str(target.path or "standard output")):
            render(report, text, self._look(target))
            text.flush()
        text.detach()  # the file is its owner's to close

    def _look(self, target: Target) -> Look:
        terminal = target.path is None and sys.stdout.isatty()
        able = terminal and os.environ.get("TERM") != "dumb"
        forced = target.path is None and os.environ.get("FORCE_COLOR", "") not in ("", "0")  # CI logs show colours
        color = (able or forced) and not self.no_color and not os.environ.get("NO_COLOR")
        width = shutil.get_terminal_size().columns if terminal else None
        return Look(
            color=color,
            width=width,
            verbose=self.verbose,
            quiet=self.quiet,
            not_ours=self.show_not_ours,
            within=checkout(Path())[1],
        )


def _binary(target: Target) -> None:
    """UsageError where a format that is no text has no file, or what writes it is not there."""
    from drift.report.parquet import SUFFIX, available

    available()
    if target.path is None:
        hint = f"Name its file: --format {target.format}=drift{SUFFIX}."
        raise UsageError(f"{target.format} is no text for a terminal or a pipe", hint)


HINT = "Give a path that can be written."


def write_files(texts: Mapping[Path, str], hint: str = HINT) -> None:
    """Write all files or none, in UTF-8; lone surrogates are escaped. UsageError if a file cannot be written."""
    write({path: text.encode("utf-8", "backslashreplace") for path, text in texts.items()}, hint)


def write(contents: Mapping[Path, files.Content], hint: str = HINT) -> None:
    """Write all files or none, each from its bytes or by what writes it. UsageError if a file cannot be written."""
    try:
        files.write(contents)
    except OSError as error:
        raise UsageError(f"{error.filename}: cannot be written: {error.strerror}", hint) from None


def _to(stream: TextIO, content: IO[bytes]) -> None:
    encoding = stream.encoding or "utf-8"
    texts = iter(partial(io.TextIOWrapper(content, "utf-8", newline="").read, 1 << 16), "")
    stream.writelines(text.encode(encoding, "backslashreplace").decode(encoding) for text in texts)


def split_formats(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Split `table,json=drift.json` in two. A comma inside a path starts no format unless a format name follows it."""
    return tuple(part for one in asked for part in re.split(r",(?=[a-z][\w-]*(?:=|,|$))", one) if part)


def _louder(context: click.Context, _: click.Parameter, value: int) -> bool:
    """Whether values are shown whole; from two on the log is told, too."""
    if value > 1 and not context.resilient_parsing:
        log.tell()
    return value > 0


output_options = group(
    "output",
    Output,
    click.option(
        "--format",
        "-f",
        "formats_",
        multiple=True,
        metavar="FORMAT[=FILE]",
        shell_complete=complete.formats,
        callback=lambda _context, _option, value: split_formats(value),
        help=f"{', '.join((*FORMATS, *BINARY))}, or a plugin's format. May be repeated: each format with its own "
        "file, one of them to standard output. Default: table.",
    ),
    click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, dir_okay=False),
        help="File for the format that has no file of its own.",
    ),
    click.option("--fail-on", multiple=True, metavar="POLICY", help=HELP),
    click.option("--allow-incomplete", is_flag=True, help="Exit with 0 although something could not be read."),
    click.option(
        "--no-color",
        is_flag=True,
        help="Use no colours. The variable NO_COLOR does the same; FORCE_COLOR forces colours without a terminal.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="Print only one line for each drifted resource."),
    click.option(
        "--progress",
        type=click.Choice(["auto", "bar", "lines", "json", "none"]),
        default="auto",
        show_default=True,
        help="How to show progress, on standard error: a bar, a line every few seconds, or the same in JSON. "
        "auto: a bar on a terminal, else nothing.",
    ),
    click.option("--show-not-ours", is_flag=True, help="List resources that are not ours, by owner."),
    click.option(
        "--verbose",
        "-v",
        count=True,
        callback=_louder,
        help="Show complete values, and list what is ignored, accepted or not ours. Twice: also log each step, with "
        "its duration, to standard error.",
    ),
)


@contextmanager
def progress() -> Iterator[Progress]:
    """What tells how far a run is, on standard error, as --progress asks; nothing with --quiet."""
    context = click.get_current_context(silent=True)
    asked = context.params if context is not None else {}
    mode = asked.get("progress") or "auto"
    if mode == "auto":
        mode = "bar" if sys.stderr.isatty() and not asked.get("quiet") else "none"
    if mode == "bar":
        with _bar() as report:
            yield report
    elif mode == "none":
        yield quiet
    else:
        yield _lines(mode)


def _lines(mode: str) -> Progress:
    """A line at once, and then every few seconds: a CI's log stays short."""
    began = time.monotonic()
    told = -EVERY

    def report(phase: str, done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < EVERY:
            return
        told = now
        seconds = round(now - began, 1)
        if mode == "json":
            line = json.dumps({"phase": phase, "done": done, "total": total, "seconds": seconds})
        else:
            line = f"drift: {phase}, {done} of {total}, {seconds} s"
        click.echo(line, err=True)

    return report


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading AWS", total=None)

        def report(phase: str, done: int, total: int) -> None:
            bar.update(task, description=phase, completed=done, total=total)

        yield report

"""Runs that are divided: which cells a shard does, the file that it writes, and all files together again.

A file has the rows of its cells, as JSON lines or as Parquet, and one that says of which run it is a part. So whoever
merges needs no more in memory than one row at a time and what is short of each cell.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO

from drift import __version__
from drift.errors import ReportError, UsageError
from drift.fleet.part import AGAIN, PART, part_of
from drift.fleet.plan import Cell, Plan
from drift.model.bounds import REPORT_BYTES
from drift.model.files import Content
from drift.report.parquet import MAGIC, NOWHERE, Tables, write
from drift.report.rows import Lines, Rows, Several
from drift.report.wire import decode, encode

KIND = "drift-part/"
SCHEMA = f"{KIND}2"
HEAD = "head"
"""The list of the row that is the head, in Parquet."""
MOST = 10_000
"""The highest number of shards."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Shard:
    """One share of a run that several jobs divide: 3 of 16."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """`3/16`; UsageError for anything else."""
        match = re.fullmatch(r"(\d{1,5})/(\d{1,5})", text.strip())
        if match is None:
            raise UsageError(f"--shard: {text!r} is not NUMBER/COUNT", "The third of sixteen shards is --shard 3/16.")
        number, of = int(match[1]), int(match[2])
        if not 1 <= of <= MOST or not 1 <= number <= of:
            raise UsageError(f"--shard: there is no shard {number} of {of}", f"They are 1/{of} to {of}/{of}.")
        return cls(number, of)

    def share(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        """Its cells: of 16 shards, every sixteenth, because neighbours in the file are often alike."""
        return cells[self.number - 1 :: self.of]

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the first line of a part says."""

    run: str
    """Equal for the parts of one run: a digest of what it looks at and how, and the name that the user or the CI gave
    it."""
    shard: int
    of: int
    cells: int
    """The cells of the whole run."""
    version: str = __version__
    keeps: bool = False
    """Whether the parts have what a store of scans is told."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Account that was left out on purpose -> why."""


def head(plan: Plan, shard: Shard, said: Iterable[str], *, keeps: bool = False) -> Head:
    """The head of a shard's file. `said` is what else makes this run and no other: options, its name."""
    accounts = [[a.id, a.name, a.profile, [r.name for r in a.roles], [*a.regions]] for a in plan.fleet.accounts]
    states = sorted(held.state.name for held in (*plan.states, *plan.others))
    whole = json.dumps(
        [__version__, accounts, dict(plan.fleet.left_out), states, shard.of, keeps, [*said]], sort_keys=True
    )
    return Head(
        run=hashlib.sha256(whole.encode(errors="backslashreplace")).hexdigest()[:16],
        shard=shard.number,
        of=shard.of,
        cells=len(plan.cells),
        keeps=keeps,
        left_out=dict(plan.fleet.left_out),
    )


def content(about: Head, rows: Lines, *, parquet: bool) -> Content:
    """The content of a shard's file: its rows in the order of the accounts."""
    first = json.dumps({"schema": SCHEMA, **encode(about)}, separators=(",", ":")).encode()

    def lines(out: IO[bytes]) -> None:
        out.write(first + b"\n")
        out.writelines(line for _, _, line in rows.all())

    def table(out: IO[bytes]) -> None:
        write(chain([(NOWHERE, HEAD, first)], rows.entries()), out)

    return table if parquet else lines


@dataclass(frozen=True, slots=True)
class Parts:
    """All files of one run."""

    files: tuple[Path, ...]
    head: Head
    rows: Rows


def gathered(files: Sequence[Path]) -> Parts:
    """The parts of one run. ReportError for a file that is no part, for parts of different runs, for one that is there
    twice, and for those that are not there."""
    if not files:
        raise UsageError("no parts are given", "`drift check --shard 1/4` writes one of four.")
    in_parquet = [file for file in dict.fromkeys(files) if _is_parquet(file)]
    tables = Tables(in_parquet) if in_parquet else None
    heads = {file: _head(file, tables if file in in_parquet else None) for file in files}
    about = _one_run(heads)
    by_number = {head.shard: file for file, head in heads.items()}
    if len(by_number) < len(files):
        _refuse_doubles(files, heads)
    missing = [n for n in range(1, about.of + 1) if n not in by_number]
    if missing:
        told = ", ".join(f"{n}/{about.of}" for n in missing[:NAMED])
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise ReportError(
            f"{len(missing)} of {about.of} shards are missing: {told}{more}",
            "Run them again, and merge all parts: a report without them would leave accounts out.",
        )
    lines = Lines()
    for file in files:
        if file not in in_parquet:
            lines.read(file)
    rows: Rows = Several([lines, tables]) if tables is not None else lines
    _complete(rows, about, by_number)
    return Parts(tuple(by_number[n] for n in sorted(by_number)), about, rows)


def _one_run(heads: Mapping[Path, Head]) -> Head:
    """What all heads say; ReportError if they are of several runs."""
    first, *others = heads
    for other in others:
        if heads[other].run != heads[first].run:
            raise ReportError(
                f"{other} is not a part of the same run as {first}",
                "Parts belong together if they were made by the same version, for the same accounts, states and "
                "options, in the same number of shards, and under the same --run (in GitHub Actions and GitLab CI, "
                "that of the workflow or pipeline).",
            )
    return heads[first]


def _refuse_doubles(files: Sequence[Path], heads: Mapping[Path, Head]) -> None:
    by_number: dict[int, Path] = {}
    for file in files:
        about = heads[file]
        if about.shard in by_number:
            told = f"shard {about.shard}/{about.of} is there twice: {by_number[about.shard]} and {file}"
            raise ReportError(told, "Give one of them.")
        by_number[about.shard] = file


def _complete(rows: Rows, about: Head, by_number: Mapping[int, Path]) -> None:
    """ReportError where the rows are not those of all cells of the run, each with all of its lists."""
    counts = rows.counts()
    for number, file in by_number.items():
        wanted = range(number - 1, about.cells, about.of)
        found = sum(PART in counts.get(cell, {}) for cell in wanted)
        if found != len(wanted):
            raise ReportError(f"{file}: it has {found} of {len(wanted)} accounts: it was not written to its end", AGAIN)
    if len(counts) != about.cells:
        raise ReportError("the parts have accounts that the run has not: one was changed after it was written", AGAIN)
    for cell, text in rows.texts(PART):
        file = by_number[cell % about.of + 1]
        part, wanted_ = part_of(text, str(file))
        if part.number != cell or {**wanted_, PART: 1} != counts[cell]:
            raise ReportError(f"{file}: account {cell + 1} of the run lacks rows: it was not written to its end", AGAIN)


def _is_parquet(file: Path) -> bool:
    try:
        with file.open("rb") as data:
            return data.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise ReportError(f"{file}: cannot be read: {error.strerror}", "Give the files that --shard wrote.") from None


def _head(file: Path, tables: Tables | None) -> Head:
    if file.stat().st_size > REPORT_BYTES.most:
        raise ReportError(f"{file}: it contains {REPORT_BYTES.beyond}", REPORT_BYTES.hint)
    found = ""
    try:
        if tables is not None:
            data = json.loads(tables.about(file, HEAD) or b"{}")
        else:
            with file.open("rb") as lines:
                data = json.loads(lines.readline())
        found = str(data.get("schema") or "")
        if found == SCHEMA:
            about: Head = decode(Head, data)
            return about
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    if found and found.startswith(KIND):
        hint = "Make all parts, and the report of them, with the same version of drift."
        raise ReportError(f"{file}: is of another version of drift ({found[:40]}, not {SCHEMA})", hint)
    raise ReportError(f"{file}: not a part of a run ({SCHEMA})", "Give the files that `drift check --shard` wrote.")

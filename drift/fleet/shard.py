"""Runs that are divided: which cells a shard does, the file that it writes, and all files together again.

A file has JSON lines: the first one says of which run it is a part, each other one is the part of one cell. So whoever
merges needs no more in memory than one cell at a time and what they come to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from drift import __version__
from drift.errors import ReportError, UsageError
from drift.fleet.execute import Numbered
from drift.fleet.part import AGAIN, Part, part_of
from drift.fleet.plan import Cell, Plan
from drift.model.bounds import REPORT_BYTES
from drift.model.files import Content
from drift.report.wire import decode, encode

SCHEMA = "drift-part/1"
MOST = 10_000
"""Shards of a run, at most."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Shard:
    """The share of one of several runs that do the same work together: 3 of 16."""

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
        """Its cells: every sixteenth, so that neighbours in the file, which are often alike, are not in one shard."""
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
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Account that was left out on purpose -> why."""


def head(plan: Plan, shard: Shard, said: Iterable[str]) -> Head:
    """The head of a shard's file. `said` is what else makes this run and no other: options, its name."""
    accounts = [[a.id, a.name, a.profile, [r.name for r in a.roles], [*a.regions]] for a in plan.fleet.accounts]
    states = sorted(held.state.name for held in (*plan.states, *plan.others))
    whole = json.dumps([__version__, accounts, dict(plan.fleet.left_out), states, shard.of, [*said]], sort_keys=True)
    return Head(
        run=hashlib.sha256(whole.encode(errors="backslashreplace")).hexdigest()[:16],
        shard=shard.number,
        of=shard.of,
        cells=len(plan.cells),
        left_out=dict(plan.fleet.left_out),
    )


def content(about: Head, parts: Iterable[Numbered]) -> Content:
    """The content of a shard's file: its parts in the order of the accounts."""

    def write(out: IO[bytes]) -> None:
        out.write(json.dumps({"schema": SCHEMA, **encode(about)}, separators=(",", ":")).encode() + b"\n")
        out.writelines(line for _, line in sorted(parts))

    return write


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one run, all there."""

    files: tuple[Path, ...]
    head: Head

    def each(self) -> Iterator[Part]:
        """Each part, in the order of the accounts. One line of each file is in memory at a time."""
        lines = [_lines(file) for file in self.files]
        waiting = [next(one, None) for one in lines]
        for _ in range(self.head.cells):
            found = [(part.number, n) for n, part in enumerate(waiting) if part is not None]
            if not found:
                return
            _, n = min(found)
            part = waiting[n]
            waiting[n] = next(lines[n], None)
            if part is not None:
                yield part


def gathered(files: Sequence[Path]) -> Parts:
    """The parts of one run. ReportError for a file that is no part, for parts of different runs, for one that is there
    twice, and for those that are not there."""
    heads = {file: _head(file) for file in files}
    if not heads:
        raise UsageError("no parts are given", "`drift check --shard 1/4` writes one of four.")
    runs = {about.run for about in heads.values()}
    if len(runs) > 1:
        first = next(iter(heads))
        other = next(file for file, about in heads.items() if about.run != heads[first].run)
        raise ReportError(
            f"{other} is not a part of the same run as {first}",
            "Parts belong together if they were made by the same version, for the same accounts, states and options, "
            "in the same number of shards, and under the same --run (in GitHub Actions and GitLab CI, that of the "
            "workflow or pipeline).",
        )
    by_number: dict[int, Path] = {}
    for file, about in heads.items():
        if about.shard in by_number:
            raise ReportError(
                f"shard {about.shard}/{about.of} is there twice: {by_number[about.shard]} and {file}",
                "Give one of them.",
            )
        by_number[about.shard] = file
    about = next(iter(heads.values()))
    missing = [n for n in range(1, about.of + 1) if n not in by_number]
    if missing:
        told = ", ".join(f"{n}/{about.of}" for n in missing[:NAMED])
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise ReportError(
            f"{len(missing)} of {about.of} shards are missing: {told}{more}",
            "Run them again, and merge all parts: a report without them would leave accounts out.",
        )
    parts = Parts(tuple(by_number[n] for n in sorted(by_number)), about)
    _complete(parts)
    return parts


def _complete(parts: Parts) -> None:
    """ReportError where a file ends before all its cells were written."""
    for number, file in enumerate(parts.files, 1):
        wanted = len(range(number - 1, parts.head.cells, parts.head.of))
        with file.open("rb") as lines:
            found = sum(1 for _ in lines) - 1
        if found != wanted:
            raise ReportError(f"{file}: it has {found} of {wanted} accounts: it was not written to its end", AGAIN)


def _head(file: Path) -> Head:
    try:
        if file.stat().st_size > REPORT_BYTES.most:
            raise ReportError(f"{file}: it contains {REPORT_BYTES.beyond}", REPORT_BYTES.hint)
        with file.open("rb") as lines:
            data = json.loads(lines.readline())
        if data["schema"] == SCHEMA:
            found: Head = decode(Head, data)
            return found
    except OSError as error:
        raise ReportError(f"{file}: cannot be read: {error.strerror}", "Give the files that --shard wrote.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise ReportError(f"{file}: not a part of a run ({SCHEMA})", "Give the files that `drift check --shard` wrote.")


def _lines(file: Path) -> Iterator[Part]:
    with file.open("rb") as lines:
        lines.readline()
        for line in lines:
            yield part_of(line, str(file))

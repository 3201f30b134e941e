"""Rows of reports as Parquet: one row for each entry of a list, its JSON beside what one asks for in SQL.

    select account, type, address from 'drift.parquet' where list = 'drift' and severity = 'high'

DuckDB writes and reads it, some thousand rows at a time.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from drift.errors import ReportError, UsageError
from drift.installation import hint
from drift.model.drift import Report
from drift.report.escape import sql
from drift.report.json import document, read_document, summary
from drift.report.rows import AGAIN, SHOWN, columns, entries_of, lists, sequence, short

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAGIC = b"PAR1"
"""The first bytes of a file."""
SUFFIX = ".parquet"
REPORT = "report"
"""The list of the row that has what is short of a report."""
NOWHERE = -1
"""The cell of a row that is of the whole file."""
GROUP = 2048
"""Rows that are compressed together: what is read to find one of them."""
BATCH = 4096
"""Rows that are read at a time."""
MEMORY = "256MB"
"""What DuckDB may take."""
_TYPES: Mapping[str, str] = {
    "cell": "INTEGER", "list": "VARCHAR", "n": "INTEGER", **dict.fromkeys((*SHOWN, "severity"), "VARCHAR"),
    "entry": "VARCHAR",
}  # fmt: skip
Row = tuple[int, str, bytes]
"""(cell, list, entry as JSON). The rows of one list of a cell follow each other."""


def render(report: Report, out: IO[bytes]) -> None:
    """Write the report as Parquet. UsageError without DuckDB."""
    write(rows_of(report), out)


def available() -> None:
    """UsageError without DuckDB: it is told before the work is done."""
    try:
        import duckdb  # noqa: F401 - whether it is there
    except ImportError:
        raise UsageError("Parquet needs DuckDB", hint("history")) from None


def rows_of(report: Report) -> Iterator[Row]:
    """The rows of a report that is not divided."""
    about = {**document(short(report)), "summary": summary(report)}
    yield NOWHERE, REPORT, json.dumps(about, separators=(",", ":")).encode()
    yield from ((0, name, text) for name, text in entries_of(report))


def read(file: Path) -> Report:
    """The report in a file. Its lists are read whenever one goes through them. ReportError where there is none."""
    rows = Tables([file])
    about = rows.about(file, REPORT)
    if about is None:
        raise ReportError(f"{file}: no report is in it", "Give a file that --format parquet=FILE wrote.")
    found: dict[str, Any] = {name: sequence(rows, name, str(file)) for name in lists()}
    return replace(read_document(json.loads(about), str(file)), **found)


def write(rows: Iterable[Row], out: IO[bytes]) -> None:
    """Write rows as Parquet. UsageError without DuckDB."""
    with tempfile.TemporaryDirectory(prefix="drift-") as folder, _connected(Path(folder)) as db:
        lines, made = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        longest = _spooled(rows, lines)
        kinds = ", ".join(f"{name}: '{kind}'" for name, kind in _TYPES.items())
        db.execute(
            f"copy (select * from read_json({sql(lines)}, format='newline_delimited', columns={{{kinds}}}, "
            f"maximum_object_size={max(longest + 2, 1 << 20)})) "
            f"to {sql(made)} (format parquet, compression zstd, row_group_size {GROUP})"
        )
        with made.open("rb") as parquet:
            shutil.copyfileobj(parquet, out)


def _spooled(rows: Iterable[Row], file: Path) -> int:
    """Write rows as lines of JSON; the bytes of the longest."""
    longest = n = 0
    before: tuple[int, str] | None = None
    with file.open("wb") as out:
        for cell, name, entry in rows:
            n = n + 1 if before == (cell, name) else 0
            before = (cell, name)
            about = {"cell": cell, "list": name, "n": n, **columns(entry), "entry": entry.decode()}
            line = json.dumps(about, separators=(",", ":")).encode() + b"\n"
            longest = max(longest, len(line))
            out.write(line)
    return longest


class Tables:
    """Rows in files of Parquet. How many there are of each list is in memory, and some thousand rows at a time."""

    def __init__(self, files: Sequence[Path]) -> None:
        """ReportError for what is no such file. UsageError without DuckDB."""
        folder = tempfile.TemporaryDirectory(prefix="drift-")
        self._db = _open(Path(folder.name))
        weakref.finalize(self, _close, self._db, folder)
        self._place = str(files[0]) if len(files) == 1 else "the parts"
        for file in files:
            self._check(file)
        listed = ", ".join(map(_only, files))
        self._db.execute(
            f"create view rows as select cell, list, n, entry, filename from read_parquet([{listed}], filename=true)"
        )
        self._counts: dict[int, dict[str, int]] = {}

    def _check(self, file: Path) -> None:
        found = self._asked(f"describe select * from read_parquet({_only(file)})", place=str(file))
        if {"cell", "list", "n", "entry"} - {name for name, *_ in found}:
            raise ReportError(f"{file}: it has no rows of a report", "Give a file that drift wrote.")

    def _asked(self, query: str, values: Sequence[Any] = (), place: str = "") -> list[tuple[Any, ...]]:
        import duckdb

        try:
            found: list[tuple[Any, ...]] = self._db.cursor().execute(query, list(values)).fetchall()
        except duckdb.Error as error:
            why = str(error).split("\n", 1)[0]
            told = f"{place or self._place}: cannot be read as Parquet, or was not written to its end: {why}"
            raise ReportError(told, AGAIN) from None
        return found

    def about(self, file: Path, name: str) -> bytes | None:
        """The row of that list that is of a whole file; None where there is none."""
        query = "select entry from rows where cell = ? and list = ? and filename = ?"
        return next((entry.encode() for (entry,) in self._asked(query, [NOWHERE, name, str(file)])), None)

    def counts(self) -> Mapping[int, Mapping[str, int]]:
        """Cell -> list -> its rows. ReportError where some are not there, or there twice."""
        query = "select cell, list, count(*), max(n) + 1 from rows where cell >= 0 group by all order by cell, list"
        for cell, name, count, wanted in self._asked(query) if not self._counts else ():
            if count != wanted:
                why = f"it has {count} rows of {wanted} in the list {name} of account {cell + 1}"
                raise ReportError(f"{self._place}: {why}: it was changed after it was written", AGAIN)
            self._counts.setdefault(cell, {})[name] = count
        return self._counts

    def texts(self, name: str) -> Iterator[tuple[int, bytes]]:
        """(cell, entry as JSON) for each row of one list."""
        for where, values in self._batches(name):
            query = f"select cell, entry from rows where list = ? and {where} order by cell, n"
            yield from ((cell, entry.encode()) for cell, entry in self._asked(query, [name, *values]))

    def _batches(self, name: str) -> Iterator[tuple[str, list[int]]]:
        """Conditions that take no more than some thousand rows each."""
        first = last = held = 0
        for cell, of in self.counts().items():
            count = of.get(name, 0)
            if held and held + count > BATCH:
                yield "cell between ? and ?", [first, last]
                held = 0
            if count > BATCH:
                yield from (
                    ("cell = ? and n between ? and ?", [cell, n, n + BATCH - 1]) for n in range(0, count, BATCH)
                )
            elif count:
                first, last, held = (first if held else cell), cell, held + count
        if held:
            yield "cell between ? and ?", [first, last]


def _close(db: DuckDBPyConnection, folder: tempfile.TemporaryDirectory[str]) -> None:
    db.close()
    folder.cleanup()


@contextmanager
def _connected(folder: Path) -> Iterator[DuckDBPyConnection]:
    db = _open(folder)
    try:
        yield db
    finally:
        db.close()


def _open(folder: Path) -> DuckDBPyConnection:
    """A database in memory that puts on the disk what it has no room for."""
    available()
    import duckdb

    db = duckdb.connect()
    db.execute(f"set memory_limit = '{MEMORY}'")
    db.execute(f"set temp_directory = {sql(folder)}")
    db.execute("set threads = 2")  # each has rows in memory
    return db


def _only(file: Path) -> str:
    """The name of one file, where DuckDB takes patterns."""
    return sql(re.sub(r"[*?\[]", r"[\g<0>]", str(file)))

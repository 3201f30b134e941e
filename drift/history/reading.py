"""Reads a store: SQL that can read nothing else, and the questions that drift itself asks.

with Store(place).reader() as reader:
    reader.scans()                  every scan, oldest first
    reader.report("latest")         the report of one, as it was told
    reader.sql("select …")          columns and rows of a query
    reader.named("flapping")        the same of a named one
    reader.known(scope)             identity of each open drift -> when it was first seen
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from drift.errors import StoreError
from drift.history.named import NAMED, Named
from drift.history.past import Known
from drift.model.suggest import did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from drift.history.shapes import Shaped, Shapes
    from drift.model.drift import Report

CHUNK = 1000
_HINT = "docs/sql.md lists tables and columns; `drift query --list` the named queries."


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan that was kept."""

    scan: str
    """Its id."""
    started_at: datetime
    """In UTC."""
    scope: str
    modified: int
    missing: int
    unmanaged: int
    managed: int
    in_sync: int
    unread: int
    incomplete: bool
    coverage_percent: float | None
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    """DuckDB's names: `VARCHAR`, `INTEGER`, `JSON`, `TIMESTAMP`."""
    rows: Iterator[tuple[Any, ...]]
    """Read while they are consumed."""


@dataclass(frozen=True, slots=True)
class Limited:
    """The first rows of the result of a query."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool
    """Whether there are more rows."""


class Reader:
    """A store, opened for reading. SQL sees its tables and views, and no file, setting or other database."""

    def __init__(self, db: DuckDBPyConnection) -> None:
        self._db = db
        db.execute("set timezone = 'UTC'")
        self._locked = False

    def lock(self) -> None:
        """Forbid SQL to read anything but the store or to change settings. `sql` calls it."""
        if not self._locked:
            self._db.execute("set enable_external_access = false")
            self._db.execute("set lock_configuration = true")
            self._locked = True

    def shaped(self, text: str, shapes: Shapes, *, nulls_allowed: bool = False) -> Shaped:
        """A query in PostgreSQL over the tables of `drift.history.shapes`, made ready for `sql`; StoreError if it is
        wrong, or names a column that drift does not know, unless NULL will do."""
        from drift.history.shapes import prepared

        self.lock()
        return prepared(self._db, shapes, text, nulls_allowed=nulls_allowed)

    def lacking(self, shaped: Shaped) -> list[str]:
        """What of the tables of such a query was not collected: rows are missing there, or hold NULL."""
        from drift.history.shapes import lacking

        return list(lacking(self._db, shaped))

    def sql(self, text: str, values: Mapping[str, Any] | None = None) -> Result:
        """The answer to one query; StoreError for anything but a single query, and for what DuckDB refuses."""
        import duckdb

        self.lock()
        try:
            statements = self._db.extract_statements(text)
            kinds = {s.type for s in statements}
            if len(statements) != 1 or not kinds <= {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}:
                raise StoreError("only one query at a time can be run, and none that writes", _HINT)
            cursor = self._db.execute(statements[0], values) if values else self._db.execute(statements[0])
            told = cursor.description or []
            return Result(tuple(c[0] for c in told), tuple(str(c[1]) for c in told), _rows(cursor))
        except duckdb.Error as error:
            raise StoreError(f"the query is wrong: {_said(error)}", _HINT) from None

    def limited(self, text: str, rows: int, seconds: float, values: Mapping[str, Any] | None = None) -> Limited:
        """The answer to one query, cut off after so many rows; StoreError if it takes longer than so many seconds."""
        import duckdb

        over = threading.Event()

        def stop() -> None:
            over.set()
            self._db.interrupt()

        timer = threading.Timer(seconds, stop)
        timer.start()
        try:
            result = self.sql(text, values)
            taken = list(islice(result.rows, rows + 1))
        except (duckdb.Error, StoreError) as error:
            if over.is_set():
                raise StoreError(
                    f"the query took longer than {seconds:g} seconds", "Ask for less, or use `drift query`."
                ) from None
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"the query is wrong: {_said(error)}", _HINT) from None
        finally:
            timer.cancel()
            timer.join()  # what comes after is not interrupted
        return Limited(result.columns, taken[:rows], len(taken) > rows)

    def named(self, name: str, values: Mapping[str, str] | None = None) -> Result:
        """The answer to a named query; StoreError for an unknown name or parameter."""
        query = NAMED.get(name)
        if query is None:
            raise StoreError(
                f"no query is named {name!r}", did_you_mean(name, NAMED, "`drift query --list` lists them.")
            )
        return self.sql(query.sql, _given(query, values or {}))

    def scans(self, scope: str | None = None) -> list[Scan]:
        """The scans, oldest first; of one scope, if it is named."""
        names = [f.name for f in fields(Scan)]
        where = "where scope = $scope" if scope is not None else ""
        text = f"select {', '.join(names)} from scan {where} order by started_at, n"
        found = self._db.execute(text, {"scope": scope} if scope is not None else {}).fetchall()
        out = []
        for row in found:
            given = dict(zip(names, row, strict=True))
            given |= {"started_at": row[1].replace(tzinfo=UTC), "accounts": tuple(given["accounts"] or ())}
            out.append(Scan(**given))
        return out

    def find(self, name: str, scope: str | None = None) -> Scan:
        """A scan by its id, the beginning of it, a day (`2026-11-01`: the last one until then), `latest`, or
        `latest~2`: so many before."""
        every = self.scans(scope)
        if not every:
            raise StoreError(f"no scan of the scope {scope!r} was kept", "`drift history` lists the scopes.")
        if steps := re.fullmatch(r"latest(?:~(\d+))?", name):
            back = int(steps[1] or 0)
            if back < len(every):
                return every[-1 - back]
            raise StoreError(f"{name}: there are only {len(every)} scans", "`drift history --scans` lists them.")
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name):
            until = [s for s in every if s.started_at.strftime("%Y-%m-%d") <= name]
            if until:
                return until[-1]
        found = [s for s in every if s.scan.startswith(name)]
        if len(found) == 1:
            return found[0]
        why = "several scans begin with it" if found else "no such scan was kept"
        raise StoreError(f"{name}: {why}", "`drift history --scans` lists them.")

    def report(self, scan: str) -> Report:
        """The report of a scan, without findings of what did not drift."""
        from drift.history.rows import unpacked
        from drift.report.json import read

        found = self._db.execute("select document from report where scan = ?", [scan]).fetchall()
        if not found:
            raise StoreError(f"{scan}: no such scan was kept", "`drift history --scans` lists them.")
        return read(unpacked(found[0][0]), f"scan {scan}")

    def known(self, scope: str) -> dict[str, Known]:
        """Identity of each drift of a scope that is open -> when it was first seen, and what it was last."""
        text = "select identity, first_seen, fingerprint from episode where open and scope = ?"
        found = self._db.execute(text, [scope]).fetchall()
        return {i: Known(first.replace(tzinfo=UTC), last) for i, first, last in found}


def _rows(cursor: DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while some := cursor.fetchmany(CHUNK):
        yield from some


def _said(error: Exception) -> str:
    """DuckDB's message without its excerpt of the query and its advice about settings."""
    first = str(error).split("\n\nLINE", 1)[0].strip()
    return re.sub(r"\s*\n\s*", "; ", first)


def _given(query: Named, values: Mapping[str, str]) -> dict[str, Any]:
    strange = sorted(values.keys() - query.parameters.keys())
    if strange:
        known = ", ".join(query.parameters) or "none"
        raise StoreError(f"the query {query.name} has no parameter {strange[0]!r}", f"It has: {known}.")
    return {name: values.get(name, default) for name, default in query.parameters.items()}

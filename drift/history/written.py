"""Writes the answer to a query: a table, CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, TextIO
from uuid import UUID

import msgspec

from drift.history.reading import Result
from drift.report.escape import sql
from drift.report.safe import visible

WIDEST = 60
"""Characters of a cell in a table on a terminal, at most."""


def plain(value: Any, kind: str = "") -> Any:
    """A value of DuckDB's as JSON has it: times as ISO texts in UTC, JSON as what it says."""
    if kind == "JSON" and isinstance(value, str):
        return json.loads(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep="T") + "Z"
    if isinstance(value, date | time | UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, bytes):
        return value.hex()
    return value


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return json.dumps(plain(value), ensure_ascii=False)
    if kind == "JSON" and isinstance(value, str) and value.startswith('"'):
        return str(json.loads(value))
    return str(value)


LACKING = "_incomplete"
"""The last column of an answer to which something is missing: what that is, in each row."""


def with_notes(result: Result, notes: Sequence[str]) -> Result:
    """The answer with what it lacks in a column of its own, for formats that have nothing but rows."""
    said = " ".join(notes)
    rows = ((*row, said) for row in result.rows)
    return Result((*result.columns, LACKING), (*result.types, "VARCHAR"), rows) if notes else result


def table(result: Result, out: TextIO, terminal: bool) -> None:
    """Columns side by side, numbers to the right. Control characters are shown as escapes."""
    rows = [[visible(_cell(v, k)) for v, k in zip(row, result.types, strict=True)] for row in result.rows]
    if terminal:
        rows = [[c if len(c) <= WIDEST else c[: WIDEST - 1] + "…" for c in row] for row in rows]
    heads = [visible(c) for c in result.columns]
    widths = [max(len(h), *(len(row[i]) for row in rows), 0) if rows else len(h) for i, h in enumerate(heads)]
    right = [k.startswith(("INT", "BIGINT", "HUGEINT", "DOUBLE", "DECIMAL", "UINT", "FLOAT", "SMALL", "TINY"))
             for k in result.types]  # fmt: skip

    def line(cells: list[str]) -> str:
        placed = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=True))
        return "  ".join(placed).rstrip() + "\n"

    out.write(line(heads))
    out.write(line(["-" * w for w in widths]))
    out.writelines(line(row) for row in rows)
    out.write(f"({len(rows)} row{'s' * (len(rows) != 1)})\n")


def as_csv(result: Result, out: TextIO, _terminal: bool = False) -> None:
    """RFC 4180, with a header. A text that a spreadsheet would run as a formula gets an apostrophe."""
    from drift.report.escape import cell

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(result.columns)
    for row in result.rows:
        writer.writerow([cell(_cell(v, k)) for v, k in zip(row, result.types, strict=True)])


def as_json(result: Result, out: TextIO, _terminal: bool = False) -> None:
    """One array of objects."""
    out.write("[")
    for n, row in enumerate(result.rows):
        members = {c: plain(v, k) for c, v, k in zip(result.columns, row, result.types, strict=True)}
        out.write(",\n " if n else "\n ")
        out.write(json.dumps(members, ensure_ascii=False))
    out.write("\n]\n")


TEXT: Mapping[str, Callable[[Result, TextIO, bool], None]] = {"table": table, "csv": as_csv, "json": as_json}


def told(format_: str, result: Result, notes: Sequence[str], out: TextIO, terminal: bool = False) -> None:
    """Write an answer as text, and what it lacks: below a table, otherwise in a column."""
    TEXT[format_](result if format_ == "table" else with_notes(result, notes), out, terminal)
    if format_ == "table":
        out.writelines(f"incomplete: {visible(note)}\n" for note in notes)


def as_text(format_: str, result: Result, notes: Sequence[str], out: IO[bytes]) -> None:
    """Write text in UTF-8."""
    text = io.TextIOWrapper(out, "utf-8", "backslashreplace", newline="")
    told(format_, result, notes, text)
    text.flush()
    text.detach()


def parquet(result: Result, out: IO[bytes]) -> None:
    """Write Parquet with the types of the answer, in a database of its own: that of the store is locked."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="drift-") as work, duckdb.connect() as db:
        lines, made = Path(work) / "rows.jsonl", Path(work) / "rows.parquet"
        with lines.open("wb") as file:
            for row in result.rows:
                members = {c: plain(v, k) for c, v, k in zip(result.columns, row, result.types, strict=True)}
                file.write(msgspec.json.encode(members) + b"\n")
        columns = ", ".join(f"{sql(c)}: {sql(k)}" for c, k in zip(result.columns, result.types, strict=True))
        db.execute(
            f"copy (select * from read_json({sql(str(lines))}, format='newline_delimited', columns={{{columns}}})) "
            f"to {sql(str(made))} (format parquet, compression zstd)"
        )
        out.write(made.read_bytes())

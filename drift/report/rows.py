"""A report as rows: what is short of it in one, and each entry of its long lists in one of its own.

So whoever writes, merges or reads a large report needs one entry in memory at a time. Rows are kept as JSON lines
(`Lines`), or as Parquet (`parquet.py`). They are in groups (`cell`): of a run that is divided, each account is one.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol, get_args, get_origin, get_type_hints

from drift.errors import ReportError
from drift.model.drift import SEVERITIES, Report
from drift.model.entries import Entries, unnamed
from drift.report.wire import decode, encode

BLOCK = 1 << 16
AGAIN = "Write it again."
_ROW = re.compile(rb'\{"cell":(\d{1,9}),"list":"([a-z_.]{1,40})","entry":')


@cache
def lists() -> Mapping[str, Any]:
    """Name of each long list of a report -> what its entries are."""
    hints = get_type_hints(Report)
    return {f.name: get_args(hints[f.name])[0] for f in fields(Report) if get_origin(hints[f.name]) is Sequence}


def short(report: Report) -> Report:
    """The report without its long lists."""
    none: dict[str, Any] = dict.fromkeys(lists(), ())
    return replace(report, **none)


def entries_of(report: Report) -> Iterator[tuple[str, bytes]]:
    """(name of the list, entry as JSON in ASCII) for each entry of the long lists."""
    for name in lists():
        yield from ((name, text) for text in texts(getattr(report, name)))


def texts(entries: Sequence[Any]) -> Iterator[bytes]:
    """Each entry as JSON in ASCII."""
    return entries.texts() if isinstance(entries, Entries) else map(text, entries)


def text(entry: Any) -> bytes:
    """One entry as JSON in ASCII."""
    return json.dumps(encode(entry), separators=(",", ":")).encode()


def reader(name: str, place: str) -> Callable[[bytes], Any]:
    """What makes an entry of that list of its JSON; it raises ReportError that names the place."""
    hint = lists()[name]

    def read(data: bytes) -> Any:
        try:
            return decode(hint, json.loads(data))
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            raise ReportError(f"{place}: {name}: an entry cannot be read: {error}", AGAIN) from None

    return read


def line(cell: int, name: str, entry: bytes) -> bytes:
    """A row as one line of JSON."""
    return b'{"cell":%d,"list":"%s","entry":%s}\n' % (cell, name.encode(), entry)


class Rows(Protocol):
    """Where rows are kept. Cells are told in their order, and the rows of each list in theirs."""

    def counts(self) -> Mapping[int, Mapping[str, int]]:
        """Cell -> list -> its rows."""
        ...

    def texts(self, name: str) -> Iterator[tuple[int, bytes]]:
        """(cell, entry as JSON) for each row of one list."""
        ...


def sequence(kept: Rows, name: str, place: str) -> Sequence[Any]:
    """The entries of one list of a report, read whenever one goes through it."""
    count = sum(of.get(name, 0) for of in kept.counts().values())
    return Entries(count, lambda: (entry for _, entry in kept.texts(name)), reader(name, place)) if count else ()


class Several:
    """Rows that are kept in several ways, each cell in one of them."""

    def __init__(self, ways: Sequence[Rows]) -> None:
        self._ways = ways

    def counts(self) -> Mapping[int, Mapping[str, int]]:
        """Cell -> list -> its rows."""
        return {cell: of for way in self._ways for cell, of in way.counts().items()}

    def texts(self, name: str) -> Iterator[tuple[int, bytes]]:
        """(cell, entry as JSON) for each row of one list."""
        return heapq.merge(*(way.texts(name) for way in self._ways), key=itemgetter(0))


class Span(NamedTuple):
    """Where the rows of one list of a cell are in a file of lines."""

    offset: int
    rows: int


class Lines:
    """Rows as lines of JSON, in files. Where each cell begins is in memory, and one row at a time."""

    def __init__(self) -> None:
        self._spool: IO[bytes] | None = None
        self._end = 0
        self._cells: dict[int, tuple[Path | None, dict[str, Span]]] = {}

    def add(self, data: Iterable[bytes]) -> None:
        """Keep these rows in a file of this object's own, which is gone with it."""
        if self._spool is None:
            self._spool = unnamed(self)
        self._spool.seek(self._end)
        start = self._end

        def written() -> Iterator[bytes]:
            for row in data:
                yield row
                self._spool.write(row)  # type: ignore[union-attr]
                self._end += len(row)

        self._index(None, start, written(), "the part")

    def read(self, file: Path) -> None:
        """Find the rows in a file, after its first line. ReportError where it has something else."""
        with file.open("rb") as lines_:
            first = lines_.readline()
            self._index(file, len(first), lines_, str(file))

    def _index(self, file: Path | None, offset: int, lines_: Iterable[bytes], place: str) -> None:
        before: tuple[int, str] | None = None
        for row in lines_:
            found = _ROW.match(row)
            if found is None or not row.endswith(b"}\n"):
                raise ReportError(f"{place}: it was not written to its end, or changed since", AGAIN)
            cell, name = int(found[1]), found[2].decode()
            of, spans = self._cells.setdefault(cell, (file, {}))
            if of != file or (name in spans and before != (cell, name)):
                raise ReportError(f"{place}: its rows are not in order: it was changed after it was written", AGAIN)
            span = spans.get(name, Span(offset, 0))
            spans[name] = span._replace(rows=span.rows + 1)
            offset += len(row)
            before = (cell, name)

    def counts(self) -> Mapping[int, Mapping[str, int]]:
        """Cell -> list -> its rows."""
        return {cell: {n: span.rows for n, span in of.items()} for cell, (_, of) in sorted(self._cells.items())}

    def texts(self, name: str) -> Iterator[tuple[int, bytes]]:
        """(cell, entry as JSON) for each row of one list."""
        for cell in sorted(self._cells):
            begin = len(line(cell, name, b"")) - 2
            yield from ((cell, row[begin:-2]) for row in self._rows(name, cell))

    def all(self) -> Iterator[tuple[int, str, bytes]]:
        """(cell, list, line) of each row, in the order of the cells."""
        for cell, (_, spans) in sorted(self._cells.items()):
            for name in spans:
                yield from ((cell, name, row) for row in self._rows(name, cell))

    def entries(self) -> Iterator[tuple[int, str, bytes]]:
        """(cell, list, entry as JSON) of each row, in the order of the cells."""
        for cell, name, row in self.all():
            yield cell, name, row[len(line(cell, name, b"")) - 2 : -2]

    def _rows(self, name: str, cell: int) -> Iterator[bytes]:
        file, spans = self._cells[cell]
        if name not in spans:
            return
        if file is not None:
            with file.open("rb") as opened:
                yield from _from(opened, spans[name])
        elif self._spool is not None:
            yield from _from(self._spool, spans[name])


def _from(file: IO[bytes], span: Span) -> Iterator[bytes]:
    at, left = span.offset, span.rows
    while left:
        file.seek(at)  # several may go through it at the same time
        rows = file.readlines(BLOCK)[:left]
        if not rows:
            return
        at += sum(map(len, rows))
        left -= len(rows)
        yield from rows


SHOWN = ("kind", "type", "account", "region", "address", "id", "name", "arn", "fingerprint", "code")
"""Members of entries that are columns of their own where rows are a table."""


def columns(entry: bytes) -> dict[str, Any]:
    """These members of an entry, and its worst finding that counts."""
    data = json.loads(entry)
    out = {name: _plain(value) for name in SHOWN if isinstance(value := data.get(name), str)}
    found = data.get("findings") or ()
    counted = {f["severity"] for f in found if f.get("verdict") == "fail" and not f.get("exempt")}
    return out | {"severity": next((s for s in SEVERITIES if s in counted), None)}


def _plain(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode()

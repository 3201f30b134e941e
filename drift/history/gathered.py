"""What the surveys of many accounts tell of one scan, until all are done: in files, so that no process holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

import msgspec

from drift.history.rows import Row, looked
from drift.provider.catalog import Catalog
from drift.rules.frameworks import Answered, together
from drift.run import Outcome

_JSON = msgspec.json.Encoder()


class Gathered:
    """Rows of the accounts of one run, in a directory that its owner removes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self.answers: Mapping[str, Answered] = {}
        """What each rule said in all accounts."""
        self._tables: set[str] = set()

    def add(self, outcome: Outcome, catalog: Catalog) -> None:
        """Add what one account came to. Threads may add side by side."""
        with self._lock:
            for table, rows in looked(outcome, catalog).items():
                self._tables.add(table)
                with self._file(table).open("ab") as out:
                    out.writelines(_JSON.encode(row) + b"\n" for row in rows)
            self.answers = together([self.answers, *(j.answers for _, j in outcome.surveys)])

    @property
    def tables(self) -> Mapping[str, Iterator[Row]]:
        """The rows of all accounts, by table; read as they are needed."""
        return {table: self._rows(table) for table in sorted(self._tables)}

    def _rows(self, table: str) -> Iterator[Row]:
        with self._file(table).open("rb") as lines:
            yield from map(msgspec.json.Decoder(Row).decode, lines)

    def _file(self, table: str) -> Path:
        return self._folder / f"{table}.jsonl"

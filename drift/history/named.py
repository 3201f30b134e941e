"""The named queries: each a file of SQL in `queries/`, whose first lines say what it answers and its parameters.

    -- Unmanaged resources by who made them, and how long they are there.
    -- :days = 0
    select …

A parameter is `$days` in the query, with that default; a query casts it to what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_PARAMETER = re.compile(r"-- :(\w+) =\s*(.*)")


@dataclass(frozen=True, slots=True)
class Named:
    """A named query."""

    name: str
    title: str
    sql: str
    parameters: Mapping[str, str]
    """Name -> default."""


@cache
def _every() -> Mapping[str, Named]:
    found = sorted((f for f in files("drift.history").joinpath("queries").iterdir()), key=lambda f: f.name)
    return {q.name: q for f in found if f.name.endswith(".sql") for q in [_read(f.name[:-4], f.read_text("utf-8"))]}


def _read(name: str, text: str) -> Named:
    title, parameters = "", {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        if found := _PARAMETER.fullmatch(line):
            parameters[found[1]] = found[2].strip()
        else:
            title = f"{title} {line[2:].strip()}".strip()
    return Named(name, title, text, parameters)


class _Named(Mapping[str, Named]):
    """Read when first asked for."""

    def __getitem__(self, name: str) -> Named:
        return _every()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_every())

    def __len__(self) -> int:
        return len(_every())


NAMED: Mapping[str, Named] = _Named()
"""Every named query, by name."""

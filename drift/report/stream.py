"""Writes JSON as it goes: a list of a hundred thousand findings is never in memory as a whole.

The text is that of `json.dump(value, out, indent=2, ensure_ascii=False)`, several times as fast.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import msgspec

STEP = "  "


def write(out: TextIO, value: Any, depth: int = 0) -> None:
    """Write a JSON value; an iterator in it becomes an array, element by element."""
    if isinstance(value, Mapping) and any(isinstance(v, Iterator | Mapping) for v in value.values()):
        _members(out, value, depth)
    elif isinstance(value, Iterator):
        _elements(out, value, depth)
    else:
        out.write(text(value).replace("\n", "\n" + STEP * depth))


def text(value: Any) -> str:
    """A whole value, indented."""
    plain = json.dumps(value, ensure_ascii=False)
    try:
        return msgspec.json.format(plain, indent=len(STEP))
    except (UnicodeEncodeError, msgspec.DecodeError, RecursionError):  # half a surrogate pair; a number that is none
        return json.dumps(value, ensure_ascii=False, indent=len(STEP))


def _members(out: TextIO, value: Mapping[str, Any], depth: int) -> None:
    begin = "{"
    for name, held in value.items():
        out.write(f"{begin}\n{STEP * (depth + 1)}{json.dumps(str(name), ensure_ascii=False)}: ")
        write(out, held, depth + 1)
        begin = ","
    out.write(f"\n{STEP * depth}}}" if begin == "," else "{}")


def _elements(out: TextIO, values: Iterator[Any], depth: int) -> None:
    begin = "["
    for held in values:
        out.write(f"{begin}\n{STEP * (depth + 1)}")
        write(out, held, depth + 1)
        begin = ","
    out.write(f"\n{STEP * depth}]" if begin == "," else "[]")

"""Limits on all input: its size, depth and number, and the steps and time spent on it.

A pull request may contain a state, configuration, rules or ignore lines that were made to exhaust the machine. So every
input has a bound in this table, and every refusal names its bound. `--bound NAME=VALUE` (or DRIFT_BOUNDS,
`NAME=VALUE,…`) changes a bound. Only the user can do that; no file of the repository can.
"""

from __future__ import annotations

import errno
import os
import re
import select
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from drift.errors import UsageError

VARIABLE: Final = "DRIFT_BOUNDS"
"""The environment variable with changed bounds. Worker processes inherit it."""

Unit = Literal["bytes", "levels", "entries", "steps", "seconds"]
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit."""

    name: str
    default: int
    unit: Unit
    of: str
    """What it limits, for docs/bounds.md."""

    @property
    def most(self) -> int:
        """The effective value."""
        return _given(os.environ.get(VARIABLE, "")).get(self.name, self.default)

    @property
    def shown(self) -> str:
        """The effective value with its unit: `4 MiB`, `200 levels`."""
        return _shown(self.most, self.unit)

    @property
    def beyond(self) -> str:
        """Text for a refusal: `more than 4 MiB (bound configuration-bytes)`."""
        return f"more than {self.shown} (bound {self.name})"

    @property
    def hint(self) -> str:
        """What the user can do if the input is legitimate."""
        return f"If the input is legitimate, raise the bound: drift --bound {self.name}=… COMMAND."


STATE_BYTES: Final = Bound(
    "state-bytes", 1 << 30, "bytes", "one state or plan, also after decompression, also from a server"
)
UNPACKED_RATIO: Final = Bound(
    "unpacked-ratio",
    200,
    "entries",
    "ratio of unpacked to packed size, for gzip input that unpacks to more than 64 MiB",
)
ANSWER_SECONDS: Final = Bound("answer-seconds", 300, "seconds", "one response of a server that stores a state")
PIPE_SECONDS: Final = Bound("pipe-seconds", 60, "seconds", "the wait for data from a named pipe")
STORE_SECONDS: Final = Bound("store-seconds", 60, "seconds", "the wait for another process that has the store of scans")
FOLDERS: Final = Bound("folders", 100_000, "entries", "directories that one search for states or configurations visits")
SETTINGS_BYTES: Final = Bound(
    "settings-bytes", 4 << 20, "bytes", "drift.toml, .driftignore, one file of variables or backend settings"
)
SETTINGS_DEPTH: Final = Bound("settings-depth", 100, "levels", "nesting in a file of rules")
SETTINGS_NODES: Final = Bound(
    "settings-nodes", 200_000, "entries", "values in a file of rules, with YAML aliases expanded"
)
IGNORE_LINES: Final = Bound("ignore-lines", 100_000, "entries", "lines of .driftignore")
IGNORE_PATTERNS: Final = Bound("ignore-patterns", 2_000, "entries", "lines of .driftignore with wildcards")
RULES_BYTES: Final = Bound("rules-bytes", 1 << 20, "bytes", "one file of rules")
REPORT_BYTES: Final = Bound("report-bytes", 1 << 30, "bytes", "one saved report or baseline")
TAPE_BYTES: Final = Bound("tape-bytes", 1 << 30, "bytes", "one recording")
VALUE_DEPTH: Final = Bound("value-depth", 100, "levels", "nesting of one value of a state or an account")
CONDITION: Final = Bound("condition", 10_000, "entries", "characters of one rule's condition, or of a filter")
CONDITION_STEPS: Final = Bound(
    "condition-steps", 1_000_000, "steps", "loop iterations of one rule's condition, for one resource"
)
CONFIGURATION_BYTES: Final = Bound("configuration-bytes", 4 << 20, "bytes", "one file of a configuration")
CONFIGURATION_DEPTH: Final = Bound("configuration-depth", 200, "levels", "nesting in one file of a configuration")
MODULE_FILES: Final = Bound("module-files", 2_000, "entries", "files of one module")
MODULES: Final = Bound("modules", 3_000, "entries", "modules of one configuration")
MODULE_DEPTH: Final = Bound("module-depth", 24, "levels", "nesting of modules")
MODULE_INSTANCES: Final = Bound("module-instances", 5_000, "entries", "instances of all modules of a configuration")
BLOCK_INSTANCES: Final = Bound("block-instances", 10_000, "entries", "instances of one block with count or for_each")
INSTANCES: Final = Bound("instances", 50_000, "entries", "instances of one configuration")
DYNAMIC_BLOCKS: Final = Bound("dynamic-blocks", 1_000, "entries", "blocks that one dynamic block generates")
EVALUATION_STEPS: Final = Bound(
    "evaluation-steps", 6_000_000, "steps", "evaluated expressions, elements and text parts of one configuration"
)
EVALUATION_DEPTH: Final = Bound("evaluation-depth", 3_000, "levels", "nesting of expressions")
TEXT: Final = Bound("text", 16 << 20, "entries", "characters of one string that an expression produces")
ELEMENTS: Final = Bound(
    "elements", 1 << 20, "entries", "elements of one collection, or parts of one value, that an expression produces"
)
YAML_CHARACTERS: Final = Bound("yaml-characters", 512 << 10, "entries", "characters that yamldecode reads")
READ_BYTES: Final = Bound("read-bytes", 4 << 20, "bytes", "one file that a Terraform function reads")
FILES: Final = Bound("files", 20_000, "entries", "files that one fileset call visits")
EVENT_BYTES: Final = Bound("event-bytes", 512 << 20, "bytes", "one file of an audit log, also after decompression")
EVENT_FILES: Final = Bound("event-files", 100_000, "entries", "files of an audit log that one directory holds")
SHOWN: Final = Bound("shown", 5_000, "entries", "drifted resources of a kind that a format for people lists")

BOUNDS: Final = {value.name: value for value in globals().copy().values() if isinstance(value, Bound)}
"""Name -> bound."""

_KIB: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_ONE: Final = re.compile(r"\s*([a-z-]+)\s*=\s*(\d{1,15})\s*(?:([KMG])i?B?)?\s*")


def checked(text: str) -> str:
    """`NAME=VALUE,…`, unchanged; UsageError for an unknown bound or an invalid value."""
    for part in filter(str.strip, text.split(",")):
        found = _ONE.fullmatch(part)
        if found is None:
            raise UsageError(
                f"bound {part.strip()!r} is not NAME=VALUE", "Give a whole number, optionally with K, M or G: text=32M."
            )
        if found[1] not in BOUNDS:
            raise UsageError(f"unknown bound {found[1]!r}", f"Bounds: {', '.join(BOUNDS)}.")
    return text


@lru_cache(8)
def _given(text: str) -> dict[str, int]:
    """The bounds in the environment variable, without invalid entries; `checked` reports those."""
    found = (_ONE.fullmatch(part) for part in text.split(",")) if text else ()
    return {one[1]: int(one[2]) * _KIB[one[3] or ""] for one in found if one}


def _shown(value: int, unit: Unit) -> str:
    if unit != "bytes":
        return f"{value:,}" + ("" if unit == "entries" else f" {unit}")
    for name, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= size and value % size == 0:
            return f"{value // size} {name}"
    return f"{value} bytes"


def contents(path: Path | str, bound: Bound, *, pipe: bool = False) -> bytes:
    """The bytes of a regular file; OSError if it cannot be read, is not a regular file, or exceeds the bound.

    With `pipe`, a named pipe is read too, such as `<(terraform state pull)`; OSError if nobody writes to it for
    PIPE_SECONDS. A device (`/dev/zero`) is never read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        about = os.fstat(descriptor)
        if stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        piped = stat.S_ISFIFO(about.st_mode)
        if not (stat.S_ISREG(about.st_mode) or (pipe and piped)):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        if about.st_size > bound.most:
            raise OSError(errno.EFBIG, f"it contains {bound.beyond}", str(path))
        if piped:
            _wait(descriptor, str(path))
            os.set_blocking(descriptor, True)
        return b"".join(_pieces(descriptor, bound, str(path)))
    finally:
        os.close(descriptor)


def text(path: Path | str, bound: Bound, encoding: str = "utf-8", errors: str = "strict") -> str:
    """The text of a regular file, with line ends as `\\n`; OSError as in `contents`, UnicodeDecodeError."""
    return contents(path, bound).decode(encoding, errors).replace("\r\n", "\n").replace("\r", "\n")


def _pieces(descriptor: int, bound: Bound, name: str) -> Iterator[bytes]:
    left = bound.most
    while piece := os.read(descriptor, _PIECE):
        left -= len(piece)
        if left < 0:
            raise OSError(errno.EFBIG, f"it contains {bound.beyond}", name)
        yield piece


def _wait(descriptor: int, name: str) -> None:
    ready, _, _ = select.select([descriptor], [], [], PIPE_SECONDS.most)
    if not ready:
        raise OSError(
            errno.ETIMEDOUT,
            f"it is a pipe, and nobody wrote to it within {PIPE_SECONDS.shown} (bound pipe-seconds)",
            name,
        )

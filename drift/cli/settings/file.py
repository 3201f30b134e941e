"""Finds and reads the configuration file."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drift.cli.settings import shown
from drift.errors import DistrustError, UsageError
from drift.model import bounds
from drift.model.checkout import leads_out

NAME = "drift.toml"
PYPROJECT = "pyproject.toml"
TOOL = ("tool", "drift")

Keys = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_STEP = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def find(start: Path) -> Path | None:
    """The nearest configuration file, in this directory or a parent, up to the root of the repository.

    Outside of a repository only this directory is searched, so that no file in a home directory applies by accident.
    DistrustError for a link out of a checkout that is not trusted.
    """
    for directory in above(start):
        for file in (directory / NAME, directory / PYPROJECT):
            if not file.is_file():
                continue
            if leads_out(file):
                raise linked(file)
            if file.name == NAME or _tool(_parsed(file)) is not None:
                return file
    return None


def linked(file: Path) -> DistrustError:
    """The refusal of a file that was found, and is a link out of a checkout that is not trusted."""
    return DistrustError(
        f"{shown(file)}: the link leads out of the checkout, and the repository is not trusted",
        "Name the file itself with its option, or run without --untrusted.",
    )


def above(start: Path) -> list[Path]:
    """This directory and its parents up to the root of the repository; outside of a repository, only this one."""
    start = start.resolve()
    found = [start, *start.parents]
    root = next((i for i, d in enumerate(found) if (d / ".git").exists()), 0)
    return found[: root + 1]


def read(file: Path) -> tuple[dict[str, Any], dict[Keys, int]]:
    """The settings in a file, and the line of each key; UsageError if it is not TOML."""
    content = _parsed(file)
    lines = dict(_lines(_text(file)))
    if file.name != PYPROJECT:
        return content, lines
    mine = _tool(content) or {}
    return mine, {keys[len(TOOL) :]: n for keys, n in lines.items() if keys[: len(TOOL)] == TOOL}


def _tool(content: dict[str, Any]) -> dict[str, Any] | None:
    tool = content.get("tool")
    found = tool.get("drift") if isinstance(tool, dict) else None
    return found if isinstance(found, dict) else None


def _text(file: Path) -> str:
    try:
        return bounds.text(file, bounds.SETTINGS_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{shown(file)}: cannot be read: {why}", "Give another file with --config-file.") from None


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(
            f"{shown(file)}: not valid TOML: {error}", "Correct the file, or give another with --config-file."
        ) from None


def _lines(text: str) -> Iterator[tuple[Keys, int]]:
    """The line of each table and key. Keys inside an inline value have no line of their own."""
    table: Keys = ()
    counts: Counter[Keys] = Counter()
    quoted = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if quoted:
            quoted = "" if quoted in line else quoted
            continue
        if header := _HEADER.match(line):
            table = _resolved(_steps(header[2]), counts, many=header[1] == "[[")
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_steps(key[1])), number
        opened = [q for q in ('"""', "'''") if line.split("#")[0].count(q) % 2]
        quoted = opened[0] if opened else ""


def _resolved(steps: Keys, counts: Counter[Keys], *, many: bool) -> Keys:
    """The path of a table header, with the index of each array of tables in it."""
    out: Keys = ()
    for i, step in enumerate(steps):
        out = (*out, step)
        last = i == len(steps) - 1
        if last and many:
            counts[out] += 1
        if counts[out]:
            out = (*out, counts[out] - 1)
    return out


def _steps(text: str) -> Keys:
    return tuple(step.strip("\"'") for step in _STEP.findall(text))

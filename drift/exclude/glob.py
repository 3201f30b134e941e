"""Patterns with wildcards, for drift.toml and .driftignore."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

STAR: Final = ".*"
"""The step of a pattern that matches any text."""


@cache
def simple(pattern: str) -> re.Pattern[str]:
    """A pattern in which `*` matches any text and `?` one character; all other characters are literal:
    `aws_vpc.this[0]`."""
    steps = {"*": STAR, "?": "."}
    return _compiled([steps.get(c) or re.escape(c) for c in pattern])


def _compiled(steps: Iterable[str]) -> re.Pattern[str]:
    """The steps of a pattern, each one character or STAR, as a regular expression that takes linear time.

    The text between two stars is matched at its first occurrence; a later one cannot match more. For `.*a.*b`, Python
    would try every occurrence, which takes exponential time for many stars.
    """
    pieces: list[list[str]] = [[]]
    for step in steps:
        if step != STAR:
            pieces[-1].append(step)
        elif pieces[-1] or len(pieces) == 1:
            pieces.append([])
    first, *rest = ("".join(piece) for piece in pieces)
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(f"{first}{''.join(f'(?>.*?{piece})' for piece in middle)}.*{last}", re.DOTALL)


def matches(patterns: Iterable[str], *texts: str) -> bool:
    """Whether any pattern matches any of the texts as a whole."""
    return any(simple(p).fullmatch(t) for p in patterns for t in texts)


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern names the path of an attribute, or something that contains it.

    >>> covers("tags", "tags.Owner"), covers("tags.*", "tags.Owner"), covers("tags", "tags_all")
    (True, True, False)
    """
    whole = simple(pattern)
    ends = [m.start() for m in re.finditer(r"[.\[]", path)]
    return any(whole.fullmatch(path[:end]) for end in (*ends, len(path)))


def specific(patterns: Iterable[str]) -> bool:
    """Whether each of several patterns is more specific than `*`."""
    patterns = tuple(patterns)
    return bool(patterns) and all(p.strip("*?.") for p in patterns)


@cache
def escaped(pattern: str) -> re.Pattern[str]:
    r"""A pattern of Go's `filepath.Match`: `*`, `?`, `[a-z]`, `[^a]`; `\` makes the next character literal.

    An invalid pattern, such as `[` without its end, matches nothing, as in Go.
    """
    out: list[str] = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char in "*?":
            out.append(STAR if char == "*" else ".")
        elif char == "\\":
            if position == len(pattern):
                return _NOTHING
            out.append(re.escape(pattern[position]))
            position += 1
        elif char == "[":
            found = _CLASS.match(pattern, position)
            if found is None:
                return _NOTHING
            out.append(f"[{'^' if found[1] else ''}{_members(found[2])}]")
            position = found.end()
        else:
            out.append(re.escape(char))
    return _compiled(out)


_NOTHING = re.compile(r"(?!)")
_CLASS = re.compile(r"(\^)?((?:\\.|[^\]\\])+)\]", re.DOTALL)


def _members(text: str) -> str:
    """The inside of a character class: `-` between two characters is a range, everything else is literal."""
    plain = re.sub(r"\\(.)", lambda m: "\0" + m[1], text, flags=re.DOTALL)
    out = []
    for piece in re.findall(r"\0?.-\0?.|\0?.", plain, re.DOTALL):
        ends = re.fullmatch(r"\0?(.)-\0?(.)", piece, re.DOTALL)
        out.append(
            f"{re.escape(ends[1])}-{re.escape(ends[2])}" if ends and ends[1] <= ends[2] else re.escape(piece[-1])
        )
    return "".join(out)

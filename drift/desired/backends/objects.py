"""Names of objects in a store, which look like paths: globs over them."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterable

from drift.errors import StateError


def stem(pattern: str) -> str:
    """What every name that matches begins with: the part before the first glob."""
    return pattern[: min((pattern.find(c) for c in "*[" if c in pattern), default=len(pattern))]


def is_pattern(name: str) -> bool:
    """Whether a name stands for several."""
    return glob.has_magic(name)


def matching(names: Iterable[str], pattern: str, url: str) -> list[str]:
    """The names that match, sorted, without those of locks; StateError where there are none."""
    found = sorted(name for name in names if matches(name, pattern) and not name.endswith(".tflock"))
    if not found:
        raise StateError(url, "no object matches", "* matches within one level, ** across levels. Quote the pattern.")
    return found


def matches(name: str, pattern: str) -> bool:
    """Whether a name matches a glob as a path would: `*` stays within one level, `**` is any number of levels."""
    return _match(name.split("/"), pattern.split("/"))


def _match(levels: list[str], patterns: list[str]) -> bool:
    # at[n]: whether the levels so far match the first n patterns; so the work is their product, whatever `**` there is
    at = [True]
    for pattern in patterns:
        at.append(at[-1] and pattern == "**")
    for level in levels:
        now = [False]
        for n, pattern in enumerate(patterns, 1):
            if pattern == "**":
                now.append(now[n - 1] or at[n])
            else:
                now.append(at[n - 1] and fnmatch.fnmatchcase(level, pattern))
        at = now
    return at[-1]

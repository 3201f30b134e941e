"""IAM's wildcards: `*` matches any text, also an empty one; `?` matches one character (IAM User Guide, "Resource")."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in _short(pattern))
    return re.compile("".join(parts), re.DOTALL)


def _short(pattern: str) -> str:
    """The shortest equal pattern: `**` is the same as `*`, and `*?` the same as `?*`."""
    return re.sub(r"[*?]*\*[*?]*", lambda run: "?" * run[0].count("?") + "*", pattern)


def wild(text: str) -> bool:
    """Whether a text has a wildcard."""
    return "*" in text or "?" in text


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches the pattern; case matters."""
    return pattern == text or _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=65536)
def covers(wider: str, narrower: str) -> bool:
    """Whether the first pattern matches every text that the second matches.

    If both have wildcards in unusual combinations (`?*`, `*ab`), the answer may wrongly be False, never wrongly True.

    >>> covers("s3:*", "s3:Get*"), covers("s3:Get*", "s3:*")
    (True, False)
    """
    wider, narrower = _short(wider), _short(narrower)
    if wider in ("*", narrower):
        return True
    if not wild(narrower):
        return matches(wider, narrower)
    return _covers(wider, narrower)


def _covers(wider: str, narrower: str) -> bool:
    """Matches the narrower pattern as a text; only a wildcard of the wider pattern matches its wildcards."""
    row = [True] + [False] * len(wider)
    for j, w in enumerate(wider, 1):
        row[j] = row[j - 1] and w == "*"
    for n in narrower:
        new = [False] * (len(wider) + 1)
        for j, w in enumerate(wider, 1):
            if w == "*":
                new[j] = row[j] or new[j - 1]
            elif n != "*":
                new[j] = row[j - 1] and w in ("?", n)
        row = new
    return row[-1]


@lru_cache(maxsize=65536)
def overlaps(one: str, other: str) -> bool:
    """Whether some text matches both patterns."""
    one, other = _short(one), _short(other)
    if "*" in (one, other) or one == other:
        return True
    if not wild(one):
        return matches(other, one)
    if not wild(other):
        return matches(one, other)
    row = [True] + [False] * len(other)
    for j, o in enumerate(other, 1):
        row[j] = row[j - 1] and o == "*"
    for c in one:
        new = [row[0] and c == "*"] + [False] * len(other)
        for j, o in enumerate(other, 1):
            if c == "*" or o == "*":
                new[j] = row[j] or new[j - 1]
            else:
                new[j] = row[j - 1] and (c == o or "?" in (c, o))
        row = new
    return row[-1]


def narrower_of(one: str, other: str) -> str:
    """The intersection of two overlapping patterns, as far as one pattern can express it: the narrower of the two."""
    return one if covers(other, one) else other

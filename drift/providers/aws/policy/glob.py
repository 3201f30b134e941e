"""IAM's wildcards: `*` is any text, also none, and `?` is any one character (IAM User Guide, "Resource")."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=8192)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in _short(pattern))
    return re.compile("".join(parts), re.DOTALL)


def _short(pattern: str) -> str:
    """`**` says no more than `*`, and `*?` no more than `?*`."""
    return re.sub(r"[*?]*\*[*?]*", lambda run: "?" * run[0].count("?") + "*", pattern)


def wild(text: str) -> bool:
    """Whether a text has a wildcard."""
    return "*" in text or "?" in text


def matches(pattern: str, text: str) -> bool:
    """Whether a text is one that the pattern means; case counts."""
    return pattern == text or _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=65536)
def covers(wider: str, narrower: str) -> bool:
    """Whether every text that one pattern means is meant by the other too.

    Where both have wildcards that meet in odd ways (`?*` and `*ab`), it may say no although it is so; never yes.

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
    """The narrower pattern read as a text whose wildcards only a wildcard of the wider one can stand for."""
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
    """Whether some text is meant by both patterns."""
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
    """What two overlapping patterns both mean, as far as one pattern can say it: the narrower of the two."""
    return one if covers(other, one) else other

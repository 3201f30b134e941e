"""Lists in a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def few(names: Iterable[str], most: int = 3) -> str:
    """The first names and the number of further ones.

    >>> few("abcde")
    'a, b, c and 2 more'
    """
    every = list(names)
    rest = len(every) - most
    return ", ".join(every[:most]) + (f" and {rest} more" if rest > 0 else "")

"""Suggests names that resemble an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST = 3
"""The number of suggested names."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """`Did you mean x, y?` with the known names that resemble `word`; `otherwise` without any."""
    plain = word.strip("*")
    names = sorted(set(known))
    near = difflib.get_close_matches(plain, names, n=MOST, cutoff=0.6)
    near = near or [n for n in names if plain and plain in n][:MOST]
    return f"Did you mean {', '.join(near)}?" if near else otherwise

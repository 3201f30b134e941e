"""The actual side, as far as the comparison needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.coverage import Gap
from drift.model.resource import Key, Resource


@dataclass(frozen=True, slots=True)
class Actual:
    """The resources found, and the listings that failed."""

    resources: Mapping[Key, Resource]
    """Every resource found, by its key."""
    paired: Mapping[tuple[str, str], Resource]
    """(state, address) of a desired resource -> the resource found for it."""
    gaps: frozenset[Gap]

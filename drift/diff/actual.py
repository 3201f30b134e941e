"""The actual side, as the differ needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.coverage import Gap
from drift.model.resource import Key, Resource


@dataclass(frozen=True, slots=True)
class Actual:
    """What was found, and what could not be listed."""

    resources: Mapping[Key, Resource]
    """Everything found, by its own entry."""
    paired: Mapping[tuple[str, str], Resource]
    """(state, address) -> what was found for it, by the desired resource's entry."""
    gaps: frozenset[Gap]

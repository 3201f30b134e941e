"""What a rule is: one small function with its metadata beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from drift.model.drift import Severity

Verdict = Literal["fail", "pass", "unknown"]
Judge = Callable[[Mapping[str, Any]], bool]
"""Canonical attributes, every one of `reads` among them -> whether the resource fails the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition over one resource's attributes that should not hold."""

    id: str
    title: str
    severity: Severity
    types: tuple[str, ...]
    fails: Judge
    reads: tuple[str, ...] = ()
    """The attributes it needs; all compared ones where it names none. Where one could not be read: unknown."""
    remedy: str
    references: tuple[str, ...] = ()
    when_missing: bool = False
    """Whether the loss of such a resource is itself the finding."""


def rule(**metadata: Any) -> Callable[[Judge], Rule]:
    """Makes a rule of the function it decorates; the id is its name with dashes."""

    def make(judge: Judge) -> Rule:
        metadata.setdefault("id", getattr(judge, "__name__", "rule").replace("_", "-"))
        return Rule(fails=judge, **metadata)

    return make

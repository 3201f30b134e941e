"""One expression being evaluated, as the parts of the evaluator see each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from drift.desired.hcl.run import Run
from drift.desired.hcl.tree import Expr
from drift.desired.hcl.values import Val


class Evaluation(Protocol):
    """What evaluates the parts of an expression."""

    run: Run
    unknowns: list[int] | None
    """How often something was done with what is not known: a box shared by the whole expression."""

    def within(self, names: Mapping[str, Val]) -> Evaluation:
        """The same with more variables."""

    def value(self, expr: Expr) -> Val:
        """The value, as far as it is known; raises `Failure`, and `TooMuch`."""

    def saw(self, val: Val) -> Val:
        """Count that something was done with what is not known, and may fail once it is."""

    def afresh(self) -> Evaluation:
        """The same, counting anew what is not known."""

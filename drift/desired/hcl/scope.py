"""What names mean where an expression stands: what the evaluator asks, and modules answer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from drift.desired.hcl.values import Val


class Scope(Protocol):
    """One module instance, and the `each` and `count` of the block that an expression stands in.

    The variables of `for` and of template directives are the evaluator's own, and shadow these.
    """

    @property
    def directory(self) -> Path:
        """What relative paths of file functions begin at: the root module's directory."""
        ...

    @property
    def jail(self) -> tuple[Path, ...]:
        """The directories whose files may be read."""
        ...

    def lookup(self, name: str, steps: tuple[str | int, ...]) -> tuple[Val, int] | None:
        """The value of the reference `name.steps…`, and how many of its steps that took; None where there is none.

        `steps` are all that follow the name as long as they are known: attribute names, and the keys of indexes
        whose value is known (`aws_subnet.a["x"].id` is `("aws_subnet", ("a", "x", "id"))`). The evaluator takes
        the steps that are left. What is there and not known is `unknown()`; None is an error of the author's
        ("reference to undeclared input variable"), which `try` and `can` catch.
        """
        ...

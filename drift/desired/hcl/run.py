"""What one run of the evaluator may spend, what it could not tell and why, and which files it may read.

Two things stop an expression: `Failure` is Terraform's own error, which `try` and `can` see. `NotKnown` is ours:
there is a value, but drift does not know it or cannot afford it. Neither leaves `evaluate.evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from drift.desired.hcl.jail import is_private, within
from drift.desired.hcl.values import FEW, NotKnown, TooMuch, Val
from drift.model.bounds import ELEMENTS, EVALUATION_STEPS, READ_BYTES, TEXT, contents

TOO_MUCH: Final = "its evaluation exceeds the bound evaluation-steps"


class Failure(Exception):  # noqa: N818
    """What Terraform itself would refuse, with its reason."""


@dataclass(slots=True)
class Run:
    """Shared by all that is evaluated for one configuration, so that hostile input cannot hang it."""

    steps: int = field(default_factory=lambda: EVALUATION_STEPS.most)
    """What may still be spent: expressions evaluated, elements made, pieces of 64 characters."""
    text: int = field(default_factory=lambda: TEXT.most)
    """Characters of one text."""
    items: int = field(default_factory=lambda: ELEMENTS.most)
    """Elements of one collection."""
    depth: int = 400
    """Expressions within expressions, counted through references as well."""
    beyond: dict[str, None] = field(default_factory=dict)
    """The refusals of bounds that were reached."""
    notes: list[tuple[int, str]] = field(default_factory=list)
    """(line, reason) of what was unknown, and whose reason is drift's or an error of the author's."""

    def spend(self, steps: int) -> None:
        """Take steps; `TooMuch` when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise self.refused(TOO_MUCH)

    def refused(self, what: str) -> TooMuch:
        """What to raise where a bound is reached, which the run keeps."""
        self.beyond.setdefault(what)
        return TooMuch(what)

    def allow_text(self, length: int) -> None:
        """Take what a text of that length costs."""
        if length > self.text:
            raise self.refused(f"a text of {length} characters, {TEXT.beyond}")
        self.spend(length >> 6)

    def allow_items(self, count: int) -> None:
        """Take what a collection of that many elements costs."""
        if count > self.items:
            raise self.refused(f"a collection of {count} elements, {ELEMENTS.beyond}")
        self.spend(count)

    def allow_parts(self, val: Val) -> Val:
        """Take what a value costs that is kept: one that has many parts is copied with all of them."""
        if val.parts > FEW:
            self.spend(val.parts)
        return val

    def note(self, line: int, reason: str) -> None:
        """Keep a reason, once."""
        if (line, reason) not in self.notes[-50:]:
            self.notes.append((line, reason))


def find(path: str, directory: Path, jail: tuple[Path, ...]) -> Path:
    """Where a path of a configuration leads; `NotKnown` outside of its directories, whatever links say."""
    if "\0" in path:
        raise Failure("a path cannot contain a NUL character")
    try:
        found = (directory / Path(path).expanduser()).resolve()
    except (OSError, RuntimeError) as error:
        raise NotKnown(f"{path} cannot be followed") from error
    if not inside(found, jail):
        raise NotKnown(f"{path} is outside the configuration: drift does not read it")
    if is_private(found):
        raise NotKnown(f"{path} may hold credentials: drift does not read it for a configuration")
    return found


def inside(real: Path, jail: tuple[Path, ...]) -> bool:
    """Whether a resolved path is in one of these directories."""
    try:
        return within(real, (root.resolve() for root in jail))
    except (OSError, RuntimeError):
        return False


def read(path: str, directory: Path, jail: tuple[Path, ...]) -> bytes:
    """A file's bytes; `Failure` where there is none, `NotKnown` where it is not for us."""
    found = find(path, directory, jail)
    if found.is_dir() or not found.exists():
        raise Failure(f"no file exists at {path}")
    try:
        return contents(found, READ_BYTES)
    except OSError as error:
        raise NotKnown(f"{path} cannot be read: {error.strerror}") from error

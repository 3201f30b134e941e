"""What a remedy is made of: edits of files and commands, for one entry of a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Choice = Literal["adopt", "accept", "revert", "forget"]
"""adopt: Terraform manages the resource from now on. accept: the configuration gets the actual value. revert: an apply
restores the desired value. forget: Terraform no longer manages the resource."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file. Offsets count characters of the file as it was read, including line endings."""

    path: Path
    text: str
    start: int = 0
    end: int = 0
    """`text` replaces what is between `start` and `end`. A file that does not exist is created from its edits."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """The fix for one entry; nothing of it has been done yet."""

    address: str
    """The address that the entry has, or gets."""
    choice: Choice
    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    """Shell commands, quoted for a POSIX shell, that a person runs after the edits."""
    why: str = ""
    """One sentence: what the remedy does, and why there."""
    brings: tuple[str, ...] = ()
    """The addresses of what the edits import beside it."""
    cannot: str = ""
    """Why there is no remedy; empty if there is one."""

"""What a remedy is made of: edits of files and commands, for one entry of a report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Choice = Literal["adopt", "accept", "revert", "forget"]
"""What becomes of an entry: Terraform takes the resource over; the configuration takes the actual value over; an apply
puts the desired value back; Terraform forgets the resource."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file. Offsets count characters of the file as it was read, line ends included."""

    path: Path
    text: str
    start: int = 0
    end: int = 0
    """What is between `start` and `end` becomes `text`. A file that does not exist is made of its edits."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What mends one entry; nothing of it was done yet."""

    address: str
    """The address that the entry has, or gets."""
    choice: Choice
    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    """Shell commands, quoted for a POSIX shell, that a person runs after the edits."""
    why: str = ""
    """One sentence: what the remedy does, and why there."""
    cannot: str = ""
    """Why there is no remedy; empty if there is one."""

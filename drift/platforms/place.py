"""A platform's repository: how it is reached, what is done there, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drift.errors import PlatformError
from drift.report.touch import ChangedFile


class Platform(Protocol):
    """One repository, on one platform."""

    limit: int
    """Characters that a comment may have."""

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """What a pull request changes."""

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment that begins with `marker`, in place where it is there already; its address."""

    def issue(self, marker: str, title: str, body: str, *, keep_open: bool) -> str:
        """Write the one issue that begins with `marker`; close it where it is not kept open.

        Its address; empty where there is none and none was needed.
        """


@dataclass(frozen=True, slots=True)
class Place:
    """Which platform, which repository, and who speaks."""

    platform: str
    url: str
    """The API's address."""
    repository: str
    token: str
    number: int = 0
    """Of the pull request; 0 where there is none."""
    link: str = ""
    """Where the run that reports can be read."""

    def __repr__(self) -> str:
        return f"Place({self.platform}, {self.url}, {self.repository}, {self.number})"


def refused(what: str, status: int, said: str, token: str, hints: Mapping[int, str]) -> PlatformError:
    """The error for what a platform refused; its words are shown without the token."""
    safe = said.replace(token, "***") if token else said
    hint = hints.get(status, "Try again; where it stays so, ask the platform's own log.")
    return PlatformError(f"{what}: refused with {status}: {' '.join(safe.split())[:300]}", hint)

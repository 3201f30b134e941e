"""A repository on a platform: its address, the operations on it, and the error for a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from drift.errors import PlatformError
from drift.report.touch import ChangedFile


class Platform(Protocol):
    """One repository, on one platform."""

    limit: int
    """Maximum characters of a comment."""

    def is_private(self) -> bool:
        """Whether only its members can read the repository; False if that is unknown."""

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """The files that a pull request changes."""

    def comment(self, number: int, marker: str, body: str) -> str:
        """Write the comment that starts with `marker`, in place if it exists; return its URL."""

    def propose(self, branch: str, title: str, body: str) -> str:
        """Open the pull request of a branch against the default branch, or update it; return its URL."""

    def issue(self, marker: str, title: str, body: str, *, keep_open: bool) -> str:
        """Write the issue that starts with `marker`; close it unless `keep_open`.

        Returns its URL; empty if there is none and none was needed.
        """


@dataclass(frozen=True, slots=True)
class Place:
    """The platform, the repository, and the token."""

    platform: str
    url: str
    """The URL of the API."""
    repository: str
    token: str
    number: int = 0
    """The number of the pull request; 0 without one."""
    link: str = ""
    """A link to the run that reports."""

    def __repr__(self) -> str:
        return f"Place({self.platform}, {self.url}, {self.repository}, {self.number})"


def refused(what: str, status: int, said: str, token: str, hints: Mapping[int, str]) -> PlatformError:
    """The error for a refusal by a platform; its message is shown without the token."""
    safe = said.replace(token, "***") if token else said
    hint = hints.get(status, "Try again. If the error persists, check the platform's status and logs.")
    return PlatformError(f"{what}: refused with {status}: {' '.join(safe.split())[:300]}", hint)

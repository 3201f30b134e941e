"""What can stop drift.

    DriftError                 catch this one; str() is the message for the user
    ├── UsageError             an option or argument makes no sense
    ├── StateError             one Terraform state cannot be read
    ├── CatalogError           a resource type, rule or plugin is wrong
    ├── CloudError             the cloud cannot be reached at all: credentials, region, endpoint
    ├── TapeError              a recording cannot be written or read
    │   └── NotOnTapeError     a strict replay was asked what was not recorded
    ├── ReportError            a saved report cannot be read
    ├── StoreError             the store of scans cannot be read or written, or a query of it is wrong
    └── PlatformError          GitHub, GitLab or a webhook refused what was to be posted

What the cloud refuses during a scan is no exception: it becomes `Unreadable` or a `Gap`
(`drift.model.coverage`), because the rest of the answer is still worth having.
"""

from __future__ import annotations


class DriftError(Exception):
    """Something stopped drift; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(DriftError):
    """An option or argument makes no sense."""


class DistrustError(UsageError):
    """A file of the repository asks for what only the person who runs drift may ask for."""


class StateError(DriftError):
    """One Terraform state cannot be read."""

    def __init__(self, source: str, message: str, hint: str = "") -> None:
        super().__init__(f"{source}: {message}", hint)
        self.source = source


class CatalogError(DriftError):
    """A resource type, rule or plugin is wrong."""


class CloudError(DriftError):
    """The cloud cannot be reached at all: credentials, region, endpoint.

    `action` and `code` are the permission that was refused and the cloud's error code, where it was a refusal.
    """

    def __init__(self, message: str, hint: str = "", *, action: str = "", code: str = "") -> None:
        super().__init__(message, hint)
        self.action = action
        self.code = code


class TapeError(DriftError):
    """A recording cannot be written or read."""


class NotOnTapeError(TapeError):
    """A strict replay was asked what was not recorded: the tape is older than the question."""


class ReportError(DriftError):
    """A saved report cannot be read."""


class StoreError(DriftError):
    """The store of scans cannot be read or written, or a query of it is wrong."""


class PlatformError(DriftError):
    """GitHub, GitLab or a webhook refused what was to be posted."""

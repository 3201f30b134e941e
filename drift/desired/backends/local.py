"""States on this machine: files, directories, globs."""

from __future__ import annotations

import glob
from pathlib import Path

from drift.errors import StateError


def find(pattern: str) -> list[str]:
    """The state files that a path, a directory or a glob names, sorted; StateError where there are none."""
    place = Path(pattern)
    if place.is_dir():
        found = sorted(str(p) for p in place.rglob("*.tfstate") if p.is_file() and ".terraform" not in p.parts)
        if not found:
            raise StateError(
                pattern,
                "no *.tfstate in this directory",
                "With a remote backend, `terraform state pull > current.tfstate` writes one.",
            )
        return found
    if place.exists():
        return [pattern]
    if glob.has_magic(pattern):
        found = sorted(p for p in glob.glob(pattern, recursive=True) if Path(p).is_file())  # noqa: PTH207 - absolute patterns too
        if not found:
            raise StateError(pattern, "no file matches", "Quote the pattern, and use ** to go into directories.")
        return found
    raise StateError(
        pattern, "no such file", "Give the path of a state; `terraform state pull > current.tfstate` writes one."
    )


def read(path: str) -> bytes:
    """The bytes of a local state."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise StateError(path, f"cannot be read: {error.strerror or error}") from None

"""Finds the repository around a directory."""

from __future__ import annotations

from pathlib import Path

from drift.model.checkout import root_of


def checkout(start: Path) -> tuple[Path, str]:
    """The root of the repository that contains `start`, and the path from the root to `start`, with slashes."""
    start = start.resolve()
    root = root_of(start) or start
    return root, start.relative_to(root).as_posix().removeprefix(".")

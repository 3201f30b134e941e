"""Which repository a directory is in, and what leads out of it where its author is not trusted."""

from __future__ import annotations

import os
from pathlib import Path

from drift.model import trust
from drift.model.bounds import SETTINGS_BYTES, contents


def root_of(directory: Path) -> Path | None:
    """The root of the repository around a directory, of a submodule the one that has it; None where there is none."""
    found = None
    for place in (directory, *directory.parents):
        git = place / ".git"
        if git.exists():
            found = place
            if not _is_submodule(git):
                break
    return found


def _is_submodule(git: Path) -> bool:
    """Whether this is the `.git` of a submodule: a file that names a directory of the outer repository."""
    try:
        return git.is_file() and b"/modules/" in contents(git, SETTINGS_BYTES)
    except OSError:
        return False


def is_outside(path: Path) -> bool:
    """Whether the repository is not trusted, and a path leads out of it."""
    return trust.is_untrusted() and not _real(path).is_relative_to(_root())


def leads_out(path: Path) -> bool:
    """Whether the repository is not trusted, and a path in it is a link that leads out of it. A path that is outside
    as it is written is the word of who runs drift."""
    return is_outside(path) and Path(os.path.abspath(path)).is_relative_to(_root())  # noqa: PTH100 - links as they are


def _root() -> Path:
    here = Path.cwd().resolve()
    return root_of(here) or here


def _real(path: Path) -> Path:
    """Where a path leads; itself where a link leads back to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()

"""What git says of files, asked of git itself."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from drift.errors import UsageError


def git(*words: str, cwd: Path | None = None) -> str:
    """What a git command prints. UsageError where git is not there, or refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it is run
            ["git", *words],  # noqa: S607
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError:
        raise UsageError("git is not on the PATH", "Install git, or write the files without --pr.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(f"git {words[0]}: {said[-1] if said else done.returncode}", "See what `git status` says.")
    return done.stdout


def dirty(paths: Sequence[Path]) -> list[Path]:
    """Those of the files with changes that are not committed; none outside a repository, or without git."""
    out = []
    for path in paths:
        where = path.parent if path.parent.is_dir() else Path()
        try:
            said = git("status", "--porcelain", "--", path.name, cwd=where)
        except UsageError:
            continue
        if said.strip():
            out.append(path)
    return out

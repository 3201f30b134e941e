"""Runs git: commits, pushes, and finds uncommitted changes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from drift.errors import UsageError


def git(
    *words: str, cwd: Path | None = None, given: bytes | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """What a git command prints. UsageError where git is not there, or refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            ["git", *words],  # noqa: S607 - the user's own git
            cwd=cwd,
            capture_output=True,
            check=False,
            input=given or b"",
            env={**os.environ, **environment} if environment else None,
        )
    except OSError:
        raise UsageError("git is not on the PATH", "Install git, or write the files without --pr.") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {words[0]}: {said[-1] if said else done.returncode}", "See what `git status` says.")
    return done.stdout.decode("utf-8", "replace")


def commit(after: Mapping[Path, str], message: str, cwd: Path) -> str:
    """A commit on top of HEAD with the new text of some files; its hash. No branch, index or file is touched.

    Who commits is who git says, else drift itself.
    """
    try:
        root = Path(git("rev-parse", "--show-toplevel", cwd=cwd).strip())
    except UsageError as error:
        raise UsageError(f"{cwd} is in no git repository", "Write the files with --write.") from error
    try:
        git("rev-parse", "--verify", "HEAD", cwd=root)
    except UsageError as error:
        raise UsageError(
            f"{root} has no commit yet", "Commit the configuration first, then propose a change."
        ) from error
    with tempfile.TemporaryDirectory(prefix="drift-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git("read-tree", "HEAD", cwd=root, environment=index)
        for path, text in after.items():
            real = path.resolve()
            if not real.is_relative_to(root.resolve()):
                raise UsageError(f"{path} is outside the repository {root}", "Write it without --pr.")
            blob = git("hash-object", "-w", "--stdin", cwd=root, given=text.encode("utf-8")).strip()
            name = real.relative_to(root.resolve()).as_posix()
            mode = "100755" if path.exists() and os.access(path, os.X_OK) else "100644"
            git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}", cwd=root, environment=index)
        tree = git("write-tree", cwd=root, environment=index).strip()
    return git("commit-tree", tree, "-p", "HEAD", "-m", message, cwd=root, environment=_somebody(root)).strip()


def _somebody(root: Path) -> dict[str, str]:
    """Who commits, where git knows nobody: a CI job."""
    try:
        if git("config", "user.email", cwd=root).strip():
            return {}
    except UsageError:
        pass
    who = {"NAME": "drift", "EMAIL": "drift@localhost"}
    return {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}


def push(commit_: str, branch: str, remote: str, cwd: Path) -> None:
    """Make a branch of the remote that commit. The branch is drift's own: what it had before is replaced."""
    git("push", "--force", "--quiet", remote, f"{commit_}:refs/heads/{branch}", cwd=cwd)


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

"""Who last wrote a block of the configuration: the newest commit among its lines, by `git blame`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from drift.model.resource import Resource
from drift.model.who import Commit

SECONDS = 20
"""The time limit for one file, in seconds."""
_UNCOMMITTED = "0" * 40


@dataclass(slots=True)
class Blame:
    """Finds commits; runs `git blame` once for each file."""

    files: dict[str, list[Commit]] = field(default_factory=dict)

    def of(self, resource: Resource) -> Commit | None:
        """The commit that last wrote a resource's block; None without a file, outside a repository, without git."""
        source = resource.source
        if not source.file or not source.line:
            return None
        lines = self.files.get(source.file)
        if lines is None:
            lines = self.files[source.file] = _blamed(Path(source.file))
        end = max((line for line in resource.lines.values() if line >= source.line), default=source.line)
        found = [c for c in lines[source.line - 1 : end] if c.id != _UNCOMMITTED]
        return max(found, key=lambda c: c.at, default=None)


def _blamed(file: Path) -> list[Commit]:
    """The commit of each line; empty if git has no answer."""
    git = shutil.which("git")
    if git is None or not file.is_file():
        return []
    command = [git, "--no-pager", "-c", "core.fsmonitor=false", "blame", "--porcelain", "--", file.name]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command; the file's name follows `--`
            command, cwd=file.parent, capture_output=True, timeout=SECONDS, check=True, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return _parsed(done.stdout.decode("utf-8", "replace"))


def _parsed(text: str) -> list[Commit]:
    """Parse git's porcelain format: `<commit> <original line> <final line>`, the commit's header, the line itself."""
    known: dict[str, Commit] = {}
    out: list[Commit] = []
    head, about = "", dict[str, str]()
    for line in text.split("\n"):
        if line.startswith("\t"):
            if head not in known:
                known[head] = _commit(head, about)
            out.append(known[head])
            head, about = "", {}
        elif not head:
            head = line.partition(" ")[0]
        else:
            name, _, value = line.partition(" ")
            about[name] = value
    return out


def _commit(id_: str, about: Mapping[str, str]) -> Commit:
    seconds = about.get("author-time", "")
    at = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds.isdigit() else ""
    return Commit(id=id_, at=at, author=about.get("author", ""), summary=about.get("summary", ""))


__all__ = ["Blame"]

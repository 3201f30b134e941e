"""Applies edits to text, makes a patch of them, and writes all files or none."""

from __future__ import annotations

import difflib
import os
import stat
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from drift.errors import UsageError
from drift.remedy.spec import Edit

CONTEXT = 3
"""Lines around a change that a patch shows."""


class OverlapError(Exception):
    """Two edits change the same place of a file."""


def texts(edits: Iterable[Edit], now: Mapping[str, str] | None = None) -> dict[Path, str]:
    """Path -> its text after the edits. `now` has the text of files that other edits changed, by their path.

    Raises OverlapError, and OSError and UnicodeDecodeError for files that cannot be read.
    """
    by_path: dict[Path, list[Edit]] = defaultdict(list)
    for edit in dict.fromkeys(edits):
        by_path[edit.path].append(edit)
    out = {}
    for path, mine in by_path.items():
        known = (now or {}).get(str(path))
        text = known if known is not None else path.read_bytes().decode("utf-8") if path.exists() else ""
        out[path] = spliced(text, mine)
    return out


def spliced(text: str, edits: Iterable[Edit]) -> str:
    """Text after edits, which keep their order where they insert at the same place. Raises OverlapError."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if edit.start < at:
            raise OverlapError(f"{edit.path}: two changes meet at the same place")
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


def patch(before: Mapping[Path, str], after: Mapping[Path, str]) -> str:
    """A unified diff, relative to the repository's root; outside of a repository, to the working directory.

    `git apply` takes it anywhere in the repository, `patch -p1` at its root.
    """
    out: list[str] = []
    for path in sorted(after, key=str):
        old, new = before.get(path, ""), after[path]
        if old == new:
            continue
        root = repository(path)
        name = _inside(path, root)
        if root is not None:
            out.append(f"diff --git a/{name} b/{name}\n")
            out += [] if path in before else ["new file mode 100644\n"]
        end = "\t" if " " in name else ""  # as git has it: else `patch` takes the name to end there
        begin = f"a/{name}{end}" if path in before else "/dev/null"
        out += (
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in difflib.unified_diff(_lines(old), _lines(new), begin, f"b/{name}{end}", n=CONTEXT)
        )
    return "".join(out)


def repository(path: Path) -> Path | None:
    """The root of the git repository that a file is in, or would be; None outside of any."""
    here = path.resolve()
    return next((above for above in here.parents if (above / ".git").exists()), None)


def _inside(path: Path, root: Path | None) -> str:
    """The name of a file in a patch."""
    if root is not None:
        return path.resolve().relative_to(root).as_posix()
    if not path.is_absolute():
        return path.as_posix()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix().lstrip("/")


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one, as for git."""
    lines = text.split("\n")
    whole = [f"{line}\n" for line in lines[:-1]]
    return [*whole, lines[-1]] if lines[-1] else whole


def write(before: Mapping[Path, str], after: Mapping[Path, str]) -> None:
    """Write all files, or none. UsageError where one cannot be written, or has another text than `before` by now; then
    all are as they were.
    """
    for path in after:
        _writable(path)
        if (path.read_bytes() if path.exists() else None) != (before[path].encode("utf-8") if path in before else None):
            raise UsageError(
                f"{path}: it was changed while drift worked", "Nothing was written. Run the command again."
            )
    ready: list[tuple[Path, Path]] = []
    try:
        for path, text in after.items():
            ready.append((path, _beside(path, text)))
    except OSError as error:
        for _, made in ready:
            made.unlink(missing_ok=True)
        raise UsageError(f"{error.filename or 'a file'}: cannot be written: {error.strerror}", _NOTHING) from None
    kept: list[tuple[Path, bytes | None]] = []
    try:
        for path, made in ready:
            kept.append((path, path.read_bytes() if path.exists() else None))
            made.replace(_real(path))
    except OSError as error:
        for path, old in kept:
            with suppress(OSError):
                path.write_bytes(old) if old is not None else path.unlink(missing_ok=True)
        for _, made in ready:
            made.unlink(missing_ok=True)
        raise UsageError(f"{error.filename or 'a file'}: cannot be written: {error.strerror}", _NOTHING) from None


_NOTHING = "Nothing was written. Make the file writable, and run the command again."


def _writable(path: Path) -> None:
    if path.exists() and not os.access(path, os.W_OK):
        raise UsageError(f"{path}: it is read-only", _NOTHING)
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no directory {path.parent}", _NOTHING)


def _real(path: Path) -> Path:
    """Where a link leads: the file is replaced, and the link stays."""
    return path.resolve() if path.is_symlink() else path


def _beside(path: Path, text: str) -> Path:
    """A new file beside another one, with the same mode."""
    target = _real(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8"))
            out.flush()
            os.fsync(out.fileno())
        if target.exists():
            Path(name).chmod(stat.S_IMODE(target.stat().st_mode))
        else:
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)

"""Writes files atomically: completely, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from drift.model.bounds import PIPE_SECONDS

_IN_PLACE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV})
"""Errors of a directory in which no temporary file can be created, although the file itself may be writable: for
example a single file that a container has mounted."""


Content = bytes | Callable[[IO[bytes]], None]
"""What a file holds, or what writes it: so that a large report is never in memory as a whole."""
IN_MEMORY = 8 << 20
"""Bytes of what is written to no file of its own that are kept in memory; more goes to the disk."""


def write(contents: Mapping[Path, Content], *, private: bool = False) -> None:
    """Write all files or none: first as temporary files in the same directories, synchronised to disk, then renamed.

    OSError if a file cannot be written; `filename` names it. With `private`, only the owner can read the files. A named
    pipe or device is written directly, after the others; a pipe without a reader fails after the bound `pipe-seconds`.
    """
    places = {path: Path(os.path.realpath(path)) for path in contents}  # keep a symbolic link: write its target
    direct = [path for path in contents if _is_special(path)]
    staged: dict[Path, Path | None] = {}
    with contextlib.ExitStack() as stack:
        poured = {path: stack.enter_context(aside(contents[path])) for path in direct}
        _write(contents, places, direct, staged, private=private)
        for path, content in poured.items():
            with _named(path):
                _pour(path, content)


@contextlib.contextmanager
def aside(content: Content) -> Iterator[IO[bytes]]:
    """The content in a file without a name, at its beginning."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spooled:
        _fill(spooled, content)
        spooled.seek(0)
        yield spooled


def _fill(file: IO[bytes], content: Content) -> None:
    if isinstance(content, bytes):
        file.write(content)
    else:
        content(file)


def _write(
    contents: Mapping[Path, Content],
    places: Mapping[Path, Path],
    direct: Sequence[Path],
    staged: dict[Path, Path | None],
    *,
    private: bool,
) -> None:
    try:
        for path, content in contents.items():
            if path not in direct:
                with _named(path):
                    staged[path] = _staged(places[path], content, private=private)
        for path, made in list(staged.items()):
            with _named(path):
                _move(made, places[path], contents[path])
            staged[path] = None
    finally:
        for left in filter(None, staged.values()):
            left.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    return not stat.S_ISREG(mode)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _staged(place: Path, content: Content, *, private: bool) -> Path | None:
    """A temporary file with the content, in the same directory; None if it cannot be created but the file is
    writable."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
    except OSError as error:
        if error.errno in _IN_PLACE and os.access(place, os.W_OK):
            return None
        raise
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _fill(file, content)
            file.flush()
            os.fsync(file.fileno())
        made.chmod(_mode(place, private=private))
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


def _mode(place: Path, *, private: bool) -> int:
    """The permissions of the existing file, or those of a new one under the user's umask."""
    if private:
        return 0o600
    with contextlib.suppress(OSError):
        return stat.S_IMODE(place.stat().st_mode)
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def _move(made: Path | None, place: Path, content: Content) -> None:
    if made is not None:
        try:
            made.replace(place)
        except OSError as error:
            if error.errno not in _IN_PLACE or not os.access(place, os.W_OK):
                raise
            made.unlink(missing_ok=True)
        else:
            return
    with aside(content) as whole, place.open("r+b") as file:
        shutil.copyfileobj(whole, file)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def _pour(path: Path, content: IO[bytes]) -> None:
    """Write into a pipe or device, whose reader may be slow or missing."""
    until = time.monotonic() + PIPE_SECONDS.most
    handle = _opened(path, until)
    try:
        rest = content.read(65536)
        while rest:
            _, ready, _ = select.select([], [handle], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise _unread(path)
            rest = rest[os.write(handle, rest) :] or content.read(65536)
            until = time.monotonic() + PIPE_SECONDS.most
    finally:
        os.close(handle)


def _opened(path: Path, until: float) -> int:
    while True:
        try:
            return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > until:
                raise _unread(path) from None
        time.sleep(0.05)


def _unread(path: Path) -> OSError:
    why = f"it is a pipe, and nobody read from it within {PIPE_SECONDS.shown} (bound pipe-seconds)"
    return OSError(errno.ETIMEDOUT, why, str(path))

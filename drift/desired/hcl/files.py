"""Parses files of a configuration in parallel, and caches the result by content.

Parsing takes most of a tenth of a second for a thousand lines. The cache is a directory of the user's own
(`$XDG_CACHE_HOME/drift/hcl`, mode 0700); `DRIFT_CACHE` names another, or is `off`.

Each cache entry is encrypted with the text that it was made from. So nobody can read the secrets of a file from the
cache or a backup of it: only somebody who has the file can open its entry.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from drift import __version__
from drift.desired.hcl.json_syntax import parse_json, parse_json_arguments, parse_json_values
from drift.desired.hcl.pack import packed, unpacked
from drift.desired.hcl.syntax import parse
from drift.desired.hcl.tree import Body, File, Lost
from drift.desired.unhurried import unhurried
from drift.model.bounds import CONFIGURATION_BYTES, CONFIGURATION_DEPTH, contents

SIDE_BY_SIDE: Final = 50
"""From this number of files that are not in the cache, drift parses in several processes."""
_WORKERS: Final = 8
_CHUNK: Final = 8
_KEEP_DAYS: Final = 30
_MODULES: Final = (
    "build",
    "expression",
    "json_shape",
    "json_syntax",
    "json_text",
    "lower",
    "pack",
    "scan",
    "syntax",
    "template",
    "text",
    "tree",
)


def parse_text(text: str, path: str) -> File:
    """What the file's name says that its text is: JSON or the native syntax. Raises nothing."""
    if path.endswith(".tfvars.json"):
        return parse_json_values(text, path)
    if path.endswith(".hcl.json"):
        return parse_json_arguments(text, path)
    return parse_json(text, path) if path.endswith(".json") else parse(text, path)


def parse_file(path: Path) -> File:
    """One file. Raises nothing: what cannot be read is lost."""
    return parse_files([path])[0]


def parse_files(paths: Sequence[Path]) -> list[File]:
    """Files in the order of their paths. Raises nothing: a file that cannot be read is lost as a whole."""
    with unhurried():
        return _files(paths)


def _files(paths: Sequence[Path]) -> list[File]:
    out: list[File | None] = [None] * len(paths)
    store = _Store.open()
    to_do: list[tuple[int, str, bytes]] = []
    for n, path in enumerate(paths):
        content = _content(path)
        if isinstance(content, str):
            out[n] = File(str(path), Body(), (Lost(1, 1, "", content),))
        elif (known := store.get(_key(path, content)) if store and _kept(path) else None) is not None:
            with suppress(ValueError):
                out[n] = unpacked(_sealed(known, path, content), str(path))
        if out[n] is None and isinstance(content, bytes):
            to_do.append((n, str(path), content))
    for (n, name, content), data in zip(to_do, _parsed(to_do), strict=True):
        out[n] = unpacked(data, name)
        if store and _kept(Path(name)):
            store.put(_key(Path(name), content), _sealed(data, Path(name), content))
    return [file for file in out if file is not None]


def _kept(path: Path) -> bool:
    """Whether a file may be kept: the values of variables are where secrets are."""
    return not path.name.endswith((".tfvars", ".tfvars.json"))


def _content(path: Path) -> bytes | str:
    """A file's bytes, or why they cannot be read."""
    try:
        return contents(path, CONFIGURATION_BYTES)
    except OSError as e:
        return f"cannot be read: {e.strerror or type(e).__name__}"


@cache
def _load_grammar() -> None:
    """Load python-hcl2's grammar, which takes seconds to compile.

    python-hcl2 keeps it compiled beside itself, in a pickle; where that place cannot be written it is kept here,
    in the directory that is the user's alone.
    """
    from hcl2 import parser

    store = _Store.open()
    beside = parser.PARSER_FILE
    if store and not beside.exists() and not os.access(beside.parent, os.W_OK):
        parser.PARSER_FILE = store.root / "grammar"
    parser.parser()


def _parse_bytes(name: str, content: bytes) -> bytes:
    with unhurried():
        return packed(parse_text(content.decode("utf-8", "surrogateescape"), name))


def _parse_some(some: Sequence[tuple[int, str, bytes]]) -> list[bytes]:
    _load_grammar()
    return [_parse_bytes(name, content) for _, name, content in some]


def _parsed(to_do: Sequence[tuple[int, str, bytes]]) -> Iterator[bytes]:
    """Each file, packed; in processes where there are many."""
    workers = min(_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    done = 0
    if to_do:
        _load_grammar()
    if len(to_do) >= SIDE_BY_SIDE and workers > 1:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        chunks = [to_do[i : i + _CHUNK] for i in range(0, len(to_do), _CHUNK)]
        # a pool that cannot start (no semaphores, no main module to import) is no reason not to parse
        with (
            suppress(BrokenProcessPool, OSError, ImportError),
            ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            for results in pool.map(_parse_some, chunks):
                yield from results
                done += len(results)
    yield from (_parse_bytes(name, content) for _, name, content in to_do[done:])


# --- the cache -------------------------------------------------------------------------------------------------


@cache
def _parser() -> bytes:
    """What tells this parser from others: drift's version, python-hcl2's, and the text of its own modules."""
    digest = hashlib.sha256(f"{__version__} {version('python-hcl2')} {CONFIGURATION_DEPTH.most}".encode())
    for name in _MODULES:
        with suppress(OSError):
            digest.update((Path(__file__).with_name(f"{name}.py")).read_bytes())
    return digest.digest()


def _key(path: Path, content: bytes) -> str:
    return _digest(b"name", path, content).hex()


def _sealed(data: bytes, path: Path, content: bytes) -> bytes:
    """A parsed file, closed or opened with the text that it was made from.

    The stream is SHAKE-256 of that text: no other entry ever has the same one. What was changed since opens to no
    parsed file.
    """
    stream = hashlib.shake_256(_digest(b"seal", path, content)).digest(len(data))
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def _digest(purpose: bytes, path: Path, content: bytes) -> bytes:
    digest = hashlib.sha256(_parser() + purpose)
    digest.update("".join(path.suffixes[-2:]).encode("utf-8", "surrogateescape") + b"\0")
    digest.update(content)
    return digest.digest()


class _Store:
    """A directory of parsed files by key, the user's own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pruned = False

    @classmethod
    def open(cls) -> _Store | None:
        """The cache; None where it is switched off, cannot be made, or is not the user's alone."""
        given = os.environ.get("DRIFT_CACHE", "")
        if given == "off":
            return None
        base = given or os.environ.get("XDG_CACHE_HOME") or ""
        try:
            root = (Path(base) if base else Path.home() / ".cache") / ("hcl" if given else "drift/hcl")
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = root.stat()
        except (OSError, RuntimeError):
            return None
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o077):
            return None
        return cls(root)

    def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        try:
            return (self.root / key[:2] / key[2:]).read_bytes()
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """Keep it. A cache that cannot be written is no error."""
        file = self.root / key[:2] / key[2:]
        part = file.with_name(f"{file.name}.{os.getpid()}")
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, exist_ok=True)
            part.touch(mode=0o600)  # what a configuration says may be a secret
            part.write_bytes(data)
            part.replace(file)
        if not self._pruned:
            self._pruned = True
            self._prune()

    def _prune(self) -> None:
        before = time.time() - _KEEP_DAYS * 86_400
        for file in self.root.glob("??/*"):
            with suppress(OSError):
                if file.stat().st_mtime < before:
                    file.unlink()

"""States on this machine: files, directories, globs, standard input."""

from __future__ import annotations

import fnmatch
import glob
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from drift.desired import directory, distrust, layout
from drift.desired.backends import Lock, lock_from, scheme_of
from drift.desired.configured import STATE
from drift.errors import StateError
from drift.model.bounds import FOLDERS, SETTINGS_BYTES, STATE_BYTES, contents
from drift.model.checkout import leads_out

scheme = ""
STDIN = "-"
ERRORED = "errored.tfstate"
"""What Terraform leaves where it could not save a state to its backend."""


def find(url: str) -> list[str]:
    """The states that a path, a directory or a glob names, sorted; StateError where there are none.

    A directory that Terraform initialised stands for the place where its backend keeps the state, which may be a URL.
    """
    place = Path(url)
    if url == STDIN:
        return [url]
    if place.is_dir():
        return _in_directory(url)
    if place.exists():
        return [url]
    if glob.has_magic(url):
        found = sorted(_matching(url))
        if not found:
            raise StateError(url, "no file matches", "Quote the pattern, and use ** for subdirectories.")
        return found
    raise StateError(url, "no such file", _instead(place))


def _matching(pattern: str) -> Iterator[str]:
    """The files that a pattern matches, as the shell means it: `**` is any directories, and `*` no hidden name.

    Each directory is entered once, also where links lead back to it.
    """
    at = Path(pattern)
    steps = at.parts[1:] if at.anchor else at.parts
    entered: set[tuple[object, int]] = set()
    waiting = [(Path(at.anchor), 0)]
    while waiting:
        folder, n = waiting.pop()
        step, last = steps[n], n + 1 == len(steps)
        if glob.has_magic(step):
            itself, entries = _entries(folder)
            if (itself, n) in entered:
                continue
            entered.add((itself, n))
            _allow(len(entered), pattern)
            reached = [(folder, True, 1)] if step == "**" else []
            reached += [(folder / e.name, e.is_dir(), int(step != "**")) for e in entries if _is_match(e.name, step)]
        else:
            reached = [(folder / step, (folder / step).is_dir(), 1)]
        for path, is_folder, taken in reached:
            if is_folder and n + taken < len(steps):
                waiting.append((path, n + taken))
            elif last and not is_folder and path.is_file():
                yield str(path)


def _entries(folder: Path) -> tuple[object, list[os.DirEntry[str]]]:
    """What identifies a directory, and what it contains, last first; nothing if it cannot be read."""
    try:
        about = folder.stat()
        with os.scandir(folder) as found:
            return (about.st_dev, about.st_ino), sorted(found, key=lambda e: e.name, reverse=True)
    except OSError:
        return None, []


def _is_match(name: str, step: str) -> bool:
    hidden = name.startswith(".") and not step.startswith(".")
    return not hidden and (step == "**" or fnmatch.fnmatchcase(name, step))


def _allow(entered: int, place: str) -> None:
    if entered > FOLDERS.most:
        raise StateError(place, f"directories to search: {FOLDERS.beyond}", FOLDERS.hint)


def _in_directory(url: str) -> list[str]:
    """The states of a directory and those below it: files, then the places of remote backends, then directories whose
    state cannot be read; reading says why."""
    found: set[str] = set()
    remote: set[str] = set()
    untold: set[str] = set()
    for entered, (folder, below, files) in enumerate(os.walk(url), 1):
        _allow(entered, url)
        here, top = Path(folder), folder == url
        below[:] = _searched(here, below, files)
        backend = _initialised(here, files) if _has_own_data(top=top) else ""
        try:
            backend = backend or (_declared(here) if _has_own_data(top=top) else "")
        except StateError:
            if top:
                raise
            untold.add(folder)
        away = bool(scheme_of(backend))
        if backend and (top or away or Path(backend).is_file()):
            (remote if away else found).add(distrust.check(backend))
        states = {name for name in files if name.endswith(".tfstate") and (here / name).is_file()}
        if ERRORED in states:
            untold.add(folder)
        # beside a remote backend, STATE is what `terraform init -migrate-state` left behind
        found |= {str(here / name) for name in states - {ERRORED, *([STATE] if away else [])}}
    if not found | remote | untold:
        raise StateError(
            url,
            "no *.tfstate in this directory",
            "With a remote backend, run `terraform init` in it, or `terraform state pull > current.tfstate`.",
        )
    return sorted(found) + sorted(remote) + sorted(untold)


def _has_own_data(*, top: bool) -> bool:
    """Whether the directory has a data directory of its own. An absolute TF_DATA_DIR belongs to the top one only."""
    return top or not Path(os.environ.get("TF_DATA_DIR", "")).is_absolute()


def _is_unit(files: Sequence[str]) -> bool:
    return not {*layout.UNITS}.isdisjoint(files)


def _searched(here: Path, below: Sequence[str], files: Sequence[str]) -> list[str]:
    """The directories below that may contain states: not those in which Terraform and Terragrunt keep their data."""
    skipped = {".terraform", *([".terragrunt-cache"] if _is_unit(files) else [])}
    return [name for name in below if name not in skipped and here / name != layout.data_dir(here)]


def _initialised(here: Path, files: Sequence[str]) -> str:
    """The backend that `terraform init` resolved; that of a Terragrunt unit is in its cache."""
    initialised = layout.data_dir(here).is_dir() and (_is_cached(here) or not _is_unit(files))
    return directory.backend_of(here) if initialised else ""


def _declared(here: Path) -> str:
    return "" if _is_cached(here) else directory.declared_in(here)


def _is_cached(here: Path) -> bool:
    return ".terragrunt-cache" in here.parts


def _instead(path: Path) -> str:
    """What to do about a state that is not there; names the workspaces that have one."""
    root = path.parent if path.parent.name == f"{STATE}.d" else path.parent.parent
    if root.name == f"{STATE}.d" and root.is_dir():
        others = sorted(p.parent.name for p in root.glob(f"*/{STATE}"))
        if others:
            return f"This workspace has no state. These have one: {', '.join(others)}. Select one with TF_WORKSPACE."
    return "Give the path of a state; `terraform state pull > current.tfstate` writes one."


def read(url: str) -> bytes:
    """The bytes of a local state."""
    try:
        if url == STDIN:
            if sys.stdin is None or sys.stdin.isatty():
                raise StateError(
                    url, "standard input is a terminal", "Try `terraform state pull | drift check --state -`."
                )
            return _piped(url)
        if Path(url).is_dir():
            if (Path(url) / ERRORED).is_file():
                raise StateError(
                    str(Path(url) / ERRORED),
                    "an apply could not save its state to the backend, which has an older one",
                    f"Run `terraform state push {ERRORED}` there, or give that file itself with --state.",
                )
            directory.declared_in(Path(url))  # which says why that is not known
            raise StateError(url, "a directory is not a state", "The path changed during the run: run again.")
        if leads_out(Path(url)):
            raise StateError(
                url,
                "the link leads out of the checkout, and the repository is not trusted",
                "Name the file that it leads to with --state, or run without --untrusted.",
            )
        return contents(url, STATE_BYTES, pipe=True)
    except FileNotFoundError:
        raise StateError(url, "no such file: nothing was applied yet", _instead(Path(url))) from None
    except OSError as error:
        raise StateError(url, f"cannot be read: {error.strerror or error}") from None


def _piped(url: str) -> bytes:
    data = sys.stdin.buffer.read(STATE_BYTES.most + 1)
    if len(data) > STATE_BYTES.most:
        raise StateError(url, f"it contains {STATE_BYTES.beyond}", STATE_BYTES.hint)
    return data


def lock(url: str) -> Lock | None:
    """Terraform's lock beside the state, `.terraform.tfstate.lock.info`."""
    state = Path(url)
    try:
        return lock_from(contents(state.with_name(f".{state.name.removeprefix('.')}.lock.info"), SETTINGS_BYTES))
    except (OSError, ValueError):  # none, or a state without a name
        return None

"""What a configuration file may set if drift found it in the repository, and the user did not name it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drift.errors import DistrustError
from drift.model import trust
from drift.model.checkout import is_outside

WRITING = frozenset({"format", "output", "record"})
"""Options that name a file to write."""
REACHING = frozenset({"state", "also-managed-by", "webhook"})
"""Options that name a place, possibly on another host."""
CHOOSING = frozenset({"profile", "state-profile", "with", "emulator", "replay"})
"""Options that choose credentials, what is read with them, or the endpoint."""
READING = frozenset({
    "state", "also-managed-by", "backend-config", "config", "var-file", "rules-file", "baseline", "driftignore",
})  # fmt: skip
"""Options that name files and directories to read, among others."""


def check(key: str, value: Any, place: str, words: tuple[str, ...]) -> None:
    """DistrustError if a file that drift found may not set an option to this value; `place` is file and line."""
    writes = key in WRITING or (key == "baseline" and words[:2] == ("baseline", "write"))
    texts = [str(v) for v in (value if isinstance(value, list | tuple) else [value])]
    for text in texts:
        if writes and (target := text.partition("=")[2] if key == "format" else text):
            _below(target, key, place)
        host = trust.foreign_host(text) if key in REACHING else ""
        if host:
            raise DistrustError(
                f"{place}: {key} would connect to {host}; a file that drift found in the repository may not do that",
                f"Allow it with `drift --allow-host {host} …` or {trust.HOSTS}, or name the file with --config-file.",
            )
    if not trust.is_untrusted():
        return
    chosen = key in CHOOSING and value not in (False, None, (), [])
    if chosen or (key in REACHING and any("://" in t for t in texts)):
        raise DistrustError(
            f"{place}: an untrusted repository may not set {key}",
            "Give the option on the command line, or run without --untrusted.",
        )
    for text in texts if key in READING and not writes else ():
        if "://" not in text and not (key == "backend-config" and "=" in text):
            _within(text, key, place)


def _within(source: str, key: str, place: str) -> None:
    """DistrustError unless a path leads below the checkout: what is elsewhere is not the repository's to show."""
    if is_outside(Path(source)):
        raise DistrustError(
            f"{place}: {key} reads {source}, outside of the checkout, and the repository is not trusted",
            "Give the option on the command line, or run without --untrusted.",
        )


def _below(target: str, key: str, place: str) -> None:
    """DistrustError unless a path leads below the working directory, and not into `.git`."""
    here, there = Path.cwd().resolve(), Path(target).resolve()
    if trust.is_untrusted():
        raise DistrustError(
            f"{place}: {key} would write {target}; an untrusted repository may not write files",
            "Give the option on the command line, or run without --untrusted.",
        )
    if here not in there.parents or ".git" in there.relative_to(here).parts:
        raise DistrustError(
            f"{place}: {key} would write {target}, outside the working directory",
            "A file that drift found may write only below the working directory. Give the option on the command "
            "line, or name the file with --config-file.",
        )

"""All modules that a configuration is made of, parsed: the root, and what it calls, by path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drift.desired.hcl.configured import Unresolved
from drift.desired.hcl.modules import Installed, Module, declared, files_of
from drift.desired.hcl.traversals import text_of
from drift.desired.hcl.tree import File

MAX_MODULES = 3_000
MAX_DEPTH = 24
"""Modules within modules; one that calls itself ends here."""

Parse = Callable[[Sequence[Path]], Sequence[File]]
"""Parses files side by side; each result keeps the path it was given."""

ModuleNames = tuple[str, ...]
"""A module's path without instance keys; empty for the root."""


@dataclass(slots=True)
class Library:
    """The modules of one configuration."""

    installed: Installed
    modules: dict[ModuleNames, Module] = field(default_factory=dict)
    unresolved: dict[ModuleNames, Unresolved] = field(default_factory=dict)

    @property
    def directories(self) -> tuple[Path, ...]:
        """Where modules are: the root's first."""
        return tuple(dict.fromkeys(m.directory for m in self.modules.values()))

    @classmethod
    def read(cls, installed: Installed, parse: Parse) -> Library:
        """The root and everything that it calls, level by level, so that each level is parsed side by side."""
        out = cls(installed)
        seen: dict[Path, Module] = {}
        level: dict[ModuleNames, Path] = {(): installed.root}
        while level:
            _parse_new({d for d in level.values() if d not in seen}, seen, parse)
            for path, directory in level.items():
                out.modules[path] = seen[directory]
            level = {p: d for path in level for p, d in out._called(path)}
        return out

    def _above(self, path: ModuleNames) -> set[Path]:
        """The directories of the modules that a module is called in."""
        return {self.modules[path[:n]].directory for n in range(len(path))}

    def _called(self, path: ModuleNames) -> list[tuple[ModuleNames, Path]]:
        found: list[tuple[ModuleNames, Path]] = []
        module = self.modules[path]
        for name, call in module.calls.items():
            inner = (*path, name)
            source = text_of(call.expr("source"))
            directory = self.installed.find(inner, source, module.directory)
            reason = _reason(source) if directory is None else ""
            if directory in self._above(inner):
                reason = "it calls itself"
            elif len(inner) > MAX_DEPTH or len(self.modules) + len(found) >= MAX_MODULES:
                reason = "more modules within modules than drift reads"
            if directory is None or reason:
                self.unresolved[inner] = Unresolved(inner, reason, call.place)
            else:
                found.append((inner, directory))
        return found


def _reason(source: str) -> str:
    if source.startswith("."):
        return f"there is no directory {source}"
    return f"{source or 'its source'} is not installed; `terraform init` does that"


def _parse_new(directories: set[Path], seen: dict[Path, Module], parse: Parse) -> None:
    files = {}
    for directory in sorted(directories):
        try:
            files[directory] = files_of(directory)
        except OSError as error:
            files[directory] = []
            seen[directory] = Module(directory, warnings=[f"{directory}: not read: {error.strerror}"])
    parsed = iter(parse([f for found in files.values() for f in found]))
    for directory, found in files.items():
        ours = [next(parsed) for _ in found]
        seen.setdefault(directory, declared(directory, ours))

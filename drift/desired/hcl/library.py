"""All modules that a configuration is made of, parsed: the root, and what it calls, by path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from drift.desired.hcl.configured import Unresolved
from drift.desired.hcl.jail import Jail
from drift.desired.hcl.modules import Installed, Module, declared, files_of
from drift.desired.hcl.traversals import text_of
from drift.desired.hcl.tree import File
from drift.model.bounds import MODULE_DEPTH, MODULES

Parse = Callable[[Sequence[Path]], Sequence[File]]
"""Parses files side by side; each result keeps the path it was given."""

ModuleNames = tuple[str, ...]
"""A module's path without instance keys; empty for the root."""


@dataclass
class Library:
    """The modules of one configuration."""

    installed: Installed
    modules: dict[ModuleNames, Module] = field(default_factory=dict)
    unresolved: dict[ModuleNames, Unresolved] = field(default_factory=dict)

    @cached_property
    def jail(self) -> tuple[Path, ...]:
        """The directories whose files functions may read: those of modules, the root's first."""
        found = dict.fromkeys(m.directory for m in self.modules.values())
        return tuple(d for d in found if self.installed.jail.holds(d))

    @classmethod
    def read(cls, installed: Installed, parse: Parse) -> Library:
        """The root and everything that it calls, level by level, so that each level is parsed side by side."""
        out = cls(installed)
        seen: dict[Path, Module] = {}
        level: dict[ModuleNames, Path] = {(): installed.root}
        while level:
            _parse_new({d for d in level.values() if d not in seen}, seen, parse, installed.jail)
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
            if directory is not None and not self.installed.jail.module(directory):
                reason = f"{source or directory} is outside the checkout: drift does not read it"
            elif directory in self._above(inner):
                reason = "it calls itself"
            elif len(inner) > MODULE_DEPTH.most:
                reason = f"nesting of modules: {MODULE_DEPTH.beyond}"
            elif len(self.modules) + len(found) >= MODULES.most:
                reason = f"modules of one configuration: {MODULES.beyond}"
            if directory is None or reason:
                self.unresolved[inner] = Unresolved(inner, reason, call.place)
            else:
                found.append((inner, directory))
        return found


def _reason(source: str) -> str:
    if source.startswith("."):
        return f"there is no directory {source}"
    return f"{source or 'its source'} is not installed: run `terraform init`"


def _parse_new(directories: set[Path], seen: dict[Path, Module], parse: Parse, jail: Jail) -> None:
    files = {}
    outside: dict[Path, list[Path]] = {}
    for directory in sorted(directories):
        try:
            found = files_of(directory)
            files[directory] = [f for f in found if jail.module(f)]
            outside[directory] = [f for f in found if f not in files[directory]]
        except OSError as error:
            files[directory] = []
            seen[directory] = Module(directory, warnings=[f"{directory}: not read: {error.strerror}"])
    parsed = iter(parse([f for found in files.values() for f in found]))
    for directory, found in files.items():
        ours = [next(parsed) for _ in found]
        module = seen.setdefault(directory, declared(directory, ours))
        for file in outside.get(directory, ()):
            module.lost = True
            module.warnings.append(f"{file}: not read: the link leads outside the checkout")

"""Settings from drift.toml, the environment and the command line, as click's own default values.

Every option of every command is a key of the file and a variable of the environment, by its name:
`--fail-on` is `fail-on` and `DRIFT_FAIL_ON`; for one command only, it is `[command.check] fail-on` and
`DRIFT_CHECK_FAIL_ON`. The command line overrides the environment, which overrides the file, which overrides the
defaults.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from drift.model.section import Section

SectionT = TypeVar("SectionT", bound="Section")

ENVIRONMENT = "DRIFT"
_META = "drift.settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """One valid configuration file; empty without one."""

    file: Path | None = None
    options: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    """Words of the command (empty: every command) -> key of the option -> value."""
    sections: Mapping[str, Any] = field(default_factory=dict)
    """Name of a table -> its value, or the values of an array of tables."""
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    """Path of a key -> its line number, from 1."""

    def place(self, *path: str | int) -> str:
        """File and line of a key for messages: `drift.toml:12`."""
        if self.file is None:
            return ""
        line = self.lines.get(path)
        return f"{shown(self.file)}:{line}" if line else shown(self.file)

    def section(self, name: str, kind: type[SectionT]) -> SectionT:
        """A table of the file; if the file does not have it, its default."""
        found: SectionT = self.sections.get(name) or kind()
        return found

    def several(self, name: str, kind: type[SectionT]) -> tuple[SectionT, ...]:  # noqa: ARG002 - for the type alone
        """The entries of an array of tables, in the order of the file."""
        found: tuple[SectionT, ...] = self.sections.get(name, ())
        return found


def current() -> Settings:
    """The settings of the running command."""
    context = click.get_current_context(silent=True)
    found = context.meta.get(_META) if context is not None else None
    return found if isinstance(found, Settings) else Settings()


def keep(context: click.Context, settings: Settings) -> None:
    """Store the settings of the running command."""
    context.meta[_META] = settings


def shown(file: Path) -> str:
    """The path of a file for messages: relative to the working directory."""
    return Path(os.path.relpath(file)).as_posix()


def key_of(option: click.Parameter) -> str:
    """The key of an option in the file: its long flag without the leading dashes."""
    longest = next((o for o in option.opts if o.startswith("--")), option.opts[0])
    return longest.lstrip("-")


def variables_of(option: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """The environment variables that set an option, most specific first."""
    name = key_of(option).upper().replace("-", "_")
    command = "_".join(w.upper().replace("-", "_") for w in words)
    return (f"{ENVIRONMENT}_{command}_{name}", f"{ENVIRONMENT}_{name}")

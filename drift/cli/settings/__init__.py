"""What drift.toml, the environment and the flags say, through click's own machinery.

Every option of every command is a key of the file and a variable of the environment, by its name:
`--fail-on` is `fail-on` and `DRIFT_FAIL_ON`, or for one command alone `[command.check] fail-on` and
`DRIFT_CHECK_FAIL_ON`. Flags win over the environment, that over the file, that over the defaults.
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
    """One configuration file, read and found to be right; empty where there is none."""

    file: Path | None = None
    options: Mapping[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    """Command's words (none for every command) -> option's key -> value."""
    sections: Mapping[str, Any] = field(default_factory=dict)
    """Section -> its value, or the values of an array of tables."""
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    """Path of a key -> the line it stands on."""

    def place(self, *path: str | int) -> str:
        """`drift.toml:12`, as messages and reports say it."""
        if self.file is None:
            return ""
        line = self.lines.get(path)
        return f"{shown(self.file)}:{line}" if line else shown(self.file)

    def section(self, name: str, kind: type[SectionT]) -> SectionT:
        """A table of the file, or what it means to leave it out."""
        found: SectionT = self.sections.get(name) or kind()
        return found

    def several(self, name: str, kind: type[SectionT]) -> tuple[SectionT, ...]:  # noqa: ARG002 - for the type alone
        """The entries of an array of tables, in the order they stand."""
        found: tuple[SectionT, ...] = self.sections.get(name, ())
        return found


def current() -> Settings:
    """The settings of the command that runs."""
    context = click.get_current_context(silent=True)
    found = context.meta.get(_META) if context is not None else None
    return found if isinstance(found, Settings) else Settings()


def keep(context: click.Context, settings: Settings) -> None:
    """Make these the settings of the command that runs."""
    context.meta[_META] = settings


def shown(file: Path) -> str:
    """The file as messages say it: as the working directory sees it."""
    return Path(os.path.relpath(file)).as_posix()


def key_of(option: click.Parameter) -> str:
    """An option's name in the file: its long flag without the dashes."""
    longest = next((o for o in option.opts if o.startswith("--")), option.opts[0])
    return longest.lstrip("-")


def variables_of(option: click.Parameter, words: tuple[str, ...]) -> tuple[str, ...]:
    """The variables of the environment that set an option, the strongest first."""
    name = key_of(option).upper().replace("-", "_")
    command = "_".join(w.upper().replace("-", "_") for w in words)
    return (f"{ENVIRONMENT}_{command}_{name}", f"{ENVIRONMENT}_{name}")

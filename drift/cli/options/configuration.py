"""Options: where the configuration is, and the values of its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import group
from drift.errors import UsageError
from drift.model import bounds

if TYPE_CHECKING:
    from drift.desired.backends import Backend
    from drift.desired.hcl.configured import Configuration
    from drift.desired.hcl.inputs import Given
    from drift.desired.load import Sources
    from drift.desired.memory import Memory


@dataclass(frozen=True)
class Configurations:
    """The values of these options."""

    config: tuple[Path, ...] = ()
    variables: tuple[str, ...] = ()
    variable_files: tuple[Path, ...] = ()
    no_config: bool = False
    memory: Path | None = None

    def sources(self, places: tuple[str, ...], backends: Mapping[str, Backend]) -> Sources:
        """The sources of the desired side: the states in `places`, with these configurations."""
        from drift.desired.load import Sources

        return Sources(
            places=places,
            directories=self.config,
            variables=self.variables,
            variable_files=self.variable_files,
            with_configuration=not self.no_config,
            backends=backends,
            memory=self.remembered,
        )

    @cached_property
    def remembered(self) -> Memory | None:
        """What --memory holds, read once: nothing yet without such a file; UsageError if it is something else."""
        from drift.desired.memory import Memory, parse

        if self.memory is None or not self.memory.exists():
            return None if self.memory is None else Memory(str(self.memory))
        try:
            return parse(bounds.text(self.memory, bounds.REPORT_BYTES), str(self.memory))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(
                f"{self.memory}: cannot be read: {why}", "Give --memory a path that can be used."
            ) from None

    def validate(self) -> None:
        """UsageError for what would only fail at the end of a long run."""
        if self.memory is not None and self.no_config:
            raise UsageError(
                "--memory needs a configuration, to see which attributes it leaves out",
                "Leave out --no-config.",
            )
        _ = self.remembered

    @property
    def given(self) -> Given:
        """Values that the command line gives to variables of the root module."""
        from drift.desired.hcl.inputs import Given

        return Given(self.variables, self.variable_files)

    def alone(self) -> list[Configuration]:
        """Each configuration, evaluated without a state."""
        from drift.desired.hcl.read import Sources

        return [Sources(directory, self.given).evaluated() for directory in self.config or (Path(),)]


UNREAD = Configurations(no_config=True)

configuration_options = group(
    "configurations",
    Configurations,
    click.option(
        "--config",
        multiple=True,
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="DIR",
        help="Directory of the Terraform configuration. May be repeated. Default: the directory of the state file; "
        "for a state in a remote backend, the current Terraform directory.",
    ),
    click.option(
        "--var",
        "variables",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a variable of the root module. May be repeated.",
    ),
    click.option(
        "--var-file",
        "variable_files",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="A .tfvars or .tfvars.json file. --var overrides it. May be repeated.",
    ),
    click.option(
        "--memory",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="What earlier checks first saw of the attributes that the configuration leaves to the cloud: a later "
        "change of one is drift, though a refresh has recorded it. `drift check` adds to the file what is new.",
    ),
    click.option("--no-config", is_flag=True, help="Read no configuration: compare only with the state."),
)

"""Where the configuration is, and what is given to its variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import group

if TYPE_CHECKING:
    from drift.desired.backends import Backend
    from drift.desired.hcl.configured import Configuration
    from drift.desired.hcl.inputs import Given
    from drift.desired.load import Sources


@dataclass(frozen=True, slots=True)
class Configurations:
    """The configurations asked for."""

    config: tuple[Path, ...] = ()
    variables: tuple[str, ...] = ()
    variable_files: tuple[Path, ...] = ()
    no_config: bool = False

    def sources(self, places: tuple[str, ...], backends: Mapping[str, Backend]) -> Sources:
        """Where the desired side is described: states in `places`, with these configurations."""
        from drift.desired.load import Sources

        return Sources(
            places=places,
            directories=self.config,
            variables=self.variables,
            variable_files=self.variable_files,
            with_configuration=not self.no_config,
            backends=backends,
        )

    @property
    def given(self) -> Given:
        """What the command line gives to the variables of the root module."""
        from drift.desired.hcl.inputs import Given

        return Given(self.variables, self.variable_files)

    def alone(self) -> list[Configuration]:
        """What each configuration desires where there is no state."""
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
        help="A directory with the configuration that a state was written from. Several may be given. Default: the one "
        "beside the state's file; for a state kept elsewhere, the Terraform directory one is in.",
    ),
    click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="A variable of the root module."),
    click.option(
        "--var-file",
        "variable_files",
        multiple=True,
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="A .tfvars or .tfvars.json file; --var wins over it.",
    ),
    click.option("--no-config", is_flag=True, help="Read no configuration: compare with the state alone."),
)

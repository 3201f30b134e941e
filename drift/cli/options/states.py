"""Options: which states are read, and with which credentials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from drift.cli.options import Place, group
from drift.desired import distrust
from drift.desired.backends import scheme_of
from drift.desired.backends.url import translated, with_profile
from drift.desired.directory import changed_since_init, place_of
from drift.errors import StateError, UsageError
from drift.model import trust
from drift.report.safe import visible

if TYPE_CHECKING:
    from drift.desired.hcl.inputs import Given


def came_from_a_file(parameter: str) -> bool:
    """Whether drift.toml set this parameter of the running command, and neither the command line nor the
    environment."""
    context = click.get_current_context(silent=True)
    return context is not None and context.get_parameter_source(parameter) is ParameterSource.DEFAULT_MAP


@dataclass(frozen=True, slots=True)
class States:
    """The values of these options."""

    states: tuple[str, ...]
    state_profile: str | None
    backend_config: tuple[str, ...]

    def places(self, directories: Sequence[Path] = (), variables: Given | None = None) -> tuple[str, ...]:
        """The places of the given states; without any, those of the Terraform directories (default: the current one).

        `variables` are what the command line gives to those of the root module.
        """
        if self.states and self.backend_config:
            raise UsageError("--state and --backend-config both say where the state is", "Give only one of them.")
        if not came_from_a_file("states"):
            for place in self.states:
                trust.allow(place)
        own = (
            () if self.states else tuple(place_of(d, self.backend_config, variables) for d in directories or (Path(),))
        )
        if not self.states and not self.backend_config:
            for directory in directories or (Path(),):
                if said := changed_since_init(directory):
                    click.echo(f"Note: {visible(said)}. `terraform init -reconfigure` finds it again.", err=True)
        chosen = {word.partition("=")[0].strip() for word in self.backend_config}
        for place in own:
            distrust.check(place, chosen)
            if not scheme_of(place) and not Path(place).is_file():
                raise UsageError(
                    f"no --state given, and no {place} in the current directory",
                    "Give --state. If the state is in a remote backend, run `terraform init` here first.",
                )
        given = tuple(map(translated, self.states))
        _exist(given)
        return tuple(with_profile(place, self.state_profile) for place in given or own)


def _exist(places: Sequence[str]) -> None:
    """StateError where no place that was named is there: it is said before anything is asked for with credentials."""
    from drift.desired.backends import local

    wrong = []
    for place in places:
        if place == "-" or scheme_of(place):
            return
        try:
            local.find(place)
            return
        except StateError as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]


state_options = group(
    "states",
    States,
    click.option(
        "--state",
        "states",
        type=Place(),
        multiple=True,
        metavar="PLACE",
        help="Where to read a state: a file, directory, quoted glob with **, URL, or - for standard input. May be "
        "repeated. Default: the state of the current Terraform directory.",
    ),
    click.option(
        "--state-profile",
        metavar="NAME",
        help="AWS profile for reading states in S3. --profile does not apply to states.",
    ),
    click.option(
        "--backend-config",
        multiple=True,
        metavar="KEY=VALUE|FILE",
        help="Complete the backend block, as `terraform init -backend-config` does. For directories without "
        "`terraform init`.",
    ),
)

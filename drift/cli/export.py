"""`drift export`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.job import Asked, run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import write_files
from drift.cli.options.rules import Rules
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.report import plan

if TYPE_CHECKING:
    from drift.rules.spec import Rule


@dataclass(frozen=True, slots=True)
class _Everything(Rules):
    """One rule without findings, which makes drift read every attribute of the drifted resources."""

    def chosen(self) -> list[Rule]:
        from drift.rules.spec import Rule
        from drift.rules.subject import Subject

        types = tuple(plugins.catalog())
        return [Rule(id="export", title="", severity="info", remedy="", types=types, judge=Subject.read_all)]


@click.command("export")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["terraform-plan"]),
    default="terraform-plan",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File to write. Default: standard output."
)
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
def command(
    format_: str,  # noqa: ARG001 - the only one yet
    output: Path | None,
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
) -> None:
    """Write the drifted resources as a Terraform plan in JSON, for Checkov and other plan scanners.

    The plan contains the actual values as planned values, so a scanner checks what is in the
    account now.

    \b
    Examples:
      drift export --state prod.tfstate -o drifted.json && checkov -f drifted.json
      drift export | conftest test -
    """
    outcome = run(
        Asked(
            places=states.places(configurations.config, configurations.given),
            scope=types.scope(),
            account=account,
            configurations=configurations,
            ignoring=ignoring,
            judging=_Everything((), (), (), ()),
        )
    )
    text = json.dumps(plan.document(outcome.report.drift, plugins.catalog()), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    write_files({output: text}, "Give --output a path that can be written.")

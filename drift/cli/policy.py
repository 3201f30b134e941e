"""`drift policy`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from drift.cli import plugins
from drift.cli.job import sources
from drift.cli.options.output import write_files
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.desired.load import load
from drift.errors import UsageError
from drift.provider.contract import Grant
from drift.provider.describe import actions
from drift.provider.relations import entry_of


@click.command("policy")
@type_options
@state_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["json", "terraform", "cloudformation"]),
    default="json",
    show_default=True,
    help="How it is written.",
)
@click.option("--name", default="drift-read-only", show_default=True, help="The role's name; policies are numbered.")
@click.option(
    "--with",
    "with_",
    multiple=True,
    type=click.Choice(["secret-values"]),
    help="Allow reading the content of secrets too, as `drift check --with secret-values` does.",
)
@click.option(
    "--wildcards", is_flag=True, help="Write Describe* and List* of a service in place of each action: shorter, wider."
)
@click.option(
    "--trust",
    multiple=True,
    metavar="WHO",
    help="Write the role too, and who takes it on, one or several: github:OWNER/REPO:ref:refs/heads/main, "
    "github:OWNER/REPO:environment:prod, gitlab:GROUP/PROJECT:main, or an account's id.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="The directory to write files to, made where it is not there. Default: standard output.",
)
def command(
    types: Types,
    states: States,
    format_: Literal["json", "terraform", "cloudformation"],
    name: str,
    with_: tuple[str, ...],
    wildcards: bool,
    trust: tuple[str, ...],
    output: Path | None,
) -> None:
    """Write the IAM policies that let drift read, and the role that a CI takes on.

    \b
    Examples:
      drift policy --output policies                     one file for each policy
      drift policy --state prod.tfstate                  for the types of this state alone (--only-state)
      drift policy --format terraform --trust github:acme/infra:environment:prod
      drift policy --format cloudformation --wildcards > drift.template.json

    Each policy fits into a managed policy (6,144 characters); a role takes ten. Nothing in them writes. The content
    of secrets is left out: `drift check` does not read it either, unless --with secret-values is given.
    """
    catalog = plugins.catalog()
    names = sorted(types.scope().types(catalog))
    if states.states:
        held = {entry_of(r, catalog).name for r in load(sources(states.places()), catalog).resources}
        names = [n for n in names if n in held]
        if not names:
            raise UsageError("the states hold no resource of a type that drift compares", "Leave --state out.")
    providers = {catalog.provider_of(n).name for n in names}
    if len(providers) != 1 or (allow := catalog.providers[providers.pop()].allow) is None:
        raise UsageError("these types have no policy document in common", "Name types of one provider with --only.")
    secrets = "secret-values" in with_
    grant = Grant(
        actions=actions(names, catalog, secrets=secrets), name=name, format=format_, secrets=secrets,
        wildcards=wildcards, trust=trust,
    )  # fmt: skip
    files = allow(grant)
    if output is None:
        if len(files) > 1:
            raise UsageError(
                f"this takes {len(files)} files: {', '.join(files)}",
                "Name a directory for them with --output, write it as Terraform or CloudFormation (--format), "
                "or make it shorter: --wildcards, --only, --state.",
            )
        click.echo(next(iter(files.values())), nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    write_files({output / file: text for file, text in files.items()})
    for file in files:
        click.echo(output / file)

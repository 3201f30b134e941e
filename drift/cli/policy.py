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
    help="Output format.",
)
@click.option(
    "--name", default="drift-read-only", show_default=True, help="The name of the role; policies are numbered."
)
@click.option(
    "--with",
    "with_",
    multiple=True,
    type=click.Choice(["secret-values", "who"]),
    help="secret-values: also allow reading the content of secrets, for `drift check --with secret-values`. who: also "
    "allow reading the event history, for `drift check --who`. May be repeated.",
)
@click.option(
    "--wildcards",
    is_flag=True,
    help="Allow Describe* and List* of a service instead of each action: shorter, but wider.",
)
@click.option(
    "--trust",
    multiple=True,
    metavar="WHO",
    help="Also write the role, and who may assume it. May be repeated: github:OWNER/REPO:ref:refs/heads/main, "
    "github:OWNER/REPO:environment:prod, gitlab:GROUP/PROJECT:main, or an account's id.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="The directory for the files; it is created if needed. Default: standard output.",
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
    """Write the least-privilege IAM policies for drift, and the role that a CI job assumes.

    \b
    Examples:
      drift policy --output policies                     one file for each policy
      drift policy --state prod.tfstate                  only for the types in this state (--only-state)
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
            raise UsageError("the states contain no resource of a supported type", "Remove --state.")
    providers = {catalog.provider_of(n).name for n in names}
    if len(providers) != 1 or (allow := catalog.providers[providers.pop()].allow) is None:
        raise UsageError("there is no single policy for these types", "Select types of one provider with --only.")
    secrets = "secret-values" in with_
    audit = catalog.provider_of(names[0]).audit() if "who" in with_ else None
    asking = audit.actions if audit is not None else ()
    grant = Grant(
        actions=sorted({*actions(names, catalog, secrets=secrets), *asking}), name=name, format=format_,
        secrets=secrets, wildcards=wildcards, trust=trust,
    )  # fmt: skip
    files = allow(grant)
    if output is None:
        if len(files) > 1:
            raise UsageError(
                f"this needs {len(files)} files: {', '.join(files)}",
                "Name a directory for them with --output, write it as Terraform or CloudFormation (--format), "
                "or make it shorter: --wildcards, --only, --state.",
            )
        click.echo(next(iter(files.values())), nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    write_files({output / file: text for file, text in files.items()})
    for file in files:
        click.echo(output / file)

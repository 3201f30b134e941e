"""`drift catalog`."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from drift.cli import plugins
from drift.cli.options.scope import Types, type_options
from drift.errors import UsageError
from drift.provider.describe import actions, plain_entry


@click.command("catalog")
@type_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How it is written.",
)
@click.option("--iam-policy", is_flag=True, help="Print the least-privilege IAM policy for these types.")
@click.option(
    "--with",
    "with_",
    type=click.Choice(("secret-values",)),
    multiple=True,
    help="With --iam-policy: what `drift check --with secret-values` reads, too.",
)
@click.option("--verbose", "-v", is_flag=True, help="List the attributes compared, and those ignored with the reason.")
def command(types: Types, format_: str, iam_policy: bool, with_: tuple[str, ...], verbose: bool) -> None:
    """List the resource types drift covers: what is compared, what is ignored and why.

    \b
    Examples:
      drift catalog --only 'aws_s3_*' --verbose
      drift catalog --iam-policy > drift-policy.json
    """
    catalog = plugins.catalog()
    names = sorted(types.scope().types(catalog))
    if iam_policy:
        click.echo(json.dumps(policy_of(names, secrets="secret-values" in with_), indent=2))
        return
    entries = [plain_entry(catalog[name], catalog) for name in names]
    if format_ == "json":
        click.echo(json.dumps(entries, indent=2))
    elif format_ == "markdown":
        click.echo("| type | service | attributes compared | ignored, and why |\n|---|---|---|---|")
        for e in entries:
            compared = ", ".join(f"`{a}`" for a in e["compared"])
            ignored = "; ".join(f"`{a}`: {why}" for a, why in e["ignored"].items())
            click.echo(f"| `{e['type']}` | {e['service']} | {compared} | {ignored} |")
    else:
        for e in entries:
            click.echo(f"{e['type']:<58} {len(e['compared']):>3} compared, {len(e['ignored'])} ignored")
            if verbose:
                click.echo(f"    compared: {', '.join(e['compared'])}")
                for name, why in e["ignored"].items():
                    click.echo(f"    ignored:  {name}: {why}")
        click.echo(f"{len(entries)} resource types")


def policy_of(names: list[str], *, secrets: bool = False) -> Mapping[str, object]:
    """The policy that allows reading these types; UsageError where their provider has no such document."""
    catalog = plugins.catalog()
    providers = {catalog.provider_of(name).name for name in names}
    if len(providers) != 1 or (allow := catalog.providers[providers.pop()].allow) is None:
        raise UsageError("these types have no policy document in common", "Name types of one provider with --only.")
    return allow(actions(names, catalog, secrets=secrets))

"""`drift catalog`."""

from __future__ import annotations

import json

import click

from drift.cli import plugins
from drift.cli.options.scope import Types, type_options
from drift.provider.describe import plain_entry


@click.command("catalog")
@type_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--verbose", "-v", is_flag=True, help="List the compared attributes, and the ignored ones with the reason."
)
def command(types: Types, format_: str, verbose: bool) -> None:
    """List the resource types that drift supports: what is compared, what is ignored and why.

    \b
    Examples:
      drift catalog --only 'aws_s3_*' --verbose
      drift catalog --format json
    """
    catalog = plugins.catalog()
    names = sorted(types.scope().types(catalog))
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

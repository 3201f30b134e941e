"""`drift rules`."""

from __future__ import annotations

import json

import click

from drift.cli import plugins
from drift.errors import UsageError
from drift.report.safe import visible


@click.command("rules")
@click.argument("rule", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True
)
def command(rule: str | None, format_: str) -> None:
    """List the misconfiguration rules, or show one: drift rules sg-ssh."""
    known = {r.id: r for r in plugins.rules()}
    if rule is not None and rule not in known:
        raise UsageError(f"no rule {rule!r}", "`drift rules` lists them.")
    chosen = [known[rule]] if rule else list(known.values())
    if format_ == "json":
        fields = ("id", "title", "severity", "types", "reads", "remedy", "references")
        click.echo(json.dumps([{f: getattr(r, f) for f in fields} for r in chosen], indent=2))
        return
    if format_ == "markdown":
        click.echo("| rule | severity | what it finds | types |\n|---|---|---|---|")
        for r in chosen:
            click.echo(f"| `{r.id}` | {r.severity} | {r.title} | {', '.join(f'`{t}`' for t in r.types)} |")
        return
    for r in chosen:
        click.echo(f"{visible(r.id):<22} {r.severity:<9} {visible(r.title)}")
        if rule:
            click.echo(f"\n  {visible(r.meaning)}\n  types: {', '.join(r.types)}\n  remedy: {visible(r.remedy)}")
            for reference in r.references:
                click.echo(f"  {visible(reference)}")

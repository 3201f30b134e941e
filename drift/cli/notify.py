"""`drift notify`."""

from __future__ import annotations

import json

import click

from drift.cli.options import Secret
from drift.cli.options.posting import Posting, posting_options
from drift.cli.options.selection import Selected, selection_options
from drift.cli.saved import load
from drift.errors import UsageError


@click.command("notify")
@click.argument("saved")
@click.option("--since", metavar="OLD", help="An earlier report: only what it had not is new. Default: all of it is.")
@click.option(
    "--webhook",
    type=Secret(),
    metavar="URL",
    help="The webhook's address, a secret: better in DRIFT_WEBHOOK than in a command line.",
)
@click.option(
    "--to",
    "kind",
    type=click.Choice(["slack", "generic"]),
    default="slack",
    show_default=True,
    help="What the webhook understands: Slack's form, or drift's own JSON.",
)
@selection_options
@posting_options
def command(
    saved: str, since: str | None, webhook: str | None, kind: str, selected: Selected, posting: Posting
) -> None:
    """Tell a chat, or any webhook, what drifted anew; where nothing did, it stays silent.

    \b
    Examples:
      drift notify today.json --since yesterday.json --scope prod
      drift notify drift.json --severity high --dry-run
      DRIFT_WEBHOOK=https://example.com/hook drift notify drift.json --to generic

    What a baseline accepts is never new. The address is read from DRIFT_WEBHOOK and never printed.
    """
    from drift.platforms.webhook import KINDS, host_of, send
    from drift.report.select import Difference

    report = load(saved)
    selected.check(report)
    found = Difference.between(load(since), report) if since else None
    new = (*found.new, *(now for _, now in found.changed)) if found else report.drift
    new = tuple(d for d in new if selected.holds(d))
    if not new:
        click.echo("Nothing new: nobody was told.")
        return
    message = KINDS[kind](report, new, posting.scope_of(report), posting.link_of())
    if posting.dry_run:
        click.echo(json.dumps(message, indent=2, ensure_ascii=False))
        return
    if not webhook:
        raise UsageError("no webhook", "Set DRIFT_WEBHOOK to its address.")
    send(webhook, message)
    click.echo(f"Told {host_of(webhook)} of {len(new)} new.")

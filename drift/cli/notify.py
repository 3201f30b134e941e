"""`drift notify`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from drift.cli.options import Secret, complete
from drift.cli.options.output import write_files
from drift.cli.options.posting import Posting, broken_option, broken_text, posting_options
from drift.cli.options.selection import Selected, selection_options
from drift.cli.saved import load
from drift.errors import ReportError, UsageError
from drift.model.bounds import REPORT_BYTES, contents
from drift.model.drift import Report
from drift.platforms.webhook import News
from drift.report.told import Told, unread, unread_anew


@click.command("notify")
@click.argument("saved", required=False, shell_complete=complete.files)
@click.option(
    "--since",
    metavar="OLD",
    help="An earlier report: send only drift that it does not contain. Default: all drift; of a scan that was kept "
    "(drift check --keep), what the last one did not see.",
)
@click.option(
    "--told",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file of fingerprints of what was sent: read if it exists, and written after the message was sent. "
    "drift sends only what is not in it.",
)
@broken_option
@click.option(
    "--webhook",
    type=Secret(),
    metavar="URL",
    help="Address of the webhook. It is a secret: set DRIFT_WEBHOOK rather than this option.",
)
@click.option(
    "--to",
    "kind",
    type=click.Choice(["slack", "generic"]),
    default="slack",
    show_default=True,
    help="Format of the message: Slack's, or drift's own JSON.",
)
@selection_options
@posting_options
def command(
    saved: str | None,
    since: str | None,
    told: Path | None,
    broken: str | None,
    webhook: str | None,
    kind: str,
    selected: Selected,
    posting: Posting,
) -> None:
    """Send new drift to a chat or a webhook. Without new drift, send nothing.

    \b
    Examples:
      drift notify today.json --since yesterday.json --scope prod
      drift notify drift.json --told .drift-told.json
      drift notify drift.json --severity high --dry-run
      DRIFT_WEBHOOK=https://example.com/hook drift notify drift.json --to generic

    The message also says, once, why something could not be read; with --broken, that the check
    failed. Drift that a baseline accepts is never new. The address is read from DRIFT_WEBHOOK and
    never printed.
    """
    from drift.platforms.webhook import KINDS, host_of, send

    if since and told:
        raise UsageError("--since and --told both name what was sent before", "Give one of them.")
    if saved is None:
        news, known = News(scope=posting.scope_of(), link=posting.link_of(), broken=broken_text(broken)), None
    elif broken:
        raise UsageError("--broken is for a check without a report", "Remove the report or --broken.")
    else:
        news, known = _news(load(saved), since, told, selected, posting)
    silent = not (news.new or news.unread or news.broken)
    if posting.dry_run and not silent:
        click.echo(json.dumps(KINDS[kind](news), indent=2, ensure_ascii=False))
        return
    if silent:
        click.echo("No new drift: nothing was sent.")
    elif not webhook:
        raise UsageError("no webhook given", "Set DRIFT_WEBHOOK to its address.")
    else:
        send(webhook, KINDS[kind](news))
        click.echo(f"Sent {_what(news)} to {host_of(webhook)}.")
    if told and known and not posting.dry_run:
        write_files({told: known.document()})


def _news(
    report: Report, since: str | None, told: Path | None, selected: Selected, posting: Posting
) -> tuple[News, Told]:
    """The news of the report, and what will be known after it was sent."""
    from drift.report.select import Difference

    selected.check(report)
    before = load(since) if since else None
    known = Told(unread=unread(before)) if before else _known(told)
    found = Difference.between(before, report) if before else None
    if found:
        new = (*found.new, *(now for _, now in found.changed))
    elif told:
        new = tuple(known.new(report.drift))
    else:  # the report of a scan that was kept knows what the last one saw
        new = tuple(d for d in report.drift if not d.seen_before)
    chosen = selected.within(report)
    news = News(
        scope=posting.scope_of(report),
        link=posting.link_of(),
        report=report,
        new=tuple(d for d in new if chosen.holds(d)),
        unread=unread_anew(report, known.unread),
    )
    return news, known.with_(report)


def _known(told: Path | None) -> Told:
    """The content of the file; empty if it does not exist yet."""
    if told is None or not told.exists():
        return Told()
    try:
        return Told.read(contents(told, REPORT_BYTES), str(told))
    except OSError as error:
        raise ReportError(
            f"{told}: cannot be read: {error.strerror}", "Remove it; all drift is then sent again."
        ) from None


def _what(news: News) -> str:
    if news.broken:
        return "a failed check"
    count = len(news.new)
    said = [f"{count} new drifted resource{'s' * (count != 1)}"] if news.new else []
    return " and ".join([*said, *(["what could not be read"] if news.unread else [])])

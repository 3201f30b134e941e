"""`drift baseline`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from drift.cli.job import Asked, run
from drift.cli.options import complete
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.fleet import Accounts, fleet_options
from drift.cli.options.ignoring import Ignoring, ignore_options, near
from drift.cli.options.output import write_files
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.saved import load
from drift.errors import UsageError
from drift.exclude import baseline
from drift.model.drift import Report
from drift.report.conclude import looked
from drift.run import Outcome


@click.group("baseline")
def command() -> None:
    """Accept today's drift, so that later checks fail only on new drift."""


@command.command("write")
@click.option(
    "--report",
    "saved",
    metavar="FILE",
    shell_complete=complete.files,
    help="Accept the drift of this saved report (JSON), and ask no cloud; - for standard input.",
)
@state_options
@configuration_options
@type_options
@account_options
@fleet_options
@ignore_options
@click.option("--reason", metavar="TEXT", default="", help="Why the drift is accepted. Written to every entry.")
@click.option("--owned-by", "owner", metavar="NAME", default="", help="Who answers for it. Written to every entry.")
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which it is accepted: 2026-12-31. After that the drift is reported again.",
)
def write(
    saved: str | None,
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    accounts: Accounts,
    ignoring: Ignoring,
    reason: str,
    owner: str,
    expires: datetime | None,
) -> None:
    """Write all of today's drift to drift-baseline.json (or --baseline FILE), as accepted.

    Reasons, owners and days in an existing file are kept. So are entries for resources that this run did
    not check; with --report, all but those whose drift the report says is gone.

    \b
    Examples:
      drift baseline write --state prod.tfstate
      drift baseline write --report drift.json --reason "reviewed"
      drift baseline write --accounts accounts.yml --state 's3://states/**/*.tfstate'
      drift baseline write --only 'aws_iam_*' --reason "before the migration" --owned-by platform --expires 2027-03-31
    """
    file = ignoring.baseline or near(baseline.NAME) or Path(baseline.NAME)
    old = ignoring.accepted() if file.is_file() else None
    accounts.validate()
    seen: baseline.Looked | baseline.LookedInEach | baseline.Gone
    if saved is not None:
        report = load(saved)
        seen = baseline.Gone(report.resolved)
    else:
        asked = Asked(
            places=states.places(configurations.config, configurations.given),
            scope=types.scope(),
            account=account,
            configurations=configurations,
            ignoring=ignoring,
        )
        report, seen = _seen(asked, accounts)
    if report.states_failed:
        raise UsageError(
            "a state could not be read: " + report.states_failed[0], "Write the baseline when every state can be read."
        )
    new = baseline.Entry(reason=reason, owner=owner, expires=expires.date().isoformat() if expires else "")
    text = baseline.rewritten(report, seen, old, new)
    write_files({file: text}, "Give --baseline a path that can be written.")
    many = len(report.drift)
    where = len({drift.resource.key.account for drift in report.drift})
    several = f" in {where} account{'s' * (where != 1)}" if report.accounts else ""
    click.echo(f"{file}: {many} drifted resource{'s' * (many != 1)}{several} accepted. Review and commit it.")
    if report.incomplete:
        click.echo("Not everything could be read: drift that was not seen is not accepted.", err=True)


def _seen(asked: Asked, accounts: Accounts) -> tuple[Report, baseline.Looked | baseline.LookedInEach]:
    """(the report, what the run checked)."""
    if not accounts.several:
        outcome = run(asked)
        return outcome.report, looked(outcome.surveys)
    from drift.cli import many

    found: dict[str, tuple[baseline.Looked, Report]] = {}

    def each(outcome: Outcome) -> None:
        scope = outcome.report.scope
        found.update({account: (looked(outcome.surveys), Report(scope=scope)) for account in scope.accounts})

    report = many.run(asked, accounts.fleet(asked.account), many.How(), each).report
    return report, baseline.LookedInEach(found)

"""`drift check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drift.cli import DONE, INCOMPLETE
from drift.cli.job import Asked, forecast, run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.fleet import Accounts, Dividing, dividing_options, fleet_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.keeping import Keeping, keeping_options
from drift.cli.options.output import Output, output_options, write_files
from drift.cli.options.rules import Extent, Rules, extent_options, rule_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, came_from_a_file, state_options
from drift.cli.options.who import Whose, who_options
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.cli.many import How
    from drift.history.rows import Gathered
    from drift.live.estimate import Estimate
    from drift.run import Outcome


@click.command("check")
@state_options
@configuration_options
@type_options
@account_options
@fleet_options
@dividing_options
@ignore_options
@rule_options
@extent_options
@who_options
@output_options
@keeping_options
@click.option(
    "--patches",
    is_flag=True,
    help="Put the patch of `drift fix` beside each drift: in JSON, on the HTML page and in the comment. Takes longer.",
)
@click.option(
    "--estimate",
    "estimated",
    is_flag=True,
    help="Print how many API calls the check would make, by service. Makes only the call that identifies the account.",
)
def command(
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    accounts: Accounts,
    dividing: Dividing,
    ignoring: Ignoring,
    judging: Rules,
    extent: Extent,
    whose: Whose,
    output: Output,
    keeping: Keeping,
    patches: bool,
    estimated: bool,
) -> int:
    """Compare the account with its Terraform states and configuration, and report the drift.

    \b
    Examples:
      drift check                                      the state of the current directory
      drift check --config envs/prod                   that directory's state and configuration
      drift check --state prod.tfstate --region eu-west-1
      drift check --state 'envs/**/*.tfstate' --format json --output drift.json
      drift check --state 's3://states/**/*.tfstate' --state-profile states
      drift check --state prod.tfstate --fail-on unmanaged,severity>=high
      drift check --framework cis-v4 --skip-rules 's3-mfa-*' --fail-on severity>=high
      drift check --judge all,account                  also resources in sync, and what the account lacks
      drift check --fail-on severity>=high,introduced  only for new findings
      drift check --state prod.tfstate --only 'aws_iam_*' --profile audit
      drift check --keep --fail-on new                 keep the scan; fail only on what the last one did not see
      drift check --patches --format html=drift.html   the patch for each drift, beside it
      drift check --who                                who made each drift, when and how
      drift check --accounts accounts.yml --state 's3://states/**/*.tfstate' --format html=drift.html
      drift check --organization --role-name drift-read-only --ou prod --state 'envs/**/*.tfstate'
      drift check --accounts accounts.yml --state 'envs/**/*.tfstate' --shard 3/16 --output part-3.jsonl
      drift check --filter "tags.Team == 'data'" --baseline accepted.json --fail-on new

    Exit status: 0 no drift that --fail-on selects, 1 such drift, 2 the check could not run,
    3 no such drift was found, but something could not be read.
    """
    output.validate()
    configurations.validate()
    accounts.validate()
    dividing.validate(accounts)
    ignoring.validate()
    whose.validate()
    judging.chosen()
    asked = Asked(
        places=states.places(configurations.config, configurations.given),
        scope=types.scope(),
        account=account,
        configurations=configurations,
        ignoring=ignoring,
        judging=judging,
        extent=extent,
        accepted=ignoring.accepted(),
        links=output.draws,
        patches=patches,
        whose=whose,
    )
    if estimated:
        return _estimate(asked, accounts)
    if dividing.shard is not None:
        return _part(asked, accounts, dividing, output, keeps=keeping.keep)
    if accounts.several:
        outcome, gathered = _of_several(asked, accounts, dividing, keeps=keeping.keep)
    else:
        outcome, gathered = run(asked), None
    outcome = keeping.kept(outcome, gathered)
    _remember(configurations, outcome)
    return output.finish(outcome.report)


def _of_several(
    asked: Asked, accounts: Accounts, dividing: Dividing, *, keeps: bool
) -> tuple[Outcome, Gathered | None]:
    """(what the run came to, what of it is for the store)."""
    from drift.cli import many

    if asked.configurations.memory is not None and (dividing.workers or dividing.scheduler):
        raise UsageError("--memory is kept by one process", "Leave out --workers and --scheduler.")
    fleet, how = accounts.fleet(asked.account), _how(dividing)
    return many.run_to_keep(asked, fleet, how) if keeps else (many.run(asked, fleet, how), None)


def _part(asked: Asked, accounts: Accounts, dividing: Dividing, output: Output, *, keeps: bool) -> int:
    """Do one shard, and write its part."""
    from drift.cli import many

    if output.formats_ and not came_from_a_file("formats_"):
        raise UsageError("--shard writes a part of a report", "Give --format to `drift merge`, which makes the report.")
    if asked.configurations.memory is not None:
        raise UsageError("--memory is kept by one process", "Leave out --shard.")
    fleet = accounts.fleet(asked.account)
    file = many.write_part(asked, fleet, _how(dividing), output.output, dividing.run_name or "", keeps=keeps)
    click.echo(f"{file}: shard {dividing.share}. `drift merge` makes the report of all parts.", err=True)
    return DONE


def _how(dividing: Dividing) -> How:
    from drift.cli.many import How

    return How(dividing.side_by_side, dividing.workers, dividing.scheduler or "", dividing.share)


def _remember(configurations: Configurations, outcome: Outcome) -> None:
    """Add to the memory what this run saw first."""
    from drift.desired.memory import written

    memory = configurations.remembered
    if memory is not None and configurations.memory is not None:
        day = outcome.report.started_at[: len("2026-01-01")]
        write_files(
            {configurations.memory: written(memory, outcome.seen, day)}, "Give --memory a path that can be used."
        )


def _estimate(asked: Asked, accounts: Accounts) -> int:
    """Print how many calls the run would make: of several accounts the sum, and each, the most expensive first."""
    if not accounts.several:
        _tell(forecast(asked))
        return DONE
    from drift.cli import many
    from drift.live.estimate import together
    from drift.report.safe import visible

    found, failed = many.estimates(asked, accounts.fleet(asked.account))
    _tell(together(found.values()), len(found))
    width = max(map(len, (*found, *failed)), default=0)
    click.echo("By account:")
    for name, one in sorted(found.items(), key=lambda entry: (-entry[1].total, entry[0])):
        click.echo(f"  {visible(name):<{width}} {one.total:>6}")
    for name, error in failed.items():
        click.echo(f"  {visible(name):<{width}}      ?  {visible(f'{error.message}. {error.hint}'.rstrip())}")
    return INCOMPLETE if failed else DONE


def _tell(found: Estimate, accounts: int = 0) -> None:
    """Print the number of calls by service, largest first."""
    every = found.listing + found.reading
    several = f" to {accounts} account{'s' * (accounts != 1)}" if accounts else ""
    where = "an account" if accounts else "the account"
    click.echo(
        f"About {every.total()} calls{several}: {found.listing.total()} to list resources, {found.reading.total()} to "
        "read managed resources. More calls are needed for further result pages, for services that roles or tags in "
        f"{where} show to be used, and for unmanaged resources."
    )
    for service, calls in sorted(every.items(), key=lambda one: (-one[1], one[0])):
        click.echo(f"  {service:<28} {calls:>6}")

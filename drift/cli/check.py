"""`drift check`."""

from __future__ import annotations

import click

from drift.cli.job import Asked, run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import Output, output_options
from drift.cli.options.rules import Rules, rule_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options


@click.command("check")
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
@rule_options
@output_options
def command(
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
    judging: Rules,
    output: Output,
) -> int:
    """Compare the account with its Terraform state, and report the drift.

    \b
    Examples:
      drift check                                      the state of this Terraform directory
      drift check --config envs/prod                   that directory's state and configuration
      drift check --state prod.tfstate --region eu-west-1
      drift check --state 'envs/**/*.tfstate' --format json --output drift.json
      drift check --state 's3://states/**/*.tfstate' --state-profile states
      drift check --state prod.tfstate --fail-on unmanaged,severity>=high
      drift check --framework cis-v4 --skip-rules 's3-mfa-*' --fail-on severity>=high
      drift check --state prod.tfstate --only 'aws_iam_*' --profile audit
      drift check --filter "tags.Team == 'data'" --baseline accepted.json --fail-on new

    Exit status: 0 nothing that fails, 1 drift that fails, 2 it could not be done, 3 nothing
    failing was seen, but part of the scope could not be read.
    """
    output.validate()
    ignoring.validate()
    judging.chosen()
    outcome = run(
        Asked(
            places=states.places(configurations.config, configurations.given),
            scope=types.scope(),
            account=account,
            configurations=configurations,
            ignoring=ignoring,
            judging=judging,
            accepted=ignoring.accepted(),
            links=output.draws,
        )
    )
    return output.finish(outcome.report)

"""`drift check`."""

from __future__ import annotations

import click

from drift.cli import plugins
from drift.cli.job import run
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import Output, output_options
from drift.cli.options.rules import Rules, rule_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.surroundings import linked


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
    api, scope = account.open(types.scope())
    result = run(
        states.places(configurations.config),
        api,
        scope,
        configurations,
        record=account.record,
        ignoring=ignoring,
        judging=judging,
        accepted=ignoring.accepted(),
    )
    return output.finish(linked(result, plugins.catalog()) if output.draws else result.report)

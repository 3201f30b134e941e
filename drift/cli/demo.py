"""`drift demo`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from drift import installation
from drift.cli.job import Asked, compare
from drift.cli.options.account import UNASKED
from drift.cli.options.output import Output, output_options
from drift.cli.options.rules import Extent, Rules, extent_options, rule_options
from drift.errors import DriftError
from drift.run import Connection
from drift.survey import Scope

TYPES = (
    "aws_vpc", "aws_subnet", "aws_security_group", "aws_vpc_security_group_ingress_rule",
    "aws_internet_gateway", "aws_route_table", "aws_default_*",
    "aws_s3_bucket*", "aws_s3_account_public_access_block", "aws_iam_role*", "aws_iam_user",
    "aws_iam_user_login_profile", "aws_iam_policy",
    "aws_sqs_queue", "aws_dynamodb_table", "aws_cloudwatch_log_group", "aws_ssm_parameter",
)  # fmt: skip
"""The types in the example state, as far as moto's extra for the demo simulates them."""
GUARDS = (
    "aws_cloudtrail", "aws_guardduty_detector", "aws_guardduty_detector_feature", "aws_securityhub_account",
    "aws_config_configuration_recorder*", "aws_ebs_encryption_by_default", "aws_iam_account_password_policy",
)  # fmt: skip
"""More types that are read with `--judge account`."""


@click.command("demo")
@rule_options
@extent_options
@output_options
def command(judging: Rules, extent: Extent, output: Output) -> int:
    """Run `drift check` on a small simulated account: no AWS account, no credentials, no network.

    The demo simulates AWS inside this process (moto), creates the resources of an example state,
    changes some of them, and reports the drift. The exit status is that of `drift check`: 1,
    because the account has drifted.
    """
    output.validate()
    judging.chosen()
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        del os.environ[name]  # the user's own account must stay out of this
    try:
        import boto3
        from moto import mock_aws
    except ImportError as error:
        raise DriftError(f"the demo needs moto, which cannot be imported: {error}", installation.hint("demo")) from None
    from drift.demo.account import REGION, build, tamper
    from drift.providers.aws.session import BotoApi

    with mock_aws(), tempfile.TemporaryDirectory() as folder:
        session = boto3.Session("demo", "demo", region_name=REGION)
        state = Path(folder) / "terraform.tfstate"
        state.write_text(build(session.client))
        tamper(session.client)
        here = Path.cwd()
        os.chdir(folder)  # so that the report names the state as a user would
        try:
            scope = Scope(only=(*TYPES, *GUARDS) if "account" in extent.judged else TYPES)
            asked = Asked(
                places=("terraform.tfstate",),
                scope=scope,
                account=UNASKED,
                judging=judging,
                extent=extent,
                links=output.draws,
            )
            outcome = compare(asked, Connection("aws", BotoApi(session)), scope)
        finally:
            os.chdir(here)
    return output.finish(outcome.report)

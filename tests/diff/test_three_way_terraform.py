"""Configuration, state and account drawn apart with real Terraform: each difference gets the verdict that is its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.cli.job import Asked, compare
from drift.cli.options.account import UNASKED
from drift.cli.options.configuration import Configurations
from drift.model.drift import Report
from drift.run import Connection
from drift.survey import Scope
from tests.support.world import PROVIDER, Terraform, asking, cli_config, lines, moto_server, session_for

BEFORE = """
variable "retention" {
  default = 7
}
provider "aws" {
  region = "us-east-1"
}
resource "aws_sqs_queue" "edited" {
  name          = "edited"
  delay_seconds = 5
}
resource "aws_sqs_queue" "opened" {
  for_each = toset(["a", "b"])
  name     = "opened-${each.key}"
}
resource "aws_sns_topic" "agreed" {
  name         = "agreed"
  display_name = "before"
}
resource "aws_cloudwatch_log_group" "both" {
  name              = "both"
  retention_in_days = var.retention
}
resource "aws_iam_role" "ignoring" {
  name               = "ignoring"
  description        = "as written"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
  tags = { Team = "core" }
  lifecycle {
    ignore_changes = [description, tags["Team"]]
  }
}
resource "aws_ssm_parameter" "old" {
  name  = "/moved"
  type  = "String"
  value = "v"
}
resource "aws_ssm_parameter" "dropped" {
  name  = "/dropped"
  type  = "String"
  value = "v"
}
"""
AFTER = (
    BEFORE.replace("delay_seconds = 5", "delay_seconds = 9")
    .replace('"before"', '"after"')
    .replace("default = 7", "default = 14")
    .replace('"aws_ssm_parameter" "old"', '"aws_ssm_parameter" "new"')
    .replace(BEFORE[BEFORE.index('resource "aws_ssm_parameter" "dropped"') :], "")
    + """
moved {
  from = aws_ssm_parameter.old
  to   = aws_ssm_parameter.new
}
resource "aws_ssm_parameter" "created" {
  name  = "/created"
  type  = "String"
  value = "v"
}
"""
)
TYPES = ("aws_sqs_queue", "aws_sns_topic", "aws_cloudwatch_log_group", "aws_iam_role", "aws_ssm_parameter")
OPEN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:*","Resource":"*"}]}'


def tamper(aws: Any) -> None:
    sns, logs, iam, sqs = aws("sns"), aws("logs"), aws("iam"), aws("sqs")
    (topic,) = sns.list_topics()["Topics"]
    sns.set_topic_attributes(TopicArn=topic["TopicArn"], AttributeName="DisplayName", AttributeValue="after")
    logs.put_retention_policy(logGroupName="both", retentionInDays=30)
    iam.update_role(RoleName="ignoring", Description="by hand")
    iam.tag_role(RoleName="ignoring", Tags=[{"Key": "Team", "Value": "other"}, {"Key": "Owner", "Value": "me"}])
    url = sqs.get_queue_url(QueueName="opened-a")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": OPEN})


def checked(state: Path, url: str, configurations: Configurations) -> Report:
    scope = Scope(only=TYPES)
    asked = Asked(places=(str(state),), scope=scope, account=UNASKED, configurations=configurations)
    with asking(url) as api:
        return compare(asked, Connection("aws", api), scope).report


DRIFT = [
    "modified aws_cloudwatch_log_group.both retention_in_days",
    "modified aws_iam_role.ignoring tags.Owner",
    'modified aws_sqs_queue.opened["a"] policy',
]


@pytest.mark.terraform
def test_with_real_terraform(tmp_path: Path) -> None:
    if cli_config() is None:
        pytest.skip("terraform is not on the PATH")
    (tmp_path / "versions.tf").write_text(PROVIDER)
    main = tmp_path / "main.tf"
    main.write_text(BEFORE)
    with moto_server() as url:
        terraform = Terraform(tmp_path, url)
        terraform("init", "-no-color", "-input=false")
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
        state = tmp_path / "terraform.tfstate"

        clean = checked(state, url, Configurations())
        assert (lines(clean), clean.pending, clean.settled, clean.exempt) == ([], (), (), ())

        main.write_text(AFTER)
        ahead = checked(state, url, Configurations())
        assert lines(ahead) == []
        assert {p.address: (p.actions, p.attributes) for p in ahead.pending} == {
            "aws_cloudwatch_log_group.both": (("update",), ("retention_in_days",)),
            "aws_sns_topic.agreed": (("update",), ("display_name",)),
            "aws_sqs_queue.edited": (("update",), ("delay_seconds",)),
            "aws_ssm_parameter.created": (("create",), ()),
            "aws_ssm_parameter.dropped": (("delete",), ()),
        }

        tamper(session_for(url))
        report = checked(state, url, Configurations())
        said(report)
        alone = checked(state, url, Configurations(no_config=True))
        assert lines(alone) == [
            DRIFT[0],
            "modified aws_iam_role.ignoring description,tags.Owner,tags.Team",
            "modified aws_sns_topic.agreed display_name",
            DRIFT[2],
        ]

        terraform("plan", "-no-color", "-input=false", "-out", "p")
        (tmp_path / "plan.json").write_text(terraform("show", "-json", "p"))
        main.unlink()  # the plan alone knows the same
        planned = checked(tmp_path / "plan.json", url, Configurations(no_config=True))
        assert lines(planned) == DRIFT
        assert {p.address for p in planned.pending} == {p.address for p in report.pending}


def said(report: Report) -> None:
    """What is true of all three values after the tampering."""
    assert lines(report) == DRIFT
    by_address = {str(d.resource.address): d for d in report.drift}
    (retention,) = by_address["aws_cloudwatch_log_group.both"].changes
    assert (retention.desired, retention.recorded, retention.actual) == (14, 7, 30)
    assert retention.line == BEFORE.splitlines().index("  retention_in_days = var.retention") + 1
    (policy,) = by_address['aws_sqs_queue.opened["a"]'].changes
    assert policy.undeclared
    assert {p.address: p.actions for p in report.pending} == {
        "aws_sqs_queue.edited": ("update",),
        "aws_ssm_parameter.created": ("create",),
        "aws_ssm_parameter.dropped": ("delete",),
    }
    ((settled,),) = (a.changes for a in report.settled)
    assert (settled.path, settled.desired, settled.recorded, settled.actual) == (
        "display_name", "after", "before", "after",
    )  # fmt: skip
    assert sorted(c.path for a in report.exempt for c in a.changes) == ["description", "tags.Team"]

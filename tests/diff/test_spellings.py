"""One stack, spelt as nobody would: what real Terraform made of it is in sync, and stays so however it is written again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drift.cli.options.configuration import Configurations
from drift.desired.load import build, laid, read_states
from drift.model.drift import Report
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.line import check
from tests.support.world import (
    REGION,
    Terraform,
    asking,
    cli_config,
    endpoint_provider,
    lines,
    moto_server,
    session_for,
)

MAIN = r"""
resource "aws_kms_key" "k" { description = "k" }
resource "aws_vpc" "v" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "g" {
  name   = "odd"
  vpc_id = aws_vpc.v.id
  ingress {
    protocol         = "TCP"
    from_port        = 443
    to_port          = 443
    cidr_blocks      = ["192.168.0.0/16", "10.0.0.0/8"]
    ipv6_cidr_blocks = ["2001:0DB8:0000::/32"]
  }
  egress {
    protocol    = "all"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_network_acl" "n" {
  vpc_id = aws_vpc.v.id
  ingress {
    protocol   = "tcp"
    rule_no    = 10
    action     = "ALLOW"
    cidr_block = "10.0.0.0/8"
    from_port  = 80
    to_port    = 80
  }
}
resource "aws_iam_role" "r" {
  name               = "odd"
  assume_role_policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"STS:AssumeRole\"], \"Principal\": {\"AWS\": \"123456789012\"}}]}"
}
resource "aws_iam_role_policy" "p" {
  name   = "p"
  role   = aws_iam_role.r.id
  policy = <<-P
    {"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:getobject"],"Resource":["*"],
      "Condition": {"Bool": {"aws:SecureTransport": true}, "IpAddress": {"aws:SourceIp": "10.0.0.1"}}}]}
  P
}
resource "aws_cloudwatch_event_rule" "rate" {
  name                = "rate"
  schedule_expression = "rate(60 minutes)"
}
resource "aws_cloudwatch_event_rule" "pattern" {
  name          = "pattern"
  event_pattern = "{ \"source\": [\"b\", \"a\"],  \"detail-type\": [\"x\"] }"
}
resource "aws_s3_bucket" "b" { bucket = "odd-bucket-1" }
resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.key_id
    }
  }
}
resource "aws_route53_zone" "z" { name = "Example.COM." }
resource "aws_sfn_state_machine" "s" {
  name       = "odd"
  role_arn   = aws_iam_role.r.arn
  definition = "{ \"States\": { \"A\": {\"Type\": \"Pass\", \"End\": true } },   \"StartAt\": \"A\" }"
}
resource "aws_ssm_document" "d" {
  name            = "odd"
  document_type   = "Command"
  document_format = "YAML"
  content         = <<-D
    schemaVersion: '1.2'
    # said
    description: d
    parameters: {}
    runtimeConfig:
      'aws:runShellScript':
        properties: []
  D
}
resource "aws_instance" "i" {
  ami              = "ami-12345678"
  instance_type    = "t3.micro"
  user_data_base64 = base64encode("#!/bin/sh\necho hi\n")
}
resource "aws_lambda_function" "f" {
  function_name = "odd"
  role          = aws_iam_role.r.arn
  handler       = "a.b"
  runtime       = "python3.12"
  filename      = "f.zip"
  timeout       = "30"
}
resource "aws_lambda_permission" "p" {
  action        = "lambda:invokefunction"
  function_name = aws_lambda_function.f.arn
  principal     = "events.amazonaws.com"
  statement_id  = "x"
}
resource "aws_secretsmanager_secret" "s" {
  name       = "odd"
  kms_key_id = aws_kms_key.k.key_id
}
"""

ROOT = "arn:aws:iam::123456789012:root"
TRUST = {
    "Statement": {"Action": "sts:AssumeRole", "Principal": {"AWS": [ROOT]}, "Effect": "Allow"},
    "Version": "2012-10-17",
}
RIGHTS = {
    "Statement": {
        "Resource": "*", "Action": "S3:GetObject", "Effect": "Allow",
        "Condition": {"IpAddress": {"AWS:SourceIP": ["10.0.0.1/32"]}, "Bool": {"aws:securetransport": "true"}},
    },
    "Version": "2012-10-17",
}  # fmt: skip
STATES = {"StartAt": "A", "States": {"A": {"End": True, "Type": "Pass"}}}


def written_again(aws: Callable[..., Any], key: str, change: Callable[[str], str] = lambda text: text) -> None:
    """Everything said once more by hand, in other words; `change` may change what is said."""
    iam = aws("iam")
    iam.update_assume_role_policy(RoleName="odd", PolicyDocument=change(json.dumps(TRUST)))
    iam.put_role_policy(RoleName="odd", PolicyName="p", PolicyDocument=change(json.dumps(RIGHTS, indent=2)))
    aws("events").put_rule(Name="rate", ScheduleExpression=change("rate(1 hour)"))
    aws("events").put_rule(
        Name="pattern", EventPattern=change(json.dumps({"detail-type": ["x"], "source": ["a", "b"]}))
    )
    aws("stepfunctions").update_state_machine(
        stateMachineArn=f"arn:aws:states:{REGION}:123456789012:stateMachine:odd",
        definition=change(json.dumps(STATES, indent=1)),
    )
    rule = {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": change(f"arn:aws:kms:{REGION}:123456789012:key/{key}"),
        }
    }
    aws("s3").put_bucket_encryption(Bucket="odd-bucket-1", ServerSideEncryptionConfiguration={"Rules": [rule]})


CHANGES = {
    "sts:AssumeRole": ("sts:AssumeRoleWithSAML", "modified aws_iam_role.r assume_role_policy"),
    "10.0.0.1/32": ("10.0.0.1/31", "modified aws_iam_role_policy.p policy"),
    "1 hour": ("2 hours", "modified aws_cloudwatch_event_rule.rate schedule_expression"),
    '"b"': ('"c"', "modified aws_cloudwatch_event_rule.pattern event_pattern"),
    '"Pass"': ('"Fail"', "modified aws_sfn_state_machine.s definition"),
    ":key/": (
        ":key/0",
        "modified aws_s3_bucket_server_side_encryption_configuration.b rule.apply_server_side_encryption_by_default.kms_master_key_id",
    ),
}


@pytest.mark.terraform
@pytest.mark.slow
def test_spelling_is_silent_and_meaning_is_not(tmp_path: Path) -> None:
    if cli_config() is None:
        pytest.skip("terraform is not on the PATH")
    (tmp_path / "main.tf").write_text(endpoint_provider() + MAIN)
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr("a.py", "def b(event, context): pass")
    with moto_server() as url:
        terraform = Terraform(tmp_path, url)
        terraform("init", "-no-color", "-input=false")
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
        aws = session_for(url)
        state = json.loads((tmp_path / "terraform.tfstate").read_text())
        key = next(r for r in state["resources"] if r["type"] == "aws_kms_key")["instances"][0]["attributes"]["key_id"]

        for phase in ("applied", "refreshed"):
            report = checked(tmp_path, url)
            assert (phase, lines(report), report.pending) == (phase, [], ())
            terraform("apply", "-refresh-only", "-no-color", "-auto-approve", "-input=false")
        written_again(aws, key)
        report = checked(tmp_path, url)
        assert (lines(report), report.pending) == ([], ())
        for before, (after, line) in CHANGES.items():
            written_again(aws, key, lambda text, before=before, after=after: text.replace(before, after))  # type: ignore[misc]
            assert lines(checked(tmp_path, url)) == [line]


def checked(directory: Path, url: str) -> Report:
    """What drift says of the stack, by its state and its configuration."""
    catalog = installed()
    states, failed = read_states([str(directory / "terraform.tfstate")], {})
    places = (str(directory / "terraform.tfstate"),)
    written = laid(states, Configurations(config=(directory,)).sources(places, {}))
    with asking(url) as api:
        desired = build(written, failed, catalog, account=api.account, region=REGION)
        scope = Scope(only=tuple(sorted({r.type for r in desired.resources})))
        return check(desired, api, catalog, scope, default_region=REGION).report

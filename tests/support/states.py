"""Writes fixtures/states/ with real Terraform against a local AWS: python -m tests.support.states

state.tfstate, show.json        after the first apply and a refresh; `terraform show -json`
plan.json                       of a changed configuration, after somebody tampered with the account
refresh-only.json, destroy.json the same account, `-refresh-only` and `-destroy`
tainted.tfstate, tainted.json   after `terraform taint`
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from tests.support.world import PROVIDER, Terraform, moto_server, session_for

STATES = Path(__file__).parents[2] / "fixtures" / "states"

MAIN = """
variable "secret" {
  default   = "s3cr3t-of-a-fixture"
  sensitive = true
}

variable "none" {
  default = null
}

provider "aws" {
  region            = "us-east-1"
  s3_use_path_style = true
}

provider "aws" {
  alias             = "west"
  region            = "us-west-2"
  s3_use_path_style = true
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders"
  visibility_timeout_seconds = 30
  policy                     = var.none
  kms_master_key_id          = null
  tags = {
    Team = "shop"
  }
}

resource "aws_sqs_queue" "each" {
  provider = aws.west
  for_each = toset(["a", "b c"])
  name     = "each-${replace(each.key, " ", "-")}"
}

resource "aws_ssm_parameter" "secret" {
  name  = "/app/secret"
  type  = "SecureString"
  value = var.secret
}

resource "aws_security_group" "web" {
  name = "web"
  dynamic "ingress" {
    for_each = [80, 443]
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}

resource "aws_sns_topic" "ignoring" {
  name         = "ignoring"
  display_name = "as written"
  lifecycle {
    ignore_changes = [display_name]
  }
}

resource "terraform_data" "any" {
  input = { size = 123456789012345678901234567890, list = [1, "a"] }
}

module "child" {
  source = "./child"
  count  = 2
  name   = "group-${count.index}"
}
"""
CHILD = """
variable "name" {}
variable "days" { default = 7 }

resource "aws_cloudwatch_log_group" "this" {
  name              = var.name
  retention_in_days = var.days
}
"""
CREATED = """
resource "aws_sns_topic" "created" {
  name = "created"
}

resource "aws_sqs_queue_policy" "created" {
  queue_url = aws_sqs_queue.each["new"].url
  policy    = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"""
CHANGES = {
    'Team = "shop"': 'Team = "shop"\n    Topic = aws_sns_topic.created.arn',
    'toset(["a", "b c"])': 'toset(["a", "new"])',
    'name   = "group-': 'days   = 14\n  name   = "group-',
}
PUBLIC = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


def write(work: Path) -> None:
    """Make the account and everything Terraform says of it."""
    (work / "child").mkdir()
    (work / "child" / "main.tf").write_text(CHILD)
    (work / "provider.tf").write_text(PROVIDER)
    (work / "main.tf").write_text(MAIN)
    with moto_server() as url:
        terraform = Terraform(work, url)
        terraform("init", "-no-color", "-input=false")
        terraform("apply", "-no-color", "-auto-approve", "-input=false")
        terraform("apply", "-refresh-only", "-no-color", "-auto-approve", "-input=false")
        shutil.copy(work / "terraform.tfstate", STATES / "state.tfstate")
        _show(terraform, "show.json")
        _tamper(url)
        changed = MAIN + CREATED
        for before, after in CHANGES.items():
            changed = changed.replace(before, after)
        (work / "main.tf").write_text(changed)
        for name, *options in (("plan",), ("refresh-only", "-refresh-only"), ("destroy", "-destroy")):
            terraform("plan", "-out", name, "-no-color", "-input=false", *options)
            _show(terraform, f"{name}.json", name)
        terraform("taint", "aws_sqs_queue.orders")
        shutil.copy(work / "terraform.tfstate", STATES / "tainted.tfstate")
        _show(terraform, "tainted.json")


def _tamper(url: str) -> None:
    aws = session_for(url)
    queue = aws("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    changed = {"VisibilityTimeout": "99", "Policy": json.dumps(PUBLIC)}
    aws("sqs").set_queue_attributes(QueueUrl=queue, Attributes=changed)
    aws("logs").delete_log_group(logGroupName="group-1")
    topic = "arn:aws:sns:us-east-1:123456789012:ignoring"
    aws("sns").set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="by hand")
    group = next(g for g in aws("ec2").describe_security_groups()["SecurityGroups"] if g["GroupName"] == "web")
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    aws("ec2").authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[ssh])


def _show(terraform: Terraform, name: str, *plan: str) -> None:
    (STATES / name).write_text(terraform("show", "-json", *plan))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))

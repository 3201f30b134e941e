"""Configurations and states that tests write themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drift.desired.hcl.configured import Configuration, Configured
from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.instance import State
from drift.desired.state.v4 import parse_v4


def configuration(
    tmp_path: Path, main_tf: str, *states: State, given: Given | None = None, **files: Any
) -> Configuration:
    """A configuration of one text, and more files: `modules__a` is modules/a/main.tf."""
    (tmp_path / "main.tf").write_text(main_tf)
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/")
        file = path if path.suffix else path / "main.tf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Sources(tmp_path, given or Given(environment={})).evaluated(states)


def one(found: Configuration, address: str) -> Configured:
    return found.instances[address]


def state(*resources: dict[str, Any], source: str = "terraform.tfstate") -> State:
    top = {"version": 4, "serial": 1, "lineage": "l", "terraform_version": "1.11.4", "resources": resources}
    return parse_v4(json.dumps(top).encode(), source)


def resource(type_: str, name: str, *instances: dict[str, Any], mode: str = "managed", **more: Any) -> dict[str, Any]:
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'
    return {"mode": mode, "type": type_, "name": name, "provider": provider, "instances": instances, **more}


PROVIDERS = """
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Team = "core" }
  }
}
provider "aws" {
  alias  = "audit"
  region = "us-east-1"
  assume_role {
    role_arn = "arn:aws:iam::210987654321:role/audit"
  }
  ignore_tags {
    keys         = ["Scanned"]
    key_prefixes = ["cost:"]
  }
}
provider "aws" {
  alias               = "only"
  allowed_account_ids = ["123456789012"]
}
"""
VPC = resource("aws_vpc", "main", {"attributes": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "arn": "arn:vpc"}})
NETWORK = """
resource "aws_vpc" "main" { cidr_block = "%s" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, 0)
}
"""

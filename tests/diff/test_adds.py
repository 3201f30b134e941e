"""One tag, or one replica, as a resource of its own: the tagged resource tells the others, and is not told twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.provider.api import Request
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines, run

VPC = {
    "id": "vpc-1", "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1", "cidr_block": "10.0.0.0/16",
    "tags": {"Name": "shop"},
}  # fmt: skip
OWNER = {"id": "vpc-1,Owner", "resource_id": "vpc-1", "key": "Owner", "value": "net"}


def account(**tags: str) -> dict[str, Any]:
    pairs = [{"Key": k, "Value": v} for k, v in tags.items()]

    def told(args: Mapping[str, Any]) -> dict[str, Any]:
        wanted = {f["Name"]: f["Values"][0] for f in args["Filters"]}
        assert wanted["resource-id"] == "vpc-1"
        return {
            "Tags": [{**p, "ResourceId": "vpc-1", "ResourceType": "vpc"} for p in pairs if p["Key"] == wanted["key"]]
        }

    there = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "State": "available", "IsDefault": False, "Tags": pairs}
    return {"ec2:DescribeVpcs": {"Vpcs": [there]}, "ec2:DescribeTags": told}


@pytest.mark.parametrize(
    "recorded", [{"Name": "shop"}, {"Name": "shop", "Owner": "net"}, {"Name": "shop", "Owner": "x"}]
)
@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"Name": "shop", "Owner": "net"}, []),
        ({"Name": "shop", "Owner": "me"}, ["modified aws_ec2_tag.owner value"]),
        ({"Name": "shop"}, ["missing aws_ec2_tag.owner"]),
        ({"Name": "lab", "Owner": "net"}, ["modified aws_vpc.shop tags.Name"]),
        ({"Name": "shop", "Owner": "net", "By": "hand"}, ["modified aws_vpc.shop tags.By"]),
    ],
)
def test_a_tag_of_a_managed_resource(
    recorded: dict[str, str], tags: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    state: dict[str, Any] = {"aws_vpc.shop": {**VPC, "tags": recorded}, "aws_ec2_tag.owner": OWNER}
    path = write_state(state, tmp_path / "s.tfstate")

    assert lines(run(path, MadeApi(account(**tags)), only=("aws_vpc", "aws_ec2_tag"))) == said


def test_a_tag_of_what_somebody_else_manages(tmp_path: Path) -> None:
    path = write_state({"aws_ec2_tag.owner": OWNER}, tmp_path / "s.tfstate")

    assert lines(run(path, MadeApi(account(Name="theirs", Owner="me")), only=("aws_ec2_tag",))) == [
        "modified aws_ec2_tag.owner value"
    ]


def table(region: str) -> dict[str, Any]:
    return {
        "TableName": "orders", "TableArn": f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/orders", "TableStatus": "ACTIVE",
        "Replicas": [{"RegionName": r, "ReplicaStatus": "ACTIVE"} for r in (REGION, "eu-west-1") if r != region],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    }  # fmt: skip


class Regional(MadeApi):
    def ask(self, request: Request) -> Any:
        if request.op == "DescribeTable":
            return [{"Table": table(request.region)}]
        return super().ask(request)


def test_a_replica_of_its_own_is_not_told_by_the_main_table_too(tmp_path: Path) -> None:
    main = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    state: dict[str, Any] = {
        "aws_dynamodb_table.orders": {
            "id": "orders", "name": "orders", "arn": main, "billing_mode": "PAY_PER_REQUEST", "replica": [],
        },
        "aws_dynamodb_table_replica.west": {
            "id": f"orders:{REGION}", "arn": main.replace(REGION, "eu-west-1"), "global_table_arn": main,
            "deletion_protection_enabled": False, "tags": {},
        },
    }  # fmt: skip
    path = write_state(state, tmp_path / "s.tfstate")
    answers = {"dynamodb:ListTables": {"TableNames": ["orders"]}}

    assert lines(run(path, Regional(answers), only=("aws_dynamodb_table", "aws_dynamodb_table_replica"))) == []

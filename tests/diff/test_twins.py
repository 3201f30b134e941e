"""What was deleted and made again by hand is one verdict, and never by guess."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.model.drift import Report
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines, run

AT = f"arn:aws:ec2:{REGION}:{ACCOUNT}:"
VPC = {"id": "vpc-1", "arn": f"{AT}vpc/vpc-1", "cidr_block": "10.0.0.0/16", "tags": {"Name": "shop"}}
GROUP = {"id": "sg-1", "arn": f"{AT}security-group/sg-1", "name": "web", "description": "d", "vpc_id": "vpc-1"}
SUBNET = {
    "id": "subnet-1", "arn": f"{AT}subnet/subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24",
    "availability_zone": "us-east-1a", "tags": {"Name": "a"},
}  # fmt: skip


def vpc(id_: str = "vpc-1", cidr: str = "10.0.0.0/16", **tags: str) -> dict[str, Any]:
    pairs = [{"Key": k, "Value": v} for k, v in (tags or {"Name": "shop"}).items()]
    return {"VpcId": id_, "CidrBlock": cidr, "IsDefault": False, "State": "available", "Tags": pairs}


def group(id_: str, name: str = "web", of: str = "vpc-1") -> dict[str, Any]:
    return {"GroupId": id_, "GroupName": name, "VpcId": of, "Description": "d", "OwnerId": ACCOUNT, "IpPermissions": []}


def subnet(id_: str, of: str = "vpc-1", name: str = "a") -> dict[str, Any]:
    return {
        "SubnetId": id_, "VpcId": of, "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a",
        "State": "available", "OwnerId": ACCOUNT, "Tags": [{"Key": "Name", "Value": name}],
    }  # fmt: skip


def account(*vpcs: Any, groups: Any = (), subnets: Any = ()) -> dict[str, Any]:
    return {
        "ec2:DescribeVpcs": {"Vpcs": list(vpcs)},
        "ec2:DescribeSecurityGroups": {"SecurityGroups": list(groups)},
        "ec2:DescribeSubnets": {"Subnets": list(subnets)},
    }


def checked(tmp_path: Path, state: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]) -> Report:
    path = write_state(state, tmp_path / "s.tfstate")
    return run(path, MadeApi(answers), only=("aws_vpc", "aws_security_group", "aws_subnet"))


ONE: dict[str, Any] = {"aws_vpc.shop": VPC, "aws_security_group.web": GROUP}


def test_the_same_name_in_the_same_place(tmp_path: Path) -> None:
    report = checked(tmp_path, ONE, account(vpc(), groups=[group("sg-2")]))

    assert lines(report) == ["missing aws_security_group.web as sg-2"]
    twin = report.drift[0].recreated_as
    assert twin is not None
    assert (twin.id, report.managed, len(report.of_kind("unmanaged"))) == ("sg-2", 2, 0)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([group("sg-2", of="vpc-9")], ["missing aws_security_group.web", "unmanaged aws_security_group sg-2"]),
        ([group("sg-2", name="other")], ["missing aws_security_group.web", "unmanaged aws_security_group sg-2"]),
    ],
)
def test_another_name_or_place_is_another_thing(groups: Any, said: list[str], tmp_path: Path) -> None:
    assert lines(checked(tmp_path, ONE, account(vpc(), groups=groups))) == said


def test_where_two_would_do_none_is_taken(tmp_path: Path) -> None:
    state: dict[str, Any] = {"aws_vpc.shop": VPC, "aws_subnet.a": SUBNET}
    report = checked(tmp_path, state, account(vpc(), subnets=[subnet("subnet-2"), subnet("subnet-3")]))

    assert lines(report) == [
        "missing aws_subnet.a",
        "unmanaged aws_subnet subnet-2",
        "unmanaged aws_subnet subnet-3",
    ]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (vpc("vpc-2"), ["missing aws_vpc.shop as vpc-2"]),
        (vpc("vpc-2", "10.9.0.0/16"), ["missing aws_vpc.shop", "unmanaged aws_vpc vpc-2"]),
        (vpc("vpc-2", Name="lab"), ["missing aws_vpc.shop", "unmanaged aws_vpc vpc-2"]),
    ],
)
def test_the_same_tags_and_configuration(other: Any, said: list[str], tmp_path: Path) -> None:
    assert lines(checked(tmp_path, {"aws_vpc.shop": VPC}, account(other))) == said


def test_without_tags_nothing_is_guessed(tmp_path: Path) -> None:
    bare = {"aws_vpc.shop": {**VPC, "tags": {}}}

    assert lines(checked(tmp_path, bare, account({**vpc("vpc-2"), "Tags": []}))) == [
        "missing aws_vpc.shop",
        "unmanaged aws_vpc vpc-2",
    ]


def test_a_whole_that_was_made_again_with_its_parts(tmp_path: Path) -> None:
    state: dict[str, Any] = {**ONE, "aws_subnet.a": SUBNET}
    there = account(vpc("vpc-2"), groups=[group("sg-2", of="vpc-2")], subnets=[subnet("subnet-2", of="vpc-2")])

    assert lines(checked(tmp_path, state, there)) == [
        "missing aws_security_group.web as sg-2",
        "missing aws_subnet.a as subnet-2",
        "missing aws_vpc.shop as vpc-2",
    ]

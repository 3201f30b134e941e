"""A peering between regions is one thing, and listed in both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drift.provider.api import Answer, Refused, Request
from tests.support.apis import Standing
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines, run

PEERING: Mapping[str, Any] = {
    "VpcPeeringConnectionId": "pcx-1",
    "Status": {"Code": "active", "Message": ""},
    "RequesterVpcInfo": {"VpcId": "vpc-1", "OwnerId": ACCOUNT, "Region": "us-east-1"},
    "AccepterVpcInfo": {"VpcId": "vpc-2", "OwnerId": ACCOUNT, "Region": "eu-central-1"},
    "Tags": [],
}
STATE: Mapping[str, Mapping[str, Any]] = {
    "aws_vpc_peering_connection.p": {
        "id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-2", "peer_owner_id": ACCOUNT,
        "peer_region": "eu-central-1", "tags": {}, "tags_all": {},
    },
    "aws_vpc.v": {"id": "vpc-1", "arn": f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/vpc-1"},
}  # fmt: skip
ONLY = ("aws_vpc_peering_connection",)


def said(tmp_path: Path, state: Mapping[str, Mapping[str, Any]], answer: Any) -> list[str]:
    api = MadeApi({"ec2:DescribeVpcPeeringConnections": answer})
    return lines(run(write_state(state, tmp_path / "s.tfstate"), api, only=ONLY, regions=("eu-central-1",)))


def test_the_other_side_of_a_managed_peering_is_not_unmanaged(tmp_path: Path) -> None:
    assert said(tmp_path, STATE, {"VpcPeeringConnections": [PEERING]}) == []


def test_a_peering_that_nobody_manages_is_told_once(tmp_path: Path) -> None:
    assert said(tmp_path, {}, {"VpcPeeringConnections": [PEERING]}) == ["unmanaged aws_vpc_peering_connection pcx-1"]


def test_another_peering_in_the_other_region_is_told(tmp_path: Path) -> None:
    other = {**PEERING, "VpcPeeringConnectionId": "pcx-2"}
    assert said(tmp_path, STATE, {"VpcPeeringConnections": [PEERING, other]}) == [
        "unmanaged aws_vpc_peering_connection pcx-2"
    ]


@pytest.mark.parametrize("there", [[], [{**PEERING, "Status": {"Code": "deleted", "Message": ""}}]])
def test_a_peering_that_is_gone_is_missing(tmp_path: Path, there: list[Any]) -> None:
    assert said(tmp_path, STATE, {"VpcPeeringConnections": there}) == ["missing aws_vpc_peering_connection.p"]


def test_a_refused_listing_says_neither(tmp_path: Path) -> None:
    assert not [x for x in said(tmp_path, STATE, Refused("AccessDenied")) if x.startswith(("missing", "unmanaged"))]


class Told(Standing):
    """Keeps the region of each request."""

    def __init__(self, api: MadeApi) -> None:
        self._api, self.account, self.counts = api, api.account, api.counts
        self.regions: set[str] = set()

    def ask(self, request: Request) -> Answer:
        self.regions.add(request.region)
        return self._api.ask(request)


@pytest.mark.parametrize(("more", "asked"), [((), REGION), (("eu-central-1",), "eu-central-1")])
def test_what_has_no_region_is_asked_of_one_though_nothing_else_is_in_scope(
    more: tuple[str, ...], asked: str, tmp_path: Path
) -> None:
    api = Told(MadeApi({"s3:ListBuckets": {"Buckets": [{"Name": "ours"}]}}))
    said = lines(run(write_state({}, tmp_path / "s.tfstate"), api, only=("aws_s3_bucket",), regions=more))

    assert said == ["unmanaged aws_s3_bucket ours"]
    assert api.regions == {asked}

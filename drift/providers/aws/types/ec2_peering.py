"""Amazon EC2: VPC peering."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.provider.kinds import attr, block, flag, text
from drift.provider.spec import (
    WHOLE,
    Attr,
    Call,
    Parent,
    Ref,
    ResourceType,
    Within,
)
from drift.providers.aws.kinds import tags
from drift.providers.aws.types.ec2_network import any_of, one_or_all


def either(of: str, **words: Any) -> Attr:
    """Terraform tells both sides of a peering as seen from the account it works in."""
    return attr(f"[RequesterVpcInfo.{of}, AccepterVpcInfo.{of}]", one_or_all, assigned=True, same=any_of, **words)


def peering_options(side: str) -> Attr:
    """What one side of a peering lets the other do."""
    return block(f"{side}.PeeringOptions", {"allow_remote_vpc_dns_resolution": flag("AllowDnsResolutionFromRemoteVpc")})


PEERING_OPTIONS = {
    "accepter":  peering_options("AccepterVpcInfo"),
    "requester": peering_options("RequesterVpcInfo"),
}
ACCEPTING = "an instruction to Terraform: accept at once"

PEERING = ResourceType(
    name="aws_vpc_peering_connection",
    service="ec2",
    list=Call(op="DescribeVpcPeeringConnections", take="VpcPeeringConnections"),
    id=text("VpcPeeringConnectionId"),
    computed={
        "accept_status":      text("Status.Code"),
        "accepter_cidr_block":  text("AccepterVpcInfo.CidrBlock", outside_schema=True),
        "accepter_owner_id":    text("AccepterVpcInfo.OwnerId", outside_schema=True),
        "requester_cidr_block": text("RequesterVpcInfo.CidrBlock", outside_schema=True),
        "requester_owner_id":   text("RequesterVpcInfo.OwnerId", outside_schema=True),
    },
    attributes={
        "vpc_id":        either("VpcId", written=lambda found, _: found[0]),
        "peer_vpc_id":   either("VpcId", written=lambda found, _: found[-1]),
        "peer_owner_id": either("OwnerId", written=lambda found, _: found[-1]),
        "peer_region":   text("AccepterVpcInfo.Region", assigned=True),
        "tags":          tags("Tags"),
        **PEERING_OPTIONS,
    },
    ignored={"auto_accept": ACCEPTING},
    refs=(Ref("vpc_id", to="aws_vpc"), Ref("peer_vpc_id", to="aws_vpc")),
    # between regions it is listed in both, and whoever manages one side need not manage the other
    creates=(Ref("id", to="aws_vpc_peering_connection", anywhere=True),),
    # ended ones stay listed for hours
    exists="!contains(['deleted', 'deleting', 'expired', 'failed', 'rejected'], Status.Code)",
)

PEERING_ACCEPTER = replace(
    PEERING,
    name="aws_vpc_peering_connection_accepter",
    alias_of="aws_vpc_peering_connection",
    computed={**PEERING.computed, "vpc_id": either("VpcId"), "peer_vpc_id": either("VpcId")},
    attributes={
        "vpc_peering_connection_id": text("VpcPeeringConnectionId"),
        "tags":                      tags("Tags"),
        **PEERING_OPTIONS,
    },
)

PEERING_OPTIONS_TYPE = ResourceType(
    name="aws_vpc_peering_connection_options",
    service="ec2",
    list=Within("aws_vpc_peering_connection"),
    id=text("VpcPeeringConnectionId"),
    label="vpc_peering_connection_id",
    attributes={"vpc_peering_connection_id": text("VpcPeeringConnectionId"), **PEERING_OPTIONS},
    parent=Parent(
        "vpc_peering_connection_id", to="aws_vpc_peering_connection", covers=dict.fromkeys(PEERING_OPTIONS, WHOLE)
    ),
)

# one call for each subnet: only looked for where it is desired

"""Amazon EC2: route tables, routes, and what they are associated with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import text as plain_text
from drift.provider import canonical
from drift.provider.kinds import attr, blocks, cidr, flag, set_of, text
from drift.provider.spec import (
    Attr,
    Attributes,
    Call,
    Owner,
    Parent,
    Raw,
    Ref,
    ResourceType,
    Within,
)
from drift.providers.aws.kinds import tags
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types.ec2_network import DEFAULT_VPC, THE_VPC, vpc_of


def not_endpoint(value: Any) -> str | None:
    """AWS answers a VPC endpoint as GatewayId; Terraform tells both apart."""
    return None if not value or str(value).startswith("vpce-") else str(value)


def endpoint(value: Any) -> str | None:
    """The other half of `not_endpoint`."""
    return str(value) if str(value or "").startswith("vpce-") else None


TARGETS = {
    "carrier_gateway_id":        text("CarrierGatewayId"),
    "core_network_arn":          text("CoreNetworkArn"),
    "egress_only_gateway_id":    text("EgressOnlyInternetGatewayId"),
    "gateway_id":                attr("GatewayId", not_endpoint),
    "local_gateway_id":          text("LocalGatewayId"),
    "nat_gateway_id":            text("NatGatewayId"),
    "network_interface_id":      text("NetworkInterfaceId", default=""),
    "transit_gateway_id":        text("TransitGatewayId"),
    "vpc_endpoint_id":           attr("GatewayId", endpoint),
    "vpc_peering_connection_id": text("VpcPeeringConnectionId"),
}
TARGET_TYPES = {
    "carrier_gateway_id":        "aws_ec2_carrier_gateway",
    "egress_only_gateway_id":    "aws_egress_only_internet_gateway",
    "gateway_id":                "aws_internet_gateway",
    "nat_gateway_id":            "aws_nat_gateway",
    "network_interface_id":      "aws_network_interface",
    "transit_gateway_id":        "aws_ec2_transit_gateway",
    "vpc_endpoint_id":           "aws_vpc_endpoint",
    "vpc_peering_connection_id": "aws_vpc_peering_connection",
}
FIXED = "GatewayId == 'local' || GatewayId == 'VpcLattice'"
LEARNT = "Origin == 'EnableVgwRoutePropagation' || Origin == 'Advertisement'"
OF_ENDPOINT = "DestinationPrefixListId && starts_with(GatewayId || '', 'vpce-')"
# an interface attached to something of AWS's own: another account's, so that no instance is told
OF_SERVICE = "NetworkInterfaceId && InstanceOwnerId && !InstanceId"


def destination(route: Attributes) -> Value:
    """What makes a route that route: a table holds one for each destination."""
    return route.get("cidr_block") or route.get("ipv6_cidr_block") or route.get("destination_prefix_list_id")


def inline_routes(*without: str) -> Attr:
    """A table's routes, but for those that AWS, a VPN gateway or an endpoint put there: the provider leaves them out."""
    routes = blocks(
        f"Routes[?!({FIXED} || {LEARNT} || {OF_ENDPOINT} || {OF_SERVICE})]",
        {
            "cidr_block":                 cidr("DestinationCidrBlock"),
            "ipv6_cidr_block":            cidr("DestinationIpv6CidrBlock"),
            "destination_prefix_list_id": text("DestinationPrefixListId"),
            **{name: target for name, target in TARGETS.items() if name not in without},
        },
        key=destination,
    )

    def from_state(value: Any, instance: Raw) -> Value:
        # a local route may be written down, but AWS makes and keeps it anyway
        return canonical.desired(routes, [r for r in value or () if r.get("gateway_id") != "local"], instance)

    return replace(routes, from_state=from_state)


def route_element(route: Attributes) -> frozenset[Value]:
    """What one aws_route holds of its table's routes."""
    element = {name: route.get(name) for name in TARGETS}
    to = {
        "cidr_block": route.get("destination_cidr_block"),
        "ipv6_cidr_block": route.get("destination_ipv6_cidr_block"),
        "destination_prefix_list_id": route.get("destination_prefix_list_id"),
    }
    return frozenset({Block({**to, **element})})


ROUTE_TABLE = ResourceType(
    name="aws_route_table",
    service="ec2",
    list=Call(op="DescribeRouteTables", take="RouteTables"),
    describe=(vpc_of("VpcId"),),
    id=text("RouteTableId"),
    computed={
        "associations": blocks("Associations", {
            "main":                       flag("Main"),
            "route_table_association_id": text("RouteTableAssociationId"),
            "route_table_id":             text("RouteTableId"),
            "subnet_id":                  text("SubnetId"),
            "gateway_id":                 text("GatewayId"),
        }, outside_schema=True),
        "owner_id":     text("OwnerId"),
    },
    attributes={
        "vpc_id":           text("VpcId"),
        "propagating_vgws": set_of(plain_text, "PropagatingVgws[].GatewayId"),
        "route":            inline_routes(),
        "tags":             tags("Tags"),
    },
    refs=(
        Ref("vpc_id", to="aws_vpc"),
        Ref("propagating_vgws[]", to="aws_vpn_gateway"),
        *(Ref(f"route[].{name}", to=to) for name, to in TARGET_TYPES.items()),
    ),
    account="OwnerId",
    owners=(Owner("Associations[?Main]", THE_VPC),),
)

DEFAULT_ROUTE_TABLE = replace(
    ROUTE_TABLE,
    name="aws_default_route_table",
    instead_if="Associations[?Main]",
    alias_of="aws_route_table",
    import_id="vpc_id",
    computed={"owner_id": text("OwnerId"), "vpc_id": text("VpcId")},
    attributes={
        "default_route_table_id": text("RouteTableId"),
        "propagating_vgws":       set_of(plain_text, "PropagatingVgws[].GatewayId"),
        "route":                  inline_routes("carrier_gateway_id", "local_gateway_id"),
        "tags":                   tags("Tags"),
    },
    ignored={"route.instance_id": "the provider leaves it empty and records the interface instead"},
    refs=tuple(r for r in ROUTE_TABLE.refs if r.attribute not in ("route[].carrier_gateway_id", "route[].local_gateway_id")),
)

ROUTE = ResourceType(
    name="aws_route",
    service="ec2",
    list=Within("aws_route_table", each=f"Routes[?!({LEARNT})]"),
    id=text("join('_', [parent.RouteTableId, DestinationCidrBlock || DestinationIpv6CidrBlock || "
            "DestinationPrefixListId])"),  # Terraform's is a hash of the same
    identity=("route_table_id", "destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id"),
    import_id="join('_', [route_table_id, destination_cidr_block || destination_ipv6_cidr_block || "
              "destination_prefix_list_id])",
    label="destination_cidr_block || destination_ipv6_cidr_block || destination_prefix_list_id",
    computed={"instance_id": text("InstanceId"), "origin": text("Origin"), "state": text("State")},
    attributes={
        "route_table_id":              text("parent.RouteTableId"),
        "destination_cidr_block":      cidr("DestinationCidrBlock"),
        "destination_ipv6_cidr_block": cidr("DestinationIpv6CidrBlock"),
        "destination_prefix_list_id":  text("DestinationPrefixListId"),
        **TARGETS,
    },
    refs=tuple(Ref(name, to=to) for name, to in TARGET_TYPES.items()),
    parent=Parent("route_table_id", to="aws_route_table", covers={"route": route_element}, standalone=True),
    account="parent.OwnerId",
    owners=(
        Owner(FIXED, THE_VPC),
        Owner(OF_ENDPOINT, "AWS: came with a VPC endpoint"),
        Owner(OF_SERVICE, "AWS: a service's network interface"),
        of_stack("parent.Tags"),
        Owner("parent.Vpc.IsDefault && parent.Associations[?Main] && DestinationCidrBlock == '0.0.0.0/0' && "
              "starts_with(GatewayId || '', 'igw-')", DEFAULT_VPC),
    ),
)

ROUTE_TABLE_ASSOCIATION = ResourceType(
    name="aws_route_table_association",
    service="ec2",
    list=Within("aws_route_table", each="Associations[?!Main]"),
    id=text("RouteTableAssociationId"),
    identity=("subnet_id", "gateway_id"),  # a replaced association gets another id, and is the same one moved
    import_id="join('/', [subnet_id || gateway_id, route_table_id])",
    label="subnet_id || gateway_id",
    attributes={
        "route_table_id": text("RouteTableId"),
        "subnet_id":      text("SubnetId"),
        "gateway_id":     text("GatewayId"),
    },
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("gateway_id", to="aws_internet_gateway"),
        Ref("gateway_id", to="aws_vpn_gateway"),
    ),
    parent=Parent("route_table_id", to="aws_route_table", standalone=True),
    account="parent.OwnerId",
    owners=(of_stack("parent.Tags"),),
    exists="AssociationState.State != 'disassociated'",
)

ROUTE_PROPAGATION = ResourceType(
    name="aws_vpn_gateway_route_propagation",
    importable=False,
    service="ec2",
    list=Within("aws_route_table", each="PropagatingVgws[]"),
    id=text("join('_', [GatewayId, parent.RouteTableId])"),
    label="id",
    attributes={"route_table_id": text("parent.RouteTableId"), "vpn_gateway_id": text("GatewayId")},
    refs=(Ref("vpn_gateway_id", to="aws_vpn_gateway"),),
    parent=Parent(
        "route_table_id", to="aws_route_table",
        covers={"propagating_vgws": lambda p: frozenset({p.get("vpn_gateway_id")})}, standalone=True,
    ),
    account="parent.OwnerId",
    owners=(of_stack("parent.Tags"),),
)  # fmt: skip

MAIN_ASSOCIATION = ResourceType(
    name="aws_main_route_table_association",
    importable=False,
    service="ec2",
    list=Within("aws_route_table", each="Associations[?Main]"),
    id=text("RouteTableAssociationId"),
    identity=("vpc_id",),  # every VPC has one, and replacing it gives it another id
    import_id="vpc_id",
    label="vpc_id",
    computed={"original_route_table_id": text("`null`")},  # only Terraform remembers
    attributes={"vpc_id": text("parent.VpcId"), "route_table_id": text("RouteTableId")},
    refs=(Ref("vpc_id", to="aws_vpc"),),
    creates=(Ref("original_route_table_id", to="aws_route_table"),),
    parent=Parent("route_table_id", to="aws_route_table"),
    account="parent.OwnerId",
    owners=(Owner("Main", THE_VPC),),
)

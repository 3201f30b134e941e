"""Amazon EC2: VPCs, subnets, routing, gateways, network ACLs, DHCP options, peering."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import text as plain_text
from drift.provider import canonical
from drift.provider.kinds import attr, block, blocks, caseless, cidr, flag, list_of, number, set_of, text
from drift.provider.spec import (
    WHOLE,
    Attr,
    Attributes,
    Call,
    Owner,
    Parent,
    Raw,
    Ref,
    ResourceType,
    Share,
    Within,
)
from drift.providers.aws.kinds import tags
from drift.providers.aws.normalize.network import protocol_number
from drift.providers.aws.owners import of_stack

DEFAULT_VPC = "AWS: the default VPC"
THE_VPC = "AWS: came with its VPC"


def vpc_of(at: str) -> Call:
    """The VPC an item is in, from the listing of all VPCs: only there does AWS say which one is the default."""
    return Call(op="DescribeVpcs", take="Vpcs", into="Vpc", match="VpcId", key=at)



# VPCs


def vpc_attribute(name: str) -> Call:
    """DescribeVpcAttribute tells one attribute of one VPC at a time."""
    return Call(
        op="DescribeVpcAttribute", take=f"{name[0].upper()}{name[1:]}.Value", into=name,
        bind={"VpcId": "VpcId"}, args={"Attribute": name}, gone=frozenset({"InvalidVpcID.NotFound"}),
    )  # fmt: skip


def any_of(want: Value, have: Value) -> bool:
    """A VPC may hold several IPv6 blocks; Terraform records one of them."""
    return isinstance(have, tuple) and want in have


def one_or_all(value: Any) -> Value:
    """The text itself, or the only one of several; all of them where they differ."""
    found = sorted({str(v) for v in value}) if isinstance(value, list) else [value] if value else []
    return tuple(found) if len(found) > 1 else found[0] if found else None


IPV6 = "Ipv6CidrBlockAssociationSet[?Ipv6CidrBlockState.State == 'associated']"
ENTITLED = {"ipv6_netmask_length": "only read when the block is allocated"}

VPC_SWITCHES = {
    "enable_dns_hostnames":                 flag("enableDnsHostnames", default=False, same_for_all=True),
    "enable_dns_support":                   flag("enableDnsSupport", default=True),
    "enable_network_address_usage_metrics": flag("enableNetworkAddressUsageMetrics", default=False, same_for_all=True),
}
VPC_IPV6 = {
    # an IPAM pool's blocks carry the pool's name, or only "IPAM Managed"
    "assign_generated_ipv6_cidr_block":     flag(f"{IPV6} | [?Ipv6Pool == 'Amazon'] | [0]"),
    "ipv6_cidr_block":                      attr(f"{IPV6}.Ipv6CidrBlock", one_or_all, assigned=True, same=any_of),
    "ipv6_cidr_block_network_border_group": attr(
        f"{IPV6}.NetworkBorderGroup", one_or_all, assigned=True, same=any_of
    ),
}
IPV6_POOL = "AWS answers 'IPAM Managed' whatever the pool"

VPC = ResourceType(
    name="aws_vpc",
    service="ec2",
    list=Call(op="DescribeVpcs", take="Vpcs"),
    describe=(
        vpc_attribute("enableDnsHostnames"),
        vpc_attribute("enableDnsSupport"),
        vpc_attribute("enableNetworkAddressUsageMetrics"),
        # all option sets at once: only their content shows which one is AWS's own
        Call(op="DescribeDhcpOptions", take="DhcpOptions", into="Dhcp", match="DhcpOptionsId", key="DhcpOptionsId"),
    ),
    id=text("VpcId"),
    computed={"dhcp_options_id": text("DhcpOptionsId"), "owner_id": text("OwnerId")},
    attributes={
        "cidr_block":       cidr("CidrBlock", assigned=True),
        "instance_tenancy": text("InstanceTenancy", default="default"),
        "tags":             tags("Tags"),
        **VPC_SWITCHES,
        **VPC_IPV6,
    },
    ignored={
        "ipv4_ipam_pool_id":   "only read when the VPC is created",
        "ipv4_netmask_length": "only read when the VPC is created",
        "ipv6_ipam_pool_id":   IPV6_POOL,
        **ENTITLED,
    },
    account="OwnerId",
    owners=(Owner("IsDefault", DEFAULT_VPC),),
)

DEFAULT_VPC_TYPE = replace(
    VPC,
    name="aws_default_vpc",
    alias_of="aws_vpc",
    computed={**VPC.computed, "cidr_block": text("CidrBlock"), "instance_tenancy": text("InstanceTenancy")},
    attributes={"tags": tags("Tags"), **VPC_SWITCHES, **VPC_IPV6,
                "enable_dns_hostnames": flag("enableDnsHostnames", default=True, same_for_all=True)},
    ignored={"force_destroy": "an instruction to Terraform", "ipv6_ipam_pool_id": IPV6_POOL, **ENTITLED},
)

# Subnets

ON_LAUNCH = "PrivateDnsNameOptionsOnLaunch"
SUBNET_SETTINGS = {
    "assign_ipv6_address_on_creation":                flag("AssignIpv6AddressOnCreation"),
    "customer_owned_ipv4_pool":                       text("CustomerOwnedIpv4Pool"),
    "enable_dns64":                                   flag("EnableDns64"),
    "enable_resource_name_dns_a_record_on_launch":    flag(f"{ON_LAUNCH}.EnableResourceNameDnsARecord"),
    "enable_resource_name_dns_aaaa_record_on_launch": flag(f"{ON_LAUNCH}.EnableResourceNameDnsAAAARecord"),
    "ipv6_cidr_block":                                cidr(f"{IPV6}.Ipv6CidrBlock | [0]", default=""),
    "ipv6_native":                                    flag("Ipv6Native"),
    "map_customer_owned_ip_on_launch":                flag("MapCustomerOwnedIpOnLaunch"),
    "map_public_ip_on_launch":                        flag("MapPublicIpOnLaunch"),
    "private_dns_hostname_type_on_launch":            text(f"{ON_LAUNCH}.HostnameType", assigned=True),
    "tags":                                           tags("Tags"),
}

SUBNET = ResourceType(
    name="aws_subnet",
    service="ec2",
    list=Call(op="DescribeSubnets", take="Subnets"),
    id=text("SubnetId"),
    computed={"arn": text("SubnetArn"), "owner_id": text("OwnerId")},
    attributes={
        "vpc_id":                     text("VpcId"),
        "availability_zone":          text("AvailabilityZone", assigned=True),
        "availability_zone_id":       text("AvailabilityZoneId", assigned=True),
        "cidr_block":                 cidr("CidrBlock"),
        "enable_lni_at_device_index": number("EnableLniAtDeviceIndex", default=0),
        "outpost_arn":                text("OutpostArn"),
        **SUBNET_SETTINGS,
    },
    refs=(Ref("vpc_id", to="aws_vpc"),),
    account="OwnerId",
    owners=(Owner("DefaultForAz", DEFAULT_VPC),),
)

DEFAULT_SUBNET = replace(
    SUBNET,
    name="aws_default_subnet",
    alias_of="aws_subnet",
    computed={**SUBNET.computed, "vpc_id": text("VpcId"), "cidr_block": cidr("CidrBlock")},
    attributes={"availability_zone": text("AvailabilityZone", assigned=True), **SUBNET_SETTINGS},
    ignored={"force_destroy": "an instruction to Terraform"},
)

# Gateways

INTERNET_GATEWAY = ResourceType(
    name="aws_internet_gateway",
    service="ec2",
    list=Call(op="DescribeInternetGateways", take="InternetGateways"),
    describe=(vpc_of("Attachments[0].VpcId"),),
    id=text("InternetGatewayId"),
    computed={"owner_id": text("OwnerId")},
    attributes={"vpc_id": text("Attachments[0].VpcId", default=""), "tags": tags("Tags")},
    refs=(Ref("vpc_id", to="aws_vpc"),),
    account="OwnerId",
    # nothing on the gateway itself says that it came with the default VPC
    owners=(Owner("Vpc.IsDefault", DEFAULT_VPC),),
)

INTERNET_GATEWAY_ATTACHMENT = ResourceType(
    name="aws_internet_gateway_attachment",
    service="ec2",
    list=Within("aws_internet_gateway", each="Attachments[]"),
    id=text("join(':', [parent.InternetGatewayId, VpcId])"),
    label="internet_gateway_id",
    attributes={"internet_gateway_id": text("parent.InternetGatewayId"), "vpc_id": text("VpcId")},
    refs=(Ref("vpc_id", to="aws_vpc"),),
    parent=Parent("internet_gateway_id", to="aws_internet_gateway", covers={"vpc_id": WHOLE}),
)

# Routing


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
    computed={"owner_id": text("OwnerId")},
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

EGRESS_ONLY_GATEWAY = ResourceType(
    name="aws_egress_only_internet_gateway",
    service="ec2",
    list=Call(op="DescribeEgressOnlyInternetGateways", take="EgressOnlyInternetGateways"),
    id=text("EgressOnlyInternetGatewayId"),
    attributes={"vpc_id": text("Attachments[0].VpcId"), "tags": tags("Tags")},
    refs=(Ref("vpc_id", to="aws_vpc"),),
)

PRIMARY = "(NatGatewayAddresses[?IsPrimary] || NatGatewayAddresses)[0]"
SECONDARY = "NatGatewayAddresses[?IsPrimary == `false`]"

NAT_GATEWAY = ResourceType(
    name="aws_nat_gateway",
    service="ec2",
    list=Call(op="DescribeNatGateways", take="NatGateways"),
    id=text("NatGatewayId"),
    computed={
        "interfaces":           set_of(plain_text, "NatGatewayAddresses[].NetworkInterfaceId", outside_schema=True),
        "network_interface_id": text(f"{PRIMARY}.NetworkInterfaceId"),
        "public_ip":            text(f"{PRIMARY}.PublicIp"),
    },
    attributes={
        "subnet_id":                      text("SubnetId"),
        "connectivity_type":              text("ConnectivityType", default="public"),
        "allocation_id":                  text(f"{PRIMARY}.AllocationId"),
        "private_ip":                     text(f"{PRIMARY}.PrivateIp", assigned=True),
        "secondary_allocation_ids":       set_of(plain_text, f"{SECONDARY}.AllocationId"),
        "secondary_private_ip_addresses": set_of(plain_text, f"{SECONDARY}.PrivateIp"),
        "tags":                           tags("Tags"),
    },
    ignored={"secondary_private_ip_address_count": "secondary_private_ip_addresses tells it"},
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("allocation_id", to="aws_eip"),
        Ref("secondary_allocation_ids[]", to="aws_eip"),
    ),
    # the recorded one goes a little later than its gateway
    creates=(Ref("interfaces[]", to="aws_network_interface"), Ref("network_interface_id", to="aws_network_interface")),
    # deleted ones stay listed for an hour
    exists="State != 'deleted' && State != 'deleting' && State != 'failed'",
)

# Further CIDR blocks of a VPC

CIDR_ASSOCIATION = ResourceType(
    name="aws_vpc_ipv4_cidr_block_association",
    service="ec2",
    list=Within("aws_vpc", each="CidrBlockAssociationSet[?CidrBlockState.State == 'associated']"),
    exists="CidrBlock != parent.CidrBlock",
    id=text("AssociationId"),
    label="cidr_block",
    attributes={"vpc_id": text("parent.VpcId"), "cidr_block": cidr("CidrBlock", assigned=True)},
    ignored={
        "ipv4_ipam_pool_id":   "only read when the block is allocated",
        "ipv4_netmask_length": "only read when the block is allocated",
    },
    parent=Parent("vpc_id", to="aws_vpc"),
    account="parent.OwnerId",
)

IPV6_ASSOCIATION = ResourceType(
    name="aws_vpc_ipv6_cidr_block_association",
    service="ec2",
    list=Within("aws_vpc", each=IPV6),
    id=text("AssociationId"),
    label="ipv6_cidr_block",
    attributes={
        "vpc_id":                           text("parent.VpcId"),
        "assign_generated_ipv6_cidr_block": flag("Ipv6Pool == 'Amazon'", default=False),
        "ipv6_cidr_block":                  cidr("Ipv6CidrBlock", assigned=True),
        "ipv6_pool":                        text("Ipv6Pool", assigned=True),
    },
    ignored={"ipv6_ipam_pool_id": IPV6_POOL, **ENTITLED},
    parent=Parent("vpc_id", to="aws_vpc", covers={"assign_generated_ipv6_cidr_block": WHOLE}),
    account="parent.OwnerId",
)

# Network ACLs

ACL_ENTRY = {
    "cidr_block":      cidr("CidrBlock"),
    "from_port":       number("PortRange.From", default=0),
    "icmp_code":       number("IcmpTypeCode.Code", default=0),
    "icmp_type":       number("IcmpTypeCode.Type", default=0),
    "ipv6_cidr_block": cidr("Ipv6CidrBlock"),
    "protocol":        attr("Protocol", protocol_number),
    "to_port":         number("PortRange.To", default=0),
}
LAST_RULES = 32767  # and above: AWS's own "deny what is left"


def acl_entries(egress: str) -> Attr:
    """A network ACL's rules in one direction, without AWS's own last ones."""
    return blocks(
        f"Entries[?Egress == `{egress}` && RuleNumber < `{LAST_RULES}`]",
        {**ACL_ENTRY, "action": caseless("RuleAction"), "rule_no": number("RuleNumber")},
        key=lambda entry: entry.get("rule_no"),
    )


def acl_share(egress: bool) -> Share:
    """The rules that an aws_network_acl_rule holds, by their number."""
    return lambda rule: (
        frozenset({Block(rule_no=rule.get("rule_number"))}) if bool(rule.get("egress")) is egress else frozenset()
    )


def only_for(*protocols: str) -> Callable[[Any, Raw], Value]:
    """The state keeps ports of an ICMP rule and codes of a TCP rule, which AWS never gets to see."""
    return lambda value, rule: (value or 0) if protocol_number(rule.get("protocol")) in protocols else 0


NETWORK_ACL = ResourceType(
    name="aws_network_acl",
    service="ec2",
    list=Call(op="DescribeNetworkAcls", take="NetworkAcls"),
    id=text("NetworkAclId"),
    computed={"owner_id": text("OwnerId")},
    attributes={
        "vpc_id":     text("VpcId"),
        "subnet_ids": set_of(plain_text, "Associations[].SubnetId"),
        "ingress":    acl_entries("false"),
        "egress":     acl_entries("true"),
        "tags":       tags("Tags"),
    },
    refs=(Ref("vpc_id", to="aws_vpc"), Ref("subnet_ids[]", to="aws_subnet")),
    account="OwnerId",
    owners=(Owner("IsDefault", THE_VPC),),
)

DEFAULT_NETWORK_ACL = replace(
    NETWORK_ACL,
    name="aws_default_network_acl",
    alias_of="aws_network_acl",
    computed={"owner_id": text("OwnerId"), "vpc_id": text("VpcId")},
    attributes={
        "default_network_acl_id": text("NetworkAclId"),
        "ingress":                acl_entries("false"),
        "egress":                 acl_entries("true"),
        "tags":                   tags("Tags"),
    },
    ignored={"subnet_ids": "every subnet without a network ACL of its own is in it: those others tell"},
    refs=(Ref("vpc_id", to="aws_vpc"),),
)

NETWORK_ACL_RULE = ResourceType(
    name="aws_network_acl_rule",
    service="ec2",
    list=Within("aws_network_acl", each=f"Entries[?RuleNumber < `{LAST_RULES}`]"),
    id=text("join(':', [parent.NetworkAclId, to_string(RuleNumber), to_string(Egress)])"),  # Terraform's is a hash
    identity=("network_acl_id", "rule_number", "egress"),
    import_id="join(':', [network_acl_id, to_string(rule_number), protocol, to_string(egress)])",
    label="to_string(rule_number)",
    attributes={
        **ACL_ENTRY,
        "network_acl_id": text("parent.NetworkAclId"),
        "egress":         flag("Egress"),
        "rule_action":    caseless("RuleAction"),
        "rule_number":    number("RuleNumber"),
        "from_port":      number("PortRange.From", default=0, from_state=only_for("6", "17")),
        "to_port":        number("PortRange.To", default=0, from_state=only_for("6", "17")),
        "icmp_code":      number("IcmpTypeCode.Code", default=0, from_state=only_for("1", "58")),
        "icmp_type":      number("IcmpTypeCode.Type", default=0, from_state=only_for("1", "58")),
    },
    parent=Parent(
        "network_acl_id", to="aws_network_acl",
        covers={"ingress": acl_share(False), "egress": acl_share(True)}, standalone=True,
    ),
    account="parent.OwnerId",
    owners=(
        # the default ACL comes with rules that let everything through
        Owner("parent.IsDefault && (RuleNumber == `100` || RuleNumber == `101`) && RuleAction == 'allow' && "
              "Protocol == '-1' && (CidrBlock == '0.0.0.0/0' || Ipv6CidrBlock == '::/0')", THE_VPC),
        of_stack("parent.Tags"),
    ),
)  # fmt: skip

NETWORK_ACL_ASSOCIATION = ResourceType(
    name="aws_network_acl_association",
    service="ec2",
    list=Within("aws_network_acl", each="Associations[]"),
    id=text("NetworkAclAssociationId"),
    identity=("subnet_id",),  # every subnet has one, and replacing it gives it another id
    label="subnet_id",
    attributes={"network_acl_id": text("NetworkAclId"), "subnet_id": text("SubnetId")},
    refs=(Ref("subnet_id", to="aws_subnet"),),
    parent=Parent(
        "network_acl_id", to="aws_network_acl", covers={"subnet_ids": lambda a: frozenset({a.get("subnet_id")})}
    ),
    account="parent.OwnerId",
)

# DHCP options


def option(name: str) -> str:
    """JMESPath of the values of one DHCP option."""
    return f"DhcpConfigurations[?Key == '{name}'].Values[].Value"


def aws_options(at: str) -> str:
    """JMESPath: whether these options are the ones AWS makes in each region. Nothing but their content says so."""
    domain = f"({at}{option('domain-name')})[0]"
    return (
        f"{at}DhcpConfigurations && length({at}DhcpConfigurations) == `2` && "
        f"({at}{option('domain-name-servers')})[0] == 'AmazonProvidedDNS' && "
        f"({domain} == 'ec2.internal' || ends_with({domain} || '', '.compute.internal'))"
    )


DHCP_OPTIONS = ResourceType(
    name="aws_vpc_dhcp_options",
    service="ec2",
    list=Call(op="DescribeDhcpOptions", take="DhcpOptions"),
    id=text("DhcpOptionsId"),
    computed={"owner_id": text("OwnerId")},
    attributes={
        "domain_name":                       text(f"({option('domain-name')})[0]"),
        "domain_name_servers":               list_of(plain_text, option("domain-name-servers")),
        "ipv6_address_preferred_lease_time": text(f"({option('ipv6-address-preferred-lease-time')})[0]"),
        "netbios_name_servers":              list_of(plain_text, option("netbios-name-servers")),
        "netbios_node_type":                 text(f"({option('netbios-node-type')})[0]"),
        "ntp_servers":                       list_of(plain_text, option("ntp-servers")),
        "tags":                              tags("Tags"),
    },
    account="OwnerId",
    owners=(Owner(aws_options(""), "AWS: the default DHCP options"),),
)

DEFAULT_DHCP_OPTIONS = replace(
    DHCP_OPTIONS,
    name="aws_default_vpc_dhcp_options",
    alias_of="aws_vpc_dhcp_options",
    computed={},
    attributes={"owner_id": text("OwnerId", assigned=True), "tags": tags("Tags")},
)

DHCP_ASSOCIATION = ResourceType(
    name="aws_vpc_dhcp_options_association",
    service="ec2",
    list=Within("aws_vpc"),
    exists="DhcpOptionsId && DhcpOptionsId != 'default'",
    id=text("join('-', [DhcpOptionsId, VpcId])"),
    identity=("vpc_id",),
    import_id="vpc_id",
    label="vpc_id",
    attributes={"dhcp_options_id": text("DhcpOptionsId"), "vpc_id": text("VpcId")},
    refs=(Ref("dhcp_options_id", to="aws_vpc_dhcp_options"),),
    parent=Parent("vpc_id", to="aws_vpc"),
    owners=(Owner(aws_options("Dhcp."), "AWS: the default DHCP options"),),
)

# Peering


def either(of: str) -> Attr:
    """Terraform tells both sides of a peering as seen from the account it works in."""
    return attr(f"[RequesterVpcInfo.{of}, AccepterVpcInfo.{of}]", one_or_all, assigned=True, same=any_of)


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
    computed={"accept_status": text("Status.Code")},
    attributes={
        "vpc_id":        either("VpcId"),
        "peer_vpc_id":   either("VpcId"),
        "peer_owner_id": either("OwnerId"),
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
SUBNET_CIDR_RESERVATION = ResourceType(
    name="aws_ec2_subnet_cidr_reservation",
    service="ec2",
    list=None,
    lookup=Call(op="GetSubnetCidrReservations", take="[SubnetIpv4CidrReservations, SubnetIpv6CidrReservations][]",
                bind={"SubnetId": "subnet_id"}, gone=frozenset({"InvalidSubnetID.NotFound"})),
    id=text("SubnetCidrReservationId"),
    import_id="join(':', [subnet_id, id])",
    label="cidr_block",
    attributes={
        "cidr_block":       cidr("Cidr"),
        "description":      text("Description"),
        "reservation_type": text("ReservationType"),
        "subnet_id":        text("SubnetId"),
    },
    refs=(Ref("subnet_id", to="aws_subnet"),),
)

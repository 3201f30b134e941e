"""Amazon EC2: VPCs and their CIDR blocks, subnets, gateways, DHCP options."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Value
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, cidr, flag, list_of, number, set_of, text
from drift.provider.spec import (
    WHOLE,
    Call,
    Owner,
    Parent,
    Ref,
    ResourceType,
    Within,
)
from drift.providers.aws.kinds import tags

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
    either=(("assign_generated_ipv6_cidr_block", "ipv6_cidr_block"),),
    list=Call(op="DescribeVpcs", take="Vpcs"),
    describe=(
        vpc_attribute("enableDnsHostnames"),
        vpc_attribute("enableDnsSupport"),
        vpc_attribute("enableNetworkAddressUsageMetrics"),
        # all option sets at once: only their content shows which one is AWS's own
        Call(op="DescribeDhcpOptions", take="DhcpOptions", into="Dhcp", match="DhcpOptionsId", key="DhcpOptionsId"),
    ),
    id=text("VpcId"),
    computed={
        "dhcp_options_id": text("DhcpOptionsId"),
        "is_default":      flag("IsDefault", outside_schema=True),
        "owner_id":        text("OwnerId"),
    },
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
    instead_if="IsDefault",
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
    either=(("availability_zone", "availability_zone_id"),),
    list=Call(op="DescribeSubnets", take="Subnets"),
    describe=(
        # one call for each managed subnet
        Call(op="GetSubnetCidrReservations", take="[SubnetIpv4CidrReservations, SubnetIpv6CidrReservations][]",
             into="Reservations", bind={"SubnetId": "SubnetId"}, gone=frozenset({"InvalidSubnetID.NotFound"})),
    ),
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
    instead_if="DefaultForAz",
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

# Further gateways

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
    either=(("assign_generated_ipv6_cidr_block", "ipv6_pool"), ("assign_generated_ipv6_cidr_block", "ipv6_cidr_block")),
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

SUBNET_CIDR_RESERVATION = ResourceType(
    name="aws_ec2_subnet_cidr_reservation",
    service="ec2",
    list=Within("aws_subnet", each="Reservations[]"),
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
    parent=Parent("subnet_id", to="aws_subnet"),
)

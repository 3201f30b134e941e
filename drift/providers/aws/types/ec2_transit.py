"""Amazon EC2: transit gateways, prefix lists, VPN."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value
from drift.normalize.addresses import cidr as cidr_form
from drift.normalize.values import number as plain_number
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, block, blocks, cidr, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import group_arn, tags
from drift.providers.aws.owners import of_stack

TRANSIT_GATEWAYS = Call(op="DescribeTransitGateways", take="TransitGateways")
ENDED = "!contains(['deleted', 'deleting', 'failed', 'rejected'], State)"



def _asn(value: Any, _: Any) -> str | None:
    """The number of a VPN gateway's own side: the provider records "0" where AWS leaves it out."""
    return None if value == "0" else plain_text(value)


TRANSIT_GATEWAY = ResourceType(
    name="aws_ec2_transit_gateway",
    service="ec2",
    list=TRANSIT_GATEWAYS,
    id=text("TransitGatewayId"),
    computed={
        "arn":                                text("TransitGatewayArn"),
        "owner_id":                           text("OwnerId"),
        "association_default_route_table_id": text("Options.AssociationDefaultRouteTableId"),
        "propagation_default_route_table_id": text("Options.PropagationDefaultRouteTableId"),
    },
    attributes={
        "description":                        text("Description"),
        "amazon_side_asn":                    number("Options.AmazonSideAsn", default=64512),
        "auto_accept_shared_attachments":     text("Options.AutoAcceptSharedAttachments", default="disable"),
        "default_route_table_association":    text("Options.DefaultRouteTableAssociation", default="enable"),
        "default_route_table_propagation":    text("Options.DefaultRouteTablePropagation", default="enable"),
        "dns_support":                        text("Options.DnsSupport", default="enable"),
        "multicast_support":                  text("Options.MulticastSupport", default="disable"),
        "security_group_referencing_support": text("Options.SecurityGroupReferencingSupport", default="disable"),
        "transit_gateway_cidr_blocks":        set_of(cidr_form, "Options.TransitGatewayCidrBlocks"),
        "vpn_ecmp_support":                   text("Options.VpnEcmpSupport", default="enable"),
        "tags":                               tags("Tags"),
    },
    account="OwnerId",
    exists=ENDED,
)


OWN_GATEWAY = "Gateway.OwnerId == VpcOwnerId"


def of_default_table(at: str) -> Attr:
    """Whether the attachment is with the gateway's default table: null where the gateway is another account's."""
    return attr(
        f"{OWN_GATEWAY} && [{at}] || `null`",
        _only,
        from_state=lambda value, _: value,
        same=lambda want, have: want is None or have is None,
    )


def _only(value: Any) -> Value:
    return bool(value[0]) if value else None


TRANSIT_VPC_ATTACHMENT = ResourceType(
    name="aws_ec2_transit_gateway_vpc_attachment",
    service="ec2",
    list=Call(op="DescribeTransitGatewayVpcAttachments", take="TransitGatewayVpcAttachments"),
    describe=(
        Call(op="DescribeTransitGateways", take="TransitGateways", into="Gateway", match="TransitGatewayId",
             key="TransitGatewayId"),
        Call(op="DescribeTransitGatewayAttachments", take="TransitGatewayAttachments", into="Attachment",
             match="TransitGatewayAttachmentId", key="TransitGatewayAttachmentId"),
        # one call for each gateway of our own
        Call(op="GetTransitGatewayRouteTablePropagations", take="TransitGatewayRouteTablePropagations",
             into="Propagations", absent=frozenset({"InvalidRouteTableID.NotFound"}),
             only_if=f"{OWN_GATEWAY} && Gateway.Options.PropagationDefaultRouteTableId",
             bind={"TransitGatewayRouteTableId": "Gateway.Options.PropagationDefaultRouteTableId"}),
    ),
    id=text("TransitGatewayAttachmentId"),
    computed={"vpc_owner_id": text("VpcOwnerId")},
    attributes={
        "transit_gateway_id":                 text("TransitGatewayId"),
        "vpc_id":                             text("VpcId"),
        "subnet_ids":                         set_of(plain_text, "SubnetIds"),
        "appliance_mode_support":             text("Options.ApplianceModeSupport", default="disable"),
        "dns_support":                        text("Options.DnsSupport", default="enable"),
        "ipv6_support":                       text("Options.Ipv6Support", default="disable"),
        "security_group_referencing_support": text("Options.SecurityGroupReferencingSupport", assigned=True),
        "transit_gateway_default_route_table_association": of_default_table(
            "Attachment.Association.TransitGatewayRouteTableId && "
            "Attachment.Association.TransitGatewayRouteTableId == Gateway.Options.AssociationDefaultRouteTableId"
        ),
        "transit_gateway_default_route_table_propagation": of_default_table(
            "contains(Propagations[?starts_with(State, 'enabl')].TransitGatewayAttachmentId || `[]`, "
            "TransitGatewayAttachmentId)"
        ),
        "tags":                               tags("Tags"),
    },
    refs=(
        Ref("transit_gateway_id", to="aws_ec2_transit_gateway"),
        Ref("vpc_id", to="aws_vpc"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
    account="VpcOwnerId",
    exists=ENDED,
)  # fmt: skip

NO_TABLE = frozenset({"InvalidRouteTableID.NotFound"})
OF_TABLE = {"TransitGatewayRouteTableId": "TransitGatewayRouteTableId"}

TRANSIT_ROUTE_TABLE = ResourceType(
    name="aws_ec2_transit_gateway_route_table",
    service="ec2",
    # only the gateway's own account sees its tables
    list=Call(op="DescribeTransitGatewayRouteTables", take="TransitGatewayRouteTables",
              where=(Where("aws_ec2_transit_gateway"),)),
    describe=(
        # one call each for every table: AWS tells what is in one at a time
        Call(op="SearchTransitGatewayRoutes", take="Routes", into="Routes", gone=NO_TABLE, bind=OF_TABLE,
             args={"Filters": [{"Name": "type", "Values": ["static"]}]}),
        Call(op="GetTransitGatewayRouteTableAssociations", take="Associations", into="Associations", gone=NO_TABLE,
             bind=OF_TABLE),
        Call(op="GetTransitGatewayRouteTablePropagations", take="TransitGatewayRouteTablePropagations",
             into="Propagations", gone=NO_TABLE, bind=OF_TABLE),
    ),
    id=text("TransitGatewayRouteTableId"),
    attributes={"transit_gateway_id": text("TransitGatewayId"), "tags": tags("Tags")},
    refs=(Ref("transit_gateway_id", to="aws_ec2_transit_gateway"),),
    owners=(
        Owner("DefaultAssociationRouteTable || DefaultPropagationRouteTable", "AWS: came with its transit gateway"),
    ),
    exists=ENDED,
)

TRANSIT_ROUTE = ResourceType(
    name="aws_ec2_transit_gateway_route",
    service="ec2",
    list=Within("aws_ec2_transit_gateway_route_table", each="Routes[]"),
    id=text("join('_', [parent.TransitGatewayRouteTableId, DestinationCidrBlock])"),
    identity=("transit_gateway_route_table_id", "destination_cidr_block"),
    label="destination_cidr_block",
    attributes={
        "transit_gateway_route_table_id": text("parent.TransitGatewayRouteTableId"),
        "destination_cidr_block":         cidr("DestinationCidrBlock"),
        "transit_gateway_attachment_id":  text("TransitGatewayAttachments[0].TransitGatewayAttachmentId"),
        "blackhole":                      flag("State == 'blackhole' && !TransitGatewayAttachments"),
    },
    refs=(Ref("transit_gateway_attachment_id", to="aws_ec2_transit_gateway_vpc_attachment"),),
    # nothing but a static route put by hand is in a gateway's default table
    parent=Parent("transit_gateway_route_table_id", to="aws_ec2_transit_gateway_route_table", standalone=True),
    owners=(of_stack("parent.Tags"),),
)


def table_member(what: str, each: str, default: str) -> ResourceType:
    """An attachment that uses a route table, or makes itself known in it."""
    return ResourceType(
        name=f"aws_ec2_transit_gateway_route_table_{what}",
        service="ec2",
        list=Within("aws_ec2_transit_gateway_route_table", each=each),
        id=text("join('_', [parent.TransitGatewayRouteTableId, TransitGatewayAttachmentId])"),
        label="transit_gateway_attachment_id",
        attributes={
            "transit_gateway_route_table_id": text("parent.TransitGatewayRouteTableId"),
            "transit_gateway_attachment_id":  text("TransitGatewayAttachmentId"),
        },
        ignored={"replace_existing_association": "an instruction to Terraform"} if what == "association" else {},
        refs=(Ref("transit_gateway_attachment_id", to="aws_ec2_transit_gateway_vpc_attachment"),),
        parent=Parent("transit_gateway_route_table_id", to="aws_ec2_transit_gateway_route_table"),
        owners=(Owner(f"parent.{default}", "AWS: by default of the transit gateway"),),
    )


TRANSIT_ASSOCIATION = table_member(
    "association", "Associations[?State == 'associated' || State == 'associating']", "DefaultAssociationRouteTable"
)
TRANSIT_PROPAGATION = table_member(
    "propagation", "Propagations[?State == 'enabled' || State == 'enabling']", "DefaultPropagationRouteTable"
)

# Prefix lists

PREFIX_LIST = ResourceType(
    name="aws_ec2_managed_prefix_list",
    service="ec2",
    list=Call(op="DescribeManagedPrefixLists", take="PrefixLists[?OwnerId != 'AWS']"),
    describe=(
        # one call for each list: the listing tells no entries
        Call(op="GetManagedPrefixListEntries", take="Entries", into="Entries", bind={"PrefixListId": "PrefixListId"},
             gone=frozenset({"InvalidPrefixListID.NotFound"})),
    ),
    id=text("PrefixListId"),
    label="name",
    computed={"arn": text("PrefixListArn"), "owner_id": text("OwnerId")},
    attributes={
        "name":           text("PrefixListName"),
        "address_family": text("AddressFamily"),
        "max_entries":    number("MaxEntries"),
        "entry":          blocks(
            "Entries", {"cidr": cidr("Cidr"), "description": text("Description")}, key=lambda e: e.get("cidr")
        ),
        "tags":           tags("Tags"),
    },
    account="OwnerId",
    exists="State != 'delete-complete' && State != 'delete-in-progress'",
)  # fmt: skip

PREFIX_LIST_ENTRY = ResourceType(
    name="aws_ec2_managed_prefix_list_entry",
    service="ec2",
    list=Within("aws_ec2_managed_prefix_list", each="Entries[]"),
    id=text("join(',', [parent.PrefixListId, Cidr])"),
    identity=("prefix_list_id", "cidr"),
    label="cidr",
    attributes={
        "prefix_list_id": text("parent.PrefixListId"),
        "cidr":           cidr("Cidr"),
        "description":    text("Description"),
    },
    parent=Parent(
        "prefix_list_id", to="aws_ec2_managed_prefix_list",
        covers={"entry": lambda e: frozenset({Block(cidr=e.get("cidr"))})},
    ),
)  # fmt: skip

# VPN

CUSTOMER_GATEWAY = ResourceType(
    name="aws_customer_gateway",
    service="ec2",
    list=Call(op="DescribeCustomerGateways", take="CustomerGateways"),
    id=text("CustomerGatewayId"),
    attributes={
        "bgp_asn":          text("BgpAsn"),
        "bgp_asn_extended": text("BgpAsnExtended"),
        "certificate_arn":  text("CertificateArn"),
        "device_name":      text("DeviceName"),
        "ip_address":       text("IpAddress"),
        "type":             text("Type"),
        "tags":             tags("Tags"),
    },
    refs=(Ref("certificate_arn", to="aws_acm_certificate", by="arn"),),
    exists=ENDED,
)

VPN_GATEWAY = ResourceType(
    name="aws_vpn_gateway",
    service="ec2",
    list=Call(op="DescribeVpnGateways", take="VpnGateways"),
    id=text("VpnGatewayId"),
    attributes={
        "amazon_side_asn":   text("AmazonSideAsn", assigned=True, from_state=_asn),
        "availability_zone": text("AvailabilityZone", assigned=True),
        "vpc_id":            text("VpcAttachments[?State == 'attached' || State == 'attaching'].VpcId | [0]", default=""),
        "tags":              tags("Tags"),
    },
    refs=(Ref("vpc_id", to="aws_vpc"),),
    exists=ENDED,
)

VPN_GATEWAY_ATTACHMENT = ResourceType(
    name="aws_vpn_gateway_attachment",
    importable=False,
    service="ec2",
    list=Within("aws_vpn_gateway", each="VpcAttachments[?State == 'attached' || State == 'attaching']"),
    id=text("join('/', [parent.VpnGatewayId, VpcId])"),  # Terraform's is a hash of the same
    identity=("vpn_gateway_id", "vpc_id"),
    label="vpn_gateway_id",
    attributes={"vpn_gateway_id": text("parent.VpnGatewayId"), "vpc_id": text("VpcId")},
    refs=(Ref("vpc_id", to="aws_vpc"),),
    parent=Parent("vpn_gateway_id", to="aws_vpn_gateway", covers={"vpc_id": WHOLE}),
)

def one_or_both(value: Any) -> Value:
    """The keys of both tunnels, or the one that Terraform records."""
    return tuple(value) if isinstance(value, list) else value or None


def one_of_both(want: Value, have: Value) -> bool:
    """AWS tells the tunnels' options in an order of its own, and the provider takes the keys from elsewhere."""
    return not have or (isinstance(have, tuple) and want in have)


def unless_default(default: int) -> Callable[[Value, Value], bool]:
    """Terraform writes 0 where it leaves the choice to AWS, which answers with its default or with nothing."""
    return lambda want, have: (want or default) == (have or default)


# a tunnel's options: where nobody says, AWS takes all of a list, and a default of each number
TUNNEL: Mapping[str, Callable[[str], Attr]] = {
    "inside_cidr":                     lambda at: cidr(f"{at}.TunnelInsideCidr", assigned=True),
    "inside_ipv6_cidr":                lambda at: cidr(f"{at}.TunnelInsideIpv6Cidr", assigned=True),
    "preshared_key":                   lambda _: attr(
        "Options.TunnelOptions[].PreSharedKey", one_or_both, assigned=True, sensitive=True, same=one_of_both),
    "dpd_timeout_action":              lambda at: text(f"{at}.DpdTimeoutAction", default="clear"),
    "dpd_timeout_seconds":             lambda at: number(f"{at}.DpdTimeoutSeconds", same=unless_default(30)),
    "enable_tunnel_lifecycle_control": lambda at: flag(f"{at}.EnableTunnelLifecycleControl"),
    "ike_versions":                    lambda at: set_of(plain_text, f"{at}.IkeVersions[].Value", assigned=True),
    "phase1_dh_group_numbers":         lambda at: set_of(plain_number, f"{at}.Phase1DHGroupNumbers[].Value", assigned=True),
    "phase1_encryption_algorithms":
        lambda at: set_of(plain_text, f"{at}.Phase1EncryptionAlgorithms[].Value", assigned=True),
    "phase1_integrity_algorithms":
        lambda at: set_of(plain_text, f"{at}.Phase1IntegrityAlgorithms[].Value", assigned=True),
    "phase1_lifetime_seconds":         lambda at: number(f"{at}.Phase1LifetimeSeconds", same=unless_default(28800)),
    "phase2_dh_group_numbers":         lambda at: set_of(plain_number, f"{at}.Phase2DHGroupNumbers[].Value", assigned=True),
    "phase2_encryption_algorithms":
        lambda at: set_of(plain_text, f"{at}.Phase2EncryptionAlgorithms[].Value", assigned=True),
    "phase2_integrity_algorithms":
        lambda at: set_of(plain_text, f"{at}.Phase2IntegrityAlgorithms[].Value", assigned=True),
    "phase2_lifetime_seconds":         lambda at: number(f"{at}.Phase2LifetimeSeconds", same=unless_default(3600)),
    "rekey_fuzz_percentage":           lambda at: number(f"{at}.RekeyFuzzPercentage", same=unless_default(100)),
    "rekey_margin_time_seconds":       lambda at: number(f"{at}.RekeyMarginTimeSeconds", same=unless_default(540)),
    "replay_window_size":              lambda at: number(f"{at}.ReplayWindowSize", same=unless_default(1024)),
    "startup_action":                  lambda at: text(f"{at}.StartupAction", default="add"),
    "log_options":                     lambda at: block(f"{at}.LogOptions", {
        "cloudwatch_log_options": block("CloudWatchLogOptions", {
            "log_enabled":       flag("LogEnabled"),
            "log_group_arn":     group_arn("LogGroupArn"),
            "log_output_format": text("LogOutputFormat", assigned=True),
        }),
    }),
}  # fmt: skip


def tunnels() -> dict[str, Attr]:
    """The options of both tunnels, in the order AWS tells them."""
    return {f"tunnel{n}_{name}": made(f"Options.TunnelOptions[{n - 1}]") for n in (1, 2) for name, made in TUNNEL.items()}


VPN_CONNECTION = ResourceType(
    name="aws_vpn_connection",
    service="ec2",
    # a customer gateway with connections cannot be deleted (DeleteCustomerGateway)
    list=Call(op="DescribeVpnConnections", take="VpnConnections", where=(Where("aws_customer_gateway"),)),
    id=text("VpnConnectionId"),
    # when and how often a tunnel went up and down would change with each scan
    computed={"tunnels": blocks("VgwTelemetry", {
        "outside_ip_address": text("OutsideIpAddress"), "status": text("Status"),
    }, outside_schema=True)},
    attributes={
        "customer_gateway_id":                     text("CustomerGatewayId"),
        "type":                                    text("Type"),
        "vpn_gateway_id":                          text("VpnGatewayId"),
        "transit_gateway_id":                      text("TransitGatewayId"),
        "enable_acceleration":                     flag("Options.EnableAcceleration", default=False),
        "local_ipv4_network_cidr":                 cidr("Options.LocalIpv4NetworkCidr", assigned=True),
        "local_ipv6_network_cidr":                 cidr("Options.LocalIpv6NetworkCidr", assigned=True),
        "remote_ipv4_network_cidr":                cidr("Options.RemoteIpv4NetworkCidr", assigned=True),
        "remote_ipv6_network_cidr":                cidr("Options.RemoteIpv6NetworkCidr", assigned=True),
        "outside_ip_address_type":                 text("Options.OutsideIpAddressType", assigned=True),
        "preshared_key_storage":                   text("PreSharedKeyArn && 'SecretsManager' || 'Standard'", assigned=True),
        "static_routes_only":                      flag("Options.StaticRoutesOnly", default=False),
        "transport_transit_gateway_attachment_id": text("Options.TransportTransitGatewayAttachmentId"),
        "tunnel_inside_ip_version":                text("Options.TunnelInsideIpVersion", assigned=True),
        "tags":                                    tags("Tags"),
        **tunnels(),
    },
    refs=(
        Ref("customer_gateway_id", to="aws_customer_gateway"),
        Ref("vpn_gateway_id", to="aws_vpn_gateway"),
        Ref("transit_gateway_id", to="aws_ec2_transit_gateway"),
    ),
    exists=ENDED,
)  # fmt: skip

VPN_ROUTE = ResourceType(
    name="aws_vpn_connection_route",
    importable=False,
    service="ec2",
    list=Within("aws_vpn_connection", each="Routes[?Source == 'Static' && State != 'deleted' && State != 'deleting']"),
    id=text("join(':', [DestinationCidrBlock, parent.VpnConnectionId])"),
    identity=("vpn_connection_id", "destination_cidr_block"),
    label="destination_cidr_block",
    attributes={
        "vpn_connection_id":      text("parent.VpnConnectionId"),
        "destination_cidr_block": cidr("DestinationCidrBlock"),
    },
    parent=Parent("vpn_connection_id", to="aws_vpn_connection"),
)

PEERING_ATTACHMENT = ResourceType(
    name="aws_ec2_transit_gateway_peering_attachment",
    service="ec2",
    # one end is a gateway of the account's own, which cannot be deleted before (DeleteTransitGateway)
    list=Call(op="DescribeTransitGatewayPeeringAttachments", take="TransitGatewayPeeringAttachments",
              where=(Where("aws_ec2_transit_gateway"),)),
    id=text("TransitGatewayAttachmentId"),
    exists=ENDED,
    computed={"state": text("State")},
    attributes={
        "transit_gateway_id":      text("RequesterTgwInfo.TransitGatewayId"),
        "peer_account_id":         text("AccepterTgwInfo.OwnerId", assigned=True),
        "peer_region":             text("AccepterTgwInfo.Region"),
        "peer_transit_gateway_id": text("AccepterTgwInfo.TransitGatewayId"),
        "options":                 block("Options", {"dynamic_routing": text("DynamicRouting", assigned=True)},
                                         assigned=True),
        "tags":                    tags("Tags"),
    },
    refs=(
        Ref("transit_gateway_id", to="aws_ec2_transit_gateway"),
        Ref("peer_transit_gateway_id", to="aws_ec2_transit_gateway"),
    ),
    # between regions it is listed in both, and whoever manages one side need not manage the other
    creates=(Ref("id", to="aws_ec2_transit_gateway_peering_attachment", anywhere=True),),
)
PEERING_ACCEPTER = replace(
    PEERING_ATTACHMENT,
    name="aws_ec2_transit_gateway_peering_attachment_accepter",
    alias_of="aws_ec2_transit_gateway_peering_attachment",
    computed={
        "transit_gateway_id":      text("AccepterTgwInfo.TransitGatewayId"),
        "peer_account_id":         text("RequesterTgwInfo.OwnerId"),
        "peer_region":             text("RequesterTgwInfo.Region"),
        "peer_transit_gateway_id": text("RequesterTgwInfo.TransitGatewayId"),
    },
    attributes={"transit_gateway_attachment_id": text("TransitGatewayAttachmentId"), "tags": tags("Tags")},
)

"""Amazon EC2: VPC endpoints, the services behind them, flow logs."""

from __future__ import annotations

from typing import Any

from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import group_arn, policy, tags
from drift.providers.aws.normalize.policy import allows_everything

ENDPOINT = ResourceType(
    name="aws_vpc_endpoint",
    service="ec2",
    list=Call(op="DescribeVpcEndpoints", take="VpcEndpoints"),
    describe=(
        # one call for each interface endpoint: its addresses are only told by its interfaces
        Call(op="DescribeNetworkInterfaces", take="NetworkInterfaces", into="Interfaces",
             only_if="NetworkInterfaceIds[0]", bind={"NetworkInterfaceIds": "NetworkInterfaceIds"},
             absent=frozenset({"InvalidNetworkInterfaceID.NotFound"})),
    ),
    id=text("VpcEndpointId"),
    computed={"owner_id": text("OwnerId"), "state": text("State"), "requester_managed": flag("RequesterManaged"),
              "network_interface_ids": set_of(plain_text, "NetworkInterfaceIds")},
    attributes={
        "vpc_id":                     text("VpcId"),
        "service_name":               text("ServiceName"),
        "service_network_arn":        text("ServiceNetworkArn"),
        "resource_configuration_arn": text("ResourceConfigurationArn"),
        "service_region":             text("ServiceRegion", assigned=True),
        "vpc_endpoint_type":          text("VpcEndpointType", default="Gateway"),
        "policy":                     policy("PolicyDocument", assigned=True, initial=allows_everything),
        "route_table_ids":            set_of(plain_text, "RouteTableIds"),
        "subnet_ids":                 set_of(plain_text, "SubnetIds"),
        "security_group_ids":         set_of(plain_text, "Groups[].GroupId"),
        "private_dns_enabled":        flag("PrivateDnsEnabled", default=False),
        "ip_address_type":            caseless("IpAddressType", assigned=True),
        "dns_options":                block("DnsOptions", {
            "dns_record_ip_type": text("DnsRecordIpType", assigned=True),
            "private_dns_only_for_inbound_resolver_endpoint": flag("PrivateDnsOnlyForInboundResolverEndpoint"),
        }),
        "subnet_configuration":       blocks("Interfaces", {
            "subnet_id": text("SubnetId"), "ipv4": text("PrivateIpAddress"), "ipv6": text("Ipv6Address"),
        }, key=lambda b: b.get("subnet_id"), assigned=True),
        "tags":                       tags("Tags"),
    },
    ignored={"auto_accept": "an instruction to Terraform: accept at once"},
    refs=(
        Ref("vpc_id", to="aws_vpc"),
        Ref("route_table_ids[]", to="aws_route_table"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("security_group_ids[]", to="aws_security_group"),
    ),
    creates=(Ref("network_interface_ids[]", to="aws_network_interface"),),
    account="OwnerId",
    owners=(Owner("RequesterManaged", "AWS: made for a service"),),
    exists="!contains(['deleted', 'deleting', 'Deleted', 'Deleting'], State)",
)  # fmt: skip


def endpoint_part(attribute: str, each: str, holds: str, to: str) -> ResourceType:
    """One route table, subnet or security group of an endpoint, as a resource of its own."""
    return ResourceType(
        name=f"aws_vpc_endpoint_{attribute.removesuffix('_id')}_association",
        service="ec2",
        list=Within("aws_vpc_endpoint", each=each),
        id=text("join('/', [parent.VpcEndpointId, Id])"),  # Terraform's is a hash of the same
        identity=("vpc_endpoint_id", attribute),
        import_id=f"join('/', [vpc_endpoint_id, {attribute}])",
        label=attribute,
        attributes={"vpc_endpoint_id": text("parent.VpcEndpointId"), attribute: text("Id")},
        ignored=(
            {"replace_default_association": "an instruction to Terraform"} if attribute == "security_group_id" else {}
        ),
        refs=(Ref(attribute, to=to),),
        parent=Parent(
            "vpc_endpoint_id", to="aws_vpc_endpoint", covers={holds: lambda part: frozenset({part.get(attribute)})},
            # an interface endpoint that is given no group gets the default one of its VPC
            filled_by_others=attribute == "security_group_id",
            beside_inline=True,  # the provider's documentation forbids only to name the same one in both
        ),
    )


ENDPOINT_ROUTE_TABLE = endpoint_part("route_table_id", "RouteTableIds[].{Id: @}", "route_table_ids", "aws_route_table")
ENDPOINT_SUBNET = endpoint_part("subnet_id", "SubnetIds[].{Id: @}", "subnet_ids", "aws_subnet")
ENDPOINT_GROUP = endpoint_part(
    "security_group_id", "Groups[].{Id: GroupId}", "security_group_ids", "aws_security_group"
)

ENDPOINT_POLICY = ResourceType(
    name="aws_vpc_endpoint_policy",
    service="ec2",
    list=Within("aws_vpc_endpoint"),
    id=text("VpcEndpointId"),
    label="vpc_endpoint_id",
    attributes={"vpc_endpoint_id": text("VpcEndpointId"), "policy": policy("PolicyDocument", assigned=True)},
    parent=Parent("vpc_endpoint_id", to="aws_vpc_endpoint", covers={"policy": WHOLE}),
)

ENDPOINT_PRIVATE_DNS = ResourceType(
    name="aws_vpc_endpoint_private_dns",
    service="ec2",
    list=Within("aws_vpc_endpoint"),
    id=text("VpcEndpointId"),
    identity=("vpc_endpoint_id",),
    import_id="vpc_endpoint_id",
    label="vpc_endpoint_id",
    attributes={"vpc_endpoint_id": text("VpcEndpointId"), "private_dns_enabled": flag("PrivateDnsEnabled")},
    parent=Parent("vpc_endpoint_id", to="aws_vpc_endpoint", covers={"private_dns_enabled": WHOLE}),
)

ENDPOINT_SERVICE = ResourceType(
    name="aws_vpc_endpoint_service",
    service="ec2",
    list=Call(op="DescribeVpcEndpointServiceConfigurations", take="ServiceConfigurations"),
    describe=(
        # one call for each service: AWS tells the principals of one at a time
        Call(op="DescribeVpcEndpointServicePermissions", take="AllowedPrincipals", into="Principals",
             bind={"ServiceId": "ServiceId"}, gone=frozenset({"InvalidVpcEndpointServiceId.NotFound"})),
    ),
    id=text("ServiceId"),
    computed={"service_name": text("ServiceName"), "state": text("ServiceState")},
    attributes={
        "acceptance_required":        flag("AcceptanceRequired"),
        "allowed_principals":         set_of(plain_text, "Principals[].Principal"),
        "gateway_load_balancer_arns": set_of(plain_text, "GatewayLoadBalancerArns"),
        "network_load_balancer_arns": set_of(plain_text, "NetworkLoadBalancerArns"),
        "private_dns_name":           text("PrivateDnsName", default=""),
        # where nobody says, AWS takes the load balancer's, and its own region
        "supported_ip_address_types": set_of(plain_text, "SupportedIpAddressTypes", assigned=True),
        "supported_regions":          set_of(
            plain_text, "SupportedRegions[?ServiceState == 'Available'].Region", assigned=True
        ),
        "tags":                       tags("Tags"),
    },
    refs=(
        Ref("gateway_load_balancer_arns[]", to="aws_lb", by="arn"),
        Ref("network_load_balancer_arns[]", to="aws_lb", by="arn"),
    ),
    exists="!contains(['Deleted', 'Deleting', 'Failed'], ServiceState)",
)  # fmt: skip

ENDPOINT_PRINCIPAL = ResourceType(
    name="aws_vpc_endpoint_service_allowed_principal",
    importable=False,
    service="ec2",
    list=Within("aws_vpc_endpoint_service", each="Principals[]"),
    id=text("ServicePermissionId"),
    identity=("vpc_endpoint_service_id", "principal_arn"),
    label="principal_arn",
    attributes={"vpc_endpoint_service_id": text("parent.ServiceId"), "principal_arn": text("Principal")},
    parent=Parent(
        "vpc_endpoint_service_id", to="aws_vpc_endpoint_service",
        covers={"allowed_principals": lambda p: frozenset({p.get("principal_arn")})},
    ),
)  # fmt: skip


# Flow logs


def logged(prefix: str, without: str = "-") -> Attr:
    """AWS names what is logged by its id alone; Terraform has an attribute for each kind."""

    def canon(value: Any) -> str | None:
        named = str(value or "")
        return named if named.startswith(prefix) and not named.startswith(without) else None

    return attr("ResourceId", canon)


FLOW_LOG = ResourceType(
    name="aws_flow_log",
    service="ec2",
    list=Call(op="DescribeFlowLogs", take="FlowLogs"),
    id=text("FlowLogId"),
    computed={"flow_log_status": text("FlowLogStatus", outside_schema=True)},
    attributes={
        "vpc_id":                        logged("vpc-"),
        "subnet_id":                     logged("subnet-"),
        "eni_id":                        logged("eni-"),
        "transit_gateway_id":            logged("tgw-", without="tgw-attach-"),
        "transit_gateway_attachment_id": logged("tgw-attach-"),
        # transit gateways have no choice of it, and the provider records none
        "traffic_type":                  text("starts_with(ResourceId || '', 'tgw-') == `false` && TrafficType || `null`"),
        "iam_role_arn":                  text("DeliverLogsPermissionArn"),
        "deliver_cross_account_role":    text("DeliverCrossAccountRole"),
        "log_destination_type":          text("LogDestinationType", default="cloud-watch-logs"),
        "log_destination":               group_arn("LogDestination", assigned=True),
        "log_group_name":                text("LogGroupName", assigned=True),
        "log_format":                    text("LogFormat", assigned=True),
        "max_aggregation_interval":      number("MaxAggregationInterval", default=600),
        "destination_options":           block("DestinationOptions", {
            "file_format":                text("FileFormat", default="plain-text"),
            "hive_compatible_partitions": flag("HiveCompatiblePartitions"),
            "per_hour_partition":         flag("PerHourPartition"),
        }),
        "tags":                          tags("Tags"),
    },
    refs=(
        Ref("vpc_id", to="aws_vpc"),
        Ref("subnet_id", to="aws_subnet"),
        Ref("eni_id", to="aws_network_interface"),
        Ref("transit_gateway_id", to="aws_ec2_transit_gateway"),
        Ref("transit_gateway_attachment_id", to="aws_ec2_transit_gateway_vpc_attachment"),
        Ref("iam_role_arn", to="aws_iam_role", by="arn"),
        Ref("log_destination", to="aws_s3_bucket", by="arn"),
        Ref("log_destination", to="aws_cloudwatch_log_group", by="arn"),
    ),
)  # fmt: skip

CONNECTION_NOTIFICATION = ResourceType(
    name="aws_vpc_endpoint_connection_notification",
    service="ec2",
    # each is of a service or of an endpoint
    list=Call(op="DescribeVpcEndpointConnectionNotifications", take="ConnectionNotificationSet",
              where=(Where("aws_vpc_endpoint_service"), Where("aws_vpc_endpoint"))),
    id=text("ConnectionNotificationId"),
    label="id",
    attributes={
        "connection_events":           set_of(plain_text, "ConnectionEvents"),
        "connection_notification_arn": text("ConnectionNotificationArn"),
        "vpc_endpoint_id":             text("VpcEndpointId"),
        "vpc_endpoint_service_id":     text("ServiceId"),
    },
    refs=(
        Ref("connection_notification_arn", to="aws_sns_topic", by="arn"),
        Ref("vpc_endpoint_id", to="aws_vpc_endpoint"),
        Ref("vpc_endpoint_service_id", to="aws_vpc_endpoint_service"),
    ),
)

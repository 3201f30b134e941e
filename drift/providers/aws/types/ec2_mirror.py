"""Amazon EC2: traffic mirroring, and who may connect to an endpoint service."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, cidr, number, set_of, text
from drift.provider.spec import Attr, Call, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import tags


def _ports(at: str) -> Attr:
    return block(at, {"from_port": number("FromPort", default=0), "to_port": number("ToPort", default=0)})


FILTER = ResourceType(
    name="aws_ec2_traffic_mirror_filter",
    service="ec2",
    list=Call(op="DescribeTrafficMirrorFilters", take="TrafficMirrorFilters"),
    id=text("TrafficMirrorFilterId"),
    attributes={
        "description":      text("Description"),
        "network_services": set_of(values.text, "NetworkServices"),
        "tags":             tags("Tags"),
    },
)

FILTER_RULE = ResourceType(
    name="aws_ec2_traffic_mirror_filter_rule",
    service="ec2",
    list=Within("aws_ec2_traffic_mirror_filter", each="[IngressFilterRules, EgressFilterRules][]"),
    id=text("TrafficMirrorFilterRuleId"),
    import_id="join(':', [traffic_mirror_filter_id, id])",
    label="id",
    attributes={
        "traffic_mirror_filter_id": text("TrafficMirrorFilterId"),
        "description":              text("Description"),
        "destination_cidr_block":   cidr("DestinationCidrBlock"),
        "source_cidr_block":        cidr("SourceCidrBlock"),
        "protocol":                 number("Protocol", default=0),
        "rule_action":              text("RuleAction"),
        "rule_number":              number("RuleNumber"),
        "traffic_direction":        text("TrafficDirection"),
        "destination_port_range":   _ports("DestinationPortRange"),
        "source_port_range":        _ports("SourcePortRange"),
    },
    parent=Parent("traffic_mirror_filter_id", to="aws_ec2_traffic_mirror_filter"),
)

TARGET = ResourceType(
    name="aws_ec2_traffic_mirror_target",
    service="ec2",
    list=Call(op="DescribeTrafficMirrorTargets", take="TrafficMirrorTargets"),
    id=text("TrafficMirrorTargetId"),
    account="OwnerId",
    computed={"owner_id": text("OwnerId")},
    attributes={
        "description":                       text("Description"),
        "gateway_load_balancer_endpoint_id": text("GatewayLoadBalancerEndpointId"),
        "network_interface_id":              text("NetworkInterfaceId"),
        "network_load_balancer_arn":         text("NetworkLoadBalancerArn"),
        "tags":                              tags("Tags"),
    },
    refs=(
        Ref("network_interface_id", to="aws_network_interface"),
        Ref("network_load_balancer_arn", to="aws_lb", by="arn"),
    ),
)

SESSION = ResourceType(
    name="aws_ec2_traffic_mirror_session",
    service="ec2",
    # a filter that a session uses cannot be deleted (DeleteTrafficMirrorFilter)
    list=Call(op="DescribeTrafficMirrorSessions", take="TrafficMirrorSessions",
              where=(Where("aws_ec2_traffic_mirror_filter"),)),
    id=text("TrafficMirrorSessionId"),
    account="OwnerId",
    computed={"owner_id": text("OwnerId")},
    attributes={
        "description":              text("Description"),
        "network_interface_id":     text("NetworkInterfaceId"),
        "packet_length":            number("PacketLength", default=0, assigned=True),
        "session_number":           number("SessionNumber"),
        "traffic_mirror_filter_id": text("TrafficMirrorFilterId"),
        "traffic_mirror_target_id": text("TrafficMirrorTargetId"),
        "virtual_network_id":       number("VirtualNetworkId", assigned=True),
        "tags":                     tags("Tags"),
    },
    refs=(
        Ref("network_interface_id", to="aws_network_interface"),
        Ref("traffic_mirror_filter_id", to="aws_ec2_traffic_mirror_filter"),
        Ref("traffic_mirror_target_id", to="aws_ec2_traffic_mirror_target"),
    ),
)

ENDPOINT_ACCEPTER = ResourceType(
    name="aws_vpc_endpoint_connection_accepter",
    service="ec2",
    # connections to a service of the account's own; it cannot be deleted before they are rejected
    list=Call(op="DescribeVpcEndpointConnections", take="VpcEndpointConnections",
              where=(Where("aws_vpc_endpoint_service"),)),
    id=text("join('_', [ServiceId, VpcEndpointId])"),
    label="vpc_endpoint_id",
    exists="!contains(['rejected', 'deleted', 'deleting', 'failed', 'expired', 'pendingAcceptance'], "
           "VpcEndpointState || '')",
    computed={"vpc_endpoint_state": text("VpcEndpointState")},
    attributes={"vpc_endpoint_id": text("VpcEndpointId"), "vpc_endpoint_service_id": text("ServiceId")},
    # a service that accepts by itself has connections that nobody accepted
    parent=Parent("vpc_endpoint_service_id", to="aws_vpc_endpoint_service", filled_by_others=True),
)

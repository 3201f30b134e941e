"""Amazon EC2: Elastic IP addresses and network interfaces."""

from __future__ import annotations

import json
from typing import Any

from drift.model.value import Value
from drift.normalize.values import text as as_text
from drift.provider.kinds import blocks, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attributes, Call, Mirror, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags
from drift.providers.aws.types.ec2_compute import unrecorded


def _eip_instance(value: Any, instance: Raw) -> Value:
    # an interface may be attached to an instance after the address was given to it
    return value or (None if instance.get("network_interface") else "")


EIP = ResourceType(
    name="aws_eip",
    service="ec2",
    not_imported=frozenset({"address", "associate_with_private_ip"}),
    either=(("instance", "network_interface"),),
    list=Call(op="DescribeAddresses", take="Addresses"),
    id=text("AllocationId || PublicIp"),
    computed={
        "allocation_id":  text("AllocationId"),
        "association_id": text("AssociationId"),
        "public_ip":      text("PublicIp"),
        "private_ip":     text("PrivateIpAddress"),
    },
    attributes={
        "address":                   text("PublicIp", assigned=True),
        "associate_with_private_ip": text("PrivateIpAddress", assigned=True),
        "customer_owned_ipv4_pool":  text("CustomerOwnedIpv4Pool"),
        "domain":                    text("Domain", default="vpc"),
        "instance":                  text("InstanceId", from_state=_eip_instance, same=unrecorded),
        # NAT gateways and load balancers give it an interface of theirs, which the first apply has not yet seen
        "network_interface":         text("NetworkInterfaceId", assigned=True),
        "network_border_group":      text("NetworkBorderGroup", assigned=True),
        "public_ipv4_pool":          text("PublicIpv4Pool", default="amazon"),
        "tags":                      tags("Tags"),
    },
    ignored={
        "ipam_pool_id": "never returned by AWS",
        "vpc":          "the old way to say domain",
    },
    refs=(Ref("instance", to="aws_instance"), Ref("network_interface", to="aws_network_interface")),
    owners=(Owner("ServiceManaged", "an AWS service"),),
)


EIP_ASSOCIATION = ResourceType(
    name="aws_eip_association",
    service="ec2",
    either=(("instance_id", "network_interface_id"),),
    list=Within("aws_eip"),
    exists="AssociationId",
    id=text("AssociationId"),
    identity=("allocation_id",),
    label="public_ip",
    attributes={
        "allocation_id":        text("AllocationId", assigned=True),
        "instance_id":          text("InstanceId", from_state=lambda v, i: v or (None if i.get("network_interface_id")
                                                                                 else ""), same=unrecorded),
        "network_interface_id": text("NetworkInterfaceId", assigned=True),
        "private_ip_address":   text("PrivateIpAddress", assigned=True),
        "public_ip":            text("PublicIp", assigned=True),
    },
    ignored={"allow_reassociation": "an instruction to Terraform"},
    refs=(Ref("instance_id", to="aws_instance"), Ref("network_interface_id", to="aws_network_interface")),
    parent=Parent("allocation_id", to="aws_eip",
                  covers={"instance": WHOLE, "network_interface": WHOLE, "associate_with_private_ip": WHOLE}),
)


SERVICE_INTERFACES = [
    "api_gateway_managed", "aws_codestar_connections_managed", "branch", "efs", "gateway_load_balancer",
    "gateway_load_balancer_endpoint", "global_accelerator_managed", "iot_rules_managed", "lambda", "load_balancer",
    "nat_gateway", "nat_gateway_endpoint", "network_load_balancer", "quicksight", "transit_gateway", "trunk",
    "vpc_endpoint",
]
"""Interface types that only AWS's services make (EC2 API reference, NetworkInterface)."""

NETWORK_INTERFACE = ResourceType(
    name="aws_network_interface",
    service="ec2",
    list=Call(op="DescribeNetworkInterfaces", take="NetworkInterfaces"),
    id=text("NetworkInterfaceId"),
    computed={"mac_address": text("MacAddress"), "owner_id": text("OwnerId"),
              "public_ip": text("Association.PublicIp", outside_schema=True),
              "status": text("Status", outside_schema=True)},
    attributes={
        "description":         text("Description", default=""),
        "enable_primary_ipv6": flag("Ipv6Addresses[0].IsPrimaryIpv6", default=False),
        "interface_type":      text("InterfaceType", default="interface"),
        "ipv4_prefixes":       set_of(as_text, "Ipv4Prefixes[].Ipv4Prefix"),
        "ipv6_addresses":      set_of(as_text, "Ipv6Addresses[].Ipv6Address"),
        "ipv6_prefixes":       set_of(as_text, "Ipv6Prefixes[].Ipv6Prefix"),
        "private_ip":          text("PrivateIpAddress", assigned=True),
        "private_ips":         set_of(as_text, "PrivateIpAddresses[].PrivateIpAddress", assigned=True),
        "security_groups":     set_of(as_text, "Groups[].GroupId", assigned=True),
        "source_dest_check":   flag("SourceDestCheck", default=True),
        "subnet_id":           text("SubnetId"),
        # an instance may have been given it since: that is told there
        "attachment":          blocks("[Attachment][?InstanceId]", {
            "device_index": number("DeviceIndex"),
            "instance":     text("InstanceId"),
        }, assigned=True),
        "tags":                tags("TagSet"),
    },
    ignored={
        "ipv4_prefix_count":         "the number of ipv4_prefixes",
        "ipv6_address_count":        "the number of ipv6_addresses",
        "ipv6_address_list":         "ipv6_addresses, in the order they were given",
        "ipv6_address_list_enabled": "an instruction to Terraform",
        "ipv6_prefix_count":         "the number of ipv6_prefixes",
        "private_ip_list":           "private_ips, in the order they were given",
        "private_ip_list_enabled":   "an instruction to Terraform",
        "private_ips_count":         "the number of private_ips, less one",
    },
    refs=(
        Ref("subnet_id", to="aws_subnet"),
        Ref("security_groups[]", to="aws_security_group"),
        Ref("attachment[].instance", to="aws_instance"),
    ),
    owners=(
        Owner("TagSet[?starts_with(Key, 'aws:ecs:')]", "ECS"),
        Owner("RequesterManaged", "an AWS service"),
        Owner("Operator.Managed", "an AWS service"),
        Owner(f"contains(`{json.dumps(SERVICE_INTERFACES)}`, InterfaceType)", "an AWS service"),
        # AWS docs: an attachment whose id begins so was made by a service, and nobody else may detach it
        Owner("starts_with(Attachment.AttachmentId || '', 'ela-attach-')", "an AWS service"),
        # EKS, Fargate and others attach it to machines in accounts of AWS's own
        Owner("Attachment.InstanceOwnerId && Attachment.InstanceOwnerId != OwnerId", "an AWS service"),
    ),
)

NETWORK_INTERFACE_ATTACHMENT = ResourceType(
    name="aws_network_interface_attachment",
    service="ec2",
    list=Within("aws_network_interface"),
    exists="Attachment.InstanceId",
    id=text("Attachment.AttachmentId"),
    identity=("network_interface_id",),
    label="network_interface_id",
    computed={"attachment_id": text("Attachment.AttachmentId")},
    attributes={
        "device_index":         number("Attachment.DeviceIndex"),
        "instance_id":          text("Attachment.InstanceId"),
        "network_interface_id": text("NetworkInterfaceId"),
    },
    refs=(Ref("instance_id", to="aws_instance"),),
    parent=Parent("network_interface_id", to="aws_network_interface", covers={"attachment": WHOLE}),
)


def _group(attachment: Attributes) -> frozenset[Value]:
    return frozenset({attachment.get("security_group_id")})


NETWORK_INTERFACE_SG_ATTACHMENT = ResourceType(
    name="aws_network_interface_sg_attachment",
    service="ec2",
    list=Within("aws_network_interface", each="Groups[]"),
    id=text("join('_', [GroupId, parent.NetworkInterfaceId])"),
    identity=("network_interface_id", "security_group_id"),
    import_id="join('_', [network_interface_id, security_group_id])",
    label="security_group_id",
    attributes={
        "network_interface_id": text("parent.NetworkInterfaceId"),
        "security_group_id":    text("GroupId"),
    },
    refs=(Ref("security_group_id", to="aws_security_group"),),
    parent=Parent("network_interface_id", to="aws_network_interface", covers={"security_groups": _group}),
    # an instance shows the groups of its primary interface as its own
    mirrors=(Mirror("network_interface_id", to="aws_instance", by="primary_network_interface_id",
                    attribute="vpc_security_group_ids", share=_group),),
)

"""The situations that earlier tools gave false alarms in, each a row: what is desired, what is there, what is said.

driftctl met each of them with a middleware of its own, whose order mattered. Here the catalogue's words hold them all.
A row's second half, where it has one, is the smallest change that must be told all the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

US = "123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ANYONE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}],
}


@dataclass(frozen=True)
class Case:
    """One situation."""

    only: str
    state: Mapping[str, Any]
    answers: Mapping[str, Any]
    said: tuple[str, ...] = ()
    tampered: Mapping[str, Any] = field(default_factory=dict)
    """Answers that differ once somebody has tampered."""
    then: tuple[str, ...] = ()


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in tags.items()]


# --- VPCs

VPC = {
    "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": US, "IsDefault": False, "InstanceTenancy": "default",
    "DhcpOptionsId": "dopt-1", "CidrBlockAssociationSet": [],
}  # fmt: skip
OWN_VPC: dict[str, Any] = {
    "id": "vpc-1",
    "cidr_block": "10.0.0.0/16",
    "enable_dns_support": None,
    "enable_dns_hostnames": None,
    "tags": {},
    "tags_all": {},
}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
TO_IGW = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active"}
TO_NAT = {"DestinationCidrBlock": "10.9.0.0/16", "NatGatewayId": "nat-1", "Origin": "CreateRoute", "State": "active"}


def table(id_: str, *routes: Any, main: bool = False) -> dict[str, Any]:
    mains = [
        {
            "Main": True,
            "RouteTableId": id_,
            "RouteTableAssociationId": f"rtbassoc-{id_}",
            "AssociationState": {"State": "associated"},
        }
    ]
    return {
        "RouteTableId": id_,
        "VpcId": "vpc-1",
        "OwnerId": US,
        "Routes": [*routes],
        "Associations": mains if main else [],
        "PropagatingVgws": [],
    }


def tables(*found: Any) -> dict[str, Any]:
    return {"ec2:DescribeRouteTables": {"RouteTables": [*found]}, "ec2:DescribeVpcs": {"Vpcs": [VPC]}}


INLINE_ROUTE = {
    "cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "ipv6_cidr_block": "", "destination_prefix_list_id": "", "carrier_gateway_id": "",
    "core_network_arn": "", "egress_only_gateway_id": "", "local_gateway_id": "", "nat_gateway_id": "", "network_interface_id": "",
    "transit_gateway_id": "", "vpc_endpoint_id": "", "vpc_peering_connection_id": "",
}  # fmt: skip
OWN_TABLE = {"id": "rtb-1", "vpc_id": "vpc-1", "route": [], "propagating_vgws": [], "tags": {}, "tags_all": {}}


def entry(number: int, cidr: str = "0.0.0.0/0", action: str = "allow", egress: bool = False) -> dict[str, Any]:
    return {"RuleNumber": number, "CidrBlock": cidr, "RuleAction": action, "Protocol": "-1", "Egress": egress}


def acl(id_: str, *entries: Any, default: bool = False) -> dict[str, Any]:
    last = [entry(32767, action="deny"), entry(32767, action="deny", egress=True)]
    return {
        "NetworkAclId": id_,
        "VpcId": "vpc-1",
        "IsDefault": default,
        "OwnerId": US,
        "Entries": [*entries, *last],
        "Associations": [],
    }


def acls(*found: Any) -> dict[str, Any]:
    return {"ec2:DescribeNetworkAcls": {"NetworkAcls": [*found]}, "ec2:DescribeVpcs": {"Vpcs": [VPC]}}


def acl_entry(number: int) -> dict[str, Any]:
    return {
        "action": "allow", "cidr_block": "0.0.0.0/0", "from_port": 0, "to_port": 0, "protocol": "-1", "rule_no": number,
        "icmp_code": 0, "icmp_type": 0, "ipv6_cidr_block": "",
    }  # fmt: skip


OWN_ACL = {"id": "acl-1", "vpc_id": "vpc-1", "ingress": [], "egress": [], "subnet_ids": [], "tags": {}, "tags_all": {}}


def ssh(cidr: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": cidr}]}


ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def group(id_: str, name: str, ingress: Any = (), egress: Any = ()) -> dict[str, Any]:
    return {
        "GroupId": id_,
        "GroupName": name,
        "Description": "d",
        "VpcId": "vpc-1",
        "OwnerId": US,
        "IpPermissions": [*ingress],
        "IpPermissionsEgress": [*egress],
    }


def groups(*found: Any) -> dict[str, Any]:
    return {"ec2:DescribeSecurityGroups": {"SecurityGroups": [*found]}, "ec2:DescribeVpcs": {"Vpcs": [VPC]}}


OWN_GROUP = {
    "id": "sg-1",
    "name": "web",
    "description": "d",
    "vpc_id": "vpc-1",
    "ingress": [],
    "egress": [],
    "tags": {},
    "tags_all": {},
}
SPLIT_RULE = {
    "id": "sgrule-1",
    "type": "ingress",
    "security_group_id": "sg-1",
    "protocol": "tcp",
    "from_port": 22,
    "to_port": 22,
    "cidr_blocks": ["10.0.0.0/8"],
}

# --- compute


def instance(id_: str, *volumes: str, public: str = "") -> dict[str, Any]:
    interface = {
        "NetworkInterfaceId": f"eni-{id_}",
        "Attachment": {"DeviceIndex": 0, "AttachmentId": "eni-attach-1"},
        "Groups": [],
    }
    if public:
        interface["Association"] = {"PublicIp": public, "IpOwnerId": US}
    return {
        "InstanceId": id_, "ImageId": "ami-1", "InstanceType": "t3.micro", "State": {"Name": "running", "Code": 16}, "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda" if i == 0 else f"/dev/sd{'fgh'[i - 1]}", "Ebs": {"VolumeId": v, "DeleteOnTermination": i == 0, "Status": "attached"}}
            for i, v in enumerate(volumes)
        ],
        "NetworkInterfaces": [interface], "SecurityGroups": [],
    }  # fmt: skip


def volume(id_: str, instance_id: str = "", device: str = "/dev/sdf") -> dict[str, Any]:
    attached = (
        [{"InstanceId": instance_id, "VolumeId": id_, "Device": device, "State": "attached"}] if instance_id else []
    )
    return {
        "VolumeId": id_,
        "Size": 8,
        "VolumeType": "gp3",
        "AvailabilityZone": "us-east-1a",
        "Encrypted": False,
        "State": "in-use",
        "Iops": 3000,
        "Throughput": 125,
        "Attachments": attached,
    }


def reservation(*instances: Any) -> dict[str, Any]:
    return {"ec2:DescribeInstances": {"Reservations": [{"OwnerId": US, "Instances": [*instances]}]}}


OWN_INSTANCE = {"id": "i-1", "ami": "ami-1", "instance_type": "t3.micro", "tags": {}, "tags_all": {}}
OWN_VOLUME = {
    "id": "vol-2", "availability_zone": "us-east-1a", "size": 8, "type": "gp3", "iops": 3000, "throughput": 125, "encrypted": False, "tags": {}, "tags_all": {},
}  # fmt: skip


# --- IAM


def account_details(**found: Any) -> dict[str, Any]:
    filters = {
        "Role": "RoleDetailList",
        "User": "UserDetailList",
        "Group": "GroupDetailList",
        "LocalManagedPolicy": "Policies",
    }
    return {
        "iam:GetAccountAuthorizationDetails": lambda args: {filters[f]: found.get(filters[f], []) for f in args["Filter"]},
        "iam:ListRoles": {"Roles": [{k: r[k] for k in ("RoleName", "Path", "Arn", "RoleId", "CreateDate", "AssumeRolePolicyDocument")} for r in found.get("RoleDetailList", [])]},
    }  # fmt: skip


def role(name: str, path: str = "/", attached: Any = (), inline: Any = ()) -> dict[str, Any]:
    return {
        "RoleName": name, "Path": path, "Arn": f"arn:aws:iam::{US}:role{path}{name}", "RoleId": "AROAAAAAAAAAAAAAAAAAA", "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": json.dumps(TRUST), "InstanceProfileList": [], "Tags": [],
        "AttachedManagedPolicies": [{"PolicyName": a.rpartition("/")[2], "PolicyArn": a} for a in attached],
        "RolePolicyList": [{"PolicyName": n, "PolicyDocument": json.dumps(ANYONE)} for n in inline],
    }  # fmt: skip


READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWN_ROLE = {
    "id": "app", "name": "app", "arn": f"arn:aws:iam::{US}:role/app", "path": "/", "assume_role_policy": json.dumps(TRUST), "max_session_duration": 3600,
    "managed_policy_arns": [], "inline_policy": [], "tags": {}, "tags_all": {},
}  # fmt: skip
IAM = "aws_iam_role*"

# --- S3

BUCKET = {"s3:ListBuckets": {"Buckets": [{"Name": "b", "BucketArn": "arn:aws:s3:::b", "BucketRegion": "us-east-1"}]}}
OWN_BUCKET = {
    "id": "b",
    "bucket": "b",
    "arn": "arn:aws:s3:::b",
    "region": "us-east-1",
    "policy": "",
    "tags": {},
    "tags_all": {},
}


def blocked(*flags: bool) -> dict[str, Any]:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    return {"s3:GetPublicAccessBlock": {"PublicAccessBlockConfiguration": dict(zip(names, flags, strict=True))}}


OWNER_ID = "a" * 64
FULL = {"Grantee": {"ID": OWNER_ID, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
ALL_USERS = {
    "Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers", "Type": "Group"},
    "Permission": "READ",
}


def acl_of_bucket(*grants: Any) -> dict[str, Any]:
    return {"s3:GetBucketAcl": {"Owner": {"ID": OWNER_ID}, "Grants": [*grants]}}


# --- queues and topics

QUEUE_URL = f"https://sqs.us-east-1.amazonaws.com/{US}/q"
OWN_QUEUE = {
    "id": QUEUE_URL,
    "url": QUEUE_URL,
    "name": "q",
    "arn": f"arn:aws:sqs:us-east-1:{US}:q",
    "policy": "",
    "tags": {},
    "tags_all": {},
}


def queue(**attributes: str) -> dict[str, Any]:
    return {
        "sqs:ListQueues": {"QueueUrls": [QUEUE_URL]},
        "sqs:GetQueueAttributes": {"Attributes": attributes or {"DelaySeconds": "0"}},
    }


TOPIC = f"arn:aws:sns:us-east-1:{US}:t"
DEFAULT_TOPIC_POLICY: dict[str, Any] = {
    "Version": "2008-10-17", "Id": "__default_policy_ID",
    "Statement": [{
        "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": TOPIC,
        "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic",
                   "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"],
        "Condition": {"StringEquals": {"AWS:SourceOwner": US}},
    }],
}  # fmt: skip


def topic(policy: Any) -> dict[str, Any]:
    return {
        "sns:ListTopics": {"Topics": [{"TopicArn": TOPIC}]},
        "sns:GetTopicAttributes": {"Attributes": {"TopicArn": TOPIC, "Policy": json.dumps(policy), "Owner": US}},
    }


OWN_TOPIC = {
    "id": TOPIC,
    "arn": TOPIC,
    "name": "t",
    "policy": json.dumps(DEFAULT_TOPIC_POLICY),
    "tags": {},
    "tags_all": {},
}

# --- Route 53

ZONES = {
    "route53:ListHostedZones": {
        "HostedZones": [
            {"Id": "/hostedzone/Z1", "Name": "example.com.", "CallerReference": "x", "Config": {"PrivateZone": False}}
        ],
        "IsTruncated": False,
        "MaxItems": "100",
        "Marker": "",
    }
}
OWN_ZONE = {"id": "Z1", "zone_id": "Z1", "name": "example.com", "comment": "", "vpc": [], "tags": {}, "tags_all": {}}


def record(name: str, type_: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": type_, "TTL": 300, "ResourceRecords": [{"Value": v} for v in values], **more}


def zone(*records: Any) -> dict[str, Any]:
    own = (record("example.com.", "NS", "ns-1.example."), record("example.com.", "SOA", "ns-1.example. x. 1 1 1 1 1"))
    return {
        **ZONES,
        "route53:ListResourceRecordSets": {
            "ResourceRecordSets": [*own, *records],
            "IsTruncated": False,
            "MaxItems": "100",
        },
    }


# --- load balancers

LB = f"arn:aws:elasticloadbalancing:us-east-1:{US}:loadbalancer/app/lb/1"
LISTENER = f"arn:aws:elasticloadbalancing:us-east-1:{US}:listener/app/lb/1/2"
BALANCER = {
    "elbv2:DescribeLoadBalancers": {
        "LoadBalancers": [
            {
                "LoadBalancerArn": LB,
                "LoadBalancerName": "lb",
                "Type": "application",
                "Scheme": "internal",
                "VpcId": "vpc-1",
                "AvailabilityZones": [],
            }
        ]
    }
}
OWN_LB = {
    "id": LB,
    "arn": LB,
    "name": "lb",
    "load_balancer_type": "application",
    "internal": True,
    "tags": {},
    "tags_all": {},
}
LISTENERS = {
    **BALANCER,
    "elbv2:DescribeListeners": {
        "Listeners": [
            {"ListenerArn": LISTENER, "LoadBalancerArn": LB, "Port": 80, "Protocol": "HTTP", "DefaultActions": []}
        ]
    },
}

# --- API Gateway

API = {
    "apigateway:GetRestApis": {
        "items": [
            {
                "id": "api1",
                "name": "api",
                "rootResourceId": "root",
                "apiKeySource": "HEADER",
                "endpointConfiguration": {"types": ["EDGE"]},
            }
        ]
    }
}
OWN_API: dict[str, Any] = {
    "id": "api1",
    "name": "api",
    "root_resource_id": "root",
    "body": None,
    "tags": {},
    "tags_all": {},
}
ROOT = {"id": "root", "path": "/"}

CASES: dict[str, Case] = {
    "the default VPC, its subnets, table, ACL, group and gateway": Case(
        "aws_vpc,aws_subnet,aws_route_table,aws_route,aws_network_acl,aws_network_acl_rule,aws_security_group,aws_internet_gateway", {},
        {
            "ec2:DescribeVpcs": {"Vpcs": [{**VPC, "IsDefault": True}]},
            "ec2:DescribeSubnets": {"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/20", "OwnerId": US, "DefaultForAz": True, "AvailabilityZone": "us-east-1a"}]},
            "ec2:DescribeRouteTables": {"RouteTables": [table("rtb-1", LOCAL, TO_IGW, main=True)]},
            "ec2:DescribeNetworkAcls": {"NetworkAcls": [acl("acl-1", entry(100), entry(100, egress=True), default=True)]},
            "ec2:DescribeSecurityGroups": {"SecurityGroups": [group("sg-0", "default", [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0"}]}], [ALL_OUT])]},
            "ec2:DescribeInternetGateways": {"InternetGateways": [{"InternetGatewayId": "igw-1", "OwnerId": US, "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]},
        },
    ),
    "the local route of a main table, and the table itself": Case(
        "aws_vpc,aws_route_table,aws_route", {"aws_vpc.v": OWN_VPC}, tables(table("rtb-0", LOCAL, main=True)),
        tampered=tables(table("rtb-0", LOCAL, TO_IGW, main=True)), then=("unmanaged aws_route rtb-0_0.0.0.0/0",),
    ),
    "routes written inline": Case(
        "aws_route_table,aws_route", {"aws_route_table.t": {**OWN_TABLE, "route": [INLINE_ROUTE]}}, tables(table("rtb-1", LOCAL, TO_IGW)),
        tampered=tables(table("rtb-1", LOCAL, TO_IGW, TO_NAT)), then=("modified aws_route_table.t route",),
    ),
    "routes as resources of their own": Case(
        "aws_route_table,aws_route",
        {"aws_route_table.t": OWN_TABLE, "aws_route.r": {"id": "r-rtb-11080289494", "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}},
        tables(table("rtb-1", LOCAL, TO_IGW)), tampered=tables(table("rtb-1", LOCAL)), then=("missing aws_route.r",),
    ),
    "the default ACL of an own VPC": Case(
        "aws_vpc,aws_network_acl", {"aws_vpc.v": OWN_VPC}, acls(acl("acl-0", entry(100), entry(100, egress=True), default=True)),
    ),
    "ACL rules written inline": Case(
        "aws_network_acl,aws_network_acl_rule", {"aws_network_acl.a": {**OWN_ACL, "ingress": [acl_entry(100)]}}, acls(acl("acl-1", entry(100))),
        tampered=acls(acl("acl-1", entry(100), entry(90))), then=("modified aws_network_acl.a ingress",),
    ),
    "ACL rules as resources of their own": Case(
        "aws_network_acl,aws_network_acl_rule",
        {"aws_network_acl.a": OWN_ACL, "aws_network_acl_rule.r": {"id": "nacl-1", "network_acl_id": "acl-1", "rule_number": 100, "egress": False, "protocol": "-1", "rule_action": "allow", "cidr_block": "0.0.0.0/0", "from_port": 0, "to_port": 0}},
        acls(acl("acl-1", entry(100))), tampered=acls(acl("acl-1", entry(100, action="deny"))), then=("modified aws_network_acl_rule.r rule_action",),
    ),
    "the default group of an own VPC": Case(
        "aws_vpc,aws_security_group", {"aws_vpc.v": OWN_VPC}, groups(group("sg-0", "default", [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0"}]}], [ALL_OUT])),
    ),
    "rules of a group as resources of their own": Case(
        "aws_security_group,aws_security_group_rule", {"aws_security_group.g": OWN_GROUP, "aws_security_group_rule.r": SPLIT_RULE}, groups(group("sg-1", "web", [ssh("10.0.0.0/8")])),
        tampered=groups(group("sg-1", "web", [ssh("10.0.0.0/8"), ssh("0.0.0.0/0")])), then=("modified aws_security_group.g ingress",),
    ),
    "rules of a group nobody manages": Case(
        "aws_security_group*,aws_vpc_security_group_*", {}, groups(group("sg-1", "web", [ssh("10.0.0.0/8")], [ALL_OUT])), said=("unmanaged aws_security_group sg-1",),
    ),
    "the disks of an instance": Case(
        "aws_instance,aws_ebs_volume,aws_volume_attachment", {"aws_instance.i": OWN_INSTANCE},
        {**reservation(instance("i-1", "vol-1")), "ec2:DescribeVolumes": {"Volumes": [volume("vol-1", "i-1", "/dev/xvda")]}},
    ),
    "a disk attached by a resource of its own": Case(
        "aws_instance,aws_ebs_volume,aws_volume_attachment",
        {"aws_instance.i": OWN_INSTANCE, "aws_ebs_volume.v": OWN_VOLUME, "aws_volume_attachment.a": {"id": "vai-1", "instance_id": "i-1", "volume_id": "vol-2", "device_name": "/dev/sdf"}},
        {**reservation(instance("i-1", "vol-1", "vol-2")), "ec2:DescribeVolumes": {"Volumes": [volume("vol-1", "i-1", "/dev/xvda"), volume("vol-2", "i-1")]}},
        tampered={**reservation(instance("i-1", "vol-1")), "ec2:DescribeVolumes": {"Volumes": [volume("vol-1", "i-1", "/dev/xvda"), volume("vol-2")]}},
        then=("missing aws_volume_attachment.a",),
    ),
    "an address that an instance says it has": Case(
        "aws_eip,aws_eip_association",
        {"aws_eip.e": {"id": "eipalloc-1", "allocation_id": "eipalloc-1", "domain": "vpc", "instance": "i-1", "association_id": "eipassoc-1", "public_ip": "192.0.2.1", "tags": {}, "tags_all": {}}},
        {"ec2:DescribeAddresses": {"Addresses": [{"AllocationId": "eipalloc-1", "AssociationId": "eipassoc-1", "InstanceId": "i-1", "Domain": "vpc", "PublicIp": "192.0.2.1", "NetworkInterfaceId": "eni-1", "NetworkInterfaceOwnerId": US}]}},
    ),
    "the address of a NAT gateway": Case(
        "aws_eip,aws_eip_association,aws_nat_gateway",
        {
            "aws_eip.e": {"id": "eipalloc-1", "allocation_id": "eipalloc-1", "domain": "vpc", "public_ip": "192.0.2.1", "tags": {}, "tags_all": {}},
            "aws_nat_gateway.n": {"id": "nat-1", "allocation_id": "eipalloc-1", "subnet_id": "subnet-1", "connectivity_type": "public", "tags": {}, "tags_all": {}},
        },
        {
            "ec2:DescribeAddresses": {"Addresses": [{"AllocationId": "eipalloc-1", "AssociationId": "eipassoc-1", "Domain": "vpc", "PublicIp": "192.0.2.1", "NetworkInterfaceId": "eni-1", "NetworkInterfaceOwnerId": US}]},
            "ec2:DescribeNatGateways": {"NatGateways": [{"NatGatewayId": "nat-1", "State": "available", "SubnetId": "subnet-1", "ConnectivityType": "public", "NatGatewayAddresses": [{"AllocationId": "eipalloc-1", "PublicIp": "192.0.2.1", "NetworkInterfaceId": "eni-1", "IsPrimary": True, "Status": "succeeded"}]}]},
        },
    ),
    "encryption of disks by default, left off": Case(
        "aws_ebs_encryption_by_default", {}, {"ec2:GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": False}},
    ),
    "roles linked to services, and of single sign-on": Case(
        IAM, {}, account_details(RoleDetailList=[role("AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/"), role("AWSReservedSSO_Admin_1", "/aws-reserved/sso.amazonaws.com/", [ADMIN])]),
        tampered=account_details(RoleDetailList=[role("mine")]), then=("unmanaged aws_iam_role mine",),
    ),
    "policies attached in the role": Case(
        IAM, {"aws_iam_role.r": {**OWN_ROLE, "managed_policy_arns": [READ]}}, account_details(RoleDetailList=[role("app", attached=[READ])]),
        tampered=account_details(RoleDetailList=[role("app", attached=[READ, ADMIN])]), then=("modified aws_iam_role.r managed_policy_arns",),
    ),
    "policies attached by resources of their own": Case(
        IAM, {"aws_iam_role.r": {**OWN_ROLE, "managed_policy_arns": [READ]}, "aws_iam_role_policy_attachment.a": {"id": "app-2026", "role": "app", "policy_arn": READ}},
        account_details(RoleDetailList=[role("app", attached=[READ])]),
        tampered=account_details(RoleDetailList=[role("app", attached=[READ, ADMIN])]), then=("modified aws_iam_role.r managed_policy_arns",),
    ),
    "a policy attached to several by one resource": Case(
        "aws_iam_role*,aws_iam_policy_attachment",
        {"aws_iam_role.r": {**OWN_ROLE, "managed_policy_arns": [READ]}, "aws_iam_policy_attachment.a": {"id": "x", "name": "x", "policy_arn": READ, "roles": ["app"], "users": [], "groups": []}},
        {**account_details(RoleDetailList=[role("app", attached=[READ])]), "iam:ListEntitiesForPolicy": {"PolicyRoles": [{"RoleName": "app", "RoleId": "AROAAAAAAAAAAAAAAAAAA"}]}},
    ),
    "policies written in the role": Case(
        IAM, {"aws_iam_role.r": {**OWN_ROLE, "inline_policy": [{"name": "p", "policy": json.dumps(ANYONE)}]}}, account_details(RoleDetailList=[role("app", inline=["p"])]),
        tampered=account_details(RoleDetailList=[role("app", inline=["p", "q"])]), then=("modified aws_iam_role.r inline_policy",),
    ),
    "the policy of a bucket by a resource of its own": Case(
        "aws_s3_bucket,aws_s3_bucket_policy", {"aws_s3_bucket.b": {**OWN_BUCKET, "policy": json.dumps(ANYONE)}, "aws_s3_bucket_policy.p": {"id": "b", "bucket": "b", "policy": json.dumps(ANYONE)}},
        {**BUCKET, "s3:GetBucketPolicy": {"Policy": json.dumps(ANYONE)}},
        tampered={"s3:GetBucketPolicy": {"Policy": json.dumps(ANYONE).replace("GetObject", "*")}}, then=("modified aws_s3_bucket_policy.p policy",),
    ),
    "the policy of a bucket written in it": Case(
        "aws_s3_bucket,aws_s3_bucket_policy", {"aws_s3_bucket.b": {**OWN_BUCKET, "policy": json.dumps(ANYONE)}}, {**BUCKET, "s3:GetBucketPolicy": {"Policy": json.dumps(ANYONE)}},
        tampered={"s3:GetBucketPolicy": {"Policy": json.dumps(ANYONE).replace("GetObject", "*")}}, then=("modified aws_s3_bucket.b policy",),
    ),
    "a public access block that blocks nothing": Case(
        "aws_s3_bucket,aws_s3_bucket_public_access_block", {"aws_s3_bucket.b": OWN_BUCKET}, {**BUCKET, **blocked(False, False, False, False)},
    ),
    "the private ACL that every bucket has": Case(
        "aws_s3_bucket,aws_s3_bucket_acl", {"aws_s3_bucket.b": {**OWN_BUCKET, "grant": [{"id": OWNER_ID, "type": "CanonicalUser", "uri": "", "permissions": ["FULL_CONTROL"]}]}},
        {**BUCKET, **acl_of_bucket(FULL)}, tampered=acl_of_bucket(FULL, ALL_USERS), then=("modified aws_s3_bucket.b grant",),
    ),
    "tags that the provider sets by default": Case(
        "aws_sqs_queue", {"aws_sqs_queue.q": {**OWN_QUEUE, "tags": {"Name": "q"}, "tags_all": {"Name": "q", "Team": "data"}}},
        {**queue(), "sqs:ListQueueTags": {"Tags": {"Name": "q", "Team": "data", "aws:cloudformation:stack-name": "x"}}},
        tampered={"sqs:ListQueueTags": {"Tags": {"Name": "q", "Team": "web"}}}, then=("modified aws_sqs_queue.q tags.Team",),
    ),
    "a queue without a policy": Case(
        "aws_sqs_queue,aws_sqs_queue_policy", {"aws_sqs_queue.q": OWN_QUEUE}, queue(),
        tampered=queue(Policy=json.dumps(ANYONE)), then=("modified aws_sqs_queue.q policy",),
    ),
    "the policy of a queue by a resource of its own": Case(
        "aws_sqs_queue,aws_sqs_queue_policy", {"aws_sqs_queue.q": {**OWN_QUEUE, "policy": ""}, "aws_sqs_queue_policy.p": {"id": QUEUE_URL, "queue_url": QUEUE_URL, "policy": json.dumps(ANYONE)}},
        queue(Policy=json.dumps(ANYONE)), tampered=queue(DelaySeconds="0"), then=("missing aws_sqs_queue_policy.p",),
    ),
    "the policy that SNS gives a topic": Case(
        "aws_sns_topic,aws_sns_topic_policy", {"aws_sns_topic.t": OWN_TOPIC}, topic(DEFAULT_TOPIC_POLICY),
        tampered=topic({**DEFAULT_TOPIC_POLICY, "Statement": [{**DEFAULT_TOPIC_POLICY["Statement"][0], "Condition": {}}]}), then=("modified aws_sns_topic.t policy",),
    ),
    "the policy of a topic by a resource of its own": Case(
        "aws_sns_topic,aws_sns_topic_policy",
        {"aws_sns_topic.t": {**OWN_TOPIC, "policy": json.dumps(ANYONE)}, "aws_sns_topic_policy.p": {"id": TOPIC, "arn": TOPIC, "policy": json.dumps(ANYONE)}}, topic(ANYONE),
        tampered=topic(DEFAULT_TOPIC_POLICY), then=("modified aws_sns_topic_policy.p policy",),
    ),
    "the NS and SOA records that a zone comes with": Case(
        "aws_route53_zone,aws_route53_record", {"aws_route53_zone.z": OWN_ZONE}, zone(),
        tampered=zone(record("www.example.com.", "A", "192.0.2.1")), then=("unmanaged aws_route53_record Z1_www.example.com_A",),
    ),
    "records by full or short name, quoted or not, with a set identifier": Case(
        "aws_route53_zone,aws_route53_record",
        {
            "aws_route53_zone.z": OWN_ZONE,
            "aws_route53_record.a": {"id": "Z1_www_A_blue", "zone_id": "Z1", "name": "www", "fqdn": "www.example.com", "type": "A", "ttl": 300, "records": ["192.0.2.1"], "set_identifier": "blue", "weighted_routing_policy": [{"weight": 1}]},
            "aws_route53_record.t": {"id": "Z1_T.example.com_TXT", "zone_id": "Z1", "name": "T.example.com", "fqdn": "T.example.com", "type": "TXT", "ttl": 300, "records": ["said"]},
        },
        zone(record("www.example.com.", "A", "192.0.2.1", SetIdentifier="blue", Weight=1), record("t.example.com.", "TXT", '"said"')),
        tampered=zone(record("www.example.com.", "A", "192.0.2.2", SetIdentifier="blue", Weight=1), record("t.example.com.", "TXT", '"said"')),
        then=("modified aws_route53_record.a records",),
    ),
    "a load balancer by its older name": Case(
        "aws_lb,aws_alb", {"aws_alb.l": OWN_LB}, BALANCER, tampered={"elbv2:DescribeLoadBalancers": {"LoadBalancers": []}}, then=("missing aws_alb.l",),
    ),
    "a listener by its older name": Case(
        "aws_lb*,aws_alb*", {"aws_lb.l": OWN_LB, "aws_alb_listener.l": {"id": LISTENER, "arn": LISTENER, "load_balancer_arn": LB, "port": 80, "protocol": "HTTP", "default_action": [], "tags": {}, "tags_all": {}}}, LISTENERS,
        tampered={"elbv2:DescribeListeners": {"Listeners": [{"ListenerArn": LISTENER, "LoadBalancerArn": LB, "Port": 81, "Protocol": "HTTP", "DefaultActions": []}]}},
        then=("modified aws_alb_listener.l port",),
    ),
    "the root of an API": Case(
        "aws_api_gateway_rest_api,aws_api_gateway_resource", {"aws_api_gateway_rest_api.a": OWN_API}, {**API, "apigateway:GetResources": {"items": [ROOT]}},
        tampered={"apigateway:GetResources": {"items": [ROOT, {"id": "r1", "parentId": "root", "pathPart": "x", "path": "/x"}]}}, then=("unmanaged aws_api_gateway_resource api1/r1",),
    ),
    "what an OpenAPI body makes": Case(
        "aws_api_gateway_rest_api,aws_api_gateway_resource", {"aws_api_gateway_rest_api.a": {**OWN_API, "body": "{}"}},
        {**API, "apigateway:GetResources": {"items": [ROOT, {"id": "r1", "parentId": "root", "pathPart": "x", "path": "/x"}]}},
    ),
    "the settings of API Gateway that nobody has touched": Case(
        "aws_api_gateway_account", {}, {"apigateway:GetAccount": {"throttleSettings": {"burstLimit": 5000, "rateLimit": 10000.0}}},
    ),
    "the responses that an API comes with": Case(
        "aws_api_gateway_rest_api,aws_api_gateway_gateway_response", {"aws_api_gateway_rest_api.a": OWN_API},
        {**API, "apigateway:GetGatewayResponses": {"items": [{"responseType": "DEFAULT_4XX", "defaultResponse": True}]}},
    ),
    "a domain of the newer API Gateway is not one of the older too": Case(
        "aws_api_gateway_domain_name,aws_apigatewayv2_domain_name",
        {"aws_apigatewayv2_domain_name.d": {"id": "api.example.com", "domain_name": "api.example.com", "domain_name_configuration": [{"endpoint_type": "REGIONAL", "certificate_arn": "", "security_policy": "TLS_1_2", "ip_address_type": "ipv4", "ownership_verification_certificate_arn": ""}], "tags": {}, "tags_all": {}}},
        {"apigateway:GetDomainNames": {"items": [{"domainName": "api.example.com", "endpointConfiguration": {"types": ["REGIONAL"], "ipAddressType": "ipv4"}, "securityPolicy": "TLS_1_2"}]}},
    ),
    "an instance of a cluster is not a database of its own": Case(
        "aws_db_instance,aws_rds_cluster_instance", {"aws_rds_cluster_instance.i": {"id": "one", "identifier": "one", "cluster_identifier": "c", "engine": "aurora-mysql", "instance_class": "db.t3.medium", "tags": {}, "tags_all": {}}},
        {"rds:DescribeDBInstances": {"DBInstances": [{"DBInstanceIdentifier": "one", "DBClusterIdentifier": "c", "Engine": "aurora-mysql", "DBInstanceClass": "db.t3.medium", "DBInstanceArn": f"arn:aws:rds:us-east-1:{US}:db:one", "TagList": tagged()}]}},
    ),
}  # fmt: skip


def said(case: Case, answers: Mapping[str, Any], tmp_path: Path) -> tuple[str, ...]:
    report = run(write_state(case.state, tmp_path / "s.tfstate"), MadeApi(answers), only=tuple(case.only.split(",")))
    return tuple(lines(report))


@pytest.mark.parametrize("name", CASES)
def test_no_false_alarm(name: str, tmp_path: Path) -> None:
    case = CASES[name]

    assert said(case, case.answers, tmp_path) == case.said


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if c.tampered])
def test_the_smallest_change_is_told(name: str, tmp_path: Path) -> None:
    case = CASES[name]

    assert said(case, {**case.answers, **case.tampered}, tmp_path) == case.then

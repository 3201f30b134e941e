"""For each rule a resource that fails it and one that passes, as a state would have them.

(type, failing attributes, passing attributes), and where it looks at neighbours their lists: `[(type, attributes,
id), …]` for the failing and for the passing one. The unknown case is made by refusing what the rule reads.
"""

from __future__ import annotations

import json
from typing import Any

Near = list[tuple[str, dict[str, Any], str]]
Case = tuple[str, dict[str, Any], dict[str, Any]] | tuple[str, dict[str, Any], dict[str, Any], Near, Near]

ME, OTHER = "123456789012", "210987654321"


def policy(*statements: dict[str, Any]) -> str:
    filled = [{"Effect": "Allow", "Action": "s:Do", "Resource": "*", **s} for s in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


GITHUB = f"arn:aws:iam::{ME}:oidc-provider/token.actions.githubusercontent.com"
WIDE, MINE = policy({"Principal": "*"}), policy({"Principal": {"AWS": ME}})
FOREIGN = policy({"Principal": {"AWS": OTHER}})


def world(low: int, high: int | None = None, cidr: str = "0.0.0.0/0", protocol: str = "tcp") -> dict[str, Any]:
    rule = {"protocol": protocol, "from_port": low, "to_port": low if high is None else high, "cidr_blocks": [cidr]}
    return {"ingress": [rule]}


def may(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"policy": policy({"Action": list(actions), "Resource": resource})}


def trust(**principal: Any) -> dict[str, Any]:
    conditions = principal.pop("Condition", None)
    action = "sts:AssumeRoleWithWebIdentity" if "Federated" in principal else "sts:AssumeRole"
    statement = {"Principal": principal, "Action": action}
    return {"assume_role_policy": policy(statement | ({"Condition": conditions} if conditions else {}))}


BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
B = {"bucket": "b"}
BUCKET: Near = [("aws_s3_bucket", {"bucket": "b"}, "b")]
BLOCK: Near = [*BUCKET, ("aws_s3_bucket_public_access_block", {**B, **BLOCKED}, "b")]
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"
ACL: Near = [
    (
        "aws_network_acl",
        {
            "vpc_id": "vpc-1",
            "subnet_ids": ["subnet-1"],
            "ingress": [{"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}],
        },
        "acl-1",
    )
]
PUBLIC_NET: Near = [
    ("aws_subnet", {"vpc_id": "vpc-1"}, "subnet-1"),
    ("aws_route_table", {"vpc_id": "vpc-1", "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}]}, "rtb-1"),
    ("aws_route_table_association", {"subnet_id": "subnet-1", "route_table_id": "rtb-1"}, "rtbassoc-1"),
    *ACL,
]
PRIVATE_NET: Near = [
    PUBLIC_NET[0],
    (
        "aws_route_table",
        {"vpc_id": "vpc-1", "route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}]},
        "rtb-1",
    ),
    PUBLIC_NET[2],
    *ACL,
]
PUBLIC = {
    "public_ip": "1.2.3.4",
    "subnet_id": "subnet-1",
    "vpc_security_group_ids": ["sg-1"],
    "iam_instance_profile": "p",
}
KEY = "AKIA" + "IOSFODNN7EXAMPLQ"
SELECTION: Near = [("aws_backup_selection", {"plan_id": "p", "name": "s", "resources": ["arn:aws:*"]}, "s")]


def group(*rules: dict[str, Any]) -> Near:
    return [("aws_security_group", {"name": "g", "ingress": [r for rule in rules for r in rule["ingress"]]}, "sg-1")]


def parameters(type_: str, name: str, value: str) -> Near:
    return [(type_, {"name": "own", "parameter": [{"name": name, "value": value}]}, "own")]


STORAGE: dict[str, Case] = {
    "s3-public-acl": (
        "aws_s3_bucket_acl",
        {
            **B,
            "access_control_policy": [
                {"grant": [{"permission": "READ", "grantee": [{"type": "Group", "uri": EVERYBODY}]}]}
            ],
        },
        {
            **B,
            "access_control_policy": [
                {"grant": [{"permission": "READ", "grantee": [{"type": "Group", "uri": EVERYBODY}]}]}
            ],
        },
        BUCKET,
        BLOCK,
    ),
    "s3-public-policy": ("aws_s3_bucket_policy", {**B, "policy": WIDE}, {**B, "policy": WIDE}, BUCKET, BLOCK),
    "s3-public-write-policy": (
        "aws_s3_bucket_policy",
        {**B, "policy": policy({"Principal": "*", "Action": "s3:Put*"})},
        {**B, "policy": policy({"Principal": "*", "Action": "s3:GetObject"})},
        BUCKET,
        BUCKET,
    ),
    "s3-pab": (
        "aws_s3_bucket_public_access_block",
        {**B, **BLOCKED, "block_public_acls": False},
        {**B, **BLOCKED},
        BUCKET,
        BUCKET,
    ),
    "s3-account-pab": ("aws_s3_account_public_access_block", {**BLOCKED, "ignore_public_acls": False}, BLOCKED),
    "s3-cross-account": (
        "aws_s3_bucket_policy",
        {**B, "policy": FOREIGN},
        {**B, "policy": policy({"Principal": {"AWS": ME}}, {"Principal": {"AWS": "127311923021"}})},
    ),
    "s3-tls-only": (
        "aws_s3_bucket_policy",
        {**B, "policy": MINE},
        {
            **B,
            "policy": policy(
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
        },
    ),
    "s3-kms": (
        "aws_s3_bucket_server_side_encryption_configuration",
        {**B, "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}]},
        {**B, "rule": [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]},
    ),
    "s3-versioning": (
        "aws_s3_bucket_versioning",
        {**B, "versioning_configuration": [{"status": "Suspended"}]},
        {**B, "versioning_configuration": [{"status": "Enabled"}]},
    ),
    "s3-mfa-delete": (
        "aws_s3_bucket_versioning",
        {**B, "versioning_configuration": [{"status": "Enabled"}]},
        {**B, "versioning_configuration": [{"status": "Enabled", "mfa_delete": "Enabled"}]},
    ),
    "s3-access-log": ("aws_s3_bucket_logging", {**B}, {**B, "target_bucket": "logs"}),
    "s3-acl-enabled": (
        "aws_s3_bucket_ownership_controls",
        {**B, "rule": [{"object_ownership": "ObjectWriter"}]},
        {**B, "rule": [{"object_ownership": "BucketOwnerEnforced"}]},
    ),
    "s3-object-lock": ("aws_s3_bucket", {**B, "object_lock_enabled": False}, {**B, "object_lock_enabled": True}),
    "s3-lifecycle": (
        "aws_s3_bucket_lifecycle_configuration",
        {**B, "rule": [{"id": "a", "status": "Disabled"}]},
        {**B, "rule": [{"id": "a", "status": "Enabled"}]},
    ),
    "s3-access-point-pab": (
        "aws_s3_access_point",
        {"public_access_block_configuration": [{**BLOCKED, "block_public_policy": False}]},
        {"public_access_block_configuration": [BLOCKED]},
    ),
    "tfstate-exposed": (
        "aws_s3_bucket_versioning",
        {"bucket": "states", "versioning_configuration": [{"status": "Suspended"}]},
        {"bucket": "states", "versioning_configuration": [{"status": "Enabled"}]},
        [("aws_s3_bucket", {"bucket": "states"}, "states")],
        [("aws_s3_bucket", {"bucket": "states"}, "states")],
    ),
}
COMPUTE: dict[str, Case] = {
    "ec2-imdsv1": (
        "aws_instance",
        {"metadata_options": [{"http_tokens": "optional", "http_endpoint": "enabled"}]},
        {"metadata_options": [{"http_tokens": "required"}]},
    ),
    "ec2-public-ip": ("aws_instance", PUBLIC, PUBLIC, PUBLIC_NET, PRIVATE_NET),
    "lt-public-ip": (
        "aws_launch_template",
        {"network_interfaces": [{"associate_public_ip_address": "true"}]},
        {"network_interfaces": [{"associate_public_ip_address": "false"}]},
    ),
    "ec2-admin-port-exposed": (
        "aws_instance",
        PUBLIC,
        PUBLIC,
        [*PUBLIC_NET, *group(world(22))],
        [*PUBLIC_NET, *group(world(443))],
    ),
    "ec2-db-port-exposed": (
        "aws_instance",
        PUBLIC,
        PUBLIC,
        [*PUBLIC_NET, *group(world(5432))],
        [*PRIVATE_NET, *group(world(5432))],
    ),
    "ec2-risky-port-exposed": (
        "aws_instance",
        PUBLIC,
        {**PUBLIC, "public_ip": ""},
        [*PUBLIC_NET, *group(world(23))],
        [*PUBLIC_NET, *group(world(23))],
    ),
    "ec2-public-with-role": ("aws_instance", PUBLIC, {**PUBLIC, "iam_instance_profile": ""}, PUBLIC_NET, PUBLIC_NET),
    "ec2-no-role": ("aws_instance", {"iam_instance_profile": ""}, {"iam_instance_profile": "p"}),
    "ec2-userdata-secret": (
        "aws_launch_template",
        {"user_data": "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"},
        {"user_data": "#!/bin/sh\nexport DB_PASSWORD=$(aws ssm get-parameter)\n"},
    ),
    "ec2-monitoring": ("aws_instance", {"monitoring": False}, {"monitoring": True}),
    "ebs-unencrypted": ("aws_ebs_volume", {"encrypted": False}, {"encrypted": True}),
    "ebs-default-encryption": ("aws_ebs_encryption_by_default", {"enabled": False}, {"enabled": True}),
    "ebs-snapshot-unencrypted": ("aws_ebs_snapshot", {"encrypted": False}, {"encrypted": True}),
    "ebs-snapshot-public": (
        "aws_ebs_snapshot",
        {"shared_with": frozenset({"all"})},
        {"shared_with": frozenset({OTHER})},
    ),
    "ami-public": (
        "aws_ami_launch_permission",
        {"image_id": "ami-1", "group": "all"},
        {"image_id": "ami-1", "account_id": ME},
    ),
    "ebs-not-in-backup-plan": ("aws_ebs_volume", {}, {}, [], SELECTION),
    "eip-unused": ("aws_eip", {"association_id": ""}, {"association_id": "eipassoc-1"}),
}
NETWORK: dict[str, Case] = {
    "sg-all-ports": ("aws_security_group", world(0, 0, protocol="-1"), world(0, 0, "10.0.0.0/8", "-1")),
    "sg-ssh": ("aws_security_group", world(20, 30), world(22, cidr="10.0.0.0/8")),
    "sg-rdp": ("aws_security_group", world(3389), world(22)),
    "sg-db-ports": ("aws_security_group", world(5432), world(5432, cidr="192.168.0.0/16")),
    "sg-risky-ports": ("aws_security_group", world(23), world(443)),
    "sg-any-port": ("aws_security_group", world(4444), world(443)),
    "sg-wide-public-cidr": ("aws_security_group", world(443, cidr="52.0.0.0/8"), world(443, cidr="52.1.2.0/24")),
    "sg-public-single-ip": ("aws_security_group", world(22, cidr="52.1.2.3/32"), world(22, cidr="172.16.0.1/32")),
    "sg-default-not-empty": ("aws_default_security_group", world(443), {"ingress": [], "egress": []}),
    "sg-launch-wizard": ("aws_security_group", {"name": "launch-wizard-3"}, {"name": "web"}),
    "sg-too-many-rules": (
        "aws_security_group",
        {
            "ingress": [
                {"protocol": "tcp", "from_port": p, "to_port": p, "cidr_blocks": ["10.0.0.0/8"]} for p in range(60)
            ]
        },
        world(443),
    ),
    "sg-unused": (
        "aws_security_group",
        {"name": "g"},
        {"name": "g"},
        [],
        [("aws_network_interface", {"security_groups": ["x"]}, "eni-1")],
    ),
    "route-to-internet": (
        "aws_route_table",
        {**PUBLIC_NET[1][1], "id": "rtb-1"},
        {**PRIVATE_NET[1][1], "id": "rtb-1"},
        [PUBLIC_NET[0], PUBLIC_NET[2], *ACL],
        [PUBLIC_NET[0], PUBLIC_NET[2], *ACL],
    ),
    "route-elsewhere": (
        "aws_route_table",
        {"route": [{"cidr_block": "10.1.0.0/16", "transit_gateway_id": "tgw-1"}]},
        {"route": [{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}]},
    ),
    "prefix-list-world": (
        "aws_ec2_managed_prefix_list",
        {"entry": [{"cidr": "10.0.0.0/8"}, {"cidr": "0.0.0.0/0"}]},
        {"entry": [{"cidr": "10.0.0.0/8"}, {"cidr": "52.1.2.0/24"}]},
    ),
    "nacl-world": (
        "aws_network_acl",
        {"ingress": [{"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"}]},
        {
            "ingress": [
                {
                    "rule_no": 90,
                    "action": "deny",
                    "protocol": "6",
                    "from_port": 22,
                    "to_port": 22,
                    "cidr_block": "0.0.0.0/0",
                },
                {
                    "rule_no": 95,
                    "action": "deny",
                    "protocol": "6",
                    "from_port": 3389,
                    "to_port": 3389,
                    "cidr_block": "0.0.0.0/0",
                },
                {"rule_no": 100, "action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0"},
            ]
        },
    ),
    "subnet-auto-public-ip": ("aws_subnet", {"map_public_ip_on_launch": True}, {"map_public_ip_on_launch": False}),
    "vpc-no-flow-log": (
        "aws_vpc",
        {"id": "vpc-1"},
        {"id": "vpc-1"},
        [],
        [("aws_flow_log", {"vpc_id": "vpc-1"}, "fl-1")],
    ),
    "peering-wide-route": (
        "aws_route",
        {"destination_cidr_block": "0.0.0.0/0", "vpc_peering_connection_id": "pcx-1"},
        {"destination_cidr_block": "10.1.2.0/24", "vpc_peering_connection_id": "pcx-1"},
    ),
    "vpce-policy-open": ("aws_vpc_endpoint", {"policy": WIDE}, {"policy": MINE}),
    "vpce-service-open": (
        "aws_vpc_endpoint_service",
        {"acceptance_required": False},
        {"acceptance_required": True, "allowed_principals": [f"arn:aws:iam::{ME}:root"]},
    ),
    "tgw-auto-accept": (
        "aws_ec2_transit_gateway",
        {"auto_accept_shared_attachments": "enable"},
        {"auto_accept_shared_attachments": "disable"},
    ),
}
LOGIN: Near = [("aws_iam_user_login_profile", {"user": "u"}, "u")]
IAM: dict[str, Case] = {
    "iam-admin-star": ("aws_iam_policy", may("*"), may("*", resource="arn:aws:s3:::b")),
    "iam-admin-attached": (
        "aws_iam_role_policy_attachment",
        {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
        {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    "iam-role-admin": (
        "aws_iam_role",
        {"inline_policy": [{"name": "p", **may("*")}]},
        {
            "inline_policy": [{"name": "p", **may("s3:GetObject")}],
            "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        },
    ),
    "iam-privesc": ("aws_iam_policy", may("iam:PassRole", "ec2:Run*"), may("iam:PassRole", "s3:GetObject")),
    "iam-service-star": ("aws_iam_policy", may("kms:*"), may("kms:Decrypt", "kms:List*")),
    "iam-assume-any": (
        "aws_iam_policy",
        may("sts:AssumeRole"),
        may("sts:AssumeRole", resource=f"arn:aws:iam::{ME}:role/r"),
    ),
    "iam-marketplace-any": (
        "aws_iam_policy",
        may("aws-marketplace:Subscribe"),
        may("aws-marketplace:ViewSubscriptions"),
    ),
    "iam-user-direct-policy": ("aws_iam_user_policy", {"user": "u"}, {}),
    "iam-cloudshell-full": (
        "aws_iam_role_policy_attachment",
        {"policy_arn": "arn:aws:iam::aws:policy/AWSCloudShellFullAccess"},
        {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    ),
    "iam-two-keys": (
        "aws_iam_access_key",
        {"user": "u", "status": "Active"},
        {"user": "u", "status": "Active"},
        [("aws_iam_user", {"name": "u"}, "u"), ("aws_iam_access_key", {"user": "u", "status": "Active"}, "k2")],
        [("aws_iam_user", {"name": "u"}, "u"), ("aws_iam_access_key", {"user": "u", "status": "Inactive"}, "k2")],
    ),
    "iam-unmanaged-key": ("aws_iam_access_key", {"user": "u"}, {"user": "u"}),
    "iam-console-no-mfa": (
        "aws_iam_user",
        {"id": "u", "name": "u", "mfa_devices": frozenset()},
        {"id": "u", "name": "u", "mfa_devices": frozenset({"arn:aws:iam::1:mfa/u"})},
        LOGIN,
        LOGIN,
    ),
    "iam-password-policy": (
        "aws_iam_account_password_policy",
        {"minimum_password_length": 8},
        {
            "minimum_password_length": 14,
            "password_reuse_prevention": 24,
            "max_password_age": 90,
            "require_symbols": True,
            "require_numbers": True,
            "require_uppercase_characters": True,
            "require_lowercase_characters": True,
        },
    ),
    "iam-unused-rights": (
        "aws_iam_role",
        {"arn": "arn:aws:iam::1:role/idle", "create_date": "2020-01-01T00:00:00Z"},
        {"arn": "arn:aws:iam::1:role/busy", "create_date": "2020-01-01T00:00:00Z"},
    ),
    "iam-trust-public": (
        "aws_iam_role",
        trust(AWS="*"),
        trust(AWS="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
    ),
    "iam-trust-confused-deputy": (
        "aws_iam_role",
        trust(Service="sns.amazonaws.com"),
        trust(Service="sns.amazonaws.com", Condition={"StringEquals": {"aws:SourceAccount": ME}}),
    ),
    "policy-more-rights": (
        "aws_iam_role_policy",
        may("s3:GetObject", "iam:PassRole", "ec2:RunInstances"),
        may("s3:GetObject"),
    ),
    "policy-foreign": ("aws_sqs_queue_policy", {"policy": FOREIGN}, {"policy": MINE}),
    "iam-trust-federated": (
        "aws_iam_role",
        trust(Federated=GITHUB, Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}),
        trust(Federated=GITHUB, Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:o/r:*"}}),
    ),
    "iam-trust-foreign": (
        "aws_iam_role",
        trust(AWS=f"arn:aws:iam::{OTHER}:root"),
        trust(AWS=OTHER, Condition={"StringEquals": {"sts:ExternalId": "e"}}),
    ),
    "iam-trust-foreign-reads": (
        "aws_iam_role",
        {**trust(AWS=f"arn:aws:iam::{OTHER}:root"), "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
        {**trust(AWS=f"arn:aws:iam::{OTHER}:root"), "managed_policy_arns": []},
    ),
    "iam-cert-expired": (
        "aws_acm_certificate",
        {"not_after": "2026-11-05T00:00:00Z"},
        {"not_after": "2027-11-05T00:00:00Z"},
    ),
    "acm-weak-key": ("aws_acm_certificate", {"key_algorithm": "RSA_1024"}, {"key_algorithm": "RSA_2048"}),
}

CHANGES: dict[str, Case] = {
    "iam-joined-group": (
        "aws_iam_group_membership",
        {"group": "readers", "users": ["audit", "support"]},
        {"group": "readers", "users": ["audit"]},
    ),
    "iam-boundary-gone": (
        "aws_iam_role",
        {"permissions_boundary": None},
        {"permissions_boundary": f"arn:aws:iam::{ME}:policy/boundary"},
    ),
    "iam-other-role": ("aws_iam_instance_profile", {"role": "admin"}, {"role": "app"}),
    "iam-idp-changed": (
        "aws_iam_openid_connect_provider",
        {"url": "https://ci.example.com", "client_id_list": ["sts.amazonaws.com", "other"]},
        {"url": "https://ci.example.com", "client_id_list": ["sts.amazonaws.com"]},
    ),
    "switched-off": (
        "aws_lambda_function",
        {"function_name": "guard", "reserved_concurrent_executions": 0},
        {"function_name": "guard", "reserved_concurrent_executions": 5},
    ),
    "sends-to-foreign": (
        "aws_sns_topic_subscription",
        {"protocol": "sqs", "endpoint": f"arn:aws:sqs:us-east-1:{OTHER}:q"},
        {"protocol": "sqs", "endpoint": f"arn:aws:sqs:us-east-1:{ME}:q"},
    ),
    "shared-foreign": ("aws_ebs_snapshot", {"shared_with": [OTHER]}, {"shared_with": [ME]}),
}

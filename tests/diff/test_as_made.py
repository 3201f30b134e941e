"""What AWS or a service made is nobody's drift while it is as they made it; what others did to it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.model.drift import Report
from drift.provider.api import Refused
from drift.providers.aws.owners import STACK_TAG
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, RULES, lines, run

OTHER = "210987654321"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:job"
VPC = {
    "aws_vpc.v": {
        "id": "vpc-1", "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1", "cidr_block": "10.0.0.0/16", "tags": {},
    }
}  # fmt: skip
VPCS = {"ec2:DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": ACCOUNT}]}}


def checked(tmp_path: Path, state: dict[str, Any], answers: dict[str, Any], *only: str) -> Report:
    return run(write_state(state, tmp_path / "s.tfstate"), MadeApi(answers), rules=RULES, only=only)


def strangers(report: Report, type_: str) -> list[str]:
    return [d.resource.id for d in report.of_kind("unmanaged") if d.resource.type == type_]


def found(report: Report) -> set[str]:
    return {f.rule for d in report.drift for f in d.findings if f.effect == "introduced" and f.verdict == "fail"}


def entry(number: int, action: str = "allow", *, egress: bool = False) -> dict[str, Any]:
    return {"RuleNumber": number, "RuleAction": action, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": egress}


MADE = [entry(100), entry(100, egress=True), entry(32767, "deny"), entry(32767, "deny", egress=True)]


@pytest.mark.parametrize(("more", "told"), [([], []), ([entry(90, "deny")], ["acl-1:90:-1:false"])])
def test_the_default_network_acl(more: list[dict[str, Any]], told: list[str], tmp_path: Path) -> None:
    """VPC user guide, "Default network ACL": it lets everything through."""
    acl = {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": True, "Entries": [*MADE, *more]}
    answers = {**VPCS, "ec2:DescribeNetworkAcls": {"NetworkAcls": [acl]}}
    report = checked(tmp_path, VPC, answers, "aws_vpc", "aws_network_acl", "aws_network_acl_rule")

    assert strangers(report, "aws_network_acl_rule") == told
    assert strangers(report, "aws_network_acl") == []


def rule(port: int, cidr: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}


MEMBERS = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0", "UserId": ACCOUNT}]}
RULES_OF_DEFAULT: dict[str, dict[str, Any]] = {
    "aws_security_group_rule": {
        "id": "sgrule-1", "type": "ingress", "protocol": "tcp", "from_port": 443, "to_port": 443,
        "cidr_blocks": ["10.0.0.0/8"], "security_group_id": "sg-0", "self": False,
    },
    "aws_vpc_security_group_ingress_rule": {
        "id": "sgr-1", "security_group_rule_id": "sgr-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443,
        "cidr_ipv4": "10.0.0.0/8", "security_group_id": "sg-0",
    },
}  # fmt: skip


@pytest.mark.parametrize("type_", RULES_OF_DEFAULT)
@pytest.mark.parametrize(("more", "told"), [([], False), ([rule(22, "0.0.0.0/0")], True), ([rule(443, "::/0")], True)])
def test_rules_of_the_default_group_that_are_resources(
    type_: str, more: list[dict[str, Any]], told: bool, tmp_path: Path
) -> None:
    """Nobody adopts the group itself; what stands in it beside them is as AWS made it, or told."""
    group = {"GroupId": "sg-0", "GroupName": "default", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
             "IpPermissions": [MEMBERS, rule(443, "10.0.0.0/8"), *more]}  # fmt: skip
    answers = {
        **VPCS,
        "ec2:DescribeSecurityGroups": {"SecurityGroups": [group]},
        "ec2:DescribeSecurityGroupRules": {"SecurityGroupRules": [{
            "SecurityGroupRuleId": "sgr-1", "GroupId": "sg-0", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 443,
            "ToPort": 443, "CidrIpv4": "10.0.0.0/8"}]},
    }  # fmt: skip
    state = {**VPC, f"{type_}.https": RULES_OF_DEFAULT[type_]}
    report = checked(tmp_path, state, answers, "aws_vpc", "aws_security_group", type_)

    assert lines(report) == ["unmanaged aws_security_group sg-0"] * told


NODES = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/nodes"
DIRECTORY = {"DirectoryId": "d-906752f3a1", "Name": "corp.example.com", "Type": "MicrosoftAD", "Stage": "Active",
             "VpcSettings": {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupId": "sg-9"}}  # fmt: skip
WITH_GROUP: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "aws_eks_cluster": (
        "eks-cluster-sg-nodes-1234567890",
        {"id": "nodes", "name": "nodes", "arn": NODES, "vpc_config": [{"cluster_security_group_id": "sg-9"}]},
        {"eks:ListClusters": {"clusters": ["nodes"]},
         "eks:DescribeCluster": {"cluster": {
             "name": "nodes", "arn": NODES, "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-9"}}}},
    ),
    "aws_directory_service_directory": (
        "d-906752f3a1_controllers",
        {"id": "d-906752f3a1", "name": "corp.example.com", "type": "MicrosoftAD", "security_group_id": "sg-9"},
        {"ds:DescribeDirectories": {"DirectoryDescriptions": [DIRECTORY]}},
    ),
}  # fmt: skip
"""Type -> the name of the group that a service makes with it, the state of one, its answers."""
SSH = rule(22, "0.0.0.0/0")
SSH_6 = {**SSH, "IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
BALANCER = {**SSH, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "kubernetes.io/rule/nlb/client=a1b2"}]}
ALONE = {"aws_vpc_security_group_ingress_rule.ssh": {
    "id": "sgr-9", "security_group_rule_id": "sgr-9", "security_group_id": "sg-9", "ip_protocol": "tcp",
    "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"}}  # fmt: skip
ALONE_LISTED = {"ec2:DescribeSecurityGroupRules": {"SecurityGroupRules": [{
    "SecurityGroupRuleId": "sgr-9", "GroupId": "sg-9", "IsEgress": False, "IpProtocol": "tcp", "FromPort": 22,
    "ToPort": 22, "CidrIpv4": "0.0.0.0/0"}]}}  # fmt: skip


def with_group(type_: str, *ingress: dict[str, Any]) -> dict[str, Any]:
    """The answers for what came with its group, whose rules are these."""
    name, _, answers = WITH_GROUP[type_]
    group = {"GroupId": "sg-9", "GroupName": name, "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IpPermissions": [*ingress]}
    group["Tags"] = [{"Key": "aws:eks:cluster-name", "Value": "nodes"}] * (type_ == "aws_eks_cluster")
    return {**VPCS, **answers, "ec2:DescribeSecurityGroups": {"SecurityGroups": [group]}}


@pytest.mark.parametrize(
    ("type_", "ingress", "told"),
    [
        ("aws_eks_cluster", [SSH], True),
        ("aws_eks_cluster", [SSH_6], True),
        ("aws_eks_cluster", [rule(22, "0.0.0.0/1"), rule(22, "128.0.0.0/1")], True),
        ("aws_eks_cluster", [BALANCER, SSH], True),
        ("aws_eks_cluster", [BALANCER], False),
        ("aws_eks_cluster", [rule(22, "10.0.0.0/8")], False),
        ("aws_directory_service_directory", [SSH], False),
    ],
)
def test_a_group_that_came_with_a_managed_resource(
    type_: str, ingress: list[dict[str, Any]], told: bool, tmp_path: Path
) -> None:
    """Controllers mark what they add; the group of a directory is open as AWS makes it."""
    state = {f"{type_}.x": WITH_GROUP[type_][1]}
    report = checked(tmp_path, state, with_group(type_, *ingress), type_, "aws_security_group")

    assert strangers(report, "aws_security_group") == ["sg-9"] * told
    assert ("sg-ssh" in found(report)) is told


def test_a_rule_of_a_state_in_the_group_that_came_with_a_managed_resource(tmp_path: Path) -> None:
    state = {"aws_eks_cluster.x": WITH_GROUP["aws_eks_cluster"][1], **ALONE}
    answers = with_group("aws_eks_cluster", SSH) | ALONE_LISTED
    types = ("aws_eks_cluster", "aws_security_group", "aws_vpc_security_group_ingress_rule")
    report = checked(tmp_path, state, answers, *types)

    assert lines(report) == []


def test_the_group_that_came_with_what_nobody_manages(tmp_path: Path) -> None:
    answers = with_group("aws_eks_cluster", SSH)
    report = checked(tmp_path, VPC, answers, "aws_vpc", "aws_eks_cluster", "aws_security_group")

    assert strangers(report, "aws_eks_cluster") == ["nodes"]
    assert strangers(report, "aws_security_group") == []


LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
OUT = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute", "State": "active"}


@pytest.mark.parametrize(("more", "told"), [([], []), ([OUT], ["rtb-1_0.0.0.0/0"])])
def test_the_main_route_table(more: list[dict[str, Any]], told: list[str], tmp_path: Path) -> None:
    """VPC user guide, "Main route table": it has the local route alone."""
    main = {"Main": True, "RouteTableAssociationId": "rtbassoc-1", "RouteTableId": "rtb-1",
            "AssociationState": {"State": "associated"}}  # fmt: skip
    table = {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "Associations": [main],
             "Routes": [LOCAL, *more]}  # fmt: skip
    report = checked(
        tmp_path, VPC, {**VPCS, "ec2:DescribeRouteTables": {"RouteTables": [table]}},
        "aws_vpc", "aws_route_table", "aws_route",
    )  # fmt: skip

    assert strangers(report, "aws_route") == told
    assert strangers(report, "aws_route_table") == []


def policy(account: str, action: str, resource: str = "*") -> str:
    who = {"AWS": f"arn:aws:iam::{account}:root"}
    allow = {"Sid": "x", "Effect": "Allow", "Principal": who, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


@pytest.mark.parametrize(
    "left", [[entry(100)], [entry(100, egress=True)], [entry(100, "deny"), entry(100, egress=True)]]
)
def test_a_default_network_acl_without_a_rule_that_aws_made(left: list[dict[str, Any]], tmp_path: Path) -> None:
    acl = {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": True, "Entries": left}
    answers = {**VPCS, "ec2:DescribeNetworkAcls": {"NetworkAcls": [acl]}}
    report = checked(tmp_path, VPC, answers, "aws_vpc", "aws_network_acl", "aws_network_acl_rule")

    assert lines(report) == ["unmanaged aws_network_acl acl-1"]


BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"


@pytest.mark.parametrize("open_", [False, True])
def test_the_default_event_bus(open_: bool, tmp_path: Path) -> None:
    bus = {"Name": "default", "Arn": BUS, **({"Policy": policy(OTHER, "events:PutEvents", BUS)} if open_ else {})}
    types = ("aws_cloudwatch_event_bus", "aws_cloudwatch_event_bus_policy")
    report = checked(tmp_path, VPC, {"events:ListEventBuses": {"EventBuses": [bus]}}, *types)

    assert [(d.resource.type, d.resource.id) for d in report.drift] == [(types[1], "default")] * open_
    assert ("eventbridge-open" in found(report)) is open_


def primary(**configuration: Any) -> dict[str, Any]:
    made = {"ResultConfiguration": {}, "EnforceWorkGroupConfiguration": False, "RequesterPaysEnabled": False,
            "PublishCloudWatchMetricsEnabled": True, "EngineVersion": {"SelectedEngineVersion": "AUTO"}}  # fmt: skip
    group = {"Name": "primary", "State": "ENABLED"}
    return {
        "athena:ListWorkGroups": {"WorkGroups": [group]},
        "athena:GetWorkGroup": {"WorkGroup": {**group, "Configuration": {**made, **configuration}}},
    }


def lake(**settings: Any) -> dict[str, Any]:
    everybody = {"Principal": {"DataLakePrincipalIdentifier": "IAM_ALLOWED_PRINCIPALS"}, "Permissions": ["ALL"]}
    made = {"DataLakeAdmins": [], "CreateDatabaseDefaultPermissions": [everybody],
            "CreateTableDefaultPermissions": [everybody], "AllowExternalDataFiltering": False}  # fmt: skip
    return {"lakeformation:GetDataLakeSettings": {"DataLakeSettings": {**made, **settings}}}


def bus(**settings: Any) -> dict[str, Any]:
    one = {"Name": "default", "Arn": BUS}
    return {"events:ListEventBuses": {"EventBuses": [one]}, "events:DescribeEventBus": {**one, **settings}}


THEM = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{OTHER}:role/theirs"}
DEFAULTS: dict[str, tuple[Any, list[dict[str, Any]]]] = {
    "aws_athena_workgroup": (primary, [
        {"ResultConfiguration": {"OutputLocation": "s3://theirs/"}},
        {"ResultConfiguration": {"ExpectedBucketOwner": OTHER}},
        {"ExecutionRole": "arn:aws:iam::123456789012:role/any"},
        {"EnforceWorkGroupConfiguration": True},
        {"RequesterPaysEnabled": True},
        {"BytesScannedCutoffPerQuery": 10_000_000},
    ]),
    "aws_lakeformation_data_lake_settings": (lake, [
        {"DataLakeAdmins": [THEM]},
        {"ReadOnlyAdmins": [THEM]},
        {"AllowExternalDataFiltering": True},
        {"AllowFullTableExternalDataAccess": True},
        {"ExternalDataFilteringAllowList": [{"DataLakePrincipalIdentifier": OTHER}]},
        {"TrustedResourceOwners": [OTHER]},
        {"CreateTableDefaultPermissions": [{"Principal": THEM, "Permissions": ["ALL"]}]},
    ]),
    "aws_cloudwatch_event_bus": (bus, [
        {"DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{OTHER}:letters"}},
        {"KmsKeyIdentifier": f"arn:aws:kms:{REGION}:{OTHER}:key/1"},
        {"Description": "ours now"},
    ]),
}  # fmt: skip
"""Type -> what AWS makes of it in each region, and what somebody may make of that."""


@pytest.mark.parametrize("type_", DEFAULTS)
def test_what_each_region_comes_with_is_nobodys_while_it_is_as_aws_made_it(type_: str, tmp_path: Path) -> None:
    made, changes = DEFAULTS[type_]

    assert strangers(checked(tmp_path, VPC, made(), type_), type_) == []
    for change in changes:
        assert len(strangers(checked(tmp_path, VPC, made(**change), type_), type_)) == 1, change


@pytest.mark.parametrize(
    ("tags", "opened", "told"), [({}, True, True), ({}, False, False), ({STACK_TAG: "arn:stack"}, True, False)]
)
def test_who_may_use_the_vault_that_aws_backup_made(
    tags: dict[str, str], opened: bool, told: bool, tmp_path: Path
) -> None:
    arn = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:Default"
    answers = {
        "backup:ListBackupVaults": {"BackupVaultList": [{"BackupVaultName": "Default", "BackupVaultArn": arn}]},
        "backup:ListTags": {"Tags": tags},
        "backup:GetBackupVaultAccessPolicy": (
            {"Policy": policy(OTHER, "backup:CopyIntoBackupVault")} if opened else Refused("ResourceNotFoundException")
        ),
    }
    types = ("aws_backup_vault", "aws_backup_vault_policy")
    report = checked(tmp_path, VPC, answers, *types)

    assert lines(report) == ["unmanaged aws_backup_vault_policy Default"] * told


@pytest.mark.parametrize(
    ("type_", "answers"),
    [
        (
            "aws_iam_account_password_policy",
            {
                "iam:GetAccountPasswordPolicy": {
                    "PasswordPolicy": {"MinimumPasswordLength": 6, "ExpirePasswords": False}
                }
            },
        ),
        (
            "aws_s3_account_public_access_block",
            {"s3control:GetPublicAccessBlock": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}},
        ),
    ],
)
def test_a_switch_of_the_account_that_somebody_set_is_told(type_: str, answers: dict[str, Any], tmp_path: Path) -> None:
    """AWS sets neither: an account has no password policy and no such block before somebody puts one."""
    assert len(strangers(checked(tmp_path, VPC, answers, type_), type_)) == 1


KEY_ID = "11111111-2222-3333-4444-555555555555"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}"
KEYS = {
    "kms:ListKeys": {"Keys": [{"KeyId": KEY_ID, "KeyArn": KEY}]},
    "kms:DescribeKey": {"KeyMetadata": {"KeyId": KEY_ID, "Arn": KEY, "KeyManager": "CUSTOMER", "Enabled": True,
                                        "KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS",
                                        "KeySpec": "SYMMETRIC_DEFAULT", "MultiRegion": False}},
    "kms:GetKeyPolicy": {"Policy": policy(ACCOUNT, "kms:*")},
}  # fmt: skip
MANAGED_KEY = {"aws_kms_key.k": {"id": KEY_ID, "key_id": KEY_ID, "arn": KEY, "is_enabled": True}}


@pytest.mark.parametrize(
    ("to", "told"),
    [
        (f"arn:aws:iam::{OTHER}:role/theirs", True),
        (f"arn:aws:iam::{ACCOUNT}:role/ours", False),
    ],
)
def test_a_grant_to_another_account(to: str, told: bool, tmp_path: Path) -> None:
    grant = {"KeyId": KEY, "GrantId": "a" * 64, "GranteePrincipal": to, "Operations": ["Decrypt"]}
    report = checked(
        tmp_path, MANAGED_KEY, {**KEYS, "kms:ListGrants": {"Grants": [grant]}}, "aws_kms_key", "aws_kms_grant"
    )

    assert strangers(report, "aws_kms_grant") == [f"{KEY_ID}:{'a' * 64}"]
    assert ("shared-foreign" in found(report)) is told


@pytest.mark.parametrize(("account", "told"), [(OTHER, True), (ACCOUNT, False)])
def test_a_subscription_of_a_log_group(account: str, told: bool, tmp_path: Path) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:app"
    to = f"arn:aws:logs:{REGION}:{account}:destination:central"
    answers = {
        "logs:DescribeLogGroups": {"logGroups": [{"logGroupName": "app", "arn": f"{arn}:*", "logGroupArn": arn}]},
        "logs:DescribeSubscriptionFilters": {
            "subscriptionFilters": [{"filterName": "leak", "logGroupName": "app", "destinationArn": to}]
        },
    }
    state = {"aws_cloudwatch_log_group.app": {"id": "app", "name": "app", "arn": arn, "retention_in_days": 0}}
    types = ("aws_cloudwatch_log_group", "aws_cloudwatch_log_subscription_filter")
    report = checked(tmp_path, state, answers, *types)

    assert strangers(report, types[1]) == ["app|leak"]
    assert ("sends-to-foreign" in found(report)) is told


@pytest.mark.parametrize(("account", "told"), [(OTHER, True), (ACCOUNT, False)])
def test_who_may_send_to_a_log_destination_whose_policy_nobody_describes(
    account: str, told: bool, tmp_path: Path
) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:destination:central"
    allowed = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "logs:PutSubscriptionFilter",
        "Resource": arn,
    }
    there = {
        "destinationName": "central", "arn": arn, "targetArn": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/logs",
        "accessPolicy": json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    }  # fmt: skip
    types = ("aws_cloudwatch_log_destination", "aws_cloudwatch_log_destination_policy")
    state = {f"{types[0]}.central": {"id": "central", "name": "central", "arn": arn, "target_arn": there["targetArn"]}}
    report = checked(tmp_path, state, {"logs:DescribeDestinations": {"destinations": [there]}}, *types)

    assert strangers(report, types[1]) == ["central"]
    assert ("policy-foreign" in found(report)) is told


@pytest.mark.parametrize("runs", [True, False])
def test_a_subscription_of_the_log_group_that_came_with_a_function(runs: bool, tmp_path: Path) -> None:
    """Lambda makes the group itself, and nobody but a person subscribes to it; of any other group it is a part."""
    name = "/aws/lambda/job"
    to = f"arn:aws:logs:{REGION}:{OTHER}:destination:central"
    answers = {
        **groups(name),
        "lambda:ListFunctions": {"Functions": [{"FunctionName": "job", "FunctionArn": FUNCTION}]},
        "logs:DescribeSubscriptionFilters": {
            "subscriptionFilters": [{"filterName": "leak", "logGroupName": name, "destinationArn": to}]
        },
    }
    function = {"id": "job", "function_name": "job", "arn": FUNCTION, "logging_config": [{"log_group": name}]}
    state = {"aws_lambda_function.job": function} if runs else VPC
    types = ("aws_lambda_function", "aws_cloudwatch_log_group", "aws_cloudwatch_log_subscription_filter")
    report = checked(tmp_path, state, answers, *types)

    assert strangers(report, types[2]) == [f"{name}|leak"] * runs
    assert strangers(report, types[1]) == [name] * (not runs)
    assert "sends-to-foreign" in found(report)


def test_the_snapshot_behind_a_managed_image_shared_with_another_account(tmp_path: Path) -> None:
    disk = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1", "VolumeSize": 8}}
    answers = {
        "ec2:DescribeImages": {
            "Images": [
                {"ImageId": "ami-1", "Name": "golden", "OwnerId": ACCOUNT, "State": "available",
                 "BlockDeviceMappings": [disk]},
            ]
        },
        "ec2:DescribeSnapshots": {"Snapshots": [{"SnapshotId": "snap-1", "OwnerId": ACCOUNT, "State": "completed"}]},
        "ec2:DescribeSnapshotAttribute": {"SnapshotId": "snap-1", "CreateVolumePermissions": [{"UserId": OTHER}]},
    }  # fmt: skip
    state = {"aws_ami.golden": {
        "id": "ami-1", "name": "golden", "arn": f"arn:aws:ec2:{REGION}::image/ami-1",
        "ebs_block_device": [{"device_name": "/dev/xvda", "snapshot_id": "snap-1", "volume_size": 8}]}}  # fmt: skip
    types = ("aws_ami", "aws_ebs_snapshot", "aws_snapshot_create_volume_permission")
    report = checked(tmp_path, state, answers, *types)

    assert strangers(report, types[2]) == [f"snap-1-{OTHER}"]
    assert strangers(report, types[1]) == []


BACKED_UP = [{"Key": "aws:backup:source-resource", "Value": "vol-1"}]
OF_POLICY = [{"Key": "aws:dlm:lifecycle-policy-id", "Value": "policy-1"}]


@pytest.mark.parametrize(
    ("tags", "share", "told"),
    [
        (BACKED_UP, {}, []),
        (BACKED_UP, {"UserId": OTHER}, [OTHER]),
        (BACKED_UP, {"Group": "all"}, ["all"]),
        # a policy may itself share with accounts what it makes ("Cross-account sharing"), but never with everybody
        (OF_POLICY, {"UserId": OTHER}, []),
        (OF_POLICY, {"Group": "all"}, ["all"]),
    ],
)
def test_a_backup_that_a_service_made_and_somebody_shared(
    tags: list[dict[str, str]], share: dict[str, str], told: list[str], tmp_path: Path
) -> None:
    snapshot = {"SnapshotId": "snap-1", "OwnerId": ACCOUNT, "State": "completed", "Tags": tags}
    answers = {
        **VPCS,
        "ec2:DescribeSnapshots": {"Snapshots": [snapshot]},
        "ec2:DescribeSnapshotAttribute": {"SnapshotId": "snap-1", "CreateVolumePermissions": [share] * bool(share)},
    }
    types = ("aws_vpc", "aws_ebs_snapshot", "aws_snapshot_create_volume_permission")
    report = checked(tmp_path, VPC, answers, *types)

    assert strangers(report, types[2]) == [f"snap-1-{to}" for to in told]
    assert strangers(report, types[1]) == []
    assert bool(found(report)) == bool(told)


def test_an_image_that_a_service_made_and_somebody_shared(tmp_path: Path) -> None:
    image = {"ImageId": "ami-1", "Name": "AwsBackup_i-1", "OwnerId": ACCOUNT, "State": "available", "Tags": BACKED_UP}
    answers = {
        **VPCS,
        "ec2:DescribeImages": {"Images": [image]},
        "ec2:DescribeImageAttribute": {"ImageId": "ami-1", "LaunchPermissions": [{"UserId": OTHER}]},
    }
    report = checked(tmp_path, VPC, answers, "aws_vpc", "aws_ami", "aws_ami_launch_permission")

    assert strangers(report, "aws_ami_launch_permission") == [f"{OTHER}/ami-1"]
    assert strangers(report, "aws_ami") == []
    assert found(report)


def groups(*names: str) -> dict[str, Any]:
    arns = {name: f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}" for name in names}
    each = [{"logGroupName": n, "arn": f"{arn}:*", "logGroupArn": arn} for n, arn in arns.items()]
    return {"logs:DescribeLogGroups": {"logGroups": each}}


DB = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:main"
CLUSTER = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:docs"
PROJECT = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:project/site"
EKS = f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/main"
SERVICES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str], list[str]]] = {
    "aws_db_instance": (
        {"id": "db-1", "identifier": "main", "arn": DB, "enabled_cloudwatch_logs_exports": ["postgresql"]},
        {"rds:DescribeDBInstances": {"DBInstances": [{
            "DBInstanceIdentifier": "main", "DbiResourceId": "db-1", "DBInstanceArn": DB,
            "EnabledCloudwatchLogsExports": ["postgresql"]}]}},
        ["/aws/rds/instance/main/postgresql"], ["/aws/rds/instance/main/upgrade", "/aws/rds/instance/other/postgresql"],
    ),
    "aws_docdb_cluster": (
        {"id": "docs", "cluster_identifier": "docs", "arn": CLUSTER, "enabled_cloudwatch_logs_exports": ["audit"]},
        {"rds:DescribeDBClusters": {"DBClusters": [{
            "DBClusterIdentifier": "docs", "Engine": "docdb", "DBClusterArn": CLUSTER,
            "EnabledCloudwatchLogsExports": ["audit"]}]}},
        ["/aws/docdb/docs/audit"], ["/aws/docdb/docs/profiler"],
    ),
    "aws_codebuild_project": (
        {"id": PROJECT, "arn": PROJECT, "name": "site"},
        {"codebuild:ListProjects": {"projects": ["site"]},
         "codebuild:BatchGetProjects": {"projects": [{"name": "site", "arn": PROJECT}]}},
        ["/aws/codebuild/site"], ["/aws/codebuild/other"],
    ),
    "aws_eks_cluster": (
        {"id": "main", "name": "main", "arn": EKS, "enabled_cluster_log_types": ["audit"]},
        {"eks:ListClusters": {"clusters": ["main"]},
         "eks:DescribeCluster": {"cluster": {
             "name": "main", "arn": EKS, "logging": {"clusterLogging": [{"types": ["audit"], "enabled": True}]}}}},
        ["/aws/eks/main/cluster"], ["/aws/eks/other/cluster"],
    ),
}  # fmt: skip
"""Type -> the state of one, its answers, the log groups that come with it, some that do not."""


@pytest.mark.parametrize("type_", SERVICES)
def test_a_log_group_that_a_service_makes_is_told_by_what_it_runs(type_: str, tmp_path: Path) -> None:
    """The names are those of the services' user guides; a log that is not switched on has no group."""
    recorded, answers, own, others = SERVICES[type_]
    both = (type_, "aws_cloudwatch_log_group")
    report = checked(tmp_path, {f"{type_}.x": recorded}, {**answers, **groups(*own, *others)}, *both)

    assert strangers(report, "aws_cloudwatch_log_group") == sorted(others)


HOOK = {"AutoScalingGroupName": "web", "HeartbeatTimeout": 3600, "DefaultResult": "CONTINUE",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}  # fmt: skip
QUEUE = f"arn:aws:sqs:{REGION}:{OTHER}:razorbill-{REGION}-prod-default-autoscaling-lifecycle-hook"


@pytest.mark.parametrize(
    ("hook", "told"),
    [
        ({"LifecycleHookName": "ecs-managed-draining-termination-hook"}, False),
        ({"LifecycleHookName": "ecs-managed-draining-termination-hook", "NotificationTargetARN": QUEUE}, True),
        ({"LifecycleHookName": "CodeDeploy-managed-automatic-launch-web-1", "NotificationTargetARN": QUEUE}, False),
        ({"LifecycleHookName": "CodeDeploy-managed-automatic-launch-web-1"}, True),
        ({"LifecycleHookName": "rogue"}, True),
    ],
)
def test_hooks_that_a_service_installs(hook: dict[str, Any], told: bool, tmp_path: Path) -> None:
    group = {"AutoScalingGroupName": "web", "AutoScalingGroupARN": "arn:web", "MinSize": 0, "MaxSize": 1,
             "DesiredCapacity": 0, "DefaultCooldown": 300, "AvailabilityZones": [], "HealthCheckType": "EC2",
             "CreatedTime": 0}  # fmt: skip
    answers = {
        "autoscaling:DescribeAutoScalingGroups": {"AutoScalingGroups": [group]},
        "autoscaling:DescribeLifecycleHooks": {"LifecycleHooks": [{**HOOK, **hook}]},
    }
    state = {"aws_autoscaling_group.web": {"id": "web", "name": "web", "arn": "arn:web", "min_size": 0, "max_size": 1}}
    types = ("aws_autoscaling_group", "aws_autoscaling_lifecycle_hook")

    assert bool(strangers(checked(tmp_path, state, answers, *types), types[1])) is told


TAG = {
    "Key": "k8s.io/cluster-autoscaler/enabled",
    "Value": "true",
    "ResourceId": "eks-main-1",
    "PropagateAtLaunch": True,
}


@pytest.mark.parametrize(
    ("tags", "size", "kind"), [([TAG], 5, "expected"), ([TAG], 50, "modified"), ([], 5, "modified")]
)
def test_a_node_group_between_its_bounds(tags: list[Any], size: int, kind: str, tmp_path: Path) -> None:
    arn = f"arn:aws:eks:{REGION}:{ACCOUNT}:nodegroup/main/workers/1"
    scaling = {"minSize": 1, "maxSize": 10, "desiredSize": size}
    answers = {
        "eks:ListClusters": {"clusters": ["main"]},
        "eks:DescribeCluster": {"cluster": {"name": "main", "arn": EKS}},
        "eks:ListNodegroups": {"nodegroups": ["workers"]},
        "eks:DescribeNodegroup": {"nodegroup": {
            "nodegroupName": "workers", "clusterName": "main", "nodegroupArn": arn, "scalingConfig": scaling,
            "resources": {"autoScalingGroups": [{"name": "eks-main-1"}]}}},
        "autoscaling:DescribeAutoScalingGroups": {"AutoScalingGroups": [{
            "AutoScalingGroupName": "eks-main-1", "MinSize": 1, "MaxSize": 10, "DesiredCapacity": size,
            "DefaultCooldown": 300, "AvailabilityZones": [], "HealthCheckType": "EC2", "CreatedTime": 0, "Tags": tags}]},
        "autoscaling:DescribeTags": {"Tags": tags},
    }  # fmt: skip
    state = {"aws_eks_node_group.w": {
        "id": "main:workers", "cluster_name": "main", "node_group_name": "workers", "arn": arn,
        "scaling_config": [{"desired_size": 2, "max_size": 10, "min_size": 1}]}}  # fmt: skip
    report = checked(tmp_path, state, answers, "aws_eks_node_group")

    assert [line for line in lines(report) if "desired_size" in line] == [
        f"{kind} aws_eks_node_group.w scaling_config.desired_size"
    ]


def tagged(group: str, **tags: str) -> dict[str, Any]:
    each = [
        {"Key": k, "Value": v, "ResourceId": group, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": True}
        for k, v in tags.items()
    ]
    return {"autoscaling:DescribeAutoScalingGroups": {"AutoScalingGroups": [{
        "AutoScalingGroupName": group, "AutoScalingGroupARN": f"arn:{group}", "MinSize": 0, "MaxSize": 1,
        "DesiredCapacity": 0, "DefaultCooldown": 300, "AvailabilityZones": [], "HealthCheckType": "EC2",
        "CreatedTime": 0, "Tags": each}]}}  # fmt: skip


def one_tag(group: str) -> dict[str, Any]:
    tag = {"key": "Team", "value": "core", "propagate_at_launch": True}
    return {
        "aws_autoscaling_group_tag.team": {"id": f"{group},Team", "autoscaling_group_name": group, "tag": [tag]},
    }


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({"Team": "core"}, []),
        ({"Team": "them"}, ["modified aws_autoscaling_group_tag.team tag.value"]),
        ({}, ["missing aws_autoscaling_group_tag.team"]),
        ({"Team": "core", "By": "hand"}, ["modified aws_autoscaling_group.web tag"]),
    ],
)
def test_a_tag_of_a_group_that_is_a_resource_of_its_own(tags: dict[str, str], told: list[str], tmp_path: Path) -> None:
    web = {"id": "web", "name": "web", "arn": "arn:web", "min_size": 0, "max_size": 1, "tag": []}
    state = {"aws_autoscaling_group.web": web, **one_tag("web")}
    report = checked(tmp_path, state, tagged("web", **tags), "aws_autoscaling_group", "aws_autoscaling_group_tag")

    assert lines(report) == told


@pytest.mark.parametrize(
    ("tags", "told"),
    [({"Team": "core"}, []), ({"Team": "core", "By": "EKS"}, []), ({}, ["missing aws_autoscaling_group_tag.team"])],
)
def test_a_tag_of_a_group_that_nobody_here_manages(tags: dict[str, str], told: list[str], tmp_path: Path) -> None:
    report = checked(tmp_path, {**VPC, **one_tag("eks-w")}, tagged("eks-w", **tags), "aws_autoscaling_group_tag")

    assert lines(report) == told


def test_an_image_of_an_instance_is_an_image(tmp_path: Path) -> None:
    """Several types stand for one kind of object: what one of them holds is managed under each name."""
    state = {
        "aws_ami_from_instance.golden": {
            "id": "ami-1", "name": "golden", "source_instance_id": "i-1",
            "arn": f"arn:aws:ec2:{REGION}::image/ami-1",
        }
    }  # fmt: skip
    images = [{"ImageId": id_, "Name": id_, "OwnerId": ACCOUNT, "State": "available"} for id_ in ("ami-1", "ami-2")]
    report = checked(tmp_path, state, {"ec2:DescribeImages": {"Images": images}}, "aws_ami", "aws_ami_from_instance")

    assert strangers(report, "aws_ami") == ["ami-2"]


@pytest.mark.parametrize("auth", ["NONE", "AWS_IAM"])
def test_an_address_of_a_function_that_nobody_describes(auth: str, tmp_path: Path) -> None:
    url = {"FunctionUrl": "https://abcdefgh12345678.lambda-url.us-east-1.on.aws/", "FunctionArn": FUNCTION, "AuthType": auth,
           "CreationTime": "2026-01-01T00:00:00Z", "LastModifiedTime": "2026-01-01T00:00:00Z"}  # fmt: skip
    anybody = {"Sid": "x", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl",
               "Resource": FUNCTION, "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}}  # fmt: skip
    answers = {
        "lambda:ListFunctions": {"Functions": [{"FunctionName": "job", "FunctionArn": FUNCTION}]},
        "lambda:ListFunctionUrlConfigs": {"FunctionUrlConfigs": [url]},
        "lambda:GetPolicy": {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [anybody]})},
    }
    state = {"aws_lambda_function.job": {"id": "job", "function_name": "job", "arn": FUNCTION}}
    report = checked(
        tmp_path, state, answers, "aws_lambda_function", "aws_lambda_function_url", "aws_lambda_permission"
    )

    assert len(strangers(report, "aws_lambda_function_url")) == 1
    assert ("lambda-url-public" in found(report)) is (auth == "NONE")


@pytest.mark.parametrize(
    ("point", "kind"), [("arn:aws:backup:us-east-1:1:recovery-point:x", "expected"), ("", "modified")]
)
def test_a_backup_window_that_aws_backup_set(point: str, kind: str, tmp_path: Path) -> None:
    there = {"DBInstanceIdentifier": "main", "DbiResourceId": "db-1", "DBInstanceArn": DB,
             "PreferredBackupWindow": "03:00-03:30", **({"AwsBackupRecoveryPointArn": point} if point else {})}  # fmt: skip
    state = {"aws_db_instance.main": {"id": "db-1", "identifier": "main", "arn": DB, "backup_window": "09:00-09:30"}}
    report = checked(tmp_path, state, {"rds:DescribeDBInstances": {"DBInstances": [there]}}, "aws_db_instance")

    assert [line for line in lines(report) if "backup_window" in line] == [f"{kind} aws_db_instance.main backup_window"]

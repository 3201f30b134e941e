"""What real accounts hold that no configuration says: what AWS does by itself, and what other types stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.provider.api import Refused
from drift.provider.canonical import desired
from drift.provider.installed import installed
from drift.providers.aws.normalize.tags import tag_map
from drift.providers.aws.session import _OFF
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines, run

VERSION_ID = "0123456789abcdef0123456789abcdef"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"


def said(tmp_path: Path, state: dict[str, Any], answers: dict[str, Any], *only: str) -> list[str]:
    return lines(run(write_state(state, tmp_path / "s.tfstate"), MadeApi(answers), only=only))


def version_gone(rotation: bool) -> dict[str, Any]:
    return {
        "secretsmanager:ListSecrets": {"SecretList": [{"ARN": SECRET, "Name": "db", "RotationEnabled": rotation}]},
        "secretsmanager:DescribeSecret": {"ARN": SECRET, "Name": "db", "RotationEnabled": rotation},
        "secretsmanager:GetSecretValue": lambda _: Refused("ResourceNotFoundException"),
    }


VERSION = {
    "aws_secretsmanager_secret_version.db": {
        "id": f"{SECRET}|{VERSION_ID}", "arn": SECRET, "secret_id": SECRET, "version_id": VERSION_ID, "secret_string": "x",
    }
}  # fmt: skip
SECRETS = ("aws_secretsmanager_secret", "aws_secretsmanager_secret_version")


def test_a_version_that_rotation_took_away_is_expected(tmp_path: Path) -> None:
    state = write_state(
        {"aws_secretsmanager_secret.db": {"id": SECRET, "arn": SECRET, "name": "db", "tags": {}}, **VERSION},
        tmp_path / "s.tfstate",
    )
    report = run(state, MadeApi(version_gone(True)), only=SECRETS)

    assert lines(report) == ["expected aws_secretsmanager_secret_version.db id"]
    assert [(str(a.desired.address), a.changes[0].reason) for a in report.expected] == [
        ("aws_secretsmanager_secret_version.db", "by the secret's rotation")
    ]


def test_without_rotation_it_is_missing(tmp_path: Path) -> None:
    state = {"aws_secretsmanager_secret.db": {"id": SECRET, "arn": SECRET, "name": "db", "tags": {}}, **VERSION}

    assert said(tmp_path, state, version_gone(False), *SECRETS) == ["missing aws_secretsmanager_secret_version.db"]


VPC = {
    "aws_vpc.v": {
        "id": "vpc-1",
        "cidr_block": "10.0.0.0/16",
        "tags": {},
        "arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1",
    }
}
EVERYBODY = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ITSELF = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-0", "UserId": ACCOUNT}]}
OTHER = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "999999999999"}]}
OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.mark.parametrize(
    ("ingress", "told"),
    [([ITSELF], []), ([], []), ([ITSELF, EVERYBODY], ["sg-0"]), ([OTHER], ["sg-0"])],
)
def test_a_default_group_is_only_aws_own_as_aws_made_it(ingress: list[Any], told: list[str], tmp_path: Path) -> None:
    group = {"GroupId": "sg-0", "GroupName": "default", "VpcId": "vpc-1", "OwnerId": ACCOUNT}
    answers = {
        "ec2:DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": ACCOUNT}]},
        "ec2:DescribeSecurityGroups": {
            "SecurityGroups": [{**group, "IpPermissions": ingress, "IpPermissionsEgress": [OUT]}]
        },
    }
    found = said(tmp_path, VPC, answers, "aws_vpc", "aws_security_group")

    assert [line for line in found if "aws_security_group" in line] == [
        f"unmanaged aws_security_group {i}" for i in told
    ]


def instances(*ids: str) -> dict[str, Any]:
    each = [{"InstanceId": i, "State": {"Name": "running"}, "ImageId": "ami-1"} for i in ids]
    return {"ec2:DescribeInstances": {"Reservations": [{"OwnerId": ACCOUNT, "Instances": each}]}}


def test_what_a_state_holds_under_another_type_is_managed(tmp_path: Path) -> None:
    state = {**VPC, "aws_spot_instance_request.r": {"id": "sir-0abc1234", "spot_instance_id": "i-0123456789abcdef0"}}
    found = said(tmp_path, state, instances("i-0123456789abcdef0", "i-0fedcba9876543210"), "aws_instance")

    assert found == ["unmanaged aws_instance i-0fedcba9876543210"]


def test_what_it_only_refers_to_is_not(tmp_path: Path) -> None:
    state = {**VPC, "aws_unheard_of.r": {"id": "x", "instance_id": "i-0123456789abcdef0"}}
    found = said(tmp_path, state, instances("i-0123456789abcdef0"), "aws_instance")

    assert found == ["unmanaged aws_instance i-0123456789abcdef0"]


@pytest.mark.parametrize(
    ("attachment", "told"), [("ela-attach-0123456789abcdef0", 0), ("eni-attach-0123456789abcdef0", 1)]
)
def test_an_interface_that_a_service_attached(attachment: str, told: int, tmp_path: Path) -> None:
    eni = {
        "NetworkInterfaceId": "eni-1", "OwnerId": ACCOUNT, "InterfaceType": "interface", "Status": "in-use",
        "Attachment": {"AttachmentId": attachment, "Status": "attached"},
    }  # fmt: skip
    found = said(
        tmp_path, VPC, {"ec2:DescribeNetworkInterfaces": {"NetworkInterfaces": [eni]}}, "aws_network_interface"
    )

    assert len(found) == told


def test_macie_that_is_switched_off_is_missing(tmp_path: Path) -> None:
    state = {"aws_macie2_account.m": {"id": ACCOUNT, "status": "ENABLED"}, **VPC}
    off = {"macie2:GetMacieSession": lambda _: Refused("SwitchedOff")}
    denied = {"macie2:GetMacieSession": lambda _: Refused("AccessDeniedException")}

    assert said(tmp_path, state, off, "aws_macie2_account") == ["missing aws_macie2_account.m"]
    assert [line.split()[0] for line in said(tmp_path, state, denied, "aws_macie2_account")] == ["gap", "unread"]


@pytest.mark.parametrize(
    ("message", "off"),
    [
        ("Macie is not enabled", True),
        ("Macie is not currently enabled for account 123456789012.", True),
        ("User: arn:aws:iam::1:user/x is not authorized to perform: macie2:GetMacieSession", False),
        ("not authorized, and the policy is not enabled", False),
    ],
)
def test_what_says_that_a_service_is_off(message: str, off: bool) -> None:
    assert bool(_OFF.fullmatch(message)) is off


def test_null_is_no_tag() -> None:
    assert tag_map({"Team": None, "Name": ""}) == {"Name": ""}
    assert tag_map([{"Key": "Team"}]) == {"Team": ""}


def test_names_of_members_in_any_case_are_the_same_container() -> None:
    attr = installed()["aws_ecs_task_definition"].attributes["container_definitions"]
    small = (
        '[{"name":"a","image":"i","portMappings":[{"containerPort":80}],"environment":[{"name":"K","value":"v"}],'
        '"logConfiguration":{"logDriver":"awslogs","options":{"Mode":"x"}}}]'
    )
    large = (
        '[{"Name":"a","Image":"i","PortMappings":[{"ContainerPort":80}],"Environment":[{"Name":"K","Value":"v"}],'
        '"LogConfiguration":{"LogDriver":"awslogs","Options":{"Mode":"x"}}}]'
    )

    assert desired(attr, small, {}) == desired(attr, large, {})
    assert desired(attr, small, {}) != desired(attr, small.replace("Mode", "mode"), {})


def document(default: str, latest: str) -> dict[str, Any]:
    listed = {"Name": "d", "DocumentVersion": default, "DocumentFormat": "JSON", "DocumentType": "Command"}
    return {
        "ssm:ListDocuments": {"DocumentIdentifiers": [listed]},
        "ssm:GetDocument": lambda args: {"Content": '{"v": 2}' if args["DocumentVersion"] == "$LATEST" else '{"v": 1}'},
    }


@pytest.mark.parametrize(("default", "told"), [("2", []), ("1", ["modified aws_ssm_document.d default_version"])])
def test_a_document_is_compared_in_its_newest_version(default: str, told: list[str], tmp_path: Path) -> None:
    recorded = {"id": "d", "name": "d", "content": '{"v": 2}', "document_format": "JSON", "document_type": "Command",
                "default_version": "2", "latest_version": "2", "tags": {}}  # fmt: skip

    assert said(tmp_path, {"aws_ssm_document.d": recorded, **VPC}, document(default, "2"), "aws_ssm_document") == told


@pytest.mark.parametrize(
    ("point", "days", "told"),
    [
        ("arn:aws:backup:us-east-1:1:recovery-point:x", 35, "expected"),
        ("", 35, "modified"),
        ("arn:aws:backup:us-east-1:1:recovery-point:x", 0, "modified"),
    ],
)
def test_a_backup_that_aws_backup_took_over(point: str, days: int, told: str, tmp_path: Path) -> None:
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:main"
    state = {"aws_db_instance.main": {"id": "db-1", "identifier": "main", "arn": arn, "backup_retention_period": 7}}
    there = {
        "DBInstanceIdentifier": "main",
        "DbiResourceId": "db-1",
        "DBInstanceArn": arn,
        "BackupRetentionPeriod": days,
    }
    answers = {
        "rds:DescribeDBInstances": {
            "DBInstances": [{**there, **({"AwsBackupRecoveryPointArn": point} if point else {})}]
        }
    }

    assert f"{told} aws_db_instance.main backup_retention_period" in said(tmp_path, state, answers, "aws_db_instance")


OPTIONS = {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 2}
LIVE_OPTIONS = {
    "State": "applied", "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "enabled", "InstanceMetadataTags": "enabled",
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "hops", "paths"),
    [
        ({}, 2, ""),
        ({"http_protocol_ipv6": "disabled"}, 2, "metadata_options.http_protocol_ipv6"),
        ({"http_protocol_ipv6": None}, 2, "metadata_options.http_protocol_ipv6"),
        ({}, 3, "metadata_options.http_put_response_hop_limit"),
    ],
)
def test_a_nested_name_that_the_records_schema_lacks_is_no_difference(
    more: dict[str, Any], hops: int, paths: str, tmp_path: Path
) -> None:
    live = {**LIVE_OPTIONS, "HttpPutResponseHopLimit": hops}
    instance = {"InstanceId": "i-1", "State": {"Name": "running"}, "ImageId": "ami-1", "MetadataOptions": live}
    answers = {"ec2:DescribeInstances": {"Reservations": [{"OwnerId": ACCOUNT, "Instances": [instance]}]}}
    state = {"aws_instance.a": {"id": "i-1", "ami": "ami-1", "metadata_options": [{**OPTIONS, **more}]}}

    assert said(tmp_path, state, answers, "aws_instance") == ([f"modified aws_instance.a {paths}"] if paths else [])


DAYS = {"automatically_after_days": 7, "duration": None, "schedule_expression": None}
WEEKLY = {"automatically_after_days": 0, "duration": None, "schedule_expression": "rate(7 days)"}


@pytest.mark.parametrize(
    ("recorded", "live", "paths"),
    [
        (WEEKLY, {"AutomaticallyAfterDays": 7, "ScheduleExpression": "rate(7 days)"}, []),
        (WEEKLY, {"AutomaticallyAfterDays": 9, "ScheduleExpression": "rate(9 days)"}, ["schedule_expression"]),
        (WEEKLY, {"AutomaticallyAfterDays": 9}, ["automatically_after_days", "schedule_expression"]),
        (DAYS, {"AutomaticallyAfterDays": 7}, []),
        (DAYS, {"AutomaticallyAfterDays": 9}, ["automatically_after_days"]),
    ],
)
def test_days_that_are_worked_out_of_a_schedule_are_no_difference(
    recorded: dict[str, Any], live: dict[str, Any], paths: list[str], tmp_path: Path
) -> None:
    secret = {"ARN": SECRET, "Name": "db", "RotationEnabled": True, "RotationRules": live}
    answers = {"secretsmanager:ListSecrets": {"SecretList": [secret]}}
    state = {"aws_secretsmanager_secret_rotation.db": {"id": SECRET, "secret_id": SECRET, "rotation_rules": [recorded]}}
    lost = ",".join(f"rotation_rules.{path}" for path in paths)
    told = [f"modified aws_secretsmanager_secret_rotation.db {lost}"] if paths else []

    assert said(tmp_path, state, answers, "aws_secretsmanager_secret_rotation") == told

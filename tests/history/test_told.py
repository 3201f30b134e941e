"""Columns that no recorded world fills: what the cloud answers, as its API reference has it, is what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.history.reading import Reader
from drift.history.rows import Row
from drift.history.shapes import Shapes
from drift.history.store import Store
from drift.live.document import Document, Unasked
from drift.model.value import plain
from drift.provider.installed import installed
from tests.support.stores import row_of, scan

THEN = datetime(2026, 11, 3, 4, 5, 6, tzinfo=UTC)
ALLOW = {
    "Sid": "in",
    "Effect": "Allow",
    "Principal": {"Service": "s3.amazonaws.com"},
    "Action": "lambda:InvokeFunction",
}
ANSWERS: tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    ("aws_secretsmanager_secret", "aws_secretsmanager_secret",
     {"ARN": "arn:s", "Name": "s", "CreatedDate": THEN, "LastRotatedDate": THEN, "RotationEnabled": True,
      "RotationLambdaARN": "arn:f", "RotationRules": {"AutomaticallyAfterDays": 30}, "PrimaryRegion": "eu-west-1"},
     {"created_date": THEN, "last_rotated_date": THEN, "last_accessed_date": None, "rotation_enabled": True,
      "rotation_lambda_arn": "arn:f", "(rotation_rules -> 'AutomaticallyAfterDays')::integer": 30,
      "primary_region": "eu-west-1"}),
    ("aws_guardduty_detector", "aws_guardduty_detector",
     {"DetectorId": "d", "Detector": {"Status": "ENABLED", "Features": [
         {"Name": "RUNTIME_MONITORING", "Status": "ENABLED",
          "AdditionalConfiguration": [{"Name": "EKS_ADDON_MANAGEMENT", "Status": "DISABLED"}]}]}},
     {"features -> 0 ->> 'Name'": "RUNTIME_MONITORING", "features -> 0 ->> 'Status'": "ENABLED",
      "features -> 0 -> 'AdditionalConfiguration' -> 0 ->> 'Status'": "DISABLED"}),
    ("aws_lambda_function", "aws_lambda_function", {"FunctionName": "f", "Policy": [ALLOW]},
     {"policy_std -> 'Statement' -> 0 ->> 'Sid'": "in", "policy -> 'Statement' -> 0 ->> 'Effect'": "Allow"}),
    ("aws_lambda_function", "aws_lambda_function", {"FunctionName": "g", "Policy": None}, {"policy_std": None}),
    ("aws_s3_bucket", "aws_s3_bucket", {"Name": "b", "PublicAccessBlock": None}, {"block_public_acls": False}),
    ("aws_s3_bucket", "aws_s3_bucket", {"Name": "unasked"}, {"block_public_acls": None}),
    ("aws_s3_access_point", "aws_s3_access_point",
     {"Name": "p", "Point": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "BlockPublicPolicy": False,
                                                                "IgnorePublicAcls": True, "RestrictPublicBuckets": False}}},
     {"block_public_acls": True, "block_public_policy": False, "ignore_public_acls": True,
      "restrict_public_buckets": False}),
    ("aws_ecs_cluster", "aws_ecs_cluster",
     {"clusterArn": "arn:c", "Cluster": {"activeServicesCount": 2, "registeredContainerInstancesCount": 0}},
     {"active_services_count": 2, "registered_container_instances_count": 0}),
    ("aws_rds_db_cluster", "aws_rds_cluster",
     {"DBClusterIdentifier": "c", "MultiAZ": True, "AutoMinorVersionUpgrade": False},
     {"multi_az": True, "auto_minor_version_upgrade": False}),
    ("aws_elasticache_replication_group", "aws_elasticache_replication_group",
     {"ReplicationGroupId": "g", "AutomaticFailover": "enabling"}, {"automatic_failover": "enabling"}),
    ("aws_acm_certificate", "aws_acm_certificate", {"CertificateArn": "arn:a", "RenewalEligibility": "INELIGIBLE"},
     {"renewal_eligibility": "INELIGIBLE"}),
    ("aws_route53_zone", "aws_route53_zone", {"Id": "/hostedzone/Z1", "Config": {"PrivateZone": True}},
     {"id": "Z1", "private_zone": True}),
    ("aws_cloudformation_stack", "aws_cloudformation_stack",
     {"StackId": "arn:stack/1", "StackName": "n", "DriftInformation": {"StackDriftStatus": "DRIFTED"}},
     {"id": "arn:stack/1", "stack_drift_status": "DRIFTED"}),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection",
     {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, "RequesterVpcInfo": {"OwnerId": "1"},
      "AccepterVpcInfo": {"OwnerId": "2"}},
     {"id": "pcx-1", "status_code": "active", "requester_owner_id": "1", "accepter_owner_id": "2"}),
    ("aws_efs_file_system", "aws_efs_file_system",
     {"FileSystemId": "fs-1", "Tags": [{"Key": "aws:elasticfilesystem:default-backup", "Value": "enabled"}]},
     {"automatic_backups": "enabled"}),
    ("aws_eventbridge_bus", "aws_cloudwatch_event_bus",
     {"Name": "bus", "Policy": '{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow"}]}'},
     {"policy_std -> 'Statement' -> 0 ->> 'Sid'": "a"}),
    ("aws_backup_vault", "aws_backup_vault",
     {"BackupVaultName": "v", "AccessPolicy": '{"Version": "2012-10-17", "Statement": [{"Sid": "d", "Effect": "Deny"}]}'},
     {"policy -> 'Statement' -> 0 ->> 'Sid'": "d"}),
    ("aws_acmpca_certificate_authority", "aws_acmpca_certificate_authority", {"Arn": "arn:ca", "Status": "DISABLED"},
     {"status": "DISABLED"}),
)  # fmt: skip
"""Table, Terraform's type, what the cloud answers of one resource, and what its columns say."""


def _rows() -> Iterator[Row]:
    catalog = installed()
    for n, (_, type_, answer, _said) in enumerate(ANSWERS):
        entry = catalog[type_]
        document = Document(entry, "us-east-1", answer)
        read = {m: document.read(a) for m, a in {"id": entry.id, **entry.computed, **entry.attributes}.items()}
        attributes = {m: plain(value) for m, value in read.items() if not isinstance(value, Unasked)}
        yield row_of("actual", type_, str(attributes["id"]), f"{type_}.r{n}", attributes)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store(str(tmp_path_factory.mktemp("told") / "drift.duckdb"))
    store.add(scan(0, size=0, resources=list(_rows())))
    with store.reader() as reader:
        yield reader


@pytest.mark.parametrize("n", range(len(ANSWERS)), ids=lambda n: f"{ANSWERS[n][0]}-{n}")
def test_a_column_says_what_the_api_answers(reader: Reader, n: int) -> None:
    table, type_, _, said = ANSWERS[n]
    text = (
        f"select {', '.join(f'{c} as c{i}' for i, c in enumerate(said))} from {table} where _address = '{type_}.r{n}'"
    )
    (found,) = reader.sql(reader.shaped(text, Shapes(installed())).sql).rows
    assert [v.astimezone(UTC) if isinstance(v, datetime) else v for v in found] == [*said.values()]

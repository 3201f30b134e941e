"""Rules that find several things in brokers, GraphQL APIs and file servers: what each says of each alone."""

from __future__ import annotations

from typing import Any

import pytest

from drift.providers.aws.rules import built_in
from tests.support.rules import answer, raw

RULES = {r.id: r for r in built_in()}
MODERN = "TransferSecurityPolicy-2024-01"


def said(rule: str, type_: str, attributes: dict[str, Any]) -> tuple[str, str | None]:
    found = answer(RULES[rule], raw(type_, attributes), [])
    return found.evidence, (found.severity or RULES[rule].severity) if found.verdict == "fail" else None


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"protocols": ["FTP"], "endpoint_type": "VPC"}, ("protocols has FTP", "high")),
        ({"protocols": ["SFTP", "FTPS"], "endpoint_type": "VPC", "security_policy_name": MODERN}, ("", None)),
        ({"protocols": ["SFTP"], "endpoint_type": "PUBLIC", "security_policy_name": MODERN},
         ("endpoint_type is PUBLIC", "medium")),
        # what a server gets that names no policy
        ({"protocols": ["SFTP"], "endpoint_type": "VPC"},
         ("security_policy_name is TransferSecurityPolicy-2018-11", "medium")),
    ],
)  # fmt: skip
def test_file_servers(attributes: dict[str, Any], expected: tuple[str, str | None]) -> None:
    assert said("transfer-ftp", "aws_transfer_server", attributes) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"authentication_type": "API_KEY"}, ("authentication_type is API_KEY; field_log_level is NONE", "high")),
        ({"authentication_type": "AWS_IAM"}, ("field_log_level is NONE", "medium")),
        ({"authentication_type": "AWS_IAM", "log_config": [{"field_log_level": "NONE"}]},
         ("field_log_level is NONE", "medium")),
        ({"authentication_type": "AWS_IAM", "log_config": [{"field_log_level": "INFO"}]}, ("", None)),
    ],
)  # fmt: skip
def test_graphql_apis(attributes: dict[str, Any], expected: tuple[str, str | None]) -> None:
    assert said("appsync-api-key", "aws_appsync_graphql_api", attributes) == expected


def test_a_kafka_cluster_on_the_internet_that_asks_nobody() -> None:
    public = [{"connectivity_info": [{"public_access": [{"type": "SERVICE_PROVIDED_EIPS"}]}]}]
    attributes = {"broker_node_group_info": public, "client_authentication": [{"unauthenticated": True}]}

    assert said("msk-public-or-noauth", "aws_msk_cluster", attributes) == (
        "public_access is SERVICE_PROVIDED_EIPS; unauthenticated is on", "critical",
    )  # fmt: skip


def test_plain_text_among_kafka_brokers() -> None:
    attributes = {"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS", "in_cluster": False}]}]}

    assert said("msk-encryption", "aws_msk_cluster", attributes) == ("in_cluster is off", "high")


def test_rabbitmq_has_no_audit_log_to_keep() -> None:
    attributes = {"engine_type": "RabbitMQ", "logs": [{"general": False}]}

    assert said("mq-logs", "aws_mq_broker", attributes) == ("logs.general is off", "low")

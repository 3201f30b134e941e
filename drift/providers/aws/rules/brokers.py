"""Brokers that are servers, and servers for files: Amazon MQ, Amazon MSK, Transfer Family."""

from __future__ import annotations

from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject

MQ = ("https://docs.aws.amazon.com/securityhub/latest/userguide/mq-controls.html",)
MSK = ("https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html",)
WITH_SHA1 = "TransferSecurityPolicy-2018-11"
"""The one policy that still lets SHA-1 sign; what a server gets that asks for none."""


@rule(
    title="The broker is public",
    severity="high",
    theme="public access",
    types=("aws_mq_broker",),
    reads=("publicly_accessible",),
    remedy="Create it again in private subnets, without publicly_accessible.",
    references=MQ,
    prowler=("mq_broker_not_publicly_accessible",),
)
def mq_public(it: Subject) -> Found:
    """Anybody on the internet can try passwords."""
    return "publicly_accessible is on" if it["publicly_accessible"] else None


@rule(
    title="The broker is not logged",
    severity="low",
    theme="logging",
    types=("aws_mq_broker",),
    reads=("logs", "engine_type"),
    remedy="Set general in logs, and audit for ActiveMQ.",
    references=MQ,
    prowler=("mq_broker_logging_enabled",),
    security_hub=("MQ.2",),
)
def mq_logs(it: Subject) -> Found:
    """General logs are off, or audit logs of ActiveMQ. RabbitMQ has no audit log."""
    kinds = ("general",) if it["engine_type"] == "rabbitmq" else ("general", "audit")
    return [f"logs.{kind} is off" for kind in kinds if not it.at(f"logs.{kind}")]


@rule(
    title="The Kafka cluster is public, or allows unauthenticated clients",
    severity="critical",
    theme="public access",
    types=("aws_msk_cluster",),
    reads=("broker_node_group_info", "client_authentication"),
    remedy="Set public_access to DISABLED and unauthenticated to false.",
    references=MSK,
    prowler=("kafka_cluster_is_public", "kafka_cluster_unrestricted_access_disabled"),
    security_hub=("MSK.4", "MSK.6"),
)
def msk_public_or_noauth(it: Subject) -> Found:
    """Brokers with public addresses, or clients without authentication."""
    access = it.at("broker_node_group_info.connectivity_info.public_access.type")
    public = Fact(f"public_access is {access}", answers=("kafka_cluster_is_public", "MSK.4"))
    found = [public] if access not in (None, "DISABLED") else []
    if it.at("client_authentication.unauthenticated"):
        check = "kafka_cluster_unrestricted_access_disabled"
        found.append(Fact("unauthenticated is on", answers=(check, "MSK.6")))
    return found


@rule(
    title="The Kafka cluster allows unencrypted connections",
    severity="high",
    theme="transit",
    types=("aws_msk_cluster",),
    reads=("encryption_info",),
    remedy="Set client_broker to TLS and in_cluster to true.",
    references=MSK,
    prowler=("kafka_cluster_in_transit_encryption_enabled",),
    security_hub=("MSK.1",),
)
def msk_encryption(it: Subject) -> Found:
    """Plain text between clients and brokers, or between brokers."""
    clients = it.at("encryption_info.encryption_in_transit.client_broker")
    found = [f"client_broker is {clients}"] if clients not in (None, "TLS") else []
    if it.at("encryption_info.encryption_in_transit.in_cluster") is False:
        found.append("in_cluster is off")
    return found


@rule(
    title="The file server allows FTP, is public, or allows SHA-1",
    severity="high",
    theme="transit",
    types=("aws_transfer_server",),
    reads=("protocols", "endpoint_type", "security_policy_name"),
    remedy="Remove FTP from protocols, use a VPC endpoint, and a newer security_policy_name.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/transfer-controls.html",),
    prowler=("transfer_server_in_transit_encryption_enabled",),
    security_hub=("Transfer.2",),
)
def transfer_ftp(it: Subject) -> Found:
    """FTP sends passwords and files unencrypted: high. The other two alone are medium."""
    if "FTP" in (it["protocols"] or ()):
        return "protocols has FTP"
    found = ["endpoint_type is PUBLIC"] if it["endpoint_type"] == "PUBLIC" else []
    if it["security_policy_name"] == WITH_SHA1:
        found.append(f"security_policy_name is {WITH_SHA1}")
    return Fail(found, "medium") if found else None

"""Queues, topics, streams, event buses, keys, secrets and parameters."""

from __future__ import annotations

from dataclasses import replace

from drift.providers.aws.rules.policies import open_to_all, open_to_strangers
from drift.providers.aws.rules.secrets import in_value
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject


@rule(
    title="The queue is public",
    severity="critical",
    theme="public access",
    types=("aws_sqs_queue", "aws_sqs_queue_policy"),
    reads=("policy",),
    remedy="Name the principals that need it, or add a condition on the account or the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html",),
    prowler=("sqs_queues_not_publicly_accessible",),
)
def sqs_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy"])


@rule(
    title="The queue is not encrypted",
    severity="medium",
    theme="encryption",
    types=("aws_sqs_queue",),
    reads=("kms_master_key_id", "sqs_managed_sse_enabled"),
    remedy="Set sqs_managed_sse_enabled, or a key.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html",),
    prowler=("sqs_queues_server_side_encryption_enabled",),
    security_hub=("SQS.1",),
)
def sqs_sse(it: Subject) -> Found:
    """Messages are stored unencrypted."""
    return (
        None if it["kms_master_key_id"] or it["sqs_managed_sse_enabled"] else "neither a key nor SQS's own encryption"
    )


@rule(
    title="The topic is public",
    severity="high",
    theme="public access",
    types=("aws_sns_topic", "aws_sns_topic_policy"),
    reads=("policy",),
    remedy="Name the principals that need it, or add a condition on the account or the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html",),
    prowler=("sns_topics_not_publicly_accessible",),
)
def sns_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy"])


@rule(
    title="The topic is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_sns_topic",),
    reads=("kms_master_key_id",),
    remedy="Set kms_master_key_id.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html",),
    prowler=("sns_topics_kms_encryption_at_rest_enabled",),
    security_hub=("SNS.1",),
)
def sns_kms(it: Subject) -> Found:
    """Messages are stored unencrypted."""
    return None if it["kms_master_key_id"] else "no kms_master_key_id"


@rule(
    title="A subscription receives messages without TLS",
    severity="high",
    theme="transit",
    types=("aws_sns_topic_subscription",),
    reads=("protocol",),
    remedy="Use an https endpoint.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html",),
    prowler=("sns_subscription_not_using_http_endpoints",),
)
def sns_http_sub(it: Subject) -> Found:
    """The protocol of the subscription is http."""
    return f"to {str(it['endpoint']).split('?')[0].split('@')[-1]}" if it["protocol"] == "http" else None


@rule(
    title="The stream is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_kinesis_stream", "aws_kinesis_firehose_delivery_stream"),
    remedy="Set encryption_type to KMS, or server_side_encryption.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/kinesis-controls.html",),
    prowler=("kinesis_stream_encrypted_at_rest", "firehose_stream_encrypted_at_rest"),
)
def kinesis_sse(it: Subject) -> Found:
    """Records are stored unencrypted. A Firehose stream that reads from a Kinesis stream uses that stream's
    encryption."""
    if it.type == "aws_kinesis_stream":
        return "encryption_type is NONE" if it["encryption_type"] == "NONE" else None
    if it.at("kinesis_source_configuration.kinesis_stream_arn") or it.at("server_side_encryption.enabled"):
        return None
    return "server_side_encryption is off"


@rule(
    title="Foreign accounts may send events to the bus",
    severity="high",
    theme="public access",
    types=("aws_cloudwatch_event_bus_policy",),
    reads=("policy",),
    remedy="Name trusted accounts, or add a condition on the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/eventbridge-controls.html",),
    prowler=("eventbridge_bus_exposed", "eventbridge_bus_cross_account_access"),
)
def eventbridge_open(it: Subject) -> Found:
    """A policy for everybody, or for an account that is neither this one nor trusted."""
    foreign = ("eventbridge_bus_cross_account_access",)
    found = open_to_strangers(it, it["policy"])
    return [replace(f, answers=foreign) if f.whom else f for f in found]


@rule(
    title="Key rotation is off",
    severity="high",
    theme="encryption",
    types=("aws_kms_key",),
    reads=("enable_key_rotation", "customer_master_key_spec", "custom_key_store_id"),
    remedy="Set enable_key_rotation.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",),
    prowler=("kms_cmk_rotation_enabled",),
    security_hub=("KMS.4",),
)
def kms_rotation(it: Subject) -> Found:
    """Only symmetric keys with key material from KMS can rotate automatically; other keys are not checked."""
    rotates = it["customer_master_key_spec"] == "SYMMETRIC_DEFAULT" and not it["custom_key_store_id"]
    return "enable_key_rotation is off" if rotates and not it["enable_key_rotation"] else None


@rule(
    title="The key is public",
    severity="critical",
    theme="public access",
    types=("aws_kms_key", "aws_kms_key_policy", "aws_kms_external_key", "aws_kms_replica_key"),
    reads=("policy",),
    remedy="Name the principals that need it, or add a condition on the account or the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",),
    prowler=("kms_key_not_publicly_accessible",),
    security_hub=("KMS.5",),
)
def kms_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it."""
    return open_to_all(it["policy"])


@rule(
    title="The key is disabled or scheduled for deletion",
    severity="critical",
    theme="encryption",
    types=("aws_kms_key",),
    reads=("is_enabled",),
    remedy="Enable it, or cancel its deletion.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",),
    prowler=("kms_cmk_not_deleted_unintentionally", "kms_cmk_are_used"),
    security_hub=("KMS.3",),
    when_missing=("aws_kms_key",),
)
def kms_disabled_or_deleting(it: Subject) -> Found:
    """Data that it encrypted cannot be read without it."""
    return None if it["is_enabled"] else [Fact("is_enabled is off", answers=("kms_cmk_are_used",))]


@rule(
    title="The secret is not rotated",
    severity="high",
    theme="secrets",
    types=("aws_secretsmanager_secret", "aws_secretsmanager_secret_rotation"),
    near=("aws_secretsmanager_secret_rotation",),
    remedy="Add an aws_secretsmanager_secret_rotation.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html",),
    prowler=("secretsmanager_automatic_rotation_enabled",),
    security_hub=("SecretsManager.1",),
    when_missing=("aws_secretsmanager_secret_rotation",),
)
def secret_rotation(it: Subject) -> Found:
    """A stolen secret stays valid."""
    if it.type == "aws_secretsmanager_secret_rotation":
        return None
    return None if it.near("aws_secretsmanager_secret_rotation") else "no rotation"


@rule(
    title="Foreign accounts may read the secret",
    severity="high",
    theme="public access",
    types=("aws_secretsmanager_secret_policy", "aws_secretsmanager_secret"),
    reads=("policy",),
    remedy="Name the principals that need it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html",),
    prowler=("secretsmanager_not_publicly_accessible",),
)
def secret_public(it: Subject) -> Found:
    """A policy for everybody, or for an account that is neither this one nor trusted."""
    return open_to_strangers(it, it["policy"])


@rule(
    title="The document is public",
    severity="high",
    theme="public access",
    types=("aws_ssm_document",),
    reads=("permissions",),
    remedy="Share it with named accounts, and block public sharing.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html",),
    prowler=("ssm_documents_set_as_public",),
    security_hub=("SSM.4",),
)
def ssm_doc_public(it: Subject) -> Found:
    """Documents describe the setup of machines, and may contain passwords."""
    accounts = {str(a).lower() for a in it.all("permissions.account_ids[]")}
    return "shared with all" if "all" in accounts else None


@rule(
    title="A plain parameter contains a secret",
    severity="high",
    theme="secrets",
    types=("aws_ssm_parameter",),
    reads=("name", "type"),
    remedy="Make it a SecureString, or a secret in Secrets Manager.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html",),
)
def ssm_param_plain(it: Subject) -> Found:
    """Anybody who may read parameters can read it. A SecureString also requires permission to use the key."""
    if it["type"] == "SecureString":
        return None
    return in_value(str(it["name"]), it["value"])

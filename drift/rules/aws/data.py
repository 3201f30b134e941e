"""Data: who can reach it, and whether it is encrypted and kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.rules.aws.iam import public
from drift.rules.spec import Judge, Rule, rule

GUIDE = "https://docs.aws.amazon.com/securityhub/latest/userguide/{}-controls.html"


def _public_policy(id_: str, what: str, service: str, severity: str, *types: str) -> Rule:
    make = rule(
        id=id_,
        title=f"The {what} is open to everybody",
        severity=severity,
        types=types,
        reads=("policy",),
        remedy="Name the principals that need it, or add a condition on the account or the organisation.",
        references=(GUIDE.format(service),),
    )
    judge: Judge = lambda attributes: public(attributes["policy"])  # noqa: E731
    return make(judge)


S3_PUBLIC_POLICY = _public_policy(
    "s3-public-policy", "bucket", "s3", "critical", "aws_s3_bucket_policy", "aws_s3_bucket"
)
SQS_PUBLIC = _public_policy("sqs-public", "queue", "sqs", "critical", "aws_sqs_queue", "aws_sqs_queue_policy")
SNS_PUBLIC = _public_policy("sns-public", "topic", "sns", "high", "aws_sns_topic", "aws_sns_topic_policy")
KMS_PUBLIC = _public_policy("kms-public", "key", "kms", "critical", "aws_kms_key", "aws_kms_key_policy")

_PAB = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


@rule(
    title="Public access to the bucket is not blocked",
    severity="high",
    types=("aws_s3_bucket_public_access_block",),
    reads=_PAB,
    when_missing=True,
    remedy="Set all four settings of the bucket's block of public access.",
    references=(GUIDE.format("s3"),),
)
def s3_pab(attributes: Mapping[str, Any]) -> bool:
    """One of the four blocks is off, or there is none."""
    return not all(attributes[name] for name in _PAB)


@rule(
    title="The bucket keeps no older versions",
    severity="medium",
    types=("aws_s3_bucket_versioning",),
    reads=("versioning_configuration",),
    remedy="Set the versioning status to Enabled.",
    references=(GUIDE.format("s3"),),
)
def s3_versioning(attributes: Mapping[str, Any]) -> bool:
    """Versioning is not enabled."""
    return (attributes["versioning_configuration"] or {}).get("status") != "Enabled"


@rule(
    title="The volume is not encrypted",
    severity="high",
    types=("aws_ebs_volume",),
    reads=("encrypted",),
    remedy="Make an encrypted copy through a snapshot, and switch on EBS encryption by default.",
    references=(GUIDE.format("ec2"),),
)
def ebs_unencrypted(attributes: Mapping[str, Any]) -> bool:
    """Encryption is off."""
    return not attributes["encrypted"]


@rule(
    title="The database has a public address",
    severity="high",
    types=("aws_db_instance",),
    reads=("publicly_accessible",),
    remedy="Switch publicly_accessible off and reach it from inside the VPC.",
    references=(GUIDE.format("rds"),),
)
def rds_public(attributes: Mapping[str, Any]) -> bool:
    """publicly_accessible is on."""
    return bool(attributes["publicly_accessible"])


@rule(
    title="The database is not encrypted",
    severity="high",
    types=("aws_db_instance",),
    reads=("storage_encrypted",),
    remedy="Restore it from an encrypted copy of a snapshot.",
    references=(GUIDE.format("rds"),),
)
def rds_unencrypted(attributes: Mapping[str, Any]) -> bool:
    """storage_encrypted is off."""
    return not attributes["storage_encrypted"]


@rule(
    title="The instance answers the old metadata service",
    severity="high",
    types=("aws_instance",),
    reads=("metadata_options",),
    remedy='Require tokens: metadata_options { http_tokens = "required" }.',
    references=(GUIDE.format("ec2"),),
)
def ec2_imdsv1(attributes: Mapping[str, Any]) -> bool:
    """Tokens are optional and the endpoint is on."""
    options = attributes["metadata_options"] or {}
    return options.get("http_tokens") != "required" and options.get("http_endpoint") != "disabled"

"""Data: who can reach it, and whether it is encrypted and kept."""

from __future__ import annotations

from drift.rules.aws.policies import public, told
from drift.rules.spec import Rule, rule
from drift.rules.subject import Subject

GUIDE = "https://docs.aws.amazon.com/securityhub/latest/userguide/{}-controls.html"
_PAB = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def _public_policy(id_: str, what: str, service: str, severity: str, *types: str) -> Rule:
    def judge(it: Subject) -> str | None:
        found = public(it["policy"])
        return told(found[0]) if found else None

    made = rule(
        id=id_, title=f"The {what} is open to everybody", severity=severity, theme="public access", types=types,
        reads=("policy",), references=(GUIDE.format(service),),
        meaning="A policy with the principal `*` and no condition that says who.",
        remedy="Name the principals that need it, or add a condition on the account or the organisation.",
    )  # fmt: skip
    return made(judge)


S3_PUBLIC_POLICY = _public_policy(
    "s3-public-policy", "bucket", "s3", "critical", "aws_s3_bucket_policy", "aws_s3_bucket"
)
SQS_PUBLIC = _public_policy("sqs-public", "queue", "sqs", "critical", "aws_sqs_queue", "aws_sqs_queue_policy")
SNS_PUBLIC = _public_policy("sns-public", "topic", "sns", "high", "aws_sns_topic", "aws_sns_topic_policy")
KMS_PUBLIC = _public_policy("kms-public", "key", "kms", "critical", "aws_kms_key", "aws_kms_key_policy")


@rule(
    title="Public access to the bucket is not blocked",
    severity="high",
    theme="public access",
    types=("aws_s3_bucket_public_access_block",),
    reads=_PAB,
    when_missing=True,
    remedy="Set all four settings of the bucket's block of public access.",
    references=(GUIDE.format("s3"),),
)
def s3_pab(it: Subject) -> str | None:
    """One of the four blocks is off, or there is none."""
    off = [name for name in _PAB if not it[name]]
    return f"off: {', '.join(off)}" if off else None


@rule(
    title="The bucket keeps no older versions",
    severity="medium",
    theme="backup",
    types=("aws_s3_bucket_versioning",),
    reads=("versioning_configuration",),
    remedy="Set the versioning status to Enabled.",
    references=(GUIDE.format("s3"),),
)
def s3_versioning(it: Subject) -> str | None:
    """Versioning is not enabled."""
    status = it.at("versioning_configuration.status")
    return None if status == "Enabled" else f"status {status}"


@rule(
    title="The volume is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_ebs_volume",),
    reads=("encrypted",),
    remedy="Make an encrypted copy through a snapshot, and switch on EBS encryption by default.",
    references=(GUIDE.format("ec2"),),
)
def ebs_unencrypted(it: Subject) -> str | None:
    """Encryption is off."""
    return None if it["encrypted"] else "encrypted is off"


@rule(
    title="The database has a public address",
    severity="high",
    theme="public access",
    types=("aws_db_instance",),
    reads=("publicly_accessible",),
    remedy="Switch publicly_accessible off and reach it from inside the VPC.",
    references=(GUIDE.format("rds"),),
)
def rds_public(it: Subject) -> str | None:
    """publicly_accessible is on."""
    return "publicly_accessible is on" if it["publicly_accessible"] else None


@rule(
    title="The database is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_db_instance",),
    reads=("storage_encrypted",),
    remedy="Restore it from an encrypted copy of a snapshot.",
    references=(GUIDE.format("rds"),),
)
def rds_unencrypted(it: Subject) -> str | None:
    """storage_encrypted is off."""
    return None if it["storage_encrypted"] else "storage_encrypted is off"


@rule(
    title="The instance answers the old metadata service",
    severity="high",
    theme="identity",
    types=("aws_instance",),
    reads=("metadata_options",),
    remedy='Require tokens: metadata_options { http_tokens = "required" }.',
    references=(GUIDE.format("ec2"),),
)
def ec2_imdsv1(it: Subject) -> str | None:
    """Tokens are optional and the endpoint is on."""
    if it.at("metadata_options.http_tokens") == "required" or it.at("metadata_options.http_endpoint") == "disabled":
        return None
    return "tokens are optional"

"""AWS Secrets Manager."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, flag, moment, number, set_of, text
from drift.provider.spec import WHOLE, Call, ChangedBy, EndedBy, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, schedule, tags

GONE = frozenset({"ResourceNotFoundException"})

SECRET = ResourceType(
    name="aws_secretsmanager_secret",
    not_imported=frozenset({"recovery_window_in_days"}),
    service="secretsmanager",
    list=Call(op="ListSecrets", take="SecretList"),
    describe=(
        # one call each for a managed secret: the listing leaves replicas and policies out
        Call(op="DescribeSecret", into="Detail", gone=GONE, bind={"SecretId": "ARN"}),
        Call(op="GetResourcePolicy", take="ResourcePolicy", into="Policy", gone=GONE, bind={"SecretId": "ARN"}),
    ),
    exists="!DeletedDate",
    id=text("ARN"),
    label="name",
    computed={
        "arn":                 text("ARN"),
        "created_date":        moment("CreatedDate", outside_schema=True),
        "last_accessed_date":  moment("LastAccessedDate", outside_schema=True),  # the day: AWS tells no time
        "last_changed_date":   moment("LastChangedDate", outside_schema=True),
        "last_rotated_date":   moment("LastRotatedDate", outside_schema=True),
        "primary_region":      text("PrimaryRegion", outside_schema=True),
        "rotation_enabled":    flag("RotationEnabled", default=False, outside_schema=True),
        "rotation_lambda_arn": text("RotationLambdaARN", outside_schema=True),
        "rotation_rules":      block("RotationRules", {
            "automatically_after_days": number("AutomaticallyAfterDays"),
            "duration":                 text("Duration"),
            "schedule_expression":      text("ScheduleExpression"),
        }, outside_schema=True),
    },
    attributes={
        "name":        text("Name", assigned=True),
        "description": text("Description"),
        # as it was given: the provider keeps the answer of the same call
        "kms_key_id":  kms_key("Detail.KmsKeyId"),
        "policy":      policy("Policy"),
        "replica":     blocks("Detail.ReplicationStatus", {
            "region":     text("Region"),
            "kms_key_id": kms_key("KmsKeyId", assigned=True),
        }, key=lambda b: b["region"], same_for_all=True),
        "tags":        tags("Tags"),
    },
    ignored={
        "name_prefix":                    "only read when the secret is created",
        "recovery_window_in_days":        "an instruction to Terraform",
        "force_overwrite_replica_secret": "an instruction to Terraform",
    },
    refs=(Ref("kms_key_id", to="aws_kms_key"), Ref("kms_key_id", to="aws_kms_key", by="arn")),
    owners=(
        Owner("OwningService", "another AWS service"),
        Owner("PrimaryRegion && !contains(ARN, join(':', ['', PrimaryRegion, '']))", "the secret it replicates"),
    ),
)

SECRET_POLICY = ResourceType(
    name="aws_secretsmanager_secret_policy",
    service="secretsmanager",
    list=Within("aws_secretsmanager_secret"),
    exists="Policy",
    id=text("ARN"),
    label="secret_arn",
    attributes={"secret_arn": text("ARN"), "policy": policy("Policy")},
    ignored={"block_public_policy": "an instruction to Terraform"},
    parent=Parent("secret_arn", to="aws_secretsmanager_secret", covers={"policy": WHOLE}),
)

SECRET_ROTATION = ResourceType(
    name="aws_secretsmanager_secret_rotation",
    not_imported=frozenset({"rotate_immediately"}),
    service="secretsmanager",
    list=Within("aws_secretsmanager_secret"),
    exists="RotationEnabled && !DeletedDate",
    id=text("ARN"),
    label="secret_id",
    attributes={
        "secret_id":           text("ARN"),
        "rotation_lambda_arn": text("RotationLambdaARN"),
        "rotation_rules":      block("RotationRules", {
            # with a schedule, Secrets Manager works the days out by itself, and the provider looks past them
            "automatically_after_days": number("ScheduleExpression && `0` || AutomaticallyAfterDays", default=0),
            "duration":                 text("Duration"),
            "schedule_expression":      schedule("ScheduleExpression"),
        }),
    },
    ignored={"rotate_immediately": "an instruction to Terraform"},
    refs=(Ref("rotation_lambda_arn", to="aws_lambda_function", by="arn"),),
    parent=Parent("secret_id", to="aws_secretsmanager_secret"),
)


def _plain_bytes(value: Any) -> str | None:
    return (b64encode(value).decode() if isinstance(value, bytes) else str(value)) if value else None


SECRET_VERSION = ResourceType(
    name="aws_secretsmanager_secret_version",
    service="secretsmanager",
    list=None,  # what is unmanaged is the secret; a value of it is none of our reading
    lookup=Call(op="GetSecretValue", absent=GONE | {"InvalidRequestException"},  # the latter: pending deletion
              bind={"SecretId": "secret_id", "VersionId": "version_id"}),
    describe=(
        Call(op="DescribeSecret", into="Secret", gone=GONE, bind={"SecretId": "ARN"}),
    ),
    id=attr("[ARN, VersionId]", lambda v: "|".join(v) if isinstance(v, list) else str(v)),
    identity=("version_id",),
    label="secret_id",
    computed={"arn": text("ARN"), "version_id": text("VersionId")},
    attributes={
        "secret_id":      text("SecretId"),  # as it was asked for: a name or an ARN
        "secret_string":  text("SecretString", assigned=True, sensitive=True),  # nothing is recorded of a write-only one
        "secret_binary":  attr("SecretBinary", _plain_bytes, sensitive=True),
        "version_stages": set_of(as_text, "VersionStages", assigned=True,
                                 changed_by=(ChangedBy(who="the secret's rotation", when="Secret.RotationEnabled"),)),
    },
    ignored={"secret_string_wo_version": "an instruction to Terraform"},
    refs=(Ref("secret_id", to="aws_secretsmanager_secret"),),
    # Secrets Manager user guide: a version without a staging label is deleted, as after two rotations
    ended_by=EndedBy(ref=Ref("arn", to="aws_secretsmanager_secret"), when="RotationEnabled",
                     who="the secret's rotation"),
)

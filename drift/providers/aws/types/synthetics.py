"""Amazon CloudWatch Synthetics."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, flag, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, schedule, tags

CODE = "AWS answers with a copy of the code alone"


def _location(value: Any) -> str | None:
    """A bucket and a prefix, with `s3://` in front or without."""
    return str(value).removeprefix("s3://").rstrip("/") or None if value else None


CANARY = ResourceType(
    name="aws_synthetics_canary",
    service="synthetics",
    list=Call(op="DescribeCanaries", take="Canaries"),
    id=text("Name"),
    label="name",
    exists="Status.State != 'DELETING'",
    computed={"engine_arn": text("EngineArn"), "source_location_arn": text("Code.SourceLocationArn")},
    attributes={
        "name":                     text("Name"),
        "artifact_s3_location":     attr("ArtifactS3Location", _location),
        "execution_role_arn":       text("ExecutionRoleArn"),
        "failure_retention_period": number("FailureRetentionPeriodInDays", default=31),
        "success_retention_period": number("SuccessRetentionPeriodInDays", default=31),
        "handler":                  text("Code.Handler"),
        "runtime_version":          text("RuntimeVersion"),
        "artifact_config":          block("ArtifactConfig", {"s3_encryption": block("S3Encryption", {
            "encryption_mode": text("EncryptionMode"),
            "kms_key_arn":     kms_key("KmsKeyArn"),
        })}),
        "run_config":               block("RunConfig", {
            "active_tracing":     flag("ActiveTracing"),
            "memory_in_mb":       number("MemoryInMB", assigned=True),
            "timeout_in_seconds": number("TimeoutInSeconds", assigned=True),
        }, assigned=True),
        "schedule":                 block("Schedule", {
            "duration_in_seconds": number("DurationInSeconds", default=0),
            "expression":          schedule("Expression"),
        }),
        "vpc_config":               block("[VpcConfig][?VpcId] | [0]", {
            "security_group_ids": set_of(values.text, "SecurityGroupIds"),
            "subnet_ids":         set_of(values.text, "SubnetIds"),
        }),
        "tags":                     tags("Tags"),
    },
    ignored={
        "delete_lambda":                    "an instruction to Terraform",
        "start_canary":                     "an instruction to Terraform",
        "run_config.environment_variables": "never returned by AWS",
        "s3_bucket":                        CODE,
        "s3_key":                           CODE,
        "s3_version":                       CODE,
        "zip_file":                         CODE,
    },
    refs=(
        Ref("execution_role_arn", to="aws_iam_role", by="arn"),
        Ref("vpc_config.security_group_ids[]", to="aws_security_group"),
        Ref("vpc_config.subnet_ids[]", to="aws_subnet"),
    ),
)

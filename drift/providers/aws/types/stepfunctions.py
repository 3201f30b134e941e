"""AWS Step Functions."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize.values import number as to_number
from drift.provider.kinds import attr, block, document, flag, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import group_arn, kms_key, tags

GONE = frozenset({"StateMachineDoesNotExist", "ActivityDoesNotExist", "ResourceNotFound"})


def _or_nothing(value: Any) -> Value:
    return to_number(value) or None


def encryption(at: str) -> Attr:
    """With whose key the data is encrypted."""
    return block(at, {
        "type":                              text("type", default="AWS_OWNED_KMS_KEY"),
        "kms_key_id":                        kms_key("kmsKeyId"),
        "kms_data_key_reuse_period_seconds": attr("kmsDataKeyReusePeriodSeconds", _or_nothing, assigned=True),
    })


STATE_MACHINE = ResourceType(
    name="aws_sfn_state_machine",
    service="stepfunctions",
    list=Call(op="ListStateMachines", take="stateMachines"),
    describe=(
        # two calls for each managed state machine: Step Functions has no batch form
        Call(op="DescribeStateMachine", into="Machine", gone=GONE, bind={"stateMachineArn": "stateMachineArn"}),
        Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "stateMachineArn"}),
    ),
    id=text("stateMachineArn"),
    label="name",
    computed={"arn": text("stateMachineArn")},
    attributes={
        "name":                     text("name", assigned=True),
        "type":                     text("type", default="STANDARD"),
        "definition":               document("Machine.definition", verbatim=True),
        "role_arn":                 text("Machine.roleArn"),
        "encryption_configuration": encryption("Machine.encryptionConfiguration"),
        "logging_configuration":    block("Machine.loggingConfiguration", {
            "level":                  text("level", default="OFF"),
            "include_execution_data": flag("includeExecutionData"),
            "log_destination":        group_arn("destinations[0].cloudWatchLogsLogGroup.logGroupArn"),
        }, same_for_all=True),
        "tracing_configuration":    block("Machine.tracingConfiguration", {"enabled": flag("enabled")}, same_for_all=True),
        "tags":                     tags("Tags"),
    },
    ignored={
        "name_prefix":         "only read when the state machine is created",
        "publish":             "an instruction to Terraform",
        "version_description": "told by the published version",
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("logging_configuration.log_destination", to="aws_cloudwatch_log_group", by="arn"),
        Ref("encryption_configuration.kms_key_id", to="aws_kms_key", by="arn"),
    ),
)

ACTIVITY = ResourceType(
    name="aws_sfn_activity",
    service="stepfunctions",
    list=Call(op="ListActivities", take="activities"),
    describe=(
        Call(op="DescribeActivity", into="Activity", gone=GONE, bind={"activityArn": "activityArn"}),
        Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "activityArn"}),
    ),
    id=text("activityArn"),
    label="name",
    attributes={
        "name":                     text("name"),
        "encryption_configuration": encryption("Activity.encryptionConfiguration"),
        "tags":                     tags("Tags"),
    },
)

"""Amazon EventBridge Scheduler."""

from __future__ import annotations

from drift.provider.kinds import attr, block, blocks, document, moment, number, text
from drift.provider.spec import Call, Owner, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, schedule, tags
from drift.providers.aws.types.events import ecs

GONE = frozenset({"ResourceNotFoundException"})


PLACEMENT = {
    "placement_constraints": blocks("PlacementConstraints", {"type": text("type"), "expression": text("expression")}),
    "placement_strategy":    blocks("PlacementStrategy", {"type": text("type"), "field": text("field")}),
    "reference_id":          text("ReferenceId"),
}

SCHEDULE = ResourceType(
    name="aws_scheduler_schedule",
    service="scheduler",
    list=Call(op="ListSchedules", take="Schedules"),
    describe=(
        # one call for each managed schedule: the listing leaves out when and with what
        Call(op="GetSchedule", into="Schedule", gone=GONE, bind={"Name": "Name", "GroupName": "GroupName"}),
    ),
    id=attr("[GroupName, Name]", lambda v: "/".join(v) if isinstance(v, list) else v),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                         text("Name", assigned=True),
        "group_name":                   text("GroupName", default="default"),
        "description":                  text("Schedule.Description"),
        "state":                        text("State", default="ENABLED"),
        "schedule_expression":          schedule("Schedule.ScheduleExpression"),
        "schedule_expression_timezone": text("Schedule.ScheduleExpressionTimezone", default="UTC"),
        "start_date":                   moment("Schedule.StartDate"),
        "end_date":                     moment("Schedule.EndDate"),
        "kms_key_arn":                  kms_key("Schedule.KmsKeyArn"),
        "flexible_time_window":         block("Schedule.FlexibleTimeWindow", {
            "mode":                      text("Mode"),
            "maximum_window_in_minutes": number("MaximumWindowInMinutes", default=0),
        }),
        "target":                       block("Schedule.Target", {
            "arn":                           text("Arn"),
            "role_arn":                      text("RoleArn"),
            "input":                         document("Input", verbatim=True),
            "dead_letter_config":            block("DeadLetterConfig", {"arn": text("Arn")}),
            "retry_policy":                  block("RetryPolicy", {
                "maximum_event_age_in_seconds": number("MaximumEventAgeInSeconds", default=86400),
                "maximum_retry_attempts":       number("MaximumRetryAttempts", default=185),
            }),
            "ecs_parameters":                ecs("EcsParameters", **PLACEMENT),
            "eventbridge_parameters":        block("EventBridgeParameters", {
                "detail_type": text("DetailType"),
                "source":      text("Source"),
            }),
            "kinesis_parameters":            block("KinesisParameters", {"partition_key": text("PartitionKey")}),
            "sagemaker_pipeline_parameters": block("SageMakerPipelineParameters", {
                "pipeline_parameter": blocks("PipelineParameterList", {"name": text("Name"), "value": text("Value")}),
            }),
            "sqs_parameters":                block("SqsParameters", {"message_group_id": text("MessageGroupId")}),
        }),
    },
    ignored={"name_prefix": "only read when the schedule is created"},
    refs=(
        Ref("group_name", to="aws_scheduler_schedule_group", by="name"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("target.role_arn", to="aws_iam_role", by="arn"),
        *(Ref("target.arn", to=to, by="arn") for to in (
            "aws_lambda_function", "aws_sqs_queue", "aws_sns_topic", "aws_sfn_state_machine", "aws_ecs_cluster",
        )),
        Ref("target.dead_letter_config.arn", to="aws_sqs_queue", by="arn"),
    ),
)

SCHEDULE_GROUP = ResourceType(
    name="aws_scheduler_schedule_group",
    service="scheduler",
    list=Call(op="ListScheduleGroups", take="ScheduleGroups"),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", gone=GONE, bind={"ResourceArn": "Arn"}),
    ),
    exists="State != 'DELETING'",
    id=text("Name"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={"name": text("Name", assigned=True), "tags": tags("Tags")},
    ignored={"name_prefix": "only read when the group is created"},
    owners=(Owner("Name == 'default'", "AWS"),),
)

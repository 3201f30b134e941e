"""AWS DataSync: tasks."""

from __future__ import annotations

from drift.provider.kinds import block, group_arn, number, schedule, tags, text
from drift.provider.spec import Attr, Call, Ref, ResourceType

GONE = frozenset({"InvalidRequestException"})
"""DataSync says so of a task that is not there, too."""


def _filter(at: str) -> Attr:
    return block(at, {"filter_type": text("FilterType"), "value": text("Value")})


def _chosen(**names: str) -> dict[str, Attr]:
    """AWS fills in what is left out."""
    return {name: text(at, assigned=True) for name, at in names.items()}


TASK = ResourceType(
    name="aws_datasync_task",
    service="datasync",
    list=Call(op="ListTasks", take="Tasks"),
    describe=(
        # one call of each kind for each managed task: there are no batch forms
        Call(op="DescribeTask", into="Task", bind={"TaskArn": "TaskArn"}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "TaskArn"}, gone=GONE),
    ),
    id=text("TaskArn"),
    label="name",
    computed={"arn": text("TaskArn")},
    attributes={
        "name":                     text("Name"),
        "cloudwatch_log_group_arn": group_arn("Task.CloudWatchLogGroupArn"),
        "destination_location_arn": text("Task.DestinationLocationArn"),
        "source_location_arn":      text("Task.SourceLocationArn"),
        "task_mode":                text("TaskMode", default="BASIC"),
        "excludes":                 _filter("Task.Excludes[0]"),
        "includes":                 _filter("Task.Includes[0]"),
        "options":                  block("Task.Options", {
            "bytes_per_second": number("BytesPerSecond", assigned=True),
            **_chosen(
                atime="Atime", gid="Gid", log_level="LogLevel", mtime="Mtime", object_tags="ObjectTags",
                overwrite_mode="OverwriteMode", posix_permissions="PosixPermissions",
                preserve_deleted_files="PreserveDeletedFiles", preserve_devices="PreserveDevices",
                security_descriptor_copy_flags="SecurityDescriptorCopyFlags", task_queueing="TaskQueueing",
                transfer_mode="TransferMode", uid="Uid", verify_mode="VerifyMode",
            ),
        }, assigned=True),
        "schedule":                 block("Task.Schedule", {"schedule_expression": schedule("ScheduleExpression")}),
        "task_report_config":       block("Task.TaskReportConfig", {
            "output_type":          text("OutputType", assigned=True),
            "report_level":         text("ReportLevel", assigned=True),
            "s3_object_versioning": text("ObjectVersionIds", assigned=True),
            "report_overrides":     block("Overrides", {
                "deleted_override":     text("Deleted.ReportLevel", assigned=True),
                "skipped_override":     text("Skipped.ReportLevel", assigned=True),
                "transferred_override": text("Transferred.ReportLevel", assigned=True),
                "verified_override":    text("Verified.ReportLevel", assigned=True),
            }, assigned=True),
            "s3_destination":       block("Destination.S3", {
                "bucket_access_role_arn": text("BucketAccessRoleArn"),
                "s3_bucket_arn":          text("S3BucketArn"),
                "subdirectory":           text("Subdirectory"),
            }),
        }),
        "tags":                     tags("Tags"),
    },
    refs=(
        Ref("cloudwatch_log_group_arn", to="aws_cloudwatch_log_group", by="arn"),
        Ref("destination_location_arn", to="aws_datasync_location_s3", by="arn"),
        Ref("source_location_arn", to="aws_datasync_location_s3", by="arn"),
    ),
)

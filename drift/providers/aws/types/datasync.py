"""AWS DataSync."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.arn import Arn
from drift.providers.aws.kinds import group_arn, schedule, tags
from drift.providers.aws.normalize.names import last_of_arn

GONE = frozenset({"InvalidRequestException"})
"""What DataSync says of a location or task that is not there."""


def _calls(op: str, into: str, arn: str) -> tuple[Call, ...]:
    """Two calls for each: the listing tells its ARN and where it leads."""
    return (
        Call(op=op, into=into, bind={arn: arn}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": arn}, gone=GONE),
    )


def _folder(value: Any) -> str | None:
    """The folder of `s3://bucket/folder/` or `efs://region.fs-1/folder/`; with or without slashes around it."""
    text_ = str(value or "")
    _, found, rest = text_.partition("://")
    folder = rest.partition("/")[2] if found else text_
    return folder.strip("/") or None


def _bucket(value: Any) -> str | None:
    """The bucket of `s3://bucket/folder/` or of its ARN; of an access point, the ARN."""
    text_ = str(value or "").removeprefix("s3://")
    arn = Arn.parse(text_)
    if arn is None:
        return text_.partition("/")[0] or None
    if arn.account == "" and arn.service == "s3":
        return arn.resource.partition("/")[0]
    return str(arn._replace(resource="/".join(arn.resource.split("/")[:2])))


def _file_system(value: Any) -> str | None:
    """The file system of `efs://region.fs-1/folder/` or of its ARN."""
    text_ = str(value or "")
    if text_.startswith("arn:"):
        return last_of_arn(text_)
    return text_.removeprefix("efs://").partition("/")[0].rpartition(".")[2] or None


LOCATION_S3 = ResourceType(
    name="aws_datasync_location_s3",
    service="datasync",
    list=Call(op="ListLocations", take="Locations[?starts_with(LocationUri, 's3://')]"),
    describe=_calls("DescribeLocationS3", "Location", "LocationArn"),
    id=text("LocationArn"),
    label="uri",
    computed={"arn": text("LocationArn"), "uri": text("LocationUri")},
    attributes={
        "agent_arns":       set_of(values.text, "Location.AgentArns"),
        # the provider does not read it: the address tells
        "s3_bucket_arn":    attr("LocationUri", _bucket, assigned=True),
        "s3_storage_class": text("Location.S3StorageClass", assigned=True),
        "subdirectory":     attr("LocationUri", _folder),
        "s3_config":        block("Location.S3Config", {"bucket_access_role_arn": text("BucketAccessRoleArn")}),
        "tags":             tags("Tags"),
    },
    refs=(
        Ref("s3_bucket_arn", to="aws_s3_bucket"),
        Ref("s3_config.bucket_access_role_arn", to="aws_iam_role", by="arn"),
    ),
)

LOCATION_EFS = ResourceType(
    name="aws_datasync_location_efs",
    service="datasync",
    list=Call(op="ListLocations", take="Locations[?starts_with(LocationUri, 'efs://')]"),
    describe=_calls("DescribeLocationEfs", "Location", "LocationArn"),
    id=text("LocationArn"),
    label="uri",
    computed={"arn": text("LocationArn"), "uri": text("LocationUri")},
    attributes={
        "access_point_arn":            text("Location.AccessPointArn"),
        "efs_file_system_arn":         attr("LocationUri", _file_system, assigned=True),
        "file_system_access_role_arn": text("Location.FileSystemAccessRoleArn"),
        "in_transit_encryption":       text("Location.InTransitEncryption", default="NONE"),
        "subdirectory":                attr("LocationUri", _folder),
        "ec2_config":                  block("Location.Ec2Config", {
            "security_group_arns": set_of(values.text, "SecurityGroupArns"),
            "subnet_arn":          text("SubnetArn"),
        }),
        "tags":                        tags("Tags"),
    },
    refs=(
        Ref("efs_file_system_arn", to="aws_efs_file_system"),
        Ref("access_point_arn", to="aws_efs_access_point", by="arn"),
        Ref("file_system_access_role_arn", to="aws_iam_role", by="arn"),
    ),
)


def _filtered(at: str) -> Attr:
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
        "excludes":                 _filtered("Task.Excludes[0]"),
        "includes":                 _filtered("Task.Includes[0]"),
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

"""AWS Systems Manager: what maintenance windows do and to what, patch groups, and inventories that are sent on."""

from __future__ import annotations

from drift.provider.kinds import block, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.types.ssm import pairs

GONE = frozenset({"DoesNotExistException"})

WINDOW_TARGET = ResourceType(
    name="aws_ssm_maintenance_window_target",
    service="ssm",
    list=Within("aws_ssm_maintenance_window", each="WindowTargets[]"),
    id=text("WindowTargetId"),
    import_id="join('/', [window_id, id])",
    label="name",
    attributes={
        "window_id":         text("WindowId"),
        "name":              text("Name"),
        "description":       text("Description"),
        "owner_information": text("OwnerInformation"),
        "resource_type":     text("ResourceType"),
        "targets":           pairs("Targets"),
    },
    parent=Parent("window_id", to="aws_ssm_maintenance_window"),
)

DATA_SYNC = ResourceType(
    name="aws_ssm_resource_data_sync",
    service="ssm",
    # those that gather from elsewhere have no destination, and Terraform makes none
    list=Call(op="ListResourceDataSync", take="ResourceDataSyncItems[?S3Destination]"),
    id=text("SyncName"),
    label="name",
    attributes={
        "name":           text("SyncName"),
        "s3_destination": block("S3Destination", {
            "bucket_name": text("BucketName"),
            "kms_key_arn": text("AWSKMSKeyARN"),
            "prefix":      text("Prefix"),
            "region":      text("Region"),
            "sync_format": text("SyncFormat", default="JsonSerDe"),
        }),
    },
    refs=(
        Ref("s3_destination.bucket_name", to="aws_s3_bucket"),
        Ref("s3_destination.kms_key_arn", to="aws_kms_key", by="arn"),
    ),
)

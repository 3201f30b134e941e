"""Amazon WorkSpaces."""

from __future__ import annotations

from drift.provider.kinds import block, flag, number, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

WORKSPACE = ResourceType(
    name="aws_workspaces_workspace",
    service="workspaces",
    list=Call(op="DescribeWorkspaces", take="Workspaces"),
    describe=(
        # one call for each: the listing has no tags
        Call(op="DescribeTags", take="TagList", into="Tags", gone=frozenset({"ResourceNotFoundException"}),
             bind={"ResourceId": "WorkspaceId"}),
    ),
    id=text("WorkspaceId"),
    label="user_name",
    exists="!contains(['TERMINATING', 'TERMINATED'], State || '')",
    computed={"computer_name": text("ComputerName")},
    attributes={
        "bundle_id":                      text("BundleId"),
        "directory_id":                   text("DirectoryId"),
        "user_name":                      text("UserName"),
        "root_volume_encryption_enabled": flag("RootVolumeEncryptionEnabled", default=False),
        "user_volume_encryption_enabled": flag("UserVolumeEncryptionEnabled", default=False),
        "volume_encryption_key":          kms_key("VolumeEncryptionKey"),
        "workspace_properties":           block("WorkspaceProperties", {
            "compute_type_name":                         text("ComputeTypeName", assigned=True),
            "root_volume_size_gib":                      number("RootVolumeSizeGib", assigned=True),
            "user_volume_size_gib":                      number("UserVolumeSizeGib", assigned=True),
            "running_mode":                              text("RunningMode", assigned=True),
            # of a desktop that stops by itself alone
            "running_mode_auto_stop_timeout_in_minutes": number("RunningModeAutoStopTimeoutInMinutes", default=0),
        }, assigned=True),
        "tags":                           tags("Tags"),
    },
    refs=(
        Ref("directory_id", to="aws_workspaces_directory"),
        Ref("volume_encryption_key", to="aws_kms_key", by="arn"),
    ),
)

"""Amazon EBS: volumes, snapshots and their defaults."""

from __future__ import annotations

from dataclasses import replace

from drift.model.value import Block, Value
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, blocks, flag, number, set_of, text
from drift.provider.spec import Attributes, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags

MANAGED = Owner("Operator.Managed", "an AWS service")

VOLUME = ResourceType(
    name="aws_ebs_volume",
    service="ec2",
    list=Call(op="DescribeVolumes", take="Volumes"),
    exists="State != 'deleting' && State != 'deleted'",
    id=text("VolumeId"),
    attributes={
        "availability_zone":    text("AvailabilityZone"),
        "encrypted":            flag("Encrypted", default=False),
        "iops":                 number("Iops", default=0),
        "kms_key_id":           kms_key("KmsKeyId", assigned=True),
        "multi_attach_enabled": flag("MultiAttachEnabled"),
        "outpost_arn":          text("OutpostArn"),
        "size":                 number("Size", assigned=True),
        "snapshot_id":          text("SnapshotId", default=""),
        "throughput":           number("Throughput", default=0),
        "type":                 text("VolumeType", default="gp2"),
        "tags":                 tags("Tags"),
    },
    computed={
        "attachments": blocks("Attachments", {
            "delete_on_termination": flag("DeleteOnTermination"),
            "device":                text("Device"),
            "instance_id":           text("InstanceId"),
            "state":                 text("State"),
            "volume_id":             text("VolumeId"),
        }, outside_schema=True),
        "instances":   set_of(plain_text, "Attachments[].InstanceId", outside_schema=True),
        "state":       text("State", outside_schema=True),
    },
    ignored={"final_snapshot": "an instruction to Terraform"},
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"), Ref("snapshot_id", to="aws_ebs_snapshot")),
    owners=(
        Ref("instances[]", to="aws_instance"),
        MANAGED,
        Owner("Tags[?starts_with(Key, 'aws:ecs:')]", "ECS"),
        Owner("Attachments[?InstanceOwningService]", "an AWS service"),
    ),
)


def _device(attachment: Attributes) -> frozenset[Value]:
    return frozenset({Block(device_name=attachment.get("device_name"))})


VOLUME_ATTACHMENT = ResourceType(
    name="aws_volume_attachment",
    service="ec2",
    list=Within("aws_ebs_volume", each="Attachments[]"),
    exists="State != 'detached'",
    id=text("VolumeId"),
    identity=("volume_id", "instance_id"),
    import_id="join(':', [device_name || '', volume_id || '', instance_id || ''])",
    label="volume_id",
    attributes={
        "device_name": text("Device"),
        "instance_id": text("InstanceId"),
        "volume_id":   text("VolumeId"),
    },
    ignored={
        "force_detach":                   "an instruction to Terraform",
        "skip_destroy":                   "an instruction to Terraform",
        "stop_instance_before_detaching": "an instruction to Terraform",
    },
    refs=(Ref("volume_id", to="aws_ebs_volume"),),
    parent=Parent("instance_id", to="aws_instance", covers={"ebs_block_device": _device},
                  filled_by_others=True),  # its image, or a launch template, brings devices too
)

SNAPSHOT = ResourceType(
    name="aws_ebs_snapshot",
    service="ec2",
    list=Call(op="DescribeSnapshots", take="Snapshots", args={"OwnerIds": ["self"]}),
    account="OwnerId",
    describe=(
        Call(op="DescribeSnapshotAttribute", take="CreateVolumePermissions", into="SharedWith",
             bind={"SnapshotId": "SnapshotId"}, args={"Attribute": "createVolumePermission"},
             gone=frozenset({"InvalidSnapshot.NotFound"})),
    ),
    id=text("SnapshotId"),
    computed={
        "owner_id": text("OwnerId"),
        "kms_key_id": text("KmsKeyId"),
        "encrypted": flag("Encrypted"),
        "shared_with": set_of(plain_text, "SharedWith[].[Group, UserId][]", outside_schema=True),
    },
    attributes={
        "description":  text("Description"),
        "outpost_arn":  text("OutpostArn"),
        "storage_tier": text("StorageTier", default="standard"),
        "tags":         tags("Tags"),
        "volume_id":    text("VolumeId"),
    },
    ignored={
        "permanent_restore":      "an instruction to Terraform",
        "temporary_restore_days": "an instruction to Terraform",
    },
    refs=(Ref("volume_id", to="aws_ebs_volume"), Ref("kms_key_id", to="aws_kms_key", by="arn")),
    owners=(
        Owner("Tags[?starts_with(Key, 'aws:backup:')]", "Backup"),
        Owner("Tags[?starts_with(Key, 'aws:dlm:')]", "Data Lifecycle Manager"),
    ),
)

SNAPSHOT_COPY = replace(
    SNAPSHOT,
    name="aws_ebs_snapshot_copy",
    importable=False,
    alias_of="aws_ebs_snapshot",
    computed={
        "owner_id": text("OwnerId"),
        "volume_id": text("VolumeId"),
        "shared_with": SNAPSHOT.computed["shared_with"],
    },
    attributes={
        "description":  text("Description"),
        "encrypted":    flag("Encrypted"),
        "kms_key_id":   kms_key("KmsKeyId", assigned=True),
        "storage_tier": text("StorageTier", default="standard"),
        "tags":         tags("Tags"),
    },
    ignored={
        **SNAPSHOT.ignored,
        "completion_duration_minutes": "only read when the snapshot is copied",
        "source_region":               "only read when the snapshot is copied",
        "source_snapshot_id":          "only read when the snapshot is copied",
    },
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
)

CREATE_VOLUME_PERMISSION = ResourceType(
    name="aws_snapshot_create_volume_permission",
    importable=False,
    service="ec2",
    list=Within("aws_ebs_snapshot", each="SharedWith[]"),
    id=text("join('-', [parent.SnapshotId, UserId || Group])"),
    label="snapshot_id",
    # everybody is a group; Terraform can name accounts alone
    attributes={"account_id": text("UserId || Group"), "snapshot_id": text("parent.SnapshotId")},
    parent=Parent("snapshot_id", to="aws_ebs_snapshot", by_hand=True, of_others=True),
    # its policies may share what they make with accounts (`ShareRules`), never with everybody
    owners=(Owner("UserId && parent.Tags[?starts_with(Key, 'aws:dlm:')]", "Data Lifecycle Manager"),),
)

ENCRYPTION_BY_DEFAULT = ResourceType(
    name="aws_ebs_encryption_by_default",
    service="ec2",
    # one setting for each region, which Terraform calls by a name of chance
    list=Call(op="GetEbsEncryptionByDefault", take="[{Enabled: EbsEncryptionByDefault}] | [?type(Enabled) == 'boolean']"),
    id=attr("Enabled", lambda value: "default"),
    label="id",
    # no "exists": a setting somebody turned off is modified, not missing
    attributes={"enabled": flag("Enabled", default=True)},
    owners=(Owner("!Enabled", "AWS"),),
)

SNAPSHOT_BLOCK_PUBLIC_ACCESS = ResourceType(
    name="aws_ebs_snapshot_block_public_access",
    service="ec2",
    list=Call(op="GetSnapshotBlockPublicAccessState", take="[{State: State}] | [?State]"),
    id=attr("State", lambda value: "default"),
    label="id",
    # no "exists": a block somebody took away is modified, not missing
    attributes={"state": text("State", default="unblocked")},
    owners=(Owner("State == 'unblocked'", "AWS"),),
)

IMAGE_BLOCK_PUBLIC_ACCESS = ResourceType(
    name="aws_ec2_image_block_public_access",
    importable=False,
    service="ec2",
    list=Call(op="GetImageBlockPublicAccessState", take="[{State: ImageBlockPublicAccessState}] | [?State]"),
    id=attr("State", lambda value: "default"),
    label="id",
    attributes={"state": text("State", default="unblocked")},
    # blocked by AWS itself in accounts that had no public images in 2023
    owners=(Owner("State", "AWS"),),
)

INSTANCE_METADATA_DEFAULTS = ResourceType(
    name="aws_ec2_instance_metadata_defaults",
    importable=False,
    service="ec2",
    list=Call(op="GetInstanceMetadataDefaults", take="[AccountLevel] | [?@]"),
    id=attr("@", lambda value: "default"),
    label="id",
    attributes={
        "http_endpoint":               text("HttpEndpoint", default="no-preference"),
        "http_put_response_hop_limit": number("HttpPutResponseHopLimit", default=-1),
        "http_tokens":                 text("HttpTokens", default="no-preference"),
        "instance_metadata_tags":      text("InstanceMetadataTags", default="no-preference"),
    },
    owners=(Owner("!HttpTokens && !HttpEndpoint && !HttpPutResponseHopLimit && !InstanceMetadataTags", "AWS"),),
)

DEFAULT_KMS_KEY = ResourceType(
    name="aws_ebs_default_kms_key",
    service="ec2",
    list=Call(op="GetEbsDefaultKmsKeyId", take="[{Key: KmsKeyId}] | [?Key]"),
    id=attr("Key", lambda value: "default"),
    import_id="key_arn",
    label="key_arn",
    attributes={"key_arn": kms_key("Key")},
    refs=(Ref("key_arn", to="aws_kms_key", by="arn"),),
    owners=(Owner("ends_with(Key, 'alias/aws/ebs')", "AWS"),),
)

"""Amazon EBS: volumes."""

from __future__ import annotations

from drift.catalog.kinds import flag, number, tags, text
from drift.catalog.spec import STACK, Call, Owner, Ref, ResourceType

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
        "kms_key_id":           text("KmsKeyId", assigned=True),
        "multi_attach_enabled": flag("MultiAttachEnabled"),
        "outpost_arn":          text("OutpostArn"),
        "size":                 number("Size", assigned=True),
        "snapshot_id":          text("SnapshotId", default=""),
        "throughput":           number("Throughput", default=0),
        "type":                 text("VolumeType", default="gp2"),
        "tags":                 tags("Tags"),
    },
    ignored={"final_snapshot": "an instruction to Terraform"},
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"), Ref("snapshot_id", to="aws_ebs_snapshot")),
    owners=(
        STACK,
        MANAGED,
        Owner("Tags[?starts_with(Key, 'aws:ecs:')]", "ECS"),
        Owner("Attachments[?InstanceOwningService]", "an AWS service"),
    ),
)

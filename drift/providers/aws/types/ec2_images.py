"""Amazon EC2: machine images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, blocks, flag, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags


def _minute(value: Any) -> str | None:
    # AWS rounds the time to a minute
    return str(value)[:16] if value else None


IMAGE_ATTRIBUTES: Mapping[str, Attr] = {
    "architecture":        text("Architecture", default="x86_64"),
    "boot_mode":           text("BootMode", assigned=True),
    "deprecation_time":    attr("DeprecationTime", _minute),
    "description":         text("Description"),
    "ena_support":         flag("EnaSupport"),
    "image_location":      text("ImageLocation", assigned=True),
    "imds_support":        text("ImdsSupport", assigned=True),
    "kernel_id":           text("KernelId"),
    "name":                text("Name"),
    "ramdisk_id":          text("RamdiskId"),
    "root_device_name":    text("RootDeviceName", assigned=True),
    "sriov_net_support":   text("SriovNetSupport", default="simple"),
    "tags":                tags("Tags"),
    "tpm_support":         text("TpmSupport", assigned=True),
    "virtualization_type": text("VirtualizationType", assigned=True),
    "ebs_block_device":    blocks("BlockDeviceMappings[?Ebs]", {
        "delete_on_termination": flag("Ebs.DeleteOnTermination"),
        "device_name":           text("DeviceName"),
        "encrypted":             flag("Ebs.Encrypted"),
        "iops":                  number("Ebs.Iops", default=0),
        "outpost_arn":           text("Ebs.OutpostArn"),
        "snapshot_id":           text("Ebs.SnapshotId", assigned=True),
        "throughput":            number("Ebs.Throughput", default=0),
        "volume_size":           number("Ebs.VolumeSize", assigned=True),
        "volume_type":           text("Ebs.VolumeType", assigned=True),
    }, key=lambda device: device["device_name"]),
    "ephemeral_block_device": blocks("BlockDeviceMappings[?VirtualName]", {
        "device_name":  text("DeviceName"),
        "virtual_name": text("VirtualName"),
    }, key=lambda device: device["device_name"]),
}
BACKUPS = (
    Owner("Tags[?starts_with(Key, 'aws:backup:')]", "Backup"),
    Owner("Tags[?starts_with(Key, 'aws:dlm:')]", "Data Lifecycle Manager"),
)

AMI = ResourceType(
    name="aws_ami",
    service="ec2",
    list=Call(op="DescribeImages", take="Images", args={"Owners": ["self"]}),
    exists="State != 'deregistered'",
    describe=(
        # one call for each image: EC2 tells one attribute of one image
        Call(op="DescribeImageAttribute", take="LaunchPermissions", into="Permissions", bind={"ImageId": "ImageId"},
             args={"Attribute": "launchPermission"}, gone=frozenset({"InvalidAMIID.NotFound",
                                                                     "InvalidAMIID.Unavailable"})),
    ),
    id=text("ImageId"),
    label="name",
    computed={
        "creation_date": moment("CreationDate", outside_schema=True),
        "public": flag("Public"),
        "owner_id": text("OwnerId"),
        "snapshots": set_of(as_text, "BlockDeviceMappings[].Ebs.SnapshotId", outside_schema=True),
    },
    attributes=IMAGE_ATTRIBUTES,
    ignored={"uefi_data": "never returned by AWS"},
    refs=(Ref("ebs_block_device[].snapshot_id", to="aws_ebs_snapshot"),),
    creates=(Ref("snapshots[]", to="aws_ebs_snapshot"),),
    owners=BACKUPS,
)

AMI_COPY = replace(
    AMI,
    name="aws_ami_copy",
    importable=False,
    alias_of="aws_ami",
    attributes={
        name: IMAGE_ATTRIBUTES[name] for name in ("deprecation_time", "description", "name", "tags")
    },
    ignored={
        "destination_outpost_arn": "only read when the image is copied",
        "ebs_block_device":        "copied from the source image",
        "encrypted":               "only read when the image is copied",
        "ephemeral_block_device":  "copied from the source image",
        "kms_key_id":              "only read when the image is copied",
        "source_ami_id":           "only read when the image is copied",
        "source_ami_region":       "only read when the image is copied",
    },
    refs=(),
)

AMI_FROM_INSTANCE = replace(
    AMI,
    name="aws_ami_from_instance",
    importable=False,
    alias_of="aws_ami",
    attributes=AMI_COPY.attributes,
    ignored={
        "ebs_block_device":        "copied from the instance",
        "ephemeral_block_device":  "copied from the instance",
        "snapshot_without_reboot": "only read when the image is made",
        "source_instance_id":      "only read when the image is made",
    },
    refs=(),
)

AMI_LAUNCH_PERMISSION = ResourceType(
    name="aws_ami_launch_permission",
    service="ec2",
    list=Within("aws_ami", each="Permissions[]"),
    id=text("parent.ImageId"),
    identity=("image_id", "account_id", "group", "organization_arn", "organizational_unit_arn"),
    import_id="join('/', [account_id || group || organization_arn || organizational_unit_arn || '', image_id])",
    label="image_id",
    attributes={
        "account_id":              text("UserId"),
        "group":                   text("Group"),
        "image_id":                text("parent.ImageId"),
        "organization_arn":        text("OrganizationArn"),
        "organizational_unit_arn": text("OrganizationalUnitArn"),
    },
    parent=Parent("image_id", to="aws_ami", by_hand=True, of_others=True),
)

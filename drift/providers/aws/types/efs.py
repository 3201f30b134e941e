"""Amazon EFS."""

from __future__ import annotations

from drift.normalize.values import number as plain_number
from drift.normalize.values import text as plain_text
from drift.provider.kinds import block, blocks, flag, number, set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, tags

GONE = frozenset({"FileSystemNotFound"})
ALIVE = "!contains(['deleting', 'deleted'], LifeCycleState)"
BY_ID = {"FileSystemId": "FileSystemId"}
BACKED_UP = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}

FILE_SYSTEM = ResourceType(
    name="aws_efs_file_system",
    service="efs",
    list=Call(op="DescribeFileSystems", take="FileSystems"),
    describe=(
        # one call of each kind for each managed file system: EFS has no batch forms
        Call(op="DescribeLifecycleConfiguration", take="LifecyclePolicies", into="Lifecycle", bind=BY_ID, gone=GONE),
        Call(op="DescribeBackupPolicy", take="BackupPolicy", into="BackupPolicy", bind=BY_ID, gone=GONE,
             absent=frozenset({"PolicyNotFound"})),
        Call(op="DescribeFileSystemPolicy", take="Policy", into="Policy", bind=BY_ID, gone=GONE,
             absent=frozenset({"PolicyNotFound"})),
        # mount targets can only be listed by file system
        Call(op="DescribeMountTargets", take="MountTargets", into="MountTargets", bind=BY_ID, gone=GONE),
    ),
    exists=ALIVE,
    id=text("FileSystemId"),
    computed={
        "arn":               text("FileSystemArn"),
        "automatic_backups": text("Tags[?Key == 'aws:elasticfilesystem:default-backup'] | [0].Value", default="disabled",
                                  outside_schema=True),
        "name":              text("Name"),
        "policy":            policy("Policy", outside_schema=True),
    },
    attributes={
        "availability_zone_name":          text("AvailabilityZoneName", assigned=True),
        "creation_token":                  text("CreationToken", assigned=True),
        "encrypted":                       flag("Encrypted", default=False),
        "kms_key_id":                      kms_key("KmsKeyId", assigned=True),
        "performance_mode":                text("PerformanceMode", default="generalPurpose"),
        "throughput_mode":                 text("ThroughputMode", default="bursting"),
        "provisioned_throughput_in_mibps": number("ProvisionedThroughputInMibps", default=0),
        "lifecycle_policy":                blocks("Lifecycle", {
            "transition_to_archive":               text("TransitionToArchive"),
            "transition_to_ia":                    text("TransitionToIA"),
            "transition_to_primary_storage_class": text("TransitionToPrimaryStorageClass"),
        }),
        "protection":                      block("FileSystemProtection", {
            "replication_overwrite": text("ReplicationOverwriteProtection", default="ENABLED"),
        }),
        "tags":                            tags("Tags"),
    },
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
)

BACKUP_POLICY = ResourceType(
    name="aws_efs_backup_policy",
    service="efs",
    list=Within("aws_efs_file_system"),
    exists="BackupPolicy",
    id=text("FileSystemId"),
    identity=("file_system_id",),
    label="file_system_id",
    attributes={
        "file_system_id": text("FileSystemId"),
        "backup_policy":  block("BackupPolicy", {
            # on its way is as good as there
            "status": text("Status", same=lambda want, have: BACKED_UP.get(want, want) == BACKED_UP.get(have, have)),
        }),
    },
    parent=Parent("file_system_id", to="aws_efs_file_system"),
    # without a policy EFS answers "disabled"; file systems of one zone are backed up unless somebody objects
    owners=(Owner("!contains(['ENABLED', 'ENABLING'], BackupPolicy.Status) || AvailabilityZoneName", "EFS"),),
)

FILE_SYSTEM_POLICY = ResourceType(
    name="aws_efs_file_system_policy",
    service="efs",
    list=Within("aws_efs_file_system"),
    exists="Policy",
    id=text("FileSystemId"),
    identity=("file_system_id",),
    label="file_system_id",
    attributes={"file_system_id": text("FileSystemId"), "policy": policy("Policy")},
    ignored={"bypass_policy_lockout_safety_check": "an instruction to Terraform"},
    parent=Parent("file_system_id", to="aws_efs_file_system"),
)

MOUNT_TARGET = ResourceType(
    name="aws_efs_mount_target",
    service="efs",
    list=Within("aws_efs_file_system", each="MountTargets[]"),
    # one call for each mount target: no other answer has its security groups
    describe=(Call(op="DescribeMountTargetSecurityGroups", take="SecurityGroups", into="SecurityGroups",
                   bind={"MountTargetId": "MountTargetId"}, gone=frozenset({"MountTargetNotFound"})),),
    exists=ALIVE,
    id=text("MountTargetId"),
    label="subnet_id",
    computed={"network_interface_id": text("NetworkInterfaceId")},
    attributes={
        "file_system_id":  text("FileSystemId"),
        "subnet_id":       text("SubnetId"),
        "ip_address":      text("IpAddress", assigned=True),
        "security_groups": set_of(plain_text, "SecurityGroups", assigned=True),
    },
    refs=(Ref("subnet_id", to="aws_subnet"), Ref("security_groups[]", to="aws_security_group")),
    creates=(Ref("network_interface_id", to="aws_network_interface"),),
    parent=Parent("file_system_id", to="aws_efs_file_system"),
)

ACCESS_POINT = ResourceType(
    name="aws_efs_access_point",
    service="efs",
    list=Call(op="DescribeAccessPoints", take="AccessPoints"),
    exists=ALIVE,
    id=text("AccessPointId"),
    computed={"arn": text("AccessPointArn")},
    attributes={
        "file_system_id": text("FileSystemId"),
        "posix_user":     block("PosixUser", {
            "gid":            number("Gid"),
            "uid":            number("Uid"),
            "secondary_gids": set_of(plain_number, "SecondaryGids"),
        }),
        "root_directory": block("RootDirectory", {
            "path":          text("Path", default="/"),
            "creation_info": block("CreationInfo", {
                "owner_gid":   number("OwnerGid"),
                "owner_uid":   number("OwnerUid"),
                "permissions": text("Permissions"),
            }),
        }),
        "tags":           tags("Tags"),
    },
    parent=Parent("file_system_id", to="aws_efs_file_system"),
)

"""Amazon FSx for Windows File Server."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import attr, block, flag, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

NO_INTERFACE = frozenset({"InvalidNetworkInterfaceID.NotFound"})

WINDOWS_FILE_SYSTEM = ResourceType(
    name="aws_fsx_windows_file_system",
    service="fsx",
    list=Call(op="DescribeFileSystems", take="FileSystems[?FileSystemType == 'WINDOWS']"),
    describe=(
        # FSx does not tell the security groups; its interfaces in the network do
        Call(op="DescribeNetworkInterfaces", service="ec2", take="NetworkInterfaces", into="Interfaces",
             bind={"NetworkInterfaceIds": "NetworkInterfaceIds"}, absent=NO_INTERFACE),
    ),
    id=text("FileSystemId"),
    label="tags.Name || id",
    exists="Lifecycle != 'DELETING'",
    computed={
        "arn":                   text("ResourceARN"),
        "dns_name":              text("DNSName"),
        "network_interface_ids": set_of(values.text, "NetworkInterfaceIds"),
        "vpc_id":                text("VpcId"),
    },
    attributes={
        "active_directory_id":               text("WindowsConfiguration.ActiveDirectoryId"),
        "aliases":                           set_of(values.text, "WindowsConfiguration.Aliases[].Name"),
        "automatic_backup_retention_days":   number("WindowsConfiguration.AutomaticBackupRetentionDays", default=7),
        "copy_tags_to_backups":              flag("WindowsConfiguration.CopyTagsToBackups", default=False),
        "daily_automatic_backup_start_time": text("WindowsConfiguration.DailyAutomaticBackupStartTime", assigned=True),
        "deployment_type":                   text("WindowsConfiguration.DeploymentType", default="SINGLE_AZ_1"),
        "kms_key_id":                        kms_key("KmsKeyId", assigned=True),
        "preferred_subnet_id":               text("WindowsConfiguration.PreferredSubnetId", assigned=True),
        "security_group_ids":                set_of(values.text, "Interfaces[].Groups[].GroupId", assigned=True),
        "storage_capacity":                  number("StorageCapacity", assigned=True),
        "storage_type":                      text("StorageType", default="SSD"),
        "subnet_ids":                        set_of(values.text, "SubnetIds"),
        "throughput_capacity":               number("WindowsConfiguration.ThroughputCapacity"),
        "weekly_maintenance_start_time":     text("WindowsConfiguration.WeeklyMaintenanceStartTime", assigned=True),
        "audit_log_configuration":           block("WindowsConfiguration.AuditLogConfiguration", {
            "audit_log_destination":             text("AuditLogDestination", assigned=True),
            "file_access_audit_log_level":       text("FileAccessAuditLogLevel", default="DISABLED"),
            "file_share_access_audit_log_level": text("FileShareAccessAuditLogLevel", default="DISABLED"),
        }),
        "disk_iops_configuration":           block("WindowsConfiguration.DiskIopsConfiguration", {
            "iops": attr("Iops", lambda value: values.number(value) or None, assigned=True),
            "mode": text("Mode", default="AUTOMATIC"),
        }, assigned=True),
        "self_managed_active_directory":     block("WindowsConfiguration.SelfManagedActiveDirectoryConfiguration", {
            "dns_ips":                                set_of(values.text, "DnsIps"),
            "domain_name":                            text("DomainName"),
            "file_system_administrators_group":       text("FileSystemAdministratorsGroup", default="Domain Admins"),
            "organizational_unit_distinguished_name": text("OrganizationalUnitDistinguishedName"),
            "username":                               text("UserName"),
        }),
        "tags":                              tags("Tags"),
    },
    ignored={
        "backup_id":                              "only read when the file system is created",
        "final_backup_tags":                      "only read when the file system is deleted",
        "skip_final_backup":                      "only read when the file system is deleted",
        "self_managed_active_directory.password": "never returned by AWS",
    },
    refs=(
        Ref("active_directory_id", to="aws_directory_service_directory"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("audit_log_configuration.audit_log_destination", to="aws_cloudwatch_log_group", by="arn"),
        Ref("audit_log_configuration.audit_log_destination", to="aws_kinesis_firehose_delivery_stream", by="arn"),
    ),
    creates=(Ref("network_interface_ids[]", to="aws_network_interface"),),
)

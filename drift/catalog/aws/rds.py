"""Amazon RDS."""

from __future__ import annotations

from typing import Any

from drift.catalog.kinds import attr, caseless, flag, number, set_of, tags, text
from drift.catalog.spec import Call, Owner, Raw, Ref, ResourceType
from drift.model.value import Value
from drift.normalize import values

TAGGED_BY_STACK = Owner("TagList[?Key == 'aws:cloudformation:stack-id']", "CloudFormation")


def version_prefix(want: Value, have: Value) -> bool:
    """`8.0` is any 8.0.x, as for the provider, so that minor upgrades stay quiet where they may happen."""
    return isinstance(want, str) and isinstance(have, str) and have.startswith((f"{want}.", f"{want}-"))


def unless_none(want: Value, have: Value) -> bool:
    """AWS does not tell, or nobody decided."""
    return want is None or have is None


def storage(value: Any, instance: Raw) -> Any:
    """With storage autoscaling the size is AWS's affair: it only ever grows."""
    size, most = values.number(value), values.number(instance.get("max_allocated_storage"))
    return None if size and most and most > size else size


def zone(value: Any, instance: Raw) -> str | None:
    """After a failover a Multi-AZ instance stands in its other zone."""
    return None if instance.get("multi_az") else values.text(value)


def managed_password(value: Any, instance: Raw) -> bool | None:
    """An imported instance's state knows of no password at all."""
    known = value or instance.get("password") or instance.get("master_password")
    return bool(value) if known or instance.get("password_wo_version") else None


def key_id(value: Any) -> str | None:
    """A KMS key by its id: the provider takes an ARN as well; an alias decides nothing."""
    return None if ":alias/" in str(value) or str(value).startswith("alias/") else values.last_of_arn(value)


INSTANCE = ResourceType(
    name="aws_db_instance",
    service="rds",
    # Aurora, DocumentDB and Neptune instances answer here too, as do the members of a Multi-AZ cluster
    list=Call(op="DescribeDBInstances", take="DBInstances[?!DBClusterIdentifier]"),
    # the provider's id was the identifier before 5.0, and is the resource id since
    id=text("DbiResourceId"),
    identity=("identifier",),
    import_id="identifier",
    label="identifier",
    exists="DBInstanceStatus != 'deleting'",
    computed={"arn": text("DBInstanceArn"), "resource_id": text("DbiResourceId")},
    attributes={
        "identifier":                            caseless("DBInstanceIdentifier", assigned=True),
        "engine":                                text("Engine", assigned=True),
        "engine_version":                        text("EngineVersion", assigned=True, same=version_prefix),
        "engine_lifecycle_support":              text("EngineLifecycleSupport", assigned=True),
        "instance_class":                        text("DBInstanceClass"),
        "license_model":                         text("LicenseModel", assigned=True),
        "allocated_storage":                     number("AllocatedStorage", assigned=True, from_state=storage),
        "max_allocated_storage":                 number("MaxAllocatedStorage", default=0),
        "storage_type":                          text("StorageType", assigned=True),
        "storage_throughput":                    number("StorageThroughput", default=0),
        "iops":                                  number("Iops", default=0),
        "dedicated_log_volume":                  flag("DedicatedLogVolume"),
        "storage_encrypted":                     flag("StorageEncrypted"),
        "kms_key_id":                            text("KmsKeyId", assigned=True),
        "db_name":                               text("DBName", assigned=True),
        "username":                              text("MasterUsername", assigned=True),
        "manage_master_user_password":           flag("MasterUserSecret.SecretArn != `null`",
                                                      from_state=managed_password, same=unless_none),
        "master_user_secret_kms_key_id":         attr("MasterUserSecret.KmsKeyId", key_id, assigned=True),
        "port":                                  number("Endpoint.Port || DbInstancePort", assigned=True,
                                                        same=unless_none),
        "multi_az":                              flag("MultiAZ", default=False),
        "availability_zone":                     text("AvailabilityZone", assigned=True, from_state=zone,
                                                      same=unless_none),
        "publicly_accessible":                   flag("PubliclyAccessible"),
        "network_type":                          text("NetworkType", assigned=True),
        "customer_owned_ip_enabled":             flag("CustomerOwnedIpEnabled"),
        "db_subnet_group_name":                  text("DBSubnetGroup.DBSubnetGroupName", assigned=True),
        "vpc_security_group_ids":                set_of(values.text, "VpcSecurityGroups[?Status != 'removing']"
                                                        ".VpcSecurityGroupId", assigned=True),
        "parameter_group_name":                  text("DBParameterGroups[0].DBParameterGroupName", assigned=True),
        "option_group_name":                     text("OptionGroupMemberships[0].OptionGroupName", assigned=True),
        "ca_cert_identifier":                    text("CACertificateIdentifier", assigned=True),
        "iam_database_authentication_enabled":   flag("IAMDatabaseAuthenticationEnabled"),
        "deletion_protection":                   flag("DeletionProtection"),
        "auto_minor_version_upgrade":            flag("AutoMinorVersionUpgrade"),
        "maintenance_window":                    caseless("PreferredMaintenanceWindow", assigned=True),
        "backup_window":                         caseless("PreferredBackupWindow", assigned=True),
        "backup_retention_period":               number("BackupRetentionPeriod", default=0),
        "backup_target":                         text("BackupTarget", assigned=True),
        "copy_tags_to_snapshot":                 flag("CopyTagsToSnapshot"),
        "monitoring_interval":                   number("MonitoringInterval", default=0),
        "monitoring_role_arn":                   text("MonitoringRoleArn", assigned=True),
        "database_insights_mode":                text("DatabaseInsightsMode", assigned=True),
        "performance_insights_enabled":          flag("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id":       text("PerformanceInsightsKMSKeyId", assigned=True),
        "performance_insights_retention_period": number("PerformanceInsightsRetentionPeriod", default=0),
        "enabled_cloudwatch_logs_exports":       set_of(values.text, "EnabledCloudwatchLogsExports"),
        "character_set_name":                    text("CharacterSetName", assigned=True),
        "nchar_character_set_name":              text("NcharCharacterSetName", assigned=True),
        "timezone":                              text("Timezone", assigned=True),
        "custom_iam_instance_profile":           text("CustomIamInstanceProfile"),
        "domain":                                text("DomainMemberships[0].Domain"),
        "domain_iam_role_name":                  text("DomainMemberships[0].IAMRoleName"),
        "domain_auth_secret_arn":                text("DomainMemberships[0].AuthSecretArn"),
        "domain_dns_ips":                        set_of(values.text, "DomainMemberships[0].DnsIps"),
        "domain_fqdn":                           attr("DomainMemberships[0].FQDN", values.dot_free, assigned=True),
        "domain_ou":                             text("DomainMemberships[0].OU"),
        # by ARN where the source is in another region or was written so
        "replicate_source_db":                   attr("ReadReplicaSourceDBInstanceIdentifier || "
                                                      "ReadReplicaSourceDBClusterIdentifier", values.last_of_arn),
        "replica_mode":                          text("ReplicaMode", assigned=True),
        "tags":                                  tags("TagList"),
    },
    ignored={
        "password":                    "never returned by AWS",
        "password_wo_version":         "an instruction to Terraform",
        "identifier_prefix":           "only read when the instance is created",
        "snapshot_identifier":         "only read when the instance is created",
        "restore_to_point_in_time":    "only read when the instance is created",
        "s3_import":                   "only read when the instance is created",
        "allow_major_version_upgrade": "an instruction to Terraform",
        "apply_immediately":           "an instruction to Terraform",
        "blue_green_update":           "an instruction to Terraform",
        "delete_automated_backups":    "only read when the instance is deleted",
        "final_snapshot_identifier":   "only read when the instance is deleted",
        "skip_final_snapshot":         "only read when the instance is deleted",
        "upgrade_storage_config":      "an instruction to Terraform",
    },
    refs=(
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("db_subnet_group_name", to="aws_db_subnet_group"),
        Ref("parameter_group_name", to="aws_db_parameter_group"),
        Ref("option_group_name", to="aws_db_option_group"),
        Ref("replicate_source_db", to="aws_db_instance", by="identifier"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("performance_insights_kms_key_id", to="aws_kms_key", by="arn"),
        Ref("master_user_secret_kms_key_id", to="aws_kms_key"),
        Ref("monitoring_role_arn", to="aws_iam_role", by="arn"),
    ),
    owners=(TAGGED_BY_STACK,),
)

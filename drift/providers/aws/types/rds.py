"""Amazon RDS."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attr, Call, ChangedBy, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, own_log_groups, tags
from drift.providers.aws.normalize.names import last_of_arn, version_prefix

AWS_GROUP = "AWS's default for the engine"
"""Nobody else's group has a name with a dot or a colon (RDS API reference, CreateDBParameterGroup and CreateOptionGroup),
and nobody can change these (RDS user guide, "Overview of parameter groups")."""
GONE = frozenset({
    "DBParameterGroupNotFound", "DBParameterGroupNotFoundFault", "DBSubnetGroupNotFoundFault",
    "DBSubnetGroupNotFound", "SubscriptionNotFound", "DBSnapshotNotFound", "DBClusterSnapshotNotFoundFault",
    "DBProxyNotFoundFault", "OptionGroupNotFoundFault", "InvalidDBParameterGroupState",
})
AT_CREATION = "only read when it is created"
AT_DELETION = "only read when it is deleted"
INSTRUCTION = "an instruction to Terraform"


VERSION = "PendingModifiedValues.EngineVersion || EngineVersion"
"""An upgrade that waits for the maintenance window is recorded as the version asked for."""
UPGRADES = (
    ChangedBy(who="automatic minor version upgrades", when="AutoMinorVersionUpgrade", to=values.later_minor),
)


def _kept(_: Value, have: Value) -> bool:
    """AWS Backup never turns backups off."""
    return isinstance(have, int) and have > 0


# AWS Backup developer guide: with continuous backups it sets both by itself; only then is its recovery point told
_POINT = "AwsBackupRecoveryPointArn"
BACKUP_WINDOW = (ChangedBy(who="AWS Backup", when=_POINT),)
BACKUP_RETENTION = (ChangedBy(who="AWS Backup", when=_POINT, to=_kept),)


def tags_of(arn: str, service: str = "rds") -> Call:
    """Tags by a call of their own: the listing does not answer them."""
    return Call(op="ListTagsForResource", service=service, take="TagList", into="Tags", gone=GONE,
                bind={"ResourceName": arn})


def parameters(at: str = "Parameters", name: str = "ParameterName", value: str = "ParameterValue") -> Attr:
    """Parameters: what somebody set, and the engine's defaults that a configuration names all the same.

    How a change was to take effect (`apply_method`) is no state of the group.
    """
    return blocks(at, {"name": caseless(name), "value": text(value)}, implicit="Source != 'user'",
                  key=lambda p: p.get("name"))


def unless_none(want: Value, have: Value) -> bool:
    """AWS does not tell, or nobody decided."""
    return want is None or have is None


def unless_untold(want: Value, have: Value) -> bool:
    """Not every answer tells."""
    return want is not None and have is None


def _grown(want: Value, have: Value) -> bool:
    return isinstance(want, int) and isinstance(have, int) and have > want


STORAGE = (
    ChangedBy(who="storage autoscaling", when="MaxAllocatedStorage", within="[{high: MaxAllocatedStorage}]", to=_grown),
)


def zone(value: Any, instance: Raw) -> str | None:
    """After a failover a Multi-AZ instance stands in its other zone."""
    return None if instance.get("multi_az") else values.text(value)


def managed_password(value: Any, instance: Raw) -> bool | None:
    """An imported instance's state knows of no password at all."""
    known = value or instance.get("password") or instance.get("master_password")
    return bool(value) if known or instance.get("password_wo_version") else None


def key_id(value: Any) -> str | None:
    """A KMS key by its id: the provider takes an ARN as well; an alias decides nothing."""
    return None if ":alias/" in str(value) or str(value).startswith("alias/") else last_of_arn(value)


def _chosen(value: Any) -> Value:
    return values.number(value) or None


def _hidden(want: Value, have: Value) -> bool:
    """RDS answers a password with asterisks."""
    return want is not None and have == "****"


INSTANCE = ResourceType(
    name="aws_db_instance",
    lost_by_import=frozenset({"manage_master_user_password", "master_user_secret_kms_key_id"}),
    imported={"skip_final_snapshot": True},
    service="rds",
    # Aurora, DocumentDB and Neptune instances answer here too, as do the members of a Multi-AZ cluster
    list=Call(op="DescribeDBInstances", take="DBInstances[?!DBClusterIdentifier]"),
    # the provider's id was the identifier before 5.0, and is the resource id since
    id=text("DbiResourceId"),
    identity=("identifier",),
    import_id="identifier",
    label="identifier",
    exists="DBInstanceStatus != 'deleting'",
    computed={
        "arn":         text("DBInstanceArn"),
        "resource_id": text("DbiResourceId"),
        # user guide, "Publishing database logs to Amazon CloudWatch Logs"
        "log_groups":  own_log_groups("[DBInstanceIdentifier, EnabledCloudwatchLogsExports]", "/aws/rds/instance/{0}/{1}"),
        "enhanced_monitoring_resource_arn": text("EnhancedMonitoringResourceArn", outside_schema=True),
    },
    attributes={
        "identifier":                            caseless("DBInstanceIdentifier", assigned=True),
        "engine":                                text("Engine", assigned=True),
        "engine_version":                        text(VERSION, assigned=True, same=version_prefix, changed_by=UPGRADES),
        "engine_lifecycle_support":              text("EngineLifecycleSupport", assigned=True),
        "instance_class":                        text("DBInstanceClass"),
        "license_model":                         text("LicenseModel", assigned=True),
        "allocated_storage":                     number("AllocatedStorage", assigned=True, changed_by=STORAGE),
        "max_allocated_storage":                 number("MaxAllocatedStorage", default=0),
        "storage_type":                          text("StorageType", assigned=True),
        "storage_throughput":                    number("StorageThroughput", default=0),
        "iops":                                  number("Iops", default=0),
        "dedicated_log_volume":                  flag("DedicatedLogVolume"),
        "storage_encrypted":                     flag("StorageEncrypted"),
        "kms_key_id":                            kms_key("KmsKeyId", assigned=True),
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
        "backup_window":                         caseless("PreferredBackupWindow", assigned=True, changed_by=BACKUP_WINDOW),
        "backup_retention_period":               number("BackupRetentionPeriod", default=0, changed_by=BACKUP_RETENTION),
        "backup_target":                         text("BackupTarget", assigned=True),
        "copy_tags_to_snapshot":                 flag("CopyTagsToSnapshot"),
        "monitoring_interval":                   number("MonitoringInterval", default=0),
        "monitoring_role_arn":                   text("MonitoringRoleArn", assigned=True),
        "database_insights_mode":                text("DatabaseInsightsMode", assigned=True),
        "performance_insights_enabled":          flag("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id":       kms_key("PerformanceInsightsKMSKeyId", assigned=True),
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
                                                      "ReadReplicaSourceDBClusterIdentifier", last_of_arn),
        "replica_mode":                          text("ReplicaMode", assigned=True),
        "tags":                                  tags("TagList"),
    },
    ignored={
        "password":                    "never returned by AWS",
        "password_wo_version":         INSTRUCTION,
        "identifier_prefix":           AT_CREATION,
        "snapshot_identifier":         AT_CREATION,
        "restore_to_point_in_time":    AT_CREATION,
        "s3_import":                   AT_CREATION,
        "allow_major_version_upgrade": INSTRUCTION,
        "apply_immediately":           INSTRUCTION,
        "blue_green_update":           INSTRUCTION,
        "delete_automated_backups":    AT_DELETION,
        "final_snapshot_identifier":   AT_DELETION,
        "skip_final_snapshot":         AT_DELETION,
        "upgrade_storage_config":      INSTRUCTION,
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
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
)

SUBNET_GROUP = ResourceType(
    name="aws_db_subnet_group",
    service="rds",
    list=Call(op="DescribeDBSubnetGroups", take="DBSubnetGroups"),
    describe=(tags_of("DBSubnetGroupArn"),),
    id=caseless("DBSubnetGroupName"),
    label="id",
    computed={"arn": text("DBSubnetGroupArn"), "vpc_id": text("VpcId")},
    attributes={
        "name":        caseless("DBSubnetGroupName", assigned=True),
        "description": text("DBSubnetGroupDescription"),
        "subnet_ids":  set_of(values.text, "Subnets[].SubnetIdentifier"),
        "tags":        tags("Tags"),
    },
    ignored={"name_prefix": AT_CREATION},
    refs=(Ref("subnet_ids[]", to="aws_subnet"), Ref("vpc_id", to="aws_vpc")),
    # RDS makes it for the default VPC
    owners=(Owner("DBSubnetGroupName == 'default'", "Amazon RDS"),),
)
# one kind of group, whichever engine uses it
DOCDB_SUBNET_GROUP = replace(
    SUBNET_GROUP,
    name="aws_docdb_subnet_group",
    alias_of="aws_db_subnet_group",
    computed={"arn": text("DBSubnetGroupArn")},
    refs=(Ref("subnet_ids[]", to="aws_subnet"),),
)
NEPTUNE_SUBNET_GROUP = replace(DOCDB_SUBNET_GROUP, name="aws_neptune_subnet_group")

PARAMETER_GROUP = ResourceType(
    name="aws_db_parameter_group",
    service="rds",
    list=Call(op="DescribeDBParameterGroups",
              take="DBParameterGroups[?!starts_with(DBParameterGroupFamily, 'neptune')]"),
    describe=(
        # all of them: a configuration may name a default, and then it is compared
        Call(op="DescribeDBParameters", take="Parameters", into="Parameters", gone=GONE,
             bind={"DBParameterGroupName": "DBParameterGroupName"}),
        tags_of("DBParameterGroupArn"),
    ),
    id=caseless("DBParameterGroupName"),
    label="id",
    computed={"arn": text("DBParameterGroupArn")},
    attributes={
        "name":        caseless("DBParameterGroupName", assigned=True),
        "family":      text("DBParameterGroupFamily"),
        "description": text("Description"),
        "parameter":   parameters(),
        "tags":        tags("Tags"),
    },
    ignored={
        "name_prefix":            AT_CREATION,
        "skip_destroy":           INSTRUCTION,
        "parameter.apply_method": "how a change was to take effect, not what is",
    },
    owners=(Owner("starts_with(DBParameterGroupName, 'default.')", AWS_GROUP),),
)
NEPTUNE_PARAMETER_GROUP = replace(
    PARAMETER_GROUP,
    name="aws_neptune_parameter_group",
    list=Call(op="DescribeDBParameterGroups",
              take="DBParameterGroups[?starts_with(DBParameterGroupFamily, 'neptune')]"),
    ignored={k: v for k, v in PARAMETER_GROUP.ignored.items() if k != "skip_destroy"},
)

OPTION_GROUP = ResourceType(
    name="aws_db_option_group",
    service="rds",
    list=Call(op="DescribeOptionGroups", take="OptionGroupsList"),
    describe=(tags_of("OptionGroupArn"),),
    id=caseless("OptionGroupName"),
    label="id",
    computed={"arn": text("OptionGroupArn")},
    attributes={
        "name":                     caseless("OptionGroupName", assigned=True),
        "engine_name":              text("EngineName"),
        "major_engine_version":     text("MajorEngineVersion"),
        "option_group_description": text("OptionGroupDescription"),
        "option":                   blocks("Options", {
            "option_name":                    text("OptionName"),
            # the provider writes 0 where nobody set it and RDS chooses
            "port":                           attr("Port", _chosen, assigned=True),
            "version":                        text("OptionVersion", assigned=True),
            "vpc_security_group_memberships": set_of(values.text,
                                                     "VpcSecurityGroupMemberships[].VpcSecurityGroupId"),
            "db_security_group_memberships":  set_of(values.text, "DBSecurityGroupMemberships[].DBSecurityGroupName"),
            "option_settings":                blocks("OptionSettings[?Value]", {
                "name": text("Name"), "value": text("Value", same=_hidden),
            }, implicit="Value == DefaultValue", key=lambda s: s.get("name")),
        }, key=lambda o: o.get("option_name")),
        "tags":                     tags("Tags"),
    },
    ignored={"name_prefix": AT_CREATION, "skip_destroy": INSTRUCTION},
    refs=(Ref("option[].vpc_security_group_memberships[]", to="aws_security_group"),),
    owners=(Owner("starts_with(OptionGroupName, 'default:')", AWS_GROUP),),
)

SNAPSHOT = ResourceType(
    name="aws_db_snapshot",
    service="rds",
    # automated ones come and go with their instance
    list=Call(op="DescribeDBSnapshots", take="DBSnapshots", args={"SnapshotType": "manual"}),
    describe=(
        Call(op="DescribeDBSnapshotAttributes", take="DBSnapshotAttributesResult.DBSnapshotAttributes", into="Shares",
             gone=GONE, bind={"DBSnapshotIdentifier": "DBSnapshotIdentifier"}),
    ),
    id=caseless("DBSnapshotIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={"db_snapshot_arn": text("DBSnapshotArn"), "kms_key_id": text("KmsKeyId"),
              "encrypted": flag("Encrypted")},
    attributes={
        "db_snapshot_identifier": caseless("DBSnapshotIdentifier"),
        "db_instance_identifier": caseless("DBInstanceIdentifier"),
        "shared_accounts":        set_of(values.text, "Shares[?AttributeName == 'restore'][].AttributeValues[]"),
        "tags":                   tags("TagList"),
    },
    refs=(
        Ref("db_instance_identifier", to="aws_db_instance", by="identifier"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
    ),
)

SNAPSHOT_COPY = replace(
    SNAPSHOT,
    name="aws_db_snapshot_copy",
    alias_of="aws_db_snapshot",
    computed={"db_snapshot_arn": text("DBSnapshotArn"), "encrypted": flag("Encrypted")},
    attributes={
        "target_db_snapshot_identifier": caseless("DBSnapshotIdentifier"),
        # an alias may be given: AWS answers the key
        "kms_key_id":                    attr("KmsKeyId", key_id, assigned=True),
        "option_group_name":             text("OptionGroupName", assigned=True),
        "shared_accounts":               SNAPSHOT.attributes["shared_accounts"],
        "tags":                          tags("TagList"),
    },
    ignored={
        "copy_tags":                       AT_CREATION,
        "destination_region":              AT_CREATION,
        "presigned_url":                   AT_CREATION,
        # an ARN or a name, of another account and region too: a snapshot never changes where it came from
        "source_db_snapshot_identifier":   AT_CREATION,
        "target_custom_availability_zone": AT_CREATION,
    },
    refs=(),
)

EVENT_SUBSCRIPTION = ResourceType(
    name="aws_db_event_subscription",
    service="rds",
    list=Call(op="DescribeEventSubscriptions", take="EventSubscriptionsList"),
    describe=(tags_of("EventSubscriptionArn"),),
    id=text("CustSubscriptionId"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("EventSubscriptionArn")},
    attributes={
        "name":             text("CustSubscriptionId", assigned=True),
        "sns_topic":        text("SnsTopicArn"),
        "enabled":          flag("Enabled"),
        "source_type":      text("SourceType"),
        "source_ids":       set_of(values.text, "SourceIdsList"),
        "event_categories": set_of(values.text, "EventCategoriesList"),
        "tags":             tags("Tags"),
    },
    ignored={"name_prefix": AT_CREATION},
    refs=(Ref("sns_topic", to="aws_sns_topic", by="arn"),),
)


def _event_subscription(name: str) -> ResourceType:
    attributes = {"sns_topic_arn" if k == "sns_topic" else k: v for k, v in EVENT_SUBSCRIPTION.attributes.items()}
    return replace(EVENT_SUBSCRIPTION, name=name, alias_of="aws_db_event_subscription", attributes=attributes,
                   refs=(Ref("sns_topic_arn", to="aws_sns_topic", by="arn"),))


DOCDB_EVENT_SUBSCRIPTION = _event_subscription("aws_docdb_event_subscription")
NEPTUNE_EVENT_SUBSCRIPTION = _event_subscription("aws_neptune_event_subscription")

PROXY = ResourceType(
    name="aws_db_proxy",
    service="rds",
    list=Call(op="DescribeDBProxies", take="DBProxies"),
    describe=(
        tags_of("DBProxyArn"),
        Call(op="DescribeDBProxyTargetGroups", take="TargetGroups[?IsDefault]", into="TargetGroups", gone=GONE,
             bind={"DBProxyName": "DBProxyName"}),
        # one call for each managed proxy: what it leads to
        Call(op="DescribeDBProxyTargets", take="Targets", into="Targets", bind={"DBProxyName": "DBProxyName"}, gone=GONE),
    ),
    id=text("DBProxyName"),
    label="name",
    exists="Status != 'deleting'",
    computed={"arn": text("DBProxyArn"), "endpoint": text("Endpoint")},
    attributes={
        "name":                   text("DBProxyName"),
        "engine_family":          text("EngineFamily"),
        "role_arn":               text("RoleArn"),
        "require_tls":            flag("RequireTLS"),
        "debug_logging":          flag("DebugLogging"),
        "idle_client_timeout":    number("IdleClientTimeout", default=1800),
        "vpc_security_group_ids": set_of(values.text, "VpcSecurityGroupIds", assigned=True),
        "vpc_subnet_ids":         set_of(values.text, "VpcSubnetIds"),
        "auth":                   blocks("Auth", {
            "auth_scheme":               text("AuthScheme"),
            "client_password_auth_type": text("ClientPasswordAuthType", assigned=True),
            "description":               text("Description"),
            "iam_auth":                  text("IAMAuth", default="DISABLED"),
            "secret_arn":                text("SecretArn"),
            "username":                  text("UserName"),
        }, key=lambda a: a.get("secret_arn")),
        "tags":                   tags("Tags"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("vpc_subnet_ids[]", to="aws_subnet"),
        Ref("auth[].secret_arn", to="aws_secretsmanager_secret", by="arn"),
    ),
)

PROXY_DEFAULT_TARGET_GROUP = ResourceType(
    name="aws_db_proxy_default_target_group",
    service="rds",
    list=Within("aws_db_proxy", each="TargetGroups[]"),
    id=text("DBProxyName"),
    label="db_proxy_name",
    computed={"arn": text("TargetGroupArn"), "name": text("TargetGroupName")},
    attributes={
        "db_proxy_name":          text("DBProxyName"),
        "connection_pool_config": block("ConnectionPoolConfig", {
            "connection_borrow_timeout":    number("ConnectionBorrowTimeout", default=120),
            "init_query":                   text("InitQuery"),
            "max_connections_percent":      number("MaxConnectionsPercent", default=100),
            "max_idle_connections_percent": number("MaxIdleConnectionsPercent", default=50),
            "session_pinning_filters":      set_of(values.text, "SessionPinningFilters"),
        }, assigned=True),
    },
    parent=Parent("db_proxy_name", to="aws_db_proxy"),
    owners=(Owner("IsDefault", "RDS"),),  # every proxy has one
)

ROLE_ASSOCIATION = ResourceType(
    name="aws_db_instance_role_association",
    service="rds",
    list=Within("aws_db_instance", each="AssociatedRoles[]"),
    id=text("join(',', [parent.DBInstanceIdentifier, RoleArn])"),
    identity=("db_instance_identifier", "role_arn"),
    label="role_arn",
    attributes={
        "db_instance_identifier": caseless("parent.DBInstanceIdentifier"),
        "feature_name":           text("FeatureName"),
        "role_arn":               text("RoleArn"),
    },
    parent=Parent("db_instance_identifier", to="aws_db_instance", by="identifier"),
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
)

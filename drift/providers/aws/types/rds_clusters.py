"""Clusters that the RDS API answers for: Aurora and Multi-AZ clusters, Amazon DocumentDB, Amazon Neptune.

One call lists the clusters of all engines; each type takes its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, caseless, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import kms_key, own_log_groups, tags
from drift.providers.aws.normalize.names import version_prefix
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types import rds
from drift.providers.aws.types.rds import (
    AT_CREATION,
    AT_DELETION,
    AWS_GROUP,
    GONE,
    INSTRUCTION,
    UPGRADES,
    VERSION,
    key_id,
    parameters,
    tags_of,
    unless_none,
    unless_untold,
)

AURORA_SCALED = Owner("starts_with(DBInstanceIdentifier, 'application-autoscaling-')", "Application Auto Scaling")
"""Readers that Aurora Auto Scaling adds go by this name and nothing else tells of them."""
PARTS = "its instances are told by themselves"
CLUSTERS_OWN = "the cluster's own, which tells it"


def clusters(condition: str) -> Call:
    """The clusters of some engines."""
    return Call(op="DescribeDBClusters", take=f"DBClusters[?{condition}]")


def members(condition: str) -> Call:
    """The instances of the clusters of some engines."""
    return Call(op="DescribeDBInstances", take=f"DBInstances[?DBClusterIdentifier && {condition}]")


def _storage_type(value: Any) -> str | None:
    """The standard type goes by its name or by none."""
    return None if value in (None, "", "aurora", "standard") else str(value)


def _seconds(value: Any) -> int | float | None:
    """Only a cluster that may pause has any; the provider then writes 0."""
    return values.number(value) or None


def _managed_password(value: Any, cluster: Raw) -> bool | None:
    """An imported cluster's state knows of no password at all."""
    known = value or cluster.get("master_password") or cluster.get("master_password_wo_version")
    return bool(value) if known else None




common: dict[str, Attr] = {
    "cluster_identifier":           caseless("DBClusterIdentifier", assigned=True),
    "engine_version":               text(VERSION, assigned=True, same=version_prefix, changed_by=UPGRADES),
    "availability_zones":           set_of(values.text, "AvailabilityZones", assigned=True),
    "backup_retention_period":      number("BackupRetentionPeriod", default=1),
    "deletion_protection":          flag("DeletionProtection"),
    # a global cluster may be made of it after it was recorded; not every answer names it
    "global_cluster_identifier":    text("GlobalClusterIdentifier", assigned=True, same=unless_untold),
    "port":                         number("Port", assigned=True),
    "preferred_backup_window":      caseless("PreferredBackupWindow", assigned=True),
    "preferred_maintenance_window": caseless("PreferredMaintenanceWindow", assigned=True),
    "storage_encrypted":            flag("StorageEncrypted", default=False),
    "storage_type":                 attr("StorageType", _storage_type, default="standard"),
    "tags":                         tags("TagList"),
    "vpc_security_group_ids":       set_of(values.text, "VpcSecurityGroups[?Status != 'removing'].VpcSecurityGroupId",
                                           assigned=True),
}
passwords: dict[str, Attr] = {
    "master_username":               text("MasterUsername", assigned=True),
    "manage_master_user_password":   flag("MasterUserSecret.SecretArn != `null`", from_state=_managed_password,
                                          same=unless_none),
}
EXPORTS = "[DBClusterIdentifier, EnabledCloudwatchLogsExports]"
"""The logs of a cluster that are published; each has a log group that is made for it (RDS, DocumentDB and Neptune user
guides, "Publishing logs to CloudWatch Logs")."""
computed = {"arn": text("DBClusterArn"), "cluster_resource_id": text("DbClusterResourceId")}
refs = (Ref("vpc_security_group_ids[]", to="aws_security_group"),)
not_compared = {
    "cluster_identifier_prefix":   AT_CREATION,
    "snapshot_identifier":         AT_CREATION,
    "final_snapshot_identifier":   AT_DELETION,
    "skip_final_snapshot":         AT_DELETION,
    "allow_major_version_upgrade": INSTRUCTION,
    "apply_immediately":           INSTRUCTION,
}
no_password = {"master_password": "never returned by AWS", "master_password_wo_version": INSTRUCTION}

CLUSTER = ResourceType(
    name="aws_rds_cluster",
    lost_by_import=frozenset({"manage_master_user_password", "master_user_secret_kms_key_id"}),
    imported={"skip_final_snapshot": True},
    service="rds",
    list=clusters("Engine != 'docdb' && Engine != 'neptune'"),
    id=caseless("DBClusterIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={
        **computed,
        "auto_minor_version_upgrade": flag("AutoMinorVersionUpgrade", outside_schema=True),
        "multi_az": flag("MultiAZ", outside_schema=True),
        "log_groups": own_log_groups(EXPORTS, "/aws/rds/cluster/{0}/{1}"),
    },
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
    attributes={
        **common,
        "backup_retention_period": replace(common["backup_retention_period"], changed_by=rds.BACKUP_RETENTION),
        "preferred_backup_window": replace(common["preferred_backup_window"], changed_by=rds.BACKUP_WINDOW),
        **passwords,
        "master_user_secret_kms_key_id":         attr("MasterUserSecret.KmsKeyId", key_id, assigned=True),
        "allocated_storage":                     number("AllocatedStorage", assigned=True),
        "backtrack_window":                      number("BacktrackWindow", default=0),
        "ca_certificate_identifier":             text("CertificateDetails.CAIdentifier", assigned=True),
        "cluster_scalability_type":              text("ClusterScalabilityType", assigned=True),
        "copy_tags_to_snapshot":                 flag("CopyTagsToSnapshot"),
        "database_insights_mode":                text("DatabaseInsightsMode", assigned=True),
        "database_name":                         text("DatabaseName", assigned=True),
        "db_cluster_instance_class":             text("DBClusterInstanceClass"),
        "db_cluster_parameter_group_name":       text("DBClusterParameterGroup", assigned=True),
        "db_subnet_group_name":                  text("DBSubnetGroup", assigned=True),
        "db_system_id":                          text("DBSystemId", assigned=True),
        "domain":                                text("DomainMemberships[0].Domain"),
        "domain_iam_role_name":                  text("DomainMemberships[0].IAMRoleName"),
        "enable_global_write_forwarding":        flag("GlobalWriteForwardingRequested"),
        "enable_http_endpoint":                  flag("HttpEndpointEnabled"),
        "enable_local_write_forwarding":         flag("contains(['enabled', 'enabling', 'requested'], "
                                                      "LocalWriteForwardingStatus || '')"),
        "enabled_cloudwatch_logs_exports":       set_of(values.text, "EnabledCloudwatchLogsExports"),
        "engine":                                text("Engine"),
        "engine_lifecycle_support":              text("EngineLifecycleSupport", assigned=True),
        "engine_mode":                           text("EngineMode", default="provisioned"),
        "iam_database_authentication_enabled":   flag("IAMDatabaseAuthenticationEnabled"),
        # aws_rds_cluster_role_association adds roles after the cluster was recorded
        "iam_roles":                             set_of(values.text, "AssociatedRoles[].RoleArn", assigned=True),
        "iops":                                  number("Iops", default=0),
        "kms_key_id":                            kms_key("KmsKeyId", assigned=True),
        "monitoring_interval":                   number("MonitoringInterval", default=0),
        "monitoring_role_arn":                   text("MonitoringRoleArn", assigned=True),
        "network_type":                          text("NetworkType", assigned=True),
        "performance_insights_enabled":          flag("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id":       kms_key("PerformanceInsightsKMSKeyId", assigned=True),
        "performance_insights_retention_period": number("PerformanceInsightsRetentionPeriod", default=0),
        # a member of a global cluster has one that nobody set
        "replication_source_identifier":         text("ReplicationSourceIdentifier", assigned=True),
        # Serverless v1 alone has one
        "scaling_configuration":                 block("[@][?EngineMode == 'serverless'].ScalingConfigurationInfo | [0]", {
            "auto_pause":               flag("AutoPause", default=True),
            "max_capacity":             number("MaxCapacity", default=16),
            "min_capacity":             number("MinCapacity", default=1),
            "seconds_before_timeout":   number("SecondsBeforeTimeout", default=300),
            "seconds_until_auto_pause": number("SecondsUntilAutoPause", default=300),
            "timeout_action":           text("TimeoutAction", default="RollbackCapacityChange"),
        }),
        "serverlessv2_scaling_configuration":    block("ServerlessV2ScalingConfiguration", {
            "max_capacity":             number("MaxCapacity"),
            "min_capacity":             number("MinCapacity"),
            "seconds_until_auto_pause": attr("SecondsUntilAutoPause", _seconds, assigned=True),
        }),
    },
    ignored={
        **not_compared,
        **no_password,
        "cluster_members":                  PARTS,
        "db_instance_parameter_group_name": INSTRUCTION,
        "delete_automated_backups":         AT_DELETION,
        "restore_to_point_in_time":         AT_CREATION,
        "s3_import":                        AT_CREATION,
        "source_region":                    AT_CREATION,
    },
    refs=(
        *refs,
        Ref("db_subnet_group_name", to="aws_db_subnet_group"),
        Ref("db_cluster_parameter_group_name", to="aws_rds_cluster_parameter_group"),
        Ref("global_cluster_identifier", to="aws_rds_global_cluster"),
        Ref("iam_roles[]", to="aws_iam_role", by="arn"),
        Ref("monitoring_role_arn", to="aws_iam_role", by="arn"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("master_user_secret_kms_key_id", to="aws_kms_key"),
    ),
)

instance: dict[str, Attr] = {
    "identifier":                 caseless("DBInstanceIdentifier", assigned=True),
    "cluster_identifier":         caseless("DBClusterIdentifier"),
    "instance_class":             text("DBInstanceClass"),
    "engine":                     text("Engine"),
    "auto_minor_version_upgrade": flag("AutoMinorVersionUpgrade"),
    "availability_zone":          text("AvailabilityZone", assigned=True),
    "preferred_maintenance_window": caseless("PreferredMaintenanceWindow", assigned=True),
    "promotion_tier":             number("PromotionTier", default=0),
    "tags":                       tags("TagList"),
}

CLUSTER_INSTANCE = ResourceType(
    name="aws_rds_cluster_instance",
    service="rds",
    # the members of a Multi-AZ cluster are of its own making, and of another engine
    list=members("starts_with(Engine, 'aurora')"),
    id=caseless("DBInstanceIdentifier"),
    label="id",
    exists="DBInstanceStatus != 'deleting'",
    computed={"arn": text("DBInstanceArn"), "dbi_resource_id": text("DbiResourceId")},
    attributes={
        **instance,
        "ca_cert_identifier":                    text("CACertificateIdentifier", assigned=True),
        "copy_tags_to_snapshot":                 flag("CopyTagsToSnapshot"),
        "custom_iam_instance_profile":           text("CustomIamInstanceProfile"),
        "db_parameter_group_name":               text("DBParameterGroups[0].DBParameterGroupName", assigned=True),
        "db_subnet_group_name":                  text("DBSubnetGroup.DBSubnetGroupName", assigned=True),
        "monitoring_interval":                   number("MonitoringInterval", default=0),
        "monitoring_role_arn":                   text("MonitoringRoleArn", assigned=True),
        "performance_insights_enabled":          flag("PerformanceInsightsEnabled", default=False),
        "performance_insights_kms_key_id":       kms_key("PerformanceInsightsKMSKeyId", assigned=True),
        "performance_insights_retention_period": number("PerformanceInsightsRetentionPeriod", default=0),
        "publicly_accessible":                   flag("PubliclyAccessible", default=False, same_for_all=True),
    },
    ignored={
        "apply_immediately":       INSTRUCTION,
        "force_destroy":           INSTRUCTION,
        "identifier_prefix":       AT_CREATION,
        "engine_version":          CLUSTERS_OWN,
        "preferred_backup_window": CLUSTERS_OWN,
    },
    parent=Parent("cluster_identifier", to="aws_rds_cluster"),
    refs=(
        Ref("db_parameter_group_name", to="aws_db_parameter_group"),
        Ref("db_subnet_group_name", to="aws_db_subnet_group"),
        Ref("monitoring_role_arn", to="aws_iam_role", by="arn"),
    ),
    owners=(AURORA_SCALED,),
)


def parameter_group(name: str, condition: str) -> ResourceType:
    """The cluster parameter groups of some engines."""
    return replace(
        rds.PARAMETER_GROUP,
        name=name,
        list=Call(op="DescribeDBClusterParameterGroups", take=f"DBClusterParameterGroups[?{condition}]"),
        describe=(
            # all of them: a configuration may name a default, and then it is compared
            Call(op="DescribeDBClusterParameters", take="Parameters", into="Parameters", gone=GONE,
                 bind={"DBClusterParameterGroupName": "DBClusterParameterGroupName"}),
            tags_of("DBClusterParameterGroupArn"),
        ),
        id=caseless("DBClusterParameterGroupName"),
        computed={"arn": text("DBClusterParameterGroupArn")},
        attributes={
            "name":        caseless("DBClusterParameterGroupName", assigned=True),
            "family":      text("DBParameterGroupFamily"),
            "description": text("Description"),
            "parameter":   parameters(),
            "tags":        tags("Tags"),
        },
        ignored={k: v for k, v in rds.PARAMETER_GROUP.ignored.items() if k != "skip_destroy"},
        owners=(Owner("starts_with(DBClusterParameterGroupName, 'default.')", AWS_GROUP),),
    )


def _family(name: str) -> str:
    return f"starts_with(DBParameterGroupFamily, '{name}')"


CLUSTER_PARAMETER_GROUP = parameter_group(
    "aws_rds_cluster_parameter_group", f"!{_family('docdb')} && !{_family('neptune')}"
)
DOCDB_PARAMETER_GROUP = parameter_group("aws_docdb_cluster_parameter_group", _family("docdb"))
NEPTUNE_PARAMETER_GROUP = parameter_group("aws_neptune_cluster_parameter_group", _family("neptune"))


def snapshots(condition: str) -> Call:
    """The snapshots somebody took of clusters of some engines."""
    return Call(op="DescribeDBClusterSnapshots", take=f"DBClusterSnapshots[?{condition}]",
                args={"SnapshotType": "manual"})


CLUSTER_SNAPSHOT = ResourceType(
    name="aws_db_cluster_snapshot",
    service="rds",
    list=snapshots("Engine != 'docdb' && Engine != 'neptune'"),
    describe=(
        Call(op="DescribeDBClusterSnapshotAttributes", into="Shares", gone=GONE,
             take="DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes",
             bind={"DBClusterSnapshotIdentifier": "DBClusterSnapshotIdentifier"}),
    ),
    id=caseless("DBClusterSnapshotIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={"db_cluster_snapshot_arn": text("DBClusterSnapshotArn"), "kms_key_id": text("KmsKeyId"),
              "storage_encrypted": flag("StorageEncrypted")},
    attributes={
        "db_cluster_snapshot_identifier": caseless("DBClusterSnapshotIdentifier"),
        "db_cluster_identifier":          caseless("DBClusterIdentifier"),
        "shared_accounts":                set_of(values.text, "Shares[?AttributeName == 'restore'][].AttributeValues[]"),
        "tags":                           tags("TagList"),
    },
    refs=(
        Ref("db_cluster_identifier", to="aws_rds_cluster"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
    ),
)

CLUSTER_SNAPSHOT_COPY = replace(
    CLUSTER_SNAPSHOT,
    name="aws_rds_cluster_snapshot_copy",
    alias_of="aws_db_cluster_snapshot",
    computed={"db_cluster_snapshot_arn": text("DBClusterSnapshotArn"), "storage_encrypted": flag("StorageEncrypted")},
    attributes={
        "target_db_cluster_snapshot_identifier": caseless("DBClusterSnapshotIdentifier"),
        # an alias may be given: AWS answers the key
        "kms_key_id":                            attr("KmsKeyId", key_id, assigned=True),
        "shared_accounts":                       CLUSTER_SNAPSHOT.attributes["shared_accounts"],
        "tags":                                  tags("TagList"),
    },
    ignored={
        "copy_tags":                             AT_CREATION,
        "destination_region":                    AT_CREATION,
        "presigned_url":                         AT_CREATION,
        # an ARN or a name: a snapshot never changes where it came from
        "source_db_cluster_snapshot_identifier": AT_CREATION,
    },
    refs=(),
)

DOCDB_SNAPSHOT = replace(
    CLUSTER_SNAPSHOT,
    name="aws_docdb_cluster_snapshot",
    list=snapshots("Engine == 'docdb'"),
    computed={
        **CLUSTER_SNAPSHOT.computed,
        "shared_accounts": replace(CLUSTER_SNAPSHOT.attributes["shared_accounts"], outside_schema=True),
    },
    attributes={k: v for k, v in CLUSTER_SNAPSHOT.attributes.items() if k.startswith("db_")},
    owners=(of_stack("TagList"),),
    refs=(Ref("db_cluster_identifier", to="aws_docdb_cluster"), Ref("kms_key_id", to="aws_kms_key", by="arn")),
)
NEPTUNE_SNAPSHOT = replace(
    DOCDB_SNAPSHOT,
    name="aws_neptune_cluster_snapshot",
    list=snapshots("Engine == 'neptune'"),
    refs=(Ref("db_cluster_identifier", to="aws_neptune_cluster"), Ref("kms_key_id", to="aws_kms_key", by="arn")),
)

DOCDB_CLUSTER = ResourceType(
    name="aws_docdb_cluster",
    imported={"skip_final_snapshot": True},
    service="rds",
    list=clusters("Engine == 'docdb'"),
    id=caseless("DBClusterIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={**computed, "log_groups": own_log_groups(EXPORTS, "/aws/docdb/{0}/{1}")},
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
    attributes={
        **common,
        **passwords,
        "db_cluster_parameter_group_name": text("DBClusterParameterGroup", assigned=True),
        "db_subnet_group_name":            text("DBSubnetGroup", assigned=True),
        "enabled_cloudwatch_logs_exports": set_of(values.text, "EnabledCloudwatchLogsExports"),
        "engine":                          text("Engine", default="docdb"),
        "kms_key_id":                      kms_key("KmsKeyId", assigned=True),
    },
    ignored={**not_compared, **no_password, "cluster_members": PARTS, "restore_to_point_in_time": AT_CREATION},
    refs=(
        *refs,
        Ref("db_subnet_group_name", to="aws_docdb_subnet_group"),
        Ref("db_cluster_parameter_group_name", to="aws_docdb_cluster_parameter_group"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
    ),
)

DOCDB_INSTANCE = ResourceType(
    name="aws_docdb_cluster_instance",
    service="rds",
    list=members("Engine == 'docdb'"),
    id=caseless("DBInstanceIdentifier"),
    label="id",
    exists="DBInstanceStatus != 'deleting'",
    computed={
        **CLUSTER_INSTANCE.computed,
        # those of its cluster
        "enabled_cloudwatch_logs_exports": set_of(values.text, "EnabledCloudwatchLogsExports", outside_schema=True),
        "kms_key_id":                      text("KmsKeyId"),
        "storage_encrypted":               flag("StorageEncrypted"),
    },
    attributes={
        **instance,
        "ca_cert_identifier":              text("CACertificateIdentifier", assigned=True),
        "copy_tags_to_snapshot":           flag("CopyTagsToSnapshot"),
        "enable_performance_insights":     flag("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id": kms_key("PerformanceInsightsKMSKeyId", assigned=True),
    },
    ignored={"apply_immediately": INSTRUCTION, "identifier_prefix": AT_CREATION},
    parent=Parent("cluster_identifier", to="aws_docdb_cluster"),
)

NEPTUNE_CLUSTER = ResourceType(
    name="aws_neptune_cluster",
    imported={"skip_final_snapshot": True},
    service="rds",
    list=clusters("Engine == 'neptune'"),
    id=caseless("DBClusterIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={**computed, "log_groups": own_log_groups(EXPORTS, "/aws/neptune/{0}/{1}")},
    creates=(Ref("log_groups[]", to="aws_cloudwatch_log_group", by="name"),),
    attributes={
        **common,
        "copy_tags_to_snapshot":                flag("CopyTagsToSnapshot"),
        "enable_cloudwatch_logs_exports":       set_of(values.text, "EnabledCloudwatchLogsExports"),
        "engine":                               text("Engine", default="neptune"),
        "iam_database_authentication_enabled":  flag("IAMDatabaseAuthenticationEnabled"),
        "iam_roles":                            set_of(values.text, "AssociatedRoles[].RoleArn"),
        "kms_key_arn":                          kms_key("KmsKeyId", assigned=True),
        "neptune_cluster_parameter_group_name": text("DBClusterParameterGroup", assigned=True),
        "neptune_subnet_group_name":            text("DBSubnetGroup", assigned=True),
        "replication_source_identifier":        text("ReplicationSourceIdentifier", assigned=True),
        "serverless_v2_scaling_configuration":  block("ServerlessV2ScalingConfiguration", {
            "max_capacity": number("MaxCapacity", default=128),
            "min_capacity": number("MinCapacity", default=2.5),
        }),
    },
    ignored={**not_compared, "neptune_instance_parameter_group_name": INSTRUCTION},
    refs=(
        *refs,
        Ref("neptune_subnet_group_name", to="aws_neptune_subnet_group"),
        Ref("neptune_cluster_parameter_group_name", to="aws_neptune_cluster_parameter_group"),
        Ref("iam_roles[]", to="aws_iam_role", by="arn"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
    ),
)

NEPTUNE_INSTANCE = ResourceType(
    name="aws_neptune_cluster_instance",
    service="rds",
    list=members("Engine == 'neptune'"),
    id=caseless("DBInstanceIdentifier"),
    label="id",
    exists="DBInstanceStatus != 'deleting'",
    computed=CLUSTER_INSTANCE.computed,
    attributes={
        **instance,
        "neptune_parameter_group_name": text("DBParameterGroups[0].DBParameterGroupName", assigned=True),
        "neptune_subnet_group_name":    text("DBSubnetGroup.DBSubnetGroupName", assigned=True),
        "port":                         number("Endpoint.Port || DbInstancePort", assigned=True, same=unless_none),
        "publicly_accessible":          flag("PubliclyAccessible"),
    },
    ignored={
        "apply_immediately":       INSTRUCTION,
        "identifier_prefix":       AT_CREATION,
        "skip_final_snapshot":     AT_DELETION,
        "engine_version":          CLUSTERS_OWN,
        "preferred_backup_window": CLUSTERS_OWN,
    },
    parent=Parent("cluster_identifier", to="aws_neptune_cluster"),
)

GLOBAL_CLUSTER = ResourceType(
    name="aws_rds_global_cluster",
    service="rds",
    # every region answers for all of them
    regional=False,
    list=Call(op="DescribeGlobalClusters", take="GlobalClusters[?Engine != 'docdb' && Engine != 'neptune']"),
    id=caseless("GlobalClusterIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("GlobalClusterArn"), "global_cluster_resource_id": text("GlobalClusterResourceId")},
    attributes={
        "global_cluster_identifier": caseless("GlobalClusterIdentifier"),
        "database_name":             text("DatabaseName", assigned=True),
        "deletion_protection":       flag("DeletionProtection"),
        "engine":                    text("Engine", assigned=True),
        "engine_lifecycle_support":  text("EngineLifecycleSupport", assigned=True),
        "engine_version":            text("EngineVersion", assigned=True, same=version_prefix),
        "storage_encrypted":         flag("StorageEncrypted", default=False),
        "tags":                      tags("TagList"),
    },
    ignored={"force_destroy": INSTRUCTION, "source_db_cluster_identifier": AT_CREATION},
)

_of_others = {k: v for k, v in GLOBAL_CLUSTER.attributes.items() if k not in ("engine_lifecycle_support", "tags")}
DOCDB_GLOBAL_CLUSTER = replace(
    GLOBAL_CLUSTER,
    name="aws_docdb_global_cluster",
    list=Call(op="DescribeGlobalClusters", take="GlobalClusters[?Engine == 'docdb']"),
    attributes=_of_others,
    owners=(of_stack("TagList"),),
    ignored={"source_db_cluster_identifier": AT_CREATION},
)
NEPTUNE_GLOBAL_CLUSTER = replace(
    GLOBAL_CLUSTER,
    name="aws_neptune_global_cluster",
    list=Call(op="DescribeGlobalClusters", take="GlobalClusters[?Engine == 'neptune']"),
    attributes={k: v for k, v in _of_others.items() if k != "database_name"},
    owners=(of_stack("TagList"),),
    ignored={"source_db_cluster_identifier": AT_CREATION},
)

CLUSTER_ENDPOINT = ResourceType(
    name="aws_rds_cluster_endpoint",
    service="rds",
    # those for reading and writing come with the cluster
    # a custom endpoint is a cluster's, and ends with it
    list=Call(op="DescribeDBClusterEndpoints", take="DBClusterEndpoints[?EndpointType == 'CUSTOM']",
              where=(Where("aws_rds_cluster"),)),
    describe=(tags_of("DBClusterEndpointArn"),),
    id=caseless("DBClusterEndpointIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("DBClusterEndpointArn"), "endpoint": text("Endpoint")},
    attributes={
        "cluster_endpoint_identifier": caseless("DBClusterEndpointIdentifier"),
        "cluster_identifier":          caseless("DBClusterIdentifier"),
        "custom_endpoint_type":        text("CustomEndpointType"),
        "excluded_members":            set_of(values.text, "ExcludedMembers"),
        "static_members":              set_of(values.text, "StaticMembers"),
        "tags":                        tags("Tags"),
    },
    refs=(
        Ref("excluded_members[]", to="aws_rds_cluster_instance"),
        Ref("static_members[]", to="aws_rds_cluster_instance"),
    ),
    # those of Neptune's clusters are among them
    parent=Parent("cluster_identifier", to="aws_rds_cluster"),
)

PROXY_TARGET = ResourceType(
    name="aws_db_proxy_target",
    service="rds",
    # the instances of a cluster follow from the cluster
    list=Within("aws_db_proxy", each="Targets[?!(Type == 'RDS_INSTANCE' && TrackedClusterId)]"),
    # a proxy has one group of targets, and it bears this name
    id=text("join('/', [parent.DBProxyName, 'default', Type, RdsResourceId])"),
    label="id",
    computed={
        "endpoint":           text("Endpoint"),
        "rds_resource_id":    text("RdsResourceId"),
        "target_arn":         text("TargetArn"),
        "tracked_cluster_id": text("TrackedClusterId"),
        "type":               text("Type"),
    },
    attributes={
        "db_proxy_name":          text("parent.DBProxyName"),
        "target_group_name":      text("'default'"),
        "db_cluster_identifier":  text("Type == 'TRACKED_CLUSTER' && RdsResourceId || `null`"),
        "db_instance_identifier": text("Type == 'RDS_INSTANCE' && RdsResourceId || `null`"),
    },
    refs=(
        Ref("db_cluster_identifier", to="aws_rds_cluster"),
        Ref("db_instance_identifier", to="aws_db_instance", by="identifier"),
    ),
    parent=Parent("db_proxy_name", to="aws_db_proxy"),
)

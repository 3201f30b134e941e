"""Amazon Redshift."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import kms_key, schedule, tags
from drift.providers.aws.types.rds import AT_CREATION, AT_DELETION, INSTRUCTION, key_id, unless_none

GONE = frozenset({"ClusterNotFound", "ClusterNotFoundFault", "ClusterParameterGroupNotFound"})


def _zone(value: Any, cluster: Raw) -> str | None:
    """A cluster that may be relocated is where AWS moved it."""
    return None if cluster.get("availability_zone_relocation_enabled") else values.text(value)


def _managed_password(value: Any, cluster: Raw) -> bool | None:
    """An imported cluster's state knows of no password at all."""
    return bool(value) if value or cluster.get("master_password") else None


CLUSTER = ResourceType(
    name="aws_redshift_cluster",
    imported={"skip_final_snapshot": True},
    service="redshift",
    list=Call(op="DescribeClusters", take="Clusters"),
    describe=(
        # one call for each cluster: there is no other
        Call(op="DescribeLoggingStatus", into="Logging", gone=GONE, bind={"ClusterIdentifier": "ClusterIdentifier"}),
    ),
    id=caseless("ClusterIdentifier"),
    label="id",
    exists="ClusterStatus != 'deleting'",
    computed={"dns_name": text("Endpoint.Address"), "cluster_namespace_arn": text("ClusterNamespaceArn")},
    attributes={
        "cluster_identifier":                   caseless("ClusterIdentifier"),
        "allow_version_upgrade":                flag("AllowVersionUpgrade", default=True),
        "automated_snapshot_retention_period":  number("AutomatedSnapshotRetentionPeriod", default=1),
        "manual_snapshot_retention_period":     number("ManualSnapshotRetentionPeriod", default=-1, zero_is_value=True),
        "availability_zone":                    text("AvailabilityZone", assigned=True, from_state=_zone,
                                                     same=unless_none),
        "availability_zone_relocation_enabled": flag("contains(['enabled', 'pending_enabling'], "
                                                     "AvailabilityZoneRelocationStatus || '')"),
        "cluster_parameter_group_name":         text("ClusterParameterGroups[0].ParameterGroupName", assigned=True),
        "cluster_subnet_group_name":            text("ClusterSubnetGroupName", assigned=True),
        "cluster_type":                         text("NumberOfNodes > `1` && 'multi-node' || 'single-node'",
                                                     assigned=True),
        "cluster_version":                      text("ClusterVersion", default="1.0"),
        "database_name":                        text("DBName", assigned=True),
        "default_iam_role_arn":                 text("DefaultIamRoleArn", assigned=True),
        "elastic_ip":                           text("ElasticIpStatus.ElasticIp"),
        "encrypted":                            flag("Encrypted"),
        "enhanced_vpc_routing":                 flag("EnhancedVpcRouting", default=False),
        # aws_redshift_cluster_iam_roles adds roles after the cluster was recorded
        "iam_roles":                            set_of(values.text, "IamRoles[].IamRoleArn", assigned=True),
        "kms_key_id":                           kms_key("KmsKeyId", assigned=True),
        "maintenance_track_name":               text("MaintenanceTrackName", default="current"),
        "manage_master_password":               flag("MasterPasswordSecretArn != `null`",
                                                     from_state=_managed_password, same=unless_none),
        "master_password_secret_kms_key_id":    attr("MasterPasswordSecretKmsKeyId", key_id, assigned=True),
        "master_username":                      text("MasterUsername", assigned=True),
        "multi_az":                             flag("MultiAZ"),
        "node_type":                            caseless("NodeType"),
        "number_of_nodes":                      number("NumberOfNodes", default=1),
        "port":                                 number("Endpoint.Port", default=5439),
        "preferred_maintenance_window":         caseless("PreferredMaintenanceWindow", assigned=True),
        "publicly_accessible":                  flag("PubliclyAccessible"),
        "vpc_security_group_ids":               set_of(values.text, "VpcSecurityGroups[].VpcSecurityGroupId",
                                                       assigned=True),
        # both have resources of their own, and then nothing is recorded here
        "logging":                              block("Logging", {
            "enable":               flag("LoggingEnabled"),
            "bucket_name":          text("BucketName", assigned=True),
            "s3_key_prefix":        text("S3KeyPrefix", assigned=True),
            "log_destination_type": text("LogDestinationType", assigned=True),
            "log_exports":          set_of(values.text, "LogExports"),
        }, assigned=True),
        "snapshot_copy":                        block("ClusterSnapshotCopyStatus", {
            "destination_region": text("DestinationRegion"),
            "retention_period":   number("RetentionPeriod", default=7),
            "grant_name":         text("SnapshotCopyGrantName"),
        }, assigned=True),
        "tags":                                 tags("Tags"),
    },
    ignored={
        "apply_immediately":           INSTRUCTION,
        "aqua_configuration_status":   "retired: AWS alone decides",
        "cluster_public_key":          "AWS's own",
        "cluster_revision_number":     "AWS's own: every maintenance counts it up",
        "endpoint":                    "AWS's own",
        "final_snapshot_identifier":   AT_DELETION,
        "master_password":             "never returned by AWS",
        "master_password_wo_version":  INSTRUCTION,
        "owner_account":               AT_CREATION,
        "skip_final_snapshot":         AT_DELETION,
        "snapshot_arn":                AT_CREATION,
        "snapshot_cluster_identifier": AT_CREATION,
        "snapshot_identifier":         AT_CREATION,
    },
    refs=(
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("cluster_subnet_group_name", to="aws_redshift_subnet_group"),
        Ref("cluster_parameter_group_name", to="aws_redshift_parameter_group"),
        Ref("iam_roles[]", to="aws_iam_role", by="arn"),
        Ref("kms_key_id", to="aws_kms_key", by="arn"),
        Ref("logging.bucket_name", to="aws_s3_bucket"),
    ),
)

PARAMETER_GROUP = ResourceType(
    name="aws_redshift_parameter_group",
    service="redshift",
    list=Call(op="DescribeClusterParameterGroups", take="ParameterGroups"),
    describe=(
        # all of them: a configuration may name a default, and then it is compared
        Call(op="DescribeClusterParameters", take="Parameters", into="Parameters", gone=GONE,
             bind={"ParameterGroupName": "ParameterGroupName"}),
    ),
    id=caseless("ParameterGroupName"),
    label="id",
    attributes={
        "name":        caseless("ParameterGroupName"),
        "family":      text("ParameterGroupFamily"),
        "description": text("Description"),
        "parameter":   blocks("Parameters", {"name": text("ParameterName"), "value": text("ParameterValue")},
                              implicit="Source != 'user'", key=lambda p: p.get("name")),
        "tags":        tags("Tags"),
    },
    # a name of one's own has no dot, and nobody can change this group (Redshift API reference, CreateClusterParameterGroup)
    owners=(Owner("starts_with(ParameterGroupName, 'default.')", "Amazon Redshift"),),
)

SUBNET_GROUP = ResourceType(
    name="aws_redshift_subnet_group",
    service="redshift",
    list=Call(op="DescribeClusterSubnetGroups", take="ClusterSubnetGroups"),
    id=caseless("ClusterSubnetGroupName"),
    label="id",
    attributes={
        "name":        caseless("ClusterSubnetGroupName"),
        "description": text("Description"),
        "subnet_ids":  set_of(values.text, "Subnets[].SubnetIdentifier"),
        "tags":        tags("Tags"),
    },
    refs=(Ref("subnet_ids[]", to="aws_subnet"),),
    owners=(Owner("ClusterSubnetGroupName == 'default'", "Amazon Redshift"),),
)

SNAPSHOT_SCHEDULE = ResourceType(
    name="aws_redshift_snapshot_schedule",
    service="redshift",
    list=Call(op="DescribeSnapshotSchedules", take="SnapshotSchedules"),
    id=text("ScheduleIdentifier"),
    label="id",
    attributes={
        "identifier":  text("ScheduleIdentifier", assigned=True),
        "definitions": set_of(values.text, "ScheduleDefinitions"),
        "description": text("ScheduleDescription"),
        "tags":        tags("Tags"),
    },
    ignored={"force_destroy": INSTRUCTION, "identifier_prefix": AT_CREATION},
)

SNAPSHOT_SCHEDULE_ASSOCIATION = ResourceType(
    name="aws_redshift_snapshot_schedule_association",
    service="redshift",
    list=Within("aws_redshift_snapshot_schedule", each="AssociatedClusters[]"),
    id=text("join('/', [ClusterIdentifier, parent.ScheduleIdentifier])"),
    label="cluster_identifier",
    attributes={
        "cluster_identifier":  text("ClusterIdentifier"),
        "schedule_identifier": text("parent.ScheduleIdentifier"),
    },
    parent=Parent("schedule_identifier", to="aws_redshift_snapshot_schedule"),
    refs=(Ref("cluster_identifier", to="aws_redshift_cluster"),),
)


def _cluster(at: str) -> Attr:
    return block(at, {"cluster_identifier": text("ClusterIdentifier")})


SCHEDULED_ACTION = ResourceType(
    name="aws_redshift_scheduled_action",
    service="redshift",
    list=Call(op="DescribeScheduledActions", take="ScheduledActions"),
    id=text("ScheduledActionName"),
    label="name",
    attributes={
        "name":          text("ScheduledActionName"),
        "description":   text("ScheduledActionDescription"),
        "enable":        flag("State == 'ACTIVE'", default=True),
        "end_time":      moment("EndTime"),
        "start_time":    moment("StartTime"),
        "iam_role":      text("IamRole"),
        "schedule":      schedule("Schedule"),
        "target_action": block("TargetAction", {
            "pause_cluster":  _cluster("PauseCluster"),
            "resume_cluster": _cluster("ResumeCluster"),
            "resize_cluster": block("ResizeCluster", {
                "classic":            flag("Classic"),
                "cluster_identifier": text("ClusterIdentifier"),
                "cluster_type":       text("ClusterType"),
                "node_type":          text("NodeType"),
                "number_of_nodes":    number("NumberOfNodes", default=0),
            }),
        }),
    },
    refs=(Ref("iam_role", to="aws_iam_role", by="arn"),),
)

USAGE_LIMIT = ResourceType(
    name="aws_redshift_usage_limit",
    service="redshift",
    # a limit is a cluster's, and ends with it
    list=Call(op="DescribeUsageLimits", take="UsageLimits", where=(Where("aws_redshift_cluster"),)),
    id=text("UsageLimitId"),
    label="id",
    computed={"arn": text("join(':', ['arn', here.partition, 'redshift', here.region, here.account, 'usagelimit', "
                          "UsageLimitId])")},
    attributes={
        "amount":             number("Amount"),
        "breach_action":      text("BreachAction", default="log"),
        "cluster_identifier": text("ClusterIdentifier"),
        "feature_type":       text("FeatureType"),
        "limit_type":         text("LimitType"),
        "period":             text("Period", default="monthly"),
        "tags":               tags("Tags"),
    },
    refs=(Ref("cluster_identifier", to="aws_redshift_cluster"),),
)

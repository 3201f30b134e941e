"""Amazon ElastiCache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Value, as_set
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attr, Attributes, Call, ElementOf, Owner, Parent, Raw, Ref, ResourceType
from drift.providers.aws.kinds import tags
from drift.providers.aws.types.application_autoscaling import scaled, scaling
from drift.providers.aws.types.rds import (
    AT_CREATION,
    AT_DELETION,
    INSTRUCTION,
    UPGRADES,
    key_id,
    unless_none,
    unless_untold,
)

GONE = frozenset({
    "CacheClusterNotFound", "CacheClusterNotFoundFault", "ReplicationGroupNotFoundFault", "UserNotFound",
    "CacheParameterGroupNotFound", "CacheSubnetGroupNotFoundFault", "UserGroupNotFound", "UserNotFoundFault",
})
TAGS = Call(op="ListTagsForResource", take="TagList", into="Tags", gone=GONE, bind={"ResourceName": "ARN"})
OWN = "Amazon ElastiCache"
NODES = {"ShowCacheNodeInfo": True}


def version(want: Value, have: Value) -> bool:
    """`6.x` and `7.1` are all an author may say of 6.2.6 and 7.1.0."""
    want = str(want or "").removesuffix(".x")
    return have is None or (bool(want) and str(have).startswith(f"{want}."))


def _count(value: Any) -> Any:
    return len(value) if isinstance(value, list) else values.number(value)


def _replicas(value: Any) -> Any:
    """All members of a node group but its primary."""
    return len(value) - 1 if isinstance(value, list) and value else values.number(value or None)


def _kind(value: Any) -> str | None:
    """The API and Terraform spell one of the kinds differently."""
    return "no-password" if value == "no-password-required" else values.text(value)


def _topic(at: str) -> str:
    return f"[@][?{at}NotificationConfiguration.TopicStatus == 'active'].{at}NotificationConfiguration.TopicArn | [0]"



logs: Attr = blocks("LogDeliveryConfigurations[?Status != 'disabling']", {
    "destination":      text("DestinationDetails.CloudWatchLogsDetails.LogGroup || "
                             "DestinationDetails.KinesisFirehoseDetails.DeliveryStream"),
    "destination_type": text("DestinationType"),
    "log_format":       text("LogFormat"),
    "log_type":         text("LogType"),
}, key=lambda c: c.get("log_type"))

CLUSTER = ResourceType(
    name="aws_elasticache_cluster",
    service="elasticache",
    list=Call(op="DescribeCacheClusters", take="CacheClusters", args=NODES),
    describe=(TAGS,),
    id=caseless("CacheClusterId"),
    label="id",
    exists="CacheClusterStatus != 'deleting'",
    computed={"arn": text("ARN")},
    attributes={
        "cluster_id":                 caseless("CacheClusterId"),
        "auto_minor_version_upgrade": flag("AutoMinorVersionUpgrade", default=True),
        "availability_zone":          text("PreferredAvailabilityZone", assigned=True),
        "az_mode":                    text("PreferredAvailabilityZone == 'Multiple' && 'cross-az' || 'single-az'",
                                           assigned=True),
        "engine":                     text("Engine", assigned=True),
        "engine_version":             text("EngineVersion", assigned=True, same=version, changed_by=UPGRADES),
        "ip_discovery":               text("IpDiscovery", assigned=True),
        "log_delivery_configuration": logs,
        "maintenance_window":         caseless("PreferredMaintenanceWindow", assigned=True),
        "network_type":               text("NetworkType", assigned=True),
        "node_type":                  text("CacheNodeType", assigned=True),
        "notification_topic_arn":     text(_topic("")),
        "num_cache_nodes":            number("NumCacheNodes", assigned=True),
        # always told, but by moto
        "parameter_group_name":       text("CacheParameterGroup.CacheParameterGroupName", assigned=True,
                                           same=unless_untold),
        # Memcached has an endpoint for all nodes, Redis one for each
        "port":                       number("ConfigurationEndpoint.Port || CacheNodes[0].Endpoint.Port",
                                             assigned=True, same=unless_none),
        "preferred_outpost_arn":      text("PreferredOutpostArn", assigned=True),
        "replication_group_id":       caseless("ReplicationGroupId", assigned=True),
        "security_group_ids":         set_of(values.text, "SecurityGroups[].SecurityGroupId", assigned=True),
        "snapshot_retention_limit":   number("SnapshotRetentionLimit", default=0),
        "snapshot_window":            caseless("SnapshotWindow", assigned=True),
        "subnet_group_name":          text("CacheSubnetGroupName", assigned=True),
        "transit_encryption_enabled": flag("TransitEncryptionEnabled", default=False),
        "tags":                       tags("Tags"),
    },
    ignored={
        "apply_immediately":            INSTRUCTION,
        "final_snapshot_identifier":    AT_DELETION,
        "outpost_mode":                 AT_CREATION,
        "preferred_availability_zones": "only read when nodes are added",
        "snapshot_arns":                AT_CREATION,
        "snapshot_name":                AT_CREATION,
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_group_name", to="aws_elasticache_subnet_group"),
        Ref("parameter_group_name", to="aws_elasticache_parameter_group"),
        Ref("replication_group_id", to="aws_elasticache_replication_group"),
        Ref("notification_topic_arn", to="aws_sns_topic", by="arn"),
    ),
    # its replication group tells of it
    owners=(Owner("ReplicationGroupId", "its replication group"),),
)

GROUP_ID = "join('/', ['replication-group', ReplicationGroupId])"
BY_GROUPS = scaled(GROUP_ID, "elasticache:replication-group:NodeGroups")
BY_REPLICAS = scaled(GROUP_ID, "elasticache:replication-group:Replicas")

REPLICATION_GROUP = ResourceType(
    name="aws_elasticache_replication_group",
    service="elasticache",
    list=Call(op="DescribeReplicationGroups", take="ReplicationGroups"),
    describe=(
        TAGS,
        # version, groups and windows are told by its members alone: any of them, from the clusters' own listing
        Call(op="DescribeCacheClusters", take="CacheClusters[?ReplicationGroupId]", args=NODES, into="Member",
             match="ReplicationGroupId", key="ReplicationGroupId"),
        *scaling("elasticache"),
    ),
    id=caseless("ReplicationGroupId"),
    label="id",
    not_imported=frozenset({"auth_token_update_strategy"}),
    exists="Status != 'deleting'",
    computed={
        "arn": text("ARN"),
        "member_clusters": set_of(values.lower, "MemberClusters"),
        "automatic_failover": text("AutomaticFailover", outside_schema=True),
        "auth_token_enabled": flag("AuthTokenEnabled", default=False, outside_schema=True),
    },
    attributes={
        "replication_group_id":        caseless("ReplicationGroupId"),
        "description":                 text("Description"),
        "at_rest_encryption_enabled":  flag("AtRestEncryptionEnabled", default=False),
        "auto_minor_version_upgrade":  flag("AutoMinorVersionUpgrade", assigned=True),
        "automatic_failover_enabled":  flag("contains(['enabled', 'enabling'], AutomaticFailover || '')"),
        "cluster_mode":                text("ClusterMode", assigned=True),
        "data_tiering_enabled":        flag("DataTiering", default=False),
        "engine":                      text("Engine || Member.Engine", default="redis"),
        "engine_version":              text("Member.EngineVersion", assigned=True, same=version, changed_by=UPGRADES),
        "global_replication_group_id": text("GlobalReplicationGroupInfo.GlobalReplicationGroupId", assigned=True),
        "ip_discovery":                text("IpDiscovery", assigned=True),
        "kms_key_id":                  attr("KmsKeyId", key_id),
        "log_delivery_configuration":  logs,
        "maintenance_window":          caseless("Member.PreferredMaintenanceWindow", assigned=True),
        "multi_az_enabled":            flag("MultiAZ"),
        "network_type":                text("NetworkType", assigned=True),
        "node_type":                   text("CacheNodeType", assigned=True),
        "notification_topic_arn":      text(_topic("Member.")),
        # what both come to: its own bounds are told by them
        "num_cache_clusters":          attr("MemberClusters", _count, assigned=True,
                                            changed_by=tuple(replace(m, within="") for m in (*BY_GROUPS, *BY_REPLICAS))),
        "num_node_groups":             attr("NodeGroups", _count, assigned=True, changed_by=BY_GROUPS),
        "replicas_per_node_group":     attr("NodeGroups[0].NodeGroupMembers", _replicas, assigned=True,
                                            same=unless_untold, changed_by=BY_REPLICAS),
        "parameter_group_name":        text("Member.CacheParameterGroup.CacheParameterGroupName", assigned=True),
        "port":                        number("ConfigurationEndpoint.Port || NodeGroups[0].PrimaryEndpoint.Port",
                                              default=6379),
        "security_group_ids":          set_of(values.text, "Member.SecurityGroups[].SecurityGroupId", assigned=True),
        "security_group_names":        set_of(values.text, "Member.CacheSecurityGroups[].CacheSecurityGroupName",
                                              assigned=True),
        "snapshot_retention_limit":    number("SnapshotRetentionLimit", default=0),
        "snapshot_window":             caseless("SnapshotWindow", assigned=True),
        "subnet_group_name":           text("Member.CacheSubnetGroupName", assigned=True),
        "transit_encryption_enabled":  flag("TransitEncryptionEnabled", default=False),
        "transit_encryption_mode":     text("TransitEncryptionMode", assigned=True),
        "user_group_ids":              set_of(values.text, "UserGroupIds"),
        "tags":                        tags("Tags"),
    },
    ignored={
        "apply_immediately":           INSTRUCTION,
        "auth_token":                  "never returned by AWS",
        "auth_token_update_strategy":  INSTRUCTION,
        "final_snapshot_identifier":   AT_DELETION,
        "preferred_cache_cluster_azs": AT_CREATION,
        "snapshot_arns":               AT_CREATION,
        "snapshot_name":               AT_CREATION,
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_group_name", to="aws_elasticache_subnet_group"),
        Ref("parameter_group_name", to="aws_elasticache_parameter_group"),
        Ref("user_group_ids[]", to="aws_elasticache_user_group"),
        Ref("kms_key_id", to="aws_kms_key"),
        Ref("notification_topic_arn", to="aws_sns_topic", by="arn"),
    ),
    creates=(Ref("member_clusters[]", to="aws_elasticache_cluster"),),
)

PARAMETER_GROUP = ResourceType(
    name="aws_elasticache_parameter_group",
    service="elasticache",
    list=Call(op="DescribeCacheParameterGroups", take="CacheParameterGroups"),
    describe=(
        # all of them: a configuration may name a default, and then it is compared
        Call(op="DescribeCacheParameters", take="Parameters", into="Parameters", gone=GONE,
             bind={"CacheParameterGroupName": "CacheParameterGroupName"}),
        TAGS,
    ),
    id=caseless("CacheParameterGroupName"),
    label="id",
    computed={"arn": text("ARN")},
    attributes={
        "name":        caseless("CacheParameterGroupName"),
        "family":      text("CacheParameterGroupFamily"),
        "description": text("Description"),
        "parameter":   blocks("Parameters", {"name": text("ParameterName"), "value": text("ParameterValue")},
                              implicit="Source != 'user'", key=lambda p: p.get("name")),
        "tags":        tags("Tags"),
    },
    # a name of one's own has no dot, and nobody can change this group (ElastiCache API reference, CreateCacheParameterGroup)
    owners=(Owner("starts_with(CacheParameterGroupName, 'default.')", OWN),),
)

SUBNET_GROUP = ResourceType(
    name="aws_elasticache_subnet_group",
    service="elasticache",
    list=Call(op="DescribeCacheSubnetGroups", take="CacheSubnetGroups"),
    describe=(TAGS,),
    id=caseless("CacheSubnetGroupName"),
    label="id",
    computed={"arn": text("ARN"), "vpc_id": text("VpcId")},
    attributes={
        "name":        caseless("CacheSubnetGroupName"),
        "description": text("CacheSubnetGroupDescription"),
        "subnet_ids":  set_of(values.text, "Subnets[].SubnetIdentifier"),
        "tags":        tags("Tags"),
    },
    refs=(Ref("subnet_ids[]", to="aws_subnet"), Ref("vpc_id", to="aws_vpc")),
    owners=(Owner("CacheSubnetGroupName == 'default'", OWN),),
)

USER = ResourceType(
    name="aws_elasticache_user",
    service="elasticache",
    list=Call(op="DescribeUsers", take="Users"),
    describe=(TAGS,),
    id=text("UserId"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("ARN")},
    attributes={
        "user_id":             text("UserId"),
        "user_name":           text("UserName"),
        "engine":              caseless("Engine"),
        "access_string":       text("AccessString"),
        "authentication_mode": block("Authentication", {"type": attr("Type", _kind)}, assigned=True),
        "tags":                tags("Tags"),
    },
    ignored={
        "no_password_required":          "authentication_mode tells",
        "passwords":                     "never returned by AWS",
        "authentication_mode.passwords": "never returned by AWS",
    },
    owners=(Owner("UserId == 'default'", OWN),),
)

def _user(membership: Attributes) -> frozenset[Value]:
    return frozenset({membership.get("user_id")}) - {None}


def _member(membership: Attributes, told: Mapping[str, Value]) -> Raw | None:
    return dict(membership) if _user(membership) <= as_set(told.get("user_ids")) else None


USER_GROUP = ResourceType(
    name="aws_elasticache_user_group",
    service="elasticache",
    list=Call(op="DescribeUserGroups", take="UserGroups"),
    describe=(TAGS,),
    id=text("UserGroupId"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("ARN")},
    attributes={
        "user_group_id": text("UserGroupId"),
        "engine":        caseless("Engine"),
        "user_ids":      set_of(values.text, "UserIds"),
        "tags":          tags("Tags"),
    },
    refs=(Ref("user_ids[]", to="aws_elasticache_user"),),
)

USER_GROUP_ASSOCIATION = ResourceType(
    name="aws_elasticache_user_group_association",
    service="elasticache",
    list=ElementOf(_member),
    id=text("UserGroupId"),
    identity=("user_group_id", "user_id"),
    import_id="join(',', [user_group_id, user_id])",
    label="id",
    attributes={"user_group_id": text("UserGroupId"), "user_id": text("UserId")},
    refs=(Ref("user_id", to="aws_elasticache_user"),),
    parent=Parent("user_group_id", to="aws_elasticache_user_group", covers={"user_ids": _user}, beside_inline=True),
)

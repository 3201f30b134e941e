"""Amazon MemoryDB."""

from __future__ import annotations

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import caseless, flag, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.rds import AT_CREATION, AT_DELETION, UPGRADES, unless_none


def _version(want: Value, have: Value) -> bool:
    """`7.1` is any 7.1.x."""
    return isinstance(want, str) and str(have).startswith(f"{want}.")


CLUSTER = ResourceType(
    name="aws_memorydb_cluster",
    service="memorydb",
    list=Call(op="DescribeClusters", take="Clusters", args={"ShowShardDetails": True}),
    describe=(
        Call(op="ListTags", take="TagList", into="Tags", gone=frozenset({"ClusterNotFoundFault"}),
             bind={"ResourceArn": "ARN"}),
    ),
    id=text("Name"),
    label="name",
    exists="Status != 'deleting'",
    computed={"arn": text("ARN")},
    attributes={
        "name":                       text("Name", assigned=True),
        "acl_name":                   text("ACLName"),
        "auto_minor_version_upgrade": flag("AutoMinorVersionUpgrade", default=True),
        "data_tiering":               flag("DataTiering"),
        "description":                text("Description"),
        "engine":                     caseless("Engine", assigned=True),
        "engine_version":             text("EngineVersion", assigned=True, same=_version, changed_by=UPGRADES),
        "kms_key_arn":                kms_key("KmsKeyId"),
        "maintenance_window":         caseless("MaintenanceWindow", assigned=True),
        "multi_region_cluster_name":  text("MultiRegionClusterName"),
        "node_type":                  text("NodeType"),
        # of the first shard: all have as many
        "num_replicas_per_shard":     number("Shards[0].Nodes[1:] && length(Shards[0].Nodes[1:]) || `0`", default=1),
        "num_shards":                 number("NumberOfShards", default=1),
        "parameter_group_name":       text("ParameterGroupName", assigned=True),
        "port":                       number("ClusterEndpoint.Port", assigned=True, same=unless_none),
        "security_group_ids":         set_of(values.text, "SecurityGroups[].SecurityGroupId"),
        "snapshot_retention_limit":   number("SnapshotRetentionLimit", default=0),
        "snapshot_window":            caseless("SnapshotWindow", assigned=True),
        "sns_topic_arn":              text("[@][?SnsTopicStatus == 'active' || SnsTopicStatus == 'ACTIVE']"
                                           ".SnsTopicArn | [0]"),
        "subnet_group_name":          text("SubnetGroupName", assigned=True),
        "tls_enabled":                flag("TLSEnabled", default=True),
        "tags":                       tags("Tags"),
    },
    ignored={
        "final_snapshot_name": AT_DELETION,
        "name_prefix":         AT_CREATION,
        "snapshot_arns":       AT_CREATION,
        "snapshot_name":       AT_CREATION,
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_group_name", to="aws_memorydb_subnet_group"),
        Ref("acl_name", to="aws_memorydb_acl"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("sns_topic_arn", to="aws_sns_topic", by="arn"),
    ),
)

"""Amazon DynamoDB Accelerator."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, caseless, flag, number, set_of, tags, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.types.rds import AT_CREATION

CLUSTER = ResourceType(
    name="aws_dax_cluster",
    service="dax",
    list=Call(op="DescribeClusters", take="Clusters"),
    describe=(
        Call(op="ListTags", take="Tags", into="Tags", gone=frozenset({"ClusterNotFoundFault"}),
             bind={"ResourceName": "ClusterArn"}),
    ),
    id=caseless("ClusterName"),
    label="id",
    exists="Status != 'deleting'",
    computed={"arn": text("ClusterArn")},
    attributes={
        "cluster_name":                     caseless("ClusterName"),
        "cluster_endpoint_encryption_type": text("ClusterEndpointEncryptionType", default="NONE"),
        "description":                      text("Description"),
        "iam_role_arn":                     text("IamRoleArn"),
        "maintenance_window":               caseless("PreferredMaintenanceWindow", assigned=True),
        "node_type":                        text("NodeType"),
        "notification_topic_arn":           text("[@][?NotificationConfiguration.TopicStatus == 'active']"
                                                 ".NotificationConfiguration.TopicArn | [0]"),
        "parameter_group_name":             text("ParameterGroup.ParameterGroupName", assigned=True),
        "replication_factor":               number("TotalNodes"),
        "security_group_ids":               set_of(values.text, "SecurityGroups[].SecurityGroupIdentifier",
                                                   assigned=True),
        "server_side_encryption":           block("SSEDescription", {
            "enabled": flag("contains(['ENABLED', 'ENABLING'], Status || '')"),
        }),
        "subnet_group_name":                text("SubnetGroup", assigned=True),
        "tags":                             tags("Tags"),
    },
    ignored={"availability_zones": AT_CREATION},
    refs=(
        Ref("iam_role_arn", to="aws_iam_role", by="arn"),
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_group_name", to="aws_dax_subnet_group"),
        Ref("notification_topic_arn", to="aws_sns_topic", by="arn"),
    ),
)

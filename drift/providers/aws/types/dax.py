"""Amazon DynamoDB Accelerator."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Call, Owner, Ref, ResourceType
from drift.providers.aws.kinds import tags
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

SUBNET_GROUP = ResourceType(
    name="aws_dax_subnet_group",
    service="dax",
    list=Call(op="DescribeSubnetGroups", take="SubnetGroups"),
    id=text("SubnetGroupName"),
    label="name",
    computed={"vpc_id": text("VpcId")},
    attributes={
        "description": text("Description"),
        "name":        text("SubnetGroupName"),
        "subnet_ids":  set_of(values.text, "Subnets[].SubnetIdentifier"),
    },
    refs=(Ref("subnet_ids[]", to="aws_subnet"), Ref("vpc_id", to="aws_vpc")),
    owners=(Owner("SubnetGroupName == 'default'", "Amazon DAX"),),
)

PARAMETER_GROUP = ResourceType(
    name="aws_dax_parameter_group",
    service="dax",
    list=Call(op="DescribeParameterGroups", take="ParameterGroups"),
    describe=(
        # one call for each managed group: the listing has no parameters
        Call(op="DescribeParameters", take="Parameters", into="Parameters",
             bind={"ParameterGroupName": "ParameterGroupName"}, gone=frozenset({"ParameterGroupNotFoundFault"})),
    ),
    id=text("ParameterGroupName"),
    label="name",
    attributes={
        "description": text("Description"),
        "name":        text("ParameterGroupName"),
        # a group has every parameter, set or not; the provider records them all
        "parameters":  blocks("Parameters", {"name": text("ParameterName"), "value": text("ParameterValue")},
                              key=lambda p: p["name"], implicit="Source != 'user'"),
    },
    # nobody can change this group (DynamoDB developer guide, "DAX cluster management": Parameter groups)
    owners=(Owner("starts_with(ParameterGroupName, 'default.')", "Amazon DAX"),),
)

"""Amazon DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Attributes, Call, Mirror, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, tags
from drift.providers.aws.types.application_autoscaling import scaled, scaling
from drift.providers.aws.types.ec2_tags import one_tag

RESTORED = ("restore_source_name", "restore_source_table_arn")
"""What makes a table of another one, with some of its settings."""
GONE = frozenset({"ResourceNotFoundException", "TableNotFoundException"})
HASH = "KeySchema[?KeyType == 'HASH'].AttributeName | [0]"
RANGE = "KeySchema[?KeyType == 'RANGE'].AttributeName | [0]"


def by_name(element: Mapping[str, Any]) -> Any:
    """Indexes and key attributes are told apart by their names."""
    return element.get("name")


def _limit(value: Any) -> int | float | None:
    """A maximum of on-demand units; -1 is how the API spells none."""
    units = values.number(value)
    return units if units and units > 0 else None


def _name(value: Any) -> str | None:
    """A replica's id in Terraform is the table's name and the main table's region."""
    return str(value).split(":")[0] if value else None


def _region(replica: Attributes) -> frozenset[Value]:
    """The region of a replica, by which the main table's `replica` blocks tell it."""
    return frozenset(str(replica.get("arn") or "").split(":")[3:4])


def _view_type(value: Any, table: Raw) -> str | None:
    """The provider keeps the last view type of a stream that was switched off."""
    return values.text(value) if table.get("stream_enabled") else None


def _first(table: Raw, name: str) -> Mapping[str, Any]:
    return next(iter(table.get(name) or ()), None) or {}


def _ttl_attribute(value: Any, table: Raw) -> str | None:
    """AWS forgets the attribute once TTL is off; the provider does not."""
    return values.text(value) if _first(table, "ttl").get("enabled") else None


def _recovery_period(value: Any, table: Raw) -> Any:
    return (_first(table, "point_in_time_recovery").get("enabled") and value) or 35


def _customer_key(value: Any) -> str | None:
    """The key, unless it is alias/aws/dynamodb: the provider writes that one as none."""
    if not isinstance(value, Mapping):
        return values.text(value)
    key = values.text(value.get("key"))
    return None if key and value.get("aws") and key.endswith(str(value["aws"])) else key


def units(member: str, resource: str, dimension: str) -> Attr:
    """Provisioned units, which Application Auto Scaling may move."""
    return number(member, default=0, changed_by=scaled(resource, f"dynamodb:{dimension}"))


TABLE_ID = "join('/', ['table', TableName])"
INDEX_ID = "join('/', ['table', TableName, 'index', element])"
on_demand = {
    "max_read_request_units":  attr("MaxReadRequestUnits", _limit, default=-1, zero_is_value=True),
    "max_write_request_units": attr("MaxWriteRequestUnits", _limit, default=-1, zero_is_value=True),
}

TABLE = ResourceType(
    name="aws_dynamodb_table",
    service="dynamodb",
    list=Call(op="ListTables", take="TableNames[].{TableName: @}"),
    describe=(
        # one call each for every table: DynamoDB has no batch form
        Call(op="DescribeTable", take="Table", into="Table", gone=GONE, bind={"TableName": "TableName"}),
        Call(op="GetResourcePolicy", take="Policy", into="Policy", bind={"ResourceArn": "Table.TableArn"}, gone=GONE,
             absent=frozenset({"PolicyNotFoundException"})),
        Call(op="GetResourcePolicy", take="Policy", into="StreamPolicy", bind={"ResourceArn": "Table.LatestStreamArn"},
             # a stream that was switched off is named for a day longer than it is there
             only_if="Table.LatestStreamArn", absent=frozenset({"PolicyNotFoundException", "ResourceNotFoundException"})),
        Call(op="DescribeTimeToLive", take="TimeToLiveDescription", into="TimeToLive", gone=GONE,
             bind={"TableName": "TableName"}),
        Call(op="DescribeContinuousBackups", take="ContinuousBackupsDescription.PointInTimeRecoveryDescription",
             into="PointInTimeRecovery", gone=GONE, bind={"TableName": "TableName"}),
        Call(op="ListTagsOfResource", take="Tags", into="Tags", gone=GONE, bind={"ResourceArn": "Table.TableArn"}),
        *scaling("dynamodb"),
        # which key is alias/aws/dynamodb: one call for all tables
        Call(op="ListAliases", service="kms", take="Aliases[?AliasName == 'alias/aws/dynamodb'].TargetKeyId",
             into="AwsKey"),
    ),
    id=text("TableName"),
    label="name",
    exists="Table.TableStatus != 'DELETING'",
    computed={
        "arn": text("Table.TableArn"), "stream_arn": text("Table.LatestStreamArn"),
        "resource_policy": policy("Policy", outside_schema=True),
    },
    attributes={
        "name":           text("TableName"),
        # no BillingModeSummary on a table that never was on demand
        "billing_mode":   text("Table.BillingModeSummary.BillingMode", default="PROVISIONED"),
        "read_capacity":  units("Table.ProvisionedThroughput.ReadCapacityUnits", TABLE_ID, "table:ReadCapacityUnits"),
        "write_capacity": units("Table.ProvisionedThroughput.WriteCapacityUnits", TABLE_ID, "table:WriteCapacityUnits"),
        "on_demand_throughput": block("Table.OnDemandThroughput", on_demand),
        "hash_key":       text(f"Table.{HASH}", assigned=True),
        "range_key":      text(f"Table.{RANGE}"),
        "attribute":      blocks("Table.AttributeDefinitions", {
            "name": text("AttributeName"),
            "type": text("AttributeType"),
        }, key=by_name),
        "global_secondary_index": blocks("Table.GlobalSecondaryIndexes[?IndexStatus != 'DELETING']", {
            "name":                 text("IndexName"),
            "hash_key":             text(HASH),
            "range_key":            text(RANGE),
            "projection_type":      text("Projection.ProjectionType"),
            "non_key_attributes":   set_of(values.text, "Projection.NonKeyAttributes"),
            "read_capacity":        units("ProvisionedThroughput.ReadCapacityUnits", INDEX_ID, "index:ReadCapacityUnits"),
            "write_capacity":       units("ProvisionedThroughput.WriteCapacityUnits", INDEX_ID, "index:WriteCapacityUnits"),
            "on_demand_throughput": block("OnDemandThroughput", on_demand),
        }, key=by_name),
        "local_secondary_index": blocks("Table.LocalSecondaryIndexes", {
            "name":               text("IndexName"),
            "range_key":          text(RANGE),
            "projection_type":    text("Projection.ProjectionType"),
            "non_key_attributes": set_of(values.text, "Projection.NonKeyAttributes"),
        }, key=by_name),
        "stream_enabled":   flag("Table.StreamSpecification.StreamEnabled"),
        "stream_view_type": text("Table.StreamSpecification.StreamViewType", from_state=_view_type),
        "table_class":      text("Table.TableClassSummary.TableClass", default="STANDARD"),
        "deletion_protection_enabled": flag("Table.DeletionProtectionEnabled"),
        # without it, the key is DynamoDB's own
        "server_side_encryption": block("{sse: Table.SSEDescription, aws: AwsKey}", {
            "enabled":     flag("contains(['ENABLED', 'ENABLING', 'UPDATING'], sse.Status || '')"),
            "kms_key_arn": attr("{key: sse.KMSMasterKeyArn, aws: aws[0]}", _customer_key, default=""),
        }, same_for_all=True, set_by=RESTORED),
        "point_in_time_recovery": block("PointInTimeRecovery", {
            "enabled":                 flag("PointInTimeRecoveryStatus"),
            "recovery_period_in_days": number("RecoveryPeriodInDays", default=35, from_state=_recovery_period),
        }, same_for_all=True, set_by=RESTORED),
        "ttl": block("TimeToLive", {
            "enabled":        flag("contains(['ENABLED', 'ENABLING'], TimeToLiveStatus)"),
            "attribute_name": text("[@][?TimeToLiveStatus == 'ENABLED' || TimeToLiveStatus == 'ENABLING']"
                                   ".AttributeName | [0]", from_state=_ttl_attribute),
        }, same_for_all=True),
        "replica": blocks("Table.Replicas[?ReplicaStatus != 'DELETING']", {
            "region_name": text("RegionName"),
            "kms_key_arn": kms_key("KMSMasterKeyId", assigned=True),
            "arn":         text("ReplicaArn", assigned=True),
        }, key=lambda r: r.get("region_name")),
        "tags": tags("Tags"),
    },
    ignored={
        "import_table":                   "only read when the table is created",
        "restore_date_time":              "only read when the table is created",
        "restore_source_name":            "only read when the table is created",
        "restore_source_table_arn":       "only read when the table is created",
        "restore_to_latest_time":         "only read when the table is created",
        "replica.point_in_time_recovery": "the replica's own region tells it, where it is a table like any other",
        "replica.propagate_tags":         "an instruction to Terraform",
    },
    refs=(
        Ref("server_side_encryption.kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("replica[].kms_key_arn", to="aws_kms_key", by="arn"),
    ),
    # a replica is listed in its own region as a table
    creates=(Ref("replica[].arn", to="aws_dynamodb_table", by="arn"),),
)

REPLICA = ResourceType(
    name="aws_dynamodb_table_replica",
    service="dynamodb",
    # in its own region, a replica is a table like any other
    alias_of="aws_dynamodb_table",
    list=TABLE.list,
    describe=TABLE.describe,
    id=attr("TableName", _name),
    label="id",
    import_id="id",
    exists=TABLE.exists,
    computed={"arn": text("Table.TableArn")},
    attributes={
        "deletion_protection_enabled": flag("Table.DeletionProtectionEnabled", default=False),
        "kms_key_arn":                 kms_key("Table.SSEDescription.KMSMasterKeyArn", assigned=True),
        "point_in_time_recovery":      flag("PointInTimeRecovery.PointInTimeRecoveryStatus"),
        "table_class_override":        text("Table.TableClassSummary.TableClass", assigned=True),
        "tags":                        tags("Tags"),
    },
    ignored={"global_table_arn": "the table of the same name in its main region"},
    refs=(Ref("kms_key_arn", to="aws_kms_key", by="arn"),),
    mirrors=(Mirror("id", to="aws_dynamodb_table", attribute="replica", share=_region),),
)

RESOURCE_POLICY = ResourceType(
    name="aws_dynamodb_resource_policy",
    service="dynamodb",
    # of managed tables and their streams, and those desired in any case
    list=Within("aws_dynamodb_table", each="[{ResourceArn: Table.TableArn, Policy: Policy}, {ResourceArn: Table.LatestStreamArn, Policy: StreamPolicy}] | [?Policy]"),
    lookup=Call(op="GetResourcePolicy", take="[@]", bind={"ResourceArn": "resource_arn"}, gone=GONE,
              absent=frozenset({"PolicyNotFoundException"})),
    id=text("ResourceArn"),
    label="resource_arn",
    exists="Policy",
    not_imported=frozenset({"confirm_remove_self_resource_access"}),
    computed={"table": text("parent.TableName", outside_schema=True)},
    attributes={"resource_arn": text("ResourceArn"), "policy": policy("Policy", verbatim=True)},
    ignored={"confirm_remove_self_resource_access": "an instruction to Terraform"},
    refs=(Ref("resource_arn", to="aws_dynamodb_table", by="arn"),),
    parent=Parent("table", to="aws_dynamodb_table"),
)

TAG = one_tag(
    "aws_dynamodb_tag", "dynamodb",
    Call(op="ListTagsOfResource", take="Tags", bind={"ResourceArn": "resource_arn"}, absent=GONE),
    names="resource_arn", at="ResourceArn", key="Key", value="Value",
)

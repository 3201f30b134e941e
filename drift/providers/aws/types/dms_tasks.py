"""AWS Database Migration Service: the networks of replication instances, and what they move."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from drift.model.value import Value, freeze
from drift.normalize import values
from drift.provider.kinds import attr, caseless, document, flag, number, set_of, text
from drift.provider.spec import Call, Ref, ResourceType, Where
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.types.dms import ENDPOINT, GONE

SUBNET_GROUP = ResourceType(
    name="aws_dms_replication_subnet_group",
    service="dms",
    list=Call(op="DescribeReplicationSubnetGroups", take="ReplicationSubnetGroups"),
    describe=(
        # the listing does not tell the ARN, by which tags are asked for
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=GONE,
             bind={"ResourceArn": "join(':', ['arn', here.partition, 'dms', here.region, here.account, 'subgrp', "
                                  "ReplicationSubnetGroupIdentifier])"}),
    ),
    id=caseless("ReplicationSubnetGroupIdentifier"),
    label="id",
    computed={"vpc_id": text("VpcId")},
    attributes={
        "replication_subnet_group_id":          caseless("ReplicationSubnetGroupIdentifier"),
        "replication_subnet_group_description": text("ReplicationSubnetGroupDescription"),
        "subnet_ids":                           set_of(values.text, "Subnets[].SubnetIdentifier"),
        "tags":                                 tags("Tags"),
    },
    refs=(Ref("subnet_ids[]", to="aws_subnet"), Ref("vpc_id", to="aws_vpc")),
)


def _settings(value: Any) -> Value:
    """Settings without the places of the log, which AWS writes into them."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    if isinstance(found, dict) and isinstance(found.get("Logging"), dict):
        found = {**found, "Logging": {
            k: v for k, v in found["Logging"].items() if k not in ("CloudWatchLogGroup", "CloudWatchLogStream")}}
    return freeze(found) if found else None


def _within(want: Value, have: Value) -> bool:
    """AWS completes the settings: what nobody wrote is no difference."""
    if isinstance(want, Mapping) and isinstance(have, Mapping):
        return all(key in have and _within(value, have[key]) for key, value in want.items())
    return want is None or want == have


TASK = ResourceType(
    name="aws_dms_replication_task",
    service="dms",
    # an instance with tasks cannot be deleted (DeleteReplicationInstance)
    list=Call(op="DescribeReplicationTasks", take="ReplicationTasks", where=(Where("aws_dms_replication_instance"),)),
    describe=(
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=GONE, bind={"ResourceArn": "ReplicationTaskArn"}),
    ),
    id=caseless("ReplicationTaskIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={"replication_task_arn": text("ReplicationTaskArn"), "status": text("Status")},
    attributes={
        "replication_task_id":       caseless("ReplicationTaskIdentifier"),
        # where it started; AWS moves it along
        "cdc_start_position":        text("CdcStartPosition", assigned=True),
        "migration_type":            text("MigrationType"),
        "replication_instance_arn":  text("ReplicationInstanceArn"),
        "replication_task_settings": attr("ReplicationTaskSettings", _settings, assigned=True, partial=True,
                                          same=_within),
        "source_endpoint_arn":       text("SourceEndpointArn"),
        "table_mappings":            document("TableMappings"),
        "target_endpoint_arn":       text("TargetEndpointArn"),
        "tags":                      tags("Tags"),
    },
    ignored={
        "cdc_start_time":         "only read when the task is started",
        "resource_identifier":    "only read when the task is created",
        "start_replication_task": "an instruction to Terraform: whether a task runs is its state",
    },
    refs=(
        Ref("replication_instance_arn", to="aws_dms_replication_instance", by="replication_instance_arn"),
        Ref("source_endpoint_arn", to="aws_dms_endpoint", by="endpoint_arn"),
        Ref("target_endpoint_arn", to="aws_dms_endpoint", by="endpoint_arn"),
    ),
)

TEXTS = ["bucket_folder", "bucket_name", "canned_acl_for_objects", "cdc_path", "compression_type", "csv_delimiter", "csv_no_sup_value", "csv_null_value", "csv_row_delimiter", "data_format", "date_partition_delimiter", "date_partition_sequence", "date_partition_timezone", "encoding_type", "encryption_mode", "expected_bucket_owner", "parquet_version", "server_side_encryption_kms_key_id", "timestamp_column_name"]
NUMBERS = ["cdc_max_batch_interval", "cdc_min_file_size", "data_page_size", "dict_page_size_limit", "ignore_header_rows", "max_file_size", "row_group_length"]
FLAGS = ["add_column_name", "add_trailing_padding_character", "cdc_inserts_and_updates", "cdc_inserts_only", "date_partition_enabled", "enable_statistics", "glue_catalog_generation", "include_op_for_full_load", "parquet_timestamp_in_millisecond", "preserve_transactions", "rfc_4180", "use_csv_no_sup_value", "use_task_start_time_for_full_load_timestamp"]


def _member(name: str) -> str:
    return "S3Settings." + "".join(word.capitalize() for word in name.split("_"))


# the same endpoints, by a type of their own; AWS fills in what is left out
S3_ENDPOINT = ResourceType(
    name="aws_dms_s3_endpoint",
    service="dms",
    alias_of="aws_dms_endpoint",
    list=ENDPOINT.list,
    describe=ENDPOINT.describe,
    id=caseless("EndpointIdentifier"),
    label="id",
    exists=ENDPOINT.exists,
    computed={"endpoint_arn": text("EndpointArn")},
    attributes={
        "endpoint_id":               caseless("EndpointIdentifier"),
        "endpoint_type":             caseless("EndpointType"),
        "certificate_arn":           text("CertificateArn", assigned=True),
        "kms_key_arn":               kms_key("KmsKeyId", assigned=True),
        "ssl_mode":                  text("SslMode", default="none"),
        "service_access_role_arn":   text("S3Settings.ServiceAccessRoleArn || ServiceAccessRoleArn"),
        "external_table_definition": document("S3Settings.ExternalTableDefinition", assigned=True, verbatim=True),
        "detach_target_on_lob_lookup_failure_parquet": flag(
            "contains(ExtraConnectionAttributes || '', 'detachTargetOnLobLookupFailureParquet=true')", default=False),
        **{name: text(_member(name), assigned=True) for name in TEXTS},
        **{name: number(_member(name), default=0, assigned=True, from_state=lambda value, _: values.number(value))
           for name in NUMBERS},
        **{name: flag(_member(name), assigned=True) for name in FLAGS},
        "tags":                      tags("Tags"),
    },
    refs=(
        Ref("bucket_name", to="aws_s3_bucket"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("service_access_role_arn", to="aws_iam_role", by="arn"),
        Ref("certificate_arn", to="aws_dms_certificate", by="certificate_arn"),
    ),
)

"""AWS Database Migration Service."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, caseless, document, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags
from drift.providers.aws.normalize.names import version_prefix
from drift.providers.aws.types.rds import INSTRUCTION, UPGRADES, zone

GONE = frozenset({"ResourceNotFoundFault"})
NEVER = "never returned by AWS"

REPLICATION_INSTANCE = ResourceType(
    name="aws_dms_replication_instance",
    service="dms",
    list=Call(op="DescribeReplicationInstances", take="ReplicationInstances"),
    describe=(
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=GONE,
             bind={"ResourceArn": "ReplicationInstanceArn"}),
    ),
    id=caseless("ReplicationInstanceIdentifier"),
    label="id",
    exists="ReplicationInstanceStatus != 'deleting'",
    computed={"replication_instance_arn": text("ReplicationInstanceArn")},
    attributes={
        "replication_instance_id":      caseless("ReplicationInstanceIdentifier"),
        # a change that waits for the maintenance window is recorded as what was asked for
        "allocated_storage":            number("PendingModifiedValues.AllocatedStorage || AllocatedStorage",
                                               assigned=True),
        "auto_minor_version_upgrade":   flag("AutoMinorVersionUpgrade", assigned=True),
        "availability_zone":            text("AvailabilityZone", assigned=True, from_state=zone),
        "engine_version":               text("PendingModifiedValues.EngineVersion || EngineVersion", assigned=True,
                                             same=version_prefix, changed_by=UPGRADES),
        "kms_key_arn":                  kms_key("KmsKeyId", assigned=True),
        "multi_az":                     flag("MultiAZ", default=False),
        "network_type":                 text("NetworkType", assigned=True),
        "preferred_maintenance_window": caseless("PreferredMaintenanceWindow", assigned=True),
        "publicly_accessible":          flag("PubliclyAccessible", default=False),
        "replication_instance_class":   text("PendingModifiedValues.ReplicationInstanceClass || "
                                             "ReplicationInstanceClass"),
        "replication_subnet_group_id":  caseless("ReplicationSubnetGroup.ReplicationSubnetGroupIdentifier",
                                                 assigned=True),
        "vpc_security_group_ids":       set_of(values.text, "VpcSecurityGroups[].VpcSecurityGroupId", assigned=True),
        "tags":                         tags("Tags"),
    },
    ignored={"allow_major_version_upgrade": INSTRUCTION, "apply_immediately": INSTRUCTION},
    refs=(
        Ref("vpc_security_group_ids[]", to="aws_security_group"),
        Ref("replication_subnet_group_id", to="aws_dms_replication_subnet_group"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
    ),
)

ENGINES = (
    "MySQLSettings", "PostgreSQLSettings", "MongoDbSettings", "OracleSettings", "RedshiftSettings",
    "MicrosoftSQLServerSettings", "SybaseSettings", "IBMDb2Settings",
)
"""Where a database's connection is answered; what has none of these answers it by itself."""


def _connection(member: str, otherwise: str = "") -> str:
    return " || ".join([*(f"{engine}.{member}" for engine in ENGINES), *([otherwise] if otherwise else [])])


def _pairs(value: Any) -> Value:
    """`key=value;key=value;` in no order."""
    return frozenset(part.strip() for part in str(value or "").split(";") if part.strip()) or None


def _number(at: str) -> Attr:
    """Not set is recorded as 0, and of an older provider's state not at all."""
    return number(at, default=0, assigned=True, from_state=lambda value, _: values.number(value))


def _settings(at: str, *, texts: str = "", numbers: str = "", flags: str = "", **more: Attr) -> Attr:
    """An engine's settings, which the API calls by the same words in another case.

    AWS fills in what is left out, and only what was recorded is compared.
    """
    def named(name: str) -> str:
        return "".join(word.capitalize() for word in name.split("_"))

    return block(at, {
        **{name: text(named(name), assigned=True) for name in texts.split()},
        **{name: _number(named(name)) for name in numbers.split()},
        **{name: flag(named(name), assigned=True) for name in flags.split()},
        **more,
    }, assigned=True)


ENDPOINT = ResourceType(
    name="aws_dms_endpoint",
    service="dms",
    list=Call(op="DescribeEndpoints", take="Endpoints"),
    describe=(
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=GONE, bind={"ResourceArn": "EndpointArn"}),
    ),
    id=caseless("EndpointIdentifier"),
    label="id",
    exists="Status != 'deleting'",
    computed={
        "endpoint_arn":     text("EndpointArn"),
        "neptune_settings": block("NeptuneSettings", {
            "iam_auth_enabled":        flag("IamAuthEnabled"),
            "s3_bucket_folder":        text("S3BucketFolder"),
            "s3_bucket_name":          text("S3BucketName"),
            "service_access_role_arn": text("ServiceAccessRoleArn"),
        }, outside_schema=True),
    },
    attributes={
        "endpoint_id":                     caseless("EndpointIdentifier"),
        "endpoint_type":                   caseless("EndpointType"),
        "engine_name":                     text("EngineName"),
        "certificate_arn":                 text("CertificateArn", assigned=True),
        "kms_key_arn":                     kms_key("KmsKeyId", assigned=True),
        "ssl_mode":                        text("SslMode", default="none"),
        "database_name":                   text(_connection("DatabaseName", "DatabaseName"), assigned=True),
        "port":                            _number(_connection("Port", "Port")),
        "server_name":                     text(_connection("ServerName", "ServerName"), assigned=True),
        "username":                        text(_connection("Username", "Username"), assigned=True),
        "secrets_manager_access_role_arn": text(_connection("SecretsManagerAccessRoleArn"), assigned=True),
        "secrets_manager_arn":             text(_connection("SecretsManagerSecretId"), assigned=True),
        "service_access_role":             text("DynamoDbSettings.ServiceAccessRoleArn || ServiceAccessRoleArn",
                                                assigned=True),
        # may hold the password of a wallet or of a storage manager
        "extra_connection_attributes":     attr("ExtraConnectionAttributes", _pairs, assigned=True, sensitive=True),
        "elasticsearch_settings":          _settings(
            "ElasticsearchSettings",
            texts="endpoint_uri service_access_role_arn",
            numbers="error_retry_duration full_load_error_percentage",
            flags="use_new_mapping_type",
        ),
        "kafka_settings":                  _settings(
            "KafkaSettings",
            texts="broker message_format sasl_mechanism sasl_username security_protocol ssl_ca_certificate_arn "
                  "ssl_client_certificate_arn ssl_client_key_arn topic",
            numbers="message_max_bytes",
            flags="include_control_details include_null_and_empty include_partition_value no_hex_prefix "
                  "include_table_alter_operations include_transaction_details partition_include_schema_table",
        ),
        "kinesis_settings":                _settings(
            "KinesisSettings",
            texts="message_format service_access_role_arn stream_arn",
            flags="include_control_details include_null_and_empty include_partition_value use_large_integer_value "
                  "include_table_alter_operations include_transaction_details partition_include_schema_table",
        ),
        "mongodb_settings":                _settings(
            "MongoDbSettings",
            texts="auth_mechanism auth_source auth_type docs_to_investigate extract_doc_id nesting_level",
        ),
        "postgres_settings":               _settings(
            "PostgreSQLSettings",
            texts="after_connect_script babelfish_database_name database_mode ddl_artifacts_schema heartbeat_schema "
                  "map_long_varchar_as plugin_name slot_name",
            numbers="execute_timeout heartbeat_frequency max_file_size",
            flags="capture_ddls fail_tasks_on_lob_truncation heartbeat_enable map_boolean_as_boolean "
                  "map_jsonb_as_clob",
        ),
        "redis_settings":                  _settings(
            "RedisSettings",
            texts="auth_type auth_user_name server_name ssl_ca_certificate_arn ssl_security_protocol",
            numbers="port",
        ),
        "redshift_settings":               _settings(
            "RedshiftSettings",
            texts="bucket_folder bucket_name encryption_mode server_side_encryption_kms_key_id "
                  "service_access_role_arn",
        ),
        "s3_settings":                     _settings(
            "S3Settings",
            texts="bucket_folder bucket_name canned_acl_for_objects cdc_path compression_type csv_delimiter "
                  "csv_no_sup_value csv_null_value csv_row_delimiter data_format date_partition_delimiter "
                  "date_partition_sequence encoding_type encryption_mode parquet_version "
                  "server_side_encryption_kms_key_id service_access_role_arn timestamp_column_name",
            numbers="cdc_max_batch_interval cdc_min_file_size data_page_size dict_page_size_limit "
                    "ignore_header_rows max_file_size row_group_length",
            flags="add_column_name cdc_inserts_and_updates cdc_inserts_only date_partition_enabled "
                  "enable_statistics glue_catalog_generation include_op_for_full_load "
                  "parquet_timestamp_in_millisecond preserve_transactions rfc_4180 use_csv_no_sup_value "
                  "use_task_start_time_for_full_load_timestamp",
            external_table_definition=document("ExternalTableDefinition", assigned=True),
        ),
        "tags":                            tags("Tags"),
    },
    ignored={
        "password":                               NEVER,
        "kafka_settings.sasl_password":           NEVER,
        "kafka_settings.ssl_client_key_password": NEVER,
        "redis_settings.auth_password":           NEVER,
        "pause_replication_tasks":                INSTRUCTION,
    },
    refs=(
        Ref("certificate_arn", to="aws_dms_certificate", by="certificate_arn"),
        Ref("kms_key_arn", to="aws_kms_key", by="arn"),
        Ref("secrets_manager_arn", to="aws_secretsmanager_secret", by="arn"),
        Ref("secrets_manager_access_role_arn", to="aws_iam_role", by="arn"),
        Ref("service_access_role", to="aws_iam_role", by="arn"),
        Ref("kinesis_settings.stream_arn", to="aws_kinesis_stream", by="arn"),
        Ref("s3_settings.bucket_name", to="aws_s3_bucket"),
        Ref("redshift_settings.bucket_name", to="aws_s3_bucket"),
    ),
)

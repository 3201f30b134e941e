"""Amazon Data Firehose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_set
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, mapping, moment, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})
DESTINATIONS = {
    "ElasticsearchDestinationDescription":            "elasticsearch",
    "AmazonopensearchserviceDestinationDescription":  "opensearch",
    "AmazonOpenSearchServerlessDestinationDescription": "opensearchserverless",
    "RedshiftDestinationDescription":                 "redshift",
    "SplunkDestinationDescription":                   "splunk",
    "HttpEndpointDestinationDescription":             "http_endpoint",
    "SnowflakeDestinationDescription":                "snowflake",
    "IcebergDestinationDescription":                  "iceberg",
    "ExtendedS3DestinationDescription":               "extended_s3",
}
PROCESSOR_DEFAULTS = {"NumberOfRetries": ("3",), "BufferIntervalInSeconds": ("60",),
                      "BufferSizeInMBs": ("0.25", "0.256", "1", "1.0", "3", "3.0")}
"""What Firehose fills in by itself, and Terraform leaves out of the state."""


def _destination(value: Any) -> str | None:
    if isinstance(value, Mapping):
        return next((name for key, name in DESTINATIONS.items() if value.get(key)), None)
    return str(value).lower() if value else None


def _parameters(value: Any) -> Value:
    pairs = [
        (p.get("ParameterName", p.get("parameter_name")), p.get("ParameterValue", p.get("parameter_value")))
        for p in value or ()
    ]
    return frozenset(
        Block({"parameter_name": n, "parameter_value": v}) for n, v in pairs if v not in PROCESSOR_DEFAULTS.get(n, ())
    )


def _only_the_role_more(want: Value, have: Value) -> bool:
    """A processor runs with the destination's role where none is given."""
    wanted, there = as_set(want), as_set(have)
    return wanted <= there and all(as_block(p)["parameter_name"] == "RoleArn" for p in there - wanted)


def buffered() -> dict[str, Attr]:
    """How long and how much is held back."""
    return {
        "buffering_interval": number("BufferingHints.IntervalInSeconds", default=300),
        "buffering_size":     number("BufferingHints.SizeInMBs", default=5),
    }


def logged() -> dict[str, Attr]:
    """Where failures are written down."""
    return {"cloudwatch_logging_options": block("CloudWatchLoggingOptions", {
        "enabled":         flag("Enabled"),
        "log_group_name":  text("LogGroupName", assigned=True),
        "log_stream_name": text("LogStreamName", assigned=True),
    })}


def processed() -> dict[str, Attr]:
    """What is done to records on their way."""
    return {"processing_configuration": block("ProcessingConfiguration", {
        "enabled":    flag("Enabled"),
        "processors": blocks("Processors", {
            "type":       text("Type"),
            "parameters": attr("Parameters", _parameters, same=_only_the_role_more),
        }),
    })}


def retried(default: int) -> dict[str, Attr]:
    """How long a delivery is tried again."""
    return {"retry_duration": number("RetryOptions.DurationInSeconds", default=default)}


def bucket() -> dict[str, Attr]:
    """A bucket to write to."""
    return {
        **buffered(), **logged(),
        "bucket_arn":          text("BucketARN"),
        "compression_format":  text("CompressionFormat", default="UNCOMPRESSED"),
        "error_output_prefix": text("ErrorOutputPrefix"),
        "kms_key_arn":         kms_key("EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN"),
        "prefix":              text("Prefix"),
        "role_arn":            text("RoleARN"),
    }


def common(backup: str, retry: int = 300) -> dict[str, Attr]:
    """What every destination but S3 has."""
    return {
        **logged(), **processed(), **retried(retry),
        "s3_backup_mode":   text("S3BackupMode", default=backup),
        "s3_configuration": block("S3DestinationDescription", bucket()),
    }


def with_secret() -> dict[str, Attr]:
    """A secret to log in with."""
    return {"secrets_manager_configuration": block("SecretsManagerConfiguration", {
        "enabled":    flag("Enabled", assigned=True),
        "secret_arn": text("SecretARN"),
        "role_arn":   text("RoleARN"),
    })}


def search() -> dict[str, Attr]:
    """What the kinds of OpenSearch have in common."""
    return {
        **common("FailedDocumentsOnly"), **buffered(),
        "index_name": text("IndexName"),
        "role_arn":   text("RoleARN"),
        "vpc_config": block("VpcConfigurationDescription", {
            "role_arn":           text("RoleARN"),
            "security_group_ids": set_of(to_text, "SecurityGroupIds"),
            "subnet_ids":         set_of(to_text, "SubnetIds"),
        }),
    }


def domain() -> dict[str, Attr]:
    """A domain of its own."""
    return {
        **search(),
        "cluster_endpoint":      text("ClusterEndpoint"),
        "domain_arn":            text("DomainARN"),
        "index_rotation_period": text("IndexRotationPeriod", default="OneDay"),
        "type_name":             text("TypeName"),
    }


CONVERSION = block("DataFormatConversionConfiguration", {
    "enabled":                     flag("Enabled"),
    "input_format_configuration":  block("InputFormatConfiguration", {"deserializer": block("Deserializer", {
        "hive_json_ser_de":   block("HiveJsonSerDe", {"timestamp_formats": list_of(to_text, "TimestampFormats")}),
        "open_x_json_ser_de": block("OpenXJsonSerDe", {
            "case_insensitive":                         flag("CaseInsensitive", default=True),
            "column_to_json_key_mappings":              mapping("ColumnToJsonKeyMappings"),
            "convert_dots_in_json_keys_to_underscores": flag("ConvertDotsInJsonKeysToUnderscores"),
        }),
    })}),
    # Firehose answers with nothing where a setting is its own default
    "output_format_configuration": block("OutputFormatConfiguration", {"serializer": block("Serializer", {
        "orc_ser_de":     block("OrcSerDe", {
            "block_size_bytes":                        number("BlockSizeBytes", default=268435456),
            "bloom_filter_columns":                    list_of(to_text, "BloomFilterColumns"),
            "bloom_filter_false_positive_probability": number("BloomFilterFalsePositiveProbability", default=0.05),
            "compression":                             text("Compression", default="SNAPPY"),
            "dictionary_key_threshold":                number("DictionaryKeyThreshold", default=0),
            "enable_padding":                          flag("EnablePadding"),
            "format_version":                          text("FormatVersion", default="V0_12"),
            "padding_tolerance":                       number("PaddingTolerance", default=0.05),
            "row_index_stride":                        number("RowIndexStride", default=10000),
            "stripe_size_bytes":                       number("StripeSizeBytes", default=67108864),
        }),
        "parquet_ser_de": block("ParquetSerDe", {
            "block_size_bytes":              number("BlockSizeBytes", default=268435456),
            "compression":                   text("Compression", default="SNAPPY"),
            "enable_dictionary_compression": flag("EnableDictionaryCompression"),
            "max_padding_bytes":             number("MaxPaddingBytes", default=0),
            "page_size_bytes":               number("PageSizeBytes", default=1048576),
            "writer_version":                text("WriterVersion", default="V1"),
        }),
    })}),
    "schema_configuration":        block("SchemaConfiguration", {
        "catalog_id":    text("CatalogId", assigned=True),
        "database_name": text("DatabaseName"),
        "region":        text("Region", assigned=True),
        "role_arn":      text("RoleARN"),
        "table_name":    text("TableName"),
        "version_id":    text("VersionId", default="LATEST"),
    }),
})

DELIVERY_STREAM = ResourceType(
    name="aws_kinesis_firehose_delivery_stream",
    service="firehose",
    # the operation has no token; ten names are answered where no limit is given
    list=Call(op="ListDeliveryStreams", take="DeliveryStreamNames[].{Name: @}", args={"Limit": 10000}),
    describe=(
        # two calls for each managed stream: Firehose has no batch form
        Call(op="DescribeDeliveryStream", take="DeliveryStreamDescription", into="Stream", gone=GONE,
             bind={"DeliveryStreamName": "Name"}),
        Call(op="ListTagsForDeliveryStream", take="Tags", into="Tags", gone=GONE, args={"Limit": 50},
             bind={"DeliveryStreamName": "Name"}),
    ),
    exists="Stream.DeliveryStreamStatus != 'DELETING'",
    id=text("Name"),
    identity=("name",),
    import_id="arn || name",
    label="name",
    attributes={
        "name":        text("Name"),
        "arn":         text("Stream.DeliveryStreamARN", assigned=True),
        "destination": attr("Stream.Destinations[0]", _destination),
        "kinesis_source_configuration": block("Stream.Source.KinesisStreamSourceDescription", {
            "kinesis_stream_arn": text("KinesisStreamARN"),
            "role_arn":           text("RoleARN"),
        }),
        "msk_source_configuration": block("Stream.Source.MSKSourceDescription", {
            "msk_cluster_arn":     text("MSKClusterARN"),
            "topic_name":          text("TopicName"),
            "read_from_timestamp": moment("ReadFromTimestamp"),
            "authentication_configuration": block("AuthenticationConfiguration", {
                "connectivity": text("Connectivity"),
                "role_arn":     text("RoleARN"),
            }),
        }),
        "server_side_encryption": block("Stream.DeliveryStreamEncryptionConfiguration", {
            "enabled":  attr("Status", lambda v: v == "ENABLED" if isinstance(v, str) else bool(v)),
            "key_type": text("KeyType", default="AWS_OWNED_CMK"),
            "key_arn":  kms_key("KeyARN", assigned=True),
        }),
        "extended_s3_configuration": block("Stream.Destinations[0].ExtendedS3DestinationDescription", {
            **bucket(), **processed(),
            "custom_time_zone":                     text("CustomTimeZone", default="UTC"),
            "file_extension":                       text("FileExtension"),
            "s3_backup_mode":                       text("S3BackupMode", default="Disabled"),
            "s3_backup_configuration":              block("S3BackupDescription", bucket()),
            "data_format_conversion_configuration": CONVERSION,
            "dynamic_partitioning_configuration":   block("DynamicPartitioningConfiguration", {
                "enabled": flag("Enabled"), **retried(300),
            }),
        }),
        "elasticsearch_configuration": block("Stream.Destinations[0].ElasticsearchDestinationDescription", domain()),
        "opensearch_configuration":    block("Stream.Destinations[0].AmazonopensearchserviceDestinationDescription", {
            **domain(),
            "document_id_options": block("DocumentIdOptions", {
                "default_document_id_format": text("DefaultDocumentIdFormat"),
            }),
        }),
        "opensearchserverless_configuration":
            block("Stream.Destinations[0].AmazonOpenSearchServerlessDestinationDescription", {
                **search(), "collection_endpoint": text("CollectionEndpoint"),
            }),
        "redshift_configuration": block("Stream.Destinations[0].RedshiftDestinationDescription", {
            **common("Disabled", retry=3600), **with_secret(),
            "cluster_jdbcurl":         text("ClusterJDBCURL"),
            "copy_options":            text("CopyCommand.CopyOptions"),
            "data_table_columns":      text("CopyCommand.DataTableColumns"),
            "data_table_name":         text("CopyCommand.DataTableName"),
            "role_arn":                text("RoleARN"),
            "s3_backup_configuration": block("S3BackupDescription", bucket()),
            "username":                text("Username"),
        }),
        "snowflake_configuration": block("Stream.Destinations[0].SnowflakeDestinationDescription", {
            **common("FailedDataOnly", retry=60), **with_secret(),
            "buffering_interval":   number("BufferingHints.IntervalInSeconds", default=0),
            "buffering_size":       number("BufferingHints.SizeInMBs", default=1),
            "account_url":          text("AccountUrl"),
            "content_column_name":  text("ContentColumnName"),
            "data_loading_option":  text("DataLoadingOption", default="JSON_MAPPING"),
            "database":             text("Database"),
            "metadata_column_name": text("MetaDataColumnName"),
            "role_arn":             text("RoleARN"),
            "schema":               text("Schema"),
            "table":                text("Table"),
            "user":                 text("User"),
            "snowflake_role_configuration": block("SnowflakeRoleConfiguration", {
                "enabled": flag("Enabled"), "snowflake_role": text("SnowflakeRole"),
            }),
            "snowflake_vpc_configuration":  block("SnowflakeVpcConfiguration", {
                "private_link_vpce_id": text("PrivateLinkVpceId"),
            }),
        }),
        "splunk_configuration": block("Stream.Destinations[0].SplunkDestinationDescription", {
            **common("FailedEventsOnly", retry=3600), **with_secret(),
            "buffering_interval":         number("BufferingHints.IntervalInSeconds", default=60),
            "buffering_size":             number("BufferingHints.SizeInMBs", default=5),
            "hec_acknowledgment_timeout": number("HECAcknowledgmentTimeoutInSeconds", default=180),
            "hec_endpoint":               text("HECEndpoint"),
            "hec_endpoint_type":          text("HECEndpointType", default="Raw"),
            "hec_token":                  text("HECToken", sensitive=True),
        }),
        "http_endpoint_configuration": block("Stream.Destinations[0].HttpEndpointDestinationDescription", {
            **common("FailedDataOnly"), **with_secret(), **buffered(),
            "name":                  text("EndpointConfiguration.Name"),
            "url":                   text("EndpointConfiguration.Url"),
            "role_arn":              text("RoleARN"),
            "request_configuration": block("RequestConfiguration", {
                "content_encoding":  text("ContentEncoding", default="NONE"),
                "common_attributes": blocks("CommonAttributes", {
                    "name": text("AttributeName"), "value": text("AttributeValue"),
                }, key=lambda b: b["name"]),
            }),
        }),
        "iceberg_configuration": block("Stream.Destinations[0].IcebergDestinationDescription", {
            **common("FailedDataOnly"), **buffered(),
            "catalog_arn": text("CatalogConfiguration.CatalogARN"),
            "role_arn":    text("RoleARN"),
            "destination_table_configuration": blocks("DestinationTableConfigurationList", {
                "database_name":          text("DestinationDatabaseName"),
                "table_name":             text("DestinationTableName"),
                "s3_error_output_prefix": text("S3ErrorOutputPrefix"),
                "unique_keys":            list_of(to_text, "UniqueKeys"),
            }),
        }),
        "tags": tags("Tags"),
    },
    ignored={
        "destination_id":                          "AWS's own name for the destination, which never tells a change",
        "version_id":                              "AWS counts the changes that other attributes tell",
        "http_endpoint_configuration.access_key":  "never returned by AWS",
        "redshift_configuration.password":         "never returned by AWS",
        "snowflake_configuration.private_key":     "never returned by AWS",
        "snowflake_configuration.key_passphrase":  "never returned by AWS",
    },
    refs=(
        Ref("kinesis_source_configuration.kinesis_stream_arn", to="aws_kinesis_stream", by="arn"),
        Ref("kinesis_source_configuration.role_arn", to="aws_iam_role", by="arn"),
        Ref("extended_s3_configuration.bucket_arn", to="aws_s3_bucket", by="arn"),
        Ref("extended_s3_configuration.role_arn", to="aws_iam_role", by="arn"),
        Ref("server_side_encryption.key_arn", to="aws_kms_key", by="arn"),
    ),
)

"""AWS Glue, and Athena's databases, which are Glue's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, document, flag, list_of, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.provider.written import as_found
from drift.providers.aws.kinds import kms_key, schedule, tags
from drift.providers.aws.normalize.names import last_of_arn

GONE = frozenset({"EntityNotFoundException"})
TABLE_ID = "join(':', [{of}CatalogId || here.account, {of}DatabaseName, {of}Name])"
OPTIMIZERS = {"Compaction": "compaction", "Retention": "retention", "OrphanFiles": "orphan_file_deletion"}
"""Section of an Iceberg table -> the kind of optimizer that it holds."""
ARN = "join('', ['arn:', here.partition, ':glue:', here.region, ':', here.account, ':{kind}/', Name])"
# what crawlers, engines and Iceberg write beside what somebody set
KEPT_BY_AWS = frozenset({
    "averageRecordSize", "CrawlerSchemaDeserializerVersion", "CrawlerSchemaSerializerVersion", "objectCount",
    "recordCount", "sizeKey", "UPDATED_BY_CRAWLER", "metadata_location", "previous_metadata_location",
    "transient_lastDdlTime",
})


def tags_of(kind: str) -> Call:
    """Tags by a call of their own; Glue's answers hold no ARN."""
    return Call(op="GetTags", take="Tags", into="Tags", gone=GONE,
                bind={"ResourceArn": ARN.replace("{kind}", kind)})


def arn_of(kind: str) -> dict[str, Attr]:
    """The ARN, which Glue does not answer."""
    return {"arn": text(ARN.replace("{kind}", kind))}


def _table_parameters(value: Any) -> Value:
    kept = {k: v for k, v in value.items() if k not in KEPT_BY_AWS} if isinstance(value, Mapping) else None
    return values.mapped(kept)


def _without_password(value: Any) -> Value:
    """AWS is asked to hide it."""
    secret = ("PASSWORD", "ENCRYPTED_PASSWORD")
    return values.mapped({k: v for k, v in value.items() if k not in secret} if isinstance(value, Mapping) else None)


STARTED_BY_OTHERS = ("ON_DEMAND", "EVENT")


def _enabled(value: Any) -> Value:
    """A trigger on demand, or of an event, is never activated, whatever its configuration says."""
    if isinstance(value, Mapping):
        on = value.get("State") in ("ACTIVATED", "ACTIVATING")
        return None if value.get("Type") in STARTED_BY_OTHERS else on
    return values.boolean(value)


def _enabled_in_state(value: Any, trigger: Raw) -> Value:
    return None if trigger.get("type") in STARTED_BY_OTHERS else values.boolean(value)


def _enabled_by_import(value: Any, _: Mapping[str, Any]) -> Any:
    """An import records such a trigger as disabled. To enable it would start it."""
    return bool(_enabled(value))


def columns(at: str, **more: Attr) -> Attr:
    """Columns, whose order means something."""
    return blocks(at, {"name": text("Name"), "type": text("Type"), "comment": text("Comment"), **more},
                  key=lambda c: c.get("name"), ordered=True)


DATABASE = ResourceType(
    name="aws_glue_catalog_database",
    service="glue",
    list=Call(op="GetDatabases", take="DatabaseList"),
    describe=(
        Call(op="GetTables", take="TableList", into="Tables", gone=GONE, bind={"DatabaseName": "Name"}),
        tags_of("database"),
    ),
    id=text("join(':', [CatalogId || here.account, Name])"),
    identity=("name",),
    label="name",
    computed=arn_of("database"),
    attributes={
        "name":         text("Name"),
        "catalog_id":   text("CatalogId", assigned=True),
        "description":  text("Description"),
        "location_uri": text("LocationUri", assigned=True),
        "parameters":   mapping("Parameters"),
        # where nothing is said, AWS grants everything to whom IAM allows
        "create_table_default_permission": blocks("CreateTableDefaultPermissions", {
            "permissions": set_of(values.text, "Permissions"),
            "principal":   block("Principal", {"data_lake_principal_identifier": text("DataLakePrincipalIdentifier")}),
        }, assigned=True),
        "federated_database": block("FederatedDatabase", {
            "connection_name": text("ConnectionName"),
            "identifier":      text("Identifier"),
        }),
        "target_database": block("TargetDatabase", {
            "catalog_id":    text("CatalogId"),
            "database_name": text("DatabaseName"),
            "region":        text("Region"),
        }),
        "tags":         tags("Tags"),
    },
    # engines make `default` for themselves
    owners=(Owner("Name == 'default'", "AWS Glue"),),
)

ATHENA_DATABASE = ResourceType(
    name="aws_athena_database",
    service="glue",
    alias_of="aws_glue_catalog_database",
    list=DATABASE.list,
    describe=DATABASE.describe,
    id=text("Name"),
    identity=("name",),
    label="name",
    attributes={
        "name":       text("Name"),
        "comment":    text("Description"),
        "properties": mapping("Parameters"),
    },
    ignored={
        "acl_configuration":        "tells how the query that makes it is run",
        "bucket":                   "tells how the query that makes it is run",
        "encryption_configuration": "tells how the query that makes it is run",
        "expected_bucket_owner":    "tells how the query that makes it is run",
        "force_destroy":            "only read when it is deleted",
    },
)

TABLE = ResourceType(
    name="aws_glue_catalog_table",
    service="glue",
    list=Within("aws_glue_catalog_database", each="Tables[]"),
    describe=(
        Call(op="GetPartitionIndexes", take="PartitionIndexDescriptorList", into="Indexes", gone=GONE,
             bind={"DatabaseName": "DatabaseName", "TableName": "Name"}),
        # one call of each kind for each managed Iceberg table: no other has any
        *(
            Call(op="GetTableOptimizer", take="TableOptimizer", into=section, args={"Type": kind}, absent=GONE,
                 only_if="Parameters.table_type == 'ICEBERG' || Parameters.table_type == 'iceberg'",
                 bind={"CatalogId": "CatalogId || here.account", "DatabaseName": "DatabaseName", "TableName": "Name"})
            for section, kind in OPTIMIZERS.items()
        ),
    ),
    id=text(TABLE_ID.replace("{of}", "")),
    label="name",
    attributes={
        "name":               text("Name"),
        "database_name":      text("DatabaseName"),
        "catalog_id":         text("CatalogId", assigned=True),
        "description":        text("Description"),
        "owner":              text("Owner"),
        "parameters":         attr("Parameters", _table_parameters),
        "retention":          number("Retention", default=0),
        "table_type":         text("TableType"),
        "view_expanded_text": text("ViewExpandedText"),
        "view_original_text": text("ViewOriginalText"),
        "partition_keys":     columns("PartitionKeys"),
        "partition_index":    blocks("Indexes[?IndexStatus != 'DELETING']", {
            "index_name": text("IndexName"),
            "keys":       list_of(values.text, "Keys[].Name"),
        }, assigned=True, key=lambda i: i.get("index_name")),
        "target_table":       block("TargetTable", {
            "catalog_id":    text("CatalogId"),
            "database_name": text("DatabaseName"),
            "name":          text("Name"),
            "region":        text("Region"),
        }),
        "storage_descriptor": block("StorageDescriptor", {
            "additional_locations":      list_of(values.text, "AdditionalLocations"),
            "bucket_columns":            list_of(values.text, "BucketColumns"),
            "columns":                   columns("Columns", parameters=mapping("Parameters")),
            "compressed":                flag("Compressed"),
            "input_format":              text("InputFormat"),
            "location":                  attr("Location", lambda v: str(v).rstrip("/") if v else None, written=as_found),
            "number_of_buckets":         number("NumberOfBuckets", default=0),
            "output_format":             text("OutputFormat"),
            "parameters":                attr("Parameters", _table_parameters),
            "stored_as_sub_directories": flag("StoredAsSubDirectories"),
            "schema_reference":          block("SchemaReference", {
                "schema_version_id":     text("SchemaVersionId"),
                "schema_version_number": number("SchemaVersionNumber", default=0),
                "schema_id":             block("SchemaId", {
                    "registry_name": text("RegistryName"),
                    "schema_arn":    text("SchemaArn"),
                    "schema_name":   text("SchemaName"),
                }),
            }),
            "ser_de_info":               block("SerdeInfo", {
                "name":                  text("Name"),
                "parameters":            mapping("Parameters"),
                "serialization_library": text("SerializationLibrary"),
            }),
            "skewed_info":               block("SkewedInfo", {
                "skewed_column_names":               list_of(values.text, "SkewedColumnNames"),
                "skewed_column_value_location_maps": mapping("SkewedColumnValueLocationMaps"),
                "skewed_column_values":              list_of(values.text, "SkewedColumnValues"),
            }),
            "sort_columns":              blocks("SortColumns", {
                "column":     text("Column"),
                "sort_order": number("SortOrder", default=0),
            }, ordered=True),
        }),
    },
    ignored={"open_table_format_input": "only read when it is created"},
    parent=Parent("database_name", to="aws_glue_catalog_database", by="name"),
    owners=(Owner("Parameters.UPDATED_BY_CRAWLER", "a Glue crawler"),),
)

CRAWLER = ResourceType(
    name="aws_glue_crawler",
    service="glue",
    list=Call(op="GetCrawlers", take="Crawlers"),
    describe=(tags_of("crawler"),),
    id=text("Name"),
    label="name",
    computed=arn_of("crawler"),
    attributes={
        "name":                         text("Name"),
        "classifiers":                  set_of(values.text, "Classifiers"),
        "configuration":                document("Configuration"),
        "database_name":                text("DatabaseName"),
        "description":                  text("Description"),
        # by name, by path and name, or by ARN
        "role":                         attr("Role", last_of_arn, written=as_found),
        "schedule":                     schedule("Schedule.ScheduleExpression"),
        "security_configuration":       text("CrawlerSecurityConfiguration"),
        "table_prefix":                 text("TablePrefix"),
        "lake_formation_configuration": block("LakeFormationConfiguration", {
            "account_id":                     text("AccountId", assigned=True),
            "use_lake_formation_credentials": flag("UseLakeFormationCredentials"),
        }),
        "lineage_configuration":        block("LineageConfiguration", {
            "crawler_lineage_settings": text("CrawlerLineageSettings", default="DISABLE"),
        }),
        "recrawl_policy":               block("RecrawlPolicy", {
            "recrawl_behavior": text("RecrawlBehavior", default="CRAWL_EVERYTHING"),
        }),
        "schema_change_policy":         block("SchemaChangePolicy", {
            "delete_behavior": text("DeleteBehavior", default="DEPRECATE_IN_DATABASE"),
            "update_behavior": text("UpdateBehavior", default="UPDATE_IN_DATABASE"),
        }),
        "catalog_target":               blocks("Targets.CatalogTargets", {
            "connection_name":     text("ConnectionName"),
            "database_name":       text("DatabaseName"),
            "dlq_event_queue_arn": text("DlqEventQueueArn"),
            "event_queue_arn":     text("EventQueueArn"),
            "tables":              set_of(values.text, "Tables"),
        }),
        "delta_target":                 blocks("Targets.DeltaTargets", {
            "connection_name":           text("ConnectionName"),
            "create_native_delta_table": flag("CreateNativeDeltaTable"),
            "delta_tables":              set_of(values.text, "DeltaTables"),
            "write_manifest":            flag("WriteManifest"),
        }),
        "dynamodb_target":              blocks("Targets.DynamoDBTargets", {
            "path":      text("Path"),
            "scan_all":  flag("scanAll", default=True),
            "scan_rate": number("scanRate", default=0),
        }, key=lambda t: t.get("path")),
        "hudi_target":                  blocks("Targets.HudiTargets", {
            "connection_name":         text("ConnectionName"),
            "exclusions":              set_of(values.text, "Exclusions"),
            "maximum_traversal_depth": number("MaximumTraversalDepth", default=0),
            "paths":                   set_of(values.text, "Paths"),
        }),
        "iceberg_target":               blocks("Targets.IcebergTargets", {
            "connection_name":         text("ConnectionName"),
            "exclusions":              set_of(values.text, "Exclusions"),
            "maximum_traversal_depth": number("MaximumTraversalDepth", default=0),
            "paths":                   set_of(values.text, "Paths"),
        }),
        "jdbc_target":                  blocks("Targets.JdbcTargets", {
            "connection_name":            text("ConnectionName"),
            "enable_additional_metadata": set_of(values.text, "EnableAdditionalMetadata"),
            "exclusions":                 set_of(values.text, "Exclusions"),
            "path":                       text("Path"),
        }, key=lambda t: t.get("path")),
        "mongodb_target":               blocks("Targets.MongoDBTargets", {
            "connection_name": text("ConnectionName"),
            "path":            text("Path"),
            "scan_all":        flag("ScanAll", default=True),
        }, key=lambda t: t.get("path")),
        "s3_target":                    blocks("Targets.S3Targets", {
            "connection_name":     text("ConnectionName"),
            "dlq_event_queue_arn": text("DlqEventQueueArn"),
            "event_queue_arn":     text("EventQueueArn"),
            "exclusions":          set_of(values.text, "Exclusions"),
            "path":                text("Path"),
            "sample_size":         number("SampleSize", default=0),
        }, key=lambda t: t.get("path")),
        "tags":                         tags("Tags"),
    },
    refs=(
        Ref("database_name", to="aws_glue_catalog_database", by="name"),
        Ref("role", to="aws_iam_role"),
        Ref("security_configuration", to="aws_glue_security_configuration"),
    ),
)

JOB = ResourceType(
    name="aws_glue_job",
    service="glue",
    list=Call(op="GetJobs", take="Jobs"),
    describe=(tags_of("job"),),
    id=text("Name"),
    label="name",
    computed=arn_of("job"),
    attributes={
        "name":                      text("Name"),
        "connections":               set_of(values.text, "Connections.Connections"),
        "default_arguments":         mapping("DefaultArguments"),
        "description":               text("Description"),
        "execution_class":           text("ExecutionClass", default="STANDARD"),
        "glue_version":              text("GlueVersion", assigned=True),
        "job_run_queuing_enabled":   flag("JobRunQueuingEnabled"),
        "maintenance_window":        text("MaintenanceWindow"),
        "max_capacity":              number("MaxCapacity", default=0),
        "max_retries":               number("MaxRetries", default=0),
        "non_overridable_arguments": mapping("NonOverridableArguments"),
        "number_of_workers":         number("NumberOfWorkers", default=0),
        "role_arn":                  attr("Role", last_of_arn, written=as_found),
        "security_configuration":    text("SecurityConfiguration"),
        "timeout":                   number("Timeout", assigned=True),
        "worker_type":               text("WorkerType", assigned=True),
        "command":                   block("Command", {
            "name":            text("Name", default="glueetl"),
            "python_version":  text("PythonVersion", assigned=True),
            "runtime":         text("Runtime", assigned=True),
            "script_location": text("ScriptLocation"),
        }),
        "execution_property":        block("ExecutionProperty", {
            "max_concurrent_runs": number("MaxConcurrentRuns", default=1),
        }),
        "notification_property":     block("NotificationProperty", {
            "notify_delay_after": number("NotifyDelayAfter", default=0),
        }),
        "source_control_details":    block("SourceControlDetails", {
            "auth_strategy":  text("AuthStrategy"),
            "branch":         text("Branch"),
            "folder":         text("Folder"),
            "last_commit_id": text("LastCommitId"),
            "owner":          text("Owner"),
            "provider":       text("Provider"),
            "repository":     text("Repository"),
        }),
        "tags":                      tags("Tags"),
    },
    ignored={"source_control_details.auth_token": "never returned by AWS"},
    refs=(
        Ref("role_arn", to="aws_iam_role"),
        Ref("connections[]", to="aws_glue_connection", by="name"),
        Ref("security_configuration", to="aws_glue_security_configuration"),
    ),
)

TRIGGER = ResourceType(
    name="aws_glue_trigger",
    service="glue",
    list=Call(op="GetTriggers", take="Triggers"),
    describe=(tags_of("trigger"),),
    id=text("Name"),
    label="name",
    exists="State != 'DELETING'",
    computed=arn_of("trigger"),
    attributes={
        "name":                     text("Name"),
        "description":              text("Description"),
        "enabled":                  attr("{Type: Type, State: State}", _enabled, from_state=_enabled_in_state, written=_enabled_by_import),
        "schedule":                 schedule("Schedule"),
        "type":                     text("Type"),
        "workflow_name":            text("WorkflowName"),
        "actions":                  blocks("Actions", {
            "arguments":              mapping("Arguments"),
            "crawler_name":           text("CrawlerName"),
            "job_name":               text("JobName"),
            "security_configuration": text("SecurityConfiguration"),
            "timeout":                number("Timeout", default=0),
            "notification_property":  block("NotificationProperty", {
                "notify_delay_after": number("NotifyDelayAfter", default=0),
            }),
        }),
        "event_batching_condition": blocks("[EventBatchingCondition][?@]", {
            "batch_size":   number("BatchSize"),
            "batch_window": number("BatchWindow", default=900),
        }),
        "predicate":                block("Predicate", {
            "logical":    text("Logical", default="AND"),
            "conditions": blocks("Conditions", {
                "crawl_state":      text("CrawlState"),
                "crawler_name":     text("CrawlerName"),
                "job_name":         text("JobName"),
                "logical_operator": text("LogicalOperator", default="EQUALS"),
                "state":            text("State"),
            }),
        }),
        "tags":                     tags("Tags"),
    },
    ignored={"start_on_creation": "only read when it is created"},
    refs=(
        Ref("actions[].job_name", to="aws_glue_job"),
        Ref("actions[].crawler_name", to="aws_glue_crawler"),
    ),
)

CONNECTION = ResourceType(
    name="aws_glue_connection",
    service="glue",
    list=Call(op="GetConnections", take="ConnectionList", args={"HidePassword": True}),
    describe=(tags_of("connection"),),
    id=text("join(':', [here.account, Name])"),
    identity=("name",),
    label="name",
    # the rest of the properties may hold secrets
    computed={
        **arn_of("connection"), "jdbc_enforce_ssl": text("ConnectionProperties.JDBC_ENFORCE_SSL", outside_schema=True)
    },
    attributes={
        "name":                             text("Name"),
        "athena_properties":                mapping("AthenaProperties", sensitive=True),
        "connection_properties":            attr("ConnectionProperties", _without_password, sensitive=True),
        "connection_type":                  text("ConnectionType", default="JDBC"),
        "description":                      text("Description"),
        "match_criteria":                   set_of(values.text, "MatchCriteria"),
        "physical_connection_requirements": block("PhysicalConnectionRequirements", {
            "availability_zone":      text("AvailabilityZone"),
            "security_group_id_list": set_of(values.text, "SecurityGroupIdList"),
            "subnet_id":              text("SubnetId"),
        }),
        "tags":                             tags("Tags"),
    },
    ignored={"catalog_id": "the account's own catalogue is looked at, and no answer names it"},
    refs=(
        Ref("physical_connection_requirements.subnet_id", to="aws_subnet"),
        Ref("physical_connection_requirements.security_group_id_list[]", to="aws_security_group"),
    ),
)

SECURITY_CONFIGURATION = ResourceType(
    name="aws_glue_security_configuration",
    service="glue",
    list=Call(op="GetSecurityConfigurations", take="SecurityConfigurations"),
    id=text("Name"),
    label="name",
    attributes={
        "name":                     text("Name"),
        "encryption_configuration": block("EncryptionConfiguration", {
            "cloudwatch_encryption":    block("CloudWatchEncryption", {
                "cloudwatch_encryption_mode": text("CloudWatchEncryptionMode", default="DISABLED"),
                "kms_key_arn":                kms_key("KmsKeyArn"),
            }),
            "job_bookmarks_encryption": block("JobBookmarksEncryption", {
                "job_bookmarks_encryption_mode": text("JobBookmarksEncryptionMode", default="DISABLED"),
                "kms_key_arn":                   kms_key("KmsKeyArn"),
            }),
            "s3_encryption":            block("S3Encryption[0]", {
                "s3_encryption_mode": text("S3EncryptionMode", default="DISABLED"),
                "kms_key_arn":        kms_key("KmsKeyArn"),
            }),
        }),
    },
)

TABLE_OPTIMIZER = ResourceType(
    name="aws_glue_catalog_table_optimizer",
    service="glue",
    list=Within("aws_glue_catalog_table", each=f"[{', '.join(OPTIMIZERS)}] | [?type]"),
    id=text("join(',', [parent.CatalogId || here.account, parent.DatabaseName, parent.Name, type])"),
    identity=("catalog_id", "database_name", "table_name", "type"),
    import_id="join(',', [catalog_id, database_name, table_name, type])",
    label="table_name",
    computed={"table": text(TABLE_ID.replace("{of}", "parent."), outside_schema=True)},
    attributes={
        "catalog_id":    text("parent.CatalogId || here.account"),
        "database_name": text("parent.DatabaseName"),
        "table_name":    text("parent.Name"),
        "type":          text("type"),
        "configuration": block("configuration", {
            "enabled":                            flag("enabled"),
            "role_arn":                           text("roleArn"),
            "orphan_file_deletion_configuration": block("orphanFileDeletionConfiguration", {
                "iceberg_configuration": block("icebergConfiguration", {
                    "location":                             text("location"),
                    "orphan_file_retention_period_in_days": number("orphanFileRetentionPeriodInDays", default=3),
                }),
            }, assigned=True),
            "retention_configuration":            block("retentionConfiguration", {
                "iceberg_configuration": block("icebergConfiguration", {
                    "clean_expired_files":               flag("cleanExpiredFiles", default=True),
                    "number_of_snapshots_to_retain":     number("numberOfSnapshotsToRetain", default=1),
                    "snapshot_retention_period_in_days": number("snapshotRetentionPeriodInDays", default=5),
                }),
            }, assigned=True),
        }),
    },
    refs=(Ref("table_name", to="aws_glue_catalog_table", by="name"), Ref("configuration.role_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("table", to="aws_glue_catalog_table"),
    owners=(Owner("configurationSource == 'catalog'", "the catalogue's own settings"),),
)

"""Amazon Athena. Its databases are Glue's: see `glue`."""

from __future__ import annotations

from drift.provider.kinds import block, flag, mapping, number, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"InvalidRequestException", "ResourceNotFoundException"})
"""What Athena answers of a work group that is no more."""


def tags_of(arn: str) -> Call:
    """Tags by a call of their own."""
    named = f"join('', ['arn:', here.partition, ':athena:', here.region, ':', here.account, ':{arn}/', Name])"
    return Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceARN": named},
                absent=GONE)


CONFIGURATION = "WorkGroup.Configuration"
AS_MADE = (
    "State == 'ENABLED' && !Description && "
    f"!({CONFIGURATION}.[EnforceWorkGroupConfiguration, ExecutionRole, RequesterPaysEnabled, "
    "BytesScannedCutoffPerQuery, ResultConfiguration.[OutputLocation, ExpectedBucketOwner, AclConfiguration, "
    "EncryptionConfiguration][?@] | [0]][?@])"
)
"""Each region comes with the work group `primary`, which leaves where results go to whoever asks (Athena user guide, "How
workgroups work"). Whoever sets any of that makes it their own. Its engine and its metrics are left out: AWS has made them
differently over the years."""

MANAGED = "WorkGroup.Configuration.ManagedQueryResultsConfiguration"

WORKGROUP = ResourceType(
    name="aws_athena_workgroup",
    service="athena",
    list=Call(op="ListWorkGroups", take="WorkGroups"),
    describe=(
        # one call for each work group: there is no other
        Call(op="GetWorkGroup", take="WorkGroup", into="WorkGroup", gone=GONE, bind={"WorkGroup": "Name"}),
        Call(op="ListNamedQueries", take="NamedQueryIds[].{NamedQueryId: @}", into="NamedQueries", gone=GONE,
             bind={"WorkGroup": "Name"}),
        tags_of("workgroup"),
    ),
    id=text("Name"),
    label="name",
    computed={
        "managed_query_results_enabled": flag(f"{MANAGED}.Enabled", outside_schema=True),
        "managed_query_results_kms_key": text(f"{MANAGED}.EncryptionConfiguration.KmsKey", outside_schema=True),
    },
    attributes={
        "name":          text("Name"),
        "description":   text("WorkGroup.Description"),
        "state":         text("State", default="ENABLED"),
        "configuration": block("WorkGroup.Configuration", {
            "bytes_scanned_cutoff_per_query":     number("BytesScannedCutoffPerQuery", default=0),
            "enforce_workgroup_configuration":    flag("EnforceWorkGroupConfiguration", default=True),
            "execution_role":                     text("ExecutionRole"),
            "publish_cloudwatch_metrics_enabled": flag("PublishCloudWatchMetricsEnabled", default=True),
            "requester_pays_enabled":             flag("RequesterPaysEnabled"),
            "engine_version":                     block("EngineVersion", {
                "selected_engine_version": text("SelectedEngineVersion", default="AUTO"),
            }),
            "result_configuration":               block("ResultConfiguration", {
                "expected_bucket_owner":    text("ExpectedBucketOwner"),
                "output_location":          text("OutputLocation"),
                "acl_configuration":        block("AclConfiguration", {"s3_acl_option": text("S3AclOption")}),
                "encryption_configuration": block("EncryptionConfiguration", {
                    "encryption_option": text("EncryptionOption"),
                    "kms_key_arn":       kms_key("KmsKey"),
                }),
            }),
        }, assigned=True),
        "tags":          tags("Tags"),
    },
    ignored={"force_destroy": "only read when it is deleted"},
    refs=(
        Ref("configuration.execution_role", to="aws_iam_role", by="arn"),
        Ref("configuration.result_configuration.encryption_configuration.kms_key_arn", to="aws_kms_key", by="arn"),
    ),
    owners=(Owner(AS_MADE, "Amazon Athena", listed="Name == 'primary'"),),
)

NAMED_QUERY = ResourceType(
    name="aws_athena_named_query",
    service="athena",
    list=Within("aws_athena_workgroup", each="NamedQueries[]"),
    describe=(
        # only those that are managed are asked for
        Call(op="GetNamedQuery", take="NamedQuery", into="Query", gone=GONE, bind={"NamedQueryId": "NamedQueryId"}),
    ),
    id=text("NamedQueryId"),
    label="name",
    attributes={
        "name":        text("Query.Name"),
        "database":    text("Query.Database"),
        "description": text("Query.Description"),
        "query":       text("Query.QueryString"),
        "workgroup":   text("parent.Name", default="primary"),
    },
    # queries that people save for themselves go to `primary`, which nobody manages
    parent=Parent("workgroup", to="aws_athena_workgroup"),
    refs=(Ref("database", to="aws_glue_catalog_database", by="name"),),
)

DATA_CATALOG = ResourceType(
    name="aws_athena_data_catalog",
    service="athena",
    list=Call(op="ListDataCatalogs", take="DataCatalogsSummary[].{Name: CatalogName, Type: Type}"),
    describe=(
        # one call for each catalogue: there is no other
        Call(op="GetDataCatalog", take="DataCatalog", into="Catalog", gone=GONE, bind={"Name": "Name"}),
        tags_of("datacatalog"),
    ),
    id=text("Name"),
    label="name",
    attributes={
        "name":        text("Name"),
        "type":        text("Type"),
        "description": text("Catalog.Description"),
        "parameters":  mapping("Catalog.Parameters"),
        "tags":        tags("Tags"),
    },
    owners=(Owner("Name == 'AwsDataCatalog'", "Amazon Athena"),),
)

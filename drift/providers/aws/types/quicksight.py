"""Amazon QuickSight. Who is not signed up is refused like a stranger: that is no gap where nothing of it is desired."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value, as_block
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})
AT_SIGN_UP = "only read when the account is signed up"


def _letters(value: Any) -> str | None:
    """`IAM_AND_QUICKSIGHT`, `IAMAndQuickSight`."""
    return str(value).lower().replace("_", "") if value else None


ACCOUNT_SUBSCRIPTION = ResourceType(
    name="aws_quicksight_account_subscription",
    importable=False,
    service="quicksight",
    list=None,
    lookup=Call(op="DescribeAccountSubscription", take="AccountInfo.[@]", bind={"AwsAccountId": "id"}, gone=GONE),
    id=text("AwsAccountId"),
    label="account_name",
    exists="AccountSubscriptionStatus != 'UNSUBSCRIBED'",
    computed={"account_subscription_status": text("AccountSubscriptionStatus")},
    attributes={
        "account_name":                     text("AccountName"),
        # written with underscores in a request, and without them in an answer
        "authentication_method":            attr("AuthenticationType", _letters),
        "aws_account_id":                   text("AwsAccountId", assigned=True),
        "edition":                          text("Edition"),
        "iam_identity_center_instance_arn": text("IAMIdentityCenterInstanceArn"),
        "notification_email":               text("NotificationEmail"),
    },
    ignored=dict.fromkeys(("active_directory_name", "admin_group", "author_group", "contact_number", "directory_id", "email_address", "first_name", "last_name", "reader_group", "realm"), AT_SIGN_UP),
)

VPC_CONNECTION = ResourceType(
    name="aws_quicksight_vpc_connection",
    service="quicksight",
    list=Call(op="ListVPCConnections", take="VPCConnectionSummaries", bind={"AwsAccountId": "here.account"},
              guest="`true`", absent=frozenset({"ResourceNotFoundException", "UnsupportedUserEditionException"})),
    describe=(Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "Arn"}, gone=GONE),),
    id=text("join(',', [here.account, VPCConnectionId])"),
    label="name",
    exists="!contains(['DELETED', 'DELETION_IN_PROGRESS'], Status || '')",
    computed={"arn": text("Arn"), "availability_status": text("AvailabilityStatus")},
    attributes={
        "aws_account_id":     text("here.account", assigned=True),
        "name":               text("Name"),
        "dns_resolvers":      set_of(values.text, "DnsResolvers"),
        "role_arn":           text("RoleArn"),
        "security_group_ids": set_of(values.text, "SecurityGroupIds"),
        "subnet_ids":         set_of(values.text, "NetworkInterfaces[?!contains(['DELETED', 'DELETING'], Status || '')].SubnetId"),
        "vpc_connection_id":  text("VPCConnectionId"),
        "tags":               tags("Tags"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
)


BY_ID = {"AwsAccountId": "here.account", "DataSourceId": "DataSourceId"}

SOURCES = {
    "amazon_elasticsearch": ("AmazonElasticsearchParameters", "domain"),
    "athena":               ("AthenaParameters", "work_group"),
    "aurora":               ("AuroraParameters", "database host port"),
    "aurora_postgresql":    ("AuroraPostgreSqlParameters", "database host port"),
    "aws_iot_analytics":    ("AwsIotAnalyticsParameters", "data_set_name"),
    "databricks":           ("DatabricksParameters", "host port sql_endpoint_path"),
    "jira":                 ("JiraParameters", "site_base_url"),
    "maria_db":             ("MariaDbParameters", "database host port"),
    "mysql":                ("MySqlParameters", "database host port"),
    "oracle":               ("OracleParameters", "database host port"),
    "postgresql":           ("PostgreSqlParameters", "database host port"),
    "presto":               ("PrestoParameters", "catalog host port"),
    "rds":                  ("RdsParameters", "database instance_id"),
    "redshift":             ("RedshiftParameters", "cluster_id database host port"),
    "service_now":          ("ServiceNowParameters", "site_base_url"),
    "snowflake":            ("SnowflakeParameters", "database host warehouse"),
    "spark":                ("SparkParameters", "host port"),
    "sql_server":           ("SqlServerParameters", "database host port"),
    "teradata":             ("TeradataParameters", "database host port"),
    "twitter":              ("TwitterParameters", "max_rows query"),
}
"""Terraform's name of a kind of source -> the API's, and what is told of it by the same words in another case."""
NUMBERS = frozenset({"port", "max_rows"})


def _told(names: str) -> dict[str, Attr]:
    def at(name: str) -> str:
        return "".join(word.capitalize() for word in name.split("_"))

    return {name: number(at(name), default=0) if name in NUMBERS else text(at(name)) for name in names.split()}


def _as_plain(want: Value, have: Value) -> bool:
    """Encryption is on unless somebody switches it off."""
    return not any(as_block(side).get("disable_ssl") for side in (want, have))


DATA_SOURCE = ResourceType(
    name="aws_quicksight_data_source",
    service="quicksight",
    # an account that is not signed up is refused in one of several ways, one of them like a stranger
    list=Call(op="ListDataSources", take="DataSources", bind={"AwsAccountId": "here.account"}, guest="`true`",
              absent=frozenset({"ResourceNotFoundException", "UnsupportedUserEditionException"})),
    describe=(
        # one call of each kind for each managed source
        Call(op="DescribeDataSourcePermissions", take="Permissions", into="Permissions", bind=BY_ID, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "Arn"}, gone=GONE),
    ),
    id=text("join('/', [here.account, DataSourceId])"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "aws_account_id":            text("here.account", assigned=True),
        "data_source_id":            text("DataSourceId"),
        "name":                      text("Name"),
        "type":                      text("Type"),
        "parameters":                block("DataSourceParameters", {
            **{name: block(at, _told(names)) for name, (at, names) in SOURCES.items()},
            "s3": block("S3Parameters", {
                "role_arn":               text("RoleArn"),
                "manifest_file_location": block("ManifestFileLocation", {"bucket": text("Bucket"), "key": text("Key")}),
            }),
        }),
        "permission":                blocks("Permissions", {
            "actions":   set_of(values.text, "Actions"),
            "principal": text("Principal"),
        }, key=lambda p: p["principal"]),
        "ssl_properties":            block("SslProperties", {"disable_ssl": flag("DisableSsl")}, same=_as_plain),
        "vpc_connection_properties": block("VpcConnectionProperties", {"vpc_connection_arn": text("VpcConnectionArn")}),
        "tags":                      tags("Tags"),
    },
    ignored={"credentials": "never returned by AWS"},
    refs=(Ref("parameters.s3.manifest_file_location.bucket", to="aws_s3_bucket"),),
)

"""Tables in Steampipe's shape: queries in PostgreSQL as its users write them, over what drift keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator

import duckdb
import pytest

from drift.errors import StoreError
from drift.history.dialect import translated
from drift.history.reading import Reader
from drift.history.rows import Row
from drift.history.shapes import Shapes, snake
from drift.history.store import Store
from drift.history.tables import ddl
from drift.model.value import plain
from drift.provider.installed import installed
from drift.providers.aws.normalize.network import rules_from_api
from tests.support.stores import row_of, scan

ROLE = {
    "name": "app", "path": "/", "unique_id": "AROA1", "max_session_duration": 3600,
    "assume_role_policy": {"Statement": [{"Effect": "Allow", "Action": ["sts:assumerole"], "Principal": {"AWS": ["*"]}}]},
    "managed_policy_arns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"], "description": None, "tags": {"Team": "web"},
}  # fmt: skip
INSTANCE = {
    "instance_type": "t3.micro", "subnet_id": "subnet-1", "monitoring": True, "ebs_optimized": False,
    "metadata_options": {"http_tokens": "required", "http_endpoint": "enabled", "http_put_response_hop_limit": 2},
    "availability_zone": "us-east-1a", "tags": {},
}  # fmt: skip
DB = {
    "engine": "aurora-mysql", "storage_encrypted": True, "backup_retention_period": 7, "deletion_protection": None,
    "enabled_cloudwatch_logs_exports": ["audit", "error"],
    "serverlessv2_scaling_configuration": [{"min_capacity": 1, "max_capacity": 4}],
}  # fmt: skip
PERMISSIONS = [
    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
     "IpRanges": [{"CidrIp": "0.0.0.0/0"}, {"CidrIp": "10.0.0.0/8", "Description": "office"}],
     "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]},
    {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "Description": "peers"}]},
]  # fmt: skip
KEY, OTHER = "arn:aws:kms:us-east-1:1:key/own", "arn:aws:kms:us-east-1:1:key/other"


def _rows() -> Iterator[Row]:
    group = {"id": "sg-1", "name": "web", "ingress": plain(rules_from_api(PERMISSIONS)), "egress": None}
    yield row_of("actual", "aws_security_group", "sg-1", "aws_security_group.web", group)
    for name, versioning in {"kept": {"enabled": True}, "off": {"enabled": False}, "never": None}.items():
        yield row_of("actual", "aws_s3_bucket", name, None, {"versioning": versioning})
    yield row_of("actual", "aws_s3_bucket", "unread", None, {}, not_collected=["versioning"])
    yield row_of("actual", "aws_db_instance", "db-1", None, {"kms_key_id": KEY, "master_user_secret_kms_key_id": OTHER})
    yield row_of("actual", "aws_flow_log", "fl-1", None, {"vpc_id": "vpc-1", "subnet_id": None})
    cluster = {"arn": "arn:aws:ecs:us-east-1:1:cluster/main", "name": "main"}
    yield row_of("actual", "aws_ecs_cluster", "main", None, cluster, name="main")
    yield row_of("actual", "aws_iam_role", "app", "aws_iam_role.app", ROLE, arn="arn:aws:iam::1:role/app")
    yield row_of("actual", "aws_instance", "i-1", "aws_instance.web", INSTANCE, not_collected=["user_data"])
    yield row_of("desired", "aws_rds_cluster", "db", "module.d.aws_rds_cluster.db", DB, file="main.tf", line=7)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store(str(tmp_path_factory.mktemp("shapes") / "drift.duckdb"))
    store.add(scan(0, size=0, resources=list(_rows())))
    with store.reader() as reader:
        yield reader


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(installed())


def ask(reader: Reader, shapes: Shapes, text: str) -> list[tuple[object, ...]]:
    return list(reader.sql(reader.shaped(text, shapes).sql).rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select role_id, max_session_duration, path, account_id, title from aws_iam_role",
         [("AROA1", 3600, "/", "123456789012", "app")]),
        ("select name, s ->> 'Effect' from aws_iam_role, jsonb_array_elements(assume_role_policy_std -> 'Statement') as s "
         "where s -> 'Principal' -> 'AWS' @> '[\"*\"]'", [("app", "Allow")]),
        ("select s.value ->> 'Effect' from aws_iam_role r, jsonb_array_elements(r.assume_role_policy_std -> 'Statement') s",
         [("Allow",)]),
        ("select name from aws_iam_role where attached_policy_arns ? 'arn:aws:iam::aws:policy/ReadOnlyAccess'", [("app",)]),
        ("select name from aws_iam_role where tags ?& array['Team'] and not tags ?| array['Owner']", [("app",)]),
        ("select name from aws_iam_role where name like any (array['x%', 'a%']) and name not like all (array['b%'])",
         [("app",)]),
        ("select jsonb_array_elements_text(attached_policy_arns) as arn from aws_iam_role",
         [("arn:aws:iam::aws:policy/ReadOnlyAccess",)]),
        ("select tags ->> 'Team' = 'web', tags #>> '{Team}', jsonb_typeof(tags), description is null from aws_iam_role",
         [(True, "web", "object", True)]),
        # names of the API, as Steampipe has them; nested ones as JSON with the API's names
        ("select instance_id, instance_type, metadata_options ->> 'HttpTokens', monitoring_state from aws_ec2_instance",
         [("i-1", "t3.micro", "required", "enabled")]),
        ("select subnet_id, ebs_optimized, _completeness, _not_collected "
         "from aws_ec2_instance", [("subnet-1", False, "partial", ["user_data"])]),
        # Terraform's own name of the type is a table as well
        ("select count(*) from aws_instance where metadata_options ->> 'HttpEndpoint' = 'enabled'", [(1,)]),
        ("select address, path || ':' || start_line, (attributes_std ->> 'storage_encrypted')::bool from terraform_resource "
         "where type = 'aws_rds_cluster' and (attributes_std -> 'deletion_protection') is null",
         [("module.d.aws_rds_cluster.db", "main.tf:7", True)]),
        ("select (attributes_std -> 'serverlessv2_scaling_configuration' ->> 'max_capacity')::int, name "
         "from terraform_resource where (attributes_std -> 'enabled_cloudwatch_logs_exports')::jsonb @> '[\"audit\"]'::jsonb",
         [(4, "db")]),
        # rows of a function, and then a join that goes by them
        ("select r.name, i.instance_id from aws_iam_role as r, jsonb_array_elements_text(attached_policy_arns) as p "
         "left join aws_ec2_instance as i on p = i.instance_id", [("app", None)]),
        ("select r.name, i.instance_id from aws_iam_role as r, jsonb_array_elements_text(attached_policy_arns) as p "
         "join aws_ec2_instance as i on p <> i.instance_id where i.monitoring_state = 'enabled'", [("app", "i-1")]),
        # names of columns are PostgreSQL's: of the alias, of the function
        ("with s as (select t from aws_iam_role, jsonb_object_keys(tags) as t) select t from s", [("Team",)]),
        ("with n as (select count(*), max(path) from aws_iam_role) select count, max from n", [(1, "/")]),
        ("select jsonb_agg(a) filter (where a not like '%Admin%') from aws_iam_role, "
         "jsonb_array_elements_text(attached_policy_arns) as a", [('["arn:aws:iam::aws:policy/ReadOnlyAccess"]',)]),
        ("select s[1] from aws_iam_role as r, string_to_array(r.path || 'x', '/') as s", [("",)]),
        ("with a as (select account_id from aws_account) select count(*) from a", [(1,)]),
        # what the API says in one member is that member, whatever else ends alike
        ("select kms_key_id from aws_rds_db_instance", [(KEY,)]),
        ("select cluster_arn, title from aws_ecs_cluster", [("arn:aws:ecs:us-east-1:1:cluster/main", "main")]),
        ("select resource_id from aws_vpc_flow_log", [("vpc-1",)]),
        ("select name from aws_s3_bucket where not versioning_enabled order by name", [("never",), ("off",)]),
        ("select name, versioning_enabled from aws_s3_bucket where versioning_enabled is not false order by name",
         [("kept", True), ("unread", None)]),
        ("select group_id, r ->> 'Description' from aws_vpc_security_group, jsonb_array_elements(ip_permissions) as p, "
         "jsonb_array_elements(p -> 'IpRanges') as r where (p ->> 'FromPort')::int <= 22 and r ->> 'CidrIp' like '10.%'",
         [("sg-1", "office")]),
    ],
)  # fmt: skip
def test_a_query_runs_unchanged(reader: Reader, shapes: Shapes, text: str, expected: list[tuple[object, ...]]) -> None:
    assert ask(reader, shapes, text) == expected


def test_rules_of_a_group_are_those_that_ec2_told(reader: Reader, shapes: Shapes) -> None:
    """Read back as an answer of EC2, they say the same."""
    ((told, out),) = ask(reader, shapes, "select ip_permissions, ip_permissions_egress from aws_vpc_security_group")
    assert rules_from_api(json.loads(str(told))) == rules_from_api(PERMISSIONS)
    assert len(json.loads(str(told))) == 5
    assert out is None


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("aws_ec2_instance", "user_data"),  # drift has its digest
        ("aws_ec2_target_group", "attributes"),  # several blocks of Terraform are in it
        ("aws_lambda_permission", "resource"),  # drift has the name out of it
        ("aws_elasticache_replication_group", "engine_version"),  # that is its clusters'
        ("aws_api_gateway_stage", "id"),  # that is the API's, not the stage's
    ],
)
def test_what_drift_holds_in_another_form_is_not_known(shapes: Shapes, table: str, column: str) -> None:
    assert column not in shapes.columns(table)


def test_what_drift_does_not_know_is_an_error_unless_null_will_do(reader: Reader, shapes: Shapes) -> None:
    """What goes by it would be wrong: whoever never used a role is told of every role."""
    asked = "select r.name, r.role_last_used_date from aws_iam_role r where r.role_last_used_date is null"

    with pytest.raises(StoreError, match=r"drift does not know aws_iam_role[.]role_last_used_date"):
        reader.shaped(asked, shapes)
    ready = reader.shaped(asked, shapes, nulls_allowed=True)
    assert ready.unknown == [("aws_iam_role", "role_last_used_date")]
    assert list(reader.sql(ready.sql).rows) == [("app", None)]


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("select metadata_options ->> 'Tokens' from aws_ec2_instance", "metadata_options -> 'Tokens'"),
        ("select 1 from aws_ec2_instance i where i.metadata_options #>> '{HttpTokens,0,X}' = 'a'", "metadata_options -> 'X'"),
        ("select r ->> 'Nowhere' from aws_vpc_security_group, jsonb_array_elements(ip_permissions) as p, "
         "jsonb_array_elements(p -> 'IpRanges') as r", "ip_permissions -> 'Nowhere'"),
        # these have the names that their users gave
        ("select tags ->> 'Nowhere', assume_role_policy_std -> 'Nowhere' from aws_iam_role", None),
        ("select metadata_options -> 'HttpTokens' from aws_ec2_instance", None),
    ],
)  # fmt: skip
def test_a_member_that_no_value_has_is_not_known_either(
    reader: Reader, shapes: Shapes, text: str, member: str | None
) -> None:
    ready = reader.shaped(text, shapes, nulls_allowed=True)
    assert [column for _, column in ready.unknown] == ([member] if member else [])
    if member:
        with pytest.raises(StoreError, match="does not know"):
            reader.shaped(text, shapes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("select name, versioning_enabled from aws_s3_bucket",
         ["aws_s3_bucket: versioning was not read in 1 row: NULL there."]),
        # what only the cloud sets
        ("select name from aws_s3_bucket where not block_public_acls",
         ["aws_s3_bucket: block_public_acls was not read in 4 rows: NULL there."]),
        ("select name from aws_s3_bucket", []),
        ("select name from aws_lambda_function",
         ["aws_lambda_function: resources of aws_lambda_function were not looked for in 123456789012."]),
        # a column that other resources tell
        ("select name from aws_iam_role where instance_profile_arns is null",
         ["aws_iam_role: resources of aws_iam_instance_profile were not looked for in 123456789012."]),
    ],
)  # fmt: skip
def test_what_was_not_collected_is_told_beside_the_answer(
    reader: Reader, shapes: Shapes, text: str, told: list[str]
) -> None:
    assert reader.lacking(reader.shaped(text, shapes)) == told


def test_a_table_that_is_not_read_is_no_empty_one(reader: Reader, shapes: Shapes) -> None:
    with pytest.raises(StoreError, match="no table aws_health_event"):
        reader.shaped("select * from aws_health_event, aws_iam_role", shapes)


def test_a_shaped_query_cannot_reach_beyond_the_store(reader: Reader, shapes: Shapes) -> None:
    for wrong in (
        "select * from aws_iam_role, read_text('/etc/hostname')",
        "copy aws_iam_role to 'x'",
        "drop table scan; select 1 from aws_iam_role",
        "delete from scan where scan in (select name from aws_iam_role)",
    ):
        with pytest.raises(StoreError):
            ask(reader, shapes, wrong)
    assert ask(reader, shapes, "select count(*) from aws_iam_role") == [(1,)]


def test_every_type_has_a_table_that_can_be_read(shapes: Shapes) -> None:
    """Its view is made and bound: a wrong expression in the catalogue's columns or the provider's would fail."""
    provider = installed().providers["aws"]
    with duckdb.connect() as db:
        for statement in ddl():
            db.execute(statement)
        for table in [*provider.tables(), *list(installed())[::25]]:
            db.execute(shapes.view(table))


def test_columns_have_the_case_of_columns() -> None:
    assert [snake(n) for n in ("VpcId", "DBInstanceArn", "kmsKeyID", "EBSOptimized", "ARN")] == [
        "vpc_id", "db_instance_arn", "kms_key_id", "ebs_optimized", "arn",
    ]  # fmt: skip


def test_json_and_addresses_are_compared_as_postgresql_does(reader: Reader, shapes: Shapes) -> None:
    text = (
        "select '10.0.0.0/8'::cidr = '10.0.0.0/8'::cidr, tags -> 'Team' = '\"web\"', "
        "assume_role_policy_std -> 'Statement' -> 0 -> 'Principal' = '{\"AWS\": [ \"*\" ]}' from aws_iam_role"
    )
    assert ask(reader, shapes, text) == [(True, True, True)]


def test_wrong_postgres_is_told() -> None:
    with pytest.raises(StoreError, match="the query is wrong"):
        translated("select from where (")
    with pytest.raises(StoreError, match="one query"):
        translated("select 1; select 2")

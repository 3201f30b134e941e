"""Tables in Steampipe's shape: queries in PostgreSQL as its users write them, over what drift keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from drift.errors import StoreError
from drift.history.dialect import translated
from drift.history.reading import Reader
from drift.history.rows import Row
from drift.history.shapes import Shapes, snake
from drift.history.store import Store
from drift.provider.installed import installed
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


def _rows() -> Iterator[Row]:
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
        ("select subnet_id, ebs_optimized, placement_availability_zone is null, _completeness, _not_collected "
         "from aws_ec2_instance", [("subnet-1", False, True, "partial", ["user_data"])]),
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
    ],
)  # fmt: skip
def test_a_query_runs_unchanged(reader: Reader, shapes: Shapes, text: str, expected: list[tuple[object, ...]]) -> None:
    assert ask(reader, shapes, text) == expected


def test_what_drift_does_not_know_is_null_and_told(reader: Reader, shapes: Shapes) -> None:
    ready = reader.shaped("select r.name, r.role_last_used_date from aws_iam_role r", shapes)

    assert ready.unknown == [("aws_iam_role", "role_last_used_date")]
    assert list(reader.sql(ready.sql).rows) == [("app", None)]


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


def test_every_type_has_a_table_that_can_be_read(reader: Reader, shapes: Shapes) -> None:
    """Its view is made and bound: a wrong expression in the catalogue's columns or the provider's would fail."""
    provider = installed().providers["aws"]
    for table in [*provider.tables(), *list(installed())[::25]]:
        assert ask(reader, shapes, f"select count(*) from (select * from {table})"), table


def test_columns_have_the_case_of_columns() -> None:
    assert [snake(n) for n in ("VpcId", "DBInstanceArn", "kmsKeyID", "EBSOptimized", "ARN")] == [
        "vpc_id", "db_instance_arn", "kms_key_id", "ebs_optimized", "arn",
    ]  # fmt: skip


def test_wrong_postgres_is_told() -> None:
    with pytest.raises(StoreError, match="the query is wrong"):
        translated("select from where (")
    with pytest.raises(StoreError, match="one query"):
        translated("select 1; select 2")

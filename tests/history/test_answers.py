"""What the tables in Steampipe's shape answer, held against the states that real Terraform wrote of the same accounts.

Each line is a column, or an expression of one, and what a state says of it. A column that answers otherwise makes a
query of the community decide wrongly, and nobody would see it.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import build, read_states
from drift.history.reading import Reader
from drift.history.rows import Kept, rows
from drift.history.shapes import Shapes
from drift.history.store import Store
from drift.provider.installed import installed
from drift.rules.criteria import Criteria
from drift.survey import Scope
from tests.support.line import check
from tests.support.world import REGION, WORLDS, World, attributes

OF_WORLDS = (
    "dynamodb",
    "ec2_parts",
    "ecr",
    "efs",
    "governance",
    "guards",
    "iam_users",
    "kms",
    "lambda",
    "network",
    "rds",
    "s3",
    "secrets",
    "security-groups",
    "sns",
    "sqs",
    "web-stack",
)
Attributes = Mapping[str, Any]


def _first(block: Any) -> Attributes:
    return block[0] if block else {}


def _or_none(text: Any) -> Any:
    return text or None


def _std(text: str) -> list[str]:
    """The statements of a policy in Steampipe's form, in order."""
    out = []
    for given in _many(json.loads(text).get("Statement")) if text else []:
        made: dict[str, Any] = {k: given[k] for k in ("Sid", "Effect") if given.get(k)}
        made |= {k: sorted(a.lower() for a in _many(given[k])) for k in ("Action", "NotAction") if k in given}
        made |= {k: sorted(_many(given[k])) for k in ("Resource", "NotResource") if k in given}
        if said := given.get("Principal"):
            of = {"AWS": ["*"]} if said == "*" else said
            made["Principal"] = {k: sorted(_root(v) for v in _many(vs)) for k, vs in of.items()}
        if said := given.get("Condition"):
            made["Condition"] = {
                op: {k.lower(): sorted(map(_word, _many(vs))) for k, vs in test.items()} for op, test in said.items()
            }
        out.append(json.dumps(made, sort_keys=True))
    return sorted(out)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _root(principal: str) -> str:
    return f"arn:aws:iam::{principal}:root" if principal.isdigit() else principal


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _told(policy: Any) -> list[str]:
    return sorted(json.dumps(s, sort_keys=True) for s in json.loads(policy)["Statement"]) if policy else []


def _list(value: Any) -> list[Any]:
    found = json.loads(value) if isinstance(value, str) else value
    return sorted(found or [])


def _same(value: Any) -> Any:
    return value


Line = tuple[str, str, str, Callable[[Attributes], Any], Callable[[Any], Any]]
"""Table, Terraform's type, expression, what a state says, what is made of the answer before they are compared."""
LINES: tuple[Line, ...] = (
    ("aws_s3_bucket", "aws_s3_bucket", "name", lambda a: a["bucket"], _same),
    ("aws_s3_bucket", "aws_s3_bucket", "versioning_enabled", lambda a: _first(a["versioning"])["enabled"], _same),
    ("aws_s3_bucket", "aws_s3_bucket", "versioning_mfa_delete", lambda a: _first(a["versioning"])["mfa_delete"], _same),
    ("aws_s3_bucket", "aws_s3_bucket", "policy_std", lambda a: _std(a["policy"]), _told),
    ("aws_s3_bucket", "aws_s3_bucket", "logging ->> 'TargetBucket'",
     lambda a: _or_none(_first(a["logging"]).get("target_bucket")), _same),
    ("aws_s3_bucket", "aws_s3_bucket", "jsonb_array_length(lifecycle_rules)",
     lambda a: len(a["lifecycle_rule"]) or None, _same),
    ("aws_s3_bucket", "aws_s3_bucket", "(select count(*) from jsonb_array_elements(lifecycle_rules) r where r ->> 'Status' = 'Enabled')",
     lambda a: sum(r["enabled"] for r in a["lifecycle_rule"]), _same),
    ("aws_s3_bucket", "aws_s3_bucket", "website_configuration -> 'IndexDocument' ->> 'Suffix'",
     lambda a: _or_none(_first(a["website"]).get("index_document")), _same),
    ("aws_s3_bucket", "aws_s3_bucket", "(select jsonb_agg(concat(g -> 'Grantee' ->> 'Type', ' ', g ->> 'Permission')) from jsonb_array_elements(acl -> 'Grants') g)",
     lambda a: sorted(f"{g['type']} {p}" for g in a["grant"] for p in g["permissions"]), _list),
    ("aws_s3_bucket", "aws_s3_bucket", "object_lock_configuration is not null", lambda a: bool(a["object_lock_configuration"]), _same),
    ("aws_s3_bucket", "aws_s3_bucket", "tags", lambda a: a["tags_all"] or {}, json.loads),
    ("aws_iam_user", "aws_iam_user", "user_id", lambda a: a["unique_id"], _same),
    ("aws_iam_user", "aws_iam_user", "path", lambda a: a["path"], _same),
    ("aws_iam_group", "aws_iam_group", "group_id", lambda a: a["unique_id"], _same),
    ("aws_iam_role", "aws_iam_role", "assume_role_policy_std", lambda a: _std(a["assume_role_policy"]), _told),
    ("aws_iam_role", "aws_iam_role", "attached_policy_arns", lambda a: sorted(a["managed_policy_arns"]), _list),
    ("aws_iam_role", "aws_iam_role", "max_session_duration", lambda a: a["max_session_duration"], _same),
    ("aws_iam_role", "aws_iam_role", "permissions_boundary_arn", lambda a: _or_none(a["permissions_boundary"]), _same),
    ("aws_iam_role", "aws_iam_role", "(select jsonb_agg(p ->> 'PolicyName') from jsonb_array_elements(inline_policies_std) p)",
     lambda a: sorted(p["name"] for p in a["inline_policy"] if p["name"]), _list),
    ("aws_iam_policy", "aws_iam_policy", "policy_std", lambda a: _std(a["policy"]), _told),
    ("aws_kms_key", "aws_kms_key", "key_rotation_enabled", lambda a: a["enable_key_rotation"], _same),
    ("aws_kms_key", "aws_kms_key", "policy_std", lambda a: _std(a["policy"]), _told),
    ("aws_kms_key", "aws_kms_key", "enabled", lambda a: a["is_enabled"], _same),
    ("aws_kms_key", "aws_kms_key", "key_usage", lambda a: a["key_usage"], _same),
    ("aws_sns_topic", "aws_sns_topic", "policy_std", lambda a: _std(a["policy"]), _told),
    ("aws_sns_topic", "aws_sns_topic", "topic_arn", lambda a: a["arn"], _same),
    ("aws_sns_topic", "aws_sns_topic", "kms_master_key_id", lambda a: _or_none(a["kms_master_key_id"]), _same),
    ("aws_sqs_queue", "aws_sqs_queue", "queue_url", lambda a: a["url"], _same),
    ("aws_sqs_queue", "aws_sqs_queue", "visibility_timeout_seconds", lambda a: a["visibility_timeout_seconds"], _same),
    ("aws_sqs_queue", "aws_sqs_queue", "sqs_managed_sse_enabled", lambda a: a["sqs_managed_sse_enabled"], _same),
    ("aws_sqs_queue", "aws_sqs_queue", "redrive_policy ->> 'deadLetterTargetArn'",
     lambda a: json.loads(a["redrive_policy"])["deadLetterTargetArn"] if a["redrive_policy"] else None, _same),
    ("aws_lambda_function", "aws_lambda_function", "runtime", lambda a: a["runtime"], _same),
    ("aws_lambda_function", "aws_lambda_function", "timeout", lambda a: a["timeout"], _same),
    ("aws_lambda_function", "aws_lambda_function", "memory_size", lambda a: a["memory_size"], _same),
    ("aws_lambda_function", "aws_lambda_function", "dead_letter_config_target_arn",
     lambda a: _or_none(_first(a["dead_letter_config"]).get("target_arn")), _same),
    ("aws_lambda_function", "aws_lambda_function", "tracing_config ->> 'Mode'",
     lambda a: _first(a["tracing_config"])["mode"], _same),
    ("aws_lambda_function", "aws_lambda_function", "vpc_subnet_ids",
     lambda a: sorted(_first(a["vpc_config"]).get("subnet_ids") or []), _list),
    ("aws_rds_db_instance", "aws_db_instance", "class", lambda a: a["instance_class"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "storage_encrypted", lambda a: a["storage_encrypted"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "publicly_accessible", lambda a: a["publicly_accessible"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "multi_az", lambda a: a["multi_az"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "backup_retention_period", lambda a: a["backup_retention_period"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "deletion_protection", lambda a: a["deletion_protection"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "enabled_cloudwatch_logs_exports",
     lambda a: sorted(a["enabled_cloudwatch_logs_exports"] or []), _list),
    ("aws_rds_db_instance", "aws_db_instance", "iam_database_authentication_enabled",
     lambda a: a["iam_database_authentication_enabled"], _same),
    ("aws_rds_db_instance", "aws_db_instance", "master_user_name", lambda a: _or_none(a["username"]), _same),
    ("aws_rds_db_cluster", "aws_rds_cluster", "storage_encrypted", lambda a: a["storage_encrypted"], _same),
    ("aws_rds_db_subnet_group", "aws_db_subnet_group", "jsonb_array_length(subnets)", lambda a: len(a["subnet_ids"]), _same),
    ("aws_dynamodb_table", "aws_dynamodb_table", "sse_description ->> 'SSEType'",
     lambda a: "KMS" if _first(a["server_side_encryption"]).get("enabled") else None, _same),
    ("aws_dynamodb_table", "aws_dynamodb_table",
     "point_in_time_recovery_description ->> 'PointInTimeRecoveryStatus' = 'ENABLED'",
     lambda a: bool(_first(a["point_in_time_recovery"]).get("enabled")), _same),
    ("aws_dynamodb_table", "aws_dynamodb_table", "deletion_protection_enabled", lambda a: a["deletion_protection_enabled"], _same),
    ("aws_cloudtrail_trail", "aws_cloudtrail", "is_multi_region_trail", lambda a: a["is_multi_region_trail"], _same),
    ("aws_cloudtrail_trail", "aws_cloudtrail", "log_file_validation_enabled", lambda a: a["enable_log_file_validation"], _same),
    ("aws_cloudtrail_trail", "aws_cloudtrail", "is_logging", lambda a: a["enable_logging"], _same),
    ("aws_cloudtrail_trail", "aws_cloudtrail", "has_insight_selectors", lambda a: bool(a["insight_selector"]), _same),
    ("aws_cloudtrail_trail", "aws_cloudtrail", "kms_key_id", lambda a: _or_none(a["kms_key_id"]), _same),
    ("aws_vpc", "aws_vpc", "vpc_id", lambda a: a["id"], _same),
    ("aws_vpc", "aws_vpc", "is_default", lambda a: False, _same),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection", "id", lambda a: a["id"], _same),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection", "status_code", lambda a: a["accept_status"], _same),
    ("aws_vpc_peering_connection", "aws_vpc_peering_connection", "accepter_owner_id", lambda a: a["peer_owner_id"], _same),
    ("aws_vpc", "aws_vpc", "cidr_block", lambda a: a["cidr_block"], _same),
    ("aws_vpc_subnet", "aws_subnet", "subnet_id", lambda a: a["id"], _same),
    ("aws_vpc_subnet", "aws_subnet", "map_public_ip_on_launch", lambda a: a["map_public_ip_on_launch"], _same),
    ("aws_vpc_internet_gateway", "aws_internet_gateway", "attachments -> 0 ->> 'VpcId'", lambda a: _or_none(a["vpc_id"]), _same),
    ("aws_vpc_route_table", "aws_route_table", "route_table_id", lambda a: a["id"], _same),
    ("aws_vpc_route_table", "aws_route_table", "(select jsonb_agg(r ->> 'DestinationCidrBlock') from jsonb_array_elements(routes) r where r ->> 'GatewayId' is not null)",
     lambda a: sorted(r["cidr_block"] for r in a["route"] if r["gateway_id"]), _list),
    ("aws_vpc_network_acl", "aws_network_acl", "(select jsonb_agg(concat(e ->> 'RuleNumber', e ->> 'Egress', e -> 'PortRange' ->> 'From')) from jsonb_array_elements(entries) e where e ->> 'RuleNumber' <> '32767')",
     lambda a: sorted(f"{r['rule_no']}{out}{r['from_port'] if str(r['protocol']) in ('tcp', 'udp', '6', '17') else ''}"
                      for way, out in (("ingress", "false"), ("egress", "true")) for r in a[way]), _list),
    ("aws_vpc_network_acl", "aws_network_acl", "jsonb_array_length(associations)", lambda a: len(a["subnet_ids"]), _same),
    ("aws_ec2_instance", "aws_instance", "instance_type", lambda a: a["instance_type"], _same),
    ("aws_ec2_instance", "aws_instance", "metadata_options ->> 'HttpTokens'",
     lambda a: _first(a["metadata_options"])["http_tokens"], _same),
    ("aws_ec2_instance", "aws_instance", "instance_state", lambda a: a["instance_state"], _same),
    ("aws_ec2_instance", "aws_instance", "(select jsonb_agg(b -> 'Ebs' ->> 'VolumeId') from jsonb_array_elements(block_device_mappings) b)",
     lambda a: sorted(d["volume_id"] for d in a["root_block_device"] + a["ebs_block_device"]), _list),
    ("aws_ec2_instance", "aws_instance", "ebs_optimized", lambda a: a["ebs_optimized"], _same),
    ("aws_ec2_instance", "aws_instance", "monitoring_state", lambda a: "enabled" if a["monitoring"] else "disabled", _same),
    ("aws_ec2_instance", "aws_instance", "(select jsonb_agg(g ->> 'GroupId') from jsonb_array_elements(security_groups) g)",
     lambda a: sorted(a["vpc_security_group_ids"]), _list),
    ("aws_ec2_instance", "aws_instance", "split_part(iam_instance_profile_arn, '/', 2)",
     lambda a: a["iam_instance_profile"] or None, _or_none),
    ("aws_ebs_volume", "aws_ebs_volume", "encrypted", lambda a: a["encrypted"], _same),
    ("aws_ebs_volume", "aws_ebs_volume", "size", lambda a: a["size"], _same),
    ("aws_ec2_application_load_balancer", "aws_lb", "scheme", lambda a: "internal" if a["internal"] else "internet-facing", _same),
    ("aws_ec2_application_load_balancer", "aws_lb",
     "(select s ->> 'Value' from jsonb_array_elements(load_balancer_attributes) s where s ->> 'Key' = 'deletion_protection.enabled')",
     lambda a: str(a["enable_deletion_protection"]).lower(), _same),
)  # fmt: skip


def _kept(world: World, account: str) -> Kept:
    """The scan of a world before anybody touched it, as that of an account of its own."""
    api, catalog = world.tape("clean", strict=False), installed()
    desired = build(
        *read_states([str(world.path / "refreshed.tfstate")], {}), catalog, account=api.account, region=REGION
    )
    scope = Scope(recorded=api.types, everything=True)
    criteria = Criteria(today=date(2026, 11, 1))
    made = check(desired, api, catalog, scope, criteria=criteria, default_region=REGION)
    kept = rows(made.outcome, world.path.name, catalog)
    return Kept(
        kept.scan, kept.scope, {t: [_moved(r, world, account) for r in found] for t, found in kept.tables.items()}
    )


def _moved(row: dict[str, Any], world: World, account: str) -> dict[str, Any]:
    moved = {"account": account, "state": world.path.name, "hash": f"{account}{row.get('hash')}"}
    of_scan = {"accounts": [account], "sources": [world.path.name]}
    return {**row, **{k: v for k, v in {**moved, **of_scan}.items() if row.get(k)}}


@pytest.fixture(scope="module")
def states() -> dict[str, dict[str, Attributes]]:
    """Account -> address -> what the state has."""
    return {f"{n:012}": {**attributes(WORLDS / name / "refreshed.tfstate")} for n, name in enumerate(OF_WORLDS)}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    store = Store(str(Path(tmp_path_factory.mktemp("answers")) / "drift.duckdb"))
    for n, name in enumerate(OF_WORLDS):
        store.add(_kept(World(WORLDS / name), f"{n:012}"))
    with store.reader() as reader:
        yield reader


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes(installed())


def ask(reader: Reader, shapes: Shapes, text: str) -> list[tuple[Any, ...]]:
    return list(reader.sql(reader.shaped(text, shapes).sql).rows)


@pytest.mark.parametrize("table", sorted({line[0] for line in LINES}))
def test_a_column_says_what_terraform_recorded(
    reader: Reader, shapes: Shapes, states: dict[str, dict[str, Attributes]], table: str
) -> None:
    lines = [line for line in LINES if line[0] == table]
    columns = ", ".join(f"{line[2]} as c{n}" for n, line in enumerate(lines))
    found = ask(reader, shapes, f"select account_id, _address, {columns} from {table} where _address is not null")
    wrong, seen = defaultdict(list), 0
    for account, address, *values in found:
        if address.split("[")[0].split(".")[-2] != lines[0][1]:
            continue
        seen += 1
        for (_, _, expression, says, made), value in zip(lines, values, strict=True):
            expected = says(states[account][address])
            if made(value) != expected:
                wrong[expression].append((address, made(value), expected))
    assert not wrong
    assert seen


TOLD: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
    ("aws_ec2_instance", "instance_id", "InstanceId",
     {"launch_time": "LaunchTime", "virtualization_type": "VirtualizationType"}),
    ("aws_ebs_volume", "volume_id", "VolumeId", {"state": "State", "size": "Size"}),
    ("aws_ec2_network_interface", "network_interface_id", "NetworkInterfaceId", {"status": "Status"}),
    ("aws_ec2_ami", "image_id", "ImageId", {"creation_date": "CreationDate", "public": "Public"}),
    ("aws_vpc", "vpc_id", "VpcId", {"is_default": "IsDefault"}),
    ("aws_vpc_flow_log", "flow_log_id", "FlowLogId", {"flow_log_status": "FlowLogStatus"}),
    ("aws_kms_key", "key_id", "KeyId", {"key_manager": "KeyManager", "key_state": "KeyState", "origin": "Origin"}),
    ("aws_secretsmanager_secret", "arn", "ARN", {"created_date": "CreatedDate", "last_changed_date": "LastChangedDate"}),
)  # fmt: skip
"""Table, column of the id, member of the id, and what no state has: column -> member of the answer that was recorded."""


def _answers(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in a tape."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _answers(inner)


def _plainly(value: Any) -> Any:
    """A recorded value, or one of a column, to compare: a time to the second."""
    value = value.get("$datetime", value) if isinstance(value, dict) else value
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        value = datetime.fromisoformat(value)
    return value.astimezone(UTC).replace(microsecond=0) if isinstance(value, datetime) else value


@pytest.fixture(scope="module")
def recorded() -> list[Mapping[str, Any]]:
    """Every object that the clouds of these worlds answered."""
    lines = (line for name in OF_WORLDS for line in (WORLDS / name / "clean.jsonl").read_text().splitlines())
    ids = {f'"{id_}"' for _, _, id_, _ in TOLD}
    return [found for line in lines if any(i in line for i in ids) for found in _answers(json.loads(line))]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told[0])
def test_a_column_says_what_the_cloud_answered(
    reader: Reader, shapes: Shapes, recorded: list[Mapping[str, Any]], told: tuple[str, str, str, Mapping[str, str]]
) -> None:
    table, of_id, id_, columns = told
    expected = {
        answer[id_]: [_plainly(answer[member]) for member in columns.values()]
        for answer in recorded
        if isinstance(answer.get(id_), str) and all(member in answer for member in columns.values())
    }
    found = ask(reader, shapes, f"select {of_id}, {', '.join(columns)} from {table} where _address is not null")
    assert found
    assert {i: [_plainly(v) for v in values] for i, *values in found} == {i: expected[i] for i, *_ in found}


PARTS: tuple[tuple[str, str, str, str, Callable[[Attributes], Any], Callable[[Any], Any], Any], ...] = (
    *(("aws_s3_bucket", column, "aws_s3_bucket_public_access_block", "bucket", itemgetter(column), _same, False)
      for column in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")),
    ("aws_ecr_repository", "policy_std", "aws_ecr_repository_policy", "repository", lambda p: _std(p["policy"]), _told, []),
    ("aws_ecr_repository", "jsonb_array_length(lifecycle_policy -> 'rules')", "aws_ecr_lifecycle_policy", "repository",
     lambda p: len(json.loads(p["policy"])["rules"]), _same, None),
    ("aws_efs_file_system", "policy_std", "aws_efs_file_system_policy", "file_system_id", lambda p: _std(p["policy"]), _told, []),
    ("aws_lambda_function", "(select jsonb_agg(s ->> 'Sid') from jsonb_array_elements(policy_std -> 'Statement') s)",
     "aws_lambda_permission", "function_name", lambda p: [p["statement_id"]], _list, []),
    ("aws_vpc_route_table", "(select jsonb_agg(a ->> 'SubnetId') from jsonb_array_elements(associations) a where a ->> 'Main' = 'false')",
     "aws_route_table_association", "route_table_id", lambda p: [p["subnet_id"]], _list, []),
    ("aws_ebs_volume", "(select jsonb_agg(a ->> 'InstanceId') from jsonb_array_elements(attachments) a)",
     "aws_volume_attachment", "volume_id", lambda p: [p["instance_id"]], _list, ...),
)  # fmt: skip
"""Table, expression, a type whose resources tell a part of such a resource, the argument that names it, what its state
says, what is made of the answer, and what a resource without a part says, if that is always the same."""
IDS = {
    "aws_s3_bucket": "name",
    "aws_ecr_repository": "name",
    "aws_efs_file_system": "file_system_id",
    "aws_lambda_function": "function_name",
    "aws_vpc_route_table": "route_table_id",
    "aws_ebs_volume": "volume_id",
}
"""Table -> what its parts name it by."""


@pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part[0]}-{part[1][:60]}")
def test_a_column_says_what_a_resource_of_its_own_says_in_terraform(
    reader: Reader, shapes: Shapes, states: dict[str, dict[str, Attributes]], part: Any
) -> None:
    table, expression, type_, named, says, made, without = part
    expected: dict[tuple[str, str], Any] = {}
    for account, said in _of(states, type_):
        if said.get("qualifier"):
            continue  # an alias has a policy of its own
        where = (account, said[named].rpartition(":")[2])
        value, before = says(said), expected.get(where, [])
        expected[where] = sorted([*before, *value]) if isinstance(value, list) else value
    found = ask(reader, shapes, f"select account_id, {IDS[table]}, {expression} from {table}")
    assert expected
    told = {(account, id_): made(value) for account, id_, value in found}
    assert {where: told[where] for where in expected} == expected
    if without is not ...:
        assert all(value in (without, None) for where, value in told.items() if where not in expected)


def _of(states: dict[str, dict[str, Attributes]], type_: str) -> Iterator[tuple[str, Attributes]]:
    for account, found in states.items():
        for address, said in found.items():
            if address.split("[")[0].split(".")[-2] == type_:
                yield account, said


def test_rules_of_security_groups_are_those_of_the_states(
    reader: Reader, shapes: Shapes, states: dict[str, dict[str, Attributes]]
) -> None:
    """Whether they are written in the group or as resources of their own: a refreshed group has them all."""
    expected = set()
    for _, group in _of(states, "aws_security_group"):
        for way in ("ingress", "egress"):
            for rule in group[way]:
                ports = (None, None) if rule["protocol"] == "-1" else (rule["from_port"], rule["to_port"])
                expected |= {(group["id"], way, rule["protocol"], *ports, cidr) for cidr in rule["cidr_blocks"]}
    found = ask(
        reader, shapes,
        "select group_id, type, ip_protocol, from_port, to_port, cidr_ipv4 from aws_vpc_security_group_rule "
        "where cidr_ipv4 is not null and group_id in (select group_id from aws_vpc_security_group where _address is not null)",
    )  # fmt: skip
    assert {(*row,) for row in found} >= expected
    assert len(expected) >= 20
    open_to_all = (
        "select distinct group_id from aws_vpc_security_group_rule where cidr_ipv4 = '0.0.0.0/0' and type = 'ingress'"
    )
    assert {g for (g,) in ask(reader, shapes, open_to_all)} >= {
        g for g, way, *_, cidr in expected if way == "ingress" and cidr == "0.0.0.0/0"
    }  # fmt: skip


def test_what_identities_hold_is_told_with_them(
    reader: Reader, shapes: Shapes, states: dict[str, dict[str, Attributes]]
) -> None:
    """Policies that are attached, policies of their own, groups: resources of their own in Terraform."""
    held: dict[tuple[str, str], list[set[str]]] = {
        (a, u["name"]): [set(), set(), set()] for a, u in _of(states, "aws_iam_user")
    }
    for n, (type_, what) in enumerate(
        (("aws_iam_user_policy_attachment", "policy_arn"), ("aws_iam_user_policy", "name"))
    ):
        for account, said in _of(states, type_):
            held[account, said["user"]][n].add(said[what])
    for account, said in _of(states, "aws_iam_policy_attachment"):
        for user in said["users"] or ():
            held[account, user][0].add(said["policy_arn"])
    for account, said in _of(states, "aws_iam_user_group_membership"):
        held[account, said["user"]][2].update(said["groups"])
    for account, said in _of(states, "aws_iam_group_membership"):
        for user in said["users"]:
            held[account, user][2].add(said["group"])
    found = ask(
        reader, shapes,
        "select account_id, name, attached_policy_arns, "
        "(select jsonb_agg(p ->> 'PolicyName') from jsonb_array_elements(inline_policies) p), "
        "(select jsonb_agg(g ->> 'GroupName') from jsonb_array_elements(groups) g) from aws_iam_user where _address is not null",
    )  # fmt: skip
    told = {(account, name): [{*_list(v)} for v in values] for account, name, *values in found}
    assert {user: told[user] for user in held} == held
    assert all(any(of[n] for of in held.values()) for n in range(3))
    members = ask(reader, shapes, "select u ->> 'UserName', name from aws_iam_group, jsonb_array_elements(users) u")
    assert {(user, group) for user, group in members} >= {(u, g) for (_, u), of in held.items() for g in of[2]}
    unused = ask(reader, shapes, "select name from aws_iam_policy where not is_attached")
    assert unused
    roles = ask(
        reader,
        shapes,
        "select name, jsonb_array_length(instance_profile_arns) from aws_iam_role where instance_profile_arns is not null",
    )
    assert {r for r, _ in roles} >= {p["role"] for _, p in _of(states, "aws_iam_instance_profile") if p["role"]}

"""The record is not the intent: what a refresh wrote into the state is no sign that anybody wanted it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.load import build, read_states
from drift.desired.overlay import overlay
from drift.diff.attribute import comparison, unasked
from drift.diff.shares import Shares
from drift.model.address import Address
from drift.model.drift import Change, Report
from drift.model.resource import Key, Resource, Source
from drift.model.value import Block
from drift.provider.installed import installed
from drift.providers.aws.rules import built_in
from drift.rules.spec import Rule
from drift.survey import Scope
from tests.diff.test_three_way import AS_RECORDED, GROUP, INLINE, OPEN, RECORDED, RULE, SPLIT, answers, group, queue
from tests.support.line import check
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines

CLOSED = OPEN.replace('"Principal":"*"', f'"Principal":{{"AWS":"{ACCOUNT}"}}')


def compared(
    tmp_path: Path,
    text: str,
    there: Mapping[str, Any],
    state: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    rules: Sequence[Rule] = (),
    only: tuple[str, ...] = ("aws_sqs_queue",),
) -> Report:
    """What drift says; without `text`, of the state alone; `before` is what its backup holds."""
    path = write_state(state, tmp_path / "s.tfstate")
    if before is not None:
        write_state(before, tmp_path / "s.tfstate.backup")
        recorded = json.loads(path.read_text())
        path.write_text(json.dumps({**recorded, "serial": recorded["serial"] + 1}))
    states, failed = read_states([str(path)], {})
    if text:
        (tmp_path / "main.tf").write_text(text)
        configuration = Sources(tmp_path, Given(environment={})).evaluated(states)
        states = [overlay(s, configuration) for s in states]
    desired = build(states, failed, installed(), account=ACCOUNT, region=REGION)
    return check(desired, MadeApi(there), installed(), Scope(only=only), default_region=REGION, rules=rules).report


def the_change(report: Report) -> Change:
    [drift] = report.drift
    [change] = drift.changes
    return change


def jobs(**attributes: Any) -> dict[str, Any]:
    return {"aws_sqs_queue.jobs": {**RECORDED, **attributes}}


def test_a_policy_that_nobody_wrote_is_told_though_it_is_recorded(tmp_path: Path) -> None:
    change = the_change(compared(tmp_path, queue(AS_RECORDED), answers(Policy=OPEN), jobs(policy=OPEN)))

    assert (change.path, change.desired, change.unheld, change.undone) == ("policy", None, True, False)


def test_a_state_alone_says_what_it_cannot_tell(tmp_path: Path) -> None:
    report = compared(tmp_path, "", answers(Policy=OPEN), jobs(policy=OPEN))

    assert report.drift == ()
    [warning] = [w for w in report.warnings if "only the state records" in w]
    assert warning.startswith("1 resource has parts")
    assert warning.endswith("give --config to compare with the configuration")


def test_a_state_alone_without_parts_says_nothing_of_them(tmp_path: Path) -> None:
    assert compared(tmp_path, "", answers(), jobs()).warnings == ()


GROUPS = ("aws_security_group", "aws_security_group_rule")
HEAD = 'resource "aws_security_group" "web" {\n  name = "web"\n  description = "d"\n  vpc_id = "vpc-1"\n'
RECORDED_GROUP = {"aws_security_group.web": GROUP, "aws_security_group_rule.https": RULE}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}{INLINE}}}\n{SPLIT}", []),  # 80 is written in it, 443 is a rule of its own
        (f"{HEAD}}}\n{SPLIT}", ["modified aws_security_group.web ingress"]),  # 80 is nobody's
        (f"{HEAD}  ingress = []\n}}\n{SPLIT}", []),  # pending: written, and recorded otherwise
        ("", ["modified aws_security_group.web ingress"]),  # rules of its own are its only ones
    ],
)
def test_a_rule_is_somebodys_or_nobodys_whatever_the_group_records(text: str, said: list[str], tmp_path: Path) -> None:
    report = compared(tmp_path, text, group(80, 443), RECORDED_GROUP, only=GROUPS)

    assert lines(report) == said
    assert [c.undone for d in report.drift for c in d.changes] == [False] * len(said)


def test_a_group_without_rules_of_its_own_is_as_recorded_where_no_configuration_tells(tmp_path: Path) -> None:
    report = compared(tmp_path, "", group(80, 443), {"aws_security_group.web": GROUP}, only=GROUPS)

    assert report.drift == ()
    assert any("only the state records" in w for w in report.warnings)


def test_the_rule_that_aws_gives_every_group_is_not_told(tmp_path: Path) -> None:
    out = {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"], "description": "",
           "self": False, "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": []}  # fmt: skip
    there = group(443)
    there["ec2:DescribeSecurityGroups"]["SecurityGroups"][0]["IpPermissionsEgress"] = [
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ]
    rules: list[dict[str, Any]] = GROUP["ingress"]  # type: ignore[assignment]
    ingress = [r for r in rules if r["from_port"] == 443]
    state = {**RECORDED_GROUP, "aws_security_group.web": {**GROUP, "ingress": ingress, "egress": [out]}}

    assert lines(compared(tmp_path, f"{HEAD}}}\n{SPLIT}", there, state, only=GROUPS)) == []


def test_what_the_author_leaves_out_is_the_providers_default(tmp_path: Path) -> None:
    there, state = answers(VisibilityTimeout="99"), jobs(visibility_timeout_seconds=99)
    change = the_change(compared(tmp_path, queue(AS_RECORDED), there, state))

    assert (change.path, change.desired, change.actual) == ("visibility_timeout_seconds", 30, 99)
    assert (change.implied, change.undeclared, change.undone) == (True, False, True)


def test_a_written_value_that_is_recorded_otherwise_is_pending(tmp_path: Path) -> None:
    report = compared(tmp_path, queue(AS_RECORDED), answers(DelaySeconds="60"), jobs(delay_seconds=60))

    assert report.drift == ()
    assert [c.path for p in report.pending for c in p.changes] == ["delay_seconds"]


@pytest.mark.parametrize(("earlier", "drifted"), [(5, True), (60, False), (30, False)])
def test_the_backup_tells_whether_the_record_moved(earlier: int, drifted: bool, tmp_path: Path) -> None:
    state, before = jobs(delay_seconds=60), jobs(delay_seconds=earlier)
    report = compared(tmp_path, queue(AS_RECORDED), answers(DelaySeconds="60"), state, before=before)

    assert [(c.path, c.undone) for d in report.drift for c in d.changes] == [("delay_seconds", True)] * drifted
    assert bool(report.pending) is not drifted


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({"identifier": "db", "id": "db-1"}, {"identifier": "db", "id": "db-2"}),
        ({"id": "db", "resource_id": "db-1"}, {"id": "db", "resource_id": "db-2"}),
    ],
)
def test_the_backup_tells_nothing_of_an_object_that_an_apply_made_anew(
    was: dict[str, str], now: dict[str, str], tmp_path: Path
) -> None:
    path = write_state({"aws_db_instance.db": {**now, "maintenance_window": "sat"}}, tmp_path / "s.tfstate")
    recorded = json.loads(path.read_text())
    path.write_text(json.dumps({**recorded, "serial": recorded["serial"] + 1}))

    def earlier(before: dict[str, str]) -> Any:
        write_state({"aws_db_instance.db": {**before, "maintenance_window": "tue"}}, tmp_path / "s.tfstate.backup")
        [state], _ = read_states([str(path)], {})
        return state.instances[0].earlier

    assert earlier(was) is None
    assert earlier(now)["maintenance_window"] == "tue"


def alias(name: str) -> dict[str, Any]:
    return {"aws_iam_account_alias.this": {"id": name, "account_alias": name}}


@pytest.mark.parametrize(
    ("said", "drifted"), [("ours", True), ("another", False)], ids=["the author says the same", "the author moved on"]
)
def test_what_a_refresh_took_for_another_object_is_told_as_its_change(said: str, drifted: bool, tmp_path: Path) -> None:
    """An account has one alias (IAM user guide, "Using an alias for your account ID"), and its name is its id."""
    text = f'resource "aws_iam_account_alias" "this" {{\n  account_alias = "{said}"\n}}\n'
    there = {"iam:ListAccountAliases": {"AccountAliases": ["theirs"]}}
    only = ("aws_iam_account_alias",)
    report = compared(tmp_path, text, there, alias("theirs"), before=alias("ours"), only=only)

    told = [(c.path, c.desired, c.actual, c.undone) for d in report.drift for c in d.changes]
    assert told == [("account_alias", "ours", "theirs", True)] * drifted
    assert bool(report.pending) is not drifted


def test_a_backup_of_another_state_tells_nothing(tmp_path: Path) -> None:
    write_state(jobs(delay_seconds=5), tmp_path / "s.tfstate.backup")
    other = json.loads((tmp_path / "s.tfstate.backup").read_text())
    (tmp_path / "s.tfstate.backup").write_text(json.dumps({**other, "lineage": "another", "serial": 0}))
    report = compared(tmp_path, queue(AS_RECORDED), answers(DelaySeconds="60"), jobs(delay_seconds=60))

    assert report.drift == ()


def test_what_nobody_sets_is_as_the_earlier_record_has_it(tmp_path: Path) -> None:
    there, state = answers(KmsDataKeyReusePeriodSeconds="600"), jobs(kms_data_key_reuse_period_seconds=600)
    before = jobs(kms_data_key_reuse_period_seconds=300)
    change = the_change(compared(tmp_path, queue(AS_RECORDED), there, state, before=before))

    assert (change.desired, change.actual, change.undeclared, change.undone) == (300, 600, True, False)


def test_what_an_apply_changed_along_with_it_is_not_told(tmp_path: Path) -> None:
    there = answers(KmsDataKeyReusePeriodSeconds="600")
    before = jobs(kms_data_key_reuse_period_seconds=300, delay_seconds=9)  # then 5 was written, and applied
    state = jobs(kms_data_key_reuse_period_seconds=600)

    assert lines(compared(tmp_path, queue(AS_RECORDED), there, state, before=before)) == []


def test_a_weaker_record_is_drift_where_nothing_tells_what_moved(tmp_path: Path) -> None:
    text = queue(f"{AS_RECORDED}\n  policy = {json.dumps(CLOSED)}")
    there, state = answers(Policy=OPEN), jobs(policy=OPEN)

    silent = compared(tmp_path, text, there, state)
    assert (silent.drift, [p.attributes for p in silent.pending]) == ((), [("policy",)])

    report = compared(tmp_path, text, there, state, rules=built_in())
    change = the_change(report)
    assert (change.path, change.undone, report.pending, report.in_sync) == ("policy", True, (), 0)
    assert "not applied yet, or somebody changed this" in change.reason
    assert [f.effect for d in report.drift for f in d.findings if f.counts][:1] == ["introduced"]


def test_a_stronger_record_stays_pending(tmp_path: Path) -> None:
    text = queue(f"{AS_RECORDED}\n  policy = {json.dumps(OPEN)}")
    report = compared(tmp_path, text, answers(Policy=CLOSED), jobs(policy=CLOSED), rules=built_in())

    assert report.drift == ()
    assert [p.attributes for p in report.pending] == [("policy",)]


@pytest.mark.parametrize(
    ("text", "there", "undone"),
    [
        (queue(AS_RECORDED), {"DelaySeconds": "9"}, True),  # written
        (queue(AS_RECORDED), {"VisibilityTimeout": "9"}, True),  # left out, with a default
        (queue(AS_RECORDED), {"KmsDataKeyReusePeriodSeconds": "600"}, False),  # left to AWS
        ("", {"DelaySeconds": "9"}, True),  # has a default, whether or not it is written
        ("", {"KmsDataKeyReusePeriodSeconds": "600"}, None),  # written, or left to AWS
    ],
)
def test_whether_the_next_apply_undoes_it(
    text: str, there: dict[str, str], undone: bool | None, tmp_path: Path
) -> None:
    report = compared(tmp_path, text, answers(None, **there), jobs(kms_data_key_reuse_period_seconds=300))

    assert the_change(report).undone is undone
    assert report.drift[0].undone is undone


def test_what_names_a_resource_that_was_changed_too_is_told(tmp_path: Path) -> None:
    """The id of a resource is known while an earlier record of it was as its author asks."""
    policy = f"""
resource "aws_sqs_queue_policy" "jobs" {{
  queue_url = aws_sqs_queue.jobs.id
  policy    = replace({json.dumps(CLOSED)}, "\\"*\\"", jsonencode(aws_sqs_queue.jobs.arn))
}}"""
    own = json.dumps(json.loads(CLOSED.replace('"*"', json.dumps(RECORDED["arn"]))))
    part = {"id": RECORDED["id"], "queue_url": RECORDED["id"]}
    report = compared(
        tmp_path,
        queue(AS_RECORDED, after=policy),
        answers(Policy=OPEN, DelaySeconds="60"),
        {**jobs(delay_seconds=60, policy=OPEN), "aws_sqs_queue_policy.jobs": {**part, "policy": OPEN}},
        before={**jobs(policy=own), "aws_sqs_queue_policy.jobs": {**part, "policy": own}},
        only=("aws_sqs_queue", "aws_sqs_queue_policy"),
    )

    assert lines(report) == ["modified aws_sqs_queue.jobs delay_seconds", "modified aws_sqs_queue_policy.jobs policy"]


@pytest.mark.parametrize(("type_", "there", "drifted"), [
    ("aws_vpc", True, True), ("aws_vpc", False, False), ("aws_default_vpc", False, True), ("aws_default_vpc", True, False),
])  # fmt: skip
def test_a_default_that_every_new_resource_has_counts_whatever_is_recorded(
    type_: str, there: bool, drifted: bool
) -> None:
    """A new VPC has no DNS host names, the default one of an account has (EC2 API reference, ModifyVpcAttribute)."""
    name = "enable_dns_hostnames"
    vpc = Resource(
        key=Key("aws_vpc", ACCOUNT, REGION, ("vpc-1",)),
        id="vpc-1",
        address=Address.parse(f"{type_}.main"),
        attributes={name: there},
        asserted=frozenset({"tags"}),
        undeclared=frozenset({name}),
    )
    found = comparison(vpc, vpc, name, installed()[type_].attributes[name], Shares([vpc], {}, installed()))

    assert [(c.path, c.desired, c.actual, c.undone) for c in found.modified] == [
        (name, not there, there, False)
    ] * drifted


@pytest.mark.parametrize(
    ("type_", "name", "there"),
    [
        # DynamoDB API reference, CreateTable: no time to live, no backups, the key that AWS owns
        ("aws_dynamodb_table", "ttl", Block({"enabled": True, "attribute_name": "gone"})),
        ("aws_dynamodb_table", "point_in_time_recovery", Block({"enabled": True, "recovery_period_in_days": 35})),
        # S3 API reference, PutObject; Macie API reference, EnableMacie
        ("aws_s3_object", "acl", "public-read"),
        ("aws_macie2_account", "status", "PAUSED"),
        # Cognito API reference, CreateUserPoolClient: tokens go to no address, and can be revoked
        ("aws_cognito_user_pool_client", "callback_urls", frozenset({"https://elsewhere.example.com"})),
        ("aws_cognito_user_pool_client", "enable_token_revocation", False),
        # Route 53 Resolver API reference, UpdateFirewallConfig; Config API reference, PutConfigurationRecorder
        ("aws_route53_resolver_firewall_config", "firewall_fail_open", "ENABLED"),
        ("aws_config_configuration_recorder", "recording_mode", Block({"recording_frequency": "DAILY"})),
        # the provider sends false where nobody says otherwise
        ("aws_rds_cluster_instance", "publicly_accessible", True),
    ],
)
def test_what_a_refresh_recorded_is_told_where_every_new_resource_has_something_else(
    type_: str, name: str, there: Any
) -> None:
    attr = installed()[type_].attributes[name]
    one = Resource(
        key=Key(type_, ACCOUNT, REGION, ("x",)),
        id="x",
        address=Address.parse(f"{type_}.x"),
        attributes={name: there},
        asserted=frozenset({"tags"}),
        undeclared=frozenset({name}),
    )
    as_made = replace(one, attributes={name: unasked(attr, there, there, ACCOUNT)})

    def told(resource: Resource) -> set[tuple[str, str, bool | None]]:
        found = comparison(resource, resource, name, attr, Shares([resource], {}, installed()))
        return {(c.path.partition(".")[0], c.basis, c.undone) for c in found.modified}

    assert told(one) == {(name, "default", False)}
    assert told(as_made) == set()


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("text", ["", 'resource "aws_s3_bucket_acl" "b" {\n  bucket = "b"\n  acl = "private"\n}\n'])
def test_grants_that_a_refresh_recorded_beside_a_canned_acl(text: str, public: bool, tmp_path: Path) -> None:
    """The provider keeps the name that was asked for, and records whatever is granted."""
    owner, everybody = {"ID": "0a1b", "Type": "CanonicalUser"}, "http://acs.amazonaws.com/groups/global/AllUsers"
    grants: list[dict[str, Any]] = [{"Grantee": owner, "Permission": "FULL_CONTROL"}]
    grants += [{"Grantee": {"URI": everybody, "Type": "Group"}, "Permission": "READ"}] * public
    recorded = [
        {"permission": g["Permission"], "grantee": [{n.lower(): v for n, v in g["Grantee"].items()}]} for g in grants
    ]
    record = {"id": "b,private", "bucket": "b", "acl": "private",
              "access_control_policy": [{"grant": recorded, "owner": [{"id": "0a1b"}]}]}  # fmt: skip
    answered = {"s3:ListBuckets": {"Buckets": [{"Name": "b", "BucketRegion": REGION}]},
                "s3:GetBucketAcl": {"Owner": {"ID": "0a1b"}, "Grants": grants}}  # fmt: skip
    report = compared(tmp_path, text, answered, {"aws_s3_bucket_acl.b": record}, only=("aws_s3_bucket_acl",))

    assert lines(report) == ["modified aws_s3_bucket_acl.b access_control_policy.grant"] * public


@pytest.mark.parametrize("refreshed", [False, True])
@pytest.mark.parametrize("text", ["", "reserved_concurrent_executions = 5"])
def test_a_function_that_may_not_run_any_more(text: str, refreshed: bool, tmp_path: Path) -> None:
    """Lambda's API answers 0 and none alike nowhere: 0 stops the function, and none leaves it unreserved."""
    name = "reserved_concurrent_executions"
    configuration = f'resource "aws_lambda_function" "job" {{\n function_name = "job"\n role = "{ROLE}"\n {text}\n}}\n'
    there = {"FunctionName": "job", "FunctionArn": JOB, "Role": ROLE}
    answered = {"lambda:ListFunctions": {"Functions": [there]},
                "lambda:GetFunction": {"Configuration": there, "Concurrency": {"ReservedConcurrentExecutions": 0}}}  # fmt: skip
    before = {"id": "job", "function_name": "job", "arn": JOB, "role": ROLE, name: 5 if text else -1}
    record = {**before, name: 0} if refreshed else before
    report = compared(
        tmp_path, configuration, answered, {"aws_lambda_function.job": record},
        before={"aws_lambda_function.job": before} if refreshed else None, only=("aws_lambda_function",),
    )  # fmt: skip

    assert [(c.path, c.desired, c.actual, c.undone) for d in report.drift for c in d.changes if c.path == name] == [
        (name, before[name], 0, True)
    ]


def test_what_a_refresh_dropped_is_missing_where_the_backup_and_the_configuration_have_it(tmp_path: Path) -> None:
    gone = {"aws_sqs_queue.gone": {**RECORDED, "name": "gone", "url": "https://sqs/gone", "id": "https://sqs/gone"}}
    text = queue(AS_RECORDED) + 'resource "aws_sqs_queue" "gone" {\n  name = "gone"\n}\n'
    report = compared(tmp_path, text, answers(), jobs(), before={**jobs(), **gone})

    assert [(d.kind, str(d.resource.address)) for d in report.drift] == [("missing", "aws_sqs_queue.gone")]
    assert report.pending == ()
    assert [w for w in report.warnings if w.startswith("missing, and no longer in the state: aws_sqs_queue.gone.")]


def test_what_was_taken_out_of_the_configuration_too_is_not_missed(tmp_path: Path) -> None:
    gone = {"aws_sqs_queue.gone": {**RECORDED, "name": "gone", "url": "https://sqs/gone", "id": "https://sqs/gone"}}

    assert compared(tmp_path, queue(AS_RECORDED), answers(), jobs(), before={**jobs(), **gone}).drift == ()


def test_what_was_only_taken_out_of_the_state_is_as_unmanaged_as_ever(tmp_path: Path) -> None:
    text = queue(AS_RECORDED)
    report = compared(tmp_path, text, answers(), {"aws_sqs_queue.other": {**RECORDED, "name": "other",
                      "url": "https://sqs/other", "id": "https://sqs/other"}}, before=jobs())  # fmt: skip

    assert "unmanaged" in {d.kind for d in report.drift}
    assert [p.actions for p in report.pending if p.address == "aws_sqs_queue.jobs"] == [("create",)]


def test_what_somebody_changed_so_that_a_refresh_dropped_it_is_told_under_its_address(tmp_path: Path) -> None:
    """So the provider reads an association that names another access list now: it is gone from the state."""
    other = {
        "aws_sqs_queue.other": {**RECORDED, "name": "other", "url": "https://sqs/other", "id": "https://sqs/other"}
    }
    report = compared(tmp_path, queue(AS_RECORDED), answers(DelaySeconds="99"), other, before={**jobs(), **other})

    told = [(str(d.resource.address), c.path, c.desired, c.actual, c.undone) for d in report.drift for c in d.changes]
    assert told == [("aws_sqs_queue.jobs", "delay_seconds", 5, 99, True)]
    assert [p.address for p in report.pending if p.actions == ("create",)] == []


def address(name: str, **words: Any) -> Resource:
    key = Key("aws_eip", ACCOUNT, REGION, (name,))
    place = Source(state="s")
    return Resource(key=key, id=name, address=Address("aws_eip", name), source=place, asserted=frozenset(), **words)


OLD, NEW = "eni-0old", "eni-0new"


@pytest.mark.parametrize(
    ("other", "along"),
    [
        ({"attributes": {"network_interface": OLD}, "earlier": {"network_interface": OLD}}, False),  # not touched
        ({"attributes": {"network_interface": NEW}}, True),  # made in the same write
        ({"attributes": {"domain": "vpc"}}, False),  # made, and names neither
        (
            {
                "attributes": {"instance": NEW}, "earlier": {"instance": ""}, "configured": {"instance": NEW},
            },
            True,
        ),  # applied
        ({"attributes": {"network_interface": OLD}, "earlier": {"instance": ""}, "dropped": True}, False),
        # somebody deleted it: an apply would make it again
    ],
)  # fmt: skip
def test_an_apply_may_have_changed_what_names_others_along_with_them(other: Mapping[str, Any], along: bool) -> None:
    mine = address("mine", attributes={"network_interface": NEW}, earlier={"network_interface": OLD})
    shares = Shares([mine, address("other", **other)], {}, installed())

    assert shares.moved_along(mine, "network_interface", (OLD, NEW)) is along


def test_what_an_apply_took_away_may_have_been_the_reason() -> None:
    mine = address("mine", earlier={"network_interface": OLD}, taken_away=frozenset({OLD}))

    assert Shares([mine], {}, installed()).moved_along(mine, "network_interface", (OLD, NEW))
    assert not Shares([mine], {}, installed()).moved_along(mine, "domain", (OLD, NEW))


def instance_of(name: str, id_: str) -> Resource:
    return address(name, attributes={"id": id_}, refers=())


@pytest.mark.parametrize(
    ("refers", "told"),
    [
        (("aws_eip.meant",), True),
        (("aws_eip.meant", "aws_eip.other"), False),  # he may mean the one as well as the other
        (("aws_eip.other",), False),  # he changed his mind, and it was applied
        ((), False),
    ],
)
def test_the_record_moved_where_the_author_still_names_what_it_had(refers: tuple[str, ...], told: bool) -> None:
    mine = replace(
        address("mine", attributes={"instance": NEW}, earlier={"instance": OLD}),
        asserted=frozenset({"instance"}),
        refers=refers,
    )
    others = [instance_of("meant", OLD), instance_of("other", NEW)]
    shares = Shares([mine, *others], {}, installed())
    found = comparison(mine, mine, "instance", installed()["aws_eip"].attributes["instance"], shares)

    assert [(c.desired, c.actual, c.undone) for c in found.modified] == [(OLD, NEW, True)] * told


LETTERS = f"arn:aws:sqs:{REGION}:210987654321:letters"
JOB = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:job"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"


@pytest.mark.parametrize("backed", [False, True])
@pytest.mark.parametrize("more", ["", 'dead_letter_config { target_arn = "arn:aws:sqs:us-east-1:123456789012:ours" }'])
def test_a_block_that_nobody_writes_and_an_apply_takes_away_is_not_as_recorded(
    more: str, backed: bool, tmp_path: Path
) -> None:
    """The facts of the provider's own plans tell: of some blocks it looks away, this one it removes."""
    name = "dead_letter_config"
    text = f'''resource "aws_lambda_function" "job" {{
      function_name = "job"
      role = "{ROLE}"
      handler = "x"
      runtime = "python3.12"
      filename = "x.zip"
      {more}
    }}'''
    there = {"FunctionName": "job", "FunctionArn": JOB, "Role": ROLE, "Handler": "x", "Runtime": "python3.12",
             "DeadLetterConfig": {"TargetArn": LETTERS}}  # fmt: skip
    record = {"id": "job", "function_name": "job", "arn": JOB, "role": ROLE, "handler": "x", "runtime": "python3.12",
              name: [{"target_arn": LETTERS}]}  # fmt: skip
    before = {**record, name: [{"target_arn": "arn:aws:sqs:us-east-1:123456789012:ours"}] if more else []}
    report = compared(
        tmp_path, text, {"lambda:ListFunctions": {"Functions": [there]}}, {"aws_lambda_function.job": record},
        before={"aws_lambda_function.job": before} if backed else None, only=("aws_lambda_function",),
    )  # fmt: skip

    assert [c.path.partition(".")[0] for p in report.pending for c in p.changes] == [name] * (not backed)
    assert [(c.path.partition(".")[0], c.undone) for d in report.drift for c in d.changes] == [(name, True)] * backed


def test_what_is_left_to_the_cloud_in_a_block_that_is_written_is_as_the_earlier_record_has_it(tmp_path: Path) -> None:
    def versions(mfa: str) -> dict[str, Any]:
        block = [{"status": "Enabled", "mfa_delete": mfa}]
        return {"aws_s3_bucket_versioning.b": {"id": "b", "bucket": "b", "versioning_configuration": block}}

    text = """
resource "aws_s3_bucket_versioning" "b" {
  bucket = "b"
  versioning_configuration {
    status = "Enabled"
  }
}
"""
    there = {
        "s3:ListBuckets": {"Buckets": [{"Name": "b"}]},
        "s3:GetBucketVersioning": {"Status": "Enabled", "MFADelete": "Disabled"},
    }
    only = ("aws_s3_bucket_versioning",)
    report = compared(tmp_path, text, there, versions("Disabled"), before=versions("Enabled"), only=only)
    change = the_change(report)

    assert (change.path, change.desired, change.actual) == (
        "versioning_configuration.mfa_delete", "Enabled", "Disabled",
    )  # fmt: skip
    assert (change.basis, change.undeclared, change.undone) == ("backup", True, False)

"""What is judged besides the drifted resource: what hangs in it, what guards instead of it, what the account lacks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from drift.model.coverage import Gap
from drift.model.drift import Change, Drift, Posture
from drift.model.resource import Key, Resource
from drift.provider.installed import installed
from drift.providers.aws.rules import built_in
from drift.rules.criteria import Criteria
from drift.rules.engine import Account as Place
from drift.rules.engine import Judged, judge
from tests.providers.aws.rules.test_rules import Account
from tests.support.rules import ACCOUNT, REGION, raw

CATALOG, RULES = installed(), {r.id: r for r in built_in()}
STAR = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
READ = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]})
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]})
BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
BLOCKED = dict.fromkeys(BLOCKS, True)


def there(type_: str, attributes: Mapping[str, Any], id_: str = "x", inside: Key | None = None) -> Resource:
    """As the account has it: nobody described it."""
    return replace(raw(type_, attributes, id_), address=None, inside=inside)


class Opened(Account):
    """An account in which what is inside something is found once it is opened."""

    def __init__(self, found: Iterable[Resource], inside: Iterable[Resource] = ()) -> None:
        super().__init__(found)
        self.inside, self.opened = list(inside), list[tuple[Key, str]]()

    def open(self, wants: Iterable[tuple[Key, str]]) -> None:
        asked = list(wants)
        self.opened += asked
        names = {name for _, name in asked}
        self.resources |= {r.key: r for r in self.inside if r.type in names}


def run(drifts: list[Drift], reader: Account, rules: Iterable[str] = RULES, **more: Any) -> Judged:
    desired = [d.desired for d in drifts if d.desired]
    more.setdefault("desired", desired)
    return judge(drifts, [RULES[r] for r in rules], reader, CATALOG, criteria=Criteria(), **more)


def said(judged: Judged) -> dict[str, tuple[str, str]]:
    return {f.rule: (f.effect, f.evidence) for f in judged.drift[0].findings if f.verdict == "fail"}


@pytest.mark.parametrize(
    ("whole", "part", "rule", "evidence"),
    [
        pytest.param(
            ("aws_iam_user", {"name": "mallory"}, "mallory"),
            ("aws_iam_user_policy", {"user": "mallory", "name": "all", "policy": STAR}, "mallory:all"),
            "iam-admin-star", "*", id="an inline policy of a user",
        ),
        pytest.param(
            ("aws_iam_user", {"name": "mallory"}, "mallory"),
            ("aws_iam_user_policy_attachment", {"user": "mallory", "policy_arn": ADMIN}, "mallory/a"),
            "iam-admin-attached", ADMIN, id="a policy attached to a user",
        ),
        pytest.param(
            ("aws_ecr_repository", {"name": "shop"}, "shop"),
            ("aws_ecr_repository_policy", {"repository": "shop", "policy": OPEN}, "shop"),
            "ecr-public", "ecr:*", id="the policy of a repository",
        ),
        pytest.param(
            ("aws_lambda_function", {"function_name": "f"}, "f"),
            ("aws_lambda_function_url", {"function_name": "f", "authorization_type": "NONE"}, "f"),
            "lambda-url-public", "NONE", id="the address of a function",
        ),
        pytest.param(
            ("aws_api_gateway_rest_api", {"name": "api"}, "api1"),
            ("aws_api_gateway_method", {"rest_api_id": "api1", "resource_id": "r", "http_method": "GET",
             "authorization": "NONE", "api_key_required": False}, "agm-api1-r-GET"),
            "apigw-no-auth", "GET", id="a method of an API",
        ),
        pytest.param(
            ("aws_sns_topic", {"name": "t", "arn": "arn:aws:sns:us-east-1:123456789012:t"}, "arn:aws:sns:us-east-1:123456789012:t"),
            ("aws_sns_topic_subscription", {"topic_arn": "arn:aws:sns:us-east-1:123456789012:t", "protocol": "http",
             "endpoint": "http://example.com"}, "arn:aws:sns:us-east-1:123456789012:t:1"),
            "sns-http-sub", "http", id="a subscription of a topic",
        ),
    ],
)  # fmt: skip
def test_what_hangs_in_something_unmanaged_is_judged_with_it(
    whole: tuple[str, dict[str, Any], str], part: tuple[str, dict[str, Any], str], rule: str, evidence: str
) -> None:
    outer = there(*whole)
    inner = there(*part, inside=outer.key)
    listed = CATALOG[part[0]].list.__class__.__name__ != "Within"
    account = Opened([outer, *([inner] if listed else [])], [] if listed else [inner])

    effect, told = said(run([Drift("unmanaged", None, outer)], account, [rule]))[rule]

    assert effect == "introduced"
    assert evidence in told
    assert part[0] in told


def test_parts_that_pass_and_parts_of_others_say_nothing() -> None:
    user, other = there("aws_iam_user", {"name": "u"}, "u"), there("aws_iam_user", {"name": "v"}, "v")
    fine = there("aws_iam_user_policy", {"user": "u", "name": "p", "policy": READ}, "u:p")
    foreign = there("aws_iam_user_policy", {"user": "v", "name": "p", "policy": STAR}, "v:p")

    assert said(run([Drift("unmanaged", None, user)], Opened([user, other, fine, foreign]), ["iam-admin-star"])) == {}


def test_many_parts_that_fail_are_one_finding() -> None:
    user = there("aws_iam_user", {"name": "u"}, "u")
    several = [there("aws_iam_user_policy", {"user": "u", "name": n, "policy": STAR}, f"u:{n}") for n in "ab"]
    judged = run([Drift("unmanaged", None, user)], Opened([user], several), ["iam-admin-star"])

    [finding] = judged.drift[0].findings
    assert "u:a" in finding.evidence
    assert "u:b" in finding.evidence


def test_only_what_some_rule_judges_is_opened_and_only_of_the_unmanaged() -> None:
    user = there("aws_iam_user", {"name": "u"}, "u")
    account = Opened([user])
    run([Drift("unmanaged", None, user)], account, ["iam-admin-star", "sg-ssh"])
    assert [name for _, name in account.opened] == ["aws_iam_user_policy"]

    managed = raw("aws_iam_user", {"name": "u"}, "u")
    account = Opened([user])
    run([Drift("modified", managed, user, (Change("tags", 1, 2),))], account, ["iam-admin-star"])
    assert account.opened == []


TRAIL = {"enable_logging": True, "is_multi_region_trail": True}


def lost(name: str, type_: str, attributes: Mapping[str, Any], *others: Resource, **more: Any) -> dict[str, Any]:
    gone = raw(type_, attributes, "gone")
    judged = run([Drift("missing", gone, None)], Account(others), [name], **more)
    return {f.effect: f.evidence for f in judged.drift[0].findings}


def test_one_of_two_trails_is_no_loss_of_the_log() -> None:
    name, off = {"name": "gone"}, {"enable_logging": False, "is_multi_region_trail": True}
    second = there("aws_cloudtrail", {"name": "b", **TRAIL}, "b")
    weak = there("aws_cloudtrail", {"name": "b", **off}, "b")

    assert lost("trail-multi-region", "aws_cloudtrail", {**name, **TRAIL}) == {"introduced": "the resource is missing"}
    assert lost("trail-multi-region", "aws_cloudtrail", {**name, **TRAIL}, weak) == {
        "introduced": "the resource is missing"
    }
    assert lost("trail-multi-region", "aws_cloudtrail", {**name, **TRAIL}, second) == {}


def test_a_trail_that_could_not_be_looked_for_leaves_it_open() -> None:
    gaps = Account()
    gaps.gaps = frozenset({Gap("aws_cloudtrail", ACCOUNT, REGION, "cloudtrail:ListTrails", "AccessDenied")})
    gone = raw("aws_cloudtrail", {"name": "gone", **TRAIL}, "gone")
    judged = run([Drift("missing", gone, None)], gaps, ["trail-multi-region"])

    assert [f.effect for f in judged.drift[0].findings] == ["unknown"]


def test_one_of_two_flow_logs_is_no_loss() -> None:
    log = {"vpc_id": "vpc-1", "traffic_type": "ALL"}
    vpc, second = there("aws_vpc", {}, "vpc-1"), there("aws_flow_log", log, "fl-2")
    elsewhere = there("aws_flow_log", {**log, "vpc_id": "vpc-2"}, "fl-3")

    assert set(lost("vpc-no-flow-log", "aws_flow_log", log, vpc)) == {"introduced"}
    assert set(lost("vpc-no-flow-log", "aws_flow_log", log, vpc, elsewhere)) == {"introduced"}
    assert lost("vpc-no-flow-log", "aws_flow_log", log, vpc, second) == {}


@pytest.mark.parametrize(("whole", "effects"), [(True, set()), (False, {"introduced"})])
def test_a_buckets_block_is_no_loss_under_a_full_block_of_the_account(*, whole: bool, effects: set[str]) -> None:
    bucket = there("aws_s3_bucket", {"bucket": "b"}, "b")
    block = there("aws_s3_account_public_access_block", {**BLOCKED, "block_public_acls": whole}, ACCOUNT)
    found = lost("s3-pab", "aws_s3_bucket_public_access_block", {"bucket": "b", **BLOCKED}, bucket, block)

    assert set(found) == effects


METRIC = {
    "alarm_name": "gone",
    "namespace": "AWS/EC2",
    "metric_name": "StatusCheckFailed",
    "dimensions": {"InstanceId": "i-1"},
}
HEARD = {**METRIC, "actions_enabled": True, "alarm_actions": ["arn:aws:sns:us-east-1:123456789012:ops"]}
EVENTS = {"name": "gone", "enabled": True, "source_type": "db-instance"}
SUBNETS_LOG = {"subnet_id": "subnet-1", "traffic_type": "ALL"}
MALWARE = {"detector_id": "d", "name": "EBS_MALWARE_PROTECTION", "status": "ENABLED"}


@pytest.mark.parametrize(
    ("rule", "type_", "gone", "other", "guards"),
    [
        ("alarm-disabled", "aws_cloudwatch_metric_alarm", HEARD, {**HEARD, "alarm_name": "b"}, True),
        ("alarm-disabled", "aws_cloudwatch_metric_alarm", HEARD, {**HEARD, "alarm_name": "b", "alarm_actions": []}, False),
        ("alarm-disabled", "aws_cloudwatch_metric_alarm", HEARD, {**HEARD, "alarm_name": "b", "metric_name": "CPU"}, False),
        ("rds-event-subscription", "aws_db_event_subscription", EVENTS, {**EVENTS, "name": "b"}, True),
        ("rds-event-subscription", "aws_db_event_subscription", EVENTS, {**EVENTS, "name": "b", "source_ids": ["db"]}, False),
        ("rds-event-subscription", "aws_db_event_subscription", EVENTS, {**EVENTS, "name": "b", "source_type": "db-cluster"}, False),
        ("vpc-no-flow-log", "aws_flow_log", SUBNETS_LOG, {"vpc_id": "vpc-1", "traffic_type": "ALL"}, True),
        ("vpc-no-flow-log", "aws_flow_log", SUBNETS_LOG, {"vpc_id": "vpc-1", "traffic_type": "REJECT"}, False),
        ("vpc-no-flow-log", "aws_flow_log", SUBNETS_LOG, {"vpc_id": "vpc-2", "traffic_type": "ALL"}, False),
        ("guardduty-off", "aws_guardduty_detector_feature", MALWARE, {**MALWARE, "name": "S3_DATA_EVENTS"}, False),
        ("access-analyzer-off", "aws_accessanalyzer_analyzer", {"analyzer_name": "gone", "type": "ACCOUNT"},
         {"analyzer_name": "b", "type": "ORGANIZATION"}, True),
        ("access-analyzer-off", "aws_accessanalyzer_analyzer", {"analyzer_name": "gone", "type": "ACCOUNT"},
         {"analyzer_name": "b", "type": "ACCOUNT_UNUSED_ACCESS"}, False),
    ],
)  # fmt: skip
def test_another_that_guards_the_same_makes_a_loss_none(
    rule: str, type_: str, gone: dict[str, Any], other: dict[str, Any], guards: bool
) -> None:
    beside = [there(type_, other, "b"), there("aws_subnet", {"vpc_id": "vpc-1"}, "subnet-1")]

    assert set(lost(rule, type_, gone, *beside)) == (set() if guards else {"introduced"})


@pytest.mark.parametrize(
    ("rule", "part", "whole"),
    [
        ("s3-pab", ("aws_s3_bucket_public_access_block", {"bucket": "b", **BLOCKED}), ("aws_s3_bucket", {"bucket": "b"}, "b")),
        ("s3-acl-enabled", ("aws_s3_bucket_ownership_controls", {"bucket": "b", "rule": [
            {"object_ownership": "BucketOwnerEnforced"}]}), ("aws_s3_bucket", {"bucket": "b"}, "b")),
        ("vpc-no-flow-log", ("aws_flow_log", {"vpc_id": "vpc-1"}), ("aws_vpc", {}, "vpc-1")),
        ("r53-query-log", ("aws_route53_query_log", {"zone_id": "Z1"}), ("aws_route53_zone", {"zone_id": "Z1"}, "Z1")),
    ],
)  # fmt: skip
def test_what_guarded_something_that_is_gone_too_is_no_loss(rule: str, part: Any, whole: Any) -> None:
    guard = raw(part[0], part[1], "guard")
    alone = run([Drift("missing", guard, None)], Account(), [rule])
    both = run([Drift("missing", raw(*whole), None), Drift("missing", guard, None)], Account(), [rule])

    assert [f.effect for f in alone.drift[0].findings] == ["introduced"]
    assert both.drift[1].findings == ()


def posture(
    rules: Iterable[str], *found: Resource, desired: Iterable[Resource] = (), **more: Any
) -> tuple[Posture, ...]:
    more.setdefault("account", Place(ACCOUNT, (REGION,)))
    return run([], Account(found), rules, desired=list(desired), **more).posture


def test_what_an_account_lacks_is_told_on_request_alone() -> None:
    assert run([], Account(), ["trail-multi-region", "guardduty-off"]).posture == ()

    found = {
        (p.region, f.rule): (f.effect, f.evidence)
        for p in posture(["trail-multi-region", "guardduty-off"])
        for f in p.findings
    }

    assert found == {
        ("global", "trail-multi-region"): ("present", "there is no aws_cloudtrail"),
        (REGION, "guardduty-off"): ("present", "there is no aws_guardduty_detector"),
    }


def test_one_that_passes_is_enough_for_an_account() -> None:
    good = there("aws_cloudtrail", {"name": "a", "arn": "arn:a", **TRAIL}, "a")
    bad = there(
        "aws_cloudtrail", {"name": "b", "arn": "arn:b", "enable_logging": False, "is_multi_region_trail": True}, "b"
    )

    assert posture(["trail-multi-region"], good, bad) == ()
    [one] = posture(["trail-multi-region"], bad)
    assert one.findings[0].evidence == "b: enable_logging is off"


def test_what_the_account_lacks_since_the_drift_is_introduced() -> None:
    described = raw("aws_cloudtrail", {"name": "a", "arn": "arn:a", **TRAIL}, "a")
    [one] = posture(["trail-multi-region"], desired=[described])

    assert [(f.effect, f.verdict) for f in one.findings] == [("introduced", "fail")]


def test_what_was_not_listed_is_not_lacking() -> None:
    [one] = posture(["trail-multi-region"], scope=frozenset({"aws_s3_bucket"}))

    assert [f.verdict for f in one.findings] == ["unknown"]


def test_what_is_in_sync_is_judged_on_request_and_its_findings_are_present() -> None:
    managed = raw("aws_sqs_queue", {"name": "q", "policy": OPEN}, "q")
    live = replace(managed, address=None)
    rules = ["sqs-public", "policy-more-rights"]

    assert run([], Account([live]), rules, desired=[managed]).posture == ()
    [one] = run([], Account([live]), rules, desired=[managed], in_sync=[(managed, managed)]).posture

    assert str(one.resource and one.resource.address) == str(managed.address)
    assert [(f.rule, f.effect) for f in one.findings] == [("sqs-public", "present")]


def test_what_a_neighbours_drift_did_to_something_in_sync_is_introduced() -> None:
    bucket = raw("aws_s3_bucket", {"bucket": "b", "policy": ""}, "b")
    block = raw("aws_s3_bucket_public_access_block", {"bucket": "b", **BLOCKED}, "b")
    acl = {"access_control_policy": [{"grant": [{"permission": "READ", "grantee": [{
        "type": "Group", "uri": "http://acs.amazonaws.com/groups/global/AllUsers"}]}]}]}  # fmt: skip
    lists = raw("aws_s3_bucket_acl", {"bucket": "b", **acl}, "b")
    account = Account(replace(r, address=None) for r in (bucket, lists))
    judged = run(
        [Drift("missing", block, None)], account, ["s3-public-acl"],
        desired=[bucket, block, lists], in_sync=[(lists, lists)],
    )  # fmt: skip

    assert [f.effect for p in judged.posture for f in p.findings] == ["introduced"]

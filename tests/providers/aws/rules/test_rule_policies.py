"""What rules make of a policy: the engine's answer as evidence, its doubts as unknown, never a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drift.model.drift import Change, Drift
from drift.providers.aws.policy import actions_of
from drift.providers.aws.rules import built_in
from drift.providers.aws.rules.iam import SENSITIVE
from drift.providers.aws.rules.policies import granted, open_to_all, read
from drift.rules.answer import ASIDE, Answer
from drift.rules.world import Unknown
from tests.support.rules import answer, raw

ME, OTHER, THIRD = "123456789012", "210987654321", "111122223333"
RULES = {r.id: r for r in built_in()}
GITHUB = "token.actions.githubusercontent.com"


def policy(*statements: dict[str, Any]) -> str:
    filled = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **s} for s in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def judged(rule: str, type_: str, **attributes: Any) -> Answer:
    return answer(RULES[rule], raw(type_, attributes), [])


def queue(*statements: dict[str, Any]) -> Answer:
    return judged("sqs-public", "aws_sqs_queue_policy", policy=policy(*statements))


def test_what_is_no_policy_cannot_be_told() -> None:
    with pytest.raises(Unknown, match="IAM would not accept the policy"):
        read("not JSON")
    with pytest.raises(Unknown):
        open_to_all("[]x")


def test_what_the_engine_cannot_decide_is_unknown_with_the_reason() -> None:
    found = queue({"Principal": "*", "Condition": {"StringEquals": {"nobody:knows": "x"}}})

    assert (found.verdict, found.evidence) == ("unknown", "the meaning of the condition key nobody:knows is unknown")


def test_every_statement_that_opens_it_is_told_as_aws_spells_its_actions() -> None:
    found = queue(
        {"Principal": "*", "Action": "sqs:SENDMESSAGE", "Sid": "First"},
        {"Principal": "*", "Action": ["sqs:Receive*", "sqs:PurgeQueue"]},
        {"Principal": {"AWS": ME}, "Action": "sqs:*"},
    )

    assert set(found.evidence.split("; ")) == {"sqs:SendMessage (statement First)", "sqs:PurgeQueue, sqs:Receive*"}


def test_every_other_account_is_told() -> None:
    both = {"Principal": {"AWS": [OTHER, f"arn:aws:iam::{THIRD}:role/x", ME]}}
    found = judged("s3-cross-account", "aws_s3_bucket_policy", bucket="b", policy=policy(both))

    assert found.evidence == f"account {THIRD}: s3:GetObject; account {OTHER}: s3:GetObject"


def test_a_denial_that_takes_everything_away_leaves_nothing_to_find() -> None:
    org = {"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}

    assert queue({"Principal": "*"}).verdict == "fail"
    assert queue({"Principal": "*"}, {"Effect": "Deny", "Principal": "*", "Action": "*", **org}).verdict == "pass"


@pytest.mark.parametrize(
    ("conditions", "verdict", "severity"),
    [
        ({}, "fail", "critical"),
        ({"StringLike": {f"{GITHUB}:sub": "repo:org/*"}}, "fail", "medium"),
        ({"ForAllValues:StringLike": {f"{GITHUB}:sub": "repo:org/repo:*"}}, "fail", "critical"),
        ({"StringLike": {f"{GITHUB}:sub": "repo:org/repo:*"}}, "pass", None),
    ],
)
def test_identity_providers(conditions: dict[str, Any], verdict: str, severity: str | None) -> None:
    who = {"Principal": {"Federated": f"arn:aws:iam::{ME}:oidc-provider/{GITHUB}"}, "Condition": conditions}
    trust = policy({"Action": "sts:AssumeRoleWithWebIdentity", **who})
    found = judged("iam-trust-federated", "aws_iam_role", name="r", assume_role_policy=trust)

    assert (found.verdict, found.severity) == (verdict, severity)


@pytest.mark.parametrize(
    ("attributes", "verdict"),
    [
        ({}, "fail"),
        ({"source_account": ME}, "pass"),
        ({"source_account": "*"}, "fail"),
        ({"source_arn": "arn:aws:s3:::*"}, "fail"),
        ({"source_arn": f"arn:aws:sns:us-east-1:{ME}:t"}, "pass"),
        ({"principal_org_id": "o-a1b2c3d4e5"}, "pass"),
        ({"principal_org_id": "o-*"}, "fail"),
        ({"event_source_token": "amzn1.ask.skill.1"}, "pass"),
        ({"function_url_auth_type": "NONE"}, "fail"),
        ({"function_url_auth_type": "AWS_IAM"}, "fail"),  # signed by whatever account
    ],
)
def test_a_permission_is_a_statement(attributes: dict[str, Any], verdict: str) -> None:
    given = {"principal": "*", "action": "lambda:InvokeFunction", "statement_id": "s", "function_name": "f"}

    assert judged("lambda-public", "aws_lambda_permission", **given, **attributes).verdict == verdict


@pytest.mark.parametrize(
    ("denial", "verdict"),
    [
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "pass"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "fail"),
        ({"Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}}, "fail"),  # plain HTTP has no such key
        ({"Condition": {"Bool": {"aws:SecureTransport": "false", "aws:MultiFactorAuthPresent": "false"}}}, "fail"),
        ({"Action": "s3:PutObject", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "fail"),
        ({"Principal": {"AWS": ME}, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}, "fail"),
    ],
)
def test_requests_without_tls(denial: dict[str, Any], verdict: str) -> None:
    document = policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*", **denial})

    assert judged("s3-tls-only", "aws_s3_bucket_policy", bucket="b", policy=document).verdict == verdict


def test_a_whole_service_however_it_is_written() -> None:
    def whole(*actions: str) -> Any:
        return granted(policy({"Action": list(actions), "Resource": "*"})).whole_service("kms")

    assert whole(*(f"kms:{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz")) is True
    assert whole("kms:Decrypt", "kms:List*") is False


def test_the_data_knows_every_service_that_the_rules_name() -> None:
    assert all(len(actions_of(service)) > 5 for service in SENSITIVE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "attribute"),
    [
        ("aws_kms_key", "policy"), ("aws_sns_topic_policy", "policy"), ("aws_ecr_repository_policy", "policy"),
        ("aws_backup_vault_policy", "policy"), ("aws_opensearch_domain_policy", "access_policies"),
        ("aws_cloudwatch_log_resource_policy", "policy_document"),
    ],
)  # fmt: skip
def test_another_account_in_whatever_has_a_policy(type_: str, attribute: str) -> None:
    def given(account: str) -> Answer:
        return judged("policy-foreign", type_, **{attribute: policy({"Principal": {"AWS": account}})})

    assert given(OTHER).evidence == f"account {OTHER}: s3:GetObject"
    assert given(ME).verdict == "pass"


@pytest.mark.parametrize(
    ("attributes", "verdict"),
    [
        ({"principal": OTHER}, "fail"),
        ({"principal": f"arn:aws:iam::{OTHER}:role/x"}, "fail"),
        ({"principal": OTHER, "principal_org_id": "o-a1b2c3d4e5"}, "pass"),
        ({"principal": ME}, "pass"),
        ({"principal": "*", "source_account": OTHER}, "fail"),
        ({"principal": "sns.amazonaws.com", "source_account": ME}, "pass"),
    ],
)
def test_another_account_in_a_permission(attributes: dict[str, Any], verdict: str) -> None:
    given = {"action": "lambda:InvokeFunction", "statement_id": "s", "function_name": "f"}

    assert judged("policy-foreign", "aws_lambda_permission", **given, **attributes).verdict == verdict


def drifted(before: str | None, after: str | None, type_: str = "aws_iam_policy") -> Answer:
    old, new = (None if p is None else raw(type_, {"policy": p}) for p in (before, after))
    said, there = (None if r is None else r.attributes["policy"] for r in (old, new))
    changes = (Change("policy", said, there),)
    drift = Drift("unmanaged" if old is None else "modified" if new else "missing", old, new, changes)
    return answer(RULES["policy-more-rights"], new or old, drift=drift)  # type: ignore[arg-type]


def test_what_became_possible_is_told_with_its_access_level() -> None:
    old, role = policy({}), "arn:aws:iam::123456789012:role/x"
    reading = drifted(old, policy({"Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"]}))
    passing = drifted(old, policy({}, {"Action": "iam:PassRole", "Resource": role}))

    assert (reading.evidence, reading.severity) == ("may now s3:GetObject on arn:aws:s3:::c/* (Read)", "low")
    assert passing.evidence == f"may now pass {role} to any service (Write)"
    assert passing.severity == "medium"


def test_ways_to_more_rights_that_a_change_opened_are_told() -> None:
    star = {"Resource": "*"}
    old, new = (
        policy({"Action": "ec2:RunInstances"} | star),
        policy({"Action": ["ec2:RunInstances", "iam:PassRole"]} | star),
    )
    found = drifted(old, new)

    assert found.severity == "high"
    assert found.evidence.endswith("iam:PassRole and ec2:RunInstances: start an instance with a stronger role")


def test_less_or_the_same_is_no_finding() -> None:
    wide, narrow = policy({"Action": "s3:*"}), policy({})

    assert drifted(wide, narrow).verdict == "pass"
    assert drifted(narrow, policy({"Action": ["S3:getobject"]})).verdict == "pass"
    assert drifted(narrow, None) == ASIDE


def test_an_inline_policy_that_nobody_describes_gave_all_that_it_says() -> None:
    assert (
        drifted(None, policy({}), "aws_iam_role_policy").evidence == "may now s3:GetObject on arn:aws:s3:::b/* (Read)"
    )
    assert drifted(None, policy({}), "aws_iam_policy") == ASIDE


def role(boundary: str, *inline: str) -> Answer:
    given = {
        "name": "r",
        "permissions_boundary": boundary,
        "inline_policy": [{"name": f"p{n}", "policy": p} for n, p in enumerate(inline)],
    }
    near = [raw("aws_iam_policy", {"arn": arn, "policy": p}, arn) for arn, p in BOUNDARIES.items()]
    return answer(RULES["iam-role-admin"], raw("aws_iam_role", given), near)


WHOLE = policy({"Action": "*", "Resource": "*"})
BOUNDARIES = {
    f"arn:aws:iam::{ME}:policy/storage": policy({"Action": "s3:*", "Resource": "*"}),
    f"arn:aws:iam::{ME}:policy/whole": WHOLE,
}


@pytest.mark.parametrize(
    ("boundary", "verdict"),
    [
        ("", "fail"),
        ("arn:aws:iam::aws:policy/AdministratorAccess", "fail"),
        (f"arn:aws:iam::{ME}:policy/whole", "fail"),
        (f"arn:aws:iam::{ME}:policy/storage", "pass"),
        (f"arn:aws:iam::{ME}:policy/not-seen", "unknown"),
    ],
)
def test_a_permissions_boundary_takes_administrator_rights_back(boundary: str, verdict: str) -> None:
    assert role(boundary, WHOLE).verdict == verdict
    assert role(boundary, policy({})).verdict == "pass"


def test_a_roles_policies_are_judged_together() -> None:
    all_but = policy({"Action": "iam:*", "Resource": "*"}, {"Action": "s3:*", "Resource": "*"})
    rest = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}
    )
    denial = policy({"Effect": "Deny", "Action": "iam:*", "Resource": "*"})

    assert role("", all_but, rest).evidence == "inline policy p1"
    assert role("", WHOLE, denial).verdict == "pass"

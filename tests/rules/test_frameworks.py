"""Frameworks: their lists, what rules claim of them, and what a run says of each control."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from drift.errors import UsageError
from drift.model.drift import Change, Drift
from drift.provider.installed import installed
from drift.providers.aws.frameworks import frameworks, prowler_checks
from drift.providers.aws.rules import built_in
from drift.rules.engine import Account as Judged
from drift.rules.engine import judge
from drift.rules.frameworks import ONLY_DRIFT, Answered, Framework, Listed, answering, answers, named
from drift.rules.spec import NONE_OF_THEM, Fact, Fail, Found, Rule, rule
from drift.rules.subject import Subject
from tests.providers.aws.rules.test_rule_cases import judged
from tests.providers.aws.rules.test_rules import Account, live
from tests.support.prowler_page import REASONS, reason
from tests.support.rule_examples import CASES
from tests.support.rules import ACCOUNT, CRITERIA, REGION, raw

RULES = {r.id: r for r in built_in()}
LISTS = {f.id: f for f in frameworks()}
CATALOG = installed()
HUB = {c.id: c for name in ("fsbp", "security-hub") for c in LISTS[name].controls}

SERVICES = {
    "accessanalyzer": "accessanalyzer", "acm": "acm iam_server", "apigateway": "api_gateway apigatewayv2 wafv2", "apigatewayv2": "apigatewayv2",
    "appsync": "appsync", "athena": "athena", "autoscaling": "autoscaling launch", "awslambda": "lambda",
    "backup": "backup ebs db_ rds_", "batch": "batch", "bedrock": "bedrock iam_", "cloudformation": "cloudformation",
    "cloudfront": "cloudfront", "cloudtrail": "cloudtrail", "cloudwatch": "cloudwatch", "codebuild": "codebuild",
    "cognito": "cognito", "config": "config", "dms": "dms", "documentdb": "docdb", "dynamodb": "dynamodb dax",
    "ec2": "instance launch security_group vpc_security default_ ebs ami eip network_acl route ec2_ subnet snapshot vpn vpc_endpoint vpc flow_log",
    "ecr": "ecr", "ecs": "ecs", "efs": "efs", "eks": "eks", "elasticache": "elasticache", "elb": "elb lb", "elbv2": "lb alb",
    "emr": "emr", "eventbridge": "cloudwatch_event", "firehose": "kinesis_firehose", "glue": "glue", "guardduty": "guardduty",
    "iam": "iam accessanalyzer", "inspector2": "inspector2", "kafka": "msk", "kinesis": "kinesis", "kms": "kms", "macie": "macie2", "mq": "mq",
    "neptune": "neptune", "networkfirewall": "networkfirewall", "opensearch": "opensearch elasticsearch",
    "rds": "db_ rds_", "redshift": "redshift", "route53": "route53", "s3": "s3", "sagemaker": "sagemaker",
    "secretsmanager": "secretsmanager", "securityhub": "securityhub", "ses": "ses", "sns": "sns", "sqs": "sqs", "ssm": "ssm instance",
    "stepfunctions": "sfn", "transfer": "transfer", "vpc": "vpc flow_log route subnet default_route", "wafv2": "wafv2",
    "workspaces": "workspaces", "organizations": "organizations", "memorydb": "memorydb", "amplify": "amplify",
    "directoryservice": "directory_service", "datasync": "datasync", "codepipeline": "codepipeline", "fsx": "fsx",
    "servicecatalog": "servicecatalog", "resourceexplorer2": "resourceexplorer2", "dlm": "dlm", "account": "account",
    "shield": "shield", "acmpca": "acmpca", "storagegateway": "storagegateway", "codecommit": "codecommit",
    # Security Hub's names, where they are others
    "lambda": "lambda", "es": "elasticsearch opensearch", "msk": "msk", "waf": "wafv2", "pca": "acmpca", "inspector": "inspector2",
    "datafirehose": "kinesis_firehose", "redshiftserverless": "redshiftserverless", "signer": "signer",
}  # fmt: skip
"""Service of a claim -> how the types begin that it can be decided on."""


@pytest.mark.parametrize("framework", LISTS.values(), ids=list(LISTS))
def test_a_list_names_each_control_once_and_its_source(framework: Framework) -> None:
    assert [i for i, n in Counter(c.id for c in framework.controls).items() if n > 1] == []
    assert framework.version
    assert "github.com/" in framework.source
    assert {check for c in framework.controls for check in c.checks} <= prowler_checks()
    assert all(c.title and len(c.title) <= 110 for c in framework.controls)


def test_the_lists_are_those_that_were_published() -> None:
    """How many recommendations the benchmark has, by its own table of contents."""
    assert {name: len(LISTS[name].controls) for name in ("cis-v1.4", "cis-v3", "cis-v4", "cis-v5")} == {
        "cis-v1.4": 58, "cis-v3": 62, "cis-v4": 64, "cis-v5": 63,
    }  # fmt: skip
    assert [c.id for c in LISTS["cis-v5"].controls][8:12] == ["1.9", "1.10", "1.11", "1.12"]


def wrong(of: Rule, claim: str) -> str:
    """What is wrong with a claim, empty for nothing."""
    known = claim in prowler_checks() if claim in of.prowler else claim in HUB and not HUB[claim].retired
    if not known:
        return f"{of.id} claims {claim}, which is in no list, or retired"
    if of.of_account:
        return ""
    begins = tuple(f"aws_{prefix}" for prefix in SERVICES[re.split(r"[_.]", claim)[0].lower()].split())
    return "" if any(t.startswith(begins) for t in of.types) else f"{of.id} claims {claim}, and judges {of.types}"


def test_a_claim_is_in_force_and_about_what_the_rule_judges() -> None:
    """It is in the published list, was not taken back, and the rule judges a type of that service."""
    claims = [(r, claim) for r in RULES.values() for claim in (*r.prowler, *r.security_hub)]

    assert len(claims) > 400
    assert [told for of, claim in claims if (told := wrong(of, claim))] == []


@pytest.mark.parametrize(
    ("rule_id", "claim"),
    [
        ("s3-cross-account", "S3.7"), ("rds-copy-tags", "Neptune.9"), ("iam-unmanaged-key", "IAM.3"),
        ("opensearch-logs", "ES.4"), ("opensearch-logs", "OpenSearch.4"), ("efs-backup", "EFS.2"), ("sg-unused", "EC2.22"),
        ("s3-access-log", "CloudTrail.7"), ("lb-weak-tls", "elb_insecure_ssl_ciphers"),
        ("iam-unmanaged-key", "iam_rotate_access_key_90_days"), ("ebs-snapshot-public", "ec2_ebs_snapshot_account_block_public_access"),
    ],
)  # fmt: skip
def test_what_a_rule_does_not_decide_it_does_not_claim(rule_id: str, claim: str) -> None:
    assert claim not in (*RULES[rule_id].prowler, *RULES[rule_id].security_hub)
    assert claim not in RULES[rule_id].controls.get("fsbp", ())


@pytest.mark.parametrize(
    ("rule_id", "framework", "control"),
    [
        ("s3-public-policy", "fsbp", "S3.2"), ("s3-public-acl", "fsbp", "S3.2"), ("efs-backup", "fsbp", "EFS.7"),
        ("trail-bucket-log", "cis-v3", "3.4"), ("access-analyzer-off", "cis-v3", "1.20"), ("securityhub-off", "cis-v4", "4.16"),
        ("alarm-root-use", "cis-v3", "4.3"), ("alarm-vpcs", "cis-v5", "4.14"), ("sg-ssh", "cis-v3", "5.2"),
        ("iam-console-no-mfa", "cis-v5", "1.9"), ("ec2-imdsv1", "cis-v4", "5.7"), ("trail-kms", "cis-v1.4", "3.7"),
    ],
)  # fmt: skip
def test_what_a_rule_answers_to(rule_id: str, framework: str, control: str) -> None:
    assert control in RULES[rule_id].controls[framework]


def test_one_alarm_answers_to_one_control() -> None:
    of = [r.controls["cis-v3"] for name, r in RULES.items() if name.startswith("alarm-") and name != "alarm-disabled"]

    assert sorted(of, key=lambda c: int(c[0].split(".")[1])) == [(f"4.{n}",) for n in range(1, 16)]


def test_a_framework_is_named_with_or_without_its_v() -> None:
    assert [f.id for f in named(["cis-5", "cis-v3"], frameworks())] == ["cis-v5", "cis-v3"]
    with pytest.raises(UsageError, match="no framework 'cis-9'"):
        named(["cis-9"], frameworks())


TINY = Framework(
    "tiny", "Tiny", "1", "github.com/", (
        Listed("1.1", "both", ("a", "b")), Listed("1.2", "one", ("a",)), Listed("1.3", "nobody's", ("c",)),
        Listed("1.4", "half", ("a", "c")), Listed("1.5", "by a person", (), manual=True), Listed("1.6", "old", (), retired=True),
    ),
)  # fmt: skip


def _never(it: Subject) -> Found:
    return None


def _rule(id_: str, *claims: str) -> Rule:
    return Rule(id=id_, title="t", severity="low", remedy="r", types=(), judge=_never, prowler=claims)


ONE, TWO = answering([_rule("one", "a"), _rule("two", "b")], [TINY])


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"one": Answered(2), "two": Answered(1)}, {"1.1": "passed", "1.2": "passed"}),
        ({"one": Answered(2, 1, "", {"": 1}), "two": Answered(1)}, {"1.1": "failed", "1.2": "failed", "1.4": "failed"}),
        ({"one": Answered(2), "two": Answered(1, 1, "", {"": 1})}, {"1.1": "failed", "1.2": "passed"}),
        ({"one": Answered(1, 0, "it was not read"), "two": Answered(1)}, {"1.1": "undecided", "1.2": "undecided"}),
        ({}, {"1.1": "passed", "1.2": "passed"}),
    ],
)
def test_a_control_passes_where_all_of_it_was_judged_and_passed(said: Any, expected: Any) -> None:
    told = {c.id: c.answer for c in answers([TINY], [ONE, TWO], said, {"all", "account"})}

    assert told == {"1.3": "undecided", "1.4": "undecided", "1.5": "undecided", **expected}


def test_each_line_says_why() -> None:
    said = {"one": Answered(2), "two": Answered(0, 3, "", {"b": 3})}
    whole = {c.id: c.why for c in answers([TINY], [ONE, TWO], said, {"all", "account"})}
    part = {c.id: (c.answer, c.why) for c in answers([TINY], [ONE, TWO], {"one": Answered(2)}, {"drifted"})}

    assert whole == {
        "1.1": "two: 3", "1.2": "2 passed", "1.3": "no rule decides it", "1.4": "no rule decides c",
        "1.5": "a person has to look",
    }  # fmt: skip
    assert part["1.2"] == ("undecided", ONLY_DRIFT)


def test_evidence_that_speaks_of_one_claim_fails_that_one_alone() -> None:
    @rule(title="t", severity="low", types=("aws_sqs_queue",), remedy="r", prowler=("a", "b"))
    def both(it: Subject) -> Found:
        return [Fact("only a", answers=("a",))] if it["delay_seconds"] else Fail("all of it")

    (judging,) = answering([both], [replace_told(TINY)])
    queue = raw("aws_sqs_queue", {"name": "q", "delay_seconds": 5})
    found = judge([Drift("unmanaged", None, live(queue))], [judging], Account([live(queue)]), CATALOG)

    assert [f.frameworks for f in found.drift[0].findings] == [("tiny 1.1", "tiny 1.2", "tiny 1.4")]
    assert found.answers["both"] == Answered(0, 1, "", {"a": 1})
    assert {c.id for c in answers([TINY], [judging], found.answers, ()) if c.answer == "failed"} == {
        "1.1",
        "1.2",
        "1.4",
    }


def replace_told(framework: Framework) -> Framework:
    return Framework(framework.id, framework.title, framework.version, framework.source, framework.controls, told=True)


def _allow(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ESCALATES, ALL_OF_S3 = _allow("iam:PassRole", "ec2:RunInstances"), _allow("s3:*")
MYSQL = {"protocol": "tcp", "from_port": 3306, "to_port": 3306, "cidr_blocks": ["0.0.0.0/0"]}

PASSWORDS = {
    "minimum_password_length": 14, "password_reuse_prevention": 24, "max_password_age": 90, "require_symbols": True,
    "require_numbers": True, "require_uppercase_characters": True, "require_lowercase_characters": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "good", "bad", "claim"),
    [
        ("aws_iam_account_password_policy", PASSWORDS, {"minimum_password_length": 8}, "iam_password_policy_minimum_length_14"),
        ("aws_iam_account_password_policy", PASSWORDS, {"password_reuse_prevention": 3}, "iam_password_policy_reuse_24"),
        ("aws_iam_account_password_policy", PASSWORDS, {"require_symbols": False}, "iam_password_policy_symbol"),
        ("aws_iam_account_password_policy", PASSWORDS, {"max_password_age": 0}, "iam_password_policy_expires_passwords_within_90_days_or_less"),
        ("aws_guardduty_detector_feature", {"name": "S3_DATA_EVENTS", "status": "ENABLED"}, {"status": "DISABLED"}, "guardduty_s3_protection_enabled"),
        ("aws_guardduty_detector_feature", {"name": "RDS_LOGIN_EVENTS", "status": "ENABLED"}, {"status": "DISABLED"}, "GuardDuty.9"),
        ("aws_inspector2_enabler", {"resource_types": ["EC2", "ECR", "LAMBDA"]}, {"resource_types": ["EC2", "LAMBDA"]}, "Inspector.2"),
    ],
)  # fmt: skip
def test_the_evidence_says_which_claim_fails(type_: str, good: Any, bad: Any, claim: str) -> None:
    resource = raw(type_, {**good, **bad})
    judging = [r for r in RULES.values() if claim in (*r.prowler, *r.security_hub)]
    found = judge(
        [Drift("unmanaged", None, live(resource))], judging, Account([live(resource)]), CATALOG, criteria=CRITERIA
    )
    (only,) = judging

    assert claim in found.answers[only.id].claims
    assert len(found.answers[only.id].claims) < len(only.prowler) + len(only.security_hub)


ALL_AT_ONCE = {
    "apigw-no-auth": "a method without authorisation fails both",
    "guardduty-off": "a detector that is off looks at nothing",
    "rds-engine-eol": "an end of support is both",
}
"""Rules of which one fault fails all that they claim."""


@pytest.mark.parametrize("name", [n for n, r in RULES.items() if len(r.prowler) > 1 and n in CASES])
def test_a_rule_with_several_claims_says_which_one_fails(name: str) -> None:
    judging = RULES[name]
    said = judged(name, 1)
    claims = judging.failed(said.fail, said.type)

    assert said.verdict == "fail"
    assert (claims is None) == (name in ALL_AT_ONCE)
    assert (claims or set()) <= {*judging.prowler, *judging.security_hub, *NONE_OF_THEM}


@pytest.mark.parametrize(
    ("rule_id", "type_", "attributes", "claims"),
    [
        ("rds-iam-auth", "aws_rds_cluster", {"engine": "aurora-mysql"}, {"rds_cluster_iam_authentication_enabled", "RDS.12"}),
        ("lb-logs", "aws_elb", {}, {"elb_logging_enabled", "ELB.5"}),
        ("sfn-logging", "aws_sfn_state_machine", {"definition": "{}"}, {"stepfunctions_statemachine_logging_enabled"}),
        ("iam-privesc", "aws_iam_user_policy", {"policy": ESCALATES}, {"iam_inline_policy_allows_privilege_escalation"}),
        ("sg-db-ports", "aws_security_group", {"ingress": [MYSQL]}, {"ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306"}),
        ("iam-service-star", "aws_iam_policy", {"policy": ALL_OF_S3}, set()),
    ],
)  # fmt: skip
def test_a_failure_is_of_the_claims_that_are_about_it(
    rule_id: str, type_: str, attributes: Any, claims: set[str]
) -> None:
    resource = raw(type_, attributes)
    drift = Drift("unmanaged", None, live(resource))
    found = judge([drift], [RULES[rule_id]], Account([live(resource)]), CATALOG, criteria=CRITERIA)

    assert found.answers[rule_id].failed == 1
    assert {c for c in found.answers[rule_id].claims if c != NONE_OF_THEM[0]} == claims
    named_ = {c.split()[1] for f in found.drift[0].findings for c in f.frameworks}
    assert {c for c in claims if "." in c} >= {c for c in named_ if c[0].isalpha()}


def test_several_faults_of_one_resource_are_told_one_by_one() -> None:
    """One that was there hides none that the drift brought."""
    before = {"direct_internet_access": "Enabled", "subnet_id": "s", "root_access": "Disabled", "kms_key_id": "k"}
    desired = raw("aws_sagemaker_notebook_instance", before)
    actual = raw("aws_sagemaker_notebook_instance", {**before, "root_access": "Enabled"})
    drift = Drift("modified", desired, actual, (Change("root_access", "Disabled", "Enabled"),))
    found = judge([drift], [RULES["sagemaker-notebook"]], Account([live(actual)]), CATALOG, criteria=CRITERIA)

    assert {(f.effect, f.evidence) for f in found.drift[0].findings} == {
        ("introduced", "root_access is Enabled"),
        ("present", "direct_internet_access is Enabled"),
    }


def test_an_account_without_the_filter_lacks_the_alarm_whatever_other_filters_it_has() -> None:
    def lacking(*patterns: str) -> list[str]:
        there = [
            raw(
                "aws_cloudwatch_log_metric_filter",
                {**CASES["alarm-vpcs"][2], "name": f"f{n}", "pattern": pattern},
                f"f{n}",
            )
            for n, pattern in enumerate(patterns)
        ]
        near = [raw(*n) for n in CASES["alarm-vpcs"][4]] if len(CASES["alarm-vpcs"]) > 3 else []
        account = Account([replace(r, address=None) for r in (*there, *near)])
        found = judge(
            [], [RULES["alarm-vpcs"]], account, CATALOG, criteria=CRITERIA, account=Judged(ACCOUNT, (REGION,))
        )
        return [f.evidence for p in found.posture for f in p.findings]

    other, mine = CASES["alarm-trail-changes"][2]["pattern"], CASES["alarm-vpcs"][2]["pattern"]
    assert lacking() == ["there is no aws_cloudwatch_log_metric_filter"]
    assert lacking(other) == ["none of 1 aws_cloudwatch_log_metric_filter does it"]
    assert lacking(other, mine) == []


@pytest.mark.parametrize(
    ("counts", "devices", "found"),
    [
        ({"AccountAccessKeysPresent": 1, "AccountMFAEnabled": 1}, (), {"root-access-key"}),
        ({"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0}, (), {"root-no-mfa", "root-virtual-mfa"}),
        ({"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}, ("root-account-mfa-device",), {"root-virtual-mfa"}),
        ({"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}, ("phone",), set()),
    ],
)
def test_root_is_judged_by_what_iam_counts(counts: dict[str, int], devices: tuple[str, ...], found: set[str]) -> None:
    serials = [f"arn:aws:iam::{ACCOUNT}:mfa/{name}" for name in devices]
    there = [raw("aws_iam_virtual_mfa_device", {"virtual_mfa_device_name": s.split("/")[1]}, s) for s in serials]
    account = Account(replace(r, address=None) for r in there)
    account.counts = counts
    rules = [r for r in RULES.values() if r.of_account]
    told = judge([], rules, account, CATALOG, criteria=CRITERIA, account=Judged(ACCOUNT, (REGION,)))

    assert {f.rule: f.effect for p in told.posture for f in p.findings} == dict.fromkeys(found, "present")
    assert {name: a.failed for name, a in told.answers.items()} == {r.id: int(r.id in found) for r in rules}


def test_root_cannot_be_told_where_the_counts_are_refused() -> None:
    rules = [r for r in RULES.values() if r.of_account]
    told = judge([], rules, Account(), CATALOG, criteria=CRITERIA, account=Judged(ACCOUNT, (REGION,)))

    assert {f.verdict for p in told.posture for f in p.findings} == {"unknown"}
    assert all("could not be read: s:A AccessDenied" in a.unknown for a in told.answers.values())


def test_every_check_of_prowler_has_a_rule_or_a_reason() -> None:
    claimed = {c for r in RULES.values() for c in r.prowler}

    assert [c for c in sorted(prowler_checks() - claimed) if not reason(c)] == []
    assert [p for p in REASONS if not any(c.startswith(p) for c in prowler_checks() - claimed)] == []

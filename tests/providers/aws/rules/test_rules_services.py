"""Rules about network firewalls, migrations, clusters, notebooks and desktops, beyond one case each."""

from __future__ import annotations

from typing import Any

import pytest

from drift.provider.path import path
from drift.providers.aws.rules import built_in
from drift.rules.answer import ASIDE
from tests.support.rules import answer, raw

RULES = {r.id: r for r in built_in()}
SFE, GROUP = ["aws:forward_to_sfe"], [{"resource_arn": "arn:aws:network-firewall:us-east-1:1:stateful-rulegroup/a"}]


@pytest.mark.parametrize(
    ("policy", "evidence"),
    [
        ({"stateless_default_actions": SFE}, "no rule group handles forwarded traffic"),
        ({"stateless_default_actions": SFE, "stateful_default_actions": ["aws:alert_strict"]}, "no rule group"),
        ({"stateless_default_actions": SFE, "stateful_default_actions": ["aws:drop_established"]}, ""),
        ({"stateless_default_actions": SFE, "stateful_rule_group_reference": GROUP}, ""),
        ({"stateless_default_actions": ["x", "aws:pass"], "stateful_rule_group_reference": GROUP}, "aws:pass"),
        ({"stateless_default_actions": ["aws:drop"]}, ""),
    ],
)
def test_what_no_rule_speaks_of_is_let_pass(policy: dict[str, Any], evidence: str) -> None:
    found = answer(RULES["nfw-policy-pass"], raw("aws_networkfirewall_firewall_policy", {"firewall_policy": [policy]}))

    assert found.verdict == ("fail" if evidence else "pass")
    assert evidence in found.evidence


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        ("arn:aws:network-firewall:us-east-1:123456789012:firewall/a", "123456789012"),
        ("arn:aws:s3:::b", None),
        ("b", None),
        (None, None),
    ],
)
def test_whose_an_arn_is(arn: str | None, account: str | None) -> None:
    assert path("account(Arn)").search({"Arn": arn}) == account


BEHIND = {"direct_internet_access": "Disabled", "root_access": "Disabled", "subnet_id": "subnet-1", "kms_key_id": "k"}


@pytest.mark.parametrize(
    ("rule", "type_", "attributes", "verdict", "evidence"),
    [
        ("dms-ssl", "aws_dms_endpoint", {"engine_name": "s3", "ssl_mode": "none"}, "pass", ASIDE.evidence),
        ("dms-ssl", "aws_dms_endpoint", {"engine_name": "oracle"}, "fail", "ssl_mode is none"),
        (
            "dms-ssl",
            "aws_dms_endpoint",
            {"engine_name": "kafka", "ssl_mode": "none", "kafka_settings": [{"security_protocol": "sasl-ssl"}]},
            "pass",
            "",
        ),
        (
            "dms-ssl",
            "aws_dms_endpoint",
            {"engine_name": "redis", "redis_settings": [{"ssl_security_protocol": "plaintext"}]},
            "fail",
            "redis_settings.ssl_security_protocol is plaintext",
        ),
        (
            "emr-public",
            "aws_emr_block_public_access_configuration",
            {
                "block_public_security_group_rules": True,
                "permitted_public_security_group_rule_range": [{"min_range": 1, "max_range": 65535}],
            },
            "fail",
            "ports 1 to 65535 are permitted",
        ),
        (
            "sagemaker-notebook",
            "aws_sagemaker_notebook_instance",
            {**BEHIND, "root_access": None},
            "fail",
            "root_access is Enabled",
        ),
        ("sagemaker-notebook", "aws_sagemaker_notebook_instance", {**BEHIND, "subnet_id": ""}, "fail", "no subnet_id"),
        (
            "sagemaker-notebook",
            "aws_sagemaker_notebook_instance",
            {**BEHIND, "kms_key_id": ""},
            "fail",
            "no kms_key_id",
        ),
    ],
)
def test_each_condition(rule: str, type_: str, attributes: dict[str, Any], verdict: str, evidence: str) -> None:
    found = answer(RULES[rule], raw(type_, attributes))

    assert (found.verdict, found.evidence) == (verdict, evidence)

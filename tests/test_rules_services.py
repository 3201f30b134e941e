"""Rules about network firewalls, migrations, clusters, notebooks and desktops, beyond one case each."""

from __future__ import annotations

from typing import Any

import pytest

from drift.catalog.path import path
from drift.rules import built_in
from tests.support.rules import answer, raw

RULES = {r.id: r for r in built_in()}
SFE, GROUP = ["aws:forward_to_sfe"], [{"resource_arn": "arn:aws:network-firewall:us-east-1:1:stateful-rulegroup/a"}]


@pytest.mark.parametrize(
    ("policy", "evidence"),
    [
        ({"stateless_default_actions": SFE}, "no rule group looks at what is forwarded"),
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

"""What a drift added to the evidence is introduced; what was there stays present."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from drift.model.drift import Change, Drift, Finding
from drift.provider.installed import installed
from drift.providers.aws.rules import built_in
from drift.rules.criteria import Criteria
from drift.rules.engine import judge
from drift.rules.spec import Fact, Fail, failure
from tests.providers.aws.rules.test_rules import Account
from tests.support.rules import raw

CATALOG, RULES = installed(), {r.id: r for r in built_in()}
OTHERS = ("210987654321", "333333333333")


def port(number: int, cidr: str = "0.0.0.0/0", last: int | None = None) -> dict[str, Any]:
    blocks = {"ipv6_cidr_blocks": [cidr]} if ":" in cidr else {"cidr_blocks": [cidr]}
    return {"protocol": "tcp", "from_port": number, "to_port": last or number, **blocks}


def group(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"name": "g", "ingress": list(rules)}


def policy(*statements: Mapping[str, Any]) -> str:
    filled = [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **s} for s in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": filled})


def account(*ids: str, **more: Any) -> dict[str, Any]:
    return {"Principal": {"AWS": [f"arn:aws:iam::{i}:root" for i in ids]}, **more}


def told(rule: str, type_: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Finding]:
    desired, actual = raw(type_, before), raw(type_, after)
    actual = replace(actual, key=desired.key)
    changed = tuple(
        Change(n, desired.attributes[n], v) for n, v in actual.attributes.items() if v != desired.attributes[n]
    )
    drift = Drift("modified", desired, actual, changed)
    there = Account([replace(actual, address=None)])
    found = judge([drift], [RULES[rule]], there, CATALOG, desired=[desired], criteria=Criteria())
    return {f.effect: f for f in found.drift[0].findings}


@pytest.mark.parametrize(
    ("rule", "before", "after", "introduced", "present"),
    [
        pytest.param(
            "sg-db-ports", group(port(5432)), group(port(5432), port(3306)),
            "tcp 3306 from 0.0.0.0/0", "tcp 5432 from 0.0.0.0/0", id="a second port",
        ),
        pytest.param(
            "sg-ssh", group(port(22)), group(port(22), port(22, "::/0")),
            "tcp 22 from ::/0", "tcp 22 from 0.0.0.0/0", id="the other half of the internet",
        ),
        pytest.param(
            "sg-db-ports", group(port(5432)), group(port(3306, last=5432)),
            "tcp 3306-5432 from 0.0.0.0/0", "tcp 5432 from 0.0.0.0/0", id="a wider range",
        ),
        pytest.param("sg-db-ports", group(port(3306, last=5432)), group(port(5432)), None, "tcp 5432", id="a narrower range"),
        pytest.param(
            "sg-any-port", group(port(6000, last=6010)), group(port(6005)), None, "tcp 6005", id="a part of a range",
        ),
        pytest.param(
            "sg-any-port", group(port(6000, last=6004), port(6005, last=6010)), group(port(6000, last=6010)),
            None, "tcp 6000-6010", id="two ranges as one",
        ),
        pytest.param(
            "sg-wide-public-cidr", group(port(443, "8.0.0.0/8")), group(port(443, "8.8.0.0/16")),
            None, "8.8.0.0/16", id="a part of a network",
        ),
        pytest.param(
            "sg-wide-public-cidr", group(port(443, "8.0.0.0/8")), group(port(443, "8.0.0.0/8"), port(443, "9.0.0.0/8")),
            "tcp 443 from 9.0.0.0/8", "tcp 443 from 8.0.0.0/8", id="another network",
        ),
    ],
)  # fmt: skip
def test_ports(
    rule: str, before: dict[str, Any], after: dict[str, Any], introduced: str | None, present: str | None
) -> None:
    found = told(rule, "aws_security_group", before, after)

    assert set(found) == {e for e, text in (("introduced", introduced), ("present", present)) if text}
    # what follows is what the ports reach, which is no evidence
    assert introduced is None or found["introduced"].evidence.split("; ")[0] == introduced
    assert present is None or present in found["present"].evidence


def test_a_second_foreign_account_is_new_and_the_first_is_not() -> None:
    before, after = policy(account(OTHERS[0])), policy(account(*OTHERS))
    found = told("policy-foreign", "aws_sqs_queue", {"name": "q", "policy": before}, {"name": "q", "policy": after})

    assert set(found) == {"introduced", "present"}
    assert OTHERS[1] in found["introduced"].evidence
    assert OTHERS[0] not in found["introduced"].evidence
    assert OTHERS[0] in found["present"].evidence
    assert OTHERS[1] not in found["present"].evidence


def test_of_a_statement_that_grew_only_the_new_action_is_introduced() -> None:
    one = {"Principal": "*", "Action": ["sqs:SendMessage"]}
    two = {"Principal": "*", "Action": ["sqs:SendMessage", "sqs:PurgeQueue"]}
    found = told("sqs-public", "aws_sqs_queue", {"policy": policy(one)}, {"policy": policy(two)})

    assert "PurgeQueue" in found["introduced"].evidence
    assert "SendMessage" not in found["introduced"].evidence
    assert "SendMessage" in found["present"].evidence
    assert "PurgeQueue" not in found["present"].evidence


def test_a_policy_that_was_narrowed_introduces_nothing() -> None:
    wide, narrow = {"Principal": "*", "Action": "sqs:*"}, {"Principal": "*", "Action": "sqs:Get*"}
    found = told("sqs-public", "aws_sqs_queue", {"policy": policy(wide)}, {"policy": policy(narrow)})

    assert set(found) == {"present"}


def test_the_same_policy_in_other_words_introduces_nothing() -> None:
    one = policy({"Principal": "*", "Action": ["sqs:SendMessage", "sqs:PurgeQueue"], "Sid": "old"})
    two = policy(
        {"Principal": "*", "Action": "sqs:PurgeQueue", "Sid": "a"},
        {"Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Sid": "b"},
    )

    assert set(told("sqs-public", "aws_sqs_queue", {"policy": one}, {"policy": two})) == {"present"}


def test_a_second_secret_in_the_environment_is_new() -> None:
    def function(**variables: str) -> dict[str, Any]:
        return {"function_name": "f", "environment": [{"variables": variables}]}

    old, new = {"DB_PASSWORD": "correct-horse"}, {"API_KEY": "staple-battery-9f3"}
    found = told("lambda-env-secret", "aws_lambda_function", function(**old), function(**old, **new))

    assert "API_KEY" in found["introduced"].evidence
    assert "DB_PASSWORD" not in found["introduced"].evidence
    assert "DB_PASSWORD" in found["present"].evidence
    assert not any(value in f.evidence for f in found.values() for value in (*old.values(), *new.values()))


def test_another_way_to_more_rights_is_new() -> None:
    def may(*actions: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        return {"name": "p", "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    found = told(
        "iam-privesc", "aws_iam_policy", may("iam:CreateAccessKey"), may("iam:CreateAccessKey", "iam:PutUserPolicy")
    )

    assert "PutUserPolicy" in found["introduced"].evidence
    assert "CreateAccessKey" not in found["introduced"].evidence
    assert "CreateAccessKey" in found["present"].evidence


def test_a_number_that_only_moved_is_no_new_evidence() -> None:
    weak = {"require_symbols": True, "require_numbers": True, "require_uppercase_characters": True,
            "require_lowercase_characters": True, "password_reuse_prevention": 24, "max_password_age": 90}  # fmt: skip
    found = told(
        "iam-password-policy", "aws_iam_account_password_policy",
        {**weak, "minimum_password_length": 8}, {**weak, "minimum_password_length": 9},
    )  # fmt: skip

    assert {e: f.evidence for e, f in found.items()} == {"present": "length 9"}


def test_the_remedy_fits_the_evidence() -> None:
    everything = json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    common = {"name": "r", "assume_role_policy": policy({"Principal": {"Service": "ec2.amazonaws.com"}})}
    inline = {**common, "inline_policy": [{"name": "temporary", "policy": everything}]}
    attached = {**common, "managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}

    by_inline = told("iam-role-admin", "aws_iam_role", common, inline)["introduced"]
    by_arn = told("iam-role-admin", "aws_iam_role", common, attached)["introduced"]

    assert by_inline.evidence == "inline policy temporary"
    assert "AdministratorAccess" not in by_inline.remedy
    assert "temporary" in by_inline.remedy
    assert by_arn.remedy.startswith("Detach AdministratorAccess")


def test_what_a_policy_gained_is_told_as_values_too() -> None:
    before = {"policy": policy(account(OTHERS[0]))}
    after = {
        "policy": policy(account(OTHERS[0]), account(OTHERS[1], Action="sqs:DeleteQueue", Resource="arn:aws:sqs:*:*:q"))
    }
    rights = told("policy-more-rights", "aws_sqs_queue", before, after)["introduced"].rights

    assert rights is not None
    [added] = rights.added
    assert added.actions == ("sqs:DeleteQueue",)
    assert added.resources == ("arn:aws:sqs:*:*:q",)
    assert [OTHERS[1] in p for p in added.principals] == [True]
    assert added.levels == ("Write",)
    assert rights.removed == ()


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (None, None),
        (False, None),
        ([], None),
        ("off", "off"),
        (True, ""),
        (["a", Fact("b")], "a; b"),
        (Fail(["a"], context="it reaches b"), "a; it reaches b"),
        ([f"n{i}" for i in range(8)], "n0; n1; n2; n3; n4; n5; and 2 more"),
    ],
)
def test_what_a_rule_may_answer(found: Any, text: str | None) -> None:
    fail = failure(found)

    assert (fail.text if fail else None) == text


def test_facts_of_the_same_thing_are_one_whatever_their_words() -> None:
    assert Fact("length 9", "length").beyond([Fact("length 8", "length")]) is None
    assert Fact("ports", frozenset({1, 2})).beyond([Fact("a", frozenset({1})), Fact("b", frozenset({2, 3}))]) is None
    assert Fact("ports", frozenset({1, 4})).beyond([Fact("a", frozenset({1}))]) is not None

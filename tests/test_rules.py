"""Every rule: a case that fails it, one that passes, one that cannot be told; and the effect of the drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from drift.catalog import Catalog
from drift.model.address import Address
from drift.model.coverage import Unreadable
from drift.model.drift import Change, Drift
from drift.model.resource import Key, Resource
from drift.normalize.network import rules_from_state
from drift.normalize.policy import policy_document
from drift.rules import built_in
from drift.rules.engine import judge, verdict
from drift.rules.spec import rule

RULES = {r.id: r for r in built_in()}
REFUSED = Unreadable("s:A", "AccessDenied")


def ingress(cidr: str, low: int, high: int, protocol: str = "tcp") -> dict[str, Any]:
    return {
        "ingress": rules_from_state(
            [{"protocol": protocol, "from_port": low, "to_port": high, "cidr_blocks": [cidr]}], {}
        )
    }


def allow(**statement: Any) -> Any:
    return policy_document(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s:A", "Resource": "*", **statement}]}
    )


OPEN, CLOSED = allow(Principal="*"), allow(Principal={"AWS": "123456789012"})
BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    "sg-all-ports": ([ingress("0.0.0.0/0", 0, 0, "-1"), ingress("0.0.0.0/0", 0, 65535)], [ingress("10.0.0.0/8", 0, 0, "-1"), ingress("0.0.0.0/0", 22, 22)]),
    "sg-ssh": ([ingress("0.0.0.0/0", 20, 30)], [ingress("10.0.0.0/8", 22, 22), ingress("0.0.0.0/0", 443, 443), ingress("0.0.0.0/0", 0, 0, "-1")]),
    "sg-rdp": ([ingress("0.0.0.0/0", 3389, 3389)], [ingress("0.0.0.0/0", 22, 22)]),
    "sg-db-ports": ([ingress("0.0.0.0/0", 5432, 5432)], [ingress("10.0.0.0/8", 5432, 5432)]),
    "iam-admin-star": ([{"policy": allow(Action="*")}], [{"policy": allow()}, {"policy": None}]),
    "iam-role-admin": (
        [{"managed_policy_arns": frozenset({"arn:aws:iam::aws:policy/AdministratorAccess"}), "inline_policy": ()},
         {"managed_policy_arns": frozenset(), "inline_policy": ({"name": "x", "policy": allow(Action="*")},)}],
        [{"managed_policy_arns": frozenset({"arn:aws:iam::aws:policy/ReadOnlyAccess"}), "inline_policy": ()}],
    ),
    "iam-trust-public": ([{"assume_role_policy": OPEN}], [{"assume_role_policy": CLOSED}, {"assume_role_policy": allow(Principal="*", Condition={"StringEquals": {"a": "b"}})}]),
    "s3-public-policy": ([{"policy": OPEN}], [{"policy": CLOSED}, {"policy": None}]),
    "sqs-public": ([{"policy": OPEN}], [{"policy": CLOSED}]),
    "sns-public": ([{"policy": OPEN}], [{"policy": CLOSED}]),
    "kms-public": ([{"policy": OPEN}], [{"policy": CLOSED}]),
    "s3-pab": ([{**BLOCKED, "block_public_acls": False}], [BLOCKED]),
    "s3-versioning": ([{"versioning_configuration": {"status": "Suspended"}}, {"versioning_configuration": None}], [{"versioning_configuration": {"status": "Enabled"}}]),
    "ebs-unencrypted": ([{"encrypted": False}], [{"encrypted": True}]),
    "rds-public": ([{"publicly_accessible": True}], [{"publicly_accessible": False}]),
    "rds-unencrypted": ([{"storage_encrypted": False}], [{"storage_encrypted": True}]),
    "ec2-imdsv1": ([{"metadata_options": {"http_tokens": "optional", "http_endpoint": "enabled"}}, {"metadata_options": None}],
                   [{"metadata_options": {"http_tokens": "required"}}, {"metadata_options": {"http_endpoint": "disabled"}}]),
}  # fmt: skip


def resource(type_: str, attributes: Mapping[str, Any]) -> Resource:
    return Resource(key=Key(type_, "1", "r", ("x",)), id="x", attributes=attributes, address=Address(type_, "a"))


def test_every_rule_has_its_cases() -> None:
    assert sorted(CASES) == sorted(RULES)


@pytest.mark.parametrize("name", list(CASES))
def test_fail_pass_unknown(name: str) -> None:
    known, (failing, passing) = RULES[name], CASES[name]
    type_ = known.types[0]

    assert [verdict(known, resource(type_, a)) for a in failing] == ["fail"] * len(failing)
    assert [verdict(known, resource(type_, a)) for a in passing] == ["pass"] * len(passing)
    for attribute in known.reads or ("ingress",):
        assert verdict(known, resource(type_, {**failing[0], attribute: REFUSED})) == "unknown"


@pytest.mark.parametrize("name", list(RULES))
def test_what_a_rule_reads_is_in_the_catalogue(name: str) -> None:
    catalog = Catalog()
    for type_ in RULES[name].types:
        assert type_ in catalog
        assert set(RULES[name].reads) <= set(catalog[type_].attributes)


@pytest.mark.parametrize("type_", ["aws_security_group_rule", "aws_vpc_security_group_ingress_rule"])
def test_rules_of_their_own_are_judged_like_inline_ones(type_: str) -> None:
    wide = {"type": "ingress", "protocol": "tcp", "cidr_blocks": ("0.0.0.0/0",), "security_group_id": "sg-1"}
    modern = {"ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    attributes = {**(wide if type_.endswith("group_rule") else modern), "from_port": 22, "to_port": 22}

    assert verdict(RULES["sg-ssh"], resource(type_, attributes)) == "fail"


class Nothing:
    """Reads nothing further."""

    resources: Mapping[Key, Resource] = {}

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (CLOSED, OPEN, "introduced"),
        (OPEN, OPEN, "present"),
        (OPEN, CLOSED, "resolved"),
        (CLOSED, CLOSED, None),
        (OPEN, REFUSED, "unknown"),
    ],
)
def test_effect_of_the_drift(before: Any, after: Any, effect: str | None) -> None:
    drift = Drift(
        "modified",
        resource("aws_sqs_queue", {"policy": before}),
        resource("aws_sqs_queue", {"policy": after}),
        (Change("x", 1, 2),),
    )
    (judged,) = judge([drift], list(RULES.values()), Nothing(), Catalog())

    assert [f.effect for f in judged.findings if f.rule == "sqs-public"] == ([effect] if effect else [])


def test_the_loss_of_a_protection_is_a_finding() -> None:
    drift = Drift("missing", resource("aws_s3_bucket_public_access_block", BLOCKED), None)
    (judged,) = judge([drift], list(RULES.values()), Nothing(), Catalog())

    assert [(f.rule, f.effect) for f in judged.findings] == [("s3-pab", "introduced")]


def test_a_rule_that_raises_cannot_tell() -> None:
    @rule(title="t", severity="low", types=("aws_sqs_queue",), reads=("policy",), remedy="r")
    def broken(attributes: Mapping[str, Any]) -> bool:
        raise RuntimeError("bug")

    assert verdict(broken, resource("aws_sqs_queue", {"policy": OPEN})) == "unknown"

"""What a policy grants, and to whom: the cases that a glance gets wrong."""

from __future__ import annotations

from typing import Any

import pytest

from drift.normalize.policy import policy_document
from drift.providers.aws.rules.actions import ESCALATIONS, SENSITIVE, actions_of
from drift.providers.aws.rules.policies import Grants, foreign, public
from drift.rules.world import Unknown

ME, OTHER = "123456789012", "210987654321"


def policy(*statements: dict[str, Any]) -> Any:
    filled = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **s} for s in statements]
    return policy_document({"Version": "2012-10-17", "Statement": filled})


@pytest.mark.parametrize(
    ("condition", "narrows"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}, False),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{ME}:*"}}, True),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["52.1.2.0/24", "0.0.0.0/1"]}}, False),
        ({"IpAddress": {"aws:SourceIp": "52.1.2.0/24"}}, True),
        ({"NotIpAddress": {"aws:SourceIp": "52.1.2.0/24"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, False),
    ],
)
def test_conditions_that_say_who(condition: dict[str, Any], *, narrows: bool) -> None:
    assert (public(policy({"Principal": "*", "Condition": condition})) == []) is narrows


def test_all_but_somebody_is_everybody() -> None:
    assert public(policy({"NotPrincipal": {"AWS": ME}}))
    assert not public(policy({"Effect": "Deny", "NotPrincipal": {"AWS": ME}}))


def test_what_is_no_policy_cannot_be_told() -> None:
    with pytest.raises(Unknown):
        public(policy_document("not JSON"))


def test_foreign_accounts() -> None:
    found = foreign(policy({"Principal": {"AWS": [f"arn:aws:iam::{OTHER}:role/x", ME, "127311923021"]}}), [ME])

    assert [account for account, _ in found] == [OTHER]
    assert foreign(policy({"Principal": {"AWS": OTHER}}), [ME, OTHER]) == []


@pytest.mark.parametrize(
    ("statements", "admin"),
    [
        ([{"Action": "*"}], True),
        ([{"Action": "*:*"}], True),
        ([{"Action": "*", "Resource": "arn:aws:s3:::b"}], False),
        ([{"Action": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}], False),
        ([{"Action": "*"}, {"Effect": "Deny", "Action": "aws-portal:*"}], True),
        ([{"Action": "*"}, {"Effect": "Deny", "Action": ["iam:*", "organizations:*"]}], False),
        ([{"Action": "*"}, {"Effect": "Deny", "Action": "iam:*", "Condition": {"Bool": {"a": "true"}}}], True),
    ],
)
def test_admin(statements: list[dict[str, Any]], *, admin: bool) -> None:
    assert (Grants([policy(*statements)]).admin is not None) is admin


def test_all_but_some_actions() -> None:
    def admin(*excluded: str) -> bool:
        given = {"Effect": "Allow", "NotAction": list(excluded), "Resource": "*"}
        return Grants([policy_document({"Version": "2012-10-17", "Statement": [given]})]).admin is not None

    assert admin("s3:*")
    assert not admin("iam:*", "organizations:*")


def test_a_whole_service_however_it_is_written() -> None:
    def whole(*actions: str, service: str = "kms") -> bool:
        return Grants([policy({"Action": list(actions)})]).whole_service(service)

    assert whole("kms:*")
    assert whole("*")
    assert whole(*(f"kms:{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz"))
    assert not whole("kms:Decrypt", "kms:List*")


def test_the_data_knows_every_action_that_the_rules_name() -> None:
    named = {action for actions in ESCALATIONS for action in actions}
    lost = sorted(a for a in named if a.lower() not in actions_of(a.split(":")[0].lower()))

    assert lost == []
    assert all(len(actions_of(service)) > 5 for service in SENSITIVE)
    with pytest.raises(Unknown, match="knows no service"):
        actions_of("no-such-service")

"""What a permissions boundary and an organisation keep from whoever has rights on paper."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drift.model.resource import Resource
from drift.providers.aws.rules import built_in
from tests.support.rules import ACCOUNT, answer, raw

RULES = {r.id: r for r in built_in()}
BOUNDARY, MANAGING = f"arn:aws:iam::{ACCOUNT}:policy/limit", "210987654321"


def document(*actions: str, effect: str = "Allow", resource: str = "*") -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(arn: str = "") -> Resource:
    return raw("aws_iam_role", {"name": "app", "permissions_boundary": arn}, "app")


def user(arn: str = "") -> Resource:
    return raw("aws_iam_user", {"name": "app", "permissions_boundary": arn}, "app")


def limit(text: str) -> Resource:
    return raw("aws_iam_policy", {"name": "limit", "policy": text, "arn": BOUNDARY}, BOUNDARY)


def organization(*controls: tuple[str, str], managing: str = MANAGING) -> list[Resource]:
    """An organisation of a root, one unit and the account in it; controls are (target, document)."""
    out = [
        raw("aws_organizations_organization", {"master_account_id": managing}, "o-1"),
        raw("aws_organizations_account", {"name": "app", "email": "a@example.com", "parent_id": "ou-1"}, ACCOUNT),
        raw("aws_organizations_organizational_unit", {"name": "apps", "parent_id": "r-1"}, "ou-1"),
    ]
    for n, (target, text) in enumerate(controls):
        out.append(
            raw(
                "aws_organizations_policy",
                {"name": f"p{n}", "type": "SERVICE_CONTROL_POLICY", "content": text},
                f"p-{n}",
            )
        )
        out.append(
            raw("aws_organizations_policy_attachment", {"policy_id": f"p-{n}", "target_id": target}, f"{target}:p-{n}")
        )
    return out


ALL = document("*")
INLINE = ("aws_iam_role_policy", {"role": "app", "name": "all", "policy": ALL})
OF_USER = ("aws_iam_user_policy", {"user": "app", "name": "all", "policy": ALL})
ADMIN = ("aws_iam_role_policy_attachment", {"role": "app", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"})
PASSES = ("aws_iam_role_policy", {"role": "app", "name": "run", "policy": document("iam:PassRole", "ec2:RunInstances")})
ASSUMES = ("aws_iam_role_policy", {"role": "app", "name": "hop", "policy": document("sts:AssumeRole")})
KEYS = ("aws_iam_role_policy", {"role": "app", "name": "keys", "policy": document("kms:*")})
GROUPS = ("aws_iam_group_policy", {"group": "app", "name": "all", "policy": ALL})


@pytest.mark.parametrize(
    ("rule", "of", "near", "verdict"),
    [
        ("iam-admin-star", INLINE, [role()], "fail"),
        ("iam-admin-star", INLINE, [role(BOUNDARY), limit(document("s3:*"))], "pass"),
        ("iam-admin-star", INLINE, [role(BOUNDARY), limit(ALL)], "fail"),
        ("iam-admin-star", INLINE, [role(BOUNDARY)], "unknown"),
        ("iam-admin-star", INLINE, [role("arn:aws:iam::aws:policy/AdministratorAccess")], "fail"),
        ("iam-admin-star", INLINE, [], "fail"),
        ("iam-admin-star", OF_USER, [user(BOUNDARY), limit(document("s3:*"))], "pass"),
        ("iam-admin-star", OF_USER, [role(BOUNDARY), limit(document("s3:*"))], "fail"),
        ("iam-admin-star", GROUPS, [role(BOUNDARY), limit(document("s3:*"))], "fail"),
        ("iam-admin-attached", ADMIN, [role()], "fail"),
        ("iam-admin-attached", ADMIN, [role(BOUNDARY), limit(document("s3:*"))], "pass"),
        ("iam-admin-attached", ADMIN, [role(BOUNDARY)], "unknown"),
        ("iam-privesc", PASSES, [role()], "fail"),
        ("iam-privesc", PASSES, [role(BOUNDARY), limit(document("ec2:*"))], "pass"),
        ("iam-privesc", PASSES, [role(BOUNDARY), limit(document("ec2:*", "iam:PassRole"))], "fail"),
        ("iam-assume-any", ASSUMES, [role()], "fail"),
        ("iam-assume-any", ASSUMES, [role(BOUNDARY), limit(document("s3:*"))], "pass"),
        ("iam-service-star", KEYS, [role()], "fail"),
        ("iam-service-star", KEYS, [role(BOUNDARY), limit(document("kms:Decrypt"))], "pass"),
        ("iam-admin-star", INLINE, [role(), *organization()], "fail"),
        ("iam-admin-star", INLINE, [role(), *organization(("r-1", ALL), ("ou-1", ALL), (ACCOUNT, ALL))], "fail"),
        ("iam-admin-star", INLINE, [role(), *organization((ACCOUNT, document("s3:*")))], "pass"),
        ("iam-admin-star", INLINE, [role(), *organization(("r-1", ALL), ("ou-1", document("s3:*")))], "pass"),
        ("iam-admin-star", INLINE, [role(), *organization(("r-1", document("s3:*")), ("ou-1", ALL))], "pass"),
        ("iam-admin-star", INLINE, [role(), *organization(("ou-2", document("s3:*")))], "fail"),
        ("iam-admin-star", INLINE, [role(), *organization((ACCOUNT, document("s3:*")), managing=ACCOUNT)], "fail"),
        ("iam-privesc", PASSES, [role(), *organization(("r-1", ALL), ("r-1", document("iam:*", effect="Deny")))], "pass"),
        ("iam-role-admin", ("aws_iam_role", {"name": "app", "inline_policy": [{"name": "all", "policy": ALL}]}),
         organization((ACCOUNT, document("s3:*"))), "pass"),
    ],
)  # fmt: skip
def test_what_limits_somebody_is_taken_off(
    rule: str, of: tuple[str, dict[str, Any]], near: list[Resource], verdict: str
) -> None:
    assert answer(RULES[rule], raw(of[0], of[1], "it"), near).verdict == verdict

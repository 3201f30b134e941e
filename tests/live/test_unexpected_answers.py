"""An answer of a shape that AWS's own model does not have is that item's or that listing's alone: no scan ends by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from drift.provider.api import Answer, Refused, Request
from tests.support.apis import Standing
from tests.support.world import WORLDS, World, lines, run

WORLD = World(WORLDS / "kms")
TYPES = frozenset(
    {
        "aws_kms_key",
        "aws_kms_external_key",
        "aws_kms_replica_key",
        "aws_kms_grant",
        "aws_kms_key_policy",
        "aws_kms_alias",
    }
)
ODD: dict[str, Callable[[Any], Any]] = {
    "text": lambda _: "x",
    "null": lambda _: None,
    "list": lambda _: ["x", None],
    "map": lambda _: {"x": {"y": 1}},
    "number": lambda _: 5,
}


def spoilt(value: Any, odd: Callable[[Any], Any], depth: int) -> Any:
    if depth == 0:
        return odd(value)
    if isinstance(value, dict):
        return {name: spoilt(member, odd, depth - 1) for name, member in value.items()}
    return [spoilt(element, odd, depth - 1) for element in value] if isinstance(value, list) else value


class Odd(Standing):
    """The recorded account, one of whose operations answers oddly."""

    at_once = True

    def __init__(self, op: str, odd: Callable[[Any], Any], depth: int) -> None:
        self._tape = WORLD.tape("tampered", strict=False)
        self._op, self._odd, self._depth = op, odd, depth
        self.account, self.counts, self.types = self._tape.account, self._tape.counts, self._tape.types

    def ask(self, request: Request) -> Answer:
        answer = self._tape.ask(request)
        if request.op != self._op or isinstance(answer, Refused):
            return answer
        return [spoilt(page, self._odd, self._depth) for page in answer]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("op", ["ListKeys", "ListAliases", "ListGrants", "DescribeKey", "GetResources"])
def test_an_odd_answer_ends_no_scan(op: str, odd: str) -> None:
    for depth in (1, 2, 3):
        report = run(WORLD.path / "refreshed.tfstate", Odd(op, ODD[odd], depth), recorded=TYPES)

        assert lines(report)  # the account was tampered with: something is left to say


def test_a_listing_of_no_items_is_a_gap() -> None:
    report = run(WORLD.path / "refreshed.tfstate", Odd("ListKeys", ODD["text"], 2), recorded=TYPES)

    assert {(g.type, g.code) for g in report.gaps} >= {("aws_kms_key", "UnexpectedShape")}
    assert not [d for d in report.drift if d.resource.type == "aws_kms_key"]


def test_grants_that_are_no_items_are_a_gap_of_the_key_that_has_them() -> None:
    report = run(WORLD.path / "refreshed.tfstate", Odd("ListGrants", ODD["text"], 2), recorded=TYPES)

    assert {(g.type, g.code) for g in report.gaps} >= {("aws_kms_grant", "UnexpectedShape")}
    assert not [d for d in report.drift if d.resource.type == "aws_kms_grant"]


class Late(Standing):
    """The recorded account, where the call about all roles does not know one role yet."""

    def __init__(self, role: str) -> None:
        self._tape, self._role = World(WORLDS / "iam-stack").tape("clean", strict=False), role
        self.account, self.counts, self.types = self._tape.account, self._tape.counts, self._tape.types

    def ask(self, request: Request) -> Answer:
        answer = self._tape.ask(request)
        if request.op != "GetAccountAuthorizationDetails" or isinstance(answer, Refused):
            return answer
        return [
            {**page, "RoleDetailList": [r for r in page.get("RoleDetailList", ()) if r["RoleName"] != self._role]}
            for page in answer
        ]


def test_what_one_call_lists_and_another_does_not_know_yet_is_unread() -> None:
    """IAM is eventually consistent: right after an apply, its calls differ."""
    report = run(
        WORLDS / "iam-stack" / "refreshed.tfstate", Late("team-payments"), recorded=frozenset({"aws_iam_role"})
    )

    assert report.drift == ()
    assert {(u.address, u.path, u.code) for u in report.unread} >= {
        ('aws_iam_role.team["payments"]', "tags", "NotNamed"),
        ('aws_iam_role.team["payments"]', "permissions_boundary", "NotNamed"),
    }

"""Listings that take their arguments from another listing's answer: permission sets by instance."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift.provider.api import Refused
from drift.provider.describe import actions
from drift.provider.installed import installed
from tests.support.made import ACCOUNT, MadeApi, load, write_state
from tests.support.world import lines, run

ASSIGNMENT = "aws_ssoadmin_account_assignment"


@pytest.mark.parametrize(
    "refused",
    ["ListInstances", "ListPermissionSets", "ListAccountsForProvisionedPermissionSet", "ListAccountAssignments"],
)
def test_a_refusal_anywhere_in_the_chain_is_a_gap_and_no_verdict(refused: str, tmp_path: Path) -> None:
    made = load("identity_center")
    answers = {**made.CLEAN, **made.TAMPERED, f"sso-admin:{refused}": Refused("AccessDeniedException")}

    said = lines(run(write_state(made.STATE, tmp_path / "s.tfstate"), MadeApi(answers), only=(ASSIGNMENT,)))

    why = f"sso:{refused} AccessDeniedException"
    assert said == [
        f"gap {ASSIGNMENT} us-east-1 {why}",
        *(f"unread {ASSIGNMENT}.{name}  {why}" for name in ("devs", "lost", "ops")),
    ]


def test_each_element_is_asked_for_once(tmp_path: Path) -> None:
    made = load("identity_center")
    api = MadeApi(made.CLEAN)

    run(write_state(made.STATE, tmp_path / "s.tfstate"), api, only=(ASSIGNMENT,))

    # one instance, its three permission sets, the accounts of each, and the assignments of the two that have some
    assert api.counts["sso-admin"] == 1 + 1 + 3 + 2


def test_the_policy_grants_every_call_of_the_chain() -> None:
    assert actions([ASSIGNMENT], installed()) == [
        "sso:ListAccountAssignments",
        "sso:ListAccountsForProvisionedPermissionSet",
        "sso:ListInstances",
        "sso:ListPermissionSets",
    ]


@pytest.mark.parametrize(("owner", "said"), [("210987654321", []), (ACCOUNT, ["gap"])])
def test_what_only_another_account_may_see_is_no_gap_where_nothing_of_it_is_desired(
    owner: str, said: list[str], tmp_path: Path
) -> None:
    instance = {"InstanceArn": "arn:aws:sso:::instance/ssoins-1111111111111111", "OwnerAccountId": owner}
    answers = {
        "sso-admin:ListInstances": {"Instances": [instance]},
        "sso-admin:ListPermissionSets": Refused("AccessDeniedException"),
    }

    found = lines(run(write_state({}, tmp_path / "s.tfstate"), MadeApi(answers), only=(ASSIGNMENT,)))

    assert [line.split()[0] for line in found] == said


def test_what_is_desired_is_unread_where_another_account_refuses_it(tmp_path: Path) -> None:
    made = load("identity_center")
    instance = {"InstanceArn": made.INSTANCE, "OwnerAccountId": "210987654321"}
    answers = {
        "sso-admin:ListInstances": {"Instances": [instance]},
        "sso-admin:ListPermissionSets": Refused("AccessDeniedException"),
    }

    found = lines(run(write_state(made.STATE, tmp_path / "s.tfstate"), MadeApi(answers), only=(ASSIGNMENT,)))

    assert [line.split()[0] for line in found] == ["gap", "unread", "unread", "unread"]

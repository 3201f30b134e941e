"""Which accounts a run looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.errors import CloudError, UsageError
from drift.fleet.accounts import NOT_SELECTED, SUSPENDED, Choice, of_organisation, read
from drift.provider.api import Answer, Refused, Request
from drift.provider.contract import Member, Organisation, Role
from drift.providers.aws.organization import account_of_role, organisation, role_in
from tests.support.apis import Standing

C7N = """
# as the documentation of c7n-org has it
vars: &default-vars
  charge_code: xyz
accounts:
- account_id: '123123123123'
  name: account-1
  regions:
  - us-east-1
  - us-west-2
  role: arn:aws:iam::123123123123:role/CloudCustodian
  vars: *default-vars
  tags:
  - type:prod
  - division:some division
- account_id: '012012012012'
  name: account-2
  role:
  - arn:aws:iam::123123123123:role/Hop
  - arn:aws:iam::012012012012:role/CloudCustodian
  external_id: secret-word
  profile: audit
  regions: [all]
  tags: [type:dev]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.yml"
    path.write_text(C7N)
    return path


def test_a_file_of_c7n_org_is_read_as_it_is(file: Path) -> None:
    one, two = read(file, account_of_role).accounts
    assert (one.id, one.name, one.regions) == ("123123123123", "account-1", ("us-east-1", "us-west-2"))
    assert one.roles == (Role("arn:aws:iam::123123123123:role/CloudCustodian"),)
    assert one.tags == ("type:prod", "division:some division")
    assert [r.name.rpartition("/")[2] for r in two.roles] == ["Hop", "CloudCustodian"]
    assert {r.external_id for r in two.roles} == {"secret-word"}
    assert (two.profile, two.regions) == ("audit", ("all",))
    assert "secret-word" not in repr(two)


ENTRY = "accounts: [{account_id: '123123123123', name: a, role: %s}]"
WRONG = {
    "no list": ("accounts: {}", "no list `accounts`"),
    "not yaml": ("accounts: [", "is not YAML"),
    "no id": ("accounts: [{name: a}]", "accounts[0] (a): account_id '' does not have twelve digits"),
    "a number": ("accounts: [{account_id: 012345}]", "does not have twelve digits"),
    "no mapping": ("accounts: [prod]", "accounts[0]: is not an account"),
    "no arn": (ENTRY % "audit", "accounts[0] (a): 'audit' is not the full name of a role"),
    "another's role": (ENTRY % "'arn:aws:iam::999999999999:role/x'", "is of account 999999999999, not of 123123123123"),
    "a loop": (
        ENTRY % "['arn:aws:iam::123123123123:role/x', 'arn:aws:iam::123123123123:role/x']",
        "the chain of roles loops: arn:aws:iam::123123123123:role/x is in it twice",
    ),
    "no text": (ENTRY % "{a: b}", "role is neither a text nor a list of texts"),
    "ids twice": (
        "accounts: [{account_id: '123123123123', name: a}, {account_id: '123123123123', name: b}]",
        "two accounts have the id 123123123123",
    ),
    "names twice": (
        "accounts: [{account_id: '123123123123', name: a}, {account_id: '123123123124', name: a}]",
        "two accounts have the name a",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_file_is_one_message(name: str, tmp_path: Path) -> None:
    text, message = WRONG[name]
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(UsageError) as raised:
        read(tmp_path / "a.yml", account_of_role)
    assert message in raised.value.message
    assert raised.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "a.yml", account_of_role)


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        (Choice(accounts=("account-1",)), ["account-1"]),
        (Choice(accounts=("012012012012", "account-1")), ["account-1", "account-2"]),
        (Choice(tags=("type:dev",)), ["account-2"]),
        (Choice(but=("123123123123",)), ["account-2"]),
        (Choice(), ["account-1", "account-2"]),
    ],
)
def test_accounts_are_chosen_by_name_id_and_tag(choice: Choice, left: list[str], file: Path) -> None:
    fleet = choice.of(read(file, account_of_role))
    assert [a.name for a in fleet.accounts] == left
    assert set(fleet.left_out.values()) <= {NOT_SELECTED}
    assert len(fleet.accounts) + len(fleet.left_out) == 2


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(accounts=("acount-1",)), "no account 'acount-1'"),
        (Choice(but=("111111111111",)), "no account '111111111111'"),
        (Choice(tags=("type:test",)), "no tag 'type:test'"),
        (Choice(tags=("type:dev", "type:prod")), "no account is left"),
    ],
)
def test_what_nobody_is_called_is_told(choice: Choice, message: str, file: Path) -> None:
    with pytest.raises(UsageError, match=message):
        choice.of(read(file, account_of_role))


class Organizations(Standing):
    """An organisation: the root has two units, one of them a unit more."""

    account = "100000000000"
    refuses = ""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, request: Request) -> Answer:
        self.asked.append(request.op)
        assert request.service == "organizations"
        if request.op == self.refuses:
            return Refused("AccessDeniedException", "no")
        return self._pages(request.op, str(request.args.get("ParentId", "")))

    @staticmethod
    def _pages(op: str, parent: str) -> list[dict[str, Any]]:
        units = {
            "r-1": [("ou-p", "prod"), ("ou-t", "test")],
            "ou-p": [("ou-x", "payments"), ("ou-w", "test")],
            "ou-t": [("ou-y", "payments")],
        }
        accounts = {
            "r-1": [("100000000000", "main", "ACTIVE")],
            "ou-p": [("100000000001", "shop", "ACTIVE"), ("100000000002", "old", "SUSPENDED")],
            "ou-x": [("100000000003", "cards", "ACTIVE")],
            "ou-y": [("100000000004", "cards-test", "ACTIVE")],
        }
        if op == "DescribeOrganization":
            arn = "arn:aws-cn:organizations::100000000000:organization/o-1"
            return [{"Organization": {"Arn": arn, "MasterAccountId": "100000000000"}}]
        if op == "ListRoots":
            return [{"Roots": [{"Id": "r-1", "Name": "Root"}]}]
        if op == "ListOrganizationalUnitsForParent":
            return [{"OrganizationalUnits": [{"Id": i, "Name": n} for i, n in units.get(parent, [])]}]
        told = [{"Id": i, "Name": n, "Status": s} for i, n, s in accounts.get(parent, [])]
        return [{"Accounts": told[:1]}, {"Accounts": told[1:]}]  # two pages


@pytest.mark.parametrize(
    ("units", "found"),
    [
        ((), {"main", "shop", "old", "cards", "cards-test"}),
        (("prod",), {"shop", "old", "cards"}),
        (("ou-t", "prod/payments"), {"cards", "cards-test"}),
        (("prod", "prod/payments"), {"shop", "old", "cards"}),
        (("test",), {"cards-test"}),  # a path before the name of a unit further down
    ],
)
def test_an_organisation_is_walked(units: tuple[str, ...], found: set[str]) -> None:
    told = organisation(Organizations(), units)  # type: ignore[arg-type]
    assert {m.name for m in told.members} == found
    assert (told.management, told.partition) == ("100000000000", "aws-cn")
    paths = {m.name: m.path for m in told.members}
    assert paths.get("cards", "prod/payments") == "prod/payments"
    assert len(told.members) == len({m.account for m in told.members})


@pytest.mark.parametrize(
    ("unit", "message"),
    [("production", "has no unit 'production'"), ("payments", "several units are called 'payments'")],
)
def test_a_unit_that_is_not_there_or_there_twice(unit: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        organisation(Organizations(), [unit])  # type: ignore[arg-type]
    assert message in raised.value.message
    assert "prod" in f"{raised.value.message} {raised.value.hint}"


def test_an_organisation_that_may_not_be_read() -> None:
    api = Organizations()
    api.refuses = "ListAccountsForParent"
    with pytest.raises(CloudError, match="organizations:ListAccountsForParent AccessDenied") as raised:
        organisation(api, ())  # type: ignore[arg-type]
    assert "management account" in raised.value.hint


def test_each_account_of_an_organisation_has_the_role() -> None:
    members = (
        Member(account="100000000000"),
        Member(account="100000000001", name="shop", path="prod"),
        Member(account="100000000002", active=False),
    )
    fleet = of_organisation(
        Organisation(members, "100000000000", "aws-cn"),
        role_in,
        role="/audit/drift",
        external_id="w",
        own="100000000000",
    )
    own, shop = fleet.accounts
    assert own.roles == ()
    assert shop.roles == (Role("arn:aws-cn:iam::100000000001:role/audit/drift", "w"),)
    assert fleet.left_out == {"100000000002": SUSPENDED}

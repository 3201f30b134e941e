"""AWS Organizations: which accounts there are, and in which units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from drift.errors import CloudError, UsageError
from drift.model.suggest import did_you_mean
from drift.provider.api import Api, Refused, Request
from drift.provider.contract import Member, Organisation
from drift.providers.aws.arn import Arn
from drift.providers.aws.regions import partition_of

REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
"""Partition -> the region where AWS Organizations answers (AWS General Reference, "endpoints and quotas")."""
_ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/\S+")
HINT = (
    "Only the management account or a delegated administrator may read the organization. This needs "
    "organizations:DescribeOrganization, ListRoots, ListAccountsForParent and ListOrganizationalUnitsForParent."
)


def organisation(api: Api, units: Sequence[str]) -> Organisation:
    """The accounts below the root, or below the units given by id, name or path (`prod/payments`).

    An account that is named by two of the units is there once. CloudError where AWS refuses; UsageError for a unit that
    does not exist.
    """
    walk = _Walk(api)
    told = next(iter(walk.ask("DescribeOrganization", "Organization")), {})
    arn = Arn.parse(told.get("Arn"))
    roots = [(root["Id"], "") for root in walk.ask("ListRoots", "Roots")]
    starts = walk.units(roots, units) if units else roots
    members = {m.account: m for start in starts for m in walk.below(*start)}
    return Organisation(
        tuple(sorted(members.values(), key=lambda m: (m.path, m.name, m.account))),
        str(told.get("MasterAccountId") or ""),
        arn.partition if arn else "",
    )


class _Walk:
    """Goes down the tree of units: AWS tells what is directly below a parent, twenty a page."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def ask(self, operation: str, member: str, **args: str) -> Iterator[dict[str, Any]]:
        region = REGIONS.get(partition_of(self.api.region), "us-east-1")
        answer = self.api.ask(Request("organizations", region, operation, args))
        if isinstance(answer, Refused):
            raise CloudError(
                f"the organization cannot be read: organizations:{operation} {answer.code}: {answer.message}", HINT
            )
        for page in answer:
            found = page.get(member) or []
            yield from [found] if isinstance(found, dict) else found

    def children(self, parent: str, path: str) -> list[tuple[str, str]]:
        """(id, path) of the units in a parent."""
        found = self.ask("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)
        return [(unit["Id"], f"{path}/{unit['Name']}".strip("/")) for unit in found]

    def below(self, parent: str, path: str) -> Iterator[Member]:
        """The accounts in a parent and in every unit inside it."""
        for account in self.ask("ListAccountsForParent", "Accounts", ParentId=parent):
            # `State` takes the place of `Status` (API reference, Account)
            state = str(account.get("State") or account.get("Status") or "ACTIVE")
            yield Member(
                account=account["Id"], name=str(account.get("Name") or ""), path=path, active=state == "ACTIVE"
            )
        for unit in self.children(parent, path):
            yield from self.below(*unit)

    def units(self, roots: Iterable[tuple[str, str]], wanted: Sequence[str]) -> list[tuple[str, str]]:
        """(id, path) of the units that are asked for."""
        every: list[tuple[str, str]] = []
        todo = [*roots]
        while todo:
            every.append(todo.pop())
            todo += self.children(*every[-1])
        last = {unit: unit[1].rpartition("/")[2] for unit in every}
        out = []
        for name in wanted:
            meant = name.strip("/")
            found = [u for u in every if meant in u] or [u for u in every if meant == last[u]]
            if not found:
                names = sorted({n for u in every for n in (*u, last[u]) if n})
                few = f"There are: {', '.join(n for n in names if not n.startswith(('ou-', 'r-')))[:400]}."
                raise UsageError(f"--ou: the organization has no unit {name!r}", did_you_mean(name, names, few))
            if len(found) > 1:
                raise UsageError(
                    f"--ou: several units are called {name!r}: {', '.join(sorted(u[1] for u in found))}",
                    "Give the path, or the id (ou-…).",
                )
            out.append(found[0])
        return out


def role_in(account: str, name: str, partition: str) -> str:
    """The ARN of a role, by its name or path: `audit/drift`."""
    return f"arn:{partition or 'aws'}:iam::{account}:role/{name.strip('/')}"


def account_of_role(name: str) -> str:
    """The account of a role's ARN; empty for what is none."""
    match = _ROLE.fullmatch(name)
    return match[1] if match else ""


def enabled_regions(api: Api) -> Sequence[str]:
    """The regions that are enabled in the account; CloudError where EC2 does not tell."""
    answer = api.ask(Request("ec2", api.region or "us-east-1", "DescribeRegions", {}))
    if isinstance(answer, Refused):
        raise CloudError(
            f"the account's regions cannot be read: ec2:DescribeRegions {answer.code}: {answer.message}",
            "Name them instead: --region REGION.",
        )
    return sorted(r["RegionName"] for page in answer for r in page.get("Regions") or ())

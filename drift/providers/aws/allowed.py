"""Which operations drift may call: those that the catalogue names, and a few more. Nothing else leaves it.

A list and no pattern: `GetFederationToken` and `GetObject` are called like reads, and hand out what nobody should have.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from drift.provider.installed import installed
from drift.provider.spec import ResourceType

EXTRAS = frozenset({
    ("iam", "GenerateServiceLastAccessedDetails"),
    ("iam", "GetServiceLastAccessedDetails"),
    ("iam", "GetAccountSummary"),
    ("resourcegroupstaggingapi", "GetResources"),
    ("cloudtrail", "LookupEvents"),
    ("organizations", "ListAccountsForParent"),
    ("ec2", "DescribeRegions"),
})  # fmt: skip
"""(service, operation) of what no type lists: what roles used of their permissions
(`last_used`), what IAM counts of the account (`account`), the tags of a whole region, the audit log (`audit`), which
accounts an organisation has (`organization`), and which regions an account enabled."""


def is_allowed(service: str, operation: str) -> bool:
    """Whether drift may call an operation. The entries are read when it is not one of the few."""
    return (service, operation) in EXTRAS or (service, operation) in _catalogued()


def operations_allowed(service: str) -> frozenset[str]:
    """Every operation of a service that drift may call."""
    return _by_service().get(service, frozenset())


def operations_of(entry: ResourceType) -> frozenset[tuple[str, str]]:
    """(service, operation) of every call that an entry makes."""
    return frozenset((call.service or entry.service, call.op) for call in entry.calls)


@cache
def _by_service() -> Mapping[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for service, operation in EXTRAS | _catalogued():
        out.setdefault(service, set()).add(operation)
    return {service: frozenset(operations) for service, operations in out.items()}


@cache
def _catalogued() -> frozenset[tuple[str, str]]:
    """What the entries of all types call, those of other packages included."""
    catalog = installed()
    mine = (catalog[name] for name in catalog if catalog.provider_of(name).name == "aws")
    return frozenset(pair for entry in mine for pair in operations_of(entry))

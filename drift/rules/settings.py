"""What a user may set for the rules: thresholds, who is trusted, what is excused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from drift.model.drift import Drift, Finding

THRESHOLDS: Mapping[str, int] = {
    "backup_retention_days": 7,
    "backup_plan_retention_days": 35,
    "certificate_days": 30,
    "log_retention_days": 365,
    "password_length": 14,
    "password_reuse": 24,
    "password_age_days": 90,
    "unused_rights_days": 90,
    "rules_in_group": 50,
}
"""Name -> what holds where nothing is set."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A finding that is accepted, and why: patterns may hold `*`."""

    rule: str
    resource: str = "*"
    """Over the address, the id, the ARN and the type."""
    reason: str = ""
    until: date | None = None
    """The last day it holds."""

    def covers(self, finding: Finding, drift: Drift) -> bool:
        """Whether it speaks of this finding, expired or not."""
        r = drift.resource
        names = (str(r.address or ""), r.id, r.arn, drift.type)
        return fnmatchcase(finding.rule, self.rule) and any(n and fnmatchcase(n, self.resource) for n in names)


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it, as one value."""

    thresholds: Mapping[str, int] = field(default_factory=dict)
    trusted_accounts: frozenset[str] = frozenset()
    """Accounts beside the own one that may be let in: twelve digits each."""
    trusted_networks: tuple[str, ...] = ()
    """CIDR blocks that count as one's own."""
    required_tags: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    state_buckets: frozenset[str] = frozenset()
    """Buckets that keep a Terraform state."""
    state_tables: frozenset[str] = frozenset()
    """DynamoDB tables that keep its locks."""
    today: date | None = None
    """The day it is; what depends on it cannot be told without."""
    weakens: bool = False
    """Whether what a drift introduced in a managed resource is one step graver than the rule says."""

    def threshold(self, name: str) -> int:
        """A threshold, or its default; KeyError for one that there is not."""
        default = THRESHOLDS[name]
        return self.thresholds.get(name, default)

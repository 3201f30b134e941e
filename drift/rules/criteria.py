"""What a user may set for the rules: thresholds, who is trusted, which findings are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from drift.model.drift import Drift, Finding
from drift.model.section import OneOrMore, Placed, Section, about, several

THRESHOLDS: Mapping[str, int] = {
    "backup_retention_days": 7,
    "backup_plan_retention_days": 35,
    "certificate_days": 30,
    "log_retention_days": 365,
    "password_length": 14,
    "password_reuse": 24,
    "password_age_days": 90,
    "unused_rights_days": 90,
    "key_age_days": 90,
    "unused_credentials_days": 45,
    "rules_in_group": 50,
}
"""Name -> what holds where nothing is set."""


class Judging(Section, frozen=True, kw_only=True):
    """What the rules go by."""

    trusted_accounts: Annotated[OneOrMore, about("Accounts that may be let in beside the own one.")] = ()
    trusted_networks: Annotated[OneOrMore, about("CIDR blocks of the internet that are one's own.")] = ()
    required_tags: Annotated[OneOrMore, about("The keys of tags that every resource must have.")] = ()
    weakens: Annotated[
        bool,
        about(
            "Whether what a drift introduced in a managed resource is one step graver than its rule says, and "
            "public access to something unmanaged critical."
        ),
    ] = False
    thresholds: Annotated[
        dict[str, int], about(f"By name: {', '.join(f'`{n}` ({v})' for n, v in THRESHOLDS.items())}.")
    ] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """ValueError for a threshold that there is not."""
        strange = [name for name in self.thresholds if name not in THRESHOLDS]
        if strange:
            raise ValueError(f"there is no threshold {strange[0]!r}; there are {', '.join(THRESHOLDS)}")


class Exemption(Placed, frozen=True, kw_only=True):
    """Accepts what a rule finds, with a reason: it is shown as accepted, and fails no run."""

    rule: Annotated[str, about("The rule's id, which may hold `*`.")]
    reason: Annotated[str, about("Why it is accepted.")]
    resource: Annotated[OneOrMore, about("The address, id, ARN or type; each may hold `*`. All where left out.")] = "*"
    owner: Annotated[str, about("Who answers for it.")] = ""
    expires: Annotated[date | None, about("The last day on which it counts: `2026-12-31`.")] = None

    def covers(self, finding: Finding, drift: Drift) -> bool:
        """Whether it speaks of this finding, expired or not."""
        r = drift.resource
        names = [n for n in (str(r.address or ""), r.id, r.arn, drift.type) if n]
        return fnmatchcase(finding.rule, self.rule) and any(
            fnmatchcase(name, pattern) for name in names for pattern in several(self.resource)
        )

    def holds(self, today: date | None) -> bool:
        """Whether it counts on that day."""
        return self.expires is None or (today is not None and today <= self.expires)


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that the rules go by, as one value."""

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

    @classmethod
    def of(cls, judging: Judging, exemptions: tuple[Exemption, ...] = ()) -> Criteria:
        """The criteria of a configuration file."""
        return cls(
            thresholds=judging.thresholds,
            trusted_accounts=frozenset(several(judging.trusted_accounts)),
            trusted_networks=several(judging.trusted_networks),
            required_tags=several(judging.required_tags),
            exemptions=exemptions,
            weakens=judging.weakens,
        )

    def threshold(self, name: str) -> int:
        """A threshold, or its default; KeyError for one that there is not."""
        default = THRESHOLDS[name]
        return self.thresholds.get(name, default)

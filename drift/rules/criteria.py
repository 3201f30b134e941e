"""Settings of the rules: thresholds, trusted accounts and networks, required tags, accepted findings."""

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
"""Name of a threshold -> its default. Names ending in `_days` are in days."""


class Judging(Section, frozen=True, kw_only=True):
    """Settings of the rules."""

    trusted_accounts: Annotated[OneOrMore, about("Other accounts that may be given access, twelve digits each.")] = ()
    trusted_networks: Annotated[
        OneOrMore, about("Your own public CIDR blocks: access from them is not access from the internet.")
    ] = ()
    required_tags: Annotated[OneOrMore, about("Tag keys that every resource must have.")] = ()
    weakens: Annotated[
        bool,
        about(
            "Whether drift raises severities: findings that the drift introduced in a managed resource by one level, "
            "public access to an unmanaged resource to critical."
        ),
    ] = False
    thresholds: Annotated[
        dict[str, int],
        about(f"Thresholds, with their defaults: {', '.join(f'`{n}` ({v})' for n, v in THRESHOLDS.items())}."),
    ] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """ValueError for an unknown threshold."""
        strange = [name for name in self.thresholds if name not in THRESHOLDS]
        if strange:
            raise ValueError(f"unknown threshold {strange[0]!r}; thresholds: {', '.join(THRESHOLDS)}")


class Exemption(Placed, frozen=True, kw_only=True):
    """Accepts findings of a rule, with a reason. They are shown as accepted, and no run fails because of them."""

    rule: Annotated[str, about("The id of the rule; `*` matches any text.")]
    reason: Annotated[str, about("Why the finding is accepted.")]
    resource: Annotated[
        OneOrMore, about("Address, id, ARN or type of the resource; `*` matches any text. Default: every resource.")
    ] = "*"
    owner: Annotated[str, about("Who is responsible for the exemption.")] = ""
    expires: Annotated[date | None, about("The last day on which the exemption applies: `2026-12-31`.")] = None

    def covers(self, finding: Finding, drift: Drift) -> bool:
        """Whether the exemption matches this finding, expired or not."""
        r = drift.resource
        names = [n for n in (str(r.address or ""), r.id, r.arn, drift.type) if n]
        return fnmatchcase(finding.rule, self.rule) and any(
            fnmatchcase(name, pattern) for name in names for pattern in several(self.resource)
        )

    def holds(self, today: date | None) -> bool:
        """Whether the exemption applies on that day."""
        return self.expires is None or (today is not None and today <= self.expires)


@dataclass(frozen=True, slots=True)
class Criteria:
    """All settings of the rules, as one value."""

    thresholds: Mapping[str, int] = field(default_factory=dict)
    trusted_accounts: frozenset[str] = frozenset()
    """Other accounts that may be given access, twelve digits each."""
    trusted_networks: tuple[str, ...] = ()
    """The user's own CIDR blocks."""
    required_tags: tuple[str, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    state_buckets: frozenset[str] = frozenset()
    """S3 buckets that store a Terraform state."""
    state_tables: frozenset[str] = frozenset()
    """DynamoDB tables that store state locks."""
    today: date | None = None
    """The current day. Without it, rules that need it are unknown."""
    weakens: bool = False
    """Whether findings that the drift introduced in a managed resource are raised by one severity level."""

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
        """A threshold, or its default; KeyError for an unknown name."""
        default = THRESHOLDS[name]
        return self.thresholds.get(name, default)

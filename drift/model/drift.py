"""Differences between desired and actual side, findings, and the report."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from drift.model.coverage import NOT_ASKED, Gap, Unread
from drift.model.entries import Entries
from drift.model.resource import Key, Resource, Source
from drift.model.value import Value, plain
from drift.model.who import Who

Kind = Literal["modified", "missing", "unmanaged"]
KINDS: tuple[Kind, ...] = ("modified", "missing", "unmanaged")
Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
Effect = Literal["introduced", "present", "resolved", "unknown"]
Verdict = Literal["fail", "pass", "unknown"]
Basis = Literal["", "default", "memory", "backup", "record"]
"""What is desired of an attribute that nobody sets: what the cloud gives every new resource, what an earlier run first
saw, what the state's backup recorded, what the state records."""


@dataclass(frozen=True, slots=True)
class Detail:
    """One difference inside a nested value."""

    path: str
    desired: Value
    actual: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute whose desired and actual values differ.

    For a set, `added` and `removed` are the elements that only the actual or only the desired side has.
    """

    path: str
    """The attribute, with dots as in Terraform: `tags.Owner`, `versioning_configuration.status`, `ingress`."""
    desired: Value
    """The configured value if it is known, otherwise the recorded one."""
    actual: Value
    added: tuple[Value, ...] = ()
    removed: tuple[Value, ...] = ()
    details: tuple[Detail, ...] = ()
    sensitive: bool = False
    recorded: Value = None
    """The value in the state."""
    undeclared: bool = False
    """The configuration does not set this attribute: the cloud chose its value, and somebody changed it since."""
    basis: Basis = ""
    """The source of `desired` if nobody sets the attribute; empty if somebody does."""
    since: str = ""
    """The day on which a remembered value was first seen: `2026-11-01`; empty for other sources."""
    unheld: bool = False
    """Neither the parent's configuration nor a separate resource describes this part (a rule, route, policy,
    attachment)."""
    implied: bool = False
    """The configuration does not set the attribute: `desired` is the provider's default, or null."""
    undone: bool | None = None
    """Whether the next apply undoes the change; None if that is unknown without a configuration."""
    replaces: bool = False
    """Whether that apply is known to destroy the resource and to create another in its place."""
    file: str = ""
    line: int = 0
    """The line that sets the attribute, from 1; 0 if unknown."""
    reason: str = ""
    """Why the change is expected or exempt, or why it is unknown whether the record or the configuration changed."""

    @property
    def fingerprint(self) -> str:
        """Equal for the same difference. For a set, only the added and removed elements count."""
        partly = [plain(self.added), plain(self.removed)] if self.added or self.removed else None
        return _digest([self.path, partly or [plain(self.desired), plain(self.actual)]])


OUT_OF_SCOPE = "is not in scope"
"""The end of the evidence if a rule needs a type that the user excluded."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions on resources, for principals, under conditions."""

    actions: tuple[str, ...]
    """The actions, as the provider spells them: `s3:GetObject`."""
    resources: tuple[str, ...] = ()
    """Patterns for ARNs."""
    all_but_resources: bool = False
    """Whether `resources` are the exceptions: every resource except these."""
    principals: tuple[str, ...] = ()
    """The principals; empty for a policy that is attached to its principal."""
    all_but_principals: bool = False
    """Whether `principals` are the exceptions: everybody except these."""
    conditions: tuple[str, ...] = ()
    """One sentence for each condition."""
    levels: tuple[str, ...] = ()
    """The access levels of the actions, most powerful first: `Permissions management`, `Write`, `Read`."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The permissions that a change of a policy added and removed."""

    added: tuple[Permission, ...] = ()
    removed: tuple[Permission, ...] = ()
    paths: tuple[str, ...] = ()
    """Privilege escalation paths that the change opened."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one rule for one resource."""

    rule: str
    severity: Severity
    title: str
    effect: Effect
    """What the drift did: introduced, present before, resolved, or `unknown` if one side is unknown."""
    verdict: Verdict = "fail"
    """The result for the actual side. A finding with the effect `unknown` may still fail."""
    evidence: str = ""
    """A short sentence: what was seen and where, or why the verdict is unknown. Contains no secret."""
    remedy: str = ""
    references: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    """Controls to which the rule corresponds: `cis-v3 5.2`, `fsbp EC2.13`."""
    exempt: str = ""
    """Why the finding is accepted, if an exemption matches it."""
    rights: Rights | None = None
    """The evidence as data, if it is about permissions."""

    @property
    def counts(self) -> bool:
        """Whether to act on the finding: it fails, and no exemption accepts it."""
        return self.verdict == "fail" and not self.exempt

    @property
    def by_choice(self) -> bool:
        """Whether the verdict is unknown because the user excluded a type."""
        return self.verdict == "unknown" and self.evidence.endswith(OUT_OF_SCOPE)

    @property
    def message(self) -> str:
        """Title and evidence in one line."""
        return f"{self.title}: {self.evidence}" if self.evidence else self.title


SinceBasis = Literal["event", "first seen"]


@dataclass(frozen=True, slots=True)
class Since:
    """When the drift began: the event that made it, or else the first scan that saw it."""

    at: str
    """In UTC: `2026-11-20T14:03:11Z`."""
    basis: SinceBasis


@dataclass(frozen=True, slots=True)
class Drift:
    """One drifted resource. `desired` is None if it is unmanaged, `actual` if it is missing."""

    kind: Kind
    desired: Resource | None
    actual: Resource | None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    certain: bool = True
    """False if a state or owner that could not be read may describe the resource."""
    recreated_as: Resource | None = None
    """The unmanaged resource that somebody created by hand in the place of this missing one."""
    since: Since | None = None
    """When it began, if the audit log or the store of scans tells."""
    seen_before: bool = False
    """Whether the last scan in the store saw the same drift; false without a store."""
    who: tuple[Who, ...] = ()
    """Who made it, newest first: an answer for each event; empty if nobody asked."""
    patch: str = ""
    """A unified diff of the configuration that mends it, if the check was asked for patches and there is one."""
    saved_as: str = ""
    """The fingerprint in a saved report; empty if this was not read from one."""

    @property
    def found(self) -> Resource:
        """The side with the current id and name: actual, or desired if the resource is missing."""
        return self.actual or self.resource

    @property
    def resource(self) -> Resource:
        """The side that has an address: desired, or actual if the resource is unmanaged."""
        resource = self.desired or self.actual
        if resource is None:
            raise ValueError("a Drift needs at least one side")
        return resource

    @property
    def type(self) -> str:
        """The Terraform type, as in the address."""
        address = self.resource.address
        return address.type if address else self.resource.type

    @property
    def undone(self) -> bool | None:
        """Whether the next apply undoes the drift; None if it undoes only a part, or if that is unknown."""
        if self.kind != "modified":
            return self.kind == "missing"
        told = {c.undone for c in self.changes}
        return told.pop() if len(told) == 1 else None

    def change_of(self, path: str) -> Change | None:
        """The change with exactly this path; None if there is none."""
        return next((c for c in self.changes if c.path == path), None)

    @property
    def is_grave(self) -> bool:
        """Whether the drift introduced a finding of severity critical or high that nobody accepted."""
        return any(f.counts and f.effect == "introduced" and f.severity in ("critical", "high") for f in self.findings)

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits, the same for the same drift on every machine."""
        if self.saved_as:
            return self.saved_as
        r = self.resource
        what = [self.kind, self.type, r.key.account, r.key.region, r.id or str(r.address or "")]
        again = self.recreated_as.id if self.recreated_as else ""
        return _digest([*what, again, sorted(c.fingerprint for c in self.changes)])


@dataclass(frozen=True, slots=True)
class Posture:
    """Findings without drift: for a resource in sync, or for something that an account lacks."""

    account: str
    region: str
    findings: tuple[Finding, ...]
    resource: Resource | None = None
    """None if the findings are about the account itself."""

    @property
    def found(self) -> Resource:
        """The resource; the account itself in the form of one, of the type `account`."""
        return self.resource or Resource(key=Key("account", self.account, self.region, ()), id=self.account)

    @property
    def fingerprint(self) -> str:
        """The same for the same resource, or the same account and region, on every machine: 16 hexadecimal digits."""
        key = self.found.key
        return _digest(["judged", key.type, key.account, key.region, self.found.id or str(self.found.address or "")])


ControlAnswer = Literal["passed", "failed", "undecided"]


@dataclass(frozen=True, slots=True)
class Control:
    """One line of a framework, with what the run says of it."""

    framework: str
    id: str
    title: str
    answer: ControlAnswer
    why: str = ""
    """Which rules failed and how often, how many resources passed, or why it cannot be told."""
    rules: tuple[str, ...] = ()
    """The rules that answer to it."""


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of the run."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: int = 0
    unmanaged: bool = True
    """Whether drift searched for unmanaged resources."""
    not_searched: tuple[str, ...] = ()
    """Types that drift did not search, because nothing shows that they are used."""
    modules: tuple[str, ...] | None = None
    """The modules that what is described lies in, `module.web`, without instance keys; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What the next apply changes although nothing drifted."""

    address: str
    type: str
    actions: tuple[str, ...]
    """The actions, as in a plan: `create`, `update`, `delete`; `delete`, `create` for what is known to be replaced."""
    attributes: tuple[str, ...] = ()
    """Top-level attributes whose configuration is not applied yet."""
    changes: tuple[Change, ...] = ()
    """Their changes, if the values are known: `actual` is still the recorded value."""
    source: Source = field(default_factory=Source)
    account: str = ""
    """Empty where it is not known before the apply."""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """Differences of one managed resource that are not drift, each with its `reason`."""

    desired: Resource
    actual: Resource
    changes: tuple[Change, ...]

    @property
    def type(self) -> str:
        """The Terraform type, as in the address."""
        return self.desired.address.type if self.desired.address else self.desired.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Something that a rule of the user left out."""

    kind: Kind | Literal["not_read", "not_listed"]
    """The verdict without the rule; `not_read` for an attribute that was not read because of the rule, `not_listed` for
    a resource or type that was not listed because of it."""
    type: str
    id: str = ""
    """Empty for a whole type."""
    address: str = ""
    account: str = ""
    region: str = ""
    path: str = ""
    """The attribute; empty for the whole resource."""
    reason: str
    rule: str
    """The place of the rule: `drift.toml:12`, `.driftignore:3`."""
    owner: str = ""
    """Who is responsible for the rule."""
    expires: str = ""
    """The last day on which the rule applies, `2026-12-31`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """An entry of the baseline whose drift is gone."""

    kind: Kind
    type: str
    id: str
    address: str = ""
    account: str = ""
    region: str = ""
    paths: tuple[str, ...] = ()
    """The attributes that agree again; empty for the whole resource."""


@dataclass(frozen=True, slots=True)
class End:
    """One end of a reference."""

    type: str
    id: str
    address: str = ""
    """Empty if the resource is unmanaged."""
    fingerprint: str = ""
    """The fingerprint of its drift; empty if it did not drift."""
    account: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A reference between two resources, at least one of which drifted."""

    start: End
    end: End
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """What the run says of one of several accounts."""

    account: str
    name: str = ""
    path: str = ""
    """The units of the organisation that it is in: `prod/payments`."""
    tags: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """The regions that were searched."""
    states: int = 0
    """How many states hold something of it."""
    managed: int = 0
    in_sync: int = 0
    modified: int = 0
    missing: int = 0
    unmanaged: int | None = None
    """None where nobody searched for unmanaged resources."""
    unread: int = 0
    """Managed resources of which something could not be read."""
    accepted: int = 0
    not_ours: int = 0
    gaps: int = 0
    """Listings that failed."""
    findings: Mapping[str, int] = field(default_factory=dict)
    """Severity -> findings to act on, of what drifted."""
    coverage_percent: float | None = None
    calls: int = 0
    """Requests made."""
    failure: str = ""
    """Why nothing of the account could be read; empty where it was."""

    @property
    def label(self) -> str:
        """Its name with its id, for people."""
        return f"{self.name} ({self.account})" if self.name else self.account

    @property
    def drifted(self) -> int:
        """How many resources drifted."""
        return self.modified + self.missing + (self.unmanaged or 0)

    @property
    def complete(self) -> bool:
        """Whether everything could be read."""
        return not (self.failure or self.gaps or self.unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a run. Every output format renders this value."""

    scope: Scope
    accounts: tuple[AccountSummary, ...] = ()
    """Each account of a run that looks at several; empty for a run that looks at one."""
    drift: Sequence[Drift] = ()
    in_sync: int = 0
    managed: int = 0
    pending: Sequence[Pending] = ()
    expected: Sequence[Aside] = ()
    """Changes that a policy in the cloud allows: a scaling policy within its bounds, a rotation."""
    settled: Sequence[Aside] = ()
    """Changes where the account agrees with the configuration, and only the state is out of date."""
    exempt: Sequence[Aside] = ()
    """Changes that the configuration ignores: `ignore_changes`, the provider's `ignore_tags`."""
    not_ours: Sequence[Resource] = ()
    ignored: Sequence[Ignored] = ()
    """What the user's rules left out."""
    ignored_resources: int = 0
    """Managed resources that were left out, or whose only drift was left out."""
    accepted: Sequence[Drift] = ()
    """Drift that the baseline accepts. New changes of the same resource are in `drift`."""
    accepted_resources: int = 0
    """Managed resources whose drift is accepted completely."""
    resolved: Sequence[Resolved] = ()
    """Entries of the baseline whose drift is gone."""
    baseline: str = ""
    """The file of the baseline; empty without one."""
    posture: Sequence[Posture] = ()
    """Findings without drift; empty unless the job asks for them."""
    controls: tuple[Control, ...] = ()
    """Each control of the frameworks that one asked for; empty where nobody asked."""
    links: Sequence[Link] = ()
    """References from and to drifted resources; empty unless the job asks for them."""
    gaps: Sequence[Gap] = ()
    unread: Sequence[Unread] = ()
    unread_resources: int = 0
    """Managed resources without visible drift of which something could not be read."""
    not_covered: Mapping[str, int] = field(default_factory=dict)
    not_offered: tuple[str, ...] = ()
    """Actions that an emulator of the cloud does not support, for types that no desired resource has."""
    warnings: tuple[str, ...] = ()
    states_failed: tuple[str, ...] = ()
    """One message for each state that could not be read."""
    api_calls: Mapping[str, int] = field(default_factory=dict)
    api_seconds: Mapping[str, float] = field(default_factory=dict)
    """Service -> seconds that its answers took, added up over parallel calls; empty for a replay."""
    listings_spared: int = 0
    """Listing calls that the search for unmanaged resources would have made in addition."""
    started_at: str = ""
    duration_seconds: float = 0.0

    @property
    def incomplete(self) -> bool:
        """Whether something could not be read. Secrets that drift does not read by default do not count."""
        codes = {code for held in (self.gaps, self.unread) for code in _tally(held, "code")}
        return bool(self.states_failed or codes - {NOT_ASKED})

    def of_kind(self, kind: Kind) -> Sequence[Drift]:
        """The drifted resources of one kind."""
        if isinstance(self.drift, Entries):
            return self.drift.only("kind", kind)
        return tuple(d for d in self.drift if d.kind == kind)

    @property
    def coverage_percent(self) -> float:
        """Managed resources among all resources found, in percent."""
        total = self.managed + sum(_tally(held, "kind")["unmanaged"] for held in (self.drift, self.accepted))
        return round(100 * self.managed / total, 1) if total else 100.0


def _tally(entries: Sequence[object], member: str) -> Counter[str]:
    """How many entries have each value of a member that is text."""
    return entries.tally(member) if isinstance(entries, Entries) else Counter(getattr(e, member) for e in entries)


def with_who(report: Report, shown: Callable[[Who], Who] | None) -> Report:
    """The report with each answer to who made a drift as `shown` has it; without any if that is None."""

    def told(drift: Drift) -> Drift:
        return replace(drift, who=tuple(map(shown, drift.who)) if shown is not None else ())

    return replace(report, drift=tuple(map(told, report.drift)), accepted=tuple(map(told, report.accepted)))

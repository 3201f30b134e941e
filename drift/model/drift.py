"""What lies between the two sides, and the report made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from drift.model.coverage import NOT_ASKED, Gap, Unread
from drift.model.resource import Key, Resource, Source
from drift.model.value import Value, plain

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
    """One difference inside a nested value, as deepdiff sees it."""

    path: str
    desired: Value
    actual: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute whose desired and actual values differ.

    For a set, `added` and `removed` hold the elements only one side has.
    """

    path: str
    """Dotted Terraform: `tags.Owner`, `versioning_configuration.status`, `ingress`."""
    desired: Value
    """What the configuration sets, where that is known; else what the state recorded."""
    actual: Value
    added: tuple[Value, ...] = ()
    removed: tuple[Value, ...] = ()
    details: tuple[Detail, ...] = ()
    sensitive: bool = False
    recorded: Value = None
    """What the state recorded."""
    undeclared: bool = False
    """Nobody sets this attribute: the cloud gave it its value, and somebody changed that since."""
    basis: Basis = ""
    """What `desired` goes by where nobody sets it; empty where somebody does."""
    since: str = ""
    """The day on which a remembered value was first seen: `2026-11-01`; empty for any other."""
    unheld: bool = False
    """Neither the resource's own configuration nor a resource of its own describes what is there: a rule, a route,
    a policy or an attachment that nobody manages."""
    implied: bool = False
    """The author leaves it out: `desired` is the provider's default, or nothing."""
    undone: bool | None = None
    """Whether the next apply puts it back; None where that cannot be told without a configuration."""
    file: str = ""
    line: int = 0
    """Where the configuration sets it; 0 where that is not known."""
    reason: str = ""
    """Why it is expected, or left out on purpose."""

    @property
    def fingerprint(self) -> str:
        """The same for the same difference: of a set what one side alone has, whatever else stands in it."""
        partly = [plain(self.added), plain(self.removed)] if self.added or self.removed else None
        return _digest([self.path, partly or [plain(self.desired), plain(self.actual)]])


OUT_OF_SCOPE = "is not in scope"
"""How the evidence ends where the user chose not to look."""


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions on resources, for somebody, under conditions."""

    actions: tuple[str, ...]
    """As the provider spells them: `s3:GetObject`."""
    resources: tuple[str, ...] = ()
    """Patterns of names: ARNs."""
    all_but_resources: bool = False
    """Whether it is every resource but these."""
    principals: tuple[str, ...] = ()
    """Who; empty where the policy hangs on him."""
    all_but_principals: bool = False
    """Whether it is everybody but these."""
    conditions: tuple[str, ...] = ()
    """Each as a sentence."""
    levels: tuple[str, ...] = ()
    """Access levels of the actions, the gravest first: `Permissions management`, `Write`, `Read`."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a change of a policy made possible, and what it took away."""

    added: tuple[Permission, ...] = ()
    removed: tuple[Permission, ...] = ()
    paths: tuple[str, ...] = ()
    """Ways to more rights that are open now and were not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a drifted resource."""

    rule: str
    severity: Severity
    title: str
    effect: Effect
    """What the drift did: `unknown` where one side cannot be told."""
    verdict: Verdict = "fail"
    """What holds now: a finding with the effect `unknown` may fail all the same."""
    evidence: str = ""
    """A short sentence: what was seen where, or why it cannot be told. It holds no secret."""
    remedy: str = ""
    references: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    """Controls it answers to: `cis-v3 5.2`, `fsbp EC2.13`."""
    exempt: str = ""
    """Why it is accepted, where an exemption covers it."""
    rights: Rights | None = None
    """The evidence as values, where it is about permissions."""

    @property
    def counts(self) -> bool:
        """Whether it is something to act on: it fails, and nobody accepted that."""
        return self.verdict == "fail" and not self.exempt

    @property
    def by_choice(self) -> bool:
        """Whether it cannot be told because the user chose not to look at a type."""
        return self.verdict == "unknown" and self.evidence.endswith(OUT_OF_SCOPE)

    @property
    def message(self) -> str:
        """Title and evidence, in one line."""
        return f"{self.title}: {self.evidence}" if self.evidence else self.title


@dataclass(frozen=True, slots=True)
class Drift:
    """One drifted resource; `desired` is None when unmanaged, `actual` when missing."""

    kind: Kind
    desired: Resource | None
    actual: Resource | None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    certain: bool = True
    """False where a state or an owner that could not be read might hold the resource."""
    recreated_as: Resource | None = None
    """What stands in the place of something missing: made again by hand, and managed by nobody."""
    saved_as: str = ""
    """The fingerprint it had when it was saved, where it was read from a saved report."""

    @property
    def found(self) -> Resource:
        """The side that says how the account spells its id and name: what is there, else what was."""
        return self.actual or self.resource

    @property
    def resource(self) -> Resource:
        """The side that has an address, else the one there is."""
        resource = self.desired or self.actual
        if resource is None:
            raise ValueError("a drift has at least one side")
        return resource

    @property
    def type(self) -> str:
        """The Terraform type, as the address has it."""
        address = self.resource.address
        return address.type if address else self.resource.type

    @property
    def undone(self) -> bool | None:
        """Whether the next apply puts it back as it was; None where it does so in part, or nobody can tell."""
        if self.kind != "modified":
            return self.kind == "missing"
        told = {c.undone for c in self.changes}
        return told.pop() if len(told) == 1 else None

    @property
    def fingerprint(self) -> str:
        """The same for the same drift on every machine and in every order: 16 hexadecimal digits."""
        if self.saved_as:
            return self.saved_as
        r = self.resource
        what = [self.kind, self.type, r.key.account, r.key.region, r.id or str(r.address or "")]
        again = self.recreated_as.id if self.recreated_as else ""
        return _digest([*what, again, sorted(c.fingerprint for c in self.changes)])


@dataclass(frozen=True, slots=True)
class Posture:
    """What rules say, on request, of what did not drift: of one resource, or of what an account lacks."""

    account: str
    region: str
    findings: tuple[Finding, ...]
    resource: Resource | None = None
    """None where it is about the account itself."""

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
    """What was looked at."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: int = 0
    unmanaged: bool = True
    """Whether what is unmanaged was looked for."""
    not_searched: tuple[str, ...] = ()
    """Types of which nothing was looked for, because nothing shows that they are used."""
    modules: tuple[str, ...] | None = None
    """The modules that what is described lies in, `module.web`, without instance keys; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What the next apply will do though nothing drifted."""

    address: str
    type: str
    actions: tuple[str, ...]
    """As a plan names them: `create`, `update`, `delete`; `delete`, `create` for a replacement."""
    attributes: tuple[str, ...] = ()
    """Top-level attributes where the configuration is ahead of the state."""
    changes: tuple[Change, ...] = ()
    """The same with their values, where these are known: `actual` is still as recorded."""
    source: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Aside:
    """Differences of one managed resource that are no drift, each with its `reason`."""

    desired: Resource
    actual: Resource
    changes: tuple[Change, ...]

    @property
    def type(self) -> str:
        """The Terraform type, as the address has it."""
        return self.desired.address.type if self.desired.address else self.desired.type


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What a rule of the user's own left out."""

    kind: Kind | Literal["not_read", "not_listed"]
    """The verdict it would have had; `not_read` for an attribute that was not asked for because of the rule,
    `not_listed` for a resource, or a type, that was not looked at."""
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
    """Where the rule stands: `drift.toml:12`, `.driftignore:3`."""
    owner: str = ""
    """Who answers for the rule."""
    expires: str = ""
    """The last day it counts, `2026-12-31`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What a baseline accepted and is no more."""

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
    """Empty where nobody manages it."""
    fingerprint: str = ""
    """That of its drift; empty where it did not drift."""


@dataclass(frozen=True, slots=True)
class Link:
    """One resource refers to another, and at least one of the two drifted."""

    start: End
    end: End
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a run found; every output format is a rendering of this value."""

    scope: Scope
    drift: tuple[Drift, ...] = ()
    in_sync: int = 0
    managed: int = 0
    pending: tuple[Pending, ...] = ()
    expected: tuple[Aside, ...] = ()
    """What a policy moved that the cloud itself shows: a scaling policy within its bounds, a rotation."""
    settled: tuple[Aside, ...] = ()
    """Where the account is already as the configuration says, and only the state does not know."""
    exempt: tuple[Aside, ...] = ()
    """What differs where the configuration says to look away: `ignore_changes`, the provider's `ignore_tags`."""
    not_ours: tuple[Resource, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    """What was left out on purpose, by the user's own rules."""
    ignored_resources: int = 0
    """Managed resources that were left out as a whole, or of which nothing but what is ignored drifted."""
    accepted: tuple[Drift, ...] = ()
    """Drift that the baseline accepts; what of a resource is new stands in `drift`."""
    accepted_resources: int = 0
    """Managed resources of which all drift is accepted."""
    resolved: tuple[Resolved, ...] = ()
    """Entries of the baseline that nothing answers to any more."""
    baseline: str = ""
    """The baseline it was compared with; empty for none."""
    posture: tuple[Posture, ...] = ()
    """Findings about what did not drift, and about what an account lacks; empty where nobody asked."""
    controls: tuple[Control, ...] = ()
    """Each control of the frameworks that one asked for; empty where nobody asked."""
    links: tuple[Link, ...] = ()
    """What the drifted resources refer to, and what refers to them; empty where nobody asked."""
    gaps: tuple[Gap, ...] = ()
    unread: tuple[Unread, ...] = ()
    unread_resources: int = 0
    """Managed resources of which nothing drifted was seen, but not all could be read."""
    not_covered: Mapping[str, int] = field(default_factory=dict)
    not_offered: tuple[str, ...] = ()
    """Actions that an emulator of the cloud does not know, for types that nothing desired has."""
    warnings: tuple[str, ...] = ()
    states_failed: tuple[str, ...] = ()
    """One message for each state that could not be read."""
    api_calls: Mapping[str, int] = field(default_factory=dict)
    api_seconds: Mapping[str, float] = field(default_factory=dict)
    """Service -> seconds that its answers took, summed up over calls that ran side by side; nothing of a replay."""
    listings_spared: int = 0
    """Listing calls that such a search would have made besides."""
    started_at: str = ""
    duration_seconds: float = 0.0

    @property
    def incomplete(self) -> bool:
        """Whether part of the scope could not be read; what is kept secret was not asked for by choice."""
        codes = {*(g.code for g in self.gaps), *(u.code for u in self.unread)}
        return bool(self.states_failed or codes - {NOT_ASKED})

    def of_kind(self, kind: Kind) -> tuple[Drift, ...]:
        """The drifted resources of one kind."""
        return tuple(d for d in self.drift if d.kind == kind)

    @property
    def coverage_percent(self) -> float:
        """Managed among all that was found, in percent."""
        total = self.managed + sum(d.kind == "unmanaged" for d in (*self.drift, *self.accepted))
        return round(100 * self.managed / total, 1) if total else 100.0

"""Judges each drifted resource on the desired and on the actual side.

A rule asks for what it needs while it runs: what was not read yet stops it, is read together with what all
the others need, and the rule runs again. So nothing is read that no verdict depends on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from drift.model.coverage import Gap, Unreadable
from drift.model.drift import SEVERITIES, Drift, Effect, Finding, Severity, Verdict
from drift.model.resource import Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import kind_of, parent_key
from drift.provider.spec import ResourceType
from drift.rules.settings import Settings
from drift.rules.spec import ANY, Fail, Rule
from drift.rules.subject import Subject
from drift.rules.world import Needs, Unknown, Want, World

_UNMANAGED: Mapping[Verdict, Effect | None] = {"fail": "introduced", "unknown": "unknown", "pass": None}
_FAILING: Mapping[Verdict, Effect] = {"fail": "present", "pass": "introduced", "unknown": "unknown"}
"""What held before -> what the drift did, where the resource fails now."""

ROUNDS = 8
"""Readings one after the other at most: more than the longest path from a resource to a far neighbour."""


class Reader(Protocol):
    """What can read more of the account than the comparison needed."""

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """Everything found."""

    @property
    def gaps(self) -> Iterable[Gap]:
        """The listings that failed."""

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read these attributes too."""

    def open(self, wants: Iterable[tuple[Key, str]]) -> None:
        """List what is inside these resources of these types."""

    def last_used(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, int | None] | Unreadable]:
        """ARN of a role or user -> service -> days since it was last used, None for never."""

    def latest(self, resource: Resource) -> Resource:
        """The same resource with all that was read of it since."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The same drifts with their findings, and what went wrong on the way."""

    drift: tuple[Drift, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of one side."""

    verdict: Verdict
    evidence: str = ""
    severity: Severity | None = None


ASIDE = Answer("pass", "the rule does not speak of it")


@dataclass(slots=True)
class _Task:
    """One rule on one drifted resource."""

    drift: int
    rule: Rule
    sides: dict[str, Answer] = field(default_factory=dict)


def judge(
    drifts: Sequence[Drift],
    rules: Sequence[Rule],
    reader: Reader,
    catalog: Catalog,
    *,
    desired: Sequence[Resource] = (),
    settings: Settings | None = None,
    scope: Set[str] | None = None,
) -> Judged:
    """Judge all drifts; only what a verdict depends on is read."""
    run = _Run(drifts, rules, reader, catalog, desired, settings or Settings(), scope or frozenset(catalog))
    return run.judged()


class _Run:
    def __init__(
        self,
        drifts: Sequence[Drift],
        rules: Sequence[Rule],
        reader: Reader,
        catalog: Catalog,
        desired: Sequence[Resource],
        settings: Settings,
        scope: Set[str],
    ) -> None:
        self._drifts = drifts
        self._reader = reader
        self._catalog = catalog
        self._desired = [r for r in desired if not r.deposed]
        self._settings = settings
        self._scope = scope
        self._asked: set[Want] = set()
        self._used: dict[str, Mapping[str, int | None] | Unreadable] = {}
        self._warnings: dict[str, None] = {}
        self._implied = {rule.id: rule.implies for rule in rules}
        by_type = _by_type(rules)
        self._tasks = [_Task(i, rule) for i, d in enumerate(drifts) for rule in by_type(kind_of(d.resource, catalog))]

    def judged(self) -> Judged:
        self._read([w for t in self._tasks for w in self._foreseen(t)])
        waiting = self._tasks
        for _ in range(ROUNDS):
            worlds = self._worlds()
            wants: list[Want] = []
            again = []
            for task in waiting:
                needs = self._answer(task, worlds)
                if needs:
                    wants += needs
                    again.append(task)
            if not again:
                break
            self._read(wants)
            waiting = again
        else:
            for task in waiting:
                self._warnings[f"rule {task.rule.id} asks for more than can be read in {ROUNDS} rounds"] = None
        found: dict[int, list[Finding]] = defaultdict(list)
        for task in self._tasks:
            finding = self._finding(task)
            if finding is not None:
                found[task.drift].append(finding)
        out = tuple(
            replace(d, actual=d.actual and self._reader.latest(d.actual), findings=_settled(found[i], self._implied))
            for i, d in enumerate(self._drifts)
        )
        return Judged(self._exempted(self._once(out)), tuple(self._warnings))

    def _once(self, drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
        """What a part says is not said of its whole again: a queue's policy that is a resource of its own."""
        said = {
            (self._whole_of(d.resource), f.rule, f.effect, f.evidence)
            for d in drifts
            for f in d.findings
            if f.verdict != "unknown"
        }
        return tuple(
            replace(
                d,
                findings=tuple(f for f in d.findings if (d.resource.key, f.rule, f.effect, f.evidence) not in said),
            )
            for d in drifts
        )

    def _foreseen(self, task: _Task) -> Iterable[Want]:
        """What the rule says that it reads, at once rather than look-up by look-up."""
        drift = self._drifts[task.drift]
        kind, now = kind_of(drift.resource, self._catalog), drift.actual or drift.recreated_as
        if now is None:
            return ()
        there = {*kind.attributes, *kind.computed}
        return [Want(now.key, name) for name in task.rule.reads if name in there]

    def _read(self, wants: Sequence[Want]) -> None:
        attributes: dict[Key, set[str]] = defaultdict(set)
        for want in wants:
            if want.attribute:
                attributes[want.key].add(want.attribute)
        inside = sorted({(w.key, w.inside) for w in wants if w.inside}, key=str)
        used = sorted({w.used for w in wants if w.used})
        if used:
            self._used |= self._reader.last_used(used)
        if inside:
            self._reader.open(inside)
        if attributes:
            self._reader.complete({key: frozenset(names) for key, names in attributes.items()})
        self._asked |= set(wants)

    def _worlds(self) -> dict[str, World]:
        live = list(self._reader.resources.values())
        managed = {r.key: r for r in self._desired}
        common: dict[str, Any] = {
            "settings": self._settings,
            "scope": self._scope,
            "gaps": self._reader.gaps,
            "asked": self._asked,
            "described": managed,
            "used": self._used,
        }
        desired = [*self._desired, *(r for r in live if r.key not in managed and self._whole_of(r) not in managed)]
        return {
            "desired": World("desired", desired, self._catalog, **common),
            "actual": World("actual", live, self._catalog, **common),
        }

    def _whole_of(self, resource: Resource) -> Key | None:
        """What it is part of: a part that no state describes is no part of what Terraform describes."""
        parent = kind_of(resource, self._catalog).parent
        return parent_key(resource, parent, self._catalog) if parent else None

    def _answer(self, task: _Task, worlds: Mapping[str, World]) -> Sequence[Want]:
        """Fills the sides that can be told; what must be read first for the others."""
        drift = self._drifts[task.drift]
        now = drift.actual or drift.recreated_as  # what was made again is judged in the place of what is gone
        actual = now and self._reader.latest(now)
        if actual is None and drift.type not in task.rule.when_missing and not task.rule.of_drift:
            return ()
        sides = {"actual": actual, "desired": drift.desired}
        if task.rule.of_drift and actual is not None:
            del sides["desired"]  # it looks at both sides itself, once
        for side, resource in sides.items():
            if resource is None or side in task.sides:
                continue
            try:
                task.sides[side] = verdict(task.rule, resource, worlds[side], drift)
            except Needs as needs:
                return needs.wants
            except Exception as error:  # noqa: BLE001 - a rule may come from a plugin; its bug must not pass for a verdict
                why = f"{type(error).__name__}: {error}" if isinstance(error, LookupError) else type(error).__name__
                self._warnings[f"rule {task.rule.id} failed on {resource.address or resource.id}: {why}"] = None
                task.sides[side] = Answer("unknown", "the rule itself failed")
        return ()

    def _finding(self, task: _Task) -> Finding | None:
        drift = self._drifts[task.drift]
        unknown = Answer("unknown", "it was not read")
        if task.rule.of_drift:
            answer = task.sides.get("actual") or task.sides.get("desired") or unknown
            effect = _UNMANAGED[answer.verdict]
            return self._told(task.rule, drift, effect, answer) if effect else None
        before, after = (task.sides.get(side, unknown) for side in ("desired", "actual"))
        answer = after
        if drift.actual is None and drift.recreated_as is None:
            if drift.type not in task.rule.when_missing or before.verdict == "fail" or before == ASIDE:
                return None
            effect = "introduced" if before.verdict == "pass" else "unknown"
            answer = Answer("fail", "it is gone") if effect == "introduced" else before
        elif drift.kind == "unmanaged":
            effect = _UNMANAGED[after.verdict]
        elif after.verdict == "fail":
            effect = _FAILING[
                "fail" if before.verdict == "unknown" and _untouched(task.rule, drift) else before.verdict
            ]
        elif after.verdict == "unknown":
            effect = "unknown"
        else:
            effect, answer = ("resolved" if before.verdict == "fail" else None), replace(before, verdict="pass")
        if effect is None:
            return None
        return self._told(task.rule, drift, effect, answer)

    def _told(self, rule: Rule, drift: Drift, effect: Effect, answer: Answer) -> Finding:
        severity, evidence = answer.severity or rule.severity, answer.evidence
        if self._settings.weakens and answer.verdict == "fail" and effect == "introduced":
            if drift.kind != "unmanaged":
                severity = SEVERITIES[max(SEVERITIES.index(severity) - 1, 0)]
            elif rule.theme == "public access":
                severity = "critical"
        return Finding(
            rule.id, severity, rule.title, effect,
            verdict=answer.verdict, evidence=evidence, remedy=rule.remedy,
            references=rule.references, frameworks=rule.frameworks,
        )  # fmt: skip

    def _exempted(self, drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
        """The findings that somebody accepted, marked; an exemption that has expired is a warning."""
        today, out = self._settings.today, []
        for drift in drifts:
            findings = []
            for finding in drift.findings:
                for e in self._settings.exemptions:
                    if not e.covers(finding, drift):
                        continue
                    if e.holds(today):
                        finding = replace(finding, exempt=e.reason)
                        break
                    whose = f", says {e.owner}" if e.owner else ""
                    what = f"{e.place or 'drift.toml'}: the exemption of {e.rule} expired on {e.expires}{whose}"
                    self._warnings[f"{what}: what it accepted counts again"] = None
                findings.append(finding)
            out.append(replace(drift, findings=tuple(findings)))
        return tuple(out)


def _untouched(rule: Rule, drift: Drift) -> bool:
    """Whether nothing that the rule looks at has drifted, so that what holds now held before."""
    changed = {re.split(r"[.\[]", c.path, maxsplit=1)[0] for c in drift.changes}
    return drift.kind == "modified" and bool(rule.reads) and not rule.near and not changed & set(rule.reads)


def verdict(rule: Rule, resource: Resource, world: World, drift: Drift | None = None) -> Answer:
    """One rule on one side; Needs where something must be read first, anything else a broken rule raises."""
    try:
        found = rule.judge(Subject(resource, world, drift))
    except Unknown as why:
        return Answer("unknown", str(why))
    if found is None or found is False:
        return Answer("pass") if found is None else ASIDE
    fail = found if isinstance(found, Fail) else Fail(found if isinstance(found, str) else "")
    return Answer("fail", fail.evidence, fail.severity)


def _by_type(rules: Sequence[Rule]) -> Any:
    named: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for type_ in rule.types:
            named[type_].append(rule)

    def of(kind: ResourceType) -> list[Rule]:
        general = [r for r in named[ANY[0]] if all(n in kind.attributes for n in r.reads)]
        return [*named.get(kind.name, ()), *general]

    return of


def _settled(findings: Sequence[Finding], implied: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """The gravest first, without those that a broader one implies."""
    failing = {f.rule for f in findings if f.verdict == "fail"}
    resolved = {f.rule for f in findings if f.effect == "resolved"}
    silent = {i for id_ in failing for i in implied[id_]}
    silent_too = {i for id_ in resolved for i in implied[id_]}
    kept = [
        f
        for f in findings
        if not ((f.rule in silent and f.verdict == "fail") or (f.rule in silent_too and f.effect == "resolved"))
    ]
    return tuple(sorted(kept, key=lambda f: (SEVERITIES.index(f.severity), f.rule)))

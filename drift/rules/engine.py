"""Runs rules on each drifted resource, on the desired and on the actual side; on request also on other resources and
the account.

A rule reads what it needs while it runs. If something was not read yet, the rule stops, the engine reads what all rules
need at once, and the rule runs again. So drift reads only what a verdict depends on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from drift.model.coverage import Gap, Unreadable
from drift.model.drift import OUT_OF_SCOPE, SEVERITIES, Drift, Effect, Finding, Posture, Verdict
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of, parent_key
from drift.provider.spec import ResourceType, Within
from drift.rules.answer import ASIDE, GONE, UNREAD, Answer, added_and_kept, answer_of
from drift.rules.criteria import Criteria
from drift.rules.frameworks import Answered
from drift.rules.spec import ANY, Fail, Rule, joined
from drift.rules.subject import Subject
from drift.rules.world import Needs, Unknown, Want, World

_UNMANAGED: Mapping[Verdict, Effect | None] = {"fail": "introduced", "unknown": "unknown", "pass": None}
_FAILING: Mapping[Verdict, Effect] = {"fail": "present", "pass": "introduced", "unknown": "unknown"}
"""Verdict before -> effect of the drift, if the resource fails now."""

ROUNDS = 8
"""Maximum number of successive readings: more than the longest path from a resource to a distant neighbour."""


class Reader(Protocol):
    """Can read more of the account than the comparison needed."""

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """Every resource found."""

    @property
    def gaps(self) -> Iterable[Gap]:
        """The listings that failed."""

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read these attributes too."""

    def open(self, wants: Iterable[tuple[Key, str]]) -> None:
        """List the items of these types inside these resources."""

    def last_used(self, arns: Sequence[str]) -> Mapping[str, Mapping[str, int | None] | Unreadable]:
        """ARN of a role or user -> service -> days since its last use, None for never."""

    def account(self) -> Mapping[str, int] | Unreadable:
        """What the cloud counts of the account itself."""

    def latest(self, resource: Resource) -> Resource:
        """The same resource with everything that was read since."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The drift with its findings, and warnings."""

    drift: tuple[Drift, ...]
    warnings: tuple[str, ...] = ()
    answers: Mapping[str, Answered] = field(default_factory=dict)
    """Rule -> how many resources passed and failed it, and why something could not be told."""
    posture: tuple[Posture, ...] = ()
    """Findings without drift, if the job asks for them."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account to be checked for what it lacks."""

    id: str
    regions: tuple[str, ...]


@dataclass(slots=True)
class _Task:
    """One rule on one drifted resource, or on a part of an unmanaged one."""

    drift: int
    rule: Rule
    part: Resource | None = None
    sides: dict[str, Answer] = field(default_factory=dict)
    """`desired`, `actual`; and `guard`: whether another resource does the job of a missing one."""


@dataclass(slots=True)
class _Lack:
    """One rule on what an account, or a region of it, must have."""

    place: Resource
    rule: Rule
    sides: dict[str, Answer] = field(default_factory=dict)


def judge(
    drifts: Sequence[Drift],
    rules: Sequence[Rule],
    reader: Reader,
    catalog: Catalog,
    *,
    desired: Sequence[Resource] = (),
    criteria: Criteria | None = None,
    scope: Set[str] | None = None,
    in_sync: Sequence[tuple[Resource, Resource]] = (),
    account: Account | None = None,
) -> Judged:
    """Run the rules on all drift.

    `in_sync` has both sides of resources in sync, which are checked too. With `account`, rules report what it lacks.
    """
    also = [Drift("modified", one, other) for one, other in in_sync]
    run = _Run([*drifts, *also], rules, reader, catalog, desired, criteria or Criteria(), scope or frozenset(catalog))
    return run.judged(len(drifts), account)


class _Run:
    def __init__(
        self,
        drifts: Sequence[Drift],
        rules: Sequence[Rule],
        reader: Reader,
        catalog: Catalog,
        desired: Sequence[Resource],
        criteria: Criteria,
        scope: Set[str],
    ) -> None:
        self._drifts = drifts
        self._reader = reader
        self._catalog = catalog
        self._desired = [r for r in desired if not r.deposed]
        self._criteria = criteria
        self._scope = scope
        self._asked: set[Want] = set()
        self._counts: Mapping[str, int] | Unreadable | None = None
        self._used: dict[str, Mapping[str, int | None] | Unreadable] = {}
        self._warnings: dict[str, None] = {}
        self._implied = {rule.id: rule.implies for rule in rules}
        self._rules = rules
        self._by_type = _by_type(rules)
        self._live: list[Resource] = []

    def judged(self, drifted: int, account: Account | None = None) -> Judged:
        """`drifted` is the number of drifted resources; the remaining ones are in sync."""
        tasks = [
            _Task(i, rule)
            for i, d in enumerate(self._drifts)
            for rule in self._by_type(entry_of(d.resource, self._catalog))
            if i < drifted or not rule.of_drift
        ]
        opened = self._open()
        self._read([w for t in tasks for w in self._foreseen(t)])
        parts = [_Task(i, rule, part) for i, part in opened for rule in self._of_part(part)]
        lacks = list(self._lacks(account)) if account else []
        waiting: list[_Task | _Lack] = [*tasks, *parts, *lacks]
        for _ in range(ROUNDS):
            worlds = self._worlds()
            wants: list[Want] = []
            again = []
            for task in waiting:
                needs = self._answer(task, worlds) if isinstance(task, _Task) else self._look(task, worlds)
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
        for task in tasks:
            found[task.drift] += self._findings(task)
        for i, finding in self._of_parts(parts):
            found[i].append(finding)
        out = tuple(
            replace(d, actual=d.actual and self._reader.latest(d.actual), findings=_settled(found[i], self._implied))
            for i, d in enumerate(self._drifts)
        )
        out = self._exempted(self._once(out))
        posture = (
            Posture(d.resource.key.account, d.resource.key.region, d.findings, replace(d.found, address=_address(d)))
            for d in out[drifted:]
            if d.findings
        )
        lacking = tuple(self._lacking(lacks))
        answers = self._answered([*tasks, *parts], lacks)
        return Judged(out[:drifted], tuple(self._warnings), answers, (*posture, *lacking))

    def _answered(self, tasks: Iterable[_Task], lacks: Iterable[_Lack]) -> dict[str, Answered]:
        """What each rule said of the account as it is."""
        unlisted = {g.type: f"{g.type} could not be listed: {g.action} {g.code}" for g in self._reader.gaps}
        out: dict[str, Answered] = {}
        for rule in self._rules:
            gap = next((unlisted[t] for t in rule.types if t in unlisted), "")
            outside = next((f"{t} {OUT_OF_SCOPE}" for t in rule.types if self._outside(t)), "")
            out[rule.id] = Answered(unknown=gap or outside)
        told: list[_Task | _Lack] = [*tasks, *lacks]
        for task in told:
            if task.rule.of_drift:
                continue
            answer = (
                task.sides.get("guard")
                or task.sides.get("actual")
                or (UNREAD if "desired" not in task.sides else ASIDE)
            )
            if answer != ASIDE:
                claims = task.rule.failed(answer.fail, answer.type)
                failed = answer.verdict == "fail"
                one = Answered(
                    int(answer.verdict == "pass"),
                    int(failed),
                    answer.evidence if answer.verdict == "unknown" else "",
                    dict.fromkeys({""} if claims is None else claims, 1) if failed else {},
                )
                out[task.rule.id] += one
        return out

    def _outside(self, type_: str) -> bool:
        kind = self._catalog.get(type_)
        return kind is not None and not {kind.name, kind.listed_as} & self._scope

    def _open(self) -> list[tuple[int, Resource]]:
        """(drift, part) for the parts of unmanaged resources that some rule checks."""
        wholes = [(i, d.actual) for i, d in enumerate(self._drifts) if d.kind == "unmanaged" and d.actual]
        wants = [
            Want(whole.key, inside=entry.name)
            for _, whole in wholes
            for entry in self._catalog.parts.get(whole.type, ())
            if entry.name in self._scope and isinstance(entry.list, Within) and self._of_kind(entry)
        ]
        self._read(wants)
        inside: dict[Key, list[Resource]] = defaultdict(list)
        for resource in self._reader.resources.values():
            parent = entry_of(resource, self._catalog).parent
            key = parent_key(resource, parent, self._catalog) if parent else resource.inside
            if key is not None and not (parent and parent.standalone):
                inside[key].append(resource)
        told = {d.resource.key for d in self._drifts}
        return [
            (i, part)
            for i, whole in wholes
            for part in sorted(inside[whole.key], key=lambda r: str(r.key))
            if part.key not in told
        ]

    def _of_part(self, part: Resource) -> list[Rule]:
        return self._of_kind(entry_of(part, self._catalog))

    def _of_kind(self, entry: ResourceType) -> list[Rule]:
        """The rules that check a part by itself. Rules that also check its parent see the part there."""
        whole = entry.whole
        seen = {r.id for r in self._by_type(self._catalog[whole])} if whole in self._catalog else set()
        return [r for r in self._by_type(entry) if r.id not in seen and r.types != ANY]

    def _of_parts(self, tasks: Sequence[_Task]) -> Iterable[tuple[int, Finding]]:
        """One finding for each rule, verdict and drift, whatever the number of parts."""
        grouped: dict[tuple[int, str, str], list[tuple[_Task, Finding]]] = defaultdict(list)
        for task in tasks:
            for finding in self._findings(task):
                grouped[task.drift, finding.rule, finding.verdict].append((task, finding))
        for (i, _, _), several in grouped.items():
            gravest = min((f for _, f in several), key=lambda f: SEVERITIES.index(f.severity))
            said = joined(f"{_name(t.part)}: {f.evidence}" if t.part else f.evidence for t, f in several)
            yield i, replace(gravest, evidence=said)

    def _lacks(self, account: Account) -> Iterable[_Lack]:
        for rule in self._rules:
            for region in (GLOBAL,) if rule.guards == "account" else account.regions if rule.guards else ():
                yield _Lack(Resource(key=Key("", account.id, region, ()), id=account.id), rule)

    def _look(self, task: _Lack, worlds: Mapping[str, World]) -> Sequence[Want]:
        for side in ("actual", "desired"):
            try:
                if side not in task.sides:
                    task.sides[side] = self._guard(task.rule, task.place, worlds[side])
            except Needs as needs:
                return needs.wants
        return ()

    def _guard(self, rule: Rule, place: Resource, world: World) -> Answer:
        """Whether an account, or a region, has a passing resource of each type; or the account rule's answer."""
        if rule.of_account:
            return answer_of(rule, place, world)
        worst = Answer("pass")
        for type_ in rule.when_missing:
            if type_ not in self._catalog:
                continue
            try:
                there = Subject(place, world).every(type_, place.key.region)
            except Unknown as why:
                worst = worst if worst.verdict == "fail" else Answer("unknown", str(why))
                continue
            answers = [(s, a) for s in there if (a := answer_of(rule, s.resource, world)) != ASIDE]
            none = f"none of {len(there)} {type_} does it" if there else f"there is no {type_}"
            parent = self._catalog[type_].parent
            part = parent is not None and parent.to in rule.when_missing
            if any(a.verdict == "pass" for _, a in answers) or (part and not there):
                continue
            unknown = next((a for _, a in answers if a.verdict == "unknown"), None)
            if unknown is None:
                worst = Answer("fail", joined(f"{s.name}: {a.evidence}" for s, a in answers) or none)
                break
            worst = unknown
        return worst

    def _lacking(self, tasks: Sequence[_Lack]) -> Iterable[Posture]:
        found: dict[Key, list[Finding]] = defaultdict(list)
        for task in tasks:
            before, after = (task.sides.get(side, UNREAD) for side in ("desired", "actual"))
            if after.verdict == "pass":
                continue
            effect = _FAILING[before.verdict] if after.verdict == "fail" else "unknown"
            found[task.place.key].append(self._told(task.rule, None, effect, after))
        for key, findings in found.items():
            told = self._exempted((Drift("modified", Resource(key=key, id=key.account), None, (), tuple(findings)),))
            yield Posture(key.account, key.region, _settled(told[0].findings, self._implied))

    def _once(self, drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
        """Drop findings of a parent that its part repeats: a queue's policy as a separate resource."""
        said = {
            (self._whole_of(d.resource), f.rule, f.effect, "" if d.kind == "missing" else f.evidence)
            for d in drifts
            for f in d.findings
            if f.verdict != "unknown"
        }
        return tuple(
            replace(
                d,
                findings=tuple(
                    f
                    for f in d.findings
                    if not said & {(d.resource.key, f.rule, f.effect, told) for told in (f.evidence, "")}
                ),
            )
            for d in drifts
        )

    def _foreseen(self, task: _Task) -> Iterable[Want]:
        """The attributes that the rule declares in `reads`, to be read at once instead of one by one."""
        drift = self._drifts[task.drift]
        entry, now = entry_of(drift.resource, self._catalog), drift.actual or drift.recreated_as
        if now is None:
            return ()
        there = {*entry.attributes, *entry.computed}
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
        if self._counts is None and any(w.account for w in wants):
            self._counts = self._reader.account()
        if inside:
            self._reader.open(inside)
        if attributes:
            self._reader.complete({key: frozenset(names) for key, names in attributes.items()})
        self._asked |= set(wants)

    def _worlds(self) -> dict[str, World]:
        live = list(self._reader.resources.values())
        managed = {r.key: r for r in self._desired}
        common: dict[str, Any] = {
            "criteria": self._criteria,
            "scope": self._scope,
            "gaps": self._reader.gaps,
            "asked": self._asked,
            "described": managed,
            "used": self._used,
            "counts": self._counts,
        }
        desired = [*self._desired, *(r for r in live if r.key not in managed and self._whole_of(r) not in managed)]
        return {
            "desired": World("desired", desired, self._catalog, **common),
            "actual": World("actual", live, self._catalog, **common),
        }

    def _whole_of(self, resource: Resource) -> Key | None:
        """The parent of a resource. A part that no state describes has no parent on the desired side."""
        parent = entry_of(resource, self._catalog).parent
        return parent_key(resource, parent, self._catalog) if parent else None

    def _answer(self, task: _Task, worlds: Mapping[str, World]) -> Sequence[Want]:
        """Compute the sides that are possible, and return what must be read for the others."""
        drift = self._drifts[task.drift]
        # a resource that was created again is checked in the place of the missing one
        now = task.part or drift.actual or drift.recreated_as
        actual = now and self._reader.latest(now)
        lost = now is None and drift.type in task.rule.when_missing
        if actual is None and not lost and not task.rule.of_drift:
            return ()
        sides = {"actual": actual, "desired": None if task.part else drift.desired}
        if task.rule.of_drift and actual is not None:
            del sides["desired"]  # the rule compares both sides itself, in one run
        try:
            for side, resource in sides.items():
                if resource is not None and side not in task.sides:
                    about = drift if task.part is None else Drift("unmanaged", None, actual)
                    task.sides[side] = answer_of(task.rule, resource, worlds[side], about)
            if lost and drift.desired and "guard" not in task.sides and task.sides["desired"].verdict == "pass":
                task.sides["guard"] = self._left(task.rule, drift.desired, worlds["actual"])
        except Needs as needs:
            return needs.wants
        except Exception as error:  # noqa: BLE001 - a rule may come from a plugin; its bug must not pass for a verdict
            resource = drift.resource
            why = f"{type(error).__name__}: {error}" if isinstance(error, LookupError) else type(error).__name__
            self._warnings[f"rule {task.rule.id} failed on {resource.address or resource.id}: {why}"] = None
            task.sides |= {s: Answer("unknown", "the rule itself failed") for s in sides if s not in task.sides}
        return ()

    def _left(self, rule: Rule, lost: Resource, world: World) -> Answer:
        """Whether another resource still does the job of a missing one, or nothing is left to protect."""
        it = Subject(lost, world)
        if self._guarded_is_gone(rule, lost):
            return Answer("pass")
        wholes = it.seen(*(t for t in rule.types if t not in rule.when_missing and t in self._catalog))
        answers = [answer_of(rule, w.resource, world) for w in wholes]
        if rule.stands_in or (rule.guards and not wholes):
            try:
                others = it.every(entry_of(lost, self._catalog).name, GLOBAL if rule.guards == "account" else it.region)
                same = [s for s in others if rule.stands_in is None or rule.stands_in(it, s)]
            except Unknown as why:
                return Answer("unknown", str(why))
            beside = [answer_of(rule, s.resource, world) for s in same]
            if any(a.verdict == "pass" and a != ASIDE for a in beside):
                return Answer("pass")
            answers += beside
        answers = [a for a in answers if a != ASIDE]
        unknown = next((a for a in answers if a.verdict == "unknown"), None)
        if any(a.verdict == "fail" for a in answers) or not answers:
            return GONE
        return unknown or Answer("pass")

    def _guarded_is_gone(self, rule: Rule, lost: Resource) -> bool:
        """Whether what it guarded was described and is not there either: its own loss is what is told."""
        kind = entry_of(lost, self._catalog)
        listed = {name: kind.listed_as for name, kind in self._catalog.items()}
        wholes = {listed[t] for t in rule.types if t not in rule.when_missing and t in listed}
        named = {(listed.get(r.to), str(lost.attributes.get(r.attribute))) for r in kind.refs}
        named = {(to, value) for to, value in named if to in wholes}
        if kind.parent:
            named.add((listed.get(kind.parent.to), str(lost.attributes.get(kind.parent.attribute))))
        return any(
            (d.resource.type, name) in named
            for d in self._drifts
            if d.kind == "missing" and d.recreated_as is None
            for name in (d.resource.id, d.resource.arn, *map(str, d.resource.key.identity))
        )

    def _findings(self, task: _Task) -> Iterable[Finding]:
        drift, rule = self._drifts[task.drift], task.rule
        if rule.of_drift or task.part is not None:
            answer = task.sides.get("actual") or task.sides.get("desired") or UNREAD
            effect = _UNMANAGED[answer.verdict]
            if effect:
                yield self._told(rule, drift, effect, answer)
            return
        before, after = (task.sides.get(side, UNREAD) for side in ("desired", "actual"))
        if drift.actual is None and drift.recreated_as is None:
            if drift.type not in rule.when_missing or before.verdict == "fail" or before == ASIDE:
                return
            answer = task.sides.get("guard", UNREAD) if before.verdict == "pass" else before
            effect = _UNMANAGED[answer.verdict]
        elif drift.kind == "unmanaged":
            effect, answer = _UNMANAGED[after.verdict], after
        elif after.verdict == "fail":
            earlier = "fail" if before.verdict == "unknown" and _untouched(rule, drift) else before.verdict
            if earlier == "fail" and (split := added_and_kept(before, after)):
                new, kept = split
                yield self._told(rule, drift, "introduced", new)
                effect, answer = ("present" if kept.evidence else None), kept
            else:
                effect, answer = _FAILING[earlier], after
        elif after.verdict == "unknown":
            effect, answer = "unknown", after
        else:
            effect, answer = ("resolved" if before.verdict == "fail" else None), replace(before, verdict="pass")
        if effect:
            yield self._told(rule, drift, effect, answer)

    def _told(self, rule: Rule, drift: Drift | None, effect: Effect, answer: Answer) -> Finding:
        severity, evidence = answer.severity or rule.severity, answer.evidence
        if drift and self._criteria.weakens and answer.verdict == "fail" and effect == "introduced":
            if drift.kind != "unmanaged":
                severity = SEVERITIES[max(SEVERITIES.index(severity) - 1, 0)]
            elif rule.theme == "public access":
                severity = "critical"
        fail = answer.fail or Fail()
        return Finding(
            rule.id, severity, rule.title, effect,
            verdict=answer.verdict, evidence=evidence, remedy=fail.remedy or rule.remedy,
            references=rule.references, frameworks=rule.named(rule.failed(fail, answer.type)), rights=fail.rights,
        )  # fmt: skip

    def _exempted(self, drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
        """Mark accepted findings; an expired exemption is a warning."""
        today, out = self._criteria.today, []
        for drift in drifts:
            findings = []
            for finding in drift.findings:
                for e in self._criteria.exemptions:
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
    """Whether nothing that the rule looks at has drifted, so that its answer was the same before."""
    changed = {re.split(r"[.\[]", c.path, maxsplit=1)[0] for c in drift.changes}
    return drift.kind == "modified" and bool(rule.reads) and not rule.near and not changed & set(rule.reads)


def _name(part: Resource | None) -> str:
    return f"{part.type} {part.name or part.id}" if part else ""


def _address(drift: Drift) -> Any:
    return drift.resource.address


def _by_type(rules: Sequence[Rule]) -> Any:
    named: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for type_ in rule.types:
            named[type_].append(rule)

    def of(entry: ResourceType) -> list[Rule]:
        general = [r for r in named[ANY[0]] if all(n in entry.attributes for n in r.reads)]
        return [*named.get(entry.name, ()), *general]

    return of


def _settled(findings: Sequence[Finding], implied: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """The findings, highest severity first, without those that a broader one implies."""
    failing = {f.rule for f in findings if f.verdict == "fail"}
    resolved = {f.rule for f in findings if f.effect == "resolved"}
    silent = {i for id_ in failing for i in implied[id_]}
    new = {i for f in findings if f.verdict == "fail" and f.effect == "introduced" for i in implied[f.rule]}
    silent_too = {i for id_ in resolved for i in implied[id_]}
    kept = [
        f
        for f in findings
        # a broad finding that was present before does not suppress an introduced one
        if not (
            (f.rule in (new if f.effect == "introduced" else silent) and f.verdict == "fail")
            or (f.rule in silent_too and f.effect == "resolved")
        )
    ]
    return tuple(sorted(kept, key=lambda f: (SEVERITIES.index(f.severity), f.rule)))

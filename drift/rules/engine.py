"""Judges each drifted resource on the desired and on the actual side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from drift.catalog.spec import ResourceType
from drift.graph import kind_of
from drift.model.coverage import Unreadable
from drift.model.drift import SEVERITIES, Drift, Effect, Finding
from drift.model.resource import Key, Resource
from drift.rules.spec import Rule, Verdict


class Reader(Protocol):
    """What can read further attributes of resources already found."""

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """Everything found."""

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read these attributes too."""


def judge(
    drifts: Sequence[Drift], rules: Sequence[Rule], reader: Reader, catalog: Mapping[str, ResourceType]
) -> list[Drift]:
    """The same drifts with what the rules find; only what the rules need of them is read."""
    by_type: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for type_ in rule.types:
            by_type[type_].append(rule)
    wants: dict[Key, frozenset[str]] = {}
    for drift in drifts:
        kind = kind_of(drift.resource, catalog)
        needed = frozenset(a for r in by_type[kind.name] for a in r.reads or kind.attributes)
        if drift.actual is not None and needed:
            wants[drift.actual.key] = needed
    reader.complete(wants)
    return [_judged(d, by_type[kind_of(d.resource, catalog).name], reader) for d in drifts]


def _judged(drift: Drift, rules: Sequence[Rule], reader: Reader) -> Drift:
    actual = drift.actual and reader.resources.get(drift.actual.key, drift.actual)
    findings = []
    for rule in rules:
        effect = _effect(rule, drift, actual)
        if effect is not None:
            findings.append(Finding(rule.id, rule.severity, rule.title, effect))
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), f.rule))
    return replace(drift, findings=tuple(findings))


def _effect(rule: Rule, drift: Drift, actual: Resource | None) -> Effect | None:
    if drift.kind == "missing":
        return "introduced" if rule.when_missing else None
    after = verdict(rule, actual)
    if drift.kind == "unmanaged":
        return {"fail": "introduced", "unknown": "unknown", "pass": None}[after]
    before = verdict(rule, drift.desired)
    if after == "unknown" or (after == "fail" and before == "unknown"):
        return "unknown" if before != "pass" or after == "unknown" else "introduced"
    if after == "fail":
        return "present" if before == "fail" else "introduced"
    return "resolved" if before == "fail" else None


def verdict(rule: Rule, resource: Resource | None) -> Verdict:
    """One rule on one side; unknown where an attribute it needs is not there to be judged."""
    if resource is None:
        return "unknown"
    reads = rule.reads or tuple(resource.attributes)
    needed = [resource.attributes.get(name, Unreadable("", "")) for name in reads]
    if any(isinstance(value, Unreadable) for value in needed):
        return "unknown"
    try:
        return "fail" if rule.fails(resource.attributes) else "pass"
    except Exception:  # noqa: BLE001 - a rule may come from a plugin; its bug must not pass for a verdict
        return "unknown"

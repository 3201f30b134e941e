"""Removes from the verdicts what the user's rules leave out, what the filter excludes, and what `[[owner]]` rules
assign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from drift.exclude.exclusions import Exclusions, Place
from drift.exclude.owners import condition, owner_by_rules
from drift.exclude.rules import IgnoreRule, types_of
from drift.model.drift import Aside, Change, Drift
from drift.model.resource import Key, Resource
from drift.provider.relations import entry_of


class Verdicts(Protocol):
    """The verdicts, as far as exceptions change them."""

    drift: list[Drift]
    in_sync: list[Resource]
    not_ours: list[Resource]
    settled: list[Aside]
    exempt: list[Aside]


class Reader(Protocol):
    """Can read further attributes of resources that were found."""

    paired: dict[Place, Resource]
    """The resource found for each desired resource."""

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """Every resource found."""

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read these attributes too."""


def settle(at: Exclusions, verdicts: Verdicts, reader: Reader) -> None:
    """Remove what is left out, and what the filter excludes."""
    verdicts.in_sync = _in_sync(at, verdicts.in_sync, reader.paired)
    found, theirs = _claimed(at, verdicts.drift, reader)
    verdicts.not_ours = [r for r in (*verdicts.not_ours, *theirs) if at.means(r, "not_ours", ())]
    verdicts.drift = kept(at, found)
    verdicts.settled = [a for a in verdicts.settled if at.means(a.desired, findings=())]
    verdicts.exempt = [a for a in verdicts.exempt if at.means(a.desired, findings=())]


def _in_sync(at: Exclusions, resources: Iterable[Resource], actual: Mapping[Place, Resource]) -> list[Resource]:
    """The resources in sync, without those that are left out or that the filter excludes."""
    if at.idle:
        return list(resources)
    out = []
    for resource in resources:
        if not at.means(resource, "in_sync", ()):
            continue
        by = at.whole(resource)
        if by is not None:
            at.leave_out(by, "not_read", resource)
            at.resources += 1
            continue
        found = actual[resource.origin].attributes if resource.origin in actual else {}
        for name in sorted(at.spared.get(resource.origin, frozenset()) - found.keys()):
            by = at.of_attribute(resource, name)
            if by is not None and name in entry_of(resource, at.catalog).attributes:
                at.leave_out(by, "not_read", resource, name)
        out.append(resource)
    return out


def _claimed(at: Exclusions, drifts: Sequence[Drift], reader: Reader) -> tuple[list[Drift], list[Resource]]:
    """The drift without resources that `[[owner]]` rules assign. Attributes in their conditions are read first."""
    kept, theirs = [], []
    for drift in _read(at, drifts, reader):
        found = drift.actual if drift.desired is None else None
        owner = owner_by_rules(found, at.exceptions.owners, at.exceptions.names) if found else ""
        if owner and drift.actual:
            theirs.append(replace(drift.actual, owner=owner))
        else:
            kept.append(drift)
    return kept, theirs


def _read(at: Exclusions, drifts: Sequence[Drift], reader: Reader) -> list[Drift]:
    """The same drift, with the attributes of unmanaged resources that a condition needs."""
    conditions = [condition(o.when) for o in at.exceptions.owners if o.when]
    conditions += [at.exceptions.where] if at.exceptions.where else []
    by_tag = any(r.tag for r in at.exceptions.rules) or any(o.tag for o in at.exceptions.owners)
    wants: dict[Key, frozenset[str]] = {}
    for drift in drifts:
        if drift.desired is not None or drift.actual is None:
            continue
        known = entry_of(drift.actual, at.catalog).attributes
        names = {n for c in conditions for n in c.reads(known)} | ({"tags"} & known.keys() if by_tag else set())
        if names:
            wants[drift.actual.key] = frozenset(names)
    if not wants:
        return list(drifts)
    reader.complete(wants)
    return [
        replace(d, actual=reader.resources[d.actual.key])
        if d.desired is None and d.actual and d.actual.key in wants
        else d
        for d in drifts
    ]


def kept(at: Exclusions, drifts: Iterable[Drift]) -> list[Drift]:
    """The drift without what is ignored, and without what the filter excludes."""
    out = []
    for drift in drifts:
        sides = [r for r in (drift.desired, drift.actual) if r is not None]
        if not any(at.means(s, drift.kind) for s in sides):
            continue
        left = _left(at, drift, sides)
        if left is not None:
            out.append(left)
        elif drift.kind != "unmanaged":
            at.resources += 1
    return out


def meant(at: Exclusions, drifts: Iterable[Drift]) -> tuple[Drift, ...]:
    """What the filter means, now that the rules have judged: it may speak of findings."""
    where = at.exceptions.where
    if where is None or not where.judged:
        return tuple(drifts)
    return tuple(
        d for d in drifts if any(at.means(s, d.kind, d.findings) for s in (d.desired, d.actual) if s is not None)
    )


def _left(at: Exclusions, drift: Drift, sides: Sequence[Resource]) -> Drift | None:
    about = at.about(tuple(t for s in sides for t in types_of(s)))
    rules = [r for r in about if any(r.concerns(s, drift.kind) for s in sides)]
    by = next((r for r in rules if not r.partly), None) or at.line(sides)
    if by is not None:
        at.leave_out(by, drift.kind, drift.resource)
        return None
    if drift.kind != "modified":
        return drift
    rest = [_rest(at, c, drift, sides, [r for r in rules if r.partly]) for c in drift.changes]
    changes = tuple(c for c in rest if c is not None)
    return replace(drift, changes=changes) if changes else None


def _rest(
    at: Exclusions, change: Change, drift: Drift, sides: Sequence[Resource], rules: Iterable[IgnoreRule]
) -> Change | None:
    for rule in rules:
        rest = rule.rest(change)
        if rest != change:
            at.leave_out(rule, drift.kind, drift.resource, change.path)
        if rest is None:
            return None
        change = rest
    line = at.line(sides, change.path)
    if line is not None:
        at.leave_out(line, drift.kind, drift.resource, change.path)
    return change if line is None else None

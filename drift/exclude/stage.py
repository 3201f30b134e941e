"""Where ignoring takes place: before the account is asked, and between the verdicts and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, Protocol

from drift.exclude.driftignore import DriftIgnore, Pattern
from drift.exclude.filter import Filter
from drift.exclude.owners import OwnerRule, condition, owner_of
from drift.exclude.rules import IgnoreRule, types_of
from drift.model.drift import Aside, Change, Drift, Ignored, Kind
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import kind_of

Place = tuple[str, str]
"""(state, address)."""
By = IgnoreRule | Pattern


class Verdicts(Protocol):
    """What the differ says, as far as exceptions change it."""

    drift: list[Drift]
    in_sync: list[Resource]
    not_ours: list[Resource]
    settled: list[Aside]
    exempt: list[Aside]


class Reader(Protocol):
    """What can read further attributes of resources already found."""

    paired: dict[Place, Resource]
    """What was found for each desired resource."""

    @property
    def resources(self) -> Mapping[Key, Resource]:
        """Everything found."""

    def complete(self, wants: Mapping[Key, frozenset[str]]) -> None:
        """Read these attributes too."""


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Everything the user excepts."""

    rules: tuple[IgnoreRule, ...] = ()
    lines: DriftIgnore = field(default_factory=DriftIgnore)
    owners: tuple[OwnerRule, ...] = ()
    where: Filter | None = None
    today: date = date.min
    """The day on which rules have expired or not."""


@dataclass(slots=True)
class Stage:
    """One run's exceptions at work: what they leave out, and which of them did."""

    exceptions: Exceptions
    catalog: Catalog
    ignored: list[Ignored] = field(default_factory=list)
    resources: int = 0
    """Managed resources that were left out."""
    used: set[str] = field(default_factory=set)
    """The places of the rules that left something out."""
    spared: dict[Place, frozenset[str]] = field(default_factory=dict)
    """The attributes of desired resources that need not be read."""
    _rules: dict[tuple[str, ...], list[IgnoreRule]] = field(default_factory=dict)

    def types(self, types: frozenset[str], regions: Sequence[str], desired: Iterable[Resource]) -> frozenset[str]:
        """Without the types that are left out as a whole, and those that the filter cannot mean."""
        out: dict[str, By] = {}
        for name in types:
            by = next((r for r in self._about((name,)) if r.whole_types), None)
            found = by or self.exceptions.lines.decides_type(name)
            if found:
                out[name] = found
        told = set()
        for resource in desired:
            name = kind_of(resource, self.catalog).name
            if name in out and not resource.deposed:
                self._leave_out(out[name], "not_listed", resource)
                self.resources += 1
                told.add(name)
        for name in sorted(out.keys() - told):
            self._note(out[name], Ignored(kind="not_listed", type=name, **_why(out[name])))
        return frozenset(t for t in types if t not in out and self._may_mean(t, regions))

    def _may_mean(self, name: str, regions: Sequence[str]) -> bool:
        where = self.exceptions.where
        known = [GLOBAL] if self.catalog[name].scope == "global" else regions
        return where is None or any(where.may({"type": name, "region": r}) for r in known)

    def regions(self, regions: Sequence[str]) -> list[str]:
        """Without those that the filter cannot mean; one is left, for what has no region is asked somewhere too."""
        where = self.exceptions.where
        if where is None:
            return list(regions)
        return [r for r in regions if where.may({"region": r})] or list(regions[:1])

    def means(self, resource: Resource, kind: str = "") -> bool:
        """Whether the filter means a resource, or may, where the verdict is not known yet."""
        where = self.exceptions.where
        return where is None or where.means(resource, kind)

    def may_mean(self, address: str, type_: str) -> bool:
        """Whether the filter may mean something of which no more is known than this."""
        where = self.exceptions.where
        return where is None or where.may({"address": address, "type": type_})

    @property
    def _idle(self) -> bool:
        """Whether nothing at all is left out: a state may hold a hundred thousand resources."""
        of = self.exceptions
        return not (of.rules or of.lines.patterns or of.where)

    @property
    def strangers(self) -> bool:
        """Whether the filter may mean anything unmanaged, or not ours."""
        where = self.exceptions.where
        known = {"address": "", "module": ""}
        return where is None or any(where.may({**known, "kind": kind}) for kind in ("unmanaged", "not_ours"))

    def spare(self, desired: Iterable[Resource]) -> Mapping[Place, frozenset[str]]:
        """The attributes that need not be read, because what differs there is left out in any case."""
        if self._idle:
            return self.spared
        for resource in desired:
            kind = kind_of(resource, self.catalog)
            if kind.parent is not None and kind.parent.covers:
                continue  # its parent is judged by what it holds
            names = resource.attributes
            if not self.means(resource) or self.whole(resource):
                spared = frozenset(names)
            else:
                spared = frozenset(n for n in names if self._of_attribute(resource, n))
            if spared:
                self.spared[resource.place] = spared
        return self.spared

    def whole(self, resource: Resource) -> By | None:
        """What leaves out a desired resource, whatever befell it."""
        about = (r for r in self._about(types_of(resource)) if not r.partly and not r.kind and r.concerns(resource))
        return next(about, None) or self._line([resource])

    def _of_attribute(self, resource: Resource, name: str) -> By | None:
        about = (r for r in self._about(types_of(resource)) if r.unconditional(name) and r.concerns(resource))
        return next(about, None) or self._line([resource], name)

    def settle(self, verdicts: Verdicts, reader: Reader) -> None:
        """Take out of the verdicts what is left out, and what the filter does not mean."""
        verdicts.in_sync = self._in_sync(verdicts.in_sync, reader.paired)
        found, theirs = self._claimed(verdicts.drift, reader)
        verdicts.not_ours = [r for r in (*verdicts.not_ours, *theirs) if self.means(r, "not_ours")]
        verdicts.drift = self._kept(found)
        verdicts.settled = [a for a in verdicts.settled if self.means(a.desired)]
        verdicts.exempt = [a for a in verdicts.exempt if self.means(a.desired)]

    @property
    def told(self) -> tuple[Ignored, ...]:
        """What was left out, in order of the rules and of what they are about."""
        by_rule = ("rule", "type", "address", "id", "account", "region", "path")
        return tuple(sorted(self.ignored, key=lambda i: [str(getattr(i, name)) for name in by_rule]))

    def _in_sync(self, resources: Iterable[Resource], actual: Mapping[Place, Resource]) -> list[Resource]:
        """What is in sync; not what was left out as a whole, nor what the filter does not mean."""
        if self._idle:
            return list(resources)
        out = []
        for resource in resources:
            if not self.means(resource, "in_sync"):
                continue
            by = self.whole(resource)
            if by is not None:
                self._leave_out(by, "not_read", resource)
                self.resources += 1
                continue
            found = actual[resource.place].attributes if resource.place in actual else {}
            for name in sorted(self.spared.get(resource.place, frozenset()) - found.keys()):
                by = self._of_attribute(resource, name)
                if by is not None and name in kind_of(resource, self.catalog).attributes:
                    self._leave_out(by, "not_read", resource, name)
            out.append(resource)
        return out

    def _claimed(self, drifts: Sequence[Drift], reader: Reader) -> tuple[list[Drift], list[Resource]]:
        """Without what the user's own rules say is somebody else's; what an answer depends on is read first."""
        kept, theirs = [], []
        for drift in self._read(drifts, reader):
            owner = owner_of(drift.actual, self.exceptions.owners) if drift.desired is None and drift.actual else ""
            if owner and drift.actual:
                theirs.append(replace(drift.actual, owner=owner))
            else:
                kept.append(drift)
        return kept, theirs

    def _read(self, drifts: Sequence[Drift], reader: Reader) -> list[Drift]:
        """The same drifts, with the attributes of unmanaged resources that some condition asks for."""
        conditions = [condition(o.when) for o in self.exceptions.owners if o.when]
        conditions += [self.exceptions.where] if self.exceptions.where else []
        by_tag = any(r.tag for r in self.exceptions.rules) or any(o.tag for o in self.exceptions.owners)
        wants: dict[Key, frozenset[str]] = {}
        for drift in drifts:
            if drift.desired is not None or drift.actual is None:
                continue
            known = kind_of(drift.actual, self.catalog).attributes
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

    def _kept(self, drifts: Iterable[Drift]) -> list[Drift]:
        """What is left of the drift: without what the filter does not mean, and what is ignored."""
        out = []
        for drift in drifts:
            sides = [r for r in (drift.desired, drift.actual) if r is not None]
            if not any(self.means(s, drift.kind) for s in sides):
                continue
            left = self._left(drift, sides)
            if left is not None:
                out.append(left)
            elif drift.kind != "unmanaged":
                self.resources += 1
        return out

    def _left(self, drift: Drift, sides: Sequence[Resource]) -> Drift | None:
        about = self._about(tuple(t for s in sides for t in types_of(s)))
        rules = [r for r in about if any(r.concerns(s, drift.kind) for s in sides)]
        by = next((r for r in rules if not r.partly), None) or self._line(sides)
        if by is not None:
            self._leave_out(by, drift.kind, drift.resource)
            return None
        if drift.kind != "modified":
            return drift
        rest = [self._rest(c, drift, sides, [r for r in rules if r.partly]) for c in drift.changes]
        changes = tuple(c for c in rest if c is not None)
        return replace(drift, changes=changes) if changes else None

    def _rest(
        self, change: Change, drift: Drift, sides: Sequence[Resource], rules: Iterable[IgnoreRule]
    ) -> Change | None:
        for rule in rules:
            rest = rule.rest(change)
            if rest != change:
                self._leave_out(rule, drift.kind, drift.resource, change.path)
            if rest is None:
                return None
            change = rest
        line = self._line(sides, change.path)
        if line is not None:
            self._leave_out(line, drift.kind, drift.resource, change.path)
        return change if line is None else None

    def _about(self, types: tuple[str, ...]) -> list[IgnoreRule]:
        """The rules that count today and may be about resources of these types."""
        if types not in self._rules:
            today = self.exceptions.today
            self._rules[types] = [r for r in self.exceptions.rules if not r.expired(today) and r.of_type(*types)]
        return self._rules[types]

    def _line(self, sides: Sequence[Resource], path: str = "") -> Pattern | None:
        if not self.exceptions.lines.patterns:
            return None
        names = {(t, n) for s in sides for t in types_of(s) for n in (s.id, s.attributes.get("id")) if n}
        return self.exceptions.lines.decides((t, f"{n}.{path}" if path else str(n)) for t, n in names)

    def _leave_out(
        self, by: By, kind: Kind | Literal["not_read", "not_listed"], resource: Resource, path: str = ""
    ) -> None:
        what = Ignored(
            kind=kind,
            type=types_of(resource)[0],
            id=resource.id,
            address=str(resource.address or ""),
            account=resource.key.account,
            region=resource.key.region,
            path=path,
            **_why(by),
        )
        self._note(by, what)

    def _note(self, by: By, what: Ignored) -> None:
        self.used.add(by.place)
        self.ignored.append(what)


def _why(by: By) -> dict[str, Any]:
    if isinstance(by, IgnoreRule):
        ends = by.expires.isoformat() if by.expires else ""
        return {"reason": by.reason, "rule": by.place, "owner": by.owner, "expires": ends}
    return {"reason": by.text, "rule": by.place}

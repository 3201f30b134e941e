"""Applies the user's exceptions to one survey, and remembers what they left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from drift.exclude.driftignore import DriftIgnore, Pattern
from drift.exclude.filter import Filter
from drift.exclude.owners import OwnerRule
from drift.exclude.rules import IgnoreRule, types_of
from drift.model.drift import Finding, Ignored, Kind
from drift.model.resource import Resource
from drift.provider.catalog import Catalog

Place = tuple[str, str]
"""(state, address)."""
By = IgnoreRule | Pattern


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Everything that the user leaves out."""

    rules: tuple[IgnoreRule, ...] = ()
    lines: DriftIgnore = field(default_factory=DriftIgnore)
    owners: tuple[OwnerRule, ...] = ()
    where: Filter | None = None
    today: date = date.min
    """The day on which rules may have expired."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Account -> its name, in a run that looks at several."""

    def among(self, names: Mapping[str, str]) -> Exceptions:
        """The same, where accounts have these names too. UsageError where the filter names an account that none is."""
        if self.where is not None:
            self.where.must_know(names)
        return replace(self, rules=tuple(rule.among(names) for rule in self.rules), names=names)


@dataclass(slots=True)
class Exclusions:
    """The exceptions of one survey, what they left out, and which of them did."""

    exceptions: Exceptions
    catalog: Catalog
    ignored: list[Ignored] = field(default_factory=list)
    resources: int = 0
    """The number of managed resources that were left out."""
    used: set[str] = field(default_factory=set)
    """The places of the rules that left something out."""
    spared: dict[Place, frozenset[str]] = field(default_factory=dict)
    """The attributes of desired resources that need not be read."""
    _rules: dict[tuple[str, ...], list[IgnoreRule]] = field(default_factory=dict)

    def means(self, resource: Resource, kind: str = "", findings: Sequence[Finding] | None = None) -> bool:
        """Whether the filter matches a resource, or may match it if the verdict is unknown (`kind` is empty)."""
        where = self.exceptions.where
        return where is None or where.means(resource, kind, findings, self.exceptions.names)

    def may_mean(self, address: str, type_: str) -> bool:
        """Whether the filter may match a resource of which only address and type are known."""
        where = self.exceptions.where
        return where is None or where.may({"address": address, "type": type_})

    @property
    def idle(self) -> bool:
        """Whether there are no exceptions at all. Checked first, because a state may have a hundred thousand
        resources."""
        of = self.exceptions
        return not (of.rules or of.lines.patterns or of.where)

    def whole(self, resource: Resource) -> By | None:
        """The rule that leaves out a desired resource, whatever its verdict."""
        about = (r for r in self.about(types_of(resource)) if not r.partly and not r.kind and r.concerns(resource))
        return next(about, None) or self.line([resource])

    def of_attribute(self, resource: Resource, name: str) -> By | None:
        """The rule that leaves out one attribute of a desired resource, whatever its value."""
        about = (r for r in self.about(types_of(resource)) if r.unconditional(name) and r.concerns(resource))
        return next(about, None) or self.line([resource], name)

    @property
    def told(self) -> tuple[Ignored, ...]:
        """What was left out, sorted by rule and resource."""
        by_rule = ("rule", "type", "address", "id", "account", "region", "path")
        return tuple(sorted(self.ignored, key=lambda i: [str(getattr(i, name)) for name in by_rule]))

    def about(self, types: tuple[str, ...]) -> list[IgnoreRule]:
        """The rules that apply today and may match resources of these types."""
        if types not in self._rules:
            today = self.exceptions.today
            self._rules[types] = [r for r in self.exceptions.rules if not r.expired(today) and r.of_type(*types)]
        return self._rules[types]

    def line(self, sides: Sequence[Resource], path: str = "") -> Pattern | None:
        """The line of `.driftignore` that leaves out a resource, or one path of it."""
        if not self.exceptions.lines.patterns:
            return None
        names = {(t, n) for s in sides for t in types_of(s) for n in (s.id, s.attributes.get("id")) if n}
        return self.exceptions.lines.decides((t, f"{n}.{path}" if path else str(n)) for t, n in names)

    def leave_out(
        self, by: By, kind: Kind | Literal["not_read", "not_listed"], resource: Resource, path: str = ""
    ) -> None:
        """Record that a rule left out a resource, or one path of it."""
        what = Ignored(
            kind=kind,
            type=types_of(resource)[0],
            id=resource.id,
            address=str(resource.address or ""),
            account=resource.key.account,
            region=resource.key.region,
            path=path,
            **why(by),
        )
        self.note(by, what)

    def note(self, by: By, what: Ignored) -> None:
        """Record what a rule left out."""
        self.used.add(by.place)
        self.ignored.append(what)


def why(by: By) -> dict[str, Any]:
    """Reason, place, owner and last day of a rule, as fields of `Ignored`."""
    if isinstance(by, IgnoreRule):
        ends = by.expires.isoformat() if by.expires else ""
        return {"reason": by.reason, "rule": by.place, "owner": by.owner, "expires": ends}
    return {"reason": by.text, "rule": by.place}

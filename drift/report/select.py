"""Filters a report, and compares two reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from drift.errors import UsageError
from drift.model.drift import SEVERITIES, Drift, Report
from drift.model.resource import GLOBAL
from drift.model.suggest import did_you_mean
from drift.model.value import plain
from drift.report.accounts import by_name, called
from drift.report.wording import alive, module_of

FEW = 10
"""So many names are listed where none resembles what was asked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection of drifted resources. Of each given list, one entry must match."""

    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Patterns: `aws_iam_*`."""
    severity: str = ""
    """The lowest severity of a finding to act on."""
    modules: tuple[str, ...] = ()
    """`module.web` and the modules in it; patterns; `root` for the root module."""
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()

    def holds(self, drift: Drift) -> bool:
        """Whether a drift is selected."""
        key = drift.resource.key
        least = SEVERITIES[: SEVERITIES.index(self.severity) + 1] if self.severity else ()
        return (
            (not self.kinds or drift.kind in self.kinds)
            and _one(self.types, drift.type)
            and (not least or any(f.severity in least for f in alive(drift)))
            and (not self.modules or any(_within(drift, m) for m in self.modules))
            and _one(self.regions, key.region)
            and _one(self.accounts, key.account)
        )

    def within(self, report: Report) -> Selection:
        """The same for this report: accounts that are given by name are known by their ids."""
        return replace(self, accounts=by_name(self.accounts, report))

    def check(self, report: Report, types: Iterable[str]) -> None:
        """UsageError where something is named that neither drift (`types`) nor the report knows: a typing error.

        A clean report of nothing would be taken for one of everything.
        """
        scope = report.scope
        found = [d.resource for d in report.drift]
        _known("--type", self.types, {*types, *(d.type for d in report.drift), *report.not_covered}, "type")
        _known("--in-region", self.regions, {*scope.regions, GLOBAL, *(r.key.region for r in found)}, "region")
        _known("--in-account", self.accounts, _accounts(report), "account")
        if scope.modules is not None:
            modules = {*scope.modules, *(module_of(r.address) for r in found if r.address)} - {""}
            for wanted in self.modules:
                if wanted != "root" and not any(_in_module(m, wanted) for m in modules):
                    raise _nothing("--module", wanted, modules, "module")

    def of(self, report: Report) -> Report:
        """The report with selected drift only. A warning says that others are not shown."""
        chosen = self.within(report)
        kept = tuple(d for d in report.drift if chosen.holds(d))
        if len(kept) == len(report.drift):
            return report
        note = f"Filtered: {len(kept)} of {len(report.drift)} drifted resources are shown; the counts are of these."
        return replace(report, drift=kept, warnings=(note, *report.warnings))


def _accounts(report: Report) -> set[str]:
    """What the accounts of a report may be called."""
    return {*called(report), *report.scope.accounts, *(d.resource.key.account for d in report.drift)}


def _one(patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(fnmatchcase(text, p) for p in patterns)


def _within(drift: Drift, wanted: str) -> bool:
    if drift.resource.address is None:
        return False
    module = module_of(drift.resource.address)
    return not module if wanted == "root" else _in_module(module, wanted)


def _in_module(module: str, wanted: str) -> bool:
    name = wanted if wanted.startswith("module.") else f"module.{wanted}"
    return any(fnmatchcase(".".join(module.split(".")[: 2 * n]), name) for n in range(1, module.count(".") + 2))


def _known(option: str, patterns: Iterable[str], names: Collection[str], what: str) -> None:
    for pattern in patterns:
        if not any(fnmatchcase(n, pattern) for n in names):
            raise _nothing(option, pattern, names, what)


def _nothing(option: str, wanted: str, names: Iterable[str], what: str) -> UsageError:
    few = sorted(names)
    listed = f"There are: {', '.join(few)}." if 0 < len(few) <= FEW else f"The report knows no such {what}."
    return UsageError(f"{option}: no {what} matches {wanted!r}", did_you_mean(wanted, few, listed))


@dataclass(frozen=True, slots=True)
class Difference:
    """The differences between an earlier and a later report."""

    new: tuple[Drift, ...]
    changed: tuple[tuple[Drift, Drift], ...]
    """(before, now) for resources whose drift changed."""
    resolved: tuple[Drift, ...]
    unknown: tuple[Drift, ...]
    """Drift that the later run could not read again, so that it may still exist."""
    same: int

    @classmethod
    def between(cls, old: Report, new: Report) -> Difference:
        """Compare by fingerprint. A resource with the same kind of drift and another fingerprint has changed."""
        before, now = {d.fingerprint: d for d in old.drift}, {d.fingerprint: d for d in new.drift}
        gone = {_identity(d): d for f, d in before.items() if f not in now}
        come = [d for f, d in now.items() if f not in before]
        changed = tuple((gone.pop(_identity(d)), d) for d in come if _identity(d) in gone)
        again = {d.fingerprint for _, d in changed}
        left = tuple(gone.values())
        hidden = tuple(d for d in left if _hidden(d, new))
        unsure = {d.fingerprint for d in hidden}
        return cls(
            new=tuple(d for d in come if d.fingerprint not in again),
            changed=changed,
            resolved=tuple(d for d in left if d.fingerprint not in unsure),
            unknown=hidden,
            same=len(set(before) & set(now)),
        )

    def document(self) -> Mapping[str, object]:
        """As JSON values (`drift-diff/1`)."""
        from drift.report.wire import encode

        return {
            "schema": "drift-diff/1",
            "summary": {
                "new": len(self.new),
                "changed": len(self.changed),
                "resolved": len(self.resolved),
                "unknown": len(self.unknown),
                "same": self.same,
            },
            "new": encode(self.new),
            "changed": [{"before": encode(a), "now": encode(b)} for a, b in self.changed],
            "resolved": encode(self.resolved),
            "unknown": encode(self.unknown),
        }


def _identity(drift: Drift) -> tuple[object, ...]:
    found = drift.found
    return drift.kind, drift.type, found.key.account, found.key.region, plain(str(drift.resource.address)), found.id


def _hidden(drift: Drift, report: Report) -> bool:
    """Whether the later run did not check the resource, or could not read it."""
    key, scope = drift.resource.key, report.scope
    if report.states_failed or (drift.kind == "unmanaged" and not scope.unmanaged):
        return True
    if {drift.type, key.type} & set(scope.not_searched):
        return True
    if scope.accounts and key.account and key.account not in scope.accounts:
        return True
    if scope.regions and key.region != GLOBAL and key.region not in scope.regions:
        return True
    listed = any(
        g.type in (drift.type, key.type) and g.region in (key.region, "", "global") and g.account in (key.account, "")
        for g in report.gaps
    )
    address = str(drift.resource.address or "")
    return listed or bool(address and any(u.address == address for u in report.unread))

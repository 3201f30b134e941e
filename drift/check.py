"""The line: sources → graphs → diff → rules → report."""

from __future__ import annotations

import fnmatch
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drift.catalog.spec import ResourceType
from drift.desired.load import Desired
from drift.diff.actual import Actual
from drift.diff.classify import Verdicts, classify
from drift.diff.expect import Expected, parted
from drift.diff.holders import held
from drift.diff.twins import joined
from drift.errors import UsageError
from drift.graph import kind_of
from drift.ignore.advice import advice
from drift.ignore.baseline import Baseline, Looked, accept, names
from drift.ignore.stage import Exceptions, Stage
from drift.live.api import Asker, Progress, quiet
from drift.live.scan import Scan
from drift.model.coverage import Gap, Unread
from drift.model.drift import Pending, Report
from drift.model.drift import Scope as ReportScope
from drift.model.resource import GLOBAL, Key, Resource
from drift.rules.engine import Judged, judge
from drift.rules.settings import Settings
from drift.rules.spec import Rule

Catalog = Mapping[str, ResourceType]
NOTHING = Exceptions()
"""What to leave out, where nobody says so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to look at: types (all where `only` is empty), and regions beyond those of the state."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    recorded: frozenset[str] = frozenset()
    """On replay: the types the tape was recorded with; it has no answers for others."""
    only_state: bool = False
    """Whether to compare what the states hold alone, and not to look for what is unmanaged."""

    def types(self, catalog: Catalog) -> frozenset[str]:
        """The types in scope; patterns may hold `*`. UsageError for one that matches nothing."""
        only = set(_matching(self.only, catalog)) if self.only else set(catalog)
        found = frozenset(only - set(_matching(self.exclude, catalog)))
        return found & self.recorded if self.recorded else found


@dataclass(frozen=True, slots=True)
class Result:
    """The report, and both sides it was made from: what `drift graph` draws."""

    report: Report
    desired: tuple[Resource, ...]
    actual: tuple[Resource, ...]
    looked: Looked = field(default_factory=Looked)
    """What could be looked at."""
    found: Actual | None = None
    """What was found for each desired resource, and what could not be listed: what `drift explain` explains."""
    types: frozenset[str] = frozenset()
    """The types that were looked at."""
    excused: tuple[Resource, ...] = ()
    """What is desired elsewhere."""


def _matching(patterns: Iterable[str], catalog: Catalog) -> Iterable[str]:
    for pattern in patterns:
        found = fnmatch.filter(catalog, pattern)
        if not found:
            near = [t for t in catalog if pattern.removeprefix("aws_") in t][:3]
            hint = f"Did you mean {', '.join(near)}?" if near else "`drift catalog` lists the types."
            raise UsageError(f"no resource type matches {pattern!r}", hint)
        yield from found


def check(
    desired: Desired,
    asker: Asker,
    catalog: Catalog,
    scope: Scope,
    *,
    rules: Sequence[Rule] = (),
    settings: Settings | None = None,
    exceptions: Exceptions = NOTHING,
    excused: Sequence[Resource] = (),
    accepted: Baseline | None = None,
    default_region: str = "",
    progress: Progress = quiet,
) -> Result:
    """Compare one account with its desired side.

    `exceptions` are left out on purpose; `excused` is what other states describe: it is not ours, and not judged;
    `accepted` is drift that an earlier run found.
    """
    account = asker.api.account
    here = [r for r in desired.resources if r.key.account == account]
    stage = Stage(exceptions, catalog)
    regions = regions_of(here, scope, default_region)
    types = stage.types(scope.types(catalog), regions, here)
    regions = stage.regions(regions)
    search = not scope.only_state
    scan = Scan(
        asker,
        catalog,
        here,
        scope=types,
        regions=regions,
        search=search,
        spared=stage.spare(here),
        strangers=stage.strangers,
        progress=progress,
    )
    own = {r.key for r in (*here, *scan.paired.values())}
    found = {key: r for key, r in scan.resources.items() if search or key in own}
    actual = Actual(found, scan.paired, scan.gaps)
    imported = frozenset(desired.imported)
    verdicts = classify(here, actual, catalog, types, imported, means=stage.means, excused=excused)
    holders, unheard = held(verdicts.drift, actual.resources, catalog, scan.prove)
    verdicts.hand_over(holders)
    stage.settle(verdicts, scan)
    moved = parted(verdicts.drift, catalog, scan.prove)
    listed = scan.gaps  # what the rules cannot read beyond that, they say themselves
    drifts = joined(moved.drift, catalog, scan.complete, scan.resources)
    judged = judge(drifts, rules, scan, catalog, desired=here, settings=settings, scope=types)
    elsewhere = [
        r
        for r in desired.resources
        if r.key.account != account and kind_of(r, catalog).name in types and stage.means(r)
    ]
    report = _report(desired, verdicts, moved, judged, listed, scan.not_offered, types, elsewhere)
    seen = types - {g.type for g in report.gaps}
    report = replace(
        report,
        managed=report.managed + stage.resources,
        pending=tuple(p for p in report.pending if stage.may_mean(p.address, p.type)),
        ignored=stage.told,
        ignored_resources=stage.resources,
        warnings=(*report.warnings, *unheard, *advice(stage, (*here, *scan.resources.values()), seen)),
        scope=ReportScope((account,), tuple(regions), tuple(desired.sources), len(types), search),
        api_calls=dict(sorted(asker.api.counts.items())),
        listings_spared=scan.listings_spared,
    )
    judgeable = frozenset(names(r) for r in here if stage.means(r))
    looked = Looked(seen, judgeable, search and exceptions.where is None)
    report = accept(report, accepted, looked) if accepted else report
    actual_side = tuple(scan.resources[key] for key in found)
    return Result(report, tuple(here), actual_side, looked, actual, types, tuple(excused))


def regions_of(resources: Iterable[Resource], scope: Scope, default: str) -> list[str]:
    """The regions to look at: those the resources live in and those asked for; else the session's own."""
    found = {*scope.regions, *(r.key.region for r in resources)} - {GLOBAL, ""}
    if not found and not default:
        raise UsageError(
            "no region: neither the state nor the session names one", "Give one with --region, or set AWS_REGION."
        )
    return sorted(found or {default})


def _report(
    desired: Desired,
    verdicts: Verdicts,
    moved: Expected,
    judged: Judged,
    listed: Iterable[Gap],
    not_offered: Iterable[str],
    types: frozenset[str],
    elsewhere: Sequence[Resource],
) -> Report:
    unread = [
        *verdicts.unread,
        *moved.unread,
        *(Unread(str(r.address), r.type, "", f"account {r.key.account}", "OtherAccount") for r in elsewhere),
    ]
    certain = not desired.failed
    in_sync = len(verdicts.in_sync) + moved.in_sync
    unread_resources = verdicts.unread_resources + moved.unread_resources + len(elsewhere)
    drifts = judged.drift
    modified_or_missing = [d for d in drifts if d.kind != "unmanaged"]
    return Report(
        scope=ReportScope(),
        drift=tuple(d if certain or d.kind != "unmanaged" else replace(d, certain=False) for d in drifts),
        in_sync=in_sync,
        managed=in_sync + len(modified_or_missing) + unread_resources,
        pending=_pending(desired, verdicts, types),
        expected=tuple(moved.expected),
        settled=tuple(verdicts.settled),
        exempt=tuple(verdicts.exempt),
        not_ours=tuple(verdicts.not_ours),
        gaps=tuple(sorted(g for g in {*listed, *verdicts.gaps} if g.type in types)),
        unread=tuple(sorted(unread)),
        unread_resources=unread_resources,
        not_offered=tuple(sorted(not_offered)),
        not_covered=dict(sorted(desired.not_covered.items())),
        warnings=(
            *desired.warnings,
            *(
                f"{r.address} (deposed {r.deposed}) still exists as {r.id}: a leftover of create_before_destroy; "
                "the next `terraform apply` deletes it"
                for r in verdicts.leftovers
            ),
            *_twice(desired.resources),
            *judged.warnings,
        ),
        states_failed=tuple(str(e) for e in desired.failed),
    )


def _pending(desired: Desired, verdicts: Verdicts, types: frozenset[str]) -> tuple[Pending, ...]:
    """What the next apply does: as the source says, and as the differ saw of the attributes that it compared."""
    seen = {p.address: p for p in verdicts.pending}
    known = {str(r.address): r for r in desired.resources if not r.deposed}
    out = []
    for told in desired.pending:
        own = seen.pop(told.address, None)
        resource = known.get(told.address)
        still = [a for a in told.attributes if resource is None or a not in resource.configured]
        names = tuple(sorted({*still, *(own.attributes if own else ())}))
        if told.type in types and (names or not told.attributes):
            source = resource.source if resource is not None and resource.source.file else told.source
            out.append(replace(told, attributes=names, changes=own.changes if own else told.changes, source=source))
    return tuple(sorted((*out, *seen.values()), key=lambda p: p.address))


def _twice(resources: Iterable[Resource]) -> list[str]:
    """Resources that more than one address claims."""
    claims: dict[Key, list[Resource]] = defaultdict(list)
    for r in resources:
        if not r.deposed:
            claims[r.key].append(r)
    return [
        f"{key.type} {found[0].id} is managed twice: "
        + ", ".join(sorted(f"{r.address} ({r.source.state})" for r in found))
        for key, found in sorted(claims.items(), key=lambda kv: str(kv[0]))
        if len(found) > 1 and all(key.identity)
    ]

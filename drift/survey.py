"""One target's survey: list, pair, read, compare. What drifted of it, and what could not be read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drift.diff.actual import Actual
from drift.diff.classify import Verdicts, classify
from drift.diff.expect import Expected, parted
from drift.diff.members import membership
from drift.diff.twins import joined
from drift.diff.vanished import doubts
from drift.errors import UsageError
from drift.exclude import after, before
from drift.exclude.exclusions import Exceptions, Exclusions
from drift.live.asker import Asker, Progress, quiet
from drift.live.estimate import Estimate, estimate
from drift.live.plan import Plan
from drift.live.scan import Scan, wanted
from drift.model.coverage import Gap
from drift.model.drift import Drift
from drift.model.resource import GLOBAL, Key, Resource
from drift.model.suggest import did_you_mean
from drift.model.target import Target
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of

if TYPE_CHECKING:
    import networkx as nx

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
    left_out: frozenset[str] = frozenset()
    """On replay: the types that were not looked for when it was recorded, because nothing showed that they are used."""
    fresh_tags: bool = False
    """Whether to ask each resource for its tags, where one call tells those of a whole region, a little behind."""
    only_state: bool = False
    """Whether to compare what the states hold alone, and not to look for what is unmanaged."""

    everything: bool = False
    """Whether to look for what is unmanaged also in services that nothing shows to be used."""

    def types(self, catalog: Catalog) -> frozenset[str]:
        """The types in scope; patterns may hold `*`. UsageError for one that matches nothing."""
        found = self._named(catalog)
        return found & self.recorded if self.recorded else found

    def missed(self, catalog: Catalog) -> frozenset[str]:
        """The types that would be in scope, had they been looked for when it was recorded."""
        return self._named(catalog) & self.left_out if self.left_out and not self.only_state else frozenset()

    def _named(self, catalog: Catalog) -> frozenset[str]:
        only = set(_matching(self.only, catalog)) if self.only else set(catalog)
        return frozenset(only - set(_matching(self.exclude, catalog)))


def _matching(patterns: Iterable[str], catalog: Catalog) -> Iterable[str]:
    for pattern in patterns:
        found = fnmatch.filter(catalog, pattern)
        if not found:
            hint = did_you_mean(pattern, catalog, "`drift catalog` lists the types.")
            raise UsageError(f"no resource type matches {pattern!r}", hint)
        yield from found


@dataclass(slots=True, kw_only=True)
class Survey:
    """What came of one target. The two sides, and every difference between them with its verdict."""

    target: Target
    catalog: Catalog
    desired: tuple[Resource, ...]
    """What Terraform describes of it."""
    excused: tuple[Resource, ...]
    """What is described elsewhere: neither judged nor unmanaged."""
    actual: Actual
    """What was found, for whom, and what could not be listed."""
    scan: Scan
    """Reads more of what was found, where a rule or an explanation needs it."""
    exclusions: Exclusions
    """What was left out on purpose."""
    verdicts: Verdicts
    expected: Expected
    """What somebody may change, and did."""
    drift: tuple[Drift, ...]
    types: frozenset[str]
    """The types that were looked at."""
    regions: tuple[str, ...]
    searched: bool
    """Whether what is unmanaged was looked for."""
    not_searched: frozenset[str]
    """The types in scope that were not looked for, because nothing shows that they are used."""
    gaps: frozenset[Gap]
    """What could not be listed for the comparison."""
    warnings: tuple[str, ...] = ()

    def covers(self, resource: Resource) -> bool:
        """Whether a resource of another target would have been looked at, had it been one of this."""
        return entry_of(resource, self.catalog).name in self.types and self.exclusions.means(resource)

    @property
    def in_sync(self) -> list[tuple[Resource, Resource]]:
        """Both sides of what did not drift."""
        return [(r, self.actual.paired[r.origin]) for r in self.verdicts.in_sync if r.origin in self.actual.paired]

    def desired_graph(self) -> nx.DiGraph[Key]:
        """What Terraform describes, with its references."""
        from drift.graph import build

        return build(self.desired, self.catalog)

    def actual_graph(self) -> nx.DiGraph[Key]:
        """What is there, with its references."""
        from drift.graph import build

        return build(self.actual.resources.values(), self.catalog)


NAMED = 5
"""How many resources one warning names."""


def forecast(
    target: Target,
    desired: Sequence[Resource],
    catalog: Catalog,
    scope: Scope,
    exceptions: Exceptions,
    home_region: str,
) -> Estimate:
    """The calls that a survey of the target will make; none is made for this."""
    exclusions = Exclusions(exceptions, catalog)
    regions = regions_of(desired, scope, home_region)
    types = before.types_left(exclusions, worth(scope, scope.types(catalog), desired, catalog), regions, desired)
    return estimate(
        desired,
        catalog,
        catalog.providers[target.provider],
        account=target.account,
        scope=types,
        regions=before.regions_left(exclusions, regions),
        search=not scope.only_state,
    )


def survey(
    target: Target,
    asker: Asker,
    desired: Sequence[Resource],
    catalog: Catalog,
    scope: Scope,
    *,
    imported: frozenset[tuple[str, str]] = frozenset(),
    identities: Sequence[tuple[str, Mapping[str, str]]] = (),
    named: frozenset[str] = frozenset(),
    exceptions: Exceptions = NOTHING,
    excused: Sequence[Resource] = (),
    home_region: str = "",
    progress: Progress = quiet,
) -> Survey:
    """Compare one target with what Terraform describes of it.

    `home_region` is looked at where nothing names a region; `imported` is (type, id) of what the next apply imports,
    `identities` (type, identity). What has an id or ARN that is `named` is managed under a type that has no entry.
    """
    here = tuple(desired)
    exclusions = Exclusions(exceptions, catalog)
    regional = any(catalog[name].regional for name in scope.types(catalog))
    regions = regions_of(here, scope, home_region) if regional else []
    asked_for = scope.types(catalog)
    search = not scope.only_state
    provider = catalog.providers[target.provider]
    worthwhile = worth(scope, asked_for, here, catalog)
    if worthwhile != asked_for:
        named_regions = before.regions_left(exclusions, regions)
        types = before.types_left(exclusions, worthwhile, regions, here)
        ahead = Plan(
            catalog, wanted(here, catalog), provider, account=target.account, scope=types, regions=named_regions
        )
        for request in ahead.first:  # they are on their way while the account is asked what it uses
            asker.start(request)
        worthwhile = worth(scope, asked_for, here, catalog, provider.signs(asker, named_regions))
    types = before.types_left(exclusions, worthwhile, regions, here)
    regions = before.regions_left(exclusions, regions)
    scan = Scan(
        asker,
        catalog,
        provider,
        here,
        scope=types,
        regions=regions,
        search=search,
        fresh=scope.fresh_tags,
        spared=before.spared(exclusions, here),
        strangers=before.may_mean_strangers(exclusions),
        progress=progress,
    )
    scan.collect()
    here = tuple(r for r in here if r.origin not in scan.not_held)
    own = {r.key for r in (*here, *scan.paired.values())}
    found = {key: r for key, r in scan.resources.items() if search or key in own}
    actual = Actual(found, scan.paired, scan.gaps)
    verdicts = classify(
        here,
        actual,
        catalog,
        types,
        imported,
        identities=identities,
        named=named,
        means=exclusions.means,
        excused=excused,
    )
    listed = membership(verdicts.drift, actual.resources, catalog, scan.prove, scan.gaps)
    verdicts.hand_over(listed.owners)
    verdicts.doubt(listed.doubtful, listed.gaps)
    after.settle(exclusions, verdicts, scan)
    expected = parted(verdicts.drift, catalog, scan.prove, actual.resources.values(), verdicts.exempt)
    return Survey(
        target=target,
        catalog=catalog,
        desired=tuple(verdicts.meant.get(r.origin, r) for r in here),
        excused=tuple(excused),
        actual=actual,
        scan=scan,
        exclusions=exclusions,
        verdicts=verdicts,
        expected=expected,
        drift=tuple(joined(expected.drift, catalog, scan.complete, scan.resources)),
        types=types,
        regions=tuple(regions),
        searched=search,
        not_searched=(asked_for - worthwhile) | scope.missed(catalog),
        gaps=scan.gaps,
        warnings=(
            *doubts(here, verdicts.drift, actual, catalog),
            *_unexplained(verdicts.echoed),
            *_dropped(d.desired for d in verdicts.drift if d.desired is not None),
        ),
    )


def _dropped(drifted: Iterable[Resource]) -> Iterator[str]:
    """What a refresh took out of the state because somebody had deleted it."""
    names = sorted(str(r.address) for r in drifted if r.dropped)
    if names:
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        yield (
            f"missing, and in the state no more: {', '.join(names[:NAMED])}{more}. The state's backup has it, and so "
            "has the configuration: a refresh found it gone"
        )


def _unexplained(parents: int) -> Iterator[str]:
    """What a state alone cannot tell: who put a part where its parent's record shows it."""
    if parents:
        hold = "1 resource holds" if parents == 1 else f"{parents} resources hold"
        yield (
            f"{hold} parts (rules, policies, attachments) that only the record explains, "
            "and a refresh records what it finds: give --config"
        )


def worth(
    scope: Scope,
    types: frozenset[str],
    desired: Iterable[Resource],
    catalog: Catalog,
    signs: Set[str] = frozenset(),
) -> frozenset[str]:
    """The types to look for: what most accounts have, what a state has some of, and the services that a state or a
    sign in the account shows to be used. All where the user names types or asks for all, and on replay."""
    if scope.everything or scope.only_state or scope.only or scope.recorded:
        return types
    used = {entry.name: entry for entry in (entry_of(r, catalog) for r in desired)}
    names = {name for entry in used.values() for name in (entry.name, entry.listed_as)}
    services = {entry.service for entry in used.values()} | signs
    return frozenset(n for n in types if n in names or catalog.provider_of(n).looked_for(catalog[n], services))


def regions_of(resources: Iterable[Resource], scope: Scope, default: str) -> list[str]:
    """The regions to look at: those the resources live in and those asked for; else the session's own."""
    found = {*scope.regions, *(r.key.region for r in resources)} - {GLOBAL, ""}
    if not found and not default:
        raise UsageError(
            "no region: neither the state nor the session names one",
            "Give one with --region, or set one in the configuration of the cloud's own tools.",
        )
    return sorted(found or {default})

"""The survey of one target: list, pair, read and compare its resources."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drift.diff.actual import Actual
from drift.diff.classify import Verdicts, classify
from drift.diff.expect import Expected, parted
from drift.diff.members import membership
from drift.diff.strangers import parts_by_hand
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
from drift.model.words import few
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of

if TYPE_CHECKING:
    import networkx as nx

NOTHING = Exceptions()
"""Exceptions that leave nothing out."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The types to check (all if `only` is empty), and regions in addition to those of the states."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    recorded: frozenset[str] = frozenset()
    """On replay: the types of the recording, which has no answers for other types."""
    left_out: frozenset[str] = frozenset()
    """On replay: the types that the recording did not search, because nothing showed that they are used."""
    fresh_tags: bool = False
    """Whether to read the tags of each resource by itself. Otherwise one call reads those of a region, some minutes
    late."""
    only_state: bool = False
    """Whether to compare only resources in the states, and not to search for unmanaged ones."""

    everything: bool = False
    """Whether to search for unmanaged resources also in services that nothing shows to be used."""

    def types(self, catalog: Catalog) -> frozenset[str]:
        """The types in scope. Patterns may contain `*`; UsageError if one matches nothing."""
        found = self._named(catalog)
        return found & self.recorded if self.recorded else found

    def missed(self, catalog: Catalog) -> frozenset[str]:
        """The types in scope that the recording did not search."""
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
    """The result for one target: both sides, and every difference between them with its verdict."""

    target: Target
    catalog: Catalog
    desired: tuple[Resource, ...]
    """The resources that Terraform describes in this target."""
    excused: tuple[Resource, ...]
    """Resources that other states describe: neither compared nor unmanaged."""
    actual: Actual
    """The resources found, their pairs on the desired side, and listings that failed."""
    scan: Scan
    """Reads more of the resources found, if a rule or an explanation needs it."""
    exclusions: Exclusions
    """What the user left out."""
    verdicts: Verdicts
    expected: Expected
    """Expected changes: the cloud shows a policy that allows them."""
    drift: tuple[Drift, ...]
    types: frozenset[str]
    """The types that were checked."""
    regions: tuple[str, ...]
    searched: bool
    """Whether drift searched for unmanaged resources."""
    not_searched: frozenset[str]
    """The types in scope that drift did not search, because nothing shows that they are used."""
    gaps: frozenset[Gap]
    """The listings that failed."""
    warnings: tuple[str, ...] = ()

    def covers(self, resource: Resource) -> bool:
        """Whether the scope of this survey includes a resource of another target."""
        return entry_of(resource, self.catalog).name in self.types and self.exclusions.means(resource)

    @property
    def in_sync(self) -> list[tuple[Resource, Resource]]:
        """(desired, actual) for each resource in sync."""
        return [(r, self.actual.paired[r.origin]) for r in self.verdicts.in_sync if r.origin in self.actual.paired]

    def desired_graph(self) -> nx.DiGraph[Key]:
        """The desired resources and their references."""
        from drift.graph import build

        return build(self.desired, self.catalog)

    def actual_graph(self) -> nx.DiGraph[Key]:
        """The actual resources and their references."""
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
    """Estimate the calls of a survey. Makes no call."""
    exclusions = Exclusions(exceptions, catalog)
    asked_for = scope.types(catalog)
    regions = regions_of(desired, scope, home_region, needed=any(catalog[name].regional for name in asked_for))
    types = before.types_left(exclusions, worth(scope, asked_for, desired, catalog), regions, desired)
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
    """Compare one target with the resources that Terraform describes in it.

    `home_region` is searched if neither states nor scope name a region. `imported` has (type, id), and `identities`
    (type, identity), of resources that the next apply imports. `named` has ids and ARNs that states of the run name
    under unsupported types: those resources are managed.
    """
    here = tuple(desired)
    exclusions = Exclusions(exceptions, catalog)
    asked_for = scope.types(catalog)
    regions = regions_of(here, scope, home_region, needed=any(catalog[name].regional for name in asked_for))
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
    if search and (unopened := {*parts_by_hand(here, actual, catalog, types)}):
        scan.open(sorted(unopened, key=str))
        actual = Actual(dict(scan.resources), scan.paired, scan.gaps)
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
            *_dropped(d.desired for d in verdicts.drift if d.desired is not None and d.kind == "missing"),
        ),
    )


def _dropped(drifted: Iterable[Resource]) -> Iterator[str]:
    """A warning about resources that a refresh removed from the state because they had been deleted."""
    names = sorted(str(r.address) for r in drifted if r.dropped)
    if names:
        yield (
            f"missing, and no longer in the state: {few(names, NAMED)}. The state's backup and the "
            "configuration have it: a refresh removed it because it was gone"
        )


def _unexplained(parents: int) -> Iterator[str]:
    """A warning about parts that only the parent's record lists: a state alone cannot show who created them."""
    if parents:
        hold = "1 resource has" if parents == 1 else f"{parents} resources have"
        yield (
            f"{hold} parts (rules, policies, attachments) that only the state records; a refresh may have recorded "
            "them after somebody added them by hand: give --config to compare with the configuration"
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


def regions_of(resources: Iterable[Resource], scope: Scope, default: str, *, needed: bool = True) -> list[str]:
    """The regions to search: those of the resources and of the scope, otherwise the session's own.

    What has no region is asked of one, too: of the first of them. Unless a region is `needed`, there may be none.
    """
    found = {*scope.regions, *(r.key.region for r in resources)} - {GLOBAL, ""}
    if not found and not default:
        if not needed:
            return []
        raise UsageError(
            "no region: neither the states nor the cloud's own configuration name one",
            "Give --region, or set a region in the configuration of the cloud's own tools.",
        )
    return sorted(found or {default})

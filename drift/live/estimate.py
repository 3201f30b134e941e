"""Estimates the number of calls of a run, from the desired side and the catalogue only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from drift.live.plan import Plan
from drift.live.scan import wanted
from drift.model.resource import Resource
from drift.provider.catalog import Catalog
from drift.provider.contract import Provider
from drift.provider.relations import entry_of
from drift.provider.spec import Call, ElementOf


class Estimate(NamedTuple):
    """Numbers of calls by service."""

    listing: Counter[str]
    """Listing calls, one page each."""
    reading: Counter[str]
    """Calls that read managed resources. Unmanaged ones cost more calls."""

    @property
    def total(self) -> int:
        """All calls."""
        return self.listing.total() + self.reading.total()


def together(several: Iterable[Estimate]) -> Estimate:
    """The calls of several runs in all."""
    listing, reading = Counter[str](), Counter[str]()
    for one in several:
        listing.update(one.listing)
        reading.update(one.reading)
    return Estimate(listing, reading)


def estimate(
    desired: Sequence[Resource],
    catalog: Catalog,
    provider: Provider,
    *,
    account: str,
    scope: frozenset[str],
    regions: Iterable[str],
    search: bool,
) -> Estimate:
    """The calls for these resources, for their listings, and for the search for unmanaged ones."""
    plan = Plan(
        catalog, wanted(desired, catalog), provider, account=account, scope=scope, regions=regions, search=search
    )
    # calls that depend on another listing are rarely needed, so they are left out
    requests = {x.request.hashed: x.request for x in plan.everything() if not x.further and not x.call.where}
    readings: dict[tuple[str, str, str], int] = defaultdict(int)
    calls: dict[tuple[str, str, str], tuple[str, Call]] = {}
    for resource in desired:
        entry = entry_of(resource, catalog)
        if entry.name not in scope or isinstance(entry.list, ElementOf) or entry.aggregate is not None:
            continue
        own = catalog[entry.listed_as]
        needed = {s for name in resource.attributes for s in entry.sections_of(name)}
        for call in (c for c in own.describe if c.into in needed):
            slot = (own.name, resource.key.region, call.into)
            readings[slot] += 1
            calls[slot] = (call.service or own.service, call)
    reading: Counter[str] = Counter()
    for slot, count in readings.items():
        service, call = calls[slot]
        bulk = call.bulk
        if bulk is not None and count > 1 + count // bulk.page:
            reading[bulk.call.service or service] += 1 + count // bulk.page
        else:
            reading[service] += -(-count // abs(call.batch)) if call.bind else 1
    return Estimate(Counter(r.service for r in requests.values()), reading)

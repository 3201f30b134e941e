"""How many calls a run will make, told from the desired side and the catalogue alone, before any is made."""

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
    """Calls by service."""

    listing: Counter[str]
    """To list, one page each."""
    reading: Counter[str]
    """To read what is managed; what proves to be unmanaged is read besides."""


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
    """The calls for these resources, and for the listings that they and the search for unmanaged ones take."""
    plan = Plan(
        catalog, wanted(desired, catalog), provider, account=account, scope=scope, regions=regions, search=search
    )
    # what depends on another listing, or follows one, is seldom called for
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

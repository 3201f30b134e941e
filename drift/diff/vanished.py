"""Warns if all resources of one type are missing: that is more often the wrong account than real drift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from drift.diff.actual import Actual
from drift.model.drift import Drift
from drift.model.resource import GLOBAL, Resource
from drift.provider.catalog import Catalog

LEAST = 2
"""The number of missing resources from which the warning appears."""


def doubts(desired: Sequence[Resource], drifts: Sequence[Drift], actual: Actual, catalog: Catalog) -> Iterator[str]:
    """A warning for each type and region with several desired resources whose listing returned none at all.

    An empty answer because of a fault looks the same as a correct one.
    """
    wanted = Counter((r.key.type, r.key.region) for r in desired if not r.deposed)
    missing = Counter((d.resource.key.type, d.resource.key.region) for d in drifts if d.kind == "missing")
    there = {(key.type, key.region) for key in actual.resources}
    accounts = {(r.key.type, r.key.region): r.key.account for r in desired}
    for (type_, region), count in sorted(missing.items()):
        whole = count == wanted[type_, region] >= LEAST and (type_, region) not in there
        if whole and catalog[type_].listings:
            account = f"account {accounts[type_, region]}"
            where = account if region == GLOBAL else f"{region} of {account}"
            yield (
                f"all {count} {type_} are missing, and {where} listed none: is this the right account, and did the "
                f"answer arrive as {catalog.provider_of(type_).title} gave it?"
            )

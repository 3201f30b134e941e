"""Everything of one type is missing at once: more often the wrong account than a catastrophe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from drift.diff.actual import Actual
from drift.model.drift import Drift
from drift.model.resource import GLOBAL, Resource
from drift.provider.catalog import Catalog

LEAST = 2
"""How many have to be missing before anybody wonders."""


def doubts(desired: Sequence[Resource], drifts: Sequence[Drift], actual: Actual, catalog: Catalog) -> Iterator[str]:
    """One sentence for each type and region of which several are desired, and of which the listing told none at all.

    An answer that came empty by a fault of the way looks the same as one that is.
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

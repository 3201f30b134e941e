"""What is there and nobody here manages: whose it is, and whether it is worth a line of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from drift.diff.actual import Actual
from drift.model.coverage import Gap, Unreadable
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import Index, entry_of, parent_key, parts_of
from drift.provider.spec import ResourceType

Fate = Literal["unmanaged", "not_ours", "doubtful", "imported", "part", "told", "claimed", "inside"]
"""`doubtful`: what would prove an owner was refused. `part` of something unmanaged, `told` by its managed whole,
`claimed` by what it came with, found `inside` something that is told."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """One resource that no state has, and what becomes of it."""

    resource: Resource
    fate: Fate
    of: Key | None = None
    """What it is part of, told by, claimed by or inside."""
    proof: str = ""
    """What proves its owner."""
    refused: Unreadable | None = None


def strangers(
    desired: Sequence[Resource],
    actual: Actual,
    catalog: Catalog,
    scope: frozenset[str],
    excused: Sequence[Resource] = (),
) -> Iterator[Stranger]:
    """Everything found in scope that nothing desired is, in order of key; what is `excused` is desired elsewhere."""
    elsewhere = {r.key: f"state {r.source.state}" for r in excused if not r.deposed}
    gathered = [p for r in (*desired, *actual.paired.values()) for p in parts_of(r, catalog)]
    managed = {r.key: r for r in (*gathered, *actual.paired.values(), *desired)}
    found: dict[Key, Resource] = {}
    recorded: dict[Key | None, set[str]] = defaultdict(set)  # what an API's state sets, or a part of the API
    for known in desired:
        part = entry_of(known, catalog).parent
        for whole in (known.key, *([parent_key(known, part, catalog)] if part else [])):
            recorded[whole] |= known.recorded
    index = Index([*actual.resources.values()], catalog)
    claimed = _claimed(desired, actual, catalog, index)
    claimants = {
        (ref.to, g.account, region): g
        for g in sorted(actual.gaps)
        for ref in catalog[g.type].creates
        for region in (g.region, GLOBAL)  # what has no region may come with what has one: a namespace's zone
    }
    for key in sorted(actual.resources, key=lambda k: (k.type, k.account, k.region, str(k.identity))):
        resource = actual.resources[key]
        entry = catalog[key.type]
        if key in managed or entry.name not in scope:
            continue
        if key in claimed:
            yield Stranger(resource, "claimed", claimed[key])
            continue
        if entry.parent is not None:
            parent = parent_key(resource, entry.parent, catalog)
            if parent not in managed and not entry.parent.standalone:
                yield Stranger(resource, "part", parent)
                continue
            if parent in managed and (entry.parent.covers or entry.parent.covered_if in recorded[parent]):
                yield Stranger(resource, "told", parent)
                continue
        if key in elsewhere:
            yield Stranger(replace(resource, owner=elsewhere[key]), "not_ours", proof=elsewhere[key])
            continue
        stranger = _owned(resource, entry, index, actual.gaps, claimants, catalog)
        if stranger is None:
            found[key] = resource
        else:
            yield stranger
    told = found.keys() | claimed.keys() - managed.keys()
    for resource in found.values():
        above = _within(resource, told, actual.resources)
        yield Stranger(resource, "inside" if above else "unmanaged", above)


def _owned(
    resource: Resource,
    entry: ResourceType,
    index: Index,
    gaps: Iterable[Gap],
    claimants: Mapping[tuple[str, str, str], Gap],
    catalog: Catalog,
) -> Stranger | None:
    """Whose it is, or what was refused that might tell; None where it is nobody else's."""
    if resource.owner:
        return Stranger(resource, "not_ours", proof=resource.proof)
    owner = _inherited(resource, entry, index, gaps, catalog)
    if isinstance(owner, Resource):
        return Stranger(replace(resource, owner=owner.owner), "not_ours", owner.key, owner.proof)
    refused = owner or _claimant(resource.key, claimants)
    return Stranger(resource, "doubtful", refused=refused) if refused else None


def _within(resource: Resource, told: Set[Key], resources: Mapping[Key, Resource]) -> Key | None:
    """What is unmanaged, or claimed, that it was found inside."""
    while resource.inside is not None and resource.inside in resources:
        if resource.inside in told:
            return resource.inside
        resource = resources[resource.inside]
    return None


def _inherited(
    resource: Resource, entry: ResourceType, index: Index, gaps: Iterable[Gap], catalog: Catalog
) -> Resource | Unreadable | None:
    """What it belongs to that has an owner, or what was refused that might tell of one."""
    doubt = resource.doubt
    for ref in entry.owned_with:
        types = {ref.to, catalog[ref.to].listed_as if ref.to in catalog else ref.to}
        for value, target in index.named(ref, resource):
            if target is not None and target.owner:
                return target
            if target is not None:
                doubt = doubt or target.doubt
                continue
            hidden = (
                g for g in gaps if g.type in types and g.account == resource.key.account and g.within in ("", value)
            )
            gap = min(hidden, default=None)
            doubt = doubt or (Unreadable(gap.action, gap.code) if gap else None)
    return doubt


def _claimant(key: Key, claimants: Mapping[tuple[str, str, str], Gap]) -> Unreadable | None:
    """What was refused that might claim it: whose volume it is cannot be told without the instances."""
    gap = claimants.get((key.type, key.account, key.region))
    return Unreadable(gap.action, gap.code) if gap else None


def _claimed(desired: Sequence[Resource], actual: Actual, catalog: Catalog, index: Index) -> dict[Key, Key]:
    """What came with something else -> that."""
    claimants: dict[Key, list[Key]] = defaultdict(list)
    for resource in (*desired, *(actual.resources[key] for key in sorted(actual.resources, key=str))):
        for ref in entry_of(resource, catalog).creates:
            for target in index.every(ref, resource):
                # where two claim each other, as the tables of a global table do, one of them must speak
                if target.key not in {resource.key, *claimants[resource.key]}:
                    claimants[target.key].append(resource.key)
    return {key: by[0] for key, by in claimants.items() if by}

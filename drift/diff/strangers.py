"""Decides about each resource that no state describes: its owner, and whether to report it by itself."""

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
"""`doubtful`: the proof of an owner was refused. `part` of an unmanaged resource; `told` by its managed parent;
`claimed` by the resource with which it was created; found `inside` a resource that is reported."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A resource that no state describes, and the decision about it."""

    resource: Resource
    fate: Fate
    of: Key | None = None
    """The resource that the decision refers to: its parent, or the one that it was created with or found inside."""
    proof: str = ""
    """The proof of its owner."""
    refused: Unreadable | None = None


def strangers(
    desired: Sequence[Resource],
    actual: Actual,
    catalog: Catalog,
    scope: frozenset[str],
    excused: Sequence[Resource] = (),
) -> Iterator[Stranger]:
    """Every resource found in scope that no desired resource is, sorted by key. `excused` are resources of other
    states."""
    elsewhere = {r.key: f"state {r.source.state}" for r in excused if not r.deposed}
    gathered = [p for r in (*desired, *actual.paired.values()) for p in parts_of(r, catalog)]
    managed = {r.key: r for r in (*gathered, *actual.paired.values(), *desired)}
    found: dict[Key, Resource] = {}
    recorded: dict[Key | None, set[str]] = defaultdict(
        set
    )  # attributes that the state of an API sets, or of a part of it
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
        for region in (
            g.region,
            GLOBAL,
        )  # a resource without a region may belong to one with a region: the hosted zone of a namespace
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
    """The resource with its owner, or with the refusal that hides the owner; None if there is no other owner."""
    if resource.owner:
        return Stranger(resource, "not_ours", proof=resource.proof)
    owner = _inherited(resource, entry, index, gaps, catalog)
    if isinstance(owner, Resource):
        return Stranger(replace(resource, owner=owner.owner), "not_ours", owner.key, owner.proof)
    refused = owner or _claimant(resource.key, claimants)
    return Stranger(resource, "doubtful", refused=refused) if refused else None


def _within(resource: Resource, told: Set[Key], resources: Mapping[Key, Resource]) -> Key | None:
    """The reported resource inside which this one was found."""
    while resource.inside is not None and resource.inside in resources:
        if resource.inside in told:
            return resource.inside
        resource = resources[resource.inside]
    return None


def _inherited(
    resource: Resource, entry: ResourceType, index: Index, gaps: Iterable[Gap], catalog: Catalog
) -> Resource | Unreadable | None:
    """The related resource that has an owner, or the refusal that hides it."""
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
    """The refused listing of resources that may claim this one: without the instances, the owner of a volume is
    unknown."""
    gap = claimants.get((key.type, key.account, key.region))
    return Unreadable(gap.action, gap.code) if gap else None


def _claimed(desired: Sequence[Resource], actual: Actual, catalog: Catalog, index: Index) -> dict[Key, Key]:
    """Resource that was created with another -> that other resource."""
    claimants: dict[Key, list[Key]] = defaultdict(list)
    for resource in (*desired, *(actual.resources[key] for key in sorted(actual.resources, key=str))):
        for ref in entry_of(resource, catalog).creates:
            for target in index.every(ref, resource):
                # if two resources claim each other, as the tables of a global table do, one of them must be reported
                if target.key not in {resource.key, *claimants[resource.key]}:
                    claimants[target.key].append(resource.key)
    return {key: by[0] for key, by in claimants.items() if by}

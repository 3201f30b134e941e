"""Decides about each resource that no state describes: its owner, and whether to report it by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

from drift.diff.actual import Actual
from drift.diff.compare import element_key
from drift.diff.shares import Shares
from drift.model.coverage import Gap, Unreadable
from drift.model.resource import GLOBAL, Key, Resource
from drift.model.value import Value
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
    explained = _Explained(desired, actual, catalog, excused)
    found: dict[Key, Resource] = {}
    for key in sorted(actual.resources, key=lambda k: (k.type, k.account, k.region, str(k.identity))):
        if key in explained.managed or catalog[key.type].name not in scope:
            continue
        stranger = explained.by(actual.resources[key])
        if stranger is None:
            found[key] = actual.resources[key]
        else:
            yield stranger
    reported = found.keys() | explained.claimed.keys() - explained.managed
    for resource in found.values():
        part = catalog[resource.key.type].parent
        above = _within(resource, found.keys() if part and part.by_hand else reported, actual.resources)
        yield Stranger(resource, "inside" if above else "unmanaged", above)


class _Explained:
    """The reasons why a resource that no state describes is not reported by itself."""

    def __init__(
        self, desired: Sequence[Resource], actual: Actual, catalog: Catalog, excused: Sequence[Resource]
    ) -> None:
        gathered = [p for r in (*desired, *actual.paired.values()) for p in parts_of(r, catalog)]
        self.managed = {r.key for r in (*gathered, *actual.paired.values(), *desired)}
        self._catalog, self._gaps = catalog, actual.gaps
        self._desired, self._paired, self._found = desired, actual.paired, actual.resources
        self._shares: Shares | None = None
        self._elsewhere = {r.key: f"state {r.source.state}" for r in excused if not r.deposed}
        self._recorded = _recorded(desired, catalog)
        self._index = Index([*actual.resources.values()], catalog)
        self._refused = _refused(actual.gaps, catalog)
        self.claimed = _claimed(desired, actual, catalog, self._index)

    def by(self, resource: Resource) -> Stranger | None:
        """The first reason that applies; None if there is none."""
        if resource.key in self.claimed:
            return None if self._by_person(resource) else Stranger(resource, "claimed", self.claimed[resource.key])
        return self._as_part(resource) or self._of_another_state(resource) or self._owned(resource)

    def _as_part(self, resource: Resource) -> Stranger | None:
        """It is part of an unmanaged resource, or its managed parent already covers it."""
        part = self._catalog[resource.key.type].parent
        if part is None:
            return None
        parent = parent_key(resource, part, self._catalog)
        if parent in self.managed:
            covered = part.covers or part.covered_if in self._recorded.get(parent, ())
            return Stranger(resource, "told", parent) if covered else None
        own = (
            part.standalone or (part.by_hand and parent in self.claimed) or (part.of_others and self._has_owner(parent))
        )
        return None if own else Stranger(resource, "part", parent)

    def _has_owner(self, key: Key | None) -> bool:
        whole = self._found.get(key) if key else None
        return whole is not None and bool(whole.owner)

    def _by_person(self, resource: Resource) -> bool:
        """Whether it came with a managed resource, and a person changed it since."""
        entry = self._catalog[resource.key.type]
        if entry.by_person is None or self.claimed[resource.key] not in self.managed:
            return False
        return entry.by_person(self._without_parts(resource, entry))

    def _of_another_state(self, resource: Resource) -> Stranger | None:
        state = self._elsewhere.get(resource.key)
        return Stranger(replace(resource, owner=state), "not_ours", proof=state) if state else None

    def _owned(self, resource: Resource) -> Stranger | None:
        """It has another owner, or a refusal hides its owner."""
        if resource.owner:
            return Stranger(resource, "not_ours", proof=resource.proof)
        entry = self._catalog[resource.key.type]
        for proof in entry.proofs:
            if proof.beside_parts is not None and proof.beside_parts(self._without_parts(resource, entry)):
                return Stranger(replace(resource, owner=proof.who), "not_ours", proof=proof.when)
        apart = entry.parent is not None and entry.parent.of_others
        owner = resource.doubt if apart else _inherited(resource, entry, self._index, self._gaps, self._catalog)
        if isinstance(owner, Resource):
            return Stranger(replace(resource, owner=owner.owner), "not_ours", owner.key, owner.proof)
        key = resource.key
        refused = owner or self._refused.get((key.type, key.account, key.region))
        return Stranger(resource, "doubtful", refused=refused) if refused else None

    def _without_parts(self, resource: Resource, entry: ResourceType) -> Mapping[str, Value]:
        """The attributes without the elements that separate resources describe."""
        if self._shares is None:
            self._shares = Shares(self._desired, self._paired, self._catalog)
        out = dict(resource.attributes)
        for name, attr in self._shares.coverable(resource, entry).items():
            held, value = self._shares.of(resource, name), out.get(name)
            if held and isinstance(value, frozenset):
                out[name] = frozenset(e for e in value if element_key(attr, e) not in held)
        return out


def parts_by_hand(
    desired: Sequence[Resource], actual: Actual, catalog: Catalog, scope: frozenset[str]
) -> Iterator[tuple[Key, str]]:
    """(what came with a managed resource, or is somebody else's, type of its parts that only a person adds). They are
    not read yet."""
    inside: dict[str, list[str]] = defaultdict(list)
    owned: dict[str, list[str]] = defaultdict(list)
    for name in sorted(scope):
        part = catalog[name].parent
        if part is not None and part.by_hand:
            inside[part.to].append(name)
        if part is not None and part.of_others:
            owned[part.to].append(name)
    managed = {r.key for r in (*desired, *actual.paired.values())}
    index = Index([r for r in actual.resources.values() if r.type in inside], catalog)
    for resource in (*desired, *actual.paired.values()):
        for ref in entry_of(resource, catalog).creates:
            for target in index.every(ref, resource) if ref.to in inside else ():
                yield from ((target.key, name) for name in inside[ref.to] if target.key not in managed)
    for resource in actual.resources.values():
        if resource.owner and resource.key not in managed:
            yield from ((resource.key, name) for name in owned.get(resource.type, ()))


def _recorded(desired: Iterable[Resource], catalog: Catalog) -> Mapping[Key | None, Set[str]]:
    """Resource -> attributes that the state sets for it, or for a part of it: an API and its body."""
    recorded: dict[Key | None, set[str]] = defaultdict(set)
    for known in desired:
        part = entry_of(known, catalog).parent
        for whole in (known.key, *([parent_key(known, part, catalog)] if part else [])):
            recorded[whole] |= known.recorded
    return recorded


def _refused(gaps: Iterable[Gap], catalog: Catalog) -> Mapping[tuple[str, str, str], Unreadable]:
    """(type, account, region) -> the refused listing of resources that may have created resources of this type.

    Without the instances, the owner of a volume is unknown.
    """
    return {
        (ref.to, gap.account, region): Unreadable(gap.action, gap.code)
        for gap in sorted(gaps)
        for ref in catalog[gap.type].creates
        # a resource without a region may belong to one with a region: the hosted zone of a namespace
        for region in (gap.region, GLOBAL)
    }


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

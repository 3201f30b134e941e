"""Pairs both sides and gives every resource its verdict."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from drift.catalog.spec import WHOLE, Attr, Held, ResourceType
from drift.diff.compare import changes, element_key
from drift.graph import Index, kind_of, parent_key, parts_of
from drift.model.coverage import Gap, Unread, Unreadable
from drift.model.drift import Change, Drift
from drift.model.resource import Key, Resource
from drift.model.value import Value, is_empty, plain

Catalog = Mapping[str, ResourceType]


@dataclass(slots=True)
class Actual:
    """The actual side, as the differ needs it."""

    resources: Mapping[Key, Resource]
    """Everything found, by its own entry."""
    paired: Mapping[tuple[str, str], Resource]
    """(state, address) -> what was found for it, by the desired resource's entry."""
    gaps: frozenset[Gap]


@dataclass(slots=True)
class Verdicts:
    """What the differ says, in order of address and key."""

    drift: list[Drift] = field(default_factory=list)
    in_sync: list[Resource] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unread_resources: int = 0
    not_ours: list[Resource] = field(default_factory=list)
    gaps: set[Gap] = field(default_factory=set)
    """What was found, but whose it is could not be told."""
    leftovers: list[Resource] = field(default_factory=list)
    """Deposed objects that are still there."""


def classify(desired: Sequence[Resource], actual: Actual, catalog: Catalog, scope: frozenset[str]) -> Verdicts:
    """Every desired resource and everything found, each with one verdict."""
    out = Verdicts()
    shares = _Shares(desired, actual, catalog)
    for resource in sorted(desired, key=lambda r: (str(r.address), r.deposed)):
        if kind_of(resource, catalog).name not in scope:
            continue
        if resource.deposed:
            if resource.key in actual.resources:
                out.leftovers.append(resource)
            continue
        _judge(resource, actual, catalog, shares, out)
    _unmanaged(desired, actual, catalog, scope, out)
    return out


def _judge(resource: Resource, actual: Actual, catalog: Catalog, shares: _Shares, out: Verdicts) -> None:
    kind = kind_of(resource, catalog)
    address = str(resource.address)
    found = actual.paired.get(resource.place)
    if found is None:
        gap = _gap_over(resource, kind, actual.gaps, catalog)
        if gap is not None:
            out.unread.append(Unread(address, kind.name, "", gap.action, gap.code))
            out.unread_resources += 1
        else:
            out.drift.append(Drift("missing", resource, None))
        return
    differing: list[Change] = []
    refused: list[Unread] = []
    for name, attr in kind.attributes.items():
        if name not in resource.attributes or name not in found.attributes:
            continue
        have = found.attributes[name]
        if isinstance(have, Unreadable):
            if not shares.holds_whole(resource, name):
                refused.append(Unread(address, kind.name, name, have.action, have.code))
            continue
        differing += [masked(c, resource, name) for c in _changes_of(resource, found, name, attr, shares)]
    out.unread += refused
    if differing:
        out.drift.append(Drift("modified", resource, found, tuple(differing)))
    elif refused:
        out.unread_resources += 1
    else:
        out.in_sync.append(resource)


def _changes_of(resource: Resource, found: Resource, name: str, attr: Attr, shares: _Shares) -> Iterator[Change]:
    want, have = resource.attributes[name], found.attributes[name]
    held = shares.of(resource, name)
    if held is None:
        return
    if held:
        # The parent's own record of a held attribute is an echo, as old as its last refresh:
        # it can say what a thing that is there looks like, but not demand that it be there.
        there = {element_key(attr, e) for e in have or ()} - held
        have = type(have)(e for e in have or () if element_key(attr, e) in there)
        want = type(have)(e for e in want or () if element_key(attr, e) in there)
    yield from changes(attr, name, want, have)


def masked(change: Change, resource: Resource, name: str) -> Change:
    """The change with its values replaced by keyed digests, where they must not be shown."""
    if not change.sensitive and name not in resource.sensitive:
        return change
    key = resource.source.lineage.encode()

    def digest(value: Value) -> Value:
        if is_empty(value):
            return None
        text = json.dumps(plain(value), sort_keys=True, default=str)
        return "secret:" + hashlib.blake2s(text.encode(), key=key[:32], digest_size=8).hexdigest()

    return replace(
        change,
        desired=digest(change.desired),
        actual=digest(change.actual),
        recorded=digest(change.recorded),
        added=tuple(map(digest, change.added)),
        removed=tuple(map(digest, change.removed)),
        details=(),
        sensitive=True,
    )


class _Shares:
    """Which elements of a parent's attributes are told by resources of their own."""

    def __init__(self, desired: Sequence[Resource], actual: Actual, catalog: Catalog) -> None:
        self._held: dict[tuple[Key, str], set[Value]] = defaultdict(set)
        self._whole: set[tuple[Key, str]] = set()
        gathered = [p for r in (*desired, *actual.paired.values()) for p in parts_of(r, catalog)]
        for resource in (*desired, *gathered):
            kind = kind_of(resource, catalog)
            if kind.parent is None or resource.deposed:
                continue
            key = parent_key(resource, kind.parent, catalog)
            if key is None:
                continue
            sides = [resource, *([found] if (found := actual.paired.get(resource.place)) else [])]
            for name, share in kind.parent.tells.items():
                if share is WHOLE:
                    self._whole.add((key, name))
                    continue
                attr = catalog[kind.parent.to].attributes[name]
                for side in sides:
                    self._held[key, name] |= {element_key(attr, e) for e in share(_readable(side))}
        for resource in desired:
            for name, (by, to, told) in kind_of(resource, catalog).echoes.items():
                key = resource.key._replace(type=to, identity=(resource.attributes.get(by),))
                if (key, told) in self._held:
                    self._held[resource.key, name] |= self._held[key, told]

    def holds_whole(self, parent: Resource, name: str) -> bool:
        return (parent.key, name) in self._whole

    def of(self, parent: Resource, name: str) -> set[Value] | None:
        """The keys of the held elements; None where the whole attribute is held."""
        return None if self.holds_whole(parent, name) else self._held.get((parent.key, name), set())


def _gap_over(resource: Resource, kind: ResourceType, gaps: Iterable[Gap], catalog: Catalog) -> Gap | None:
    parent = parent_key(resource, kind.parent, catalog) if kind.parent else None
    types = {kind.listed_as}
    if isinstance(kind.list, Held) and parent is not None:
        types.add(parent.type)
    names = {"", *(str(k.identity[0]) for k in (resource.key, parent) if k is not None)}
    account, region = resource.key.account, resource.key.region
    return min(
        (g for g in gaps if g.type in types and (g.account, g.region) == (account, region) and g.within in names),
        default=None,
    )


def _unmanaged(
    desired: Sequence[Resource], actual: Actual, catalog: Catalog, scope: frozenset[str], out: Verdicts
) -> None:
    gathered = [p for r in (*desired, *actual.paired.values()) for p in parts_of(r, catalog)]
    managed = {r.key: r for r in (*gathered, *actual.paired.values(), *desired)}
    found: dict[Key, Resource] = {}
    recorded: dict[Key | None, set[str]] = defaultdict(set)  # what an API's state sets, or a part of the API
    for known in desired:
        part = kind_of(known, catalog).parent
        for whole in (known.key, *([parent_key(known, part, catalog)] if part else [])):
            recorded[whole] |= known.recorded
    index = Index([*actual.resources.values()], catalog)
    claimed = _claimed(desired, actual, catalog, index)
    claimants = {(ref.to, g.account, g.region): g for g in sorted(actual.gaps) for ref in catalog[g.type].claims}
    for key in sorted(actual.resources, key=lambda k: (k.type, k.account, k.region, str(k.identity))):
        resource = actual.resources[key]
        kind = catalog[key.type]
        if key in managed or key in claimed or kind.name not in scope:
            continue
        if kind.parent is not None:
            parent = parent_key(resource, kind.parent, catalog)
            if parent not in managed and not kind.parent.alone:
                continue  # part of something unmanaged
            if parent in managed and (kind.parent.tells or kind.parent.unless in recorded[parent]):
                continue  # told by the managed whole
        owner = resource.owner or _inherited(resource, kind, index, actual.gaps, catalog) or _claimant(key, claimants)
        if isinstance(owner, str) and owner:
            out.not_ours.append(replace(resource, owner=owner))
        elif isinstance(owner, Unreadable):
            out.gaps.add(Gap(kind.name, key.account, key.region, owner.action, owner.code, resource.id))
        else:
            found[key] = resource
    told = found.keys() | claimed - managed.keys()
    for resource in found.values():
        if not _within(resource, told, actual.resources):
            out.drift.append(Drift("unmanaged", None, resource))


def _within(resource: Resource, told: Set[Key], resources: Mapping[Key, Resource]) -> bool:
    """Whether something unmanaged, or claimed, that it was found inside tells of it."""
    while resource.inside is not None and resource.inside in resources:
        if resource.inside in told:
            return True
        resource = resources[resource.inside]
    return False


def _inherited(
    resource: Resource, kind: ResourceType, index: Index, gaps: Iterable[Gap], catalog: Catalog
) -> str | Unreadable:
    """The owner of what it belongs to, or what was refused that might tell of one."""
    doubt = resource.doubt
    for ref in kind.inherits:
        types = {ref.to, catalog[ref.to].listed_as if ref.to in catalog else ref.to}
        for value, target in index.named(ref, resource):
            if target is not None and target.owner:
                return target.owner
            if target is not None:
                doubt = doubt or target.doubt
                continue
            hidden = (
                g for g in gaps if g.type in types and g.account == resource.key.account and g.within in ("", value)
            )
            gap = min(hidden, default=None)
            doubt = doubt or (Unreadable(gap.action, gap.code) if gap else None)
    return doubt or ""


def _claimant(key: Key, claimants: Mapping[tuple[str, str, str], Gap]) -> Unreadable | None:
    """What was refused that might claim it: whose volume it is cannot be told without the instances."""
    gap = claimants.get((key.type, key.account, key.region))
    return Unreadable(gap.action, gap.code) if gap else None


def _readable(resource: Resource) -> Mapping[str, Value]:
    return {name: v for name, v in resource.attributes.items() if not isinstance(v, Unreadable)}


def _claimed(desired: Sequence[Resource], actual: Actual, catalog: Catalog, index: Index) -> set[Key]:
    claimants: dict[Key, set[Key]] = defaultdict(set)
    for resource in (*desired, *(actual.resources[key] for key in sorted(actual.resources, key=str))):
        for ref in kind_of(resource, catalog).claims:
            for target in index.every(ref, resource):
                # where two claim each other, as the tables of a global table do, one of them must speak
                if target.key not in {resource.key, *claimants[resource.key]}:
                    claimants[target.key].add(resource.key)
    return {key for key, by in claimants.items() if by}

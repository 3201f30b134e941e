"""Pairs both sides, and gives every resource its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from drift.diff.actual import Actual
from drift.diff.attribute import UNSAID, Comparison, comparison, not_assigned, unasked
from drift.diff.compare import agree, details
from drift.diff.redact import field_at, hidden, is_secret, redacted
from drift.diff.shares import Shares
from drift.diff.strangers import strangers
from drift.model.coverage import Gap, Unread, Unreadable
from drift.model.drift import Aside, Change, Drift, Pending
from drift.model.resource import Key, Resource
from drift.model.value import Value, is_empty
from drift.provider.catalog import Catalog
from drift.provider.contract import Homes
from drift.provider.relations import entry_of, parent_key
from drift.provider.spec import ElementOf, ResourceType

OTHERWISE = "this Terraform, by a type that drift does not cover"
"""The owner of a resource that a state describes under an unsupported type."""

Everywhere = tuple[str, str, tuple[Value, ...]]
"""A key without its region."""


@dataclass(slots=True)
class Verdicts:
    """The verdicts, sorted by address and key."""

    drift: list[Drift] = field(default_factory=list)
    in_sync: list[Resource] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unread_resources: int = 0
    pending: list[Pending] = field(default_factory=list)
    """Resources whose configuration is not applied yet, and that did not drift."""
    ahead: list[Drift] = field(default_factory=list)
    """The same as drift, for the rules: a value that is weaker than the configured one may have been recorded by a
    refresh."""
    meant: dict[tuple[str, str], Resource] = field(default_factory=dict)
    """(state, address) -> the desired resource, if it is not the recorded one."""
    echoed: int = 0
    """The number of resources with parts that only their own record describes."""
    settled: list[Aside] = field(default_factory=list)
    exempt: list[Aside] = field(default_factory=list)
    not_ours: list[Resource] = field(default_factory=list)
    gaps: set[Gap] = field(default_factory=set)
    """Refused reads that would show the owner of a resource."""
    leftovers: list[Resource] = field(default_factory=list)
    """Deposed objects that still exist."""

    def promote(self, drifts: Iterable[Drift]) -> None:
        """Turn pending changes into drift."""
        origins = {d.desired.origin for d in drifts if d.desired is not None}
        names = {address for _, address in origins}
        self.pending = [p for p in self.pending if p.address not in names]
        self.in_sync = [r for r in self.in_sync if r.origin not in origins]

    def hand_over(self, owners: Mapping[Key, str]) -> None:
        """Give unmanaged resources an owner, by key: they become not ours."""
        theirs = {
            d.actual.key: d.actual for d in self.drift if d.desired is None and d.actual and d.actual.key in owners
        }
        self.drift = [d for d in self.drift if d.desired is not None or d.actual is None or d.actual.key not in theirs]
        told = "the owner lists it as its own"
        self.not_ours += [replace(r, owner=owners[key], proof=told) for key, r in theirs.items()]
        self.not_ours.sort(key=lambda r: (r.key.type, r.key.account, r.key.region, str(r.key.identity)))

    def doubt(self, keys: Set[Key], gaps: Iterable[Gap]) -> None:
        """Mark unmanaged resources as not certain, by key, because their owner could not be read; `gaps` are the
        refusals."""
        self.gaps |= set(gaps)
        self.drift = [
            replace(d, certain=False) if d.desired is None and d.actual is not None and d.actual.key in keys else d
            for d in self.drift
        ]


def classify(
    desired: Sequence[Resource],
    actual: Actual,
    catalog: Catalog,
    scope: frozenset[str],
    imported: frozenset[tuple[str, str]] = frozenset(),
    *,
    identities: Sequence[tuple[str, Mapping[str, str]]] = (),
    named: Set[str] = frozenset(),
    means: Callable[[Resource], bool] = lambda _: True,
    excused: Sequence[Resource] = (),
) -> Verdicts:
    """Give every desired resource and every resource found exactly one verdict.

    `imported` has (type, id), and `identities` (type, identity), of resources that the next apply imports; an id may
    name its region, `id@region`. `named` has ids and ARNs that states name under unsupported types: those resources are
    managed. A desired resource for which `means` is false is paired but gets no verdict. `excused` are resources of
    other states: not ours.
    """
    out = Verdicts()
    shares = Shares([*desired, *excused], actual.paired, catalog)
    lost = _anywhere(desired, actual)
    for resource in sorted(desired, key=lambda r: (str(r.address), r.deposed)):
        if entry_of(resource, catalog).name not in scope or not means(resource):
            continue
        if resource.deposed:
            if resource.key in actual.resources:
                out.leftovers.append(resource)
            continue
        _compare(resource, actual, catalog, shares, out, lost)
    for stranger in strangers(desired, actual, catalog, scope, excused):
        found = stranger.resource
        if stranger.fate == "not_ours":
            out.not_ours.append(found)
        elif stranger.fate in ("unmanaged", "doubtful") and {found.id, found.arn} & named:
            out.not_ours.append(replace(found, owner=OTHERWISE, proof="a state holds its id"))
        elif stranger.fate == "doubtful" and stranger.refused is not None:
            key, refused = found.key, stranger.refused
            out.gaps.add(Gap(key.type, key.account, key.region, refused.action, refused.code, found.id))
        elif (
            stranger.fate == "unmanaged"
            and _everywhere(found) not in lost
            and not _imported(found, imported, identities, catalog.provider_of(found.type).homes)
        ):
            out.drift.append(Drift("unmanaged", None, found))
    return out


def _imported(
    found: Resource,
    imported: Set[tuple[str, str]],
    identities: Iterable[tuple[str, Mapping[str, str]]],
    homes: Homes,
) -> bool:
    """Whether an `import` block names the resource, by its id or by its identity."""
    ids = {(found.type, found.id), (found.type, f"{found.id}@{found.key.region}")}
    return bool(ids & imported) or any(t == found.type and _is(found, identity, homes) for t, identity in identities)


def _is(found: Resource, identity: Mapping[str, str], homes: Homes) -> bool:
    """Whether a resource has an identity of an `import` block: every given part must agree."""
    own = {"account_id": found.key.account, "region": found.key.region, "id": found.id, "arn": found.arn}
    known = {**found.attributes, **{name: value for name, value in own.items() if value}}
    return all(
        str(known[name]) == value if name in known else homes.is_full_name_of(value, found.key, found.id, found.name)
        for name, value in identity.items()
    )


def _anywhere(desired: Sequence[Resource], actual: Actual) -> frozenset[Everywhere]:
    """Desired resources whose region is unknown and that were not found in the session's region.

    If another resource of the same provider configuration was found there, that is the region.
    """
    guessed = [r for r in desired if r.guessed and not r.deposed]
    right = {(r.source.state, r.guessed) for r in guessed if r.origin in actual.paired}
    return frozenset(_everywhere(r) for r in guessed if (r.source.state, r.guessed) not in right)


def _everywhere(resource: Resource) -> Everywhere:
    return resource.key.type, resource.key.account, resource.key.identity


def attributes_of(resource: Resource, found: Resource, entry: ResourceType, shares: Shares) -> Iterator[Comparison]:
    """The comparison of each compared attribute, with secrets still in clear."""
    return (comparison(resource, found, name, attr, shares) for name, attr in entry.attributes.items())


def _differing(resource: Resource, found: Resource, entry: ResourceType, shares: Shares) -> Iterator[Comparison]:
    """The same, without attributes whose values are identical."""
    recorded, there, configured = resource.attributes, found.attributes, resource.configured
    before = [b for b in (resource.remembered, resource.earlier) if b]
    inside = {p.partition(".")[0] for p in resource.undeclared if "." in p} if before else ()
    told_by_parts = shares.coverable(resource, entry)
    for name, attr in entry.attributes.items():
        known = recorded.get(name)
        echo = name not in configured and (
            attr.same_for_all or name in told_by_parts or (before and any(b.get(name, known) != known for b in before))
        )
        if echo or name in inside or known != there.get(name) or (configured and configured.get(name, known) != known):
            yield comparison(resource, found, name, attr, shares)


def _compare(
    resource: Resource, actual: Actual, catalog: Catalog, shares: Shares, out: Verdicts, lost: Set[Everywhere]
) -> None:
    entry = entry_of(resource, catalog)
    found = actual.paired.get(resource.origin)
    if found is None:
        hidden = _hidden(resource, entry, gap_over(resource, entry, actual.gaps, catalog), lost)
        if hidden is None:
            # what its author took out of the configuration, and somebody out of the account, is pending and no more
            out.drift += [] if resource.unwanted else [Drift("missing", resource, None)]
        else:
            out.unread.append(hidden)
            out.unread_resources += 1
        return
    out.echoed += _echoes(resource, entry, shares)
    every = list(_differing(resource, found, entry, shares))
    if not every:
        out.in_sync.append(resource)
        return
    address = str(resource.address)
    refused = [
        Unread(address, entry.name, j.name, j.actual.action, j.actual.code, *resource.key.where)
        for j in every
        if j.outcome == "unread" and isinstance(j.actual, Unreadable)
    ]
    out.unread += refused
    told = {
        outcome: tuple(masked(c, resource, j.name, entry) for j in every for c in getattr(j, outcome))
        for outcome in ("pending", "settled", "exempt")
    }
    type_ = resource.address.type if resource.address else entry.name
    told["modified"] = tuple(
        replace(masked(c, resource, j.name, entry), replaces=bool(c.undone) and catalog.is_made_again(type_, {j.name}))
        for j in every
        for c in j.modified
    )
    if told["pending"]:
        names = tuple(j.name for j in every if j.pending)
        again = catalog.is_made_again(type_, names)
        actions = ("delete", "create") if again else ("update",)
        out.pending.append(
            Pending(address, entry.name, actions, names, told["pending"], resource.source, *resource.key.where)
        )
        wish = _meant(resource, (j for j in every if j.pending))
        out.ahead.append(Drift("modified", wish, found, told["pending"]))
    if told["settled"]:
        out.settled.append(Aside(resource, found, told["settled"]))
    if told["exempt"]:
        out.exempt.append(Aside(resource, found, told["exempt"]))
    if told["modified"]:
        wish = _meant(resource, (j for j in every if j.modified))
        if wish is not resource:
            out.meant[resource.origin] = wish
        out.drift.append(Drift("modified", wish, found, told["modified"]))
    elif refused:
        out.unread_resources += 1
    else:
        out.in_sync.append(resource)


def _hidden(resource: Resource, entry: ResourceType, gap: Gap | None, lost: Set[Everywhere]) -> Unread | None:
    """Why a resource that was not found may exist; None if it is missing."""
    address = str(resource.address)
    if gap is not None:
        return Unread(address, entry.name, "", gap.action, gap.code, *resource.key.where)
    if _everywhere(resource) in lost:
        code = f"Unknown{resource.unknown.capitalize()}"
        return Unread(address, entry.name, "", f"its {resource.unknown} is not known", code, *resource.key.where)
    return None


def _meant(resource: Resource, comparisons: Iterable[Comparison]) -> Resource:
    """The desired resource: the recorded one, with its desired values."""
    meant = {c.name: c.meant for c in comparisons if c.meant is not UNSAID}
    return replace(resource, attributes={**resource.attributes, **meant}) if meant else resource


def _echoes(resource: Resource, entry: ResourceType, shares: Shares) -> bool:
    """Whether the resource has parts that only its own record describes: no configuration, no separate resource."""
    if resource.asserted is not None:
        return False
    for name, attr in shares.coverable(resource, entry).items():
        known = resource.attributes.get(name)
        if is_empty(known) or shares.closed(resource, name, attr):
            continue
        if shares.of(resource, name) != set():
            continue
        none = unasked(attr, known, known, resource.key.account)
        if none != known and not agree(not_assigned(attr), none, known):
            return True
    return False


def masked(change: Change, resource: Resource, name: str, entry: ResourceType) -> Change:
    """The change with keyed digests in the place of values, or parts of them, that must not be shown."""
    key, attr = resource.source.lineage, entry.attributes.get(name)
    marked = name in resource.sensitive and not _may_be_shown(change, resource, name)
    if change.sensitive or marked or is_secret(entry, name):
        whole = partial(hidden, key=key)
        sides = _sides(change, whole)
        return replace(change, **sides, details=(), sensitive=True)
    sides = _sides(change, partial(redacted, attr=field_at(attr, change.path), key=key))
    if all(sides[n] == getattr(change, n) for n in sides):
        return change
    return replace(change, **sides, details=details(sides["desired"], sides["actual"]) if change.details else ())


def _sides(change: Change, shown: Callable[[Value], Value]) -> dict[str, Any]:
    return {
        "desired": shown(change.desired),
        "actual": shown(change.actual),
        "recorded": shown(change.recorded),
        "added": tuple(map(shown, change.added)),
        "removed": tuple(map(shown, change.removed)),
    }


def _may_be_shown(change: Change, resource: Resource, name: str) -> bool:
    """Whether the change is about a member of a map that may be shown although others are sensitive."""
    secret = resource.sensitive_members.get(name)
    return secret is not None and change.path.startswith(f"{name}.") and change.path[len(name) + 1 :] not in secret


def gap_over(resource: Resource, entry: ResourceType, gaps: Iterable[Gap], catalog: Catalog) -> Gap | None:
    """The failed listing that may contain a resource which was not found."""
    parent = parent_key(resource, entry.parent, catalog) if entry.parent else None
    types = {entry.listed_as}
    if isinstance(entry.list, ElementOf) and parent is not None:
        types.add(parent.type)
    names = {"", *(str(k.identity[0]) for k in (resource.key, parent) if k is not None)}
    account, region = resource.key.account, resource.key.region
    return min(
        (g for g in gaps if g.type in types and (g.account, g.region) == (account, region) and g.within in names),
        default=None,
    )

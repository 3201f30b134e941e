"""Leaves out types, regions and attributes before they are read, because no verdict needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from drift.exclude.exclusions import By, Exclusions, Place, why
from drift.model.drift import Ignored
from drift.model.resource import GLOBAL, Resource
from drift.provider.relations import entry_of


def types_left(
    at: Exclusions, types: frozenset[str], regions: Sequence[str], desired: Iterable[Resource]
) -> frozenset[str]:
    """The types, without those that are left out as a whole or that the filter excludes."""
    out: dict[str, By] = {}
    for name in types:
        by = next((r for r in at.about((name,)) if r.whole_types), None)
        found = by or at.exceptions.lines.decides_type(name)
        if found:
            out[name] = found
    told = set()
    for resource in desired:
        name = entry_of(resource, at.catalog).name
        if name in out and not resource.deposed:
            at.leave_out(out[name], "not_listed", resource)
            at.resources += 1
            told.add(name)
    for name in sorted(out.keys() - told):
        at.note(out[name], Ignored(kind="not_listed", type=name, **why(out[name])))
    return frozenset(t for t in types if t not in out and _may_mean(at, t, regions))


def _may_mean(at: Exclusions, name: str, regions: Sequence[str]) -> bool:
    where = at.exceptions.where
    if where is None:
        return True
    known = regions if at.catalog[name].regional else [GLOBAL]
    return any(where.may({"type": name, "region": r}) for r in known)


def regions_left(at: Exclusions, regions: Sequence[str]) -> list[str]:
    """The regions, without those that the filter excludes. At least one stays, for resources without a region."""
    where = at.exceptions.where
    if where is None:
        return list(regions)
    return [r for r in regions if where.may({"region": r})] or list(regions[:1])


def may_mean_strangers(at: Exclusions) -> bool:
    """Whether the filter may match unmanaged resources, or ones that are not ours."""
    where = at.exceptions.where
    known = {"address": "", "module": ""}
    return where is None or any(where.may({**known, "kind": kind}) for kind in ("unmanaged", "not_ours"))


def spared(at: Exclusions, desired: Iterable[Resource]) -> Mapping[Place, frozenset[str]]:
    """The attributes that need not be read, because every difference there is left out."""
    if at.idle:
        return at.spared
    for resource in desired:
        entry = entry_of(resource, at.catalog)
        if entry.parent is not None and entry.parent.covers:
            continue  # its parent is compared by what it contains
        names = resource.attributes
        if not at.means(resource) or at.whole(resource):
            names_spared = frozenset(names)
        else:
            names_spared = frozenset(n for n in names if at.of_attribute(resource, n))
        if names_spared:
            at.spared[resource.origin] = names_spared
    return at.spared

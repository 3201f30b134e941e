"""Parts of a resource that only the account has, where its configuration has resources of their own for parts.

Such a part becomes one more of these. Written inside the resource it would take the others away: the provider takes
what stands there for all that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from drift.diff.compare import element_key
from drift.model.coverage import Unreadable
from drift.model.drift import Change, Drift
from drift.model.resource import Resource
from drift.model.value import Value
from drift.provider.relations import entry_of, parent_key
from drift.provider.spec import WHOLE, ElementOf, ResourceType, Within
from drift.survey import Survey


def parted(drift: Drift, survey: Survey) -> tuple[Drift, list[Resource]]:
    """The drift without such parts, and the parts, as they were found in the account."""
    rest: list[Change] = []
    parts: dict[object, Resource] = {}
    for change in drift.changes:
        found = list(_parts(drift, change, survey)) if change.unheld and not change.removed else []
        if found:
            parts |= {p.key: p for p in found}
        else:
            rest.append(change)
    return replace(drift, changes=tuple(rest)), list(parts.values())


def separate(resource: Resource, name: str, survey: Survey) -> list[ResourceType]:
    """The types of the resources that describe parts of an attribute; none where the resource says it itself."""
    if resource.asserted is None or name in resource.asserted:
        return []
    used = {}
    for other in survey.desired:
        entry = entry_of(other, survey.catalog)
        part = entry.parent
        if part is None or other.deposed or part.covers.get(name, WHOLE) is WHOLE:
            continue
        if parent_key(other, part, survey.catalog) == resource.key:
            used[entry.name] = entry
    return [used[n] for n in sorted(used)]


def _parts(drift: Drift, change: Change, survey: Survey) -> Iterator[Resource]:
    """The parts that a change added; none unless these are all of it."""
    resource, scan, catalog = drift.resource, survey.scan, survey.catalog
    actual = drift.actual
    name = change.path.partition(".")[0].partition("[")[0]
    kinds = separate(resource, name, survey) if actual is not None else []
    attr = entry_of(resource, catalog).attributes.get(name)
    if actual is None or attr is None or not kinds or not change.added:
        return
    managed = {r.key for r in survey.desired} | {r.key for r in survey.actual.paired.values()}
    left = {element_key(attr, one) for one in change.added}
    out = []
    for kind in [k for k in kinds if _is_found(k, name)] or _others(resource, name, survey):
        part = kind.parent
        share = part.covers[name] if part is not None else WHOLE
        if part is None or share is WHOLE:
            continue
        if isinstance(kind.list, Within):
            scan.open([(actual.key, kind.name)])
        for key, one in sorted(scan.resources.items(), key=lambda item: str(item[0])):
            inside = parent_key(one, part, catalog) == actual.key or one.inside == actual.key
            if key.type != kind.listed_as or key in managed or one.owner or not inside:
                continue
            said = {element_key(attr, e) for e in share(_readable(one))}
            if said & left:
                left -= said
                out.append(one)
    if not left:
        yield from out


def _is_found(kind: ResourceType, name: str) -> bool:
    """Whether a listing has the parts of a type, so that one can be imported."""
    covers = kind.parent.covers if kind.parent is not None else {}
    return covers.get(name, WHOLE) is not WHOLE and kind.importable and not isinstance(kind.list, ElementOf)


def _others(resource: Resource, name: str, survey: Survey) -> list[ResourceType]:
    """Other types of the same parts, where the one that the configuration has cannot be found by itself."""
    listed = entry_of(resource, survey.catalog).listed_as
    types = survey.catalog.covered.get((listed, name), frozenset()) & survey.types
    return [survey.catalog[t] for t in sorted(types) if _is_found(survey.catalog[t], name)]


def _readable(resource: Resource) -> Mapping[str, Value]:
    return {n: v for n, v in resource.attributes.items() if not isinstance(v, Unreadable)}

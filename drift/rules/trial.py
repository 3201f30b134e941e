"""Runs the tests in a file of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from drift.diff.compare import changes
from drift.errors import CatalogError
from drift.model.address import Address
from drift.model.drift import Change, Drift, Kind
from drift.model.resource import GLOBAL, Key, Resource
from drift.model.value import UNREADABLE_SHAPES
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.provider.spec import Ref
from drift.rules.engine import Judged, judge
from drift.rules.own import Case

ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one test."""

    case: Case
    found: str
    """`fail`, `pass` or `unknown`."""
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether the result is the expected one."""
        return self.found == self.case.expect


class _Account:
    """The neighbours of a test case. Nothing more can be read."""

    gaps = frozenset[Any]()

    def __init__(self, resources: Mapping[Key, Resource]) -> None:
        self.resources = resources

    def complete(self, wants: Any) -> None:
        """Nothing."""

    def open(self, wants: Any) -> None:
        """Nothing."""

    def last_used(self, arns: Any) -> dict[str, Any]:
        """Nothing."""
        return {arn: {} for arn in arns}

    def account(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def latest(self, resource: Resource) -> Resource:
        """The resource, unchanged."""
        return resource


def run(case: Case, catalog: Catalog) -> Result:
    """Run one test; CatalogError for a value that does not match the provider's schema."""
    actual = None if case.kind == "missing" else _resource(case, case.type, case.actual, catalog)
    wanted = case.desired or (case.actual if case.kind != "unmanaged" else {})
    desired = _resource(case, case.type, wanted, catalog, managed=True) if case.kind != "unmanaged" else None
    subject = actual or desired
    near = [
        _resource(case, type_, _referring(type_, attributes, subject, catalog), catalog, f"neighbour-{n}")
        for type_, several in case.neighbours.items()
        for n, attributes in enumerate(several)
    ]
    differences = tuple(_changes(desired, actual, catalog)) if desired and actual else ()
    drift = Drift(cast("Kind", case.kind), desired, actual, differences)
    there = {r.key: r for r in (*near, *((actual,) if actual else ()))}
    judged = judge([drift], [case.rule], _Account(there), catalog, desired=[desired] if desired else [])
    return Result(case, *_answer(judged))


def _changes(desired: Resource, actual: Resource, catalog: Catalog) -> Iterator[Change]:
    """The differences of both sides, as in a check: for a set, the added and removed elements."""
    entry = entry_of(desired, catalog)
    for name, attr in entry.attributes.items():
        if name in desired.attributes and name in actual.attributes:
            yield from changes(attr, name, desired.attributes[name], actual.attributes[name])


def _referring(
    type_: str, attributes: Mapping[str, Any], subject: Resource | None, catalog: Catalog
) -> Mapping[str, Any]:
    """The attributes of a neighbour. If it names nothing, it refers to the tested resource, which makes it a
    neighbour."""
    entry = catalog[type_]
    parent = (Ref(entry.parent.attribute, entry.parent.to, entry.parent.by),) if entry.parent else ()
    if subject is None:
        return attributes
    for ref in (*entry.refs, *parent):
        mine = ref.to in catalog and catalog[ref.to].listed_as == subject.type
        if mine and "." not in ref.attribute and "[" not in ref.attribute and ref.attribute not in attributes:
            value = subject.id if ref.by == "id" else subject.attributes.get(ref.by)
            if isinstance(value, str):
                return {**attributes, ref.attribute: value}
    return attributes


def _answer(judged: Judged) -> tuple[str, str]:
    findings = judged.drift[0].findings
    if not findings:
        return "pass", ""
    return findings[0].verdict, "; ".join((findings[0].evidence, *judged.warnings))


def _resource(
    case: Case, type_: str, given: Mapping[str, Any], catalog: Catalog, id_: str = "it", *, managed: bool = False
) -> Resource:
    """A resource with the given attributes, in the shape of a state. Other attributes are unread."""
    entry = catalog[type_]
    same = (n for n, v in given.items() if isinstance(v, str) and entry.attr(n).path == entry.id.path)
    id_ = next((given[n] for n in same), id_)  # the name by which others refer to it: its id
    raw = {"id": id_, **given}
    attributes = {}
    for name, value in raw.items():
        try:
            attributes[name] = canonical.desired(entry.attr(name), value, raw)
        except (*UNREADABLE_SHAPES, KeyError):
            raise CatalogError(
                f"{case.place}: {type_}.{name} does not have the shape of the provider's schema"
            ) from None
    identity = tuple(attributes.get(n, f"{id_}-{n}") for n in entry.identity)
    return Resource(
        key=Key(entry.listed_as, ACCOUNT, REGION if entry.regional else GLOBAL, identity),
        id=str(raw["id"]),
        attributes=attributes,
        address=Address(type_, "tested") if managed else None,
    )

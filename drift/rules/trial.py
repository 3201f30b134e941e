"""Runs the tests that stand in a file of rules beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from drift.errors import CatalogError
from drift.model.address import Address
from drift.model.drift import Change, Drift, Kind
from drift.model.resource import GLOBAL, Key, Resource
from drift.model.value import UNREADABLE_SHAPES
from drift.provider import canonical
from drift.provider.catalog import Catalog
from drift.rules.engine import Judged, judge
from drift.rules.own import Case

ACCOUNT, REGION = "123456789012", "us-east-1"


@dataclass(frozen=True, slots=True)
class Result:
    """What one test gave."""

    case: Case
    found: str
    """`fail`, `pass` or `unknown`."""
    why: str = ""

    @property
    def good(self) -> bool:
        """Whether that is what was expected."""
        return self.found == self.case.expect


class _Account:
    """The neighbours of a case; nothing more can be read."""

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

    def latest(self, resource: Resource) -> Resource:
        """As it is."""
        return resource


def run(case: Case, catalog: Catalog) -> Result:
    """One test; CatalogError for a value that no state and no API has in that place."""
    actual = None if case.kind == "missing" else _resource(case, case.type, case.actual, catalog)
    wanted = case.desired or (case.actual if case.kind != "unmanaged" else {})
    desired = _resource(case, case.type, wanted, catalog, managed=True) if case.kind != "unmanaged" else None
    near = [
        _resource(case, type_, attributes, catalog, f"neighbour-{n}")
        for type_, several in case.neighbours.items()
        for n, attributes in enumerate(several)
    ]
    changes = tuple(
        Change(name, desired.attributes[name], actual.attributes[name])
        for name in (actual.attributes if actual and desired else ())
        if desired and actual and desired.attributes.get(name) != actual.attributes[name]
    )
    drift = Drift(cast("Kind", case.kind), desired, actual, changes)
    there = {r.key: r for r in (*near, *((actual,) if actual else ()))}
    judged = judge([drift], [case.rule], _Account(there), catalog, desired=[desired] if desired else [])
    return Result(case, *_verdict(judged))


def _verdict(judged: Judged) -> tuple[str, str]:
    findings = judged.drift[0].findings
    if not findings:
        return "pass", ""
    return findings[0].verdict, "; ".join((findings[0].evidence, *judged.warnings))


def _resource(
    case: Case, type_: str, given: Mapping[str, Any], catalog: Catalog, id_: str = "it", *, managed: bool = False
) -> Resource:
    """Of the attributes that are given, as a state has them; what is left out was not read."""
    kind, raw = catalog[type_], {"id": id_, **given}
    attributes = {}
    for name, value in raw.items():
        try:
            attributes[name] = canonical.desired(kind.attr(name), value, raw)
        except (*UNREADABLE_SHAPES, KeyError):
            raise CatalogError(f"{case.place}: {type_}.{name} is not as the provider writes it") from None
    identity = tuple(attributes.get(n, f"{id_}-{n}") for n in kind.identity)
    return Resource(
        key=Key(kind.listed_as, ACCOUNT, REGION if kind.scope == "regional" else GLOBAL, identity),
        id=str(raw["id"]),
        attributes=attributes,
        address=Address(type_, "tested") if managed else None,
    )

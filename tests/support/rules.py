"""One resource with its neighbours, judged by one rule: what the tables of cases are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from drift.model.address import Address
from drift.model.coverage import Gap, Unreadable
from drift.model.drift import Drift
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider import canonical
from drift.provider.installed import installed
from drift.rules.answer import Answer, answer_of
from drift.rules.criteria import Criteria
from drift.rules.spec import Rule
from drift.rules.world import Needs, Want, World

ACCOUNT, REGION = "123456789012", "us-east-1"
REFUSED = Unreadable("service:Action", "AccessDenied")
CATALOG = installed()
CRITERIA = Criteria(today=date(2026, 11, 1))


def raw(type_: str, attributes: Mapping[str, Any], id_: str = "x") -> Resource:
    """A desired resource of attributes as a state has them; `Unreadable` ones stay so."""
    entry = CATALOG[type_]
    given = {"id": id_, **attributes}
    id_ = str(given["id"])
    plain = {k: v for k, v in given.items() if not isinstance(v, Unreadable)}
    canon = {
        name: canonical.desired(attr, plain.get(name), plain)
        for name, attr in {"id": entry.id, **entry.computed, **entry.attributes}.items()
        if not attr.outside_schema
    }
    strange = set(given) - set(canon) - set(entry.computed)
    assert not strange, f"{type_} has no {sorted(strange)}"
    canon |= {k: given[k] for k, a in entry.computed.items() if a.outside_schema and k in given}
    canon |= {k: v for k, v in given.items() if isinstance(v, Unreadable)}
    identity = tuple(canon.get(n) for n in entry.identity)
    region = REGION if entry.regional else GLOBAL
    return Resource(
        key=Key(entry.listed_as, ACCOUNT, region, identity),
        id=id_,
        arn=str(given.get("arn") or ""),
        attributes=canon,
        address=Address(type_, id_.replace("-", "_")),
    )


def answer(
    rule: Rule,
    subject: Resource,
    near: Iterable[Resource] = (),
    *,
    criteria: Criteria = CRITERIA,
    gaps: Iterable[Gap] = (),
    without: frozenset[str] = frozenset(),
    described: Iterable[Resource] = (),
    used: Mapping[str, Mapping[str, int | None]] | None = None,
    drift: Drift | None = None,
) -> Answer:
    """What the rule says of the resource as it is now; nothing more can be read."""
    others = [
        replace(r, address=None) if r.address and r.type == subject.type and r is not subject else r for r in near
    ]
    asked: set[Want] = set()
    scope = frozenset(CATALOG) - without
    while True:
        world = World(
            "actual",
            [subject, *others],
            CATALOG,
            criteria=criteria,
            scope=scope,
            gaps=tuple(gaps),
            asked=asked,
            described={r.key: r for r in described},
            used=used,
        )
        try:
            return answer_of(rule, subject, world, drift)
        except Needs as needs:
            asked |= set(needs.wants)

"""Separates expected changes from drift: changes that a policy in the cloud allows.

Proofs are read only for changed attributes that something else may change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from drift.model.coverage import Unread, Unreadable
from drift.model.drift import Aside, Change, Drift
from drift.model.resource import Question, Resource
from drift.model.value import texts
from drift.provider.catalog import Catalog
from drift.provider.relations import Index, entry_of
from drift.provider.spec import Attr, ChangedBy, EndedBy

_STEP = re.compile(r"([^.\[]+)(?:\[(.*?)\](?=\.|$))?\.?")


Prove = Callable[[Sequence[Question]], Mapping[Question, Any]]
"""Reads what the questions need, and answers each; `Unreadable` if that was refused."""


_Move = tuple[frozenset[str], frozenset[str]]
"""What went, and what came."""


@dataclass(slots=True)
class Expected:
    """Drift, and expected changes."""

    drift: list[Drift] = field(default_factory=list)
    expected: list[Aside] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    """Changes whose proof was refused, so that it is unknown whether they are expected."""
    in_sync: int = 0
    """The number of resources that are in sync after all, because every change is expected."""
    unread_resources: int = 0


def parted(
    drifts: Sequence[Drift],
    catalog: Catalog,
    prove: Prove,
    found: Iterable[Resource] = (),
    exempt: Sequence[Aside] = (),
) -> Expected:
    """The drift without what is expected; `found` is all that is there, `exempt` what the author looks away from."""
    ended = _ended(drifts, catalog, found)
    asked = {
        id(change): [(m, _questions(drift, m, element)) for m in moves]
        for drift in drifts
        if drift.kind == "modified"
        for change in drift.changes
        for moves, element in [movers(entry_of(drift.resource, catalog).attributes, change.path)]
        if moves
    }
    questions = [q for both in asked.values() for _, qs in both for q in qs]
    questions += [Question(shows.key, by.when) for by, shows in ended.values()]
    answers = prove(sorted(set(questions), key=str)) if questions else {}
    out = Expected()
    for drift in drifts:
        if id(drift) in ended:
            _end(drift, *ended[id(drift)], answers, out)
            continue
        if not any(id(c) in asked for c in drift.changes):
            out.drift.append(drift)
            continue
        _part(drift, asked, answers, out)
    _together(out, _moves((*out.expected, *exempt)), catalog)
    return out


def _together(out: Expected, moves: Mapping[tuple[str, str], set[_Move]], catalog: Catalog) -> None:
    """Take out of the drift what moved along with what was expected to move."""
    drifts, out.drift = out.drift, []
    for drift in drifts:
        along: dict[tuple[str, str], list[Change]] = {}
        reasons: dict[int, str] = {}
        for change in drift.changes if moves and drift.kind == "modified" else ():
            for by in movers(entry_of(drift.resource, catalog).attributes, change.path)[0]:
                if by.along in moves:
                    along.setdefault(by.along, []).append(change)
                    reasons[id(change)] = f"by {by.who}"
        gone = [c for where, changes in along.items() if _names(changes) in moves[where] for c in changes]
        moved = tuple(replace(c, reason=reasons[id(c)]) for c in gone)
        kept = tuple(c for c in drift.changes if not any(c is other for other in gone))
        if moved and drift.desired is not None and drift.actual is not None:
            out.expected.append(Aside(drift.desired, drift.actual, moved))
        if kept or not moved:
            out.drift.append(replace(drift, changes=kept))
        else:
            out.in_sync += 1


def _moves(asides: Iterable[Aside]) -> Mapping[tuple[str, str], set[_Move]]:
    """(type, attribute) -> what went and what came, of each resource that was allowed to move something there."""
    out: dict[tuple[str, str], set[_Move]] = {}
    for aside in asides:
        by_name: dict[str, list[Change]] = {}
        for change in aside.changes:
            by_name.setdefault(re.split(r"[.\[]", change.path, maxsplit=1)[0], []).append(change)
        for name, changes in by_name.items():
            if all(found := _names(changes)):
                out.setdefault((aside.desired.type, name), set()).add(found)
    return out


def _names(changes: Iterable[Change]) -> _Move:
    """The texts that changes took away, and those that they brought."""
    changes = tuple(changes)
    before = frozenset(t for c in changes for t in texts(c.desired))
    after = frozenset(t for c in changes for t in texts(c.actual))
    return before - after, after - before


def _ended(
    drifts: Sequence[Drift], catalog: Catalog, found: Iterable[Resource]
) -> Mapping[int, tuple[EndedBy, Resource]]:
    """Missing resources that something else may have deleted, each with the resource that shows it."""
    lost = [(d, by) for d in drifts if d.kind == "missing" and (by := entry_of(d.resource, catalog).ended_by)]
    if not lost:
        return {}
    index = Index(found, catalog)
    out = {}
    for drift, by in lost:
        named = [r for _, r in index.named(by.ref, drift.resource) if r is not None]
        if named:
            out[id(drift)] = (by, named[0])
    return out


def _end(drift: Drift, by: EndedBy, shows: Resource, answers: Mapping[Question, Any], out: Expected) -> None:
    answer = answers[Question(shows.key, by.when)]
    resource = drift.resource
    if isinstance(answer, Unreadable):
        out.unread.append(
            Unread(str(resource.address), drift.type, "", answer.action, answer.code, *resource.key.where)
        )
        out.unread_resources += 1
    elif answer:
        gone = Change("id", resource.id, None, recorded=resource.id, reason=f"by {by.who}")
        out.expected.append(Aside(resource, shows, (gone,)))
        out.in_sync += 1
    else:
        out.drift.append(drift)


def movers(attributes: Mapping[str, Attr], path: str) -> tuple[tuple[ChangedBy, ...], str]:
    """What else may change the attribute at a path, and the key of the block that contains it."""
    element, attr = "", None
    for step in _STEP.finditer(path):
        attr = attributes.get(step[1])
        if attr is None:
            return (), ""
        element = step[2] or element
        attributes = attr.fields
    return (attr.changed_by if attr is not None else ()), element


def _questions(drift: Drift, move: ChangedBy, element: str) -> tuple[Question, ...]:
    key = drift.found.key
    return tuple(Question(key, text, element) for text in (move.when, move.within) if text)


def _part(
    drift: Drift,
    asked: Mapping[int, Sequence[tuple[ChangedBy, tuple[Question, ...]]]],
    answers: Mapping[Question, Any],
    out: Expected,
) -> None:
    kept: list[Change] = []
    moved: list[Change] = []
    refused: list[Unread] = []
    for change in drift.changes:
        proofs = [(move, both) for move, both in asked.get(id(change), ()) if move.when]
        told = [_reason(move, change, [answers[q] for q in both]) for move, both in proofs]
        reason = next((v for v in told if isinstance(v, str)), None)
        unknown = next((v for v in told if isinstance(v, Unreadable)), None)
        if reason is not None:
            moved.append(replace(change, reason=reason))
        elif unknown is not None:
            address, where = str(drift.resource.address), drift.resource.key.where
            refused.append(Unread(address, drift.type, change.path, unknown.action, unknown.code, *where))
        else:
            kept.append(change)
    if moved and drift.desired is not None and drift.actual is not None:
        out.expected.append(Aside(drift.desired, drift.actual, tuple(moved)))
    out.unread += refused
    if kept:
        out.drift.append(replace(drift, changes=tuple(kept)))
    elif refused:
        out.unread_resources += 1
    else:
        out.in_sync += 1


def _reason(move: ChangedBy, change: Change, answers: Sequence[Any]) -> str | Unreadable | None:
    """Why the change is expected; None if it is not, `Unreadable` if that is unknown."""
    refused = next((a for a in answers if isinstance(a, Unreadable)), None)
    if move.to is not None and not move.to(change.desired, change.actual):
        return None
    if refused is not None:
        return refused
    if not answers[0]:
        return None
    if not move.within:
        return f"by {move.who}"
    bounds = [(b.get("low"), b.get("high")) for b in answers[1] or () if isinstance(b, Mapping)]
    found = next(((low, high) for low, high in bounds if _between(low, change.actual, high)), None)
    if found is None:
        return None
    low, high = found
    told = f"to {low}" if low == high else f"up to {high}" if low is None else f"between {low} and {high}"
    return f"by {move.who}, {told}"


def _between(low: Any, value: Any, high: Any) -> bool:
    """Whether a value is within bounds; the lower bound may be null."""
    numbers = [v for v in (high if low is None else low, value, high) if isinstance(v, int | float)]
    return len(numbers) == 3 and numbers[0] <= high and (low is None or low <= value) and value <= high

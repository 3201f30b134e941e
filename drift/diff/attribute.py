"""One attribute's three values: configured, recorded and actual, and what they come to.

What differs from what the author asked for is drift, unless it is still as the state recorded it: then the
configuration is ahead, and the change is pending. What is as the author asked, and not as recorded, is settled.
Where no author is known, the record is what is desired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from drift.diff.compare import agreement, changes, element_key
from drift.model.coverage import Unreadable
from drift.model.drift import Change
from drift.model.resource import Exemption, Resource
from drift.model.value import Block, Value
from drift.provider.spec import Attr

Outcome = Literal["same", "modified", "pending", "settled", "exempt", "held", "unread", "unasked"]


class _Unsaid:
    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSAID"

    def __bool__(self) -> bool:
        return False


UNSAID: Final = _Unsaid()
"""Stands where one of the three values is not known, or does not exist."""

Held = Callable[[Resource, str], "set[Value] | None"]
"""(parent, attribute) -> the keys of the elements that resources of their own hold; None where they hold it all."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was made of one attribute, and why."""

    name: str
    configured: Value
    recorded: Value
    actual: Value
    why: str = ""
    """The rule of comparison that made them equal, as `compare.agreement` names it; empty where none did."""
    modified: tuple[Change, ...] = ()
    pending: tuple[Change, ...] = ()
    """Changes that the next apply makes: `actual` is as recorded."""
    settled: tuple[Change, ...] = ()
    """What the state does not know yet: `recorded` is the old value."""
    exempt: tuple[Change, ...] = ()
    held: int | None = 0
    """How many elements are held by resources of their own; None for all."""

    @property
    def outcome(self) -> Outcome:
        """The one word for it."""
        if self.recorded is UNSAID or self.actual is UNSAID:
            return "unasked"
        if self.held is None:
            return "held"
        if isinstance(self.actual, Unreadable):
            return "unread"
        told: tuple[tuple[Outcome, tuple[Change, ...]], ...] = (
            ("modified", self.modified),
            ("exempt", self.exempt),
            ("pending", self.pending),
            ("settled", self.settled),
        )
        return next((word for word, found in told if found), "same")


def judged(resource: Resource, found: Resource, name: str, attr: Attr, held: Held) -> Judged:
    """What lies between a desired resource and what was found of it, in one attribute."""
    said = resource.configured.get(name, UNSAID)
    known = resource.attributes.get(name, UNSAID)
    have = found.attributes.get(name, UNSAID)
    if known is UNSAID or have is UNSAID:
        return Judged(name, said, known, have)
    keys = held(resource, name)
    size = None if keys is None else len(keys)
    if keys is None or isinstance(have, Unreadable):
        return Judged(name, said, known, have, held=size)
    if keys:
        asserted = resource.asserted is not None and name in resource.asserted
        said, known, have = _without(attr, keys, said, known, have, demanded=asserted)
    why = agreement(attr, known if said is UNSAID else said, have)
    if why and (said is UNSAID or said == known):
        return Judged(name, said, known, have, why, held=size)
    modified, pending, settled = _three_way(attr, name, said, known, have)
    exempt = [_because(c, resource) for c in modified]
    return Judged(
        name,
        said,
        known,
        have,
        why,
        modified=tuple(_placed(c, resource, name) for c, because in zip(modified, exempt, strict=True) if not because),
        exempt=tuple(replace(c, reason=because) for c, because in zip(modified, exempt, strict=True) if because),
        pending=tuple(_placed(c, resource, name) for c in pending if not _because(c, resource)),
        settled=tuple(_placed(c, resource, name) for c in settled),
        held=size,
    )


def _without(
    attr: Attr, keys: set[Value], said: Value, known: Value, have: Value, *, demanded: bool
) -> tuple[Value, Value, Value]:
    """The three values without what resources of their own hold.

    The parent's own record of such an attribute is an echo, as old as its last refresh: it can say what a thing
    that is there looks like, but not demand that it be there, unless the author wrote it in the parent as well.
    """
    if any(isinstance(v, Mapping) for v in (have, known)):
        rest = [Block({k: e for k, e in (v or {}).items() if k not in keys}) for v in (said or {}, known, have)]
        return UNSAID if said is UNSAID else rest[0], rest[1], rest[2]
    there = {element_key(attr, e) for e in have or ()} - keys
    form = frozenset if any(isinstance(v, frozenset) for v in (have, known)) else tuple

    def left(value: Value, *, all_: bool) -> Value:
        kept = (element_key(attr, e) not in keys if all_ else element_key(attr, e) in there for e in value or ())
        return form(e for e, keep in zip(value or (), kept, strict=True) if keep)

    return UNSAID if said is UNSAID else left(said, all_=True), left(known, all_=demanded), left(have, all_=False)


def _three_way(
    attr: Attr, name: str, said: Value, known: Value, have: Value
) -> tuple[list[Change], list[Change], list[Change]]:
    """What was modified, what is pending, what is settled."""
    since = list(changes(attr, name, known, have))
    if said is UNSAID or agreement(attr, said, have) == "assigned":
        return since, [], []
    modified: list[Change] = []
    pending: list[Change] = []
    ahead = list(changes(attr, name, said, have))
    for change in ahead:
        near = [s for s in since if _related(s.path, change.path)]
        if not near:
            pending.append(replace(change, recorded=change.actual))
        elif near[0].path == change.path and (change.added or change.removed):
            ours, later = _divided(change, near[0])
            modified += ours
            pending += later
        else:
            modified.append(replace(change, recorded=near[0].desired))
    settled = [
        replace(s, desired=s.actual, added=(), removed=(), details=())
        for s in since
        if not any(_related(s.path, a.path) for a in ahead)
    ]
    return modified, pending, settled


def _divided(ahead: Change, since: Change) -> tuple[list[Change], list[Change]]:
    """A set's change as what happened since it was recorded, and what the author changed since."""
    added, removed = ([e for e in a if e in s] for a, s in ((ahead.added, since.added), (ahead.removed, since.removed)))
    later_added = tuple(e for e in ahead.added if e not in added)
    later_removed = tuple(e for e in ahead.removed if e not in removed)
    ours = [replace(ahead, recorded=since.desired, added=tuple(added), removed=tuple(removed))]
    later = [replace(ahead, recorded=since.desired, added=later_added, removed=later_removed)]
    return (
        ours if added or removed or not (later_added or later_removed) else [],
        later if later_added or later_removed else [],
    )


def _related(one: str, other: str) -> bool:
    """Whether one path is the other, or above it."""
    return _at_or_below(one, other) or _at_or_below(other, one)


def _at_or_below(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _because(change: Change, resource: Resource) -> str:
    """Why the author wants nothing said of a change; empty where nothing says so."""
    return next((e.reason for e in resource.exempt if _covers(e, change.path)), "")


def _covers(exemption: Exemption, path: str) -> bool:
    if exemption.path.endswith("*"):
        return path.startswith(exemption.path[:-1])
    return any(_at_or_below(p, exemption.path) for p in (path, _unkeyed(path)))


def _unkeyed(path: str) -> str:
    """A path without the keys of repeated blocks, which a configuration cannot name."""
    out, depth = "", 0
    for letter in path:
        depth += (letter == "[") - (letter == "]")
        out += letter if depth == 0 and letter != "]" else ""
    return out


def _placed(change: Change, resource: Resource, name: str) -> Change:
    """The change with the line that sets it, and whether anybody does."""
    path = _unkeyed(change.path)
    line = next((resource.lines[p] for p in _upwards(path) if p in resource.lines), 0)
    return replace(
        change,
        undeclared=name in resource.undeclared,
        file=resource.source.file if line else "",
        line=line,
    )


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]

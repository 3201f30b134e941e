"""Which event made a drift: pure, over the events of an audit log and one drifted resource.

An event made a difference if it names the resource (a unique name, or all parts of its identity), if its operation can
make the difference (`Writes`), and if it does not contradict the actual value. If several do, the newest counts. If the
newest event that sets the attribute sets another value, the answer is unknown: something that the log does not show set
the actual value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from drift.model.drift import Change, Drift
from drift.model.resource import GLOBAL, Resource
from drift.model.value import plain
from drift.model.who import Match
from drift.provider.audit import Audit, Event, Writes, plain_name
from drift.provider.spec import ElementOf, ResourceType

LOOKED_AT = 64
"""The longest text, in characters, that is compared as a value; longer texts are documents."""
Fit = Literal["value", "operation", "contradicts", "no"]


@dataclass(slots=True)
class IndexedEvent:
    """An event with an index of its texts, made once and used for every resource."""

    event: Event
    texts: Mapping[str, frozenset[str]]
    """Text -> the members that contain it. For an ARN, also its parts."""
    audit: Audit

    @classmethod
    def of(cls, event: Event, audit: Audit) -> IndexedEvent:
        """Index the texts of an event."""
        found: dict[str, set[str]] = {}
        named = (("", full) for full in event.named)
        for name, text in (*event.request, *event.answer, *named):
            for form in audit.forms(text):
                found.setdefault(form, set()).add(name)
        return cls(event, {text: frozenset(names) for text, names in found.items()}, audit)


@dataclass(slots=True, eq=False)
class Case:
    """One resource, and the events about it."""

    resource: Resource
    """The actual side, or the desired side of a missing resource."""
    other: Resource | None
    entry: ResourceType
    audit: Audit
    writes: Writes
    home: str
    """The region whose log has its events."""
    unique: bool
    """Whether no other resource of any type can have this id."""
    drift: Drift | None = None
    """None if the question is who last wrote the resource."""
    events: dict[str, IndexedEvent] = field(default_factory=dict)
    """Id -> an event about the resource."""
    why: str = ""
    """Why the search for its events ended early; empty if it did not."""
    silent: bool = False
    """Whether its region has no log."""
    names: frozenset[str] = frozenset()
    """Every event about the resource contains at least one of these texts."""

    def __post_init__(self) -> None:
        self.names = self.full | {text for texts in self.identities for text in texts}

    @property
    def nameless(self) -> bool:
        """Whether only its account and region identify it, as a setting of the account."""
        return self.writes.alone or self.names == {self.resource.key.account}

    @property
    def full(self) -> frozenset[str]:
        """Its unique names: no other resource has them."""
        sides = [self.resource, *([self.other] if self.other else [])]
        found = {side.arn for side in sides} | ({side.id for side in sides} if self.unique else set())
        return frozenset(found - {""})

    @property
    def identities(self) -> list[tuple[str, ...]]:
        """Sets of texts that identify it if an event contains all of one set."""
        out = []
        for side in (self.resource, *([self.other] if self.other else [])):
            texts = tuple(dict.fromkeys(text for part in side.key.identity for text in _texts(part)))
            if isinstance(self.entry.list, ElementOf):
                texts = self._element(side)
            own = side.attributes.get("name")
            for found in (texts, self._split(side), (own,) if isinstance(own, str) and own else ()):
                if found and found not in out:
                    out.append(found)
        return out

    def _split(self, side: Resource) -> tuple[str, ...]:
        """The parts of a composed id, except the account and `default`, which a request leaves out."""
        found = _JOINED.match(self.entry.id.path.text)
        if found is None or self.unique or len(self.entry.identity) > 1:
            return ()
        parts = dict.fromkeys(p for p in side.id.split(found[1]) if p not in ("", "default", side.key.account))
        return tuple(parts)

    def _element(self, side: Resource) -> tuple[str, ...]:
        """An element has no name: it is identified by its parent and by texts of its own."""
        parent = self.entry.parent
        whole = side.attributes.get(parent.attribute) if parent else None
        texts = [text for value in side.attributes.values() for text in _texts(value) if set(text) & set("./:")]
        return (whole, *dict.fromkeys(texts)) if isinstance(whole, str) and texts else ()

    def is_about(self, indexed: IndexedEvent) -> bool:
        """Whether an event is about this resource."""
        event = indexed.event
        if event.service not in self.writes.services or (self.resource.key.account or event.account) != event.account:
            return False
        here = self.resource.key.region in (GLOBAL, "", event.region)
        if self.nameless:
            return here and event.operation in self.writes.operations
        if any(text in indexed.texts for text in self.full):
            return True
        if not here:  # each region has its own resource of a name
            return False
        if isinstance(self.entry.list, ElementOf) and self.drift is not None and self.drift.kind == "modified":
            said = indexed.texts.keys()
            return any(texts[0] in said and not said.isdisjoint(texts[1:]) for texts in self.identities)
        for texts in self.identities:
            if all(text in indexed.texts for text in texts) and any(
                indexed.texts[text] & self.writes.names for text in texts
            ):
                return True
        return False

    def add(self, indexed: IndexedEvent) -> None:
        """Keep an event that is about the resource."""
        if indexed.event.id not in self.events and self.is_about(indexed):
            self.events[indexed.event.id] = indexed

    @property
    def newest_first(self) -> list[IndexedEvent]:
        """The events about the resource, newest first."""
        return sorted(self.events.values(), key=lambda t: (t.event.at, t.event.id), reverse=True)

    @property
    def answered(self) -> bool:
        """Whether every difference has its event, or certainly has none."""
        if self.drift is None:
            return bool(self.events)
        return all(found is not None or closed for _, found, closed in self.answers())

    def answers(self) -> list[tuple[str, tuple[IndexedEvent, Match] | None, bool]]:
        """(path, its event, whether an older event is excluded) for each difference; the path is empty if the resource
        is missing or unmanaged."""
        events = self.newest_first
        if self.drift is None or self.drift.kind != "modified":
            ops = self.writes.creates if self.drift and self.drift.kind == "unmanaged" else self.writes.deletes
            ops = self.writes.operations if self.drift is None else ops
            found: tuple[IndexedEvent, Match] | None
            found = next(((t, "operation") for t in events if self.drift is None or t.event.operation in ops), None)
            return [("", found, False)]
        return [(c.path, *self._of(c, events)) for c in self.drift.changes]

    def _of(self, change: Change, events: Iterable[IndexedEvent]) -> tuple[tuple[IndexedEvent, Match] | None, bool]:
        for indexed in events:
            fit = fits(change, indexed, self.writes)
            if fit == "contradicts":
                return None, True
            if fit != "no":
                return (indexed, "value" if fit == "value" else "operation"), True
        return None, False

    @property
    def applied_at(self) -> str:
        """When Terraform last wrote it (UTC), as far as the log was read; empty if unknown."""
        return next((t.event.at for t in self.newest_first if t.event.tool == "terraform"), "")


def fits(change: Change, indexed: IndexedEvent, writes: Writes) -> Fit:
    """Whether an event about the resource can have made one difference."""
    event = indexed.event
    keys = _KEY.findall(change.path)
    attribute, rest = _attribute(_KEY.sub("", change.path), writes)
    if not attribute or any(key not in indexed.texts for key in keys):
        return "no"
    members = writes.members.get(attribute, frozenset())
    by_member = event.operation in writes.by_member.get(attribute, frozenset()) and bool(event.members & members)
    if not by_member and event.operation not in writes.by_name.get(attribute, frozenset()):
        return "no"
    taken = change.actual is None and event.operation not in writes.removes  # a map without the key was set
    if rest and not taken and not _has_key(rest, indexed):
        return "no"
    if not _right_way(change, event.operation, writes):
        return "no"
    return _value(change, indexed, members if by_member else frozenset(), writes)


_JOINED = re.compile(r"join\('([^']+)'")
_KEY = re.compile(r"\[([^\]]*)\]")
"""The key of a repeated block in a path: `inline_policy[one].policy`."""


def _attribute(path: str, writes: Writes) -> tuple[str, str]:
    """(the longest prefix of a path that is an attribute, the rest: the key of a map)."""
    known = path
    while known not in writes.members and "." in known:
        known = known.rpartition(".")[0]
    return (known, path[len(known) + 1 :]) if known in writes.members else ("", "")


def _has_key(key: str, indexed: IndexedEvent) -> bool:
    """Whether an event contains a key of a map: as a text (`Key: Owner`), or as a member (`tags: {Owner: …}`)."""
    return key in indexed.texts or plain_name(key) in indexed.event.members


def _right_way(change: Change, operation: str, writes: Writes) -> bool:
    """Whether an operation adds where something was added, and removes where something was removed."""
    came = bool(change.added) or (not change.removed and change.actual not in (None, "", (), frozenset()))
    gone = bool(change.removed) or (not change.added and change.desired not in (None, "", (), frozenset()))
    if operation in writes.removes:
        return gone
    return came or operation not in writes.adds


def _value(change: Change, indexed: IndexedEvent, members: frozenset[str], writes: Writes) -> Fit:
    """How the value in an event fits the actual value."""
    if change.sensitive:
        return "operation"
    if indexed.event.operation in writes.removes:
        gone = {text for value in change.removed for text in _texts(value) if _telling(text)}
        said = {text for name, text in indexed.event.request if name not in writes.names and _telling(text)}
        return "no" if gone and said and not gone & indexed.texts.keys() else "operation"
    if change.added:
        texts = {text for value in change.added for text in _texts(value) if _telling(text)}
        if not texts or _says_one(texts, indexed):
            return "value" if texts else "operation"
        return "no" if members or indexed.event.operation in writes.adds else "operation"
    if isinstance(change.actual, str | int | float | bool) and members:
        said = {text for name, text in indexed.event.request if name in members or name in _VALUES}
        said = {text for text in said if len(text) <= LOOKED_AT and not text.startswith(("{", "["))}
        if not said or len(str(change.actual)) > LOOKED_AT:
            return "operation"
        forms = {_plain_text(form) for text in said for form in indexed.audit.forms(text)}
        wanted = {_plain_text(form) for form in indexed.audit.forms(str(change.actual))}
        if wanted & forms:
            return "value"
        alike = all(text.isdigit() for text in said) == _plain_text(change.actual).isdigit()
        return "contradicts" if alike and len(said) == 1 and not members.isdisjoint(indexed.event.top) else "no"
    return "operation"


def _says_one(texts: Iterable[str], indexed: IndexedEvent) -> bool:
    """Whether an event contains one of the texts, also inside a document."""
    documents = [said for said in indexed.texts if said.startswith(("{", "["))]
    return any(text in indexed.texts or any(text in document for document in documents) for text in texts)


_VALUES = frozenset({"attributevalue", "parametervalue"})
"""Members whose value belongs to the name in another member."""


_SAME = {"enabled": "true", "on": "true", "disabled": "false", "suspended": "false", "off": "false"}


def _plain_text(value: Any) -> str:
    """A scalar in canonical form: 5, `5` and `5.0` are equal, as are true and `True`."""
    text = str(value).strip().lower()
    text = _SAME.get(text, text)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text


def _telling(text: str) -> bool:
    """Whether a text is specific enough to identify something: no number and no boolean."""
    return len(text) > 3 and not text.isdigit() and text not in ("true", "false")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value."""
    found = plain(value)
    todo = [found]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            if one:
                yield one
        elif isinstance(one, Mapping):
            todo.extend(one.values())
        elif isinstance(one, list | tuple | set | frozenset):
            todo.extend(one)


__all__ = ["Case", "Fit", "IndexedEvent", "fits"]

"""Which event made a drift: pure, over the events of an audit log and one drifted resource.

An event is the one if it is about the resource (it names it whole, or all parts of its identity), if its operation can
have made the difference (`Writes`), and if what it says does not contradict what is there now. Where several are, the
newest counts. Where the newest that sets an attribute says another value, none counts: what is there now was set by
something that the log does not show.
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
"""Characters of a text that is compared as a value; longer ones are documents."""
Fit = Literal["value", "operation", "contradicts", "no"]


@dataclass(slots=True)
class Told:
    """An event, with the texts in it: made once, and asked of every resource."""

    event: Event
    texts: Mapping[str, frozenset[str]]
    """Text -> the members that say it. Of a full name, also its parts."""
    audit: Audit

    @classmethod
    def of(cls, event: Event, audit: Audit) -> Told:
        """Collect the texts of an event."""
        found: dict[str, set[str]] = {}
        named = (("", full) for full in event.named)
        for name, text in (*event.request, *event.answer, *named):
            for form in audit.forms(text):
                found.setdefault(form, set()).add(name)
        return cls(event, {text: frozenset(names) for text, names in found.items()}, audit)


@dataclass(slots=True, eq=False)
class Case:
    """One resource, and what was found about it."""

    resource: Resource
    """The side that exists, or that did."""
    other: Resource | None
    entry: ResourceType
    audit: Audit
    writes: Writes
    home: str
    """The region whose log tells of it."""
    unique: bool
    """Whether its id belongs to nothing else."""
    drift: Drift | None = None
    """None: the question is who last wrote it."""
    events: dict[str, Told] = field(default_factory=dict)
    """Id -> an event about the resource."""
    why: str = ""
    """Why nothing more was looked up."""
    silent: bool = False
    """Whether its region offers no log at all."""
    names: frozenset[str] = frozenset()
    """Texts of which an event about the resource has at least one."""

    def __post_init__(self) -> None:
        self.names = self.full | {text for texts in self.identities for text in texts}

    @property
    def nameless(self) -> bool:
        """Whether nothing names it but its account and region."""
        return self.writes.alone or self.names == {self.resource.key.account}

    @property
    def full(self) -> frozenset[str]:
        """The names that belong to nothing else."""
        sides = [self.resource, *([self.other] if self.other else [])]
        found = {side.arn for side in sides} | ({side.id for side in sides} if self.unique else set())
        return frozenset(found - {""})

    @property
    def identities(self) -> list[tuple[str, ...]]:
        """What names it together: the texts of its identity."""
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
        """The parts of an id that is put together, but for the account and what a request leaves out for `default`."""
        found = _JOINED.match(self.entry.id.path.text)
        if found is None or self.unique or len(self.entry.identity) > 1:
            return ()
        parts = dict.fromkeys(p for p in side.id.split(found[1]) if p not in ("", "default", side.key.account))
        return tuple(parts)

    def _element(self, side: Resource) -> tuple[str, ...]:
        """An element has no name of its own: its parent's, and what tells it from the others."""
        parent = self.entry.parent
        whole = side.attributes.get(parent.attribute) if parent else None
        texts = [text for value in side.attributes.values() for text in _texts(value) if set(text) & set("./:")]
        return (whole, *dict.fromkeys(texts)) if isinstance(whole, str) and texts else ()

    def is_about(self, told: Told) -> bool:
        """Whether an event is about this resource."""
        event = told.event
        if event.service not in self.writes.services or (self.resource.key.account or event.account) != event.account:
            return False
        here = self.resource.key.region in (GLOBAL, "", event.region)
        if self.nameless:
            return here and event.operation in self.writes.operations
        if any(text in told.texts for text in self.full):
            return True
        if not here:  # each region has its own resource of a name
            return False
        if isinstance(self.entry.list, ElementOf) and self.drift is not None and self.drift.kind == "modified":
            said = told.texts.keys()
            return any(texts[0] in said and not said.isdisjoint(texts[1:]) for texts in self.identities)
        for texts in self.identities:
            if all(text in told.texts for text in texts) and any(
                told.texts[text] & self.writes.names for text in texts
            ):
                return True
        return False

    def add(self, told: Told) -> None:
        """Keep an event that is about the resource."""
        if told.event.id not in self.events and self.is_about(told):
            self.events[told.event.id] = told

    @property
    def newest_first(self) -> list[Told]:
        """The events about the resource."""
        return sorted(self.events.values(), key=lambda t: (t.event.at, t.event.id), reverse=True)

    @property
    def answered(self) -> bool:
        """Whether every difference has its event, or can have none."""
        if self.drift is None:
            return bool(self.events)
        return all(found is not None or closed for _, found, closed in self.answers())

    def answers(self) -> list[tuple[str, tuple[Told, Match] | None, bool]]:
        """(path, its event, whether no older event can be it) for each difference; the path is empty for a resource
        that is missing or unmanaged."""
        events = self.newest_first
        if self.drift is None or self.drift.kind != "modified":
            ops = self.writes.creates if self.drift and self.drift.kind == "unmanaged" else self.writes.deletes
            ops = self.writes.operations if self.drift is None else ops
            found: tuple[Told, Match] | None
            found = next(((t, "operation") for t in events if self.drift is None or t.event.operation in ops), None)
            return [("", found, False)]
        return [(c.path, *self._of(c, events)) for c in self.drift.changes]

    def _of(self, change: Change, events: Iterable[Told]) -> tuple[tuple[Told, Match] | None, bool]:
        for told in events:
            fit = fits(change, told, self.writes)
            if fit == "contradicts":
                return None, True
            if fit != "no":
                return (told, "value" if fit == "value" else "operation"), True
        return None, False

    @property
    def applied_at(self) -> str:
        """When Terraform last wrote it, as far as the log was read."""
        return next((t.event.at for t in self.newest_first if t.event.tool == "terraform"), "")


def fits(change: Change, told: Told, writes: Writes) -> Fit:
    """Whether an event about the resource can have made one difference."""
    event = told.event
    keys = _KEY.findall(change.path)
    attribute, rest = _attribute(_KEY.sub("", change.path), writes)
    if not attribute or any(key not in told.texts for key in keys):
        return "no"
    members = writes.members.get(attribute, frozenset())
    by_member = event.operation in writes.by_member.get(attribute, frozenset()) and bool(event.members & members)
    if not by_member and event.operation not in writes.by_name.get(attribute, frozenset()):
        return "no"
    taken = change.actual is None and event.operation not in writes.removes  # a map without the key was set
    if rest and not taken and not _has_key(rest, told):
        return "no"
    if not _right_way(change, event.operation, writes):
        return "no"
    return _value(change, told, members if by_member else frozenset(), writes)


_JOINED = re.compile(r"join\('([^']+)'")
_KEY = re.compile(r"\[([^\]]*)\]")
"""The key of a repeated block in a path: `inline_policy[one].policy`."""


def _attribute(path: str, writes: Writes) -> tuple[str, str]:
    """(the longest part of a path that is an attribute, what is left of it: the key of a map)."""
    known = path
    while known not in writes.members and "." in known:
        known = known.rpartition(".")[0]
    return (known, path[len(known) + 1 :]) if known in writes.members else ("", "")


def _has_key(key: str, told: Told) -> bool:
    """Whether an event speaks of a key of a map: as a text (`Key: Owner`), or as a member (`tags: {Owner: …}`)."""
    return key in told.texts or plain_name(key) in told.event.members


def _right_way(change: Change, operation: str, writes: Writes) -> bool:
    """Whether an operation adds where something was added, and removes where something was removed."""
    came = bool(change.added) or (not change.removed and change.actual not in (None, "", (), frozenset()))
    gone = bool(change.removed) or (not change.added and change.desired not in (None, "", (), frozenset()))
    if operation in writes.removes:
        return gone
    return came or operation not in writes.adds


def _value(change: Change, told: Told, members: frozenset[str], writes: Writes) -> Fit:
    """Whether an event says the value that is there now."""
    if change.sensitive:
        return "operation"
    if told.event.operation in writes.removes:
        gone = {text for value in change.removed for text in _texts(value) if _telling(text)}
        said = {text for name, text in told.event.request if name not in writes.names and _telling(text)}
        return "no" if gone and said and not gone & told.texts.keys() else "operation"
    if change.added:
        texts = {text for value in change.added for text in _texts(value) if _telling(text)}
        if not texts or _says_one(texts, told):
            return "value" if texts else "operation"
        return "no" if members or told.event.operation in writes.adds else "operation"
    if isinstance(change.actual, str | int | float | bool) and members:
        said = {text for name, text in told.event.request if name in members or name in _VALUES}
        said = {text for text in said if len(text) <= LOOKED_AT and not text.startswith(("{", "["))}
        if not said or len(str(change.actual)) > LOOKED_AT:
            return "operation"
        forms = {_plain_text(form) for text in said for form in told.audit.forms(text)}
        wanted = {_plain_text(form) for form in told.audit.forms(str(change.actual))}
        if wanted & forms:
            return "value"
        alike = all(text.isdigit() for text in said) == _plain_text(change.actual).isdigit()
        return "contradicts" if alike and len(said) == 1 and not members.isdisjoint(told.event.top) else "no"
    return "operation"


def _says_one(texts: Iterable[str], told: Told) -> bool:
    """Whether an event says one of some texts, also inside a document."""
    documents = [said for said in told.texts if said.startswith(("{", "["))]
    return any(text in told.texts or any(text in document for document in documents) for text in texts)


_VALUES = frozenset({"attributevalue", "parametervalue"})
"""Members that hold the value of what another member names."""


_SAME = {"enabled": "true", "on": "true", "disabled": "false", "suspended": "false", "off": "false"}


def _plain_text(value: Any) -> str:
    """A scalar in a form in which the same values are equal: 5, `5` and `5.0`; true and `True`."""
    text = str(value).strip().lower()
    text = _SAME.get(text, text)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text


def _telling(text: str) -> bool:
    """Whether a text tells one thing from another: no number, no flag."""
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


__all__ = ["Case", "Fit", "Told", "fits"]

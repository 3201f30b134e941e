"""Compares one attribute's three values: configured, recorded and actual.

If the actual value differs from the configured one, that is drift; but if it still equals the recorded value, the
configuration changed and the change is pending. A refresh, however, records changes made by hand. So such a difference
is drift after all if an earlier record has the configured value, or if the configuration does not set the attribute and
a default exists. If the actual value equals the configured one but not the recorded one, the change is settled. Without
a configuration, the recorded value is desired.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Literal, Protocol

from drift.diff.compare import agreement, blank, changes, element_key
from drift.model.coverage import Unreadable
from drift.model.drift import Basis, Change
from drift.model.resource import IgnoredPath, Resource
from drift.model.value import UNREADABLE_SHAPES, Block, Implicit, Value, as_block, as_tuple, is_empty, texts
from drift.provider import canonical
from drift.provider.leaves import by_label, path_of, restored
from drift.provider.spec import Attr

Outcome = Literal["same", "modified", "pending", "settled", "exempt", "held", "unread", "unasked"]


class Unsaid(Enum):
    """An enum with one member, so that mypy can narrow a type by comparing with it."""

    UNSAID = "UNSAID"

    def __repr__(self) -> str:
        return "UNSAID"

    def __bool__(self) -> bool:
        return False


UNSAID: Final = Unsaid.UNSAID
"""Stands for a value that is unknown or does not exist."""


class Parts(Protocol):
    """What resources of their own tell of their parents, and what a resource's author names."""

    def named(self, resource: Resource) -> frozenset[str]:
        """What those are called which its author refers to."""

    def explained(self, resource: Resource, name: str, came: Iterable[str]) -> bool:
        """Whether an attribute names others, and any of the names that came is of something that is desired too."""

    def of(self, parent: Resource, name: str) -> set[Hashable] | None:
        """The keys of the elements of an attribute that separate resources describe; None if they describe all of
        it."""

    def closed(self, parent: Resource, name: str, attr: Attr) -> bool:
        """Whether only elements that separate resources describe are desired, whatever the record says."""

    def moved_along(self, resource: Resource, name: str, values: Iterable[Value]) -> bool:
        """Whether an apply may have changed an attribute when it changed other resources, as it had these values."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing one attribute."""

    name: str
    configured: Value | Unsaid
    recorded: Value | Unsaid
    actual: Value | Unsaid
    why: str = ""
    """Why the values are equal, as `compare.agreement` returns it; empty if they are not."""
    modified: tuple[Change, ...] = ()
    pending: tuple[Change, ...] = ()
    """Changes that the next apply makes: `actual` is still the recorded value."""
    settled: tuple[Change, ...] = ()
    """Changes that only the state does not contain yet: `recorded` is the old value."""
    exempt: tuple[Change, ...] = ()
    meant: Value | Unsaid = UNSAID
    """The desired value, if it is not the recorded one."""
    unheld: bool = False
    """Whether only elements that separate resources describe are desired."""
    held: int | None = 0
    """The number of elements that separate resources describe; None for all."""

    @property
    def outcome(self) -> Outcome:
        """The outcome in one word."""
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


def comparison(resource: Resource, found: Resource, name: str, attr: Attr, parts: Parts) -> Comparison:
    """Compare one attribute of a desired resource with the resource found for it."""
    said = resource.configured.get(name, UNSAID)
    known = resource.attributes.get(name, UNSAID)
    have = found.attributes.get(name, UNSAID)
    if known is UNSAID or have is UNSAID:
        return Comparison(name, said, known, have)
    if attr.assigned and name in resource.implied and said is not UNSAID and is_empty(said):
        said = UNSAID  # the cloud gives it a value, and the provider looks away from that
    keys = parts.of(resource, name)
    size = None if keys is None else len(keys)
    if keys is None or isinstance(have, Unreadable):
        return Comparison(name, said, known, have, held=size)
    first, before = (of.get(name, UNSAID) for of in (resource.remembered, resource.earlier))
    if keys:
        asserted = resource.asserted is not None and name in resource.asserted
        first, before = (_without(attr, keys, was, known, have, demanded=True)[0] for was in (first, before))
        said, known, have = _without(attr, keys, said, known, have, demanded=asserted)
    out = name in found.left_out
    recorded = known
    unheld = said is UNSAID and parts.closed(resource, name, attr)
    basis: Basis = "record"
    if unheld:
        attr, known = not_assigned(attr), unasked(attr, known, have, resource.key.account)
    elif said is UNSAID:
        known, basis = _where_nobody_tells(resource, name, attr, (first, before, known, have), parts, left_out=out)
    why = agreement(attr, known if said is UNSAID else said, have, left_out=out)
    inside = _inside(resource, name, attr, (before, known, have), parts)
    if why and (said is UNSAID or said == known) and not inside:
        return Comparison(name, said, recorded, have, why, held=size, unheld=unheld)
    modified, pending, settled = _three_way(attr, name, (said, known, have, before), resource, left_out=out)
    if known is not recorded:
        absorbed = bool(agreement(attr, recorded, have, left_out=out))
        modified = [replace(c, recorded=recorded if c.path == name else c.actual) for c in modified if absorbed] or [
            replace(c, recorded=recorded) if c.path == name else c for c in modified
        ]
    wished = {label: value for label, (value, _) in inside.items()}
    by = {path_of(label): basis for label, (_, basis) in inside.items()}
    if inside:
        absorbed_inside = changes(attr, name, restored(attr, name, known, wished), known)
        modified += [replace(c, recorded=c.actual) for c in absorbed_inside]
    exempt = [_because(c, resource) for c in modified]

    def located(changes: Iterable[Change]) -> tuple[Change, ...]:
        bases = ((c, by.get(_unkeyed(c.path), basis)) for c in changes)
        return tuple(_located(c, resource, name, attr, unheld=unheld, basis=b) for c, b in bases)

    wish = known if said is UNSAID else said
    wish = restored(attr, name, wish, wished) if inside else wish
    return Comparison(
        name,
        said,
        recorded,
        have,
        why,
        modified=located(c for c, because in zip(modified, exempt, strict=True) if not because),
        exempt=tuple(replace(c, reason=because) for c, because in zip(modified, exempt, strict=True) if because),
        pending=located(c for c in pending if not _because(c, resource)),
        settled=located(settled),
        meant=UNSAID if said is UNSAID and wish is recorded else wish,
        unheld=unheld,
        held=size,
    )


def _where_nobody_tells(
    resource: Resource,
    name: str,
    attr: Attr,
    values: tuple[Value | Unsaid, Value | Unsaid, Value, Value],
    parts: Parts,
    *,
    left_out: bool,
) -> tuple[Value, Basis]:
    """What is desired where no value of an author's is known, and what that goes by.

    It is the cloud's default, else what was first seen, else an earlier record, else the record.
    """
    first, before, known, have = values
    if resource.asserted is None or not agreement(attr, known, have, left_out=left_out):
        return known, "record"
    if name not in resource.asserted:
        if attr.same_for_all and resource.asserted.isdisjoint(attr.set_by):
            return unasked(attr, known, have, resource.key.account), "default"
        if first is not UNSAID and not parts.explained(resource, name, {*texts(known)} - {*texts(first)}):
            return first, "memory"
    if before is UNSAID:
        return known, "record"
    if name in resource.asserted:
        moved = _named_before(before, known, parts.named(resource)) if before != known else False
    else:
        moved = not applied(resource) and not parts.moved_along(resource, name, (before, known))
    return (before, "backup") if moved else (known, "record")


def _named_before(before: Value, known: Value, names: frozenset[str]) -> bool:
    """Whether the author names what an earlier record had, and nothing of what came in its place.

    He sets the attribute by what another resource says of itself, and that is not known before an apply.
    """
    meant, now = {*texts(before)}, {*texts(known)}
    return bool(meant) and meant <= names and not (now - meant) & names


def _inside(
    resource: Resource, name: str, attr: Attr, values: tuple[Value | Unsaid, Value, Value], parts: Parts
) -> Mapping[str, tuple[Value, Basis]]:
    """Label -> what is desired of an argument that the author leaves to the cloud in a block that they write, and what
    that goes by, if a refresh recorded another value.

    It is what was first seen, else what an earlier record has.
    """
    before, known, have = values
    out: dict[str, tuple[Value, Basis]] = {}
    paths = [p for p in resource.undeclared if p.startswith(f"{name}.")]
    if not paths or not (resource.remembered or resource.earlier):
        return out
    there = by_label(attr, name, have, paths)
    earlier = {} if before is UNSAID else by_label(attr, name, before, paths)
    for label, leaf in by_label(attr, name, known, paths).items():
        if label not in there or not agreement(leaf.attr, leaf.value, there[label].value):
            continue
        first = resource.remembered.get(label, UNSAID)
        if first is not UNSAID and not parts.explained(resource, name, {*texts(leaf.value)} - {*texts(first)}):
            out[label] = first, "memory"
        elif label in earlier and not applied(resource):
            was = earlier[label].value
            if not parts.moved_along(resource, name, (was, leaf.value)):
                out[label] = was, "backup"
    return {label: told for label, told in out.items() if not agreement(there[label].attr, told[0], there[label].value)}


_not_assigned: dict[int, tuple[Attr, Attr]] = {}
"""By the attribute's address in memory, with the attribute: it is asked for each resource."""


def not_assigned(attr: Attr) -> Attr:
    """The attribute as one whose value the cloud does not choose."""
    kept = _not_assigned.get(id(attr))
    if kept is None:
        kept = _not_assigned[id(attr)] = attr, replace(attr, assigned=False)
    return kept[1]


def unasked(attr: Attr, known: Value, have: Value, account: str) -> Value:
    """The desired value of an attribute that nobody sets: of the recorded value, only what the cloud itself sets."""
    initial = attr.initial or (lambda *_: False)
    if isinstance(known, tuple | frozenset):
        return type(known)(e for e in known if isinstance(e, Implicit) or initial(e, account))
    if have is not None and initial(have, account):
        return have
    if attr.fields and known:
        return blank(attr)
    try:
        return canonical.desired(attr, None, {})
    except UNREADABLE_SHAPES:
        return known


def _without(
    attr: Attr, keys: set[Hashable], said: Value | Unsaid, known: Value, have: Value, *, demanded: bool
) -> tuple[Value | Unsaid, Value, Value]:
    """The three values without the elements that separate resources describe.

    The parent's record of such an attribute only repeats what the last refresh found. Unless the configuration sets the
    attribute in the parent (`demanded`), a recorded element that is gone is therefore not missing.
    """
    if any(isinstance(v, Mapping) for v in (have, known)):

        def rest(value: Value) -> Block:
            return Block({k: e for k, e in as_block(value).items() if k not in keys})

        return UNSAID if said is UNSAID else rest(said), rest(known), rest(have)
    there = {element_key(attr, e) for e in as_tuple(have)} - keys
    form: Callable[[Iterable[Value]], Value] = (
        frozenset if any(isinstance(v, frozenset) for v in (have, known)) else tuple
    )

    def left(value: Value, *, all_: bool) -> Value:
        keyed = [(element_key(attr, e), e) for e in as_tuple(value)]
        return form(e for key, e in keyed if (key not in keys if all_ else key in there))

    return UNSAID if said is UNSAID else left(said, all_=True), left(known, all_=demanded), left(have, all_=False)


def _three_way(
    attr: Attr,
    name: str,
    values: tuple[Value | Unsaid, Value, Value, Value | Unsaid],
    resource: Resource,
    *,
    left_out: bool,
) -> tuple[list[Change], list[Change], list[Change]]:
    """The modified, pending and settled changes of an attribute."""
    said, known, have, before = values
    since = list(changes(attr, name, known, have, left_out=left_out))
    if said is UNSAID or agreement(attr, said, have, left_out=left_out) == "assigned":
        return since, [], []
    modified: list[Change] = []
    pending: list[Change] = []
    ahead = list(changes(attr, name, said, have, left_out=left_out))
    for change in ahead:
        near = [s for s in since if _related(s.path, change.path)]
        if not near:
            moved = _moved(attr, name, said, before, change, resource)
            (modified if moved else pending).append(replace(change, recorded=change.actual))
        elif near[0].path == change.path and (change.added or change.removed):
            ours, later = _divided(change, near[0])
            if later and _moved(attr, name, said, before, change, resource):
                ours, later = [replace(change, recorded=near[0].desired)], []
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


def _among(paths: frozenset[str], change: Change) -> bool:
    """Whether a change is at one of these paths, or below it."""
    return any(path in paths for path in _upwards(_unkeyed(change.path)))


def _moved(attr: Attr, name: str, said: Value, before: Value | Unsaid, change: Change, resource: Resource) -> bool:
    """Whether the record changed and not the configuration, because a refresh recorded a change made by hand.

    An unset argument with a default can only have changed in the configuration if a line was removed.
    """
    return (
        _among(resource.defaulted, change) or name in resource.as_said or _was_as_said(attr, name, said, before, change)
    )


def _was_as_said(attr: Attr, name: str, said: Value, before: Value | Unsaid, change: Change) -> bool:
    """Whether an earlier record has the configured value, so that the record changed since."""
    if before is UNSAID:
        return False
    for other in changes(attr, name, said, before):
        of_set = bool(other.added or other.removed)
        if of_set and other.path == change.path:
            if any(e in other.added for e in change.added) or any(e in other.removed for e in change.removed):
                return False
        elif _at_or_below(other.path, change.path) or (_at_or_below(change.path, other.path) and not of_set):
            return False
    return True


def applied(resource: Resource) -> bool:
    """Whether the last write of the state was an apply: an attribute's record became equal to its configured value.

    An apply may also have changed values that the cloud chooses.
    """

    def told(name: str, value: Value) -> Value:
        return resource.said(name, value) if isinstance(value, Mapping | tuple | frozenset) else value

    return any(
        told(name, resource.earlier.get(name, said)) != told(name, said) == told(name, resource.attributes.get(name))
        for name, said in resource.configured.items()
    )


def _divided(ahead: Change, since: Change) -> tuple[list[Change], list[Change]]:
    """A change of a set, split into what changed after it was recorded, and what the author changed."""
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
    """Whether one path is equal to the other, or above it."""
    return _at_or_below(one, other) or _at_or_below(other, one)


def _at_or_below(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))


def _because(change: Change, resource: Resource) -> str:
    """Why the configuration ignores a change; empty if it does not."""
    return next((e.reason for e in resource.exempt if _covers(e, change.path)), "")


def _covers(ignored: IgnoredPath, path: str) -> bool:
    if ignored.path.endswith("*"):
        return path.startswith(ignored.path[:-1])
    return any(_at_or_below(p, ignored.path) for p in (path, _unkeyed(path)))


def _unkeyed(path: str) -> str:
    """A path without the keys of repeated blocks, which a configuration cannot name."""
    out, depth = "", 0
    for letter in path:
        depth += (letter == "[") - (letter == "]")
        out += letter if depth == 0 and letter != "]" else ""
    return out


def _located(change: Change, resource: Resource, name: str, attr: Attr, *, unheld: bool, basis: Basis) -> Change:
    """The change with the line that sets it, who sets it, and whether the next apply undoes it."""
    above = [*_upwards(_unkeyed(change.path))]
    line = next((resource.lines[p] for p in above if p in resource.lines), 0)
    undeclared = _among(resource.undeclared, change)
    if resource.asserted is None:
        undone = False if unheld else None if name in resource.computed else True
    elif undeclared or unheld:
        # what only the cloud sets may move along with what an apply changes: a document's default version
        undone = None if attr.watched else False
    else:  # if the configuration does not have the block, the provider may ignore the actual one
        said = name in resource.asserted or name in resource.configured
        hidden = attr.not_planned or (attr.kept_if_gone and change.path == name and is_empty(change.actual))
        undone = True if said and not hidden and not _among(resource.untold, change) else None
    return replace(
        change,
        undeclared=undeclared,
        basis=basis if undeclared and not unheld else "",
        since=_since(resource, change) if undeclared and basis == "memory" else "",
        unheld=unheld,
        implied=_among(resource.implied, change),
        undone=undone,
        file=resource.source.file if line else "",
        line=line,
    )


def _since(resource: Resource, change: Change) -> str:
    """The day on which what a change goes by was first seen."""
    above = {*_upwards(_unkeyed(change.path))}
    return next((day for label, day in sorted(resource.since.items(), reverse=True) if path_of(label) in above), "")


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]

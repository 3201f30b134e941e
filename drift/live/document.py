"""The known sections of one live item, with the sections that were refused or not requested."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from drift.model.coverage import NOT_ASKED, NOT_OFFERED, Unreadable
from drift.model.value import SCALARS, UNREADABLE_SHAPES, TooDeepError, Value, shallow
from drift.provider import canonical
from drift.provider.api import WITHHELD
from drift.provider.path import Path
from drift.provider.spec import Attr, ResourceType


class Unasked(Enum):
    """An enum with one member, so that mypy can narrow a type by comparing with it."""

    UNASKED = "UNASKED"

    def __repr__(self) -> str:
        return "UNASKED"

    def __bool__(self) -> bool:
        return False


UNEXPECTED: Final = "UnexpectedShape"
"""The code of an answer that is not of the shape that the catalogue, or the cloud's own model, knows."""
NOT_NAMED: Final = "NotNamed"
"""The code of an answer about every item that exists, without the item: it was deleted meanwhile, or is too new."""
UNASKED: Final = Unasked.UNASKED
"""Stands for a value that was not requested."""


class _Scrubbed(str):
    """A scrubbed secret. Every member of it is scrubbed too."""

    __slots__ = ()
    opaque = True

    def get(self, _name: str, _default: Any = None) -> _Scrubbed:
        """A member, as JMESPath looks it up: also scrubbed."""
        return self


SCRUBBED: Final = _Scrubbed("(scrubbed)")
"""Stands in a replay for a secret that was left out of the recording."""


_NOT_ASKED_FOR = Unreadable("content of secrets", NOT_ASKED)


class Document:
    """One item of a listing, completed section by section.

    Every look-up goes through `look`, so that a refused call never looks like an empty answer.
    """

    __slots__ = ("entry", "known", "parent", "region", "unread")

    def __init__(
        self, entry: ResourceType, region: str, item: Mapping[str, Any], parent: Document | None = None
    ) -> None:
        self.entry = entry
        self.region = region
        self.known: dict[str, Any] = dict(item)
        self.parent = parent
        if parent is not None:
            self.known["parent"] = parent.known
        self.unread: dict[str, Unreadable] = {}

    def look(self, path: Path, **more: Any) -> Any:
        """The value at a path over the item and `more`; `Unreadable` or `UNASKED` if a section of the path is."""
        known, unread = self.known, self.unread
        for section in path.sections:
            if section in known and section not in unread:
                continue
            missing = self.state_of(section)
            if missing is not None:
                return missing
        try:
            return path.search({**known, **more} if more else known)
        except UNREADABLE_SHAPES:
            return Unreadable(path.text, UNEXPECTED)  # the cloud answered with what its own model does not have

    @property
    def refusals(self) -> bool:
        """Whether anything of the item, or of what it is inside, was refused."""
        return bool(self.unread) or (self.parent is not None and self.parent.refusals)

    def state_of(self, section: str) -> Unreadable | Unasked | None:
        """None if the section can be read; otherwise why not."""
        if section.startswith("parent.") and self.parent is not None:
            return self.parent.state_of(section.removeprefix("parent."))
        if section in self.unread:
            return self.unread[section]
        if section not in self.known and any(c.into == section for c in self.entry.describe):
            return UNASKED
        return None

    def is_empty(self, path: Path) -> bool:
        """Whether a described section of the path has an empty answer."""
        described = {c.into for c in self.entry.describe}
        own = any(s in described and s in self.known and self.known[s] is None for s in path.sections)
        above = [s.removeprefix("parent.") for s in path.sections if s.startswith("parent.")]
        there = {c.into for c in self.parent.entry.describe} if self.parent is not None else set[str]()
        return own or any(s in there and self.parent.known.get(s, "") is None for s in above if self.parent is not None)

    def read(self, attr: Attr) -> Value | Unasked:
        """An attribute in canonical form; `Unreadable` or `UNASKED` as in `look`."""
        value = self.look(attr.path)
        if type(value) not in SCALARS:
            if isinstance(value, Unreadable) and value.code == NOT_OFFERED:
                return UNASKED
            if isinstance(value, Unreadable | Unasked):
                return value
        try:
            mark = None if type(value) in SCALARS else _mark_in(value)
            if mark is not None:
                return Unreadable("tape", "Scrubbed") if mark is SCRUBBED else _NOT_ASKED_FOR
            found = canonical.actual(attr, value)
            return found if type(found) in SCALARS else shallow(found)
        except (TooDeepError, RecursionError):
            return Unreadable(attr.path.text, "TooDeep")
        except UNREADABLE_SHAPES:
            return Unreadable(attr.path.text, UNEXPECTED)


def is_known(value: Any) -> bool:
    """Whether `look` or `read` returned a value."""
    return not isinstance(value, Unreadable | Unasked)


def _mark_in(value: Any) -> str | None:
    """SCRUBBED or WITHHELD where one of them stands anywhere in an answer, the former first; else None."""
    if isinstance(value, str):
        return value if value is SCRUBBED or value is WITHHELD else None
    if not isinstance(value, dict | list):
        return None
    found = None
    for inner in value.values() if isinstance(value, dict) else value:
        if type(inner) in SCALARS:
            continue
        mark = _mark_in(inner)
        if mark is SCRUBBED:
            return mark
        found = found or mark
    return found

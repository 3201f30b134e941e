"""Asking a cloud: one request, its pages, and how a refusal looks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Hashed = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One operation with its arguments, for one service in one region."""

    service: str
    region: str
    op: str
    args: Mapping[str, Any] = field(default_factory=dict)
    spares: bool = field(default=False, compare=False)
    """Whether it is asked to spare others: where it is refused, they are asked instead. A tape may lack it."""
    hashed: Hashed = field(init=False, compare=False, repr=False)
    """The same for the same request, whatever the order of its arguments; for look-ups."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashed", (self.service, self.region, self.op, _hashed(self.args)))

    @property
    def key(self) -> str:
        """The same as text, for people and files."""
        return json.dumps([self.service, self.region, self.op, self.args], sort_keys=True, default=str)


def _hashed(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset((k, _hashed(v)) for k, v in value.items()) if value else ()
    return ("[", *map(_hashed, value)) if isinstance(value, list | tuple) else (type(value).__name__, value)


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is none: the cloud's error code, or the name of what failed on the way."""

    code: str
    message: str = ""


Pages = list[dict[str, Any]]
Answer = Pages | Refused


class Api(Protocol):
    """Where answers come from: a cloud, or a tape."""

    @property
    def account(self) -> str:
        """The account that answers, twelve digits."""

    @property
    def region(self) -> str:
        """The region to begin in; empty where none is configured."""

    @property
    def recorded(self) -> tuple[str, float] | None:
        """Of a replay: when the recording began, as an ISO time, and how many seconds it took; None of an account."""

    @property
    def counts(self) -> Counter[str]:
        """HTTP requests made so far, by service."""

    def ask(self, request: Request) -> Answer:
        """All pages of the answer; safe to call from several threads."""


class Asks(Protocol):
    """Asks many requests side by side."""

    @property
    def api(self) -> Api:
        """What answers."""

    def ask(self, requests: Sequence[Request], done: Callable[[], None] = ...) -> list[Answer]:
        """The answers, one for each request, in their order."""


class _Withheld(str):
    __slots__ = ()


WITHHELD: Final = _Withheld("(not asked for)")
"""Stands in an answer where content is that nobody asked for."""

"""The interface to a cloud's API: a request, its complete answer, and a refusal."""

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
    """Whether this call replaces many others (a `Bulk`). If it is refused, those are made instead. A recording may lack
    it."""
    once: bool = field(default=False, compare=False)
    """Whether one page is asked for, once, and recorded nowhere: a page of a log, whose limit the caller keeps."""
    hashed: Hashed = field(init=False, compare=False, repr=False)
    """Equal for equal requests, whatever the order of their arguments. Used as a key."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashed", (self.service, self.region, self.op, _hashed(self.args)))

    @property
    def key(self) -> str:
        """The same as text, for messages and files."""
        return json.dumps([self.service, self.region, self.op, self.args], sort_keys=True, default=str)


def _hashed(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return frozenset((k, _hashed(v)) for k, v in value.items()) if value else ()
    return ("[", *map(_hashed, value)) if isinstance(value, list | tuple) else (type(value).__name__, value)


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused or failed request: the cloud's error code, or the name of the failure."""

    code: str
    message: str = ""


Pages = list[dict[str, Any]]
Answer = Pages | Refused


class Api(Protocol):
    """A source of answers: a cloud, or a recording."""

    @property
    def account(self) -> str:
        """The account that the API reads, twelve digits."""

    @property
    def region(self) -> str:
        """The default region; empty if none is configured."""

    @property
    def recorded(self) -> tuple[str, float] | None:
        """For a replay: the start of the recording as an ISO time, and its duration in seconds. None for an account."""

    @property
    def counts(self) -> Counter[str]:
        """HTTP requests made so far, by service."""

    def ask(self, request: Request) -> Answer:
        """The complete answer, with all pages. Safe to call from several threads."""


class Asks(Protocol):
    """Makes many requests in parallel."""

    @property
    def api(self) -> Api:
        """The API that answers."""

    def ask(self, requests: Sequence[Request], done: Callable[[], None] = ...) -> list[Answer]:
        """The answers, in the order of the requests."""


class _Withheld(str):
    __slots__ = ()


WITHHELD: Final = _Withheld("(not asked for)")
"""Replaces secret content in an answer, because the user did not ask for it."""

"""Asking a cloud: one request, its pages, and how a refusal looks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One operation with its arguments, for one service in one region."""

    service: str
    region: str
    op: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same text for the same request, whatever the order of its arguments."""
        return json.dumps([self.service, self.region, self.op, self.args], sort_keys=True, default=str)


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

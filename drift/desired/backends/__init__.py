"""Where states are kept. A backend reads bytes at a URL of its scheme; `local` is the one without a scheme."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import msgspec

BACKENDS = {
    "azurerm": "drift.desired.backends.azure",
    "consul": "drift.desired.backends.consul",
    "gs": "drift.desired.backends.gcs",
    "http": "drift.desired.backends.http",
    "https": "drift.desired.backends.http",
    "k8s": "drift.desired.backends.k8s",
    **dict.fromkeys(("pg", "postgres", "postgresql"), "drift.desired.backends.pg"),
    "s3": "drift.desired.backends.s3",
    "tfc": "drift.desired.backends.tfc",
}
"""Scheme -> the module that is its backend; loaded when first asked for."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")


@dataclass(frozen=True, slots=True)
class Lock:
    """Who holds a state, as Terraform's own record of the lock says; empty where it says nothing."""

    who: str = ""
    since: str = ""
    operation: str = ""

    def __str__(self) -> str:
        by = f" by {self.who}" if self.who else ""
        since = f" since {self.since}" if self.since else ""
        operation = f" ({self.operation})" if self.operation else ""
        return f"locked{by}{since}{operation}: results may be in flux"


class Backend(Protocol):
    """A place that keeps states; a module will do."""

    scheme: str
    """What its addresses start with: `s3` in `s3://bucket/key`."""

    def read(self, url: str) -> bytes:
        """The state at `url`; StateError where it cannot be read."""


@runtime_checkable
class Finding(Protocol):
    """A backend one of whose addresses may name several states."""

    def find(self, url: str) -> list[str]:
        """The addresses of the states that `url` names, sorted; StateError where there are none."""


@runtime_checkable
class Locking(Protocol):
    """A backend that can tell whether a state is locked without locking it."""

    def lock(self, url: str) -> Lock | None:
        """The lock on the state at `url`; None where there is none, or where nobody may ask."""


class Backends(Mapping[str, Backend]):
    """The built-in backends and `extra`, by scheme."""

    def __init__(self, extra: Mapping[str, Backend] | None = None) -> None:
        self._extra = dict(extra or {})

    def __getitem__(self, scheme: str) -> Backend:
        if scheme in self._extra:
            return self._extra[scheme]
        return cast(Backend, importlib.import_module(BACKENDS[scheme]))

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*BACKENDS, *self._extra}))

    def __len__(self) -> int:
        return len({*BACKENDS, *self._extra})


def scheme_of(place: str) -> str:
    """`s3` of `s3://bucket/key`; empty for a local path."""
    match = _SCHEME.match(place)
    return match[1] if match else ""


def lock_from(data: bytes) -> Lock:
    """Terraform's LockInfo JSON; an empty Lock where it is not readable: it is a lock all the same."""
    try:
        info: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError:
        return Lock()
    who, since, operation = (str(info.get(name) or "") for name in ("Who", "Created", "Operation"))
    return Lock(who, re.sub(r"\.\d+", "", since), operation.removeprefix("OperationType"))

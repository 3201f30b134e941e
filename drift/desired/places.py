"""From places to bytes, side by side: the order of what comes out is that of what was asked for."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from drift.desired.backends import Backend, Finding, Lock, Locking, local, scheme_of
from drift.desired.backends.url import parse, scrubbed, shown, translated
from drift.errors import StateError
from drift.model.journal import timed

T = TypeVar("T")

SIDE_BY_SIDE = 16
"""States read at a time."""


class Found(NamedTuple):
    """Where one state is, and its name for messages, which holds no secret."""

    url: str
    name: str


def fetch(
    places: Iterable[str], backends: Mapping[str, Backend], use: Callable[[bytes, str, Lock | None], T]
) -> tuple[list[T], list[StateError]]:
    """`use(data, name, lock)` for every state that `places` name, each state once, and what could not be read."""
    found, lost = find(places, backends)
    done, failed = read(found, backends, use)
    return done, [*lost, *failed]


def find(places: Iterable[str], backends: Mapping[str, Backend]) -> tuple[list[Found], list[StateError]]:
    """The states that `places` name, each once, and the places that could not be looked into."""
    failed: list[StateError] = []
    known: dict[str, str] = {}

    def look(place: str) -> list[str] | StateError:
        return _safely(place, shown(place), lambda _: _find(translated(place), backends))

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for urls in pool.map(look, places):
            if isinstance(urls, StateError):
                failed.append(urls)
            else:
                for url in urls:
                    known.setdefault(identity(url), url)
    return _named(known.values()), failed


def read(
    found: Iterable[Found], backends: Mapping[str, Backend], use: Callable[[bytes, str, Lock | None], T]
) -> tuple[list[T], list[StateError]]:
    """`use(data, name, lock)` for each of these states, and what could not be read."""

    def one(state: Found) -> T | StateError:
        return _safely(*state, lambda name: _read(state.url, name, backends, use))

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        done = [*pool.map(one, found)]
    return [d for d in done if not isinstance(d, StateError)], [d for d in done if isinstance(d, StateError)]


_PATHS = frozenset({"azurerm", "consul", "gs", "k8s", "s3", "tfc"})
"""Schemes of which scheme, host and path name a state, with these parameters; of others the whole address does."""
_WHICH = frozenset(
    {
        "dc", "endpoint", "environment", "generation", "hostname", "namespace", "server", "snapshot", "versionId",
        "workspace",
    }
)  # fmt: skip
"""Query parameters that say which state it is, and not how to reach it."""


def identity(place: str) -> str:
    """The same text for every spelling of one state's place: `a.tfstate`, `./a.tfstate`, a link to it."""
    scheme = scheme_of(place)
    if place == local.STDIN:
        return place
    if not scheme:
        return os.path.realpath(place)
    if scheme not in _PATHS:
        return place
    at = parse(place)
    which = urlencode(sorted((k, v) for k, v in at.query.items() if k in _WHICH and v))
    return f"{at.scheme}://{at.host}/{at.path}?{which}"


def _named(urls: Iterable[str]) -> list[Found]:
    """Each URL with a name of its own that holds no secret: two may differ in nothing else."""
    times: Counter[str] = Counter()
    out = []
    for url in urls:
        name = shown(url)
        times[name] += 1
        out.append(Found(url, name if times[name] == 1 else f"{name} ({times[name]})"))
    return out


def _find(place: str, backends: Mapping[str, Backend]) -> list[str]:
    backend = _backend(place, backends)
    return backend.find(place) if isinstance(backend, Finding) else [place]


def _read(url: str, name: str, backends: Mapping[str, Backend], use: Callable[[bytes, str, Lock | None], T]) -> T:
    backend = _backend(url, backends)
    with timed("state", place=name) as told:
        lock = backend.lock(url) if isinstance(backend, Locking) else None
        data = backend.read(url)
        told["bytes"] = len(data)
    return use(data, name, lock)


def _backend(place: str, backends: Mapping[str, Backend]) -> Backend:
    scheme = scheme_of(place)
    if not scheme:
        return local
    if scheme not in backends:
        known = ", ".join(f"{s}://" for s in sorted(backends)) or "none is installed"
        raise StateError(place, f"no backend for {scheme}://", f"A local path always works; other places: {known}.")
    return backends[scheme]


def _safely(place: str, name: str, do: Callable[[str], T]) -> T | StateError:
    """What `do` gives; its StateError under the state's name, and without the secrets of its URL."""
    try:
        return do(name)
    except StateError as error:
        if error.source in (place, name):
            message = error.message.removeprefix(f"{error.source}: ")
            return StateError(name, scrubbed(message, place), scrubbed(error.hint, place))
        inner = shown(error.source)
        message = error.message.removeprefix(f"{error.source}: ")
        return StateError(inner, scrubbed(message, error.source), scrubbed(error.hint, error.source))

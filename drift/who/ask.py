"""Reads the audit log within two limits for each region: calls per second, and calls in total.

A few resources are looked up by name. For many, the newest writes of the region are read page by page, because one page
may answer for several of them; the rest is then looked up by name. Reading ends as soon as everything has an answer.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drift.model.who import CALLS, Actor
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.audit import Audit
from drift.who.attribute import Case, IndexedEvent

FEW = 6
"""Up to this number, resources are looked up by name from the start."""
PAGES = 3
"""Pages to read for one name, at most."""
TRIES = 4
"""Tries of a throttled call; each counts as a call."""
THROTTLED = frozenset({"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException"})


class Pace:
    """Limits the rate of calls to each region. Tests replace clock and pause."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._clock, self._pause = clock, pause
        self._next: dict[str, float] = {}

    def when(self, region: str) -> float:
        """When the next call to a region is allowed, in seconds of the clock."""
        return self._next.get(region, 0.0)

    def wait(self, region: str) -> None:
        """Wait until the next call to a region is allowed, and count it."""
        now = self._clock()
        if (left := self.when(region) - now) > 0:
            self._pause(left)
            now = self._clock()
        self._next[region] = now + self._gap

    def slow(self, region: str, tries: int) -> None:
        """Wait longer before the next call: the region throttled this one, and others share its limit."""
        self._next[region] = self._clock() + self._gap * 2.0**tries


@dataclass(slots=True)
class _Looked:
    """The calls that were made, and the refusals."""

    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Region -> calls."""
    refused: dict[str, Refused] = field(default_factory=dict)
    """Region -> why its log does not answer."""


class Book:
    """Assigns the events that were read to the cases that they are about."""

    def __init__(self, cases: Sequence[Case], audit: Audit) -> None:
        self.audit = audit
        self.origins: dict[str, Actor] = {}
        """Access key -> who assumed the role."""
        self._by_name: dict[str, list[Case]] = defaultdict(list)
        for case in cases:
            for name in case.names:
                self._by_name[name].append(case)
        self._alone = [case for case in cases if case.nameless]

    def read(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add the records of a page or a file."""
        for record in records:
            origin = self.audit.origin(record)
            if origin is not None:
                self.origins.setdefault(*origin)
            event = self.audit.event(record)
            if event is None:
                continue
            indexed = IndexedEvent.of(event, self.audit)
            about = {
                id(case): case for text in indexed.texts.keys() & self._by_name.keys() for case in self._by_name[text]
            }
            for case in (*about.values(), *self._alone):
                case.add(indexed)


Asking = Generator[Request, Answer, None]


def ask(
    cases: Sequence[Case], book: Book, api: Api, *, calls: int = CALLS, pace: Pace | None = None
) -> Mapping[str, Refused]:
    """Look up all cases, in each region as fast as its rate allows. Region -> why its log does not answer."""
    looked = _Looked()
    pace = pace or Pace(book.audit.per_second)
    by_region: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_region[case.home].append(case)
    asking = {region: _region(region, mine, book, looked, calls) for region, mine in sorted(by_region.items())}
    waiting: dict[str, Request] = {}
    for region, generator in list(asking.items()):
        _advance(region, generator, None, waiting, asking)
    while waiting:
        region = min(waiting, key=lambda r: (pace.when(r), r))
        _advance(region, asking[region], _answer(waiting.pop(region), api, pace, looked, calls), waiting, asking)
    return looked.refused


def _advance(
    region: str,
    generator: Asking,
    answer: Answer | None,
    waiting: dict[str, Request],
    asking: dict[str, Asking],
) -> None:
    try:
        waiting[region] = next(generator) if answer is None else generator.send(answer)
    except StopIteration:
        asking.pop(region, None)


def _answer(request: Request, api: Api, pace: Pace, looked: _Looked, calls: int) -> Answer:
    """One answer. A throttled call is repeated as long as calls are left."""
    answer: Answer = Refused("Throttling")
    for tries in range(1, TRIES + 1):
        if looked.calls[request.region] >= calls:
            break
        pace.wait(request.region)
        looked.calls[request.region] += 1
        answer = api.ask(request)
        if not isinstance(answer, Refused) or answer.code not in THROTTLED:
            break
        pace.slow(request.region, tries)
    return answer


def _region(region: str, cases: list[Case], book: Book, looked: _Looked, calls: int) -> Asking:
    """All requests to one region."""
    audit = book.audit
    if len(cases) > FEW:
        token, first = "", True
        while (token or first) and looked.calls[region] < calls * 2 // 3 and any(not c.answered for c in cases):
            first = False
            answer = yield audit.newest(region, token)
            if isinstance(answer, Refused):
                _refused(region, cases, answer, looked)
                return
            page = audit.page(answer)
            book.read(page.records)
            token = page.token
        if not token and not first:
            yield from _behind(region, cases, book, looked, calls)
            return  # the whole history was read: looking up names would find nothing more
    for number, case in enumerate(cases):
        stopped = yield from _named(region, case, book, looked, calls)
        if stopped is not None:
            _refused(region, cases[number:], stopped, looked)
            return
    yield from _behind(region, cases, book, looked, calls)


def _named(
    region: str, case: Case, book: Book, looked: _Looked, calls: int
) -> Generator[Request, Answer, Refused | None]:
    """Look up one resource by name; returns the refusal that ends the work in this region, if there is one."""
    audit = book.audit
    name = audit.name(case.resource)
    if case.answered or not name:
        case.why = case.why or ("" if name else "the log does not name this resource")
        return None
    token = ""
    for _ in range(PAGES):
        if looked.calls[region] >= calls:
            case.why = f"not looked up: the {calls} calls to {region} were spent"
            return None
        answer = yield audit.about(region, name, token)
        if isinstance(answer, Refused):
            return answer
        page = audit.page(answer)
        book.read(page.records)
        token = page.token
        if case.answered or not token:
            return None
    case.why = f"the newest {PAGES} pages that {region} has of it have no event that can have made it"
    return None


def _behind(region: str, cases: list[Case], book: Book, looked: _Looked, calls: int) -> Asking:
    """Look up who assumed the roles in the answers, as long as calls are left."""
    for key in dict.fromkeys(k for case in cases for k in _sessions(case)):
        if key in book.origins or looked.calls[region] >= calls:
            continue
        answer = yield book.audit.about(region, key, "")
        if isinstance(answer, Refused):
            return
        book.read(book.audit.page(answer).records)


def _sessions(case: Case) -> list[str]:
    """The access keys of role sessions that made a drift, if it is not known who assumed the role."""
    found = [answer[0].event for _, answer, _ in case.answers() if answer is not None]
    return [e.key for e in found if e.key and e.actor.kind in ("role", "workload") and not e.actor.person]


def _refused(region: str, cases: Iterable[Case], answer: Refused, looked: _Looked) -> None:
    if answer.code not in THROTTLED:
        looked.refused[region] = answer
    for case in cases:
        case.why = case.why or f"not looked up: {region} answered {answer.code}"


__all__ = ["Book", "Pace", "ask"]

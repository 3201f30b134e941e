"""Makes requests in parallel, each only once, with one pool of threads for the whole run."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import NamedTuple

from drift.live.patience import Patient
from drift.model.journal import is_kept, note
from drift.provider.api import Answer, Api, Hashed, Refused, Request
from drift.provider.contract import WIDTH

WORKERS = 48
"""Maximum number of parallel calls. With more threads, they would wait for the Python interpreter, not for the
cloud."""
Lane = tuple[str, str, str]
"""(service, region, lane within the service)."""
Lanes = Callable[[str, str], tuple[str, int]]
"""(service, operation) -> (lane of the operation, maximum number of parallel calls on it)."""
Progress = Callable[[str, int, int], None]
"""(phase, answers received, requests made)."""


def quiet(phase: str, done: int, total: int) -> None:
    """Report no progress."""


def one_lane(service: str, operation: str) -> tuple[str, int]:  # noqa: ARG001 - a function of a given shape
    """One lane for all operations of a service."""
    return "", WIDTH


class Spent(NamedTuple):
    """The cost of the calls to one service."""

    calls: int
    seconds: float
    """Waiting time for answers, added up over parallel calls."""


class Arrived(NamedTuple):
    """An answer, or the exception that stopped all requests."""

    key: Hashed
    answer: Answer | None
    error: BaseException | None


@dataclass(slots=True)
class _Lane:
    width: int
    most: int
    running: int = 0
    good: int = 0
    throttled: int = 0
    waiting: deque[Request] = field(default_factory=deque)


class _Answered(NamedTuple):
    request: Request
    lane: _Lane
    answer: Answer | None
    error: BaseException | None
    seconds: float


_Ready = SimpleQueue[tuple[Request, _Lane] | None]
_Arrivals = SimpleQueue[_Answered | None]
"""None says that the patience of the API has ended."""


class Asker:
    """Makes requests through an `Api`. Only one thread may use the asker; its worker threads make the calls.

    An API that has its answers `at_once`, a recording, is asked without worker threads: to start one takes longer than
    the answer.

    Each request is made once. If the cloud throttles a lane, its width is halved. It grows by one after as many
    successful answers as it is wide. At the end of an API's patience, everything not answered yet is refused.
    """

    def __init__(self, api: Api, *, workers: int = WORKERS, lanes: Lanes = one_lane) -> None:
        self.api = api
        self._workers = workers
        self._lane_of = lanes
        self._lanes: dict[Lane, _Lane] = {}
        self._known: dict[Hashed, Answer] = {}
        self._asked: set[Hashed] = set()
        self._ready: _Ready = SimpleQueue()
        self._arrived: _Arrivals = SimpleQueue()
        self._threads = 0
        self._at_once = bool(getattr(api, "at_once", False))
        self._patience = api.patience if isinstance(api, Patient) else None
        self._open: dict[Hashed, tuple[Request, _Lane, float]] = {}
        """With a patience: what is in progress, and since when."""
        if self._patience is not None:
            self._patience.tell(self._arrived)
        weakref.finalize(self, _end, self._ready, workers)
        self._running = 0
        self._calls: Counter[str] = Counter()
        self._seconds: dict[str, float] = defaultdict(float)

    def known(self, key: Hashed) -> Answer | None:
        """The answer, if it was received already."""
        return self._known.get(key)

    def start(self, request: Request) -> None:
        """Make the request as soon as its lane has room; nothing if it was made before. `next` returns the answer."""
        key = request.hashed
        if key in self._asked:
            return
        self._asked.add(key)
        name, width = self._lane_of(request.service, request.op)
        where = (request.service, request.region, name)
        lane = self._lanes.get(where)
        if lane is None:
            lane = self._lanes[where] = _Lane(width, width)
        lane.waiting.append(request)
        self._fill(lane)

    def next(self) -> Arrived:
        """Wait for the next answer. May be called only while requests are in progress."""
        request, lane, answer, error, seconds = self._take()
        key = request.hashed
        lane.running -= 1
        self._running -= 1
        self._calls[request.service] += 1
        self._seconds[request.service] += seconds
        if error is None and answer is not None:
            self._known[key] = answer
        if is_kept():
            said = {"code": answer.code, "message": answer.message} if isinstance(answer, Refused) else {}
            pages = 0 if isinstance(answer, Refused) or answer is None else len(answer)
            note(
                "answered", service=request.service, region=request.region, operation=request.op, pages=pages, **said,
                seconds=round(seconds, 3), side_by_side=self._running + 1, arguments=request.args,
            )  # fmt: skip
        self._adapt(request, lane)
        self._fill(lane)
        return Arrived(key, answer, error)

    def _take(self) -> _Answered:
        patience = self._patience
        while True:
            try:
                left = patience.left if patience is not None else math.inf
                answered = self._arrived.get(timeout=None if math.isinf(left) else min(left, threading.TIMEOUT_MAX))
            except Empty:
                answered = None
            if answered is None:
                self._refuse()
            elif patience is None or self._open.pop(answered.request.hashed, None) is not None:
                return answered  # else it arrived after it had been refused

    def _refuse(self) -> None:
        """Answer what is in progress after the end of the patience."""
        why = self._patience.why if self._patience is not None else ""
        for request, lane, since in list(self._open.values()) if why else ():
            self._arrived.put(_Answered(request, lane, Refused(why), None, time.monotonic() - since))

    @property
    def busy(self) -> bool:
        """Whether requests are in progress."""
        return self._running > 0

    @property
    def spent(self) -> Mapping[str, Spent]:
        """Service -> number of calls, and their duration."""
        return {s: Spent(n, round(self._seconds[s], 2)) for s, n in sorted(self._calls.items())}

    def ask(self, requests: Sequence[Request], done: Callable[[], None] = lambda: None) -> list[Answer]:
        """The answers, in the order of the requests; `done` is called for each answer."""
        waiting = {r.hashed for r in requests if r.hashed not in self._known}
        for request in requests:
            self.start(request)
        try:
            while waiting:
                arrived = self.next()
                if arrived.error is not None:
                    raise arrived.error
                if arrived.key in waiting:
                    waiting.discard(arrived.key)
                    done()
        except BaseException:
            self.drop()
            raise
        return [self._known[r.hashed] for r in requests]

    def drop(self) -> None:
        """Do not start requests that are still waiting, because something failed or the user interrupted."""
        for lane in self._lanes.values():
            self._asked.difference_update(r.hashed for r in lane.waiting)
            lane.waiting.clear()

    def _fill(self, lane: _Lane) -> None:
        while lane.waiting and lane.running < lane.width:
            lane.running += 1
            self._running += 1
            request = lane.waiting.popleft()
            if self._at_once:
                self._arrived.put(_answered(self.api.ask, request, lane))
                continue
            if self._patience is not None:
                self._open[request.hashed] = (request, lane, time.monotonic())
                if self._patience.why:  # all threads may wait for answers that do not come
                    self._arrived.put(_Answered(request, lane, Refused(self._patience.why), None, 0.0))
                    continue
            self._ready.put((request, lane))
            if self._threads < min(self._workers, self._running):
                self._threads += 1
                queues = (self.api, self._ready, self._arrived)
                threading.Thread(target=_work, args=queues, name=f"drift-{self._threads}", daemon=True).start()

    def _adapt(self, request: Request, lane: _Lane) -> None:
        throttled = getattr(self.api, "throttled", {}).get((request.service, request.region), 0)
        if throttled > lane.throttled:
            lane.throttled, lane.good, lane.width = throttled, 0, max(1, lane.width // 2)
        else:
            lane.good += 1
            if lane.good >= lane.width and lane.width < lane.most:
                lane.good, lane.width = 0, lane.width + 1


def _work(api: Api, ready: _Ready, arrived: _Arrivals) -> None:
    """The loop of a worker thread. It has no reference to the asker, so that the asker can be deleted and end its
    threads."""
    ask = api.begin if isinstance(api, Patient) else api.ask
    while (task := ready.get()) is not None:
        arrived.put(_answered(ask, *task))


def _answered(ask: Callable[[Request], Answer], request: Request, lane: _Lane) -> _Answered:
    started = time.monotonic()
    try:
        answer, error = ask(request), None
    except BaseException as raised:  # noqa: BLE001 - raised again in the thread that waits for the answer
        answer, error = None, raised
    return _Answered(request, lane, answer, error, time.monotonic() - started)


def _end(ready: _Ready, workers: int) -> None:
    for _ in range(workers):
        ready.put(None)

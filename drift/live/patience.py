"""The time limit of a run, and interrupts. What was not answered by then is not read."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from drift.errors import CloudError
from drift.provider.api import Answer, Api, Refused, Request

T = TypeVar("T")

TIMED_OUT = "TimedOut"
"""The code of requests that were not answered before the time limit."""
INTERRUPTED = "Interrupted"
"""The code of requests that were not answered when the user interrupted the run."""


@dataclass(eq=False, slots=True)
class _Call(Generic[T]):
    make: Callable[[], T]
    done: threading.Event = field(default_factory=threading.Event)
    value: T | None = None
    error: BaseException | None = None


class Patience:
    """A time limit that can be ended early. Several accounts may share it."""

    def __init__(self, seconds: float = 0) -> None:
        """The limit starts with the first call, in seconds; 0: no limit."""
        self.seconds = seconds
        self._until: float | None = None
        self._waiting: set[_Call[Any]] = set()
        self._lock = threading.Lock()
        self.why = ""
        """TIMED_OUT or INTERRUPTED after the end, otherwise empty."""
        self._idle = 0
        self._queue: SimpleQueue[_Call[Any]] = SimpleQueue()
        self._told: WeakSet[SimpleQueue[Any]] = WeakSet()

    def stop(self, why: str = INTERRUPTED) -> None:
        """End the limit now. All waiting calls return. A signal handler may call this."""
        self.why = self.why or why
        for call in list(self._waiting):
            call.done.set()
        for queue in list(self._told):
            queue.put(None)

    def tell(self, queue: SimpleQueue[Any]) -> None:
        """Put None into the queue at the end, so that who waits there for answers goes on."""
        self._told.add(queue)

    @property
    def left(self) -> float:
        """Seconds until the end, `inf` without a limit, 0 after the end. The limit starts here, if it has not yet."""
        if self._until is None:
            self._until = time.monotonic() + self.seconds if self.seconds else float("inf")
        left = self._until - time.monotonic()
        if left <= 0 and not self.why:
            self.stop(TIMED_OUT)
        return 0.0 if self.why else left

    def make(self, call: Callable[[], T]) -> T | None:
        """Run the call, and return or raise its result; None if the limit ends first. The call may continue in a thread
        whose result is dropped."""
        if self.left and not self.why:
            return self.awaited(self.begun(call))
        return None

    def begun(self, call: Callable[[], T]) -> _Call[T]:
        """The call, begun in a thread; `make` would wait for it."""
        mine: _Call[T] = _Call(call)
        self._begin(mine)
        return mine

    def awaited(self, mine: _Call[T]) -> T | None:
        """The result of a call that was begun, as `make` gives it."""
        left = self.left
        self._waiting.add(mine)
        try:
            if self.why:  # the user interrupted meanwhile
                return None
            arrived = mine.done.wait(min(left, threading.TIMEOUT_MAX))
        finally:
            self._waiting.discard(mine)
        if not arrived:
            self.stop(TIMED_OUT)
        if mine.error is not None:
            raise mine.error
        return mine.value

    def _begin(self, call: _Call[Any]) -> None:
        with self._lock:
            fresh = self._idle == 0
            if not fresh:
                self._idle -= 1
        if fresh:
            threading.Thread(target=self._work, name="drift-call", daemon=True).start()
        self._queue.put(call)

    def _work(self) -> None:
        while True:
            call = self._queue.get()
            try:
                call.value = call.make()
            except BaseException as error:  # noqa: BLE001 - raised again where the answer is waited for
                call.error = error
            with self._lock:
                self._idle += 1
            call.done.set()


class Patiences:
    """The limits of several accounts, which an interrupt ends together."""

    def __init__(self, seconds: float = 0) -> None:
        """The limit of each account, in seconds; 0: no limit."""
        self.seconds = seconds
        self.why = ""
        """Why all of them ended; empty while they have not."""
        self._every: list[Patience] = []

    def one(self) -> Patience:
        """The limit of one more account; it has ended already if the others were stopped."""
        mine = Patience(self.seconds)
        self._every.append(mine)
        if self.why:
            mine.stop(self.why)
        return mine

    def drop(self, patience: Patience) -> None:
        """Forget the limit of an account that is done."""
        self._every.remove(patience)

    def stop(self, why: str = INTERRUPTED) -> None:
        """End all of them now. A signal handler may call this."""
        self.why = self.why or why
        for patience in list(self._every):
            patience.stop(why)


class Patient:
    """An Api with a time limit: it returns the answer, or a refusal that says why there is none."""

    def __init__(self, api: Api, patience: Patience) -> None:
        self.inner = api
        self.patience = patience
        self._account = ""
        self._asked: _Call[str] | None = None

    @property
    def account(self) -> str:
        """The account that the API reads; CloudError if it did not answer in time."""
        if not self._account:
            self.ahead()
            asked, self._asked = self._asked, None
            self._account = (asked and self.patience.awaited(asked)) or ""
        if not self._account:
            raise CloudError(
                f"the account of the credentials could not be determined in time ({self.patience.why})",
                "Check the network and the endpoint in the environment, or raise --timeout.",
            )
        return self._account

    def ahead(self) -> None:
        """Ask for the account, and do not wait: `account` does, for what may still be missing by then."""
        self._asked = self._asked or self.patience.begun(lambda: self.inner.account)

    @property
    def region(self) -> str:
        """The default region."""
        return self.inner.region

    @property
    def recorded(self) -> tuple[str, float] | None:
        """The start and duration of the recording that answers."""
        return self.inner.recorded

    @property
    def counts(self) -> Counter[str]:
        """HTTP requests made so far, by service."""
        return self.inner.counts

    @property
    def throttled(self) -> Mapping[Any, int]:
        """Number of throttled calls; empty if the API does not count them."""
        found: Mapping[Any, int] = getattr(self.inner, "throttled", {})
        return found

    def ask(self, request: Request) -> Answer:
        """The answer, or a refusal with the code TIMED_OUT or INTERRUPTED."""
        found = self.patience.make(lambda: self.inner.ask(request))
        return Refused(self.patience.why or TIMED_OUT) if found is None else found

    def begin(self, request: Request) -> Answer:
        """The answer for an `Asker`, which itself goes on at the end of the limit; it needs no further thread."""
        return Refused(self.patience.why) if self.patience.why else self.inner.ask(request)

"""How long drift waits: until a deadline, or an interrupt. What was not answered by then is not read."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from drift.errors import CloudError
from drift.provider.api import Answer, Api, Refused, Request

T = TypeVar("T")

TIMED_OUT = "TimedOut"
"""The code of what was not answered before the deadline."""
INTERRUPTED = "Interrupted"
"""The code of what was not answered when somebody interrupted the run."""


@dataclass(eq=False, slots=True)
class _Call(Generic[T]):
    make: Callable[[], T]
    done: threading.Event = field(default_factory=threading.Event)
    value: T | None = None
    error: BaseException | None = None


class Patience:
    """A deadline that can be brought forward. It may be shared by several accounts."""

    def __init__(self, seconds: float = 0) -> None:
        """`seconds` from the first call on; 0 for as long as it takes."""
        self.seconds = seconds
        self._until: float | None = None
        self._waiting: set[_Call[Any]] = set()
        self._lock = threading.Lock()
        self.why = ""
        """TIMED_OUT or INTERRUPTED once it is over."""
        self._idle = 0
        self._queue: SimpleQueue[_Call[Any]] = SimpleQueue()

    def stop(self, why: str = INTERRUPTED) -> None:
        """It is over: everybody who waits goes on now. A signal handler may call this."""
        self.why = self.why or why
        for call in list(self._waiting):
            call.done.set()

    def make(self, call: Callable[[], T]) -> T | None:
        """What the call gives, or raises; None where it is over first. The call itself may go on, in a thread that
        nobody waits for."""
        if self._until is None:
            self._until = time.monotonic() + self.seconds if self.seconds else float("inf")
        left = self._until - time.monotonic()
        if left <= 0:
            self.stop(TIMED_OUT)
        if self.why:
            return None
        mine: _Call[T] = _Call(call)
        self._waiting.add(mine)
        self._begin(mine)
        try:
            if self.why:  # somebody interrupted while it began
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


class Patient:
    """An Api that answers in time: with what was read, or with the reason why it was not."""

    def __init__(self, api: Api, patience: Patience) -> None:
        self.inner = api
        self.patience = patience
        self._account = ""

    @property
    def account(self) -> str:
        """The account that answers; CloudError where nobody did in time."""
        self._account = self._account or self.patience.make(lambda: self.inner.account) or ""
        if not self._account:
            raise CloudError(
                f"nobody said in time whose credentials these are ({self.patience.why})",
                "Check the network and the endpoint that the environment names, or give --timeout more seconds.",
            )
        return self._account

    @property
    def region(self) -> str:
        """The region to begin in."""
        return self.inner.region

    @property
    def recorded(self) -> tuple[str, float] | None:
        """When the recording that answers began."""
        return self.inner.recorded

    @property
    def counts(self) -> Counter[str]:
        """HTTP requests made so far, by service."""
        return self.inner.counts

    @property
    def throttled(self) -> Mapping[Any, int]:
        """How often the cloud asked for patience; empty where it does not say."""
        found: Mapping[Any, int] = getattr(self.inner, "throttled", {})
        return found

    def ask(self, request: Request) -> Answer:
        """The answer, or a refusal with the code TIMED_OUT or INTERRUPTED."""
        found = self.patience.make(lambda: self.inner.ask(request))
        return Refused(self.patience.why or TIMED_OUT) if found is None else found

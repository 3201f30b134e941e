"""Runs many tasks in one thread. Each continues as soon as what it waits for is available.

A task is a generator. It yields what it needs, and gets it as the value of the yield:

    answers = yield Ask("listing", requests)     the answers, in the order of the requests
    handle = yield Start(task)                   starts another task, and does not wait for it
    yield Until([handle, …])                     waits until those tasks have ended

A task may depend on what it gets, never on when: so no result depends on the order of the answers.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from drift.live.asker import Asker, Progress, quiet
from drift.provider.api import Hashed, Request

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """Request answers; `phase` is its name in the progress bar."""

    phase: str
    requests: Sequence[Request]


@dataclass(frozen=True, slots=True)
class Start:
    """Start another task."""

    task: Task[Any]


@dataclass(frozen=True, slots=True)
class Until:
    """Wait for the end of other tasks."""

    handles: Iterable[Handle]


@dataclass(eq=False, slots=True)
class Handle:
    """A started task."""

    task: Task[Any]
    done: bool = False
    result: Any = None
    waiting: int = 0
    """The number of answers and tasks for which it still waits."""
    asked: Ask | None = None
    waiters: list[Handle] = field(default_factory=list)


Task = Generator[Ask | Start | Until, Any, T]


class Schedule:
    """Runs tasks to their end, with one asker."""

    def __init__(self, asker: Asker, progress: Progress = quiet) -> None:
        self._asker = asker
        self._progress = progress
        self._ready: deque[tuple[Handle, Any]] = deque()
        self._waiting: dict[Hashed, list[Handle]] = defaultdict(list)
        self._phases: dict[Hashed, str] = {}
        self._asked: Counter[str] = Counter()
        self._arrived: Counter[str] = Counter()

    def run(self, tasks: Iterable[Task[T]]) -> list[T]:
        """The results of the tasks, in their order. An exception of a task or of a request is raised here."""
        handles = [self._begin(task) for task in tasks]
        try:
            self._turn()
            while self._waiting:
                arrived = self._asker.next()
                if arrived.error is not None:
                    raise arrived.error
                self._deliver(arrived.key)
                self._turn()
        except BaseException:
            self._asker.drop()
            raise
        if not all(h.done for h in handles):
            raise RuntimeError("tasks wait for each other")
        return [h.result for h in handles]

    def _begin(self, task: Task[Any]) -> Handle:
        handle = Handle(task)
        self._ready.append((handle, None))
        return handle

    def _turn(self) -> None:
        while self._ready:
            handle, value = self._ready.popleft()
            self._advance(handle, value)

    def _advance(self, handle: Handle, value: Any) -> None:
        try:
            wish = handle.task.send(value)
        except StopIteration as end:
            handle.done, handle.result = True, end.value
            for waiter in handle.waiters:
                self._one_less(waiter)
            return
        if isinstance(wish, Start):
            self._ready.appendleft(
                (handle, self._begin(wish.task))
            )  # all tasks that one task starts begin before any of them continues
        elif isinstance(wish, Until):
            others = [h for h in wish.handles if not h.done]
            handle.waiting = len(others)
            for other in others:
                other.waiters.append(handle)
            if not others:
                self._ready.append((handle, None))
        else:
            self._ask(handle, wish)

    def _ask(self, handle: Handle, ask: Ask) -> None:
        fresh = {r.hashed: r for r in ask.requests if self._asker.known(r.hashed) is None}
        handle.asked, handle.waiting = ask, len(fresh)
        for key, request in fresh.items():
            if key not in self._waiting:
                self._asked[ask.phase] += 1
                self._phases[key] = ask.phase
                self._asker.start(request)
            self._waiting[key].append(handle)
        if not fresh:
            handle.waiting = 1
            self._one_less(handle)

    def _deliver(self, key: Hashed) -> None:
        if key in self._waiting:
            phase = self._phases.pop(key)
            self._arrived[phase] += 1
            self._progress(phase, self._arrived[phase], self._asked[phase])
        for handle in self._waiting.pop(key, ()):
            self._one_less(handle)

    def _one_less(self, handle: Handle) -> None:
        handle.waiting -= 1
        if handle.waiting:
            return
        ask, handle.asked = handle.asked, None
        known = [self._asker.known(r.hashed) for r in ask.requests] if ask else None
        self._ready.append((handle, known))

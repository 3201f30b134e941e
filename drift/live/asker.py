"""Asks many requests side by side, each only once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from drift.provider.api import Answer, Api, Request

PER_SERVICE = 8
"""Calls side by side per service and region: below what AWS throttles on describe calls by default."""
WORKERS = 32
"""Calls side by side in all."""


Progress = Callable[[str, int, int], None]
"""(phase, answers arrived, requests made)."""


def quiet(phase: str, done: int, total: int) -> None:
    """No progress."""


class Asker:
    """Asks many requests side by side, each only once, and answers in the order asked."""

    def __init__(self, api: Api, *, workers: int = WORKERS, per_service: int = PER_SERVICE) -> None:
        self.api = api
        self._workers = workers
        self._per_service = per_service
        self._known: dict[str, Answer] = {}
        self._lock = threading.Lock()

    def ask(self, requests: Sequence[Request], done: Callable[[], None] = lambda: None) -> list[Answer]:
        """The answers, one for each request, in their order; `done` is called as each arrives."""
        fresh = {r.key: r for r in requests if r.key not in self._known}
        queues: dict[tuple[str, str], deque[Request]] = {}
        for request in fresh.values():
            queues.setdefault((request.service, request.region), deque()).append(request)
        if fresh:
            with ThreadPoolExecutor(min(self._workers, len(fresh)), "drift") as pool:
                self._drain(pool, queues, done)
        return [self._known[r.key] for r in requests]

    def _drain(
        self, pool: ThreadPoolExecutor, queues: dict[tuple[str, str], deque[Request]], done: Callable[[], None]
    ) -> None:
        running: dict[Future[Answer], tuple[tuple[str, str], Request]] = {}

        def start(lane: tuple[str, str]) -> None:
            if queues[lane]:
                request = queues[lane].popleft()
                running[pool.submit(self.api.ask, request)] = (lane, request)

        for lane in queues:
            for _ in range(self._per_service):
                start(lane)
        while running:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                lane, request = running.pop(future)
                self._known[request.key] = future.result()
                done()
                start(lane)

"""How long a scan takes on a clock that only answers move; and its report is the same in whatever order they arrive."""

from __future__ import annotations

import heapq
import io
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from drift.live.asker import WORKERS, Arrived, Asker, _Answered
from drift.model.drift import Report
from drift.provider.api import Api, Hashed, Refused, Request
from drift.report import Look
from drift.report import json as json_report
from tests.support.world import WORLDS, World, run

LARGE = ("web-stack", "serverless-stack", "two-regions", "iam-stack")


class Simulated(Asker):
    """Each page takes its time on a clock of its own; lanes and workers are busy as long as they would be."""

    def __init__(self, api: Api, page: Callable[[], float], **words: Any) -> None:
        super().__init__(api, **words)
        self.now = 0.0
        self.longest = 0.0
        """The longest chain of calls of which each was made for what the one before it answered."""
        self.busy_for: dict[int, float] = defaultdict(float)
        """Lane -> the time of all its calls, divided by how many go side by side."""
        self._page = page
        self._count = 0
        self._due: list[tuple[float, int, _Answered]] = []
        self._free = [0.0] * WORKERS
        self._chains: dict[Hashed, float] = {}
        self._chain = 0.0

    def start(self, request: Request) -> None:
        self._chains.setdefault(request.hashed, self._chain)
        super().start(request)

    def _fill(self, lane: Any) -> None:
        while lane.waiting and lane.running < lane.width:
            request = lane.waiting.popleft()
            lane.running += 1
            self._running += 1
            answer = self.api.ask(request)
            took = sum(self._page() for _ in range(1 if isinstance(answer, Refused) else len(answer) or 1))
            self.busy_for[id(lane)] += took / lane.most
            end = max(self.now, heapq.heappop(self._free)) + took
            heapq.heappush(self._free, end)
            self._count += 1
            heapq.heappush(self._due, (end, self._count, _Answered(request, lane, answer, None, took)))

    def next(self) -> Arrived:
        self.now, _, answered = heapq.heappop(self._due)
        self._chain = self._chains[answered.request.hashed] + answered.seconds
        self.longest = max(self.longest, self._chain)
        self._arrived.put(answered)
        return super().next()


def checked(name: str, page: Callable[[], float], monkeypatch: pytest.MonkeyPatch) -> tuple[Report, Simulated]:
    world = World(WORLDS / name)
    askers: list[Simulated] = []

    def asker(api: Api, **words: Any) -> Simulated:
        askers.append(Simulated(api, page, **words))
        return askers[-1]

    monkeypatch.setattr("drift.run.Asker", asker)
    report = run(world.path / "refreshed.tfstate", world.tape("tampered"))
    return report, askers[0]


@pytest.mark.parametrize("name", LARGE)
def test_a_scan_takes_little_longer_than_its_longest_chain_and_its_calls_side_by_side(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, asker = checked(name, lambda: 0.08, monkeypatch)

    assert asker.now <= 1.5 * (asker.longest + max(asker.busy_for.values()))
    assert asker.now >= asker.longest > 0.08


@pytest.mark.parametrize("name", LARGE)
def test_the_order_of_answers_changes_no_byte(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = set()
    for seed in range(3):
        dice = random.Random(seed)
        report, _ = checked(name, lambda dice=dice: dice.random() ** 4, monkeypatch)  # type: ignore[misc]
        out = io.StringIO()
        json_report.render(replace(report, started_at="", duration_seconds=0.0, api_seconds={}), out, Look())
        texts.add(out.getvalue())

    assert len(texts) == 1

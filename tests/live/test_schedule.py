"""Tasks go on as soon as what they wait for is there; lanes keep to their width, and narrow when throttled."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import pytest

from drift.live.asker import Asker
from drift.live.schedule import Ask, Schedule, Start, Task, Until
from drift.provider.api import Answer, Request


class Counting:
    """Answers after a moment; knows how many calls were under way at once, by service."""

    account, region, recorded = "1", "r", None

    def __init__(self, seconds: float = 0.01) -> None:
        self.counts: Counter[str] = Counter()
        self.throttled: Counter[tuple[str, str]] = Counter()
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._seconds = seconds

    def ask(self, request: Request) -> Answer:
        with self._lock:
            self._now[request.service] += 1
            self.most[request.service] = max(self.most[request.service], self._now[request.service])
        time.sleep(self._seconds)
        with self._lock:
            self._now[request.service] -= 1
        return [{"op": request.op}]


def get(op: str, service: str = "s") -> Request:
    return Request(service, "r", op)


def asking(*ops: str) -> Task[list[str]]:
    answers = yield Ask("x", [get(op) for op in ops])
    return [a[0]["op"] for a in answers]


def test_each_task_gets_its_answers_in_the_order_it_asked() -> None:
    results = Schedule(Asker(Counting())).run([asking("A", "B"), asking("B", "C", "A"), asking()])

    assert results == [["A", "B"], ["B", "C", "A"], []]


def test_a_task_does_not_wait_for_the_slowest_of_the_others() -> None:
    released, order = threading.Event(), []

    class Api(Counting):
        def ask(self, request: Request) -> Answer:
            if request.op == "Slow":
                assert released.wait(5), "the quick task had to wait for the slow one"
            order.append(request.op)
            return [{"op": request.op}]

    def quick() -> Task[None]:
        for op in ("A", "B", "C"):
            yield Ask("x", [get(op)])
        released.set()

    Schedule(Asker(Api())).run([asking("Slow"), quick()])

    assert order == ["A", "B", "C", "Slow"]


def test_one_task_waits_for_another_where_it_says_so() -> None:
    seen = []

    def first() -> Task[None]:
        yield Ask("x", [get("A")])
        seen.append("first")

    def both() -> Task[None]:
        handle = yield Start(first())
        yield Until([handle])
        seen.append("then")

    Schedule(Asker(Counting())).run([both()])

    assert seen == ["first", "then"]


def test_a_lane_keeps_to_its_width() -> None:
    api = Counting()
    asker = Asker(api, lanes=lambda service, operation: ("", {"narrow": 2, "wide": 6}[service]))

    asker.ask([get(f"Get{n}", service) for n in range(12) for service in ("narrow", "wide")])

    assert api.most["narrow"] <= 2 < api.most["wide"] <= 6


def test_a_throttled_lane_narrows_and_widens_again() -> None:
    api = Counting(0.05)
    asker = Asker(api, lanes=lambda service, operation: ("", 8))
    api.throttled["s", "r"] = 1
    asker.ask([get("GetFirst")])

    asker.ask([get(f"Get{n}") for n in range(6)])
    assert 1 < api.most["s"] <= 4  # half of eight

    asker.ask([get(f"GetMore{n}") for n in range(100)])
    assert 4 < api.most["s"] <= 8


def test_what_asking_raises_stops_everything() -> None:
    class Broken(Counting):
        def ask(self, request: Request) -> Answer:
            raise LookupError(request.op)

    with pytest.raises(LookupError, match="A"):
        Schedule(Asker(Broken())).run([asking("A")])


def test_the_time_is_told_by_service() -> None:
    asker = Asker(Counting(0.02))
    asker.ask([get("A"), get("B"), get("A"), get("C", "other")])

    spent: dict[str, Any] = dict(asker.spent)
    assert {name: s.calls for name, s in spent.items()} == {"other": 1, "s": 2}
    assert spent["s"].seconds >= 0.04


def test_the_same_request_is_the_same_whatever_the_order_of_its_arguments() -> None:
    one = Request("s", "r", "Get", {"a": [1, {"b": "x"}], "c": True})
    other = Request("s", "r", "Get", {"c": True, "a": [1, {"b": "x"}]})

    assert one.hashed == other.hashed
    assert one.hashed != Request("s", "r", "Get", {"c": 1, "a": [1, {"b": "x"}]}).hashed
    assert one.hashed != Request("s", "r", "Get", {"c": True, "a": [{"b": "x"}, 1]}).hashed

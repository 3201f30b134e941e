"""Time is bounded: a server that never answers, a signal, a deadline. Nothing hangs, and nothing unread is a verdict."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drift.errors import CloudError
from drift.live.asker import Asker
from drift.live.patience import INTERRUPTED, TIMED_OUT, Patience, Patient
from drift.provider.api import Answer, Refused, Request
from tests.support.apis import Standing
from tests.support.made import write_state

ACCOUNT = "123456789012"
REQUEST = Request("sqs", "us-east-1", "ListQueues")


class Stalled(Standing):
    """Answers once it is let go."""

    def __init__(self) -> None:
        self.account, self.counts = ACCOUNT, Counter[str]()
        self.go, self.asked = threading.Event(), threading.Event()

    def ask(self, _: Request) -> Answer:
        self.asked.set()
        self.go.wait(30)
        return [{}]


def test_what_is_not_answered_in_time_is_refused_and_so_is_all_that_follows() -> None:
    stalled = Stalled()
    api = Patient(stalled, Patience(0.2))
    began = time.monotonic()

    assert api.ask(REQUEST) == Refused(TIMED_OUT)
    stalled.go.set()
    assert api.ask(REQUEST) == Refused(TIMED_OUT)
    assert time.monotonic() - began < 5


def test_who_waits_goes_on_when_it_is_over() -> None:
    stalled, patience = Stalled(), Patience()
    found: list[Answer] = []
    waiting = threading.Thread(target=lambda: found.append(Patient(stalled, patience).ask(REQUEST)))
    waiting.start()
    assert stalled.asked.wait(5)

    patience.stop()
    waiting.join(5)

    assert found == [Refused(INTERRUPTED)]


def test_in_time_everything_is_as_without() -> None:
    stalled = Stalled()
    stalled.go.set()
    api = Patient(stalled, Patience(30))

    assert api.ask(REQUEST) == [{}]
    assert api.account == ACCOUNT


def test_an_account_that_does_not_answer_is_an_error_that_says_so() -> None:
    class Silent(Stalled):
        @property
        def account(self) -> str:
            time.sleep(5)
            return ACCOUNT

        @account.setter
        def account(self, _: str) -> None:
            """It has none to keep."""

    with pytest.raises(CloudError, match="in time"):
        _ = Patient(Silent(), Patience(0.1)).account


IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.fixture
def stalled_server() -> Iterator[tuple[str, threading.Event]]:
    """Tells whose credentials these are, and never answers anything else."""
    server, hanging = socket.create_server(("127.0.0.1", 0)), threading.Event()
    kept = []

    def serve(connection: socket.socket) -> None:
        kept.append(connection)
        head = connection.recv(65536)
        while b"GetCallerIdentity" not in head and b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        if b"GET /" in head[:8] and (b"moto-api" in head or b"localstack" in head):
            connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        elif b"/sts/" in head:
            size = str(len(IDENTITY)).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: " + size + b"\r\n\r\n" + IDENTITY)
        else:
            hanging.set()

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", hanging
    for one in (server, *kept):
        one.close()


def started(url: str, state: Path, *options: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    command = [sys.executable, "-m", "drift", "check", "--state", str(state), "--only", "aws_sqs_queue", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/a"
    known = {"id": url, "url": url, "name": "a", "arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:a", "tags": {}}
    return write_state({"aws_sqs_queue.a": known}, tmp_path / "s.tfstate")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_that_hangs(
    stalled_server: tuple[str, threading.Event], state: Path, number: signal.Signals, status: int
) -> None:
    url, hanging = stalled_server
    process = started(url, state)
    assert hanging.wait(60)
    began = time.monotonic()
    process.send_signal(number)
    _, error = process.communicate(timeout=20)

    assert process.returncode == status
    assert "Traceback" not in error
    assert time.monotonic() - began < 5  # a second on a machine that has nothing else to do


def test_a_signal_may_ask_for_what_was_read(stalled_server: tuple[str, threading.Event], state: Path) -> None:
    url, hanging = stalled_server
    process = started(url, state, "--on-interrupt", "report", "--format", "json")
    assert hanging.wait(60)
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=30)

    report = json.loads(output)
    assert process.returncode == 3, error
    assert report["drift"] == []
    assert {g["code"] for g in report["coverage"]["gaps"]} == {INTERRUPTED}
    assert report["warnings"][0].startswith("this report is partial: the run was interrupted")


def test_the_time_that_is_given_ends_in_a_report(stalled_server: tuple[str, threading.Event], state: Path) -> None:
    url, _ = stalled_server
    process = started(url, state, "--timeout", "8", "--format", "json")
    output, error = process.communicate(timeout=60)

    assert process.returncode == 3, error
    assert {g["code"] for g in json.loads(output)["coverage"]["gaps"]} == {TIMED_OUT}


def test_the_account_may_be_asked_for_ahead_and_is_asked_for_once() -> None:
    asked: list[str] = []

    class Slow(Stalled):
        @property
        def account(self) -> str:
            asked.append(threading.current_thread().name)
            self.go.wait(30)
            return ACCOUNT

        @account.setter
        def account(self, _: str) -> None:
            """It has none to keep."""

    slow = Slow()
    api = Patient(slow, Patience(30))
    api.ahead()
    slow.go.set()

    assert api.account == api.account == ACCOUNT
    assert asked == ["drift-call"]


def test_what_went_wrong_ahead_is_told_to_who_needs_the_account() -> None:
    class Refusing(Stalled):
        @property
        def account(self) -> str:
            raise CloudError("no AWS credentials", "Log in.")

        @account.setter
        def account(self, _: str) -> None:
            """It has none to keep."""

    api = Patient(Refusing(), Patience(30))
    api.ahead()

    with pytest.raises(CloudError, match="no AWS credentials"):
        _ = api.account


def test_an_asker_refuses_what_is_not_answered_when_the_time_is_over_and_what_comes_later() -> None:
    stalled = Stalled()
    asker = Asker(Patient(stalled, Patience(0.2)), workers=2, lanes=lambda *_: ("", 4))
    requests = [replace(REQUEST, args={"n": n}) for n in range(8)]

    assert asker.ask(requests) == [Refused(TIMED_OUT)] * 8
    stalled.go.set()  # these answers are too late
    assert asker.ask([replace(REQUEST, args={"n": 9})]) == [Refused(TIMED_OUT)]
    assert not asker.busy


def test_an_asker_goes_on_when_it_is_interrupted_and_asks_nothing_more() -> None:
    stalled, patience = Stalled(), Patience()
    asker = Asker(Patient(stalled, patience), workers=1, lanes=lambda *_: ("", 4))
    found: list[Answer] = []
    waiting = threading.Thread(
        target=lambda: found.extend(asker.ask([replace(REQUEST, args={"n": n}) for n in (1, 2)]))
    )
    waiting.start()
    assert stalled.asked.wait(5)

    patience.stop()
    waiting.join(5)

    assert found == [Refused(INTERRUPTED)] * 2
    stalled.asked.clear()
    stalled.go.set()
    assert not stalled.asked.wait(0.3)


def test_an_asker_makes_each_call_in_a_thread_of_its_own_pool() -> None:
    names: set[str] = set()

    class Naming(Stalled):
        def ask(self, _: Request) -> Answer:
            names.add(threading.current_thread().name)
            return [{}]

    Asker(Patient(Naming(), Patience(30))).ask([REQUEST])

    assert names == {"drift-1"}

"""An emulator is told by name, or says so itself; a foreign host's name says nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from drift.model.coverage import NOT_OFFERED
from drift.provider.api import Refused, Request
from drift.providers.aws.emulators import Emulators
from drift.providers.aws.session import BotoApi
from tests.faults.bodies import session

MOTO: dict[str, object] = {"/moto-api/config": {"batch": {}, "lambda": {}, "core": {}}}
LOCALSTACK: dict[str, object] = {"/_localstack/health": {"services": {}, "version": "3.0"}}


class Server:
    """Answers these paths with JSON, and everything else with a bare 404."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                found = outer.answers.get(self.path)
                body = json.dumps(found).encode() if found is not None else b"not here"
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 - its name there

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.stop()


@pytest.mark.parametrize(("answers", "expected"), [(MOTO, True), (LOCALSTACK, True), ({}, False)])
def test_an_emulator_says_what_it_is(server: Server, answers: dict[str, object], expected: bool) -> None:
    server.answers = answers
    emulators = Emulators()

    assert (server.url in emulators) is expected
    asked = len(server.asked)
    assert (f"{server.url}/more" in emulators) is expected
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("endpoint", "named", "expected"),
    [
        ("https://sqs.us-east-1.amazonaws.com", True, False),
        ("https://vpce-1.sqs.us-east-1.vpce.amazonaws.com", True, False),
        ("https://localhost:4566", True, True),
    ],
)
def test_what_is_named_is_not_asked(endpoint: str, named: bool, expected: bool) -> None:
    assert (endpoint in Emulators(named=named)) is expected


@pytest.mark.parametrize(("answers", "code"), [(MOTO, NOT_OFFERED), ({}, "404")])
def test_a_bare_404_of_a_foreign_endpoint_is_no_missing_feature(
    server: Server, answers: dict[str, object], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = answers
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)

    found = BotoApi(session()).ask(Request("lambda", "us-east-1", "ListFunctions"))

    assert isinstance(found, Refused)
    assert found.code == code

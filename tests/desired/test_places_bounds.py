"""What a server sends is bounded: a packed bomb, a body without end, one that is cut."""

from __future__ import annotations

import base64
import gzip
import json
from http.server import BaseHTTPRequestHandler

import pytest

from drift.model.bounds import VARIABLE
from tests.support.places import Answer, failure, serving

BOMB = gzip.compress(bytes(3 << 20))


@pytest.fixture(autouse=True)
def _bounded(nothing_selected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state of more than a megabyte is beyond the bound."""
    monkeypatch.setenv(VARIABLE, "state-bytes=1M,answer-seconds=1")
    for name in ("CONSUL_HTTP_TOKEN", "KUBE_TOKEN"):
        monkeypatch.setenv(name, "x")


def bomb(request: BaseHTTPRequestHandler) -> Answer:
    """Consul's raw value, a secret of Kubernetes, and a plain file."""
    if request.path.startswith("/v1/kv/") and request.path.partition("?")[0].endswith(".lockinfo"):
        return 404, {}, b""
    if request.path.startswith("/api/"):
        secret = {"metadata": {"name": "tfstate-default-net"}, "data": {"tfstate": base64.b64encode(BOMB).decode()}}
        return 200, {}, json.dumps(secret if "?" not in request.path else {"items": []}).encode()
    if request.path.startswith("/apis/"):
        return 404, {}, b""
    return 200, {}, BOMB


@pytest.mark.parametrize("place", ["consul://{}/tf/net", "k8s://infra/net?server=http://{}", "http://{}/state"])
def test_a_packed_state_is_not_unpacked_beyond_its_bound(place: str) -> None:
    with serving(bomb) as url:
        said = failure(place.format(url.removeprefix("http://")))
    assert "more than 1 MiB inside (bound state-bytes)" in said.message
    assert "--bound state-bytes" in said.hint


def test_a_body_is_not_read_beyond_its_bound() -> None:
    with serving(lambda _: (200, {}, b" " * (2 << 20))) as url:
        assert "it contains more than 1 MiB (bound state-bytes)" in failure(f"{url}/x").message


def test_a_body_that_is_cut_is_no_state() -> None:
    text = b'{"version": 4, "resources": []}'
    with serving(lambda _: (200, {"Content-Length": "999", "Connection": "close"}, text)) as url:
        assert "no answer" in failure(f"{url}/x").message


def test_a_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    def drip(request: BaseHTTPRequestHandler) -> Answer:
        request.send_response(200)
        request.send_header("Content-Length", "1000000")
        request.end_headers()
        for _ in range(40):
            request.wfile.write(b" ")
            request.wfile.flush()
            time.sleep(0.1)
        raise ConnectionAbortedError

    with serving(drip) as url:
        assert "more than 1 seconds (bound answer-seconds)" in failure(f"{url}/x").message

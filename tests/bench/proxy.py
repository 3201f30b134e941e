"""A proxy that answers as its target does, later, and counts what is asked of it by operation."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([\w-]+)/aws4_request")


class Counted:
    """The requests of one contestant."""

    def __init__(self) -> None:
        self.operations: Counter[str] = Counter()
        self.lock = threading.Lock()

    @property
    def requests(self) -> int:
        """How many in all."""
        return sum(self.operations.values())

    def take(self) -> Counter[str]:
        """What was asked since the last time."""
        with self.lock:
            taken, self.operations = self.operations, Counter()
        return taken


def operation(method: str, path: str, headers: Any, body: bytes) -> str:
    """`service:operation` of a signed request; of a REST API the method and the shape of the path."""
    service = _SERVICE.search(headers.get("Authorization") or "")
    name = service[1] if service else "?"
    target = headers.get("X-Amz-Target")
    if target:
        return f"{name}:{target.rsplit('.', 1)[-1]}"
    if body.startswith(b"Action=") or b"&Action=" in body:
        return f"{name}:{parse_qs(body.decode()).get('Action', ['?'])[0]}"
    parts = urlsplit(path)
    asked = "&".join(sorted(k for k in parse_qs(parts.query, keep_blank_values=True) if "-" not in k[:2]))
    depth = len([p for p in parts.path.split("/") if p])
    return f"{name}:{method} {'/…' * depth or '/'}{'?' + asked if asked else ''}"


@contextmanager
def slow_proxy(target: str, seconds: float) -> Iterator[tuple[str, Counted]]:
    """An address that answers as `target` does, later; and what was asked there."""
    host = urlsplit(target).netloc
    counted = Counted()
    local = threading.local()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with counted.lock:
                counted.operations[operation(self.command, self.path, self.headers, body)] += 1
            time.sleep(seconds)
            status, headers, data = self.answer(body)
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def answer(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            headers = {k: v for k, v in self.headers.items() if k != "Connection"}
            for attempt in (1, 2):  # a connection that was kept may have been closed by the other side
                if not hasattr(local, "connection"):
                    local.connection = http.client.HTTPConnection(host, timeout=120)
                try:
                    local.connection.request(self.command, self.path, body, headers)
                    answer = local.connection.getresponse()
                    return answer.status, answer.getheaders(), answer.read()
                except (http.client.HTTPException, OSError):
                    local.connection.close()
                    del local.connection
                    if attempt == 2:
                        raise
            raise AssertionError

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = forward  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Nothing: it would be measured."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", counted
    finally:
        server.shutdown()

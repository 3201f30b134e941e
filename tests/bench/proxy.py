"""A proxy that answers as its target does, later, and counts what is asked of it by operation.

It shares the processors with what is measured, so that it does little: it reads no more of a message than its length.
"""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

_SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([\w-]+)/aws4_request")
AT_ONCE = 2
"""Requests that the target has at a time. It is one process of Python: with more, its threads take the interpreter
from each other, and each of its answers costs twice the time."""


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


class Message(NamedTuple):
    """One request or answer."""

    first: str
    """Its first line."""
    headers: Mapping[str, str]
    """By their names in lower case."""
    head: bytes
    """All before the body, as it arrived."""
    body: bytes


def received(stream: io.BufferedIOBase, *, headless: bool = False) -> Message | None:
    """The next message of a connection; None at its end. `headless`: it answers HEAD, and has no body."""
    lines = []
    while (line := stream.readline()) not in (b"\r\n", b"\n", b""):
        lines.append(line)
    if not lines:
        return None
    first, *rest = (line.decode("latin-1").strip() for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    if "transfer-encoding" in headers:
        raise ValueError("neither side sends a body without its length")
    body = b"" if headless else stream.read(int(headers.get("content-length") or 0))
    return Message(first, headers, b"".join(lines) + b"\r\n", body)


def operation(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """`service:operation` of a signed request; of a REST API the method and the shape of the path."""
    service = _SERVICE.search(headers.get("authorization") or "")
    name = service[1] if service else "?"
    target = headers.get("x-amz-target")
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
    parts = urlsplit(target)
    counted, room = Counted(), threading.Semaphore(AT_ONCE)

    class Handler(StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            with socket.create_connection((parts.hostname or "", parts.port or 80)) as way, way.makefile("rb") as back:
                way.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (request := received(self.rfile)) is not None:
                    method, path, _ = request.first.split()
                    name = operation(method, path, request.headers, request.body)
                    with counted.lock:
                        counted.operations[name] += 1
                    time.sleep(seconds)
                    with room:
                        way.sendall(request.head + request.body)
                        answer = received(back, headless=method == "HEAD")
                    if answer is None:
                        return
                    self.wfile.write(answer.head + answer.body)

    class Server(ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """Nothing: a client that leaves is no error of ours."""

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", counted
    finally:
        server.shutdown()

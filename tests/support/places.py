"""What tests of places share: states at them, servers on this machine, and what `terraform init` leaves."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from drift.desired.backends import Backends
from drift.desired.load import read_states
from drift.errors import StateError
from tests.desired.test_state import queue, state

Answer = tuple[int, dict[str, str], bytes]

LOCK = {
    "ID": "0b5a", "Operation": "OperationTypeApply", "Info": "", "Who": "ann@laptop", "Version": "1.11.4",
    "Created": "2026-11-23T05:00:00.123456789Z", "Path": "terraform.tfstate",
}  # fmt: skip
IN_FLUX = "locked by ann@laptop since 2026-11-23T05:00:00Z (Apply): results may be in flux"


def names(*places: str, failing: bool = False) -> list[str]:
    """The queues in the states of these places, in the order they were read."""
    read, failed = read_states(places, Backends())
    assert failing or not failed, failed
    return [str(i.attributes["name"]) for s in read for i in s.instances]


def failure(place: str) -> StateError:
    read, failed = read_states([place], Backends())
    assert read == []
    assert len(failed) == 1
    return failed[0]


def put(path: Path, name: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(state(queue(name)))
    return path


def resolved(folder: Path, type_: str, **config: object) -> None:
    """What `terraform init` writes into a directory."""
    folder.joinpath(".terraform").mkdir(parents=True, exist_ok=True)
    backend = {"type": type_, "config": config, "hash": 1}
    folder.joinpath(".terraform/terraform.tfstate").write_text(json.dumps({"version": 3, "backend": backend}))


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], Answer], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A real HTTP server; what it answers, given the request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as http.server names it

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}" if context else f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, private = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


def tls(cert: Path, key: Path) -> ssl.SSLContext:
    """What a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context

"""The shorter way to an endpoint answers, and fails, as botocore's own session does."""

from __future__ import annotations

import datetime
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.config import Config
from botocore.httpsession import URLLib3Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from drift.providers.aws.direct import IDLE, Direct

CONFIG = Config(connect_timeout=5, read_timeout=1)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server(NamedTuple):
    """What stands behind an address: what it was asked, and how many connections it took."""

    url: str
    asked: list[bytes]
    connections: list[socket.socket]


@contextmanager
def serving(*answers: bytes, each: int = 10**6, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that gives these answers, the last one again and again; it closes a connection after `each` of them."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(f"http{'s' if tls else ''}://localhost:{listening.getsockname()[1]}", [], [])
    left = list(answers)

    def serve(wire: socket.socket) -> None:
        try:
            connection = tls.wrap_socket(wire, server_side=True) if tls else wire
            for _ in range(each):
                asked = connection.recv(65536)
                if not asked:
                    break
                while _lacks(asked) and (more := connection.recv(65536)):  # botocore sends the body by itself
                    asked += more
                server.asked.append(asked)
                connection.sendall(left.pop(0) if len(left) > 1 else left[0])
                if not left[0].startswith(b"HTTP") or b"Content-Length: 9" in left[0] or b"Length" not in left[0]:
                    break  # the rest does not come
            connection.close()
        except OSError:
            wire.close()

    def accept() -> None:
        while True:
            try:
                wire, _ = listening.accept()
            except OSError:
                return
            server.connections.append(wire)
            threading.Thread(target=serve, args=(wire,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with closing(listening):
        yield server


def _lacks(asked: bytes) -> bool:
    """Whether some of a request has not arrived yet."""
    head, end, body = asked.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    return not end or (length is not None and len(body) < int(length[1]))


def request(url: str, method: str = "GET", **words: Any) -> AWSPreparedRequest:
    headers = {"User-Agent": "drift", **words.pop("headers", {})}
    return AWSRequest(method, f"{url}/a%20b?c=d", headers, **words).prepare()


def both(**words: Any) -> Iterator[Any]:
    """botocore's session, and the shorter way in the place of one."""
    for session in (URLLib3Session(timeout=(5, 1), **words), direct(**words)):
        with closing(session):
            yield session


def direct(**words: Any) -> Direct:
    return Direct(URLLib3Session(timeout=(5, 1), **words), CONFIG)


ANSWERS = {
    "plain": OK,
    "a status": b"HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\nx-amz-id: 1\r\n\r\nno!",
    "no content": b"HTTP/1.1 204 No Content\r\nX-Length: 1\r\n\r\n",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Length: 1\r\n\r\n2\r\nok\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n",
    "a long body": b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000,
    "to the end": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it",
    "of version 1.0": b"HTTP/1.0 200 OK\r\n\r\nall of it",
    "after an interim one": b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    "a header twice": b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:  2\r\nContent-Length: 0\r\n\r\n",
    "a length twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "a header in two lines": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n  2\r\nContent-Length: 0\r\n\r\n",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok",
}
BROKEN = {
    "nothing": b"",
    "not HTTP": b"what?\r\n\r\n",
    "a chunk cut short": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok",
    "no size of a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
    "headers without an end": b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * (1 << 19),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_as_botocore_reads_it(name: str) -> None:
    found = []
    for session in both():
        with serving(ANSWERS[name]) as server:
            answer = session.send(request(server.url))
            found.append((answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content))

    assert found[0] == found[1]


def test_headers_cut_short_are_no_answer() -> None:
    """botocore's session takes them for one without a body."""
    with (
        closing(direct()) as session,
        serving(b"HTTP/1.1 200 OK\r\nX-", each=1) as server,
        pytest.raises(exceptions.ConnectionClosedError),
    ):
        session.send(request(server.url))


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_answer_is_a_fault_that_botocore_repeats(name: str) -> None:
    for session in both():
        with (
            serving(BROKEN[name], each=1) as server,
            pytest.raises((exceptions.HTTPClientError, exceptions.ConnectionError)),
        ):
            session.send(request(server.url))


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("POST", {"data": b"Action=ListQueues", "headers": {"X-Amz-Target": "a.b"}}),
        ("POST", {"data": "text", "headers": {"Content-Type": "text/plain"}}),
        ("POST", {}),
        ("GET", {"headers": {"X-A": "\u00e9".encode()}}),
    ],
)
def test_a_request_is_written_as_botocore_writes_it(method: str, words: Any) -> None:
    """In the first line, the headers whatever their order, and the body."""
    written = []
    for session in both():
        with serving(OK if method != "HEAD" else OK[:-2]) as server:
            session.send(request(server.url, method, **words))
            head, _, body = server.asked[0].partition(b"\r\n\r\n")
            first, *headers = head.replace(server.url.removeprefix("http://").encode(), b"HERE").split(b"\r\n")
            written.append((first, sorted(h.lower() for h in headers), body))

    assert written[0] == written[1]


def test_a_connection_is_used_again() -> None:
    with serving(OK) as server:
        session = direct()
        for _ in range(5):
            assert session.send(request(server.url)).content == b"ok"

        assert len(server.connections) == 1


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with serving(OK, each=1) as server:
        session = direct()
        for _ in range(3):
            assert session.send(request(server.url)).content == b"ok"

        assert len(server.asked) == 3


def test_what_nobody_asked_for_is_no_answer() -> None:
    """A server may send 408 before it closes a connection on which nothing is asked."""
    with serving(OK) as server, closing(direct()) as session:
        session.send(request(server.url))
        server.connections[0].sendall(OK.replace(b"200 OK", b"408 Request Timeout"))

        assert session.send(request(server.url)).status_code == 200
        assert len(server.connections) == 2


@pytest.mark.parametrize("length", ["2, 3", "-1", "+2", "two", ""])
def test_a_length_that_is_none_is_a_fault(length: str) -> None:
    """botocore's session takes most for a body to the end of the connection."""
    with (
        closing(direct()) as session,
        serving(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nok".encode()) as server,
        pytest.raises(exceptions.HTTPClientError, match="length"),
    ):
        session.send(request(server.url))


def test_after_an_answer_with_two_lengths_its_connection_is_not_used_again() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    with serving(chunks) as server, closing(direct()) as session:
        assert [session.send(request(server.url)).content for _ in range(2)] == [b"ok"] * 2
        assert len(server.connections) == 2


def test_no_more_connections_are_kept_than_a_process_may_have() -> None:
    class Dummy:
        closed, quiet = 0, True

        def close(self) -> None:
            Dummy.closed += 1

    session: Any = direct()
    for number in range(3 * IDLE):
        session._keep(("https", f"bucket-{number}", 443), Dummy())

    assert Dummy.closed == 2 * IDLE
    assert session._taken(("https", "bucket-0", 443)) is None
    assert session._taken(("https", f"bucket-{3 * IDLE - 1}", 443)) is not None
    session.close()
    assert Dummy.closed == 3 * IDLE - 1


def test_many_threads_get_each_their_own_answer() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    def serve(connection: socket.socket) -> None:
        with connection:
            while asked := connection.recv(65536):
                said = asked.split(b"X-Number: ")[1].split(b"\r\n")[0]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))

    def accept() -> None:
        while True:
            try:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    session = direct()
    url, wrong = f"http://127.0.0.1:{listening.getsockname()[1]}", []

    def ask(first: int) -> None:
        for number in range(first, first + 50):
            found = session.send(request(url, headers={"X-Number": str(number)})).content
            if found != str(number).encode():
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(n * 100,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listening.close()
    session.close()

    assert not wrong


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"session": {"verify": False}}, "nobody checks the server"),
        ({"session": {"client_cert": "own.pem"}}, "a client's certificate"),
        ({"session": {"proxies": {"http": "http://127.0.0.1:1"}}}, "a proxy"),
        ({"headers": {"Expect": "100-continue"}}, "it waits for an interim answer"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "a header that holds another"),
        ({"stream": True}, "a stream is answered"),
        ({"data": open}, "a stream is sent"),
    ],
)
def test_what_is_not_plain_is_left_to_botocore(
    words: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = URLLib3Session(**words.get("session", {}))
    sent: list[Any] = []
    monkeypatch.setattr(session, "send", sent.append)
    with serving(OK) as server:
        asked = request(server.url, "POST", headers=words.get("headers", {}), data=b"")
        asked.stream_output = words.get("stream", False)
        asked.body = words.get("data", b"")
        Direct(session, CONFIG).send(asked)

        assert sent == [asked], why
        assert not server.connections


def test_an_address_where_nobody_listens_is_said_to_be_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for session in both():
        with pytest.raises(exceptions.EndpointConnectionError):
            session.send(request(f"http://127.0.0.1:{port}"))


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    with closing(silent):
        for session in both():
            with pytest.raises(exceptions.ReadTimeoutError):
                session.send(request(f"http://127.0.0.1:{silent.getsockname()[1]}"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `localhost`, which vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path: Path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_server_is_checked(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing.pem").write_text("")
    with serving(OK, tls=tls(certificate)) as server:
        for session in both(verify=str(certificate)):
            assert session.send(request(server.url)).content == b"ok"
            with pytest.raises(exceptions.SSLError):  # another name than the certificate's
                session.send(request(server.url.replace("localhost", "127.0.0.1")))
        for others in (True, str(tmp_path / "nothing.pem"), str(tmp_path / "missing.pem")):
            for session in both(verify=others):
                with pytest.raises(exceptions.SSLError):
                    session.send(request(server.url))


def test_a_connection_with_tls_that_was_closed_meanwhile_is_made_anew(certificate: Path) -> None:
    with serving(OK, each=1, tls=tls(certificate)) as server:
        session = direct(verify=str(certificate))
        for _ in range(3):
            assert session.send(request(server.url)).content == b"ok"

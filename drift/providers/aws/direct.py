"""HTTP/1.1 straight to an endpoint: half of what a call costs botocore, in its own session, is spent on less.

Here a request is one write, and its answer mostly one read. What is not the plain case is left to botocore's session:
a proxy, a client's certificate, no checks of the server's, bodies and answers that are streams. What is raised is what
botocore's session raises, so that botocore repeats it all the same.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

HEAD_BYTES = 1 << 18
"""The most bytes that the headers of an answer may have."""
IDLE = 128
"""Connections of a client that are kept open meanwhile. Each bucket has a host of its own; systems allow a process
256 open files and more."""
PORTS = {"http": 80, "https": 443}
_PIECE = 1 << 16
_NO_BODY = frozenset({204, 304})
_TARGET = re.compile(r"/[\x21-\x7e]*")
_FOLDED = re.compile(r"\r\n[ \t]+")
"""Where a header goes on in the next line (RFC 9112, 5.2)."""
_SIZE = re.compile(rb"\s*([0-9A-Fa-f]{1,15})\s*(?:;.*)?", re.DOTALL)
_NOT_PLAIN = frozenset({"expect", "transfer-encoding", "connection"})
"""Headers of requests that need more than to be sent."""

Origin = tuple[str, str, int]
"""(scheme, host, port)."""


class ClosedError(Exception):
    """The connection ended before a whole answer arrived."""


class Head(NamedTuple):
    """The first line and the headers of an answer."""

    status: int
    headers: Mapping[str, str]
    """As they are spelt; several of one name are joined."""
    by_name: Mapping[str, str]
    """By their names in lower case."""
    kept: bool
    """Whether the connection stays open."""


class Connection:
    """A connection on which requests are answered one after the other."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self._rest = b""
        self.used = False
        """Whether it has answered."""

    def ask(self, asked: bytes, *, headless: bool) -> tuple[Head, bytes, bool]:
        """The answer, and whether the connection can be used again; ClosedError and OSError where it broke, ValueError
        where the answer is not HTTP. `headless`: it answers HEAD, and has no body."""
        self._wire.sendall(asked)
        head = self._head()
        if headless or head.status in _NO_BODY:
            body, whole = b"", True
        elif "transfer-encoding" in head.by_name:
            if head.by_name["transfer-encoding"].lower() != "chunked":
                raise ValueError("a transfer encoding that nobody asked for")
            body, whole = self._chunks(), "content-length" not in head.by_name  # one of both may be a lie
        elif "content-length" in head.by_name:
            length = _length(head.by_name["content-length"])
            body = self._exactly(length)
            whole = len(body) == length  # what is missing, `answers.fault` tells
        else:
            body, whole = self._to_the_end(), False
        self.used = True
        return head, body, head.kept and whole and not self._rest

    @property
    def quiet(self) -> bool:
        """Whether nothing arrived that nobody asked for: the end, or an answer that would be taken for the next one."""
        from urllib3.util import wait_for_read

        unread = isinstance(self._wire, ssl.SSLSocket) and self._wire.pending()
        return not unread and not wait_for_read(self._wire, 0)

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(OSError):
            self._wire.close()

    def _head(self) -> Head:
        while True:
            while (end := self._rest.find(b"\r\n\r\n")) < 0:
                if len(self._rest) > HEAD_BYTES:
                    raise ValueError(f"the headers have more than {HEAD_BYTES} bytes")
                if not self._more():
                    raise ClosedError("the connection was closed without an answer")
            text, self._rest = self._rest[:end].decode("latin-1"), self._rest[end + 4 :]
            head = head_of(text)
            if head.status >= 200:  # else the answer follows
                return head

    def _more(self) -> bool:
        piece = self._wire.recv(_PIECE)
        self._rest += piece
        return bool(piece)

    def _exactly(self, length: int) -> bytes:
        """So many bytes; fewer where the connection ends."""
        pieces, missing = [self._rest[:length]], length - len(self._rest)
        self._rest = self._rest[length:]
        while missing > 0 and (piece := self._wire.recv(min(missing, 1 << 20))):
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _to_the_end(self) -> bytes:
        pieces, self._rest = [self._rest], b""
        while piece := self._wire.recv(_PIECE):
            pieces.append(piece)
        return b"".join(pieces)

    def _chunks(self) -> bytes:
        pieces = []
        while size := _size(self._line()):
            pieces.append(self._exactly(size))
            if len(pieces[-1]) < size or self._line():
                raise ClosedError("the connection was closed within the body")
        while self._line():
            """Trailers say nothing that is asked for."""
        return b"".join(pieces)

    def _line(self) -> bytes:
        while (end := self._rest.find(b"\r\n")) < 0:
            if len(self._rest) > HEAD_BYTES or not self._more():
                raise ClosedError("the connection was closed within the body")
        line, self._rest = self._rest[:end], self._rest[end + 2 :]
        return line


def _length(text: str) -> int:
    """The announced length of a body; proxies may say the same one twice (RFC 9110, 8.6)."""
    said = {one.strip() for one in text.split(",")}
    length = said.pop()
    if said or not (length.isascii() and length.isdigit()):
        raise ValueError("the length of the body is none")
    return int(length)


def _size(line: bytes) -> int:
    found = _SIZE.fullmatch(line)
    if found is None:
        raise ValueError("a chunk without its size")
    return int(found[1], 16)


def head_of(text: str) -> Head:
    """Read what comes before a body; ValueError where it is not HTTP/1."""
    first, *lines = _FOLDED.sub(" ", text).split("\r\n")
    version, status, *_ = first.split(None, 2)
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit() and len(status) == 3):
        raise ValueError("it does not begin as an answer of HTTP does")
    spelt: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise ValueError("a line among the headers is none")
        value, low = value.strip(), name.lower()
        by_name[low] = f"{by_name[low]}, {value}" if low in by_name else value
        spelt[low] = spelt.get(low, name)
    kept = version == "HTTP/1.1" and "close" not in by_name.get("connection", "").lower()
    return Head(int(status), {spelt[low]: value for low, value in by_name.items()}, by_name, kept)


class Direct:
    """botocore's HTTP session of one client, with a shorter way for what can take it."""

    def __init__(self, session: Any, config: Any) -> None:
        """`session` is botocore's own, `config` that of its client."""
        self._session = session
        self._connect_timeout, self._read_timeout = config.connect_timeout, config.read_timeout
        verify, proxies = getattr(session, "_verify", False), getattr(session, "_proxy_config", None)
        self._ca = verify
        self._proxy_for: Any = getattr(proxies, "proxy_url_for", None)
        self._suits = bool(verify) and self._proxy_for is not None and getattr(session, "_cert_file", "") is None
        self._idle: OrderedDict[Origin, list[Connection]] = OrderedDict()
        self._kept = 0
        self._lock = threading.Lock()
        weakref.finalize(self, _close, self._idle).atexit = False  # threads may still use it then

    def send(self, request: Any) -> Any:
        """The answer, as botocore's session gives it."""
        parts = urlsplit(request.url)
        asked = self._written(request, parts)
        if asked is None:
            return self._session.send(request)
        from botocore import exceptions
        from botocore.awsrequest import AWSResponse

        url = request.url
        try:
            origin = (parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme])
            head, body = self._answered(origin, url, asked, headless=request.method == "HEAD")
        except exceptions.BotoCoreError:
            raise
        except ssl.SSLError as error:
            raise exceptions.SSLError(endpoint_url=url, error=error) from error
        except TimeoutError as error:
            raise exceptions.ReadTimeoutError(endpoint_url=url, error=error) from error
        except (ClosedError, OSError) as error:
            raise exceptions.ConnectionClosedError(endpoint_url=url, error=error, request=request) from error
        except ValueError as error:
            raise exceptions.HTTPClientError(error=error) from error
        response = AWSResponse(url, head.status, head.headers, None)
        response._content = body  # as reading it from a stream would leave it
        return response

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            self._kept = 0
            _close(self._idle)
        self._session.close()

    def _written(self, request: Any, parts: SplitResult) -> bytes | None:
        """The request as it is sent; None where it is not plain."""
        body = request.body or b""
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        if (
            not self._suits
            or request.stream_output
            or parts.scheme not in PORTS
            or not isinstance(body, bytes | bytearray | str)
            or (getattr(request, "context", None) or {}).get("read_timeout") is not None
            or not _TARGET.fullmatch(target)
            or self._proxy_for(request.url)
        ):
            return None
        names = {name.lower() for name in request.headers}
        host = "" if "host" in names else f"Host: {_host(parts)}\r\n"
        lines = [f"{request.method} {target} HTTP/1.1\r\n{host}Accept-Encoding: identity".encode()]
        for name, value in request.headers.items():
            lines.append(name.encode() + b": " + (value if isinstance(value, bytes) else str(value).encode()))
        if names & _NOT_PLAIN or any(b"\n" in line or b"\r" in line for line in lines[1:]):
            return None  # botocore's session refuses the latter
        return b"\r\n".join(lines) + b"\r\n\r\n" + (body.encode() if isinstance(body, str) else body)

    def _answered(self, origin: Origin, url: str, asked: bytes, *, headless: bool) -> tuple[Head, bytes]:
        while True:
            connection = self._taken(origin) or self._connected(origin, url)
            try:
                head, body, again = connection.ask(asked, headless=headless)
            except (ClosedError, ConnectionError, ssl.SSLEOFError):
                connection.close()
                if connection.used:
                    continue  # the other side had closed it meanwhile. drift only reads: it can ask once more
                raise
            except BaseException:
                connection.close()
                raise
            if again:
                self._keep(origin, connection)
            else:
                connection.close()
            return head, body

    def _taken(self, origin: Origin) -> Connection | None:
        while True:
            with self._lock:
                connection = self._popped(origin, -1) if origin in self._idle else None
            if connection is None or connection.quiet:
                return connection
            connection.close()

    def _keep(self, origin: Origin, connection: Connection) -> None:
        surplus = None
        with self._lock:
            self._idle.setdefault(origin, []).append(connection)
            self._idle.move_to_end(origin)
            self._kept += 1
            if self._kept > IDLE:  # of the host that nobody asked for the longest time
                surplus = self._popped(next(iter(self._idle)), 0)
        if surplus is not None:
            surplus.close()

    def _popped(self, origin: Origin, place: int) -> Connection:
        several = self._idle[origin]
        connection = several.pop(place)
        self._kept -= 1
        if not several:
            del self._idle[origin]
        return connection

    def _connected(self, origin: Origin, url: str) -> Connection:
        from botocore import exceptions

        scheme, host, port = origin
        wire: socket.socket | None = None
        try:
            wire = socket.create_connection((host, port), self._connect_timeout)
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                wire = context(self._ca).wrap_socket(wire, server_hostname=host)
            wire.settimeout(self._read_timeout)
        except OSError as error:
            if wire is not None:
                wire.close()
            if isinstance(error, TimeoutError):
                raise exceptions.ConnectTimeoutError(endpoint_url=url, error=error) from error
            if isinstance(error, ssl.SSLError):
                raise exceptions.SSLError(endpoint_url=url, error=error) from error
            raise exceptions.EndpointConnectionError(endpoint_url=url, error=error) from error
        return Connection(wire)


def _close(idle: dict[Origin, list[Connection]]) -> None:
    for connection in (one for several in idle.values() for one in several):
        connection.close()
    idle.clear()


def _host(parts: SplitResult) -> str:
    """The host as botocore signs it: with a port where it is not the scheme's own."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port}" if parts.port and parts.port != PORTS[parts.scheme] else f"{host}"


@lru_cache(None)
def context(ca: str | bool) -> ssl.SSLContext:
    """How servers are checked, one for all clients: reading the certificates takes longer than a call. `ca`: the file
    of the certificates, or True for those that botocore comes with."""
    from botocore.httpsession import create_urllib3_context, get_cert_path

    made: ssl.SSLContext = create_urllib3_context()
    made.check_hostname = True
    made.verify_mode = ssl.CERT_REQUIRED
    made.set_alpn_protocols(["http/1.1"])
    path = get_cert_path(ca)
    try:
        made.load_verify_locations(path)
    except OSError as error:
        raise ssl.SSLError(f"the certificates in {path} cannot be read: {error.strerror or error}") from error
    return made

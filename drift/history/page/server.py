"""Serves the page over a store: it answers GET and HEAD, and writes nothing.

Whoever reaches the page sees every value of the store. So it listens on loopback alone, or asks for a token. A name
in `Host` that is not its own is refused: else a page of a stranger whose name is bound to loopback could read it. The
store is opened for each answer only: a scan that is added meanwhile does not wait. Answers are kept until the store
changes.
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from drift.errors import DriftError
from drift.history.page import overview, sections
from drift.history.page.asked import Asked
from drift.history.page.markup import Markup, address, page, policy
from drift.history.reading import Reader
from drift.history.store import Store

if TYPE_CHECKING:
    from drift.history.shapes import Shapes

COOKIE = "drift-token"
FRESH = 60.0
"""Seconds for which what was fetched from a folder or bucket is told without looking there again."""
KEPT = 64
"""Answers that are kept."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
VIEWS: Final[Mapping[str, tuple[str, Callable[[Reader, Asked], Markup]]]] = {
    "": ("Drift over time", overview.overview),
    "explore": ("Explorer", sections.explorer),
    "resource": ("Life of a resource", sections.resource),
    "diff": ("Difference between two scans", sections.difference),
    "sql": ("SQL console", sections.console),
}
"""Path -> heading, and what writes the view."""


@dataclass
class Pages:
    """The views over a store, one at a time."""

    store: Store
    shapes: Callable[[], Shapes] | None = None
    """Makes the tables in the shape that users of another tool know."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, str] = field(default_factory=dict)
    _stamp: tuple[int, int] = (0, 0)
    _fetched: float = float("-inf")

    def answer(self, view: str, asked: Asked) -> tuple[HTTPStatus, str]:
        """The page of a view; for what cannot be answered, one that says so."""
        heading, write = VIEWS[view]
        key = asked.with_(view)
        asked = replace(asked, shapes=self.shapes)
        with self._lock:
            try:
                self._refresh()
                if key not in self._kept:
                    with self.store.reader(fetch=False) as reader:
                        text = page(heading, asked["scope"], view, write(reader, asked))
                    if view == "sql":  # `now()` is another at another time
                        return HTTPStatus.OK, text
                    if len(self._kept) >= KEPT:
                        del self._kept[next(iter(self._kept))]
                    self._kept[key] = text
                return HTTPStatus.OK, self._kept[key]
            except DriftError as error:
                told = sections.problem(error.message, error.hint)
                return HTTPStatus.UNPROCESSABLE_ENTITY, page(heading, "", view, told)

    def _refresh(self) -> None:
        """Forget answers from before the store changed."""
        if self.store.folder is not None and time.monotonic() - self._fetched > FRESH:
            self.store.fetch()
            self._fetched = time.monotonic()
        try:
            now = self.store.file.stat()
        except OSError:
            with self.store.reader():  # says what is missing
                return
        stamp = (now.st_mtime_ns, now.st_size)
        if stamp != self._stamp:
            self._kept.clear()
            self._stamp = stamp


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class Server(ThreadingHTTPServer):
    """Serves a store at an address. `token`: None on loopback alone. `names`: further values of `Host` that are its
    own. OSError where it cannot listen."""

    daemon_threads = True

    def __init__(
        self,
        store: Store,
        host: str,
        port: int,
        token: str | None,
        names: Collection[str] = (),
        shapes: Callable[[], Shapes] | None = None,
    ) -> None:
        if token is None and not is_loopback(host):
            raise ValueError("beyond loopback a token is needed")
        self.pages = Pages(store, shapes)
        self.token = token
        self.names = {n.lower() for n in (*names, *LOOPBACK)} | ({host.lower()} if host else set())
        self.by_address = not is_loopback(host)
        if self.by_address:
            self.names.add(socket.gethostname().lower())
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Handler)

    def mine(self, host: str) -> bool:
        """Whether a `Host` header names this server. A bare address cannot be rebound, a name can."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self.names:
            return True
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(name)
            return self.by_address
        return False

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as http.server has it
        """A browser that went away is no error; whatever else goes wrong is told in one line."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            sys.stderr.write(f"drift serve: {type(error).__name__}\n")


class Handler(BaseHTTPRequestHandler):
    """Answers one browser."""

    server: Server
    server_version = "drift"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer."""
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or not self.server.mine(hosts[0]):
            return self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "This is not the name of the page.",
                                "Open it as `drift serve` printed it, or give --hostname NAME.")  # fmt: skip
        at = urlsplit(self.path)
        try:
            given = dict(parse_qsl(at.query, max_num_fields=50))
        except ValueError:
            return self._refuse(HTTPStatus.BAD_REQUEST, "The address has too many values.", "Begin at /.")
        view = at.path.strip("/")
        if self.server.token is not None:
            if (token := given.pop("token", None)) is not None and self._right(token):
                return self._enter(view, given)
            if not self._right(self._cookie()):
                return self._refuse(HTTPStatus.FORBIDDEN, "A token is needed.",
                                    "Open the address that `drift serve` printed.")  # fmt: skip
        if view not in VIEWS:
            return self._refuse(HTTPStatus.NOT_FOUND, "There is no such page.", "Begin at /.")
        if view == "sql" and given.get("sql") and self.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            return self._refuse(HTTPStatus.FORBIDDEN, "Another site asked for this query.", "Write it here: /sql.")
        status, text = self.server.pages.answer(view, Asked(given))
        return self._send(status, text)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def _right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), (self.server.token or "").encode())

    def _cookie(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        except CookieError:
            return ""
        return found.value if found else ""

    def _enter(self, view: str, given: Mapping[str, str]) -> None:
        """Take the token out of the address, and keep it in a cookie that no script reads."""
        self.send_response(HTTPStatus.SEE_OTHER)
        to = address(view, **given) if view in VIEWS else "/"
        self.send_header("Location", to)
        self.send_header("Set-Cookie", f"{COOKIE}={self.server.token}; HttpOnly; SameSite=Strict; Path=/")
        self._finish("")

    def _refuse(self, status: HTTPStatus, said: str, hint: str) -> None:
        self._send(status, page("Not here", "", None, sections.problem(said, hint)))

    def _send(self, status: HTTPStatus, text: str) -> None:
        self.send_response(status)
        self._finish(text)

    def _finish(self, text: str) -> None:
        body = text.encode()
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": f"{policy(form=True)}; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: an address may hold a token or a query."""


def entrance(host: str, port: int, token: str | None) -> str:
    """The address to open."""
    told = {"": "localhost", "0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)  # noqa: S104
    where = f"[{told}]" if ":" in told else told
    return f"http://{where}:{port}/" + (f"?{urlencode({'token': token})}" if token else "")

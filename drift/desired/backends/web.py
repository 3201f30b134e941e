"""HTTP for the backends that speak it: one GET or HEAD, with credentials that never leave their server."""

from __future__ import annotations

import base64
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

from drift import __version__
from drift.errors import StateError
from drift.model import trust
from drift.model.bounds import ANSWER_SECONDS, STATE_BYTES

SECONDS = 60
"""How long a server may stay silent."""

TRIES = 3
_ALLOW = "Allow the host with `drift --allow-host HOST …` or DRIFT_ALLOW_HOSTS, or run without --untrusted."
_PIECE = 1 << 16
_AGAIN = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, never from https to http. Credentials are unredirected headers: they stay where they are."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError("it redirects from https to a URL without TLS")
        host = urlsplit(newurl).hostname or ""
        if trust.refuses(host):
            raise urllib.error.URLError("it redirects to a host that is not allowed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def must_be_allowed(host: str, source: str) -> None:
    """StateError where the repository is not trusted, and nobody who is allowed this host."""
    if trust.refuses(host):
        raise StateError(source, f"{host or 'no host'} is not contacted: the repository is not trusted", _ALLOW)


def get(
    url: str, source: str, secret: Mapping[str, str], *, context: ssl.SSLContext | None = None, method: str = "GET"
) -> Reply:
    """The answer to a GET of `url`, with `secret` headers; StateError about `source` where there is none."""
    must_be_allowed(urlsplit(url).hostname or "", source)
    try:
        agent = {"User-Agent": f"drift/{__version__}"}
        request = urllib.request.Request(url, headers=agent, method=method)  # noqa: S310 - see opener
        for name, value in secret.items():
            request.add_unredirected_header(name, value)
        opener = urllib.request.OpenerDirector()  # http and https alone: no file:, no ftp:
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=context or ssl.create_default_context()),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            _Redirects(),
            urllib.request.UnknownHandler(),
        ):
            opener.add_handler(handler)
        return _tried(opener, request)
    except (http.client.InvalidURL, ValueError):  # their texts quote the address, or the header with the token
        hint = "Look for a space or a line break in the address, or at the end of the token or password."
        raise StateError(
            source, "no answer: the address or the credentials contain a character that cannot be sent", hint
        ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise StateError(source, f"no answer: {reason}", _hint(reason)) from None


def _tried(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> Reply:
    for attempt in range(1, TRIES + 1):
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                return Reply(answer.status, _lower(answer.headers), _body(answer))
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in _AGAIN or attempt == TRIES:
                    return Reply(error.code, _lower(error.headers), error.read(4096))
                wait = error.headers.get("Retry-After") or ""
                time.sleep(min(int(wait), 10) if wait.isdecimal() else attempt)
    raise AssertionError("unreachable")


def _body(answer: http.client.HTTPResponse) -> bytes:
    """All of it; OSError where it holds more, or takes longer, than its bounds: a server may send without end."""
    out = bytearray()
    end = time.monotonic() + ANSWER_SECONDS.most
    while piece := answer.read1(_PIECE):
        out += piece
        if len(out) > STATE_BYTES.most:
            raise OSError(f"it contains {STATE_BYTES.beyond}")
        if time.monotonic() > end:
            raise TimeoutError(f"it takes {ANSWER_SECONDS.beyond}")
    if answer.length:  # `read1` ends quietly where the connection was cut
        raise http.client.IncompleteRead(b"", answer.length)
    return bytes(out)


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _hint(reason: object) -> str:
    if isinstance(reason, ssl.SSLError):
        return "Set SSL_CERT_FILE to the certificate of the authority that signed the server's certificate."
    return "Check the address, the network, and HTTPS_PROXY and NO_PROXY."


def basic(user: str, password: str) -> str:
    """The value of an Authorization header."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def refused(source: str, status: int, hint: str = "") -> StateError:
    """The error for an answer that is not the one wanted."""
    said = http.client.responses.get(status, "")
    return StateError(source, f"the server returned {status} {said}".rstrip(), hint)

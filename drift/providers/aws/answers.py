"""Answers that are none: a body cut short, a proxy's page under status 200, a listing without its list.

botocore takes a JSON body that does not parse for `{}`, and does not compare what arrived with what was announced. So
every successful answer is checked before it is parsed. What is no answer is a fault of the way, and botocore repeats
the call as it does after a broken connection.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.parsers import expat

import msgspec

from drift.providers.aws.direct import Direct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_XML = frozenset({"query", "ec2", "rest-xml"})
_ROOT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s/>]")
_PAGE = re.compile(rb"\s*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
"""How a web page begins: what proxies and login portals answer."""
_ERRORS = frozenset({b"Error", b"ErrorResponse", b"Response"})
"""Roots of AWS's error documents; `Response` is EC2's."""
_NOTHING_JSON = (b"{}",)
_NOTHING_CBOR = {"smithy-rpc-v2-cbor": (b"\xa0", b"\xbf\xff")}
"""Documents without a member."""
CONFIRMED = 3
"""How often more such an answer is asked for, before it is believed."""
_FURTHER = re.compile(
    r"""(?:["?&])(?:next_?token|marker|exclusivestart\w+|position|pagination_?token|cursor)(?:"\s*:\s*"|=)""",
    re.IGNORECASE,
)
"""What is asked with for a page after the first. SQS's documentation: there is a token where there are more results."""
_LISTS = frozenset({"list", "map", "structure"})


class Expected(NamedTuple):
    """What a successful answer of one operation looks like."""

    protocol: str
    body: bool
    """Whether its body says anything; else everything is in its headers, or there is nothing to say."""
    raw: bool
    """Whether the body is a text or bytes of any form: a bucket's policy, an exported API."""
    listed: bool
    """Whether the body is a JSON list."""
    wrapper: bytes
    """The element that holds the result (`ListRolesResult`); empty where there is none."""
    members: tuple[str, ...]
    """Lists and structures that the model says are always there, as they are spelt in the body."""
    known: tuple[bytes, ...] = ()
    """Every member that the body may have, spelt so."""


@lru_cache(None)
def expected(model: Any) -> Expected:
    """Read off botocore's model of an operation.

    Scalars are left out of `members`: Route 53 and OpenSearch declare markers of pages that the last page lacks.
    """
    protocol, shape = model.service_model.resolved_protocol, model.output_shape
    if shape is None:
        return Expected(protocol, False, False, False, b"", ())
    carried = {name: m for name, m in shape.members.items() if m.serialization.get("location") is None}
    payload = shape.members.get(shape.serialization.get("payload", ""))
    if payload is not None:
        raw = payload.type_name in ("blob", "string")
        return Expected(protocol, True, raw, payload.type_name == "list", b"", ())
    wrapper = str(shape.serialization.get("resultWrapper", "")).encode()
    spelt = {name: str(m.serialization.get("name", name)) for name, m in carried.items()}
    members = tuple(
        spelt[name]
        for name in shape.required_members
        if name in carried
        and carried[name].type_name in _LISTS
        and not carried[name].serialization.get("flattened", False)
    )
    known = tuple(name.encode() for name in spelt.values())
    return Expected(protocol, bool(carried), False, False, wrapper, members, known)


def fault(model: Any, status: int, headers: Mapping[str, str], body: bytes, *, emulated: bool = False) -> str:
    """Why a successful answer is none; empty where it is one. `model` is botocore's model of the operation.

    `emulated`: an emulator answers. It may leave out members that AWS always has, but not all: moto's GetDNSSEC has a
    status and no keys.
    """
    if status >= 300:
        return ""
    head = model.http.get("method") == "HEAD"
    announced = headers.get("content-length", "")
    if announced.isdigit() and not head and len(body) != int(announced):
        return f"{len(body)} of {announced} bytes arrived"
    wanted = expected(model)
    if emulated and any(b"<" + m in body or b'"' + m + b'"' in body for m in wanted.known):
        wanted = wanted._replace(members=())
    if head or not wanted.body or status == 204:  # 204: there is nothing to say (RFC 9110, 15.3.5)
        return ""
    if not body.strip():
        return "the body is empty"
    if _PAGE.match(body):
        return "a web page was answered"
    if wanted.raw:
        return ""
    if wanted.protocol in _XML:
        return _xml_fault(wanted, body)
    if wanted.protocol in ("json", "rest-json"):
        return _json_fault(wanted, body)
    return _cbor_fault(wanted, body) if wanted.protocol == "smithy-rpc-v2-cbor" else ""


def says_nothing(model: Any, body: bytes) -> bool:
    """Whether an answer is a document without a member. Some services have no other word for an empty list (SQS), and
    so has whatever on the way lost the answer: it counts when it was given several times."""
    wanted = expected(model)
    in_json = wanted.protocol in ("json", "rest-json") and not wanted.raw and not wanted.listed
    return wanted.body and body.strip() in (_NOTHING_JSON if in_json else _NOTHING_CBOR.get(wanted.protocol, ()))


def _is_further(request: Any) -> bool:
    """Whether a request asks for a page after the first."""
    body = request.body or b""
    said = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return _FURTHER.search(f"{request.url} {said}") is not None


def _xml_fault(wanted: Expected, body: bytes) -> str:
    try:
        expat.ParserCreate().Parse(body, True)
    except expat.ExpatError as error:
        return f"the body is no XML: {expat.ErrorString(error.code)}"
    root = _ROOT.search(body)
    name = root[1] if root else b""
    if name in _ERRORS or (wanted.protocol != "rest-xml" and not name.endswith(b"Response")):
        return "the body is another document"
    if wanted.wrapper and wanted.wrapper not in body:
        return f"the body has no {wanted.wrapper.decode()}"
    return next((f"the body has no {m}" for m in wanted.members if f"<{m}".encode() not in body), "")


def _json_fault(wanted: Expected, body: bytes) -> str:
    try:
        if wanted.listed:
            msgspec.json.decode(body, type=list[msgspec.Raw])
            return ""
        found = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "the body is no JSON"
    return next((f"the body has no {m}" for m in wanted.members if bytes(found.get(m, b"null")) == b"null"), "")


def _cbor_fault(wanted: Expected, body: bytes) -> str:
    from botocore.parsers import ResponseParserError, RpcV2CBORParser

    parser = RpcV2CBORParser()
    stream = parser.get_peekable_stream_from_bytes(body)
    try:
        found = parser.parse_data_item(stream)
    except (ResponseParserError, ValueError, LookupError, TypeError, RecursionError, OverflowError):
        return "the body is no CBOR"
    if not isinstance(found, dict) or stream.read(1):
        return "the body is no CBOR"
    return next((f"the body has no {m}" for m in wanted.members if found.get(m) is None), "")


def watch(client: Any, *, emulated: bool = False) -> None:
    """Check every answer that this client receives, before botocore parses it. `emulated`: from an emulator.

    The check stands where the answer is sent for, because only what is raised there is repeated. botocore has no
    public place for it: an event before the sending tells the operation, the client's own session then sends.
    """
    endpoint = client._endpoint
    direct = Direct(endpoint.http_session, client.meta.config)
    endpoint.http_session = Checking(direct, client.meta.service_model, emulated=emulated)
    client.meta.events.register("before-send", endpoint.http_session.about)


class Checking:
    """botocore's HTTP session, whose answers are checked."""

    def __init__(self, session: Any, model: Any, *, emulated: bool = False) -> None:
        self._session = session
        self._model = model
        self._emulated = emulated
        self._operation = threading.local()

    def about(self, event_name: str, **_: Any) -> None:
        """Which operation this thread sends next: `before-send.sqs.ListQueues`."""
        self._operation.name = event_name.rpartition(".")[2]

    def send(self, request: Any) -> Any:
        """The answer; an HTTPClientError where it is none, which botocore repeats."""
        response = self._session.send(request)
        name = getattr(self._operation, "name", "")
        if request.stream_output or name not in self._model.operation_names:
            return response
        model = self._model.operation_model(name)
        for _ in range(CONFIRMED):
            if response.status_code != 200 or not says_nothing(model, response.content):
                break
            response = self._session.send(request)
        else:
            if _is_further(request):
                raise _broken()(error="a further page says nothing")
        why = fault(model, response.status_code, response.headers, response.content, emulated=self._emulated)
        if why:
            raise _broken()(error=why)
        return response

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


@lru_cache(None)
def _broken() -> Callable[..., Exception]:
    from botocore.exceptions import HTTPClientError

    class BrokenAnswerError(HTTPClientError):  # type: ignore[misc]
        """What arrived is no answer; it is repeated like a broken connection."""

        fmt = "What arrived is no answer: {error}"

    return BrokenAnswerError

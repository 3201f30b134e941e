"""Answers of AWS made from botocore's models, whole and broken."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import urllib3
from botocore.awsrequest import AWSResponse

from drift.provider.installed import installed
from drift.providers.aws.allowed import operations_of
from drift.providers.aws.answers import Expected, expected
from drift.providers.aws.operations import service_model

PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"


def catalogued() -> list[tuple[str, str]]:
    """(service, operation) of everything that the catalogue calls."""
    catalog = installed()
    return sorted({pair for name in catalog for pair in operations_of(catalog[name])})


def model_of(service: str, op: str) -> Any:
    return service_model(service).operation_model(op)


def whole(model: Any) -> bytes:
    """The smallest answer that the model allows: nothing is there."""
    wanted = expected(model)
    if wanted.raw:
        return b'{"Version": "2012-10-17"}'
    if wanted.protocol in ("json", "rest-json"):
        return b"[]" if wanted.listed else json.dumps({m: _nothing(model, m) for m in wanted.members}).encode()
    if wanted.protocol == "smithy-rpc-v2-cbor":
        return b"\xbf" + b"".join(_text(m) + b"\x80" for m in wanted.members) + b"\xff"
    inner = "".join(f"<{m}></{m}>" for m in wanted.members)
    wrapper = wanted.wrapper.decode()
    result = f"<{wrapper}>{inner}</{wrapper}>" if wrapper else inner
    return f'<?xml version="1.0"?>\n<{model.name}Response>{result}</{model.name}Response>'.encode()


def _nothing(model: Any, spelt: str) -> Any:
    for name, member in model.output_shape.members.items():
        if member.serialization.get("name", name) == spelt:
            return [] if member.type_name == "list" else {}
    raise KeyError(spelt)


def _text(value: str) -> bytes:
    raw = value.encode()
    return (bytes([0x60 + len(raw)]) if len(raw) < 24 else bytes([0x78, len(raw)])) + raw


def broken(wanted: Expected, answer: bytes) -> Iterator[tuple[str, bytes, int]]:
    """(what is wrong, the body, the length that is announced)."""
    yield "cut short", answer[: len(answer) // 2], len(answer)
    yield "nothing arrived", b"", len(answer)
    yield "empty", b"", 0
    yield "a web page", PAGE, len(PAGE)
    if not wanted.raw:
        half = answer[:-1]
        yield "shortened", half, len(half)
        yield "noise", b"\x00\xff\xfe noise", 9
        yield "other format", (b"{}" if wanted.protocol in ("query", "ec2", "rest-xml") else b"<a></a>"), -1
    if wanted.members:
        lacking = b"{}" if b"<" not in answer else answer.replace(wanted.members[0].encode(), b"Other")
        lacking = b"\xbf\xff" if wanted.protocol == "smithy-rpc-v2-cbor" else lacking
        yield "without its list", lacking, len(lacking)


class Wire:
    """Answers every call of a client with these (status, announced length, body), the last one again and again."""

    def __init__(self, *answers: tuple[int, int, bytes]) -> None:
        self._answers = list(answers)
        self.sent = 0

    def send(self, request: Any) -> AWSResponse:
        self.sent += 1
        status, length, body = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        headers = urllib3.HTTPHeaderDict({"content-length": str(length)} if length >= 0 else {})
        raw = urllib3.HTTPResponse(
            io.BytesIO(body), headers, status, preload_content=False, enforce_content_length=False
        )
        return AWSResponse(request.url, status, headers, raw)

    def close(self) -> None:
        """Nothing is open."""


def session() -> boto3.Session:
    return boto3.Session("testing", "testing", region_name="us-east-1")

"""States in Consul, as Terraform's `consul` backend keeps them: `consul://host:port/path`.

`consul:///path` asks the agent that CONSUL_HTTP_ADDR names. After `?`: `workspace`, `dc`, `namespace`, and
`scheme=https` (else CONSUL_HTTP_SSL). The token is CONSUL_HTTP_TOKEN, or user and password are in the address.
"""

from __future__ import annotations

import hashlib
import os
from urllib.parse import quote, urlencode

import msgspec

from drift.desired.backends import Lock, lock_from, web
from drift.desired.backends.url import Url, parse
from drift.desired.state.wrapped import inflated
from drift.errors import StateError

scheme = "consul"

AGENT = "127.0.0.1:8500"
_TRUE = ("1", "t", "true")


class _Chunks(msgspec.Struct):
    """What stands in place of a state over Consul's limit of 512 KiB a value."""

    hash: str = msgspec.field(name="current-hash")
    chunks: list[str]


def read(url: str) -> bytes:
    """The state: whole or in chunks, compressed or not."""
    data = _value(url, _path(url))
    if not data:
        raise StateError(url, "no state here: nothing was applied yet", "?workspace= names another workspace.")
    try:
        split = msgspec.json.decode(data, type=_Chunks)
    except msgspec.DecodeError:
        return _inflated(url, data)
    whole = b"".join(_value(url, chunk) or b"" for chunk in split.chunks)
    data = _inflated(url, whole)
    if split.hash not in (hashlib.md5(d, usedforsecurity=False).hexdigest() for d in (whole, data)):
        raise StateError(url, "its chunks do not match: the state was written meanwhile, or is damaged", "Run again.")
    return data


def lock(url: str) -> Lock | None:
    """Terraform's record of the lock, `<path>/.lockinfo`."""
    try:
        info = _value(url, f"{_path(url)}/.lockinfo")
    except StateError:
        return None  # reading says it
    return lock_from(info) if info else None


def _path(url: str) -> str:
    at = parse(url)
    if not at.path:
        raise StateError(url, "no path in this address", "Write consul://host:port/path, or consul:///path.")
    name = at.query.get("workspace") or "default"
    return at.path if name == "default" else f"{at.path}-env:{name}"


def _inflated(url: str, data: bytes) -> bytes:
    return inflated(data, url) if data[:1] == b"\x1f" else data


def _value(url: str, key: str) -> bytes | None:
    at = parse(url)
    query = {"raw": "true", "dc": at.query.get("dc"), "ns": at.query.get("namespace")}
    asked = urlencode({name: value for name, value in query.items() if value})
    reply = web.get(f"{_agent(at)}/v1/kv/{quote(key)}?{asked}", url, _secret(at))
    if reply.status == 404:
        return None
    if reply.status != 200:
        hint = "Set CONSUL_HTTP_TOKEN to a token that may read this key." if reply.status in (401, 403) else ""
        raise web.refused(url, reply.status, hint)
    return reply.body


def _agent(at: Url) -> str:
    secure = os.environ.get("CONSUL_HTTP_SSL", "").lower() in _TRUE
    address = at.host or os.environ.get("CONSUL_HTTP_ADDR") or AGENT
    if "://" in address:
        return address.rstrip("/")
    return f"{at.query.get('scheme') or ('https' if secure else 'http')}://{address}"


def _secret(at: Url) -> dict[str, str]:
    token = at.query.get("token") or os.environ.get("CONSUL_HTTP_TOKEN")
    secret = {"X-Consul-Token": token} if token else {}
    user, colon, password = os.environ.get("CONSUL_HTTP_AUTH", "").partition(":")
    if at.user or at.password:
        secret["Authorization"] = web.basic(at.user, at.password)
    elif user or colon:
        secret["Authorization"] = web.basic(user, password)
    return secret

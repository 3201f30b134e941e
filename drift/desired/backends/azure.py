"""States in Azure Blob Storage: `azurerm://account/container/key`, where the key may be a glob.

After `?`: `snapshot` and `versionId`, `environment` (`usgovernment`, `china`) and `endpoint` (as
`http://127.0.0.1:10000/account`). The credentials are those that Terraform's `azurerm` backend takes: ARM_SAS_TOKEN,
ARM_ACCESS_KEY, else Entra ID (ARM_CLIENT_ID and the like, `az login`, a managed identity), which azure-identity asks.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from urllib.parse import quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from drift.desired.backends import Lock, entra, lock_from, objects, web
from drift.desired.backends.url import Url, build, parse
from drift.errors import StateError

scheme = "azurerm"

VERSION = "2023-11-03"
"""Of the Blob service's REST API."""
SUFFIXES = {"china": "blob.core.chinacloudapi.cn", "usgovernment": "blob.core.usgovcloudapi.net"}
"""Environment -> the domain of its accounts; that of all others is `blob.core.windows.net`."""

_ALLOW = (
    "Assign the role Storage Blob Data Reader on the container, or set ARM_ACCESS_KEY "
    "(`az storage account keys list`) or ARM_SAS_TOKEN."
)


def find(url: str) -> list[str]:
    """The blobs that match; a key without a glob stands for itself."""
    at = _parse(url)
    container, key = at.path.split("/", 1)
    if not objects.is_pattern(key):
        return [url]
    found = objects.matching(_listed(url, at, container, objects.stem(key)), key, url)
    return [build(scheme, f"{at.host}/{container}/{name}", at.query) for name in found]


def read(url: str) -> bytes:
    """The blob, in the snapshot or version asked for."""
    at = _parse(url)
    reply = _blob(url, at, "GET")
    if reply.status == 404:
        raise StateError(
            url,
            f"no such blob or container: nothing was applied yet, or the key is wrong{_code(reply)}",
            "The states of workspaces are at <key>env:<workspace>.",
        )
    if reply.status != 200:
        raise _refused(url, reply)
    digest = reply.headers.get("content-md5")
    if digest and base64.b64encode(hashlib.md5(reply.body, usedforsecurity=False).digest()).decode() != digest:
        raise StateError(url, "damaged in transit: its Content-MD5 does not match", "Run again.")
    return reply.body


def lock(url: str) -> Lock | None:
    """The lease on the blob, and Terraform's record of it in the blob's metadata."""
    at = _parse(url)
    if at.query.get("snapshot") or at.query.get("versionId"):
        return None  # what was is nobody's to change
    try:
        reply = _blob(url, at, "HEAD")
    except StateError:
        return None  # reading says it
    record = reply.headers.get("x-ms-meta-terraformlockid", "")
    if reply.status != 200 or not (record or reply.headers.get("x-ms-lease-status") == "locked"):
        return None
    try:
        return lock_from(base64.b64decode(record, validate=True))
    except binascii.Error:
        return Lock()


def _parse(url: str) -> Url:
    at = parse(url)
    container, _, key = at.path.partition("/")
    if not at.host or not container or not key:
        raise StateError(url, "not the address of a blob", "Write azurerm://account/container/key.")
    return at


def _blob(url: str, at: Url, method: str) -> web.Reply:
    query = {"snapshot": at.query.get("snapshot"), "versionid": at.query.get("versionId")}
    return _ask(url, at, at.path, {n: v for n, v in query.items() if v}, method)


def _listed(url: str, at: Url, container: str, prefix: str) -> Iterator[str]:
    query = {"restype": "container", "comp": "list", "prefix": prefix, "marker": ""}
    while True:
        reply = _ask(url, at, container, {n: v for n, v in query.items() if v})
        if reply.status != 200:
            raise _refused(url, reply)
        page = _xml(url, reply.body)
        for name in page.iterfind("Blobs/Blob/Name"):
            text = name.text or ""
            yield unquote(text) if name.get("Encoded") == "true" else text
        following = page.findtext("NextMarker") or ""
        if following in ("", query["marker"]):
            return
        query["marker"] = following


def _xml(url: str, body: bytes) -> ElementTree.Element:
    try:
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:  # Azure declares none; entities may blow up
            raise ElementTree.ParseError
        return ElementTree.fromstring(body)  # noqa: S314 - without declared entities
    except (ElementTree.ParseError, ValueError):
        raise StateError(url, "the server is not Azure Blob Storage", "Check ?endpoint=.") from None


def _ask(url: str, at: Url, path: str, query: Mapping[str, str], method: str = "GET") -> web.Reply:
    """The answer of the Blob service, asked with a SAS, a signature by the account's key, or a token."""
    address = f"{_endpoint(at)}/{quote(path, safe='/~')}"
    sas = at.query.get("sas_token") or os.environ.get("ARM_SAS_TOKEN", "")
    key = at.query.get("access_key") or os.environ.get("ARM_ACCESS_KEY", "")
    headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": VERSION}
    asked = urlencode(query)
    if sas:
        asked = "&".join(filter(None, (asked, sas.lstrip("?"))))
    elif key:
        headers["Authorization"] = f"SharedKey {at.host}:{_signature(url, at, address, query, headers, method, key)}"
    elif not address.startswith("https://"):
        raise StateError(
            url, "no access key and no SAS token, and drift sends no Entra ID token without TLS", "Set ARM_ACCESS_KEY."
        )
    else:
        headers["Authorization"] = f"Bearer {entra.token(url, at.query)}"
    return web.get(f"{address}?{asked}" if asked else address, url, headers, method=method)


def _signature(
    url: str, at: Url, address: str, query: Mapping[str, str], headers: Mapping[str, str], method: str, key: str
) -> str:
    """By the Shared Key scheme (learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key)."""
    named = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
    asked = "".join(f"\n{name}:{value}" for name, value in sorted(query.items()))
    resource = f"/{at.host}{urlsplit(address).path}{asked}"
    text = method + "\n" * 12 + named + resource  # twelve standard headers, none of which is sent
    try:
        secret = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise StateError(
            url, "the access key is not base64", "Set ARM_ACCESS_KEY to an access key of the storage account."
        ) from None
    return base64.b64encode(hmac.digest(secret, text.encode(), "sha256")).decode()


def _endpoint(at: Url) -> str:
    given = at.query.get("endpoint", "")
    if given:
        return (given if "://" in given else f"https://{given}").rstrip("/")
    environment = at.query.get("environment") or os.environ.get("ARM_ENVIRONMENT", "")
    return f"https://{at.host}.{SUFFIXES.get(environment.lower(), 'blob.core.windows.net')}"


def _code(reply: web.Reply) -> str:
    code = reply.headers.get("x-ms-error-code")
    return f" ({code})" if code else ""


def _refused(url: str, reply: web.Reply) -> StateError:
    error = web.refused(url, reply.status, _ALLOW if reply.status in (400, 401, 403) else "")
    hint = error.hint or ("Check account and container." if reply.status == 404 else "")
    return StateError(url, error.message.removeprefix(f"{url}: ") + _code(reply), hint)

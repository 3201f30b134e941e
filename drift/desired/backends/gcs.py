"""States in Google Cloud Storage: `gs://bucket/prefix/default.tfstate`, where the object may be a glob.

After `?`: `generation`, `impersonate_service_account`, `endpoint` and `project` (billed where the requester pays).
The credentials are those that Terraform's `gcs` backend takes: GOOGLE_OAUTH_ACCESS_TOKEN, GOOGLE_BACKEND_CREDENTIALS
or GOOGLE_CREDENTIALS (a file, or its content), else Application Default Credentials, which google-auth finds.
GOOGLE_ENCRYPTION_KEY opens what a customer's key encrypts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from drift import installation
from drift.desired.backends import Lock, lock_from, objects, web
from drift.desired.backends.url import Url, build, parse
from drift.errors import StateError

scheme = "gs"

API = "https://storage.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"

_LOG_IN = (
    "Run `gcloud auth application-default login`, or set GOOGLE_CREDENTIALS to the key of a service account that may "
    "read the bucket's objects (roles/storage.objectViewer); for workload identity federation, set "
    "GOOGLE_APPLICATION_CREDENTIALS to its configuration."
)
_OR = 'Or: export GOOGLE_OAUTH_ACCESS_TOKEN="$(gcloud auth print-access-token)"'
_lock = threading.Lock()


def find(url: str) -> list[str]:
    """The objects that match; a name without a glob stands for itself."""
    at = _parse(url)
    if not objects.is_pattern(at.path):
        return [url]
    names = (str(item.get("name")) for item in _listed(url, at))
    return [build(scheme, f"{at.host}/{name}", at.query) for name in objects.matching(names, at.path, url)]


def read(url: str) -> bytes:
    """The object, in the generation asked for."""
    at = _parse(url)
    reply = _object(url, at, at.path)
    if reply.status == 404:
        raise StateError(
            url,
            "no such object or bucket: nothing was applied yet, or the name is wrong",
            f"States of workspaces are at <prefix>/<workspace>.tfstate: gs://{at.host}/**/*.tfstate",
        )
    if reply.status != 200:
        raise _refused(url, reply)
    _refuse_damaged(url, reply)
    return reply.body


def lock(url: str) -> Lock | None:
    """The lock object beside the state, `<prefix>/<workspace>.tflock`."""
    at = _parse(url)
    if at.query.get("generation"):
        return None  # an old generation is nobody's to change
    try:
        reply = _object(url, at, f"{at.path.removesuffix('.tfstate')}.tflock")
    except StateError:
        return None  # reading says it
    return lock_from(reply.body) if reply.status == 200 else None


def _parse(url: str) -> Url:
    at = parse(url)
    if not at.host or not at.path:
        raise StateError(url, "no bucket or no object in this address", "Write gs://bucket/prefix/default.tfstate.")
    return at


def _object(url: str, at: Url, name: str) -> web.Reply:
    query = {"alt": "media", "generation": at.query.get("generation"), "userProject": at.query.get("project")}
    asked = urlencode({n: v for n, v in query.items() if v})
    address = f"{_endpoint(at)}/storage/v1/b/{quote(at.host, safe='')}/o/{quote(name, safe='')}?{asked}"
    return web.get(address, url, {**_authorization(url, at), **_customer_key(url, at)})


def _listed(url: str, at: Url) -> Iterator[Mapping[str, Any]]:
    query = {"prefix": objects.stem(at.path), "fields": "items(name),nextPageToken", "pageToken": ""}
    query["userProject"] = at.query.get("project", "")
    while True:
        asked = urlencode({n: v for n, v in query.items() if v})
        address = f"{_endpoint(at)}/storage/v1/b/{quote(at.host, safe='')}/o?{asked}"
        reply = web.get(address, url, _authorization(url, at))
        if reply.status != 200:
            raise _refused(url, reply)
        try:
            page: dict[str, Any] = msgspec.json.decode(reply.body, type=dict[str, Any])
        except msgspec.DecodeError:
            raise StateError(url, "the server is not Cloud Storage", "Check ?endpoint=.") from None
        yield from page.get("items") or ()
        following = str(page.get("nextPageToken") or "")
        if following in ("", query["pageToken"]):
            return
        query["pageToken"] = following


def _endpoint(at: Url) -> str:
    """Where the API is: as configured, an emulator, or Google's own."""
    env = os.environ
    given = at.query.get("endpoint") or env.get("GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT")
    given = given or env.get("GOOGLE_STORAGE_CUSTOM_ENDPOINT") or env.get("STORAGE_EMULATOR_HOST") or API
    address = given if "://" in given else f"http://{given}"  # STORAGE_EMULATOR_HOST is a host and a port
    return address.rstrip("/").removesuffix("/b").removesuffix("/storage/v1")


def _authorization(url: str, at: Url) -> dict[str, str]:
    """The token; none for an emulator, which speaks without encryption."""
    if not _endpoint(at).startswith("https://"):
        return {}
    token = at.query.get("access_token") or os.environ.get("GOOGLE_OAUTH_ACCESS_TOKEN")
    return {"Authorization": f"Bearer {token or _token(url, at)}"}


def _token(url: str, at: Url) -> str:
    env = os.environ
    given = at.query.get("credentials") or env.get("GOOGLE_BACKEND_CREDENTIALS") or env.get("GOOGLE_CREDENTIALS") or ""
    account = at.query.get("impersonate_service_account") or env.get("GOOGLE_BACKEND_IMPERSONATE_SERVICE_ACCOUNT")
    account = account or env.get("GOOGLE_IMPERSONATE_SERVICE_ACCOUNT") or ""
    try:
        import urllib3
        from google.auth.exceptions import GoogleAuthError
        from google.auth.transport.urllib3 import Request
    except ImportError as error:
        raise StateError(
            url, f"states in Cloud Storage need google-auth: {error}", f"{installation.hint('gcs')} {_OR}"
        ) from None
    try:
        with _lock:  # one refresh serves all states
            credentials = _credentials(given, account)
            if not credentials.valid:
                credentials.refresh(Request(urllib3.PoolManager()))
            return str(credentials.token)
    except (GoogleAuthError, OSError, ValueError) as error:
        reason = type(error).__name__  # its text may quote the key
        raise StateError(url, f"no Google credentials to read the state ({reason})", _LOG_IN) from None


@cache
def _credentials(given: str, account: str) -> Any:
    import google.auth
    from google.auth import impersonated_credentials
    from google.oauth2 import credentials, service_account

    info: dict[str, Any] = msgspec.json.decode(_content(given), type=dict[str, Any]) if given else {}
    found: Any
    if not given:
        found, _ = google.auth.default(scopes=[SCOPE])
    elif info.get("type") == "service_account":
        found = service_account.Credentials.from_service_account_info(info, scopes=[SCOPE])
    elif info.get("type") == "authorized_user":
        found = credentials.Credentials.from_authorized_user_info(info, [SCOPE])
    else:  # such a configuration may name programs to run and servers to ask: only the user's own may
        raise ValueError("neither the key of a service account nor a user's credentials")
    if not account:
        return found
    return impersonated_credentials.Credentials(found, target_principal=account, target_scopes=[SCOPE])


def _customer_key(url: str, at: Url) -> dict[str, str]:
    given = at.query.get("encryption_key") or os.environ.get("GOOGLE_ENCRYPTION_KEY")
    if not given:
        return {}
    try:
        raw = base64.b64decode(_content(given), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise StateError(
            url, "the customer key is not 32 bytes in base64", "Set GOOGLE_ENCRYPTION_KEY to 32 bytes in base64."
        )
    return {
        "x-goog-encryption-algorithm": "AES256",
        "x-goog-encryption-key": base64.b64encode(raw).decode(),
        "x-goog-encryption-key-sha256": base64.b64encode(hashlib.sha256(raw).digest()).decode(),
    }


def _content(given: str) -> str:
    """Terraform takes a key as it is, or the path of a file that holds it."""
    try:
        return Path(given).expanduser().read_text().strip()
    except (OSError, ValueError):
        return given.strip()


def _refuse_damaged(url: str, reply: web.Reply) -> None:
    """By the MD5 that comes along, where what is stored is what was sent."""
    if reply.headers.get("x-goog-stored-content-encoding", "identity") != "identity":
        return
    digest = base64.b64encode(hashlib.md5(reply.body, usedforsecurity=False).digest()).decode()
    said = [part.strip() for part in reply.headers.get("x-goog-hash", "").split(",")]
    if any(part.startswith("md5=") and part.removeprefix("md5=") != digest for part in said):
        raise StateError(url, "damaged in transit: its MD5 does not match", "Run again.")


def _refused(url: str, reply: web.Reply) -> StateError:
    if reply.status == 400:
        hint = "If it is encrypted with a customer's key (CSEK), set GOOGLE_ENCRYPTION_KEY to that key in base64."
        return web.refused(url, reply.status, hint)
    hints = {
        401: _LOG_IN,
        403: "Allow storage.objects.get on it (storage.objects.list for globs: roles/storage.objectViewer), or use "
        "other credentials with GOOGLE_CREDENTIALS.",
        404: "Check the bucket's name.",
    }
    return web.refused(url, reply.status, hints.get(reply.status, ""))

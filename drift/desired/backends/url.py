"""The parts of a place's URL, and what of it may be shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode

from drift.desired.backends import scheme_of
from drift.errors import StateError

HIDDEN = "***"
STANDARD_INPUT = "standard input"
SHOWN = frozenset(
    {
        "context", "dc", "dynamodb_table", "endpoint", "environment", "external_id", "generation", "hostname",
        "impersonate_service_account", "namespace", "profile", "project", "region", "role_arn", "scheme",
        "schema_name", "server", "snapshot", "sslmode", "sts_endpoint", "tag", "tenant_id", "versionId", "workspace",
    }
)  # fmt: skip
"""Query parameters that hold no secret; the value of any other is hidden."""

_OBJECTS = ("azurerm", "gs", "k8s", "s3", "tfc")
"""Schemes whose paths may hold an @; elsewhere whatever is before the last one may be a password."""

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*@")


@dataclass(frozen=True, slots=True)
class Url:
    """`scheme://user:password@host/path?query`; a `#` is part of the path, as in an S3 key."""

    scheme: str
    user: str
    password: str
    host: str
    path: str
    """Without its first slash."""
    query: Mapping[str, str]


def parse(url: str) -> Url:
    """The parts of a URL; only user, password and query are decoded."""
    address, _, query = url.partition("?")
    scheme, _, rest = address.partition("://")
    where, _, path = rest.partition("/")
    who, _, host = where.rpartition("@")
    user, _, password = who.partition(":")
    return Url(scheme, unquote(user), unquote(password), host, path, dict(parse_qsl(query, keep_blank_values=True)))


def build(scheme: str, where: str, query: Mapping[str, object] | None = None) -> str:
    """`scheme://where?query`, without the parameters that are empty."""
    given = {name: value for name, value in (query or {}).items() if value not in (None, "")}
    return f"{scheme}://{where}" + (f"?{urlencode(given)}" if given else "")


def translated(place: str) -> str:
    """The place as drift writes it, where it is written as driftctl's `--from` has it, or as a `file:` URL.

    StateError for one that cannot be told without more.
    """
    scheme, found, rest = place.partition("://")
    scheme = scheme.lower()
    if not found or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme):
        return place
    if scheme in ("file", "tfstate", "tfstate+file"):
        path = rest.removeprefix("localhost") if scheme == "file" else rest
        return unquote(path) if scheme == "file" else path
    kind = scheme.removeprefix("tfstate+")
    if kind == "tfcloud":
        raise StateError(place, "a workspace ID cannot be read", "Write tfc://organization/workspace.")
    if scheme == "tfstate+azurerm":
        account = os.environ.get("AZURE_STORAGE_ACCOUNT", "")
        if not account:
            raise StateError(
                place, "the address does not name the storage account", "Write azurerm://account/container/key."
            )
        return f"azurerm://{account}/{rest}"
    return f"{kind}://{rest}"


def with_profile(place: str, profile: str | None) -> str:
    """The place, read with this profile unless it names one itself."""
    if not profile or not place.startswith("s3://") or "profile" in parse(place).query:
        return place
    return f"{place}{'&' if '?' in place else '?'}{urlencode({'profile': profile})}"


def shown(place: str) -> str:
    """The place as messages and reports may say it."""
    if place == "-":
        return STANDARD_INPUT
    scheme, found, _ = place.partition("://")
    if not found:
        return place
    if scheme not in _OBJECTS:
        place = re.sub(r"://.*@", f"://{HIDDEN}@", place, count=1, flags=re.DOTALL)
    address, asked, query = place.partition("?")
    parameters = (item.partition("=") for item in query.split("&"))
    safe = [f"{name}={unquote(value) if name in SHOWN else HIDDEN}" for name, given, value in parameters if given]
    return _CREDENTIALS.sub(f"{HIDDEN}@", address + (f"?{'&'.join(safe)}" if asked and safe else ""))


def scrubbed(text: str, place: str) -> str:
    """`text`, which may quote the place, without its secrets."""
    text = text.replace(place, shown(place)) if "://" in place else text
    for secret in sorted(_secrets(place), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _CREDENTIALS.sub(f"{HIDDEN}@", text)


def _secrets(place: str) -> set[str]:
    if "://" not in place:
        return set()
    query = parse_qsl(place.partition("?")[2], keep_blank_values=True)
    found = {value or name for name, value in query if name not in SHOWN}
    if who := re.search(r"://(.*)@" if scheme_of(place) not in _OBJECTS else r"://([^/]*)@", place, re.DOTALL):
        password = who[1].partition(":")[2]
        found |= {password, unquote(password)}
    return {
        secret for secret in found if len(secret) > 3
    }  # shorter ones are in any text; no message of ours quotes one

"""What the repository that drift looks at may make it do. Its author may be an attacker: on a pull request.

Only the person who runs drift widens this, by options of the command line or by the environment: no file does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import parse_qsl, urlsplit

UNTRUSTED: Final = "DRIFT_UNTRUSTED"
"""The environment variable that says that the repository's author is not trusted."""
HOSTS: Final = "DRIFT_ALLOW_HOSTS"
"""The environment variable with hosts that may be reached, `*` in them, with commas between."""

_KNOWN: Final = ("app.terraform.io", "storage.googleapis.com")
"""Hosts that states are kept at by those that offer it to everybody, like S3's."""
_OWN: Final = (
    "CONSUL_HTTP_ADDR", "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "GOOGLE_STORAGE_CUSTOM_ENDPOINT", "KUBE_HOST",
    "KUBERNETES_SERVICE_HOST", "PGHOST", "PG_CONN_STR", "STORAGE_EMULATOR_HOST", "TF_CLOUD_HOSTNAME", "TF_HTTP_ADDRESS",
)  # fmt: skip
"""Environment variables by which the person who runs drift names a host themselves."""
_PARAMETERS: Final = {
    "s3": ("endpoint", "sts_endpoint"),
    "gs": ("endpoint",),
    "gcs": ("endpoint",),
    "tfc": ("hostname",),
    "k8s": ("server",),
}
"""Scheme whose address names no host -> the parameters that do; without them it is the user's own cloud or cluster."""
_POSTGRES: Final = frozenset({"pg", "postgres", "postgresql"})


def is_untrusted() -> bool:
    """Whether the repository's author is not trusted."""
    return os.environ.get(UNTRUSTED, "").lower() not in ("", "0", "false", "no")


def allows(host: str) -> bool:
    """Whether the person who runs drift named this host."""
    own = {_host(os.environ[name]) for name in _OWN if os.environ.get(name)}
    patterns = [p.strip() for p in os.environ.get(HOSTS, "").split(",") if p.strip()]
    return host in own or any(fnmatchcase(host.lower(), p.lower()) for p in (*patterns, *_KNOWN))


def refuses(host: str) -> bool:
    """Whether a host that a repository's file may have named is not to be reached."""
    return is_untrusted() and not allows(host)


def hosts_of(place: str) -> Iterator[str]:
    """The hosts that reading or writing a place reaches; none for a file and for the user's own cloud."""
    scheme, found, rest = place.partition("://")
    scheme = scheme.lower()
    if not found or scheme in ("", "file"):
        return
    where, _, query = rest.partition("?")
    given = dict(parse_qsl(query))
    yield from (_host(given[name]) for name in _PARAMETERS.get(scheme, ()) if given.get(name))
    if scheme in _PARAMETERS:
        return
    if scheme == "azurerm":
        yield _host(given["endpoint"]) if given.get("endpoint") else f"{where.partition('/')[0]}.blob.core.windows.net"
        return
    named = where.partition("/")[0].rpartition("@")[2]
    several = named.split(",") if scheme in _POSTGRES else [named]
    if scheme in _POSTGRES:
        several += [h for name in ("host", "hostaddr") for h in given.get(name, "").split(",")]
    yield from (_host(h) for h in several if h)


def _host(place: str) -> str:
    """The host of an address, or of a host with a port."""
    try:
        return urlsplit(place if "://" in place else f"//{place}").hostname or "?"
    except ValueError:
        return "?"


def foreign_host(place: str) -> str:
    """The first host that a place reaches and nobody allowed; empty where there is none."""
    return next((host for host in hosts_of(place) if not allows(host)), "")


def allow(place: str) -> None:
    """The person who runs drift named this place: its hosts may be reached."""
    for host in hosts_of(place):
        if host != "?" and not allows(host):
            os.environ[HOSTS] = ",".join(filter(None, (os.environ.get(HOSTS, ""), host)))

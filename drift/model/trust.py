"""What files of the repository may make drift do. On a pull request their author may be an attacker.

Only the user can allow more, by options of the command line or by the environment. No file can.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import parse_qsl, urlsplit

UNTRUSTED: Final = "DRIFT_UNTRUSTED"
"""The environment variable that declares the repository's author untrusted."""
HOSTS: Final = "DRIFT_ALLOW_HOSTS"
"""The environment variable with allowed hosts, separated by commas; `*` matches any text."""

_KNOWN: Final = ("app.terraform.io", "storage.googleapis.com")
"""Hosts of public services that store states."""
_OWN: Final = (
    "CONSUL_HTTP_ADDR", "GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT", "GOOGLE_STORAGE_CUSTOM_ENDPOINT", "KUBE_HOST",
    "KUBERNETES_SERVICE_HOST", "PGHOST", "PG_CONN_STR", "STORAGE_EMULATOR_HOST", "TF_CLOUD_HOSTNAME", "TF_HTTP_ADDRESS",
)  # fmt: skip
"""Environment variables in which the user names a host."""
_PARAMETERS: Final = {
    "s3": ("endpoint", "sts_endpoint"),
    "gs": ("endpoint",),
    "gcs": ("endpoint",),
    "tfc": ("hostname",),
    "k8s": ("server",),
}
"""Scheme whose address has no host -> the parameters that name one. Without them, it is the user's own cloud or
cluster."""
_POSTGRES: Final = frozenset({"pg", "postgres", "postgresql"})


def is_untrusted() -> bool:
    """Whether the repository's author is untrusted."""
    return os.environ.get(UNTRUSTED, "").lower() not in ("", "0", "false", "no")


def allows(host: str) -> bool:
    """Whether the user allowed this host."""
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
    """The first host of a place that the user did not allow; empty if there is none."""
    return next((host for host in hosts_of(place) if not allows(host)), "")


def allow(place: str) -> None:
    """Allow the hosts of a place, because the user named the place."""
    for host in hosts_of(place):
        if host != "?" and not allows(host):
            os.environ[HOSTS] = ",".join(filter(None, (os.environ.get(HOSTS, ""), host)))

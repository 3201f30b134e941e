"""What the repository that drift looks at may make it do. Its author may be an attacker: on a pull request.

Only the person who runs drift widens this, by options of the command line or by the environment: no file does.
"""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

UNTRUSTED: Final = "DRIFT_UNTRUSTED"
"""The environment variable that says that the repository's author is not trusted."""
HOSTS: Final = "DRIFT_ALLOW_HOSTS"
"""The environment variable with hosts that may be reached, `*` in them, with commas between."""

_CLOUDS: Final = frozenset({"", "file", "s3", "gs", "gcs"})
"""Schemes that reach no host of the repository's choosing: the user's own cloud, with the user's own credentials."""
_KNOWN: Final = ("app.terraform.io",)


def is_untrusted() -> bool:
    """Whether the repository's author is not trusted."""
    return os.environ.get(UNTRUSTED, "").lower() not in ("", "0", "false", "no")


def allows(host: str) -> bool:
    """Whether the person who runs drift named this host."""
    patterns = [p.strip() for p in os.environ.get(HOSTS, "").split(",") if p.strip()]
    return any(fnmatchcase(host.lower(), p.lower()) for p in (*patterns, *_KNOWN))


def foreign_host(place: str) -> str:
    """The host that reading or writing a place would reach, where nobody allowed it; empty where there is none."""
    parts = urlsplit(place) if "://" in place else None
    if parts is None or parts.scheme.lower() in _CLOUDS:
        return ""
    host = parts.hostname or parts.netloc or "?"
    return "" if allows(host) else host


def allow(place: str) -> None:
    """The person who runs drift named this place: its host may be reached."""
    host = foreign_host(place)
    if host and host != "?":
        os.environ[HOSTS] = ",".join(filter(None, (os.environ.get(HOSTS, ""), host)))

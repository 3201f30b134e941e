"""Emulators of AWS: they lack operations, and answer them in their own ways.

A foreign name of a host says nothing: a proxy, a VPC endpoint and AWS's isolated regions have one as well. An emulator
is named by the user, or it says itself that it is one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn", ".amazonaws.eu")
"""How the names of AWS's own endpoints end, those of VPC endpoints included. They are not asked."""

SIGNS: Mapping[str, frozenset[str]] = {
    "/moto-api/config": frozenset({"batch", "lambda"}),
    "/_localstack/health": frozenset({"services", "version"}),
}
"""Path -> what the JSON object there has: moto's configuration (moto's documentation, "Configuration options"), and
LocalStack's health ("Internal endpoints")."""

SECONDS = 5
"""How long one of them may take to say so."""


class Emulators:
    """Tells which endpoints are emulators; each is asked once."""

    def __init__(self, *, named: bool = False, ca_bundle: Any = None) -> None:
        self._named = named
        self._verify = ca_bundle or True
        self._known: dict[str, bool] = {}
        self._lock = threading.Lock()

    def __contains__(self, endpoint: object) -> bool:
        parts = urlsplit(str(endpoint or ""))
        host = parts.hostname or ""
        if host.endswith(AWS_HOSTS):
            return False
        if self._named:
            return True
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if origin not in self._known:
                self._known[origin] = bool(host) and any(self._shows(origin, path) for path in SIGNS)
            return self._known[origin]

    def _shows(self, origin: str, path: str) -> bool:
        """Whether it answers there as its emulator does; without credentials."""
        import json

        from botocore.awsrequest import AWSRequest
        from botocore.exceptions import BotoCoreError
        from botocore.httpsession import URLLib3Session

        try:
            session = URLLib3Session(verify=self._verify, timeout=SECONDS)
            answer = session.send(AWSRequest("GET", origin + path).prepare())
            found = json.loads(answer.content) if answer.status_code in (200, 201) else None
        except (BotoCoreError, ValueError, OSError, RecursionError):
            return False
        return isinstance(found, dict) and SIGNS[path] <= found.keys()

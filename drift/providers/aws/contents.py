"""What reads the content of secrets, and how it is left out where nobody asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.provider.api import WITHHELD, Pages, Request

ONLY_WHEN_ASKED = frozenset({("secretsmanager", "GetSecretValue")})
"""(service, operation) of calls whose whole answer is a secret."""
DECRYPTING = frozenset({("ssm", "GetParameters")})
"""(service, operation) of calls that decrypt on demand, and say of each element whether it is a secret."""


def undecrypted(request: Request) -> Request:
    """The same request that decrypts nothing: it takes no permission to use a key either."""
    if (request.service, request.op) not in DECRYPTING:
        return request
    return replace(request, args={**request.args, "WithDecryption": False})


def withheld(request: Request, pages: Pages) -> Pages:
    """The answer without what is encrypted: Parameter Store answers a `SecureString` with its cipher text."""
    if (request.service, request.op) not in DECRYPTING:
        return pages
    return [{**page, "Parameters": [_parameter(p) for p in page.get("Parameters") or ()]} for page in pages]


def _parameter(found: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**found, "Value": WITHHELD} if found.get("Type") == "SecureString" else found

"""Networks and addresses."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Any


def cidr(value: Any) -> str | None:
    """A CIDR block in its shortest form: `2001:DB8:0::/32` is `2001:db8::/32`."""
    return None if value in (None, "") else _shortest(str(value))


@lru_cache(maxsize=10_000)
def _shortest(block: str) -> str:
    try:
        return str(ipaddress.ip_network(block, strict=False))
    except ValueError:
        return block

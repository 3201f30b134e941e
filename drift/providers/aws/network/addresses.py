"""Exact sets of IP addresses, however they are divided into blocks: two halves of the internet are the internet."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

Family = Literal[4, 6]
FAMILIES: tuple[Family, ...] = (4, 6)

Space = tuple[tuple[int, int], ...]
"""Addresses of one family as ranges (first, last): sorted, without overlap. `()` is the empty set."""

NOBODY: Space = ()
EVERYBODY: dict[Family, Space] = {4: ((0, 2**32 - 1),), 6: ((0, 2**128 - 1),)}

SPECIAL = {
    4: (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    ),
    6: ("2001:db8::/32",),
}  # fmt: skip
"""Addresses from which nobody on the internet sends (IANA's registries of special-purpose addresses)."""

ROUTED = {4: "0.0.0.0/0", 6: "2000::/3"}
"""All unicast addresses, before the special ones are removed. IANA assigns those of IPv6 only from 2000::/3."""

LARGEST: dict[Family, int] = {4: 2**24, 6: 2**96}
"""A set with more addresses than this counts as the internet: the size of a /8, of a /32.

Amazon S3 draws the line there too: Amazon S3 User Guide, "Blocking public access", The meaning of "public".
"""

TOGETHER = 16
"""Several networks, each below the limit, count as the internet from this many times the limit."""


def block(cidr: str) -> tuple[Family, Space]:
    """The family of a CIDR block and its addresses; ValueError if the text is no CIDR block."""
    network = _network(cidr)
    first = int(network.network_address)
    return network.version, ((first, first + network.num_addresses - 1),)


@lru_cache(maxsize=10_000)
def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(cidr, strict=False)


def space(cidrs: Iterable[str], family: Family) -> Space:
    """The addresses of the CIDR blocks of one family; blocks of the other family are ignored."""
    return union(*(there for of, there in map(block, cidrs) if of == family))


def union(*spaces: Space) -> Space:
    """The union."""
    out: list[tuple[int, int]] = []
    for low, high in sorted(pair for each in spaces for pair in each):
        if out and low <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], high))
        else:
            out.append((low, high))
    return tuple(out)


def both(one: Space, other: Space) -> Space:
    """The intersection."""
    out, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        low, high = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if low <= high:
            out.append((low, high))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(out)


def without(one: Space, other: Space) -> Space:
    """The difference: the first without the second."""
    out, rest = [], list(other)
    for low, high in one:
        at = low
        for first, last in rest:
            if last < at or first > high:
                continue
            if first > at:
                out.append((at, first - 1))
            at = last + 1
        if at <= high:
            out.append((at, high))
    return tuple(out)


def size(addresses: Space) -> int:
    """The number of addresses."""
    return sum(high - low + 1 for low, high in addresses)


INTERNET: dict[Family, Space] = {
    family: without(block(ROUTED[family])[1], space(SPECIAL[family], family)) for family in FAMILIES
}
"""Every address from which somebody on the internet may come."""


def is_internet(addresses: Space, family: Family, times: int = 1) -> bool:
    """Whether a set is so large that it counts as the internet and no longer as known networks."""
    return size(both(addresses, INTERNET[family])) > LARGEST[family] * times

"""Network ACLs: whom one lets in, by its rules in their order.

Amazon VPC User Guide, "Network ACL rules": the lowest number first, the first rule that matches decides, what none
matches is denied. A rule has one block of one family. Replies are left out: what denies them closes no door to what
needs none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drift.providers.aws.network.addresses import EVERYBODY, NOBODY, Family, Space, block, both, union, without

ALL = "-1"
PORTED = ("6", "17")
"""TCP and UDP by number: the protocols whose rules name ports."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of a network ACL, for what comes in."""

    number: int
    allows: bool
    cidr: str
    protocol: str = ALL
    """By its number; `-1` is every protocol."""
    low: int = 0
    high: int = 65535

    def speaks_of(self, protocol: str, port: int) -> bool:
        """Whether it decides on that port of that protocol."""
        if self.protocol not in (ALL, protocol):
            return False
        return self.protocol == ALL or protocol not in PORTED or self.low <= port <= self.high


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL."""

    name: str
    entries: tuple[Entry, ...] = ()


def allowed(entries: Iterable[Entry], family: Family, protocol: str, port: int) -> Space:
    """Who may reach a port through them."""
    return union(*(there for _, there in each_allows(entries, family, protocol, port)))


def each_allows(entries: Iterable[Entry], family: Family, protocol: str, port: int) -> list[tuple[Entry, Space]]:
    """Each rule that lets somebody in, with whom it lets in that no rule before it decided on."""
    out, rest = [], EVERYBODY[family]
    for entry in sorted(entries, key=lambda e: e.number):
        of, there = block(entry.cidr)
        if of != family or not entry.speaks_of(protocol, port):
            continue
        if entry.allows and both(rest, there) != NOBODY:
            out.append((entry, both(rest, there)))
        rest = without(rest, there)
    return out

"""Network ACLs: which addresses one lets in, by its rules in their order.

Amazon VPC User Guide, "Network ACL rules": the rule with the lowest number comes first, the first rule that
matches decides, and what no rule matches is denied. A rule has one CIDR block of one family. Rules for replies are
ignored: without them, traffic that needs no reply still gets in.
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
    """One inbound rule of a network ACL."""

    number: int
    allows: bool
    cidr: str
    protocol: str = ALL
    """The protocol's number; `-1` is every protocol."""
    low: int = 0
    high: int = 65535

    def speaks_of(self, protocol: str, port: int) -> bool:
        """Whether it applies to that port of that protocol."""
        if self.protocol not in (ALL, protocol):
            return False
        return self.protocol == ALL or protocol not in PORTED or self.low <= port <= self.high


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL."""

    name: str
    entries: tuple[Entry, ...] = ()


def allowed(entries: Iterable[Entry], family: Family, protocol: str, port: int) -> Space:
    """The addresses that may reach a port through these rules."""
    return union(*(there for _, there in each_allows(entries, family, protocol, port)))


def each_allows(entries: Iterable[Entry], family: Family, protocol: str, port: int) -> list[tuple[Entry, Space]]:
    """Each allowing rule, with the addresses that it admits and that no earlier rule decided."""
    out, rest = [], EVERYBODY[family]
    for entry in sorted(entries, key=lambda e: e.number):
        of, there = block(entry.cidr)
        if of != family or not entry.speaks_of(protocol, port):
            continue
        if entry.allows and both(rest, there) != NOBODY:
            out.append((entry, both(rest, there)))
        rest = without(rest, there)
    return out

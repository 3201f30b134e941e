"""Security groups: which addresses they let in together.

Amazon VPC User Guide, "Security group rules": rules only allow, and those of all groups of an interface add up. A rule
that names a group lets in its members by their private addresses, so nobody from the internet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drift.providers.aws.network.addresses import EVERYBODY, NOBODY, Family, Space, space, union

ALL = "-1"
PORTED = ("tcp", "udp")


@dataclass(frozen=True, slots=True)
class Opening:
    """One inbound rule."""

    protocol: str
    """`tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for every protocol."""
    low: int = 0
    high: int = 65535
    cidrs: tuple[str, ...] | None = ()
    """The sources, as CIDR blocks; empty if the rule names a group; None if its prefix list was not read."""
    text: str = ""

    def speaks_of(self, protocol: str, port: int) -> bool:
        """Whether it applies to that port."""
        if self.protocol not in (ALL, protocol):
            return False
        return self.protocol == ALL or protocol not in PORTED or self.low <= port <= self.high


@dataclass(frozen=True, slots=True)
class Group:
    """A security group."""

    name: str
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """The addresses that security groups let in."""

    sure: Space
    maybe: Space
    doubt: str = ""
    by: str = ""
    """The group that lets in the most."""


def admitted(groups: Iterable[Group], family: Family, protocol: str, port: int) -> Admitted:
    """The addresses that the groups of an interface let in to a port."""
    sure, maybe, doubt, by = NOBODY, NOBODY, "", ""
    for group in groups:
        for opening in group.openings:
            if not opening.speaks_of(protocol, port):
                continue
            if opening.cidrs is None:
                maybe, doubt = EVERYBODY[family], f"a prefix list of {group.name} was not read"
                continue
            there = space(opening.cidrs, family)
            by = by or (group.name if there else "")
            sure = union(sure, there)
    return Admitted(sure, union(sure, maybe), doubt, by)

"""Security groups: whom they let in together.

Amazon VPC User Guide, "Security group rules": rules only allow, and those of all groups of an interface add up. A rule
that names a group lets in its members by their private addresses, and so nobody of the internet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drift.providers.aws.network.addresses import EVERYBODY, NOBODY, Family, Space, space, union

ALL = "-1"
PORTED = ("tcp", "udp")


@dataclass(frozen=True, slots=True)
class Opening:
    """One rule that lets somebody in."""

    protocol: str
    """`tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for every protocol."""
    low: int = 0
    high: int = 65535
    cidrs: tuple[str, ...] | None = ()
    """Whom: blocks, those of a prefix list, none where a group is named; None where the list was not read."""
    text: str = ""

    def speaks_of(self, protocol: str, port: int) -> bool:
        """Whether it opens that port."""
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
    """Whom some groups let in."""

    sure: Space
    maybe: Space
    doubt: str = ""
    by: str = ""
    """The group that lets in most of them."""


def admitted(groups: Iterable[Group], family: Family, protocol: str, port: int) -> Admitted:
    """Whom the groups of an interface let in to a port."""
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

"""Route tables: which addresses of the internet a subnet answers through an internet gateway.

Amazon VPC User Guide, "Route priority": the route with the longest prefix that matches is used. What comes in by an
internet gateway is answered only where the route back leads to that gateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drift.providers.aws.network.addresses import EVERYBODY, NOBODY, Family, Space, block, both, union, without

GATEWAY = "igw-"
INSPECTED = ("vpce-", "eni-", "i-")
"""A gateway load balancer's or firewall's endpoint, or a machine in between: what it lets through, it alone knows."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route: a block, and where it leads."""

    to: str
    """The id of a gateway, endpoint, interface, peering …: `local` inside the VPC."""
    cidrs: tuple[str, ...] | None
    """One block, or those of a prefix list; None where the list was not read."""
    listed: bool = False
    """Whether its destination is a prefix list."""
    active: bool = True
    """False where AWS calls it a blackhole: what it led to is gone."""

    @property
    def open(self) -> bool:
        """Whether it leads to an internet gateway."""
        return self.active and self.to.startswith(GATEWAY)

    @property
    def inspected(self) -> bool:
        """Whether it leads through something that decides by rules of its own."""
        return self.active and self.to.startswith(INSPECTED)


@dataclass(frozen=True, slots=True)
class Table:
    """A route table."""

    name: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Back:
    """Whom a table answers through a gateway."""

    sure: Space
    maybe: Space
    """Whom it may answer as well: by routes that could not be read, or through something that inspects."""
    gateway: str = ""
    doubt: str = ""
    """Why it is more than what is sure."""


def from_internet(table: Table, family: Family) -> Back:
    """Which addresses are answered through an internet gateway."""
    sure, maybe, rest = NOBODY, NOBODY, EVERYBODY[family]
    certain = EVERYBODY[family]
    """What no route that was not read may lead elsewhere."""
    gateway = doubt = ""
    for route, there in _by_length(table.routes, family):
        if there is None:
            doubt = f"the prefix list of a route of {table.name} was not read"
            if route.open or route.inspected:
                maybe = union(maybe, rest)
            if not route.open:
                certain = NOBODY
            continue
        mine = both(rest, there)
        if mine == NOBODY:
            continue
        if route.open:
            gateway = gateway or route.to
            sure = union(sure, both(mine, certain))
            maybe = union(maybe, mine)
        elif route.inspected:
            doubt = f"{table.name} sends through {route.to}, whose rules were not read"
            maybe = union(maybe, mine)
        rest = without(rest, there)
    return Back(sure, maybe, gateway, doubt)


def _by_length(routes: Iterable[Route], family: Family) -> list[tuple[Route, Space | None]]:
    """Each block of each route, the longest prefix first; those that were not read before all."""
    out: list[tuple[int, bool, Route, Space | None]] = []
    for route in routes:
        if route.cidrs is None:
            out.append((-1, True, route, None))
            continue
        for cidr in route.cidrs:
            of, there = block(cidr)
            if of == family:
                # of two with one prefix the route to a block comes before that to a prefix list
                out.append((there[0][1] - there[0][0], route.listed, route, there))
    return [(route, there) for _, _, route, there in sorted(out, key=lambda e: e[:2])]

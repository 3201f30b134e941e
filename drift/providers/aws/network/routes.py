"""Route tables: which addresses of the internet a subnet answers through an internet gateway.

Amazon VPC User Guide, "Route priority": the route with the longest prefix that matches is used. What comes in by an
internet gateway gets an answer only if the route back leads to that gateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drift.providers.aws.network.addresses import EVERYBODY, NOBODY, Family, Space, block, both, union, without

GATEWAY = "igw-"
INSPECTED = ("vpce-", "eni-", "i-")
"""Prefixes of ids: an endpoint of a load balancer or firewall, or an instance. What it lets through is unknown."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route: destination and target."""

    to: str
    """The target's id: a gateway, endpoint, interface or peering connection; `local` inside the VPC."""
    cidrs: tuple[str, ...] | None
    """The destination: one block, or those of a prefix list; None if the list was not read."""
    listed: bool = False
    """Whether its destination is a prefix list."""
    active: bool = True
    """False if AWS calls it a blackhole: its target was deleted."""

    @property
    def open(self) -> bool:
        """Whether it leads to an internet gateway."""
        return self.active and self.to.startswith(GATEWAY)

    @property
    def inspected(self) -> bool:
        """Whether its target has rules of its own."""
        return self.active and self.to.startswith(INSPECTED)


@dataclass(frozen=True, slots=True)
class Table:
    """A route table."""

    name: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Back:
    """The addresses that a route table answers through an internet gateway."""

    sure: Space
    maybe: Space
    """More addresses that it may answer: by unread routes, or through a target with rules of its own."""
    gateway: str = ""
    doubt: str = ""
    """Why these are uncertain."""


def from_internet(table: Table, family: Family) -> Back:
    """The addresses that get an answer through an internet gateway."""
    sure, maybe, rest = NOBODY, NOBODY, EVERYBODY[family]
    certain = EVERYBODY[family]
    """The addresses for which no unread route can have another target."""
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
    """Each block of each route, the longest prefix first; unread routes come before all."""
    out: list[tuple[int, bool, Route, Space | None]] = []
    for route in routes:
        if route.cidrs is None:
            out.append((-1, True, route, None))
            continue
        for cidr in route.cidrs:
            of, there = block(cidr)
            if of == family:
                # with equal prefixes, a route to a CIDR block takes precedence over one to a prefix list
                out.append((there[0][1] - there[0][0], route.listed, route, there))
    return [(route, there) for _, _, route, there in sorted(out, key=lambda e: e[:2])]

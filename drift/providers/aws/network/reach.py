"""Whether the internet reaches a host: by which path, or which door is closed, or what could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from drift.providers.aws.network.acl import Acl, allowed
from drift.providers.aws.network.addresses import EVERYBODY, FAMILIES, INTERNET, Family, Space, both, is_internet
from drift.providers.aws.network.groups import Admitted, Group, admitted
from drift.providers.aws.network.routes import Back, Table, from_internet

NUMBERS = {"tcp": "6", "udp": "17", "icmp": "1", "icmpv6": "58"}
"""Protocols as security groups name them -> as network ACLs do."""

Said = Literal["reached", "not reached", "unknown"]


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that was not read; names it."""

    why: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """The subnet of a host, with its doors to the internet."""

    name: str
    table: Table | Unread
    acl: Acl | Unread


@dataclass(frozen=True, slots=True)
class Host:
    """Something with an address in a VPC: a machine, a database, a load balancer."""

    name: str
    subnets: tuple[Subnet, ...] | Unread
    """Its subnets; a load balancer has several."""
    groups: tuple[Group, ...] | Unread | None
    """None if it has no security groups and lets in everything, as some network load balancers."""
    public: Mapping[Family, str | Unread] = field(default_factory=dict)
    """Family -> its public address; a family without one is left out."""
    ports: tuple[tuple[str, int], ...] | Unread | None = None
    """(protocol, port) pairs on which it listens; None if it may be any."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether the internet reaches a port of a host."""

    said: Said
    why: str
    """The path, the door that is closed, or what was not read."""
    host: str = ""
    protocol: str = ""
    port: int = 0
    indirect: bool = False
    """Whether the path goes through a load balancer or an API, which forwards requests from the internet."""

    def __str__(self) -> str:
        if self.said == "reached":
            return f"it reaches {self.protocol} {self.port} of {self.host} by {self.why}"
        return (
            f"not reached: {self.why}"
            if self.said == "not reached"
            else f"whether it is reached is unknown: {self.why}"
        )


@dataclass(frozen=True, slots=True)
class _Door:
    """One door: the addresses that it certainly lets through, and those that it may let through."""

    name: str
    sure: Space
    maybe: Space
    doubt: str
    shut: str
    """The text for a door that is closed."""


def reached(host: Host, protocol: str, port: int) -> Reach:
    """Whether the internet reaches that port of a host: through all doors of one family in one of its subnets."""
    if isinstance(host.ports, tuple) and (protocol, port) not in host.ports:
        listening = ", ".join(f"{name} {number}" for name, number in host.ports) or "nothing"
        return Reach("not reached", f"{host.name} listens on {listening} alone", host.name, protocol, port)
    if not host.public:
        return Reach("not reached", f"{host.name} has no public address", host.name, protocol, port)
    subnets = (None,) if isinstance(host.subnets, Unread) else host.subnets
    families = [f for f in FAMILIES if f in host.public]
    said = [_through(host, subnet, family, protocol, port) for family in families for subnet in subnets]
    return first(said) or Reach("unknown", f"no subnet of {host.name} was seen", host.name, protocol, port)


def _through(host: Host, subnet: Subnet | None, family: Family, protocol: str, port: int) -> Reach:
    address = host.public[family]
    doors = [_listening(host), _addressed(address, family)]
    if subnet is None:
        why = host.subnets.why if isinstance(host.subnets, Unread) else ""
        doors.append(_Door("", (), EVERYBODY[family], why, ""))
    else:
        doors += [_routed(subnet, family), _listed(subnet, family, protocol, port)]
    doors.append(_grouped(host, family, protocol, port))
    # an unknown door certainly lets through nobody, and may let through everybody
    sure, maybe = INTERNET[family], INTERNET[family]
    for door in doors:
        sure, maybe = both(sure, door.sure or ()), both(maybe, door.maybe)
        if not is_internet(maybe, family):
            return Reach("not reached", door.shut, host.name, protocol, port)
    if is_internet(sure, family):
        at = f" ({address})" if isinstance(address, str) and address else ""
        way = " → ".join([*(d.name for d in doors if d.name), host.name])
        return Reach("reached", f"{way}{at}", host.name, protocol, port)
    doubts = [d.doubt for d in doors if d.doubt]
    return Reach("unknown", "; ".join(dict.fromkeys(doubts)), host.name, protocol, port)


def _listening(host: Host) -> _Door:
    """If it is unknown on which ports a host listens, the answer for every port is uncertain."""
    if isinstance(host.ports, Unread):
        return _Door("", (), _ANY, host.ports.why, "")
    return _Door("", _ANY, _ANY, "", "")


_ANY: Space = ((0, 2**128 - 1),)


def _addressed(address: str | Unread, family: Family) -> _Door:
    every = EVERYBODY[family]
    if isinstance(address, Unread):
        return _Door("", (), every, address.why, "")
    return _Door("", every, every, "", "")


def _routed(subnet: Subnet, family: Family) -> _Door:
    shut = f"{subnet.name} has no route to an internet gateway for IPv{family}"
    if isinstance(subnet.table, Unread):
        return _Door("", (), EVERYBODY[family], subnet.table.why, shut)
    back: Back = from_internet(subnet.table, family)
    name = f"{back.gateway} → {subnet.table.name}" if back.gateway else subnet.table.name
    return _Door(name, back.sure, back.maybe, back.doubt, f"{shut} ({subnet.table.name})")


def _listed(subnet: Subnet, family: Family, protocol: str, port: int) -> _Door:
    if isinstance(subnet.acl, Unread):
        return _Door("", (), EVERYBODY[family], subnet.acl.why, "")
    there = allowed(subnet.acl.entries, family, NUMBERS.get(protocol, protocol), port)
    shut = f"{subnet.acl.name} keeps the internet from {protocol} {port} in {subnet.name}"
    return _Door(subnet.acl.name, there, there, "", shut)


def _grouped(host: Host, family: Family, protocol: str, port: int) -> _Door:
    if host.groups is None:
        return _Door("", EVERYBODY[family], EVERYBODY[family], "", "")
    if isinstance(host.groups, Unread):
        return _Door("", (), EVERYBODY[family], host.groups.why, "")
    found: Admitted = admitted(host.groups, family, protocol, port)
    names = ", ".join(g.name for g in host.groups) or "nothing"
    shut = f"no group of {host.name} lets the internet in to {protocol} {port} by IPv{family} ({names})"
    return _Door(found.by, found.sure, found.maybe, found.doubt, shut)


def first(said: Sequence[Reach] | Iterable[Reach]) -> Reach | None:
    """One answer for several: a port that is reached, otherwise one that is unknown, otherwise why none is reached."""
    every = list(said)
    for wanted in ("reached", "unknown"):
        found = [r for r in every if r.said == wanted]
        if found:
            # direct access is worse than access through a load balancer
            return min(found, key=lambda r: r.indirect)
    if not every:
        return None
    whys = list(dict.fromkeys(r.why for r in every))
    more = f"; and {len(whys) - 3} more" if len(whys) > 3 else ""
    return Reach("not reached", "; ".join(whys[:3]) + more)

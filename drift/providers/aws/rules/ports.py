"""What a security group or a network ACL lets in."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.providers.aws.normalize.network import atoms_of_rule, atoms_of_vpc_rule
from drift.rules.spec import Fact
from drift.rules.subject import Subject
from drift.rules.world import Unknown

WORLD = frozenset({"0.0.0.0/0", "::/0"})
HIGHEST = 65535
DATABASES = (
    1433, 1434, 1521, 2483, 3306, 5432, 5601, 6379, 7199, 8888, 9042, 9160, 9200, 9300, 11211, 27017, 27018,
)  # fmt: skip
RISKY = (20, 21, 23, 25, 88, 110, 135, 139, 143, 389, 445, 636, 3000, 4333, 5000, 5500, 8080, 8088, 9092)
WEB = (80, 443)

Atom = Mapping[str, Any]


def atoms(it: Subject, direction: str = "ingress") -> Iterable[Atom]:
    """The rules of a group, or those that one resource holds of it; nothing for the other direction's."""
    if it.has(direction):
        return it[direction] or ()
    attributes = {n: it[n] for n in _OF_RULE if it.has(n)}
    if "ip_protocol" in attributes:
        egress = "egress" in it.type
        return atoms_of_vpc_rule(attributes) if egress == (direction == "egress") else ()
    return atoms_of_rule(attributes) if attributes.get("type") == direction else ()


_OF_RULE = (
    "type", "protocol", "ip_protocol", "from_port", "to_port", "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids",
    "source_security_group_id", "self", "description", "cidr_ipv4", "cidr_ipv6", "prefix_list_id",
    "referenced_security_group_id", "security_group_id",
)  # fmt: skip


def peer(atom: Atom) -> str:
    """The network at the other end; empty where it is a group or a prefix list."""
    return str(atom.get("cidr_ipv4") or atom.get("cidr_ipv6") or "")


def from_world(rules: Iterable[Atom]) -> Iterator[Atom]:
    """Those that anybody may use, in an order that never varies."""
    return (a for a in sorted(rules, key=told) if peer(a) in WORLD)


def everything(atom: Atom) -> bool:
    """Whether it speaks of every port."""
    low, high = atom["from_port"], atom["to_port"]
    return atom["protocol"] == "-1" or (low is not None and low <= 1 and high is not None and high >= HIGHEST)


def covers(atom: Atom, ports: Iterable[int], protocol: str = "tcp") -> list[int]:
    """Those of the ports that it opens."""
    if atom["protocol"] == "-1":
        return list(ports)
    if atom["protocol"] != protocol or atom["from_port"] is None or atom["to_port"] is None:
        return []
    return [p for p in ports if atom["from_port"] <= p <= atom["to_port"]]


@dataclass(frozen=True, slots=True)
class Opening(Fact):
    """Ports that a network may reach."""

    atom: tuple[str, int, int, str] = ("", 0, 0, "")
    """Protocol, first and last port, network."""

    def beyond(self, others: Sequence[Fact]) -> Fact | None:
        """It, unless the ports were open to that network, or to a wider one, before."""
        protocol, low, high, network = self.atom
        spans = sorted(
            (o.atom[1], o.atom[2])
            for o in others
            if isinstance(o, Opening) and o.atom[0] in (protocol, "-1") and _holds(o.atom[3], network)
        )
        for first, last in spans:
            if first <= low:
                low = max(low, last + 1)
        return self if low <= high else None


def opening(atom: Atom, ports: Iterable[int] = ()) -> Fact:
    """A rule of a group as a fact: about all its ports, or about those of some that it opens."""
    low, high = atom["from_port"], atom["to_port"]
    if ports:
        return Fact(told(atom), frozenset((port, peer(atom)) for port in covers(atom, ports)))
    if atom["protocol"] == "-1" or low is None or high is None:
        low, high = 0, HIGHEST
    return Opening(told(atom), atom=(str(atom["protocol"]), low, high, peer(atom)))


def _holds(outer: str, inner: str) -> bool:
    try:
        return bool(inner) and trusted(inner, (outer,))
    except ValueError:
        return outer == inner


def told(atom: Atom) -> str:
    """`tcp 22 from 0.0.0.0/0`."""
    low, high = atom.get("from_port"), atom.get("to_port")
    ports = (
        "all"
        if atom["protocol"] == "-1"
        else f"{atom['protocol']} {low}"
        if low == high
        else f"{atom['protocol']} {low}-{high}"
    )
    other = peer(atom) or atom.get("security_group") or atom.get("prefix_list_id")
    return f"{ports} from {other}"


def public_block(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network, where it holds addresses of the internet; Unknown where the text is none."""
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        raise Unknown(f"{cidr} is no network") from None
    return network if network.is_global or (network.prefixlen == 0) else None


def trusted(cidr: str, networks: Iterable[str]) -> bool:
    """Whether it lies in a network that the user trusts."""
    inner = ipaddress.ip_network(cidr, strict=False)
    for text in networks:
        outer = ipaddress.ip_network(text, strict=False)
        if inner.version == outer.version and inner.subnet_of(outer):  # type: ignore[arg-type]
            return True
    return False

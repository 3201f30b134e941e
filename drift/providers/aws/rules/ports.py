"""What a security group or a network ACL lets in."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drift.providers.aws.network.addresses import (
    FAMILIES,
    INTERNET,
    TOGETHER,
    Family,
    Space,
    both,
    is_internet,
    space,
    union,
    without,
)
from drift.providers.aws.normalize.network import atoms_of_rule, atoms_of_vpc_rule
from drift.rules.spec import NONE_OF_THEM, Fact
from drift.rules.subject import Subject
from drift.rules.world import Unknown

WORLD = frozenset({"0.0.0.0/0", "::/0"})
HIGHEST = 65535
DATABASES = (
    1433, 1434, 1521, 2483, 3306, 5432, 5601, 6379, 7199, 8888, 9042, 9160, 9200, 9300, 11211, 27017, 27018,
)  # fmt: skip
RISKY = (20, 21, 23, 25, 88, 110, 135, 139, 143, 389, 445, 636, 3000, 4333, 5000, 5500, 8080, 8088, 9092)
WEB = (80, 443)
SERVICES: Mapping[str, tuple[int, ...]] = {
    "cassandra": (7199, 9042, 9160, 8888), "cifs": (139, 445), "elasticsearch": (9200, 9300, 5601), "ftp": (20, 21),
    "kafka": (9092,), "kerberos": (88,), "ldap": (389, 636), "memcached": (11211,), "mongodb": (27017, 27018),
    "mysql": (3306,), "oracle": (1521, 2483), "postgres": (5432,), "postgresql": (5432,), "rdp": (3389,),
    "redis": (6379,), "sql": (1433, 1434), "sqlserver": (1433, 1434), "ssh": (22,), "telnet": (23,),
}  # fmt: skip
"""The word by which checks call a service -> its ports."""

NAMED = (22, 3389, *DATABASES, *RISKY)
"""The ports that a rule of their own speaks of."""

Atom = Mapping[str, Any]
Prefixes = Callable[[str], tuple[str, ...] | None]
"""The blocks of a prefix list by its id; None where they were not read."""


def nothing(_: str) -> tuple[str, ...]:
    """No list at all."""
    return ()


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


def from_world(rules: Iterable[Atom], prefixes: Prefixes = nothing) -> list[Atom]:
    """Those that let in the internet, in an order that never varies: alone, or together for the same port.

    Unknown where there are none, but the prefix list of one was not read.
    """
    each = sorted(rules, key=told)
    lists = [(a, prefixes(str(a["prefix_list_id"]))) for a in each if a.get("prefix_list_id")]
    unread = [a for a, cidrs in lists if cidrs is None]
    whom = {id(a): _spaces(cidrs or ()) for a, cidrs in lists}
    whom |= {id(a): _spaces((peer(a),)) for a in each if peer(a)}
    found = {id(a) for a in each for f in FAMILIES if id(a) in whom and is_internet(whom[id(a)][f], f)}
    some = [a for a in each if id(a) in whom and id(a) not in found]
    for family in FAMILIES:
        for protocol, port in {(str(a["protocol"]), span(a)[0]) for a in some}:
            there = [a for a in some if a["protocol"] in (protocol, "-1") and span(a)[0] <= port <= span(a)[1]]
            mine = [a for a in there if both(whom[id(a)][family], INTERNET[family])]
            if is_internet(union(*(whom[id(a)][family] for a in mine)), family, TOGETHER):
                found |= {id(a) for a in mine}
    if unread and not found:
        raise Unknown(f"the prefix list {unread[0]['prefix_list_id']} was not read")
    return [a for a in each if id(a) in found]


def as_internet(cidrs: Iterable[str]) -> list[str]:
    """Those of some CIDR blocks that are as good as the internet, alone or together."""
    atoms_ = [{"protocol": "-1", "from_port": None, "to_port": None, "cidr_ipv4": c} for c in cidrs]
    return [peer(a) for a in from_world(atoms_)]


def _spaces(cidrs: Iterable[str]) -> dict[Family, Space]:
    return {family: space(cidrs, family) for family in FAMILIES}


def span(atom: Atom) -> tuple[int, int]:
    """First and last port, all where it names none."""
    low, high = atom["from_port"], atom["to_port"]
    return (0, HIGHEST) if atom["protocol"] == "-1" or low is None or high is None or low < 0 else (low, high)


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


def claims_at(claims: Iterable[str], ports: Iterable[int]) -> tuple[str, ...]:
    """Those of some claims that are about these ports, by a number or a service in their names, or about any."""
    wanted, out = set(ports), []
    for claim in claims:
        words = claim.split("_")
        about = {int(w) for w in words if w.isdigit()} | {p for w in words for p in SERVICES.get(w, ())}
        if not about or about & wanted:
            out.append(claim)
    return tuple(out) or NONE_OF_THEM


@dataclass(frozen=True, slots=True)
class Opened(Fact):
    """Ports that somebody may reach."""

    protocol: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """First and last port of each range."""
    cidrs: tuple[str, ...] = ()

    def beyond(self, others: Sequence[Fact]) -> Fact | None:
        """It, unless all of its ports were open before to all of its addresses, by whatever rules."""
        before = [o for o in others if isinstance(o, Opened) and o.protocol in (self.protocol, "-1")]
        edges = {edge for o in before for low, high in o.spans for edge in (low, high + 1)}
        mine = _spaces(self.cidrs)
        for low, high in self.spans:
            for port in sorted({low, *(e for e in edges if low <= e <= high)}):
                told_ = [o for o in before if any(first <= port <= last for first, last in o.spans)]
                for family in FAMILIES:
                    if without(mine[family], union(*(_spaces(o.cidrs)[family] for o in told_))):
                        return self
        return None


def opened(atom: Atom, ports: Iterable[int] = (), prefixes: Prefixes = nothing) -> Fact:
    """A rule of a group as a fact: about all its ports, or about those of some that it opens."""
    named = atom.get("prefix_list_id")
    cidrs = prefixes(str(named)) or () if named else (peer(atom),) if peer(atom) else ()
    spans = tuple((port, port) for port in covers(atom, ports)) or (span(atom),)
    return Opened(told(atom), protocol=str(atom["protocol"]), spans=spans, cidrs=cidrs)


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
        raise Unknown(f"{cidr} is not a network") from None
    return network if network.is_global or (network.prefixlen == 0) else None


def trusted(cidr: str, networks: Iterable[str]) -> bool:
    """Whether it lies in a network that the user trusts."""
    inner = ipaddress.ip_network(cidr, strict=False)
    for text in networks:
        outer = ipaddress.ip_network(text, strict=False)
        if inner.version == outer.version and inner.subnet_of(outer):  # type: ignore[arg-type]
            return True
    return False

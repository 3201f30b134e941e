"""Security group rules and addresses.

AWS and Terraform group rules differently, and Terraform has inline rules and separate ones. Every form is split into
the same atoms, one per peer: a Block of `protocol from_port to_port`, one of `cidr_ipv4 cidr_ipv6 prefix_list_id
security_group`, and `description`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from drift.model.value import Block
from drift.normalize.addresses import cidr

NUMBERS = {
    "all": "-1", "icmp": "1", "igmp": "2", "ipip": "4", "tcp": "6", "egp": "8", "igp": "9", "udp": "17", "rdp": "27",
    "ipv6": "41", "rsvp": "46", "gre": "47", "esp": "50", "ah": "51", "icmpv6": "58", "ipv6-icmp": "58", "ospf": "89",
    "ospfigp": "89", "pim": "103", "vrrp": "112", "l2tp": "115", "sctp": "132", "udplite": "136",
}  # fmt: skip
"""IP protocols by name (IANA, Assigned Internet Protocol Numbers), and EC2's name for all protocols."""

NAMED = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
"""The protocols that security groups return by name (EC2 API reference, IpPermission); others are returned by
number."""

PORTED = ("tcp", "udp", "icmp", "icmpv6")
"""Protocols with ports, or with types and codes. For others, Terraform writes zeros and AWS returns none."""

_API = (
    ("cidr_ipv4", "IpRanges", "CidrIp"),
    ("cidr_ipv6", "Ipv6Ranges", "CidrIpv6"),
    ("prefix_list_id", "PrefixListIds", "PrefixListId"),
    ("security_group", "UserIdGroupPairs", "GroupId"),
)
_INLINE = (
    ("cidr_ipv4", "cidr_blocks"),
    ("cidr_ipv6", "ipv6_cidr_blocks"),
    ("prefix_list_id", "prefix_list_ids"),
    ("security_group", "security_groups"),
)
_SPLIT = (
    ("cidr_ipv4", "cidr_ipv4"),
    ("cidr_ipv6", "cidr_ipv6"),
    ("prefix_list_id", "prefix_list_id"),
    ("security_group", "referenced_security_group_id"),
)


def protocol(value: Any) -> str | None:
    """A protocol as security groups return it: four by name, all others by number."""
    number = protocol_number(value)
    return None if number is None else NAMED.get(number, number)


def protocol_number(value: Any) -> str | None:
    """A protocol by number, as network ACLs return it."""
    return None if value in (None, "") else NUMBERS.get(str(value).lower(), str(value).lower())


def rules_from_api(value: Any) -> frozenset[Block]:
    """`IpPermissions` of DescribeSecurityGroups."""
    return frozenset(
        _atom(p.get("IpProtocol"), p.get("FromPort"), p.get("ToPort"), kind, peer.get(key), peer.get("Description"))
        for p in value or ()
        for kind, plural, key in _API
        for peer in p.get(plural) or ()
    )


def inline_rules(found: Any, group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`IpPermissions` as inline rules: one for all peers with the same ports and description, as the provider records
    them."""
    rules: dict[tuple[Any, ...], dict[str, Any]] = {}
    plural = dict(_INLINE)
    for permission in found or ():
        ports = permission.get("FromPort") or 0, permission.get("ToPort") or 0
        for kind, peers, key in _API:
            for peer in permission.get(peers) or ():
                name, text = protocol(permission.get("IpProtocol")), peer.get("Description") or ""
                rule = rules.setdefault(
                    (name, *ports, text),
                    {"protocol": name, "from_port": ports[0], "to_port": ports[1], "description": text or None},
                )
                if peer.get(key) == group.get("GroupId"):
                    rule["self"] = True
                else:
                    rule.setdefault(plural[kind], []).append(peer.get(key))
    return [*rules.values()]


def rules_from_state(value: Any, group: Mapping[str, Any]) -> frozenset[Block]:
    """The inline rules of a recorded `aws_security_group`."""
    return frozenset(_inline(value or (), str(group.get("id") or "")))


def atoms_of_rule(rule: Mapping[str, Any]) -> frozenset[Block]:
    """The atoms of one `aws_security_group_rule`."""
    return frozenset(_inline([rule], str(rule.get("security_group_id") or "")))


def atoms_of_vpc_rule(rule: Mapping[str, Any]) -> frozenset[Block]:
    """The atoms of one `aws_vpc_security_group_{ingress,egress}_rule`."""
    return frozenset(
        _atom(
            rule.get("ip_protocol"),
            rule.get("from_port"),
            rule.get("to_port"),
            kind,
            rule[key],
            rule.get("description"),
        )
        for kind, key in _SPLIT
        if rule.get(key)
    )


def rule_key(atom: Mapping[str, Any]) -> Block:
    """The key of a rule: everything except its description, as in EC2's InvalidPermission.Duplicate."""
    return Block({k: v for k, v in atom.items() if k != "description"})


def _inline(rules: Iterable[Mapping[str, Any]], group: str) -> Iterator[Block]:
    for rule in rules:
        peers = [(kind, peer) for kind, key in _INLINE for peer in rule.get(key) or ()]
        if rule.get("self"):
            peers.append(("security_group", group))
        if rule.get("source_security_group_id"):
            peers.append(("security_group", rule["source_security_group_id"]))
        for kind, peer in peers:
            yield _atom(
                rule.get("protocol"), rule.get("from_port"), rule.get("to_port"), kind, peer, rule.get("description")
            )


def _atom(proto: Any, low: Any, high: Any, kind: str, peer: Any, description: Any) -> Block:
    try:
        return _shared(proto, low, high, kind, peer, description)
    except TypeError:  # a state may hold anything, also what has no hash
        return _made(proto, low, high, kind, peer, description)


def _made(proto: Any, low: Any, high: Any, kind: str, peer: Any, description: Any) -> Block:
    proto = protocol(proto)
    if proto not in PORTED:
        low = high = None
    # Terraform writes a group of another account as account/sg-…; the API returns both parts separately
    peer = cidr(peer) if kind.startswith("cidr") else str(peer).rsplit("/", 1)[-1]
    return Block(
        {
            "protocol": proto,
            "from_port": _port(low),
            "to_port": _port(high),
            kind: peer,
            "description": description or None,
        }
    )


_shared = lru_cache(maxsize=4096, typed=True)(_made)
"""Many groups have the same rules."""


def _port(value: Any) -> int | None:
    return None if value is None or value == "" else int(value)

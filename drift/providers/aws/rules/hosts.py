"""What may be reached in a VPC: machines, interfaces, load balancers, databases, each with its doors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from drift.providers.aws.network import Family, Group, Host, Subnet
from drift.providers.aws.network.reach import Unread
from drift.providers.aws.rules.networks import Network, known, together, tried
from drift.rules.subject import Subject
from drift.rules.world import Unknown

OF_SERVICES = frozenset({
    "api_gateway_managed", "aws_codestar_connections_managed", "ec2_instance_connect_endpoint", "efs",
    "gateway_load_balancer", "gateway_load_balancer_endpoint", "global_accelerator_managed", "iot_rules_managed",
    "lambda", "load_balancer", "nat_gateway", "nat_gateway_endpoint", "network_load_balancer", "quicksight",
    "transit_gateway", "vpc_endpoint",
})  # fmt: skip
"""Interfaces behind which nothing of the account's own listens (EC2 API reference, NetworkInterface)."""

JUDGED_AS_WHOLES = ("ELB ", "RDSNetworkInterface", "Redshift")
"""How AWS describes the interfaces of load balancers and databases, which are judged by themselves."""
UDP, BOTH = ("UDP", "QUIC"), ("TCP_UDP", "TCP_QUIC")

Where = tuple[frozenset[str] | Unread, frozenset[str] | Unread]
"""The ids of the groups and of the subnets of a host."""


def host(net: Network, it: Subject) -> Host | None:
    """Something with an address in the VPC; None where nothing listens there or where it is judged as another."""
    make = _HOSTS.get(it.resource.type)
    return net.once(("host", it.resource.key), lambda: make(net, it)) if make else None


def hosts(net: Network) -> tuple[list[tuple[Subject, Where]], list[str]]:
    """All that may be reached, with where it is; and what of it could not be listed."""

    def make() -> tuple[list[tuple[Subject, Where]], list[str]]:
        found, unread = list[Subject](), list[str]()
        for type_ in _HOSTS:
            there = net.every(type_)
            if isinstance(there, Unread):
                unread.append(there.why)
            else:
                found += there
        places = together(partial(where, net, s) for s in found)
        return [(s, w) for s, w in zip(found, places, strict=True) if w], unread

    return net.once("hosts", make)


def where(net: Network, it: Subject) -> Where | None:
    """The groups and subnets of a host; None of what is judged as another's."""
    return net.once(("where", it.resource.key), lambda: _WHERE[it.resource.type](net, it))


def _ids(it: Subject, attribute: str) -> frozenset[str] | Unread:
    def look() -> frozenset[str]:
        value = it[attribute]
        values = value if isinstance(value, frozenset | tuple | list) else [value] if value else []
        return frozenset(str(v) for v in values)

    return tried(look)


def _groups(net: Network, ids: frozenset[str] | Unread) -> tuple[Group, ...] | Unread:
    return ids if isinstance(ids, Unread) else net.groups(ids)


def _subnets(net: Network, ids: frozenset[str] | Unread) -> tuple[Subnet, ...] | Unread:
    return ids if isinstance(ids, Unread) else net.placed(ids)


# machines


def _instance_where(_: Network, it: Subject) -> Where:
    return _ids(it, "vpc_security_group_ids"), _ids(it, "subnet_id")


def _instance(net: Network, it: Subject) -> Host:
    public = net.addresses(it, "instance")
    groups, subnets = _instance_where(net, it)
    return Host(it.name, _subnets(net, subnets), _groups(net, groups), public)


def _interface_where(net: Network, it: Subject) -> Where | None:
    if it.id in net.primaries():
        return None
    if known(lambda: str(it["interface_type"] or ""), "") in OF_SERVICES:
        return None
    if known(lambda: str(it["description"] or ""), "").startswith(JUDGED_AS_WHOLES):
        return None
    return _ids(it, "security_groups"), _ids(it, "subnet_id")


def _interface(net: Network, it: Subject) -> Host | None:
    there = where(net, it)
    if there is None:
        return None
    groups, subnets = there
    return Host(it.name, _subnets(net, subnets), _groups(net, groups), net.addresses(it, "network_interface"))


# load balancers

FACING: Mapping[str, tuple[Family, ...]] = {"ipv4": (4,), "dualstack": (4, 6), "dualstack-without-public-ipv4": (6,)}
"""`ip_address_type` -> the families in which an internet-facing one has addresses."""


def _balancer_where(_: Network, it: Subject) -> Where | None:
    if it.has("load_balancer_type") and known(lambda: it["load_balancer_type"], "") == "gateway":
        return None  # it speaks to the endpoints of its service alone
    return _ids(it, "security_groups"), _ids(it, "subnets")


def _balancer(net: Network, it: Subject) -> Host | None:
    there = where(net, it)
    if there is None:
        return None
    groups, subnets = there
    kind = known(lambda: str(it["load_balancer_type"]), "") if it.has("load_balancer_type") else ""
    # a network load balancer without groups lets in whatever comes
    given = None if kind == "network" and groups == frozenset() else _groups(net, groups)
    internal = tried(lambda: bool(it["internal"]))
    public: dict[Family, str | Unread] = {}
    if internal is not True:
        families = known(lambda: str(it["ip_address_type"] or "ipv4"), "ipv4") if it.has("ip_address_type") else "ipv4"
        for family in FACING.get(families, (4, 6)):
            public[family] = internal if isinstance(internal, Unread) else ""
    ports = tried(lambda: listening(it)) if public else ()
    return Host(it.name, _subnets(net, subnets), given, public, ports)


def listening(balancer: Subject) -> tuple[tuple[str, int], ...]:
    """(protocol, port) that a load balancer listens on."""
    if balancer.type == "aws_elb":
        entries_ = balancer["listener"] or ()
        return tuple(sorted(("tcp", int(e["lb_port"])) for e in entries_ if e.get("lb_port")))
    out: set[tuple[str, int]] = set()
    for listener in balancer.near("aws_lb_listener"):
        protocol, port = str(listener["protocol"]), int(listener["port"] or 0)
        out |= {
            (name, port) for name in ("tcp", "udp") if name == ("udp" if protocol in UDP else "tcp") or protocol in BOTH
        }
    return tuple(sorted(out))


# databases


def _database_where(_: Network, it: Subject) -> Where:
    if it.has("vpc_security_group_ids"):
        groups = _ids(it, "vpc_security_group_ids")
    else:
        wholes = tried(lambda: it.near("aws_rds_cluster"))
        groups = wholes if isinstance(wholes, Unread) else Unread(f"the cluster of {it.name} was not found")
        if isinstance(wholes, list) and wholes:
            groups = _ids(wholes[0], "vpc_security_group_ids")
    return groups, tried(lambda: _of_subnet_groups(it))


def _of_subnet_groups(it: Subject) -> frozenset[str]:
    for attribute, type_ in (
        ("db_subnet_group_name", "aws_db_subnet_group"), ("cluster_subnet_group_name", "aws_redshift_subnet_group")
    ):  # fmt: skip
        if it.has(attribute):
            found = [str(i) for g in it.named(attribute, type_) for i in g["subnet_ids"] or ()]
            if not found:
                raise Unknown(f"the subnets of {it.name} were not seen")
            return frozenset(found)
    raise Unknown(f"the subnets of {it.name} were not seen")


def _database(net: Network, it: Subject) -> Host:
    groups, subnets = _database_where(net, it)
    facing = tried(lambda: bool(it["publicly_accessible"]))
    public: dict[Family, str | Unread] = {} if facing is False else {4: facing if isinstance(facing, Unread) else ""}
    port = tried(lambda: int(it["port"] or 0)) if it.has("port") else 0
    ports = (
        port if isinstance(port, Unread) else (("tcp", port),) if port else Unread(f"the port of {it.name} is not told")
    )
    return Host(it.name, _subnets(net, subnets), _groups(net, groups), public, ports)


_HOSTS: Mapping[str, Callable[[Network, Subject], Host | None]] = {
    "aws_instance": _instance,
    "aws_network_interface": _interface,
    "aws_lb": _balancer,
    "aws_elb": _balancer,
    "aws_db_instance": _database,
    "aws_rds_cluster_instance": _database,
    "aws_redshift_cluster": _database,
}
_WHERE: Mapping[str, Callable[[Network, Subject], Where | None]] = {
    "aws_instance": _instance_where,
    "aws_network_interface": _interface_where,
    "aws_lb": _balancer_where,
    "aws_elb": _balancer_where,
    "aws_db_instance": _database_where,
    "aws_rds_cluster_instance": _database_where,
    "aws_redshift_cluster": _database_where,
}
HOSTS = tuple(_HOSTS)
"""The types that may be reached."""

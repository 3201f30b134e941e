"""Whether the internet reaches something, and by which path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

from drift.providers.aws.rules.ports import WORLD, atoms, covers, from_world, told
from drift.rules.subject import Subject
from drift.rules.world import Unknown

Found = TypeVar("Found")


def known(look: Callable[[], Found], otherwise: Found) -> Found:
    """What a look-up finds, or `otherwise` where it cannot be told: for what only makes a finding graver."""
    try:
        return look()
    except Unknown:
        return otherwise


def way_out(subnet: Subject) -> str:
    """The route of a subnet to an internet gateway, as a path; empty where it has none."""
    for table in _tables(subnet):
        for route in table["route"] or ():
            gateway = str(route.get("gateway_id") or "")
            if gateway.startswith("igw-") and {route.get("cidr_block"), route.get("ipv6_cidr_block")} & WORLD:
                return f"{subnet.name} → {table.name} → {gateway}"
    return ""


def _tables(subnet: Subject) -> list[Subject]:
    """The route table of a subnet: its own, or else the main one of its VPC."""
    own = [t for a in subnet.near("aws_route_table_association") for t in a.near("aws_route_table")]
    if own:
        return own
    vpc = subnet.named("vpc_id", "aws_vpc")
    main = [t for v in vpc for a in v.near("aws_main_route_table_association") for t in a.near("aws_route_table")]
    if not main:
        raise Unknown(f"the route table of {subnet.name} was not seen")
    return main


def public_subnet(subnets: list[Subject]) -> str:
    """The first path from one of these subnets to the internet; empty where none has one."""
    return next((path for subnet in subnets if (path := way_out(subnet))), "")


def public_instance(instance: Subject) -> str:
    """How the internet reaches an instance: its address and the path; empty where it does not."""
    address = instance["public_ip"]
    if not address:
        return ""
    path = public_subnet(instance.named("subnet_id", "aws_subnet"))
    return f"{address}, {path}" if path else ""


def behind(group: Subject) -> Iterator[str]:
    """What the internet reaches of what a security group is attached to."""
    for instance in group.seen("aws_instance"):
        path = known(partial(public_instance, instance), "")
        if path:
            yield f"{instance.name} ({path})"
    for balancer in group.seen("aws_lb", "aws_elb"):
        if known(partial(balancer.__getitem__, "internal"), True) is False:
            yield f"{balancer.name} (internet-facing)"
    for database in group.seen("aws_db_instance"):
        if known(partial(database.__getitem__, "publicly_accessible"), False):
            yield f"{database.name} (publicly accessible)"


def let_in(it: Subject, *ports: int) -> list[str]:
    """What the security groups of a resource let in from anywhere: to one of the ports, or to any."""
    out = []
    for group in it.seen("aws_security_group"):
        wide = from_world(known(partial(atoms, group), ()))
        out += [told(atom) for atom in wide if not ports or covers(atom, ports)]
    return out


def group_of(it: Subject) -> Subject | None:
    """The security group a rule is about."""
    return it if it.has("ingress") else next(iter(it.seen("aws_security_group")), None)

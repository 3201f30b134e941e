"""Route tables: where subnets lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from drift.model.resource import Resource
from drift.model.value import as_tuple
from drift.providers.aws.network import Reach, Route, Table, from_internet, is_internet
from drift.providers.aws.network.addresses import FAMILIES, both, space
from drift.providers.aws.network.reach import Unread
from drift.providers.aws.rules.exposure import inside
from drift.providers.aws.rules.hosts import HOSTS
from drift.providers.aws.rules.networks import TARGETS, Network, network, target
from drift.providers.aws.rules.ports import as_internet
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject
from drift.rules.world import Unknown

GUIDE = ("https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",)
TABLES = ("aws_route_table", "aws_default_route_table")
ASSOCIATIONS = ("aws_route_table_association", "aws_main_route_table_association")
DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
INLINE = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
ELSEWHERE = {
    "pcx-": "a peering connection",
    "tgw-": "a transit gateway",
    "vgw-": "a VPN gateway",
    "lgw-": "a local gateway",
    "cagw-": "a carrier gateway",
    "vpce-": "an endpoint",
    "eni-": "a network interface",
    "arn:": "a core network",
}
"""How the ids of targets begin that lead out of the VPC, to others who may then come in by the same way."""
BALANCERS = ("aws_lb", "aws_elb")


@rule(
    title="A route connects a subnet to the internet",
    severity="low",
    theme="network",
    types=(*TABLES, "aws_route", *ASSOCIATIONS),
    near=("aws_subnet", "aws_internet_gateway", "aws_network_acl", *HOSTS),
    remedy="Remove the route or the association; use a NAT gateway for outgoing traffic.",
    references=GUIDE,
)
def route_to_internet(it: Subject) -> Found:
    """A subnet with a route to an internet gateway is public: resources with a public address may be reachable. High if
    an instance or a database becomes reachable."""
    net = network(it)
    table = _table(net, it)
    if table is None:
        return None
    read = net.table(table)
    gateway = _gateway(read, _own(net, it, read))
    if not gateway:
        return None
    subnets = net.subnets_of(table.id)
    if it.type == "aws_route_table_association":
        subnets = [s for s in subnets if s.id == it["subnet_id"]]
    if not subnets:
        return None
    facts = [Fact(f"{s.name} leads to {gateway} by {table.name}", frozenset({s.id})) for s in subnets]
    found = inside(net, [s.id for s in subnets])
    plain = found.said == "reached" and not found.indirect and not _balancer(net, found)
    return Fail(facts, "high" if plain else None, str(found))


def _table(net: Network, it: Subject) -> Subject | None:
    """The table that a route or an association speaks of."""
    if it.type in TABLES:
        return it
    if it.type == "aws_route" and not target(it_values(it)).startswith(("igw-", "vpce-", "eni-")):
        return None
    there = net.by_id("aws_route_table")
    if isinstance(there, Unread):
        raise Unknown(there.why)
    id_ = str(it["route_table_id"])
    if id_ not in there:
        raise Unknown(f"the route table {id_} was not found")
    return there[id_]


def it_values(it: Subject) -> dict[str, Any]:
    """One route that is a resource of its own, with the names of an inline one."""
    names = [n for n in TARGETS if it.has(n)]
    return {**{n: it[n] for n in names}, **{i: it[d] for i, d in zip(INLINE, DESTINATIONS, strict=True)}}


def _own(net: Network, it: Subject, table: Table) -> tuple[Route, ...]:
    """The routes that are judged: all of a table, or the one."""
    if it.type != "aws_route":
        return table.routes
    values = it_values(it)
    listed = values["destination_prefix_list_id"]
    one = str(values["cidr_block"] or values["ipv6_cidr_block"] or "")
    cidrs = net.prefixes(str(listed)) if listed else (one,)
    return tuple(r for r in table.routes if r.to == target(values) and r.cidrs == cidrs)


def _gateway(table: Table, routes: Iterable[Route]) -> str:
    """The internet gateway that one of these routes of a table leads to; Unknown where that is in doubt."""
    doubt = ""
    for family in FAMILIES:
        back = from_internet(table, family)
        for route in routes:
            if route.cidrs is None:
                doubt = doubt or back.doubt
                continue
            mine = space(route.cidrs, family)
            if route.open and is_internet(both(mine, back.sure), family):
                return route.to
            if (route.open or route.inspected) and is_internet(both(mine, back.maybe), family):
                doubt = doubt or back.doubt
    if doubt:
        raise Unknown(doubt)
    return ""


def _balancer(net: Network, found: Reach) -> bool:
    there = [s for t in BALANCERS for s in _seen(net, t)]
    return found.host in {s.name for s in there}


def _seen(net: Network, type_: str) -> list[Subject]:
    there = net.every(type_)
    return [] if isinstance(there, Unread) else there


@rule(
    title="A route leads to an unexpected network",
    severity="medium",
    theme="network",
    types=(*TABLES, "aws_route"),
    remedy="Find out who connected the networks and why. Remove the route, or add it to the configuration.",
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html",),
    of_drift=True,
)
def route_elsewhere(it: Subject) -> Found:
    """A new route to a peering connection, transit gateway, VPN or appliance, through which others may get access."""
    drift = it.drift
    if drift is None or drift.actual is None:
        return False
    if it.type == "aws_route":
        before = {_pair(_inline(drift.desired))} if drift.desired else set()
        now = [it_values(it)]
    else:
        held = as_tuple(drift.desired.attributes.get("route")) if drift.desired else ()
        parts = [r for r in it.world.described.values() if r.attributes.get("route_table_id") == it.id]
        before = {_pair(r) for r in held if isinstance(r, Mapping)}
        before |= {_pair(_inline(r)) for r in parts if r.type == "aws_route"}
        now = list(it["route"] or ())
    new = [(cidr, to) for cidr, to in sorted(map(_pair, now)) if (cidr, to) not in before]
    return [Fact(f"{cidr} to {to}, {what}", (cidr, to)) for cidr, to in new for what in _elsewhere(to)]


def _inline(route: Resource) -> dict[str, Any]:
    told = route.attributes
    return {**told, **{i: told.get(d) for i, d in zip(INLINE, DESTINATIONS, strict=True)}}


def _pair(route: Mapping[str, Any]) -> tuple[str, str]:
    """(destination, target)."""
    return next((str(route[n]) for n in INLINE if route.get(n)), ""), target(route)


def _elsewhere(to: str) -> Iterator[str]:
    yield from (what for start, what in ELSEWHERE.items() if to.startswith(start))


@rule(
    title="The prefix list contains the internet",
    severity="high",
    theme="network",
    types=("aws_ec2_managed_prefix_list", "aws_ec2_managed_prefix_list_entry"),
    near=("aws_security_group",),
    remedy="Remove the entry: with it, every rule and route that names the list includes the internet.",
    references=("https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html",),
)
def prefix_list_world(it: Subject) -> Found:
    """A reader of a security group sees only the list's name, not 0.0.0.0/0."""
    entry = it.type == "aws_ec2_managed_prefix_list_entry"
    held = [str(it["cidr"])] if entry else [str(e.get("cidr")) for e in it["entry"] or ()]
    wide = as_internet(held)
    if not wide:
        return None
    groups = [] if entry else it.seen("aws_security_group")
    named = ", ".join(g.name for g in groups)
    return Fail([Fact(f"it holds {c}", c) for c in wide], context=f"named by {named}" if named else "")


@rule(
    title="A route to the peering connection is too wide",
    severity="medium",
    theme="network",
    types=("aws_route", "aws_route_table", "aws_default_route_table"),
    reads=("route",),
    remedy="Route only to required subnets.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_peering_routing_tables_with_least_privilege",),
)
def peering_wide_route(it: Subject) -> Found:
    """All traffic, or a network of /16 or wider, goes to a peering connection."""
    if it.type == "aws_route":
        routes = [
            {"cidr_block": it["destination_cidr_block"], "vpc_peering_connection_id": it["vpc_peering_connection_id"]}
        ]
    else:
        routes = list(it["route"] or ())
    facts = list[str]()
    for route in routes:
        cidr = str(route.get("cidr_block") or "")
        if route.get("vpc_peering_connection_id") and cidr and int(cidr.rsplit("/", 1)[-1]) < 16:
            facts.append(f"{cidr} to {route['vpc_peering_connection_id']}")
    return facts

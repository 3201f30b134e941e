"""Whether the internet reaches something, and by which path: what the rules ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from drift.model.drift import OUT_OF_SCOPE
from drift.providers.aws.network import Acl, Host, Opening, Reach, Table, first, from_internet, is_internet, reached
from drift.providers.aws.network.addresses import FAMILIES
from drift.providers.aws.network.reach import Subnet, Unread
from drift.providers.aws.rules.fronts import fronted, ways
from drift.providers.aws.rules.hosts import host as host_of
from drift.providers.aws.rules.hosts import hosts
from drift.providers.aws.rules.networks import Network, network, together
from drift.providers.aws.rules.ports import NAMED
from drift.rules.subject import Subject
from drift.rules.world import Unknown

Atom = Mapping[str, Any]
LIKELY = (22, 3389, *NAMED, 443, 80)
"""The ports that are tried first of a range, so that a path names one that somebody knows."""


def way_out(net: Network, id_: str) -> str:
    """The way from a subnet to an internet gateway; empty where it has none, Unknown where that cannot be told."""
    subnet = net.subnet(id_)
    if isinstance(subnet, Unread):
        raise Unknown(subnet.why)
    if isinstance(subnet.table, Unread):
        raise Unknown(subnet.table.why)
    return path_out(subnet.name, subnet.table)


def path_out(name: str, table: Table) -> str:
    """The way out by a route table, for either family; Unknown where it passes through what was not read."""
    doubt = ""
    for family in FAMILIES:
        back = from_internet(table, family)
        if is_internet(back.sure, family):
            return f"{name} → {table.name} → {back.gateway}"
        if is_internet(back.maybe, family):
            doubt = doubt or back.doubt
    if doubt:
        raise Unknown(doubt)
    return ""


def public_subnet(subnets: list[Subject]) -> str:
    """The first path from one of these subnets to the internet; empty where none has one."""
    doubt = ""
    for subnet in subnets:
        try:
            path = way_out(network(subnet), subnet.id)
        except Unknown as why:
            doubt = doubt or str(why)
            continue
        if path:
            return path
    if doubt:
        raise Unknown(doubt)
    return ""


def public_instance(instance: Subject) -> str:
    """How the internet reaches an instance: its address and the path; empty where it does not."""
    net = network(instance)
    host = host_of(net, instance)
    if host is None or not host.public:
        return ""
    if isinstance(host.subnets, Unread):
        raise Unknown(host.subnets.why)
    doubt = next((a.why for a in host.public.values() if isinstance(a, Unread)), "")
    for subnet in host.subnets:
        if isinstance(subnet.table, Unread):
            doubt = subnet.table.why
            continue
        for family, address in host.public.items():
            back = from_internet(subnet.table, family)
            if is_internet(back.sure, family) and not isinstance(address, Unread):
                return f"{address}, {subnet.name} → {subnet.table.name} → {back.gateway}"
            doubt = doubt or (back.doubt if is_internet(back.maybe, family) else "")
    if doubt:
        raise Unknown(doubt)
    return ""


def let_in(it: Subject, protocol: str, ports: Iterable[int]) -> Reach:
    """Whether the internet reaches one of these ports of a machine or a database."""
    return on_host(network(it), it, [(protocol, port) for port in ports])


def on_host(net: Network, it: Subject, wanted: Iterable[tuple[str, int]], *, by: Sequence[Opening] = ()) -> Reach:
    """Whether the internet reaches one of these ports of a host, by itself or through what stands in front.

    `by` are the openings in question: where they are none, what stands in front is left out.
    """
    host = host_of(net, it)
    if host is None:
        return Reach("not reached", f"{it.name} is not reached from outside at all", it.name)
    pairs = _of(host, wanted, by)
    if not host.public:
        said = [Reach("not reached", f"{host.name} has no public address", host.name)]
    elif not pairs:
        said = [Reach("not reached", f"{host.name} listens on {_listening(host)} alone", host.name)]
    else:
        said = [reached(host, protocol, port) for protocol, port in pairs]
    direct = first(said) or Reach("not reached", f"{host.name} listens on nothing", host.name)
    if direct.said == "reached" or not by:
        return direct
    return first([direct, *_in_front(net, it, host, by)]) or direct


def _of(host: Host, wanted: Iterable[tuple[str, int]], by: Sequence[Opening]) -> list[tuple[str, int]]:
    """The ports to look at: those that are wanted, and of whole ranges all where something changes."""
    if isinstance(host.ports, tuple):
        named = set(wanted)
        if not by:
            return [p for p in host.ports if p in named] or sorted(named)[:1]
        return [p for p in host.ports if any(o.speaks_of(*p) for o in by) and (not named or p in named)]
    found = list(dict.fromkeys(wanted))
    if found or not by:
        return found
    out: dict[tuple[str, int], None] = {}
    for opening in by:
        for protocol in ("tcp", "udp") if opening.protocol == "-1" else (opening.protocol,):
            edges = {opening.low, *(p for p in LIKELY if opening.low <= p <= opening.high)}
            edges |= {p for s in _subnets(host) for p in _edges(s) if opening.low <= p <= opening.high}
            ordered = [*(p for p in LIKELY if p in edges), *sorted(edges - set(LIKELY))]
            out |= dict.fromkeys((protocol, port) for port in ordered)
    return list(out)


def _subnets(host: Host) -> tuple[Subnet, ...]:
    return () if isinstance(host.subnets, Unread) else host.subnets


def _edges(subnet: Subnet) -> set[int]:
    """Where what a network ACL says of ports changes."""
    acl = subnet.acl
    return {p for e in acl.entries for p in (e.low, e.high + 1)} if isinstance(acl, Acl) else set()


def _listening(host: Host) -> str:
    return ", ".join(f"{p} {n}" for p, n in host.ports) or "nothing" if isinstance(host.ports, tuple) else "anything"


def _in_front(net: Network, it: Subject, host: Host, by: Sequence[Opening]) -> list[Reach]:
    """What load balancers and APIs that the internet reaches lead to, of the ports that are open."""
    there, doubts = ways(net, it)
    out = [Reach("unknown", "; ".join(doubts), host.name)] if doubts else []
    for way in there:
        front = host_of(net, way.balancer) if any(o.speaks_of(way.protocol, way.behind) for o in by) else None
        if front is None:
            continue
        found = reached(front, way.protocol, way.port)
        link = "" if found.said == "reached" else fronted(net, way.balancer)
        if link:
            found = Reach("reached", f"{link} → {way.balancer.name}")
        if found.said == "not reached":
            continue
        # what a load balancer passes on untouched is reached as if nothing stood in between
        plain = way.spoken in ("TCP", "UDP", "TCP_UDP", "SSL") and not link
        why = f"{found.why} → {host.name}" if found.said == "reached" else found.why
        out.append(Reach(found.said, why, host.name, way.protocol, way.behind, indirect=not plain))
    return out


def behind(group: Subject, by: Sequence[Opening], wanted: Iterable[tuple[str, int]] = ()) -> Reach:
    """What the internet reaches of what a security group is attached to, by some of its openings."""
    net, ports = network(group), list(wanted)
    there, unread = hosts(net)
    mine, unsure = [], list(unread)
    for it, (groups, _) in there:
        if isinstance(groups, Unread):
            unsure.append(groups.why)
        elif group.id in groups:
            mine.append(it)
    return _summed(net, mine, unsure, f"nothing is attached to {group.name}", by, ports)


def inside(net: Network, subnets: Iterable[str], wanted: Iterable[tuple[str, int]] = ()) -> Reach:
    """What the internet reaches of what is in some subnets."""
    ids, ports = frozenset(subnets), list(wanted)
    there, unread = hosts(net)
    mine, unsure = [], list(unread)
    for it, (_, placed) in there:
        if isinstance(placed, Unread):
            unsure.append(placed.why)
        elif ids & placed:
            mine.append(it)
    return _summed(net, mine, unsure, "nothing is there", (), ports)


def _summed(
    net: Network, mine: Sequence[Subject], unsure: Sequence[str], none: str, by: Sequence[Opening],
    ports: Sequence[tuple[str, int]],
) -> Reach:  # fmt: skip
    answers = together(partial(on_host, net, it, _or_open(net, it, by, ports), by=by) for it in mine)
    found = first(answers)
    if found and found.said != "not reached":
        return found
    doubts = [*unsure, *([net.accelerated()] if mine and net.accelerated() else [])]
    if doubts:
        return Reach("unknown", _joined(doubts))
    return found or Reach("not reached", none)


def _joined(doubts: Iterable[str]) -> str:
    """Reasons as one text. Types that are not in scope are counted, because a filter may leave out all of them."""
    whys = list(dict.fromkeys(doubts))
    outside = [w for w in whys if w.endswith(OUT_OF_SCOPE)]
    if len(outside) > 1:
        first_one = outside[0].removesuffix(f" {OUT_OF_SCOPE}")
        others = f"{len(outside) - 1} other type{'s' * (len(outside) > 2)}"
        whys = [*(w for w in whys if w not in outside), f"{first_one} and {others} are not in scope"]
    return "; ".join(whys)


def _or_open(
    net: Network, it: Subject, by: Sequence[Opening], ports: Sequence[tuple[str, int]]
) -> Iterable[tuple[str, int]]:
    """The ports that are wanted; where none are and no opening is in question, those that its groups open."""
    if ports or by:
        return ports
    host = host_of(net, it)
    if host is None:
        return ()
    if isinstance(host.ports, tuple):
        return host.ports
    if not isinstance(host.groups, tuple):
        return [("tcp", 443)]
    return _of(replace(host, ports=None), (), [o for g in host.groups for o in g.openings]) or [("tcp", 443)]

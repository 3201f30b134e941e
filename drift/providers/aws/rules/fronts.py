"""What stands between the internet and private targets: load balancers, and the links of API Gateway to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from drift.providers.aws.network.reach import Unread
from drift.providers.aws.rules.hosts import UDP, where
from drift.providers.aws.rules.networks import Network, known, together, tried
from drift.rules.subject import Subject

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Way:
    """A listener of a load balancer that leads to a port of a target."""

    balancer: Subject
    protocol: str
    port: int
    """What it listens on."""
    behind: int
    """The port of the target."""
    spoken: str
    """The listener's protocol: `HTTPS`, `TCP`."""


@dataclass(slots=True)
class Fronts:
    """All that leads to targets, and what of it could not be read."""

    ways: dict[str, list[Way]]
    """Id or private address of a target -> the ways to it."""
    doubts: list[str]


def ways(net: Network, it: Subject) -> tuple[list[Way], list[str]]:
    """The ways to a machine through what the internet may reach; and why there may be more."""
    fronts = net.once("fronts", partial(_fronts, net))
    names = [it.id, *_private(it)]
    return [way for name in names for way in fronts.ways.get(name, ())], fronts.doubts


def _fronts(net: Network) -> Fronts:
    out = Fronts(defaultdict(list), [])
    _of_listeners(net, out)
    classic = net.every("aws_elb")
    for balancer in () if isinstance(classic, Unread) else classic:
        if known(partial(balancer.__getitem__, "internal"), False):
            continue
        targets = _or_doubt(out, lambda b=balancer: frozenset(b["instances"] or ()))  # type: ignore[misc]
        pairs = _or_doubt(out, lambda b=balancer: tuple(b["listener"] or ()))  # type: ignore[misc]
        for id_ in sorted(targets or ()):
            for e in pairs or ():
                spoken = str(e.get("lb_protocol")).upper()
                ports = int(e.get("lb_port") or 0), int(e.get("instance_port") or 0)
                out.ways[str(id_)].append(Way(balancer, "tcp", *ports, spoken))
    return out


def _of_listeners(net: Network, out: Fronts) -> None:
    balancers = net.every("aws_lb")
    there = [] if isinstance(balancers, Unread) else [b for b in balancers if where(net, b)]
    facing = [b for b in there if not known(partial(b.__getitem__, "internal"), False) or fronted(net, b)]
    found = together(partial(_or_doubt, out, partial(b.near, "aws_lb_listener")) for b in facing)
    listeners = [(b, x) for b, xs in zip(facing, found, strict=True) for x in xs or ()]
    arns = together(partial(_or_doubt, out, partial(_forwards, x)) for _, x in listeners)
    wanted = {a for each in arns for a in each or ()}
    groups = net.every("aws_lb_target_group")
    if isinstance(groups, Unread):
        out.doubts += [groups.why] if wanted else []
        return
    mine = [g for g in groups if g.id in wanted]
    held = together(partial(_or_doubt, out, partial(_targets, g)) for g in mine)
    targets = {g.id: found or () for g, found in zip(mine, held, strict=True)}
    for (balancer, listener), to in zip(listeners, arns, strict=True):
        spoken, port = str(listener["protocol"]), int(listener["port"] or 0)
        for id_, behind in (pair for arn in to or () for pair in targets.get(arn, ())):
            out.ways[id_].append(Way(balancer, "udp" if spoken in UDP else "tcp", port, behind, spoken))


def _or_doubt(out: Fronts, look: Callable[[], Read]) -> Read | None:
    """What a look-up finds; where it cannot be told, that is noted."""
    found = tried(look)
    if isinstance(found, Unread):
        if found.why not in out.doubts:
            out.doubts.append(found.why)
        return None
    return found


def _forwards(listener: Subject) -> tuple[str, ...]:
    """The target groups that a listener forwards to, by any of its rules."""
    own = [str(a) for a in listener.all("default_action[].forward.target_group[].arn")]
    rules = listener.near("aws_lb_listener_rule")
    return (*own, *(str(a) for rule in rules for a in rule.all("action[].forward.target_group[].arn")))


def _targets(group: Subject) -> tuple[tuple[str, int], ...]:
    """(target, port) of each target of a group."""
    there = group.near("aws_lb_target_group_attachment")
    return tuple((str(t["target_id"]), int(t["port"] or group["port"] or 0)) for t in there)


def _private(it: Subject) -> list[str]:
    names = [n for n in ("private_ip", "private_ips") if it.has(n)]
    found = (known(partial(it.__getitem__, n), None) for n in names)
    return sorted({str(v) for f in found if f for v in (f if isinstance(f, frozenset | tuple) else (f,))})


def fronted(net: Network, balancer: Subject) -> str:
    """The link by which an API of API Gateway leads to a private load balancer; empty where none is seen."""
    links = net.every("aws_api_gateway_vpc_link")
    for link in () if isinstance(links, Unread) else links:
        if balancer.id in (known(partial(link.__getitem__, "target_arns"), None) or ()):
            return f"API Gateway's link {link.name}"
    newer = net.every("aws_apigatewayv2_vpc_link")
    if isinstance(newer, Unread) or not newer:
        return ""
    calls = net.every("aws_apigatewayv2_integration")
    listeners = tried(lambda: balancer.near("aws_lb_listener"))
    mine = set[str]() if isinstance(listeners, Unread) else {x.id for x in listeners}
    for call in () if isinstance(calls, Unread) else calls:
        if known(partial(call.__getitem__, "integration_uri"), "") in mine:
            return f"API Gateway's integration {call.name}"
    return ""

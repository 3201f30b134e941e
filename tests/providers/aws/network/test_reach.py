"""What the internet reaches, beside AWS's documentation: each case names the page that it was written from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.providers.aws.network import Acl, Entry, Group, Host, Opening, Reach, Route, Subnet, Table, reached
from drift.providers.aws.network.addresses import EVERYBODY, both, is_internet, size, space, union, without
from drift.providers.aws.network.reach import Unread

DATA = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
UNREAD = Unread("it was refused")


def route(destination: Any, target: str) -> Route:
    if destination == "unread":
        return Route(target, None, listed=True)
    if isinstance(destination, list):
        return Route(target, tuple(destination), listed=True)
    cidr, _, gone = destination.partition(" ")
    return Route(target, (cidr,), active=not gone)


def entry(number: int, action: str, cidr: str, protocol: str, low: int = 0, high: int = 65535) -> Entry:
    return Entry(number, action == "allow", cidr, protocol, low, high)


def opening(protocol: str, low: int, high: int, whom: Any) -> Opening:
    if whom == "unread":
        return Opening(protocol, low, high, None)
    if isinstance(whom, list):
        return Opening(protocol, low, high, tuple(whom))
    return Opening(protocol, low, high, () if whom.startswith("sg-") else (whom,))


def host(case: dict[str, Any]) -> Host:
    made: dict[str, Any] = {"ports": None, **DATA["usual"], **case}
    routes, acl, groups, public, ports = (made[n] for n in ("routes", "acl", "groups", "public", "ports"))
    table = UNREAD if routes == "unread" else Table("rtb-1", tuple(route(*r) for r in routes))
    rules = UNREAD if acl == "unread" else Acl("acl-1", tuple(entry(*e) for e in acl))
    openings = () if groups in ("unread", "none") else tuple(opening(*o) for o in groups)
    return Host(
        "i-1",
        (Subnet("subnet-1", table, rules),),
        UNREAD if groups == "unread" else None if groups == "none" else (Group("sg-1", openings),),
        {4: UNREAD} if public == "unread" else dict.fromkeys(public, "an address"),
        UNREAD if ports == "unread" else None if ports is None else tuple((p, n) for p, n in ports),
    )


def asked(case: dict[str, Any]) -> Reach:
    return reached(host(case), *{**DATA["usual"], **case}["ask"])


CASES = [pytest.param(c, id=f"{c['source']}-{c['what']}") for c in DATA["cases"]]


def test_there_are_enough_and_each_names_its_page() -> None:
    assert len(CASES) >= 60
    assert {c["source"] for c in DATA["cases"]} == set(DATA["sources"])
    assert all(page.startswith("https://") for page in DATA["sources"].values())


@pytest.mark.parametrize("case", CASES)
def test_the_internet_reaches_what_the_documentation_says(case: dict[str, Any]) -> None:
    found = asked(case)

    assert found.said == case["said"], found
    assert found.why


def test_a_path_names_every_door() -> None:
    found = asked({})

    assert str(found) == "it reaches tcp 22 of i-1 by igw-1 → rtb-1 → acl-1 → sg-1 → i-1 (an address)"


def test_of_several_subnets_one_is_enough() -> None:
    private = asked({"routes": [["0.0.0.0/0", "nat-1"]]})
    made, other = host({}), host({"routes": [["0.0.0.0/0", "nat-1"]]})
    assert isinstance(made.subnets, tuple)
    assert isinstance(other.subnets, tuple)

    assert private.said == "not reached"
    assert reached(replace(made, subnets=(*other.subnets, *made.subnets)), "tcp", 22).said == "reached"


# what must hold for every network

CIDRS = st.sampled_from([
    "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "52.0.0.0/7", "52.0.0.0/8", "52.1.2.0/24", "10.0.0.0/8", "::/0",
    "2000::/3", "2600:1f00::/24", "fd00::/8",
])  # fmt: skip
PORTS = st.sampled_from([(0, 65535), (22, 22), (443, 443), (20, 30)])
ROUTES = st.lists(
    st.builds(
        Route,
        st.sampled_from(["igw-1", "nat-1", "tgw-1", "vpce-1", "pcx-1"]),
        st.one_of(st.none(), CIDRS.map(lambda c: (c,))),
        active=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda r: r.cidrs,
)
ENTRIES = st.lists(
    st.builds(
        lambda n, allows, cidr, protocol, ports: Entry(n, allows, cidr, protocol, *ports),
        st.integers(1, 50), st.booleans(), CIDRS, st.sampled_from(["-1", "6", "17"]), PORTS,
    ),
    max_size=5,
    unique_by=lambda e: e.number,
)  # fmt: skip
OPENINGS = st.lists(
    st.builds(
        lambda protocol, ports, cidrs: Opening(protocol, ports[0], ports[1], cidrs),
        st.sampled_from(["-1", "tcp", "udp"]), PORTS, st.one_of(st.none(), st.just(()), CIDRS.map(lambda c: (c,))),
    ),
    max_size=4,
)  # fmt: skip


@st.composite
def hosts(draw: Any) -> Host:
    table = draw(st.one_of(st.just(UNREAD), ROUTES.map(lambda r: Table("rtb-1", tuple(r)))))
    acl = draw(st.one_of(st.just(UNREAD), ENTRIES.map(lambda e: Acl("acl-1", tuple(e)))))
    groups = draw(st.one_of(st.just(UNREAD), st.none(), OPENINGS.map(lambda o: (Group("sg-1", tuple(o)),))))
    public = draw(st.dictionaries(st.sampled_from([4, 6]), st.sampled_from(["an address", UNREAD])))
    ports = draw(st.sampled_from([None, UNREAD, (("tcp", 22),), (("tcp", 443),), ()]))
    return Host("i-1", (Subnet("subnet-1", table, acl),), groups, public, ports)


OPEN_FIRST = {"reached": 2, "unknown": 1, "not reached": 0}


def closed(made: Host, draw: Any) -> Host:
    """The same with one door more shut, or a little more."""
    assert isinstance(made.subnets, tuple)
    subnet = made.subnets[0]
    which = draw(st.sampled_from(["address", "route", "acl rule", "denial", "opening", "listener"]))
    if which == "address":
        return replace(made, public=dict(list(made.public.items())[1:]))
    if which == "route" and isinstance(subnet.table, Table):
        led = tuple(replace(r, to="nat-1") if r.open or r.inspected else r for r in subnet.table.routes)
        return replace(made, subnets=(replace(subnet, table=Table("rtb-1", led)),))
    if which == "acl rule" and isinstance(subnet.acl, Acl):
        kept = tuple(e for e in subnet.acl.entries if not e.allows or draw(st.booleans()))
        return replace(made, subnets=(replace(subnet, acl=Acl("acl-1", kept)),))
    if which == "denial" and isinstance(subnet.acl, Acl):
        number = draw(st.integers(51, 60) | st.just(0))
        more = (*subnet.acl.entries, Entry(number, False, draw(CIDRS)))
        return replace(made, subnets=(replace(subnet, acl=Acl("acl-1", more)),))
    if which == "opening" and isinstance(made.groups, tuple):
        kept_ = tuple(replace(g, openings=g.openings[1:]) for g in made.groups)
        return replace(made, groups=kept_)
    return replace(made, ports=()) if which == "listener" else made


@settings(max_examples=150, deadline=None)
@given(hosts(), st.data(), st.sampled_from([("tcp", 22), ("tcp", 443), ("udp", 22)]))
def test_shutting_a_door_makes_nothing_more_reachable(made: Host, data: Any, port: tuple[str, int]) -> None:
    before, after = reached(made, *port), reached(closed(made, data.draw), *port)

    assert OPEN_FIRST[after.said] <= OPEN_FIRST[before.said]


@settings(max_examples=100, deadline=None)
@given(hosts(), st.sampled_from(["table", "acl", "groups", "public", "ports"]))
def test_what_is_not_read_decides_nothing(made: Host, which: str) -> None:
    assert isinstance(made.subnets, tuple)
    subnet = made.subnets[0]
    blind = {
        "table": lambda: replace(made, subnets=(replace(subnet, table=UNREAD),)),
        "acl": lambda: replace(made, subnets=(replace(subnet, acl=UNREAD),)),
        "groups": lambda: replace(made, groups=UNREAD),
        "public": lambda: replace(made, public=dict.fromkeys(made.public, UNREAD)),
        "ports": lambda: replace(made, ports=UNREAD),
    }[which]()
    before, after = reached(made, "tcp", 22), reached(blind, "tcp", 22)

    if before.said == "reached":
        assert after.said == "unknown"
    if after.said == "not reached":
        assert before.said == "not reached"  # another door was shut, and still is
    assert after.said != "reached"


SPACES = st.lists(CIDRS.filter(lambda c: ":" not in c), max_size=4).map(lambda c: space(c, 4))


@given(SPACES, SPACES)
def test_sets_of_addresses_add_up(one: Any, other: Any) -> None:
    assert size(union(one, other)) == size(one) + size(other) - size(both(one, other))
    assert union(both(one, other), without(one, other)) == one
    assert both(without(one, other), other) == ()
    assert without(EVERYBODY[4], without(EVERYBODY[4], one)) == one


@pytest.mark.parametrize(
    ("cidrs", "family", "wide"),
    [
        (["0.0.0.0/0"], 4, True), (["0.0.0.0/1", "128.0.0.0/1"], 4, True), (["::/0"], 6, True), (["2000::/3"], 6, True),
        (["52.0.0.0/8"], 4, False), (["10.0.0.0/8", "172.16.0.0/12"], 4, False), (["::/0"], 4, False),
        (["8000::/1"], 6, False), (["240.0.0.0/4"], 4, False),
    ],
)  # fmt: skip
def test_what_is_as_wide_as_the_internet(cidrs: list[str], family: Any, wide: bool) -> None:
    assert is_internet(space(cidrs, family), family) is wide

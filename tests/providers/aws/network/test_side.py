"""The network of one side of the world: how resources become doors, and what the rules say of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from drift.model.coverage import Gap
from drift.model.resource import Resource
from drift.providers.aws.rules import built_in
from drift.rules.answer import Answer
from tests.support.rules import REGION, answer, raw

RULES = {r.id: r for r in built_in()}
Near = list[tuple[str, dict[str, Any], str]]
LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"
NLB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/web/2"
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1"
ALL = {"action": "allow", "protocol": "-1", "cidr_block": "0.0.0.0/0", "rule_no": 100}


def tcp(port: int, cidr: str = "0.0.0.0/0", last: int | None = None, **peer: Any) -> dict[str, Any]:
    blocks = {"ipv6_cidr_blocks": [cidr]} if ":" in cidr else {"cidr_blocks": [cidr]}
    return {"protocol": "tcp", "from_port": port, "to_port": last or port, **(peer or blocks)}


def subnet(name: str = "1", vpc: str = "vpc-1") -> Near:
    return [("aws_subnet", {"vpc_id": vpc}, f"subnet-{name}")]


def table(*routes: dict[str, Any], subnets: Sequence[str] = ("1",), name: str = "1", main: bool = False) -> Near:
    own: Near = [("aws_route_table", {"vpc_id": "vpc-1", "route": list(routes)}, f"rtb-{name}")]
    own += [
        (
            "aws_route_table_association",
            {"subnet_id": f"subnet-{s}", "route_table_id": f"rtb-{name}"},
            f"assoc-{name}{s}",
        )
        for s in subnets
    ]
    if main:
        own.append(("aws_main_route_table_association", {"vpc_id": "vpc-1", "route_table_id": f"rtb-{name}"}, "main"))
    return own


def acl(*rules: dict[str, Any], subnets: Sequence[str] = ("1",), name: str = "1") -> Near:
    attributes = {"vpc_id": "vpc-1", "subnet_ids": [f"subnet-{s}" for s in subnets], "ingress": list(rules)}
    return [("aws_network_acl", attributes, f"acl-{name}")]


OUT = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
OUT6 = {"ipv6_cidr_block": "::/0", "gateway_id": "igw-1"}
NAT = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
PUBLIC = [*subnet(), *table(OUT), *acl(ALL)]
PRIVATE = [*subnet(), *table(NAT), *acl(ALL)]


def machine(name: str = "i-1", public_ip: str = "1.2.3.4", **more: Any) -> Near:
    given = {"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "public_ip": public_ip, **more}
    return [("aws_instance", given, name)]


def balancer(arn: str = LB, *, internal: bool = False, kind: str = "application", **more: Any) -> Near:
    given = {
        "internal": internal,
        "load_balancer_type": kind,
        "subnets": ["subnet-1"],
        "security_groups": ["sg-1"],
        **more,
    }
    return [("aws_lb", {"arn": arn, "name": "web", **given}, arn)]


def listener(port: int, protocol: str = "HTTPS", arn: str = LB, to: str = TARGETS) -> Near:
    action = {"type": "forward", "order": 1, "target_group_arn": to}
    given = {"load_balancer_arn": arn, "port": port, "protocol": protocol, "default_action": [action]}
    return [("aws_lb_listener", given, f"{arn.replace(':loadbalancer/', ':listener/')}/{port}")]


def targets(port: int, *ids: str) -> Near:
    out: Near = [("aws_lb_target_group", {"name": "web", "port": port, "vpc_id": "vpc-1"}, TARGETS)]
    return out + [
        (
            "aws_lb_target_group_attachment",
            {"target_group_arn": TARGETS, "target_id": i, "port": port},
            f"{TARGETS} {i}",
        )
        for i in ids
    ]


def judged(rule: str, type_: str, attributes: dict[str, Any], near: Near, id_: str = "sg-1", **more: Any) -> Answer:
    return answer(RULES[rule], raw(type_, attributes, id_), [raw(*n) for n in near], **more)


def of_group(rule: str, rules: list[dict[str, Any]], near: Near, **more: Any) -> Answer:
    return judged(rule, "aws_security_group", {"name": "g", "ingress": rules}, near, **more)


def plain(text: str) -> str:
    """The same without the types of what it names."""
    return re.sub(r"\baws_\w+?\.", "", text)


SSH = [tcp(22)]


@pytest.mark.parametrize(
    ("what", "rules", "near", "severity", "said"),
    [
        ("a machine on the internet", SSH, [*PUBLIC, *machine()], "critical", "it reaches tcp 22 of i_1 by igw-1"),
        ("a machine without an address", SSH, [*PUBLIC, *machine(public_ip="")], None, "not reached: i_1 has no public"),
        ("a machine in a private subnet", SSH, [*PRIVATE, *machine()], None, "no route to an internet gateway"),
        ("nothing", SSH, PUBLIC, None, "nothing is attached to sg_1"),
        ("a list that denies", SSH, [*subnet(), *table(OUT), *acl(), *machine()], None, "keeps the internet from tcp 22"),
        ("the main table", SSH, [*subnet(), *table(OUT, subnets=(), main=True), *acl(ALL), *machine()], "critical", "rtb_1"),
        (
            "its own table, though the main one is public", SSH,
            [*subnet(), *table(OUT, subnets=(), main=True), *table(NAT, name="2"), *acl(ALL), *machine()],
            None, "no route to an internet gateway for IPv4 (",
        ),
        ("no table was seen", SSH, [*subnet(), *acl(ALL), *machine()], None, "unknown: the route table of"),
        ("no list was seen", SSH, [*subnet(), *table(OUT), *machine()], None, "unknown: the network ACL of"),
        (
            "an address of IPv6", [tcp(22, "::/0")],
            [*subnet(), *table(OUT6), *acl({**ALL, "cidr_block": "", "ipv6_cidr_block": "::/0"}),
             *machine(public_ip="", ipv6_addresses=["2600:1f18::1"])],
            "critical", "2600:1f18::1",
        ),
        (
            "an elastic address of a machine that tells none", SSH,
            [*PUBLIC, *machine(public_ip=""), ("aws_eip", {"instance": "i-1", "public_ip": "5.6.7.8"}, "eipalloc-1")],
            "critical", "5.6.7.8",
        ),
        (
            "an interface that no machine tells", SSH,
            [*PUBLIC, ("aws_network_interface", {"subnet_id": "subnet-1", "security_groups": ["sg-1"]}, "eni-1"),
             ("aws_eip", {"network_interface": "eni-1", "public_ip": "5.6.7.8"}, "eipalloc-1")],
            "critical", "eni_1 (5.6.7.8)",
        ),
        (
            "the gateway is detached", SSH, [*PUBLIC, *machine(), ("aws_internet_gateway", {"vpc_id": ""}, "igw-1")],
            None, "no route to an internet gateway",
        ),
        (
            "the gateway is attached", SSH, [*PUBLIC, *machine(), ("aws_internet_gateway", {"vpc_id": "vpc-1"}, "igw-1")],
            "critical", "it reaches",
        ),
        (
            "a load balancer that listens elsewhere", SSH, [*PUBLIC, *balancer(), *listener(443)],
            None, "listens on tcp 443 alone",
        ),
        (
            "a load balancer that listens there", [tcp(8080)], [*PUBLIC, *balancer(), *listener(8080)],
            "critical", "it reaches tcp 8080",
        ),
        (
            "a gateway load balancer", SSH, [*PUBLIC, *balancer(kind="gateway"), *listener(22, "GENEVE")],
            None, "nothing is attached",
        ),
        (
            "an internal load balancer", [tcp(8080)], [*PUBLIC, *balancer(internal=True), *listener(8080)],
            None, "has no public address",
        ),
        (
            "a private machine behind a load balancer", [tcp(8080)],
            [*PUBLIC, *machine(public_ip=""), *balancer(security_groups=["sg-2"]), *listener(443), *targets(8080, "i-1"),
             ("aws_security_group", {"name": "lb", "ingress": [tcp(443)]}, "sg-2")],
            None, "it reaches tcp 8080 of i_1 by igw-1",
        ),
        (
            "a private machine behind a network load balancer", [tcp(2222)],
            [*PUBLIC, *machine(public_ip=""), *balancer(NLB, kind="network", security_groups=[]),
             *listener(22, "TCP", NLB), *targets(2222, "i-1")],
            "critical", "it reaches tcp 2222 of i_1 by igw-1",
        ),
        (
            "a private machine behind another's load balancer", [tcp(8080)],
            [*PUBLIC, *machine(public_ip=""), *balancer(security_groups=["sg-2"]), *listener(443), *targets(8080, "i-2"),
             ("aws_security_group", {"name": "lb", "ingress": [tcp(443)]}, "sg-2")],
            None, "not reached: i_1 has no public address",
        ),
        (
            "a link of API Gateway to a private load balancer", [tcp(8080)],
            [*PUBLIC, *machine(public_ip=""), *balancer(NLB, kind="network", security_groups=[], internal=True),
             *listener(80, "TCP", NLB), *targets(8080, "i-1"), ("aws_api_gateway_vpc_link", {"target_arns": [NLB]}, "link-1")],
            None, "API Gateway's link link_1",
        ),
        (
            "an accelerator in the network", SSH,
            [*PUBLIC, *machine(public_ip=""),
             ("aws_network_interface", {"interface_type": "global_accelerator_managed", "subnet_id": "subnet-1"}, "eni-9")],
            None, "unknown: Global Accelerator has interfaces here",
        ),
        (
            "a prefix list that holds the world", [tcp(22, prefix_list_ids=["pl-1"])],
            [*PUBLIC, *machine(), ("aws_ec2_managed_prefix_list", {"entry": [{"cidr": "0.0.0.0/0"}]}, "pl-1")],
            "critical", "tcp 22 from pl-1; it reaches",
        ),
        (
            "a route over a prefix list to the gateway", SSH,
            [*subnet(), *table({"destination_prefix_list_id": "pl-1", "gateway_id": "igw-1"}), *acl(ALL), *machine(),
             ("aws_ec2_managed_prefix_list", {"entry": [{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]}, "pl-1")],
            "critical", "it reaches",
        ),
        (
            "a public database that listens elsewhere", SSH,
            [*PUBLIC, ("aws_db_instance", {"identifier": "db", "publicly_accessible": True, "port": 5432,
                                           "vpc_security_group_ids": ["sg-1"], "db_subnet_group_name": "dbs"}, "db"),
             ("aws_db_subnet_group", {"name": "dbs", "subnet_ids": ["subnet-1"]}, "dbs")],
            None, "db listens on tcp 5432 alone",
        ),
        ("2000::/3", [tcp(22, "2000::/3")], PUBLIC, None, "tcp 22 from 2000::/3; not reached"),
        ("two halves", [tcp(22, "0.0.0.0/1"), tcp(22, "128.0.0.0/1")], [*PUBLIC, *machine()], "critical", "128.0.0.0/1"),
    ],
)  # fmt: skip
def test_of_an_open_port_it_is_told_what_it_reaches(
    what: str, rules: list[dict[str, Any]], near: Near, severity: str | None, said: str
) -> None:
    rule = {22: "sg-ssh", 8080: "sg-risky-ports"}.get(rules[0]["from_port"], "sg-any-port")
    found = of_group(rule, rules, near)

    assert found.verdict == "fail", what
    assert said in plain(found.evidence), found.evidence
    assert found.severity == severity


@pytest.mark.parametrize(
    "rules",
    [
        [tcp(22, "52.0.0.0/8")],
        [tcp(22, "10.0.0.0/8")],
        [tcp(22, prefix_list_ids=["pl-aws"])],  # of AWS's own, which are not listed
        [tcp(22, security_groups=["sg-2"])],
        [tcp(22, self=True)],
        [{**tcp(22), "protocol": "udp"}],
    ],
)
def test_what_is_open_to_some_is_not_open_to_the_world(rules: list[dict[str, Any]]) -> None:
    assert of_group("sg-ssh", rules, [*PUBLIC, *machine()]).verdict == "pass"


def test_a_prefix_list_that_was_refused_is_unknown() -> None:
    gap = Gap("aws_ec2_managed_prefix_list", "123456789012", REGION, "ec2:DescribeManagedPrefixLists", "AccessDenied")

    assert of_group("sg-ssh", [tcp(22, prefix_list_ids=["pl-1"])], PUBLIC, gaps=[gap]).verdict == "unknown"


@pytest.mark.parametrize("type_", ["aws_instance", "aws_lb", "aws_network_interface", "aws_subnet", "aws_network_acl"])
def test_what_was_not_listed_is_unknown_and_never_not_reached(type_: str) -> None:
    gap = Gap(type_, "123456789012", REGION, "ec2:Describe", "AccessDenied")
    near = [n for n in [*PUBLIC, *machine()] if n[0] != type_]
    found = of_group("sg-ssh", SSH, near, gaps=[gap])

    assert found.verdict == "fail"
    assert "not reached" not in found.evidence
    # what is reached all the same needs neither load balancers nor further interfaces
    assert type_ in ("aws_lb", "aws_network_interface") or "unknown" in found.evidence


INSTANCE = {"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-1"], "public_ip": "1.2.3.4"}
OPEN: Near = [("aws_security_group", {"name": "g", "ingress": SSH}, "sg-1")]


@pytest.mark.parametrize(
    ("near", "verdict"),
    [
        ([*PUBLIC, *OPEN], "fail"),
        ([*PRIVATE, *OPEN], "pass"),
        ([*subnet(), *table(OUT), *acl({**ALL, "action": "deny"}), *OPEN], "pass"),
        ([*subnet(), *table(OUT), *OPEN], "unknown"),
        ([*subnet(), *acl(ALL), *OPEN], "unknown"),
        ([*PUBLIC, ("aws_security_group", {"name": "g", "ingress": [tcp(443)]}, "sg-1")], "pass"),
    ],
)
def test_a_machine_is_exposed_where_every_door_is_open(near: Near, verdict: str) -> None:
    assert judged("ec2-admin-port-exposed", "aws_instance", INSTANCE, near, "i-1").verdict == verdict


@pytest.mark.parametrize(
    ("attributes", "near", "verdict", "said"),
    [
        ({"route": [OUT]}, [*subnet(), *table(OUT)[1:], *acl(ALL)], "fail", "subnet_1 leads to igw-1 by rtb_1; not reached"),
        ({"route": [OUT]}, [*subnet(), *table(OUT)[1:], *acl(ALL), *machine(), *OPEN], "fail", "it reaches tcp 22 of i_1"),
        ({"route": [NAT]}, [*subnet(), *table(NAT)[1:], *acl(ALL)], "pass", ""),
        ({"route": [OUT]}, [*subnet(), *acl(ALL)], "pass", ""),
        ({"route": [{"cidr_block": "52.1.2.0/24", "gateway_id": "igw-1"}]}, [*subnet(), *table()[1:]], "pass", ""),
        ({"route": [{"cidr_block": "0.0.0.0/0", "vpc_endpoint_id": "vpce-1"}]}, [*subnet(), *table()[1:]], "unknown", "vpce-1"),
    ],
)  # fmt: skip
def test_a_table_that_leads_to_the_internet(attributes: dict[str, Any], near: Near, verdict: str, said: str) -> None:
    main: Near = [("aws_main_route_table_association", {"vpc_id": "vpc-1", "route_table_id": "rtb-0"}, "main")]
    found = judged("route-to-internet", "aws_route_table", {"vpc_id": "vpc-1", **attributes}, [*near, *main], "rtb-1")

    assert (found.verdict, said in plain(found.evidence)) == (verdict, True)
    assert found.severity == ("high" if "it reaches" in said else None)


@pytest.mark.parametrize(
    ("destination", "to", "verdict"),
    [
        ("0.0.0.0/0", {"gateway_id": "igw-1"}, "fail"),
        ("0.0.0.0/0", {"nat_gateway_id": "nat-1"}, "pass"),
        ("52.1.2.0/24", {"gateway_id": "igw-1"}, "pass"),
    ],
)
def test_a_single_route_is_judged_in_its_table(destination: str, to: dict[str, str], verdict: str) -> None:
    near = [*subnet(), *table({"cidr_block": destination, **to}), *acl(ALL)]
    one = {"route_table_id": "rtb-1", "destination_cidr_block": destination, **to}

    assert judged("route-to-internet", "aws_route", one, near, "r-1").verdict == verdict


DENY = {"rule_no": 90, "action": "deny", "protocol": "6", "from_port": 0, "to_port": 65535, "cidr_block": "0.0.0.0/0"}


@pytest.mark.parametrize(
    ("rules", "alone", "verdict"),
    [
        ([], {"rule_number": 100}, "fail"),
        ([DENY], {"rule_number": 100}, "pass"),
        ([{**DENY, "rule_no": 110}], {"rule_number": 100}, "fail"),
        ([{**DENY, "cidr_block": "", "ipv6_cidr_block": "::/0"}], {"rule_number": 100}, "fail"),
        ([], {"rule_number": 100, "egress": True}, "pass"),
        ([], {"rule_number": 100, "rule_action": "deny"}, "pass"),
        ([], {"rule_number": 100, "cidr_block": "0.0.0.0/1"}, "fail"),
        ([], {"rule_number": 100, "cidr_block": "", "ipv6_cidr_block": "2000::/3"}, "fail"),
    ],
)
def test_a_lone_rule_is_judged_among_its_neighbours(
    rules: list[dict[str, Any]], alone: dict[str, Any], verdict: str
) -> None:
    own = {"rule_action": "allow", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_block": "0.0.0.0/0"}
    given = {"network_acl_id": "acl-1", "egress": False, **own, **alone}

    assert judged("nacl-world", "aws_network_acl_rule", given, acl(*rules), "r").verdict == verdict


def test_a_lone_rule_whose_list_was_not_seen_is_unknown() -> None:
    own = {"rule_action": "allow", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_block": "0.0.0.0/0"}
    given = {"network_acl_id": "acl-1", "egress": False, "rule_number": 100, **own}

    assert judged("nacl-world", "aws_network_acl_rule", given, [], "r").verdict == "unknown"


@pytest.mark.parametrize(
    ("rule", "type_", "attributes", "verdict"),
    [
        ("lb-internet-facing", "aws_lb", {"internal": False, "load_balancer_type": "gateway"}, "pass"),
        ("lb-internet-facing", "aws_lb", {"internal": False, "load_balancer_type": "application"}, "fail"),
        ("eks-public-endpoint", "aws_eks_cluster", ["::/0"], "fail"),
        ("eks-public-endpoint", "aws_eks_cluster", ["0.0.0.0/1", "128.0.0.0/1"], "fail"),
        ("eks-public-endpoint", "aws_eks_cluster", ["52.1.2.0/24"], "pass"),
    ],
)
def test_other_doors_to_the_internet(rule: str, type_: str, attributes: Any, verdict: str) -> None:
    if isinstance(attributes, list):
        attributes = {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": attributes}]}

    assert judged(rule, type_, attributes, [], "x").verdict == verdict


def database(**more: Any) -> Resource:
    given = {"identifier": "db", "publicly_accessible": True, "port": 5432, "vpc_security_group_ids": ["sg-1"]}
    return raw("aws_db_instance", {**given, "db_subnet_group_name": "dbs", **more}, "db")


@pytest.mark.parametrize(
    ("net", "open_", "severity", "said"),
    [
        (PUBLIC, tcp(5432), "critical", "it reaches tcp 5432 of db"),
        (PRIVATE, tcp(5432), "high", "no route to an internet gateway"),
        (PUBLIC, tcp(5432, "10.0.0.0/8"), "high", "no group of db lets the internet in"),
        ([*subnet(), *table(OUT)], tcp(5432), "high", "unknown: the network ACL"),
    ],
)
def test_a_public_database_is_critical_where_it_is_reached(
    net: Near, open_: dict[str, Any], severity: str, said: str
) -> None:
    near = [*net, ("aws_security_group", {"name": "g", "ingress": [open_]}, "sg-1"),
            ("aws_db_subnet_group", {"name": "dbs", "subnet_ids": ["subnet-1"]}, "dbs")]  # fmt: skip
    found = answer(RULES["rds-public"], database(), [raw(*n) for n in near])

    assert (found.verdict, found.severity) == ("fail", severity)
    assert said in plain(found.evidence)

"""What the network lets in: security groups and what they are attached to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from drift.model.drift import SEVERITIES, Severity
from drift.providers.aws.network import Reach
from drift.providers.aws.rules.exposure import behind
from drift.providers.aws.rules.hosts import HOSTS
from drift.providers.aws.rules.networks import known, network
from drift.providers.aws.rules.ports import (
    DATABASES,
    NAMED,
    RISKY,
    WEB,
    WORLD,
    Atom,
    atoms,
    claims_at,
    covers,
    everything,
    from_world,
    opened,
    peer,
    public_block,
    told,
    trusted,
)
from drift.rules.spec import Fail, Found, rule
from drift.rules.subject import Subject

GROUPS = (
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
)
ATTACHED = (*HOSTS, "aws_subnet", "aws_route_table", "aws_network_acl", "aws_lb_listener", "aws_lb_target_group")
USERS = (
    "aws_network_interface", "aws_instance", "aws_lb", "aws_elb", "aws_db_instance", "aws_rds_cluster",
    "aws_launch_template", "aws_launch_configuration", "aws_lambda_function", "aws_vpc_endpoint",
)  # fmt: skip
"""What names its groups in its listing: who uses a group is told without a call for each."""
GUIDE = ("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",)
DATABASE_CHECKS = (
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mongodb_27017_27018",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_redis_6379",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_memcached_11211",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_cassandra_7199_9160_8888",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_elasticsearch_kibana_9200_9300_5601",
)
RISKY_CHECKS = (
    "ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_ftp_20_21",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_telnet_23",
    "ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_kafka_9092",
)
SESSION = "Remove the rule; reach machines through Session Manager, or from a network of your own."


def raised(severity: Severity) -> Severity:
    """One step graver."""
    return SEVERITIES[max(SEVERITIES.index(severity) - 1, 0)]


def open_to_world(
    it: Subject, rules: Iterable[Atom], severity: Severity, ports: Iterable[int] = (), claims: Sequence[str] = ()
) -> Fail | None:
    """That these rules let in the internet, and what it reaches by them: one step graver where that is something.

    `claims` are those of the rule that are about some of the ports alone.
    """
    net = network(it)
    wide = from_world(rules, net.prefixes)
    if not wide:
        return None
    wanted = tuple(ports)
    group = group_of(it)
    found = Reach("unknown", "the security group was not found")
    if group is not None:
        found = behind(group, [net.opening(a) for a in wide], [("tcp", p) for a in wide for p in covers(a, wanted)])
    facts = [
        replace(opened(a, wanted, net.prefixes), answers=claims_at(claims, covers(a, wanted)) if claims else ())
        for a in wide
    ]
    graver = found.said == "reached" and not found.indirect
    return Fail(facts, raised(severity) if graver else None, str(found))


def group_of(it: Subject) -> Subject | None:
    """The security group a rule is about."""
    return it if it.has("ingress") else next(iter(it.seen("aws_security_group")), None)


def open_ports(it: Subject, ports: Iterable[int], severity: Severity, claims: Sequence[str] = ()) -> Fail | None:
    """That the world may reach one of these TCP ports."""
    wanted = tuple(ports)
    return open_to_world(it, (a for a in atoms(it) if covers(a, wanted)), severity, wanted, claims)


@rule(
    title="All ports are open to the internet",
    severity="critical",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy="Remove the rule. Open only required ports, to required networks.",
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_ingress_from_internet_to_all_ports",),
    implies=("sg-ssh", "sg-rdp", "sg-db-ports", "sg-risky-ports"),
)
def sg_all_ports(it: Subject) -> Fail | None:
    """Any protocol, or every port, from the internet. Every service behind it is reachable from the internet."""
    return open_to_world(it, (a for a in atoms(it) if everything(a)), "critical")


@rule(
    title="SSH is open to the internet",
    severity="high",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy=SESSION,
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",),
    security_hub=("EC2.13",),
)
def sg_ssh(it: Subject) -> Fail | None:
    """Port 22 from the internet. Attackers find open ports within minutes."""
    return open_ports(it, (22,), "high")


@rule(
    title="Remote Desktop is open to the internet",
    severity="high",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy=SESSION,
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",),
    security_hub=("EC2.14",),
)
def sg_rdp(it: Subject) -> Fail | None:
    """Port 3389 from the internet. Attackers find open ports within minutes."""
    return open_ports(it, (3389,), "high")


@rule(
    title="A database port is open to the internet",
    severity="high",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy="Remove the rule; allow the security group of the application instead.",
    references=GUIDE,
    prowler=DATABASE_CHECKS,
)
def sg_db_ports(it: Subject) -> Fail | None:
    """A port of a common database from the internet."""
    return open_ports(it, DATABASES, "high", DATABASE_CHECKS)


@rule(
    title="A port of a legacy or internal protocol is open to the internet",
    severity="high",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy="Remove the rule. Keep these services inside the network, or behind a load balancer.",
    references=GUIDE,
    prowler=RISKY_CHECKS,
    security_hub=("EC2.19",),
)
def sg_risky_ports(it: Subject) -> Fail | None:
    """FTP, Telnet, SMTP, POP, RPC, IMAP, SMB, LDAP, Kafka or a development server from the internet."""
    return open_ports(it, RISKY, "high", (*RISKY_CHECKS, "EC2.19"))


@rule(
    title="A port is open to the internet",
    severity="high",
    theme="network",
    types=GROUPS,
    near=ATTACHED,
    remedy="Open it only to required networks, or put a load balancer in front.",
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_ingress_from_internet_to_any_port",),
)
def sg_any_port(it: Subject) -> Fail | None:
    """A TCP or UDP port from the internet, unless only load balancers use the group. Ports 80 and 443 are not
    checked, nor are ports that other rules check."""
    wide = [a for a in atoms(it) if a["protocol"] in ("tcp", "udp") and not covers(a, NAMED) and not _web(a)]
    if not wide or _balancers_alone(it):
        return None
    return open_to_world(it, wide, "high")


def _web(atom: Atom) -> bool:
    return atom["from_port"] == atom["to_port"] and atom["from_port"] in WEB


def _balancers_alone(it: Subject) -> bool:
    group = group_of(it)
    if group is None or not group.seen("aws_lb", "aws_elb"):
        return False
    return not known(lambda: bool(group.near("aws_instance", "aws_db_instance")), True)


@rule(
    title="A wide public network is allowed",
    severity="high",
    theme="network",
    types=(*GROUPS, "aws_vpc_security_group_egress_rule"),
    remedy="Allow only required networks.",
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_wide_open_public_ipv4",),
)
def sg_wide_public_cidr(it: Subject) -> Found:
    """A public IPv4 block from /1 to /23: 512 to billions of addresses. Two halves of the internet are the internet."""
    rules = [*atoms(it), *atoms(it, "egress")]
    wide = [a for a in rules if _wide(peer(a)) and not trusted(peer(a), it.criteria.trusted_networks)]
    return [opened(a) for a in sorted(wide, key=told)]


def _wide(cidr: str) -> bool:
    network = public_block(cidr) if cidr and cidr not in WORLD else None
    return network is not None and network.version == 4 and 1 <= network.prefixlen <= 23


@rule(
    title="A public address is allowed",
    severity="medium",
    theme="network",
    types=GROUPS,
    remedy="Use a VPN or Session Manager, or list the network as trusted.",
    references=GUIDE,
    prowler=("ec2_securitygroup_allow_ingress_from_internet_to_any_port_from_ip",),
)
def sg_public_single_ip(it: Subject) -> Found:
    """An ingress rule for a public address that is not in a trusted network, such as somebody's home."""
    rules = [a for a in atoms(it) if peer(a) and peer(a) not in WORLD and not _wide(peer(a))]
    public = [a for a in rules if public_block(peer(a)) and not trusted(peer(a), it.criteria.trusted_networks)]
    return [opened(a) for a in sorted(public, key=told)]


@rule(
    title="The default security group has rules",
    severity="high",
    theme="network",
    types=("aws_default_security_group",),
    reads=("ingress", "egress"),
    remedy="Remove all its rules, and give every resource its own group.",
    references=GUIDE,
    prowler=("ec2_securitygroup_default_restrict_traffic",),
    security_hub=("EC2.2",),
)
def sg_default_not_empty(it: Subject) -> str | None:
    """Resources without a named security group get the default one, with its rules."""
    count = len(it["ingress"] or ()) + len(it["egress"] or ())
    return f"{count} rules" if count else None


@rule(
    title="The group was created by the console's launch wizard",
    severity="medium",
    theme="network",
    types=("aws_security_group",),
    reads=("name",),
    remedy="Add the group to Terraform, or delete it together with the instance that it was created for.",
    prowler=("ec2_securitygroup_from_launch_wizard",),
)
def sg_launch_wizard(it: Subject) -> str | None:
    """The wizard opens SSH to the internet by default, outside Terraform."""
    return str(it["name"]) if str(it["name"] or "").startswith("launch-wizard") else None


@rule(
    title="The security group has too many rules",
    severity="medium",
    theme="network",
    types=("aws_security_group", "aws_default_security_group"),
    reads=("ingress", "egress"),
    remedy="Use prefix lists or references to groups, and remove unused rules.",
    prowler=("ec2_securitygroup_with_many_ingress_egress_rules",),
)
def sg_too_many_rules(it: Subject) -> str | None:
    """More rules in one direction than the threshold (`rules_in_group`, 50)."""
    most = max(len(it["ingress"] or ()), len(it["egress"] or ()))
    return f"{most} rules" if most > it.criteria.threshold("rules_in_group") else None


@rule(
    title="The security group is unused",
    severity="low",
    theme="hygiene",
    types=("aws_security_group",),
    near=(*USERS, "aws_security_group"),
    remedy="Delete it: somebody may attach it by mistake.",
    references=GUIDE,
    prowler=("ec2_securitygroup_not_used",),
)
def sg_unused(it: Subject) -> str | None:
    """Neither a network interface nor another group refers to it."""
    others = [g for g in it.near("aws_security_group") if g.resource.key != it.resource.key]
    return None if it.near(*USERS) or others else "nothing is attached to it"

"""VPCs: subnets, routes, access lists, endpoints and what is logged of them."""

from __future__ import annotations

from collections.abc import Sequence

from drift.providers.aws.network import Entry, Family, is_internet
from drift.providers.aws.network.acl import ALL, each_allows
from drift.providers.aws.network.addresses import FAMILIES
from drift.providers.aws.network.reach import Unread
from drift.providers.aws.rules.exposure import inside, way_out
from drift.providers.aws.rules.networks import entries, entry_of_rule, known, network, tried
from drift.providers.aws.rules.policies import account_of, open_to_strangers
from drift.providers.aws.rules.ports import HIGHEST, claims_at
from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject
from drift.rules.world import Unknown

NACL_ALL = "ec2_networkacl_allow_ingress_any_port"
NACL_CHECKS = ("ec2_networkacl_allow_ingress_tcp_port_22", "ec2_networkacl_allow_ingress_tcp_port_3389")


@rule(
    title="The network ACL allows SSH, Remote Desktop or all ports from the internet",
    severity="high",
    theme="network",
    types=("aws_network_acl", "aws_network_acl_rule", "aws_default_network_acl"),
    near=("aws_network_acl", "aws_subnet", "aws_route_table", "aws_security_group"),
    remedy="Allow required networks; deny these ports for 0.0.0.0/0.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=(NACL_ALL, *NACL_CHECKS),
    security_hub=("EC2.21",),
)
def nacl_world(it: Subject) -> Found:
    """A rule allows port 22, 3389 or all ports from the internet, and no earlier rule denies them.

    A rule that is a separate resource is checked together with the other rules of its ACL.
    """
    alone = it.type == "aws_network_acl_rule"
    if alone and (it["egress"] or str(it["rule_action"]).lower() != "allow"):
        return None
    acl = _acl_of(it)
    every = {e.number: e for e in entries(acl)} if acl else {}
    mine = entry_of_rule(it) if alone else None
    if mine is not None:
        every[mine.number] = mine
    facts = []
    for family in FAMILIES:
        for entry, ports in sorted(_opens(tuple(every.values()), family).items(), key=lambda e: e[0].number):
            if mine is not None and entry.number != mine.number:
                continue
            what = "all ports" if _all_ports(entry) else ", ".join(map(str, sorted(ports)))
            answers = (*claims_at(NACL_CHECKS, ports), "EC2.21", *([NACL_ALL] if _all_ports(entry) else []))
            said = f"rule {entry.number} allows {what} from {entry.cidr}"
            facts.append(Fact(said, frozenset((p, entry.cidr) for p in ports), answers))
    if not facts:
        return None
    wanted = sorted({p for f in facts if isinstance(f.of, frozenset) for p, _ in f.of})
    found = inside(network(it), _subnets_of(acl), [("tcp", p) for p in wanted])
    return Fail(facts, "critical" if found.said == "reached" else None, str(found))


def _subnets_of(acl: Subject | None) -> frozenset[str]:
    return (
        known(lambda: frozenset(map(str, acl["subnet_ids"] or ())), _NONE) if acl and acl.has("subnet_ids") else _NONE
    )


_NONE: frozenset[str] = frozenset()


def _acl_of(it: Subject) -> Subject | None:
    """The list of a rule; Unknown where it is not seen, for the rules before it decide."""
    if it.type != "aws_network_acl_rule":
        return it
    there = network(it).by_id("aws_network_acl")
    if isinstance(there, Unread):
        raise Unknown(there.why)
    found = there.get(str(it["network_acl_id"]))
    if found is None:
        raise Unknown(f"{it['network_acl_id']}, whose other rules decide, was not found")
    return found


def _opens(every: Sequence[Entry], family: Family) -> dict[Entry, set[int]]:
    """Each rule -> the ports of administrators that it opens to the internet."""
    out: dict[Entry, set[int]] = {}
    for port in (22, 3389):
        for entry, there in each_allows(every, family, "6", port):
            if is_internet(there, family):
                out.setdefault(entry, set()).add(port)
    return out


def _all_ports(entry: Entry) -> bool:
    return entry.protocol == ALL or (entry.low <= 1 and entry.high >= HIGHEST)


@rule(
    title="Instances in the subnet get public addresses",
    severity="high",
    theme="network",
    types=("aws_subnet",),
    reads=("map_public_ip_on_launch",),
    remedy="Set map_public_ip_on_launch to false; request an address where one is needed.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_subnet_no_public_ip_by_default",),
    security_hub=("EC2.15",),
)
def subnet_auto_public_ip(it: Subject) -> Found:
    """An instance gets a public address although nobody asked for one."""
    if not it["map_public_ip_on_launch"]:
        return None
    path = tried(lambda: way_out(network(it), it.id))
    if isinstance(path, Unread):
        return Fail("map_public_ip_on_launch is on", context=f"whether it leads to the internet is unknown: {path.why}")
    return Fail("map_public_ip_on_launch is on", context=path or "no route leads to an internet gateway")


_LOGGED = ("vpc_id", "subnet_id", "eni_id", "transit_gateway_id", "transit_gateway_attachment_id")


def _logs_as_much(lost: Subject, other: Subject) -> bool:
    """Whether another flow log logs the same traffic of the same thing, or of the VPC that a subnet is in."""
    if other["traffic_type"] not in ("ALL", lost["traffic_type"]):
        return False
    if any(lost[n] and lost[n] == other[n] for n in _LOGGED):
        return True
    there = network(lost).by_id("aws_subnet") if lost["subnet_id"] and other["vpc_id"] else {}
    if isinstance(there, Unread):
        raise Unknown(there.why)
    subnet = there.get(str(lost["subnet_id"]))
    return subnet is not None and subnet["vpc_id"] == other["vpc_id"]


@rule(
    title="The VPC has no flow log",
    severity="medium",
    theme="logging",
    types=("aws_vpc", "aws_flow_log"),
    near=("aws_flow_log",),
    remedy="Add an aws_flow_log for the VPC.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_flow_logs_enabled",),
    security_hub=("EC2.6",),
    when_missing=("aws_flow_log",),
    stands_in=_logs_as_much,
)
def vpc_no_flow_log(it: Subject) -> Found:
    """Without flow logs, it is unknown which hosts communicated."""
    if it.type == "aws_flow_log":
        return None
    return None if it.near("aws_flow_log") else "no flow log"


@rule(
    title="The endpoint allows any principal of any account",
    severity="high",
    theme="public access",
    types=("aws_vpc_endpoint", "aws_vpc_endpoint_policy"),
    reads=("policy",),
    remedy="Allow only required principals and resources, or add a condition on the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_endpoint_connections_trust_boundaries",),
)
def vpce_policy_open(it: Subject) -> Found:
    """The default policy allows everything: data can be copied through the endpoint to foreign accounts."""
    return open_to_strangers(it, it["policy"], endpoint=True)


@rule(
    title="Foreign accounts may connect to the endpoint service",
    severity="high",
    theme="public access",
    types=("aws_vpc_endpoint_service", "aws_vpc_endpoint_service_allowed_principal"),
    remedy="Require acceptance, and allow only named principals.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_endpoint_services_allowed_principals_trust_boundaries",),
)
def vpce_service_open(it: Subject) -> Found:
    """Connections are accepted automatically, or a principal of an untrusted account is allowed."""
    known = {it.account, *it.criteria.trusted_accounts}
    if it.type == "aws_vpc_endpoint_service":
        unasked = [] if it["acceptance_required"] else ["acceptance_required is off"]
        allowed = sorted(it["allowed_principals"] or ())
    else:
        unasked, allowed = [], [str(it["principal_arn"])]
    strangers = [p for p in allowed if p == "*" or (account_of(p) and account_of(p) not in known)]
    return [*unasked, *(f"allowed: {stranger}" for stranger in strangers)]


@rule(
    title="The transit gateway accepts attachments automatically",
    severity="high",
    theme="public access",
    types=("aws_ec2_transit_gateway",),
    reads=("auto_accept_shared_attachments",),
    remedy="Set auto_accept_shared_attachments to disable.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_transitgateway_auto_accept_vpc_attachments",),
    security_hub=("EC2.23",),
)
def tgw_auto_accept(it: Subject) -> Found:
    """Any account with which it is shared can join the network."""
    found = it["auto_accept_shared_attachments"]
    return "auto_accept_shared_attachments is enable" if found == "enable" else None


NFW = ("https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html",)


@rule(
    title="The network firewall passes traffic that no rule matches",
    severity="high",
    theme="network",
    types=("aws_networkfirewall_firewall_policy",),
    reads=("firewall_policy",),
    remedy="Set the stateless default actions to aws:drop or aws:forward_to_sfe, and associate rule groups.",
    references=NFW,
    prowler=(
        "networkfirewall_policy_default_action_full_packets",
        "networkfirewall_policy_default_action_fragmented_packets",
        "networkfirewall_policy_rule_group_associated",
    ),
    security_hub=("NetworkFirewall.3", "NetworkFirewall.4", "NetworkFirewall.5"),
)
def nfw_policy_pass(it: Subject) -> Found:
    """A default action is aws:pass; or traffic is forwarded to stateful rules, but there is no rule group and no
    default drop action."""
    policy = it["firewall_policy"] or {}
    check = "networkfirewall_policy_"
    claims = {
        "stateless_default_actions": (f"{check}default_action_full_packets", "NetworkFirewall.4"),
        "stateless_fragment_default_actions": (f"{check}default_action_fragmented_packets", "NetworkFirewall.5"),
    }
    passed = [Fact(f"{n}: aws:pass", answers=c) for n, c in claims.items() if "aws:pass" in (policy.get(n) or ())]
    if policy.get("stateful_rule_group_reference") or policy.get("stateless_rule_group_reference"):
        return passed
    forwards = "aws:forward_to_sfe" in (policy.get("stateless_default_actions") or ())
    drops = any(str(action).startswith("aws:drop") for action in policy.get("stateful_default_actions") or ())
    if not forwards or drops:
        return passed
    none = (f"{check}rule_group_associated", "NetworkFirewall.3")
    return [*passed, Fact("no rule group handles forwarded traffic", answers=none)]


@rule(
    title="The network firewall is not logged",
    severity="high",
    theme="logging",
    types=("aws_networkfirewall_logging_configuration", "aws_networkfirewall_firewall"),
    near=("aws_networkfirewall_logging_configuration",),
    remedy="Send alerts and flows to a bucket, a log group or a stream: aws_networkfirewall_logging_configuration.",
    references=NFW,
    prowler=("networkfirewall_logging_enabled",),
    security_hub=("NetworkFirewall.2",),
    when_missing=("aws_networkfirewall_logging_configuration",),
)
def nfw_logging(it: Subject) -> Found:
    """Without logs, it is unknown which traffic it dropped or passed."""
    logs = [it]
    if it.type == "aws_networkfirewall_firewall":
        logs = it.near("aws_networkfirewall_logging_configuration")
        if any(log.managed for log in logs):
            return None
    return None if any(log.at("logging_configuration.log_destination_config") for log in logs) else "no log destination"


@rule(
    title="Client VPN connections are not logged",
    severity="low",
    theme="logging",
    types=("aws_ec2_client_vpn_endpoint",),
    reads=("connection_log_options",),
    remedy="Set connection_log_options, with a log group.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("ec2_client_vpn_endpoint_connection_logging_enabled",),
    security_hub=("EC2.51",),
)
def client_vpn_log(it: Subject) -> Found:
    """Without logs, it is unknown who connected, when and from where."""
    return None if it.at("connection_log_options.enabled") else "connection_log_options is off"

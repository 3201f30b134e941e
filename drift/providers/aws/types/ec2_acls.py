"""Amazon EC2: network ACLs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, blocks, caseless, cidr, flag, number, set_of, text
from drift.provider.spec import (
    Attr,
    Call,
    Owner,
    Parent,
    Raw,
    Ref,
    ResourceType,
    Share,
    Within,
)
from drift.providers.aws.kinds import tags
from drift.providers.aws.normalize.network import protocol_number
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types.ec2_network import THE_VPC

ACL_ENTRY = {
    "cidr_block":      cidr("CidrBlock"),
    "from_port":       number("PortRange.From", default=0),
    "icmp_code":       number("IcmpTypeCode.Code", default=0),
    "icmp_type":       number("IcmpTypeCode.Type", default=0),
    "ipv6_cidr_block": cidr("Ipv6CidrBlock"),
    "protocol":        attr("Protocol", protocol_number),
    "to_port":         number("PortRange.To", default=0),
}
LAST_RULES = 32767  # and above: AWS's own "deny what is left"


def acl_entries(egress: str) -> Attr:
    """A network ACL's rules in one direction, without AWS's own last ones."""
    return blocks(
        f"Entries[?Egress == `{egress}` && RuleNumber < `{LAST_RULES}`]",
        {**ACL_ENTRY, "action": caseless("RuleAction"), "rule_no": number("RuleNumber")},
        key=lambda entry: entry.get("rule_no"),
    )


def acl_share(egress: bool) -> Share:
    """The rules that an aws_network_acl_rule holds, by their number."""
    return lambda rule: (
        frozenset({Block(rule_no=rule.get("rule_number"))}) if bool(rule.get("egress")) is egress else frozenset()
    )


def only_for(*protocols: str) -> Callable[[Any, Raw], Value]:
    """The state keeps ports of an ICMP rule and codes of a TCP rule, which AWS never gets to see."""
    return lambda value, rule: (value or 0) if protocol_number(rule.get("protocol")) in protocols else 0


ALLOWS = "RuleNumber == `100` && RuleAction == 'allow' && Protocol == '-1' && CidrBlock == '0.0.0.0/0'"
AS_MADE = f"IsDefault && Entries[?!Egress && {ALLOWS}] && Entries[?Egress && {ALLOWS}]"
"""AWS makes a VPC's default ACL so that it lets everything through (VPC user guide, "Default network ACL"). Rules beside
those are told by themselves; whoever takes those away makes it their own."""

NETWORK_ACL = ResourceType(
    name="aws_network_acl",
    service="ec2",
    list=Call(op="DescribeNetworkAcls", take="NetworkAcls"),
    id=text("NetworkAclId"),
    computed={"owner_id": text("OwnerId"), "is_default": flag("IsDefault", outside_schema=True)},
    attributes={
        "vpc_id":     text("VpcId"),
        "subnet_ids": set_of(plain_text, "Associations[].SubnetId"),
        "ingress":    acl_entries("false"),
        "egress":     acl_entries("true"),
        "tags":       tags("Tags"),
    },
    refs=(Ref("vpc_id", to="aws_vpc"), Ref("subnet_ids[]", to="aws_subnet")),
    account="OwnerId",
    owners=(Owner(AS_MADE, THE_VPC),),
)

DEFAULT_NETWORK_ACL = replace(
    NETWORK_ACL,
    name="aws_default_network_acl",
    instead_if="IsDefault",
    alias_of="aws_network_acl",
    computed={"owner_id": text("OwnerId"), "vpc_id": text("VpcId")},
    attributes={
        "default_network_acl_id": text("NetworkAclId"),
        "ingress":                acl_entries("false"),
        "egress":                 acl_entries("true"),
        "tags":                   tags("Tags"),
    },
    ignored={"subnet_ids": "every subnet without a network ACL of its own is in it: those others tell"},
    refs=(Ref("vpc_id", to="aws_vpc"),),
)

NETWORK_ACL_RULE = ResourceType(
    name="aws_network_acl_rule",
    service="ec2",
    list=Within("aws_network_acl", each=f"Entries[?RuleNumber < `{LAST_RULES}`]"),
    id=text("join(':', [parent.NetworkAclId, to_string(RuleNumber), to_string(Egress)])"),  # Terraform's is a hash
    identity=("network_acl_id", "rule_number", "egress"),
    import_id="join(':', [network_acl_id, to_string(rule_number), protocol, to_string(egress)])",
    label="to_string(rule_number)",
    attributes={
        **ACL_ENTRY,
        "network_acl_id": text("parent.NetworkAclId"),
        "egress":         flag("Egress"),
        "rule_action":    caseless("RuleAction"),
        "rule_number":    number("RuleNumber"),
        "from_port":      number("PortRange.From", default=0, from_state=only_for("6", "17")),
        "to_port":        number("PortRange.To", default=0, from_state=only_for("6", "17")),
        "icmp_code":      number("IcmpTypeCode.Code", default=0, from_state=only_for("1", "58")),
        "icmp_type":      number("IcmpTypeCode.Type", default=0, from_state=only_for("1", "58")),
    },
    parent=Parent(
        "network_acl_id", to="aws_network_acl",
        covers={"ingress": acl_share(False), "egress": acl_share(True)}, standalone=True,
    ),
    account="parent.OwnerId",
    owners=(
        # the default ACL comes with rules that let everything through
        Owner("parent.IsDefault && (RuleNumber == `100` || RuleNumber == `101`) && RuleAction == 'allow' && "
              "Protocol == '-1' && (CidrBlock == '0.0.0.0/0' || Ipv6CidrBlock == '::/0')", THE_VPC),
        of_stack("parent.Tags"),
    ),
)  # fmt: skip

NETWORK_ACL_ASSOCIATION = ResourceType(
    name="aws_network_acl_association",
    service="ec2",
    list=Within("aws_network_acl", each="Associations[]"),
    id=text("NetworkAclAssociationId"),
    identity=("subnet_id",),  # every subnet has one, and replacing it gives it another id
    label="subnet_id",
    attributes={"network_acl_id": text("NetworkAclId"), "subnet_id": text("SubnetId")},
    refs=(Ref("subnet_id", to="aws_subnet"),),
    parent=Parent(
        "network_acl_id", to="aws_network_acl", covers={"subnet_ids": lambda a: frozenset({a.get("subnet_id")})}
    ),
    account="parent.OwnerId",
)

"""Amazon EC2: security groups and their rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_tuple
from drift.normalize.addresses import cidr as cidr_form
from drift.normalize.values import number as as_number
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, cidr, flag, number, set_of, text
from drift.provider.spec import Attr, Attributes, Call, ElementOf, Owner, Parent, Raw, Ref, ResourceType, Share
from drift.providers.aws.kinds import tags
from drift.providers.aws.network.addresses import FAMILIES, is_internet, space
from drift.providers.aws.normalize.network import (
    PORTED,
    atoms_of_rule,
    atoms_of_vpc_rule,
    inline_rules,
    protocol,
    rule_key,
    rules_from_api,
    rules_from_state,
)


def rules(at: str, **words: Any) -> Attr:
    """A group's rules, one atom for each peer, whether written inline or as resources of their own."""
    return attr(at, rules_from_api, from_state=rules_from_state, written=inline_rules, key=rule_key, **words)


def lets_everything_out(atom: Value, _account: str) -> bool:
    """Whether it is the rule that AWS gives a new group: an imported group has it and nobody wrote it."""
    said = {k: v for k, v in as_block(atom).items() if v is not None}
    return said in ({"protocol": "-1", "cidr_ipv4": "0.0.0.0/0"}, {"protocol": "-1", "cidr_ipv6": "::/0"})


def share_of(direction: str) -> Share:
    """The atoms of a rule resource that go this way."""
    return lambda rule: atoms_of_rule(rule) if rule.get("type") == direction else frozenset()


GROUP_REFS = (
    Ref("vpc_id", to="aws_vpc"),
    Ref("ingress[].security_group", to="aws_security_group"),
    Ref("egress[].security_group", to="aws_security_group"),
    Ref("ingress[].prefix_list_id", to="aws_ec2_managed_prefix_list"),
    Ref("egress[].prefix_list_id", to="aws_ec2_managed_prefix_list"),
)

AS_MADE = (
    "GroupName == 'default' && !(IpPermissions[].IpRanges[]) && !(IpPermissions[].Ipv6Ranges[]) && "
    "!(IpPermissions[].PrefixListIds[]) && "
    "length(of(IpPermissions[].UserIdGroupPairs[], 'GroupId', GroupId)) == length(IpPermissions[].UserIdGroupPairs[] || `[]`)"
)
"""AWS makes a VPC's default group so that only its own members reach each other (VPC user guide). Whoever opens it
makes it their own; without any rule it lets in nobody."""


def as_made(group: Attributes) -> bool:
    """The same of what is left of a default group without rules that are resources of their own."""
    ingress = group.get("ingress")
    members = Block({"protocol": "-1", "security_group": group.get("id")})
    return group.get("name") == "default" and isinstance(ingress, frozenset) and all(
        Block({k: v for k, v in as_block(atom).items() if v is not None}) == members for atom in ingress
    )


CONTROLLERS = ("elbv2.k8s.aws/", "kubernetes.io/")
"""What controllers write into the description of a rule that they add to the group of a cluster's nodes: the AWS Load
Balancer Controller, and Kubernetes' own cloud provider (`kubernetes.io/rule/nlb/client=…`)."""


def opened(group: Attributes) -> bool:
    """Whether a person opened a group that came with another resource: rules that no controller marked as its own let
    the internet in to a port.

    AWS itself makes such rules in the group of a directory's controllers (Directory Service administration guide).
    """
    ingress = group.get("ingress")
    if not isinstance(ingress, frozenset) or re.fullmatch(r"d-[0-9a-f]+_controllers", str(group.get("name"))):
        return False
    by_port: dict[Any, list[str]] = {}
    for atom in map(as_block, ingress):
        if not any(mark in str(atom.get("description") or "") for mark in CONTROLLERS):
            cidrs = (atom.get("cidr_ipv4"), atom.get("cidr_ipv6"))
            port = tuple(atom.get(name) for name in ("protocol", "from_port", "to_port"))
            by_port.setdefault(port, []).extend(str(c) for c in cidrs if c)
    return any(is_internet(space(cidrs, family), family) for cidrs in by_port.values() for family in FAMILIES)


SECURITY_GROUP = ResourceType(
    name="aws_security_group",
    service="ec2",
    list=Call(op="DescribeSecurityGroups", take="SecurityGroups"),
    id=text("GroupId"),
    label="name",
    computed={"arn": text("SecurityGroupArn"), "owner_id": text("OwnerId")},
    attributes={
        "name":        text("GroupName", assigned=True),
        "description": text("Description"),
        "vpc_id":      text("VpcId", assigned=True),
        "ingress":     rules("IpPermissions"),
        "egress":      rules("IpPermissionsEgress", initial=lets_everything_out),
        "tags":        tags("Tags"),
    },
    ignored={
        "name_prefix":            "only read when the group is created",
        "revoke_rules_on_delete": "an instruction to Terraform, not a property of the group",
    },
    refs=GROUP_REFS,
    by_person=opened,
    owners=(
        Owner(AS_MADE, "AWS: the VPC's default group", beside_parts=as_made),
        Owner("Tags[?Key == 'aws:eks:cluster-name']", "EKS"),
    ),
)

DEFAULT_SECURITY_GROUP = ResourceType(
    name="aws_default_security_group",
    instead_if="GroupName == 'default'",
    service="ec2",
    alias_of="aws_security_group",
    list=SECURITY_GROUP.list,
    id=SECURITY_GROUP.id,
    label="id",
    computed={**SECURITY_GROUP.computed, "name": text("GroupName"), "description": text("Description")},
    attributes={name: SECURITY_GROUP.attributes[name] for name in ("vpc_id", "ingress", "egress", "tags")},
    ignored={"revoke_rules_on_delete": "an instruction to Terraform, not a property of the group"},
    refs=GROUP_REFS,
)

_PEERS = (("cidr_blocks", "cidr_ipv4"), ("ipv6_cidr_blocks", "cidr_ipv6"), ("prefix_list_ids", "prefix_list_id"))


def find_rule(rule: Attributes, told: Mapping[str, Value]) -> Raw | None:
    """What the group still holds of one `aws_security_group_rule`."""
    there = {rule_key(atom): atom for atom in map(as_block, as_tuple(told.get(str(rule.get("type")))))}
    here = [there[key] for atom in atoms_of_rule(rule) if (key := rule_key(atom)) in there]
    if not here:
        return None
    groups = {atom["security_group"] for atom in here if atom.get("security_group")}
    strange = sorted({str(a["description"] or "") for a in here} - {str(rule.get("description") or "")})
    found: dict[str, Any] = {name: [a[kind] for a in here if a.get(kind)] for name, kind in _PEERS}
    found["self"] = rule.get("security_group_id") in groups and bool(rule.get("self"))
    source = rule.get("source_security_group_id")
    found["source_security_group_id"] = source if str(source or "").rsplit("/", 1)[-1] in groups else None
    found["description"] = strange[0] if strange else rule.get("description")
    return {**rule, **found}


def _port_of(value: Any, rule: Raw) -> Value:
    """A port; whatever an author writes with a protocol that has none, the provider records as 0."""
    return as_number(value) if protocol(rule.get("protocol")) in PORTED else None


RULE = ResourceType(
    name="aws_security_group_rule",
    service="ec2",
    list=ElementOf(find_rule),
    id=text("id"),  # a hash that only Terraform makes
    label="description",
    attributes={
        "security_group_id":        text("security_group_id"),
        "type":                     text("type"),
        "protocol":                 attr("protocol", protocol),
        "from_port":                number("from_port", from_state=_port_of),
        "to_port":                  number("to_port", from_state=_port_of),
        "cidr_blocks":              set_of(cidr_form, "cidr_blocks"),
        "ipv6_cidr_blocks":         set_of(cidr_form, "ipv6_cidr_blocks"),
        "prefix_list_ids":          set_of(plain_text, "prefix_list_ids"),
        "source_security_group_id": text("source_security_group_id", assigned=True),
        "self":                     flag("self"),
        "description":              text("description"),
    },
    refs=(
        Ref("source_security_group_id", to="aws_security_group"),
        Ref("prefix_list_ids[]", to="aws_ec2_managed_prefix_list"),
    ),
    parent=Parent(
        "security_group_id", to="aws_security_group", covers={"ingress": share_of("ingress"), "egress": share_of("egress")}
    ),
)


def vpc_rule(direction: str, wanted: str) -> ResourceType:
    """A rule with an id of its own, one peer each; all are listed by one call."""
    return ResourceType(
        name=f"aws_vpc_security_group_{direction}_rule",
        owner_tags=False,
        service="ec2",
        list=Call(op="DescribeSecurityGroupRules", take=f"SecurityGroupRules[?IsEgress == `{wanted}`]"),
        id=text("SecurityGroupRuleId"),
        label="description",
        computed={"arn": text("SecurityGroupRuleArn"), "security_group_rule_id": text("SecurityGroupRuleId")},
        attributes={
            "security_group_id":            text("GroupId"),
            "ip_protocol":                  attr("IpProtocol", protocol),
            "from_port":                    number("FromPort", same=_any_port, written=_port_by_import),
            "to_port":                      number("ToPort", same=_any_port, written=_port_by_import),
            "cidr_ipv4":                    cidr("CidrIpv4"),
            "cidr_ipv6":                    cidr("CidrIpv6"),
            "prefix_list_id":               text("PrefixListId"),
            "referenced_security_group_id": attr("ReferencedGroupInfo.GroupId", _own_id),
            "description":                  text("Description"),
            "tags":                         tags("Tags"),
        },
        refs=(
            Ref("referenced_security_group_id", to="aws_security_group"),
            Ref("prefix_list_id", to="aws_ec2_managed_prefix_list"),
        ),
        parent=Parent("security_group_id", to="aws_security_group", covers={direction: atoms_of_vpc_rule}),
    )


def _port_by_import(found: Any, _: Any) -> Any:
    """An import leaves out a port that stands for all."""
    return None if found == -1 else found


def _any_port(want: Value, have: Value) -> bool:
    """With protocol -1 AWS answers -1 where Terraform leaves the ports out."""
    return want is None and have == -1


def _own_id(value: Any) -> str | None:
    """A group of another account is written account/sg-… in Terraform; the API tells both apart."""
    return str(value).rsplit("/", 1)[-1] if value else None


INGRESS_RULE = vpc_rule("ingress", "false")
EGRESS_RULE = vpc_rule("egress", "true")

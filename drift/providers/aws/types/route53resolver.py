"""Amazon Route 53 Resolver: who is resolved where, what is logged, and the DNS firewall."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, blocks, number, set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import group_arn, tags
from drift.providers.aws.types.route53 import domain

GONE = frozenset({"ResourceNotFoundException"})
TAGS = Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "Arn"}, gone=GONE)
RESOLVER = "Route 53 Resolver"
OF_VPC = Ref("resource_id", to="aws_vpc")

RESOLVER_ENDPOINT = ResourceType(
    name="aws_route53_resolver_endpoint",
    service="route53resolver",
    list=Call(op="ListResolverEndpoints", take="ResolverEndpoints"),
    describe=(
        # one call for each endpoint: its listing only counts the addresses
        Call(op="ListResolverEndpointIpAddresses", take="IpAddresses", into="Addresses", gone=GONE,
             bind={"ResolverEndpointId": "Id"}),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                   text("Name"),
        "direction":              text("Direction"),
        "protocols":              set_of(values.text, "Protocols", assigned=True),
        "resolver_endpoint_type": text("ResolverEndpointType", default="IPV4"),
        "security_group_ids":     set_of(values.text, "SecurityGroupIds"),
        "ip_address": blocks("Addresses", {
            "subnet_id": text("SubnetId"),
            "ip":        text("Ip", assigned=True),
            "ipv6":      text("Ipv6", assigned=True),
        }, key=lambda a: a["subnet_id"]),
        "tags":                   tags("Tags"),
    },
    refs=(Ref("security_group_ids[]", to="aws_security_group"), Ref("ip_address[].subnet_id", to="aws_subnet")),
)

RESOLVER_RULE = ResourceType(
    name="aws_route53_resolver_rule",
    service="route53resolver",
    list=Call(op="ListResolverRules", take="ResolverRules"),
    describe=(TAGS,),
    id=text("Id"),
    label="name",
    account="OwnerId",
    computed={"arn": text("Arn"), "owner_id": text("OwnerId")},
    attributes={
        "name":                 text("Name"),
        "domain_name":          attr("DomainName", domain),
        "rule_type":            text("RuleType"),
        "resolver_endpoint_id": text("ResolverEndpointId"),
        "target_ip": blocks("TargetIps", {
            "ip":       text("Ip"),
            "ipv6":     text("Ipv6"),
            "port":     number("Port", default=53),
            "protocol": text("Protocol", default="Do53"),
        }),
        "tags":                 tags("Tags"),
    },
    refs=(Ref("resolver_endpoint_id", to="aws_route53_resolver_endpoint"),),
    owners=(
        Owner("OwnerId == 'Route 53 Resolver'", "Route 53 Resolver"),
        Owner("starts_with(Id, 'rslvr-autodefined')", "Route 53 Resolver"),
    ),
)

RULE_ASSOCIATION = ResourceType(
    name="aws_route53_resolver_rule_association",
    service="route53resolver",
    # rules that others share with us are listed too, and none is deleted or unshared before its associations
    list=Call(op="ListResolverRuleAssociations", take="ResolverRuleAssociations",
              where=(Where("aws_route53_resolver_rule"),)),
    id=text("Id"),
    label="name",
    exists="Status != 'DELETING'",
    attributes={
        "name":             text("Name"),
        "resolver_rule_id": text("ResolverRuleId"),
        "vpc_id":           text("VPCId"),
    },
    refs=(Ref("resolver_rule_id", to="aws_route53_resolver_rule"), Ref("vpc_id", to="aws_vpc")),
    # every VPC has one with the rule for the internet
    owners=(Owner("starts_with(ResolverRuleId, 'rslvr-autodefined')", RESOLVER),),
)

QUERY_LOG_CONFIG = ResourceType(
    name="aws_route53_resolver_query_log_config",
    service="route53resolver",
    list=Call(op="ListResolverQueryLogConfigs", take="ResolverQueryLogConfigs"),
    describe=(TAGS,),
    id=text("Id"),
    label="name",
    account="OwnerId",
    exists="Status != 'DELETING'",
    computed={"arn": text("Arn"), "owner_id": text("OwnerId"), "share_status": text("ShareStatus")},
    attributes={
        "name":            text("Name"),
        "destination_arn": group_arn("DestinationArn"),
        "tags":            tags("Tags"),
    },
    refs=(
        Ref("destination_arn", to="aws_s3_bucket", by="arn"),
        Ref("destination_arn", to="aws_cloudwatch_log_group", by="arn"),
        Ref("destination_arn", to="aws_kinesis_firehose_delivery_stream", by="arn"),
    ),
)

QUERY_LOG_ASSOCIATION = ResourceType(
    name="aws_route53_resolver_query_log_config_association",
    service="route53resolver",
    # as with rules: what is shared with us is listed
    list=Call(op="ListResolverQueryLogConfigAssociations", take="ResolverQueryLogConfigAssociations",
              where=(Where("aws_route53_resolver_query_log_config"),)),
    id=text("Id"),
    label="resource_id",
    exists="Status != 'DELETING'",
    attributes={
        "resolver_query_log_config_id": text("ResolverQueryLogConfigId"),
        "resource_id":                  text("ResourceId"),
    },
    refs=(Ref("resolver_query_log_config_id", to="aws_route53_resolver_query_log_config"), OF_VPC),
)

RULE_GROUP = ResourceType(
    name="aws_route53_resolver_firewall_rule_group",
    service="route53resolver",
    list=Call(op="ListFirewallRuleGroups", take="FirewallRuleGroups"),
    describe=(
        # one call for each managed group: rules are listed by group alone
        Call(op="ListFirewallRules", take="FirewallRules", into="Rules", bind={"FirewallRuleGroupId": "Id"}, gone=GONE),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    account="OwnerId",
    computed={"arn": text("Arn"), "owner_id": text("OwnerId"), "share_status": text("ShareStatus")},
    attributes={"name": text("Name"), "tags": tags("Tags")},
)

RULE = ResourceType(
    name="aws_route53_resolver_firewall_rule",
    service="route53resolver",
    list=Within("aws_route53_resolver_firewall_rule_group", each="Rules[]"),
    id=text("join(':', [FirewallRuleGroupId, FirewallDomainListId || FirewallThreatProtectionId])"),
    # a list may be named once for each type of query
    identity=("firewall_rule_group_id", "firewall_domain_list_id", "q_type"),
    label="name",
    attributes={
        "firewall_rule_group_id":             text("FirewallRuleGroupId"),
        # rules of DNS Firewall Advanced look at no list
        "firewall_domain_list_id":            text("FirewallDomainListId || FirewallThreatProtectionId"),
        "name":                               text("Name"),
        "priority":                           number("Priority"),
        "action":                             text("Action"),
        "block_response":                     text("BlockResponse"),
        "block_override_dns_type":            text("BlockOverrideDnsType"),
        "block_override_domain":              attr("BlockOverrideDomain", values.dot_free),
        "block_override_ttl":                 number("BlockOverrideTtl", default=0),
        "firewall_domain_redirection_action": text("FirewallDomainRedirectionAction",
                                                   default="INSPECT_REDIRECTION_DOMAIN"),
        "q_type":                             text("Qtype"),
    },
    parent=Parent("firewall_rule_group_id", to="aws_route53_resolver_firewall_rule_group"),
    refs=(Ref("firewall_domain_list_id", to="aws_route53_resolver_firewall_domain_list"),),
)

DOMAIN_LIST = ResourceType(
    name="aws_route53_resolver_firewall_domain_list",
    service="route53resolver",
    list=Call(op="ListFirewallDomainLists", take="FirewallDomainLists"),
    describe=(
        # one call for each managed list
        Call(op="ListFirewallDomains", take="Domains", into="Domains", bind={"FirewallDomainListId": "Id"}, gone=GONE),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":    text("Name"),
        "domains": set_of(values.dot_free, "Domains"),  # AWS answers them with a final dot
        "tags":    tags("Tags"),
    },
    owners=(Owner("ManagedOwnerName", "AWS"),),
)

RULE_GROUP_ASSOCIATION = ResourceType(
    name="aws_route53_resolver_firewall_rule_group_association",
    service="route53resolver",
    # as with rules: what is shared with us is listed
    list=Call(op="ListFirewallRuleGroupAssociations", take="FirewallRuleGroupAssociations",
              where=(Where("aws_route53_resolver_firewall_rule_group"),)),
    describe=(TAGS,),
    id=text("Id"),
    label="name",
    exists="Status != 'DELETING'",
    computed={"arn": text("Arn")},
    attributes={
        "name":                   text("Name"),
        "firewall_rule_group_id": text("FirewallRuleGroupId"),
        "mutation_protection":    text("MutationProtection", default="DISABLED", same_for_all=True),
        "priority":               number("Priority"),
        "vpc_id":                 text("VpcId"),
        "tags":                   tags("Tags"),
    },
    refs=(Ref("firewall_rule_group_id", to="aws_route53_resolver_firewall_rule_group"), Ref("vpc_id", to="aws_vpc")),
    owners=(Owner("ManagedOwnerName", "Firewall Manager"),),
)

FIREWALL_CONFIG = ResourceType(
    name="aws_route53_resolver_firewall_config",
    service="route53resolver",
    list=Call(op="ListFirewallConfigs", take="FirewallConfigs"),
    id=text("Id"),
    identity=("resource_id",),
    import_id="id",
    label="resource_id",
    account="OwnerId",
    computed={"owner_id": text("OwnerId")},
    attributes={"resource_id": text("ResourceId"), "firewall_fail_open": text("FirewallFailOpen", default="DISABLED", same_for_all=True)},
    refs=(OF_VPC,),
    owners=(Owner("FirewallFailOpen != 'ENABLED'", "AWS"),),  # every VPC has one
)


def _switch(value: Any) -> str | None:
    """AWS answers with a state, and takes an order: `ENABLING`, `ENABLED` of `ENABLE`."""
    return None if not value else "ENABLE" if str(value).startswith("ENABL") else "DISABLE"


CONFIG = ResourceType(
    name="aws_route53_resolver_config",
    service="route53resolver",
    list=Call(op="ListResolverConfigs", take="ResolverConfigs"),
    id=text("Id"),
    identity=("resource_id",),
    import_id="id",
    label="resource_id",
    account="OwnerId",
    computed={"owner_id": text("OwnerId")},
    attributes={"resource_id": text("ResourceId"), "autodefined_reverse_flag": attr("AutodefinedReverse", _switch)},
    refs=(OF_VPC,),
    owners=(Owner("!starts_with(AutodefinedReverse, 'DISABL')", "AWS"),),  # every VPC has one
)

DNSSEC_CONFIG = ResourceType(
    name="aws_route53_resolver_dnssec_config",
    service="route53resolver",
    list=Call(op="ListResolverDnssecConfigs", take="ResolverDnssecConfigs"),
    id=text("Id"),
    identity=("resource_id",),
    import_id="id",
    label="resource_id",
    account="OwnerId",
    exists="starts_with(ValidationStatus, 'ENABL')",
    computed={"owner_id": text("OwnerId"), "validation_status": text("ValidationStatus")},
    attributes={"resource_id": text("ResourceId")},
    refs=(OF_VPC,),
)

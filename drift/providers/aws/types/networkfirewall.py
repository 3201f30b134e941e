"""AWS Network Firewall."""

from __future__ import annotations

from drift.model.value import Value, as_block
from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})
# both are answered in pages of metadata alone: who made them is told by the tags of the whole


def _of_aws(want: Value, have: Value) -> bool:
    """AWS's own key is what nobody chose."""
    return not any(as_block(side).get("type") == "CUSTOMER_KMS" for side in (want, have))


def _encryption(at: str) -> Attr:
    return block(f"{at}.EncryptionConfiguration", {"type": text("Type"), "key_id": kms_key("KeyId")}, same=_of_aws)


FIREWALL_POLICY = ResourceType(
    name="aws_networkfirewall_firewall_policy",
    service="network-firewall",
    list=Call(op="ListFirewallPolicies", take="FirewallPolicies"),
    describe=(
        Call(op="DescribeFirewallPolicy", into="Described", bind={"FirewallPolicyArn": "Arn"}, gone=GONE),
    ),
    id=text("Arn"),
    label="name",
    # those that another account shares with us are listed, too
    account="account(Arn)",
    computed={"arn": text("Arn")},
    attributes={
        "name":                     text("Name"),
        "description":              text("Described.FirewallPolicyResponse.Description"),
        "encryption_configuration": _encryption("Described.FirewallPolicyResponse"),
        "firewall_policy":          block("Described.FirewallPolicy", {
            "stateless_default_actions":          set_of(values.text, "StatelessDefaultActions"),
            "stateless_fragment_default_actions": set_of(values.text, "StatelessFragmentDefaultActions"),
            "stateful_default_actions":           set_of(values.text, "StatefulDefaultActions"),
            "tls_inspection_configuration_arn":   text("TLSInspectionConfigurationArn"),
            "policy_variables":                   block("[PolicyVariables][?RuleVariables] | [0]", {
                "rule_variables": blocks("entries(RuleVariables)", {
                    "key":    text("key"),
                    "ip_set": block("value", {"definition": set_of(values.text, "Definition")}),
                }, key=lambda v: v.get("key")),
            }),
            "stateful_engine_options":            block("StatefulEngineOptions", {
                "rule_order":              text("RuleOrder", default="DEFAULT_ACTION_ORDER"),
                "stream_exception_policy": text("StreamExceptionPolicy", default="DROP"),
                "flow_timeouts":           block("FlowTimeouts", {
                    "tcp_idle_timeout_seconds": number("TcpIdleTimeoutSeconds", assigned=True),
                }, assigned=True),
            }, assigned=True),
            "stateful_rule_group_reference":      blocks("StatefulRuleGroupReferences", {
                "resource_arn": text("ResourceArn"),
                "priority":     number("Priority", default=0),
                "override":     block("Override", {"action": text("Action")}),
            }, key=lambda r: r.get("resource_arn")),
            "stateless_custom_action":            blocks("StatelessCustomActions", {
                "action_name":       text("ActionName"),
                "action_definition": block("ActionDefinition", {
                    "publish_metric_action": block("PublishMetricAction", {
                        "dimension": blocks("Dimensions", {"value": text("Value")}, key=lambda d: d.get("value")),
                    }),
                }),
            }, key=lambda a: a.get("action_name")),
            "stateless_rule_group_reference":     blocks("StatelessRuleGroupReferences", {
                "resource_arn": text("ResourceArn"),
                "priority":     number("Priority"),
            }, key=lambda r: r.get("resource_arn")),
        }),
        "tags": tags("Described.FirewallPolicyResponse.Tags"),
    },
    refs=(
        Ref("firewall_policy.stateful_rule_group_reference[].resource_arn", to="aws_networkfirewall_rule_group",
            by="arn"),
        Ref("firewall_policy.stateless_rule_group_reference[].resource_arn", to="aws_networkfirewall_rule_group",
            by="arn"),
        Ref("encryption_configuration.key_id", to="aws_kms_key", by="arn"),
    ),
)

FIREWALL = ResourceType(
    name="aws_networkfirewall_firewall",
    service="network-firewall",
    list=Call(op="ListFirewalls", take="Firewalls"),
    describe=(
        Call(op="DescribeFirewall", take="Firewall", into="Firewall", bind={"FirewallArn": "FirewallArn"}, gone=GONE),
        Call(op="DescribeLoggingConfiguration", take="LoggingConfiguration", into="Logging",
             bind={"FirewallArn": "FirewallArn"}, gone=GONE),
    ),
    id=text("FirewallArn"),
    label="name",
    account="account(FirewallArn)",
    computed={"arn": text("FirewallArn")},
    attributes={
        "name":                              text("FirewallName"),
        "delete_protection":                 flag("Firewall.DeleteProtection", default=False),
        "description":                       text("Firewall.Description"),
        "enabled_analysis_types":            set_of(values.text, "Firewall.EnabledAnalysisTypes"),
        "encryption_configuration":          _encryption("Firewall"),
        "firewall_policy_arn":               text("Firewall.FirewallPolicyArn"),
        "firewall_policy_change_protection": flag("Firewall.FirewallPolicyChangeProtection", default=False),
        "subnet_change_protection":          flag("Firewall.SubnetChangeProtection", default=False),
        "subnet_mapping":                    blocks("Firewall.SubnetMappings", {
            "subnet_id":       text("SubnetId"),
            "ip_address_type": text("IPAddressType", assigned=True),
        }, key=lambda m: m.get("subnet_id")),
        "vpc_id":                            text("Firewall.VpcId"),
        "tags":                              tags("Firewall.Tags"),
    },
    refs=(
        Ref("firewall_policy_arn", to="aws_networkfirewall_firewall_policy", by="arn"),
        Ref("vpc_id", to="aws_vpc"),
        Ref("subnet_mapping[].subnet_id", to="aws_subnet"),
        Ref("encryption_configuration.key_id", to="aws_kms_key", by="arn"),
    ),
)

LOGGING_CONFIGURATION = ResourceType(
    name="aws_networkfirewall_logging_configuration",
    service="network-firewall",
    list=Within("aws_networkfirewall_firewall"),
    exists="Logging.LogDestinationConfigs",
    id=text("FirewallArn"),
    label="firewall_arn",
    attributes={
        "firewall_arn":          text("FirewallArn"),
        "logging_configuration": block("Logging", {
            "log_destination_config": blocks("LogDestinationConfigs", {
                "log_type":             text("LogType"),
                "log_destination_type": text("LogDestinationType"),
                "log_destination":      mapping("LogDestination"),
            }, key=lambda c: c.get("log_type")),
        }),
    },
    parent=Parent("firewall_arn", to="aws_networkfirewall_firewall"),
)

MATCH_ADDRESS = {"address_definition": text("AddressDefinition")}
# a single port ends where it begins
MATCH_PORT = {"from_port": number("FromPort"), "to_port": number("ToPort", default=0)}


def _variables(at: str, member: str) -> Attr:
    return blocks(f"entries({at})", {
        "key":  text("key"),
        member: block("value", {"definition": set_of(values.text, "Definition")}),
    }, key=lambda v: v.get("key"))


RULE_GROUP = ResourceType(
    name="aws_networkfirewall_rule_group",
    service="network-firewall",
    list=Call(op="ListRuleGroups", take="RuleGroups"),
    describe=(
        Call(op="DescribeRuleGroup", into="Described", bind={"RuleGroupArn": "Arn"}, gone=GONE),
    ),
    id=text("Arn"),
    label="name",
    # those that another account shares with us are listed, too
    account="account(Arn)",
    computed={"arn": text("Arn")},
    attributes={
        "name":                     text("Name"),
        "capacity":                 number("Described.RuleGroupResponse.Capacity"),
        "description":              text("Described.RuleGroupResponse.Description"),
        # another way to write `rules_string`
        "rules":                    text("Described.RuleGroup.RulesSource.RulesString", assigned=True),
        "type":                     text("Described.RuleGroupResponse.Type"),
        "encryption_configuration": _encryption("Described.RuleGroupResponse"),
        "rule_group":               block("Described.RuleGroup", {
            "reference_sets":        block("ReferenceSets", {
                "ip_set_references": blocks("entries(IPSetReferences)", {
                    "key":              text("key"),
                    "ip_set_reference": blocks("value.[@]", {"reference_arn": text("ReferenceArn")}),
                }, key=lambda r: r.get("key")),
            }),
            "rule_variables":        block("RuleVariables", {
                "ip_sets":   _variables("IPSets", "ip_set"),
                "port_sets": _variables("PortSets", "port_set"),
            }),
            "rules_source":          block("RulesSource", {
                "rules_string":      text("RulesString"),
                "rules_source_list": block("RulesSourceList", {
                    "generated_rules_type": text("GeneratedRulesType"),
                    "target_types":         set_of(values.text, "TargetTypes"),
                    "targets":              set_of(values.text, "Targets"),
                }),
                "stateful_rule":     blocks("StatefulRules", {
                    "action":      text("Action"),
                    "header":      block("Header", {
                        "destination":      text("Destination"),
                        "destination_port": text("DestinationPort"),
                        "direction":        text("Direction"),
                        "protocol":         text("Protocol"),
                        "source":           text("Source"),
                        "source_port":      text("SourcePort"),
                    }),
                    "rule_option": blocks("RuleOptions", {
                        "keyword":  text("Keyword"),
                        "settings": set_of(values.text, "Settings"),
                    }),
                }, ordered=True),
                "stateless_rules_and_custom_actions": block("StatelessRulesAndCustomActions", {
                    "custom_action":  blocks("CustomActions", {
                        "action_name":       text("ActionName"),
                        "action_definition": block("ActionDefinition", {
                            "publish_metric_action": block("PublishMetricAction", {
                                "dimension": blocks("Dimensions", {"value": text("Value")}, key=lambda d: d.get("value")),
                            }),
                        }),
                    }, key=lambda a: a.get("action_name")),
                    "stateless_rule": blocks("StatelessRules", {
                        "priority":        number("Priority"),
                        "rule_definition": block("RuleDefinition", {
                            "actions":          set_of(values.text, "Actions"),
                            "match_attributes": block("MatchAttributes", {
                                "protocols":        set_of(values.number, "Protocols"),
                                "destination":      blocks("Destinations", MATCH_ADDRESS),
                                "destination_port": blocks("DestinationPorts", MATCH_PORT),
                                "source":           blocks("Sources", MATCH_ADDRESS),
                                "source_port":      blocks("SourcePorts", MATCH_PORT),
                                "tcp_flag":         blocks("TCPFlags", {
                                    "flags": set_of(values.text, "Flags"),
                                    "masks": set_of(values.text, "Masks"),
                                }),
                            }),
                        }),
                    }, key=lambda r: r.get("priority")),
                }),
            }),
            "stateful_rule_options": block("StatefulRuleOptions", {
                "rule_order": text("RuleOrder", default="DEFAULT_ACTION_ORDER"),
            }),
        }, assigned=True),
        "tags":                     tags("Described.RuleGroupResponse.Tags"),
    },
    refs=(Ref("encryption_configuration.key_id", to="aws_kms_key", by="arn"),),
)

"""WAF's nested documents: one small function stands for thousands of lines, so its names are proved here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from drift.provider.installed import installed
from drift.providers.aws.operations import service_model
from drift.providers.aws.types.wafv2 import (
    SINCE_6,
    as_heard,
    bodies,
    by_name,
    document,
    recorded,
    recorded_rules,
    snake,
)

NOT_IN_TERRAFORM = {"excluded_rules", "override_action", *SINCE_6}
"""What provider 5.100 cannot set: it is told only of a record of version 6, or where it is all that a rule has."""
RENAMED = {"identifier"}
"""`address_fields` lists identifiers where the API has objects of one."""


def unknown(shape: Any, names: Any, depth: int = 0) -> set[str]:
    """The members below `shape` that have no name in the provider's schema."""
    shape = shape.member if shape.type_name == "list" else shape
    inner = names[1] if isinstance(names, list) else names
    if shape.type_name != "structure" or isinstance(names, str) or not inner or depth > 12:
        return set()
    out: set[str] = set()
    for member, below in shape.members.items():
        name = snake(member)
        if name in inner:
            out |= unknown(below, inner[name], depth + 1)
        elif not name.endswith("_statement"):  # nested statements are cut in the schema at some depth
            out.add(name)
    return out


@pytest.mark.parametrize("name", ["aws_wafv2_rule_group", "aws_wafv2_web_acl"])
def test_every_name_of_the_api_is_terraforms(name: str) -> None:
    rule = installed().facts(name)["rule"]

    assert unknown(service_model("wafv2").shape_for("Rule"), rule) - NOT_IN_TERRAFORM - RENAMED == set()


def test_both_shapes_of_a_rule_agree() -> None:
    api = {
        "Name": "a",
        "Priority": 0,
        "Statement": {
            "ByteMatchStatement": {
                "SearchString": b"x",
                "FieldToMatch": {"Body": {"OversizeHandling": "CONTINUE"}},
                "TextTransformations": [{"Priority": 1, "Type": "NONE"}, {"Priority": 0, "Type": "LOWERCASE"}],
                "PositionalConstraint": "EXACTLY",
            }
        },
        "OverrideAction": {"None": {}},
        "VisibilityConfig": {
            "SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "a"
        },
    }  # fmt: skip
    state = {
        "name": "a",
        "priority": 0,
        "action": [],
        "override_action": [{"none": [{}], "count": []}],
        "rule_label": [],
        "statement": [
            {
                "and_statement": [],
                "byte_match_statement": [
                    {
                        "search_string": "x",
                        "positional_constraint": "EXACTLY",
                        "field_to_match": [{"all_query_arguments": [], "body": [{"oversize_handling": ""}]}],
                        "text_transformation": [
                            {"priority": 0, "type": "LOWERCASE"}, {"priority": 1, "type": "NONE"}
                        ],
                    }
                ],
            }
        ],
        "visibility_config": [
            {"cloudwatch_metrics_enabled": True, "metric_name": "a", "sampled_requests_enabled": False}
        ],
    }  # fmt: skip

    assert by_name([api]) == recorded_rules([state], {})


def test_rule_json_is_the_apis_own_shape() -> None:
    statement = {"GeoMatchStatement": {"CountryCodes": ["NL"]}}
    rules = [{"Name": "a", "Priority": 1, "Action": {"Block": {}}, "Statement": statement}]

    assert recorded_rules([], {"rule_json": json.dumps(rules)}) == by_name(rules)


def test_an_empty_block_is_not_nothing() -> None:
    assert recorded([{"allow": [{"custom_request_handling": []}], "block": []}]) == document({"Allow": {}})
    assert recorded([{"allow": [], "block": [{"custom_response": []}]}]) != document({"Allow": {}})


def test_shield_rules_are_not_the_users() -> None:
    shield = "ShieldMitigationRuleGroup_123456789012_12345678-1234-1234-1234-123456789012_x"

    assert by_name([{"Name": shield, "Priority": 10_000_000}]) == {}


def test_response_bodies_by_key() -> None:
    assert bodies({"k": {"ContentType": "TEXT_PLAIN", "Content": "x"}}) == bodies(
        [{"key": "k", "content": "x", "content_type": "TEXT_PLAIN"}]
    )


def managed(**configs: Any) -> dict[str, Any]:
    statement = {"VendorName": "AWS", "Name": "AWSManagedRulesAntiDDoSRuleSet", **configs}
    return {"Name": "ddos", "Priority": 1, "Statement": {"ManagedRuleGroupStatement": statement}}


def of_state(configs: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    group = {
        "vendor_name": "AWS",
        "name": "AWSManagedRulesAntiDDoSRuleSet",
        "managed_rule_group_configs": configs,
        **more,
    }
    return [{"name": "ddos", "priority": 1, "statement": [{"managed_rule_group_statement": [group]}]}]


CHALLENGE = {"UsageOfAction": "ENABLED", "ExemptUriRegularExpressions": [{"RegexString": "^/api"}]}
CONFIGURED = {
    "ManagedRuleGroupConfigs": [
        {"AWSManagedRulesAntiDDoSRuleSet": {"ClientSideActionConfig": {"Challenge": CHALLENGE}}}
    ]
}
IN_6 = [{"aws_managed_rules_anti_ddos_rule_set": [{"sensitivity_to_block": "", "client_side_action_config": [{"challenge": [
    {"usage_of_action": "ENABLED", "sensitivity": "", "exempt_uri_regular_expression": [{"regex_string": "^/api"}]},
]}]}]}]  # fmt: skip


def test_a_set_with_two_capitals_is_named_as_version_6_names_it() -> None:
    rules = of_state(IN_6)

    assert by_name([managed(**CONFIGURED)]) == recorded_rules(rules, {"region": "us-east-1"})


def test_what_version_5_has_no_name_for_is_no_difference_to_its_record() -> None:
    rules = of_state([])

    assert as_heard(recorded_rules(rules, {}), by_name([managed(**CONFIGURED)]))
    assert not as_heard(recorded_rules(rules, {"region": "us-east-1"}), by_name([managed(**CONFIGURED)]))


@pytest.mark.parametrize(
    "changed",
    [
        {"Version": "2"},
        {"ScopeDownStatement": {"GeoMatchStatement": {"CountryCodes": ["NL"]}}},
        {"ManagedRuleGroupConfigs": [{"LoginPath": "/login"}]},
    ],
)
def test_what_it_has_a_name_for_is(changed: dict[str, Any]) -> None:
    rules = of_state([])

    assert not as_heard(recorded_rules(rules, {}), by_name([managed(**{**CONFIGURED, **changed})]))


def test_a_rule_that_came_to_match_networks_by_hand_is_told() -> None:
    state = [{"name": "a", "priority": 0, "statement": [{"geo_match_statement": [{"country_codes": ["NL"]}]}]}]
    live = {"Name": "a", "Priority": 0, "Statement": {"AsnMatchStatement": {"AsnList": [64496]}}}

    assert not as_heard(recorded_rules(state, {}), by_name([live]))

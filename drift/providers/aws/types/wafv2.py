"""AWS WAF: web ACLs, rule groups and the sets they match."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_set, freeze
from drift.normalize import values
from drift.normalize.addresses import cidr
from drift.provider.kinds import attr, blocks, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Raw, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import tags
from drift.providers.aws.normalize import names

GONE = frozenset({"WAFNonexistentItemException"})
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SINGULAR = {
    "exempt_uri_regular_expressions": "exempt_uri_regular_expression",
    "conditions": "condition", "custom_keys": "custom_key", "data_protections": "data_protection",
    "filters": "filter", "insert_headers": "insert_header", "response_headers": "response_header",
    "rule_action_overrides": "rule_action_override", "rule_labels": "rule_label", "statements": "statement",
    "text_transformations": "text_transformation",
}
"""Lists of the API that Terraform writes as repeated blocks."""
DEFAULTS = {"oversize_handling": "CONTINUE", "aggregate_key_type": "IP", "evaluation_window_sec": 300}
"""What AWS means where these are left out."""
EMPTY = frozenset({"captcha_config", "challenge_config", "custom_request_handling"})
"""Blocks that say nothing where they are empty, as WAF answers them at times; an empty `count` says it all."""
SINCE_6 = frozenset({
    "asn", "asn_match_statement", "aws_managed_rules_anti_ddos_rule_set", "challenge_config", "monetize",
    "pre_parse_text_transformations",
})
"""What WAF answers and version 5 of the provider has no name for."""
IDENTIFIED = ("address_fields", "phone_number_fields")
"""Lists of objects with one `identifier` each."""
SHIELD = re.compile(r"ShieldMitigationRuleGroup_\d{12}_[0-9a-f-]{36}_.*")
"""Rules that Shield Advanced puts into a web ACL to stop an attack; the provider looks past them, too."""


def snake(name: str) -> str:
    """`IPSetReferenceStatement` as Terraform names it: `ip_set_reference_statement`."""
    plain = WORDS.sub("_", name.replace("DDoS", "Ddos")).lower().replace("cloud_watch", "cloudwatch")
    return SINGULAR.get(plain, plain)


def document(value: Any, name: Callable[[str], str] = snake) -> Value:
    """A nested document of the API or of a state, in one form for both.

    Terraform writes a block that stands once as a list of one, and what is not set as an empty list; the
    API, an object and nothing. An empty object says something (`count {}`), so it stays.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        inner = {name(k): document(v, name) for k, v in value.items()}
        return Block({k: _listed(k, v) for k, v in inner.items() if not _says_nothing(k, v)})
    if isinstance(value, list | tuple):
        if len(value) == 1 and isinstance(value[0], Mapping | None):
            return document(value[0] or {}, name)
        return frozenset(document(v, name) for v in value)
    return freeze(value)


def _says_nothing(name: str, value: Value) -> bool:
    return value in (None, "", False, 0, frozenset()) or DEFAULTS.get(name) == value or (name in EMPTY and not value)


def _listed(name: str, value: Value) -> Value:
    """The API has a list of objects with one `identifier` each where Terraform lists the identifiers."""
    if name not in IDENTIFIED:
        return value
    fields = value if isinstance(value, frozenset) else {value}
    found: set[Any] = set()
    for field in map(as_block, fields):
        found |= as_set(field.get("identifiers")) or {field.get("identifier")}
    return Block(identifiers=frozenset(found))


def recorded(value: Any, _: Raw | None = None) -> Value:
    """A state's document: its names are Terraform's already."""
    return document(value, str)


def _shaped(value: Any, _item: Any = None) -> Any:
    """What WAF answers under Terraform's names, with whatever is empty: it says something."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        return [_shaped(v) for v in value]
    if not isinstance(value, Mapping):
        return value
    named = {snake(k): v for k, v in value.items() if v is not None}
    out = {k: _shaped(v) for k, v in named.items() if v or k not in EMPTY}
    fields = {k: {"identifiers": [f["identifier"] for f in out[k]]} for k in IDENTIFIED if k in out}
    return {**out, **fields}


def as_answered(value: Any) -> Value:
    """What WAF answers, under its own names."""
    if isinstance(value, Mapping):
        return Block({k: as_answered(v) for k, v in value.items()})
    if isinstance(value, list | tuple):
        return tuple(map(as_answered, value))
    return freeze(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)


def _rules(found: Any, _item: Any) -> list[Any]:
    return [_shaped(rule) for rule in found or () if not SHIELD.fullmatch(rule["Name"])]


def nested(at: str, **words: Any) -> Attr:
    """A deeply nested block, compared as one document."""
    return attr(at, document, from_state=lambda value, _: _present(recorded(value)), written=_shaped, **words)


def _present(value: Value) -> Value:
    return None if value == frozenset() else value


def by_name(value: Any, name: Callable[[str], str] = snake) -> Value:
    """Rules by name, so that a report says which of them differs; where one stands, its priority says."""
    rules = {str(as_block(rule)["name"]): rule for rule in (document(r, name) for r in value or ())}
    return Block({n: rule for n, rule in rules.items() if not SHIELD.fullmatch(n)})


class Before6(Block):
    """Rules as version 5 of the provider records them."""

    __slots__ = ()


def recorded_rules(value: Any, instance: Raw) -> Value:
    """The rules of a state, be they blocks or `rule_json`; a record of version 6 has a `region`."""
    if instance.get("rule_json"):
        return by_name(json.loads(instance["rule_json"]))
    rules = by_name(value, str)
    return rules if "region" in instance else Before6(as_block(rules))


def as_heard(want: Value, have: Value) -> bool:
    """Whether rules agree but for what the version of the provider that recorded them has no name for."""
    return isinstance(want, Before6) and bool(want == _heard(have))


def _heard(value: Value) -> Value:
    if isinstance(value, frozenset):
        return frozenset(map(_heard, value))
    if not isinstance(value, Block):
        return value
    inner = {name: (member, _heard(member)) for name, member in value.items() if name not in SINCE_6}
    # what held nothing else is gone with it
    return Block({name: kept for name, (member, kept) in inner.items() if kept or not member})


def bodies(value: Any) -> Value:
    """Response bodies by key."""
    if isinstance(value, Mapping):
        return Block({key: document(body) for key, body in value.items()})
    return Block({b["key"]: document({k: v for k, v in b.items() if k != "key"}, str) for b in value or ()})


def _bodies(value: Any, _: Mapping[str, Any]) -> Any:
    """The same, as a configuration lists them."""
    told = value.items() if isinstance(value, Mapping) else ()
    return [{"key": key, "content": b.get("Content"), "content_type": b.get("ContentType")} for key, b in told]


def both_scopes(op: str, member: str) -> tuple[Call, Call]:
    """What serves regions is listed in each; what serves CloudFront, in us-east-1 alone."""
    keep = "{Name: Name, Id: Id, ARN: ARN, Description: Description, Scope: '%s'}"
    return (
        Call(op=op, take=f"{member}[].{keep % 'REGIONAL'}", args={"Scope": "REGIONAL"}),
        Call(op=op, take=f"{member}[].{keep % 'CLOUDFRONT'}", args={"Scope": "CLOUDFRONT"}, region="us-east-1"),
    )


def whole(op: str, member: str) -> tuple[Call, Call]:
    """One call for each: the listings of WAF give little more than names, and no tags."""
    return (
        Call(op=op, take=member, into=member, gone=GONE, bind={"Name": "Name", "Id": "Id", "Scope": "Scope"}),
        Call(op="ListTagsForResource", take="TagInfoForResource.TagList", into="Tags", gone=GONE,
             bind={"ResourceARN": "ARN"}),
    )


COMMON: dict[str, Any] = {"id": text("Id"), "identity": ("arn",), "import_id": "join('/', [id, name, scope])", "label": "name"}
NAMED = {"name": text("Name", assigned=True), "description": text("Description"), "scope": text("Scope")}
ONLY_THEN = {"name_prefix": "only read when it is created"}

IP_SET = ResourceType(
    name="aws_wafv2_ip_set",
    service="wafv2",
    list=both_scopes("ListIPSets", "IPSets"),
    describe=whole("GetIPSet", "IPSet"),
    **COMMON,
    computed={"arn": text("ARN")},
    attributes={
        **NAMED,
        "ip_address_version": text("IPSet.IPAddressVersion"),
        "addresses":          set_of(cidr, "IPSet.Addresses"),
        "tags":               tags("Tags"),
    },
    ignored=ONLY_THEN,
)

REGEX_PATTERN_SET = ResourceType(
    name="aws_wafv2_regex_pattern_set",
    service="wafv2",
    list=both_scopes("ListRegexPatternSets", "RegexPatternSets"),
    describe=whole("GetRegexPatternSet", "RegexPatternSet"),
    **COMMON,
    computed={"arn": text("ARN")},
    attributes={
        **NAMED,
        "regular_expression": blocks("RegexPatternSet.RegularExpressionList", {"regex_string": text("RegexString")}),
        "tags":               tags("Tags"),
    },
    ignored=ONLY_THEN,
)

RULE_GROUP = ResourceType(
    name="aws_wafv2_rule_group",
    service="wafv2",
    list=both_scopes("ListRuleGroups", "RuleGroups"),
    describe=whole("GetRuleGroup", "RuleGroup"),
    **COMMON,
    computed={"arn": text("ARN"), "rules": attr("RuleGroup.Rules", as_answered, outside_schema=True)},
    attributes={
        **NAMED,
        "capacity":             number("RuleGroup.Capacity"),
        "rule":                 attr("RuleGroup.Rules", by_name, from_state=recorded_rules, same=as_heard, written=_rules),
        "visibility_config":    nested("RuleGroup.VisibilityConfig"),
        "custom_response_body": attr("RuleGroup.CustomResponseBodies", bodies, written=_bodies),
        "tags":                 tags("Tags"),
    },
    ignored=ONLY_THEN,
)

ASSOCIATED = {
    "LoadBalancers": "APPLICATION_LOAD_BALANCER", "RestApis": "API_GATEWAY", "GraphqlApis": "APPSYNC",
    "UserPools": "COGNITO_USER_POOL", "AppRunnerServices": "APP_RUNNER_SERVICE",
    "VerifiedAccessInstances": "VERIFIED_ACCESS_INSTANCE", "AmplifyApps": "AMPLIFY",
}
"""What a regional web ACL may protect: WAF lists one kind a call."""

WEB_ACL = ResourceType(
    name="aws_wafv2_web_acl",
    service="wafv2",
    list=both_scopes("ListWebACLs", "WebACLs"),
    describe=(
        *whole("GetWebACL", "WebACL"),
        *(
            # a region that lacks the service refuses its name
            Call(op="ListResourcesForWebACL", take="ResourceArns[].{ResourceArn: @}", into=section, gone=GONE,
                 args={"ResourceType": kind}, only_if="Scope == 'REGIONAL'", bind={"WebACLArn": "ARN"},
                 absent=frozenset({"WAFInvalidParameterException"}))
            for section, kind in ASSOCIATED.items()
        ),
    ),
    **COMMON,
    computed={"arn": text("ARN"), "rules": attr("WebACL.Rules", as_answered, outside_schema=True)},
    attributes={
        **NAMED,
        "default_action":         nested("WebACL.DefaultAction"),
        "rule":                   attr("WebACL.Rules", by_name, from_state=recorded_rules, same=as_heard, written=_rules),
        "visibility_config":      nested("WebACL.VisibilityConfig"),
        "custom_response_body":   attr("WebACL.CustomResponseBodies", bodies, written=_bodies),
        "captcha_config":         nested("WebACL.CaptchaConfig"),
        "challenge_config":       nested("WebACL.ChallengeConfig"),
        "association_config":     nested("WebACL.AssociationConfig.{RequestBody: RequestBody}"),
        "data_protection_config": nested("WebACL.DataProtectionConfig"),
        "token_domains":          set_of(values.text, "WebACL.TokenDomains"),
        "tags":                   tags("Tags"),
    },
    ignored={**ONLY_THEN, "rule_json": "told as rule"},
    owners=(Owner("WebACL.ManagedByFirewallManager", "Firewall Manager"),),
)

ASSOCIATION = ResourceType(
    name="aws_wafv2_web_acl_association",
    service="wafv2",
    list=Within("aws_wafv2_web_acl", each=f"[{', '.join(ASSOCIATED)}][]"),
    lookup=Call(op="GetWebACLForResource", take="WebACL.{WebACLArn: ARN}", bind={"ResourceArn": "resource_arn"},
              gone=GONE),
    id=text("join(',', [WebACLArn || parent.ARN, ResourceArn])"),
    identity=("web_acl_arn", "resource_arn"),
    label="resource_arn",
    attributes={"web_acl_arn": text("WebACLArn || parent.ARN"), "resource_arn": text("ResourceArn")},
    parent=Parent("web_acl_arn", to="aws_wafv2_web_acl", by="arn"),
    refs=(
        Ref("resource_arn", to="aws_lb"),
        Ref("resource_arn", to="aws_cognito_user_pool", by="arn"),
    ),
)


def redacted(value: Any, name: Callable[[str], str] = snake) -> Value:
    """The fields that are kept out of the logs, in no order."""
    return frozenset(document(field, name) for field in value or ())


LOGGING = ResourceType(
    name="aws_wafv2_web_acl_logging_configuration",
    service="wafv2",
    list=(  # it is of a web ACL, and ends with it (DeleteWebACL)
        Call(op="ListLoggingConfigurations", take="LoggingConfigurations", args={"Scope": "REGIONAL"},
             where=(Where("aws_wafv2_web_acl"),)),
        Call(op="ListLoggingConfigurations", take="LoggingConfigurations", args={"Scope": "CLOUDFRONT"},
             region="us-east-1", where=(Where("aws_wafv2_web_acl"),)),
    ),
    id=text("ResourceArn"),
    label="resource_arn",
    attributes={
        "resource_arn":            text("ResourceArn"),
        "log_destination_configs": set_of(names.group_arn, "LogDestinationConfigs"),
        "logging_filter":          nested("LoggingFilter"),
        "redacted_fields":         attr("RedactedFields", redacted, from_state=lambda value, _: redacted(value, str)),
    },
    parent=Parent("resource_arn", to="aws_wafv2_web_acl", by="arn"),
    refs=(
        Ref("log_destination_configs[]", to="aws_cloudwatch_log_group", by="arn"),
        Ref("log_destination_configs[]", to="aws_s3_bucket", by="arn"),
        Ref("log_destination_configs[]", to="aws_kinesis_firehose_delivery_stream", by="arn"),
    ),
    owners=(Owner("ManagedByFirewallManager", "Firewall Manager"),),
)

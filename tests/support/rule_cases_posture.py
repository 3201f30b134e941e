"""The cases of what an account must have: alarms over the trail, services that watch, guards."""

from __future__ import annotations

from typing import Any

from drift.providers.aws.rules.alarms import WATCHES, Watch
from tests.support.rule_cases import ME, WIDE, Case, Near

METRIC = {"name": "m", "namespace": "cis", "value": "1"}
ALARM: Near = [("aws_cloudwatch_metric_alarm", {"alarm_name": "a", "metric_name": "m", "namespace": "cis"}, "a")]
PATTERNS = {
    "alarm-unauthorized-calls": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
    "alarm-login-without-mfa": '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }',
    "alarm-root-use": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    "alarm-login-failures": '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
}  # fmt: skip
"""The benchmark's own patterns, where they are more than names of events."""


def _named(watch: Watch, names: tuple[str, ...]) -> str:
    of = '($.eventSource = "organizations.amazonaws.com") && ' if "organizations" in watch.sign else ""
    return "{ " + of + " || ".join(f"($.eventName = {n})" for n in names) + " }"


def _filter(pattern: str) -> dict[str, Any]:
    return {"log_group_name": "g", "name": "watch", "pattern": pattern, "metric_transformation": [METRIC]}


ALARMS: dict[str, Case] = {
    name: (
        "aws_cloudwatch_log_metric_filter",
        _filter(PATTERNS.get(name) or _named(watch, watch.names[:-1])),
        _filter(PATTERNS.get(name) or _named(watch, watch.names)),
        [] if name in PATTERNS else ALARM,
        ALARM,
    )
    for name, watch in WATCHES.items()
}
"""One that misses an event, or has no alarm, and one with both."""

LOGS: Near = [("aws_s3_bucket", {"bucket": "trail", "logging": [{"target_bucket": "logs"}]}, "trail")]
TRAIL = {"name": "t", "s3_bucket_name": "trail"}
POSTURE: dict[str, Case] = {
    **ALARMS,
    "securityhub-off": (
        "aws_securityhub_account",
        {},
        {},
        [],
        [("aws_securityhub_standards_subscription", {"standards_arn": "arn:aws:securityhub:::ruleset/cis"}, "s")],
    ),
    "access-analyzer-off": (
        "aws_accessanalyzer_analyzer",
        {"analyzer_name": "unused", "type": "ACCOUNT_UNUSED_ACCESS"},
        {"analyzer_name": "outside", "type": "ACCOUNT"},
    ),
    "macie-off": ("aws_macie2_account", {"status": "PAUSED"}, {"status": "ENABLED"}),
    "inspector-off": (
        "aws_inspector2_enabler",
        {"account_ids": [ME], "resource_types": ["EC2"]},
        {"account_ids": [ME], "resource_types": ["EC2", "ECR", "LAMBDA"]},
    ),
    "trail-management-events": (
        "aws_cloudtrail",
        {**TRAIL, "enable_logging": True, "event_selector": [{"read_write_type": "All", "include_management_events": False}]},
        {**TRAIL, "enable_logging": True, "event_selector": [{"read_write_type": "All", "include_management_events": True}]},
    ),
    "trail-bucket-public": (
        "aws_cloudtrail",
        TRAIL,
        TRAIL,
        [("aws_s3_bucket", {"bucket": "trail", "policy": WIDE}, "trail")],
        [("aws_s3_bucket", {"bucket": "trail", "policy": None}, "trail")],
    ),
    "trail-bucket-log": ("aws_cloudtrail", TRAIL, TRAIL, [("aws_s3_bucket", {"bucket": "trail"}, "trail")], LOGS),
}  # fmt: skip

"""Amazon CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize.values import mapped
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, document, flag, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Ref, ResourceType
from drift.providers.aws.kinds import tags

# one call for each alarm: the listing has no tags
ALARM_TAGS = Call(op="ListTagsForResource", take="Tags", into="Tags", gone=frozenset({"ResourceNotFoundException"}),
                  bind={"ResourceARN": "AlarmArn"})


def dimensions(at: str) -> Attr:
    """A list of pairs for AWS, a map for Terraform."""
    return attr(at, lambda v: mapped(v if isinstance(v, Mapping) else {d["Name"]: d["Value"] for d in v or ()}))


def _rule(value: Any) -> Value:
    """Blanks and line breaks mean nothing in an alarm rule."""
    return " ".join(str(value).split()) if value else None


ALARM = {
    "alarm_name":                text("AlarmName"),
    "alarm_description":         text("AlarmDescription"),
    "actions_enabled":           flag("ActionsEnabled", default=True),
    "alarm_actions":             set_of(to_text, "AlarmActions"),
    "ok_actions":                set_of(to_text, "OKActions"),
    "insufficient_data_actions": set_of(to_text, "InsufficientDataActions"),
    "tags":                      tags("Tags"),
}
ALARM_REFS = tuple(
    Ref(f"{actions}[]", to="aws_sns_topic", by="arn")
    for actions in ("alarm_actions", "ok_actions", "insufficient_data_actions")
)

METRIC_ALARM = ResourceType(
    name="aws_cloudwatch_metric_alarm",
    service="cloudwatch",
    list=Call(op="DescribeAlarms", take="MetricAlarms", args={"AlarmTypes": ["MetricAlarm"]}),
    describe=(ALARM_TAGS,),
    id=text("AlarmName"),
    label="alarm_name",
    computed={"arn": text("AlarmArn")},
    attributes={
        **ALARM,
        "comparison_operator":       text("ComparisonOperator"),
        "evaluation_periods":        number("EvaluationPeriods"),
        "datapoints_to_alarm":       number("DatapointsToAlarm", default=0),
        "namespace":                 text("Namespace"),
        "metric_name":               text("MetricName"),
        "dimensions":                dimensions("Dimensions"),
        "period":                    number("Period", default=0),
        "statistic":                 text("Statistic"),
        "extended_statistic":        text("ExtendedStatistic"),
        "unit":                      text("Unit"),
        # an alarm on an anomaly band has none, and the state writes 0
        "threshold":                 number("Threshold", default=0),
        "threshold_metric_id":       text("ThresholdMetricId"),
        "treat_missing_data":        text("TreatMissingData", default="missing"),
        "evaluate_low_sample_count_percentiles": text("EvaluateLowSampleCountPercentile", default="evaluate"),
        "metric_query":              blocks("Metrics", {
            "id":          text("Id"),
            "account_id":  text("AccountId"),
            "expression":  text("Expression"),
            "label":       text("Label"),
            "period":      number("Period", default=0),
            "return_data": flag("ReturnData"),
            "metric":      block("MetricStat", {
                "namespace":   text("Metric.Namespace"),
                "metric_name": text("Metric.MetricName"),
                "dimensions":  dimensions("Metric.Dimensions"),
                "period":      number("Period"),
                "stat":        text("Stat"),
                "unit":        text("Unit"),
            }),
        }, key=lambda b: b["id"]),
    },
    refs=ALARM_REFS,
    owners=(
        # Amazon EC2 and Application Auto Scaling, "Target tracking": they make, name and describe these alarms
        # themselves ("... For TargetTrackingScaling policy arn:aws:autoscaling:...")
        Owner("starts_with(AlarmName, 'TargetTracking-') && AlarmActions[?contains(@, ':scalingPolicy:')] && "
              "starts_with(AlarmDescription || '', 'DO NOT EDIT OR DELETE. For TargetTrackingScaling')",
              "a target tracking policy"),
    ),
)

COMPOSITE_ALARM = ResourceType(
    name="aws_cloudwatch_composite_alarm",
    service="cloudwatch",
    list=Call(op="DescribeAlarms", take="CompositeAlarms", args={"AlarmTypes": ["CompositeAlarm"]}),
    describe=(ALARM_TAGS,),
    id=text("AlarmName"),
    label="alarm_name",
    computed={"arn": text("AlarmArn")},
    attributes={
        **ALARM,
        "alarm_rule":         attr("AlarmRule", _rule),
        "actions_suppressor": block("@", {
            "alarm":            text("ActionsSuppressor"),
            "extension_period": number("ActionsSuppressorExtensionPeriod"),
            "wait_period":      number("ActionsSuppressorWaitPeriod"),
        }),
    },
    refs=ALARM_REFS,
)

DASHBOARD = ResourceType(
    name="aws_cloudwatch_dashboard",
    service="cloudwatch",
    regional=False,  # every region lists the same dashboards
    list=Call(op="ListDashboards", take="DashboardEntries"),
    describe=(
        # one call for each managed dashboard: the listing has no bodies
        Call(op="GetDashboard", take="DashboardBody", into="Body", bind={"DashboardName": "DashboardName"},
             gone=frozenset({"ResourceNotFound", "DashboardNotFoundError"})),
    ),
    id=text("DashboardName"),
    label="dashboard_name",
    computed={"dashboard_arn": text("DashboardArn")},
    attributes={"dashboard_name": text("DashboardName"), "dashboard_body": document("Body")},
)

"""AWS Budgets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from drift.model.value import Block, Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, text
from drift.provider.spec import Call, Raw, ResourceType
from drift.providers.aws.kinds import tags

NEVER = "2087-06-15_00:00"
"""When a budget ends of which nobody said so."""


def _minute(value: Any) -> str | None:
    """A time as Terraform writes it, in UTC."""
    if isinstance(value, datetime):
        value = value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%d_%H:%M")
    return value or None


def _filters(value: Any) -> frozenset[Block]:
    """The API answers a map of names to values, Terraform writes one block for each."""
    pairs = value.items() if isinstance(value, Mapping) else ((f["name"], f["values"]) for f in value or ())
    return frozenset(Block(name=name, values=frozenset(those)) for name, those in pairs)


def _planned(value: Any) -> frozenset[Block]:
    """The API answers a map of times, in seconds, to limits."""
    if isinstance(value, Mapping):
        value = [
            {"start_time": datetime.fromtimestamp(int(at), UTC), "amount": v["Amount"], "unit": v["Unit"]}
            for at, v in value.items()
        ]
    return frozenset(
        Block(start_time=_minute(v["start_time"]), amount=values.number(v["amount"]), unit=v["unit"])
        for v in value or ()
    )


def _limit(value: Any, budget: Raw) -> Value:
    """The limit somebody set; AWS moves the limit of a budget that adjusts itself or has planned ones."""
    return None if budget.get("auto_adjust_data") or budget.get("planned_limit") else values.number(value)


BUDGET = ResourceType(
    name="aws_budgets_budget",
    service="budgets",
    regional=False,
    list=Call(op="DescribeBudgets", take="Budgets", bind={"AccountId": "here.account"}, action="budgets:ViewBudget"),
    describe=(
        Call(op="DescribeNotificationsForBudget", take="Notifications", into="Notifications", action="budgets:ViewBudget",
             bind={"AccountId": "here.account", "BudgetName": "BudgetName"}, absent=frozenset({"NotFoundException"})),
        Call(op="ListTagsForResource", take="ResourceTags", into="Tags", absent=frozenset({"NotFoundException"}),
             bind={"ResourceARN": "join('', ['arn:', here.partition, ':budgets::', here.account, ':budget/', "
                                  "BudgetName])"}),
    ),
    id=text("join(':', [here.account, BudgetName])"),
    label="name",
    attributes={
        "account_id":        text("here.account", assigned=True),
        "name":              text("BudgetName", assigned=True),
        "budget_type":       text("BudgetType"),
        "limit_amount":      number("BudgetLimit.Amount", assigned=True, from_state=_limit),
        "limit_unit":        text("BudgetLimit.Unit", assigned=True),
        "time_period_start": attr("TimePeriod.Start", _minute, assigned=True),
        "time_period_end":   attr("TimePeriod.End", _minute, default=NEVER),
        "time_unit":         text("TimeUnit"),
        "cost_filter":       attr("CostFilters", _filters),
        "planned_limit":     attr("PlannedBudgetLimits", _planned),
        "tags":              tags("Tags"),
        "auto_adjust_data": block("AutoAdjustData", {
            "auto_adjust_type":   text("AutoAdjustType"),
            "historical_options": block("HistoricalOptions", {
                "budget_adjustment_period": number("BudgetAdjustmentPeriod"),
            }),
        }),
        "cost_types": block("CostTypes", {
            "include_credit":             flag("IncludeCredit", default=True),
            "include_discount":           flag("IncludeDiscount", default=True),
            "include_other_subscription": flag("IncludeOtherSubscription", default=True),
            "include_recurring":          flag("IncludeRecurring", default=True),
            "include_refund":             flag("IncludeRefund", default=True),
            "include_subscription":       flag("IncludeSubscription", default=True),
            "include_support":            flag("IncludeSupport", default=True),
            "include_tax":                flag("IncludeTax", default=True),
            "include_upfront":            flag("IncludeUpfront", default=True),
            "use_amortized":              flag("UseAmortized"),
            "use_blended":                flag("UseBlended"),
        }),
        "notification": blocks("Notifications", {
            "comparison_operator": text("ComparisonOperator"),
            "notification_type":   text("NotificationType"),
            "threshold":           number("Threshold"),
            "threshold_type":      text("ThresholdType", default="PERCENTAGE"),
        }),
    },
    ignored={
        "name_prefix":                             "only read when the budget is created",
        "notification.subscriber_email_addresses": "asked for by notification, one call for each: not read yet",
        "notification.subscriber_sns_topic_arns":  "asked for by notification, one call for each: not read yet",
    },
)

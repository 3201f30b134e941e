"""AWS Resource Explorer."""

from __future__ import annotations

from typing import Any

from drift.provider.kinds import blocks, flag, text
from drift.provider.spec import Call, ResourceType, Where
from drift.providers.aws.kinds import tags


def _name(value: Any) -> str | None:
    """The name in a view's ARN: `…:view/NAME/ID`."""
    parts = str(value or "").split("/")
    return parts[-2] if len(parts) > 2 else None


VIEW = ResourceType(
    name="aws_resourceexplorer2_view",
    service="resource-explorer-2",
    # the account's own views end with the index of their region (DeleteIndex)
    list=Call(op="ListViews", take="Views[].{ViewArn: @}", where=(Where("aws_resourceexplorer2_index"),)),
    describe=(
        # one call for each view, and one for the region: the listing has ARNs alone
        Call(op="GetView", into="Described", bind={"ViewArn": "ViewArn"}, gone=frozenset({"ResourceNotFoundException"})),
        Call(op="GetDefaultView", take="ViewArn", into="Default", absent=frozenset({"ResourceNotFoundException"})),
    ),
    id=text("ViewArn"),
    label="name",
    # those that another account shares with us are listed, too
    account="account(ViewArn)",
    computed={"arn": text("ViewArn")},
    attributes={
        "name":              text("ViewArn", from_api=_name),
        "default_view":      flag("Default == ViewArn", default=False),
        "scope":             text("Described.View.Scope", assigned=True),
        # an empty filter is what nobody wrote
        "filters":           blocks("Described.View.Filters.[@][?FilterString]", {"filter_string": text("FilterString")}),
        "included_property": blocks("Described.View.IncludedProperties", {"name": text("Name")}, key=lambda p: p.get("name")),
        "tags":              tags("Described.Tags"),
    },
)


INDEX = ResourceType(
    name="aws_resourceexplorer2_index",
    service="resource-explorer-2",
    # one for each region
    list=Call(op="GetIndex", take="[@][?Arn]", absent=frozenset({"ResourceNotFoundException"})),
    id=text("Arn"),
    label="id",
    exists="State != 'DELETING' && State != 'DELETED'",
    computed={"arn": text("Arn")},
    attributes={"type": text("Type"), "tags": tags("Tags")},
)

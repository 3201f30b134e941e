"""AWS Resource Explorer: indexes."""

from __future__ import annotations

from drift.provider.kinds import tags, text
from drift.provider.spec import Call, ResourceType

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

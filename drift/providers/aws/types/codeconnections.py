"""AWS CodeConnections, which was CodeStar Connections: both names stand in ARNs."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, text
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.kinds import tags


def _renamed(value: Any) -> str | None:
    """The ARN by the service's name of today."""
    found = values.text(value)
    return found.replace(":codestar-connections:", ":codeconnections:", 1) if found else None


CONNECTION = ResourceType(
    name="aws_codeconnections_connection",
    service="codeconnections",
    list=Call(op="ListConnections", take="Connections"),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "ConnectionArn"},
             gone=frozenset({"ResourceNotFoundException"})),
    ),
    id=attr("ConnectionArn", _renamed),
    label="name",
    # those that another account shares with us are listed, too
    account="account(ConnectionArn)",
    computed={"arn": text("ConnectionArn"), "connection_status": text("ConnectionStatus")},
    attributes={
        "name":          text("ConnectionName"),
        "host_arn":      attr("HostArn", _renamed),
        "provider_type": text("ProviderType", assigned=True),
        "tags":          tags("Tags"),
    },
)

# the same connections, by the type of the service's older name
CODESTAR_CONNECTION = ResourceType(
    name="aws_codestarconnections_connection",
    service="codeconnections",
    alias_of="aws_codeconnections_connection",
    list=CONNECTION.list,
    describe=CONNECTION.describe,
    id=CONNECTION.id,
    label="name",
    account=CONNECTION.account,
    computed=CONNECTION.computed,
    attributes=CONNECTION.attributes,
    owners=CONNECTION.owners,
)

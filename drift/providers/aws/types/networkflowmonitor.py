"""Amazon CloudWatch Network Flow Monitor."""

from __future__ import annotations

from drift.provider.kinds import block, blocks, text
from drift.provider.spec import Attr, Call, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})


def _calls(op: str, argument: str, into: str) -> tuple[Call, ...]:
    """One call for each: the listing tells its name and state."""
    return (Call(op=op, into=into, bind={argument: argument}, gone=GONE),)


def _ends(at: str) -> Attr:
    return blocks(at, {"identifier": text("identifier"), "type": text("type")}, key=lambda r: r.get("identifier"))


MONITOR = ResourceType(
    name="aws_networkflowmonitor_monitor",
    service="networkflowmonitor",
    list=Call(op="ListMonitors", take="monitors"),
    describe=_calls("GetMonitor", "monitorName", "Monitor"),
    id=text("monitorName"),
    identity=("monitor_name",),
    import_id="monitor_name",
    label="monitor_name",
    exists="monitorStatus != 'DELETING'",
    computed={"monitor_arn": text("monitorArn")},
    attributes={
        "monitor_name":    text("monitorName"),
        "local_resource":  _ends("Monitor.localResources"),
        "remote_resource": _ends("Monitor.remoteResources"),
        "tags":            tags("Monitor.tags"),
    },
    ignored={"scope_arn": "never returned by AWS"},
)

SCOPE = ResourceType(
    name="aws_networkflowmonitor_scope",
    service="networkflowmonitor",
    list=Call(op="ListScopes", take="scopes"),
    describe=_calls("GetScope", "scopeId", "Scope"),
    id=text("scopeId"),
    identity=("scope_id",),
    import_id="scope_id",
    label="scope_id",
    exists="status != 'DEACTIVATED'",
    computed={"scope_arn": text("scopeArn"), "scope_id": text("scopeId")},
    attributes={
        "target": blocks("Scope.targets", {
            "region":            text("region"),
            "target_identifier": block("targetIdentifier", {
                "target_type": text("targetType"),
                "target_id":   block("targetId", {"account_id": text("accountId")}),
            }),
        }, key=lambda t: t.get("region")),
        "tags":   tags("Scope.tags"),
    },
)

"""AWS Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.catalog.kinds import attr, document, flag, number, tags, text
from drift.catalog.spec import STACK, Call, Owner, Ref, ResourceType
from drift.model.value import Block, Value

PARAMETER = ResourceType(
    name="aws_ssm_parameter",
    service="ssm",
    list=Call(op="DescribeParameters", take="Parameters", args={"MaxResults": 50}),
    describe=(
        Call(op="GetParameters", take="Parameters", into="Value", batch=10, args={"WithDecryption": True},
             bind={"Names": "Name"}, match="Name"),
        # one call for each parameter: there is no batch form
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=frozenset({"InvalidResourceId"}),
             args={"ResourceType": "Parameter"}, bind={"ResourceId": "Name"}),
    ),
    id=text("Name"),
    label="name",
    attributes={
        "name":            text("Name"),
        "arn":             text("Value.ARN", assigned=True),
        "type":            text("Type"),
        # the provider records a value under one of the two names, and under neither where it is write-only
        "value":           text("Value.Value", assigned=True, sensitive=True),
        "insecure_value":  text("Value.Value", assigned=True),
        "description":     text("Description"),
        "allowed_pattern": text("AllowedPattern"),
        "key_id":          text("KeyId", assigned=True),
        "data_type":       text("DataType", default="text"),
        # Intelligent-Tiering is a wish; AWS answers with the tier it chose
        "tier":            text("Tier", default="Standard", same=lambda want, _: want == "Intelligent-Tiering"),
        "tags":            tags("Tags"),
    },
    ignored={
        "overwrite":        "an instruction to Terraform",
        "value_wo_version": "an instruction to Terraform: AWS counts on its own",
    },
    refs=(Ref("key_id", to="aws_kms_key"), Ref("key_id", to="aws_kms_key", by="arn"),
          Ref("key_id", to="aws_kms_alias", by="name")),
    # nobody else may name a parameter so (PutParameter, "Parameter naming constraints")
    owners=(Owner("starts_with(Name, '/aws/')", "AWS"), STACK),
)


def _shared_with(value: Any) -> Value:
    """The accounts a document is shared with; Terraform joins them with commas."""
    if isinstance(value, Mapping):
        value = [a for a in str(value.get("account_ids") or "").split(",") if a]
    accounts = frozenset(str(a).strip() for a in value or ())
    return Block({"type": "Share", "account_ids": accounts}) if accounts else None


DOCUMENT = ResourceType(
    name="aws_ssm_document",
    service="ssm",
    list=Call(op="ListDocuments", take="DocumentIdentifiers", args={"Filters": [{"Key": "Owner", "Values": ["Self"]}]}),
    describe=(
        # two calls for each managed document: its text, and who else may run it
        Call(op="GetDocument", into="Content", gone=frozenset({"InvalidDocument"}),
             bind={"Name": "Name", "DocumentFormat": "DocumentFormat"}),
        Call(op="DescribeDocumentPermission", take="AccountIds", into="Share", gone=frozenset({"InvalidDocument"}),
             args={"PermissionType": "Share"}, bind={"Name": "Name"}),
    ),
    id=text("Name"),
    label="name",
    attributes={
        "name":            text("Name"),
        "content":         document("Content.Content"),
        "document_format": text("DocumentFormat", default="JSON"),
        "document_type":   text("DocumentType"),
        "target_type":     text("TargetType"),
        "version_name":    text("Content.VersionName"),
        "permissions":     attr("Share", _shared_with),
        "tags":            tags("Tags"),
    },
    ignored={"attachments_source": "never returned by AWS"},
    owners=(STACK,),
)

MAINTENANCE_WINDOW = ResourceType(
    name="aws_ssm_maintenance_window",
    service="ssm",
    list=Call(op="DescribeMaintenanceWindows", take="WindowIdentities"),
    describe=(
        # two calls for each managed window: what the listing leaves out, and tags
        Call(op="GetMaintenanceWindow", into="Window", gone=frozenset({"DoesNotExistException"}),
             bind={"WindowId": "WindowId"}),
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=frozenset({"InvalidResourceId"}),
             args={"ResourceType": "MaintenanceWindow"}, bind={"ResourceId": "WindowId"}),
    ),
    id=text("WindowId"),
    label="name",
    attributes={
        "name":                       text("Name"),
        "description":                text("Description"),
        "enabled":                    flag("Enabled", default=True),
        "schedule":                   text("Schedule"),
        "schedule_timezone":          text("ScheduleTimezone"),
        "schedule_offset":            number("ScheduleOffset", default=0),
        "start_date":                 text("StartDate"),
        "end_date":                   text("EndDate"),
        "duration":                   number("Duration"),
        "cutoff":                     number("Cutoff"),
        "allow_unassociated_targets": flag("Window.AllowUnassociatedTargets"),
        "tags":                       tags("Tags"),
    },
    owners=(STACK,),
)

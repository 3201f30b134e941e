"""AWS Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, blocks, flag, list_of, moment, number, set_of, structured, text
from drift.provider.spec import Attr, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, schedule, tags

PARAMETER = ResourceType(
    name="aws_ssm_parameter",
    either=(("value", "insecure_value"),),
    stand_ins={"value": "{name}"},
    service="ssm",
    list=Call(op="DescribeParameters", take="Parameters", args={"MaxResults": 50}),
    describe=(
        # a single key that may not be used refuses the whole batch
        Call(op="GetParameters", take="Parameters", into="Value", batch=10, args={"WithDecryption": True},
             bind={"Names": "Name"}, match="Name", retry_singly=frozenset({"AccessDeniedException", "InvalidKeyId"})),
        # one call for each parameter: there is no batch form
        Call(op="ListTagsForResource", take="TagList", into="Tags", gone=frozenset({"InvalidResourceId"}),
             args={"ResourceType": "Parameter"}, bind={"ResourceId": "Name"}),
    ),
    id=text("Name"),
    identity=("name",),  # what was imported by ARN has that for its id
    import_id="name",
    label="name",
    attributes={
        "name":            text("Name"),
        "arn":             text("ARN", assigned=True, same=lambda _, have: have is None),  # not listed everywhere
        "type":            text("Type"),
        # the provider records a value under one of the two names, and under neither where it is write-only
        "value":           text("Value.Value", assigned=True, sensitive=True),
        "insecure_value":  text("Value | [@] | [?Type != 'SecureString'].Value | [0]", assigned=True),
        "description":     text("Description"),
        "allowed_pattern": text("AllowedPattern"),
        "key_id":          kms_key("KeyId", assigned=True),
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
    owners=(Owner("starts_with(Name, '/aws/')", "AWS"),),
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
        # two calls for each managed document: its text, and who else may run it. The provider reads the newest version;
        # what runs where nobody names a version is the default one, which may be another
        Call(op="GetDocument", into="Content", gone=frozenset({"InvalidDocument"}),
             args={"DocumentVersion": "$LATEST"}, bind={"Name": "Name", "DocumentFormat": "DocumentFormat"}),
        Call(op="DescribeDocumentPermission", take="AccountIds", into="Share", gone=frozenset({"InvalidDocument"}),
             args={"PermissionType": "Share"}, bind={"Name": "Name"}),
    ),
    id=text("Name"),
    label="name",
    attributes={
        "name":            text("Name"),
        "content":         structured("Content.Content", verbatim=True),
        "document_format": text("DocumentFormat", default="JSON"),
        "document_type":   text("DocumentType"),
        "target_type":     text("TargetType"),
        "version_name":    text("Content.VersionName"),
        # the provider makes each version that it writes the default one
        "default_version": text("DocumentVersion", assigned=True, watched=True),
        "permissions":     attr("Share", _shared_with),
        "tags":            tags("Tags"),
    },
    ignored={"attachments_source": "never returned by AWS"},
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
        Call(op="DescribeMaintenanceWindowTasks", take="Tasks", into="Tasks", gone=frozenset({"DoesNotExistException"}),
             bind={"WindowId": "WindowId"}),
        Call(op="DescribeMaintenanceWindowTargets", take="Targets", into="WindowTargets", bind={"WindowId": "WindowId"},
             gone=frozenset({"DoesNotExistException"})),
    ),
    id=text("WindowId"),
    label="name",
    attributes={
        "name":                       text("Name"),
        "description":                text("Description"),
        "enabled":                    flag("Enabled", default=True),
        "schedule":                   schedule("Schedule"),
        "schedule_timezone":          text("ScheduleTimezone"),
        "schedule_offset":            number("ScheduleOffset", default=0),
        "start_date":                 moment("StartDate"),
        "end_date":                   moment("EndDate"),
        "duration":                   number("Duration"),
        "cutoff":                     number("Cutoff"),
        "allow_unassociated_targets": flag("Window.AllowUnassociatedTargets"),
        "tags":                       tags("Tags"),
    },
)


def _joined(value: Any) -> Value:
    """Parameters are lists for AWS, and text joined with commas for Terraform."""
    return Block({k: ",".join(v) if isinstance(v, list) else str(v) for k, v in (value or {}).items()})


def tagged(kind: str, at: str) -> Call:
    """One call for each resource: there is no batch form."""
    return Call(op="ListTagsForResource", take="TagList", into="Tags", gone=frozenset({"InvalidResourceId"}),
                args={"ResourceType": kind}, bind={"ResourceId": at})


def pairs(at: str) -> Attr:
    """Keys, each with its values."""
    return blocks(at, {"key": text("Key"), "values": list_of(to_text, "Values")})


ASSOCIATION = ResourceType(
    name="aws_ssm_association",
    service="ssm",
    list=Call(op="ListAssociations", take="Associations"),
    describe=(
        # one call for each managed association: the listing leaves out what it runs with
        Call(op="DescribeAssociation", take="AssociationDescription", into="Association",
             gone=frozenset({"AssociationDoesNotExist"}), bind={"AssociationId": "AssociationId"}),
        tagged("Association", "AssociationId"),
    ),
    id=text("AssociationId"),
    label="association_name || name",
    computed={"association_id": text("AssociationId")},
    attributes={
        "name":                             text("Name"),
        "association_name":                 text("AssociationName"),
        "instance_id":                      text("InstanceId"),
        "document_version":                 text("DocumentVersion", assigned=True),
        "schedule_expression":              schedule("ScheduleExpression"),
        "apply_only_at_cron_interval":      flag("Association.ApplyOnlyAtCronInterval"),
        "automation_target_parameter_name": text("Association.AutomationTargetParameterName"),
        "compliance_severity":              text("Association.ComplianceSeverity"),
        "max_concurrency":                  text("Association.MaxConcurrency"),
        "max_errors":                       text("Association.MaxErrors"),
        "parameters":                       attr("Association.Parameters", _joined, assigned=True),
        "sync_compliance":                  text("Association.SyncCompliance"),
        "output_location":                  block("Association.OutputLocation.S3Location", {
            "s3_bucket_name": text("OutputS3BucketName"),
            "s3_key_prefix":  text("OutputS3KeyPrefix"),
            "s3_region":      text("OutputS3Region"),
        }),
        "targets":                          pairs("Targets"),
        "tags":                             tags("Tags"),
    },
    ignored={"wait_for_success_timeout_seconds": "an instruction to Terraform"},
    refs=(Ref("name", to="aws_ssm_document"), Ref("instance_id", to="aws_instance")),
)

PATCH_BASELINE = ResourceType(
    name="aws_ssm_patch_baseline",
    service="ssm",
    # without the filter, AWS's own baselines are among them
    list=Call(op="DescribePatchBaselines", take="BaselineIdentities",
              args={"Filters": [{"Key": "OWNER", "Values": ["Self"]}]}),
    describe=(
        # one call for each managed baseline: the listing has its name alone
        Call(op="GetPatchBaseline", into="Baseline", gone=frozenset({"DoesNotExistException"}),
             bind={"BaselineId": "BaselineId"}),
        tagged("PatchBaseline", "BaselineId"),
    ),
    id=text("BaselineId"),
    label="name",
    attributes={
        "name":                                 text("BaselineName"),
        "description":                          text("BaselineDescription"),
        "operating_system":                     text("OperatingSystem", default="WINDOWS"),
        "approved_patches":                     set_of(to_text, "Baseline.ApprovedPatches"),
        "approved_patches_compliance_level":    text("Baseline.ApprovedPatchesComplianceLevel", default="UNSPECIFIED"),
        "approved_patches_enable_non_security": flag("Baseline.ApprovedPatchesEnableNonSecurity"),
        "rejected_patches":                     set_of(to_text, "Baseline.RejectedPatches"),
        "rejected_patches_action":              text("Baseline.RejectedPatchesAction", assigned=True),
        "approval_rule":                        blocks("Baseline.ApprovalRules.PatchRules", {
            "approve_after_days":  number("ApproveAfterDays", default=0),
            "approve_until_date":  text("ApproveUntilDate"),
            "compliance_level":    text("ComplianceLevel", default="UNSPECIFIED"),
            "enable_non_security": flag("EnableNonSecurity"),
            "patch_filter":        pairs("PatchFilterGroup.PatchFilters"),
        }),
        "global_filter":                        pairs("Baseline.GlobalFilters.PatchFilters"),
        "source":                               blocks("Baseline.Sources", {
            "name":          text("Name"),
            "configuration": text("Configuration"),
            "products":      list_of(to_text, "Products"),
        }, key=lambda b: b["name"]),
        "tags":                                 tags("Tags"),
    },
)


def _decoded(value: Any) -> Value:
    """A payload, which the API answers as bytes."""
    return to_text(value.decode(errors="replace") if isinstance(value, bytes) else value)


def _parameters(at: str) -> Attr:
    """Parameters are a map for AWS, and named blocks for Terraform."""
    return blocks(f"entries({at})", {"name": text("key"), "values": list_of(to_text, "value")}, key=lambda p: p["name"])


WINDOW_TASK = ResourceType(
    name="aws_ssm_maintenance_window_task",
    service="ssm",
    list=Within("aws_ssm_maintenance_window", each="Tasks[]"),
    describe=(
        # one call for each managed task: the listing leaves out what it is run with
        Call(op="GetMaintenanceWindowTask", take="TaskInvocationParameters", into="Invocation",
             gone=frozenset({"DoesNotExistException"}), bind={"WindowId": "WindowId", "WindowTaskId": "WindowTaskId"}),
    ),
    id=text("WindowTaskId"),
    import_id="join('/', [window_id, id])",
    label="name || id",
    computed={"window_task_id": text("WindowTaskId")},
    attributes={
        "window_id":        text("WindowId"),
        "name":             text("Name"),
        "description":      text("Description"),
        "cutoff_behavior":  text("CutoffBehavior"),
        "max_concurrency":  text("MaxConcurrency", assigned=True),
        "max_errors":       text("MaxErrors", assigned=True),
        "priority":         number("Priority", default=0),
        "service_role_arn": text("ServiceRoleArn", assigned=True),
        "task_arn":         text("TaskArn"),
        "task_type":        text("Type"),
        "targets":          pairs("Targets"),
        "task_invocation_parameters": block("Invocation", {
            "automation_parameters": block("Automation", {
                "document_version": text("DocumentVersion"),
                "parameter":        _parameters("Parameters"),
            }),
            "lambda_parameters": block("Lambda", {
                "client_context": text("ClientContext"),
                "payload":        attr("Payload", _decoded, sensitive=True),
                "qualifier":      text("Qualifier"),
            }),
            "run_command_parameters": block("RunCommand", {
                "comment":              text("Comment"),
                "document_hash":        text("DocumentHash"),
                "document_hash_type":   text("DocumentHashType"),
                "document_version":     text("DocumentVersion"),
                "output_s3_bucket":     text("OutputS3BucketName"),
                "output_s3_key_prefix": text("OutputS3KeyPrefix"),
                "service_role_arn":     text("ServiceRoleArn"),
                "timeout_seconds":      number("TimeoutSeconds", default=0),
                "cloudwatch_config":    block("CloudWatchOutputConfig", {
                    "cloudwatch_log_group_name": text("CloudWatchLogGroupName", assigned=True),
                    "cloudwatch_output_enabled": flag("CloudWatchOutputEnabled"),
                }),
                "notification_config":  block("NotificationConfig", {
                    "notification_arn":    text("NotificationArn"),
                    "notification_events": list_of(to_text, "NotificationEvents"),
                    "notification_type":   text("NotificationType"),
                }),
                "parameter":            _parameters("Parameters"),
            }),
            "step_functions_parameters": block("StepFunctions", {
                "input": text("Input", sensitive=True),
                "name":  text("Name"),
            }),
        }),
    },
    parent=Parent("window_id", to="aws_ssm_maintenance_window"),
    refs=(Ref("service_role_arn", to="aws_iam_role", by="arn"), Ref("task_arn", to="aws_ssm_document"),
          Ref("task_arn", to="aws_lambda_function", by="arn"), Ref("task_arn", to="aws_sfn_state_machine", by="arn")),
)

PATCH_GROUP = ResourceType(
    name="aws_ssm_patch_group",
    importable=False,
    service="ssm",
    list=Call(op="DescribePatchGroups", take="Mappings"),
    id=text("join(',', [PatchGroup, BaselineIdentity.BaselineId])"),
    label="patch_group",
    attributes={"baseline_id": text("BaselineIdentity.BaselineId"), "patch_group": text("PatchGroup")},
    refs=(Ref("baseline_id", to="aws_ssm_patch_baseline"),),
)

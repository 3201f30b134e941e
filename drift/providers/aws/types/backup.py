"""AWS Backup: vaults, plans and what they select."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, schedule, tags
from drift.providers.aws.owners import of_stack

GONE = frozenset({"ResourceNotFoundException"})


def lifecycle() -> Attr:
    """When a recovery point is moved to cold storage, and deleted; 0 is never."""
    return block("Lifecycle", {
        "cold_storage_after": number("MoveToColdStorageAfterDays", default=0),
        "delete_after":       number("DeleteAfterDays", default=0),
        "opt_in_to_archive_for_supported_resources": flag("OptInToArchiveForSupportedResources", default=False),
    })


def conditions(section: str) -> Attr:
    """Pairs of a key and a value."""
    return blocks(section, {"key": text("ConditionKey"), "value": text("ConditionValue")})


VAULT = ResourceType(
    name="aws_backup_vault",
    service="backup",
    list=Call(op="ListBackupVaults", take="BackupVaultList[?VaultType == 'BACKUP_VAULT' || !VaultType]"),
    describe=(
        # neither tags nor policies are listed, or asked for in batches
        Call(op="ListTags", take="Tags", into="Tags", gone=GONE, bind={"ResourceArn": "BackupVaultArn"}),
        Call(op="GetBackupVaultAccessPolicy", take="Policy", into="AccessPolicy", absent=GONE,
             bind={"BackupVaultName": "BackupVaultName"}),
    ),
    id=text("BackupVaultName"),
    label="name",
    import_id="name",
    computed={"arn": text("BackupVaultArn"), "policy": policy("AccessPolicy", outside_schema=True)},
    attributes={
        "name":        text("BackupVaultName"),
        "kms_key_arn": kms_key("EncryptionKeyArn", assigned=True),  # aws/backup, where nothing is said
        "tags":        tags("Tags"),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(Ref("kms_key_arn", to="aws_kms_key", by="arn"),),
    # no name of one's own may hold a slash; Backup's first visit makes the other
    owners=(Owner("contains(BackupVaultName, '/') || BackupVaultName == 'Default'", "AWS Backup"),),
)

VAULT_POLICY = ResourceType(
    name="aws_backup_vault_policy",
    service="backup",
    list=Within("aws_backup_vault"),
    exists="AccessPolicy",
    id=text("BackupVaultName"),
    label="backup_vault_name",
    import_id="backup_vault_name",
    attributes={"backup_vault_name": text("BackupVaultName"), "policy": policy("AccessPolicy")},
    # who may use the vault that AWS Backup made for itself is somebody's word all the same
    parent=Parent("backup_vault_name", to="aws_backup_vault", standalone=True),
    owners=(of_stack("Tags"),),
)

PLAN = ResourceType(
    name="aws_backup_plan",
    service="backup",
    list=Call(op="ListBackupPlans", take="BackupPlansList[?!DeletionDate]"),
    describe=(
        Call(op="GetBackupPlan", take="BackupPlan", into="Plan", gone=GONE, bind={"BackupPlanId": "BackupPlanId"}),
        Call(op="ListTags", take="Tags", into="Tags", gone=GONE, bind={"ResourceArn": "BackupPlanArn"}),
        Call(op="ListBackupSelections", take="BackupSelectionsList", into="Selections", gone=GONE,
             bind={"BackupPlanId": "BackupPlanId"}),
    ),
    id=text("BackupPlanId"),
    label="name",
    computed={"arn": text("BackupPlanArn")},
    attributes={
        "name": text("BackupPlanName"),
        "tags": tags("Tags"),
        "advanced_backup_setting": blocks("Plan.AdvancedBackupSettings", {
            "backup_options": mapping("BackupOptions"),
            "resource_type":  text("ResourceType"),
        }, key=lambda s: s["resource_type"]),
        "rule": blocks("Plan.Rules", {
            "completion_window":            number("CompletionWindowMinutes", default=180),
            "enable_continuous_backup":     flag("EnableContinuousBackup"),
            "recovery_point_tags":          mapping("RecoveryPointTags"),
            "rule_name":                    text("RuleName"),
            "schedule":                     schedule("ScheduleExpression", default="cron(0 5 ? * * *)"),
            "schedule_expression_timezone": text("ScheduleExpressionTimezone", default="Etc/UTC"),
            "start_window":                 number("StartWindowMinutes", default=60),
            "target_vault_name":            text("TargetBackupVaultName"),
            "lifecycle":                    lifecycle(),
            "copy_action": blocks("CopyActions", {
                "destination_vault_arn": text("DestinationBackupVaultArn"),
                "lifecycle":             lifecycle(),
            }, key=lambda a: a["destination_vault_arn"]),
        }, key=lambda r: r["rule_name"]),
    },
    refs=(Ref("rule[].target_vault_name", to="aws_backup_vault"),),
    # the ids of one's own plans are UUIDs
    owners=(
        Owner("starts_with(BackupPlanId, 'aws/')", "AWS Backup"),
        Owner("starts_with(BackupPlanId, 'orgs/')", "AWS Organizations"),
    ),
)

SELECTION = ResourceType(
    name="aws_backup_selection",
    service="backup",
    list=Within("aws_backup_plan", each="Selections[]"),
    describe=(
        Call(op="GetBackupSelection", take="BackupSelection", into="Selection", gone=GONE,
             bind={"BackupPlanId": "BackupPlanId", "SelectionId": "SelectionId"}),
    ),
    id=text("SelectionId"),
    label="name",
    import_id="join('|', [plan_id, id])",
    attributes={
        "plan_id":       text("BackupPlanId"),
        "name":          text("SelectionName"),
        "iam_role_arn":  text("IamRoleArn"),
        "resources":     set_of(values.text, "Selection.Resources"),
        "not_resources": set_of(values.text, "Selection.NotResources"),
        "selection_tag": blocks("Selection.ListOfTags", {
            "key":   text("ConditionKey"),
            "type":  text("ConditionType"),
            "value": text("ConditionValue"),
        }),
        "condition": block("Selection.Conditions", {
            "string_equals":     conditions("StringEquals"),
            "string_like":       conditions("StringLike"),
            "string_not_equals": conditions("StringNotEquals"),
            "string_not_like":   conditions("StringNotLike"),
        }),
    },
    refs=(Ref("iam_role_arn", to="aws_iam_role", by="arn"),),
    parent=Parent("plan_id", to="aws_backup_plan"),
)

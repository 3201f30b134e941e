"""What a change of a policy made possible, and which other accounts policies let in."""

from __future__ import annotations

from drift.model.drift import Severity
from drift.providers.aws.policy import Difference, Level, difference
from drift.providers.aws.rules.containers import permission_policy
from drift.providers.aws.rules.policies import decided, open_to_accounts, open_to_strangers, read, rights
from drift.rules.spec import Fail, Found, rule
from drift.rules.subject import Subject

DOCUMENTS = {
    "aws_iam_role": "assume_role_policy",
    "aws_cloudwatch_log_resource_policy": "policy_document",
    "aws_opensearch_domain": "access_policies",
    "aws_opensearch_domain_policy": "access_policies",
    "aws_elasticsearch_domain": "access_policies",
    "aws_elasticsearch_domain_policy": "access_policies",
    "aws_cloudwatch_log_destination_policy": "access_policy",
}
"""Type -> the attribute that holds its policy, where that is not `policy`."""

INLINE = ("aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
"""Policies that are nothing without whom they hang on: one that nobody describes gave him all that it says."""

ALONE = (
    "aws_cloudwatch_log_destination_policy",
    "aws_ecr_registry_policy",
    "aws_kinesis_resource_policy",
    "aws_ses_identity_policy",
    "aws_sesv2_email_identity_policy",
)
"""Policies that no other rule looks at: for everybody, they are open to other accounts as well."""

TYPES = (
    *INLINE,
    "aws_iam_policy",
    *DOCUMENTS,
    *(t for t in ALONE if t not in DOCUMENTS),
    "aws_backup_vault_policy",
    "aws_cloudwatch_event_bus_policy",
    "aws_dynamodb_resource_policy",
    "aws_ecr_repository_policy",
    "aws_efs_file_system_policy",
    "aws_glue_resource_policy",
    "aws_kms_external_key",
    "aws_kms_key",
    "aws_kms_key_policy",
    "aws_kms_replica_key",
    "aws_s3_bucket",
    "aws_s3_bucket_policy",
    "aws_secretsmanager_secret",
    "aws_secretsmanager_secret_policy",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sqs_queue",
    "aws_sqs_queue_policy",
)

JUDGED_APART = ("aws_s3_", "aws_secretsmanager_", "aws_dynamodb_", "aws_cloudwatch_event_")
"""How the types begin for which a rule of their own tells other accounts."""

SEVERITY: dict[Level, Severity] = {
    "Permissions management": "high",
    "Write": "medium",
    "unknown": "medium",
    "Tagging": "low",
    "Read": "low",
    "List": "low",
}
"""Access level that was gained -> how grave that is."""

SHOWN = 3
"""How many ways to more rights the evidence names."""


@rule(
    title="The policy allows more than before",
    severity="medium",
    theme="identity",
    types=TYPES,
    remedy="Find out who extended the policy and why. Apply the configuration again, or add the permissions to it.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",),
    of_drift=True,
)
def policy_more_rights(it: Subject) -> Found:
    """Actions, resources, principals and conditions that were not allowed before the drift, by access level."""
    drift, name = it.drift, DOCUMENTS.get(it.type, "policy")
    if drift is None or drift.actual is None:
        return False
    now = it[name]
    if drift.desired is None:
        if it.type not in INLINE:
            return False
        return _told(decided(difference(read(None), read(now))))
    change = drift.change_of(name)
    return _told(decided(difference(read(change.desired), read(now)))) if change else False


def _told(found: Difference) -> Found:
    if not found.added:
        return None
    levels = list(found.levels)
    ways = "; ".join(p.text for p in found.paths[:SHOWN])
    more = f" and {len(found.paths) - SHOWN} more" if len(found.paths) > SHOWN else ""
    opened = f"; which opens ways to more rights: {ways}{more}" if ways else ""
    severity: Severity = "high" if found.paths else SEVERITY[levels[0]]
    return Fail(f"{found.text} ({', '.join(levels)}){opened}", severity, rights=rights(found))


OPEN_TO_ACCOUNTS = tuple(
    t for t in TYPES if t not in (*INLINE, "aws_iam_policy", "aws_iam_role") and not t.startswith(JUDGED_APART)
)


@rule(
    title="Another account has access",
    severity="high",
    theme="identity",
    types=(*OPEN_TO_ACCOUNTS, "aws_lambda_permission"),
    remedy="Remove the account, or list it as trusted.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-resources.html",),
)
def policy_foreign(it: Subject) -> Found:
    """A key, queue, topic, repository, function or vault allows an account that is neither this one nor trusted."""
    if it.type == "aws_lambda_permission":
        return open_to_accounts(it, permission_policy(it))
    opened = open_to_strangers if it.type in ALONE else open_to_accounts
    return opened(it, it[DOCUMENTS.get(it.type, "policy")])

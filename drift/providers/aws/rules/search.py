"""Amazon OpenSearch Service, and files: EFS, AWS Backup."""

from __future__ import annotations

from drift.providers.aws.rules.exposure import public_subnet
from drift.providers.aws.rules.policies import open_to_all
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject

LOGS = ("AUDIT_LOGS",)


@rule(
    title="The domain is public",
    severity="critical",
    theme="public access",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain", "aws_opensearch_domain_policy"),
    reads=("access_policies",),
    near=("aws_opensearch_domain",),
    remedy="Move it into a VPC, or name the principals that need it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_not_publicly_accessible",),
    security_hub=("ES.2", "OpenSearch.2"),
)
def opensearch_public(it: Subject) -> Found:
    """A policy for everybody, and an endpoint on the internet."""
    found = open_to_all(it["access_policies"])
    if not found:
        return None
    domains = it.near("aws_opensearch_domain") if it.type == "aws_opensearch_domain_policy" else [it]
    return None if domains and all(list(d.all("vpc_options.subnet_ids[]")) for d in domains) else found


@rule(
    title="The domain is not encrypted at rest",
    severity="critical",
    theme="encryption",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("encrypt_at_rest",),
    remedy="Enable encrypt_at_rest.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_encryption_at_rest_enabled",),
    security_hub=("ES.1", "OpenSearch.1"),
)
def opensearch_rest(it: Subject) -> Found:
    """Anybody who gets its disks or snapshots can read them."""
    return None if it.at("encrypt_at_rest.enabled") else "encrypt_at_rest is off"


@rule(
    title="Traffic between the domain's nodes is not encrypted",
    severity="high",
    theme="transit",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("node_to_node_encryption",),
    remedy="Enable node_to_node_encryption.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_node_to_node_encryption_enabled",),
    security_hub=("ES.3", "OpenSearch.3"),
)
def opensearch_n2n(it: Subject) -> Found:
    """All indexed data passes between the nodes."""
    return None if it.at("node_to_node_encryption.enabled") else "node_to_node_encryption is off"


@rule(
    title="The domain allows HTTP or an old TLS version",
    severity="high",
    theme="transit",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("domain_endpoint_options",),
    remedy="Set enforce_https and a TLS 1.2 policy.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_https_communications_enforced",),
)
def opensearch_https(it: Subject) -> Found:
    """HTTP, TLS 1.0 or TLS 1.1."""
    if not it.at("domain_endpoint_options.enforce_https"):
        return "enforce_https is off"
    found = str(it.at("domain_endpoint_options.tls_security_policy") or "")
    return None if "TLS-1-2" in found or "TLS-1-3" in found or not found else found


@rule(
    title="Fine-grained access control is off, or uses internal passwords",
    severity="high",
    theme="identity",
    types=("aws_opensearch_domain",),
    reads=("advanced_security_options",),
    remedy="Enable advanced_security_options, with SAML or Cognito instead of internal users.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=(
        "opensearch_service_domains_access_control_enabled",
        "opensearch_service_domains_internal_user_database_enabled",
    ),
    security_hub=("OpenSearch.7",),
)
def opensearch_fgac(it: Subject) -> Found:
    """Without it, all users of the domain have the same permissions. Internal users have passwords in the domain
    itself."""
    if not it.at("advanced_security_options.enabled"):
        check = "opensearch_service_domains_access_control_enabled"
        return [Fact("advanced_security_options is off", answers=(check, "OpenSearch.7"))]
    own = it.at("advanced_security_options.internal_user_database_enabled")
    check = "opensearch_service_domains_internal_user_database_enabled"
    return [Fact("internal_user_database_enabled", answers=(check,))] if own else None


@rule(
    title="The domain's audit log is off",
    severity="high",
    theme="logging",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("log_publishing_options",),
    remedy="Publish AUDIT_LOGS to CloudWatch.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_audit_logging_enabled",),
    security_hub=("ES.5", "OpenSearch.5"),
)
def opensearch_logs(it: Subject) -> Found:
    """Without it, it is unknown who queried what."""
    kept = {o.get("log_type") for o in it["log_publishing_options"] or () if o.get("enabled") is not False}
    return None if "AUDIT_LOGS" in kept else "AUDIT_LOGS is not published"


@rule(
    title="The file system is not encrypted",
    severity="medium",
    theme="encryption",
    types=("aws_efs_file_system",),
    reads=("encrypted",),
    remedy="Create it again with encryption, and copy the files.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html",),
    prowler=("efs_encryption_at_rest_enabled",),
    security_hub=("EFS.1",),
)
def efs_unencrypted(it: Subject) -> Found:
    """An existing file system cannot be encrypted later."""
    return None if it["encrypted"] else "encrypted is off"


@rule(
    title="Anybody may mount the file system, or from a public subnet",
    severity="medium",
    theme="public access",
    types=("aws_efs_file_system_policy", "aws_efs_mount_target"),
    near=("aws_subnet", "aws_route_table"),
    remedy="Require the condition elasticfilesystem:AccessedViaMountTarget, and keep mount targets in private subnets.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html",),
    prowler=("efs_not_publicly_accessible", "efs_mount_target_not_publicly_accessible"),
)
def efs_public(it: Subject) -> Found:
    """A policy for everybody without the condition elasticfilesystem:AccessedViaMountTarget, or a mount target in a
    subnet with a route to the internet."""
    if it.type == "aws_efs_mount_target":
        return public_subnet(it.named("subnet_id", "aws_subnet")) or None
    return open_to_all(it["policy"])


@rule(
    title="The access point gives access to the whole file system",
    severity="medium",
    theme="identity",
    types=("aws_efs_access_point",),
    reads=("root_directory", "posix_user"),
    remedy="Set a root directory and a POSIX user.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html",),
    prowler=("efs_access_point_enforce_root_directory", "efs_access_point_enforce_user_identity"),
)
def efs_access_point(it: Subject) -> Found:
    """Its root directory is `/`, or it enforces no POSIX user."""
    root, user = ("efs_access_point_enforce_root_directory",), ("efs_access_point_enforce_user_identity",)
    whole = (it.at("root_directory.path") or "/") == "/"
    found = [Fact("root_directory is /", answers=root)] if whole else []
    return found if it["posix_user"] else [*found, Fact("no posix_user", answers=user)]


@rule(
    title="The file system is not backed up",
    severity="medium",
    theme="backup",
    types=("aws_efs_backup_policy", "aws_efs_file_system"),
    near=("aws_efs_backup_policy",),
    remedy="Set aws_efs_backup_policy to ENABLED.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html",),
    prowler=("efs_have_backup_enabled",),
    security_hub=("EFS.7",),
    when_missing=("aws_efs_backup_policy",),
)
def efs_backup(it: Subject) -> Found:
    """Lost files cannot be restored."""
    policies = [it]
    if it.type == "aws_efs_file_system":
        policies = it.near("aws_efs_backup_policy")
        if any(p.managed for p in policies):
            return None
    return None if any(p.at("backup_policy.status") == "ENABLED" for p in policies) else "automatic backups are off"


@rule(
    title="The backup vault is not protected enough",
    severity="medium",
    theme="encryption",
    types=("aws_backup_vault", "aws_backup_vault_policy"),
    remedy="Encrypt it with a customer managed key, and name the principals that may use it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/backup-controls.html",),
    prowler=("backup_vaults_encrypted",),
)
def backup_vault(it: Subject) -> Found:
    """It has no customer managed key, or a policy for everybody."""
    if it.type == "aws_backup_vault":
        return None if it["kms_key_arn"] else "no kms_key_arn"
    return open_to_all(it["policy"])


@rule(
    title="Backups are deleted too early",
    severity="medium",
    theme="backup",
    types=("aws_backup_plan",),
    reads=("rule",),
    remedy="Raise delete_after of the plan's rules.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/backup-controls.html",),
    prowler=("backup_plans_exist",),
    when_missing=("aws_backup_plan",),
)
def backup_plan_retention(it: Subject) -> Found:
    """A rule of the plan keeps them for fewer days than `backup_plan_retention_days` (35)."""
    limit = it.criteria.threshold("backup_plan_retention_days")
    for found in it["rule"] or ():
        days = int((found.get("lifecycle") or {}).get("delete_after") or 0)
        if 0 < days < limit:
            return f"rule {found.get('rule_name')}: {days} days"
    return None

"""DocumentDB, Neptune, DynamoDB, DAX, ElastiCache, Redshift."""

from __future__ import annotations

from drift.providers.aws.rules.databases import on_the_internet
from drift.providers.aws.rules.exposure import public_subnet
from drift.providers.aws.rules.policies import open_to_accounts
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject


@rule(
    title="The cluster is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_docdb_cluster", "aws_neptune_cluster"),
    reads=("storage_encrypted",),
    remedy="Restore it from a snapshot into an encrypted cluster.",
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/documentdb-controls.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html",
    ),
    prowler=("documentdb_cluster_storage_encrypted", "neptune_cluster_storage_encrypted"),
    security_hub=("DocumentDB.1",),
)
def docdb_neptune_unencrypted(it: Subject) -> Found:
    """Anybody who gets its disks, backups or snapshots can read them."""
    return None if it["storage_encrypted"] else "storage_encrypted is off"


@rule(
    title="Backups are deleted too early",
    severity="medium",
    theme="backup",
    types=("aws_docdb_cluster", "aws_neptune_cluster"),
    reads=("backup_retention_period",),
    remedy="Raise backup_retention_period.",
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/documentdb-controls.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html",
    ),
    prowler=("documentdb_cluster_backup_enabled", "neptune_cluster_backup_enabled"),
    security_hub=("DocumentDB.2", "Neptune.5"),
)
def docdb_neptune_backup(it: Subject) -> Found:
    """Retention is shorter than `backup_retention_days` (7)."""
    days = int(it["backup_retention_period"] or 0)
    return f"{days} days" if days < it.criteria.threshold("backup_retention_days") else None


@rule(
    title="The cluster's audit log is not exported",
    severity="medium",
    theme="logging",
    types=("aws_docdb_cluster", "aws_neptune_cluster"),
    remedy="Export the audit log to CloudWatch.",
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/documentdb-controls.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html",
    ),
    prowler=("documentdb_cluster_cloudwatch_log_export", "neptune_cluster_integration_cloudwatch_logs"),
    security_hub=("DocumentDB.4", "Neptune.2"),
)
def docdb_neptune_logs(it: Subject) -> Found:
    """Without it, it is unknown who queried what."""
    name = (
        "enabled_cloudwatch_logs_exports"
        if it.has("enabled_cloudwatch_logs_exports")
        else "enable_cloudwatch_logs_exports"
    )
    return None if "audit" in (it[name] or ()) else "audit is not exported"


@rule(
    title="IAM database authentication is off",
    severity="medium",
    theme="identity",
    types=("aws_neptune_cluster",),
    reads=("iam_database_authentication_enabled",),
    remedy="Set iam_database_authentication_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html",),
    prowler=("neptune_cluster_iam_authentication_enabled",),
    security_hub=("Neptune.7",),
)
def neptune_iam_auth(it: Subject) -> Found:
    """Neptune has no users of its own: without IAM, anybody who can connect can query it."""
    return None if it["iam_database_authentication_enabled"] else "iam_database_authentication_enabled is off"


@rule(
    title="Point-in-time recovery is off",
    severity="medium",
    theme="backup",
    types=("aws_dynamodb_table",),
    reads=("point_in_time_recovery",),
    remedy="Enable point_in_time_recovery.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_tables_pitr_enabled",),
    security_hub=("DynamoDB.2",),
)
def ddb_pitr(it: Subject) -> Found:
    """Overwritten or deleted data cannot be restored."""
    return None if it.at("point_in_time_recovery.enabled") else "point_in_time_recovery is off"


@rule(
    title="The table is not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_dynamodb_table",),
    reads=("server_side_encryption",),
    remedy="Set server_side_encryption with a customer managed key.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_tables_kms_cmk_encryption_enabled",),
)
def ddb_kms(it: Subject) -> Found:
    """With AWS's own key, permission to read the table is enough to read the data."""
    return None if it.at("server_side_encryption.enabled") else "encrypted with AWS's own key"


@rule(
    title="Another account has access to the table",
    severity="medium",
    theme="identity",
    types=("aws_dynamodb_resource_policy", "aws_dynamodb_table"),
    remedy="Remove the account, or list it as trusted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_table_cross_account_access",),
)
def ddb_cross_account(it: Subject) -> Found:
    """The account is neither this one nor trusted. For a table that no state describes, drift reads the policy when it
    checks the table, because no API call lists the policies of tables."""
    if it.type == "aws_dynamodb_table":
        return False if it.managed else open_to_accounts(it, it["resource_policy"])
    return open_to_accounts(it, it["policy"])


@rule(
    title="The DAX cluster is not encrypted",
    severity="medium",
    theme="encryption",
    types=("aws_dax_cluster",),
    reads=("server_side_encryption", "cluster_endpoint_encryption_type"),
    remedy="Create it again with encryption at rest and TLS.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=(
        "dynamodb_accelerator_cluster_encryption_enabled",
        "dynamodb_accelerator_cluster_in_transit_encryption_enabled",
    ),
    security_hub=("DynamoDB.3",),
)
def dax_encryption(it: Subject) -> Found:
    """At rest, or in transit."""
    rest = ("dynamodb_accelerator_cluster_encryption_enabled", "DynamoDB.3")
    found = [] if it.at("server_side_encryption.enabled") else [Fact("server_side_encryption is off", answers=rest)]
    transit, kind = (
        ("dynamodb_accelerator_cluster_in_transit_encryption_enabled",),
        it["cluster_endpoint_encryption_type"],
    )
    if kind != "TLS":
        found.append(Fact(f"cluster_endpoint_encryption_type is {kind}", "transit", transit))
    return found


@rule(
    title="The cache allows connections without TLS",
    severity="medium",
    theme="transit",
    types=("aws_elasticache_replication_group",),
    reads=("transit_encryption_enabled",),
    remedy="Set transit_encryption_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_cluster_in_transit_encryption_enabled",),
)
def elasticache_transit(it: Subject) -> Found:
    """Keys, values and the auth token are sent unencrypted."""
    return None if it["transit_encryption_enabled"] else "transit_encryption_enabled is off"


@rule(
    title="The cache is not encrypted at rest",
    severity="medium",
    theme="encryption",
    types=("aws_elasticache_replication_group",),
    reads=("at_rest_encryption_enabled",),
    remedy="Create it again with at_rest_encryption_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_cluster_rest_encryption_enabled",),
)
def elasticache_rest(it: Subject) -> Found:
    """Anybody who gets its disks or backups can read them."""
    return None if it["at_rest_encryption_enabled"] else "at_rest_encryption_enabled is off"


@rule(
    title="The cache requires no authentication",
    severity="medium",
    theme="identity",
    types=("aws_elasticache_replication_group",),
    reads=("user_group_ids", "transit_encryption_enabled"),
    remedy="Set an auth_token, or user_group_ids.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_replication_group_auth_enabled",),
    security_hub=("ElastiCache.6",),
)
def elasticache_auth(it: Subject) -> Found:
    """Anybody who can connect can read and change everything. AWS returns only whether there is an auth token; a cache
    without TLS has none."""
    if it["user_group_ids"]:
        return None
    return None if it["auth_token_enabled"] else "no auth_token and no user_group_ids"


@rule(
    title="The cache is not backed up",
    severity="high",
    theme="backup",
    types=("aws_elasticache_replication_group", "aws_elasticache_cluster"),
    reads=("snapshot_retention_limit",),
    remedy="Set snapshot_retention_limit.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_cluster_backup_enabled",),
    security_hub=("ElastiCache.1",),
)
def elasticache_backup(it: Subject) -> Found:
    """Memcached has no snapshots and is not checked. Neither are members of a replication group, which has its own
    snapshots."""
    if it.type == "aws_elasticache_cluster" and (it["engine"] == "memcached" or it["replication_group_id"]):
        return None
    return None if it["snapshot_retention_limit"] else "snapshot_retention_limit is 0"


@rule(
    title="The cache is in a public subnet",
    severity="medium",
    theme="network",
    types=("aws_elasticache_cluster", "aws_elasticache_replication_group"),
    reads=("subnet_group_name",),
    near=("aws_elasticache_subnet_group", "aws_subnet", "aws_route_table"),
    remedy="Use subnets without a route to an internet gateway.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_cluster_uses_public_subnet",),
)
def elasticache_public_subnet(it: Subject) -> Found:
    """Its subnet has a route to the internet."""
    groups = it.named("subnet_group_name", "aws_elasticache_subnet_group")
    return public_subnet([s for g in groups for s in g.named("subnet_ids", "aws_subnet")]) or None


@rule(
    title="The Redshift cluster is public",
    severity="critical",
    theme="public access",
    types=("aws_redshift_cluster",),
    reads=("publicly_accessible",),
    near=("aws_security_group", "aws_redshift_subnet_group"),
    remedy="Turn publicly_accessible off.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_public_access",),
    security_hub=("Redshift.1",),
)
def redshift_public(it: Subject) -> Found:
    """publicly_accessible is on. High, not critical, if no security group lets the internet reach its port."""
    return on_the_internet(it, "critical")


@rule(
    title="The Redshift cluster is not encrypted",
    severity="critical",
    theme="encryption",
    types=("aws_redshift_cluster",),
    reads=("encrypted",),
    remedy="Turn encryption on.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_encrypted_at_rest",),
)
def redshift_unencrypted(it: Subject) -> Found:
    """Anybody who gets its disks or snapshots can read them."""
    return None if it["encrypted"] else "encrypted is off"


@rule(
    title="Clients may connect to the Redshift cluster without TLS",
    severity="high",
    theme="transit",
    types=("aws_redshift_cluster",),
    reads=("cluster_parameter_group_name",),
    near=("aws_redshift_parameter_group",),
    remedy="Set require_ssl in your own parameter group.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_in_transit_encryption_enabled",),
)
def redshift_tls(it: Subject) -> Found:
    """require_ssl is not true in the parameter group."""
    if str(it["cluster_parameter_group_name"] or "").startswith("default."):
        return "require_ssl is false in the default group"
    groups = it.named("cluster_parameter_group_name", "aws_redshift_parameter_group")
    found = [
        str(p.get("value")).lower() for g in groups for p in g["parameter"] or () if p.get("name") == "require_ssl"
    ]
    return None if "true" in found else f"require_ssl is {found[0] if found else 'not set'}"


@rule(
    title="Queries of the Redshift cluster are not logged",
    severity="medium",
    theme="logging",
    types=("aws_redshift_cluster",),
    reads=("logging",),
    remedy="Enable logging.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_audit_logging",),
    security_hub=("Redshift.4",),
)
def redshift_logging(it: Subject) -> Found:
    """Without audit logs, it is unknown who queried what."""
    return None if it.at("logging.enable") else "logging is off"


@rule(
    title="The Redshift cluster has no automated snapshots",
    severity="high",
    theme="backup",
    types=("aws_redshift_cluster",),
    reads=("automated_snapshot_retention_period",),
    remedy="Set automated_snapshot_retention_period.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_automated_snapshot",),
    security_hub=("Redshift.3",),
)
def redshift_snapshots(it: Subject) -> Found:
    """Lost data cannot be restored."""
    return None if it["automated_snapshot_retention_period"] else "automated_snapshot_retention_period is 0"


@rule(
    title="The Redshift cluster copies data over the internet",
    severity="medium",
    theme="network",
    types=("aws_redshift_cluster",),
    reads=("enhanced_vpc_routing",),
    remedy="Set enhanced_vpc_routing.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_enhanced_vpc_routing",),
)
def redshift_vpc_routing(it: Subject) -> Found:
    """COPY and UNLOAD traffic leaves the VPC, and no network ACL or flow log applies to it."""
    return None if it["enhanced_vpc_routing"] else "enhanced_vpc_routing is off"


@rule(
    title="The Redshift cluster uses default names",
    severity="medium",
    theme="identity",
    types=("aws_redshift_cluster",),
    reads=("master_username", "database_name"),
    remedy="Choose other names when you create it again.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_non_default_username", "redshift_cluster_non_default_database_name"),
)
def redshift_defaults(it: Subject) -> Found:
    """The user `awsuser`, or the database `dev`."""
    user, database = ("redshift_cluster_non_default_username",), ("redshift_cluster_non_default_database_name",)
    found = [Fact("awsuser", answers=user)] if it["master_username"] == "awsuser" else []
    return found + ([Fact("dev", answers=database)] if it["database_name"] == "dev" else [])

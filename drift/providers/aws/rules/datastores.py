"""DocumentDB, Neptune, DynamoDB, DAX, ElastiCache, Redshift."""

from __future__ import annotations

from drift.providers.aws.rules.databases import on_the_internet
from drift.providers.aws.rules.exposure import public_subnet
from drift.providers.aws.rules.policies import open_to_accounts
from drift.rules.spec import Found, rule
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
    """Its disks, its backups and its snapshots can be read by whoever gets them."""
    return None if it["storage_encrypted"] else "storage_encrypted is off"


@rule(
    title="Backups are not kept for long enough",
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
    """Fewer days than `backup_retention_days` (7)."""
    days = int(it["backup_retention_period"] or 0)
    return f"{days} days" if days < it.criteria.threshold("backup_retention_days") else None


@rule(
    title="The cluster's audit log stays inside it",
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
    """Without it nobody can tell afterwards who asked for what."""
    name = (
        "enabled_cloudwatch_logs_exports"
        if it.has("enabled_cloudwatch_logs_exports")
        else "enable_cloudwatch_logs_exports"
    )
    return None if "audit" in (it[name] or ()) else "audit is not exported"


@rule(
    title="The cluster does not let IAM decide who comes in",
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
    """Neptune has no users of its own: without IAM, whoever reaches it may ask."""
    return None if it["iam_database_authentication_enabled"] else "iam_database_authentication_enabled is off"


@rule(
    title="The table cannot be restored to a moment",
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
    """What is overwritten or deleted, by mistake or by an intruder, is gone."""
    return None if it.at("point_in_time_recovery.enabled") else "point_in_time_recovery is off"


@rule(
    title="The table is not encrypted with a key of one's own",
    severity="medium",
    theme="encryption",
    types=("aws_dynamodb_table",),
    reads=("server_side_encryption",),
    remedy="Set server_side_encryption with a customer managed key.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_tables_kms_cmk_encryption_enabled",),
)
def ddb_kms(it: Subject) -> Found:
    """With AWS's own key, the right to read the table is all one needs."""
    return None if it.at("server_side_encryption.enabled") else "encrypted with AWS's own key"


@rule(
    title="Another account is let into the table",
    severity="medium",
    theme="identity",
    types=("aws_dynamodb_resource_policy", "aws_dynamodb_table"),
    remedy="Take the account out, or list it as trusted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_table_cross_account_access",),
)
def ddb_cross_account(it: Subject) -> Found:
    """An account that is neither this one nor trusted.

    A table that no state describes is judged with its policy, since nothing lists the policies of tables.
    """
    if it.type == "aws_dynamodb_table":
        return False if it.managed else open_to_accounts(it, it["resource_policy"])
    return open_to_accounts(it, it["policy"])


@rule(
    title="The cache in front of DynamoDB is not encrypted",
    severity="medium",
    theme="encryption",
    types=("aws_dax_cluster",),
    reads=("server_side_encryption", "cluster_endpoint_encryption_type"),
    remedy="Make it again with encryption at rest and TLS.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=(
        "dynamodb_accelerator_cluster_encryption_enabled",
        "dynamodb_accelerator_cluster_in_transit_encryption_enabled",
    ),
    security_hub=("DynamoDB.3",),
)
def dax_encryption(it: Subject) -> Found:
    """At rest, or on the way."""
    if not it.at("server_side_encryption.enabled"):
        return "server_side_encryption is off"
    found = it["cluster_endpoint_encryption_type"]
    return None if found == "TLS" else f"cluster_endpoint_encryption_type is {found}"


@rule(
    title="The cache answers without TLS",
    severity="medium",
    theme="transit",
    types=("aws_elasticache_replication_group",),
    reads=("transit_encryption_enabled",),
    remedy="Set transit_encryption_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_cluster_in_transit_encryption_enabled",),
)
def elasticache_transit(it: Subject) -> Found:
    """Keys, values and the token go over the network as they are."""
    return None if it["transit_encryption_enabled"] else "transit_encryption_enabled is off"


@rule(
    title="The cache is not encrypted at rest",
    severity="medium",
    theme="encryption",
    types=("aws_elasticache_replication_group",),
    reads=("at_rest_encryption_enabled",),
    remedy="Make it again with at_rest_encryption_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html",),
    prowler=("elasticache_redis_cluster_rest_encryption_enabled",),
)
def elasticache_rest(it: Subject) -> Found:
    """Its disks and its backups can be read by whoever gets them."""
    return None if it["at_rest_encryption_enabled"] else "at_rest_encryption_enabled is off"


@rule(
    title="The cache asks nobody for a password",
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
    """Whoever reaches it may read and change everything.

    AWS does not answer the token, only whether there is one: a cache without TLS has none.
    """
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
    """Memcached has no snapshots and is left out, and so is a member of a replication group, which has its own."""
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
    """One step less between it and the internet."""
    groups = it.named("subnet_group_name", "aws_elasticache_subnet_group")
    return public_subnet([s for g in groups for s in g.named("subnet_ids", "aws_subnet")]) or None


@rule(
    title="The warehouse has a public address",
    severity="critical",
    theme="public access",
    types=("aws_redshift_cluster",),
    reads=("publicly_accessible",),
    near=("aws_security_group", "aws_redshift_subnet_group"),
    remedy="Switch publicly_accessible off.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_public_access",),
    security_hub=("Redshift.1",),
)
def redshift_public(it: Subject) -> Found:
    """publicly_accessible; high where no security group lets the world through to its port."""
    return on_the_internet(it, "critical")


@rule(
    title="The warehouse is not encrypted",
    severity="critical",
    theme="encryption",
    types=("aws_redshift_cluster",),
    reads=("encrypted",),
    remedy="Switch encryption on.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_encrypted_at_rest",),
)
def redshift_unencrypted(it: Subject) -> Found:
    """Its disks and its snapshots can be read by whoever gets them."""
    return None if it["encrypted"] else "encrypted is off"


@rule(
    title="Clients may connect to the warehouse without TLS",
    severity="high",
    theme="transit",
    types=("aws_redshift_cluster",),
    reads=("cluster_parameter_group_name",),
    near=("aws_redshift_parameter_group",),
    remedy="Set require_ssl in a parameter group of one's own.",
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
    title="What is asked of the warehouse is not logged",
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
    """Without audit logs nobody can tell afterwards who asked for what."""
    return None if it.at("logging.enable") else "logging is off"


@rule(
    title="The warehouse takes no snapshots",
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
    """What is lost is lost."""
    return None if it["automated_snapshot_retention_period"] else "automated_snapshot_retention_period is 0"


@rule(
    title="The warehouse copies over the internet",
    severity="medium",
    theme="network",
    types=("aws_redshift_cluster",),
    reads=("enhanced_vpc_routing",),
    remedy="Set enhanced_vpc_routing.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_enhanced_vpc_routing",),
)
def redshift_vpc_routing(it: Subject) -> Found:
    """COPY and UNLOAD leave the VPC, past its access lists and flow logs."""
    return None if it["enhanced_vpc_routing"] else "enhanced_vpc_routing is off"


@rule(
    title="The warehouse has the names everybody guesses",
    severity="medium",
    theme="identity",
    types=("aws_redshift_cluster",),
    reads=("master_username", "database_name"),
    remedy="Choose other names when it is made again.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html",),
    prowler=("redshift_cluster_non_default_username", "redshift_cluster_non_default_database_name"),
)
def redshift_defaults(it: Subject) -> Found:
    """The user `awsuser`, or the database `dev`."""
    found = [str(it["master_username"])] if it["master_username"] == "awsuser" else []
    found += ["dev"] if it["database_name"] == "dev" else []
    return found

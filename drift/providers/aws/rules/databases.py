"""Amazon RDS: instances, clusters, their snapshots and parameters."""

from __future__ import annotations

from collections.abc import Mapping

from drift.model.drift import Severity
from drift.providers.aws.network import Reach
from drift.providers.aws.rules.backups import backed_up
from drift.providers.aws.rules.exposure import let_in
from drift.providers.aws.rules.lifetimes import ended
from drift.rules.spec import NONE_OF_THEM, Fact, Fail, Found, rule
from drift.rules.subject import Subject

PUBLIC = "Turn publicly_accessible off, and access the database from inside the VPC."

NETWORK = ("aws_security_group", "aws_db_subnet_group", "aws_subnet", "aws_route_table", "aws_network_acl")

PORTS = {
    "mysql": 3306,
    "mariadb": 3306,
    "aurora": 3306,
    "postgres": 5432,
    "oracle": 1521,
    "sqlserver": 1433,
    "db2": 50000,
}

ADMINS = ("admin", "administrator", "postgres", "root", "sa", "awsuser")

TLS = {
    "postgres": ("rds.force_ssl", "1"),
    "aurora-postgresql": ("rds.force_ssl", "1"),
    "mysql": ("require_secure_transport", "on"),
    "mariadb": ("require_secure_transport", "on"),
    "aurora-mysql": ("require_secure_transport", "on"),
    "sqlserver": ("rds.force_ssl", "1"),
}

"""Engine, as it begins -> the parameter that makes TLS a must, and its value (RDS user guide, "Using SSL/TLS")."""


def on_the_internet(it: Subject, severity: Severity) -> Fail | None:
    """publicly_accessible; critical where the internet reaches its port, less grave where it surely does not."""
    if not it["publicly_accessible"]:
        return None
    port = int(it["port"] or 0) if it.has("port") else 0
    found = let_in(it, "tcp", (port,)) if port else Reach("unknown", "the port is not told")
    grave: Severity = "critical" if found.said == "reached" else "high" if severity == "critical" else severity
    return Fail("publicly_accessible is on", grave, str(found))


@rule(
    title="The database is public",
    severity="high",
    theme="public access",
    types=("aws_db_instance", "aws_rds_cluster_instance"),
    reads=("publicly_accessible",),
    near=NETWORK,
    remedy="Turn publicly_accessible off, and access the database from inside the VPC.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_no_public_access",),
    security_hub=("RDS.2",),
)
def rds_public(it: Subject) -> Found:
    """publicly_accessible is on. Critical if the internet can reach its port: through route, network ACL and
    security group."""
    return on_the_internet(it, "high")


@rule(
    title="The database is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_db_instance", "aws_rds_cluster", "aws_rds_global_cluster"),
    reads=("storage_encrypted",),
    remedy="Restore it from an encrypted copy of a snapshot.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_storage_encrypted", "rds_cluster_storage_encrypted"),
    security_hub=("RDS.27", "RDS.3"),
)
def rds_unencrypted(it: Subject) -> Found:
    """Anybody who gets its disks, backups or snapshots can read them."""
    return None if it["storage_encrypted"] else "storage_encrypted is off"


@rule(
    title="Backups are deleted too early",
    severity="medium",
    theme="backup",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("backup_retention_period",),
    remedy="Raise backup_retention_period.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_backup_enabled",),
    security_hub=("RDS.11",),
)
def rds_backup_retention(it: Subject) -> Found:
    """Retention is shorter than `backup_retention_days` (7)."""
    days = int(it["backup_retention_period"] or 0)
    return f"{days} days" if days < it.criteria.threshold("backup_retention_days") else None


@rule(
    title="No backup plan covers the database",
    severity="high",
    theme="backup",
    types=("aws_db_instance", "aws_rds_cluster"),
    near=("aws_backup_selection",),
    remedy="Add it, or one of its tags, to a backup selection.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_protected_by_backup_plan", "rds_cluster_protected_by_backup_plan"),
)
def rds_not_in_backup_plan(it: Subject) -> Found:
    """No selection of AWS Backup matches its ARN, type or tags."""
    return backed_up(it, str(it["arn"] or ""))


@rule(
    title="IAM database authentication is off",
    severity="medium",
    theme="identity",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("iam_database_authentication_enabled", "engine"),
    remedy="Set iam_database_authentication_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_iam_authentication_enabled", "rds_cluster_iam_authentication_enabled"),
    security_hub=("RDS.10", "RDS.12"),
)
def rds_iam_auth(it: Subject) -> Found:
    """Passwords are shared and last long; IAM tokens expire after minutes. Engines without IAM authentication are not
    checked."""
    if not str(it["engine"] or "").startswith(("mysql", "postgres", "mariadb", "aurora")):
        return None
    return None if it["iam_database_authentication_enabled"] else "iam_database_authentication_enabled is off"


@rule(
    title="The master user has a default name",
    severity="medium",
    theme="identity",
    types=("aws_db_instance", "aws_rds_cluster"),
    remedy="Choose another name when you create the database again.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_default_admin", "rds_cluster_default_admin"),
    security_hub=("RDS.24", "RDS.25"),
)
def rds_default_admin(it: Subject) -> Found:
    """Attackers try default names first."""
    name = it["username"] if it.has("username") else it["master_username"]
    return str(name) if str(name or "").lower() in ADMINS else None


@rule(
    title="The database uses its engine's default port",
    severity="low",
    theme="hygiene",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("engine", "port"),
    remedy="Choose another port if that is worth the effort.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_non_default_port", "rds_cluster_non_default_port"),
    security_hub=("RDS.23",),
)
def rds_default_port(it: Subject) -> Found:
    """Attackers scan default ports first."""
    engine, port = str(it["engine"] or ""), it["port"]
    usual = 5432 if engine == "aurora-postgresql" else next((p for e, p in PORTS.items() if engine.startswith(e)), None)
    return f"port {port}" if port and port == usual else None


@rule(
    title="Clients may connect without TLS",
    severity="high",
    theme="transit",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("engine",),
    near=("aws_db_parameter_group", "aws_rds_cluster_parameter_group"),
    remedy="Set the parameter in your own parameter group.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_transport_encrypted",),
    security_hub=("RDS.38", "RDS.39"),
)
def rds_tls_not_forced(it: Subject) -> Found:
    """rds.force_ssl or require_secure_transport is not set in the parameter group. If the engine's default is known, it
    applies: PostgreSQL requires TLS from version 15."""
    engine = str(it["engine"] or "")
    wanted = TLS.get(engine) or next((v for e, v in TLS.items() if engine.startswith(e)), None)
    if wanted is None:
        return None
    name, value = wanted
    attribute, group_type = (
        ("parameter_group_name", "aws_db_parameter_group")
        if it.type == "aws_db_instance"
        else ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group")
    )
    usual = str(it[attribute] or "").startswith("default.")
    groups = [] if usual else it.named(attribute, group_type)
    found = [str(p.get("value")).lower() for g in groups for p in g["parameter"] or () if p.get("name") == name]
    if not found and "postgres" in engine and int(str(it["engine_version"] or "0").split(".")[0] or 0) >= 15:
        return None
    if found and found[0] in (value, "1", "on", "true"):
        return None
    control = {"postgres": ("RDS.38",), "mysql": ("RDS.39",)}.get(engine, ())
    said = f"{name} is {found[0] if found else 'not set'}"
    return [Fact(said, name, ("rds_instance_transport_encrypted", *control))]


@rule(
    title="Database logs are not exported",
    severity="medium",
    theme="logging",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("enabled_cloudwatch_logs_exports",),
    remedy="Name the logs in enabled_cloudwatch_logs_exports.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_integration_cloudwatch_logs", "rds_cluster_integration_cloudwatch_logs"),
    security_hub=("RDS.37", "RDS.9"),
)
def rds_log_exports(it: Subject) -> Found:
    """Exported logs survive the deletion of the database, and attackers on it cannot change them."""
    return None if it["enabled_cloudwatch_logs_exports"] else "enabled_cloudwatch_logs_exports is empty"


@rule(
    title="Automatic minor version upgrades are off",
    severity="medium",
    theme="hygiene",
    types=("aws_db_instance", "aws_rds_cluster_instance"),
    reads=("auto_minor_version_upgrade",),
    remedy="Set auto_minor_version_upgrade.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_minor_version_upgrade_enabled", "rds_cluster_minor_version_upgrade_enabled"),
    security_hub=("RDS.13", "RDS.35"),
)
def rds_auto_minor(it: Subject) -> Found:
    """Minor versions contain the engine's security updates."""
    return None if it["auto_minor_version_upgrade"] else "auto_minor_version_upgrade is off"


@rule(
    title="Enhanced monitoring is off",
    severity="low",
    theme="logging",
    types=("aws_db_instance",),
    reads=("monitoring_interval",),
    remedy="Set monitoring_interval.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_enhanced_monitoring_enabled",),
    security_hub=("RDS.6",),
)
def rds_enhanced_monitoring(it: Subject) -> Found:
    """Enhanced monitoring shows the processes on the database's host."""
    return None if it["monitoring_interval"] else "monitoring_interval is 0"


@rule(
    title="Tags are not copied to snapshots",
    severity="low",
    theme="hygiene",
    types=("aws_db_instance", "aws_rds_cluster", "aws_neptune_cluster"),
    reads=("copy_tags_to_snapshot",),
    remedy="Set copy_tags_to_snapshot.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=(
        "rds_instance_copy_tags_to_snapshots",
        "rds_cluster_copy_tags_to_snapshots",
        "neptune_cluster_copy_tags_to_snapshots",
    ),
    security_hub=("Neptune.8", "RDS.16", "RDS.17"),
)
def rds_copy_tags(it: Subject) -> Found:
    """Policies and cost reports that use tags miss the snapshots."""
    return None if it["copy_tags_to_snapshot"] else "copy_tags_to_snapshot is off"


@rule(
    title="The database uses an expired certificate authority",
    severity="high",
    theme="transit",
    types=("aws_db_instance",),
    reads=("ca_cert_identifier",),
    remedy="Set ca_cert_identifier to rds-ca-rsa2048-g1.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_certificate_expiration",),
)
def rds_ca_old(it: Subject) -> Found:
    """Clients that verify the certificate cannot connect; other clients do not verify whom they connect to."""
    return str(it["ca_cert_identifier"]) if it["ca_cert_identifier"] in ("rds-ca-2015", "rds-ca-2019") else None


@rule(
    title="The engine's version is past standard support",
    severity="high",
    theme="hygiene",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("engine", "engine_version"),
    remedy="Upgrade to a supported version.",
    references=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",),
    prowler=("rds_instance_deprecated_engine_version", "rds_instance_extended_support"),
)
def rds_engine_eol(it: Subject) -> Found:
    """It gets no more updates, or only for a fee."""
    return ended(str(it["engine"] or ""), str(it["engine_version"] or ""), it.today)


@rule(
    title="Deletion protection is off",
    severity="low",
    theme="backup",
    types=("aws_db_instance", "aws_rds_cluster"),
    reads=("deletion_protection",),
    remedy="Set deletion_protection.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_deletion_protection", "rds_cluster_deletion_protection"),
    security_hub=("RDS.7", "RDS.8"),
)
def rds_deletion_protection(it: Subject) -> Found:
    """One API call can delete the database."""
    return None if it["deletion_protection"] else "deletion_protection is off"


@rule(
    title="The snapshot is public",
    severity="critical",
    theme="public access",
    types=("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_docdb_cluster_snapshot", "aws_neptune_cluster_snapshot"),
    reads=("shared_accounts",),
    remedy="Remove `all` from shared_accounts.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_snapshots_public_access", "documentdb_cluster_public_snapshot", "neptune_cluster_public_snapshot"),
    security_hub=("DocumentDB.3", "Neptune.3", "RDS.1"),
)
def rds_snapshot_public(it: Subject) -> Found:
    """Anybody with an AWS account can restore it and read the data."""
    return "shared with all" if "all" in (it["shared_accounts"] or ()) else None


@rule(
    title="The snapshot is not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_db_snapshot", "aws_db_cluster_snapshot", "aws_neptune_cluster_snapshot"),
    reads=("encrypted", "storage_encrypted"),
    remedy="Copy it with a key and delete the original.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_snapshots_encrypted", "neptune_cluster_snapshot_encrypted"),
    security_hub=("Neptune.6", "RDS.4"),
)
def rds_snapshot_unencrypted(it: Subject) -> Found:
    """One API call can share an unencrypted snapshot with anybody."""
    name = "encrypted" if it.has("encrypted") else "storage_encrypted"
    return None if it[name] else f"{name} is off"


SUBSCRIBED: Mapping[str, tuple[str, ...]] = {
    "db-cluster": ("rds_cluster_critical_event_subscription", "RDS.19"),
    "db-instance": ("rds_instance_critical_event_subscription", "RDS.20"),
    "db-parameter-group": ("rds_instance_event_subscription_parameter_groups", "RDS.21"),
    "db-security-group": ("rds_instance_event_subscription_security_groups", "RDS.22"),
}
"""What a subscription speaks of -> the claims about it; one that names none speaks of all."""


def _subscribed_alike(lost: Subject, other: Subject) -> bool:
    """Whether another subscription tells of the same sources; one that names none tells of all."""
    mine, theirs = frozenset(lost["source_ids"] or ()), frozenset(other["source_ids"] or ())
    return lost["source_type"] == other["source_type"] and (not theirs or (bool(mine) and mine <= theirs))


@rule(
    title="The event subscription is off or incomplete",
    severity="medium",
    theme="logging",
    types=("aws_db_event_subscription",),
    reads=("enabled", "source_type", "event_categories"),
    remedy="Enable the subscription for these events.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=(
        "rds_instance_critical_event_subscription",
        "rds_cluster_critical_event_subscription",
        "rds_instance_event_subscription_security_groups",
        "rds_instance_event_subscription_parameter_groups",
    ),
    security_hub=("RDS.19", "RDS.20", "RDS.21", "RDS.22"),
    when_missing=("aws_db_event_subscription",),
    stands_in=_subscribed_alike,
)
def rds_event_subscription(it: Subject) -> Found:
    """It does not notify about failures or configuration changes."""
    claims = SUBSCRIBED.get(str(it["source_type"]), ())
    if not it["enabled"]:
        return [Fact("enabled is off", answers=claims)]
    wanted = {
        "db-instance": {"failure", "maintenance", "configuration change"},
        "db-cluster": {"failure", "maintenance"},
        "db-parameter-group": {"configuration change"},
        "db-security-group": {"configuration change", "failure"},
    }
    lost = (
        wanted.get(str(it["source_type"]), set()) - set(it["event_categories"] or ())
        if it["event_categories"]
        else set()
    )
    return [Fact(f"without {kind}", answers=claims or NONE_OF_THEM) for kind in sorted(lost)]

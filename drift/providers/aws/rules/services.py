"""DMS, EMR, SageMaker, WorkSpaces."""

from __future__ import annotations

from drift.rules.spec import Fact, Fail, Found, rule
from drift.rules.subject import Subject


@rule(
    title="The replication instance is public",
    severity="critical",
    theme="public access",
    types=("aws_dms_replication_instance",),
    reads=("publicly_accessible",),
    remedy="Create it again in private subnets, with publicly_accessible off.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dms-controls.html",),
    prowler=("dms_instance_no_public_access",),
    security_hub=("DMS.1",),
)
def dms_public(it: Subject) -> Found:
    """It has the credentials of both databases, and all their data passes through it."""
    return "publicly_accessible is on" if it["publicly_accessible"] else None


DMS_SSL = ("dms_endpoint_ssl_enabled", "DMS.9")
DMS_REDIS = ("dms_endpoint_redis_in_transit_encryption_enabled", "DMS.12")
OWN_TLS = {
    "kafka": ("kafka_settings.security_protocol", "plaintext"),
    "redis": ("redis_settings.ssl_security_protocol", "plaintext"),
}
"""Engines with a setting of their own for it -> where, and what says that there is none."""
SSL_MODES = frozenset(
    {
        "aurora", "aurora-postgresql", "aurora-postgresql-serverless", "aurora-serverless",
        "azure-sql-managed-instance", "azuredb", "babelfish", "db2", "db2-zos", "docdb", "gcp-mysql",
        "mariadb", "mongodb", "mysql", "oracle", "postgres", "sqlserver", "sybase",
    }
)  # fmt: skip
"""Engines that DMS reaches with TLS where one asks for it; all others are AWS's own, which have nothing else."""


@rule(
    title="The migration connects to the database without TLS",
    severity="high",
    theme="transit",
    types=("aws_dms_endpoint",),
    reads=("ssl_mode", "engine_name"),
    remedy="Set ssl_mode to require or better; for Kafka and Redis, their own security protocol.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dms-controls.html",),
    prowler=("dms_endpoint_ssl_enabled", "dms_endpoint_redis_in_transit_encryption_enabled"),
    security_hub=("DMS.9", "DMS.12"),
)
def dms_ssl(it: Subject) -> Found:
    """Data and the password are sent unencrypted."""
    mode = it["ssl_mode"]
    engine = str(it["engine_name"] or "").lower()
    if engine in OWN_TLS:
        at, plain = OWN_TLS[engine]
        claims = DMS_REDIS if engine == "redis" else DMS_SSL
        return [Fact(f"{at} is {plain}", answers=claims)] if it.at(at) == plain else None
    if engine and engine not in SSL_MODES:
        return False
    return [Fact("ssl_mode is none", answers=DMS_SSL)] if mode in (None, "none") else None


@rule(
    title="EMR clusters may be public",
    severity="high",
    theme="public access",
    types=("aws_emr_block_public_access_configuration",),
    reads=("block_public_security_group_rules", "permitted_public_security_group_rule_range"),
    remedy="Set block_public_security_group_rules, and permit only port 22.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/emr-controls.html",),
    prowler=("emr_cluster_account_public_block_enabled",),
    security_hub=("EMR.2",),
)
def emr_public(it: Subject) -> Found:
    """The account allows clusters whose security groups are open to the internet."""
    if not it["block_public_security_group_rules"]:
        return "block_public_security_group_rules is off"
    for ports in it["permitted_public_security_group_rule_range"] or ():
        low, high = ports.get("min_range"), ports.get("max_range")
        if (low, high) != (22, 22):
            return f"ports {low} to {high} are permitted"
    return None


@rule(
    title="The notebook has internet access or root access",
    severity="high",
    theme="network",
    types=("aws_sagemaker_notebook_instance",),
    reads=("direct_internet_access", "subnet_id", "root_access", "kms_key_id"),
    remedy="Move it into a subnet, without direct_internet_access and root_access, with a customer managed key.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html",),
    prowler=(
        "sagemaker_notebook_instance_without_direct_internet_access_configured",
        "sagemaker_notebook_instance_encryption_enabled",
        "sagemaker_notebook_instance_vpc_settings_configured",
        "sagemaker_notebook_instance_root_access_disabled",
    ),
    security_hub=("SageMaker.1", "SageMaker.2", "SageMaker.3"),
)
def sagemaker_notebook(it: Subject) -> Found:
    """No VPC, direct internet access, root access, or (lower severity) no customer managed key. Code on the notebook
    has the permissions of its role."""
    check, found = "sagemaker_notebook_instance_", []
    if it["direct_internet_access"] != "Disabled":
        answers = (f"{check}without_direct_internet_access_configured", "SageMaker.1")
        found.append(Fact("direct_internet_access is Enabled", answers=answers))
    if not it["subnet_id"]:
        found.append(Fact("no subnet_id", answers=(f"{check}vpc_settings_configured", "SageMaker.2")))
    if it["root_access"] != "Disabled":
        found.append(Fact("root_access is Enabled", answers=(f"{check}root_access_disabled", "SageMaker.3")))
    grave = bool(found)
    if not it["kms_key_id"]:
        found.append(Fact("no kms_key_id", answers=(f"{check}encryption_enabled",)))
    return Fail(found, None if grave else "medium") if found else None


@rule(
    title="The desktop's disks are not encrypted",
    severity="high",
    theme="encryption",
    types=("aws_workspaces_workspace",),
    reads=("root_volume_encryption_enabled", "user_volume_encryption_enabled"),
    remedy="Create it again with both volumes encrypted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/workspaces-controls.html",),
    prowler=("workspaces_volume_encryption_enabled",),
    security_hub=("WorkSpaces.1", "WorkSpaces.2"),
)
def workspaces_encryption(it: Subject) -> Found:
    """Anybody who gets the disks or their snapshots can read them."""
    controls = {"root_volume_encryption_enabled": "WorkSpaces.2", "user_volume_encryption_enabled": "WorkSpaces.1"}
    check = "workspaces_volume_encryption_enabled"
    return [Fact(f"{name} is off", answers=(check, control)) for name, control in controls.items() if not it[name]]

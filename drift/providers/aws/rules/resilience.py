"""What goes on when something fails, and what can be undone: zones, replicas, protection against deletion."""

from __future__ import annotations

from drift.providers.aws.rules.backups import backed_up
from drift.providers.aws.rules.exposure import public_subnet
from drift.providers.aws.rules.must import at_least, must, several
from drift.rules.spec import Found, rule
from drift.rules.subject import Subject

DELETED = "One call, by mistake or by an intruder, and it is gone."
ONE_ZONE = "When that zone fails, it fails."

RULES = (
    must(
        "docdb-deletion-protection", "aws_docdb_cluster", "deletion_protection",
        title="The cluster can be deleted by one call", meaning=DELETED, remedy="Set deletion_protection.",
        severity="low", theme="backup", prowler=("documentdb_cluster_deletion_protection",), hub=("DocumentDB.5",),
        page="documentdb",
    ),
    must(
        "neptune-deletion-protection", "aws_neptune_cluster", "deletion_protection",
        title="The cluster can be deleted by one call", meaning=DELETED, remedy="Set deletion_protection.",
        severity="low", theme="backup", prowler=("neptune_cluster_deletion_protection",), hub=("Neptune.4",),
        page="neptune",
    ),
    must(
        "ddb-deletion-protection", "aws_dynamodb_table", "deletion_protection_enabled",
        title="The table can be deleted by one call", meaning=DELETED, remedy="Set deletion_protection_enabled.",
        severity="low", theme="backup", prowler=("dynamodb_table_deletion_protection_enabled",), hub=("DynamoDB.6",),
        page="dynamodb",
    ),
    must(
        "cognito-deletion-protection", "aws_cognito_user_pool", "deletion_protection", be=("ACTIVE",),
        title="The user pool can be deleted by one call", meaning="Its users cannot be restored.",
        remedy="Set deletion_protection to ACTIVE.", severity="medium", theme="backup",
        prowler=("cognito_user_pool_deletion_protection_enabled",), page="cognito",
    ),
    must(
        "lb-deletion-protection", {"aws_lb": "enable_deletion_protection", "aws_alb": "enable_deletion_protection"},
        title="The load balancer can be deleted by one call", meaning=DELETED,
        remedy="Set enable_deletion_protection.", severity="low", theme="backup",
        prowler=("elbv2_deletion_protection",), hub=("ELB.6",), page="elb",
    ),
    must(
        "nfw-deletion-protection", "aws_networkfirewall_firewall", "delete_protection",
        title="The network firewall can be deleted by one call", meaning="The traffic then goes unseen, or nowhere.",
        remedy="Set delete_protection.", severity="medium", theme="backup",
        prowler=("networkfirewall_deletion_protection",), hub=("NetworkFirewall.9",), page="networkfirewall",
    ),
    must(
        "nfw-subnet-protection", "aws_networkfirewall_firewall", "subnet_change_protection",
        title="The network firewall's subnets can be changed by one call",
        meaning="A subnet that is taken out is guarded no more.", remedy="Set subnet_change_protection.",
        severity="low", theme="network", hub=("NetworkFirewall.10",), page="networkfirewall",
    ),
    must(
        "nfw-one-zone", "aws_networkfirewall_firewall", "subnet_mapping", be=several,
        title="The network firewall is in one zone", meaning=ONE_ZONE, remedy="Map subnets in several zones.",
        severity="medium", theme="backup", prowler=("networkfirewall_multi_az",), hub=("NetworkFirewall.1",),
        page="networkfirewall",
    ),
    must(
        "dms-one-zone", "aws_dms_replication_instance", "multi_az",
        title="The migration's instance is in one zone", meaning=ONE_ZONE, remedy="Set multi_az.",
        severity="low", theme="backup", prowler=("dms_instance_multi_az_enabled",), hub=("DMS.13",), page="dms",
    ),
    must(
        "elasticache-failover", "aws_elasticache_replication_group", "automatic_failover_enabled",
        title="No replica takes over when the cache's primary fails", meaning="Writes fail until somebody acts.",
        remedy="Set automatic_failover_enabled, with at least one replica.", severity="low", theme="backup",
        prowler=("elasticache_redis_cluster_automatic_failover_enabled",), hub=("ElastiCache.3",), page="elasticache",
    ),
    must(
        "elasticache-one-zone", "aws_elasticache_replication_group", "multi_az_enabled",
        title="The cache is in one zone", meaning=ONE_ZONE, remedy="Set multi_az_enabled.", severity="low",
        theme="backup", prowler=("elasticache_redis_cluster_multi_az_enabled",), page="elasticache",
    ),
    must(
        "mq-no-standby", "aws_mq_broker", "deployment_mode", be=("active_standby_multi_az",),
        where={"engine_type": ("activemq",)}, title="The broker has no standby", meaning=ONE_ZONE,
        remedy="Make it again with deployment_mode ACTIVE_STANDBY_MULTI_AZ.", severity="low", theme="backup",
        prowler=("mq_broker_active_deployment_mode",), hub=("MQ.5",), page="mq",
    ),
    must(
        "mq-no-cluster", "aws_mq_broker", "deployment_mode", be=("cluster_multi_az",),
        where={"engine_type": ("rabbitmq",)}, title="The broker is no cluster", meaning=ONE_ZONE,
        remedy="Make it again with deployment_mode CLUSTER_MULTI_AZ.", severity="low", theme="backup",
        prowler=("mq_broker_cluster_deployment_mode",), hub=("MQ.6",), page="mq",
    ),
    must(
        "redshift-one-zone", "aws_redshift_cluster", "multi_az",
        title="The warehouse is in one zone", meaning=ONE_ZONE, remedy="Set multi_az, which needs RA3 nodes.",
        severity="low", theme="backup", prowler=("redshift_cluster_multi_az_enabled",), hub=("Redshift.18",),
        page="redshift",
    ),
    must(
        "rds-backtrack", "aws_rds_cluster", "backtrack_window", be=at_least(1), where={"engine": ("aurora-mysql",)},
        title="The cluster cannot be wound back", meaning="A wrong statement is undone in minutes with it.",
        remedy="Set backtrack_window when the cluster is made.", severity="info", theme="backup",
        prowler=("rds_cluster_backtrack_enabled",), hub=("RDS.14",), page="rds",
    ),
    must(
        "fsx-one-zone", "aws_fsx_windows_file_system", "deployment_type", be=("MULTI_AZ_1",),
        title="The file system is in one zone", meaning=ONE_ZONE, remedy="Make it again as MULTI_AZ_1.",
        severity="low", theme="backup", prowler=("fsx_windows_file_system_multi_az_enabled",), hub=("FSx.5",),
        page="fsx",
    ),
    must(
        "kinesis-retention", "aws_kinesis_stream", "retention_period", be=at_least(168),
        title="Records are not kept for long enough", meaning="Fewer hours than the 168 that Security Hub asks for.",
        remedy="Set retention_period to 168 or more.", severity="low", theme="backup",
        prowler=("kinesis_stream_data_retention_period",), hub=("Kinesis.3",), page="kinesis",
    ),
    must(
        "lambda-dead-letter", "aws_lambda_function", "dead_letter_config.target_arn", be=bool,
        title="Calls that failed are lost", meaning="An event that the function cannot handle is dropped.",
        remedy="Set dead_letter_config, or a destination on failure.", severity="info", theme="hygiene",
        prowler=("awslambda_function_no_dead_letter_queue",), page="lambda",
    ),
    must(
        "asg-launch-configuration", "aws_autoscaling_group", "launch_configuration", be=lambda value: not value,
        title="The group still starts machines by a launch configuration",
        meaning="AWS has superseded them: no new one can be made, and IMDSv2's hop limit cannot be set for each group.",
        remedy="Use a launch_template.", severity="low", theme="hygiene",
        prowler=("autoscaling_group_using_ec2_launch_template",), hub=("AutoScaling.9",), page="autoscaling",
    ),
    must(
        "elb-cross-zone", "aws_elb", "cross_zone_load_balancing",
        title="The load balancer keeps to its own zone", meaning="One zone is overloaded when others are gone.",
        remedy="Set cross_zone_load_balancing.", severity="info", theme="hygiene",
        prowler=("elb_cross_zone_load_balancing_enabled",), hub=("ELB.9",), page="elb",
    ),
    must(
        "nlb-cross-zone", {"aws_lb": "enable_cross_zone_load_balancing", "aws_alb": "enable_cross_zone_load_balancing"},
        where={"load_balancer_type": ("network", "gateway")},
        title="The load balancer keeps to its own zone", meaning="One zone is overloaded when others are gone.",
        remedy="Set enable_cross_zone_load_balancing.", severity="info", theme="hygiene",
        prowler=("elbv2_cross_zone_load_balancing_enabled",), page="elb",
    ),
    must(
        "elb-draining", "aws_elb", "connection_draining",
        title="Requests are cut off when a target goes", meaning="What is under way is lost.",
        remedy="Set connection_draining.", severity="info", theme="hygiene",
        prowler=("elb_connection_draining_enabled",), hub=("ELB.7",), page="elb",
    ),
    must(
        "lambda-one-zone", "aws_lambda_function", "vpc_config.subnet_ids", be=lambda value: not value or len(value) > 1,
        title="The function is in one zone", meaning=ONE_ZONE, remedy="Give it subnets of several zones.",
        severity="low", theme="backup", prowler=("awslambda_function_vpc_multi_az",), hub=("Lambda.5",), page="lambda",
    ),
    must(
        "sagemaker-one-instance", "aws_sagemaker_endpoint_configuration", "production_variants",
        be=lambda variants: not _single(variants),
        title="The endpoint runs on one instance", meaning=ONE_ZONE, remedy="Set initial_instance_count to 2 or more.",
        severity="low", theme="backup", prowler=("sagemaker_endpoint_config_prod_variant_instances",),
        hub=("SageMaker.4",), page="sagemaker",
    ),
    must(
        "opensearch-masters",
        {"aws_opensearch_domain": "cluster_config.dedicated_master_count",
         "aws_elasticsearch_domain": "cluster_config.dedicated_master_count"},
        be=at_least(3), title="The domain has fewer than three dedicated masters",
        meaning="Without three of them the cluster cannot agree on a new master.",
        remedy="Enable dedicated masters, three of them.", severity="low", theme="backup",
        prowler=("opensearch_service_domains_fault_tolerant_master_nodes",), hub=("ES.7", "OpenSearch.11"),
        page="opensearch",
    ),
)  # fmt: skip
"""One setting each."""


def _single(variants: object) -> bool:
    """Whether a variant that is no serverless one has a single instance."""
    each = variants if isinstance(variants, tuple | list) else ()
    return any(not v.get("serverless_config") and (v.get("initial_instance_count") or 0) < 2 for v in each)


@rule(
    title="The domain loses data when a node fails",
    severity="low",
    theme="backup",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("cluster_config",),
    remedy="Have three data nodes or more, with zone_awareness_enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    prowler=("opensearch_service_domains_fault_tolerant_data_nodes",),
    security_hub=("ES.6", "OpenSearch.6"),
)
def opensearch_one_zone(it: Subject) -> Found:
    """Fewer than three data nodes, or all of them in one zone."""
    count = int(it.at("cluster_config.instance_count") or 1)
    found = [f"{count} data node{'s' if count != 1 else ''}"] if count < 3 else []
    return found + ([] if it.at("cluster_config.zone_awareness_enabled") else ["zone_awareness_enabled is off"])


@rule(
    title="The database is in one zone",
    severity="low",
    theme="backup",
    types=("aws_db_instance",),
    reads=("multi_az", "engine", "replicate_source_db"),
    remedy="Set multi_az.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_instance_multi_az",),
    security_hub=("RDS.5",),
)
def rds_one_zone(it: Subject) -> Found:
    """When that zone fails, it fails. Replicas are left out, and instances of Aurora, whose cluster decides."""
    if it["replicate_source_db"] or str(it["engine"]).startswith(("aurora", "docdb", "neptune")):
        return False
    return None if it["multi_az"] else "multi_az is off"


MEMBERS = {
    "aws_rds_cluster": "aws_rds_cluster_instance",
    "aws_docdb_cluster": "aws_docdb_cluster_instance",
    "aws_neptune_cluster": "aws_neptune_cluster_instance",
}
"""Cluster -> its instances."""


@rule(
    title="The cluster's instances are in one zone",
    severity="low",
    theme="backup",
    types=tuple(MEMBERS),
    near=tuple(MEMBERS.values()),
    remedy="Add an instance in another zone.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html",),
    prowler=("rds_cluster_multi_az", "documentdb_cluster_multi_az_enabled", "neptune_cluster_multi_az"),
    security_hub=("RDS.15", "Neptune.9"),
)
def cluster_one_zone(it: Subject) -> Found:
    """The storage is in three zones; what answers is not. A Multi-AZ cluster of RDS has none of its own."""
    if it.type == "aws_rds_cluster" and not str(it["engine"]).startswith("aurora"):
        return False
    members = it.near(MEMBERS[it.type])
    zones = {m["availability_zone"] for m in members} - {None, ""}
    return f"all in {', '.join(map(str, zones)) or 'no zone'}" if len(zones) < 2 else None


@rule(
    title="The load balancer is in one zone",
    severity="low",
    theme="backup",
    types=("aws_lb", "aws_alb", "aws_elb"),
    reads=("subnets",),
    remedy="Give it subnets of two zones or more.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elbv2_is_in_multiple_az", "elb_is_in_multiple_az"),
    security_hub=("ELB.10", "ELB.13"),
)
def lb_one_zone(it: Subject) -> Found:
    """When that zone fails, nobody reaches what is behind."""
    count = len(it["subnets"] or ())
    return f"{count} subnet" if count == 1 else None


@rule(
    title="The group starts its machines in one zone",
    severity="low",
    theme="backup",
    types=("aws_autoscaling_group",),
    reads=("availability_zones", "vpc_zone_identifier"),
    remedy="Give it subnets of two zones or more.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html",),
    prowler=("autoscaling_group_multiple_az",),
    security_hub=("AutoScaling.2",),
)
def asg_one_zone(it: Subject) -> Found:
    """When that zone fails, the group has nothing left."""
    count = len(it["availability_zones"] or it["vpc_zone_identifier"] or ())
    return f"{count} zone" if count == 1 else None


@rule(
    title="A machine that answers nobody stays in the group",
    severity="low",
    theme="backup",
    types=("aws_autoscaling_group",),
    reads=("health_check_type", "target_group_arns", "load_balancers"),
    remedy="Set health_check_type to ELB.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/autoscaling-controls.html",),
    prowler=("autoscaling_group_elb_health_check_enabled",),
    security_hub=("AutoScaling.1",),
)
def asg_health_check(it: Subject) -> Found:
    """The group is behind a load balancer and does not ask it who is well."""
    if not (it["target_group_arns"] or it["load_balancers"]):
        return False
    return None if it["health_check_type"] == "ELB" else f"health_check_type is {it['health_check_type']}"


@rule(
    title="The file system is in one zone",
    severity="low",
    theme="backup",
    types=("aws_efs_file_system",),
    reads=("availability_zone_name",),
    near=("aws_efs_mount_target",),
    remedy="Have mount targets in two zones or more; a One Zone file system must be made again.",
    references=("https://docs.aws.amazon.com/efs/latest/ug/availability-durability.html",),
    prowler=("efs_multi_az_enabled",),
)
def efs_one_zone(it: Subject) -> Found:
    """A One Zone file system is lost with its zone; with one mount target it cannot be reached without it."""
    if it["availability_zone_name"]:
        return f"One Zone, {it['availability_zone_name']}"
    count = len(it.near("aws_efs_mount_target"))
    return f"{count} mount target" if count == 1 else None


@rule(
    title="The table is in no backup plan",
    severity="low",
    theme="backup",
    types=("aws_dynamodb_table",),
    near=("aws_backup_selection",),
    remedy="Add it, or one of its tags, to a selection of AWS Backup.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html",),
    prowler=("dynamodb_table_protected_by_backup_plan",),
    security_hub=("DynamoDB.4",),
)
def ddb_not_in_backup_plan(it: Subject) -> Found:
    """No selection of AWS Backup names it, its kind or one of its tags."""
    return backed_up(it, str(it["arn"] or ""))


@rule(
    title="The endpoint is in one zone",
    severity="low",
    theme="backup",
    types=("aws_vpc_endpoint",),
    reads=("vpc_endpoint_type", "subnet_ids"),
    remedy="Give it subnets of two zones or more.",
    references=("https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html",),
    prowler=("vpc_endpoint_multi_az_enabled",),
)
def vpce_one_zone(it: Subject) -> Found:
    """When that zone fails, the service behind it is out of reach."""
    if it["vpc_endpoint_type"] != "Interface":
        return False
    count = len(it["subnet_ids"] or ())
    return f"{count} subnet" if count == 1 else None


@rule(
    title="The cluster is in a public subnet",
    severity="medium",
    theme="public access",
    types=("aws_neptune_cluster",),
    reads=("neptune_subnet_group_name",),
    near=("aws_neptune_subnet_group", "aws_subnet"),
    remedy="Put it into subnets without a route to an internet gateway.",
    references=("https://docs.aws.amazon.com/neptune/latest/userguide/get-started-vpc.html",),
    prowler=("neptune_cluster_uses_public_subnet",),
)
def neptune_public_subnet(it: Subject) -> Found:
    """One step less between it and the internet."""
    groups = it.named("neptune_subnet_group_name", "aws_neptune_subnet_group")
    return public_subnet([s for g in groups for s in g.named("subnet_ids", "aws_subnet")]) or None

"""What is kept up to date, and what is set as AWS advises: upgrades, versions, logs, names and defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from drift.model.value import Hidden
from drift.providers.aws.rules.lifetimes import CACHES, GLUE, past
from drift.providers.aws.rules.must import must
from drift.providers.aws.rules.policies import open_to_all
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject
from drift.rules.world import Unknown

PATCHES = "Minor versions bring the engine's security fixes."

RULES = (
    must(
        "dms-auto-minor", "aws_dms_replication_instance", "auto_minor_version_upgrade",
        title="Minor upgrades are not made by themselves", meaning=PATCHES, remedy="Set auto_minor_version_upgrade.",
        severity="medium", theme="hygiene", prowler=("dms_instance_minor_version_upgrade_enabled",), hub=("DMS.6",),
        page="dms",
    ),
    must(
        "elasticache-auto-minor", "aws_elasticache_replication_group", "auto_minor_version_upgrade",
        title="Minor upgrades are not made by themselves", meaning=PATCHES, remedy="Set auto_minor_version_upgrade.",
        severity="medium", theme="hygiene", prowler=("elasticache_redis_cluster_auto_minor_version_upgrades",),
        hub=("ElastiCache.2",), page="elasticache",
    ),
    must(
        "memorydb-auto-minor", "aws_memorydb_cluster", "auto_minor_version_upgrade",
        title="Minor upgrades are not made by themselves", meaning=PATCHES, remedy="Set auto_minor_version_upgrade.",
        severity="medium", theme="hygiene", prowler=("memorydb_cluster_auto_minor_version_upgrades",),
        page="https://docs.aws.amazon.com/memorydb/latest/devguide/engine-versions.html",
    ),
    must(
        "mq-auto-minor", "aws_mq_broker", "auto_minor_version_upgrade",
        title="Minor upgrades are not made by themselves", meaning=PATCHES, remedy="Set auto_minor_version_upgrade.",
        severity="low", theme="hygiene", prowler=("mq_broker_auto_minor_version_upgrades",), hub=("MQ.3",), page="mq",
    ),
    must(
        "redshift-auto-upgrade", "aws_redshift_cluster", "allow_version_upgrade",
        title="Upgrades are not made by themselves", meaning=PATCHES, remedy="Set allow_version_upgrade.",
        severity="medium", theme="hygiene", prowler=("redshift_cluster_automatic_upgrades",), hub=("Redshift.6",),
        page="redshift",
    ),
    must(
        "fsx-copy-tags", "aws_fsx_windows_file_system", "copy_tags_to_backups",
        title="Backups do not get the tags of what they are of", meaning="What goes by tags does not see them.",
        remedy="Make it again with copy_tags_to_backups.", severity="info", theme="hygiene",
        prowler=("fsx_file_system_copy_tags_to_backups_enabled",),
        page="https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html",
    ),
    must(
        "apigw-tracing", "aws_api_gateway_stage", "xray_tracing_enabled",
        title="Requests are not traced", meaning="Traces tell which service behind the API failed.",
        remedy="Set xray_tracing_enabled.", severity="info", theme="logging",
        prowler=("apigateway_restapi_tracing_enabled",), hub=("APIGateway.3",), page="apigateway",
    ),
    must(
        "athena-metrics", "aws_athena_workgroup", "configuration.publish_cloudwatch_metrics_enabled",
        title="The workgroup's queries are not watched", meaning="Metrics tell who asks for how much.",
        remedy="Set publish_cloudwatch_metrics_enabled.", severity="low", theme="logging",
        prowler=("athena_workgroup_logging_enabled",), hub=("Athena.4",), page="athena",
    ),
    must(
        "cf-root-object", "aws_cloudfront_distribution", "default_root_object", be=bool,
        title="The distribution has no default root object",
        meaning="Whoever asks for the root may see what the origin holds: a bucket lists its objects.",
        remedy="Set default_root_object.", severity="medium", theme="public access",
        prowler=("cloudfront_distributions_default_root_object",), hub=("CloudFront.1",), page="cloudfront",
    ),
    must(
        "cf-sni", "aws_cloudfront_distribution", "viewer_certificate.ssl_support_method",
        be=lambda value: value != "vip", title="The distribution pays for addresses of its own",
        meaning="Only clients of before 2010 need them.", remedy="Set ssl_support_method to sni-only.", severity="info",
        theme="hygiene", prowler=("cloudfront_distributions_https_sni_enabled",), hub=("CloudFront.8",),
        page="cloudfront",
    ),
    must(
        "cf-failover", "aws_cloudfront_distribution", "origin_group", be=bool,
        title="The distribution has one origin", meaning="When that fails, nothing is served.",
        remedy="Add an origin_group.", severity="info", theme="backup",
        prowler=("cloudfront_distributions_multiple_origin_failover_configured",), hub=("CloudFront.4",),
        page="cloudfront",
    ),
    must(
        "cf-geo", "aws_cloudfront_distribution", "restrictions.geo_restriction.restriction_type",
        be=lambda value: value not in (None, "", "none"), title="The distribution serves every country",
        meaning="Where nobody of the users lives, only attacks come from.",
        remedy="Set restrictions.geo_restriction.", severity="info", theme="network",
        prowler=("cloudfront_distributions_geo_restrictions_enabled",), page="cloudfront",
    ),
    must(
        "trail-insights", "aws_cloudtrail", "insight_selector", be=bool,
        title="Nobody is told of unusual calls", meaning="Insights tell when calls or errors are many more than usual.",
        remedy="Set insight_selector.", severity="info", theme="logging", prowler=("cloudtrail_insights_exist",),
        page="cloudtrail",
    ),
    must(
        "cognito-threats", "aws_cognito_user_pool", "user_pool_add_ons.advanced_security_mode", be=("ENFORCED",),
        title="Suspicious sign-ins are let through",
        meaning="Threat protection blocks leaked passwords and strange devices only where it is enforced.",
        remedy="Set user_pool_add_ons.advanced_security_mode to ENFORCED.", severity="medium", theme="identity",
        prowler=("cognito_user_pool_advanced_security_enabled",), hub=("Cognito.1",), page="cognito",
    ),
    must(
        "cognito-client-existence", "aws_cognito_user_pool_client", "prevent_user_existence_errors", be=("ENABLED",),
        title="Strangers can find out who has an account", meaning="The error says whether a user exists.",
        remedy="Set prevent_user_existence_errors to ENABLED.", severity="medium", theme="identity",
        prowler=("cognito_user_pool_client_prevent_user_existence_errors",), page="cognito",
    ),
    must(
        "cognito-client-revocation", "aws_cognito_user_pool_client", "enable_token_revocation",
        title="A stolen token cannot be taken back", meaning="It is good until it expires.",
        remedy="Set enable_token_revocation.", severity="medium", theme="identity",
        prowler=("cognito_user_pool_client_token_revocation_enabled",), page="cognito",
    ),
    must(
        "config-recorder-role", "aws_config_configuration_recorder", "role_arn",
        be=lambda arn: str(arn or "").endswith("/AWSServiceRoleForConfig"),
        title="The recorder has a role of its own",
        meaning="A role that lacks a permission leaves types out without a word; AWS's own always has them.",
        remedy="Use the role AWSServiceRoleForConfig.", severity="low", theme="logging",
        prowler=("config_recorder_using_aws_service_role",), hub=("Config.1",), page="config",
    ),
    must(
        "datasync-logs", "aws_datasync_task", "cloudwatch_log_group_arn", be=bool,
        title="What was transferred is not logged", meaning="Without logs nobody can tell which files were left out.",
        remedy="Set cloudwatch_log_group_arn.", severity="medium", theme="logging",
        prowler=("datasync_task_logging_enabled",), hub=("DataSync.1",), page="datasync",
    ),
    must(
        "dms-mongodb-auth", "aws_dms_endpoint", "mongodb_settings.auth_type", be=("password",),
        where={"engine_name": ("mongodb",)}, title="The database is read without a password",
        meaning="Whoever reaches it reads it, too.", remedy="Set mongodb_settings.auth_type to password.",
        severity="high", theme="identity", prowler=("dms_endpoint_mongodb_authentication_enabled",), hub=("DMS.11",),
        page="dms",
    ),
    must(
        "docdb-auto-minor", "aws_docdb_cluster_instance", "auto_minor_version_upgrade",
        title="Minor upgrades are not made by themselves", meaning=PATCHES, remedy="Set auto_minor_version_upgrade.",
        severity="low", theme="hygiene", page="https://docs.aws.amazon.com/documentdb/latest/developerguide/db-instance-maintain.html",
    ),
    must(
        "directory-radius", "aws_directory_service_radius_settings", "authentication_protocol", be=("MS-CHAPv2",),
        title="The second factor is asked for by a weak protocol", meaning="Passwords can be read on the way.",
        remedy="Set authentication_protocol to MS-CHAPv2.", severity="medium", theme="transit",
        prowler=("directoryservice_radius_server_security_protocol",),
        page="https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_mfa.html",
    ),
    must(
        "kms-multi-region", "aws_kms_key", "multi_region", be=(False, None),
        title="The key is in several regions", meaning="Each copy is one more place where it can be used, and guarded.",
        remedy="Use a key for each region, unless what it encrypts moves between them.", severity="info",
        theme="encryption", prowler=("kms_cmk_not_multi_region",), page="kms",
    ),
    must(
        "msk-monitoring", "aws_msk_cluster", "enhanced_monitoring", be=lambda value: value not in (None, "DEFAULT"),
        title="The brokers are hardly watched", meaning="Metrics of each broker tell which of them fails.",
        remedy="Set enhanced_monitoring to PER_BROKER or more.", severity="low", theme="logging",
        prowler=("kafka_cluster_enhanced_monitoring_enabled",), hub=("MSK.2",), page="msk",
    ),
    must(
        "msk-mutual-tls", "aws_msk_cluster", "client_authentication.tls.certificate_authority_arns", be=bool,
        title="Clients need no certificate", meaning="With certificates a client is known before it says a word.",
        remedy="Set client_authentication.tls.", severity="low", theme="identity",
        prowler=("kafka_cluster_mutual_tls_authentication_enabled",), page="msk",
    ),
    must(
        "sagemaker-endpoint-key", "aws_sagemaker_endpoint_configuration", "kms_key_arn", be=bool,
        title="The endpoint's disks have no key of one's own", meaning="Its disks can be read by whoever gets them.",
        remedy="Set kms_key_arn.", severity="medium", theme="encryption",
        prowler=("sagemaker_endpoint_config_kms_encryption_enabled",), page="sagemaker",
    ),
    must(
        "sagemaker-model-isolation", "aws_sagemaker_model", "enable_network_isolation",
        title="The model may speak to the internet", meaning="What it is asked can be taken out.",
        remedy="Set enable_network_isolation.", severity="medium", theme="network",
        prowler=("sagemaker_models_network_isolation_enabled",), hub=("SageMaker.5",), page="sagemaker",
    ),
    must(
        "sagemaker-model-vpc", "aws_sagemaker_model", "vpc_config.subnets", be=bool,
        title="The model is in no VPC", meaning="Its traffic goes past every network rule and every flow log.",
        remedy="Set vpc_config.", severity="medium", theme="network",
        prowler=("sagemaker_models_vpc_settings_configured",), page="sagemaker",
    ),
    must(
        "sfn-key", "aws_sfn_state_machine", "encryption_configuration.type", be=("CUSTOMER_MANAGED_KMS_KEY",),
        title="The state machine has no key of its own", meaning="The right to read it is all one needs.",
        remedy="Set encryption_configuration.", severity="low", theme="encryption",
        prowler=("stepfunctions_statemachine_encrypted_with_cmk",),
        page="https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html",
    ),
    must(
        "acm-transparency", "aws_acm_certificate", "options.certificate_transparency_logging_preference",
        be=lambda value: value != "DISABLED", title="The certificate is in no public log",
        meaning="Browsers refuse it, and nobody notices one that was made by somebody else.",
        remedy="Set certificate_transparency_logging_preference to ENABLED.", severity="medium", theme="transit",
        prowler=("acm_certificates_transparency_logs_enabled",),
        page="https://docs.aws.amazon.com/acm/latest/userguide/acm-bestpractices.html",
    ),
    must(
        "pca-root-enabled", "aws_acmpca_certificate_authority", "enabled", be=(False,), where={"type": ("ROOT",)},
        title="The root authority is at work", meaning="Subordinate ones issue certificates; the root should sleep.",
        remedy="Disable it once the subordinate authorities are signed.", severity="low", theme="transit",
        hub=("PCA.1",), page="pca",
    ),
    must(
        "rss-public", "aws_redshiftserverless_workgroup", "publicly_accessible", be=(False, None),
        title="The warehouse is open to the internet", meaning="Its endpoint has a public address.",
        remedy="Set publicly_accessible to false.", severity="high", theme="public access",
        hub=("RedshiftServerless.3",), page="redshiftserverless",
    ),
    must(
        "rss-vpc-routing", "aws_redshiftserverless_workgroup", "enhanced_vpc_routing",
        title="What is loaded goes past the VPC", meaning="No network rule and no flow log sees it.",
        remedy="Set enhanced_vpc_routing.", severity="medium", theme="network", hub=("RedshiftServerless.1",),
        page="redshiftserverless",
    ),
    must(
        "rss-default-admin", "aws_redshiftserverless_namespace", "admin_username", be=lambda value: value != "admin",
        title="The administrator has the default name", meaning="Half of what a guesser needs.",
        remedy="Set another admin_username.", severity="low", theme="identity", hub=("RedshiftServerless.5",),
        page="redshiftserverless",
    ),
    must(
        "rss-logs", "aws_redshiftserverless_namespace", "log_exports",
        be=lambda value: {"connectionlog", "userlog"} <= set(value or ()),
        title="Who connects to the warehouse is not logged", meaning="Nobody can tell afterwards who came.",
        remedy="Export connectionlog and userlog.", severity="medium", theme="logging", hub=("RedshiftServerless.6",),
        page="redshiftserverless",
    ),
    must(
        "rss-default-database", "aws_redshiftserverless_namespace", "db_name", be=lambda value: value != "dev",
        title="The database has the default name", meaning="Half of what a guesser needs.",
        remedy="Make it again with another db_name.", severity="low", theme="hygiene", hub=("RedshiftServerless.7",),
        page="redshiftserverless",
    ),
    must(
        "db-proxy-tls", "aws_db_proxy", "require_tls",
        title="The proxy takes connections without TLS", meaning="Passwords and rows go over the network as they are.",
        remedy="Set require_tls.", severity="medium", theme="transit", hub=("RDS.43",), page="rds",
    ),
    must(
        "eks-private-endpoint", "aws_eks_cluster", "vpc_config.endpoint_private_access",
        title="The nodes reach the Kubernetes API over the internet",
        meaning="Without a private endpoint it has to stay public.", remedy="Set vpc_config.endpoint_private_access.",
        severity="medium", theme="network", prowler=("eks_cluster_private_nodes_enabled",), page="eks",
    ),
    must(
        "nacl-unused", "aws_network_acl", "subnet_ids", be=bool,
        title="No subnet uses the network ACL", meaning="Who reads it takes it for what holds.",
        remedy="Delete it, or associate a subnet.", severity="low", theme="hygiene",
        prowler=("ec2_networkacl_unused",), hub=("EC2.16",), page="ec2",
    ),
    must(
        "ec2-two-interfaces", "aws_instance", "interfaces", be=lambda value: len(value or ()) < 2,
        title="The instance has several network interfaces", meaning="It may be a way from one subnet to another.",
        remedy="Keep one, unless it is meant to be such a way.", severity="low", theme="network",
        prowler=("ec2_instance_uses_single_eni",), hub=("EC2.17",), page="ec2",
    ),
    must(
        "bedrock-logging", "aws_bedrock_model_invocation_logging_configuration", "logging_config",
        be=lambda config: bool(config and (config.get("cloudwatch_config") or config.get("s3_config"))),
        title="What models are asked is logged nowhere", meaning="Nobody can tell afterwards who asked what.",
        remedy="Set cloudwatch_config or s3_config.", severity="medium", theme="logging",
        prowler=("bedrock_model_invocation_logging_enabled",),
        page="https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html",
    ),
)  # fmt: skip
"""One setting each."""


@rule(
    title="Nobody is told why the domain fails",
    severity="medium",
    theme="logging",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("log_publishing_options",),
    remedy="Publish ES_APPLICATION_LOGS to CloudWatch Logs.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/opensearch-controls.html",),
    security_hub=("ES.4", "OpenSearch.4"),
)
def opensearch_error_logs(it: Subject) -> Found:
    """The error log tells of refused access and of failing nodes."""
    kept = {o.get("log_type") for o in it["log_publishing_options"] or () if o.get("enabled") is not False}
    return None if "ES_APPLICATION_LOGS" in kept else "ES_APPLICATION_LOGS is not published"


@rule(
    title="Slow queries of the domain are not logged",
    severity="low",
    theme="logging",
    types=("aws_opensearch_domain", "aws_elasticsearch_domain"),
    reads=("log_publishing_options",),
    remedy="Publish SEARCH_SLOW_LOGS and INDEX_SLOW_LOGS to CloudWatch Logs.",
    references=(
        "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html",
    ),
    prowler=("opensearch_service_domains_cloudwatch_logging_enabled",),
)
def opensearch_slow_logs(it: Subject) -> Found:
    """They tell which query brings the domain down."""
    kept = {o.get("log_type") for o in it["log_publishing_options"] or () if o.get("enabled") is not False}
    return [f"{kind} is not published" for kind in ("INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS") if kind not in kept]


@rule(
    title="Images are kept for ever",
    severity="low",
    theme="hygiene",
    types=("aws_ecr_repository",),
    near=("aws_ecr_lifecycle_policy",),
    remedy="Expire old images (aws_ecr_lifecycle_policy).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html",),
    prowler=("ecr_repositories_lifecycle_policy_enabled",),
    security_hub=("ECR.3",),
)
def ecr_lifecycle(it: Subject) -> Found:
    """Old images with known holes stay within reach, and are paid for."""
    return None if it.near("aws_ecr_lifecycle_policy") else "no lifecycle policy"


@rule(
    title="The job's logs are not kept as they come",
    severity="low",
    theme="logging",
    types=("aws_glue_job",),
    reads=("default_arguments",),
    remedy="Set --enable-continuous-cloudwatch-log to true.",
    references=("https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html",),
    prowler=("glue_etl_jobs_logging_enabled",),
)
def glue_job_logs(it: Subject) -> Found:
    """What a job said is known only when it is over, or not at all."""
    arguments = it["default_arguments"] or {}
    if isinstance(arguments, Hidden):
        raise Unknown("the arguments were not read")
    on = str(arguments.get("--enable-continuous-cloudwatch-log") or "").lower() == "true"
    return None if on else "--enable-continuous-cloudwatch-log is not true"


@rule(
    title="The job has no security configuration",
    severity="medium",
    theme="encryption",
    types=("aws_glue_job",),
    reads=("security_configuration",),
    remedy="Set security_configuration.",
    references=("https://docs.aws.amazon.com/glue/latest/dg/console-security-configurations.html",),
    prowler=("glue_etl_jobs_amazon_s3_encryption_enabled",),
)
def glue_job_unencrypted(it: Subject) -> Found:
    """Its logs, its bookmarks and what it writes are kept as they are."""
    return None if it["security_configuration"] else "no security_configuration"


@rule(
    title="The job runs on a version of Glue that is past its support",
    severity="medium",
    theme="hygiene",
    types=("aws_glue_job",),
    reads=("glue_version", "command"),
    remedy="Set glue_version to 4.0 or later, and test the job.",
    references=("https://docs.aws.amazon.com/glue/latest/dg/glue-version-support-policy.html",),
    security_hub=("Glue.4",),
)
def glue_version_eol(it: Subject) -> Found:
    """No more security fixes for Spark and Python."""
    return past(GLUE, str(it["glue_version"] or ""), it.today)


@rule(
    title="The cache's engine is past its standard support",
    severity="medium",
    theme="hygiene",
    types=("aws_elasticache_replication_group", "aws_elasticache_cluster"),
    reads=("engine", "engine_version"),
    remedy="Upgrade to Valkey, or to Redis OSS 7.",
    references=("https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",),
)
def elasticache_engine_eol(it: Subject) -> Found:
    """No more fixes, or only for money."""
    if str(it["engine"] or "redis") != "redis":
        return False
    major = str(it["engine_version"] or "").split(".")[0]
    return past(CACHES, major, it.today)


LOGGED: Mapping[str, tuple[str, ...]] = {
    "dms_replication_task_source_logging_enabled": ("SOURCE_CAPTURE", "SOURCE_UNLOAD"),
    "dms_replication_task_target_logging_enabled": ("TARGET_APPLY", "TARGET_LOAD"),
}
"""Check of Prowler -> the components that must be logged."""
QUIETER = frozenset({"LOGGER_SEVERITY_ERROR", "LOGGER_SEVERITY_WARNING", "LOGGER_SEVERITY_INFO"})
"""Severities below the default one."""


@rule(
    title="What the migration does is not logged",
    severity="medium",
    theme="logging",
    types=("aws_dms_replication_task",),
    reads=("replication_task_settings",),
    remedy="Set EnableLogging, and LOGGER_SEVERITY_DEFAULT for source and target.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/dms-controls.html",),
    prowler=tuple(LOGGED),
    security_hub=("DMS.7", "DMS.8"),
)
def dms_task_logs(it: Subject) -> Found:
    """Nobody can tell which rows were left out, or why it failed."""
    settings = it["replication_task_settings"]
    if isinstance(settings, str):
        settings = json.loads(settings) if settings else {}
    logging: Any = (settings or {}).get("Logging") or {}
    levels = {c.get("Id"): c.get("Severity") for c in logging.get("LogComponents") or ()}
    controls = dict(zip(LOGGED, ("DMS.8", "DMS.7"), strict=True))
    out = []
    for check, components in LOGGED.items():
        lost = [c for c in components if not logging.get("EnableLogging") or levels.get(c) in (None, *QUIETER)]
        out += [Fact(f"{c} is not logged", c, (check, controls[check])) for c in lost]
    return out


@rule(
    title="The directory's events are not logged",
    severity="medium",
    theme="logging",
    types=("aws_directory_service_directory",),
    reads=("type",),
    near=("aws_directory_service_log_subscription",),
    remedy="Forward them to CloudWatch Logs (aws_directory_service_log_subscription).",
    references=("https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ms_ad_enable_log_forwarding.html",),
    prowler=("directoryservice_directory_log_forwarding_enabled",),
)
def directory_logs(it: Subject) -> Found:
    """Who signed in, and who tried to. AWS forwards those of Microsoft AD alone."""
    if it["type"] != "MicrosoftAD":
        return False
    return None if it.near("aws_directory_service_log_subscription") else "no log subscription"


@rule(
    title="The service runs on an old platform",
    severity="medium",
    theme="hygiene",
    types=("aws_ecs_service",),
    reads=("launch_type", "platform_version"),
    remedy="Set platform_version to LATEST.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html",),
    prowler=("ecs_service_fargate_latest_platform_version",),
    security_hub=("ECS.10",),
)
def ecs_platform_old(it: Subject) -> Found:
    """An old platform version of Fargate gets no more fixes of its kernel and runtime."""
    if it["launch_type"] != "FARGATE":
        return False
    version = str(it["platform_version"] or "LATEST")
    return None if version in ("LATEST", "1.4.0", "1.0.0") else f"platform_version is {version}"


@rule(
    title="The load balancer's certificate is not renewed by itself",
    severity="low",
    theme="transit",
    types=("aws_elb",),
    reads=("listener",),
    remedy="Use a certificate of ACM.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html",),
    prowler=("elb_ssl_listeners_use_acm_certificate",),
    security_hub=("ELB.2",),
)
def elb_own_certificate(it: Subject) -> Found:
    """A certificate in IAM expires unnoticed."""
    return [
        f"port {e.get('lb_port')}"
        for e in it["listener"] or ()
        if e.get("ssl_certificate_id") and ":acm:" not in str(e["ssl_certificate_id"])
    ]


@rule(
    title="Anybody may send mail in one's name",
    severity="high",
    theme="public access",
    types=("aws_sesv2_email_identity_policy", "aws_ses_identity_policy"),
    reads=("policy",),
    remedy="Name the principals that may send.",
    references=("https://docs.aws.amazon.com/ses/latest/dg/sending-authorization-policies.html",),
    prowler=("ses_identity_not_publicly_accessible",),
)
def ses_public(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that says who."""
    return open_to_all(it["policy"])


@rule(
    title="Machines of the template get disks without encryption",
    severity="medium",
    theme="encryption",
    types=("aws_launch_template",),
    reads=("block_device_mappings",),
    remedy="Set encrypted for each ebs of block_device_mappings.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    security_hub=("EC2.181",),
)
def lt_unencrypted(it: Subject) -> Found:
    """Unless the account encrypts by default, whoever gets a snapshot reads it."""
    return [
        str(m.get("device_name"))
        for m in it["block_device_mappings"] or ()
        if m.get("ebs") and str(m["ebs"].get("encrypted")).lower() == "false"
    ]


@rule(
    title="Clusters are started without encryption",
    severity="medium",
    theme="encryption",
    types=("aws_emr_security_configuration",),
    reads=("configuration",),
    remedy="Enable encryption at rest and in transit in it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/emr-controls.html",),
    security_hub=("EMR.3", "EMR.4"),
)
def emr_unencrypted(it: Subject) -> Found:
    """What the nodes keep, or what they send to each other, is as it is."""
    found = it["configuration"]
    if isinstance(found, str):
        found = json.loads(found)
    encryption: Any = (found or {}).get("EncryptionConfiguration") or {}
    kinds = {"AtRest": "EMR.3", "InTransit": "EMR.4"}
    return [
        Fact(f"Enable{kind}Encryption is off", kind, (control,))
        for kind, control in kinds.items()
        if not encryption.get(f"Enable{kind}Encryption")
    ]


@rule(
    title="Versions of the trail's log can be deleted without a second factor",
    severity="low",
    theme="backup",
    types=("aws_cloudtrail",),
    reads=("s3_bucket_name",),
    near=("aws_s3_bucket", "aws_s3_bucket_versioning"),
    remedy="Set mfa_delete on the bucket's versioning, which root alone can.",
    references=("https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",),
    prowler=("cloudtrail_bucket_requires_mfa_delete",),
)
def trail_mfa_delete(it: Subject) -> Found:
    """Whoever steals a key deletes what tells on him."""
    out = []
    for bucket in it.near("aws_s3_bucket"):
        parts = [v.at("versioning_configuration.mfa_delete") for v in bucket.near("aws_s3_bucket_versioning")]
        if not bucket.at("versioning.mfa_delete") and "Enabled" not in parts:
            out.append(f"{bucket.name}: mfa_delete is not enabled")
    return out


@rule(
    title="What the VPC asks of EC2 goes over the internet",
    severity="low",
    theme="network",
    types=("aws_vpc",),
    near=("aws_vpc_endpoint",),
    remedy="Add an aws_vpc_endpoint for ec2.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",),
    prowler=("vpc_endpoint_for_ec2_enabled",),
    security_hub=("EC2.10",),
)
def vpc_no_ec2_endpoint(it: Subject) -> Found:
    """Without an endpoint, machines need a way out to call EC2."""
    names = {str(e["service_name"]) for e in it.near("aws_vpc_endpoint")}
    return None if any(name.endswith(".ec2") for name in names) else "no endpoint for ec2"

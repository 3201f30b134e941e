"""The cases of rules about one setting, of what is shared with strangers, and of secrets in odd places."""

from __future__ import annotations

import json
from typing import Any

from tests.support.rule_cases import KEY, MINE, OTHER, PRIVATE_NET, PUBLIC_NET, SELECTION, WIDE, Case, Near

LAYER = "arn:aws:lambda:us-east-1:{}:layer:tools:3"
SUBNETS: dict[str, Any] = {"name": "own", "subnet_ids": ["subnet-1"]}
KEEPS: Near = [("aws_ecr_lifecycle_policy", {"repository": "shop", "policy": "{}"}, "shop")]
ZONES: Near = [
    (
        "aws_docdb_cluster_instance",
        {"identifier": f"d{zone}", "cluster_identifier": "d", "availability_zone": zone},
        f"d{zone}",
    )
    for zone in ("us-east-1a", "us-east-1b")
]
TRAIL: dict[str, Any] = {"name": "t", "s3_bucket_name": "trail"}
DMS_LOGS = {
    "Logging": {
        "EnableLogging": True,
        "LogComponents": [
            {"Id": name, "Severity": "LOGGER_SEVERITY_DEFAULT"}
            for name in ("SOURCE_CAPTURE", "SOURCE_UNLOAD", "TARGET_APPLY", "TARGET_LOAD")
        ],
    }
}
ENCRYPTED = {"EncryptionConfiguration": {"EnableAtRestEncryption": True, "EnableInTransitEncryption": True}}
ORIGINS: dict[str, Any] = {"origin": [{"origin_id": "o", "domain_name": "shop.example"}]}

SHARING: dict[str, Case] = {
    "lambda-foreign-layer": (
        "aws_lambda_function",
        {"function_name": "f", "layers": [LAYER.format(OTHER)]},
        {"function_name": "f", "layers": [LAYER.format("123456789012")]},
    ),
    "iam-full-access-attached": (
        "aws_iam_user_policy_attachment",
        {"user": "u", "policy_arn": "arn:aws:iam::aws:policy/IAMFullAccess"},
        {"user": "u", "policy_arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"},
    ),
    "eks-cluster-admin": (
        "aws_eks_access_policy_association",
        {
            "cluster_name": "c", "principal_arn": "arn:aws:iam::123456789012:role/ops", "access_scope": [{"type": "cluster"}],
            "policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        },
        {
            "cluster_name": "c", "principal_arn": "arn:aws:iam::123456789012:role/ops", "access_scope": [{"type": "cluster"}],
            "policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        },
    ),
    "account-security-contact": (
        "aws_account_alternate_contact",
        {"alternate_contact_type": "BILLING", "name": "Billing"},
        {"alternate_contact_type": "SECURITY", "name": "Security"},
    ),
    "iam-support-role": (
        "aws_iam_role_policy_attachment",
        {"role": "r", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        {"role": "r", "policy_arn": "arn:aws:iam::aws:policy/AWSSupportAccess"},
    ),
    "iam-audit-role": (
        "aws_iam_role_policy_attachment",
        {"role": "r", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        {"role": "r", "policy_arn": "arn:aws:iam::aws:policy/SecurityAudit"},
    ),
}  # fmt: skip

LEAKS: dict[str, Case] = {
    "apigw-stage-secret": (
        "aws_api_gateway_stage",
        {"stage_name": "prod", "variables": {"db_password": "hunter2-and-more"}},
        {"stage_name": "prod", "variables": {"table": "orders"}},
    ),
    "glue-job-secret": (
        "aws_glue_job",
        {"name": "j", "default_arguments": {"--db_password": "hunter2-and-more"}},
        {"name": "j", "default_arguments": {"--table": "orders"}},
    ),
    "cfn-output-secret": (
        "aws_cloudformation_stack",
        {"name": "s", "outputs": {"DbPassword": "hunter2-and-more"}},
        {"name": "s", "outputs": {"DbSecretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"}},
    ),
    "ssm-doc-secret": (
        "aws_ssm_document",
        {"name": "d", "document_type": "Command", "content": json.dumps({"mainSteps": [{"inputs": {"apiKey": KEY}}]})},
        {"name": "d", "document_type": "Command", "content": json.dumps({"mainSteps": [{"inputs": {"apiKey": "{{ssm-secure:key}}"}}]})},
    ),
    "amplify-secret": (
        "aws_amplify_app",
        {"name": "a", "environment_variables": {"API_KEY": KEY}},
        {"name": "a", "environment_variables": {"STAGE": "prod"}},
    ),
    "apprunner-secret": (
        "aws_apprunner_service",
        {
            "service_name": "s",
            "source_configuration": [
                {"image_repository": [{"image_configuration": [{"runtime_environment_variables": {"DB_PASSWORD": "hunter2-and-more"}}]}]}
            ],
        },
        {
            "service_name": "s",
            "source_configuration": [
                {"image_repository": [{"image_configuration": [{"runtime_environment_variables": {"STAGE": "prod"}}]}]}
            ],
        },
    ),
    "dms-endpoint-secret": (
        "aws_dms_endpoint",
        {"endpoint_id": "e", "engine_name": "kafka", "extra_connection_attributes": "SslClientKeyPassword=hunter2-and-more;"},
        {"endpoint_id": "e", "engine_name": "kafka", "extra_connection_attributes": "MessageFormat=json;"},
    ),
}  # fmt: skip

RESILIENCE: dict[str, Case] = {
    "docdb-deletion-protection": ("aws_docdb_cluster", {"deletion_protection": False}, {"deletion_protection": True}),
    "neptune-deletion-protection": ("aws_neptune_cluster", {"deletion_protection": False}, {"deletion_protection": True}),
    "ddb-deletion-protection": (
        "aws_dynamodb_table", {"deletion_protection_enabled": False}, {"deletion_protection_enabled": True},
    ),
    "cognito-deletion-protection": (
        "aws_cognito_user_pool", {"deletion_protection": "INACTIVE"}, {"deletion_protection": "ACTIVE"},
    ),
    "lb-deletion-protection": ("aws_lb", {"enable_deletion_protection": False}, {"enable_deletion_protection": True}),
    "nfw-deletion-protection": ("aws_networkfirewall_firewall", {"delete_protection": False}, {"delete_protection": True}),
    "nfw-subnet-protection": (
        "aws_networkfirewall_firewall", {"subnet_change_protection": False}, {"subnet_change_protection": True},
    ),
    "nfw-one-zone": (
        "aws_networkfirewall_firewall",
        {"subnet_mapping": [{"subnet_id": "subnet-1"}]},
        {"subnet_mapping": [{"subnet_id": "subnet-1"}, {"subnet_id": "subnet-2"}]},
    ),
    "dms-one-zone": ("aws_dms_replication_instance", {"multi_az": False}, {"multi_az": True}),
    "elasticache-failover": (
        "aws_elasticache_replication_group", {"automatic_failover_enabled": False}, {"automatic_failover_enabled": True},
    ),
    "elasticache-one-zone": ("aws_elasticache_replication_group", {"multi_az_enabled": False}, {"multi_az_enabled": True}),
    "mq-no-standby": (
        "aws_mq_broker",
        {"engine_type": "ActiveMQ", "deployment_mode": "SINGLE_INSTANCE"},
        {"engine_type": "ActiveMQ", "deployment_mode": "ACTIVE_STANDBY_MULTI_AZ"},
    ),
    "mq-no-cluster": (
        "aws_mq_broker",
        {"engine_type": "RabbitMQ", "deployment_mode": "SINGLE_INSTANCE"},
        {"engine_type": "RabbitMQ", "deployment_mode": "CLUSTER_MULTI_AZ"},
    ),
    "redshift-one-zone": ("aws_redshift_cluster", {"multi_az": False}, {"multi_az": True}),
    "rds-backtrack": (
        "aws_rds_cluster", {"engine": "aurora-mysql", "backtrack_window": 0}, {"engine": "aurora-mysql", "backtrack_window": 86400},
    ),
    "fsx-one-zone": ("aws_fsx_windows_file_system", {"deployment_type": "SINGLE_AZ_2"}, {"deployment_type": "MULTI_AZ_1"}),
    "kinesis-retention": ("aws_kinesis_stream", {"retention_period": 24}, {"retention_period": 168}),
    "lambda-dead-letter": (
        "aws_lambda_function",
        {"function_name": "f"},
        {"function_name": "f", "dead_letter_config": [{"target_arn": "arn:aws:sqs:us-east-1:123456789012:dead"}]},
    ),
    "asg-launch-configuration": (
        "aws_autoscaling_group",
        {"name": "g", "launch_configuration": "old"},
        {"name": "g", "launch_template": [{"id": "lt-1"}]},
    ),
    "elb-cross-zone": ("aws_elb", {"cross_zone_load_balancing": False}, {"cross_zone_load_balancing": True}),
    "nlb-cross-zone": (
        "aws_lb",
        {"load_balancer_type": "network", "enable_cross_zone_load_balancing": False},
        {"load_balancer_type": "network", "enable_cross_zone_load_balancing": True},
    ),
    "elb-draining": ("aws_elb", {"connection_draining": False}, {"connection_draining": True}),
    "lambda-one-zone": (
        "aws_lambda_function",
        {"function_name": "f", "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}]},
        {"function_name": "f", "vpc_config": [{"subnet_ids": ["subnet-1", "subnet-2"], "security_group_ids": ["sg-1"]}]},
    ),
    "sagemaker-one-instance": (
        "aws_sagemaker_endpoint_configuration",
        {"name": "e", "production_variants": [{"model_name": "m", "initial_instance_count": 1}]},
        {"name": "e", "production_variants": [{"model_name": "m", "initial_instance_count": 2}]},
    ),
    "opensearch-masters": (
        "aws_opensearch_domain",
        {"domain_name": "d", "cluster_config": [{"instance_count": 3}]},
        {"domain_name": "d", "cluster_config": [{"instance_count": 3, "dedicated_master_enabled": True, "dedicated_master_count": 3}]},
    ),
    "opensearch-one-zone": (
        "aws_opensearch_domain",
        {"domain_name": "d", "cluster_config": [{"instance_count": 1}]},
        {"domain_name": "d", "cluster_config": [{"instance_count": 3, "zone_awareness_enabled": True}]},
    ),
    "rds-one-zone": ("aws_db_instance", {"engine": "mysql", "multi_az": False}, {"engine": "mysql", "multi_az": True}),
    "cluster-one-zone": (
        "aws_docdb_cluster", {"id": "d", "cluster_identifier": "d"}, {"id": "d", "cluster_identifier": "d"}, ZONES[:1], ZONES,
    ),
    "lb-one-zone": ("aws_elb", {"name": "e", "subnets": ["subnet-1"]}, {"name": "e", "subnets": ["subnet-1", "subnet-2"]}),
    "asg-one-zone": (
        "aws_autoscaling_group",
        {"name": "g", "availability_zones": ["us-east-1a"]},
        {"name": "g", "availability_zones": ["us-east-1a", "us-east-1b"]},
    ),
    "asg-health-check": (
        "aws_autoscaling_group",
        {"name": "g", "target_group_arns": ["arn:t"], "health_check_type": "EC2"},
        {"name": "g", "target_group_arns": ["arn:t"], "health_check_type": "ELB"},
    ),
    "efs-one-zone": (
        "aws_efs_file_system",
        {"id": "fs-1", "creation_token": "f", "availability_zone_name": "us-east-1a"},
        {"id": "fs-1", "creation_token": "f"},
        [],
        [
            ("aws_efs_mount_target", {"file_system_id": "fs-1", "subnet_id": f"subnet-{n}"}, f"fsmt-{n}")
            for n in (1, 2)
        ],
    ),
    "ddb-not-in-backup-plan": (
        "aws_dynamodb_table",
        {"name": "t", "arn": "arn:aws:dynamodb:us-east-1:1:table/t"},
        {"name": "t", "arn": "arn:aws:dynamodb:us-east-1:1:table/t"},
        [],
        SELECTION,
    ),
    "vpce-one-zone": (
        "aws_vpc_endpoint",
        {"vpc_endpoint_type": "Interface", "subnet_ids": ["subnet-1"]},
        {"vpc_endpoint_type": "Interface", "subnet_ids": ["subnet-1", "subnet-2"]},
    ),
    "neptune-public-subnet": (
        "aws_neptune_cluster",
        {"neptune_subnet_group_name": "own"},
        {"neptune_subnet_group_name": "own"},
        [("aws_neptune_subnet_group", SUBNETS, "own"), *PUBLIC_NET],
        [("aws_neptune_subnet_group", SUBNETS, "own"), *PRIVATE_NET],
    ),
}  # fmt: skip

UPKEEP: dict[str, Case] = {
    "dms-auto-minor": (
        "aws_dms_replication_instance", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True},
    ),
    "elasticache-auto-minor": (
        "aws_elasticache_replication_group", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True},
    ),
    "memorydb-auto-minor": ("aws_memorydb_cluster", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True}),
    "mq-auto-minor": ("aws_mq_broker", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True}),
    "redshift-auto-upgrade": ("aws_redshift_cluster", {"allow_version_upgrade": False}, {"allow_version_upgrade": True}),
    "fsx-copy-tags": ("aws_fsx_windows_file_system", {"copy_tags_to_backups": False}, {"copy_tags_to_backups": True}),
    "apigw-tracing": ("aws_api_gateway_stage", {"xray_tracing_enabled": False}, {"xray_tracing_enabled": True}),
    "athena-metrics": (
        "aws_athena_workgroup",
        {"name": "w", "configuration": [{"publish_cloudwatch_metrics_enabled": False}]},
        {"name": "w", "configuration": [{"publish_cloudwatch_metrics_enabled": True}]},
    ),
    "cf-root-object": ("aws_cloudfront_distribution", {"default_root_object": ""}, {"default_root_object": "index.html"}),
    "cf-sni": (
        "aws_cloudfront_distribution",
        {"viewer_certificate": [{"acm_certificate_arn": "arn:c", "ssl_support_method": "vip"}]},
        {"viewer_certificate": [{"acm_certificate_arn": "arn:c", "ssl_support_method": "sni-only"}]},
    ),
    "cf-failover": (
        "aws_cloudfront_distribution",
        {"comment": "shop"},
        {
            "origin_group": [
                {"origin_id": "both", "failover_criteria": [{"status_codes": [500]}], "member": [{"origin_id": "a"}, {"origin_id": "b"}]}
            ]
        },
    ),
    "cf-geo": (
        "aws_cloudfront_distribution",
        {"restrictions": [{"geo_restriction": [{"restriction_type": "none"}]}]},
        {"restrictions": [{"geo_restriction": [{"restriction_type": "whitelist", "locations": ["DE"]}]}]},
    ),
    "trail-insights": ("aws_cloudtrail", TRAIL, {**TRAIL, "insight_selector": [{"insight_type": "ApiCallRateInsight"}]}),
    "cognito-threats": (
        "aws_cognito_user_pool",
        {"name": "p", "user_pool_add_ons": [{"advanced_security_mode": "AUDIT"}]},
        {"name": "p", "user_pool_add_ons": [{"advanced_security_mode": "ENFORCED"}]},
    ),
    "cognito-client-existence": (
        "aws_cognito_user_pool_client", {"prevent_user_existence_errors": "LEGACY"}, {"prevent_user_existence_errors": "ENABLED"},
    ),
    "cognito-client-revocation": (
        "aws_cognito_user_pool_client", {"enable_token_revocation": False}, {"enable_token_revocation": True},
    ),
    "config-recorder-role": (
        "aws_config_configuration_recorder",
        {"name": "r", "role_arn": "arn:aws:iam::123456789012:role/recorder"},
        {"name": "r", "role_arn": "arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"},
    ),
    "datasync-logs": (
        "aws_datasync_task", {"name": "t"}, {"name": "t", "cloudwatch_log_group_arn": "arn:aws:logs:us-east-1:1:log-group:sync"},
    ),
    "dms-mongodb-auth": (
        "aws_dms_endpoint",
        {"engine_name": "mongodb", "mongodb_settings": [{"auth_type": "no"}]},
        {"engine_name": "mongodb", "mongodb_settings": [{"auth_type": "password"}]},
    ),
    "docdb-auto-minor": ("aws_docdb_cluster_instance", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True}),
    "directory-radius": (
        "aws_directory_service_radius_settings", {"authentication_protocol": "PAP"}, {"authentication_protocol": "MS-CHAPv2"},
    ),
    "kms-multi-region": ("aws_kms_key", {"multi_region": True}, {"multi_region": False}),
    "msk-monitoring": ("aws_msk_cluster", {"enhanced_monitoring": "DEFAULT"}, {"enhanced_monitoring": "PER_BROKER"}),
    "msk-mutual-tls": (
        "aws_msk_cluster",
        {"cluster_name": "c", "client_authentication": [{"sasl": [{"iam": True}]}]},
        {"cluster_name": "c", "client_authentication": [{"tls": [{"certificate_authority_arns": ["arn:ca"]}]}]},
    ),
    "sagemaker-endpoint-key": ("aws_sagemaker_endpoint_configuration", {"name": "e"}, {"name": "e", "kms_key_arn": "arn:aws:kms:k"}),
    "sagemaker-model-isolation": ("aws_sagemaker_model", {"enable_network_isolation": False}, {"enable_network_isolation": True}),
    "sagemaker-model-vpc": (
        "aws_sagemaker_model", {"name": "m"}, {"name": "m", "vpc_config": [{"subnets": ["subnet-1"], "security_group_ids": ["sg-1"]}]},
    ),
    "sfn-key": (
        "aws_sfn_state_machine",
        {"name": "s", "encryption_configuration": [{"type": "AWS_OWNED_KEY"}]},
        {"name": "s", "encryption_configuration": [{"type": "CUSTOMER_MANAGED_KMS_KEY", "kms_key_id": "arn:aws:kms:k"}]},
    ),
    "acm-transparency": (
        "aws_acm_certificate",
        {"domain_name": "shop.example", "options": [{"certificate_transparency_logging_preference": "DISABLED"}]},
        {"domain_name": "shop.example", "options": [{"certificate_transparency_logging_preference": "ENABLED"}]},
    ),
    "pca-root-enabled": (
        "aws_acmpca_certificate_authority", {"type": "ROOT", "enabled": True}, {"type": "ROOT", "enabled": False},
    ),
    "rss-public": ("aws_redshiftserverless_workgroup", {"publicly_accessible": True}, {"publicly_accessible": False}),
    "rss-vpc-routing": ("aws_redshiftserverless_workgroup", {"enhanced_vpc_routing": False}, {"enhanced_vpc_routing": True}),
    "rss-default-admin": ("aws_redshiftserverless_namespace", {"admin_username": "admin"}, {"admin_username": "shop"}),
    "rss-logs": (
        "aws_redshiftserverless_namespace", {"log_exports": ["useractivitylog"]}, {"log_exports": ["userlog", "connectionlog"]},
    ),
    "rss-default-database": ("aws_redshiftserverless_namespace", {"db_name": "dev"}, {"db_name": "shop"}),
    "db-proxy-tls": ("aws_db_proxy", {"require_tls": False}, {"require_tls": True}),
    "eks-private-endpoint": (
        "aws_eks_cluster",
        {"name": "c", "vpc_config": [{"endpoint_private_access": False, "endpoint_public_access": True}]},
        {"name": "c", "vpc_config": [{"endpoint_private_access": True, "endpoint_public_access": True}]},
    ),
    "nacl-unused": ("aws_network_acl", {"subnet_ids": []}, {"subnet_ids": ["subnet-1"]}),
    "ec2-two-interfaces": ("aws_instance", {"interfaces": ["eni-1", "eni-2"]}, {"interfaces": ["eni-1"]}),
    "bedrock-logging": (
        "aws_bedrock_model_invocation_logging_configuration",
        {"logging_config": [{"text_data_delivery_enabled": True}]},
        {"logging_config": [{"text_data_delivery_enabled": True, "s3_config": [{"bucket_name": "prompts"}]}]},
    ),
    "opensearch-error-logs": (
        "aws_opensearch_domain",
        {"domain_name": "d", "log_publishing_options": [{"log_type": "AUDIT_LOGS", "cloudwatch_log_group_arn": "arn:l"}]},
        {"domain_name": "d", "log_publishing_options": [{"log_type": "ES_APPLICATION_LOGS", "cloudwatch_log_group_arn": "arn:l"}]},
    ),
    "opensearch-slow-logs": (
        "aws_opensearch_domain",
        {"domain_name": "d", "log_publishing_options": [{"log_type": "INDEX_SLOW_LOGS", "cloudwatch_log_group_arn": "arn:l"}]},
        {
            "domain_name": "d",
            "log_publishing_options": [
                {"log_type": kind, "cloudwatch_log_group_arn": "arn:l"} for kind in ("INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS")
            ],
        },
    ),
    "ecr-lifecycle": ("aws_ecr_repository", {"id": "shop", "name": "shop"}, {"id": "shop", "name": "shop"}, [], KEEPS),
    "glue-job-logs": (
        "aws_glue_job",
        {"name": "j", "default_arguments": {"--table": "orders"}},
        {"name": "j", "default_arguments": {"--enable-continuous-cloudwatch-log": "true"}},
    ),
    "glue-job-unencrypted": ("aws_glue_job", {"name": "j"}, {"name": "j", "security_configuration": "own"}),
    "glue-version-eol": ("aws_glue_job", {"name": "j", "glue_version": "2.0"}, {"name": "j", "glue_version": "4.0"}),
    "elasticache-engine-eol": (
        "aws_elasticache_replication_group",
        {"engine": "redis", "engine_version": "5.0.6"},
        {"engine": "redis", "engine_version": "7.1"},
    ),
    "dms-task-logs": (
        "aws_dms_replication_task",
        {"replication_task_settings": json.dumps({"Logging": {"EnableLogging": False}})},
        {"replication_task_settings": json.dumps(DMS_LOGS)},
    ),
    "directory-logs": (
        "aws_directory_service_directory",
        {"id": "d-1", "name": "corp.example", "type": "MicrosoftAD"},
        {"id": "d-1", "name": "corp.example", "type": "MicrosoftAD"},
        [],
        [("aws_directory_service_log_subscription", {"directory_id": "d-1", "log_group_name": "/ad"}, "d-1")],
    ),
    "ecs-platform-old": (
        "aws_ecs_service",
        {"name": "s", "launch_type": "FARGATE", "platform_version": "1.3.0"},
        {"name": "s", "launch_type": "FARGATE", "platform_version": "LATEST"},
    ),
    "elb-own-certificate": (
        "aws_elb",
        {"name": "e", "listener": [{"lb_port": 443, "lb_protocol": "https", "instance_port": 80, "instance_protocol": "http",
                                    "ssl_certificate_id": "arn:aws:iam::123456789012:server-certificate/shop"}]},
        {"name": "e", "listener": [{"lb_port": 443, "lb_protocol": "https", "instance_port": 80, "instance_protocol": "http",
                                    "ssl_certificate_id": "arn:aws:acm:us-east-1:123456789012:certificate/shop"}]},
    ),
    "ses-public": (
        "aws_sesv2_email_identity_policy",
        {"email_identity": "shop.example", "policy_name": "p", "policy": WIDE},
        {"email_identity": "shop.example", "policy_name": "p", "policy": MINE},
    ),
    "lt-unencrypted": (
        "aws_launch_template",
        {"name": "t", "block_device_mappings": [{"device_name": "/dev/xvda", "ebs": [{"encrypted": "false"}]}]},
        {"name": "t", "block_device_mappings": [{"device_name": "/dev/xvda", "ebs": [{"encrypted": "true"}]}]},
    ),
    "emr-unencrypted": (
        "aws_emr_security_configuration",
        {"name": "s", "configuration": json.dumps({"EncryptionConfiguration": {"EnableAtRestEncryption": False}})},
        {"name": "s", "configuration": json.dumps(ENCRYPTED)},
    ),
    "trail-mfa-delete": (
        "aws_cloudtrail",
        TRAIL,
        TRAIL,
        [("aws_s3_bucket", {"bucket": "trail"}, "trail")],
        [("aws_s3_bucket", {"bucket": "trail", "versioning": [{"enabled": True, "mfa_delete": True}]}, "trail")],
    ),
    "vpc-no-ec2-endpoint": (
        "aws_vpc",
        {"id": "vpc-1"},
        {"id": "vpc-1"},
        [],
        [("aws_vpc_endpoint", {"vpc_id": "vpc-1", "service_name": "com.amazonaws.us-east-1.ec2"}, "vpce-1")],
    ),
}  # fmt: skip

REGIONS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}},
            }
        ],
    }
)  # fmt: skip
CREDENTIALS: dict[str, Case] = {
    "ebs-snapshot-block": ("aws_ebs_snapshot_block_public_access", {"state": "unblocked"}, {"state": "block-all-sharing"}),
    "ami-block": ("aws_ec2_image_block_public_access", {"state": "unblocked"}, {"state": "block-new-sharing"}),
    "imds-default": ("aws_ec2_instance_metadata_defaults", {"http_tokens": "no-preference"}, {"http_tokens": "required"}),
    "iam-key-old": (
        "aws_iam_access_key",
        {"user": "u", "status": "Active", "create_date": "2026-01-01T00:00:00Z"},
        {"user": "u", "status": "Active", "create_date": "2026-10-01T00:00:00Z"},
    ),
    "iam-key-unused": (
        "aws_iam_access_key",
        {"user": "u", "status": "Active", "create_date": "2026-01-01T00:00:00Z", "last_used": "2026-09-01T00:00:00Z"},
        {"user": "u", "status": "Active", "create_date": "2026-01-01T00:00:00Z", "last_used": "2026-10-30T00:00:00Z"},
    ),
    "iam-password-unused": (
        "aws_iam_user_login_profile",
        {"user": "u"},
        {"user": "u"},
        [("aws_iam_user", {"name": "u", "create_date": "2026-01-01T00:00:00Z", "password_last_used": None}, "u")],
        [("aws_iam_user", {"name": "u", "create_date": "2026-01-01T00:00:00Z", "password_last_used": "2026-10-30T00:00:00Z"}, "u")],
    ),
    "iam-initial-key": (
        "aws_iam_access_key",
        {"user": "u", "status": "Active", "last_used": None},
        {"user": "u", "status": "Active", "last_used": "2026-10-30T00:00:00Z"},
        [("aws_iam_user", {"name": "u"}, "u"), ("aws_iam_user_login_profile", {"user": "u"}, "u")],
        [("aws_iam_user", {"name": "u"}, "u"), ("aws_iam_user_login_profile", {"user": "u"}, "u")],
    ),
    "iam-user-virtual-mfa": (
        "aws_iam_user",
        {"name": "u", "mfa_devices": ["arn:aws:iam::123456789012:mfa/phone"]},
        {"name": "u", "mfa_devices": ["arn:aws:iam::123456789012:u2f/user/u/key"]},
    ),
    "org-regions-open": (
        "aws_organizations_policy",
        {"id": "p-1", "name": "regions", "type": "SERVICE_CONTROL_POLICY", "content": REGIONS},
        {"id": "p-1", "name": "regions", "type": "SERVICE_CONTROL_POLICY", "content": REGIONS},
        [],
        [("aws_organizations_policy_attachment", {"policy_id": "p-1", "target_id": "r-1"}, "r-1:p-1")],
    ),
    "org-ai-learning": (
        "aws_organizations_policy",
        {"id": "p-1", "name": "ai", "type": "AISERVICES_OPT_OUT_POLICY", "content": "{}"},
        {"id": "p-1", "name": "ai", "type": "AISERVICES_OPT_OUT_POLICY", "content": "{}"},
        [],
        [("aws_organizations_policy_attachment", {"policy_id": "p-1", "target_id": "r-1"}, "r-1:p-1")],
    ),
    "ec2-patches-missing": (
        "aws_instance", {"patches": {"missing": 3, "failed": 0, "pending": 0}}, {"patches": {"missing": 0, "failed": 0, "pending": 0}},
    ),
    "ecr-findings": (
        "aws_ecr_repository", {"name": "shop", "latest_findings": {"CRITICAL": 2, "LOW": 9}}, {"name": "shop", "latest_findings": {"LOW": 9}},
    ),
}  # fmt: skip

SETTINGS: dict[str, Case] = {**CREDENTIALS, **SHARING, **LEAKS, **RESILIENCE, **UPKEEP}

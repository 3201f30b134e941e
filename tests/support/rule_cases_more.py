"""The rest of the cases: databases, containers, what faces the internet, messages, logs, applications."""

from __future__ import annotations

import json
from typing import Any

from tests.support.rule_cases import (
    FOREIGN,
    KEY,
    ME,
    MINE,
    PRIVATE_NET,
    PUBLIC_NET,
    SELECTION,
    WIDE,
    Case,
    parameters,
    policy,
)

SUBNETS: dict[str, Any] = {"name": "own", "subnet_ids": ["subnet-1"]}
DATABASES: dict[str, Case] = {
    "rds-public": ("aws_db_instance", {"publicly_accessible": True}, {"publicly_accessible": False}),
    "rds-unencrypted": ("aws_db_instance", {"storage_encrypted": False}, {"storage_encrypted": True}),
    "rds-backup-retention": ("aws_db_instance", {"backup_retention_period": 1}, {"backup_retention_period": 7}),
    "rds-not-in-backup-plan": (
        "aws_db_instance",
        {"arn": "arn:aws:rds:us-east-1:1:db:x"},
        {"arn": "arn:aws:rds:us-east-1:1:db:x"},
        [],
        SELECTION,
    ),
    "rds-iam-auth": (
        "aws_db_instance",
        {"engine": "mysql"},
        {"engine": "mysql", "iam_database_authentication_enabled": True},
    ),
    "rds-default-admin": ("aws_db_instance", {"username": "admin"}, {"username": "shop"}),
    "rds-default-port": ("aws_db_instance", {"engine": "postgres", "port": 5432}, {"engine": "postgres", "port": 6543}),
    "rds-tls-not-forced": (
        "aws_db_instance",
        {"engine": "mysql", "parameter_group_name": "own"},
        {"engine": "mysql", "parameter_group_name": "own"},
        parameters("aws_db_parameter_group", "require_secure_transport", "0"),
        parameters("aws_db_parameter_group", "require_secure_transport", "1"),
    ),
    "rds-log-exports": ("aws_db_instance", {}, {"enabled_cloudwatch_logs_exports": ["error"]}),
    "rds-auto-minor": ("aws_db_instance", {"auto_minor_version_upgrade": False}, {"auto_minor_version_upgrade": True}),
    "rds-enhanced-monitoring": ("aws_db_instance", {"monitoring_interval": 0}, {"monitoring_interval": 60}),
    "rds-copy-tags": ("aws_db_instance", {"copy_tags_to_snapshot": False}, {"copy_tags_to_snapshot": True}),
    "rds-ca-old": (
        "aws_db_instance",
        {"ca_cert_identifier": "rds-ca-2019"},
        {"ca_cert_identifier": "rds-ca-rsa2048-g1"},
    ),
    "rds-engine-eol": (
        "aws_db_instance",
        {"engine": "mysql", "engine_version": "5.7.44"},
        {"engine": "mysql", "engine_version": "8.4.3"},
    ),
    "rds-deletion-protection": ("aws_db_instance", {"deletion_protection": False}, {"deletion_protection": True}),
    "rds-snapshot-public": ("aws_db_snapshot", {"shared_accounts": ["all"]}, {"shared_accounts": [ME]}),
    "rds-snapshot-unencrypted": ("aws_db_snapshot", {"encrypted": False}, {"encrypted": True}),
    "rds-event-subscription": (
        "aws_db_event_subscription",
        {"enabled": True, "source_type": "db-cluster", "event_categories": ["failure"]},
        {"enabled": True, "source_type": "db-cluster", "event_categories": ["failure", "maintenance"]},
    ),
    "docdb-neptune-unencrypted": ("aws_docdb_cluster", {"storage_encrypted": False}, {"storage_encrypted": True}),
    "docdb-neptune-backup": ("aws_neptune_cluster", {"backup_retention_period": 1}, {"backup_retention_period": 10}),
    "docdb-neptune-logs": ("aws_docdb_cluster", {}, {"enabled_cloudwatch_logs_exports": ["audit"]}),
    "neptune-iam-auth": ("aws_neptune_cluster", {}, {"iam_database_authentication_enabled": True}),
    "ddb-pitr": (
        "aws_dynamodb_table",
        {"point_in_time_recovery": [{"enabled": False}]},
        {"point_in_time_recovery": [{"enabled": True}]},
    ),
    "ddb-kms": ("aws_dynamodb_table", {}, {"server_side_encryption": [{"enabled": True}]}),
    "ddb-cross-account": ("aws_dynamodb_resource_policy", {"policy": FOREIGN}, {"policy": MINE}),
    "dax-encryption": (
        "aws_dax_cluster",
        {"server_side_encryption": [{"enabled": False}]},
        {"server_side_encryption": [{"enabled": True}], "cluster_endpoint_encryption_type": "TLS"},
    ),
    "elasticache-transit": ("aws_elasticache_replication_group", {}, {"transit_encryption_enabled": True}),
    "elasticache-rest": ("aws_elasticache_replication_group", {}, {"at_rest_encryption_enabled": True}),
    "elasticache-auth": ("aws_elasticache_replication_group", {"auth_token_enabled": False}, {"user_group_ids": ["g"]}),
    "elasticache-backup": (
        "aws_elasticache_replication_group",
        {"snapshot_retention_limit": 0},
        {"snapshot_retention_limit": 3},
    ),
    "elasticache-public-subnet": (
        "aws_elasticache_replication_group",
        {"subnet_group_name": "own"},
        {"subnet_group_name": "own"},
        [*PUBLIC_NET, ("aws_elasticache_subnet_group", SUBNETS, "own")],
        [*PRIVATE_NET, ("aws_elasticache_subnet_group", SUBNETS, "own")],
    ),
    "redshift-public": ("aws_redshift_cluster", {"publicly_accessible": True}, {"publicly_accessible": False}),
    "redshift-unencrypted": ("aws_redshift_cluster", {"encrypted": False}, {"encrypted": True}),
    "redshift-tls": (
        "aws_redshift_cluster",
        {"cluster_parameter_group_name": "own"},
        {"cluster_parameter_group_name": "own"},
        parameters("aws_redshift_parameter_group", "require_ssl", "false"),
        parameters("aws_redshift_parameter_group", "require_ssl", "true"),
    ),
    "redshift-logging": ("aws_redshift_cluster", {"logging": [{"enable": False}]}, {"logging": [{"enable": True}]}),
    "redshift-snapshots": (
        "aws_redshift_cluster",
        {"automated_snapshot_retention_period": 0},
        {"automated_snapshot_retention_period": 7},
    ),
    "redshift-vpc-routing": ("aws_redshift_cluster", {"enhanced_vpc_routing": False}, {"enhanced_vpc_routing": True}),
    "redshift-defaults": (
        "aws_redshift_cluster",
        {"master_username": "awsuser"},
        {"master_username": "shop", "database_name": "shop"},
    ),
    "opensearch-public": (
        "aws_opensearch_domain",
        {"access_policies": WIDE},
        {"access_policies": WIDE, "vpc_options": [{"subnet_ids": ["subnet-1"]}]},
    ),
    "opensearch-rest": ("aws_opensearch_domain", {}, {"encrypt_at_rest": [{"enabled": True}]}),
    "opensearch-n2n": ("aws_opensearch_domain", {}, {"node_to_node_encryption": [{"enabled": True}]}),
    "opensearch-https": (
        "aws_opensearch_domain",
        {"domain_endpoint_options": [{"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-0-2019-07"}]},
        {"domain_endpoint_options": [{"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-2019-07"}]},
    ),
    "opensearch-fgac": ("aws_opensearch_domain", {}, {"advanced_security_options": [{"enabled": True}]}),
    "opensearch-logs": (
        "aws_opensearch_domain",
        {},
        {"log_publishing_options": [{"log_type": "AUDIT_LOGS", "enabled": True}]},
    ),
    "efs-unencrypted": ("aws_efs_file_system", {"encrypted": False}, {"encrypted": True}),
    "efs-public": (
        "aws_efs_file_system_policy",
        {"policy": WIDE},
        {
            "policy": policy(
                {"Principal": "*", "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}
            )
        },
    ),
    "efs-access-point": (
        "aws_efs_access_point",
        {"root_directory": [{"path": "/"}]},
        {"root_directory": [{"path": "/data"}], "posix_user": [{"uid": 1, "gid": 1}]},
    ),
    "efs-backup": (
        "aws_efs_backup_policy",
        {"file_system_id": "fs", "backup_policy": [{"status": "DISABLED"}]},
        {"file_system_id": "fs", "backup_policy": [{"status": "ENABLED"}]},
    ),
    "backup-vault": ("aws_backup_vault", {}, {"kms_key_arn": "arn:aws:kms:us-east-1:1:key/k"}),
    "backup-plan-retention": (
        "aws_backup_plan",
        {"rule": [{"rule_name": "daily", "lifecycle": [{"delete_after": 7}]}]},
        {"rule": [{"rule_name": "daily", "lifecycle": [{"delete_after": 35}]}]},
    ),
}


def task(mode: str = "awsvpc", **container: Any) -> dict[str, Any]:
    containers = [{"name": "app", "image": "i", **container}]
    return {"container_definitions": json.dumps(containers), "network_mode": mode}


CONTAINERS: dict[str, Case] = {
    "lambda-public": (
        "aws_lambda_permission",
        {"principal": "*", "action": "lambda:InvokeFunction"},
        {"principal": "*", "action": "lambda:InvokeFunction", "source_account": ME},
    ),
    "lambda-url-public": ("aws_lambda_function_url", {"authorization_type": "NONE"}, {"authorization_type": "AWS_IAM"}),
    "lambda-url-cors": (
        "aws_lambda_function_url",
        {"cors": [{"allow_origins": ["*"]}]},
        {"cors": [{"allow_origins": ["https://shop"]}]},
    ),
    "lambda-env-secret": (
        "aws_lambda_function",
        {"environment": [{"variables": {"AWS": KEY}}]},
        {
            "environment": [
                {"variables": {"SECRET_ARN": "arn:aws:secretsmanager:x", "DB_PASSWORD": "{{resolve:ssm:p}}"}}
            ]
        },
    ),
    "lambda-env-kms": (
        "aws_lambda_function",
        {"environment": [{"variables": {"A": "b"}}]},
        {"environment": [{"variables": {"A": "b"}}], "kms_key_arn": "k"},
    ),
    "lambda-runtime-eol": ("aws_lambda_function", {"runtime": "python3.8"}, {"runtime": "python3.13"}),
    "lambda-no-vpc": ("aws_lambda_function", {}, {"vpc_config": [{"subnet_ids": ["subnet-1"]}]}),
    "ecs-privileged": ("aws_ecs_task_definition", task(privileged=True), task()),
    "ecs-readonly-root": ("aws_ecs_task_definition", task(), task(readonlyRootFilesystem=True)),
    "ecs-env-secret": (
        "aws_ecs_task_definition",
        task(environment=[{"name": "API_KEY", "value": "s3cr3ts3cr3t"}]),
        task(environment=[{"name": "API_KEY_NAME", "value": "prod"}]),
    ),
    "ecs-logging": ("aws_ecs_task_definition", task(), task(logConfiguration={"logDriver": "awslogs"})),
    "ecs-public-ip": (
        "aws_ecs_service",
        {"network_configuration": [{"assign_public_ip": True}]},
        {"network_configuration": [{"assign_public_ip": False}]},
    ),
    "ecs-insights": (
        "aws_ecs_cluster",
        {"setting": [{"name": "containerInsights", "value": "disabled"}]},
        {"setting": [{"name": "containerInsights", "value": "enhanced"}]},
    ),
    "eks-public-endpoint": (
        "aws_eks_cluster",
        {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["0.0.0.0/0"]}]},
        {"vpc_config": [{"endpoint_public_access": True, "public_access_cidrs": ["10.0.0.0/8"]}]},
    ),
    "eks-secrets-kms": ("aws_eks_cluster", {}, {"encryption_config": [{"resources": ["secrets"]}]}),
    "eks-logs": (
        "aws_eks_cluster",
        {"enabled_cluster_log_types": ["api"]},
        {"enabled_cluster_log_types": ["api", "audit", "authenticator", "controllerManager", "scheduler"]},
    ),
    "eks-version-eol": ("aws_eks_cluster", {"version": "1.28"}, {"version": "1.34"}),
    "ecr-public": ("aws_ecr_repository_policy", {"policy": WIDE}, {"policy": MINE}),
    "ecr-scan": ("aws_ecr_repository", {}, {"image_scanning_configuration": [{"scan_on_push": True}]}),
    "ecr-tag-mutable": (
        "aws_ecr_repository",
        {"image_tag_mutability": "MUTABLE"},
        {"image_tag_mutability": "IMMUTABLE"},
    ),
}
LB: dict[str, Any] = {"load_balancer_type": "application", "internal": False}
SITE = "site.s3.us-east-1.amazonaws.com"
S3_ORIGIN: dict[str, Any] = {"origin": [{"origin_id": "o", "domain_name": SITE}]}
EDGE: dict[str, Case] = {
    "appsync-api-key": (
        "aws_appsync_graphql_api",
        {"authentication_type": "API_KEY", "log_config": [{"field_log_level": "ALL"}]},
        {"authentication_type": "AWS_IAM", "log_config": [{"field_log_level": "ERROR"}]},
    ),
    "client-vpn-log": (
        "aws_ec2_client_vpn_endpoint",
        {"connection_log_options": [{"enabled": False}]},
        {"connection_log_options": [{"enabled": True, "cloudwatch_log_group": "vpn"}]},
    ),
    "apigw-public": (
        "aws_api_gateway_rest_api",
        {"endpoint_configuration": [{"types": ["REGIONAL"]}]},
        {"endpoint_configuration": [{"types": ["PRIVATE"]}]},
    ),
    "apigw-no-auth": (
        "aws_api_gateway_method",
        {"http_method": "GET", "authorization": "NONE"},
        {"http_method": "OPTIONS", "authorization": "NONE"},
    ),
    "apigw-logging": (
        "aws_api_gateway_stage",
        {},
        {"access_log_settings": [{"destination_arn": "arn:aws:logs:us-east-1:1:log-group:g"}]},
    ),
    "apigw-cache-enc": (
        "aws_api_gateway_method_settings",
        {"settings": [{"caching_enabled": True}]},
        {"settings": [{"caching_enabled": True, "cache_data_encrypted": True}]},
    ),
    "apigw-client-cert": ("aws_api_gateway_stage", {}, {"client_certificate_id": "c"}),
    "apigw-tls": ("aws_api_gateway_domain_name", {"security_policy": "TLS_1_0"}, {"security_policy": "TLS_1_2"}),
    "apigwv2-no-auth": (
        "aws_apigatewayv2_route",
        {"route_key": "GET /", "authorization_type": "NONE"},
        {"route_key": "GET /", "authorization_type": "JWT"},
    ),
    "apigwv2-logging": (
        "aws_apigatewayv2_stage",
        {},
        {"access_log_settings": [{"destination_arn": "arn:aws:logs:us-east-1:1:log-group:g"}]},
    ),
    "waf-missing": (
        "aws_lb",
        LB,
        LB,
        [],
        [("aws_wafv2_web_acl_association", {"resource_arn": "x", "web_acl_arn": "w"}, "a")],
    ),
    "waf-empty-or-unlogged": (
        "aws_wafv2_web_acl",
        {"rule": []},
        {"arn": "w", "rule": [{"name": "r", "priority": 1}]},
        [],
        [("aws_wafv2_web_acl_logging_configuration", {"resource_arn": "w"}, "w")],
    ),
    "cf-http-viewer": (
        "aws_cloudfront_distribution",
        {"default_cache_behavior": [{"viewer_protocol_policy": "allow-all"}]},
        {"default_cache_behavior": [{"viewer_protocol_policy": "redirect-to-https"}]},
    ),
    "cf-http-origin": (
        "aws_cloudfront_distribution",
        {"origin": [{"origin_id": "o", "custom_origin_config": [{"origin_protocol_policy": "http-only"}]}]},
        {"origin": [{"origin_id": "o", "custom_origin_config": [{"origin_protocol_policy": "https-only"}]}]},
    ),
    "cf-old-tls": (
        "aws_cloudfront_distribution",
        {"viewer_certificate": [{"minimum_protocol_version": "TLSv1"}]},
        {"viewer_certificate": [{"minimum_protocol_version": "TLSv1.2_2021"}]},
    ),
    "cf-logging": ("aws_cloudfront_distribution", {}, {"logging_config": [{"bucket": "b"}]}),
    "cf-s3-oac": (
        "aws_cloudfront_distribution",
        S3_ORIGIN,
        {"origin": [{"origin_id": "o", "domain_name": SITE, "origin_access_control_id": "oac"}]},
    ),
    "cf-dangling-bucket": (
        "aws_cloudfront_distribution",
        S3_ORIGIN,
        S3_ORIGIN,
        [],
        [("aws_s3_bucket", {"bucket": "site", "bucket_regional_domain_name": SITE}, "site")],
    ),
    "lb-internet-facing": ("aws_lb", LB, {**LB, "internal": True}),
    "lb-http-listener": (
        "aws_lb_listener",
        {"protocol": "HTTP", "port": 80, "default_action": [{"type": "forward"}]},
        {"protocol": "HTTP", "port": 80, "default_action": [{"type": "redirect"}]},
    ),
    "lb-weak-tls": (
        "aws_lb_listener",
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-2016-08"},
        {"protocol": "HTTPS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
    ),
    "lb-logs": ("aws_lb", {}, {"access_logs": [{"enabled": True, "bucket": "b"}]}),
    "alb-header-desync": (
        "aws_lb",
        LB,
        {**LB, "drop_invalid_header_fields": True, "desync_mitigation_mode": "defensive"},
    ),
    "nlb-tls": ("aws_lb_listener", {"protocol": "TCP", "port": 443}, {"protocol": "TLS", "port": 443}),
}
MESSAGING: dict[str, Case] = {
    "mq-public": ("aws_mq_broker", {"publicly_accessible": True}, {"publicly_accessible": False}),
    "mq-logs": (
        "aws_mq_broker",
        {"engine_type": "ActiveMQ", "logs": [{"general": True, "audit": "false"}]},
        {"engine_type": "RabbitMQ", "logs": [{"general": True, "audit": ""}]},
    ),
    "msk-public-or-noauth": (
        "aws_msk_cluster",
        {"client_authentication": [{"unauthenticated": True}]},
        {
            "client_authentication": [{"unauthenticated": False, "sasl": [{"iam": True}]}],
            "broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "DISABLED"}]}]}],
        },
    ),
    "msk-encryption": (
        "aws_msk_cluster",
        {"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS_PLAINTEXT", "in_cluster": True}]}]},
        {"encryption_info": [{"encryption_in_transit": [{"client_broker": "TLS", "in_cluster": True}]}]},
    ),
    "transfer-ftp": (
        "aws_transfer_server",
        {"protocols": ["SFTP", "FTP"], "endpoint_type": "VPC"},
        {"protocols": ["SFTP"], "endpoint_type": "VPC", "security_policy_name": "TransferSecurityPolicy-2024-01"},
    ),
    "sqs-public": ("aws_sqs_queue", {"policy": WIDE}, {"policy": MINE}),
    "sqs-sse": ("aws_sqs_queue", {}, {"sqs_managed_sse_enabled": True}),
    "sns-public": (
        "aws_sns_topic",
        {"policy": WIDE},
        {"policy": policy({"Principal": "*", "Condition": {"StringEquals": {"AWS:SourceOwner": ME}}})},
    ),
    "sns-kms": ("aws_sns_topic", {}, {"kms_master_key_id": "k"}),
    "sns-http-sub": (
        "aws_sns_topic_subscription",
        {"protocol": "http", "endpoint": "http://h/"},
        {"protocol": "https", "endpoint": "https://h/"},
    ),
    "kinesis-sse": ("aws_kinesis_stream", {"encryption_type": "NONE"}, {"encryption_type": "KMS"}),
    "eventbridge-open": ("aws_cloudwatch_event_bus_policy", {"policy": FOREIGN}, {"policy": MINE}),
    "kms-rotation": ("aws_kms_key", {"enable_key_rotation": False}, {"enable_key_rotation": True}),
    "kms-public": ("aws_kms_key", {"policy": WIDE}, {"policy": MINE}),
    "kms-disabled-or-deleting": ("aws_kms_key", {"is_enabled": False}, {"is_enabled": True}),
    "secret-rotation": (
        "aws_secretsmanager_secret",
        {},
        {},
        [],
        [("aws_secretsmanager_secret_rotation", {"secret_id": "x"}, "x")],
    ),
    "secret-public": ("aws_secretsmanager_secret", {"policy": FOREIGN}, {"policy": MINE}),
    "ssm-doc-public": (
        "aws_ssm_document",
        {"permissions": {"type": "Share", "account_ids": "all"}},
        {"permissions": {"type": "Share", "account_ids": ME}},
    ),
    "ssm-param-plain": (
        "aws_ssm_parameter",
        {"name": "/shop/db_password", "type": "String", "value": "hunter2hunter2"},
        {"name": "/shop/flags", "type": "String", "value": "checkout=v2"},
    ),
}
AUDIT: dict[str, Case] = {
    "trail-multi-region": ("aws_cloudtrail", {"is_multi_region_trail": False}, {"is_multi_region_trail": True}),
    "trail-kms": ("aws_cloudtrail", {}, {"kms_key_id": "k"}),
    "trail-validation": ("aws_cloudtrail", {}, {"enable_log_file_validation": True}),
    "trail-cwlogs": ("aws_cloudtrail", {}, {"cloud_watch_logs_group_arn": "g"}),
    "trail-data-events": (
        "aws_cloudtrail",
        {},
        {"event_selector": [{"data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]},
    ),
    "log-retention": ("aws_cloudwatch_log_group", {"retention_in_days": 7}, {"retention_in_days": 0}),
    "log-kms": ("aws_cloudwatch_log_group", {}, {"kms_key_id": "k"}),
    "log-policy-public": ("aws_cloudwatch_log_resource_policy", {"policy_document": WIDE}, {"policy_document": MINE}),
    "alarm-disabled": (
        "aws_cloudwatch_metric_alarm",
        {"actions_enabled": False},
        {"actions_enabled": True, "alarm_actions": ["arn:aws:sns:us-east-1:1:t"]},
    ),
    "config-recorder-off": ("aws_config_configuration_recorder_status", {"is_enabled": False}, {"is_enabled": True}),
    "guardduty-off": ("aws_guardduty_detector", {"enable": False}, {"enable": True}),
    "sfn-logging": (
        "aws_sfn_state_machine",
        {"definition": "{}"},
        {"definition": "{}", "logging_configuration": [{"level": "ALL"}]},
    ),
    "r53-query-log": (
        "aws_route53_zone",
        {"name": "shop.example"},
        {"name": "shop.example"},
        [],
        [("aws_route53_query_log", {"zone_id": "x"}, "q")],
    ),
}


def build(*variables: dict[str, Any]) -> dict[str, Any]:
    return {"environment": [{"environment_variable": list(variables)}]}


APPLICATIONS: dict[str, Case] = {
    "codebuild-secret-env": (
        "aws_codebuild_project",
        build({"name": "TOKEN", "type": "PLAINTEXT", "value": "hunter2hunter2"}),
        build({"name": "TOKEN", "type": "SECRETS_MANAGER", "value": "prod/token"}),
    ),
    "codebuild-logging": (
        "aws_codebuild_project",
        {"logs_config": [{"cloudwatch_logs": [{"status": "DISABLED"}], "s3_logs": [{"status": "DISABLED"}]}]},
        {"logs_config": [{"cloudwatch_logs": [{"status": "ENABLED"}]}]},
    ),
    "codebuild-public": (
        "aws_codebuild_project",
        {"project_visibility": "PUBLIC_READ"},
        {"project_visibility": "PRIVATE"},
    ),
    "cognito-mfa": ("aws_cognito_user_pool", {"mfa_configuration": "OFF"}, {"mfa_configuration": "ON"}),
    "cognito-password": (
        "aws_cognito_user_pool",
        {"password_policy": [{"minimum_length": 8}]},
        {
            "password_policy": [
                {
                    "minimum_length": 14,
                    "require_lowercase": True,
                    "require_uppercase": True,
                    "require_numbers": True,
                    "require_symbols": True,
                }
            ],
            "admin_create_user_config": [{"allow_admin_create_user_only": True}],
        },
    ),
    "cognito-guest": (
        "aws_cognito_identity_pool",
        {"allow_unauthenticated_identities": True},
        {"allow_unauthenticated_identities": False},
    ),
    "glue-public-policy": ("aws_glue_resource_policy", {"policy": WIDE}, {"policy": MINE}),
    "glue-encryption": (
        "aws_glue_security_configuration",
        {"encryption_configuration": [{"s3_encryption": [{"s3_encryption_mode": "DISABLED"}]}]},
        {
            "encryption_configuration": [
                {
                    "s3_encryption": [{"s3_encryption_mode": "SSE-KMS"}],
                    "cloudwatch_encryption": [{"cloudwatch_encryption_mode": "SSE-KMS"}],
                    "job_bookmarks_encryption": [{"job_bookmarks_encryption_mode": "CSE-KMS"}],
                }
            ]
        },
    ),
    "athena-workgroup": (
        "aws_athena_workgroup",
        {"configuration": [{}]},
        {
            "configuration": [
                {
                    "enforce_workgroup_configuration": True,
                    "result_configuration": [{"encryption_configuration": [{"encryption_option": "SSE_S3"}]}],
                }
            ]
        },
    ),
    "required-tags": ("aws_sqs_queue", {"tags": {"Team": "shop"}}, {"tags": {"Team": "shop", "Owner": "platform"}}),
}

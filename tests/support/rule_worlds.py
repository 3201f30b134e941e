"""Where a rule finds what tampering did, by real Terraform and moto: world -> (rule, type, effect)."""

from __future__ import annotations

FOUND: dict[str, list[tuple[str, str, str]]] = {
    "api-gateway": [
        ("apigw-client-cert", "aws_api_gateway_stage", "introduced"),
        ("apigw-logging", "aws_api_gateway_method_settings", "introduced"),
        ("apigw-public", "aws_api_gateway_rest_api", "introduced"),
        ("waf-missing", "aws_api_gateway_stage", "introduced"),
    ],
    "api-gateway-v2": [
        ("apigwv2-logging", "aws_apigatewayv2_stage", "introduced"),
    ],
    "app-platform": [
        ("ddb-kms", "aws_dynamodb_table", "introduced"),
        ("ecr-scan", "aws_ecr_repository", "introduced"),
        ("ecr-tag-mutable", "aws_ecr_repository", "introduced"),
        ("ecs-insights", "aws_ecs_cluster", "introduced"),
        ("ecs-logging", "aws_ecs_task_definition", "introduced"),
        ("ecs-readonly-root", "aws_ecs_task_definition", "introduced"),
        ("efs-access-point", "aws_efs_access_point", "introduced"),
        ("efs-backup", "aws_efs_file_system", "present"),
        ("rds-backup-retention", "aws_rds_cluster", "resolved"),
        ("rds-deletion-protection", "aws_rds_cluster", "resolved"),
    ],
    "cloudfront": [
        ("cf-http-viewer", "aws_cloudfront_distribution", "introduced"),
        ("cf-old-tls", "aws_cloudfront_distribution", "introduced"),
        ("cf-s3-oac", "aws_cloudfront_distribution", "introduced"),
    ],
    "cloudwatch": [
        ("log-policy-public", "aws_cloudwatch_log_resource_policy", "introduced"),
    ],
    "cognito": [
        ("cognito-guest", "aws_cognito_identity_pool", "introduced"),
        ("cognito-mfa", "aws_cognito_user_pool", "present"),
        ("cognito-password", "aws_cognito_user_pool", "introduced"),
    ],
    "database-stack": [
        ("rds-copy-tags", "aws_db_instance", "introduced"),
        ("rds-default-admin", "aws_db_instance", "introduced"),
        ("rds-default-port", "aws_db_instance", "introduced"),
        ("rds-engine-eol", "aws_db_instance", "introduced"),
        ("rds-enhanced-monitoring", "aws_db_instance", "introduced"),
        ("rds-iam-auth", "aws_db_instance", "introduced"),
        ("rds-log-exports", "aws_db_instance", "introduced"),
        ("rds-not-in-backup-plan", "aws_db_instance", "introduced"),
        ("rds-public", "aws_db_instance", "introduced"),
        ("rds-tls-not-forced", "aws_db_instance", "introduced"),
        ("rds-unencrypted", "aws_db_instance", "introduced"),
    ],
    "datalake-stack": [
        ("alarm-disabled", "aws_cloudwatch_metric_alarm", "introduced"),
        ("kms-public", "aws_kms_key_policy", "introduced"),
        ("kms-rotation", "aws_kms_key", "introduced"),
        ("log-retention", "aws_cloudwatch_log_group", "introduced"),
        ("s3-access-log", "aws_s3_bucket_logging", "introduced"),
        ("s3-cross-account", "aws_s3_bucket", "present"),
        ("s3-kms", "aws_s3_bucket_server_side_encryption_configuration", "introduced"),
        ("s3-lifecycle", "aws_s3_bucket_lifecycle_configuration", "introduced"),
        ("s3-mfa-delete", "aws_s3_bucket_versioning", "present"),
        ("s3-object-lock", "aws_s3_bucket", "present"),
        ("s3-pab", "aws_s3_bucket_public_access_block", "introduced"),
        ("s3-tls-only", "aws_s3_bucket_policy", "introduced"),
        ("s3-versioning", "aws_s3_bucket_versioning", "introduced"),
    ],
    "db_instance": [
        ("rds-auto-minor", "aws_db_instance", "resolved"),
    ],
    "ec2": [
        ("ebs-not-in-backup-plan", "aws_ebs_volume", "introduced"),
        ("ebs-unencrypted", "aws_ebs_volume", "introduced"),
        ("ec2-imdsv1", "aws_instance", "introduced"),
        ("ec2-monitoring", "aws_instance", "introduced"),
        ("ec2-no-role", "aws_instance", "introduced"),
        ("eip-unused", "aws_eip", "introduced"),
    ],
    "ec2_parts": [
        ("ebs-default-encryption", "aws_ebs_encryption_by_default", "introduced"),
        ("ebs-snapshot-unencrypted", "aws_ebs_snapshot", "introduced"),
        ("lt-public-ip", "aws_launch_template", "resolved"),
    ],
    "ecr": [
        ("ecr-public", "aws_ecr_repository_policy", "introduced"),
    ],
    "ecs": [
        ("ecs-public-ip", "aws_ecs_service", "present"),
    ],
    "efs": [
        ("efs-public", "aws_efs_file_system_policy", "introduced"),
        ("efs-unencrypted", "aws_efs_file_system", "introduced"),
    ],
    "eks": [
        ("eks-logs", "aws_eks_cluster", "introduced"),
        ("eks-secrets-kms", "aws_eks_cluster", "introduced"),
        ("eks-version-eol", "aws_eks_cluster", "present"),
    ],
    "elasticache": [
        ("elasticache-backup", "aws_elasticache_cluster", "introduced"),
        ("redshift-defaults", "aws_redshift_cluster", "introduced"),
        ("redshift-logging", "aws_redshift_cluster", "introduced"),
        ("redshift-tls", "aws_redshift_cluster", "introduced"),
        ("redshift-unencrypted", "aws_redshift_cluster", "introduced"),
        ("redshift-vpc-routing", "aws_redshift_cluster", "introduced"),
    ],
    "elbv2": [
        ("alb-header-desync", "aws_lb", "introduced"),
        ("lb-http-listener", "aws_lb_listener", "introduced"),
        ("lb-internet-facing", "aws_lb", "introduced"),
        ("lb-logs", "aws_lb", "present"),
        ("lb-weak-tls", "aws_lb_listener", "introduced"),
    ],
    "endpoints": [
        ("vpce-policy-open", "aws_vpc_endpoint", "introduced"),
        ("vpce-service-open", "aws_vpc_endpoint_service", "present"),
    ],
    "events": [
        ("eventbridge-open", "aws_cloudwatch_event_bus_policy", "introduced"),
        ("sfn-logging", "aws_sfn_state_machine", "introduced"),
    ],
    "firehose": [
        ("kinesis-sse", "aws_kinesis_firehose_delivery_stream", "introduced"),
    ],
    "governance": [
        ("backup-vault", "aws_backup_vault", "introduced"),
        ("config-recorder-off", "aws_config_configuration_recorder_status", "introduced"),
        ("guardduty-off", "aws_guardduty_detector", "introduced"),
        ("trail-cwlogs", "aws_cloudtrail", "introduced"),
        ("trail-data-events", "aws_cloudtrail", "introduced"),
        ("trail-kms", "aws_cloudtrail", "introduced"),
        ("trail-multi-region", "aws_cloudtrail", "introduced"),
        ("trail-validation", "aws_cloudtrail", "introduced"),
    ],
    "iam": [
        ("iam-admin-star", "aws_iam_policy", "introduced"),
        ("iam-role-admin", "aws_iam_role", "introduced"),
        ("iam-trust-public", "aws_iam_role", "introduced"),
        ("iam-unmanaged-key", "aws_iam_user", "introduced"),
    ],
    "iam-stack": [
        ("iam-assume-any", "aws_iam_group_policy", "introduced"),
        ("iam-password-policy", "aws_iam_account_password_policy", "introduced"),
        ("iam-trust-foreign", "aws_iam_role", "introduced"),
        ("iam-user-direct-policy", "aws_iam_user_policy_attachment", "introduced"),
    ],
    "iam_users": [
        ("iam-admin-attached", "aws_iam_group_policy_attachment", "introduced"),
        ("iam-console-no-mfa", "aws_iam_user_login_profile", "introduced"),
    ],
    "kms": [
        ("kms-disabled-or-deleting", "aws_kms_key", "introduced"),
    ],
    "lambda": [
        ("lambda-no-vpc", "aws_lambda_function", "introduced"),
        ("lambda-public", "aws_lambda_permission", "introduced"),
        ("lambda-url-cors", "aws_lambda_function_url", "introduced"),
        ("lambda-url-public", "aws_lambda_function_url", "introduced"),
    ],
    "memorydb": [
        ("dax-encryption", "aws_dax_cluster", "introduced"),
    ],
    "network": [
        ("nacl-world", "aws_default_network_acl", "introduced"),
    ],
    "rds": [
        ("docdb-neptune-backup", "aws_neptune_cluster", "introduced"),
        ("docdb-neptune-logs", "aws_neptune_cluster", "introduced"),
        ("docdb-neptune-unencrypted", "aws_neptune_cluster", "introduced"),
        ("neptune-iam-auth", "aws_neptune_cluster", "introduced"),
        ("rds-event-subscription", "aws_db_event_subscription", "introduced"),
    ],
    "route53": [
        ("r53-query-log", "aws_route53_zone", "present"),
    ],
    "s3": [
        ("s3-public-policy", "aws_s3_bucket", "introduced"),
    ],
    "s3_parts": [
        ("s3-acl-enabled", "aws_s3_bucket_ownership_controls", "introduced"),
        ("s3-public-acl", "aws_s3_bucket", "introduced"),
    ],
    "secrets": [
        ("secret-public", "aws_secretsmanager_secret", "introduced"),
        ("secret-rotation", "aws_secretsmanager_secret", "introduced"),
    ],
    "security-groups": [
        ("sg-db-ports", "aws_security_group", "introduced"),
        ("sg-default-not-empty", "aws_default_security_group", "introduced"),
        ("sg-rdp", "aws_security_group", "introduced"),
        ("sg-ssh", "aws_security_group", "introduced"),
        ("sg-unused", "aws_security_group", "introduced"),
    ],
    "serverless-stack": [
        ("apigw-no-auth", "aws_api_gateway_method", "introduced"),
        ("apigwv2-no-auth", "aws_apigatewayv2_route", "introduced"),
        ("ddb-pitr", "aws_dynamodb_table", "introduced"),
        ("iam-trust-confused-deputy", "aws_iam_role", "present"),
        ("lambda-env-kms", "aws_lambda_function", "resolved"),
        ("log-kms", "aws_cloudwatch_log_group", "introduced"),
    ],
    "sns": [
        ("sns-kms", "aws_sns_topic", "introduced"),
        ("sns-public", "aws_sns_topic", "introduced"),
    ],
    "sqs": [
        ("sqs-public", "aws_sqs_queue", "introduced"),
    ],
    "transit": [
        ("tgw-auto-accept", "aws_ec2_transit_gateway", "present"),
    ],
    "two-regions": [
        ("peering-wide-route", "aws_route", "introduced"),
    ],
    "wafv2": [
        ("waf-empty-or-unlogged", "aws_wafv2_web_acl", "introduced"),
    ],
    "web-stack": [
        ("ec2-public-ip", "aws_instance", "resolved"),
        ("ec2-public-with-role", "aws_instance", "resolved"),
        ("sg-any-port", "aws_security_group", "introduced"),
        ("subnet-auto-public-ip", "aws_subnet", "introduced"),
        ("vpc-no-flow-log", "aws_flow_log", "introduced"),
    ],
}

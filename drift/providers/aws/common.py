"""The types that `--common` looks for: those of the services in which most accounts have something, and nearly all that
decides who gets in. The others cost a call or more for each service, used or not: AWS has no call that tells which are.
"""

from __future__ import annotations

from collections.abc import Set

from drift.provider.spec import ResourceType

SERVICES = frozenset({
    "acm", "apigatewayv2", "autoscaling", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "dynamodb", "ec2",
    "ecr", "ecs", "efs", "eks", "elb", "elbv2", "events", "iam", "kms", "lambda", "logs", "rds", "route53", "s3",
    "secretsmanager", "sns", "sqs", "ssm", "stepfunctions",
})  # fmt: skip
"""As botocore names them."""

RARE = frozenset({
    "aws_cloudwatch_event_archive", "aws_cloudwatch_log_delivery", "aws_cloudwatch_log_delivery_destination",
    "aws_cloudwatch_log_delivery_source", "aws_db_event_subscription", "aws_db_option_group",
    "aws_ec2_capacity_reservation", "aws_ec2_traffic_mirror_filter", "aws_ec2_traffic_mirror_session",
    "aws_ec2_traffic_mirror_target", "aws_placement_group", "aws_rds_global_cluster",
    "aws_s3_bucket_analytics_configuration", "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory", "aws_s3_bucket_metric", "aws_ssm_maintenance_window", "aws_ssm_patch_baseline",
    "aws_ssm_patch_group", "aws_ssm_resource_data_sync",
})  # fmt: skip
"""Types of these services that few have, and that let nobody in."""


def is_common(entry: ResourceType, used: Set[str]) -> bool:
    """Whether `--common` looks for it where no state has it; `used` are the services that the states use."""
    return entry.name not in RARE and (entry.service in SERVICES or entry.service in used)

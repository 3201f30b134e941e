"""What checks and controls are about, where a rule judges several types and each is about some of them alone."""

from __future__ import annotations

from collections.abc import Mapping

INSTANCE, CLUSTER = ("aws_db_instance", "aws_rds_cluster_instance"), ("aws_rds_cluster*",)
INLINE = ("aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
CLASSIC, MODERN = ("aws_elb",), ("aws_lb*", "aws_alb*")

ABOUT: Mapping[str, tuple[str, ...]] = {
    # Prowler
    "acm_": ("aws_acm_certificate",),
    "apigateway_": ("aws_api_gateway_*",),
    "autoscaling_": ("aws_launch_configuration", "aws_autoscaling_*"),
    "batch_": ("aws_batch_*",),
    "cloudfront_": ("aws_cloudfront_*",),
    "cognito_": ("aws_cognito_*",),
    "documentdb_": ("aws_docdb_*",),
    "ec2_instance_": ("aws_instance",),
    "ec2_launch_template_": ("aws_launch_template",),
    "ecs_": ("aws_ecs_*",),
    "efs_mount_target_": ("aws_efs_mount_target",),
    "efs_not_publicly_": ("aws_efs_file_system*",),
    "elb_": CLASSIC,
    "elbv2_": MODERN,
    "firehose_": ("aws_kinesis_firehose_*",),
    "iam_customer_": ("aws_iam_policy",),
    "iam_group_": ("aws_iam_group*",),
    "iam_inline_": INLINE,
    "iam_no_expired_server_": ("aws_iam_server_certificate",),
    "iam_policy_": ("aws_iam_policy",),
    "iam_role_": ("aws_iam_role*",),
    "iam_user_administrator_": ("aws_iam_user*",),
    "kinesis_": ("aws_kinesis_stream",),
    "neptune_": ("aws_neptune_*",),
    "rds_cluster_": CLUSTER,
    "rds_instance_": INSTANCE,
    # the instances of a cluster have its engine
    "rds_instance_deprecated_": ("aws_db_instance", *CLUSTER),
    "rds_instance_extended_": ("aws_db_instance", *CLUSTER),
    "rds_snapshots_": ("aws_db_*",),
    "route53_": ("aws_route53_*",),
    # Security Hub
    "ACM.": ("aws_acm_certificate",),
    "APIGateway.": ("aws_api_gateway_*",),
    "CloudFront.": ("aws_cloudfront_*",),
    "DocumentDB.": ("aws_docdb_*",),
    "EC2.8": ("aws_instance",),
    "EC2.25": ("aws_launch_template",),
    "ECS.": ("aws_ecs_*",),
    "ELB.1": MODERN,
    "ELB.3": CLASSIC,
    "ELB.10": CLASSIC,
    "ELB.4": MODERN,
    "ELB.12": MODERN,
    "ELB.13": MODERN,
    "ELB.14": CLASSIC,
    "ELB.16": MODERN,
    "ES.": ("aws_elasticsearch_*",),
    "Neptune.": ("aws_neptune_*",),
    "OpenSearch.": ("aws_opensearch_*",),
    "RDS.1": ("aws_db_*",),
    "RDS.3": INSTANCE,
    "RDS.4": ("aws_db_*",),
    "RDS.7": CLUSTER,
    "RDS.8": INSTANCE,
    "RDS.9": INSTANCE,
    "RDS.10": INSTANCE,
    "RDS.12": CLUSTER,
    "RDS.13": INSTANCE,
    "RDS.15": CLUSTER,
    "RDS.16": CLUSTER,
    "RDS.17": INSTANCE,
    "RDS.24": CLUSTER,
    "RDS.25": INSTANCE,
    "RDS.27": CLUSTER,
    "RDS.34": CLUSTER,
    "RDS.35": CLUSTER,
    "RDS.37": CLUSTER,
    "RDS.38": INSTANCE,
    "RDS.39": INSTANCE,
}
"""Claim, or how it begins up to a `_` or `.` -> types, with `*`; the longest that fits holds."""

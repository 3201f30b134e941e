"""What shows that a service is used, so that listings are not made of a hundred services that are not.

AWS has no call that tells which services an account uses, and each costs a call or more to list. So a search looks for
the types that most accounts have and for nearly all that decides who gets in; and for whole services beyond those
where a state describes something of theirs, where a role is made for them, or where the Resource Groups Tagging API
names something of theirs. What is not looked for is told by the report; `--all-services` looks for it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from drift.model.value import UNREADABLE_SHAPES
from drift.provider.api import Asks, Refused, Request
from drift.provider.spec import ResourceType

SERVICES = frozenset({
    "acm", "amplify", "apigateway", "apigatewayv2", "apprunner", "appsync", "autoscaling", "cloudformation",
    "cloudfront", "cloudtrail", "cloudwatch", "cognito-identity", "cognito-idp", "dynamodb", "ec2", "ecr", "ecs", "efs",
    "eks", "elasticache", "elb", "elbv2", "events", "firehose", "iam", "kafka", "kinesis", "kms", "lambda", "logs",
    "mq", "opensearch", "ram", "rds", "redshift", "route53", "s3", "s3control", "secretsmanager", "sns", "sqs", "ssm",
    "stepfunctions", "transfer",
})  # fmt: skip
"""Those looked for in every account, as botocore names them: what most accounts have, and what holds data or can be
reached from outside at the cost of one call."""

SELDOM = frozenset({
    "aws_api_gateway_account", "aws_api_gateway_api_key", "aws_api_gateway_client_certificate",
    "aws_api_gateway_usage_plan", "aws_api_gateway_usage_plan_key", "aws_api_gateway_vpc_link",
    "aws_cloudfront_cache_policy", "aws_cloudfront_key_group", "aws_cloudfront_origin_access_control",
    "aws_cloudfront_origin_access_identity", "aws_cloudfront_origin_request_policy", "aws_cloudfront_public_key",
    "aws_cloudfront_response_headers_policy", "aws_cloudwatch_dashboard", "aws_cloudwatch_event_archive",
    "aws_cloudwatch_log_delivery", "aws_cloudwatch_log_delivery_destination", "aws_cloudwatch_log_delivery_source",
    "aws_cloudwatch_query_definition", "aws_db_event_subscription", "aws_db_option_group",
    "aws_ebs_default_kms_key", "aws_ebs_encryption_by_default", "aws_ebs_snapshot_block_public_access",
    "aws_ec2_capacity_reservation", "aws_ec2_image_block_public_access", "aws_ec2_instance_metadata_defaults",
    "aws_ec2_traffic_mirror_filter", "aws_ec2_traffic_mirror_filter_rule",
    "aws_ec2_traffic_mirror_session", "aws_ec2_traffic_mirror_target", "aws_ecr_lifecycle_policy",
    "aws_ecr_registry_scanning_configuration", "aws_elasticache_parameter_group", "aws_elasticache_subnet_group",
    "aws_elasticache_user", "aws_elasticache_user_group", "aws_neptune_global_cluster", "aws_placement_group",
    "aws_ram_principal_association", "aws_ram_resource_association", "aws_rds_global_cluster",
    "aws_redshift_parameter_group", "aws_redshift_scheduled_action", "aws_redshift_snapshot_schedule",
    "aws_redshift_snapshot_schedule_association", "aws_redshift_subnet_group", "aws_redshift_usage_limit",
    "aws_s3_bucket_analytics_configuration", "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory", "aws_s3_bucket_metric", "aws_s3control_access_grant",
    "aws_s3control_access_grants_instance", "aws_s3control_access_grants_location", "aws_sfn_activity",
    "aws_ssm_maintenance_window", "aws_ssm_maintenance_window_target", "aws_ssm_maintenance_window_task",
    "aws_ssm_patch_baseline", "aws_ssm_patch_group", "aws_ssm_resource_data_sync", "aws_transfer_web_app",
    "aws_transfer_workflow",
})  # fmt: skip
"""Types of these services that few have or that change nothing by themselves: no data, and nobody whom they let in; and
settings that every account has, of which none is anybody's. They are looked for where a state has one."""

BESIDE = frozenset({
    "aws_ecr_lifecycle_policy", "aws_ecr_registry_scanning_configuration", "aws_elasticache_subnet_group",
    "aws_redshift_parameter_group", "aws_redshift_subnet_group",
})  # fmt: skip
"""Of these the ones that a rule looks at beside another type of their service. Where that service is used they are
looked for, or the rule could not decide."""

PREFIXES: Mapping[str, tuple[str, ...]] = {
    "airflow": ("mwaa",),
    "aoss": ("opensearchserverless",),
    "autoscaling": ("application-autoscaling",),  # custom-resource.autoscaling…: what came before a name of its own
    "access-analyzer": ("accessanalyzer",),
    "bedrock": ("bedrock", "bedrock-agent"),
    "codestar-connections": ("codeconnections",),
    "elasticmapreduce": ("emr",),
    "es": ("opensearch",),
    "opensearchservice": ("opensearch",),
    "redshift": ("redshift", "redshift-serverless"),
    "ses": ("ses", "sesv2"),
    "sso": ("sso-admin", "identitystore"),
    "states": ("stepfunctions",),
    "waf": ("wafv2",),
}
"""What stands for a service in its principal (`es.amazonaws.com`) and its ARNs, where that is not botocore's name."""

TAGGED = (
    "acm-pca", "athena", "backup", "batch", "codebuild", "codecommit", "codepipeline", "datasync", "dms", "ds",
    "elasticmapreduce", "fsx", "globalaccelerator", "glue", "guardduty", "route53resolver", "sagemaker", "securityhub",
    "servicecatalog", "synthetics", "workspaces",
)  # fmt: skip
"""The services beyond those in `SERVICES` whose resources `GetResources` tells ("Services that support the Resource
Groups Tagging API")."""

_UNSUPPORTED = re.compile(r"Unsupported service=([\w-]+)")
"""One service that it does not know makes it refuse all: `Unsupported service=neptune-db in ResourceTypeFilter`."""
_PRINCIPAL = re.compile(r"([\w.-]+)\.amazonaws\.com\b")


def is_looked_for(entry: ResourceType, used: Set[str]) -> bool:
    """Whether it is looked for where no state has it; `used` are the services that a state or the account shows."""
    if entry.name in SELDOM and not (entry.name in BESIDE and entry.service in used):
        return False
    return entry.service in SERVICES or entry.service in used


def signs(asker: Asks, regions: Sequence[str]) -> frozenset[str]:
    """The services that the account shows to be used, by its roles and by what is tagged in these regions.

    A refusal is none: what is not seen is not looked for, and told as such.
    """
    from drift.providers.aws.types.iam import PAGE

    first = regions[0] if regions else ""
    requests = [Request("iam", first, "ListRoles", PAGE, spares=True), *(_tagged(r, TAGGED) for r in regions)]
    answers = asker.ask(requests)
    roles = [] if isinstance(answers[0], Refused) else [r for page in answers[0] for r in page.get("Roles") or ()]
    found = set(_of_roles(roles))
    for region, answer in zip(regions, answers[1:], strict=True):
        known = list(TAGGED)
        while isinstance(answer, Refused) and (wrong := _UNSUPPORTED.search(answer.message)) and wrong[1] in known:
            known.remove(wrong[1])
            if not known:
                break
            [answer] = asker.ask([_tagged(region, known)])
        if not isinstance(answer, Refused):
            found |= set(_of_arns(r.get("ResourceARN") for p in answer for r in p.get("ResourceTagMappingList") or ()))
    return frozenset(found)


def _tagged(region: str, services: Sequence[str]) -> Request:
    args = {"ResourceTypeFilters": list(services), "ResourcesPerPage": 100}
    return Request("resourcegroupstaggingapi", region, "GetResources", args, spares=True)


def _of_roles(roles: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The services that may assume one of the roles, or that have a service-linked role."""
    for role in roles:
        try:
            trusted = _PRINCIPAL.findall(str(role.get("AssumeRolePolicyDocument")))
        except UNREADABLE_SHAPES:
            continue
        for label in {label for name in trusted for label in name.split(".")}:
            yield from PREFIXES.get(label, (label,))


def _of_arns(arns: Iterable[Any]) -> Iterable[str]:
    for arn in arns:
        parts = str(arn).split(":", 3)
        if len(parts) == 4:
            yield from PREFIXES.get(parts[2], (parts[2],))

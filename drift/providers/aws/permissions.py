"""Which IAM action allows a call."""

from __future__ import annotations

from drift.provider.spec import Call

PREFIXES = {
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "efs": "elasticfilesystem",
    "stepfunctions": "states",
    "sesv2": "ses",
    "apigatewayv2": "apigateway",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "sso-admin": "sso",
    "service-quotas": "servicequotas",
    "opensearchserverless": "aoss",
}
"""botocore service -> IAM prefix, where they differ (Service Authorization Reference)."""

FIRST_CALL = "sts:GetCallerIdentity"


def action(service: str, call: Call) -> str:
    """The IAM action that allows `call` to a service: `sqs:GetQueueAttributes`."""
    return call.action or f"{PREFIXES.get(service, service)}:{call.op}"

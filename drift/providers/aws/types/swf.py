"""Amazon Simple Workflow Service."""

from __future__ import annotations

from drift.provider.kinds import text
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"UnknownResourceFault"})

DOMAIN = ResourceType(
    name="aws_swf_domain",
    service="swf",
    # a deprecated domain stays listed for good, and is what Terraform calls destroyed
    list=Call(op="ListDomains", take="domainInfos", args={"registrationStatus": "REGISTERED"}),
    describe=(
        Call(op="DescribeDomain", take="configuration", into="Configuration", bind={"name": "name"}, gone=GONE),
        Call(op="ListTagsForResource", take="{Tags: tags}", into="Tagged", bind={"resourceArn": "arn"}, gone=GONE),
    ),
    id=text("name"),
    label="name",
    computed={"arn": text("arn")},
    attributes={
        "description": text("description"),
        "name":        text("name", assigned=True),
        "tags":        tags("Tagged.Tags"),
        "workflow_execution_retention_period_in_days": text("Configuration.workflowExecutionRetentionPeriodInDays"),
    },
    ignored={"name_prefix": "only read when the domain is registered"},
)

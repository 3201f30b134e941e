"""Amazon CloudWatch Logs."""

from __future__ import annotations

from typing import Any

from drift.catalog.kinds import attr, number, tags, text
from drift.catalog.spec import Attr, Call, Owner, Ref, ResourceType

GONE = frozenset({"ResourceNotFoundException"})


def group_arn(at: str, **words: Any) -> Attr:
    """Some answers end in `:*`, which stands for the group's streams."""
    return attr(at, lambda v: str(v).removesuffix(":*") if v else None, **words)


LOG_GROUP = ResourceType(
    name="aws_cloudwatch_log_group",
    service="logs",
    list=Call(op="DescribeLogGroups", take="logGroups"),
    describe=(
        # one call for each group: there is no batch form, and the tagging API omits what was never tagged
        Call(op="ListTagsForResource", take="tags", into="Tags", gone=GONE, bind={"resourceArn": "logGroupArn"}),
    ),
    id=text("logGroupName"),
    label="name",
    computed={"arn": group_arn("logGroupArn || arn")},
    attributes={
        "name":              text("logGroupName", assigned=True),
        "retention_in_days": number("retentionInDays", default=0),
        "kms_key_id":        text("kmsKeyId"),
        "log_group_class":   text("logGroupClass", default="STANDARD"),
        "tags":              tags("Tags"),
    },
    ignored={
        "name_prefix":  "only read when the log group is created",
        "skip_destroy": "an instruction to Terraform",
    },
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
    owners=(Owner('Tags."aws:cloudformation:stack-id"', "CloudFormation"),),
)

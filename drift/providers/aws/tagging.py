"""Tags of a whole region by one call: the Resource Groups Tagging API.

`GetResources` answers 100 resources a page, with their tags, for the types that it knows ("Services that support the
Resource Groups Tagging API"). It leaves out what was never tagged, and is eventually consistent: a tag may show a
little late. So what it says is taken where it agrees with what is desired, and for everything else the resource is
asked itself (`drift.provider.spec.Bulk`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from drift.provider.spec import Bulk, Call, ResourceType


class Tagged(NamedTuple):
    """How the API names a type."""

    type: str
    """What its filter takes: `service`, or `service:type` as in an ARN."""
    arn: str
    """JMESPath over the item, from its listing alone: its ARN."""
    region: str = ""
    """JMESPath over the item: where it is, where the type itself is of no region."""


def _made(service: str, name: str) -> str:
    return f"join('', ['arn:', here.partition, ':{service}:', here.region, ':', here.account, ':', {name}])"


TAGGED: Mapping[str, Tagged] = {
    "aws_sqs_queue": Tagged("sqs", _made("sqs", "last(QueueUrl)")),
    "aws_sns_topic": Tagged("sns", "TopicArn"),
    "aws_s3_bucket": Tagged("s3", "join('', ['arn:', here.partition, ':s3:::', Name])", region="BucketRegion"),
    "aws_cloudwatch_log_group": Tagged("logs", "logGroupArn"),
    "aws_dynamodb_table": Tagged("dynamodb", _made("dynamodb", "join('', ['table/', TableName])")),
    # the name of a parameter begins with a slash where it has several parts, its ARN has always one
    "aws_ssm_parameter": Tagged(
        "ssm", _made("ssm", "join('', ['parameter', starts_with(Name, '/') && Name || join('', ['/', Name])])")
    ),
    "aws_ecr_repository": Tagged("ecr:repository", "repositoryArn"),
    "aws_cloudwatch_event_rule": Tagged("events:rule", "Arn"),
    "aws_kms_key": Tagged("kms", "KeyArn"),
    "aws_cloudwatch_metric_alarm": Tagged("cloudwatch:alarm", "AlarmArn"),
    "aws_sfn_state_machine": Tagged("states:stateMachine", "stateMachineArn"),
    "aws_acm_certificate": Tagged("acm", "CertificateArn"),
    "aws_kinesis_stream": Tagged("kinesis:stream", _made("kinesis", "join('', ['stream/', StreamName])")),
}
"""Types with a call of their own for the tags of each resource."""


def with_bulk_tags(entry: ResourceType) -> ResourceType:
    """The entry with `GetResources` beside the call that tells its tags, where that call tells nothing else."""
    tagged, tags = TAGGED.get(entry.name), entry.attributes.get("tags")
    if tagged is None or tags is None:
        return entry
    bulk = Bulk(
        call=Call(
            op="GetResources",
            service="resourcegroupstaggingapi",
            take="ResourceTagMappingList",
            args={"ResourceTypeFilters": [tagged.type], "ResourcesPerPage": 100},
        ),
        match="ResourceARN",
        key=tagged.arn,
        take="Tags",
        region=tagged.region,
    )
    calls = (replace(c, bulk=bulk) if c.into == tags.path.text else c for c in entry.describe)
    return replace(entry, describe=tuple(calls))

"""Amazon SQS."""

from __future__ import annotations

from typing import Any

from drift.model.value import Block, Value
from drift.provider.kinds import attr, document, flag, number, text
from drift.provider.spec import WHOLE, Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, name_of_arn, policy, tags

GONE = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


def queue_url(at: str) -> Attr:
    """Regions have answered under two host names (boto3#1900); account and name identify a queue."""
    return attr(at, _account_and_name)


def _account_and_name(url: Any) -> str | None:
    return "/".join(str(url).rsplit("/", 2)[-2:]) if url else None


def _same_sources(want: Value, have: Value) -> bool:
    """Who may send what they could not handle here: the queues stand in no order."""
    return _by_content(want) == _by_content(have)


def _by_content(rule: Value) -> Value:
    if not isinstance(rule, Block):
        return rule
    queues = rule.get("sourceQueueArns") or ()
    return Block({**rule, "sourceQueueArns": frozenset(queues) if isinstance(queues, tuple) else queues})


QUEUE = ResourceType(
    name="aws_sqs_queue",
    service="sqs",
    # list_queues answers one page of 1,000 and no token unless MaxResults is given
    list=Call(op="ListQueues", take="QueueUrls[].{QueueUrl: @}", args={"MaxResults": 1000}),
    describe=(
        # one call for each queue: SQS has no batch form
        Call(op="GetQueueAttributes", take="Attributes", into="Attributes", gone=GONE,
             bind={"QueueUrl": "QueueUrl"}, args={"AttributeNames": ["All"]}),
        Call(op="ListQueueTags", take="Tags", into="Tags", gone=GONE, bind={"QueueUrl": "QueueUrl"}),
    ),
    id=queue_url("QueueUrl"),
    label="name",
    import_id="url",
    computed={"arn": text("Attributes.QueueArn"), "url": text("QueueUrl")},
    attributes={
        "name":                              name_of_arn("QueueUrl", assigned=True),
        "fifo_queue":                        flag("Attributes.FifoQueue"),
        "content_based_deduplication":       flag("Attributes.ContentBasedDeduplication"),
        "deduplication_scope":               text("Attributes.DeduplicationScope", assigned=True),
        "fifo_throughput_limit":             text("Attributes.FifoThroughputLimit", assigned=True),
        "delay_seconds":                     number("Attributes.DelaySeconds", default=0),
        "max_message_size":                  number("Attributes.MaximumMessageSize", default=262144, most=(262144, 6)),
        "message_retention_seconds":         number("Attributes.MessageRetentionPeriod", default=345600),
        "receive_wait_time_seconds":         number("Attributes.ReceiveMessageWaitTimeSeconds", default=0),
        "visibility_timeout_seconds":        number("Attributes.VisibilityTimeout", default=30),
        "kms_master_key_id":                 kms_key("Attributes.KmsMasterKeyId"),
        "kms_data_key_reuse_period_seconds": number("Attributes.KmsDataKeyReusePeriodSeconds", default=300),
        "sqs_managed_sse_enabled":           flag("Attributes.SqsManagedSseEnabled", assigned=True),
        "policy":                            policy("Attributes.Policy"),
        "redrive_policy":                    document("Attributes.RedrivePolicy"),
        "redrive_allow_policy":              document("Attributes.RedriveAllowPolicy", same=_same_sources),
        "tags":                              tags("Tags"),
    },
    ignored={"name_prefix": "only read when the queue is created"},
    refs=(
        Ref("kms_master_key_id", to="aws_kms_key"),
        Ref("redrive_policy.deadLetterTargetArn", to="aws_sqs_queue", by="arn"),
    ),
)

QUEUE_POLICY = ResourceType(
    name="aws_sqs_queue_policy",
    service="sqs",
    list=Within("aws_sqs_queue"),
    exists="Attributes.Policy",
    id=queue_url("QueueUrl"),
    import_id="url",
    label="queue_url",
    computed={"url": text("QueueUrl", outside_schema=True)},
    attributes={"queue_url": queue_url("QueueUrl"), "policy": policy("Attributes.Policy")},
    parent=Parent("queue_url", to="aws_sqs_queue", covers={"policy": WHOLE}),
)

QUEUE_REDRIVE_POLICY = ResourceType(
    name="aws_sqs_queue_redrive_policy",
    service="sqs",
    list=Within("aws_sqs_queue"),
    exists="Attributes.RedrivePolicy",
    id=queue_url("QueueUrl"),
    import_id="url",
    label="queue_url",
    computed={"url": text("QueueUrl", outside_schema=True)},
    attributes={"queue_url": queue_url("QueueUrl"), "redrive_policy": document("Attributes.RedrivePolicy")},
    refs=(Ref("redrive_policy.deadLetterTargetArn", to="aws_sqs_queue", by="arn"),),
    parent=Parent("queue_url", to="aws_sqs_queue", covers={"redrive_policy": WHOLE}),
)

QUEUE_REDRIVE_ALLOW_POLICY = ResourceType(
    name="aws_sqs_queue_redrive_allow_policy",
    service="sqs",
    list=Within("aws_sqs_queue"),
    exists="Attributes.RedriveAllowPolicy",
    id=queue_url("QueueUrl"),
    import_id="url",
    label="queue_url",
    computed={"url": text("QueueUrl", outside_schema=True)},
    attributes={
        "queue_url":            queue_url("QueueUrl"),
        "redrive_allow_policy": document("Attributes.RedriveAllowPolicy", same=_same_sources),
    },
    refs=(Ref("redrive_allow_policy.sourceQueueArns[]", to="aws_sqs_queue", by="arn"),),
    parent=Parent("queue_url", to="aws_sqs_queue", covers={"redrive_allow_policy": WHOLE}),
)

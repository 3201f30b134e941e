"""Amazon SNS."""

from __future__ import annotations

import re
from typing import Any

from drift.normalize.values import number as to_number
from drift.provider.kinds import attr, document, flag, number, text
from drift.provider.spec import WHOLE, Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import event_pattern, kms_key, name_of_arn, policy, tags
from drift.providers.aws.normalize.policy import for_its_account

GONE = frozenset({"NotFound", "NotFoundException"})


def feedback(protocol: str) -> dict[str, Attr]:
    """How one protocol's deliveries are logged."""
    return {
        f"{protocol.lower()}_success_feedback_role_arn":    text(f"Attributes.{protocol}SuccessFeedbackRoleArn"),
        f"{protocol.lower()}_success_feedback_sample_rate": number(f"Attributes.{protocol}SuccessFeedbackSampleRate",
                                                                   default=0),
        f"{protocol.lower()}_failure_feedback_role_arn":    text(f"Attributes.{protocol}FailureFeedbackRoleArn"),
    }


def _signature_version(value: Any) -> int | float:
    """The state writes 0 where the topic has none of its own."""
    return to_number(value) or 1


def _endpoint(value: Any) -> str | None:
    """SNS hides the password of an HTTP endpoint."""
    return re.sub(r"^(https?://[^/:@]*):[^/@]*@", r"\1:****@", str(value)) if value else None


FEEDBACK = ("Application", "Firehose", "HTTP", "Lambda", "SQS")

TOPIC = ResourceType(
    name="aws_sns_topic",
    service="sns",
    list=Call(op="ListTopics", take="Topics"),
    describe=(
        # two calls for each topic: SNS has no batch form
        Call(op="GetTopicAttributes", take="Attributes", into="Attributes", gone=GONE, bind={"TopicArn": "TopicArn"}),
        Call(op="ListTagsForResource", take="Tags", into="Tags", gone=GONE | {"ResourceNotFound"},
             bind={"ResourceArn": "TopicArn"}),
    ),
    id=text("TopicArn"),
    label="name",
    computed={"arn": text("TopicArn"), "owner": text("Attributes.Owner")},
    attributes={
        "name":                        name_of_arn("TopicArn", assigned=True),
        "display_name":                text("Attributes.DisplayName"),
        # SNS writes a policy of its own for the owner's account; every state records it
        "policy":                      policy("Attributes.Policy", assigned=True, initial=for_its_account),
        "delivery_policy":             document("Attributes.DeliveryPolicy"),
        "archive_policy":              document("Attributes.ArchivePolicy"),
        "kms_master_key_id":           kms_key("Attributes.KmsMasterKeyId"),
        "fifo_topic":                  flag("Attributes.FifoTopic"),
        "fifo_throughput_scope":       text("Attributes.FifoThroughputScope", assigned=True),
        "content_based_deduplication": flag("Attributes.ContentBasedDeduplication"),
        "signature_version":           attr("Attributes.SignatureVersion", _signature_version, default=1, same_for_all=True),
        "tracing_config":              text("Attributes.TracingConfig", default="PassThrough", same_for_all=True),
        **{name: a for protocol in FEEDBACK for name, a in feedback(protocol).items()},
        "tags":                        tags("Tags"),
    },
    ignored={"name_prefix": "only read when the topic is created"},
    refs=(
        Ref("kms_master_key_id", to="aws_kms_key"),
        *(Ref(f"{p.lower()}_{end}_feedback_role_arn", to="aws_iam_role", by="arn")
          for p in FEEDBACK for end in ("success", "failure")),
    ),
)

TOPIC_POLICY = ResourceType(
    name="aws_sns_topic_policy",
    service="sns",
    list=Within("aws_sns_topic"),
    id=text("TopicArn"),
    label="arn",
    attributes={"arn": text("TopicArn"), "policy": policy("Attributes.Policy")},
    parent=Parent("arn", to="aws_sns_topic", covers={"policy": WHOLE}),
)

SUBSCRIPTION = ResourceType(
    name="aws_sns_topic_subscription",
    not_imported=frozenset({"confirmation_timeout_in_minutes"}),
    service="sns",
    # what nobody has confirmed yet is listed without an ARN, and receives nothing
    list=Call(op="ListSubscriptions",
              take="Subscriptions[?SubscriptionArn != 'PendingConfirmation' && SubscriptionArn != 'Deleted']"),
    lookup=Call(op="GetSubscriptionAttributes", take="Attributes", bind={"SubscriptionArn": "id"}, absent=GONE),
    describe=(
        # one call for each managed subscription: SNS has no batch form
        Call(op="GetSubscriptionAttributes", take="Attributes", into="Attributes", gone=GONE,
             bind={"SubscriptionArn": "SubscriptionArn"}),
    ),
    id=text("SubscriptionArn"),
    label="endpoint",
    computed={"arn": text("SubscriptionArn"), "owner_id": text("Owner")},
    attributes={
        "topic_arn":             text("TopicArn"),
        "protocol":              text("Protocol"),
        "endpoint":              attr("Endpoint", _endpoint),
        "raw_message_delivery":  flag("Attributes.RawMessageDelivery"),
        "filter_policy":         event_pattern("Attributes.FilterPolicy"),
        "filter_policy_scope":   text("Attributes.FilterPolicyScope", default="MessageAttributes", same_for_all=True),
        "delivery_policy":       document("Attributes.DeliveryPolicy"),
        "redrive_policy":        document("Attributes.RedrivePolicy"),
        "replay_policy":         document("Attributes.ReplayPolicy"),
        "subscription_role_arn": text("Attributes.SubscriptionRoleArn"),
    },
    ignored={
        "confirmation_timeout_in_minutes": "an instruction to Terraform",
        "endpoint_auto_confirms":          "an instruction to Terraform",
    },
    refs=(
        Ref("endpoint", to="aws_sqs_queue", by="arn"),
        Ref("endpoint", to="aws_lambda_function", by="arn"),
        Ref("endpoint", to="aws_kinesis_firehose_delivery_stream", by="arn"),
        Ref("redrive_policy.deadLetterTargetArn", to="aws_sqs_queue", by="arn"),
        Ref("subscription_role_arn", to="aws_iam_role", by="arn"),
    ),
    parent=Parent("topic_arn", to="aws_sns_topic"),
)

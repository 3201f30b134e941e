"""Amazon Kinesis Data Streams."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize.values import number as to_number
from drift.normalize.values import text as to_text
from drift.provider.kinds import attr, block, number, set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key, policy, tags

GONE = frozenset({"ResourceNotFoundException"})


def _shards(value: Any) -> Value:
    """What a stream has on demand is not for the configuration to say."""
    mode, count = value or (None, None)
    return None if mode == "ON_DEMAND" else to_number(count)


STREAM = ResourceType(
    name="aws_kinesis_stream",
    service="kinesis",
    list=Call(op="ListStreams", take="StreamNames[].{StreamName: @}", args={"Limit": 1000}),
    describe=(
        # two calls for each managed stream: Kinesis has no batch form
        Call(op="DescribeStreamSummary", take="StreamDescriptionSummary", into="Summary", gone=GONE,
             bind={"StreamName": "StreamName"}),
        Call(op="ListTagsForStream", take="Tags", into="Tags", gone=GONE, args={"Limit": 50},
             bind={"StreamName": "StreamName"}),
        Call(op="GetResourcePolicy", take="Policy", into="Policy", bind={"ResourceARN": "Summary.StreamARN"}, gone=GONE),
    ),
    exists="Summary.StreamStatus != 'DELETING'",
    id=text("StreamName"),
    identity=("name",),
    import_id="name",
    label="name",
    attributes={
        "name":                text("StreamName"),
        "arn":                 text("Summary.StreamARN", assigned=True),
        "shard_count":         attr("[Summary.StreamModeDetails.StreamMode, Summary.OpenShardCount]", _shards,
                                    from_state=lambda value, _: to_number(value) or None),
        "retention_period":    number("Summary.RetentionPeriodHours", default=24),
        "encryption_type":     text("Summary.EncryptionType", default="NONE"),
        "kms_key_id":          kms_key("Summary.KeyId"),
        "shard_level_metrics": set_of(to_text, "Summary.EnhancedMonitoring[].ShardLevelMetrics[]"),
        "stream_mode_details": block("Summary.StreamModeDetails", {
            "stream_mode": text("StreamMode", default="PROVISIONED"),
        }, same_for_all=True),
        "tags":                tags("Tags"),
    },
    ignored={"enforce_consumer_deletion": "an instruction to Terraform"},
    refs=(Ref("kms_key_id", to="aws_kms_key"), Ref("kms_key_id", to="aws_kms_key", by="arn")),
)


def _stream_of(value: Any) -> Value:
    """The stream in the ARN of a stream, or of one of its consumers."""
    return str(value).partition(":stream/")[2].partition("/")[0] or None


RESOURCE_POLICY = ResourceType(
    name="aws_kinesis_resource_policy",
    service="kinesis",
    list=Within("aws_kinesis_stream", each="[{ResourceARN: Summary.StreamARN, Policy: Policy}]"),
    # the consumers of a stream have policies too
    lookup=Call(op="GetResourcePolicy", take="[@]", bind={"ResourceARN": "resource_arn"}, absent=GONE),
    id=text("ResourceARN"),
    label="resource_arn",
    exists="Policy && Policy != '{}'",  # what a stream without one answers
    attributes={"resource_arn": text("ResourceARN"), "policy": policy("Policy", verbatim=True)},
    computed={"stream_name": attr("ResourceARN", _stream_of, outside_schema=True)},
    refs=(Ref("resource_arn", to="aws_kinesis_stream", by="arn"),),
    parent=Parent("stream_name", to="aws_kinesis_stream", by="name"),
)

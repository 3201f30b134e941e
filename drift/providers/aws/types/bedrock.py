"""Amazon Bedrock: what is logged of the calls of models."""

from __future__ import annotations

from drift.provider.kinds import block, flag, text
from drift.provider.spec import Attr, Call, Ref, ResourceType


def _bucket(at: str) -> Attr:
    return block(at, {"bucket_name": text("bucketName"), "key_prefix": text("keyPrefix")})


INVOCATION_LOGGING = ResourceType(
    name="aws_bedrock_model_invocation_logging_configuration",
    service="bedrock",
    # one for each region, or none
    list=Call(op="GetModelInvocationLoggingConfiguration", take="[loggingConfig][?@]"),
    id=text("here.region"),
    label="id",
    attributes={
        "logging_config": block("@", {
            "embedding_data_delivery_enabled": flag("embeddingDataDeliveryEnabled", default=True),
            "image_data_delivery_enabled":     flag("imageDataDeliveryEnabled", default=True),
            "text_data_delivery_enabled":      flag("textDataDeliveryEnabled", default=True),
            "video_data_delivery_enabled":     flag("videoDataDeliveryEnabled", default=True),
            "cloudwatch_config":               block("cloudWatchConfig", {
                "log_group_name":                text("logGroupName"),
                "role_arn":                      text("roleArn"),
                "large_data_delivery_s3_config": _bucket("largeDataDeliveryS3Config"),
            }),
            "s3_config":                       _bucket("s3Config"),
        }),
    },
    refs=(
        Ref("logging_config.cloudwatch_config.log_group_name", to="aws_cloudwatch_log_group"),
        Ref("logging_config.cloudwatch_config.role_arn", to="aws_iam_role", by="arn"),
        Ref("logging_config.s3_config.bucket_name", to="aws_s3_bucket"),
    ),
)

"""Amazon Interactive Video Service."""

from __future__ import annotations

from drift.provider.kinds import flag, text
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.kinds import tags

CHANNEL = ResourceType(
    name="aws_ivs_channel",
    service="ivs",
    list=Call(op="ListChannels", take="channels"),
    describe=(
        Call(op="GetChannel", take="channel", into="Described", bind={"arn": "arn"},
             gone=frozenset({"ResourceNotFoundException"})),
    ),
    id=text("arn"),
    label="name",
    computed={
        "arn":             text("arn"),
        "ingest_endpoint": text("Described.ingestEndpoint"),
        "playback_url":    text("Described.playbackUrl"),
    },
    attributes={
        # the defaults are those of CreateChannel (IVS API reference)
        "authorized":                  flag("authorized", default=False, same_for_all=True),
        "latency_mode":                text("latencyMode", default="LOW", same_for_all=True),
        "name":                        text("name", default=""),
        "recording_configuration_arn": text("recordingConfigurationArn", default=""),
        "tags":                        tags("tags"),
        "type":                        text("type", default="STANDARD", same_for_all=True),
    },
)

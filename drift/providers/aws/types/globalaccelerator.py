"""AWS Global Accelerator."""

from __future__ import annotations

from drift.model.value import Value, as_block
from drift.normalize import values
from drift.provider.kinds import attr, block, flag, text
from drift.provider.spec import Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

HOME = "us-west-2"
GONE = frozenset({"AcceleratorNotFoundException"})


def both_off(want: Value, have: Value) -> bool:
    """Neither side writes flow logs: where to means nothing then."""
    return not any(as_block(side).get("flow_logs_enabled") for side in (want, have))


ACCELERATOR = ResourceType(
    name="aws_globalaccelerator_accelerator",
    service="globalaccelerator",
    regional=False,
    list=Call(op="ListAccelerators", take="Accelerators", region=HOME),
    describe=(
        # one call for each accelerator: these have no batch form
        Call(op="DescribeAcceleratorAttributes", take="AcceleratorAttributes", into="Attributes", region=HOME,
             bind={"AcceleratorArn": "AcceleratorArn"}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", region=HOME, bind={"ResourceArn": "AcceleratorArn"},
             gone=GONE),
    ),
    id=text("AcceleratorArn"),
    label="name",
    computed={"arn": text("AcceleratorArn"), "dns_name": attr("DnsName", values.dot_free)},
    attributes={
        "name":            text("Name"),
        "enabled":         flag("Enabled"),
        "ip_address_type": text("IpAddressType", default="IPV4"),
        "attributes": block("Attributes", {
            "flow_logs_enabled":   flag("FlowLogsEnabled"),
            "flow_logs_s3_bucket": text("FlowLogsS3Bucket"),
            "flow_logs_s3_prefix": text("FlowLogsS3Prefix"),
        }, same=both_off),
        "tags":            tags("Tags"),
    },
    ignored={"ip_addresses": "only read when the accelerator is created"},
    refs=(Ref("attributes.flow_logs_s3_bucket", to="aws_s3_bucket"),),
)

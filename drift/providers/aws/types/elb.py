"""Elastic Load Balancing: classic load balancers."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value, as_block
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, caseless, flag, number, set_of, text
from drift.provider.spec import Attributes, Call, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"LoadBalancerNotFound"})


def group_name(value: Any) -> str | None:
    """`owner/name` of the group that traffic comes from, as the provider joins them."""
    if isinstance(value, dict):
        return "/".join(v for v in (value.get("OwnerAlias"), value.get("GroupName")) if v) or None
    return values.text(value)


def registered(value: Any) -> Value:
    """The instances behind it; None where Auto Scaling registers its own, so that nobody can tell whose they are."""
    if isinstance(value, dict):
        value = None if value["scaled"] else value["ids"] or []
        return None if value is None else frozenset(value)
    return frozenset(value or ())


def nobody_can_tell(_: Value, have: Value) -> bool:
    """See `registered`."""
    return have is None


def both_off(want: Value, have: Value) -> bool:
    """Neither side writes access logs: where to means nothing then."""
    return not any(as_block(side).get("enabled") for side in (want, have))


def interval(value: Any, _: Raw | None = None) -> Value:
    """Minutes between two access logs; 0 is recorded where there are none."""
    return values.number(value) or 60


def the_instance(attributes: Attributes) -> frozenset[Value]:
    """What one attachment holds of its load balancer's `instances`."""
    return frozenset({attributes.get("instance")})


LOAD_BALANCER = ResourceType(
    name="aws_elb",
    service="elb",
    list=Call(op="DescribeLoadBalancers", take="LoadBalancerDescriptions"),
    describe=(
        Call(op="DescribeTags", take="TagDescriptions", into="Tags", batch=20, match="LoadBalancerName", gone=GONE,
             bind={"LoadBalancerNames": "LoadBalancerName"}),
        # one call for each load balancer: this has no batch form
        Call(op="DescribeLoadBalancerAttributes", take="LoadBalancerAttributes", into="Attributes", gone=GONE,
             bind={"LoadBalancerName": "LoadBalancerName"}),
        Call(op="DescribeAutoScalingGroups", service="autoscaling", take="AutoScalingGroups[].LoadBalancerNames[]",
             into="Scaled", match="@", key="LoadBalancerName"),
    ),
    id=text("LoadBalancerName"),
    label="name",
    computed={"dns_name": attr("DNSName", values.dot_free)},
    attributes={
        "name":                        text("LoadBalancerName", assigned=True),
        "internal":                    flag("Scheme == 'internal'", default=False),
        "subnets":                     set_of(values.text, "Subnets"),
        "security_groups":             set_of(values.text, "SecurityGroups", assigned=True),
        "source_security_group":       attr("SourceSecurityGroup", group_name, assigned=True),
        "instances":                   attr("{ids: Instances[].InstanceId, scaled: Scaled}", registered,
                                            same=nobody_can_tell),
        "cross_zone_load_balancing":   flag("Attributes.CrossZoneLoadBalancing.Enabled", default=True),
        "connection_draining":         flag("Attributes.ConnectionDraining.Enabled"),
        "connection_draining_timeout": number("Attributes.ConnectionDraining.Timeout", default=300),
        "idle_timeout":                number("Attributes.ConnectionSettings.IdleTimeout", default=60),
        "desync_mitigation_mode": text(
            "Attributes.AdditionalAttributes[?Key == 'elb.http.desyncmitigationmode'].Value | [0]",
            default="defensive"),
        "access_logs": block("Attributes.AccessLog", {
            "enabled":       flag("Enabled"),
            "bucket":        text("S3BucketName"),
            "bucket_prefix": text("S3BucketPrefix"),
            "interval":      attr("EmitInterval", interval, from_state=interval),
        }, same=both_off),
        "health_check": block("HealthCheck", {
            "target":              text("Target"),
            "interval":            number("Interval"),
            "timeout":             number("Timeout"),
            "healthy_threshold":   number("HealthyThreshold"),
            "unhealthy_threshold": number("UnhealthyThreshold"),
        }, assigned=True),
        "listener": blocks("ListenerDescriptions[].Listener", {
            "lb_port":            number("LoadBalancerPort"),
            "lb_protocol":        caseless("Protocol"),
            "instance_port":      number("InstancePort"),
            "instance_protocol":  caseless("InstanceProtocol"),
            "ssl_certificate_id": text("SSLCertificateId"),
        }, key=lambda listener: listener["lb_port"]),
        "tags":                        tags("Tags.Tags"),
    },
    ignored={
        "name_prefix": "only read when the load balancer is created",
        "availability_zones": "those of the subnets, which are compared",
    },
    refs=(
        Ref("subnets[]", to="aws_subnet"),
        Ref("security_groups[]", to="aws_security_group"),
        Ref("instances[]", to="aws_instance"),
        Ref("access_logs.bucket", to="aws_s3_bucket"),
        Ref("listener[].ssl_certificate_id", to="aws_acm_certificate", by="arn"),
    ),
)


def attached(_: Any, instance: Raw) -> str:
    """Load balancer and instance; the recorded id is a random one."""
    return f"{instance.get('elb')} {instance.get('instance')}"


ATTACHMENT = ResourceType(
    name="aws_elb_attachment",
    importable=False,
    service="elb",
    list=Within("aws_elb", each="Instances[]"),
    id=text("join(' ', [parent.LoadBalancerName, InstanceId])", from_state=attached),
    label="instance",
    attributes={"elb": text("parent.LoadBalancerName"), "instance": text("InstanceId")},
    parent=Parent("elb", to="aws_elb", covers={"instances": the_instance}),
    refs=(Ref("instance", to="aws_instance"),),
)

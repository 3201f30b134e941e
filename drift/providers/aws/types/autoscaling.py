"""Amazon EC2 Auto Scaling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Block, Value, as_block, as_set, as_tuple
from drift.normalize import times
from drift.normalize.values import text as as_text
from drift.provider import canonical, written
from drift.provider.kinds import attr, block, blocks, flag, moment, number, set_of, text
from drift.provider.spec import (
    Attr,
    Attributes,
    Call,
    ChangedBy,
    ElementOf,
    Owner,
    Parent,
    Raw,
    Ref,
    ResourceType,
    Where,
    Within,
)
from drift.providers.aws.kinds import name_or_arn
from drift.providers.aws.owners import of_stack
from drift.providers.aws.types.ec2_compute import user_data_hash, user_data_plain, user_data_text, user_data_text_base64
from drift.providers.aws.types.ec2_launch import REQUIREMENTS

ALARMS_HEARD = "!(SuspendedProcesses[?ProcessName == 'AlarmNotification'])"
BOUNDS = "[{low: MinSize, high: MaxSize}]"
SCALED = (
    ChangedBy(who="a scaling policy of the group", when=f"{ALARMS_HEARD} && Policies[?Enabled != `false`]", within=BOUNDS),
    ChangedBy(who="a scheduled action", when="Schedules[?DesiredCapacity]", within=BOUNDS),
    # its tag is how the autoscaler finds the groups that it may scale, and the tag itself is compared
    ChangedBy(who="the Kubernetes cluster autoscaler", when="Tags[?Key == 'k8s.io/cluster-autoscaler/enabled']",
          within=BOUNDS),
)


def scheduled(actions: str, member: str) -> ChangedBy:
    """A bound that a scheduled action moves, and only to what the action says."""
    return ChangedBy(who="a scheduled action", when=actions, within=f"{actions}.{{low: {member}, high: {member}}}")


def _subnets(value: Any) -> frozenset[str]:
    return frozenset(s.strip() for s in (value.split(",") if isinstance(value, str) else value or ()) if s.strip())


def _termination(value: Any) -> Value:
    # AWS answers Default where nobody chose, and the provider writes nothing then
    return () if list(value or ()) == ["Default"] else tuple(map(str, value or ()))


def _other_sources(value: Any) -> list[Any]:
    """Traffic sources that are no load balancer: those are told by target_group_arns and load_balancers."""
    return [
        s for s in value or ()
        if (s.get("Type") or s.get("type") or "elb") not in ("elb", "elbv2")
    ]


SOURCES = blocks("TrafficSources", {
    "identifier": text("Identifier"),
    "type":       text("Type"),
}, key=lambda source: source["identifier"])


def _sources(value: Any, group: Raw) -> Value:
    return canonical.desired(SOURCES, _other_sources(value), group)


TEMPLATE: Mapping[str, Attr] = {
    "launch_template_id":   text("LaunchTemplateId", assigned=True),
    "launch_template_name": text("LaunchTemplateName", assigned=True),
    "version":              text("Version", assigned=True),
}

SPECIFIED = "mixed_instances_policy.launch_template.launch_template_specification.launch_template"
OVERRIDDEN = "mixed_instances_policy.launch_template.override.launch_template_specification.launch_template"

def _tags(found: Any, _: Any) -> list[dict[str, Any]]:
    """Every tag: an apply takes away those that the group does not say, ECS's own included."""
    return [
        {"key": tag["Key"], "value": tag.get("Value") or "", "propagate_at_launch": bool(tag.get("PropagateAtLaunch"))}
        for tag in found or ()
    ]


GROUP = ResourceType(
    name="aws_autoscaling_group",
    service="autoscaling",
    either=(
        ("vpc_zone_identifier", "availability_zones"),
        ("launch_template.id", "launch_template.name"),
        (f"{SPECIFIED}_id", f"{SPECIFIED}_name"),
        (f"{OVERRIDDEN}_id", f"{OVERRIDDEN}_name"),
    ),
    not_imported=frozenset({"wait_for_capacity_timeout"}),
    list=Call(op="DescribeAutoScalingGroups", take="AutoScalingGroups"),
    describe=(
        Call(op="DescribePolicies", take="ScalingPolicies", into="Policies", match="AutoScalingGroupName",
             key="AutoScalingGroupName", many=True),
        Call(op="DescribeScheduledActions", take="ScheduledUpdateGroupActions", into="Schedules",
             match="AutoScalingGroupName", key="AutoScalingGroupName", many=True),
        # one call for each group: the API asks for its name
        Call(op="DescribeLifecycleHooks", take="LifecycleHooks", into="LifecycleHooks",
             bind={"AutoScalingGroupName": "AutoScalingGroupName"}),
    ),
    exists="!Status",
    id=text("AutoScalingGroupName"),
    label="name",
    computed={"arn": text("AutoScalingGroupARN")},
    attributes={
        "availability_zones":        set_of(as_text, "AvailabilityZones", assigned=True),
        "capacity_rebalance":        flag("CapacityRebalance"),
        "context":                   text("Context"),
        "default_cooldown":          number("DefaultCooldown", default=300, same_for_all=True),
        "default_instance_warmup":   number("DefaultInstanceWarmup", default=0),
        "desired_capacity":          number("DesiredCapacity", assigned=True, changed_by=SCALED),
        "desired_capacity_type":     text("DesiredCapacityType", default="units"),
        "enabled_metrics":           set_of(as_text, "EnabledMetrics[].Metric"),
        "health_check_grace_period": number("HealthCheckGracePeriod", default=0),
        "health_check_type":         text("HealthCheckType", default="EC2", same_for_all=True),
        "launch_configuration":      text("LaunchConfigurationName"),
        "load_balancers":            set_of(as_text, "LoadBalancerNames"),
        "max_instance_lifetime":     number("MaxInstanceLifetime", default=0),
        "max_size":                  number("MaxSize", changed_by=(scheduled("Schedules[]", "MaxSize"),)),
        "metrics_granularity":       text("EnabledMetrics[0].Granularity", default="1Minute"),
        "min_size":                  number("MinSize", changed_by=(scheduled("Schedules[]", "MinSize"),)),
        "name":                      text("AutoScalingGroupName", assigned=True),
        "placement_group":           text("PlacementGroup"),
        "protect_from_scale_in":     flag("NewInstancesProtectedFromScaleIn"),
        "service_linked_role_arn":   text("ServiceLinkedRoleARN", assigned=True),
        "suspended_processes":       set_of(as_text, "SuspendedProcesses[].ProcessName"),
        "target_group_arns":         set_of(as_text, "TargetGroupARNs", set_by=("traffic_source",)),
        "termination_policies":      attr("TerminationPolicies", _termination),
        "vpc_zone_identifier":       attr("VPCZoneIdentifier", _subnets, assigned=True),
        "availability_zone_distribution": block("AvailabilityZoneDistribution", {
            "capacity_distribution_strategy": text("CapacityDistributionStrategy", default="balanced-best-effort"),
        }, same_for_all=True),
        "capacity_reservation_specification": block("CapacityReservationSpecification", {
            "capacity_reservation_preference": text("CapacityReservationPreference", default="default"),
            "capacity_reservation_target":     block("CapacityReservationTarget", {
                "capacity_reservation_ids":                 set_of(as_text, "CapacityReservationIds"),
                "capacity_reservation_resource_group_arns": set_of(as_text, "CapacityReservationResourceGroupArns"),
            }),
        }),
        "instance_maintenance_policy": block("InstanceMaintenancePolicy", {
            "max_healthy_percentage": number("MaxHealthyPercentage"),
            "min_healthy_percentage": number("MinHealthyPercentage"),
        }),
        "launch_template":           block("LaunchTemplate", {
            "id":      text("LaunchTemplateId", assigned=True),
            "name":    text("LaunchTemplateName", assigned=True),
            "version": text("Version", assigned=True),
        }),
        "mixed_instances_policy":    block("MixedInstancesPolicy", {
            "instances_distribution": block("InstancesDistribution", {
                "on_demand_allocation_strategy":            text("OnDemandAllocationStrategy", assigned=True),
                "on_demand_base_capacity":                  number("OnDemandBaseCapacity", default=0),
                "on_demand_percentage_above_base_capacity": number("OnDemandPercentageAboveBaseCapacity", default=100),
                "spot_allocation_strategy":                 text("SpotAllocationStrategy", assigned=True),
                "spot_instance_pools":                      number("SpotInstancePools", default=0),
                "spot_max_price":                           text("SpotMaxPrice"),
            }),
            "launch_template":        block("LaunchTemplate", {
                "launch_template_specification": block("LaunchTemplateSpecification", TEMPLATE),
                "override":                      blocks("Overrides", {
                    "instance_type":                 text("InstanceType"),
                    "weighted_capacity":             text("WeightedCapacity"),
                    "instance_requirements":         block("InstanceRequirements", REQUIREMENTS),
                    "launch_template_specification": block("LaunchTemplateSpecification", TEMPLATE),
                }, ordered=True),
            }),
        }),
        # ECS tags the groups of its capacity providers
        "tag":                       blocks("Tags[?!starts_with(Key, 'aws:')]", {
            "key":                 text("Key"),
            "propagate_at_launch": flag("PropagateAtLaunch"),
            "value":               text("Value"),
        }, key=lambda tag: tag["key"], implicit="Key == 'AmazonECSManaged'", written=_tags),
        "traffic_source":            replace(SOURCES, from_state=_sources, from_api=_other_sources),
        "warm_pool":                 block("WarmPoolConfiguration", {
            "max_group_prepared_capacity": number("MaxGroupPreparedCapacity", default=-1, zero_is_value=True),
            "min_size":                    number("MinSize", default=0),
            "pool_state":                  text("PoolState", default="Stopped"),
            "instance_reuse_policy":       block("InstanceReusePolicy", {
                "reuse_on_scale_in": flag("ReuseOnScaleIn"),
            }),
        }),
    },
    ignored={
        "force_delete":                     "an instruction to Terraform",
        "force_delete_warm_pool":           "an instruction to Terraform",
        "ignore_failed_scaling_activities": "an instruction to Terraform",
        "initial_lifecycle_hook":           "only read when the group is created",
        "instance_refresh":                 "an instruction to Terraform",
        "min_elb_capacity":                 "an instruction to Terraform",
        "name_prefix":                      "only read when the group is created",
        "wait_for_capacity_timeout":        "an instruction to Terraform",
        "wait_for_elb_capacity":            "an instruction to Terraform",
    },
    refs=(
        Ref("vpc_zone_identifier[]", to="aws_subnet"),
        Ref("target_group_arns[]", to="aws_lb_target_group", by="arn"),
        Ref("load_balancers[]", to="aws_elb", by="name"),
        Ref("launch_template.id", to="aws_launch_template"),
        Ref("launch_configuration", to="aws_launch_configuration", by="name"),
        Ref(f"{SPECIFIED}_id", to="aws_launch_template"),
        Ref(f"{OVERRIDDEN.replace('override', 'override[]')}_id", to="aws_launch_template"),
        Ref("placement_group", to="aws_placement_group", by="name"),
    ),
    owners=(
        of_stack("Tags"),
        Owner("Operator.Principal", "an AWS service"),
        # nothing but its name and tags tells whose it is
        Owner("starts_with(AutoScalingGroupName, 'eks-') && Tags[?Key == 'eks:nodegroup-name']", "EKS"),
        Owner("Tags[?Key == 'AWSBatchServiceTag']", "Batch"),
    ),
)


def _target_groups(part: Attributes) -> frozenset[Value]:
    return frozenset({part["lb_target_group_arn"]} if part.get("lb_target_group_arn") else ())


def _balancers(part: Attributes) -> frozenset[Value]:
    return frozenset({part["elb"]} if part.get("elb") else ())


def _attached(part: Attributes, told: Mapping[str, Value]) -> Raw | None:
    there = (
        _target_groups(part) <= as_set(told.get("target_group_arns"))
        and _balancers(part) <= as_set(told.get("load_balancers"))
    )
    return dict(part) if there else None


ATTACHMENT = ResourceType(
    name="aws_autoscaling_attachment",
    importable=False,
    service="autoscaling",
    list=ElementOf(_attached),
    id=text("AutoScalingGroupName"),
    identity=("autoscaling_group_name", "elb", "lb_target_group_arn"),
    label="autoscaling_group_name",
    attributes={
        "autoscaling_group_name": text("AutoScalingGroupName"),
        "elb":                    text("LoadBalancerName"),
        "lb_target_group_arn":    text("TargetGroupARN"),
    },
    refs=(Ref("lb_target_group_arn", to="aws_lb_target_group", by="arn"), Ref("elb", to="aws_elb", by="name")),
    parent=Parent("autoscaling_group_name", to="aws_autoscaling_group",
                  covers={"target_group_arns": _target_groups, "load_balancers": _balancers}),
)

GROUP_TAG = ResourceType(
    name="aws_autoscaling_group_tag",
    service="autoscaling",
    # of groups that EKS makes, as a rule: their tags are not written inline
    list=Within("aws_autoscaling_group", each="Tags[?!starts_with(Key, 'aws:')]"),
    id=text("join(',', [parent.AutoScalingGroupName, Key])"),
    label="tag.key",
    attributes={
        "autoscaling_group_name": text("parent.AutoScalingGroupName"),
        "tag":                    block("@", {
            "key":                 text("Key"),
            "propagate_at_launch": flag("PropagateAtLaunch"),
            "value":               text("Value"),
        }),
    },
    parent=Parent("autoscaling_group_name", to="aws_autoscaling_group", beside_inline=True,
                  covers={"tag": lambda part: frozenset({Block(as_block(part.get("tag")))})}),
)

HOOK = ResourceType(
    name="aws_autoscaling_lifecycle_hook",
    service="autoscaling",
    list=Within("aws_autoscaling_group", each="LifecycleHooks[]"),
    id=text("LifecycleHookName"),
    identity=("autoscaling_group_name", "name"),
    import_id="join('/', [autoscaling_group_name, name])",
    label="name",
    attributes={
        "autoscaling_group_name":  text("AutoScalingGroupName"),
        "default_result":          text("DefaultResult", default="ABANDON", same_for_all=True),
        "heartbeat_timeout":       number("HeartbeatTimeout", default=3600),
        "lifecycle_transition":    text("LifecycleTransition"),
        "name":                    text("LifecycleHookName"),
        "notification_metadata":   text("NotificationMetadata"),
        "notification_target_arn": text("NotificationTargetARN"),
        "role_arn":                text("RoleARN"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("notification_target_arn", to="aws_sns_topic", by="arn"),
        Ref("notification_target_arn", to="aws_sqs_queue", by="arn"),
    ),
    parent=Parent("autoscaling_group_name", to="aws_autoscaling_group", covered_if="initial_lifecycle_hook"),
    owners=(
        # ECS developer guide, managed instance draining: it installs this hook, which notifies nobody
        Owner("LifecycleHookName == 'ecs-managed-draining-termination-hook' && !NotificationTargetARN", "ECS"),
        # CodeDeploy user guide, integration with Auto Scaling: it installs a hook with a queue of its own account
        Owner("starts_with(LifecycleHookName, 'CodeDeploy-managed-automatic-') && "
              "contains(NotificationTargetARN || '', ':razorbill-')", "CodeDeploy"),
    ),
)

NOTIFICATION = ResourceType(
    name="aws_autoscaling_notification",
    importable=False,
    service="autoscaling",
    # an item for each pair of group and kind; those of one topic are one resource
    # it is of a group, and ends with it
    list=Call(op="DescribeNotificationConfigurations", take="NotificationConfigurations",
              where=(Where("aws_autoscaling_group"),)),
    describe=(
        Call(op="DescribeNotificationConfigurations", take="NotificationConfigurations", into="Topic",
             match="TopicARN", key="TopicARN", many=True),
    ),
    id=text("TopicARN"),
    identity=("topic_arn",),
    label="topic_arn",
    attributes={
        # several resources may share a topic, each with groups of its own
        "group_names":   set_of(as_text, "Topic[].AutoScalingGroupName", same=lambda want, have: want <= have),
        "notifications": set_of(as_text, "Topic[].NotificationType"),
        "topic_arn":     text("TopicARN"),
    },
    refs=(Ref("group_names[]", to="aws_autoscaling_group"), Ref("topic_arn", to="aws_sns_topic", by="arn")),
)

SCHEDULE = ResourceType(
    name="aws_autoscaling_schedule",
    service="autoscaling",
    # it is of a group, and ends with it
    list=Call(op="DescribeScheduledActions", take="ScheduledUpdateGroupActions",
              where=(Where("aws_autoscaling_group"),)),
    id=text("ScheduledActionName"),
    identity=("autoscaling_group_name", "scheduled_action_name"),
    import_id="join('/', [autoscaling_group_name, scheduled_action_name])",
    label="scheduled_action_name",
    computed={"arn": text("ScheduledActionARN")},
    attributes={
        "autoscaling_group_name": text("AutoScalingGroupName"),
        "desired_capacity":       number("DesiredCapacity", default=-1, zero_is_value=True),
        "end_time":               moment("EndTime", default=""),
        "max_size":               number("MaxSize", default=-1, zero_is_value=True),
        "min_size":               number("MinSize", default=-1, zero_is_value=True),
        "recurrence":             text("Recurrence", default=""),
        "scheduled_action_name":  text("ScheduledActionName"),
        # AWS moves that of a recurring action on to its next time
        "start_time":             moment("StartTime", same=lambda want, have: want is None,
                                       from_state=lambda v, i: None if i.get("recurrence") else times.moment(v)),
        "time_zone":              text("TimeZone", default=""),
    },
    parent=Parent("autoscaling_group_name", to="aws_autoscaling_group"),
)


DIMENSIONS = {"name": text("Name"), "value": text("Value")}
by_name = lambda element: element["name"]  # noqa: E731 - a key, said once
by_id = lambda element: element["id"]  # noqa: E731


def queries(at: str, **stat: Attr) -> Attr:
    """Metric math: what is asked of CloudWatch."""
    return blocks(at, {
        "expression":  text("Expression"),
        "id":          text("Id"),
        "label":       text("Label"),
        "return_data": flag("ReturnData", default=True),
        "metric_stat": block("MetricStat", {
            "stat":   text("Stat"),
            "unit":   text("Unit"),
            "metric": block("Metric", {
                "metric_name": text("MetricName"),
                "namespace":   text("Namespace"),
                "dimensions":  blocks("Dimensions", DIMENSIONS, key=by_name),
            }),
            **stat,
        }),
    }, key=by_id)


def predefined(at: str) -> Attr:
    """A metric that AWS has a name for."""
    return block(at, {
        "predefined_metric_type": text("PredefinedMetricType"),
        "resource_label":         text("ResourceLabel"),
    })


STEPS = {
    "metric_interval_lower_bound": number("MetricIntervalLowerBound"),
    "metric_interval_upper_bound": number("MetricIntervalUpperBound"),
    "scaling_adjustment":          number("ScalingAdjustment"),
}

POLICY = ResourceType(
    name="aws_autoscaling_policy",
    service="autoscaling",
    # it is of a group, and ends with it
    list=Call(op="DescribePolicies", take="ScalingPolicies", where=(Where("aws_autoscaling_group"),)),
    id=text("PolicyName"),
    identity=("autoscaling_group_name", "name"),
    import_id="join('/', [autoscaling_group_name, name])",
    label="name",
    computed={"arn": text("PolicyARN")},
    attributes={
        "adjustment_type":           text("AdjustmentType"),
        "autoscaling_group_name":    text("AutoScalingGroupName"),
        "cooldown":                  number("Cooldown", default=0),
        "enabled":                   flag("Enabled", default=True),
        "estimated_instance_warmup": number("EstimatedInstanceWarmup", default=0),
        "metric_aggregation_type":   text("MetricAggregationType", assigned=True),
        "min_adjustment_magnitude":  number("MinAdjustmentMagnitude", default=0),
        "name":                      text("PolicyName"),
        "policy_type":               text("PolicyType", default="SimpleScaling"),
        "scaling_adjustment":        number("ScalingAdjustment", default=0),
        "step_adjustment":           blocks("StepAdjustments", STEPS),
        "target_tracking_configuration": block("TargetTrackingConfiguration", {
            "disable_scale_in": flag("DisableScaleIn"),
            "target_value":     number("TargetValue"),
            "predefined_metric_specification": predefined("PredefinedMetricSpecification"),
            "customized_metric_specification": block("CustomizedMetricSpecification", {
                "metric_name":      text("MetricName"),
                "namespace":        text("Namespace"),
                "period":           number("Period", default=0),
                "statistic":        text("Statistic"),
                "unit":             text("Unit"),
                "metric_dimension": blocks("Dimensions", DIMENSIONS, key=by_name),
                "metrics":          queries("Metrics", period=number("Period", default=0)),
            }),
        }),
        "predictive_scaling_configuration": block("PredictiveScalingConfiguration", {
            "max_capacity_breach_behavior": text("MaxCapacityBreachBehavior", default="HonorMaxCapacity"),
            "max_capacity_buffer":          number("MaxCapacityBuffer", default=0),
            "mode":                         text("Mode", default="ForecastOnly"),
            "scheduling_buffer_time":       number("SchedulingBufferTime", default=0),
            "metric_specification":         block("MetricSpecifications[0]", {
                "target_value":                         number("TargetValue"),
                "predefined_load_metric_specification": predefined("PredefinedLoadMetricSpecification"),
                "predefined_metric_pair_specification": predefined("PredefinedMetricPairSpecification"),
                "predefined_scaling_metric_specification": predefined("PredefinedScalingMetricSpecification"),
                **{
                    f"customized_{name}_metric_specification": block(f"Customized{member}MetricSpecification", {
                        "metric_data_queries": queries("MetricDataQueries"),
                    })
                    for name, member in (("capacity", "Capacity"), ("load", "Load"), ("scaling", "Scaling"))
                },
            }),
        }),
    },
    owners=(Owner("starts_with(PolicyName, 'ECSManagedAutoScalingPolicy-')", "ECS"),),
    parent=Parent("autoscaling_group_name", to="aws_autoscaling_group"),
)

# AWS has no way to change a launch configuration: one made again under its name is all there is to see

MAPPED: Mapping[str, Attr] = {
    "delete_on_termination": flag("Ebs.DeleteOnTermination", default=True),
    "encrypted":             flag("Ebs.Encrypted", default=False),
    "iops":                  number("Ebs.Iops", default=0),
    "throughput":            number("Ebs.Throughput", default=0),
    "volume_size":           number("Ebs.VolumeSize", assigned=True),
    "volume_type":           text("Ebs.VolumeType", assigned=True),
}


EBS_MAPPED: Mapping[str, Attr] = {
    "device_name": text("DeviceName"),
    "no_device":   flag("NoDevice"),
    "snapshot_id": text("Ebs.SnapshotId", assigned=True),
    **MAPPED,
}
ROOTS = ("/dev/sda1", "/dev/xvda")
"""The names that are reserved for the root device (EC2 user guide, "Device names for volumes")."""


def _devices(fields: Mapping[str, Attr], *, root: bool) -> Callable[[Any, Any], Any]:
    """For `Attr.written`: the root device, or those that are none."""

    def written_(found: Any, item: Any) -> Any:
        devices = [device for device in found or () if (device.get("DeviceName") in ROOTS) is root]
        return written.value(blocks("@", fields), devices, item)

    return written_


def _all_there(want: Value, have: Value) -> bool:
    # the root device's name is the image's to tell: any of the mapped devices may be it
    there = [as_block(h) for h in as_tuple(have)]
    return all(any(all(w.get(k) == h.get(k) or w.get(k) in (None, 0) for k in w) for h in there)
               for w in map(as_block, as_tuple(want)))


LAUNCH_CONFIGURATION = ResourceType(
    name="aws_launch_configuration",
    service="autoscaling",
    either=(("user_data", "user_data_base64"),),
    list=Call(op="DescribeLaunchConfigurations", take="LaunchConfigurations"),
    id=text("LaunchConfigurationName"),
    label="name",
    computed={
        "arn": text("LaunchConfigurationARN"),
        "user_data_text": attr("UserData", user_data_plain, outside_schema=True),
    },
    attributes={
        "associate_public_ip_address": flag("AssociatePublicIpAddress", default=False),
        "ebs_optimized":               flag("EbsOptimized", default=False),
        "enable_monitoring":           flag("InstanceMonitoring.Enabled", default=True),
        "iam_instance_profile":        name_or_arn("IamInstanceProfile"),
        "image_id":                    text("ImageId"),
        "instance_type":               text("InstanceType"),
        "key_name":                    text("KeyName", default=""),
        "name":                        text("LaunchConfigurationName", assigned=True),
        "placement_tenancy":           text("PlacementTenancy"),
        "security_groups":             set_of(as_text, "SecurityGroups"),
        "spot_price":                  number("SpotPrice"),
        "user_data":                   attr("UserData", user_data_hash, from_state=user_data_text, sensitive=True,
                                            same=lambda want, have: want is None),
        "user_data_base64":            attr("UserData", user_data_hash, from_state=user_data_text_base64,
                                            sensitive=True, same=lambda want, have: want is None),
        "ebs_block_device":            blocks("BlockDeviceMappings[?Ebs || NoDevice]", EBS_MAPPED,
                                              key=lambda device: device["device_name"], same=_all_there,
                                              written=_devices(EBS_MAPPED, root=False)),
        "ephemeral_block_device":      blocks("BlockDeviceMappings[?VirtualName]", {
            "device_name":  text("DeviceName"),
            "no_device":    flag("NoDevice"),
            "virtual_name": text("VirtualName"),
        }, key=lambda device: device["device_name"]),
        "metadata_options":            block("MetadataOptions", {
            "http_endpoint":               text("HttpEndpoint", default="enabled"),
            "http_put_response_hop_limit": number("HttpPutResponseHopLimit", default=0),
            "http_tokens":                 text("HttpTokens", default="optional"),
        }, assigned=True),
        "root_block_device":           blocks("BlockDeviceMappings[?Ebs]", MAPPED, same=_all_there,
                                              written=_devices(MAPPED, root=True)),
    },
    ignored={"name_prefix": "only read when the configuration is created"},
    refs=(
        Ref("image_id", to="aws_ami"),
        Ref("key_name", to="aws_key_pair", by="key_name"),
        Ref("security_groups[]", to="aws_security_group"),
        Ref("iam_instance_profile", to="aws_iam_instance_profile", by="name"),
    ),
)

"""Application Auto Scaling: what scales services, tables, functions and clusters."""

from __future__ import annotations

from drift.provider.kinds import block, blocks, flag, moment, number, text
from drift.provider.spec import Attr, Call, ChangedBy, Ref, ResourceType, Where
from drift.providers.aws.kinds import schedule, tags
from drift.providers.aws.types.autoscaling import STEPS, by_name, predefined, queries, scheduled

NAMESPACES = (
    "appstream", "cassandra", "comprehend", "custom-resource", "dynamodb", "ec2", "ecs", "elasticache",
    "elasticmapreduce", "kafka", "lambda", "neptune", "rds", "sagemaker", "workspaces",
)
TARGET_OF = ("service_namespace", "resource_id", "scalable_dimension")


def everywhere(op: str, take: str, *, scaled: bool = False) -> tuple[Call, ...]:
    """One listing for each namespace: the API asks for it, and refuses one that the region does not have.

    `scaled`: only where the namespace has a target. A policy or an action cannot be without one: both take a registered
    target, and end with it (DeregisterScalableTarget).
    """
    return tuple(
        Call(op=op, take=take, args={"ServiceNamespace": namespace}, absent=frozenset({"ValidationException"}),
             where=(Where("aws_appautoscaling_target", f"ServiceNamespace == '{namespace}'"),) if scaled else ())
        for namespace in NAMESPACES
    )


def scaling(namespace: str) -> tuple[Call, ...]:
    """What Application Auto Scaling may move: one call each for all of a namespace, made where a capacity differs."""
    return tuple(
        Call(op=op, service="application-autoscaling", take=take, args={"ServiceNamespace": namespace}, into=take,
             absent=frozenset({"ValidationException"}))
        for op, take in (
            ("DescribeScalableTargets", "ScalableTargets"),
            ("DescribeScalingPolicies", "ScalingPolicies"),
            ("DescribeScheduledActions", "ScheduledActions"),
        )
    )


def scaled(resource: str, dimension: str) -> tuple[ChangedBy, ...]:
    """Application Auto Scaling by a policy or a schedule of its own; `resource` is JMESPath for the id it knows it by."""

    def own(section: str) -> str:
        return f"of({section}, 'ResourceId', {resource})[?ScalableDimension == '{dimension}']"

    return (
        ChangedBy(who="Application Auto Scaling", when=f"{own('ScalingPolicies')} || {own('ScheduledActions')}",
              within=f"{own('ScalableTargets')}.{{low: MinCapacity, high: MaxCapacity}}"),
    )


def bound(member: str) -> Attr:
    """The least or the most: a scheduled action moves it, and only to what the action says."""
    return number(member, changed_by=(scheduled("Actions[].ScalableTargetAction", member),))


TARGET = ResourceType(
    name="aws_appautoscaling_target",
    owner_tags=False,
    service="application-autoscaling",
    list=everywhere("DescribeScalableTargets", "ScalableTargets"),
    describe=(
        Call(op="DescribeScheduledActions", take="ScheduledActions", into="Actions", many=True,
             bind={"ServiceNamespace": "ServiceNamespace"}, match="to_string([ResourceId, ScalableDimension])",
             key="to_string([ResourceId, ScalableDimension])"),
        # one call for each target: tags have no batch form
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceARN": "ScalableTargetARN"},
             gone=frozenset({"ResourceNotFoundException", "ObjectNotFoundException"})),
    ),
    id=text("ResourceId"),
    identity=TARGET_OF,
    import_id=f"join('/', [{', '.join(TARGET_OF)}])",
    label="resource_id",
    computed={"arn": text("ScalableTargetARN")},
    attributes={
        "max_capacity":       bound("MaxCapacity"),
        "min_capacity":       bound("MinCapacity"),
        "resource_id":        text("ResourceId"),
        "role_arn":           text("RoleARN", assigned=True),
        "scalable_dimension": text("ScalableDimension"),
        "service_namespace":  text("ServiceNamespace"),
        "suspended_state":    block("SuspendedState", {
            "dynamic_scaling_in_suspended":  flag("DynamicScalingInSuspended"),
            "dynamic_scaling_out_suspended": flag("DynamicScalingOutSuspended"),
            "scheduled_scaling_suspended":   flag("ScheduledScalingSuspended"),
        }, same_for_all=True),
        "tags":               tags("Tags"),
    },
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
)

POLICY = ResourceType(
    name="aws_appautoscaling_policy",
    service="application-autoscaling",
    list=everywhere("DescribeScalingPolicies", "ScalingPolicies", scaled=True),
    id=text("PolicyName"),
    identity=(*TARGET_OF, "name"),
    import_id=f"join('/', [{', '.join(TARGET_OF)}, name])",
    label="name",
    computed={"arn": text("PolicyARN")},
    attributes={
        "name":               text("PolicyName"),
        "policy_type":        text("PolicyType", default="StepScaling"),
        "resource_id":        text("ResourceId"),
        "scalable_dimension": text("ScalableDimension"),
        "service_namespace":  text("ServiceNamespace"),
        "step_scaling_policy_configuration": block("StepScalingPolicyConfiguration", {
            "adjustment_type":          text("AdjustmentType"),
            "cooldown":                 number("Cooldown", default=0),
            "metric_aggregation_type":  text("MetricAggregationType", default="Average"),
            "min_adjustment_magnitude": number("MinAdjustmentMagnitude", default=0),
            "step_adjustment":          blocks("StepAdjustments", STEPS),
        }),
        "target_tracking_scaling_policy_configuration": block("TargetTrackingScalingPolicyConfiguration", {
            "disable_scale_in":   flag("DisableScaleIn"),
            "scale_in_cooldown":  number("ScaleInCooldown", default=0),
            "scale_out_cooldown": number("ScaleOutCooldown", default=0),
            "target_value":       number("TargetValue"),
            "predefined_metric_specification": predefined("PredefinedMetricSpecification"),
            "customized_metric_specification": block("CustomizedMetricSpecification", {
                "metric_name": text("MetricName"),
                "namespace":   text("Namespace"),
                "statistic":   text("Statistic"),
                "unit":        text("Unit"),
                "dimensions":  blocks("Dimensions", {"name": text("Name"), "value": text("Value")}, key=by_name),
                "metrics":     queries("Metrics"),
            }),
        }),
    },
)

SCHEDULED_ACTION = ResourceType(
    name="aws_appautoscaling_scheduled_action",
    importable=False,
    service="application-autoscaling",
    list=everywhere("DescribeScheduledActions", "ScheduledActions", scaled=True),
    id=text("ScheduledActionName"),
    identity=(*TARGET_OF, "name"),
    import_id=f"join('/', [{', '.join(TARGET_OF)}, name])",
    label="name",
    computed={"arn": text("ScheduledActionARN")},
    attributes={
        "end_time":               moment("EndTime"),
        "name":                   text("ScheduledActionName"),
        "resource_id":            text("ResourceId"),
        "scalable_dimension":     text("ScalableDimension"),
        "schedule":               schedule("Schedule"),
        "service_namespace":      text("ServiceNamespace"),
        "start_time":             moment("StartTime"),
        "timezone":               text("Timezone", default="UTC"),
        "scalable_target_action": block("ScalableTargetAction", {
            "max_capacity": number("MaxCapacity"),
            "min_capacity": number("MinCapacity"),
        }),
    },
)

"""AWS Batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize.values import document as as_document
from drift.normalize.values import number as as_number
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, block, blocks, flag, mapping, number, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.provider.written import as_found
from drift.providers.aws.kinds import name_of_arn, name_or_arn, tags
from drift.providers.aws.normalize.names import last_of_arn
from drift.providers.aws.normalize.tags import tag_map

REVISION = "a revision never changes: Batch registers another"


def size(at: str) -> Attr:
    """A number of which the provider writes 0 where nobody set it and Batch chooses."""
    return attr(at, lambda value: as_number(value) or None, assigned=True)


def unchanging(at: str) -> Attr:
    """What a revision was registered with: there to be read, but nobody can change it."""
    return attr(at, as_document, same=lambda _want, _have: True)


def _in_order(value: Any) -> Value:
    """Names of environments: of the order AWS answers, or of a plain list."""
    elements = [e if isinstance(e, Mapping) else {"order": n, "computeEnvironment": e} for n, e in enumerate(value or ())]
    return tuple(last_of_arn(e["computeEnvironment"]) for e in sorted(elements, key=lambda e: e["order"]))


def _arns_in_order(value: Any, _: Any) -> list[str]:
    """What the first version of the argument lists."""
    return [e["computeEnvironment"] for e in sorted(value or (), key=lambda e: e["order"])]


def _upper(value: Any) -> str | None:
    return str(value).upper() if value else None


COMPUTE_ENVIRONMENT = ResourceType(
    name="aws_batch_compute_environment",
    service="batch",
    list=Call(op="DescribeComputeEnvironments", take="computeEnvironments"),
    exists="status != 'DELETED' && status != 'DELETING'",
    id=name_of_arn("computeEnvironmentName"),
    identity=("compute_environment_name",),
    import_id="compute_environment_name",
    label="compute_environment_name",
    computed={"arn": text("computeEnvironmentArn"), "ecs_cluster_arn": text("ecsClusterArn")},
    attributes={
        "compute_environment_name": text("computeEnvironmentName", assigned=True),
        "service_role":             name_or_arn("serviceRole", assigned=True),
        "state":                    attr("state", _upper, default="ENABLED"),
        "tags":                     tags("tags"),
        "type":                     attr("type", _upper),
        "compute_resources":        block("computeResources", {
            "allocation_strategy": text("allocationStrategy", assigned=True),
            "bid_percentage":      size("bidPercentage"),
            "ec2_key_pair":        text("ec2KeyPair"),
            "image_id":            text("imageId"),
            "instance_role":       name_or_arn("instanceRole"),
            "instance_type":       set_of(as_text, "instanceTypes"),
            "max_vcpus":           number("maxvCpus"),
            "min_vcpus":           number("minvCpus", default=0),
            "placement_group":     text("placementGroup"),
            "security_group_ids":  set_of(as_text, "securityGroupIds"),
            "spot_iam_fleet_role": name_or_arn("spotIamFleetRole"),
            "subnets":             set_of(as_text, "subnets"),
            "tags":                attr("tags", tag_map),
            "type":                attr("type", _upper),
            "ec2_configuration":   blocks("ec2Configuration", {
                "image_id_override": text("imageIdOverride", assigned=True),
                "image_type":        text("imageType", assigned=True),
            }, ordered=True, assigned=True),
            "launch_template":     block("launchTemplate", {
                "launch_template_id":   text("launchTemplateId"),
                "launch_template_name": text("launchTemplateName"),
                "version":              text("version", assigned=True),
            }),
        }),
        "eks_configuration":        block("eksConfiguration", {
            "eks_cluster_arn":      text("eksClusterArn"),
            "kubernetes_namespace": text("kubernetesNamespace"),
        }),
        "update_policy":            block("updatePolicy", {
            "job_execution_timeout_minutes": number("jobExecutionTimeoutMinutes"),
            "terminate_jobs_on_update":      flag("terminateJobsOnUpdate"),
        }, assigned=True),
    },
    ignored={
        "compute_environment_name_prefix":  "only read when the environment is created",
        "compute_resources.desired_vcpus":  "Batch changes it as jobs come and go",
    },
    refs=(
        Ref("service_role", to="aws_iam_role", by="arn"),
        Ref("compute_resources.instance_role", to="aws_iam_instance_profile", by="arn"),
        Ref("compute_resources.subnets[]", to="aws_subnet"),
        Ref("compute_resources.security_group_ids[]", to="aws_security_group"),
        Ref("compute_resources.launch_template.launch_template_id", to="aws_launch_template"),
        Ref("eks_configuration.eks_cluster_arn", to="aws_eks_cluster", by="arn"),
    ),
    creates=(Ref("ecs_cluster_arn", to="aws_ecs_cluster", by="arn"),),  # Batch makes one for each environment
)

JOB_QUEUE = ResourceType(
    name="aws_batch_job_queue",
    either=(("compute_environments", "compute_environment_order"),),  # what version 5 imports; later ones have the second alone
    service="batch",
    list=Call(op="DescribeJobQueues", take="jobQueues"),
    exists="status != 'DELETED' && status != 'DELETING'",
    id=text("jobQueueArn"),
    identity=("name",),
    import_id="arn",
    label="name",
    computed={"arn": text("jobQueueArn")},
    attributes={
        "name":                        text("jobQueueName"),
        "priority":                    number("priority"),
        "scheduling_policy_arn":       text("schedulingPolicyArn"),
        "state":                       attr("state", _upper),
        "tags":                        tags("tags"),
        # two ways to say the same: the other one is recorded as empty
        "compute_environments":        attr("computeEnvironmentOrder", _in_order, assigned=True, written=_arns_in_order),
        "compute_environment_order":   blocks("computeEnvironmentOrder", {
            "compute_environment": name_of_arn("computeEnvironment", written=as_found),
            "order":               number("order"),
        }, key=lambda b: b["order"], assigned=True),
        "job_state_time_limit_action": blocks("jobStateTimeLimitActions", {
            "action":           text("action"),
            "max_time_seconds": number("maxTimeSeconds"),
            "reason":           text("reason"),
            "state":            text("state"),
        }),
    },
    refs=(Ref("compute_environment_order[].compute_environment", to="aws_batch_compute_environment",
              by="compute_environment_name"),),
)

JOB_DEFINITION = ResourceType(
    name="aws_batch_job_definition",
    not_imported=frozenset({"deregister_on_new_revision"}),
    service="batch",
    list=Call(op="DescribeJobDefinitions", take="jobDefinitions", args={"status": "ACTIVE"}),
    id=text("jobDefinitionArn"),
    identity=("arn",),
    import_id="arn",
    label="name",
    versions=("name", "revision"),
    computed={"arn": text("jobDefinitionArn"), "revision": number("revision")},
    attributes={
        "name":                  text("jobDefinitionName"),
        "type":                  text("type"),
        "container_properties":  unchanging("containerProperties"),
        "ecs_properties":        unchanging("ecsProperties"),
        "node_properties":       unchanging("nodeProperties"),
        "parameters":            mapping("parameters"),
        "platform_capabilities": set_of(as_text, "platformCapabilities", assigned=True),
        "propagate_tags":        flag("propagateTags"),
        "scheduling_priority":   number("schedulingPriority", default=0),
        "tags":                  tags("tags"),
        "retry_strategy":        block("retryStrategy", {
            "attempts":         size("attempts"),
            "evaluate_on_exit": blocks("evaluateOnExit", {
                "action":           attr("action", _upper),
                "on_exit_code":     text("onExitCode"),
                "on_reason":        text("onReason"),
                "on_status_reason": text("onStatusReason"),
            }, ordered=True),
        }, assigned=True),
        "timeout":               block("timeout", {
            "attempt_duration_seconds": number("attemptDurationSeconds", default=0),
        }),
    },
    ignored={
        "deregister_on_new_revision": "an instruction to Terraform",
        "eks_properties":             REVISION,
    },
)

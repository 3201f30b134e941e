"""Changes that somebody may make, as AWS itself shows: told with their reason, and never where the proof is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.diff.expect import movers
from drift.model.drift import Report
from drift.normalize.values import later_minor
from drift.provider.api import Refused
from drift.provider.installed import installed
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import REGION, lines, run

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main"
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/main/web"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web"
STATE = {
    "aws_ecs_service.web": {
        "id": SERVICE, "name": "web", "cluster": CLUSTER, "desired_count": 2, "task_definition": f"{TASK}:3",
        "scheduling_strategy": "REPLICA", "propagate_tags": "NONE", "enable_execute_command": False,
    }
}  # fmt: skip


def service(**more: Any) -> dict[str, Any]:
    there = {
        "serviceArn": SERVICE, "serviceName": "web", "clusterArn": CLUSTER, "status": "ACTIVE", "desiredCount": 2,
        "taskDefinition": f"{TASK}:3", "schedulingStrategy": "REPLICA", "propagateTags": "NONE", **more,
    }  # fmt: skip
    return {
        "ecs:ListClusters": {"clusterArns": [CLUSTER]},
        "ecs:DescribeClusters": {"clusters": [{"clusterArn": CLUSTER, "clusterName": "main", "status": "ACTIVE"}]},
        "ecs:ListServices": {"serviceArns": [SERVICE]},
        "ecs:DescribeServices": {"services": [there]},
    }


OWN = {"ServiceNamespace": "ecs", "ResourceId": "service/main/web", "ScalableDimension": "ecs:service:DesiredCount"}
TARGETS = {
    "application-autoscaling:DescribeScalableTargets": {
        "ScalableTargets": [{**OWN, "MinCapacity": 1, "MaxCapacity": 6, "RoleARN": "r", "CreationTime": NOW}]
    }
}
POLICIES = {
    "application-autoscaling:DescribeScalingPolicies": {
        "ScalingPolicies": [
            {**OWN, "PolicyName": "cpu", "PolicyARN": "p", "PolicyType": "TargetTrackingScaling", "CreationTime": NOW}
        ]
    }
}
UNTOLD = (
    "unread aws_ecs_service.web desired_count application-autoscaling:DescribeScalingPolicies AccessDeniedException"
)
DENIED = {"application-autoscaling:DescribeScalingPolicies": lambda _: Refused("AccessDeniedException")}


def checked(tmp_path: Path, state: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any], *only: str) -> Report:
    return run(write_state(state, tmp_path / "s.tfstate"), MadeApi(answers), only=only)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (service(desiredCount=5) | TARGETS | POLICIES, ["expected aws_ecs_service.web desired_count"]),
        (service(desiredCount=9) | TARGETS | POLICIES, ["modified aws_ecs_service.web desired_count"]),
        (service(desiredCount=5) | TARGETS, ["modified aws_ecs_service.web desired_count"]),
        (service(desiredCount=5) | POLICIES, ["modified aws_ecs_service.web desired_count"]),
        (service(desiredCount=5), ["modified aws_ecs_service.web desired_count"]),
        (service(desiredCount=5) | TARGETS | DENIED, [UNTOLD]),
        (service(taskDefinition=f"{TASK}:4"), ["modified aws_ecs_service.web task_definition"]),
        (
            service(taskDefinition=f"{TASK}:4", deploymentController={"type": "CODE_DEPLOY"}),
            ["expected aws_ecs_service.web task_definition"],
        ),
        (
            service(taskDefinition=f"{TASK}-other:4", deploymentController={"type": "CODE_DEPLOY"}),
            ["modified aws_ecs_service.web task_definition"],
        ),
    ],
)
def test_services(answers: Mapping[str, Any], said: list[str], tmp_path: Path) -> None:
    assert lines(checked(tmp_path, STATE, answers, "aws_ecs_service")) == said


def test_the_reason_is_told_and_the_resource_counts_as_in_sync(tmp_path: Path) -> None:
    report = checked(tmp_path, STATE, service(desiredCount=5) | TARGETS | POLICIES, "aws_ecs_service")

    ((change,),) = (a.changes for a in report.expected)
    assert (change.desired, change.actual) == (2, 5)
    assert change.reason == "by Application Auto Scaling, between 1 and 6"
    assert (report.managed, report.in_sync, report.drift) == (1, 1, ())


def test_what_else_changed_is_drift(tmp_path: Path) -> None:
    answers = service(desiredCount=5, enableExecuteCommand=True) | TARGETS | POLICIES

    assert lines(checked(tmp_path, STATE, answers, "aws_ecs_service")) == [
        "expected aws_ecs_service.web desired_count",
        "modified aws_ecs_service.web enable_execute_command",
    ]


def test_nobody_is_asked_about_what_did_not_change(tmp_path: Path) -> None:
    api = MadeApi(service() | TARGETS | POLICIES)
    run(write_state(STATE, tmp_path / "s.tfstate"), api, only=("aws_ecs_service",))

    assert api.counts["application-autoscaling"] == 0


GROUP = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:1:autoScalingGroupName/web"
GROUP_STATE = {
    "aws_autoscaling_group.web": {
        "id": "web", "name": "web", "arn": GROUP, "min_size": 1, "max_size": 4, "desired_capacity": 2,
        "default_cooldown": 300, "health_check_type": "EC2", "health_check_grace_period": 0,
        "suspended_processes": [],
    }
}  # fmt: skip


def group(**more: Any) -> dict[str, Any]:
    there = {
        "AutoScalingGroupName": "web", "AutoScalingGroupARN": GROUP, "MinSize": 1, "MaxSize": 4, "DesiredCapacity": 3,
        "DefaultCooldown": 300, "AvailabilityZones": [], "HealthCheckType": "EC2", "HealthCheckGracePeriod": 0,
        "CreatedTime": NOW, **more,
    }  # fmt: skip
    return {"autoscaling:DescribeAutoScalingGroups": {"AutoScalingGroups": [there]}}


POLICY = {
    "autoscaling:DescribePolicies": {
        "ScalingPolicies": [{"AutoScalingGroupName": "web", "PolicyName": "cpu", "Enabled": True}]
    }
}
OFF = {
    "autoscaling:DescribePolicies": {
        "ScalingPolicies": [{"AutoScalingGroupName": "web", "PolicyName": "cpu", "Enabled": False}]
    }
}
NIGHT = {
    "autoscaling:DescribeScheduledActions": {
        "ScheduledUpdateGroupActions": [
            {"AutoScalingGroupName": "web", "ScheduledActionName": "night", "MinSize": 0, "DesiredCapacity": 0}
        ]
    }
}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (group() | POLICY, ["expected aws_autoscaling_group.web desired_capacity"]),
        (group() | OFF, ["modified aws_autoscaling_group.web desired_capacity"]),
        (group(), ["modified aws_autoscaling_group.web desired_capacity"]),
        (
            group(SuspendedProcesses=[{"ProcessName": "AlarmNotification"}]) | POLICY,
            ["modified aws_autoscaling_group.web desired_capacity,suspended_processes"],
        ),
        (group(MinSize=0, DesiredCapacity=0) | NIGHT, ["expected aws_autoscaling_group.web desired_capacity,min_size"]),
        (
            group(MinSize=3) | NIGHT,
            ["expected aws_autoscaling_group.web desired_capacity", "modified aws_autoscaling_group.web min_size"],
        ),
    ],
)
def test_groups(answers: Mapping[str, Any], said: list[str], tmp_path: Path) -> None:
    assert lines(checked(tmp_path, GROUP_STATE, answers, "aws_autoscaling_group")) == said


def concurrency(requested: int, resource: str) -> dict[str, Any]:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f:live"
    own = {"ServiceNamespace": "lambda", "ResourceId": resource, "CreationTime": NOW,
           "ScalableDimension": "lambda:function:ProvisionedConcurrency"}  # fmt: skip
    policy = {"PolicyName": "p", "PolicyARN": "p", "PolicyType": "TargetTrackingScaling"}
    return {
        "lambda:ListFunctions": {"Functions": [{"FunctionName": "f", "FunctionArn": arn.removesuffix(":live")}]},
        "lambda:ListProvisionedConcurrencyConfigs": {
            "ProvisionedConcurrencyConfigs": [
                {"FunctionArn": arn, "RequestedProvisionedConcurrentExecutions": requested, "Status": "READY"}
            ]
        },
        "application-autoscaling:DescribeScalableTargets": {
            "ScalableTargets": [{**own, "MinCapacity": 1, "MaxCapacity": 10, "RoleARN": "r"}]
        },
        "application-autoscaling:DescribeScalingPolicies": {"ScalingPolicies": [{**own, **policy}]},
    }


@pytest.mark.parametrize(
    ("requested", "resource", "kind"),
    [(7, "function:f:live", "expected"), (70, "function:f:live", "modified"), (7, "function:f:other", "modified")],
)
def test_concurrency(requested: int, resource: str, kind: str, tmp_path: Path) -> None:
    type_ = "aws_lambda_provisioned_concurrency_config"
    state = {
        f"{type_}.live": {
            "id": "f,live", "function_name": "f", "qualifier": "live", "provisioned_concurrent_executions": 2,
        }
    }  # fmt: skip

    assert lines(checked(tmp_path, state, concurrency(requested, resource), type_)) == [
        f"{kind} {type_}.live provisioned_concurrent_executions"
    ]


@pytest.mark.parametrize(
    ("recorded", "actual", "minor"),
    [
        ("14.7", "14.9", True),
        ("14.9", "14.10", True),
        ("14.9", "14.7", False),
        ("14.7", "15.1", False),
        ("8.0.32", "8.0.36", True),
        ("8.0.36", "8.4.0", False),
        ("5.7.mysql_aurora.2.11.1", "5.7.mysql_aurora.2.11.4", True),
        ("8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.1", False),
        ("19.0.0.0.ru-2023-10.rur-2023-10.r1", "19.0.0.0.ru-2024-01.rur-2024-01.r1", True),
        ("15.00.4236.7.v1", "15.00.4322.2.v1", True),
        ("7.0.7", "7.1.0", False),
        (None, "14.7", False),
    ],
)
def test_later_minor_versions(recorded: str | None, actual: str, minor: bool) -> None:
    assert later_minor(recorded, actual) is minor


def test_a_mover_is_found_by_the_path_of_a_change() -> None:
    table = installed()["aws_dynamodb_table"].attributes

    assert movers(table, "read_capacity")[0]
    assert movers(table, "global_secondary_index[by.status].write_capacity")[1] == "by.status"
    assert movers(table, "global_secondary_index[by.status].write_capacity")[0]
    assert movers(table, "global_secondary_index") == ((), "")
    assert movers(table, "tags.read_capacity") == ((), "")


GROUPS = [f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{colour}/1" for colour in ("blue", "green")]
BALANCER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:loadbalancer/app/web/1"
LISTENER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/web/1/2"


def forward(group: str) -> dict[str, Any]:
    return {"Type": "forward", "TargetGroupArn": group, "Order": 1,
            "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group, "Weight": 1}]}}  # fmt: skip


def rolled_out(behind: str, listens: str, *, controller: str = "CODE_DEPLOY") -> dict[str, Any]:
    """A service behind one target group, and a listener that leads to one; both were at the blue one."""
    balanced = {"targetGroupArn": behind, "containerName": "web", "containerPort": 80}
    return service(loadBalancers=[balanced], deploymentController={"type": controller}) | {
        "elbv2:DescribeLoadBalancers": {
            "LoadBalancers": [{"LoadBalancerArn": BALANCER, "LoadBalancerName": "web", "Type": "application",
                               "Scheme": "internal", "VpcId": "vpc-1", "State": {"Code": "active"}}]
        },
        "elbv2:DescribeListeners": {
            "Listeners": [{"ListenerArn": LISTENER, "LoadBalancerArn": BALANCER, "Port": 80, "Protocol": "HTTP",
                           "DefaultActions": [forward(listens)]}]
        },
    }  # fmt: skip


BLUE = {
    "aws_ecs_service.web": {
        **STATE["aws_ecs_service.web"], "deployment_controller": [{"type": "CODE_DEPLOY"}],
        "load_balancer": [{"container_name": "web", "container_port": 80, "elb_name": "", "target_group_arn": GROUPS[0]}],
    },
    "aws_lb_listener.web": {
        "id": LISTENER, "arn": LISTENER, "load_balancer_arn": BALANCER, "port": 80, "protocol": "HTTP",
        "default_action": [{"type": "forward", "order": 1, "target_group_arn": GROUPS[0], "forward": []}],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("there", "kinds"),
    [
        (rolled_out(GROUPS[0], GROUPS[0]), []),
        (rolled_out(GROUPS[1], GROUPS[1]), ["expected", "expected"]),
        (rolled_out(GROUPS[0], GROUPS[1]), ["modified"]),
        (rolled_out(GROUPS[1], "elsewhere"), ["expected", "modified"]),
        (rolled_out(GROUPS[1], GROUPS[1], controller="ECS"), ["modified", "modified"]),
    ],
    ids=["untouched", "rolled out", "only the listener", "the listener to another group", "nobody may"],
)
def test_what_a_deployment_moves_together_is_expected_together(
    there: Mapping[str, Any], kinds: list[str], tmp_path: Path
) -> None:
    said = lines(checked(tmp_path, BLUE, there, "aws_ecs_service", "aws_lb_listener"))

    assert [line.split()[0] for line in said] == kinds

"""Ways to more rights: every known set of actions is found, also through wildcards, and no harmless one is."""

from __future__ import annotations

from typing import Any

import pytest

from drift.providers.aws.policy import ESCALATIONS, Grants, difference, paths
from drift.providers.aws.policy.actions import known
from drift.providers.aws.policy.escalations import by_actions
from tests.providers.aws.policy.test_cases import policy

PROWLER = """
iam:* | iam:Put* | iam:CreatePolicyVersion | iam:SetDefaultPolicyVersion | iam:CreateAccessKey
iam:CreateLoginProfile | iam:UpdateLoginProfile | iam:AttachUserPolicy | iam:AttachGroupPolicy | iam:AttachRolePolicy
iam:PutGroupPolicy | iam:PutRolePolicy | iam:PutUserPolicy | iam:AddUserToGroup | iam:UpdateAssumeRolePolicy
iam:CreateAccessKey iam:DeleteAccessKey | iam:AttachUserPolicy iam:CreateAccessKey
iam:CreateAccessKey iam:PutUserPolicy | iam:AttachRolePolicy iam:UpdateAssumeRolePolicy
iam:CreatePolicyVersion iam:UpdateAssumeRolePolicy | iam:PutRolePolicy iam:UpdateAssumeRolePolicy
iam:AttachRolePolicy sts:AssumeRole | iam:PutRolePolicy sts:AssumeRole | iam:UpdateAssumeRolePolicy sts:AssumeRole
iam:CreatePolicyVersion sts:AssumeRole | iam:PassRole ec2:RunInstances | iam:PassRole ec2:RequestSpotInstances
ec2:ModifyInstanceAttribute ec2:StartInstances ec2:StopInstances
ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate | ec2-instance-connect:SendSSHPublicKey ec2:DescribeInstances
iam:PassRole lambda:CreateFunction lambda:InvokeFunction
iam:PassRole lambda:CreateEventSourceMapping lambda:CreateFunction
iam:PassRole dynamodb:CreateTable dynamodb:PutItem lambda:CreateEventSourceMapping lambda:CreateFunction
iam:PassRole lambda:AddPermission lambda:CreateFunction | lambda:UpdateFunctionCode
lambda:UpdateFunctionConfiguration | lambda:InvokeFunction lambda:UpdateFunctionCode
lambda:AddPermission lambda:UpdateFunctionCode | iam:PassRole glue:CreateDevEndpoint | glue:UpdateDevEndpoint
iam:PassRole glue:CreateJob glue:StartJobRun | iam:PassRole glue:CreateJob glue:CreateTrigger
iam:PassRole glue:StartJobRun glue:UpdateJob | iam:PassRole glue:CreateTrigger glue:UpdateJob
iam:PassRole cloudformation:CreateStack | cloudformation:UpdateStack
iam:PassRole cloudformation:CreateStackInstances cloudformation:CreateStackSet
iam:PassRole cloudformation:UpdateStackSet | cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet
iam:PassRole datapipeline:ActivatePipeline datapipeline:CreatePipeline datapipeline:PutPipelineDefinition
iam:PassRole codestar:CreateProject | iam:PassRole codebuild:CreateProject codebuild:StartBuild
iam:PassRole codebuild:CreateProject codebuild:StartBuildBatch | codebuild:StartBuild | codebuild:StartBuildBatch
iam:PassRole autoscaling:CreateAutoScalingGroup autoscaling:CreateLaunchConfiguration
iam:PassRole autoscaling:CreateLaunchConfiguration autoscaling:UpdateAutoScalingGroup
iam:PassRole ecs:CreateService ecs:RegisterTaskDefinition | iam:PassRole ecs:RegisterTaskDefinition ecs:RunTask
iam:PassRole ecs:RegisterTaskDefinition ecs:StartTask
iam:PassRole ecs:DeregisterContainerInstance ecs:RegisterContainerInstance ecs:StartTask | iam:PassRole ecs:RunTask
ecs:DescribeTasks ecs:ExecuteCommand | iam:PassRole sagemaker:CreateNotebookInstance
iam:PassRole sagemaker:CreateTrainingJob | iam:PassRole sagemaker:CreateProcessingJob
sagemaker:CreatePresignedNotebookInstanceUrl
sagemaker:CreateNotebookInstanceLifecycleConfig sagemaker:StartNotebookInstance sagemaker:StopNotebookInstance sagemaker:UpdateNotebookInstance
ssm:StartSession | ssm:SendCommand | iam:PassRole apprunner:CreateService | apprunner:UpdateService
iam:PassRole bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:InvokeCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession
bedrock-agentcore:InvokeCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession
bedrock-agentcore:InvokeAgentRuntimeCommand
iam:PassRole bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:CreateAgentRuntimeEndpoint bedrock-agentcore:CreateWorkloadIdentity bedrock-agentcore:InvokeAgentRuntimeCommand
iam:PassRole bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:CreateAgentRuntimeEndpoint bedrock-agentcore:CreateHarness bedrock-agentcore:CreateWorkloadIdentity bedrock-agentcore:GetAgentRuntime bedrock-agentcore:InvokeAgentRuntimeCommand
bedrock-agentcore:ConnectBrowserAutomationStream bedrock-agentcore:StartBrowserSession
iam:PassRole bedrock-agentcore:ConnectBrowserAutomationStream bedrock-agentcore:CreateBrowser bedrock-agentcore:StartBrowserSession
iam:PassRole batch:RegisterJobDefinition batch:SubmitJob | batch:SubmitJob | iam:PassRole braket:CreateJob
codedeploy:CreateDeployment codedeploy:GetDeploymentConfig codedeploy:RegisterApplicationRevision
iam:PassRole cognito-identity:SetIdentityPoolRoles | iam:PassRole ecs:StartTask
iam:PassRole elasticmapreduce:RunJobFlow | iam:PassRole emr-serverless:CreateApplication emr-serverless:StartJobRun
iam:PassRole gamelift:CreateBuild gamelift:CreateFleet gamelift:RequestUploadCredentials
iam:PassRole glue:CreateSession glue:RunStatement
iam:PassRole imagebuilder:CreateComponent imagebuilder:CreateImage imagebuilder:CreateImageRecipe imagebuilder:CreateInfrastructureConfiguration
iam:PassRole kinesisanalytics:CreateApplication kinesisanalytics:StartApplication
iam:PassRole omics:CreateWorkflow omics:StartRun s3:GetObject | iam:PassRole scheduler:CreateSchedule
iam:PassRole ssm:CreateDocument ssm:StartAutomationExecution
iam:PassRole states:CreateStateMachine states:StartExecution | states:StartExecution states:UpdateStateMachine
iam:DeleteUserPermissionsBoundary | iam:DeleteRolePermissionsBoundary sts:AssumeRole
sso:AttachManagedPolicyToPermissionSet sso:CreateAccountAssignment sso:CreatePermissionSet
sso:AttachManagedPolicyToPermissionSet | sso:PutInlinePolicyToPermissionSet
"""


def _prowler() -> list[tuple[str, ...]]:
    return [tuple(one.split()) for line in PROWLER.strip().splitlines() for one in line.split("|")]


def allowing(*actions: str, **more: Any) -> Grants:
    return Grants([policy({"Action": list(actions), **more})])


def test_all_of_prowlers_combinations_are_here() -> None:
    """The 101 combinations of Prowler 5.46 (`privilege_escalation.py`)."""
    every = _prowler()

    assert len(every) == 101
    assert [actions for actions in every if not paths(allowing(*actions))] == []


@pytest.mark.parametrize("actions", [tuple(e.actions) for e in ESCALATIONS], ids=lambda a: "+".join(a))
def test_each_way_is_found_and_only_whole(actions: tuple[str, ...]) -> None:
    found = paths(allowing(*actions))
    shortest = [p for p in found if set(p.escalation.actions) <= set(actions)]

    assert shortest == list(found) != []
    for left_out in actions:
        rest = [a for a in actions if a != left_out]
        assert all(left_out not in p.escalation.actions for p in paths(allowing(*rest))) if rest else True


def test_the_list_has_no_way_twice_and_no_action_that_aws_does_not_have() -> None:
    gone = {"codestar:CreateProject"}  # AWS CodeStar ended on 2024-07-31; a policy may still name it

    assert len(by_actions()) == len(ESCALATIONS)
    assert {a for e in ESCALATIONS for a in e.actions if not known(a)} == gone
    assert all(e.source.startswith("https://") for e in ESCALATIONS)


@pytest.mark.parametrize(
    ("actions", "more", "open_"),
    [
        (["iam:P*", "ec2:Run*"], {}, True),
        (["iam:*Role*", "lambda:*"], {}, True),
        (["iam:PassRole", "ec2:RunInstances"], {"Resource": "arn:aws:iam::*:role/*"}, False),  # no instance may be run
        (["iam:PutRolePolicy"], {"Resource": "arn:aws:iam::123456789012:role/*"}, True),
        (["iam:PutRolePolicy"], {"Resource": "arn:aws:iam::123456789012:role/app"}, False),
        (["iam:PutUserPolicy"], {"Resource": "arn:aws:iam::*:user/${aws:username}"}, True),
        (["iam:CreateAccessKey"], {"Resource": "arn:aws:iam::*:user/${aws:username}"}, False),  # a key for oneself
        (["iam:PutRolePolicy"], {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, False),
        (["iam:Get*", "iam:List*", "s3:*", "ec2:Describe*"], {}, False),
        (["iam:PassRole"], {}, False),
        (["ec2:RunInstances"], {}, False),
    ],
)
def test_wildcards_resources_and_conditions(actions: list[str], more: dict[str, Any], *, open_: bool) -> None:
    assert bool(paths(allowing(*actions, **more))) is open_


def passing_to(service: str, *actions: str) -> Grants:
    to = {"Action": "iam:PassRole", "Condition": {"StringEquals": {"iam:PassedToService": service}}}
    return Grants([policy([to, {"Action": list(actions)}])])


def test_a_role_that_may_be_passed_to_another_service_leads_nowhere() -> None:
    assert paths(passing_to("ec2.amazonaws.com", "ec2:RunInstances"))
    assert not paths(passing_to("lambda.amazonaws.com", "ec2:RunInstances"))


def test_a_denial_and_a_boundary_close_a_way() -> None:
    whole = [{"Action": "iam:PutRolePolicy"}, {"Effect": "Deny", "Action": "iam:Put*"}]

    assert not paths(Grants([policy(whole)]))
    assert not paths(Grants([policy(whole[0])], boundary=policy({"Action": "s3:*"})))
    assert paths(Grants([policy(whole[0])], boundary=policy({"Action": "*"})))


def test_a_way_that_needs_nothing_comes_first_and_is_told_in_a_sentence() -> None:
    found = paths(allowing("ssm:StartSession", "iam:PutRolePolicy"))

    assert [p.text for p in found] == [
        "iam:PutRolePolicy: write a role's policy",
        "ssm:StartSession: open a session on an instance, if there is an instance with a stronger role",
    ]


def test_a_way_that_holds_another_is_not_told_beside_it() -> None:
    found = paths(allowing("lambda:UpdateFunctionCode", "lambda:InvokeFunction"))

    assert [p.escalation.name for p in found] == ["lambda:UpdateFunctionCode"]


def test_a_difference_tells_the_ways_that_it_opened() -> None:
    old, new = policy({"Action": "ec2:RunInstances"}), policy({"Action": ["ec2:RunInstances", "iam:PassRole"]})

    opened = difference(old, new)
    assert [p.escalation.name for p in opened.paths] == ["iam:PassRole and ec2:RunInstances"]  # type: ignore[union-attr]
    assert difference(new, new).paths == ()  # type: ignore[union-attr]
    assert difference(new, old).paths == ()  # type: ignore[union-attr]

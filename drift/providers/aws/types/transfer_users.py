"""AWS Transfer Family: users and their keys, workflows, single tags."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, number, set_of, text
from drift.provider.spec import Attr, Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import policy, tags
from drift.providers.aws.types.ec2_tags import one_tag

GONE = frozenset({"ResourceNotFoundException"})

USER = ResourceType(
    name="aws_transfer_user",
    service="transfer",
    list=Within("aws_transfer_server", each="Users[]"),
    describe=(
        # one call for each user: the listing has neither its keys nor its tags
        Call(op="DescribeUser", take="User", into="User", gone=GONE,
             bind={"ServerId": "parent.ServerId", "UserName": "UserName"}),
    ),
    id=text("join('/', [parent.ServerId, UserName])"),
    identity=("server_id", "user_name"),
    label="user_name",
    computed={"arn": text("Arn")},
    attributes={
        "server_id":               text("parent.ServerId"),
        "user_name":               text("UserName"),
        "home_directory":          text("HomeDirectory"),
        "home_directory_type":     text("HomeDirectoryType", default="PATH"),
        "policy":                  policy("User.Policy"),
        "role":                    text("Role"),
        "home_directory_mappings": blocks("User.HomeDirectoryMappings", {
            "entry":  text("Entry"),
            "target": text("Target"),
        }, key=lambda m: m.get("entry")),
        "posix_profile":           block("User.PosixProfile", {
            "gid":            number("Gid", default=0),
            "secondary_gids": set_of(values.number, "SecondaryGids"),
            "uid":            number("Uid", default=0),
        }),
        "tags":                    tags("User.Tags"),
    },
    refs=(Ref("role", to="aws_iam_role", by="arn"),),
    parent=Parent("server_id", to="aws_transfer_server"),
)


def _key(value: Any) -> str | None:
    """A public key without the comment at its end."""
    return " ".join(str(value).split()[:2]) if value else None


SSH_KEY = ResourceType(
    name="aws_transfer_ssh_key",
    service="transfer",
    list=Within("aws_transfer_user", each="User.SshPublicKeys[]"),
    id=text("join('/', [parent.parent.ServerId, parent.UserName, SshPublicKeyId])"),
    label="id",
    computed={"user": text("join('/', [parent.parent.ServerId, parent.UserName])", outside_schema=True)},
    attributes={
        "server_id": text("parent.parent.ServerId"),
        "user_name": text("parent.UserName"),
        "body":      attr("SshPublicKeyBody", _key),
    },
    refs=(Ref("server_id", to="aws_transfer_server"),),
    parent=Parent("server_id", to="aws_transfer_server"),
)


def _place(at: str) -> Attr:
    return block(at, {
        "efs_file_location": block("EfsFileLocation", {"file_system_id": text("FileSystemId"), "path": text("Path")}),
        "s3_file_location":  block("S3FileLocation", {"bucket": text("Bucket"), "key": text("Key")}),
    })


COMMON = {"name": text("Name"), "source_file_location": text("SourceFileLocation", default="${previous.file}")}
OVERWRITES = {"overwrite_existing": text("OverwriteExisting", default="FALSE"),
              "destination_file_location": _place("DestinationFileLocation")}


def _steps(at: str) -> Attr:
    """What is done to a file, one after the other."""
    return blocks(at, {
        "type":                 text("Type"),
        "copy_step_details":    block("CopyStepDetails", {**COMMON, **OVERWRITES}),
        "custom_step_details":  block("CustomStepDetails", {
            **COMMON,
            "target":          text("Target"),
            "timeout_seconds": number("TimeoutSeconds", default=0),
        }),
        "decrypt_step_details": block("DecryptStepDetails", {**COMMON, **OVERWRITES, "type": text("Type")}),
        "delete_step_details":  block("DeleteStepDetails", COMMON),
        "tag_step_details":     block("TagStepDetails", {
            **COMMON,
            "tags": blocks("Tags", {"key": text("Key"), "value": text("Value")}, key=lambda t: t.get("key")),
        }),
    }, ordered=True)


WORKFLOW = ResourceType(
    name="aws_transfer_workflow",
    service="transfer",
    list=Call(op="ListWorkflows", take="Workflows"),
    describe=(
        Call(op="DescribeWorkflow", take="Workflow", into="Workflow", bind={"WorkflowId": "WorkflowId"}, gone=GONE),
    ),
    id=text("WorkflowId"),
    label="description",
    computed={"arn": text("Arn")},
    attributes={
        "description":        text("Description"),
        "on_exception_steps": _steps("Workflow.OnExceptionSteps"),
        "steps":              _steps("Workflow.Steps"),
        "tags":               tags("Workflow.Tags"),
    },
)

TAG = one_tag(
    "aws_transfer_tag", "transfer",
    Call(op="ListTagsForResource", take="Tags", bind={"Arn": "resource_arn"}),
    names="resource_arn", at="Arn", key="Key", value="Value",
)

WEB_APP = ResourceType(
    name="aws_transfer_web_app",
    service="transfer",
    list=Call(op="ListWebApps", take="WebApps"),
    describe=(
        # one call for each: the listing tells its addresses alone
        Call(op="DescribeWebApp", take="WebApp", into="App", bind={"WebAppId": "WebAppId"}, gone=GONE),
        # it does not tell the security groups of its endpoint
        Call(op="DescribeVpcEndpoints", service="ec2", take="VpcEndpoints", into="Endpoint", batch=50,
             only_if="App.DescribedEndpointDetails.Vpc.VpcEndpointId",
             bind={"VpcEndpointIds": "App.DescribedEndpointDetails.Vpc.VpcEndpointId"}, match="VpcEndpointId",
             absent=frozenset({"InvalidVpcEndpointId.NotFound"}), retry_singly=frozenset({"InvalidVpcEndpointId.NotFound"})),
    ),
    id=text("WebAppId"),
    identity=("web_app_id",),
    import_id="web_app_id",
    label="web_app_id",
    computed={"arn": text("Arn"), "web_app_id": text("WebAppId")},
    attributes={
        "access_endpoint":           text("AccessEndpoint", assigned=True),
        "web_app_endpoint_policy":   text("App.WebAppEndpointPolicy", default="STANDARD"),
        "web_app_units":             block("App.WebAppUnits", {"provisioned": number("Provisioned", default=1)}, assigned=True),
        "endpoint_details":          block("App.DescribedEndpointDetails.Vpc && "
                                           "{vpc: {found: App.DescribedEndpointDetails.Vpc, groups: Endpoint.Groups}}", {
            "vpc": block("vpc", {
                "security_group_ids": set_of(values.text, "groups[].GroupId", assigned=True),
                "subnet_ids":         set_of(values.text, "found.SubnetIds"),
                "vpc_id":             text("found.VpcId"),
            }),
        }),
        "identity_provider_details": block("App.DescribedIdentityProviderDetails", {
            "identity_center_config": block("IdentityCenterConfig", {
                "instance_arn": text("InstanceArn"),
                "role":         text("Role"),
            }),
        }),
        "tags":                      tags("App.Tags"),
    },
    refs=(
        Ref("identity_provider_details.identity_center_config.role", to="aws_iam_role", by="arn"),
        Ref("endpoint_details.vpc.security_group_ids[]", to="aws_security_group"),
        Ref("endpoint_details.vpc.subnet_ids[]", to="aws_subnet"),
        Ref("endpoint_details.vpc.vpc_id", to="aws_vpc"),
    ),
)

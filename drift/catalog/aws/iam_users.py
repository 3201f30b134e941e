"""AWS IAM: users, groups, memberships and credentials."""

from __future__ import annotations

from drift.catalog.aws.iam import PAGE
from drift.catalog.kinds import tags, text
from drift.catalog.spec import STACK, Call, Ref, ResourceType

USER = ResourceType(
    name="aws_iam_user",
    service="iam",
    scope="global",
    # one answer for the whole account: tags, boundaries, groups, attachments and the users' own policies
    list=Call(op="GetAccountAuthorizationDetails", take="UserDetailList", args={"Filter": ["User"], **PAGE}),
    id=text("UserName"),
    label="name",
    computed={"arn": text("Arn"), "unique_id": text("UserId")},
    attributes={
        "name":                 text("UserName"),
        "path":                 text("Path", default="/"),
        "permissions_boundary": text("PermissionsBoundary.PermissionsBoundaryArn"),
        "tags":                 tags("Tags"),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(Ref("permissions_boundary", to="aws_iam_policy", by="arn"),),
    owners=(STACK,),
)

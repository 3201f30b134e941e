"""AWS IAM: roles, policies and instance profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_set, as_tuple
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, blocks, moment, number, set_of, text
from drift.provider.spec import Attributes, Call, ElementOf, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import name_of_arn, policy, tags
from drift.providers.aws.normalize.policy import policy_document

GONE = frozenset({"NoSuchEntity"})
PAGE = {"MaxItems": 1000}
"""IAM answers 100 at a time unless asked for more."""


def inline_of_state(value: Any, _: Raw) -> Value:
    """An empty `inline_policy {}` says that there shall be none."""
    found = [b for b in value or () if isinstance(b, Mapping) and (b.get("name") or b.get("policy"))]
    return tuple(Block(name=plain_text(b.get("name")), policy=policy_document(b.get("policy"))) for b in found)


def inline_share(part: Attributes) -> frozenset[Value]:
    """A policy of a role's own is known by its name."""
    return frozenset({Block(name=part.get("name"))})


def attached_share(part: Attributes) -> frozenset[Value]:
    """What an attachment adds to the role's list."""
    return frozenset({part.get("policy_arn")})


def service_of_path(value: Any) -> Value:
    """`/aws-service-role/elasticache.amazonaws.com/` -> the service."""
    return str(value or "").strip("/").rsplit("/", 1)[-1] or None


def suffix_of_name(value: Any) -> Value:
    """`AWSServiceRoleForAutoScaling_blue` -> `blue`."""
    parts = str(value or "").split("_")
    return parts[1] if len(parts) == 2 else None


LAST_USED = ("iam:GenerateServiceLastAccessedDetails", "iam:GetServiceLastAccessedDetails")

ROLE = ResourceType(
    name="aws_iam_role",
    extra_actions=LAST_USED,
    service="iam",
    regional=False,
    list=Call(op="ListRoles", take="Roles", args=PAGE),
    describe=(
        # one answer for the whole account: tags, boundaries, attachments and the roles' own policies
        Call(op="GetAccountAuthorizationDetails", take="RoleDetailList", args={"Filter": ["Role"], **PAGE},
             match="RoleName", key="RoleName", into="Details", every=True),
    ),
    id=text("RoleName"),
    label="name",
    computed={"arn": text("Arn"), "unique_id": text("RoleId"), "create_date": moment("CreateDate")},
    attributes={
        "name":                 text("RoleName", assigned=True),
        "path":                 text("Path", default="/"),
        "description":          text("Description"),
        "assume_role_policy":   policy("AssumeRolePolicyDocument"),
        "max_session_duration": number("MaxSessionDuration", default=3600),
        "permissions_boundary": text("Details.PermissionsBoundary.PermissionsBoundaryArn"),
        "managed_policy_arns":  set_of(plain_text, "Details.AttachedManagedPolicies[].PolicyArn"),
        "inline_policy":        blocks("Details.RolePolicyList", {
            "name":   text("PolicyName"),
            "policy": policy("PolicyDocument"),
        }, key=lambda b: b["name"], from_state=inline_of_state),
        "tags":                 tags("Details.Tags"),
    },
    ignored={
        "force_detach_policies": "an instruction to Terraform",
        "name_prefix":           "only read when the role is created",
    },
    refs=(
        Ref("managed_policy_arns[]", to="aws_iam_policy", by="arn"),
        Ref("permissions_boundary", to="aws_iam_policy", by="arn"),
    ),
    owners=(
        Owner("starts_with(Path, '/aws-service-role/')", "an AWS service"),
        Owner("starts_with(Path, '/aws-reserved/sso.amazonaws.com/')", "IAM Identity Center"),
        Owner("starts_with(Path, '/aws-reserved/')", "AWS"),
    ),
)

SERVICE_LINKED_ROLE = ResourceType(
    name="aws_iam_service_linked_role",
    service="iam",
    regional=False,
    alias_of="aws_iam_role",
    list=ROLE.list,
    describe=ROLE.describe,
    # the id is the ARN, the role's name comes last in it
    id=name_of_arn("RoleName"),
    import_id="arn",
    label="name",
    computed={"arn": text("Arn"), "name": text("RoleName"), "path": text("Path"), "unique_id": text("RoleId")},
    attributes={
        "aws_service_name": attr("Path", service_of_path),
        "custom_suffix":    attr("RoleName", suffix_of_name, from_state=lambda v, _: plain_text(v)),
        "description":      text("Description"),
        "tags":             tags("Details.Tags"),
    },
)

ROLE_POLICY = ResourceType(
    name="aws_iam_role_policy",
    service="iam",
    regional=False,
    list=Within("aws_iam_role", each="Details.RolePolicyList[]"),
    id=text("join(':', [parent.RoleName, PolicyName])"),
    identity=("role", "name"),
    import_id="join(':', [role, name])",
    label="name",
    attributes={
        "role":   text("parent.RoleName"),
        "name":   text("PolicyName", assigned=True),
        "policy": policy("PolicyDocument"),
    },
    ignored={"name_prefix": "only read when the policy is created"},
    parent=Parent("role", to="aws_iam_role", covers={"inline_policy": inline_share}),
)

ROLE_POLICY_ATTACHMENT = ResourceType(
    name="aws_iam_role_policy_attachment",
    service="iam",
    regional=False,
    list=Within("aws_iam_role", each="Details.AttachedManagedPolicies[]"),
    # Terraform's id ends in a timestamp: the pair is the name of the thing
    id=text("join('/', [parent.RoleName, PolicyArn])"),
    identity=("role", "policy_arn"),
    import_id="join('/', [role, policy_arn])",
    label="policy_arn",
    attributes={"role": text("parent.RoleName"), "policy_arn": text("PolicyArn")},
    refs=(Ref("policy_arn", to="aws_iam_policy", by="arn"),),
    parent=Parent("role", to="aws_iam_role", covers={"managed_policy_arns": attached_share}),
)

def names_there(want: Attributes, told: Mapping[str, Value]) -> Raw:
    """The names of the role's own policies."""
    return {"role_name": want.get("role_name"), "policy_names": [as_block(b)["name"] for b in as_tuple(told["inline_policy"])]}


def arns_there(want: Attributes, told: Mapping[str, Value]) -> Raw:
    """The policies attached to the role."""
    return {"role_name": want.get("role_name"), "policy_arns": list(as_tuple(told["managed_policy_arns"]))}


ROLE_POLICIES_EXCLUSIVE = ResourceType(
    name="aws_iam_role_policies_exclusive",
    service="iam",
    regional=False,
    list=ElementOf(names_there),
    id=text("role_name"),
    identity=("role_name",),
    import_id="role_name",
    label="role_name",
    attributes={"role_name": text("role_name"), "policy_names": set_of(plain_text, "policy_names")},
    parent=Parent("role_name", to="aws_iam_role", covers={
        "inline_policy": lambda part: frozenset(Block(name=n) for n in as_tuple(part.get("policy_names"))),
    }),
)

ROLE_POLICY_ATTACHMENTS_EXCLUSIVE = ResourceType(
    name="aws_iam_role_policy_attachments_exclusive",
    service="iam",
    regional=False,
    list=ElementOf(arns_there),
    id=text("role_name"),
    identity=("role_name",),
    import_id="role_name",
    label="role_name",
    attributes={"role_name": text("role_name"), "policy_arns": set_of(plain_text, "policy_arns")},
    refs=(Ref("policy_arns[]", to="aws_iam_policy", by="arn"),),
    parent=Parent("role_name", to="aws_iam_role", covers={
        "managed_policy_arns": lambda part: as_set(part.get("policy_arns")),
    }),
)

POLICY = ResourceType(
    name="aws_iam_policy",
    owner_tags=False,
    service="iam",
    regional=False,
    # the account's own policies, with their documents; AWS's are not among them
    list=Call(op="GetAccountAuthorizationDetails", take="Policies", args={"Filter": ["LocalManagedPolicy"], **PAGE}),
    # one call for each managed policy: only GetPolicy answers with description and tags
    describe=(Call(op="GetPolicy", take="Policy", into="Policy", bind={"PolicyArn": "Arn"}, gone=GONE),),
    id=text("Arn"),
    label="name",
    computed={"arn": text("Arn"), "policy_id": text("PolicyId")},
    attributes={
        "name":        name_of_arn("Arn", assigned=True),
        "path":        text("Path", default="/"),
        "description": text("Policy.Description"),
        "policy":      policy("PolicyVersionList[?IsDefaultVersion].Document | [0]"),
        "tags":        tags("Policy.Tags"),
    },
    ignored={"name_prefix": "only read when the policy is created"},
    owners=(Owner("starts_with(Path, '/aws-reserved/')", "AWS"),),
)

INSTANCE_PROFILE = ResourceType(
    name="aws_iam_instance_profile",
    owner_tags=False,
    service="iam",
    regional=False,
    list=Call(op="ListInstanceProfiles", take="InstanceProfiles", args=PAGE),
    # one call for each managed profile: no listing answers with their tags
    describe=(Call(op="ListInstanceProfileTags", take="Tags", into="Tags", gone=GONE,
                   bind={"InstanceProfileName": "InstanceProfileName"}),),
    id=text("InstanceProfileName"),
    label="name",
    computed={"arn": text("Arn"), "unique_id": text("InstanceProfileId")},
    attributes={
        "name": text("InstanceProfileName", assigned=True),
        "path": text("Path", default="/"),
        "role": text("Roles[0].RoleName"),
        "tags": tags("Tags"),
    },
    ignored={"name_prefix": "only read when the profile is created"},
    refs=(Ref("role", to="aws_iam_role"),),
    # CloudFormation gives a profile no tags: it comes with its role
    owners=(Ref("role", to="aws_iam_role"),),
)

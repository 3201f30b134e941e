"""AWS Organizations, as its management account sees it."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import policy_or_other, tags

NOT_IN_USE = frozenset({"AWSOrganizationsNotInUseException"})
TAGS = Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceId": "Id"},
            gone=frozenset({"TargetNotFoundException"}))
MANAGEMENT = Where("aws_organizations_organization", "MasterAccountId == here.account")
"""Its own account is an organisation's management account."""
POLICY_TYPES = {
    "ServiceControl":  "SERVICE_CONTROL_POLICY",
    "ResourceControl": "RESOURCE_CONTROL_POLICY",
    "Tagging":         "TAG_POLICY",
    "Backup":          "BACKUP_POLICY",
    "OptOut":          "AISERVICES_OPT_OUT_POLICY",
    "Chatbot":         "CHATBOT_POLICY",
    "Declarative":     "DECLARATIVE_POLICY_EC2",
}

ORGANIZATION = ResourceType(
    name="aws_organizations_organization",
    service="organizations",
    regional=False,
    list=Call(op="DescribeOrganization", take="Organization.[@]", absent=NOT_IN_USE),
    describe=(
        Call(op="ListAWSServiceAccessForOrganization", take="EnabledServicePrincipals[].ServicePrincipal",
             into="Services"),
        Call(op="ListRoots", take="Roots", into="Roots"),
        Call(op="ListAccounts", take="Accounts", into="Accounts"),
        # one call for each unit of a managed organisation: there is none that tells of all
        Call(op="ListOrganizationalUnitsForParent", take="OrganizationalUnits", into="Units",
             bind={"ParentId": "Roots[0].Id"}, deeper="Id"),
        *(
            # not every partition knows every type of policy
            Call(op="ListPolicies", take="Policies", into=section, args={"Filter": kind},
                 absent=frozenset({"InvalidInputException"}))
            for section, kind in POLICY_TYPES.items()
        ),
    ),
    id=text("Id"),
    label="id",
    account="MasterAccountId",  # every member account sees it
    computed={
        "arn":                text("Arn"),
        "master_account_arn": text("MasterAccountArn"),
        "master_account_id":  text("MasterAccountId"),
    },
    attributes={
        "aws_service_access_principals": set_of(values.text, "Services"),
        "enabled_policy_types":          set_of(values.text, "Roots[0].PolicyTypes[?Status == 'ENABLED'].Type"),
        "feature_set":                   text("FeatureSet", default="ALL"),
    },
)

ORGANIZATIONAL_UNIT = ResourceType(
    name="aws_organizations_organizational_unit",
    owner_tags=False,
    service="organizations",
    regional=False,
    # all of them where the organisation is managed, and those desired in any case
    list=Within("aws_organizations_organization", each="Units[]"),
    lookup=Call(op="DescribeOrganizationalUnit", take="OrganizationalUnit", bind={"OrganizationalUnitId": "id"},
              gone=frozenset({"OrganizationalUnitNotFoundException"})),
    describe=(
        Call(op="ListParents", take="Parents[0].Id", into="ParentId", bind={"ChildId": "Id"}),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("Arn"), "organization": text("parent.Id", outside_schema=True)},
    attributes={"name": text("Name"), "parent_id": text("ParentId"), "tags": tags("Tags")},
    refs=(Ref("parent_id", to="aws_organizations_organizational_unit"),),
    parent=Parent("organization", to="aws_organizations_organization"),
)

POLICY = ResourceType(
    name="aws_organizations_policy",
    service="organizations",
    regional=False,
    # all of them where the organisation is managed, and those desired in any case
    list=Within("aws_organizations_organization", each=f"[{', '.join(POLICY_TYPES)}][] | [?Id]"),
    lookup=Call(op="DescribePolicy", take="Policy.PolicySummary", bind={"PolicyId": "id"},
              gone=frozenset({"PolicyNotFoundException"})),
    describe=(
        Call(op="DescribePolicy", take="Policy.Content", into="Content", bind={"PolicyId": "Id"},
             gone=frozenset({"PolicyNotFoundException"})),
        Call(op="ListTargetsForPolicy", take="Targets", into="Targets", bind={"PolicyId": "Id"},
             gone=frozenset({"PolicyNotFoundException"})),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("Arn"), "organization": text("parent.Id", outside_schema=True)},
    attributes={
        "name":        text("Name"),
        "description": text("Description"),
        "content":     policy_or_other("Content"),
        "type":        text("Type", default="SERVICE_CONTROL_POLICY"),
        "tags":        tags("Tags"),
    },
    ignored={"skip_destroy": "an instruction to Terraform"},
    parent=Parent("organization", to="aws_organizations_organization"),
    owners=(Owner("AwsManaged", "AWS"),),
)

ATTACHMENT = ResourceType(
    name="aws_organizations_policy_attachment",
    service="organizations",
    regional=False,
    list=Within("aws_organizations_policy", each="Targets[]"),
    lookup=Call(op="ListTargetsForPolicy", take="Targets", bind={"PolicyId": "policy_id"},
              gone=frozenset({"PolicyNotFoundException"})),
    id=text("join(':', [TargetId, parent.Id || PolicyId])"),
    identity=("policy_id", "target_id"),
    label="id",
    attributes={"policy_id": text("parent.Id || PolicyId"), "target_id": text("TargetId")},
    ignored={"skip_destroy": "an instruction to Terraform"},
    parent=Parent("policy_id", to="aws_organizations_policy"),
)

ACCOUNT = ResourceType(
    name="aws_organizations_account",
    service="organizations",
    regional=False,
    list=Within("aws_organizations_organization", each="Accounts[]"),
    lookup=Call(op="DescribeAccount", take="Account", bind={"AccountId": "id"},
              gone=frozenset({"AccountNotFoundException"})),
    describe=(
        # one call of each kind for each managed account
        Call(op="ListParents", take="Parents[0].Id", into="Parent", bind={"ChildId": "Id"},
             gone=frozenset({"ChildNotFoundException"})),
        TAGS,
    ),
    id=text("Id"),
    label="name",
    exists="Status != 'SUSPENDED'",  # what was closed is listed for 90 days
    computed={
        "arn": text("Arn"),
        "status": text("Status"),
        "joined_method": text("JoinedMethod"),
        "organization": text("parent.Id", outside_schema=True),
    },
    attributes={
        "name":      text("Name"),
        "email":     text("Email"),
        "parent_id": text("Parent", assigned=True),
        "tags":      tags("Tags"),
    },
    ignored={
        "close_on_deletion":          "an instruction to Terraform",
        "create_govcloud":            "only read when the account is made",
        "iam_user_access_to_billing": "only read when the account is made",
        "role_name":                  "only read when the account is made",
    },
    parent=Parent("organization", to="aws_organizations_organization"),
    refs=(Ref("parent_id", to="aws_organizations_organizational_unit"),),
    owners=(Owner("Id == parent.MasterAccountId", "the organization"),),
)

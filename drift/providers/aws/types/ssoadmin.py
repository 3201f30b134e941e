"""AWS IAM Identity Center: permission sets, who has them where, and applications."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, list_of, set_of, text
from drift.provider.spec import Attr, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import policy, tags

GONE = frozenset({"ResourceNotFoundException"})
INSTANCES = Call(op="ListInstances", take="Instances[].{InstanceArn: InstanceArn, Owner: OwnerAccountId}")
"""An organisation has one instance, in one region; every other region answers with none."""
GUEST = "Owner != here.account"
"""Every account of an organisation sees its instance; what is in it, only the one that owns it and the one it names."""
OF_INSTANCE = {"InstanceArn": "InstanceArn"}
OF_SET = {**OF_INSTANCE, "PermissionSetArn": "PermissionSetArn"}
OF_APPLICATION = {"ApplicationArn": "ApplicationArn"}
SETS = Call(op="ListPermissionSets", take="PermissionSets[].{PermissionSetArn: @}", per=INSTANCES, bind=OF_INSTANCE, guest=GUEST)


def tagged(arn: str) -> Call:
    """One call for each resource: there is no batch form."""
    return Call(op="ListTagsForResource", take="Tags", into="Tags", bind={**OF_INSTANCE, "ResourceArn": arn}, gone=GONE)


PERMISSION_SET = ResourceType(
    name="aws_ssoadmin_permission_set",
    service="sso-admin",
    list=SETS,
    describe=(
        # one call of each kind for each managed permission set: there are no batch forms
        Call(op="DescribePermissionSet", take="PermissionSet", into="Set", bind=OF_SET, gone=GONE),
        Call(op="ListManagedPoliciesInPermissionSet", take="AttachedManagedPolicies", into="Managed", bind=OF_SET,
             gone=GONE),
        Call(op="ListCustomerManagedPolicyReferencesInPermissionSet", take="CustomerManagedPolicyReferences",
             into="Customer", bind=OF_SET, gone=GONE),
        Call(op="GetInlinePolicyForPermissionSet", take="InlinePolicy", into="Inline", bind=OF_SET, gone=GONE),
        # one without a boundary is answered as one that is not there
        Call(op="GetPermissionsBoundaryForPermissionSet", take="PermissionsBoundary", into="Boundary", bind=OF_SET,
             absent=GONE),
        tagged("PermissionSetArn"),
    ),
    id=text("join(',', [PermissionSetArn, InstanceArn])"),
    identity=("arn",),
    label="name",
    computed={"arn": text("PermissionSetArn")},
    attributes={
        "instance_arn":     text("InstanceArn"),
        "name":             text("Set.Name"),
        "description":      text("Set.Description"),
        "relay_state":      text("Set.RelayState"),
        "session_duration": text("Set.SessionDuration", default="PT1H"),
        "tags":             tags("Tags"),
    },
)
OF_PERMISSION_SET = Parent("permission_set_arn", to="aws_ssoadmin_permission_set", by="arn")

MANAGED_POLICY = ResourceType(
    name="aws_ssoadmin_managed_policy_attachment",
    service="sso-admin",
    list=Within("aws_ssoadmin_permission_set", each="Managed[]"),
    id=text("join(',', [Arn, parent.PermissionSetArn, parent.InstanceArn])"),
    identity=("permission_set_arn", "managed_policy_arn"),
    label="managed_policy_arn",
    computed={"managed_policy_name": text("Name")},
    attributes={
        "instance_arn":       text("parent.InstanceArn"),
        "permission_set_arn": text("parent.PermissionSetArn"),
        "managed_policy_arn": text("Arn"),
    },
    parent=OF_PERMISSION_SET,
)

REFERENCE = {"name": text("Name"), "path": text("Path", default="/")}

CUSTOMER_POLICY = ResourceType(
    name="aws_ssoadmin_customer_managed_policy_attachment",
    service="sso-admin",
    list=Within("aws_ssoadmin_permission_set", each="Customer[]"),
    id=text("join(',', [Name, Path || '/', parent.PermissionSetArn, parent.InstanceArn])"),
    identity=("permission_set_arn", "customer_managed_policy_reference"),
    import_id="join(',', [customer_managed_policy_reference.name, customer_managed_policy_reference.path, "
              "permission_set_arn, instance_arn])",
    label="customer_managed_policy_reference.name",
    attributes={
        "instance_arn":                      text("parent.InstanceArn"),
        "permission_set_arn":                text("parent.PermissionSetArn"),
        "customer_managed_policy_reference": block("@", REFERENCE),
    },
    parent=OF_PERMISSION_SET,
)

INLINE_POLICY = ResourceType(
    name="aws_ssoadmin_permission_set_inline_policy",
    service="sso-admin",
    list=Within("aws_ssoadmin_permission_set"),
    exists="Inline",
    id=text("join(',', [PermissionSetArn, InstanceArn])"),
    identity=("permission_set_arn",),
    label="permission_set_arn",
    attributes={
        "instance_arn":       text("InstanceArn"),
        "permission_set_arn": text("PermissionSetArn"),
        "inline_policy":      policy("Inline"),
    },
    parent=OF_PERMISSION_SET,
)

BOUNDARY = ResourceType(
    name="aws_ssoadmin_permissions_boundary_attachment",
    service="sso-admin",
    list=Within("aws_ssoadmin_permission_set"),
    exists="Boundary",
    id=text("join(',', [PermissionSetArn, InstanceArn])"),
    identity=("permission_set_arn",),
    label="permission_set_arn",
    attributes={
        "instance_arn":         text("InstanceArn"),
        "permission_set_arn":   text("PermissionSetArn"),
        "permissions_boundary": block("Boundary", {
            "managed_policy_arn":                text("ManagedPolicyArn"),
            "customer_managed_policy_reference": block("CustomerManagedPolicyReference", REFERENCE),
        }),
    },
    parent=OF_PERMISSION_SET,
)

ACCOUNT_ASSIGNMENT = ResourceType(
    name="aws_ssoadmin_account_assignment",
    service="sso-admin",
    # one call for each account that has a permission set: no other listing shows who was given it
    list=Call(
        op="ListAccountAssignments", take="AccountAssignments",
        bind={**OF_SET, "AccountId": "AccountId"}, gone=GONE,
        per=Call(op="ListAccountsForProvisionedPermissionSet", take="AccountIds[].{AccountId: @}", per=SETS, bind=OF_SET,
                 gone=GONE),
    ),
    id=text("join(',', [PrincipalId, PrincipalType, AccountId, 'AWS_ACCOUNT', PermissionSetArn, InstanceArn])"),
    label="join(' ', [principal_type, principal_id, target_id])",
    attributes={
        "instance_arn":       text("InstanceArn"),
        "permission_set_arn": text("PermissionSetArn"),
        "principal_id":       text("PrincipalId"),
        "principal_type":     text("PrincipalType"),
        "target_id":          text("AccountId"),
        "target_type":        text("'AWS_ACCOUNT'", default="AWS_ACCOUNT"),  # the only one there is
    },
    parent=OF_PERMISSION_SET,
    refs=(
        Ref("principal_id", to="aws_identitystore_group", by="group_id"),
        Ref("principal_id", to="aws_identitystore_user", by="user_id"),
        Ref("target_id", to="aws_organizations_account"),
    ),
)

ACCESS_CONTROL = ResourceType(
    name="aws_ssoadmin_instance_access_control_attributes",
    service="sso-admin",
    list=Call(
        op="DescribeInstanceAccessControlAttributeConfiguration", bind=OF_INSTANCE, absent=GONE, per=INSTANCES, guest=GUEST,
        take="[InstanceAccessControlAttributeConfiguration.{Attributes: AccessControlAttributes}][?Attributes]",
    ),
    id=text("InstanceArn"),
    label="id",
    attributes={
        "instance_arn": text("InstanceArn"),
        "attribute":    blocks("Attributes", {
            "key":   text("Key"),
            "value": blocks("[Value]", {"source": set_of(values.text, "Source")}),
        }, key=lambda a: a["key"]),
    },
)


def _oidc(at: str) -> Attr:
    return block(at, {"oidc_jwt_configuration": block("OidcJwtConfiguration", {
        "claim_attribute_path":          text("ClaimAttributePath"),
        "identity_store_attribute_path": text("IdentityStoreAttributePath"),
        "issuer_url":                    text("IssuerUrl"),
        "jwks_retrieval_option":         text("JwksRetrievalOption"),
    })})


TOKEN_ISSUER = ResourceType(
    name="aws_ssoadmin_trusted_token_issuer",
    service="sso-admin",
    list=Call(op="ListTrustedTokenIssuers", take="TrustedTokenIssuers", per=INSTANCES, bind=OF_INSTANCE, guest=GUEST),
    describe=(
        Call(op="DescribeTrustedTokenIssuer", into="Issuer", gone=GONE,
             bind={"TrustedTokenIssuerArn": "TrustedTokenIssuerArn"}),
        tagged("TrustedTokenIssuerArn"),
    ),
    id=text("TrustedTokenIssuerArn"),
    label="name",
    computed={"arn": text("TrustedTokenIssuerArn")},
    attributes={
        "instance_arn":                       text("InstanceArn"),
        "name":                               text("Name"),
        "trusted_token_issuer_type":          text("TrustedTokenIssuerType"),
        "trusted_token_issuer_configuration": _oidc("Issuer.TrustedTokenIssuerConfiguration"),
        "tags":                               tags("Tags"),
    },
    ignored={"client_token": "only read when the issuer is made"},
)

APPLICATION = ResourceType(
    name="aws_ssoadmin_application",
    service="sso-admin",
    list=Call(op="ListApplications", take="Applications", per=INSTANCES, bind=OF_INSTANCE, guest=GUEST),
    describe=(
        # one call of each kind for each managed application: there are no batch forms
        Call(op="ListApplicationAssignments", take="ApplicationAssignments", into="Assigned", bind=OF_APPLICATION,
             gone=GONE),
        Call(op="GetApplicationAssignmentConfiguration", into="Assignment", bind=OF_APPLICATION, gone=GONE),
        Call(op="ListApplicationAccessScopes", take="Scopes", into="Scopes", bind=OF_APPLICATION, gone=GONE),
        tagged("ApplicationArn"),
    ),
    id=text("ApplicationArn"),
    label="name",
    # those of the organisation's other accounts are listed, too
    account="ApplicationAccount",
    computed={"application_account": text("ApplicationAccount"), "application_arn": text("ApplicationArn")},
    attributes={
        "application_provider_arn": text("ApplicationProviderArn"),
        "instance_arn":             text("InstanceArn"),
        "name":                     text("Name"),
        "description":              text("Description"),
        "status":                   text("Status", default="ENABLED", same_for_all=True),
        "portal_options":           block("PortalOptions", {
            "visibility":      text("Visibility", default="ENABLED"),
            "sign_in_options": block("SignInOptions", {
                "origin":          text("Origin"),
                "application_url": text("ApplicationUrl"),
            }),
        }, assigned=True),
        "tags":                     tags("Tags"),
    },
    ignored={"client_token": "only read when the application is made"},
)
PART_OF_APPLICATION = Parent("application_arn", to="aws_ssoadmin_application")

APPLICATION_ASSIGNMENT = ResourceType(
    name="aws_ssoadmin_application_assignment",
    service="sso-admin",
    list=Within("aws_ssoadmin_application", each="Assigned[]"),
    id=text("join(',', [parent.ApplicationArn, PrincipalId, PrincipalType])"),
    label="join(' ', [principal_type, principal_id])",
    attributes={
        "application_arn": text("parent.ApplicationArn"),
        "principal_id":    text("PrincipalId"),
        "principal_type":  text("PrincipalType"),
    },
    parent=PART_OF_APPLICATION,
    refs=(
        Ref("principal_id", to="aws_identitystore_group", by="group_id"),
        Ref("principal_id", to="aws_identitystore_user", by="user_id"),
    ),
)

ASSIGNMENT_CONFIGURATION = ResourceType(
    name="aws_ssoadmin_application_assignment_configuration",
    service="sso-admin",
    list=Within("aws_ssoadmin_application"),
    id=text("ApplicationArn"),
    identity=("application_arn",),
    label="application_arn",
    attributes={
        "application_arn":     text("ApplicationArn"),
        "assignment_required": flag("Assignment.AssignmentRequired", default=True),
    },
    parent=PART_OF_APPLICATION,
    # every application has one (PutApplicationAssignmentConfiguration: assignments are required by default)
    owners=(Owner("Assignment.AssignmentRequired != `false`", "AWS"),),
)

ACCESS_SCOPE = ResourceType(
    name="aws_ssoadmin_application_access_scope",
    service="sso-admin",
    list=Within("aws_ssoadmin_application", each="Scopes[]"),
    id=text("join(',', [parent.ApplicationArn, Scope])"),
    label="scope",
    attributes={
        "application_arn":    text("parent.ApplicationArn"),
        "scope":              text("Scope"),
        "authorized_targets": list_of(values.text, "AuthorizedTargets"),
    },
    parent=PART_OF_APPLICATION,
)

"""AWS IAM: users, groups, memberships and credentials."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize.values import text as plain_text
from drift.provider.kinds import attr, flag, moment, number, pem, set_of, text
from drift.provider.spec import Aggregate, Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import name_of_arn, policy, tags
from drift.providers.aws.types.iam import GONE, LAST_USED, PAGE

BY_USER = {"UserName": "UserName"}

USER = ResourceType(
    name="aws_iam_user",
    extra_actions=LAST_USED,
    service="iam",
    regional=False,
    # one answer for the whole account: tags, boundaries, groups, attachments and the users' own policies
    list=Call(op="GetAccountAuthorizationDetails", take="UserDetailList", args={"Filter": ["User"], **PAGE}),
    describe=(
        # one call of each kind for each managed user, whose credentials nothing lists for the account
        Call(op="ListAccessKeys", take="AccessKeyMetadata", into="AccessKeys", bind=BY_USER, gone=GONE),
        Call(op="ListSSHPublicKeys", take="SSHPublicKeys", into="SSHPublicKeys", bind=BY_USER, gone=GONE),
        Call(op="GetLoginProfile", take="LoginProfile", into="LoginProfile", bind=BY_USER, absent=GONE),
        Call(op="ListMFADevices", take="MFADevices", into="MfaDevices", bind=BY_USER, gone=GONE),
        # the answer for the whole account leaves out when a password was used
        Call(op="GetUser", take="User", into="Self", bind=BY_USER, gone=GONE),
    ),
    id=text("UserName"),
    label="name",
    computed={
        "arn": text("Arn"),
        "unique_id": text("UserId"),
        "create_date": moment("CreateDate", outside_schema=True),
        # hardware keys too, which nothing lists for the account
        "password_last_used": moment("Self.PasswordLastUsed", outside_schema=True),
        "mfa_devices": set_of(plain_text, "MfaDevices[].SerialNumber", outside_schema=True),
    },
    attributes={
        "name":                 text("UserName"),
        "path":                 text("Path", default="/"),
        "permissions_boundary": text("PermissionsBoundary.PermissionsBoundaryArn"),
        "tags":                 tags("Tags"),
    },
    ignored={"force_destroy": "an instruction to Terraform"},
    refs=(Ref("permissions_boundary", to="aws_iam_policy", by="arn"),),
)

USER_POLICY = ResourceType(
    name="aws_iam_user_policy",
    service="iam",
    regional=False,
    list=Within("aws_iam_user", each="UserPolicyList[]"),
    id=text("join(':', [parent.UserName, PolicyName])"),
    label="name",
    attributes={
        "user":   text("parent.UserName"),
        "name":   text("PolicyName", assigned=True),
        "policy": policy("PolicyDocument"),
    },
    ignored={"name_prefix": "only read when the policy is created"},
    parent=Parent("user", to="aws_iam_user"),
)

USER_POLICY_ATTACHMENT = ResourceType(
    name="aws_iam_user_policy_attachment",
    service="iam",
    regional=False,
    list=Within("aws_iam_user", each="AttachedManagedPolicies[]"),
    # Terraform's id ends in a timestamp: the pair is the name of the thing
    id=text("join('/', [parent.UserName, PolicyArn])"),
    identity=("user", "policy_arn"),
    import_id="join('/', [user, policy_arn])",
    label="policy_arn",
    attributes={"user": text("parent.UserName"), "policy_arn": text("PolicyArn")},
    refs=(Ref("policy_arn", to="aws_iam_policy", by="arn"),),
    parent=Parent("user", to="aws_iam_user"),
)

GROUP = ResourceType(
    name="aws_iam_group",
    service="iam",
    regional=False,
    list=Call(op="GetAccountAuthorizationDetails", take="GroupDetailList", args={"Filter": ["Group"], **PAGE}),
    id=text("GroupName"),
    label="name",
    computed={"arn": text("Arn"), "unique_id": text("GroupId")},
    attributes={"name": text("GroupName"), "path": text("Path", default="/")},
)

GROUP_POLICY = ResourceType(
    name="aws_iam_group_policy",
    service="iam",
    regional=False,
    list=Within("aws_iam_group", each="GroupPolicyList[]"),
    id=text("join(':', [parent.GroupName, PolicyName])"),
    label="name",
    attributes={
        "group":  text("parent.GroupName"),
        "name":   text("PolicyName", assigned=True),
        "policy": policy("PolicyDocument"),
    },
    ignored={"name_prefix": "only read when the policy is created"},
    parent=Parent("group", to="aws_iam_group"),
)

GROUP_POLICY_ATTACHMENT = ResourceType(
    name="aws_iam_group_policy_attachment",
    service="iam",
    regional=False,
    list=Within("aws_iam_group", each="AttachedManagedPolicies[]"),
    id=text("join('/', [parent.GroupName, PolicyArn])"),
    identity=("group", "policy_arn"),
    import_id="join('/', [group, policy_arn])",
    label="policy_arn",
    attributes={"group": text("parent.GroupName"), "policy_arn": text("PolicyArn")},
    refs=(Ref("policy_arn", to="aws_iam_policy", by="arn"),),
    parent=Parent("group", to="aws_iam_group"),
)

# A live membership is one user in one group; Terraform groups them by user or by group.
USER_GROUP_MEMBERSHIP = ResourceType(
    name="aws_iam_user_group_membership",
    service="iam",
    regional=False,
    list=Within("aws_iam_user", each="GroupList[].{GroupName: @}"),
    id=text("join('/', [parent.UserName, GroupName])"),
    identity=("user", "groups"),
    label="user",
    attributes={"user": text("parent.UserName"), "groups": set_of(plain_text, "[GroupName]")},
    refs=(Ref("groups[]", to="aws_iam_group"),),
    parent=Parent("user", to="aws_iam_user"),
    aggregate=Aggregate("user", {"groups": ("aws_iam_user_group_membership", "groups", "user")}, whole=False),
)

GROUP_MEMBERSHIP = ResourceType(
    name="aws_iam_group_membership",
    importable=False,
    service="iam",
    regional=False,
    list=None,
    id=text("name"),
    identity=("group",),
    import_id="group",
    label="group",
    attributes={"group": text("group"), "users": set_of(plain_text, "users")},
    ignored={"name": "a name of Terraform's own, which AWS never sees"},
    refs=(Ref("group", to="aws_iam_group"), Ref("users[]", to="aws_iam_user")),
    aggregate=Aggregate("group", {"users": ("aws_iam_user_group_membership", "user", "groups")}),
)

POLICY_ATTACHMENT = ResourceType(
    name="aws_iam_policy_attachment",
    importable=False,
    service="iam",
    regional=False,
    list=None,
    id=text("name"),
    identity=("policy_arn",),
    import_id="policy_arn",
    label="policy_arn",
    attributes={
        "policy_arn": text("policy_arn"),
        "roles":      set_of(plain_text, "roles"),
        "users":      set_of(plain_text, "users"),
        "groups":     set_of(plain_text, "groups"),
    },
    ignored={"name": "a name of Terraform's own, which AWS never sees"},
    refs=(
        Ref("policy_arn", to="aws_iam_policy", by="arn"),
        Ref("roles[]", to="aws_iam_role"),
        Ref("users[]", to="aws_iam_user"),
        Ref("groups[]", to="aws_iam_group"),
    ),
    aggregate=Aggregate("policy_arn", {
        "roles":  ("aws_iam_role_policy_attachment", "role", "policy_arn"),
        "users":  ("aws_iam_user_policy_attachment", "user", "policy_arn"),
        "groups": ("aws_iam_group_policy_attachment", "group", "policy_arn"),
    }),
)

LOGIN_PROFILE = ResourceType(
    name="aws_iam_user_login_profile",
    not_imported=frozenset({"password_length"}),
    service="iam",
    regional=False,
    list=Within("aws_iam_user"),
    exists="LoginProfile",
    id=text("UserName"),
    identity=("user",),
    import_id="user",
    label="user",
    attributes={"user": text("UserName")},
    ignored={
        "password_length":         "only read when the password is created",
        "password_reset_required": "ends when the user logs in for the first time",
        "pgp_key":                 "only read when the password is created",
    },
    parent=Parent("user", to="aws_iam_user"),
)

ACCESS_KEY = ResourceType(
    name="aws_iam_access_key",
    service="iam",
    regional=False,
    list=Within("aws_iam_user", each="AccessKeys[]"),
    describe=(
        Call(op="GetAccessKeyLastUsed", take="AccessKeyLastUsed", into="LastUsed", bind={"AccessKeyId": "AccessKeyId"},
             gone=GONE),
    ),
    id=text("AccessKeyId"),
    label="id",
    computed={
        "create_date": moment("CreateDate"),
        "last_used": moment("LastUsed.LastUsedDate", outside_schema=True),
    },
    attributes={"user": text("parent.UserName"), "status": text("Status", default="Active")},
    ignored={"pgp_key": "only read when the key is created"},
    parent=Parent("user", to="aws_iam_user"),
)

SSH_KEY = ResourceType(
    name="aws_iam_user_ssh_key",
    imported={"encoding": "SSH"},
    service="iam",
    regional=False,
    list=Within("aws_iam_user", each="SSHPublicKeys[]"),
    id=text("SSHPublicKeyId"),
    import_id="join(':', [username, id, 'SSH'])",
    label="id",
    computed={"ssh_public_key_id": text("SSHPublicKeyId")},
    attributes={"username": text("UserName"), "status": text("Status", default="Active")},
    ignored={
        "encoding":   "how Terraform asks for the key, not a property of it",
        "public_key": "cannot be changed: another key is another id",
    },
    parent=Parent("username", to="aws_iam_user"),
)

MFA_DEVICE = ResourceType(
    name="aws_iam_virtual_mfa_device",
    owner_tags=False,
    service="iam",
    regional=False,
    list=Call(op="ListVirtualMFADevices", take="VirtualMFADevices", args=PAGE),
    # one call for each managed device: the listing has no tags
    describe=(Call(op="ListMFADeviceTags", take="Tags", into="Tags", bind={"SerialNumber": "SerialNumber"}, gone=GONE),),
    id=text("SerialNumber"),
    label="virtual_mfa_device_name",
    computed={"arn": text("SerialNumber"), "user_name": text("User.UserName"),
              "user_id": text("User.UserId", outside_schema=True)},
    attributes={
        "virtual_mfa_device_name": name_of_arn("SerialNumber"),
        "path":                    attr("SerialNumber", lambda v: path_of(v), from_state=lambda v, _: v or "/"),
        "tags":                    tags("Tags"),
    },
    # people enable devices for themselves; root's is made at the console alone
    owners=(Owner("EnableDate", "the user who enabled it"),),
)


def path_of(arn: Any) -> Value:
    """`arn:aws:iam::123456789012:mfa/people/phone` -> `/people/`."""
    inner = str(arn or "").partition(":mfa/")[2].split("/")[:-1]
    return "/" + "".join(f"{step}/" for step in inner)


PASSWORD_POLICY = ResourceType(
    name="aws_iam_account_password_policy",
    service="iam",
    regional=False,
    list=Call(op="GetAccountPasswordPolicy", take="[PasswordPolicy]", absent=GONE),
    id=text("'iam-account-password-policy'"),
    label="id",
    computed={"expire_passwords": flag("ExpirePasswords")},
    attributes={
        "allow_users_to_change_password": flag("AllowUsersToChangePassword"),
        "hard_expiry":                    flag("HardExpiry", default=False),
        "max_password_age":               number("MaxPasswordAge", default=0),
        "minimum_password_length":        number("MinimumPasswordLength", default=6),
        "password_reuse_prevention":      number("PasswordReusePrevention", default=0),
        "require_lowercase_characters":   flag("RequireLowercaseCharacters", default=False),
        "require_numbers":                flag("RequireNumbers", default=False),
        "require_symbols":                flag("RequireSymbols", default=False),
        "require_uppercase_characters":   flag("RequireUppercaseCharacters", default=False),
    },
)

ACCOUNT_ALIAS = ResourceType(
    name="aws_iam_account_alias",
    service="iam",
    regional=False,
    list=Call(op="ListAccountAliases", take="AccountAliases[].{Alias: @}"),
    id=text("Alias"),
    label="account_alias",
    attributes={"account_alias": text("Alias")},
)


def host_and_path(value: Any) -> Value:
    """IAM keeps an issuer's URL without its scheme."""
    return str(value).removeprefix("https://") if value else None


OIDC_PROVIDER = ResourceType(
    name="aws_iam_openid_connect_provider",
    service="iam",
    regional=False,
    list=Call(op="ListOpenIDConnectProviders", take="OpenIDConnectProviderList"),
    # one call for each provider: the listing has only ARNs, and an account few of them
    describe=(Call(op="GetOpenIDConnectProvider", into="Provider", bind={"OpenIDConnectProviderArn": "Arn"}, gone=GONE),),
    id=text("Arn"),
    label="url",
    computed={"arn": text("Arn")},
    attributes={
        "url":             attr("Provider.Url", host_and_path, written=lambda found, _: f"https://{found}" if found else None),
        "client_id_list":  set_of(plain_text, "Provider.ClientIDList"),
        "thumbprint_list": set_of(plain_text, "Provider.ThumbprintList", assigned=True),
        "tags":            tags("Provider.Tags"),
    },
)


def trimmed(value: Any) -> Value:
    """A document by its text, without the space around it."""
    return str(value).strip() or None if value else None


SAML_PROVIDER = ResourceType(
    name="aws_iam_saml_provider",
    service="iam",
    regional=False,
    list=Call(op="ListSAMLProviders", take="SAMLProviderList"),
    # one call for each provider: the listing has only ARNs, and an account few of them
    describe=(Call(op="GetSAMLProvider", into="Provider", bind={"SAMLProviderArn": "Arn"}, gone=GONE),),
    id=text("Arn"),
    label="name",
    computed={"arn": text("Arn")},
    attributes={
        "name":                   name_of_arn("Arn"),
        "saml_metadata_document": attr("Provider.SAMLMetadataDocument", trimmed),
        "tags":                   tags("Provider.Tags"),
    },
    owners=(
        # Identity Center's own, in every account it reaches; the name is all that AWS gives it
        Owner("contains(Arn, ':saml-provider/AWSSSO_') && ends_with(Arn, '_DO_NOT_DELETE')", "IAM Identity Center"),
    ),
)


SERVER_CERTIFICATE = ResourceType(
    name="aws_iam_server_certificate",
    owner_tags=False,
    service="iam",
    regional=False,
    list=Call(op="ListServerCertificates", take="ServerCertificateMetadataList", args=PAGE),
    # one call for each managed certificate: the listing has neither text nor tags
    describe=(Call(op="GetServerCertificate", take="ServerCertificate", into="Certificate", gone=GONE,
                   bind={"ServerCertificateName": "ServerCertificateName"}),),
    id=text("ServerCertificateId"),
    import_id="name",
    label="name",
    computed={"arn": text("Arn"), "expiration": moment("Expiration")},
    attributes={
        "name":              text("ServerCertificateName", assigned=True),
        "path":              text("Path", default="/"),
        "certificate_body":  pem("Certificate.CertificateBody"),
        "certificate_chain": pem("Certificate.CertificateChain"),
        "tags":              tags("Certificate.Tags"),
    },
    ignored={
        "name_prefix": "only read when the certificate is uploaded",
        "private_key": "never returned by AWS",
    },
    owners=(Owner("starts_with(Path, '/aws-reserved/')", "AWS"),),
)

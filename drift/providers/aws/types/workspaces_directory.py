"""Amazon WorkSpaces: the directories that desktops are registered with, and who may reach them from where."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, flag, set_of, text
from drift.provider.spec import Attr, Call, Ref, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})


def _tags(at: str) -> Call:
    """One call for each: the listing has no tags."""
    return Call(op="DescribeTags", take="TagList", into="Tags", gone=GONE, bind={"ResourceId": at})


def _allowed(device: str) -> Attr:
    """Which devices may connect; AWS has a default of its own for each."""
    return text(f"DeviceType{device}", assigned=True)


DIRECTORY = ResourceType(
    name="aws_workspaces_directory",
    service="workspaces",
    list=Call(op="DescribeWorkspaceDirectories", take="Directories"),
    describe=(_tags("DirectoryId"),),
    id=text("DirectoryId"),
    label="id",
    exists="!contains(['DEREGISTERING', 'DEREGISTERED'], State || '')",
    computed={
        "alias":                       text("Alias"),
        "directory_name":              text("DirectoryName"),
        "iam_role_id":                 text("IamRoleId"),
        "workspace_security_group_id": text("WorkspaceSecurityGroupId"),
    },
    attributes={
        # a pool's directory is made with it, and has no other
        "directory_id":                      text("DirectoryId", assigned=True),
        "ip_group_ids":                      set_of(values.text, "ipGroupIds"),
        "subnet_ids":                        set_of(values.text, "SubnetIds", assigned=True),
        "user_identity_type":                text("UserIdentityType", assigned=True),
        "workspace_directory_description":   text("WorkspaceDirectoryDescription"),
        "workspace_directory_name":          text("WorkspaceDirectoryName"),
        "workspace_type":                    text("WorkspaceType", default="PERSONAL"),
        "active_directory_config":           block("ActiveDirectoryConfig", {
            "domain_name":                text("DomainName"),
            "service_account_secret_arn": text("ServiceAccountSecretArn"),
        }),
        "certificate_based_auth_properties": block("CertificateBasedAuthProperties", {
            "certificate_authority_arn": text("CertificateAuthorityArn"),
            "status":                    text("Status", default="DISABLED"),
        }),
        "saml_properties":                   block("SamlProperties", {
            "relay_state_parameter_name": text("RelayStateParameterName", default="RelayState"),
            "status":                     text("Status", default="DISABLED"),
            "user_access_url":            text("UserAccessUrl"),
        }),
        "self_service_permissions":          block("SelfservicePermissions", {
            "change_compute_type":  flag("ChangeComputeType", default=False),
            "increase_volume_size": flag("IncreaseVolumeSize", default=False),
            "rebuild_workspace":    flag("RebuildWorkspace", default=False),
            "restart_workspace":    flag("RestartWorkspace", default=True),
            "switch_running_mode":  flag("SwitchRunningMode", default=False),
        }),
        "workspace_access_properties":       block("WorkspaceAccessProperties", {
            "device_type_android":    _allowed("Android"),
            "device_type_chromeos":   _allowed("ChromeOs"),
            "device_type_ios":        _allowed("Ios"),
            "device_type_linux":      _allowed("Linux"),
            "device_type_osx":        _allowed("Osx"),
            "device_type_web":        _allowed("Web"),
            "device_type_windows":    _allowed("Windows"),
            "device_type_zeroclient": _allowed("ZeroClient"),
        }, assigned=True),
        "workspace_creation_properties":     block("WorkspaceCreationProperties", {
            "custom_security_group_id":            text("CustomSecurityGroupId"),
            "default_ou":                          text("DefaultOu"),
            "enable_internet_access":              flag("EnableInternetAccess", default=False),
            "enable_maintenance_mode":             flag("EnableMaintenanceMode", default=False),
            "user_enabled_as_local_administrator": flag("UserEnabledAsLocalAdministrator", default=False),
        }, assigned=True),
        "tags":                              tags("Tags"),
    },
    refs=(
        Ref("directory_id", to="aws_directory_service_directory"),
        Ref("ip_group_ids[]", to="aws_workspaces_ip_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("workspace_creation_properties.custom_security_group_id", to="aws_security_group"),
        Ref("active_directory_config.service_account_secret_arn", to="aws_secretsmanager_secret", by="arn"),
        Ref("certificate_based_auth_properties.certificate_authority_arn", to="aws_acmpca_certificate_authority",
            by="arn"),
    ),
    # the group of its desktops is made with it
    creates=(Ref("workspace_security_group_id", to="aws_security_group"),),
)

IP_GROUP = ResourceType(
    name="aws_workspaces_ip_group",
    service="workspaces",
    list=Call(op="DescribeIpGroups", take="Result"),
    describe=(_tags("groupId"),),
    id=text("groupId"),
    label="name",
    attributes={
        "name":        text("groupName"),
        "description": text("groupDesc"),
        "rules":       blocks("userRules", {"description": text("ruleDesc"), "source": text("ipRule")},
                              key=lambda r: r.get("source")),
        "tags":        tags("Tags"),
    },
)

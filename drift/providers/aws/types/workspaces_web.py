"""Amazon WorkSpaces Secure Browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, document, list_of, mapping, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Parent, Ref, ResourceType, Share, Within
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"ResourceNotFoundException"})


def _calls(op: str, member: str) -> tuple[Call, ...]:
    """Two calls for each: the listing tells little, and no tags."""
    arn = f"{member}Arn"
    return (
        Call(op=op, take=member, into="Settings", bind={arn: arn}, gone=GONE),
        Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": arn}, gone=GONE),
    )


ENCRYPTED: dict[str, Attr] = {
    "additional_encryption_context": mapping("Settings.additionalEncryptionContext"),
    "customer_managed_key":          kms_key("Settings.customerManagedKey"),
}
KEY = Ref("customer_managed_key", to="aws_kms_key", by="arn")


def _cookies(at: str) -> Attr:
    return blocks(at, {"domain": text("domain"), "name": text("name"), "path": text("path")})


USER_SETTINGS = ResourceType(
    name="aws_workspacesweb_user_settings",
    service="workspaces-web",
    list=Call(op="ListUserSettings", take="userSettings"),
    describe=_calls("GetUserSettings", "userSettings"),
    id=text("userSettingsArn"),
    identity=("user_settings_arn",),
    import_id="user_settings_arn",
    label="user_settings_arn",
    computed={"user_settings_arn": text("userSettingsArn")},
    attributes={
        **ENCRYPTED,
        "copy_allowed":                       text("copyAllowed"),
        "deep_link_allowed":                  text("deepLinkAllowed", assigned=True),
        "disconnect_timeout_in_minutes":      number("disconnectTimeoutInMinutes", assigned=True),
        "download_allowed":                   text("downloadAllowed"),
        "idle_disconnect_timeout_in_minutes": number("idleDisconnectTimeoutInMinutes", assigned=True),
        "paste_allowed":                      text("pasteAllowed"),
        "print_allowed":                      text("printAllowed"),
        "upload_allowed":                     text("uploadAllowed"),
        "cookie_synchronization_configuration": block("cookieSynchronizationConfiguration", {
            "allowlist": _cookies("allowlist"),
            "blocklist": _cookies("blocklist"),
        }),
        "toolbar_configuration":              block("toolbarConfiguration", {
            "hidden_toolbar_items":   list_of(values.text, "hiddenToolbarItems"),
            "max_display_resolution": text("maxDisplayResolution", assigned=True),
            "toolbar_type":           text("toolbarType", assigned=True),
            "visual_mode":            text("visualMode", assigned=True),
        }, assigned=True),
        "tags":                               tags("Tags"),
    },
    refs=(KEY,),
)

NETWORK_SETTINGS = ResourceType(
    name="aws_workspacesweb_network_settings",
    service="workspaces-web",
    list=Call(op="ListNetworkSettings", take="networkSettings"),
    describe=_calls("GetNetworkSettings", "networkSettings"),
    id=text("networkSettingsArn"),
    identity=("network_settings_arn",),
    import_id="network_settings_arn",
    label="network_settings_arn",
    computed={"network_settings_arn": text("networkSettingsArn")},
    attributes={
        "security_group_ids": set_of(values.text, "Settings.securityGroupIds"),
        "subnet_ids":         set_of(values.text, "Settings.subnetIds"),
        "vpc_id":             text("vpcId"),
        "tags":               tags("Tags"),
    },
    refs=(
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
        Ref("vpc_id", to="aws_vpc"),
    ),
)

BROWSER_SETTINGS = ResourceType(
    name="aws_workspacesweb_browser_settings",
    service="workspaces-web",
    list=Call(op="ListBrowserSettings", take="browserSettings"),
    describe=_calls("GetBrowserSettings", "browserSettings"),
    id=text("browserSettingsArn"),
    identity=("browser_settings_arn",),
    import_id="browser_settings_arn",
    label="browser_settings_arn",
    computed={"browser_settings_arn": text("browserSettingsArn")},
    attributes={
        **ENCRYPTED,
        "browser_policy": document("Settings.browserPolicy", verbatim=True),
        "tags":           tags("Tags"),
    },
    refs=(KEY,),
)

PORTAL = ResourceType(
    name="aws_workspacesweb_portal",
    service="workspaces-web",
    list=Call(op="ListPortals", take="portals"),
    describe=(
        # two calls for each: the listing tells neither its key nor its tags
        Call(op="GetPortal", take="portal", into="Settings", bind={"portalArn": "portalArn"}, gone=GONE),
        Call(op="ListTagsForResource", take="tags", into="Tags", bind={"resourceArn": "portalArn"}, gone=GONE),
    ),
    id=text("portalArn"),
    identity=("portal_arn",),
    import_id="portal_arn",
    label="display_name",
    computed={
        "portal_arn":           text("portalArn"),
        "portal_endpoint":      text("portalEndpoint"),
        "network_settings_arn": text("networkSettingsArn"),
        "session_logger_arn":   text("sessionLoggerArn"),
        "user_settings_arn":    text("userSettingsArn"),
    },
    attributes={
        **ENCRYPTED,
        "authentication_type":     text("authenticationType", default="Standard"),
        # an association of its own may say it as well
        "browser_settings_arn":    text("browserSettingsArn", assigned=True),
        "display_name":            text("displayName", assigned=True),
        "instance_type":           text("instanceType", assigned=True),
        "max_concurrent_sessions": number("maxConcurrentSessions", assigned=True),
        "tags":                    tags("Tags"),
    },
    refs=(KEY, Ref("browser_settings_arn", to="aws_workspacesweb_browser_settings", by="browser_settings_arn")),
)


def _association(name: str, member: str, covers: Mapping[str, Share] | None = None) -> ResourceType:
    """What a portal is set up with: it has one of each kind."""
    arn = f"{name}_arn"
    return ResourceType(
        name=f"aws_workspacesweb_{name}_association",
        service="workspaces-web",
        list=Within("aws_workspacesweb_portal"),
        exists=member,
        id=text("portalArn"),
        identity=("portal_arn",),
        import_id=f"join(',', [{arn}, portal_arn])",
        label="portal_arn",
        attributes={"portal_arn": text("portalArn"), arn: text(member)},
        refs=(Ref(arn, to=f"aws_workspacesweb_{name}", by=arn),),
        parent=Parent("portal_arn", to="aws_workspacesweb_portal", by="portal_arn", covers=covers or {}),
    )


BROWSER_SETTINGS_ASSOCIATION = _association("browser_settings", "browserSettingsArn", {"browser_settings_arn": WHOLE})
NETWORK_SETTINGS_ASSOCIATION = _association("network_settings", "networkSettingsArn")
SESSION_LOGGER_ASSOCIATION = _association("session_logger", "sessionLoggerArn")
USER_SETTINGS_ASSOCIATION = _association("user_settings", "userSettingsArn")


def _all(value: Any) -> Value:
    """An empty block that is there, or is not."""
    return value is not None and value != []


SESSION_LOGGER = ResourceType(
    name="aws_workspacesweb_session_logger",
    service="workspaces-web",
    list=Call(op="ListSessionLoggers", take="sessionLoggers"),
    describe=_calls("GetSessionLogger", "sessionLogger"),
    id=text("sessionLoggerArn"),
    identity=("session_logger_arn",),
    import_id="session_logger_arn",
    label="display_name",
    computed={"session_logger_arn": text("sessionLoggerArn")},
    attributes={
        **ENCRYPTED,
        "display_name":      text("displayName"),
        "event_filter":      block("Settings.eventFilter", {
            "all":     attr("all", _all),
            "include": set_of(values.text, "include"),
        }),
        "log_configuration": block("logConfiguration", {
            "s3": block("s3", {
                "bucket":           text("bucket"),
                "bucket_owner":     text("bucketOwner", assigned=True),
                "folder_structure": text("folderStructure"),
                "key_prefix":       text("keyPrefix"),
                "log_file_format":  text("logFileFormat"),
            }),
        }),
        "tags":              tags("Tags"),
    },
    refs=(KEY, Ref("log_configuration.s3.bucket", to="aws_s3_bucket")),
)

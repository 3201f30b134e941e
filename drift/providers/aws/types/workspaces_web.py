"""Amazon WorkSpaces Secure Browser."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, blocks, document, kms_key, list_of, mapping, number, set_of, tags, text
from drift.provider.spec import Attr, Call, Ref, ResourceType

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
        "browser_policy": document("Settings.browserPolicy"),
        "tags":           tags("Tags"),
    },
    refs=(KEY,),
)

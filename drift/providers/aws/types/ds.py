"""AWS Directory Service."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import block, flag, number, set_of, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"EntityDoesNotExistException"})


def _network(at: str, more: str) -> str:
    return f"{at} && {{found: {at}, {more}}}"


DIRECTORY = ResourceType(
    name="aws_directory_service_directory",
    service="ds",
    # one that another account shares with us is listed, too
    list=Call(op="DescribeDirectories", take="DirectoryDescriptions[?Type != 'SharedMicrosoftAD']"),
    describe=(Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceId": "DirectoryId"}, gone=GONE),),
    id=text("DirectoryId"),
    label="name",
    exists="!contains(['Deleting', 'Deleted'], Stage || '')",
    computed={
        "access_url":        text("AccessUrl"),
        "dns_ip_addresses":  set_of(values.text, "DnsIpAddrs"),
        "security_group_id": text("VpcSettings.SecurityGroupId || ConnectSettings.SecurityGroupId"),
    },
    attributes={
        "name":                                 text("Name"),
        "alias":                                text("Alias", assigned=True),
        "description":                          text("Description"),
        "desired_number_of_domain_controllers": number("DesiredNumberOfDomainControllers", assigned=True,
                                                       from_state=lambda value, _: values.number(value) or None),
        "edition":                              text("Edition", assigned=True),
        "enable_sso":                           flag("SsoEnabled", default=False),
        "short_name":                           text("ShortName", assigned=True),
        "size":                                 text("Size", assigned=True),
        "type":                                 text("Type", default="SimpleAD"),
        "connect_settings":                     block(_network("ConnectSettings", "dns: DnsIpAddrs"), {
            # a connector's addresses are those of the directory that it leads to
            "customer_dns_ips":  set_of(values.text, "dns"),
            "customer_username": text("found.CustomerUserName"),
            "subnet_ids":        set_of(values.text, "found.SubnetIds"),
            "vpc_id":            text("found.VpcId"),
        }),
        "vpc_settings":                         block("VpcSettings", {
            "subnet_ids": set_of(values.text, "SubnetIds"),
            "vpc_id":     text("VpcId"),
        }),
        "tags":                                 tags("Tags"),
    },
    ignored={"password": "never returned by AWS"},
    refs=(
        Ref("vpc_settings.vpc_id", to="aws_vpc"),
        Ref("vpc_settings.subnet_ids[]", to="aws_subnet"),
        Ref("connect_settings.vpc_id", to="aws_vpc"),
        Ref("connect_settings.subnet_ids[]", to="aws_subnet"),
    ),
    # the group of its controllers is made with it
    creates=(Ref("security_group_id", to="aws_security_group"),),
)

LOG_SUBSCRIPTION = ResourceType(
    name="aws_directory_service_log_subscription",
    service="ds",
    list=Call(op="ListLogSubscriptions", take="LogSubscriptions"),
    id=text("DirectoryId"),
    label="log_group_name",
    attributes={"directory_id": text("DirectoryId"), "log_group_name": text("LogGroupName")},
    refs=(Ref("log_group_name", to="aws_cloudwatch_log_group"),),
    parent=Parent("directory_id", to="aws_directory_service_directory"),
)

RADIUS_SETTINGS = ResourceType(
    name="aws_directory_service_radius_settings",
    service="ds",
    list=Within("aws_directory_service_directory"),
    exists="RadiusSettings",
    id=text("DirectoryId"),
    label="display_label",
    attributes={
        "directory_id":            text("DirectoryId"),
        "authentication_protocol": text("RadiusSettings.AuthenticationProtocol"),
        "display_label":           text("RadiusSettings.DisplayLabel"),
        "radius_port":             number("RadiusSettings.RadiusPort"),
        "radius_retries":          number("RadiusSettings.RadiusRetries", default=0),
        "radius_servers":          set_of(values.text, "RadiusSettings.RadiusServers"),
        "radius_timeout":          number("RadiusSettings.RadiusTimeout"),
        "use_same_username":       flag("RadiusSettings.UseSameUsername", default=False),
    },
    ignored={"shared_secret": "a secret: AWS answers with asterisks"},
    parent=Parent("directory_id", to="aws_directory_service_directory"),
)

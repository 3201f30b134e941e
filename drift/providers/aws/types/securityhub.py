"""AWS Security Hub."""

from __future__ import annotations

from drift.provider.kinds import block, flag, text
from drift.provider.spec import Call, Parent, ResourceType
from drift.providers.aws.types.organizations import MANAGEMENT

OFF = frozenset({"InvalidAccessException", "ResourceNotFoundException"})
"""An account that is not subscribed is refused with an error of its own."""

ACCOUNT = ResourceType(
    name="aws_securityhub_account",
    not_imported=frozenset({"enable_default_standards"}),
    service="securityhub",
    list=Call(op="DescribeHub", take="HubArn && [@]", absent=OFF),
    id=text("here.account"),
    label="id",
    computed={"arn": text("HubArn")},
    attributes={
        "auto_enable_controls":      flag("AutoEnableControls", default=True),
        # hubs older than February 2023 have another default
        "control_finding_generator": text("ControlFindingGenerator", assigned=True),
    },
    ignored={"enable_default_standards": "only read when the account is subscribed"},
)

STANDARDS = ResourceType(
    name="aws_securityhub_standards_subscription",
    service="securityhub",
    list=Call(op="GetEnabledStandards", take="StandardsSubscriptions", absent=OFF),
    id=text("StandardsSubscriptionArn"),
    label="standards_arn",
    exists="StandardsStatus != 'DELETING'",
    computed={"account": text("here.account", outside_schema=True)},
    attributes={"standards_arn": text("StandardsArn")},
    # the default ones come with the subscription of the account, unless that says otherwise
    parent=Parent("account", to="aws_securityhub_account", covered_if="enable_default_standards"),
)

ORGANIZATION_ADMIN_ACCOUNT = ResourceType(
    name="aws_securityhub_organization_admin_account",
    service="securityhub",
    # others than the organisation's management account are refused as for want of a permission
    list=Call(op="ListOrganizationAdminAccounts", take="AdminAccounts[?Status == 'ENABLED']", where=(MANAGEMENT,),
              guest="`true`"),
    id=text("AccountId"),
    label="id",
    attributes={"admin_account_id": text("AccountId")},
)

ORGANIZATION_CONFIGURATION = ResourceType(
    name="aws_securityhub_organization_configuration",
    service="securityhub",
    # only the organisation's administrator of Security Hub may ask
    list=None,
    lookup=Call(op="DescribeOrganizationConfiguration", take="@"),
    id=text("here.account"),
    label="id",
    attributes={
        "auto_enable":                flag("AutoEnable"),
        "auto_enable_standards":      text("AutoEnableStandards", assigned=True),
        "organization_configuration": block("OrganizationConfiguration", {
            "configuration_type": text("ConfigurationType", default="LOCAL"),
        }, assigned=True),
    },
)

"""AWS Security Hub."""

from __future__ import annotations

from drift.provider.kinds import flag, text
from drift.provider.spec import Call, ResourceType

ACCOUNT = ResourceType(
    name="aws_securityhub_account",
    service="securityhub",
    # an account that is not subscribed is refused with an error of its own
    list=Call(op="DescribeHub", take="HubArn && [@]",
              absent=frozenset({"InvalidAccessException", "ResourceNotFoundException"})),
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

"""Amazon Macie."""

from __future__ import annotations

from drift.provider.kinds import text
from drift.provider.spec import Call, ResourceType

ACCOUNT = ResourceType(
    name="aws_macie2_account",
    service="macie2",
    # an account without Macie is refused as one without permission is: only asked where it is desired
    list=None,
    lookup=Call(op="GetMacieSession", take="@"),
    exists="status",
    id=text("here.account"),
    label="id",
    computed={"service_role": text("serviceRole")},
    attributes={
        "finding_publishing_frequency": text("findingPublishingFrequency", default="FIFTEEN_MINUTES"),
        "status":                       text("status", default="ENABLED"),
    },
)

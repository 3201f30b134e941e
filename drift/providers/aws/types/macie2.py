"""Amazon Macie."""

from __future__ import annotations

from drift.model.coverage import SWITCHED_OFF
from drift.provider.kinds import text
from drift.provider.spec import Call, ResourceType

ACCOUNT = ResourceType(
    name="aws_macie2_account",
    service="macie2",
    # only asked where it is desired: what nobody switched on is no drift
    list=None,
    lookup=Call(op="GetMacieSession", take="@", absent=frozenset({SWITCHED_OFF})),
    exists="status",
    id=text("here.account"),
    label="id",
    computed={"service_role": text("serviceRole")},
    attributes={
        "finding_publishing_frequency": text("findingPublishingFrequency", default="FIFTEEN_MINUTES", same_for_all=True),
        "status":                       text("status", default="ENABLED", same_for_all=True),
    },
)

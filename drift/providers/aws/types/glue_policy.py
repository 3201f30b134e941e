"""Who else may use an account's Glue catalogue."""

from __future__ import annotations

from drift.provider.kinds import attr
from drift.provider.spec import Call, ResourceType
from drift.providers.aws.kinds import policy
from drift.providers.aws.types.glue import GONE

RESOURCE_POLICY = ResourceType(
    name="aws_glue_resource_policy",
    service="glue",
    # without the ARN of a database or table it is the catalogue's own, one for a region
    list=Call(op="GetResourcePolicy", take="[@][?PolicyInJson]", absent=GONE),
    # Terraform calls it by its region where it made it, by what was typed where it was imported
    id=attr("PolicyInJson", lambda value: "default"),
    label="id",
    attributes={"policy": policy("PolicyInJson")},
    ignored={"enable_hybrid": "said when the policy is put, and never returned by AWS"},
)

"""Amazon EMR."""

from __future__ import annotations

from drift.catalog.kinds import document, text
from drift.catalog.spec import Call, ResourceType

SECURITY_CONFIGURATION = ResourceType(
    name="aws_emr_security_configuration",
    service="emr",
    list=Call(op="ListSecurityConfigurations", take="SecurityConfigurations"),
    describe=(
        Call(op="DescribeSecurityConfiguration", into="Described", bind={"Name": "Name"}),
    ),
    id=text("Name"),
    label="name",
    attributes={
        "name":          text("Name", assigned=True),
        "configuration": document("Described.SecurityConfiguration"),
    },
    ignored={"name_prefix": "only read when it is created"},
)

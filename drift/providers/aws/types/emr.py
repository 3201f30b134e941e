"""Amazon EMR."""

from __future__ import annotations

from drift.provider.kinds import attr, blocks, document, flag, number, text
from drift.provider.spec import Call, Owner, ResourceType

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
        "configuration": document("Described.SecurityConfiguration", verbatim=True),
    },
    ignored={"name_prefix": "only read when it is created"},
)

BLOCK_PUBLIC_ACCESS = ResourceType(
    name="aws_emr_block_public_access_configuration",
    service="emr",
    # one setting for each region, without a name
    list=Call(op="GetBlockPublicAccessConfiguration",
              take="[BlockPublicAccessConfiguration] | [?type(BlockPublicSecurityGroupRules) == 'boolean']"),
    id=attr("BlockPublicSecurityGroupRules", lambda value: "emr-block-public-access-configuration"),
    import_id="'current'",
    label="id",
    attributes={
        "block_public_security_group_rules":          flag("BlockPublicSecurityGroupRules"),
        "permitted_public_security_group_rule_range": blocks("PermittedPublicSecurityGroupRuleRanges", {
            "min_range": number("MinRange"),
            "max_range": number("MaxRange"),
        }),
    },
    # what every account begins with: nothing but SSH
    owners=(Owner("BlockPublicSecurityGroupRules && length(not_null(PermittedPublicSecurityGroupRuleRanges, `[]`)) == `1` "
                  "&& PermittedPublicSecurityGroupRuleRanges[0] == `{\"MinRange\": 22, \"MaxRange\": 22}`", "AWS"),),
)

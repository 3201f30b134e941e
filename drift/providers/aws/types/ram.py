"""AWS Resource Access Manager: what is shared with whom."""

from __future__ import annotations

from drift.normalize import values
from drift.provider.kinds import flag, set_of, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType
from drift.providers.aws.kinds import tags

GONE = frozenset({"UnknownResourceException"})
THERE = "!contains(['DELETING', 'DELETED', 'FAILED', 'DISASSOCIATING', 'DISASSOCIATED'], status)"
"""What ended is still listed for hours."""
OF_SHARE = Parent("resource_share_arn", to="aws_ram_resource_share", by="arn")
BY_POLICY = Owner("featureSet == 'CREATED_FROM_POLICY'", "a resource's own policy")

RESOURCE_SHARE = ResourceType(
    name="aws_ram_resource_share",
    service="ram",
    list=Call(op="GetResourceShares", take="resourceShares", args={"resourceOwner": "SELF"}),
    describe=(
        # one call for each managed share
        Call(op="ListResourceSharePermissions", take="permissions", into="Permissions", gone=GONE,
             bind={"resourceShareArn": "resourceShareArn"}),
    ),
    id=text("resourceShareArn"),
    identity=("arn",),
    label="name",
    exists=THERE,
    computed={"arn": text("resourceShareArn")},
    attributes={
        "name":                      text("name"),
        "allow_external_principals": flag("allowExternalPrincipals", default=False),
        "permission_arns":           set_of(values.text, "Permissions[].arn", assigned=True),
        "tags":                      tags("tags"),
    },
    owners=(BY_POLICY,),
)

PRINCIPAL = ResourceType(
    name="aws_ram_principal_association",
    service="ram",
    list=Call(op="GetResourceShareAssociations", take="resourceShareAssociations",
              args={"associationType": "PRINCIPAL"}),
    id=text("join(',', [resourceShareArn, associatedEntity])"),
    label="principal",
    exists=THERE,
    attributes={"principal": text("associatedEntity"), "resource_share_arn": text("resourceShareArn")},
    parent=OF_SHARE,
)

RESOURCE = ResourceType(
    name="aws_ram_resource_association",
    service="ram",
    list=Call(op="GetResourceShareAssociations", take="resourceShareAssociations",
              args={"associationType": "RESOURCE"}),
    id=text("join(',', [resourceShareArn, associatedEntity])"),
    label="resource_arn",
    exists=THERE,
    attributes={"resource_arn": text("associatedEntity"), "resource_share_arn": text("resourceShareArn")},
    parent=OF_SHARE,
    refs=(Ref("resource_arn", to="aws_subnet", by="arn"), Ref("resource_arn", to="aws_ec2_transit_gateway", by="arn")),
)

ACCEPTER = ResourceType(
    name="aws_ram_resource_share_accepter",
    service="ram",
    # within an organisation, shares come without anybody accepting them, and nothing shows which: only the
    # desired ones are asked for
    list=None,
    lookup=Call(op="GetResourceShares", take="resourceShares", args={"resourceOwner": "OTHER-ACCOUNTS"},
              bind={"resourceShareArns": "[share_arn]"}, absent=GONE),
    id=text("resourceShareArn"),
    identity=("share_arn",),
    label="share_name",
    exists=THERE,
    computed={"share_name": text("name"), "sender_account_id": text("owningAccountId")},
    attributes={"share_arn": text("resourceShareArn")},
)

ORGANIZATION = ResourceType(
    name="aws_ram_sharing_with_organization",
    service="organizations",
    regional=False,
    list=None,  # only the organisation's management account may ask
    lookup=Call(op="ListAWSServiceAccessForOrganization",
              take="EnabledServicePrincipals[?ServicePrincipal == 'ram.amazonaws.com']",
              absent=frozenset({"AWSOrganizationsNotInUseException"})),
    id=text("here.account"),
    label="id",
    attributes={},
)

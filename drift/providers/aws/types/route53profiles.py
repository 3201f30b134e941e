"""Amazon Route 53 Profiles: DNS settings that many VPCs share."""

from __future__ import annotations

from drift.provider.kinds import document, text
from drift.provider.spec import Call, Parent, Ref, ResourceType, Where, Within
from drift.providers.aws.kinds import tags

GONE = frozenset({"ResourceNotFoundException"})
ASSOCIATION_ARN = (
    "join('', ['arn:', here.partition, ':route53profiles:', here.region, ':', here.account, ':profile-association/', Id])"
)

PROFILE = ResourceType(
    name="aws_route53profiles_profile",
    service="route53profiles",
    list=Call(op="ListProfiles", take="ProfileSummaries"),
    describe=(
        # one call of each kind for each managed profile: resources are listed by profile alone
        Call(op="ListProfileResourceAssociations", take="ProfileResourceAssociations", into="Resources",
             bind={"ProfileId": "Id"}, gone=GONE),
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "Arn"}, gone=GONE),
    ),
    id=text("Id"),
    label="name",
    # those that another account shares with us are listed, too
    account="account(Arn)",
    computed={"arn": text("Arn"), "share_status": text("ShareStatus")},
    attributes={"name": text("Name"), "tags": tags("Tags")},
)

RESOURCE_ASSOCIATION = ResourceType(
    name="aws_route53profiles_resource_association",
    service="route53profiles",
    list=Within("aws_route53profiles_profile", each="Resources[]"),
    id=text("Id"),
    label="name",
    exists="Status != 'DELETING' && Status != 'DELETED'",
    computed={"owner_id": text("OwnerId"), "resource_type": text("ResourceType")},
    attributes={
        "name":                text("Name"),
        "profile_id":          text("ProfileId"),
        "resource_arn":        text("ResourceArn"),
        "resource_properties": document("ResourceProperties"),
    },
    parent=Parent("profile_id", to="aws_route53profiles_profile"),
    refs=(
        Ref("resource_arn", to="aws_route53_resolver_rule", by="arn"),
        Ref("resource_arn", to="aws_route53_resolver_firewall_rule_group", by="arn"),
    ),
)

ASSOCIATION = ResourceType(
    name="aws_route53profiles_association",
    service="route53profiles",
    # profiles that others share with us are listed too
    list=Call(op="ListProfileAssociations", take="ProfileAssociations",
              where=(Where("aws_route53profiles_profile"),)),
    describe=(
        # one call for each managed association
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": ASSOCIATION_ARN}, gone=GONE),
    ),
    id=text("Id"),
    label="name",
    exists="Status != 'DELETING' && Status != 'DELETED'",
    computed={"arn": text(ASSOCIATION_ARN), "owner_id": text("OwnerId")},
    attributes={
        "name":        text("Name"),
        "profile_id":  text("ProfileId"),
        "resource_id": text("ResourceId"),
        "tags":        tags("Tags"),
    },
    refs=(Ref("profile_id", to="aws_route53profiles_profile"), Ref("resource_id", to="aws_vpc")),
)

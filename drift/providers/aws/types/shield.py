"""AWS Shield Advanced: an account that is not subscribed has none of it."""

from __future__ import annotations

from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, blocks, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within
from drift.providers.aws.arn import Arn
from drift.providers.aws.kinds import tags

NOT_SUBSCRIBED = frozenset({"ResourceNotFoundException"})

PROTECTION = ResourceType(
    name="aws_shield_protection",
    service="shield",
    regional=False,
    list=Call(op="ListProtections", take="Protections", absent=NOT_SUBSCRIBED),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceARN": "ProtectionArn"},
             gone=NOT_SUBSCRIBED),
    ),
    id=text("Id"),
    label="name",
    computed={"arn": text("ProtectionArn")},
    attributes={"name": text("Name"), "resource_arn": text("ResourceArn"), "tags": tags("Tags")},
    refs=(
        Ref("resource_arn", to="aws_lb", by="arn"),
        Ref("resource_arn", to="aws_cloudfront_distribution", by="arn"),
        Ref("resource_arn", to="aws_globalaccelerator_accelerator", by="arn"),
    ),
)

AUTOMATIC_RESPONSE = ResourceType(
    name="aws_shield_application_layer_automatic_response",
    service="shield",
    regional=False,
    list=Within("aws_shield_protection", each="ApplicationLayerAutomaticResponseConfiguration.[@][?Status == 'ENABLED']"),
    id=text("parent.ResourceArn"),
    label="resource_arn",
    computed={"protection": text("parent.Id", outside_schema=True)},
    attributes={
        "resource_arn": text("parent.ResourceArn"),
        # each is an empty object, which JMESPath takes for false
        "action":       text("contains(keys(Action), 'Block') && 'BLOCK' || 'COUNT'"),
    },
    parent=Parent("protection", to="aws_shield_protection"),
)


def _account(value: Any) -> str | None:
    """The account; the provider's first versions recorded the role's ARN for it."""
    arn = Arn.parse(str(value)) if value else None
    return arn.account if arn is not None else values.text(value)


DRT_ACCESS_ROLE = ResourceType(
    name="aws_shield_drt_access_role_arn_association",
    service="shield",
    regional=False,
    list=Call(op="DescribeDRTAccess", take="RoleArn && [@]", absent=NOT_SUBSCRIBED),
    id=attr("here.account", _account),
    label="role_arn",
    attributes={"role_arn": text("RoleArn")},
    refs=(Ref("role_arn", to="aws_iam_role", by="arn"),),
)


def _engaged(value: Any) -> Value:
    return "PENDING" if value == "PENDING" else values.boolean(value)


PROACTIVE_ENGAGEMENT = ResourceType(
    name="aws_shield_proactive_engagement",
    service="shield",
    regional=False,
    # null until somebody named contacts: the account has them or has not
    list=Call(op="DescribeSubscription", take="Subscription.[@][?ProactiveEngagementStatus]", absent=NOT_SUBSCRIBED),
    describe=(
        Call(op="DescribeEmergencyContactSettings", take="EmergencyContactList", into="Contacts"),
    ),
    id=text("here.account"),
    label="id",
    attributes={
        # until the response team has confirmed it, it is neither
        "enabled":           attr("ProactiveEngagementStatus", _engaged, same=lambda _, have: have == "PENDING"),
        "emergency_contact": blocks("Contacts", {
            "contact_notes": text("ContactNotes"),
            "email_address": text("EmailAddress"),
            "phone_number":  text("PhoneNumber"),
        }, key=lambda c: c.get("email_address")),
    },
    # the contacts stay where it is switched off
    owners=(Owner("ProactiveEngagementStatus == 'DISABLED'", "AWS"),),
)

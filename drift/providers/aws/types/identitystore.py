"""The identity store of IAM Identity Center: users and groups."""

from __future__ import annotations

from drift.provider.kinds import block, flag, text
from drift.provider.spec import Call, Owner, Parent, Ref, ResourceType, Within

GONE = frozenset({"ResourceNotFoundException"})
STORES = Call(op="ListInstances", service="sso-admin",
              take="Instances[].{IdentityStoreId: IdentityStoreId, Owner: OwnerAccountId}")
GUEST = "Owner != here.account"
OF_STORE = {"IdentityStoreId": "IdentityStoreId"}
# only who provisions by SCIM, or Active Directory, sets an external id (API reference, ExternalId)
PROVISIONED = (Owner("ExternalIds[?Issuer]", "the identity provider"),)

GROUP = ResourceType(
    name="aws_identitystore_group",
    service="identitystore",
    list=Call(op="ListGroups", take="Groups", per=STORES, bind=OF_STORE, guest=GUEST),
    describe=(
        # one call for each managed group: memberships are listed by group, or by user, alone
        Call(op="ListGroupMemberships", take="GroupMemberships", into="Members", gone=GONE,
             bind={**OF_STORE, "GroupId": "GroupId"}),
    ),
    id=text("join('/', [IdentityStoreId, GroupId])"),
    identity=("group_id",),
    label="display_name",
    computed={"group_id": text("GroupId")},
    attributes={
        "identity_store_id": text("IdentityStoreId"),
        "display_name":      text("DisplayName"),
        "description":       text("Description"),
    },
    owners=PROVISIONED,
)

USER = ResourceType(
    name="aws_identitystore_user",
    service="identitystore",
    list=Call(op="ListUsers", take="Users", per=STORES, bind=OF_STORE, guest=GUEST),
    id=text("join('/', [IdentityStoreId, UserId])"),
    label="user_name",
    computed={"user_id": text("UserId")},
    attributes={
        "identity_store_id":  text("IdentityStoreId"),
        "user_name":          text("UserName"),
        "display_name":       text("DisplayName"),
        "locale":             text("Locale"),
        "nickname":           text("NickName"),
        "preferred_language": text("PreferredLanguage"),
        "profile_url":        text("ProfileUrl"),
        "timezone":           text("Timezone"),
        "title":              text("Title"),
        "user_type":          text("UserType"),
        "name":               block("Name", {
            "family_name":      text("FamilyName"),
            "formatted":        text("Formatted"),
            "given_name":       text("GivenName"),
            "honorific_prefix": text("HonorificPrefix"),
            "honorific_suffix": text("HonorificSuffix"),
            "middle_name":      text("MiddleName"),
        }),
        "addresses":          block("Addresses[0]", {
            "country":        text("Country"),
            "formatted":      text("Formatted"),
            "locality":       text("Locality"),
            "postal_code":    text("PostalCode"),
            "primary":        flag("Primary"),
            "region":         text("Region"),
            "street_address": text("StreetAddress"),
            "type":           text("Type"),
        }),
        "emails":             block("Emails[0]", {
            "primary": flag("Primary"), "type": text("Type"), "value": text("Value"),
        }),
        "phone_numbers":      block("PhoneNumbers[0]", {
            "primary": flag("Primary"), "type": text("Type"), "value": text("Value"),
        }),
    },
    owners=PROVISIONED,
)

MEMBERSHIP = ResourceType(
    name="aws_identitystore_group_membership",
    service="identitystore",
    list=Within("aws_identitystore_group", each="Members[]"),
    id=text("join('/', [IdentityStoreId || parent.IdentityStoreId, MembershipId])"),
    label="id",
    computed={"membership_id": text("MembershipId")},
    attributes={
        "identity_store_id": text("IdentityStoreId || parent.IdentityStoreId"),
        "group_id":          text("GroupId || parent.GroupId"),
        "member_id":         text("MemberId.UserId"),
    },
    parent=Parent("group_id", to="aws_identitystore_group", by="group_id"),
    refs=(Ref("member_id", to="aws_identitystore_user", by="user_id"),),
)

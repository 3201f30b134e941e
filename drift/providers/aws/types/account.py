"""The account itself."""

from __future__ import annotations

from drift.provider.kinds import text
from drift.provider.spec import Call, ResourceType

NONE = frozenset({"ResourceNotFoundException"})
KINDS = ("BILLING", "OPERATIONS", "SECURITY")

ALTERNATE_CONTACT = ResourceType(
    name="aws_account_alternate_contact",
    service="account",
    regional=False,
    list=tuple(
        Call(op="GetAlternateContact", take="AlternateContact.[@]", args={"AlternateContactType": kind}, absent=NONE)
        for kind in KINDS
    ),
    # those of the organisation's other accounts are told to who asks by their number
    lookup=Call(op="GetAlternateContact", take="AlternateContact", absent=NONE,
                bind={"AccountId": "account_id", "AlternateContactType": "alternate_contact_type"}),
    id=text("join('/', [AccountId, AlternateContactType][?@])"),
    identity=("account_id", "alternate_contact_type"),
    label="alternate_contact_type",
    attributes={
        "account_id":             text("AccountId"),
        "alternate_contact_type": text("AlternateContactType"),
        "email_address":          text("EmailAddress"),
        "name":                   text("Name"),
        "phone_number":           text("PhoneNumber"),
        "title":                  text("Title"),
    },
)

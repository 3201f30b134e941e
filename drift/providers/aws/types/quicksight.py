"""Amazon QuickSight: only asked where something of it is desired; who is not signed up is refused like a stranger."""

from __future__ import annotations

from typing import Any

from drift.normalize import values
from drift.provider.kinds import attr, set_of, tags, text
from drift.provider.spec import Call, Ref, ResourceType

GONE = frozenset({"ResourceNotFoundException"})
AT_SIGN_UP = "only read when the account is signed up"


def _letters(value: Any) -> str | None:
    """`IAM_AND_QUICKSIGHT`, `IAMAndQuickSight`."""
    return str(value).lower().replace("_", "") if value else None


ACCOUNT_SUBSCRIPTION = ResourceType(
    name="aws_quicksight_account_subscription",
    service="quicksight",
    list=None,
    lookup=Call(op="DescribeAccountSubscription", take="AccountInfo.[@]", bind={"AwsAccountId": "id"}, gone=GONE),
    id=text("AwsAccountId"),
    label="account_name",
    exists="AccountSubscriptionStatus != 'UNSUBSCRIBED'",
    computed={"account_subscription_status": text("AccountSubscriptionStatus")},
    attributes={
        "account_name":                     text("AccountName"),
        # written with underscores in a request, and without them in an answer
        "authentication_method":            attr("AuthenticationType", _letters),
        "aws_account_id":                   text("AwsAccountId", assigned=True),
        "edition":                          text("Edition"),
        "iam_identity_center_instance_arn": text("IAMIdentityCenterInstanceArn"),
        "notification_email":               text("NotificationEmail"),
    },
    ignored=dict.fromkeys(("active_directory_name", "admin_group", "author_group", "contact_number", "directory_id", "email_address", "first_name", "last_name", "reader_group", "realm"), AT_SIGN_UP),
)

VPC_CONNECTION = ResourceType(
    name="aws_quicksight_vpc_connection",
    service="quicksight",
    list=None,
    lookup=Call(op="DescribeVPCConnection", take="VPCConnection", gone=GONE,
              bind={"AwsAccountId": "aws_account_id", "VPCConnectionId": "vpc_connection_id"}),
    describe=(Call(op="ListTagsForResource", take="Tags", into="Tags", bind={"ResourceArn": "Arn"}, gone=GONE),),
    id=text("join(',', [AwsAccountId, VPCConnectionId])"),
    label="name",
    exists="!contains(['DELETED', 'DELETION_IN_PROGRESS'], Status || '')",
    computed={"arn": text("Arn"), "availability_status": text("AvailabilityStatus")},
    attributes={
        "aws_account_id":     text("AwsAccountId", assigned=True),
        "name":               text("Name"),
        "dns_resolvers":      set_of(values.text, "DnsResolvers"),
        "role_arn":           text("RoleArn"),
        "security_group_ids": set_of(values.text, "SecurityGroupIds"),
        "subnet_ids":         set_of(values.text, "NetworkInterfaces[?!contains(['DELETED', 'DELETING'], Status || '')].SubnetId"),
        "vpc_connection_id":  text("VPCConnectionId"),
        "tags":               tags("Tags"),
    },
    refs=(
        Ref("role_arn", to="aws_iam_role", by="arn"),
        Ref("security_group_ids[]", to="aws_security_group"),
        Ref("subnet_ids[]", to="aws_subnet"),
    ),
)

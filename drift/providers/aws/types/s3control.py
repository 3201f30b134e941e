"""Amazon S3 Control: the account's block of public access, and access points."""

from __future__ import annotations

from drift.provider.kinds import block, flag, policy, text
from drift.provider.spec import Call, Owner, Ref, ResourceType

GONE = frozenset({"NoSuchAccessPoint"})

ACCOUNT_PUBLIC_ACCESS_BLOCK = ResourceType(
    name="aws_s3_account_public_access_block",
    service="s3control",
    scope="global",
    list=Call(op="GetPublicAccessBlock", iam="s3:GetAccountPublicAccessBlock", bind={"AccountId": "here.account"},
              take="PublicAccessBlockConfiguration.[@]",
              absent=frozenset({"NoSuchPublicAccessBlockConfiguration"})),
    id=text("here.account"),
    label="id",
    attributes={
        "account_id":              text("here.account", assigned=True),
        "block_public_acls":       flag("BlockPublicAcls"),
        "block_public_policy":     flag("BlockPublicPolicy"),
        "ignore_public_acls":      flag("IgnorePublicAcls"),
        "restrict_public_buckets": flag("RestrictPublicBuckets"),
    },
    # all false means the same as none
    owners=(Owner("!(BlockPublicAcls || BlockPublicPolicy || IgnorePublicAcls || RestrictPublicBuckets)", "AWS"),),
)

ACCESS_POINT = ResourceType(
    name="aws_s3_access_point",
    service="s3control",
    list=Call(op="ListAccessPoints", take="AccessPointList", iam="s3:ListAccessPoints",
              bind={"AccountId": "here.account"}),
    describe=(
        # one call for each: there is no batch form
        Call(op="GetAccessPoint", into="Point", gone=GONE, iam="s3:GetAccessPoint",
             bind={"AccountId": "here.account", "Name": "Name"}),
        Call(op="GetAccessPointPolicy", take="Policy", into="Policy", gone=GONE, iam="s3:GetAccessPointPolicy",
             absent=frozenset({"NoSuchAccessPointPolicy"}), bind={"AccountId": "here.account", "Name": "Name"}),
    ),
    id=text("join(':', [here.account, Name])"),
    label="name",
    computed={"arn": text("AccessPointArn"), "alias": text("Alias")},
    attributes={
        "account_id":        text("here.account", assigned=True),
        "bucket":            text("Bucket"),
        "bucket_account_id": text("BucketAccountId", assigned=True),
        "name":              text("Name"),
        "policy":            policy("Policy"),
        "public_access_block_configuration": block("Point.PublicAccessBlockConfiguration", {
            "block_public_acls":       flag("BlockPublicAcls", default=True),
            "block_public_policy":     flag("BlockPublicPolicy", default=True),
            "ignore_public_acls":      flag("IgnorePublicAcls", default=True),
            "restrict_public_buckets": flag("RestrictPublicBuckets", default=True),
        }),
        "vpc_configuration": block("VpcConfiguration", {"vpc_id": text("VpcId")}),
    },
    refs=(Ref("bucket", to="aws_s3_bucket"), Ref("vpc_configuration.vpc_id", to="aws_vpc")),
)

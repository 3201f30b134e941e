"""Amazon S3 Control: the account's block of public access, and access points."""

from __future__ import annotations

from drift.provider.kinds import block, blocks, flag, text
from drift.provider.spec import Call, Owner, Ref, ResourceType
from drift.providers.aws.kinds import policy, tags

GONE = frozenset({"NoSuchAccessPoint"})

ACCOUNT_PUBLIC_ACCESS_BLOCK = ResourceType(
    name="aws_s3_account_public_access_block",
    service="s3control",
    regional=False,
    list=Call(op="GetPublicAccessBlock", action="s3:GetAccountPublicAccessBlock", bind={"AccountId": "here.account"},
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
    list=Call(op="ListAccessPoints", take="AccessPointList", action="s3:ListAccessPoints",
              bind={"AccountId": "here.account"}),
    describe=(
        # one call for each: there is no batch form
        Call(op="GetAccessPoint", into="Point", gone=GONE, action="s3:GetAccessPoint",
             bind={"AccountId": "here.account", "Name": "Name"}),
        Call(op="GetAccessPointPolicy", take="Policy", into="Policy", gone=GONE, action="s3:GetAccessPointPolicy",
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

NO_INSTANCE = frozenset({"AccessGrantsInstanceNotExistsError"})
GRANT_TAGS = "s3:ListTagsForResource"

ACCESS_GRANTS_INSTANCE = ResourceType(
    name="aws_s3control_access_grants_instance",
    service="s3control",
    list=Call(op="ListAccessGrantsInstances", take="AccessGrantsInstancesList", action="s3:ListAccessGrantsInstances",
              bind={"AccountId": "here.account"}),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", action=GRANT_TAGS, absent=NO_INSTANCE,
             bind={"AccountId": "here.account", "ResourceArn": "AccessGrantsInstanceArn"}),
    ),
    # one for each region
    id=text("here.account"),
    label="id",
    computed={
        "access_grants_instance_arn": text("AccessGrantsInstanceArn"),
        "access_grants_instance_id":  text("AccessGrantsInstanceId"),
    },
    attributes={
        "account_id":          text("here.account", assigned=True),
        "identity_center_arn": text("IdentityCenterInstanceArn", assigned=True),
        "tags":                tags("Tags"),
    },
)

ACCESS_GRANT = ResourceType(
    name="aws_s3control_access_grant",
    service="s3control",
    list=Call(op="ListAccessGrants", take="AccessGrantsList", action="s3:ListAccessGrants", absent=NO_INSTANCE,
              bind={"AccountId": "here.account"}),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", action=GRANT_TAGS, absent=NO_INSTANCE,
             bind={"AccountId": "here.account", "ResourceArn": "AccessGrantArn"}),
    ),
    id=text("join(',', [here.account, AccessGrantId])"),
    label="grant_scope",
    computed={
        "access_grant_arn": text("AccessGrantArn"),
        "access_grant_id":  text("AccessGrantId"),
        "grant_scope":      text("GrantScope"),
    },
    attributes={
        "account_id":                text("here.account", assigned=True),
        "access_grants_location_id": text("AccessGrantsLocationId"),
        "permission":                text("Permission"),
        "access_grants_location_configuration": blocks("AccessGrantsLocationConfiguration.[@]", {
            "s3_sub_prefix": text("S3SubPrefix"),
        }),
        "grantee":                   blocks("Grantee.[@]", {
            "grantee_identifier": text("GranteeIdentifier"),
            "grantee_type":       text("GranteeType"),
        }),
        "tags":                      tags("Tags"),
    },
    ignored={"s3_prefix_type": "never returned by AWS"},
)

ACCESS_GRANTS_LOCATION = ResourceType(
    name="aws_s3control_access_grants_location",
    service="s3control",
    list=Call(op="ListAccessGrantsLocations", take="AccessGrantsLocationsList", action="s3:ListAccessGrantsLocations",
              absent=NO_INSTANCE, bind={"AccountId": "here.account"}),
    describe=(
        Call(op="ListTagsForResource", take="Tags", into="Tags", action=GRANT_TAGS, absent=NO_INSTANCE,
             bind={"AccountId": "here.account", "ResourceArn": "AccessGrantsLocationArn"}),
    ),
    id=text("join(',', [here.account, AccessGrantsLocationId])"),
    label="location_scope",
    computed={
        "access_grants_location_arn": text("AccessGrantsLocationArn"),
        "access_grants_location_id":  text("AccessGrantsLocationId"),
    },
    attributes={
        "account_id":     text("here.account", assigned=True),
        "iam_role_arn":   text("IAMRoleArn"),
        "location_scope": text("LocationScope"),
        "tags":           tags("Tags"),
    },
    refs=(Ref("iam_role_arn", to="aws_iam_role", by="arn"),),
)

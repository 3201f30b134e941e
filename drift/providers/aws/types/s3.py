"""Amazon S3: the bucket, with all that is asked of one, and the parts most buckets have."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from drift.model.value import Block, Value, as_block, as_tuple, freeze
from drift.normalize import values
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Call, Owner, Parent, Ref, ResourceType, Share, Within
from drift.providers.aws.kinds import kms_key, policy, tags
from drift.providers.aws.normalize.tags import tag_map

GONE = frozenset({"NoSuchBucket"})
NOT_HERE = "MethodNotAllowed NotImplemented XNotImplemented UnsupportedArgument UnsupportedOperation"
"""What S3 answers in regions and partitions without a feature."""
GUARD = "a guard on Terraform's own requests, not a property of the bucket"

BLOCKS = {
    "block_public_acls":       "BlockPublicAcls",
    "block_public_policy":     "BlockPublicPolicy",
    "ignore_public_acls":      "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
"""What a public access block may block: Terraform's argument -> member of the API."""
VERSIONED = "Versioning.Status == 'Enabled'"
"""Object lock and replication need versions: S3 refuses to suspend them while either is configured ("How S3 Object Lock
works"; "Requirements and considerations for replication")."""


def of_bucket(op: str, *, take: str, into: str, absent: str = "", action: str = "", only_if: str = "") -> Call:
    """A question about one bucket, S3 has no batch form; "not configured" is an error of its own for each."""
    codes = frozenset(absent.split())
    return Call(op=op, take=take, into=into, bind={"Bucket": "Name"}, gone=GONE, absent=codes, action=action,
                only_if=only_if)


def part(name: str, attributes: Mapping[str, Attr], *, covers: Mapping[str, Share] | None = None, exists: str = "",
         ignored: Mapping[str, str] | None = None, refs: tuple[Ref, ...] = (),
         owners: tuple[Owner, ...] = ()) -> ResourceType:
    """One of the resources that Terraform has split the bucket into; its `id` may hold more than the bucket's name."""
    return ResourceType(
        name=name, service="s3", regional=False, list=Within("aws_s3_bucket"), exists=exists,
        id=attr("Name", before_comma), identity=("bucket",), import_id="bucket", label="bucket",
        attributes={"bucket": text("Name"), **attributes}, ignored=ignored or {},
        parent=Parent("bucket", to="aws_s3_bucket", covers=covers or {}), refs=refs, owners=owners,
    )


def before_comma(value: Any) -> str | None:
    """`bucket` of the ids `bucket,owner` and `bucket,acl`."""
    return str(value).split(",", 1)[0] if value else None


def midnight(found: Any, _item: Any) -> str | None:
    """The day of a rule as its resource takes it."""
    return None if found is None else f"{day(found)}T00:00:00Z"


def day(value: Any) -> str | None:
    """S3 acts at midnight UTC: a date is its day, however it is written."""
    return (value if isinstance(value, str) else value.isoformat())[:10] if value else None


def pairs(value: Any) -> Value:
    """The tags of a filter, as a map, as a list, or a single one."""
    return tag_map(value if isinstance(value, Mapping) else [t for t in value or () if t])


def _located(value: Any, form: str) -> str | None:
    """What Terraform computes of a bucket's name and region; on its own side it stands ready."""
    if not isinstance(value, Mapping):
        return value or None
    region = value.get("Region") or ""
    china = region.startswith("cn-")
    return form.format(
        name=value["Name"], region=region, suffix="amazonaws.com.cn" if china else "amazonaws.com",
        partition="aws-cn" if china else "aws-us-gov" if region.startswith("us-gov-") else "aws",
    )


def located(form: str) -> Attr:
    """An attribute made of the bucket's name, region and partition."""
    return attr("{Name: Name, Region: BucketRegion}", lambda value: _located(value, form))


def _grants(value: Any) -> frozenset[Block]:
    """GetBucketAcl answers one grant for each permission, Terraform writes one for each grantee."""
    permissions: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for grant in value or ():
        who = grant.get("Grantee") or grant
        grantee = tuple(str(who.get(k) or who.get(k.lower()) or "") for k in ("ID", "Type", "URI"))
        permissions[grantee[0], grantee[1], grantee[2]] |= {*(grant.get("permissions") or [grant.get("Permission")])}
    return frozenset(
        Block(id=i, type=t, uri=u, permissions=frozenset(given)) for (i, t, u), given in permissions.items()
    )


def _private(want: Value, have: Value) -> bool:
    """Nobody asked for grants, and only one owner holds all: the ACL that AWS gives every bucket."""
    grants = [as_block(g) for g in as_tuple(have)]
    return not want and [(g["type"], g["permissions"]) for g in grants] == [("CanonicalUser", frozenset({"FULL_CONTROL"}))]


def _plain_encryption(want: Value, have: Value) -> bool:
    """No encryption was asked for and SSE-S3 is there, which every bucket has since January 2023."""
    return all(
        rule.get("sse_algorithm") in (None, "AES256")
        for side in (want, have)
        for rule in [as_block(as_block(as_block(side).get("rule")).get("apply_server_side_encryption_by_default"))]
    )


def _redirect(value: Any) -> str | None:
    """The inline website writes where it redirects to as one URL."""
    if not isinstance(value, Mapping):
        return value or None
    return f"{value['Protocol']}://{value['HostName']}" if value.get("Protocol") else value["HostName"]


def _routing_rules(value: Any) -> Value:
    """JSON in the API's own words, with or without the fields that are empty."""
    return freeze(_without_empty(json.loads(value) if isinstance(value, str) and value else value or ()))


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _without_empty(v) for k, v in value.items() if v not in (None, "", {})}
    return [_without_empty(v) for v in value] if isinstance(value, list | tuple) else value


LIFECYCLE_RULE = {
    "id":                                     text("ID", assigned=True),
    "enabled":                                flag("Status"),
    "prefix":                                 text("Prefix || Filter.Prefix || Filter.And.Prefix"),
    "tags":                                   attr("Filter.And.Tags || [Filter.Tag]", pairs),
    "abort_incomplete_multipart_upload_days": number("AbortIncompleteMultipartUpload.DaysAfterInitiation", default=0),
    "expiration": block("Expiration", {
        "date":                         attr("Date", day),
        "days":                         number("Days", default=0),
        "expired_object_delete_marker": flag("ExpiredObjectDeleteMarker"),
    }),
    "noncurrent_version_expiration": block("NoncurrentVersionExpiration", {
        "days": number("NoncurrentDays", default=0),
    }),
    "noncurrent_version_transition": blocks("NoncurrentVersionTransitions", {
        "days":          number("NoncurrentDays", default=0),
        "storage_class": text("StorageClass"),
    }),
    "transition": blocks("Transitions", {
        "date":          attr("Date", day),
        "days":          number("Days", default=0),
        "storage_class": text("StorageClass"),
    }),
}

REPLICATION_RULE = {
    "id":                               text("ID"),
    "prefix":                           text("Prefix"),
    "priority":                         number("Priority", default=0),
    "status":                           text("Status"),
    "delete_marker_replication_status": attr("DeleteMarkerReplication.Status", lambda v: v if v == "Enabled" else None),
    "destination": block("Destination", {
        "account_id":         text("Account"),
        "bucket":             text("Bucket"),
        "replica_kms_key_id": kms_key("EncryptionConfiguration.ReplicaKmsKeyID"),
        "storage_class":      text("StorageClass"),
        "access_control_translation": block("AccessControlTranslation", {"owner": text("Owner")}),
        "metrics": block("Metrics", {
            "minutes": number("EventThreshold.Minutes", default=0),
            "status":  text("Status"),
        }),
        "replication_time": block("ReplicationTime", {
            "minutes": number("Time.Minutes", default=0),
            "status":  text("Status"),
        }),
    }),
    "filter": block("Filter", {
        "prefix": text("Prefix || And.Prefix"),
        "tags":   attr("And.Tags || [Tag]", pairs),
    }),
    "source_selection_criteria": block("SourceSelectionCriteria", {
        "sse_kms_encrypted_objects": block("SseKmsEncryptedObjects", {"enabled": flag("Status")}),
    }),
}

BUCKET = ResourceType(
    name="aws_s3_bucket",
    service="s3",
    either=(("object_lock_enabled", "object_lock_configuration"),),
    regional=False,
    # the region of a bucket is answered only to a request with a parameter
    list=Call(op="ListBuckets", take="Buckets", args={"MaxBuckets": 1000}, action="s3:ListAllMyBuckets"),
    describe=(
        of_bucket("GetBucketTagging", take="TagSet", into="Tags", absent="NoSuchTagSet"),
        of_bucket("GetBucketPolicy", take="Policy", into="Policy", absent=f"NoSuchBucketPolicy {NOT_HERE}"),
        of_bucket("GetBucketVersioning", take="{Status: Status, MFADelete: MFADelete}", into="Versioning"),
        of_bucket("GetBucketEncryption", take="ServerSideEncryptionConfiguration", into="Encryption",
                  absent="ServerSideEncryptionConfigurationNotFoundError", action="s3:GetEncryptionConfiguration"),
        of_bucket("GetPublicAccessBlock", take="PublicAccessBlockConfiguration", into="PublicAccessBlock",
                  absent="NoSuchPublicAccessBlockConfiguration", action="s3:GetBucketPublicAccessBlock"),
        of_bucket("GetBucketOwnershipControls", take="OwnershipControls", into="Ownership",
                  absent="OwnershipControlsNotFoundError"),
        of_bucket("GetBucketAcl", take="@", into="Acl"),
        of_bucket("GetBucketAccelerateConfiguration", take="{Status: Status}", into="Accelerate", absent=NOT_HERE,
                  action="s3:GetAccelerateConfiguration"),
        of_bucket("GetBucketCors", take="CORSRules", into="Cors", absent="NoSuchCORSConfiguration",
                  action="s3:GetBucketCORS"),
        of_bucket("GetBucketLifecycleConfiguration", take="@", into="Lifecycle",
                  absent="NoSuchLifecycleConfiguration", action="s3:GetLifecycleConfiguration"),
        of_bucket("GetBucketLogging", take="LoggingEnabled", into="Logging", absent=NOT_HERE),
        of_bucket("GetObjectLockConfiguration", take="ObjectLockConfiguration", into="ObjectLock",
                  absent=f"ObjectLockConfigurationNotFoundError {NOT_HERE}", action="s3:GetBucketObjectLockConfiguration",
                  only_if=VERSIONED),
        of_bucket("GetBucketReplication", take="ReplicationConfiguration", into="Replication",
                  absent="ReplicationConfigurationNotFoundError", action="s3:GetReplicationConfiguration",
                  only_if=VERSIONED),
        of_bucket("GetBucketRequestPayment", take="{Payer: Payer}", into="Payment", absent=NOT_HERE),
        of_bucket("GetBucketWebsite", take="@", into="Website", absent=f"NoSuchWebsiteConfiguration {NOT_HERE}"),
        of_bucket("GetBucketNotificationConfiguration", take="@", into="Notification", action="s3:GetBucketNotification"),
        of_bucket("ListBucketAnalyticsConfigurations", take="AnalyticsConfigurationList", into="Analytics",
                  absent=NOT_HERE, action="s3:GetAnalyticsConfiguration"),
        of_bucket("ListBucketInventoryConfigurations", take="InventoryConfigurationList", into="Inventories",
                  absent=NOT_HERE, action="s3:GetInventoryConfiguration"),
        of_bucket("ListBucketMetricsConfigurations", take="MetricsConfigurationList", into="Metrics",
                  absent=NOT_HERE, action="s3:GetMetricsConfiguration"),
        of_bucket("ListBucketIntelligentTieringConfigurations", take="IntelligentTieringConfigurationList",
                  into="Tiering", absent=NOT_HERE, action="s3:GetIntelligentTieringConfiguration"),
    ),
    id=text("Name"),
    label="bucket",
    computed={
        "arn":                         located("arn:{partition}:s3:::{name}"),
        "bucket_domain_name":          located("{name}.s3.{suffix}"),
        "bucket_regional_domain_name": located("{name}.s3.{region}.{suffix}"),
        "region":                      text("BucketRegion"),
        # without a block of its own nothing is blocked
        **{snake: flag(f"PublicAccessBlock.{name}", default=False, outside_schema=True) for snake, name in BLOCKS.items()},
    },
    attributes={
        "bucket":              text("Name", assigned=True),
        "tags":                tags("Tags"),
        "policy":              policy("Policy"),
        "grant":               attr("Acl.Grants", _grants, same=_private, set_by=("acl",)),
        "acceleration_status": text("Accelerate.Status", default="Suspended"),
        "request_payer":       text("Payment.Payer", default="BucketOwner"),
        "object_lock_enabled": flag("ObjectLock.ObjectLockEnabled", default=False),
        "versioning": block("Versioning", {
            "enabled":    flag("Status"),
            "mfa_delete": flag("MFADelete"),
        }, set_by=("object_lock_enabled",)),  # a bucket with object lock has versions
        "server_side_encryption_configuration": block("Encryption", {
            "rule": block("Rules[0]", {
                "bucket_key_enabled": flag("BucketKeyEnabled"),
                "apply_server_side_encryption_by_default": block("ApplyServerSideEncryptionByDefault", {
                    "kms_master_key_id": kms_key("KMSMasterKeyID"),
                    "sse_algorithm":     text("SSEAlgorithm"),
                }),
            }),
        }, same=_plain_encryption),
        "cors_rule": blocks("Cors", {
            "allowed_headers": set_of(values.text, "AllowedHeaders"),
            "allowed_methods": set_of(values.text, "AllowedMethods"),
            "allowed_origins": set_of(values.text, "AllowedOrigins"),
            "expose_headers":  set_of(values.text, "ExposeHeaders"),
            "max_age_seconds": number("MaxAgeSeconds", default=0),
        }),
        "lifecycle_rule": blocks("Lifecycle.Rules", LIFECYCLE_RULE, key=lambda rule: rule["id"]),
        "logging": block("Logging", {
            "target_bucket": text("TargetBucket"),
            "target_prefix": text("TargetPrefix"),
        }),
        "object_lock_configuration": block("ObjectLock", {
            "object_lock_enabled": text("ObjectLockEnabled", default="Enabled"),
            "rule": block("Rule", {
                "default_retention": block("DefaultRetention", {
                    "days":  number("Days", default=0),
                    "mode":  text("Mode"),
                    "years": number("Years", default=0),
                }),
            }),
        }, set_by=("object_lock_enabled",)),
        "replication_configuration": block("Replication", {
            "role":  text("Role"),
            "rules": blocks("Rules", REPLICATION_RULE, key=lambda rule: rule["id"]),
        }),
        "website": block("Website", {
            "error_document":           text("ErrorDocument.Key"),
            "index_document":           text("IndexDocument.Suffix"),
            "redirect_all_requests_to": attr("RedirectAllRequestsTo", _redirect),
            "routing_rules":            attr("RoutingRules", _routing_rules),
        }),
    },
    ignored={
        "acl":           "AWS never answers the name of a canned ACL: `grant` covers what it gave",
        "bucket_prefix": "only read when the bucket is created",
        "force_destroy": "an instruction to Terraform",
    },
    refs=(
        Ref("logging.target_bucket", to="aws_s3_bucket"),
        Ref("replication_configuration.role", to="aws_iam_role", by="arn"),
        Ref("replication_configuration.rules[].destination.bucket", to="aws_s3_bucket", by="arn"),
        Ref("server_side_encryption_configuration.rule.apply_server_side_encryption_by_default.kms_master_key_id",
            to="aws_kms_key", by="arn"),
    ),
)

VERSIONING = part(
    "aws_s3_bucket_versioning",
    {"versioning_configuration": block("Versioning", {
        "status":     text("Status", default="Disabled"),  # a bucket that never had versions answers with nothing
        "mfa_delete": text("MFADelete", default="Disabled"),
    })},
    covers={"versioning": WHOLE},
    ignored={"mfa": "a one-time code for Terraform's own request", "expected_bucket_owner": GUARD},
)

ENCRYPTION = part(
    "aws_s3_bucket_server_side_encryption_configuration",
    {"rule": block("Encryption.Rules[0]", {  # S3 keeps one
        "bucket_key_enabled": flag("BucketKeyEnabled"),
        "apply_server_side_encryption_by_default": block("ApplyServerSideEncryptionByDefault", {
            "kms_master_key_id": kms_key("KMSMasterKeyID"),
            "sse_algorithm":     text("SSEAlgorithm"),
        }),
    })},
    exists="Encryption",
    covers={"server_side_encryption_configuration": WHOLE},
    ignored={"expected_bucket_owner": GUARD},
    refs=(Ref("rule.apply_server_side_encryption_by_default.kms_master_key_id", to="aws_kms_key", by="arn"),),
)

PUBLIC_ACCESS_BLOCK = part(
    "aws_s3_bucket_public_access_block",
    {snake: flag(f"PublicAccessBlock.{name}") for snake, name in BLOCKS.items()},
    exists="PublicAccessBlock",
    # all true is how AWS makes buckets since April 2023, all false means the same as none
    owners=(
        Owner("contains([`[true,true,true,true]`, `[false,false,false,false]`], PublicAccessBlock.[BlockPublicAcls, "
              "BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets])", "AWS"),
    ),
)

POLICY = part(
    "aws_s3_bucket_policy",
    {"policy": policy("Policy")},
    exists="Policy",
    covers={"policy": WHOLE},
)

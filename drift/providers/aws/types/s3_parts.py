"""Amazon S3: the further resources that Terraform has split a bucket into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider import canonical
from drift.provider.kinds import attr, block, blocks, flag, number, set_of, text
from drift.provider.spec import WHOLE, Attr, Owner, Parent, Raw, Ref, ResourceType, Within
from drift.providers.aws.kinds import kms_key
from drift.providers.aws.types.s3 import GUARD, day, midnight, pairs, part


def named_part(name: str, section: str, attributes: Mapping[str, Attr], *, refs: tuple[Ref, ...] = ()) -> ResourceType:
    """One of the configurations of which a bucket may have several, each with a name."""
    return ResourceType(
        name=name, service="s3", regional=False, list=Within("aws_s3_bucket", each=f"{section}[]"),
        id=text("join(':', [parent.Name, Id])"), identity=("bucket", "name"), label="id",
        attributes={"bucket": text("parent.Name"), "name": text("Id"), **attributes},
        parent=Parent("bucket", to="aws_s3_bucket"), refs=refs,
    )


def is_there(at: str) -> Attr:
    """A block without attributes: it is there or it is not."""
    return attr(f"{at} != `null`", bool)


def grantee(at: str) -> Attr:
    """Who a grant is to; AWS answers an e-mail address with the account's canonical id."""
    return block(at, {"id": text("ID"), "type": text("Type"), "uri": text("URI")})


def name_filter(which: str) -> Attr:
    """`prefix` or `suffix` of a notification; S3 answers the names with a capital."""
    return text(f"Filter.Key.FilterRules[?Name == '{which}' || Name == '{which.title()}'].Value | [0]")


OBJECT_FILTER = {"prefix": text("Prefix || And.Prefix"), "tags": attr("And.Tags || [Tag]", pairs)}

ACCELERATION = part(
    "aws_s3_bucket_accelerate_configuration",
    {"status": text("Accelerate.Status", default="Suspended")},  # one that never was accelerated answers with nothing
    covers={"acceleration_status": WHOLE},
    ignored={"expected_bucket_owner": GUARD},
)

GRANTS = block("Acl", {
    "grant": blocks("Grants", {"permission": text("Permission"), "grantee": grantee("Grantee")}),
    "owner": block("Owner", {"id": text("ID")}),
})
CANNED = {
    "private": (),
    "public-read": (("AllUsers", "READ"),),
    "public-read-write": (("AllUsers", "READ"), ("AllUsers", "WRITE")),
    "authenticated-read": (("AuthenticatedUsers", "READ"),),
}
"""Canned ACL -> what it grants to groups; the owner may do all (S3 user guide, "Access control list overview")."""


def _as_said(value: Any, acl: Raw) -> Value:
    """A refresh records whatever is granted, beside the canned ACL that was asked for: that one tells what was meant."""
    policy = value[0] if isinstance(value, list) and value else {}
    owner = ((policy.get("owner") or [{}])[0] or {}).get("id")
    groups = CANNED.get(str(acl.get("acl")))
    if groups is None or not owner:
        return canonical.desired(GRANTS, value, acl)
    given = [("FULL_CONTROL", {"id": owner, "type": "CanonicalUser"})]
    given += [(may, {"uri": f"http://acs.amazonaws.com/groups/global/{who}", "type": "Group"}) for who, may in groups]
    return canonical.desired(GRANTS, [{**policy, "grant": [{"permission": m, "grantee": [g]} for m, g in given]}], acl)


ACL = part(
    "aws_s3_bucket_acl",
    {"access_control_policy": replace(GRANTS, from_state=_as_said)},
    covers={"grant": WHOLE},
    ignored={
        "acl":                                               "AWS never answers the name of a canned ACL: "
                                                             "`access_control_policy` tells what it gave",
        "access_control_policy.grant.grantee.email_address": "AWS answers with the account's canonical id",
        "access_control_policy.owner.display_name":          "AWS gives none since November 2025",
        "expected_bucket_owner":                             GUARD,
    },
)

ANALYTICS = named_part("aws_s3_bucket_analytics_configuration", "Analytics", {
    "filter": block("Filter", OBJECT_FILTER),
    "storage_class_analysis": block("StorageClassAnalysis", {
        "data_export": block("DataExport", {
            "output_schema_version": text("OutputSchemaVersion", default="V_1"),
            "destination": block("Destination", {
                "s3_bucket_destination": block("S3BucketDestination", {
                    "bucket_account_id": text("BucketAccountId"),
                    "bucket_arn":        text("Bucket"),
                    "format":            text("Format", default="CSV"),
                    "prefix":            text("Prefix"),
                }),
            }),
        }),
    }),
}, refs=(
    Ref("storage_class_analysis.data_export.destination.s3_bucket_destination.bucket_arn",
        to="aws_s3_bucket", by="arn"),
))

CORS = part(
    "aws_s3_bucket_cors_configuration",
    {"cors_rule": blocks("Cors", {
        "allowed_headers": set_of(values.text, "AllowedHeaders"),
        "allowed_methods": set_of(values.text, "AllowedMethods"),
        "allowed_origins": set_of(values.text, "AllowedOrigins"),
        "expose_headers":  set_of(values.text, "ExposeHeaders"),
        "id":              text("ID"),
        "max_age_seconds": number("MaxAgeSeconds", default=0),
    })},
    exists="Cors",
    covers={"cors_rule": WHOLE},
    ignored={"expected_bucket_owner": GUARD},
)

INVENTORY = named_part("aws_s3_bucket_inventory", "Inventories", {
    "enabled":                  flag("IsEnabled", default=True),
    "included_object_versions": text("IncludedObjectVersions"),
    "optional_fields":          set_of(values.text, "OptionalFields"),
    "filter":   block("Filter", {"prefix": text("Prefix")}),
    "schedule": block("Schedule", {"frequency": text("Frequency")}),
    "destination": block("Destination", {
        "bucket": block("S3BucketDestination", {
            "account_id": text("AccountId"),
            "bucket_arn": text("Bucket"),
            "format":     text("Format"),
            "prefix":     text("Prefix"),
            "encryption": block("Encryption", {
                "sse_kms": block("SSEKMS", {"key_id": kms_key("KeyId")}),
                "sse_s3":  is_there("SSES3"),
            }),
        }),
    }),
}, refs=(
    Ref("destination.bucket.bucket_arn", to="aws_s3_bucket", by="arn"),
    Ref("destination.bucket.encryption.sse_kms.key_id", to="aws_kms_key", by="arn"),
))

LIFECYCLE = part(
    "aws_s3_bucket_lifecycle_configuration",
    {
        "transition_default_minimum_object_size": text("Lifecycle.TransitionDefaultMinimumObjectSize", assigned=True),
        "rule": blocks("Lifecycle.Rules", {
            "id":     text("ID"),
            "prefix": text("Prefix", default=""),
            "status": text("Status"),
            "abort_incomplete_multipart_upload": block("AbortIncompleteMultipartUpload", {
                "days_after_initiation": number("DaysAfterInitiation", default=0),
            }),
            "expiration": block("Expiration", {
                "date":                         attr("Date", day, written=midnight),
                "days":                         number("Days", default=0),
                "expired_object_delete_marker": flag("ExpiredObjectDeleteMarker", default=False),
            }),
            "filter": block("Filter", {
                "object_size_greater_than": number("ObjectSizeGreaterThan", default=0),
                "object_size_less_than":    number("ObjectSizeLessThan", default=0),
                "prefix":                   text("Prefix", default=""),
                "tag": block("Tag", {"key": text("Key"), "value": text("Value")}),
                "and": block("And", {
                    "object_size_greater_than": number("ObjectSizeGreaterThan", default=0),
                    "object_size_less_than":    number("ObjectSizeLessThan", default=0),
                    "prefix":                   text("Prefix", default=""),
                    "tags":                     attr("Tags", pairs),
                }),
            }),
            "noncurrent_version_expiration": block("NoncurrentVersionExpiration", {
                "newer_noncurrent_versions": number("NewerNoncurrentVersions", default=0),
                "noncurrent_days":           number("NoncurrentDays", default=0),
            }),
            "noncurrent_version_transition": blocks("NoncurrentVersionTransitions", {
                "newer_noncurrent_versions": number("NewerNoncurrentVersions", default=0),
                "noncurrent_days":           number("NoncurrentDays", default=0),
                "storage_class":             text("StorageClass"),
            }, key=lambda t: t["storage_class"]),
            "transition": blocks("Transitions", {
                "date":          attr("Date", day, written=midnight),
                "days":          number("Days", default=0),
                "storage_class": text("StorageClass"),
            }, key=lambda t: t["storage_class"]),
        }, key=lambda rule: rule["id"]),
    },
    exists="Lifecycle.Rules",
    covers={"lifecycle_rule": WHOLE},
    ignored={"expected_bucket_owner": GUARD},
)

LOGGING = part(
    "aws_s3_bucket_logging",
    {
        "target_bucket": text("Logging.TargetBucket"),
        "target_prefix": text("Logging.TargetPrefix"),
        "target_grant":  blocks("Logging.TargetGrants", {
            "permission": text("Permission"),
            "grantee":    grantee("Grantee"),
        }),
        "target_object_key_format": block("Logging.TargetObjectKeyFormat", {
            "partitioned_prefix": block("PartitionedPrefix", {"partition_date_source": text("PartitionDateSource")}),
        }),
    },
    exists="Logging",
    covers={"logging": WHOLE},
    ignored={
        "expected_bucket_owner":                  GUARD,
        "target_grant.grantee.email_address":     "AWS answers with the account's canonical id",
        "target_object_key_format.simple_prefix": "what S3 does where nothing is said, and has no attributes",
    },
    refs=(Ref("target_bucket", to="aws_s3_bucket"),),
)

METRIC = named_part("aws_s3_bucket_metric", "Metrics", {
    "filter": block("Filter", {**OBJECT_FILTER, "access_point": text("AccessPointArn || And.AccessPointArn")}),
}, refs=(Ref("filter.access_point", to="aws_s3_access_point", by="arn"),))

NOTIFICATION = part(
    "aws_s3_bucket_notification",
    {
        "eventbridge": attr("Notification.EventBridgeConfiguration != `null`", bool),
        **{
            name: blocks(f"Notification.{section}", {
                "id":            text("Id", assigned=True),
                arn:             text(member),
                "events":        set_of(values.text, "Events"),
                "filter_prefix": name_filter("prefix"),
                "filter_suffix": name_filter("suffix"),
            }, key=lambda n: n["id"])
            for name, section, arn, member in (
                ("lambda_function", "LambdaFunctionConfigurations", "lambda_function_arn", "LambdaFunctionArn"),
                ("queue",           "QueueConfigurations",          "queue_arn",           "QueueArn"),
                ("topic",           "TopicConfigurations",          "topic_arn",           "TopicArn"),
            )
        },
    },
    # a resource that says nothing is one all the same: it means that there are no notifications
    owners=(Owner("Notification == `{}`", "AWS"),),
    refs=(
        Ref("lambda_function[].lambda_function_arn", to="aws_lambda_function", by="arn"),
        Ref("queue[].queue_arn", to="aws_sqs_queue", by="arn"),
        Ref("topic[].topic_arn", to="aws_sns_topic", by="arn"),
    ),
)

OBJECT_LOCK = part(
    "aws_s3_bucket_object_lock_configuration",
    {
        "object_lock_enabled": text("ObjectLock.ObjectLockEnabled", default="Enabled"),
        "rule": block("ObjectLock.Rule", {
            "default_retention": block("DefaultRetention", {
                "days":  number("Days", default=0),
                "mode":  text("Mode"),
                "years": number("Years", default=0),
            }),
        }),
    },
    exists="ObjectLock",
    covers={"object_lock_configuration": WHOLE, "object_lock_enabled": WHOLE},
    ignored={"expected_bucket_owner": GUARD, "token": "a ticket for Terraform's own request"},
)

OWNERSHIP_CONTROLS = part(
    "aws_s3_bucket_ownership_controls",
    {"rule": block("Ownership.Rules[0]", {"object_ownership": text("ObjectOwnership")})},
    exists="Ownership",
    # how AWS makes buckets since April 2023
    owners=(Owner("Ownership.Rules[0].ObjectOwnership == 'BucketOwnerEnforced'", "AWS"),),
)

REPLICATION = part(
    "aws_s3_bucket_replication_configuration",
    {
        "role": text("Replication.Role"),
        "rule": blocks("Replication.Rules", {
            "id":       text("ID", assigned=True),
            "prefix":   text("Prefix"),
            "priority": number("Priority", default=0),
            "status":   text("Status"),
            "delete_marker_replication":   block("DeleteMarkerReplication", {"status": text("Status")}),
            "existing_object_replication": block("ExistingObjectReplication", {"status": text("Status")}),
            "destination": block("Destination", {
                "account":       text("Account"),
                "bucket":        text("Bucket"),
                "storage_class": text("StorageClass"),
                "access_control_translation": block("AccessControlTranslation", {"owner": text("Owner")}),
                "encryption_configuration": block("EncryptionConfiguration", {
                    "replica_kms_key_id": kms_key("ReplicaKmsKeyID"),
                }),
                "metrics": block("Metrics", {
                    "status":          text("Status"),
                    "event_threshold": block("EventThreshold", {"minutes": number("Minutes")}),
                }),
                "replication_time": block("ReplicationTime", {
                    "status": text("Status"),
                    "time":   block("Time", {"minutes": number("Minutes")}),
                }),
            }),
            "filter": block("Filter", {
                "prefix": text("Prefix"),
                "tag":    block("Tag", {"key": text("Key"), "value": text("Value")}),
                "and":    block("And", {"prefix": text("Prefix"), "tags": attr("Tags", pairs)}),
            }),
            "source_selection_criteria": block("SourceSelectionCriteria", {
                "replica_modifications":     block("ReplicaModifications", {"status": text("Status")}),
                "sse_kms_encrypted_objects": block("SseKmsEncryptedObjects", {"status": text("Status")}),
            }),
        }, key=lambda rule: rule["id"]),
    },
    exists="Replication",
    covers={"replication_configuration": WHOLE},
    ignored={"token": "a ticket for Terraform's own request"},
    refs=(
        Ref("role", to="aws_iam_role", by="arn"),
        Ref("rule[].destination.bucket", to="aws_s3_bucket", by="arn"),
        Ref("rule[].destination.encryption_configuration.replica_kms_key_id", to="aws_kms_key", by="arn"),
    ),
)

REQUEST_PAYMENT = part(
    "aws_s3_bucket_request_payment_configuration",
    {"payer": text("Payment.Payer", default="BucketOwner")},
    covers={"request_payer": WHOLE},
    ignored={"expected_bucket_owner": GUARD},
)

WEBSITE = part(
    "aws_s3_bucket_website_configuration",
    {
        "error_document": block("Website.ErrorDocument", {"key": text("Key")}),
        "index_document": block("Website.IndexDocument", {"suffix": text("Suffix")}),
        "redirect_all_requests_to": block("Website.RedirectAllRequestsTo", {
            "host_name": text("HostName"),
            "protocol":  text("Protocol"),
        }),
        "routing_rule": blocks("Website.RoutingRules", {
            "condition": block("Condition", {
                "http_error_code_returned_equals": text("HttpErrorCodeReturnedEquals"),
                "key_prefix_equals":               text("KeyPrefixEquals"),
            }),
            "redirect": block("Redirect", {
                "host_name":               text("HostName"),
                "http_redirect_code":      text("HttpRedirectCode"),
                "protocol":                text("Protocol"),
                "replace_key_prefix_with": text("ReplaceKeyPrefixWith"),
                "replace_key_with":        text("ReplaceKeyWith"),
            }),
        }),
    },
    exists="Website",
    covers={"website": WHOLE},
    ignored={"expected_bucket_owner": GUARD, "routing_rules": "`routing_rule` once more, as JSON"},
)

INTELLIGENT_TIERING = named_part("aws_s3_bucket_intelligent_tiering_configuration", "Tiering", {
    "status": text("Status", default="Enabled"),
    "filter": block("Filter", OBJECT_FILTER),
    "tiering": blocks("Tierings", {
        "access_tier": text("AccessTier"),
        "days":        number("Days"),
    }, key=lambda t: t["access_tier"]),
})

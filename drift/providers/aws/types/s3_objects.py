"""Amazon S3: objects.

Only managed ones are looked at, each by its own name: a bucket may hold any number of objects, and a listing tells
neither their types nor their keys. No body is ever read: the entity tag tells whether it is another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drift.model.value import Value
from drift.normalize import values
from drift.provider.kinds import attr, flag, mapping, moment, text
from drift.provider.spec import Call, Parent, Ref, ResourceType
from drift.providers.aws.kinds import kms_key, tags

GONE = frozenset({"404", "NoSuchKey", "NoSuchBucket"})
BY_NAME = {"Bucket": "Bucket", "Key": "Key"}
BODY = "the body is never read: etag tells whether it is another"
UPLOAD = "only read when the object is uploaded"
GROUPS = "http://acs.amazonaws.com/groups/global/"
CANNED = {
    frozenset({("AllUsers", "READ")}):                        "public-read",
    frozenset({("AllUsers", "READ"), ("AllUsers", "WRITE")}): "public-read-write",
    frozenset({("AuthenticatedUsers", "READ")}):              "authenticated-read",
}


def key(value: Any) -> str | None:
    """S3 takes a key as it is; the provider takes the slashes off its front and writes one for several."""
    parts = [part for part in str(value or "").split("/") if part]
    return "/".join(parts) + ("/" if parts and str(value).endswith("/") else "") or None


def tag(value: Any) -> str | None:
    """An entity tag without its quotes."""
    return str(value).strip('"') if value else None


def canned(acl: Any) -> str | None:
    """The canned ACL that gives what an object's ACL gives beyond its owner; "custom" for any other."""
    if not isinstance(acl, Mapping):
        return values.text(acl)
    owner = (acl.get("Owner") or {}).get("ID")
    granted = frozenset(
        (str(who.get("URI") or who.get("ID") or "").removeprefix(GROUPS), str(grant.get("Permission")))
        for grant in acl.get("Grants") or ()
        for who in [grant.get("Grantee") or {}]
        if not owner or who.get("ID") != owner
    )
    return CANNED.get(granted, "custom") if granted else "private"


def to_owners(want: Value, have: Value) -> bool:
    """What gives something to the bucket's owner cannot be told apart where that one wrote the object."""
    return want in ("bucket-owner-read", "bucket-owner-full-control") and have in ("private", "custom")


CLASSES = ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
"""In the order in which lifecycle rules may move an object (S3 user guide, "Supported transitions")."""


def moved_on(want: Value, have: Value) -> bool:
    """Lifecycle rules move objects on, and nothing shows that they did; nothing but a hand moves them back."""
    return want in CLASSES and have in CLASSES and CLASSES.index(have) > CLASSES.index(want)


OBJECT = ResourceType(
    name="aws_s3_object",
    owner_tags=False,
    service="s3",
    regional=False,
    list=None,
    lookup=Call(op="HeadObject", take="[@]", action="s3:GetObject", bind={"Bucket": "bucket", "Key": "key"}, absent=GONE),
    describe=(
        # two calls for each managed object: who may read it, and its tags
        Call(op="GetObjectAcl", into="Acl", bind=BY_NAME, gone=GONE),
        Call(op="GetObjectTagging", take="TagSet", into="Tags", bind=BY_NAME, gone=GONE),
    ),
    id=text("Key"),
    identity=("bucket", "key"),
    import_id="join('/', [bucket, key])",
    label="key",
    computed={"version_id": text("VersionId")},
    attributes={
        "bucket":                        text("Bucket"),
        "key":                           attr("Key", key),
        # a refresh does not read it (provider, internal/service/s3/object.go, resourceObjectRead)
        "acl":                           attr("Acl", canned, default="private", same=to_owners, same_for_all=True,
                                              not_planned=True),
        "bucket_key_enabled":            flag("BucketKeyEnabled", assigned=True),
        "cache_control":                 text("CacheControl"),
        "content_disposition":           text("ContentDisposition"),
        "content_encoding":              text("ContentEncoding"),
        "content_language":              text("ContentLanguage"),
        "content_type":                  text("ContentType", assigned=True),
        "etag":                          attr("ETag", tag, assigned=True),
        "kms_key_id":                    kms_key("SSEKMSKeyId", assigned=True),
        "metadata":                      mapping("Metadata"),
        "object_lock_legal_hold_status": text("ObjectLockLegalHoldStatus", assigned=True),
        "object_lock_mode":              text("ObjectLockMode", assigned=True),
        "object_lock_retain_until_date": moment("ObjectLockRetainUntilDate", assigned=True),
        "server_side_encryption":        text("ServerSideEncryption", assigned=True),
        "storage_class":                 text("StorageClass", default="STANDARD", same=moved_on),
        "website_redirect":              text("WebsiteRedirectLocation"),
        "tags":                          tags("Tags"),
    },
    ignored={
        "checksum_algorithm": UPLOAD,
        "content":            BODY,
        "content_base64":     BODY,
        "source":             BODY,
        "source_hash":        BODY,
        "force_destroy":      "an instruction to Terraform",
        "override_provider":  "an instruction to Terraform",
    },
    parent=Parent("bucket", to="aws_s3_bucket"),
    refs=(Ref("kms_key_id", to="aws_kms_key", by="arn"),),
)

# the same objects by an older name
BUCKET_OBJECT = replace(
    OBJECT,
    name="aws_s3_bucket_object",
    alias_of="aws_s3_object",
    ignored={k: v for k, v in OBJECT.ignored.items() if k not in ("checksum_algorithm", "override_provider")},
)

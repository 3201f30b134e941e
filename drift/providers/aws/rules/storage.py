"""Amazon S3: who reaches a bucket, and how its objects are kept."""

from __future__ import annotations

from typing import Any

from drift.model.resource import GLOBAL
from drift.providers.aws.policy.document import ANYBODY, Statement, Test
from drift.providers.aws.rules.policies import open_to_accounts, open_to_all, read
from drift.rules.spec import Fact, Fail, Found, failure, rule
from drift.rules.subject import Subject

BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")

EVERYBODY = ("/AllUsers", "/AuthenticatedUsers")

WRITES = ("s3:putobject", "s3:deleteobject", "s3:putbucketpolicy", "s3:putbucketacl", "s3:putobjectacl")


def bucket_of(it: Subject) -> Subject | None:
    """The bucket a resource is, or is part of."""
    return it if it.type == "aws_s3_bucket" else next(iter(it.near("aws_s3_bucket")), None)


def blocked(it: Subject, setting: str) -> bool:
    """Whether a block of public access, the bucket's or the account's, makes up for the rest."""
    bucket = bucket_of(it)
    blocks = bucket.near("aws_s3_bucket_public_access_block") if bucket else []
    return any(b[setting] for b in blocks) or any(
        b[setting] for b in it.every("aws_s3_account_public_access_block", GLOBAL) if b.account == it.account
    )


def told_elsewhere(it: Subject, part: str) -> bool:
    """Whether a bucket has a resource of its own for something, which is then judged by itself."""
    return it.type == "aws_s3_bucket" and any(p.managed for p in it.near(part))


def _public(uri: Any) -> bool:
    return str(uri or "").endswith(EVERYBODY)


@rule(
    title="The bucket's ACL is public",
    severity="critical",
    theme="public access",
    types=("aws_s3_bucket_acl", "aws_s3_bucket"),
    near=("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Disable ACLs, or grant only to named accounts; block public access.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_public_access", "s3_bucket_public_list_acl", "s3_bucket_public_write_acl"),
    security_hub=("S3.2", "S3.3"),
)
def s3_public_acl(it: Subject) -> Found:
    """A grant to AllUsers, or to AuthenticatedUsers, which means anybody with an AWS account."""
    if it.type == "aws_s3_bucket":
        grants = [(g["uri"], permission) for g in it["grant"] or () for permission in g["permissions"]]
    else:
        given = it.all("access_control_policy.grant[]")
        grants = [((g.get("grantee") or {}).get("uri"), g.get("permission")) for g in given]
    found = sorted({(str(permission), str(uri).rsplit("/", 1)[-1]) for uri, permission in grants if _public(uri)})
    if not found or blocked(it, "ignore_public_acls"):
        return None
    return [
        Fact(f"{permission} to {whom}", answers=("s3_bucket_public_access", *_acl_claims(permission)))
        for permission, whom in found
    ]


def _acl_claims(permission: str) -> tuple[str, ...]:
    reads = ("s3_bucket_public_list_acl", "S3.2") if permission in ("READ", "READ_ACP", "FULL_CONTROL") else ()
    writes = ("s3_bucket_public_write_acl", "S3.3") if permission in ("WRITE", "WRITE_ACP", "FULL_CONTROL") else ()
    return (*reads, *writes)


@rule(
    title="The bucket is public",
    severity="critical",
    theme="public access",
    types=("aws_s3_bucket_policy", "aws_s3_bucket"),
    reads=("policy",),
    near=("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Name the principals that need it, or add a condition on the account or the organization.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_public_access",),
    security_hub=("S3.2",),
)
def s3_public_policy(it: Subject) -> Found:
    """A policy with the principal `*` and no condition that limits who may use it, and no block of public access."""
    found = open_to_all(it["policy"])
    return found if found and not blocked(it, "restrict_public_buckets") else None


@rule(
    title="Anybody may write to the bucket",
    severity="critical",
    theme="public access",
    types=("aws_s3_bucket_policy", "aws_s3_bucket"),
    reads=("policy",),
    near=("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Allow writing only to named principals.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_policy_public_write_access",),
    security_hub=("S3.3",),
    implies=("s3-public-policy",),
)
def s3_public_write_policy(it: Subject) -> Found:
    """Anybody can replace objects that others download, or store data at your cost."""
    document = it["policy"]
    found = next((found for action in WRITES if (found := open_to_all(document, action))), None)
    return found if found and not blocked(it, "restrict_public_buckets") else None


@rule(
    title="Public access to the bucket is not blocked",
    severity="high",
    theme="public access",
    types=("aws_s3_bucket_public_access_block", "aws_s3_bucket"),
    near=("aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
    remedy="Set all four settings of the bucket's public access block.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_level_public_access_block",),
    security_hub=("S3.8",),
    when_missing=("aws_s3_bucket_public_access_block",),
)
def s3_pab(it: Subject) -> Found:
    """One of the four settings is off, or there is no public access block: any public policy or ACL makes the bucket
    public."""
    block: Subject | None = it
    if it.type == "aws_s3_bucket":
        blocks = it.near("aws_s3_bucket_public_access_block")
        if any(b.managed for b in blocks):
            return None
        block = next(iter(blocks), None)
    off = [name for name in BLOCKS if block is None or not block[name]]
    if not off or all(blocked(it, name) for name in off):
        return None
    return "there is no public access block" if block is None else [f"{name} is off" for name in off]


@rule(
    title="Public access to S3 is not blocked for the account",
    severity="high",
    theme="public access",
    types=("aws_s3_account_public_access_block",),
    reads=BLOCKS,
    remedy="Set all four settings of the account's public access block.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_account_level_public_access_blocks",),
    security_hub=("S3.1",),
    when_missing=("aws_s3_account_public_access_block",),
    guards="account",
)
def s3_account_pab(it: Subject) -> Found:
    """The account's block protects every bucket, also future ones."""
    off = [name for name in BLOCKS if not it[name]]
    return [f"{name} is off" for name in off]


@rule(
    title="Another account has access to the bucket",
    severity="high",
    theme="identity",
    types=("aws_s3_bucket_policy", "aws_s3_bucket"),
    reads=("policy",),
    remedy="Remove the account, or list it as trusted.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_cross_account_access",),
    security_hub=("S3.6",),
)
def s3_cross_account(it: Subject) -> Found:
    """The account is neither this one nor trusted, and no condition limits access to the organization."""
    return open_to_accounts(it, it["policy"])


@rule(
    title="The bucket allows requests without TLS",
    severity="medium",
    theme="transit",
    types=("aws_s3_bucket_policy", "aws_s3_bucket"),
    reads=("policy",),
    remedy="Deny all requests for which aws:SecureTransport is false.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_secure_transport_policy",),
    security_hub=("S3.5",),
    when_missing=("aws_s3_bucket_policy",),
)
def s3_tls_only(it: Subject) -> Found:
    """No statement denies requests without TLS."""
    if told_elsewhere(it, "aws_s3_bucket_policy"):
        return None
    denied = any(_denies_without_tls(s) for s in read(it["policy"]).denies)
    return None if denied else "no statement denies aws:SecureTransport false"


def _denies_without_tls(statement: Statement) -> bool:
    """Whether it denies everybody every action where a request comes without TLS, and asks for nothing else."""
    everybody = any(p.name == ANYBODY and p.kind == "AWS" for p in statement.principals or ())
    tests = statement.tests
    insecure = len(tests) == 1 and _insecure(tests[0])
    return everybody and not statement.all_but and insecure and statement.speaks_of("s3:*")


def _insecure(test: Test) -> bool:
    """Whether a test holds for every request without TLS. One of s3:TlsVersion does not: such a request has none."""
    return test.operator == "bool" and test.key == "aws:securetransport" and test.values == {"false"}


@rule(
    title="The bucket is not encrypted with a customer managed key",
    severity="medium",
    theme="encryption",
    types=("aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket"),
    near=("aws_s3_bucket_server_side_encryption_configuration",),
    remedy="Set aws:kms with a customer managed key as the bucket's default encryption.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_kms_encryption", "s3_bucket_default_encryption"),
    security_hub=("S3.17",),
)
def s3_kms(it: Subject) -> Found:
    """With S3's own keys, permission to read an object is enough to decrypt it."""
    if told_elsewhere(it, "aws_s3_bucket_server_side_encryption_configuration"):
        return None
    own = "server_side_encryption_configuration." if it.type == "aws_s3_bucket" else ""
    how = it.at(f"{own}rule.apply_server_side_encryption_by_default.sse_algorithm")
    if str(how).startswith("aws:kms"):
        return None
    own_key = ("s3_bucket_kms_encryption", "S3.17")
    said = f"encrypted with {how}" if how else "not encrypted"
    return [Fact(said, "key", own_key if how else (*own_key, "s3_bucket_default_encryption"))]


@rule(
    title="Versioning is off",
    severity="medium",
    theme="backup",
    types=("aws_s3_bucket_versioning", "aws_s3_bucket"),
    remedy="Set the versioning status to Enabled.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_object_versioning",),
    security_hub=("S3.14",),
    when_missing=("aws_s3_bucket_versioning",),
)
def s3_versioning(it: Subject) -> Found:
    """Overwritten or deleted objects cannot be restored."""
    if told_elsewhere(it, "aws_s3_bucket_versioning"):
        return None
    if it.type == "aws_s3_bucket":
        return None if it.at("versioning.enabled") else "versioning is not enabled"
    status = it.at("versioning_configuration.status")
    return None if status == "Enabled" else f"versioning is {status or 'not set'}"


@rule(
    title="Object versions can be deleted without MFA",
    severity="medium",
    theme="backup",
    types=("aws_s3_bucket_versioning", "aws_s3_bucket"),
    remedy="As the root user, enable MFA delete through the API.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_no_mfa_delete",),
    security_hub=("S3.20",),
)
def s3_mfa_delete(it: Subject) -> Found:
    """With MFA delete, a stolen access key is not enough to delete object versions."""
    if told_elsewhere(it, "aws_s3_bucket_versioning"):
        return None
    own = it.type == "aws_s3_bucket"
    on = it.at("versioning.mfa_delete") if own else it.at("versioning_configuration.mfa_delete") == "Enabled"
    return None if on else "mfa_delete is not enabled"


@rule(
    title="Access to the bucket is not logged",
    severity="medium",
    theme="logging",
    types=("aws_s3_bucket_logging", "aws_s3_bucket"),
    remedy="Log to another bucket (aws_s3_bucket_logging).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_server_access_logging_enabled",),
    security_hub=("S3.9",),
    when_missing=("aws_s3_bucket_logging",),
)
def s3_access_log(it: Subject) -> Found:
    """Without access logs, it is unknown who read what."""
    if told_elsewhere(it, "aws_s3_bucket_logging"):
        return None
    target = it.at("logging.target_bucket") if it.type == "aws_s3_bucket" else it["target_bucket"]
    return None if target else "no target_bucket"


@rule(
    title="ACLs are enabled",
    severity="medium",
    theme="public access",
    types=("aws_s3_bucket_ownership_controls",),
    remedy="Set object_ownership to BucketOwnerEnforced.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_acl_prohibited",),
    security_hub=("S3.12",),
    when_missing=("aws_s3_bucket_ownership_controls",),
)
def s3_acl_enabled(it: Subject) -> Found:
    """An ACL can make a single object public, whatever the bucket's policy says."""
    ownership = it.at("rule.object_ownership")
    return None if ownership == "BucketOwnerEnforced" else f"object_ownership is {ownership}"


@rule(
    title="Object Lock is off",
    severity="low",
    theme="backup",
    types=("aws_s3_bucket", "aws_s3_bucket_object_lock_configuration"),
    remedy="Enable Object Lock for data that must be protected from deletion.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_object_lock",),
    security_hub=("S3.15",),
    when_missing=("aws_s3_bucket_object_lock_configuration",),
)
def s3_object_lock(it: Subject) -> Found:
    """A locked object cannot be overwritten or deleted during its retention period."""
    if told_elsewhere(it, "aws_s3_bucket_object_lock_configuration"):
        return None
    return None if it["object_lock_enabled"] in (True, "Enabled") else "object_lock_enabled is off"


@rule(
    title="The bucket has no active lifecycle rule",
    severity="low",
    theme="hygiene",
    types=("aws_s3_bucket_lifecycle_configuration",),
    remedy="Enable a rule that moves or expires unused objects.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_bucket_lifecycle_enabled",),
    security_hub=("S3.13",),
    when_missing=("aws_s3_bucket_lifecycle_configuration",),
)
def s3_lifecycle(it: Subject) -> Found:
    """Objects are kept, and cost money, forever."""
    return None if "Enabled" in it.all("rule[].status") else "no rule is enabled"


@rule(
    title="The access point does not block public access",
    severity="critical",
    theme="public access",
    types=("aws_s3_access_point",),
    reads=("public_access_block_configuration",),
    remedy="Set all four settings of its public access block; they cannot be changed later.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",),
    prowler=("s3_access_point_public_access_block",),
    security_hub=("S3.19",),
)
def s3_access_point_pab(it: Subject) -> Found:
    """An access point has its own policy, which may be public although the bucket's policy is not."""
    off = [name for name in BLOCKS if it.at(f"public_access_block_configuration.{name}") is False]
    return [f"{name} is off" for name in off]


@rule(
    title="The bucket or table of a Terraform state is not protected",
    severity="high",
    theme="public access",
    types=(
        "aws_s3_bucket",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_policy",
        "aws_dynamodb_table",
    ),
    near=("aws_s3_bucket",),
    remedy="Block public access, encrypt with a customer managed key, and enable versioning.",
    references=("https://developer.hashicorp.com/terraform/language/backend/s3",),
)
def tfstate_exposed(it: Subject) -> Found:
    """The bucket or lock table of a state that drift read. A state contains secrets of the resources in it."""
    if it.type == "aws_dynamodb_table":
        mine = it["name"] in it.criteria.state_tables
        off = mine and not it.at("point_in_time_recovery.enabled")
        return Fail("point_in_time_recovery is off", remedy="Switch point_in_time_recovery on.") if off else None
    bucket = bucket_of(it)
    if bucket is None or bucket["bucket"] not in it.criteria.state_buckets:
        return None
    rules = (s3_pab, s3_public_policy, s3_public_acl, s3_versioning, s3_kms)
    return [f"{r.id}: {why.text}" for r in rules if it.type in r.types and (why := failure(r.judge(it)))]

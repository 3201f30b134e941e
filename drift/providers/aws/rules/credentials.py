"""Credentials that live too long: root's, old keys, unused ones. And what the account as a whole guards against."""

from __future__ import annotations

from collections.abc import Iterable

from drift.model.resource import GLOBAL
from drift.providers.aws.rules.must import must
from drift.rules.spec import Found, rule
from drift.rules.subject import Subject

ROOT = "https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html"
VIRTUAL = ":mfa/root-account-mfa-device"

RULES = (
    must(
        "ebs-snapshot-block", "aws_ebs_snapshot_block_public_access", "state", be=("block-all-sharing",),
        title="Snapshots may be made public", meaning="One call shares a disk with everybody; the block refuses it.",
        remedy="Set aws_ebs_snapshot_block_public_access to block-all-sharing.", severity="high", theme="public access",
        prowler=("ec2_ebs_snapshot_account_block_public_access",), missing=True, guards="region",
        page="https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
    ),
    must(
        "ami-block", "aws_ec2_image_block_public_access", "state", be=("block-new-sharing",),
        title="Images may be made public", meaning="One call shares a machine's disks with everybody.",
        remedy="Set aws_ec2_image_block_public_access to block-new-sharing.", severity="high", theme="public access",
        prowler=("ec2_ami_account_block_public_access",), missing=True, guards="region",
        page="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html",
    ),
    must(
        "imds-default", "aws_ec2_instance_metadata_defaults", "http_tokens", be=("required",),
        title="New machines allow version 1 of the metadata service",
        meaning="Version 1 gives the role's credentials to whoever can make the instance fetch a URL.",
        remedy="Set http_tokens of aws_ec2_instance_metadata_defaults to required.", severity="medium",
        theme="identity", prowler=("ec2_instance_account_imdsv2_enabled",), missing=True, guards="region",
        page="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html",
    ),
)  # fmt: skip
"""Guards of a region."""


@rule(
    title="Root has access keys",
    severity="critical",
    theme="identity",
    types=(),
    remedy="Delete them as root; use roles.",
    references=(ROOT,),
    prowler=("iam_no_root_access_key",),
    security_hub=("IAM.4",),
    guards="account",
    of_account=True,
)
def root_access_key(it: Subject) -> Found:
    """Nothing limits what such a key may do, and no policy takes it back."""
    return "AccountAccessKeysPresent is 1" if it.counted("AccountAccessKeysPresent") else None


@rule(
    title="Root has no second factor",
    severity="critical",
    theme="identity",
    types=(),
    remedy="Register an MFA device as root; in member accounts, take root's password away.",
    references=(ROOT,),
    prowler=("iam_root_mfa_enabled",),
    security_hub=("IAM.9",),
    guards="account",
    of_account=True,
)
def root_no_mfa(it: Subject) -> Found:
    """One password, and whoever gets root's mail can set it anew, opens everything."""
    return None if it.counted("AccountMFAEnabled") else "AccountMFAEnabled is 0"


@rule(
    title="Root's second factor is an app",
    severity="high",
    theme="identity",
    types=(),
    near=("aws_iam_virtual_mfa_device",),
    remedy="Register a hardware key as root, and take the virtual device away.",
    references=(ROOT,),
    prowler=("iam_root_hardware_mfa_enabled",),
    security_hub=("IAM.6",),
    guards="account",
    of_account=True,
)
def root_virtual_mfa(it: Subject) -> Found:
    """A phone can be stolen, copied or phished. No second factor at all is told as well."""
    if not it.counted("AccountMFAEnabled"):
        return "no second factor at all"
    virtual = [d.id for d in it.every("aws_iam_virtual_mfa_device", GLOBAL) if d.id.endswith(VIRTUAL)]
    return virtual or None


def _days(it: Subject, attribute: str) -> int | None:
    """Days since a moment; None where there was none."""
    moment = it[attribute]
    return it.days_since(moment) if moment else None


@rule(
    title="The access key is old",
    severity="medium",
    theme="identity",
    types=("aws_iam_access_key",),
    reads=("status", "create_date"),
    remedy="Make a new one, change what uses it, and delete this one; better, use a role.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_rotate_access_key_90_days",),
    security_hub=("IAM.3",),
)
def iam_key_old(it: Subject) -> Found:
    """Active, and made more than `key_age_days` (90) ago: who copied it once has it still."""
    if it["status"] != "Active":
        return None
    age = it.days_since(it["create_date"])
    return f"{age} days" if age > it.criteria.threshold("key_age_days") else None


@rule(
    title="The access key is used by nobody",
    severity="medium",
    theme="identity",
    types=("aws_iam_access_key",),
    reads=("status", "create_date"),
    remedy="Deactivate it; delete it when nobody misses it.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_user_accesskey_unused",),
    security_hub=("IAM.22",),
)
def iam_key_unused(it: Subject) -> Found:
    """Active, and not used for `unused_credentials_days` (45)."""
    if it["status"] != "Active":
        return None
    limit, used = it.criteria.threshold("unused_credentials_days"), _days(it, "last_used")
    if used is not None:
        return f"last used {used} days ago" if used > limit else None
    age = it.days_since(it["create_date"])
    return f"never used in {age} days" if age > limit else None


@rule(
    title="The password is used by nobody",
    severity="medium",
    theme="identity",
    types=("aws_iam_user_login_profile",),
    near=("aws_iam_user",),
    remedy="Take the password away.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_user_console_access_unused",),
    security_hub=("IAM.22",),
)
def iam_password_unused(it: Subject) -> Found:
    """Nobody signed in with it for `unused_credentials_days` (45)."""
    limit = it.criteria.threshold("unused_credentials_days")
    return list(_idle(it.near("aws_iam_user"), limit)) if it["user"] else None


def _idle(users: Iterable[Subject], limit: int) -> Iterable[str]:
    for user in users:
        used = _days(user, "password_last_used")
        age = user.days_since(user["create_date"]) if used is None else used
        if age > limit:
            told = f"never in {age} days" if used is None else f"last used {used} days ago"
            yield f"user {user['name']}: {told}"


@rule(
    title="The machine lacks patches",
    severity="high",
    theme="hygiene",
    types=("aws_instance",),
    reads=("patches",),
    remedy="Run AWS-RunPatchBaseline on it, or start it anew from a patched image.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/ssm-controls.html",),
    prowler=("ssm_managed_compliant_patching",),
    security_hub=("SSM.2",),
)
def ec2_patches_missing(it: Subject) -> Found:
    """By Systems Manager's own scan against its patch baseline; what it never scanned is not spoken of."""
    found = it["patches"]
    if not found:
        return False
    return [f"{found[kind]} {kind}" for kind in ("missing", "failed") if found.get(kind)]


GRAVE = ("CRITICAL", "HIGH")


@rule(
    title="The image that was pushed last has known holes",
    severity="high",
    theme="hygiene",
    types=("aws_ecr_repository",),
    reads=("latest_findings",),
    remedy="Build it anew from a patched base image.",
    references=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",),
    prowler=("ecr_repositories_scan_vulnerabilities_in_latest_image",),
)
def ecr_findings(it: Subject) -> Found:
    """A scan of ECR or Inspector found some of the severity critical or high; what was not scanned is not spoken of."""
    found = it["latest_findings"]
    if found is None:
        return False
    return [f"{found[kind]} {kind.lower()}" for kind in GRAVE if found.get(kind)]


@rule(
    title="A key was made with the user and never used",
    severity="medium",
    theme="identity",
    types=("aws_iam_access_key",),
    reads=("status", "last_used"),
    near=("aws_iam_user", "aws_iam_user_login_profile"),
    remedy="Delete it; whoever needs a key makes one.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_user_no_setup_initial_access_key",),
)
def iam_initial_key(it: Subject) -> Found:
    """A user with a password has a key that nobody ever used: it was made because the console offered it."""
    if it["status"] != "Active" or it["last_used"]:
        return None
    people = [u for u in it.near("aws_iam_user") if u.near("aws_iam_user_login_profile")]
    return f"never used; user {people[0]['name']} has a password" if people else None


@rule(
    title="The user's second factor is an app",
    severity="low",
    theme="identity",
    types=("aws_iam_user",),
    reads=("mfa_devices",),
    remedy="Register a hardware key for whoever may do much.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html",),
    prowler=("iam_user_hardware_mfa_enabled",),
)
def iam_user_virtual_mfa(it: Subject) -> Found:
    """All its devices are virtual: they can be phished. One without any device is told by a rule of its own."""
    devices = [str(d) for d in it["mfa_devices"] or ()]
    if not devices:
        return False
    return f"{len(devices)} virtual" if all(":mfa/" in d for d in devices) else None


def _attached_to_something(it: Subject) -> Found:
    return None if it.near("aws_organizations_policy_attachment") else "attached to nothing"


@rule(
    title="Regions that nobody uses are not closed",
    severity="medium",
    theme="identity",
    types=("aws_organizations_policy",),
    reads=("type", "content"),
    near=("aws_organizations_policy_attachment",),
    remedy="Attach a service control policy that denies other regions by aws:RequestedRegion.",
    references=(
        "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html",
    ),
    prowler=("organizations_scp_check_deny_regions",),
    when_missing=("aws_organizations_policy",),
    guards="account",
)
def org_regions_open(it: Subject) -> Found:
    """An intruder works where nobody looks. It speaks of policies that name aws:RequestedRegion alone."""
    if it["type"] != "SERVICE_CONTROL_POLICY" or "aws:requestedregion" not in str(it["content"]).lower():
        return False
    return _attached_to_something(it)


@rule(
    title="AWS may learn from what its AI services are given",
    severity="low",
    theme="identity",
    types=("aws_organizations_policy",),
    reads=("type",),
    near=("aws_organizations_policy_attachment",),
    remedy="Attach an AISERVICES_OPT_OUT_POLICY to the root of the organization.",
    references=("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_ai-opt-out.html",),
    prowler=("organizations_opt_out_ai_services_policy",),
    when_missing=("aws_organizations_policy",),
    guards="account",
)
def org_ai_learning(it: Subject) -> Found:
    """Some of AWS's AI services keep what they are given, in other regions too, unless one opts out."""
    return _attached_to_something(it) if it["type"] == "AISERVICES_OPT_OUT_POLICY" else False

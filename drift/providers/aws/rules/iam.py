"""What identities may do."""

from __future__ import annotations

from drift.providers.aws.policy import about, paths
from drift.providers.aws.rules.limits import ADMINISTRATOR, EVERYTHING, within_limits
from drift.providers.aws.rules.policies import decided, read
from drift.rules.spec import NONE_OF_THEM, Fact, Fail, Found, rule
from drift.rules.subject import Subject

POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")

ATTACHMENTS = (
    "aws_iam_role_policy_attachment",
    "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment",
    "aws_iam_policy_attachment",
)

HELD_BY = ("roles", "users", "groups")
"""What an aws_iam_policy_attachment names whom it attaches the policy to by."""

INLINE = "inline policy"

TOO_MUCH = {
    ":policy/AWSCloudShellFullAccess": "iam_policy_cloudshell_admin_not_attached",
    ":policy/AmazonBedrockFullAccess": "bedrock_full_access_policy_attached",
}

SENSITIVE = ("iam", "kms", "cloudtrail", "s3", "sts", "organizations", "secretsmanager")
"""Services of which nobody needs everything."""

LEAST = "Allow the actions and resources that are used; IAM Access Analyzer can propose them."

NARROWER = ("iam-privesc", "iam-service-star", "iam-assume-any", "iam-marketplace-any")


@rule(
    title="The policy allows every action on every resource",
    severity="critical",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy="Allow the actions and resources that are used; IAM Access Analyzer can propose them.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=(
        "iam_inline_policy_no_administrative_privileges",
        "iam_customer_attached_policy_no_administrative_privileges",
        "iam_customer_unattached_policy_no_administrative_privileges",
    ),
    security_hub=("IAM.1",),
    implies=NARROWER,
)
def iam_admin_star(it: Subject) -> Found:
    """Whoever has this policy controls the account, unless a boundary or the organization limits it."""
    found = within_limits(it, [read(it["policy"])], lambda g: g.admin)
    return about(found) if found else None


def attached(it: Subject) -> list[str]:
    """The ARNs of the managed policies that an attachment attaches, or that a role has."""
    if it.type == "aws_iam_role":
        return sorted(map(str, it["managed_policy_arns"] or ()))
    return [str(it["policy_arn"])]


@rule(
    title="AdministratorAccess is attached",
    severity="critical",
    theme="identity",
    types=ATTACHMENTS,
    reads=("policy_arn",),
    remedy="Detach it, and grant the permissions that are used.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=(
        "iam_aws_attached_policy_no_administrative_privileges",
        "iam_role_administratoraccess_policy",
        "iam_user_administrator_access_policy",
        "iam_group_administrator_access_policy",
    ),
    security_hub=("IAM.1",),
)
def iam_admin_attached(it: Subject) -> Found:
    """This AWS managed policy allows every action on every resource."""
    arn = str(it["policy_arn"])
    if not arn.endswith(ADMINISTRATOR) or not within_limits(it, [EVERYTHING], lambda g: g.admin):
        return None
    if it.type != "aws_iam_policy_attachment":
        return arn
    return [f"{arn} to {kind[:-1]} {name}" for kind in HELD_BY for name in sorted(it[kind] or ())]


@rule(
    title="The role has administrator rights",
    severity="critical",
    theme="identity",
    types=("aws_iam_role",),
    reads=("managed_policy_arns", "inline_policy"),
    near=("aws_iam_policy",),
    remedy="Remove the policy, and grant the permissions that are used.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_role_administratoraccess_policy",),
    security_hub=("IAM.1",),
)
def iam_role_admin(it: Subject) -> Found:
    """All its policies together allow everything, and neither a denial nor its permissions boundary limits that."""
    attached = it["managed_policy_arns"] or frozenset()
    mine = {str(arn): EVERYTHING for arn in sorted(attached) if str(arn).endswith(ADMINISTRATOR)}
    for inline in it["inline_policy"] or ():
        mine[f"{INLINE} {inline.get('name')}"] = read(inline.get("policy"))
    managed = {p.resource.arn: p for p in it.near("aws_iam_policy")}
    for arn in sorted(managed.keys() & attached):
        mine[managed[arn].name] = read(managed[arn]["policy"])
    found = within_limits(it, mine.values(), lambda g: g.admin, it)
    name = next((name for name, policy in mine.items() if found and found in policy.statements), "")
    return Fail(name, remedy=_take_away(name)) if name else None


def _take_away(name: str) -> str:
    """How a policy that allows everything goes, by what it is."""
    if name.endswith(ADMINISTRATOR):
        return f"Detach AdministratorAccess. {LEAST}"
    if name.startswith(INLINE):
        return f"Delete the {name} from the role, or narrow it. {LEAST}"
    return f"Detach {name}, or narrow it. {LEAST}"


@rule(
    title="The policy allows privilege escalation",
    severity="high",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy="Remove one action of each path, or name the roles that may be passed.",
    references=("https://pathfinding.cloud",),
    prowler=("iam_policy_allows_privilege_escalation", "iam_inline_policy_allows_privilege_escalation"),
)
def iam_privesc(it: Subject) -> Found:
    """It allows all actions of a known escalation path, each on every resource that the path needs."""
    found = within_limits(it, [read(it["policy"])], paths)
    return [Fact(p.text, p.escalation) for p in found]


@rule(
    title="The policy allows every action of a sensitive service",
    severity="high",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy="Allow the actions and resources that are used; IAM Access Analyzer can propose them.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=(
        "iam_policy_no_full_access_to_kms",
        "iam_inline_policy_no_full_access_to_kms",
        "iam_policy_no_full_access_to_cloudtrail",
        "iam_inline_policy_no_full_access_to_cloudtrail",
    ),
)
def iam_service_star(it: Subject) -> Found:
    """Every action of IAM, KMS, CloudTrail, S3, STS, Organizations or Secrets Manager, on every resource."""
    found = within_limits(
        it, [read(it["policy"])], lambda g: [service for service in SENSITIVE if decided(g.whole_service(service))]
    )
    checks = ("iam_policy_no_full_access_to_{}", "iam_inline_policy_no_full_access_to_{}")
    claims = {s: tuple(check.format(s) for check in checks) for s in ("kms", "cloudtrail")}
    return [Fact(f"all of {service}", answers=claims.get(service, NONE_OF_THEM)) for service in found]


@rule(
    title="The policy allows assuming any role",
    severity="high",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy="Name the roles.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_no_custom_policy_permissive_role_assumption",),
)
def iam_assume_any(it: Subject) -> Found:
    """sts:AssumeRole on `*` includes every role whose trust policy names the account."""
    found = within_limits(it, [read(it["policy"])], lambda g: g.on_everything("sts:AssumeRole"))
    return about(found) if found else None


@rule(
    title="The policy allows subscribing to any AWS Marketplace product",
    severity="medium",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy="Allow it only to buyers, for named products.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_policy_no_wildcard_marketplace_subscribe", "iam_inline_policy_no_wildcard_marketplace_subscribe"),
)
def iam_marketplace_any(it: Subject) -> Found:
    """aws-marketplace:Subscribe on `*` can cause unlimited costs."""
    found = within_limits(it, [read(it["policy"])], lambda g: g.on_everything("aws-marketplace:Subscribe"))
    return about(found) if found else None


@rule(
    title="The policy is attached to a user",
    severity="low",
    theme="identity",
    types=("aws_iam_user_policy", "aws_iam_user_policy_attachment"),
    reads=("user",),
    remedy="Attach it to a group or a role.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_policy_attached_only_to_group_or_roles",),
)
def iam_user_direct_policy(it: Subject) -> Found:
    """Permissions of single users are easily forgotten when people change jobs."""
    return f"user {it['user']}"


@rule(
    title="A policy with full access to CloudShell or Bedrock is attached",
    severity="high",
    theme="identity",
    types=(*ATTACHMENTS, "aws_iam_role"),
    remedy="Attach a policy that allows only what is used.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_policy_cloudshell_admin_not_attached", "bedrock_full_access_policy_attached"),
)
def iam_cloudshell_full(it: Subject) -> Found:
    """CloudShell with file transfer lets users copy data out. Full access to Bedrock can cause unlimited costs."""
    return [Fact(a, answers=(c,)) for a in attached(it) for policy, c in TOO_MUCH.items() if a.endswith(policy)]


@rule(
    title="The user has two active access keys",
    severity="medium",
    theme="identity",
    types=("aws_iam_access_key",),
    reads=("user", "status"),
    near=("aws_iam_user", "aws_iam_access_key"),
    remedy="Deactivate the unused key.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_user_two_active_access_key",),
)
def iam_two_keys(it: Subject) -> Found:
    """A user needs two keys only during a rotation."""
    if it["status"] != "Active":
        return None
    keys = [k for user in it.near("aws_iam_user") for k in user.near("aws_iam_access_key") if k["status"] == "Active"]
    return f"{len(keys)} keys of {it['user']}" if len(keys) > 1 else None


@rule(
    title="Long-lived credentials were created outside Terraform",
    severity="high",
    theme="identity",
    types=("aws_iam_access_key", "aws_iam_user"),
    reads=("id",),
    remedy="Find out who created them and why. Delete them, or add them to Terraform.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
)
def iam_unmanaged_key(it: Subject) -> Found:
    """A user or access key that no state describes. Attackers create such credentials first."""
    return None if it.managed else f"{it.id} is in no state"


@rule(
    title="A user with a password has no MFA device",
    severity="high",
    theme="identity",
    types=("aws_iam_user_login_profile", "aws_iam_user"),
    near=("aws_iam_user", "aws_iam_user_login_profile"),
    remedy="Register an MFA device, or remove the password.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_user_mfa_enabled_console_access",),
    security_hub=("IAM.19", "IAM.5"),
)
def iam_console_no_mfa(it: Subject) -> Found:
    """A guessed or stolen password is enough to sign in to the console."""
    users = [it] if it.type == "aws_iam_user" else it.near("aws_iam_user")
    if it.type == "aws_iam_user" and not it.near("aws_iam_user_login_profile"):
        return None
    return next((f"user {u['name']} has no MFA device" for u in users if not u["mfa_devices"]), None)


@rule(
    title="The account's password policy is weak",
    severity="medium",
    theme="secrets",
    types=("aws_iam_account_password_policy",),
    remedy="Set the minimum length to 14, remember 24 passwords, and require every kind of character.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=(
        "iam_password_policy_minimum_length_14",
        "iam_password_policy_reuse_24",
        "iam_password_policy_expires_passwords_within_90_days_or_less",
        "iam_password_policy_symbol",
        "iam_password_policy_number",
        "iam_password_policy_uppercase",
        "iam_password_policy_lowercase",
    ),
    security_hub=("IAM.10", "IAM.7"),
    when_missing=("aws_iam_account_password_policy",),
    guards="account",
)
def iam_password_policy(it: Subject) -> Found:
    """It allows short, reused or never-expiring passwords, or does not require every kind of character."""
    criteria, weak = it.criteria, list[Fact]()

    def lacks(text: str, what: str, check: str) -> None:
        weak.append(Fact(text, what, answers=(f"iam_password_policy_{check}", "IAM.7", "IAM.10")))

    if (it["minimum_password_length"] or 0) < criteria.threshold("password_length"):
        lacks(f"length {it['minimum_password_length']}", "length", "minimum_length_14")
    if (it["password_reuse_prevention"] or 0) < criteria.threshold("password_reuse"):
        lacks(f"remembers {it['password_reuse_prevention'] or 0}", "reuse", "reuse_24")
    if not 0 < (it["max_password_age"] or 0) <= criteria.threshold("password_age_days"):
        text = f"age {it['max_password_age'] or 'without end'}"
        lacks(text, "age", "expires_passwords_within_90_days_or_less")
    for kind, check in KINDS_OF_CHARACTERS.items():
        if not it[f"require_{kind}"]:
            lacks(f"no {kind.removesuffix('_characters')} asked for", kind, check)
    return weak


KINDS_OF_CHARACTERS = {
    "symbols": "symbol", "numbers": "number", "uppercase_characters": "uppercase", "lowercase_characters": "lowercase",
}  # fmt: skip
"""Kind of character -> how Prowler calls it."""


@rule(
    title="Granted permissions have not been used for a long time",
    severity="medium",
    theme="identity",
    types=("aws_iam_role", "aws_iam_user"),
    near=("aws_iam_policy",),
    remedy="Remove the permissions; IAM Access Analyzer can propose the rest.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",),
    prowler=(),
)
def iam_unused_rights(it: Subject) -> Found:
    """IAM reports services that the role or user may use and has not used for `unused_rights_days` (90)."""
    limit = it.criteria.threshold("unused_rights_days")
    age = it.days_since(it["create_date"])
    if age < limit:
        return None
    idle = sorted(name for name, days in it.last_used().items() if days is None or days > limit)
    if not idle:
        return None
    return f"{len(idle)} services, {', '.join(idle[:6])}" + (" and more" if len(idle) > 6 else "")

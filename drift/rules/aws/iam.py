"""Who may do what."""

from __future__ import annotations

from drift.rules.aws.policies import Grants, public, told
from drift.rules.spec import rule
from drift.rules.subject import Subject

POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
ADMINISTRATOR = ":policy/AdministratorAccess"
LEAST = "Allow the actions and resources that are used; IAM Access Analyzer can propose them."
GUIDE = "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html"


@rule(
    title="The policy allows everything on everything",
    severity="critical",
    theme="identity",
    types=POLICIES,
    reads=("policy",),
    remedy=LEAST,
    references=(f"{GUIDE}#iam-1",),
    prowler=(
        "iam_inline_policy_no_administrative_privileges",
        "iam_customer_attached_policy_no_administrative_privileges",
        "iam_customer_unattached_policy_no_administrative_privileges",
    ),
    cis_v3=("1.16",),
    cis_v4=("1.16",),
    fsbp=("IAM.1",),
    implies=("iam-privesc", "iam-service-star", "iam-assume-any", "iam-marketplace-any"),
)
def iam_admin_star(it: Subject) -> str | None:
    """`*` on `*`: whoever has it owns the account."""
    found = Grants([it["policy"]]).admin
    return told(found) if found else None


@rule(
    title="The role has administrator rights",
    severity="critical",
    theme="identity",
    types=("aws_iam_role",),
    reads=("managed_policy_arns", "inline_policy"),
    near=("aws_iam_policy",),
    remedy="Detach AdministratorAccess and grant what the role uses.",
    references=(f"{GUIDE}#iam-1",),
    prowler=("iam_role_administratoraccess_policy",),
    cis_v3=("1.16",),
    cis_v4=("1.16",),
    fsbp=("IAM.1",),
)
def iam_role_admin(it: Subject) -> str | None:
    """AdministratorAccess attached, or a policy of its own that allows everything."""
    for arn in sorted(it["managed_policy_arns"] or ()):
        if str(arn).endswith(ADMINISTRATOR):
            return str(arn)
    for inline in it["inline_policy"] or ():
        if Grants([inline.get("policy")]).admin:
            return f"inline policy {inline.get('name')}"
    for policy in it.near("aws_iam_policy"):
        if policy.id in (it["managed_policy_arns"] or ()) and Grants([policy["policy"]]).admin:
            return policy.name
    return None


@rule(
    title="Anybody may assume the role",
    severity="critical",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Name the accounts, services or identity providers that may assume it.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",),
    implies=("iam-trust-foreign",),
)
def iam_trust_public(it: Subject) -> str | None:
    """A trust policy with the principal `*` and no condition that says who: any AWS account will do."""
    found = public(it["assume_role_policy"])
    return told(found[0]) if found else None

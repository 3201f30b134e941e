"""What is shared with strangers, and what stopped limiting who may do what."""

from __future__ import annotations

from collections.abc import Iterable

from drift.providers.aws.rules.iam import ATTACHMENTS, attached
from drift.rules.spec import Fact, Found, rule
from drift.rules.subject import Subject

EVERYBODY = "all"
MANAGED = "arn:aws:iam::aws:policy/"

TO_ADMINISTRATOR = ("/IAMFullAccess", "/AdministratorAccess-Amplify", "/AdministratorAccess-AWSElasticBeanstalk")
"""AWS's own policies that do not say `*` on `*` and still let one attach AdministratorAccess to a role."""


def strangers(it: Subject, accounts: Iterable[str]) -> list[Fact]:
    """Those of some accounts that are neither this one nor trusted; everybody is told by rules of its own."""
    own = {it.account, EVERYBODY, *it.criteria.trusted_accounts}
    return [Fact(f"account {account}", account) for account in sorted(set(map(str, accounts)) - own)]


@rule(
    title="The function runs code of another account",
    severity="medium",
    theme="identity",
    types=("aws_lambda_function",),
    reads=("layers",),
    remedy="Publish the layer in one's own account, or list the account as trusted.",
    references=("https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",),
    prowler=("awslambda_function_using_cross_account_layers",),
)
def lambda_foreign_layer(it: Subject) -> Found:
    """A layer's code runs with the function's role; AWS's own layers are of other accounts too, which one trusts."""
    layers = {str(arn): str(arn).split(":") for arn in it["layers"] or ()}
    return strangers(it, [parts[4] for parts in layers.values() if len(parts) > 4])


@rule(
    title="A policy that leads to administrator rights is attached",
    severity="critical",
    theme="identity",
    types=(*ATTACHMENTS, "aws_iam_role"),
    remedy="Detach it and grant what is used.",
    references=("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMFullAccess.html",),
)
def iam_full_access_attached(it: Subject) -> Found:
    """IAMFullAccess, and AWS's policies for whole platforms: with one, AdministratorAccess is one call away."""
    return [a.rsplit("/", 1)[-1] for a in attached(it) if a.startswith(MANAGED) and a.endswith(TO_ADMINISTRATOR)]


@rule(
    title="Somebody is administrator of the cluster",
    severity="high",
    theme="identity",
    types=("aws_eks_access_policy_association", "aws_eks_access_entry"),
    remedy="Associate a policy that allows what is used, for the namespaces in which it is.",
    references=("https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html",),
)
def eks_cluster_admin(it: Subject) -> Found:
    """AmazonEKSClusterAdminPolicy for the whole cluster, or the group system:masters: every secret, every node."""
    if it.type == "aws_eks_access_entry":
        masters = "system:masters" in (it["kubernetes_groups"] or ())
        return f"{it['principal_arn']} is in system:masters" if masters else None
    policy = str(it["policy_arn"]).rsplit("/", 1)[-1]
    whole = it.at("access_scope.type") == "cluster"
    return f"{policy} for {it['principal_arn']}" if whole and policy == "AmazonEKSClusterAdminPolicy" else None


@rule(
    title="Nobody is told by AWS when something is wrong with the account's security",
    severity="medium",
    theme="hygiene",
    types=("aws_account_alternate_contact",),
    reads=("alternate_contact_type",),
    remedy="Set the SECURITY contact (aws_account_alternate_contact).",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/account-controls.html",),
    prowler=("account_security_contact_information_is_registered",),
    security_hub=("Account.1",),
    when_missing=("aws_account_alternate_contact",),
    guards="account",
)
def account_security_contact(it: Subject) -> Found:
    """AWS writes to the security contact when it sees a leaked key or abuse; else to root's mailbox alone."""
    return None if it["alternate_contact_type"] == "SECURITY" else False


def _attached(it: Subject, policy: str) -> Found:
    return None if str(it["policy_arn"]) == f"{MANAGED}{policy}" else False


@rule(
    title="No role may talk to AWS Support",
    severity="low",
    theme="identity",
    types=("aws_iam_role_policy_attachment",),
    reads=("policy_arn",),
    remedy="Have a role with AWSSupportAccess for those who handle incidents.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",),
    prowler=("iam_support_role_created",),
    security_hub=("IAM.18",),
    when_missing=("aws_iam_role_policy_attachment",),
    guards="account",
)
def iam_support_role(it: Subject) -> Found:
    """In an incident, root would be needed to open a case."""
    return _attached(it, "AWSSupportAccess")


@rule(
    title="No role may look at the account's security",
    severity="low",
    theme="identity",
    types=("aws_iam_role_policy_attachment",),
    reads=("policy_arn",),
    remedy="Have a role with SecurityAudit for those who audit.",
    references=("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SecurityAudit.html",),
    prowler=("iam_securityaudit_role_created",),
    when_missing=("aws_iam_role_policy_attachment",),
    guards="account",
)
def iam_audit_role(it: Subject) -> Found:
    """Auditors would get more rights than they need."""
    return _attached(it, "SecurityAudit")

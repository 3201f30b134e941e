"""Who may do what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from drift.rules.spec import rule

ADMINISTRATOR = ":policy/AdministratorAccess"
POLICIES = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")


def statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    """The statements of a policy in canonical form that allow something."""
    found = policy.get("Statement") if isinstance(policy, Mapping) else None
    return (s for s in found or () if isinstance(s, Mapping) and s.get("Effect") == "Allow")


def public(policy: Any) -> bool:
    """Whether anybody at all is allowed something, without a condition."""
    return any("*" in _principals(s) and not s.get("Condition") for s in statements(policy))


def _principals(statement: Mapping[str, Any]) -> frozenset[str]:
    principal = statement.get("Principal")
    return frozenset(principal.get("AWS") or ()) if isinstance(principal, Mapping) else frozenset()


def admin(policy: Any) -> bool:
    """Whether everything is allowed on everything."""
    return any(
        {"*", "*:*"} & set(s.get("Action") or ()) and "*" in (s.get("Resource") or ()) and not s.get("Condition")
        for s in statements(policy)
    )


@rule(
    title="The policy allows everything on everything",
    severity="critical",
    types=POLICIES,
    reads=("policy",),
    remedy="Allow the actions and resources that are used; IAM Access Analyzer can propose them.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1",),
)
def iam_admin_star(attributes: Mapping[str, Any]) -> bool:
    """Allow * on *."""
    return admin(attributes["policy"])


@rule(
    title="The role has administrator rights",
    severity="critical",
    types=("aws_iam_role",),
    reads=("managed_policy_arns", "inline_policy"),
    remedy="Detach AdministratorAccess and grant what the role uses.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-1",),
)
def iam_role_admin(attributes: Mapping[str, Any]) -> bool:
    """AdministratorAccess attached, or an inline policy that allows everything."""
    attached = any(str(arn).endswith(ADMINISTRATOR) for arn in attributes["managed_policy_arns"] or ())
    return attached or any(admin(p.get("policy")) for p in attributes["inline_policy"] or ())


@rule(
    title="Anybody may assume the role",
    severity="critical",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Name the accounts, services or identity providers that may assume it.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",),
)
def iam_trust_public(attributes: Mapping[str, Any]) -> bool:
    """A trust policy with the principal * and no condition."""
    return public(attributes["assume_role_policy"])

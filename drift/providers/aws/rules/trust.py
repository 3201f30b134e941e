"""Whom roles trust, and the certificates that prove who somebody is."""

from __future__ import annotations

from collections.abc import Sequence

from drift.model.drift import Severity
from drift.providers.aws.policy.trust import Width
from drift.providers.aws.rules.policies import open_to_all, other_accounts, trusted_providers, trusted_services
from drift.rules.spec import Fail, Found, rule
from drift.rules.subject import Subject

SEVERITY: dict[Width, Severity] = {
    "anybody": "critical",
    "organization": "medium",
    "guests": "medium",
    "audience": "medium",
}
"""How grave it is, by who is let in."""

GRAVITY = tuple(SEVERITY)


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
def iam_trust_public(it: Subject) -> Found:
    """A trust policy with the principal `*` and no condition that limits who may use it: any AWS account can assume the
    role."""
    return open_to_all(it["assume_role_policy"])


@rule(
    title="A service may assume the role on behalf of other accounts",
    severity="high",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Add aws:SourceAccount or aws:SourceArn to the trust policy.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
    prowler=("iam_role_cross_service_confused_deputy_prevention",),
)
def iam_trust_confused_deputy(it: Subject) -> Found:
    """The trust policy names a service that also acts for other accounts, and no condition limits it to yours (confused
    deputy)."""
    found = sorted({d.service for d in trusted_services(it["assume_role_policy"])})
    return [f"trusts {service}" for service in found]


@rule(
    title="The role trusts an identity provider too widely",
    severity="critical",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Compare the claims that name your tenant and project with fixed values.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",),
)
def iam_trust_federated(it: Subject) -> Found:
    """Many customers share this identity provider, and no condition on its claims limits the role to your tenant or
    project."""
    found = trusted_providers(it["assume_role_policy"])
    grave = min((GRAVITY.index(f.width) for f in found), default=None)
    if grave is None:
        return None
    return Fail([f"{f.provider}: {f.why}" for f in found], SEVERITY[GRAVITY[grave]])


@rule(
    title="A foreign account may assume the role",
    severity="high",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Remove the account, list it as trusted, or require an external id.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
)
def iam_trust_foreign(it: Subject) -> Found:
    """The account is neither this one nor trusted, and the trust policy requires neither an external id nor a condition
    on who."""
    return [f"trusts {s}" for s in _strangers(it)]


@rule(
    title="A foreign account can read everything",
    severity="high",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy", "managed_policy_arns"),
    remedy="Remove the account, or replace ReadOnlyAccess by a policy for what is read.",
    references=("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html",),
    prowler=("iam_role_cross_account_readonlyaccess_policy",),
    implies=("iam-trust-foreign",),
)
def iam_trust_foreign_reads(it: Subject) -> Found:
    """The role has ReadOnlyAccess: the other account can read data, code and settings of the whole account."""
    strangers = _strangers(it)
    reads = strangers and any(str(a).endswith(":policy/ReadOnlyAccess") for a in it["managed_policy_arns"] or ())
    return [f"trusts {s}" for s in strangers] if reads else None


def _strangers(it: Subject) -> Sequence[str]:
    return tuple(other_accounts(it, it["assume_role_policy"], external_id=True))


@rule(
    title="A certificate has expired or expires soon",
    severity="high",
    theme="transit",
    types=("aws_iam_server_certificate", "aws_acm_certificate"),
    remedy="Renew it. ACM renews certificates that it issued and can validate.",
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
    ),
    prowler=("iam_no_expired_server_certificates_stored", "acm_certificates_expiration_check"),
    security_hub=("ACM.1",),
)
def iam_cert_expired(it: Subject) -> Found:
    """It expires within `certificate_days` (30)."""
    ends = it["expiration"] if it.has("expiration") else it["not_after"]
    if not ends:
        return None
    left = -it.days_since(ends)
    return f"{left} days are left" if left < it.criteria.threshold("certificate_days") else None


@rule(
    title="The certificate's key is weak",
    severity="high",
    theme="transit",
    types=("aws_acm_certificate",),
    reads=("key_algorithm",),
    remedy="Issue one with RSA_2048 or an elliptic curve.",
    references=("https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html",),
    prowler=("acm_certificates_with_secure_key_algorithms",),
    security_hub=("ACM.2",),
)
def acm_weak_key(it: Subject) -> Found:
    """RSA with 1024 bits, or an elliptic curve with fewer than 224 bits, can be broken."""
    key = str(it["key_algorithm"] or "")
    return key if key in ("RSA_1024", "EC_secp192r1") or key.startswith("RSA_512") else None

"""Whom roles trust, and the certificates that prove who somebody is."""

from __future__ import annotations

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
    """A trust policy with the principal `*` and no condition that says who: any AWS account will do."""
    return open_to_all(it["assume_role_policy"])


@rule(
    title="A service may use the role on behalf of strangers",
    severity="high",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Add aws:SourceAccount or aws:SourceArn to the trust policy.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
    prowler=("iam_role_cross_service_confused_deputy_prevention",),
)
def iam_trust_confused_deputy(it: Subject) -> Found:
    """A service that acts for other accounts too is trusted, and no condition says for whom."""
    found = sorted({d.service for d in trusted_services(it["assume_role_policy"])})
    return [f"trusts {service}" for service in found]


@rule(
    title="The role trusts an identity provider too widely",
    severity="critical",
    theme="identity",
    types=("aws_iam_role",),
    reads=("assume_role_policy",),
    remedy="Compare the claim that names your tenant, and the project, with fixed values.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",),
)
def iam_trust_federated(it: Subject) -> Found:
    """A provider that many customers share proves who somebody is, and no claim says that it must be you."""
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
    reads=("assume_role_policy", "managed_policy_arns"),
    remedy="Take the account out, list it as trusted, or ask for an external id.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
    prowler=("iam_role_cross_account_readonlyaccess_policy",),
)
def iam_trust_foreign(it: Subject) -> Found:
    """An account that is neither this one nor trusted, without an external id and without a condition on who."""
    strangers = other_accounts(it, it["assume_role_policy"], external_id=True)
    if not strangers:
        return None
    reading = any(str(a).endswith(":policy/ReadOnlyAccess") for a in it["managed_policy_arns"] or ())
    return Fail([f"trusts {s}" for s in strangers], context="which may read everything" if reading else "")


@rule(
    title="A certificate has expired or is about to",
    severity="high",
    theme="transit",
    types=("aws_iam_server_certificate", "aws_acm_certificate"),
    remedy="Renew it; certificates that ACM issued and can validate renew themselves.",
    references=(
        "https://docs.aws.amazon.com/securityhub/latest/userguide/acm-controls.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
    ),
    prowler=("iam_no_expired_server_certificates_stored", "acm_certificates_expiration_check"),
    security_hub=("ACM.1",),
)
def iam_cert_expired(it: Subject) -> Found:
    """It ends within `certificate_days` (30)."""
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
    """RSA of 1024 bits, or a curve shorter than 224: within reach of whoever can pay for it."""
    key = str(it["key_algorithm"] or "")
    return key if key in ("RSA_1024", "EC_secp192r1") or key.startswith("RSA_512") else None

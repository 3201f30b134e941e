"""Whom a role trusts besides accounts: identity providers, and services that act for others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drift.providers.aws.policy.document import ANYBODY, Policy, Principal, Statement, Test, Undecided
from drift.providers.aws.policy.glob import matches, wild
from drift.providers.aws.policy.narrowing import Narrowing, kept_by_conditions

# Federation -------------------------------------------------------------------------------------------------------

Width = Literal["anybody", "guests", "organization", "audience"]
"""anybody: everybody who has an account with the provider. guests: identities that did not sign in. organization:
everything in one tenant, such as every repository and branch. audience: also tokens for other services."""


@dataclass(frozen=True, slots=True)
class Federation:
    """A trust policy that admits identities of a provider too widely, with the evidence."""

    statement: Statement
    provider: str
    """`token.actions.githubusercontent.com`, or a SAML provider's ARN."""
    width: Width
    why: str


@dataclass(frozen=True, slots=True)
class _Shared:
    """An identity provider that many customers share; a claim of the token names the customer."""

    claim: str
    tenant: str = ".+"
    """A regular expression: a value names one tenant if the part before its first wildcard matches."""
    project: str = ""
    """The same for one project of the tenant; empty if the provider has no projects."""


SHARED: Mapping[str, _Shared] = {
    "token.actions.githubusercontent.com": _Shared("sub", r"[a-z_]+:[^/:]+/", r"[a-z_]+:[^/:]+/[^:]+:"),
    "vstoken.actions.githubusercontent.com": _Shared("sub", r"[a-z_]+:[^/:]+/", r"[a-z_]+:[^/:]+/[^:]+:"),
    "oidc-configuration.audit-log.githubusercontent.com": _Shared("sub"),
    "gitlab.com": _Shared("sub", r"project_path:[^/:]+/", r"project_path:[^:]+/[^:]+:"),
    "app.terraform.io": _Shared("sub", r"organization:[^:]+:", r"organization:[^:]+:project:[^:]+:"),
    "agent.buildkite.com": _Shared("sub", r"organization:[^:]+:", r"organization:[^:]+:pipeline:[^:]+:"),
    "oidc.codefresh.io": _Shared("sub", r"account:[^:]+:", r"account:[^:]+:pipeline:[^:]+:"),
    "api.pulumi.com/oidc": _Shared("aud"),
    "oidc.vercel.com": _Shared("aud"),
    "sandboxes.cloud": _Shared("aud"),
    "scalr.io": _Shared("sub", r"account:[^:]+:"),
    "studio.datachain.ai/api": _Shared("sub"),
    "tokens.cloud.shisho.dev": _Shared("sub"),
    "proidc.upbound.io": _Shared("sub"),
    "accounts.google.com": _Shared("aud"),
    "www.amazon.com": _Shared("app_id"),
    "graph.facebook.com": _Shared("app_id"),
    "cognito-identity.amazonaws.com": _Shared("aud"),
}
"""Issuer that all customers of a provider share -> the claim that names the customer.

IAM User Guide, "Identity-provider controls for shared OIDC providers", and for Google, Amazon, Facebook and Cognito
"Available keys for AWS OIDC federation". Any other issuer counts as the owner's own: GitHub Enterprise, an EKS cluster.
"""

OTHER_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "token.actions.githubusercontent.com": (
        "repository", "repository_id", "job_workflow_ref", "repository_owner_id", "enterprise_id", "actor_id",
    ),
    "accounts.google.com": ("sub", "oaud"),
    "gitlab.com": ("project_id", "namespace_id"),
    "oidc.vercel.com": ("sub",),
}  # fmt: skip
"""Claims that name a tenant too (the same page; GitHub's ids never change)."""

_TENANT_ONLY = frozenset({"repository_owner_id", "enterprise_id", "actor_id", "namespace_id"})

COGNITO = "cognito-identity.amazonaws.com"
GUEST = "unauthenticated"

_PROVIDER = re.compile(r"arn:[\w-]+:iam::\d{12}:(oidc|saml)-provider/(.+)")
_WEB, _SAML = "sts:assumerolewithwebidentity", "sts:assumerolewithsaml"


def federations(policy: Policy | Undecided) -> tuple[Federation, ...] | Undecided:
    """The identity providers of a trust policy whose identities are admitted too widely."""
    if isinstance(policy, Undecided):
        return policy
    found = []
    for statement in policy.allows:
        for principal in sorted(statement.principals or ()):
            if principal.kind == "Federated" and not statement.all_but:
                one = _federation(statement, principal)
                found += [one] if one is not None else []
    return tuple(found)


def _federation(statement: Statement, principal: Principal) -> Federation | None:
    named = _PROVIDER.fullmatch(principal.name)
    kind, issuer = (named[1], named[2]) if named else ("oidc", principal.name)
    if issuer == ANYBODY:
        return Federation(statement, issuer, "anybody", "every identity provider is trusted")
    if kind == "saml":
        unchecked = statement.speaks_of(_SAML) and not _values(statement, "saml:aud")
        why = "SAML:aud is not compared: assertions for other services are accepted"
        return Federation(statement, principal.name, "audience", why) if unchecked else None
    if not statement.speaks_of(_WEB):
        return None
    shared = SHARED.get(issuer)
    return None if shared is None else _shared(statement, issuer, shared)


def _shared(statement: Statement, issuer: str, shared: _Shared) -> Federation | None:
    groups = _values(statement, f"{issuer}:{shared.claim}")
    others = {c: v for c in OTHER_CLAIMS.get(issuer, ()) for v in _values(statement, f"{issuer}:{c}")}
    if issuer == COGNITO and any(all(map(_fixed, g)) for g in groups):
        return _guests(statement)
    tenant = any(all(_begins(shared.tenant, v) for v in g) for g in groups)
    project = not shared.project or any(all(_begins(shared.project, v) for v in g) for g in groups)
    named = {c for c, values in others.items() if all(map(_fixed, values))}
    if (project and tenant) or named - _TENANT_ONLY:
        return None
    key = f"{issuer}:{shared.claim}"
    told = ", ".join(sorted(v for g in groups for v in g))
    if tenant:
        return Federation(statement, issuer, "organization", f"{key} is {told}: everything in the organization")
    if named:
        return Federation(statement, issuer, "organization", f"only {', '.join(sorted(named))} is compared")
    if groups:
        return Federation(statement, issuer, "anybody", f"{key} is {told}, which others have too")
    weak = [t.text for t in statement.conditions if t.key == key.lower()]
    why = f"{weak[0]} also accepts missing or other values of the claim" if weak else f"{key} is not compared"
    return Federation(statement, issuer, "anybody", why)


def _guests(statement: Statement) -> Federation | None:
    """The identities of a pool are guests, or have signed in; the claim `amr` says which."""
    groups = _values(statement, f"{COGNITO}:amr")
    if not groups:
        return Federation(statement, COGNITO, "guests", f"{COGNITO}:amr is not compared: guests are accepted too")
    if any(all(not matches(v, GUEST) for v in g) for g in groups):
        return None
    return Federation(statement, COGNITO, "guests", f"{COGNITO}:amr allows guests")


def _values(statement: Statement, key: str) -> list[frozenset[str]]:
    """The values that a statement demands of a claim, from tests that fail if the claim is missing."""
    key = key.lower()
    present = any(t.operator == "null" and t.key == key and t.values == {"false"} for t in statement.conditions)
    return [t.values for t in statement.tests if t.key == key and _asks(t, loose=present)]


def _asks(test: Test, *, loose: bool = False) -> bool:
    sure = loose or not (test.if_exists or test.qualifier == "forallvalues")
    return sure and test.operator in ("stringequals", "stringequalsignorecase", "stringlike")


def _fixed(value: str) -> bool:
    return not wild(value) and "${" not in value


def _begins(pattern: str, value: str) -> bool:
    """Whether the part of a value before its first wildcard matches the expression."""
    head = re.split(r"[*?]|\$\{", value, maxsplit=1)[0]
    if head == value:  # without a wildcard it means one thing
        return bool(value)
    return pattern != ".+" and re.match(pattern, head, re.IGNORECASE) is not None


# Services ---------------------------------------------------------------------------------------------------------

LOCAL = (
    "codedeploy", "ec2", "ec2fleet", "ecs", "ecs-tasks", "edgelambda", "eks", "eks-fargate-pods", "eks-nodegroup",
    "elasticbeanstalk", "elasticmapreduce", "lambda", "monitoring.rds", "pods.eks", "spot", "spotfleet",
)  # fmt: skip
"""Services that use a role only for a resource of the role's own account, to which iam:PassRole gave the role. Their
guides show trust policies without a condition on the source."""

GUIDES: Mapping[str, str] = {
    "airflow": "amazon-mwaa-user-guide",
    "airflow-env": "amazon-mwaa-user-guide",
    "amplify": "aws-amplify-console-user-guide",
    "appstream": "amazon-appstream2-developer-guide",
    "autoscaling": "amazon-ec2-auto-scaling-user-guide",
    "batch": "aws-batch-user-guide",
    "cloudtrail": "aws-cloudtrail-user-guide",
    "comprehend": "amazon-comprehend-developer-guide",
    "config": "aws-config-developer-guide",
    "connect": "amazon-connect-admin-guide",
    "controltower": "aws-control-tower-guide",
    "datasync": "aws-datasync-user-guide",
    "dms": "aws-dms-user-guide",
    "ds": "aws-directory-service-admin-guide",
    "es": "amazon-opensearch-service-developer-guide",
    "export.rds": "amazon-rds-user-guide",
    "gameliftstreams": "gameliftstreams",
    "greengrass": "aws-greengrass-developer-guide",
    "iot": "aws-iot-docs",
    "iotevents": "aws-iot-events-developer-guide",
    "iotsitewise": "aws-iot-sitewise-user-guide",
    "kafkaconnect": "amazon-msk-developer-guide",
    "mediaconvert": "aws-elemental-mediaconvert-user-guide",
    "mediatailor": "aws-elemental-mediatailor-user-guide",
    "opensearchservice": "amazon-opensearch-service-developer-guide",
    "opsworks": "aws-opsworks-user-guide",
    "personalize": "amazon-personalize-developer-guide",
    "proton": "aws-proton-user-guide",
    "rds": "amazon-rds-user-guide",
    "rekognition": "amazon-rekognition-developer-guide",
    "sagemaker": "amazon-sagemaker-developer-guide",
    "ssm": "aws-systems-manager-user-guide",
    "ssm-incidents": "incident-manager-user-guide",
    "textract": "amazon-textract-developer-guide",
    "transcribe": "amazon-transcribe-developer-guide",
    "transfer": "aws-transfer-user-guide",
}
"""Service -> its guide, which has a page on the prevention of the cross-service confused deputy."""

DEPUTIES = frozenset({
    *GUIDES, "apigateway", "appflow", "appsync", "backup", "bedrock", "bedrock-agentcore", "budgets", "chatbot",
    "cloudformation", "codebuild", "codepipeline", "cognito-idp", "databrew", "delivery.logs", "dlm", "events",
    "firehose", "fis", "forecast", "glue", "imagebuilder", "ivs", "kendra", "kinesisanalytics", "lex", "lexv2", "logs",
    "medialive", "osis.pipelines", "pinpoint", "pipes", "quicksight", "redshift", "resiliencehub", "scheduler",
    "securitylake", "ses", "sns", "states", "storagegateway", "vpc-flow-logs",
})  # fmt: skip
"""Services that act for resources of any account and set aws:SourceArn or aws:SourceAccount when they do, by their
guides or by the examples of their trust policies. For all other services this is unknown."""

_SERVICE = re.compile(
    r"(?P<name>[\w.-]+?)(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.(?:amazonaws\.com(?:\.cn)?|aws\.internal|api\.aws)"
)


@dataclass(frozen=True, slots=True)
class Deputy:
    """A service that is trusted without a condition on the account it acts for."""

    statement: Statement
    service: str


def deputies(policy: Policy | Undecided) -> tuple[Deputy, ...] | Undecided:
    """Trusted services that also act for other accounts, if no condition limits for which.

    Undecided if none is certain and the policy names a service for which this is unknown.
    """
    if isinstance(policy, Undecided):
        return policy
    found, doubts = [], []
    for statement in policy.allows:
        services = [p.name for p in sorted(statement.principals or ()) if p.kind == "Service"]
        if statement.all_but or not services or any(isinstance(k, Narrowing) for k in kept_by_conditions(statement)):
            continue
        for service in services:
            named = _SERVICE.fullmatch(service)
            name = named["name"] if named else service
            if name in DEPUTIES:
                found.append(Deputy(statement, service))
            elif name not in LOCAL:
                doubts.append(Undecided(f"it is unknown whether {service} acts for other accounts"))
    return tuple(found) or (doubts[0] if doubts else ())

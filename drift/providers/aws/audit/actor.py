"""Who called, as the `userIdentity` of a CloudTrail record tells it.

Source: "CloudTrail userIdentity element" and "CloudTrail record contents" in the CloudTrail User Guide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from drift.model.who import Actor, ActorKind

SSO = "AWSReservedSSO_"
"""The roles of IAM Identity Center: `AWSReservedSSO_<permission set>_<16 hexadecimal digits>`."""
_SSO_ROLE = re.compile(rf"{SSO}(?P<set>.+?)(?:_[0-9a-f]{{16}})?")
LINKED = "AWSServiceRoleFor"
"""The roles that only the service they are linked to can assume."""
WORKLOADS = re.compile(
    r"token\.actions\.githubusercontent\.com|.*\bgitlab\b.*|oidc\.eks\..*|.*\.oidc\.eks\..*|app\.terraform\.io|"
    r"oidc\.circleci\.com.*|agent\.buildkite\.com|vstoken\.dev\.azure\.com|.*\.spacelift\.io|api\.bitbucket\.org.*"
)
"""The issuers whose tokens jobs and containers get, and no person."""


def member(value: Any, *names: str) -> Any:
    """What stands under these names, one in another; None where there is nothing."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def text(value: Any, *names: str) -> str:
    """The text under these names; empty where there is none."""
    found = member(value, *names)
    return found if isinstance(found, str) else ""


def actor_of(record: Mapping[str, Any]) -> Actor:
    """Who called; of the kind `unknown` where the record does not tell."""
    who = record.get("userIdentity")
    kind = text(who, "type")
    account = text(who, "accountId")
    invoked = text(who, "invokedBy")
    if kind == "AssumedRole":
        return _of_role(who, account)
    if kind == "IAMUser":
        return (
            Actor("user", text(who, "userName") or last(text(who, "arn")), account) if _named(who) else Actor("unknown")
        )
    if kind == "Root":
        return Actor("root", "root", account)
    if kind == "AWSService" or (not kind and text(record, "eventType") == "AwsServiceEvent"):
        return Actor("service", invoked or text(record, "eventSource"))
    if kind == "FederatedUser":
        return Actor(
            "federated",
            last(text(who, "arn")),
            account,
            issuer=text(who, "sessionContext", "sessionIssuer", "userName"),
        )
    if kind in ("WebIdentityUser", "SAMLUser"):
        return _federated(text(who, "identityProvider"), text(who, "userName"), account)
    if kind == "IdentityCenterUser":
        return Actor("sso", "", account, person=text(who, "onBehalfOf", "userId"))
    if kind == "AWSAccount" and account:
        return Actor("account", "", account)
    return Actor("unknown", account=account)


def _named(who: Any) -> bool:
    return bool(text(who, "userName") or text(who, "arn"))


def _of_role(who: Any, account: str) -> Actor:
    """A session of a role. Its ARN says `assumed-role/<role without path>/<session>`."""
    _, _, rest = text(who, "arn").partition(":assumed-role/")
    role, _, session = rest.partition("/")
    role = text(who, "sessionContext", "sessionIssuer", "userName") or role
    session = session or text(who, "principalId").partition(":")[2]
    if not role:
        return Actor("unknown", account=account)
    if role.startswith(LINKED):
        issuer = text(who, "sessionContext", "sessionIssuer", "arn")
        linked = issuer.partition("/aws-service-role/")[2].partition("/")[0]
        return Actor("service", linked or text(who, "invokedBy") or role, account, session)
    person = text(who, "sessionContext", "sourceIdentity")
    sso = _SSO_ROLE.fullmatch(role)
    if sso:
        return Actor("sso", sso["set"], account, session, person or session)
    issuer = text(who, "sessionContext", "webIdFederationData", "federatedProvider")
    if issuer:
        found = _federated(issuer, "", account)
        return Actor(found.kind, role, account, session, person, issuer=found.issuer)
    return Actor("role", role, account, session, person)


def _federated(issuer: str, subject: str, account: str) -> Actor:
    """Who has a token of an issuer: a job or container of a workload's; a person of any other, and always by SAML."""
    saml = issuer.partition(":saml-provider/")[2]
    host = saml or issuer.partition(":oidc-provider/")[2] or issuer
    if not saml and WORKLOADS.fullmatch(host):
        return Actor("workload", "", account, subject=subject, issuer=host)
    return Actor("federated", subject, account, issuer=host)


def origin_of(record: Mapping[str, Any]) -> tuple[str, Actor] | None:
    """(access key that was handed out, who took the role on); None for what hands out none."""
    if not text(record, "eventName").startswith(("AssumeRole", "GetFederationToken", "GetSessionToken")):
        return None
    key = text(record, "responseElements", "credentials", "accessKeyId")
    return (key, actor_of(record)) if key and not record.get("errorCode") else None


def behind(session: Actor, origin: Actor) -> Actor:
    """The actor of a role's session, with what the record tells of who took the role on."""
    kinds: Mapping[ActorKind, ActorKind] = {"workload": "workload", "service": "role"}
    kind = kinds.get(origin.kind, session.kind)
    person = origin.person or (origin.name if origin.kind in ("user", "federated") else "")
    return Actor(
        kind, session.name, session.account, session.session, session.person or person,
        subject=origin.subject or session.subject, issuer=origin.issuer or session.issuer,
    )  # fmt: skip


def last(arn: str) -> str:
    """What follows the last slash."""
    return arn.rsplit("/", 1)[-1]

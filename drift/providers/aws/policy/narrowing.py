"""Which conditions limit the caller, and to whom.

Only fixed values limit: a wildcard in the place of the account, organization, network or bucket, or a policy variable,
admits strangers (Amazon S3 User Guide, "The meaning of public"), whatever the operator. IAM Access Analyzer treats the
keys of other services in the same way.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from drift.providers.aws.policy.document import Statement, Test, Undecided
from drift.providers.aws.policy.glob import wild

Kind = Literal["account", "organization", "network", "service", "identity"]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """To whom a condition limits access."""

    kind: Kind
    accounts: frozenset[str] = frozenset()
    """Their accounts; empty if the condition does not name accounts."""
    organizations: frozenset[str] = frozenset()
    by: str = ""
    """The test as text."""


Found = Narrowing | Undecided | None
"""None if access is not limited."""

WIDEST = {4: 8, 6: 32}
"""IP version -> prefix length. A network with a shorter prefix counts as the internet ("The meaning of public").

Adjacent networks are joined; the joined network counts as the internet if its prefix is shorter than half of this: two
/8 do not, 32 do."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What the fixed values of a test say about the caller."""

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()


_Reader = Callable[[frozenset[str]], "_Fixed | Undecided | None"]

_ACCOUNT = re.compile(r"[0-9]{12}")
_OWN = re.compile(r"\$\{\s*aws:resource(account|orgid|orgpaths)\s*(,[^}]*)?\}", re.IGNORECASE)
_ROLE_SESSIONS = re.compile(r"A[RI][A-Z0-9]{14,}:\*")


def _open(value: str) -> bool:
    return wild(value) or "${" in value


def _plain(values: frozenset[str]) -> _Fixed | None:
    return None if any(map(_open, values)) else _Fixed()


def _accounts(values: frozenset[str]) -> _Fixed | None:
    return None if any(map(_open, values)) else _Fixed(frozenset(v for v in values if _ACCOUNT.fullmatch(v)))


def _organizations(values: frozenset[str]) -> _Fixed | None:
    return None if any(map(_open, values)) else _Fixed(organizations=values)


def _paths(values: frozenset[str]) -> _Fixed | None:
    """Paths in organizations: `o-a1b2c3/*` is one organization; `o-*/r-1/*` matches every one."""
    heads = frozenset(v.split("/", 1)[0] for v in values)
    return None if any(map(_open, heads)) or any("${" in v for v in values) else _Fixed(organizations=heads)


def _arns(values: frozenset[str]) -> _Fixed | None:
    """An ARN limits access to its account. If it has none, as a bucket's ARN, its name must be fixed."""
    accounts = set()
    for value in values:
        parts = value.split(":", 5)
        if "${" in value or len(parts) < 6:
            if _open(value):
                return None
            continue
        if _ACCOUNT.fullmatch(parts[4]):
            accounts.add(parts[4])
        elif wild(parts[4]) or wild(parts[2]) or wild(parts[5].split("/", 1)[0] if parts[2] == "s3" else parts[5]):
            return None
    return _Fixed(frozenset(accounts))


def _networks(values: frozenset[str]) -> _Fixed | None:
    """Networks, joined: two halves of the address space count as all of it. Private networks admit nobody outside."""
    v4: list[ipaddress.IPv4Network] = []
    v6: list[ipaddress.IPv6Network] = []
    for value in values:
        try:
            found = ipaddress.ip_network(value, strict=False)
        except ValueError:
            return None
        if not found.is_private and found.prefixlen < WIDEST[found.version]:
            return None
        if isinstance(found, ipaddress.IPv4Network):
            v4.append(found)
        else:
            v6.append(found)
    lengths = (
        *((n.prefixlen, 4) for n in ipaddress.collapse_addresses(v4)),
        *((n.prefixlen, 6) for n in ipaddress.collapse_addresses(v6)),
    )
    return None if any(length < WIDEST[version] // 2 for length, version in lengths) else _Fixed()


def _ids(values: frozenset[str]) -> _Fixed | Undecided | None:
    """Unique ids. The root user's is the account's number."""
    sessions = [v for v in values if _ROLE_SESSIONS.fullmatch(v)]
    if any(_open(v) for v in values if v not in sessions):
        return None
    if sessions:
        return Undecided(f"S3 counts aws:userid {sessions[0]} as public, though it means the sessions of one role")
    return _Fixed(frozenset(v for v in values if _ACCOUNT.fullmatch(v)))


def _true(values: frozenset[str]) -> _Fixed | None:
    return _Fixed() if {v.lower() for v in values} == {"true"} else None


Keys = Mapping[str, tuple[Kind, _Reader]]
"""Condition key -> (what it limits, the function that reads its values)."""

KEYS: Keys = {
    "aws:principalaccount": ("account", _accounts),
    "aws:sourceaccount": ("account", _accounts),
    "aws:sourceowner": ("account", _accounts),
    "aws:vpceaccount": ("account", _accounts),
    "kms:calleraccount": ("account", _accounts),
    "s3:dataaccesspointaccount": ("account", _accounts),
    "aws:principalorgid": ("organization", _organizations),
    "aws:sourceorgid": ("organization", _organizations),
    "aws:vpceorgid": ("organization", _organizations),
    "aws:principalorgpaths": ("organization", _paths),
    "aws:sourceorgpaths": ("organization", _paths),
    "aws:vpceorgpaths": ("organization", _paths),
    "aws:principalarn": ("identity", _arns),
    "aws:sourcearn": ("identity", _arns),
    "aws:federatedprovider": ("identity", _arns),
    "s3:dataaccesspointarn": ("identity", _arns),
    "elasticfilesystem:accesspointarn": ("identity", _arns),
    "lambda:sourcefunctionarn": ("identity", _arns),
    "ec2:sourceinstancearn": ("identity", _arns),
    "aws:sourcevpcarn": ("network", _arns),
    "aws:sourcevpc": ("network", _plain),
    "aws:sourcevpce": ("network", _plain),
    "aws:sourceip": ("network", _networks),
    "aws:userid": ("identity", _ids),
    "aws:principalisawsservice": ("service", _true),
    "aws:principalservicename": ("service", _plain),
    "aws:principalservicenameslist": ("service", _plain),
    "elasticfilesystem:accessedviamounttarget": ("network", _true),
    "lambda:eventsourcetoken": ("identity", _plain),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": ("identity", _plain),
}
"""Condition keys that limit who calls, from where or through what.

Sources: S3's, EFS's and KMS's user guides, "AWS global condition context keys", IAM Access Analyzer's filter keys.
These keys are left out, because they do not limit the caller: aws:VpcSourceIp (every VPC may have the same private
addresses), kms:ViaService and aws:CalledVia (through which service, for any caller), lambda:FunctionUrlAuthType (signed
by any account), aws:PrincipalTag and aws:username (every account names and tags its own users), aws:Referer and
aws:UserAgent (the caller writes them), sts:ExternalId (not a secret, according to AWS).
"""

OF_RESOURCE: Keys = {
    "aws:resourceaccount": ("account", _accounts),
    "s3:resourceaccount": ("account", _accounts),
    "aws:resourceorgid": ("organization", _organizations),
    "aws:resourceorgpaths": ("organization", _paths),
}
"""Keys that limit whose resource is called: they matter in the policy of a VPC endpoint, which is a way out."""

EXTERNAL_ID: Keys = {"sts:externalid": ("identity", _plain)}
"""The external id protects a third party's account from acting for a stranger (IAM User Guide, "The confused deputy
problem"). It limits an account that is named, never everybody."""

NONE: Keys = {}

_NOT_WHO = frozenset({
    "aws:assumedroot", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:chatbotsourcearn",
    "aws:currenttime", "aws:ec2instancesourceprivateipv4", "aws:ec2instancesourcevpc", "aws:epochtime",
    "aws:multifactorauthage", "aws:multifactorauthpresent", "aws:principaltype", "aws:referer", "aws:requestedregion",
    "aws:requesttag", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "aws:resourcetag",
    "aws:securetransport", "aws:sourceidentity", "aws:tagkeys", "aws:tokenissuetime", "aws:useragent", "aws:username",
    "aws:viaawsmcpservice", "aws:viaawsservice", "aws:vpcsourceip", "aws:principaltag", "aws:signinsessionarn",
    "aws:isrootuser", "aws:authenticationtype",
})  # fmt: skip
"""Global keys that say nothing about the caller's account."""

_POSITIVE = frozenset({
    "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress", "bool",
})  # fmt: skip

_ALWAYS_PRESENT = frozenset({"aws:principalisawsservice", "aws:viaawsservice", "aws:securetransport"})
"""Keys that every request has (IAM User Guide, "AWS global condition context keys")."""


def _keyless(key: str) -> str:
    return key.split("/", 1)[0]


def _speaks(key: str) -> bool:
    """Whether AWS or an identity provider sets the key; the value of any other key is unknown."""
    from drift.providers.aws.policy.actions import services

    prefix = key.partition(":")[0]
    if prefix == "aws":
        return _keyless(key) in _NOT_WHO or key in KEYS
    return prefix in services() or "." in prefix


def read(test: Test, *, present: bool = False, extra: Keys = NONE) -> Found:
    """To whom one test limits access. present: whether another test makes sure that the request has the key."""
    if test.operator not in _POSITIVE:
        return None
    if (test.if_exists or test.qualifier == "forallvalues") and not (present or test.key in _ALWAYS_PRESENT):
        return None
    entry = ({**KEYS, **extra}).get(test.key)
    if entry is None:
        return None if _speaks(test.key) else Undecided(f"the meaning of the condition key {test.key} is unknown")
    own = [v for v in test.values if _OWN.fullmatch(v)]
    if own and all(v in own or not _open(v) for v in test.values):
        return Undecided(f"{test.key} is compared with {own[0]}, which S3 counts as public though it means one's own")
    fixed = entry[1](test.values)
    if isinstance(fixed, _Fixed):
        return Narrowing(entry[0], fixed.accounts, fixed.organizations, test.text)
    return fixed


def kept_by_conditions(statement: Statement, extra: Keys = NONE) -> list[Narrowing | Undecided]:
    """To whom each condition of an allowing statement limits access; conditions that do not limit it are left out."""
    present = {t.key for t in statement.conditions if t.operator == "null" and t.values == {"false"}}
    found = (read(t, present=t.key in present, extra=extra) for t in statement.tests)
    return [f for f in found if f is not None]


def kept_by_denial(denial: Statement, extra: Keys = NONE) -> Found:
    """Whom the conditions of a denial leave: those for whom at least one of them fails."""
    return either([_left(t, extra) for t in denial.tests])


def either(found: Iterable[Found]) -> Found:
    """The union of several narrowings: everybody, if one of them does not limit access."""
    each = list(found)
    undecided = next((f for f in each if isinstance(f, Undecided)), None)
    sure = [f for f in each if isinstance(f, Narrowing)]
    if len(sure) + (undecided is not None) * len([f for f in each if isinstance(f, Undecided)]) < len(each) or not each:
        return None
    if undecided is not None:
        return undecided
    accounts = frozenset[str]().union(*(n.accounts for n in sure)) if all(n.accounts for n in sure) else frozenset()
    organizations = frozenset[str]().union(*(n.organizations for n in sure))
    same = all(n.organizations for n in sure)
    return Narrowing(sure[0].kind, accounts, organizations if same else frozenset(), " or ".join(n.by for n in sure))


def _left(test: Test, extra: Keys) -> Found:
    if test.operator == "bool" and test.values == {"false"} and test.qualifier == "":
        if test.key == "aws:viaawsservice":
            return Undecided("services can still act on behalf of foreign accounts")
        if test.if_exists or test.key in _ALWAYS_PRESENT:
            return read(Test("bool", test.key, frozenset({"true"})), extra=extra)
        return None
    if not test.negated or test.qualifier == "foranyvalue":
        return None
    opposite = Test(test.operator.replace("not", "", 1), test.key, test.values)
    return read(opposite, extra=extra)

"""Who has access by a resource policy: anybody, or another account."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from drift.providers.aws.policy.actions import meant
from drift.providers.aws.policy.document import (
    ANYBODY,
    Names,
    Policy,
    Principal,
    Statement,
    Undecided,
    account_of,
)
from drift.providers.aws.policy.narrowing import (
    EXTERNAL_ID,
    NONE,
    OF_RESOURCE,
    Found,
    Keys,
    Narrowing,
    either,
    kept_by_conditions,
    kept_by_denial,
)

LOG_DELIVERY = frozenset({
    "127311923021", "033677994240", "027434742980", "797873946194", "098369216593", "754344448648", "589379963580",
    "718504428378", "383597477331", "600734575887", "114774131450", "783225319266", "582318560864", "985666609251",
    "054676820928", "156460612806", "652711504416", "635631232127", "009996457667", "897822967062", "076674570225",
    "507241528517", "048591011584", "190560391635",
})  # fmt: skip
"""AWS's own accounts that deliver the access logs of load balancers (Elastic Load Balancing user guide)."""


@dataclass(frozen=True, slots=True)
class Access:
    """One access that a policy gives, with the evidence."""

    statement: Statement
    principal: Principal
    account: str = ""
    """The other account, 12 digits; empty for anybody."""
    looked_at: tuple[str, ...] = ()
    """The statement's conditions, which do not prevent this access."""


Answer = tuple[Access, ...] | Undecided
"""All accesses found, in a stable order; Undecided if none is certain and one is possible."""


class _Gone(Exception):  # noqa: N818 - an answer
    """A denial leaves nobody."""


def public(policy: Policy | Undecided, *, action: str = "", endpoint: bool = False) -> Answer:
    """What anybody may do. action: look at this action only. endpoint: the policy is of a VPC endpoint."""
    if isinstance(policy, Undecided):
        return policy
    extra = OF_RESOURCE if endpoint else NONE
    found, doubts = [], []
    for statement, principal in _grants(policy, action):
        if not (statement.all_but or principal == Principal("AWS", ANYBODY)):
            continue
        kept = _kept(policy, statement, principal, action, extra)
        if kept is None:
            continue
        if any(isinstance(k, Narrowing) for k in kept):
            continue
        doubts += [k for k in kept if isinstance(k, Undecided)]
        if not kept:
            found.append(_access(statement, principal))
    return tuple(dict.fromkeys(found)) or (doubts[0] if doubts else ())


def foreign(
    policy: Policy | Undecided,
    own: Collection[str],
    *,
    organizations: Collection[str] = (),
    external_id: bool = False,
    endpoint: bool = False,
) -> Answer:
    """Other accounts that have access: named ones, and those to which a condition limits everybody.

    own: accounts that are trusted, one's own among them. organizations: those that are trusted; where none is given,
    every one that a condition names by its id is. external_id: whether a fixed sts:ExternalId is enough. Services are
    not accounts: see `trust.deputies`.
    """
    if isinstance(policy, Undecided):
        return policy
    known = {*own} | LOG_DELIVERY
    extra = {**(EXTERNAL_ID if external_id else NONE), **(OF_RESOURCE if endpoint else NONE)}
    found, doubts = [], []
    for statement, principal in _grants(policy):
        if principal.kind not in ("AWS", "CanonicalUser") or statement.all_but:
            continue
        kept = _kept(policy, statement, principal, "", extra)
        if kept is None:
            continue
        if principal.kind == "CanonicalUser":
            doubts.append(Undecided(f"the account of the canonical user {principal.name[:8]}…"))
            continue
        strangers, trusted = _strangers(principal, kept, known, organizations)
        if trusted or not strangers:
            continue
        unsure = next((k for k in kept if isinstance(k, Undecided)), None)
        if unsure is not None:
            doubts.append(unsure)
        else:
            found += [_access(statement, principal, account) for account in sorted(strangers)]
    return tuple(dict.fromkeys(found)) or (doubts[0] if doubts else ())


def _strangers(
    principal: Principal, kept: list[Narrowing | Undecided], known: set[str], organizations: Collection[str]
) -> tuple[set[str], bool]:
    """(accounts with access that are not trusted, whether a condition limits access to trusted ones)."""
    accounts = {account_of(principal.name)} - {""} if principal.name != ANYBODY else None
    for narrowing in kept:
        if isinstance(narrowing, Undecided):
            continue
        if narrowing.organizations and (not organizations or narrowing.organizations <= {*organizations}):
            return set(), True
        if narrowing.by.partition(" ")[2].startswith("sts:externalid"):
            return set(), True
        if narrowing.accounts:
            accounts = {*narrowing.accounts} if accounts is None else accounts & narrowing.accounts
    return (accounts or set()) - known, False


def _access(statement: Statement, principal: Principal, account: str = "") -> Access:
    return Access(statement, principal, account, tuple(sorted(t.text for t in statement.conditions)))


def _grants(policy: Policy, action: str = "") -> Iterator[tuple[Statement, Principal]]:
    for statement in policy.allows:
        if action and not statement.speaks_of(action):
            continue
        for principal in sorted(statement.principals or ()):
            yield statement, principal


def _kept(
    policy: Policy, allow: Statement, principal: Principal, action: str, extra: Keys
) -> list[Narrowing | Undecided] | None:
    """To whom conditions and denials limit a grant; None for nobody."""
    try:
        return [*kept_by_conditions(allow, extra), *_kept_by_denials(policy, allow, principal, action, extra)]
    except _Gone:
        return None


def _kept_by_denials(
    policy: Policy, allow: Statement, principal: Principal, action: str, extra: Keys
) -> Iterator[Narrowing | Undecided]:
    """To whom the denials limit a grant; raises _Gone if they leave nobody."""
    who = Principal("AWS", ANYBODY) if allow.all_but else principal
    told = Names(frozenset({action.lower()})) if action else allow.actions
    denials = [d for d in policy.denies if d.resources.covers_all(allow.resources)]
    unconditional = [d for d in denials if not d.conditions and _names(d, who)]
    if unconditional and not action and _covered_together(unconditional, told):
        raise _Gone
    for denial in denials:
        if not covers_actions(denial.actions, told):
            continue
        left: Found = kept_by_denial(denial, extra) if denial.conditions else None
        if _names(denial, who):
            if not denial.conditions:
                raise _Gone
        elif denial.all_but and who.name == ANYBODY:
            left = either([left, _those(denial)]) if denial.conditions else _those(denial)
        else:
            continue
        if left is not None:
            yield left


def _names(denial: Statement, who: Principal) -> bool:
    """Whether a denial covers everybody that a principal stands for."""
    if denial.principals is None:
        return True
    if denial.all_but:
        return who.name != ANYBODY and not any(p.covers(who) or who.covers(p) for p in denial.principals)
    return any(p.covers(who) for p in denial.principals)


def _those(denial: Statement) -> Narrowing:
    """The principals that NotPrincipal exempts from a denial."""
    names = sorted(denial.principals or ())
    accounts = frozenset(account_of(p.name) for p in names) - {""}
    return Narrowing("identity", accounts, by=f"NotPrincipal {', '.join(p.name for p in names)}")


def covers_actions(wider: Names, narrower: Names) -> bool:
    """Whether names cover every action of others; expands both by the list of actions if patterns differ."""
    return wider.covers_all(narrower) or meant(narrower) <= meant(wider)


def _covered_together(denials: Iterable[Statement], told: Names) -> bool:
    left = set(meant(told))
    for denial in denials:
        left -= meant(denial.actions)
    return not left

"""What rules ask of policies: the engine's answers as evidence, and Unknown for what it cannot decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from drift.model.drift import Permission, Rights
from drift.providers.aws.policy import (
    Access,
    Difference,
    Grant,
    Grants,
    Policy,
    Statement,
    Undecided,
    about,
    account_of,
    deputies,
    difference,
    federations,
    foreign,
    grants,
    policy_of,
    public,
)
from drift.providers.aws.policy.trust import Deputy, Federation
from drift.rules.spec import Fact
from drift.rules.subject import Subject
from drift.rules.world import Unknown

_T = TypeVar("_T")


def decided(answer: _T | Undecided) -> _T:
    """The answer; Unknown where the engine could not decide."""
    if isinstance(answer, Undecided):
        raise Unknown(answer.why)
    return answer


def read(document: Any) -> Policy:
    """A policy; Unknown where the text is none."""
    return decided(policy_of(document))


def granted(*documents: Any) -> Grants:
    """What identity policies allow together."""
    return Grants([read(d) for d in documents])


@dataclass(frozen=True, slots=True)
class Opened(Fact):
    """What a policy allows to somebody who should have nothing of it."""

    statements: tuple[Statement, ...] = ()
    whom: str = ""
    """What the words begin with: `account 210987654321: `."""

    def beyond(self, others: Sequence[Fact]) -> Fact | None:
        """What the other side's statements do not allow already, by what the policies mean."""
        old = Policy(tuple(s for o in others if isinstance(o, Opened) for s in o.statements))
        found = difference(old, Policy(self.statements))
        if isinstance(found, Undecided):
            return Fact.beyond(self, others)
        if not found.added:
            return None
        if found.added == grants(Policy(self.statements)):
            return self
        return replace(self, text=self.whom + "; ".join(g.text for g in found.added))


def _opened(accesses: Iterable[Access], whom: str = "") -> list[Opened]:
    """One fact for each statement that lets somebody in, about him alone."""
    out: dict[str, list[Statement]] = {}
    for access in accesses:
        statement = access.statement
        mine = statement if statement.all_but else replace(statement, principals=frozenset({access.principal}))
        out.setdefault(about(statement), []).append(mine)
    return [Opened(whom + text, statements=tuple(statements), whom=whom) for text, statements in out.items()]


def open_to_all(document: Any, action: str = "", *, endpoint: bool = False) -> list[Opened]:
    """What anybody may do by a resource's policy; empty where nobody may."""
    return _opened(decided(public(read(document), action=action, endpoint=endpoint)))


def other_accounts(
    it: Subject, document: Any, *, external_id: bool = False, endpoint: bool = False
) -> dict[str, list[Access]]:
    """Account that is neither one's own nor trusted -> how a resource's policy lets it in."""
    own = (it.account, *it.criteria.trusted_accounts)
    found: dict[str, list[Access]] = {}
    for access in decided(foreign(read(document), own, external_id=external_id, endpoint=endpoint)):
        found.setdefault(access.account, []).append(access)
    return dict(sorted(found.items()))


def open_to_accounts(it: Subject, document: Any, *, endpoint: bool = False) -> list[Opened]:
    """Which other accounts are let in, and what for; empty where none is."""
    found = other_accounts(it, document, endpoint=endpoint)
    return [fact for account, each in found.items() for fact in _opened(each, f"account {account}: ")]


def open_to_strangers(it: Subject, document: Any, *, endpoint: bool = False) -> list[Opened]:
    """What anybody, or else another account, may do."""
    return open_to_all(document, endpoint=endpoint) or open_to_accounts(it, document, endpoint=endpoint)


def rights(found: Difference) -> Rights:
    """A difference of policies, as the report holds it."""
    return Rights(
        tuple(map(_permission, found.added)), tuple(map(_permission, found.removed)), tuple(p.text for p in found.paths)
    )


def _permission(grant: Grant) -> Permission:
    levels = grant.levels
    return Permission(
        actions=tuple(sorted(action for names in levels.values() for action in names)),
        resources=tuple(sorted(grant.resource.patterns)),
        all_but_resources=grant.resource.inverted,
        principals=tuple(sorted(p.name for p in grant.who.principals)),
        all_but_principals=grant.who.all_but,
        conditions=tuple(sorted(t.text for t in grant.conditions)),
        levels=tuple(levels),
    )


def trusted_services(document: Any) -> tuple[Deputy, ...]:
    """Services that a trust policy lets act for strangers."""
    return decided(deputies(read(document)))


def trusted_providers(document: Any) -> tuple[Federation, ...]:
    """Identity providers of which a trust policy lets in too much."""
    return decided(federations(read(document)))


__all__ = [
    "account_of",
    "decided",
    "granted",
    "open_to_accounts",
    "open_to_all",
    "open_to_strangers",
    "other_accounts",
    "read",
    "rights",
    "trusted_providers",
    "trusted_services",
]

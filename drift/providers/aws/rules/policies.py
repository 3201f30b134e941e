"""What rules ask of policies: the engine's answers as evidence, and Unknown for what it cannot decide."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from drift.providers.aws.policy import (
    Access,
    Grants,
    Policy,
    Statement,
    Undecided,
    about,
    account_of,
    deputies,
    federations,
    foreign,
    policy_of,
    public,
)
from drift.providers.aws.policy.trust import Deputy, Federation
from drift.rules.subject import Subject
from drift.rules.world import Unknown

_T = TypeVar("_T")

SHOWN = 3
"""How many statements the evidence names before it says how many more there are."""


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


def open_to_all(document: Any, action: str = "", *, endpoint: bool = False) -> str | None:
    """What anybody may do by a resource's policy, as evidence; None where nobody may."""
    return told(a.statement for a in decided(public(read(document), action=action, endpoint=endpoint))) or None


def other_accounts(
    it: Subject, document: Any, *, external_id: bool = False, endpoint: bool = False
) -> dict[str, list[Access]]:
    """Account that is neither one's own nor trusted -> how a resource's policy lets it in."""
    own = (it.account, *it.settings.trusted_accounts)
    found: dict[str, list[Access]] = {}
    for access in decided(foreign(read(document), own, external_id=external_id, endpoint=endpoint)):
        found.setdefault(access.account, []).append(access)
    return dict(sorted(found.items()))


def open_to_accounts(it: Subject, document: Any, *, endpoint: bool = False) -> str | None:
    """Which other accounts are let in, and what for, as evidence; None where none is."""
    found = other_accounts(it, document, endpoint=endpoint)
    return "; ".join(f"account {a}: {told(x.statement for x in xs)}" for a, xs in found.items()) or None


def open_to_strangers(it: Subject, document: Any, *, endpoint: bool = False) -> str | None:
    """What anybody, or else another account, may do."""
    return open_to_all(document, endpoint=endpoint) or open_to_accounts(it, document, endpoint=endpoint)


def trusted_services(document: Any) -> tuple[Deputy, ...]:
    """Services that a trust policy lets act for strangers."""
    return decided(deputies(read(document)))


def trusted_providers(document: Any) -> tuple[Federation, ...]:
    """Identity providers of which a trust policy lets in too much."""
    return decided(federations(read(document)))


def told(statements: Iterable[Statement]) -> str:
    """What some statements are about, each once."""
    each = list(dict.fromkeys(about(s) for s in statements))
    return "; ".join(each[:SHOWN]) + (f" and {len(each) - SHOWN} more statements" if len(each) > SHOWN else "")


__all__ = [
    "account_of",
    "decided",
    "granted",
    "open_to_accounts",
    "open_to_all",
    "open_to_strangers",
    "other_accounts",
    "read",
    "told",
    "trusted_providers",
    "trusted_services",
]

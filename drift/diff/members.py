"""Finds owners that list their resources: a stack lists its members, which may have no mark of their
own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from drift.model.coverage import Gap, Unreadable
from drift.model.drift import Drift
from drift.model.resource import GLOBAL, Key, Question, Resource
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.provider.spec import Owns, ResourceType


@dataclass(frozen=True, slots=True)
class Membership:
    """The owners of unmanaged resources, from the lists of those owners."""

    owners: Mapping[Key, str]
    doubtful: frozenset[Key]
    """Resources that may belong to an owner that could not be listed or read."""
    gaps: frozenset[Gap]
    """The owners that could not be read."""


Prove = Callable[[Sequence[Question]], Mapping[Question, Any]]
Members = Mapping[tuple[str, str], str]
"""(type reduced to its letters, or empty if the id is unique by itself; the owner's id of the member) -> owner."""


def membership(
    drifts: Iterable[Drift],
    resources: Mapping[Key, Resource],
    catalog: Catalog,
    prove: Prove,
    gaps: Iterable[Gap] = (),
) -> Membership:
    """The owner of each unmanaged resource, and those whose owner is unknown. `gaps` are the listings that failed.

    Owners are read only if something unmanaged may belong to them. Members that were imported into a stack, or are
    older than its tags, carry no mark.
    """
    strangers = [d.actual for d in drifts if d.desired is None and d.actual is not None]
    listers = [(r, h) for r in resources.values() if (h := catalog[r.key.type].owns) is not None]
    unlisted = [(g, h) for g in gaps if (h := catalog[g.type].owns) is not None]
    out: dict[Key, str] = {}
    doubts: set[Key] = set()
    refused: set[Gap] = set()
    regions = {r.key.region for r in strangers}
    for owns in dict.fromkeys(h for _, h in (*listers, *unlisted)):
        asked = [
            Question(r.key, owns.members)
            for r, h in listers
            if h is owns and strangers and (GLOBAL in regions or r.key.region in regions)
        ]
        answers = prove(asked) if asked else {}
        silent = {_silent(q.key, a) for q, a in answers.items() if isinstance(a, Unreadable)}
        refused |= silent
        silent_in = {g.region for g in silent}
        unlisted_in = {g.region for g, h in unlisted if h is owns}
        members = {region: _members(answers, region, owns) for region in regions}
        for resource in strangers:
            entry = entry_of(resource, catalog)
            who = _owner_of_member(resource, entry, owns, members[resource.key.region])
            if who:
                out[resource.key] = who
            elif _there(resource, silent_in) or (
                _there(resource, unlisted_in) and _may_be_a_member(resource, entry, owns)
            ):
                doubts.add(resource.key)
    return Membership(out, frozenset(doubts - out.keys()), frozenset(refused))


def _there(resource: Resource, regions: Set[str]) -> bool:
    return resource.key.region in regions or (resource.key.region == GLOBAL and bool(regions))


def _may_be_a_member(resource: Resource, entry: ResourceType, owns: Owns) -> bool:
    """Whether an owner of which nothing is known, not even that there is one, may have made it.

    It would have marked it, if it can mark this type. What was imported into a stack has no mark, but to assume that
    of everything would leave nothing certain.
    """
    if all(proof.who != owns.who for proof in entry.proofs):
        return True
    return bool(owns.generated) and any(
        re.match(owns.generated, name, re.IGNORECASE) for name in {resource.name, resource.id} - {""}
    )


def _silent(owner: Key, why: Unreadable) -> Gap:
    return Gap(owner.type, owner.account, owner.region, why.action, why.code, str(owner.identity[0]))


def _members(answers: Mapping[Question, Any], region: str, owns: Owns) -> Members:
    out: dict[tuple[str, str], str] = {}
    by_key: dict[Key, Any] = defaultdict(list)
    for question, answer in answers.items():
        if region in (GLOBAL, question.key.region) and not isinstance(answer, Unreadable):
            by_key[question.key] = answer or []
    for member in (m for members in by_key.values() for m in members):
        name = str(member.get("id") or "")
        for known in {name, name.partition("|")[0]} - {""}:
            out[_letters(str(member.get("type") or "")), known] = owns.who
    return out


def _owner_of_member(resource: Resource, entry: ResourceType, owns: Owns, members: Members) -> str:
    # a tag is not a name: anybody could put a member's name into one
    name = "" if entry.label.startswith("tags") else resource.name
    names = {resource.id, resource.arn, name, str(resource.attributes.get("id") or "")} - {""}
    types = {_letters(owns.names.get(entry.name, entry.name)), ""}
    return next((members[t, n] for t in sorted(types) for n in sorted(names) if (t, n) in members), "")


def _letters(type_: str) -> str:
    """A type name reduced to its letters: `AWS::CloudFront::KeyGroup` and `aws_cloudfront_key_group` become equal."""
    return "".join(c for c in type_.lower() if c.isalnum())

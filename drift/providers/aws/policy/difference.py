"""What a newer policy allows that an older one does not.

Both are split into atoms: one resource pattern, one principal, one value of each positive test, and a set of actions.
An atom that no atom of the older policy covers is new. So is an access that the older policy denied, if the newer one
allows it and no longer denies it.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

from drift.model.words import few
from drift.providers.aws.policy.actions import LEVELS, Level, by_level, expand, meant, spelt
from drift.providers.aws.policy.document import ANYBODY, Names, Policy, Principal, Statement, Test, Undecided
from drift.providers.aws.policy.escalations import Path, paths
from drift.providers.aws.policy.glob import covers, narrower_of, overlaps
from drift.providers.aws.policy.identity import Grants

Conditions = frozenset[Test]

MOST_ATOMS = 256
"""A statement with more combinations of test values than this is not split by value."""

ASKING = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"})
"""Positive operators: each further value allows more."""

SHOWN = 4
"""How many actions, resources or tests a sentence names; it then says how many more there are."""


@dataclass(frozen=True, slots=True)
class Who:
    """One principal of a statement, or everybody except some; empty in an identity policy."""

    principals: frozenset[Principal] = frozenset()
    all_but: bool = False

    def covers(self, other: Who) -> bool:
        """Whether this covers every principal of the other."""
        if not self.principals:
            return True
        if self.all_but:
            if other.all_but:
                return all(any(o.covers(p) for o in other.principals) for p in self.principals)
            return not any(p.covers(o) or o.covers(p) for p in self.principals for o in other.principals)
        everybody = Principal("AWS", ANYBODY) in self.principals
        if other.all_but or not other.principals:
            return everybody
        return all(any(p.covers(o) for p in self.principals) for o in other.principals)

    def overlaps(self, other: Who) -> bool:
        """Whether some principal belongs to both."""
        if not self.principals or not other.principals or (self.all_but and other.all_but):
            return True
        if self.all_but or other.all_but:
            kept, left = (other, self) if self.all_but else (self, other)
            return any(not any(x.covers(k) for x in left.principals) for k in kept.principals)
        return any(p.covers(o) or o.covers(p) for p in self.principals for o in other.principals)

    @property
    def text(self) -> str:
        """Their names; `anybody` for everybody."""
        names = [p.name if p.name != ANYBODY else "anybody" for p in sorted(self.principals)]
        return f"anybody but {few(names, SHOWN)}" if self.all_but else few(names, SHOWN)


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on one resource pattern, for one principal, under some conditions."""

    actions: frozenset[str]
    """In lower case; `service:*` stays as it is if the service is unknown."""
    resource: Names
    who: Who = Who()
    conditions: Conditions = frozenset()
    asked: frozenset[str] = frozenset()
    """The patterns of actions as the policy has them."""

    @property
    def levels(self) -> dict[Level, list[str]]:
        """Access level -> the actions, as AWS spells them."""
        return by_level(self.actions)

    @property
    def text(self) -> str:
        """`s3:GetObject on arn:aws:s3:::b/*`, `pass arn:…:role/x to ec2.amazonaws.com`."""
        to = [t for t in self.conditions if t.key == "iam:passedtoservice" and not t.negated and t.operator != "null"]
        where = few(sorted(self.resource.patterns), SHOWN)
        where = (
            f"all resources but {where}" if self.resource.inverted else "any resource" if where == ANYBODY else where
        )
        others = sorted(t.text for t in self.conditions if t not in to)
        if self.actions == {"iam:passrole"}:
            services = sorted(v for t in to for v in t.values)
            roles = "any role" if where == "any resource" else where
            said = f"pass {roles} to {few(services, SHOWN) if to else 'any service'}"
        else:
            others = sorted(t.text for t in self.conditions)
            # a resource policy is about its own resource, so `*` adds nothing to the text
            said = _actions(self) + ("" if self.who.principals and where == "any resource" else f" on {where}")
        return said + (f", where {few(others, SHOWN)}" if others else "")


@dataclass(frozen=True, slots=True)
class Difference:
    """What became possible, and what is no longer possible."""

    added: tuple[Grant, ...] = ()
    removed: tuple[Grant, ...] = ()
    paths: tuple[Path, ...] = ()
    """Ways of privilege escalation that are open now and were not before; only for identity policies."""

    @property
    def levels(self) -> dict[Level, list[str]]:
        """Access level -> the actions that became possible somewhere."""
        return by_level(frozenset[str]().union(*(g.actions for g in self.added)))

    @property
    def text(self) -> str:
        """One sentence: `may now s3:GetObject on arn:aws:s3:::b/*, and pass any role to ec2.amazonaws.com`."""
        return sentence(self.added)


def difference(before: Policy | Undecided, after: Policy | Undecided) -> Difference | Undecided:
    """What one policy allows that another does not, in both directions; Undecided if one cannot be parsed."""
    if isinstance(before, Undecided):
        return before
    if isinstance(after, Undecided):
        return after
    of_identity = not any(s.principals for s in (*before.statements, *after.statements))
    new: tuple[Path, ...] = ()
    if of_identity:
        old = {p.escalation for p in paths(Grants([before]))}
        new = tuple(p for p in paths(Grants([after])) if not _known(p, old))
    return Difference(_gained(before, after), _gained(after, before), new)


def _known(path: Path, old: Iterable[object]) -> bool:
    mine = set(path.escalation.actions)
    return any(set(getattr(o, "actions", ())) <= mine for o in old)


def grants(policy: Policy) -> tuple[Grant, ...]:
    """What a policy allows, as atoms; atoms that differ only in resources, principals or values are joined."""
    return _gained(Policy(), policy)


def _gained(before: Policy, after: Policy) -> tuple[Grant, ...]:
    old = [a for s in before.allows for a in _atoms(s)]
    old_denials = [a for s in before.denies for a in _atoms(s, split=False)]
    denials = [a for s in after.denies for a in _atoms(s, split=False)]
    out: list[Grant] = []
    for statement in after.allows:
        for atom in _atoms(statement):
            left = atom.actions
            for other in old:
                if left and _wider(other, atom):
                    left -= other.actions
                    left = frozenset(a for a in left if not _by_pattern(a, other.actions))
            pieces = [replace(atom, actions=left)] if left else []
            pieces += _freed(atom, atom.actions - left, old_denials, denials)
            out += [p for piece in pieces for p in _allowed(piece, denials)]
    return _joined(out)


def _freed(atom: Grant, kept: frozenset[str], old: list[Grant], new: list[Grant]) -> list[Grant]:
    """What an older denial prevented, is allowed before and after, and no newer denial prevents."""
    out = []
    for denial in old:
        actions = kept & denial.actions
        if not actions or not atom.who.overlaps(denial.who) or not _meet(atom.resource, denial.resource):
            continue
        for other in new:
            if _wider(other, denial):
                actions -= other.actions
        if not actions:
            continue
        out.append(
            replace(
                atom,
                actions=actions,
                resource=_narrower(atom.resource, denial.resource),
                who=denial.who if denial.who.principals and atom.who.covers(denial.who) else atom.who,
                conditions=atom.conditions | denial.conditions,
            )
        )
    return out


def _allowed(atom: Grant, denials: list[Grant]) -> Iterator[Grant]:
    """What remains of an atom after the denials without a condition."""
    left = atom.actions
    for denial in denials:
        if _wider(denial, atom):
            left -= denial.actions
    if left:
        yield replace(atom, actions=left)


def _wider(one: Grant, other: Grant) -> bool:
    """Whether one atom covers another, apart from their actions."""
    return (
        one.resource.covers_all(other.resource)
        and one.who.covers(other.who)
        and all(any(_implies(mine, asked) for mine in other.conditions) for asked in one.conditions)
    )


def _by_pattern(action: str, patterns: frozenset[str]) -> bool:
    """For an action that the data lacks: whether a pattern that the data lacks too matches it."""
    return any("*" in p and covers(p, action) for p in patterns)


def _meet(one: Names, other: Names) -> bool:
    if one.inverted and other.inverted:
        return True
    if one.inverted:
        return any(one.overlaps(p) for p in other.patterns)
    return any(other.overlaps(p) for p in one.patterns)


def _narrower(one: Names, other: Names) -> Names:
    if one.inverted or other.inverted:
        return other if one.covers_all(other) else one
    pairs = product(one.patterns, other.patterns)
    return Names(frozenset(narrower_of(a, b) for a, b in pairs if overlaps(a, b)))


# tests of conditions ------------------------------------------------------------------------------------------------


def _implies(mine: Test, asked: Test) -> bool:
    """Whether every request that passes the first test passes the second."""
    if mine == asked:
        return True
    if mine.key != asked.key or mine.qualifier != asked.qualifier:
        return False
    if mine.if_exists and not asked.if_exists:
        return False
    family = {mine.operator, asked.operator}
    if asked.operator in ASKING:
        likes = asked.operator in ("stringlike", "arnlike", "arnequals")
        same = len(family) == 1 or family <= {"arnlike", "arnequals"} or (likes and mine.operator == "stringequals")
        return same and all(any(_value(v, w, asked.operator) for w in asked.values) for v in mine.values)
    if mine.negated and len(family) == 1 and mine.operator != "null":
        operator = mine.operator.replace("not", "", 1)
        return all(any(_value(w, v, operator) for v in mine.values) for w in asked.values)
    return False


def _value(narrower: str, wider: str, operator: str) -> bool:
    if operator == "ipaddress":
        try:
            mine = ipaddress.ip_network(narrower, strict=False)
            theirs = ipaddress.ip_network(wider, strict=False)
        except ValueError:
            return narrower == wider
        return mine.version == theirs.version and mine.subnet_of(theirs)  # type: ignore[arg-type]
    if operator in ("stringlike", "arnlike", "arnequals"):
        return covers(wider, narrower)
    return narrower.lower() == wider.lower() if operator == "stringequalsignorecase" else narrower == wider


# atoms --------------------------------------------------------------------------------------------------------------


def _atoms(statement: Statement, *, split: bool = True) -> Iterator[Grant]:
    """A statement as atoms. The values of a denial are not split, because a request must fail all of them.

    A positive test without a set operator passes if one of its values matches, so each value gives an atom.
    """
    actions, asked = meant(statement.actions), frozenset() if statement.actions.inverted else statement.actions.patterns
    inverted = statement.resources.inverted
    resources = [statement.resources] if inverted else [Names(frozenset({p})) for p in statement.resources.patterns]
    whos = [Who()]
    if statement.principals is not None:
        each = [statement.principals] if statement.all_but else [frozenset({p}) for p in statement.principals]
        whos = [Who(p, statement.all_but) for p in each]
    for resource, who, conditions in product(resources, whos, _alternatives(statement.conditions, split=split)):
        yield Grant(actions, resource, who, conditions, asked)


def _alternatives(conditions: Conditions, *, split: bool) -> list[Conditions]:
    choices: list[list[Test]] = []
    for test in sorted(conditions, key=lambda t: t.text):
        apart = test.operator in ASKING and test.qualifier != "forallvalues"
        choices.append([replace(test, values=frozenset({v})) for v in sorted(test.values)] if apart else [test])
    size = 1
    for choice in choices:
        size *= max(len(choice), 1)
    if not split or size > MOST_ATOMS:
        return [conditions]
    return [frozenset(combination) for combination in product(*choices)]


def _joined(atoms: list[Grant]) -> tuple[Grant, ...]:
    """Joins atoms that differ in one thing only: first in actions, then in resources, principals or values."""
    actions: dict[tuple[Names, Who, Conditions], list[Grant]] = defaultdict(list)
    for a in atoms:
        actions[a.resource, a.who, a.conditions].append(a)
    first = [
        Grant(_all(g.actions for g in gs), key[0], key[1], key[2], _all(g.asked for g in gs))
        for key, gs in actions.items()
    ]
    first = [
        g
        for g in first
        if not any(
            o is not g and g.actions <= o.actions and _wider(o, g) and not (_wider(g, o) and o.actions == g.actions)
            for o in first
        )
    ]
    resources: dict[tuple[frozenset[str], Who, Conditions, bool], list[Grant]] = defaultdict(list)
    for a in first:
        resources[a.actions, a.who, a.conditions, a.resource.inverted].append(a)
    second = []
    for gs in resources.values():
        plain = not gs[0].resource.inverted
        joined = [Names(_all(g.resource.patterns for g in gs))] if plain else [g.resource for g in gs]
        second += [replace(gs[0], resource=r, asked=_all(g.asked for g in gs)) for r in joined]
    people: dict[tuple[frozenset[str], Names, Conditions, bool], list[Grant]] = defaultdict(list)
    for a in second:
        people[a.actions, a.resource, a.conditions, a.who.all_but].append(a)
    third = []
    for gs in people.values():
        together = [Who(_all(g.who.principals for g in gs))] if not gs[0].who.all_but else [g.who for g in gs]
        third += [replace(gs[0], who=w) for w in together]
    return tuple(sorted(third, key=lambda g: (_gravity(g), sorted(g.actions), g.text)))


_T = TypeVar("_T")


def _all(sets: Iterable[frozenset[_T]]) -> frozenset[_T]:
    return frozenset[_T]().union(*sets)


def _gravity(grant: Grant) -> int:
    return min(map(LEVELS.index, grant.levels), default=len(LEVELS))


# words --------------------------------------------------------------------------------------------------------------


def sentence(grants: Iterable[Grant]) -> str:
    """`may now s3:GetObject on arn:…`, one part for each grant; the principals first where there are any."""
    parts: list[str] = []
    for grant in list(grants)[:SHOWN]:
        who = f"{grant.who.text} " if grant.who.principals else ""
        parts.append(f"{who}may now {grant.text}" if who or not parts else grant.text)
    more = len(list(grants)) - SHOWN
    said = ", and ".join(parts)
    return f"{said}, and {more} more" if more > 0 else said


def _actions(grant: Grant) -> str:
    """First the patterns of which every action is new, then the other new actions by name."""
    whole = sorted(p for p in grant.asked if expand(p) <= grant.actions)
    rest = sorted(spelt(a) for a in grant.actions - _all(expand(p) for p in whole))
    if ANYBODY in whole:
        return "do anything"
    return few([*(spelt(p) for p in whole), *rest], SHOWN)

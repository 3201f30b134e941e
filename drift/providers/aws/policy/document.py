"""A policy read into statements (IAM User Guide, "IAM JSON policy elements reference")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from drift.model.value import Block
from drift.providers.aws.normalize.policy import policy_document
from drift.providers.aws.policy.glob import covers, matches, overlaps

Effect = Literal["Allow", "Deny"]

ANYBODY = "*"
WITH_VARIABLES = "2012-10-17"
"""The version of the policy language that has policy variables; in the older one `${aws:username}` is plain text."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """The answer to a question that cannot be decided, with the reason."""

    why: str

    def __bool__(self) -> bool:
        """Raises: test for Undecided before using an answer as a boolean."""
        raise TypeError(f"undecided: {self.why}")


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """A principal that a statement names: `AWS`, `Service`, `Federated` or `CanonicalUser`, and the name."""

    kind: str
    name: str

    def covers(self, other: Principal) -> bool:
        """Whether this principal includes the other: an account's root includes the whole account."""
        if self.kind == "AWS" and self.name == ANYBODY:
            return True
        if self.kind != other.kind:
            return False
        if self.name in (ANYBODY, other.name):
            return True
        if self.kind != "AWS":
            return False
        if account_of(self.name) == self.name:
            return account_of(other.name) == self.name
        return _sessions_of(self.name) != "" and other.name.startswith(_sessions_of(self.name))


def _sessions_of(role: str) -> str:
    """The prefix of the ARNs of a role's sessions: a role as principal includes its sessions."""
    parts = role.split(":", 5)
    if len(parts) != 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        return ""
    return f"{parts[0]}:{parts[1]}:sts::{parts[4]}:assumed-role/{parts[5].rsplit('/', 1)[-1]}/"


@dataclass(frozen=True, slots=True)
class Names:
    """The patterns of one element, or everything that they do not match (NotAction, NotResource)."""

    patterns: frozenset[str]
    inverted: bool = False

    def matches(self, text: str) -> bool:
        """Whether a name belongs to this."""
        return any(matches(p, text) for p in self.patterns) is not self.inverted

    def covers(self, pattern: str) -> bool:
        """Whether every name that matches a pattern belongs to this."""
        if self.inverted:
            return not any(overlaps(p, pattern) for p in self.patterns)
        return any(covers(p, pattern) for p in self.patterns)

    def overlaps(self, pattern: str) -> bool:
        """Whether some name that matches a pattern belongs to this."""
        if self.inverted:
            return not any(covers(p, pattern) for p in self.patterns)
        return any(overlaps(p, pattern) for p in self.patterns)

    def covers_all(self, other: Names) -> bool:
        """Whether every name of the other belongs to this."""
        if not other.inverted:
            return all(self.covers(p) for p in other.patterns)
        if not self.inverted:
            return ANYBODY in self.patterns
        return all(other_covers(other.patterns, p) for p in self.patterns)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.patterns))


def other_covers(patterns: frozenset[str], pattern: str) -> bool:
    """Whether one of some patterns covers another."""
    return any(covers(p, pattern) for p in patterns)


EVERYTHING = Names(frozenset({ANYBODY}))


@dataclass(frozen=True, slots=True)
class Test:
    """One test of a condition: an operator, a key, and the values to compare with."""

    operator: str
    """In lower case, without qualifier and ending: `stringlike`."""
    key: str
    """In lower case: `aws:sourcearn`."""
    values: frozenset[str]
    qualifier: Literal["", "forallvalues", "foranyvalue"] = ""
    if_exists: bool = False

    @property
    def negated(self) -> bool:
        """Whether it holds if the key has none of the values: StringNotEquals, NotIpAddress."""
        return "not" in self.operator

    @property
    def text(self) -> str:
        """The test as text: `StringEquals aws:sourceaccount 123456789012`."""
        head = {"": "", "forallvalues": "ForAllValues:", "foranyvalue": "ForAnyValue:"}[self.qualifier]
        name = OPERATORS.get(self.operator, self.operator)
        return f"{head}{name}{'IfExists' if self.if_exists else ''} {self.key} {', '.join(sorted(self.values))}"


Test.__test__ = False  # type: ignore[attr-defined]  # no test of pytest's

OPERATORS = {
    name.lower(): name
    for name in (
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
        "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
        "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan",
        "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress",
        "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
    )
}  # fmt: skip
"""Operators in lower case -> as AWS spells them (IAM User Guide, "Condition operators")."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. A missing element is None: `actions` if malformed, `principals` in an identity policy."""

    effect: Effect
    actions: Names
    resources: Names
    principals: frozenset[Principal] | None = None
    all_but: bool = False
    """Whether `principals` are the exceptions (NotPrincipal)."""
    conditions: frozenset[Test] = frozenset()
    sid: str = ""
    variables: bool = True
    """Whether `${…}` in it is a policy variable."""

    @property
    def tests(self) -> list[Test]:
        """The tests of its condition, in a stable order."""
        return sorted(self.conditions, key=lambda t: t.text)

    def speaks_of(self, action: str) -> bool:
        """Whether it applies to an action, or to every action that matches a pattern."""
        return self.actions.covers(action.lower())

    @property
    def order(self) -> str:
        """The key that puts statements into a stable order."""
        who = sorted(f"{p.kind} {p.name}" for p in self.principals or ())
        parts = (self.effect, self.sid, [*self.actions], self.actions.inverted, [*self.resources], who)
        return repr((*parts, self.all_but, sorted(t.text for t in self.conditions)))


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its statements in a stable order."""

    statements: tuple[Statement, ...] = ()

    @property
    def allows(self) -> tuple[Statement, ...]:
        """The statements that allow."""
        return tuple(s for s in self.statements if s.effect == "Allow")

    @property
    def denies(self) -> tuple[Statement, ...]:
        """The statements that deny."""
        return tuple(s for s in self.statements if s.effect == "Deny")

    def __add__(self, other: Policy) -> Policy:
        """Joins two policies of one identity or resource: they allow the same as one policy with all statements."""
        return Policy(tuple(sorted({*self.statements, *other.statements}, key=lambda s: s.order)))


NOTHING = Policy()


def policy_of(value: Any) -> Policy | Undecided:
    """The policy in JSON text, in parsed JSON, or in the canonical form of either.

    None is no policy, which allows nothing. Undecided if IAM would not accept it as a policy.
    """
    if value is None or value == "":
        return NOTHING
    canonical = value if isinstance(value, Block) else policy_document(value)
    try:
        return NOTHING if canonical is None else _policy(canonical)
    except TypeError:  # it holds what cannot be hashed
        return _read(canonical)


@lru_cache(maxsize=2048)
def _policy(canonical: Any) -> Policy | Undecided:
    return _read(canonical)


def _read(canonical: Any) -> Policy | Undecided:
    if not isinstance(canonical, Mapping) or "Statement" not in canonical:
        return Undecided("IAM would not accept the policy")
    variables = canonical.get("Version") == WITH_VARIABLES
    statements = [_statement(raw, variables=variables) for raw in _many(canonical["Statement"])]
    found = next((s for s in statements if isinstance(s, Undecided)), None)
    if found is not None:
        return found
    return Policy(tuple(sorted({s for s in statements if isinstance(s, Statement)}, key=lambda s: s.order)))


def _statement(raw: Any, *, variables: bool) -> Statement | Undecided:
    if not isinstance(raw, Mapping):
        return Undecided("a statement of the policy is not an object")
    effect, actions = raw.get("Effect"), _names(raw, "Action")
    if effect not in ("Allow", "Deny") or actions is None:
        return Undecided("a statement of the policy has no valid effect or action")
    principals = raw.get("Principal", raw.get("NotPrincipal"))
    who = None if principals is None else _principals(principals)
    conditions = raw.get("Condition") or {}
    if isinstance(who, Undecided) or not isinstance(conditions, Mapping):
        return Undecided("a statement of the policy has invalid principals or conditions")
    tests = [_test(str(name), test) for name, test in conditions.items()]
    if any(isinstance(t, Undecided) for t in tests):
        return Undecided("a condition of IAM would not accept the policy")
    return Statement(
        effect=effect,
        actions=Names(frozenset(a.lower() for a in actions.patterns), actions.inverted),
        resources=_names(raw, "Resource") or EVERYTHING,  # a trust policy has none: it is about its role
        principals=who,
        all_but="NotPrincipal" in raw and "Principal" not in raw,
        conditions=frozenset(t for group in tests if not isinstance(group, Undecided) for t in group),
        sid=str(raw.get("Sid") or ""),
        variables=variables,
    )


def _names(raw: Mapping[str, Any], element: str) -> Names | None:
    if raw.get(element) is not None:
        return Names(frozenset(str(v) for v in _many(raw[element])))
    if raw.get(f"Not{element}") is not None:
        return Names(frozenset(str(v) for v in _many(raw[f"Not{element}"])), inverted=True)
    return None


def _principals(value: Any) -> frozenset[Principal] | Undecided:
    if value == ANYBODY:
        return frozenset({Principal("AWS", ANYBODY)})
    if not isinstance(value, Mapping):
        return Undecided("principals")
    return frozenset(Principal(str(kind), str(name)) for kind, names in value.items() for name in _many(names))


def _test(name: str, keys: Any) -> list[Test] | Undecided:
    if not isinstance(keys, Mapping):
        return Undecided(name)
    qualifier, _, operator = name.lower().rpartition(":")
    if_exists = operator.endswith("ifexists")
    operator = operator.removesuffix("ifexists")
    if qualifier not in ("", "forallvalues", "foranyvalue"):
        return Undecided(name)
    return [
        Test(operator, str(key).lower(), frozenset(map(_text, _many(values))), qualifier, if_exists)  # type: ignore[arg-type]
        for key, values in keys.items()
    ]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _many(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [value]


def account_of(principal: str) -> str:
    """The account of a principal, 12 digits, from `123456789012` or an ARN of IAM or STS. Empty if it names none."""
    parts = principal.split(":", 5)
    account = parts[4] if len(parts) == 6 and parts[0] == "arn" and parts[2] in ("iam", "sts") else principal
    return account if len(account) == 12 and account.isascii() and account.isdigit() else ""

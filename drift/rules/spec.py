"""The definition of a rule: a small function with its metadata."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from drift.errors import CatalogError
from drift.model.drift import SEVERITIES, Rights, Severity
from drift.rules.subject import Subject

Theme = Literal[
    "public access", "network", "identity", "secrets", "encryption", "transit", "logging", "backup", "hygiene"
]
THEMES: tuple[Theme, ...] = (
    "public access", "network", "identity", "secrets", "encryption", "transit", "logging", "backup", "hygiene",
)  # fmt: skip

ANY = ("*",)
"""For `types`: every type that has all the attributes in `reads`."""


NONE_OF_THEM = ("none",)
"""For `Fact.answers`: that it speaks of none of its rule's claims."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence, which may exist on one side only: an open port, an account with access."""

    text: str
    """A few words without a secret: `tcp 22 from 0.0.0.0/0`."""
    of: Hashable = None
    """The value that identifies the fact, if its text contains irrelevant details. A frozenset is compared by
    elements."""
    answers: tuple[str, ...] = ()
    """The claims of the rule to which the fact belongs: checks of Prowler, controls of Security Hub. Empty: all."""

    def beyond(self, others: Sequence[Fact]) -> Fact | None:
        """The part of the fact that no fact of the other side contains; None if nothing remains. Subclasses may return
        a part."""
        if isinstance(self.of, frozenset):
            told = frozenset[object]().union(*(o.of for o in others if isinstance(o.of, frozenset)))
            return None if self.of <= told else self
        return None if any((o.of or o.text) == (self.of or self.text) for o in others) else self


@dataclass(frozen=True, slots=True)
class Fail:
    """A failure, with evidence that contains no secret."""

    evidence: str | Sequence[Fact | str] = ""
    """A sentence; or facts, each of which is *introduced* or *present* by itself."""
    severity: Severity | None = None
    """A severity other than the rule's: higher if the internet reaches an open port."""
    context: str = ""
    """Text after the evidence that is not compared: what an open port reaches."""
    remedy: str = ""
    """The remedy for this evidence, if it differs from the rule's."""
    rights: Rights | None = None
    """The evidence as data, if it is about permissions."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts to compare with the other side; empty for a sentence."""
        if isinstance(self.evidence, str):
            return ()
        return tuple(f if isinstance(f, Fact) else Fact(f) for f in self.evidence)

    @property
    def answers(self) -> frozenset[str]:
        """The claims of the rule that fail; empty for all of them."""
        told = [f.answers for f in self.facts]
        return frozenset(c for claims in told for c in claims) if told and all(told) else frozenset()

    @property
    def text(self) -> str:
        """The evidence in one line."""
        said = self.evidence if isinstance(self.evidence, str) else joined(f.text for f in self.facts)
        return f"{said}; {self.context}" if self.context and said else said or self.context


SHOWN = 6
"""The number of facts in one line; further ones are counted."""


def joined(texts: Iterable[str]) -> str:
    """Facts in one line, without duplicates."""
    each = list(dict.fromkeys(texts))
    return "; ".join(each[:SHOWN]) + (f"; and {len(each) - SHOWN} more" if len(each) > SHOWN else "")


Found = Fail | str | Sequence[Fact | str] | bool | None
"""Why a resource fails a rule: a `Fail`, a sentence, or facts. None or no facts: it passes. False: the rule does not
apply to the resource, so that its loss is no finding either."""


def failure(found: Found) -> Fail | None:
    """The result of a rule as one value; None if the resource passes."""
    if found is None or found is False or (not isinstance(found, Fail | str) and found is not True and not found):
        return None
    return found if isinstance(found, Fail) else Fail("" if found is True else found)


Judge = Callable[[Subject], Found]
"""One resource on one side -> why it fails (evidence, or True), or None.

The function does not handle unreadable values: a look-up raises `Unknown` for them.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition that a resource should not meet, with its metadata."""

    id: str
    title: str
    """The problem: `SSH is open to the internet`."""
    severity: Severity
    theme: Theme = "hygiene"
    meaning: str = ""
    """Why it is a problem, in one or two sentences."""
    remedy: str
    """What to do about it."""
    types: tuple[str, ...]
    judge: Judge
    reads: tuple[str, ...] = ()
    """Attributes to read at once. Other attributes are read when the function looks them up."""
    near: tuple[str, ...] = ()
    """Types of neighbours that the function looks at, for the documentation."""
    references: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()
    """Corresponding checks of Prowler."""
    security_hub: tuple[str, ...] = ()
    """Controls of AWS Security Hub that it answers to, whichever of its standards has them: `EC2.8`."""
    when_missing: tuple[str, ...] = ()
    """Types whose missing resources are a finding, if they passed the rule: a flow log, an alarm.

    It is no finding if another resource does the same job: if what it protected passes the rule without it, or by
    `guards` and `stands_in`. Neither if what it protected is missing too.
    """
    guards: Literal["", "account", "region"] = ""
    """Where one passing resource of a type in `when_missing` is enough. `--judge account` reports if there is none."""
    stands_in: Callable[[Subject, Subject], bool] | None = None
    """(missing resource, another of its type that passes) -> whether the other does the same job: an alarm on the
    same metric.

    With `guards`, it selects the others that count; without, whether to look for others at all.
    """
    of_account: bool = False
    """Whether it judges the account itself, which is no resource: with `guards`, on `--judge account` alone."""
    of_drift: bool = False
    """Whether the rule compares both sides itself (`Subject.drift`). A failure is then introduced by the drift."""
    implies: tuple[str, ...] = ()
    """Narrower rules. They are not reported if this one fails."""

    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Framework -> the controls to which this rule corresponds; derived from its claims (`drift.rules.frameworks`)."""
    by_claim: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Claim -> framework -> corresponding controls."""
    by_type: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Type -> the claims that are about it, where those are not all: `rds_cluster_…` says nothing of an instance."""
    told: frozenset[str] = frozenset()
    """The frameworks whose controls a finding names."""

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The controls that a finding names: `cis-v3 5.2`."""
        return self.named(None)

    def failed(self, fail: Fail | None, type_: str) -> frozenset[str] | None:
        """The claims that fail where a resource of a type does; None for all of them."""
        spoken, about = fail.answers if fail else frozenset(), self.by_type.get(type_)
        if about is None:
            return spoken or None
        return spoken & about if spoken else about

    def named(self, claims: frozenset[str] | None) -> tuple[str, ...]:
        """The controls of some claims; None for all of them."""
        of = [self.controls] if claims is None else [self.by_claim.get(claim, {}) for claim in claims]
        found = {name: {c for each in of for c in each.get(name, ())} for name in self.controls if name in self.told}
        return tuple(f"{name} {c}" for name, each in found.items() for c in self.controls[name] if c in each)


def rule(**metadata: Any) -> Callable[[Judge], Rule]:
    """Makes a rule of the decorated function. The id is the function's name with dashes, the meaning its docstring.

    CatalogError for an unknown severity or theme.
    """

    def make(judge: Judge) -> Rule:
        metadata.setdefault("id", getattr(judge, "__name__", "rule").replace("_", "-"))
        metadata.setdefault("meaning", " ".join((judge.__doc__ or "").split()))
        made = Rule(judge=judge, **metadata)
        if made.severity not in SEVERITIES or made.theme not in THEMES:
            raise CatalogError(
                f"rule {made.id}: no severity {made.severity!r} or no theme {made.theme!r}",
                f"Severities: {', '.join(SEVERITIES)}. Themes: {', '.join(THEMES)}.",
            )
        return made

    return make

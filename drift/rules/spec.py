"""What a rule is: one small function with its metadata beside it."""

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


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a rule saw, which may hold on one side alone: an open port, an account that is let in."""

    text: str
    """A few words that hold no secret: `tcp 22 from 0.0.0.0/0`."""
    of: Hashable = None
    """What it is compared by, where the words vary with what does not matter. A frozenset is compared by elements."""
    answers: tuple[str, ...] = ()
    """The claims of its rule that it speaks of: checks of Prowler, controls of Security Hub. All where left out."""

    def beyond(self, others: Sequence[Fact]) -> Fact | None:
        """What of it no fact of the other side tells; None where nothing is left. Subclasses may tell a part of it."""
        if isinstance(self.of, frozenset):
            told = frozenset[object]().union(*(o.of for o in others if isinstance(o.of, frozenset)))
            return None if self.of <= told else self
        return None if any((o.of or o.text) == (self.of or self.text) for o in others) else self


@dataclass(frozen=True, slots=True)
class Fail:
    """That a resource fails a rule, with the evidence, which holds no secret."""

    evidence: str | Sequence[Fact | str] = ""
    """A sentence; or facts, each of which is *introduced* or *present* by itself."""
    severity: Severity | None = None
    """Where it is graver, or less grave, than the rule's own: an open port that the internet reaches."""
    context: str = ""
    """What is told after the evidence and is never compared: what an open port reaches."""
    remedy: str = ""
    """What to do about this evidence, where that is not what the rule says."""
    rights: Rights | None = None
    """The same as values, where the evidence is about permissions."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is compared with the other side; of a sentence there is nothing to compare."""
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
"""How many facts one line names before it says how many more there are."""


def joined(texts: Iterable[str]) -> str:
    """Facts in one line, each once."""
    each = list(dict.fromkeys(texts))
    return "; ".join(each[:SHOWN]) + (f"; and {len(each) - SHOWN} more" if len(each) > SHOWN else "")


Found = Fail | str | Sequence[Fact | str] | bool | None
"""Why a resource fails a rule: a `Fail`, a sentence, or facts. It passes with None and with no facts. False where the
rule does not speak of it, so that its loss is no finding either."""


def failure(found: Found) -> Fail | None:
    """What a rule found as one value; None where the resource passes."""
    if found is None or found is False or (not isinstance(found, Fail | str) and found is not True and not found):
        return None
    return found if isinstance(found, Fail) else Fail("" if found is True else found)


Judge = Callable[[Subject], Found]
"""One resource on one side -> why it fails (evidence alone will do, or True), or None.

What cannot be told is no answer: a look-up that finds something unreadable raises `Unknown` by itself.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition that should not hold for a resource, with all that is said of it."""

    id: str
    title: str
    """What is wrong where it fails: `SSH is open to the world`."""
    severity: Severity
    theme: Theme = "hygiene"
    meaning: str = ""
    """Why that matters, in a sentence or two."""
    remedy: str
    """What to do about it."""
    types: tuple[str, ...]
    judge: Judge
    reads: tuple[str, ...] = ()
    """Attributes worth reading at once. Any other that the function looks up is read when it does."""
    near: tuple[str, ...] = ()
    """Types of the neighbours it looks at; for the documentation."""
    references: tuple[str, ...] = ()
    prowler: tuple[str, ...] = ()
    """The checks of Prowler that it answers to."""
    security_hub: tuple[str, ...] = ()
    """Controls of AWS Security Hub that it answers to, whichever of its standards has them: `EC2.8`."""
    when_missing: tuple[str, ...] = ()
    """The types of which the loss of one that passes is itself the finding: a flow log, an alarm.

    The loss is none where another guard is left (what it guarded passes the rule without it, or `guards` and
    `stands_in` say so), nor where what it guarded is gone as well.
    """
    guards: Literal["", "account", "region"] = ""
    """What one passing resource of a type in `when_missing` is enough for. `--judge account` asks for one."""
    stands_in: Callable[[Subject, Subject], bool] | None = None
    """(what is lost, another of its type that passes) -> whether the other guards the same: an alarm on one metric.

    With `guards`, which of the others count; without, whether to look for others at all.
    """
    of_account: bool = False
    """Whether it judges the account itself, which is no resource: with `guards`, on `--judge account` alone."""
    of_drift: bool = False
    """Whether it judges the drift itself, both sides at once (`Subject.drift`): what fails is introduced by it."""
    implies: tuple[str, ...] = ()
    """Rules that say less of the same thing: where this one fails, they are silent."""

    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Framework -> its controls that this rule answers to; made from its claims (`drift.rules.frameworks`)."""
    by_claim: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Claim -> framework -> the controls that it answers to."""
    told: frozenset[str] = frozenset()
    """The frameworks of which a finding names the controls."""

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The controls that a finding names: `cis-v3 5.2`."""
        return self.named(frozenset())

    def named(self, claims: frozenset[str]) -> tuple[str, ...]:
        """The same of some claims alone; of all where none is given."""
        of = [self.by_claim.get(claim, {}) for claim in claims] if claims else [self.controls]
        found = {name: {c for each in of for c in each.get(name, ())} for name in self.controls if name in self.told}
        return tuple(f"{name} {c}" for name, each in found.items() for c in self.controls[name] if c in each)


def rule(**metadata: Any) -> Callable[[Judge], Rule]:
    """Makes a rule of the function it decorates; the id is its name with dashes, the meaning its docstring.

    CatalogError for a severity or theme that is none.
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

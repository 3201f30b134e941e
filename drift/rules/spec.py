"""What a rule is: one small function with its metadata beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from drift.errors import CatalogError
from drift.model.drift import SEVERITIES, Severity
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
class Fail:
    """That a resource fails a rule, and the evidence: a short sentence that holds no secret."""

    evidence: str = ""
    severity: Severity | None = None
    """Where it is graver, or less grave, than the rule's own: an open port that the internet reaches."""


Found = Fail | str | bool | None
"""Why a resource fails a rule; None where it passes; False where the rule does not speak of it, so that its
loss is no finding either."""

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
    cis_v3: tuple[str, ...] = ()
    """Controls of the CIS AWS Foundations Benchmark v3.0."""
    cis_v4: tuple[str, ...] = ()
    """Controls of the CIS AWS Foundations Benchmark v4.0."""
    fsbp: tuple[str, ...] = ()
    """Controls of AWS Foundational Security Best Practices."""
    when_missing: tuple[str, ...] = ()
    """The types of which the loss of one that passes is itself the finding: a flow log, an alarm."""
    of_drift: bool = False
    """Whether it judges the drift itself, both sides at once (`Subject.drift`): what fails is introduced by it."""
    implies: tuple[str, ...] = ()
    """Rules that say less of the same thing: where this one fails, they are silent."""

    @property
    def frameworks(self) -> tuple[str, ...]:
        """The controls it answers to: `cis-v3 5.2`."""
        return tuple(f"{name} {control}" for name, controls in self.controls.items() for control in controls)

    @property
    def controls(self) -> dict[str, tuple[str, ...]]:
        """Framework -> its controls that this rule answers to."""
        return {"cis-v3": self.cis_v3, "cis-v4": self.cis_v4, "fsbp": self.fsbp}


FRAMEWORKS = ("cis-v3", "cis-v4", "fsbp")


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

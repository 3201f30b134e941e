"""What makes a run fail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from drift.cli import DONE, DRIFTED, IMPOSSIBLE, INCOMPLETE
from drift.errors import UsageError
from drift.model.drift import KINDS, SEVERITIES, Drift, Report

_SEVERITY = re.compile(r"severity>=(\w+)")


@dataclass(frozen=True, slots=True)
class Policy:
    """Kinds of drift that fail a run, and the least severity of a finding that does."""

    kinds: frozenset[str] = frozenset(KINDS)
    severity: str = ""

    @classmethod
    def parse(cls, terms: Iterable[str]) -> Policy:
        """`unmanaged,modified`, `severity>=high`, `any`, `none`; UsageError for anything else."""
        words = [w.strip().lower() for t in terms for w in t.split(",") if w.strip()]
        if not words:
            return cls()
        kinds: set[str] = set()
        severity = ""
        for word in words:
            match = _SEVERITY.fullmatch(word.replace(" ", ""))
            if match and match[1] in SEVERITIES:
                severity = match[1]
            elif word in KINDS:
                kinds.add(word)
            elif word in ("any", "new"):  # what the baseline accepts stands apart
                kinds.update(KINDS)
            elif word != "none":
                raise UsageError(
                    f"--fail-on: {word!r} is not a policy",
                    f"Use any of: {', '.join(KINDS)}, any, new, none, severity>=LEVEL ({', '.join(SEVERITIES)}).",
                )
        return cls(frozenset(kinds), severity)

    def fails(self, drift: Drift) -> bool:
        """Whether this drift fails the run; what is not certain does not."""
        if not drift.certain:
            return False
        levels = SEVERITIES[: SEVERITIES.index(self.severity) + 1] if self.severity else ()
        severe = any(f.severity in levels and f.counts for f in drift.findings)
        return drift.kind in self.kinds or severe


def status(report: Report, policy: Policy, *, allow_incomplete: bool = False) -> int:
    """The exit status that a report earns under a policy."""
    if report.states_failed and not report.scope.sources:
        return IMPOSSIBLE
    if any(policy.fails(d) for d in report.drift):
        return DRIFTED
    return INCOMPLETE if report.incomplete and not allow_incomplete else DONE

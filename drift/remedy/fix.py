"""Drift, choices, and what mends it: the remedies of a whole run, and the text of every file they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from drift.desired.instance import State
from drift.exclude.glob import simple
from drift.model.drift import Drift, Report
from drift.remedy import commands
from drift.remedy.apply import texts
from drift.remedy.settle import settled
from drift.remedy.source import Source
from drift.remedy.spec import Choice, Edit, Remedy
from drift.remedy.trial import Trial
from drift.run import Outcome

USUAL: Mapping[str, Choice] = {"unmanaged": "adopt", "modified": "accept", "missing": "revert"}
"""Kind of drift -> what most people do about it."""
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What becomes of which drift: patterns over addresses and over `type.id`, or `all`."""

    adopt: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    revert: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.adopt or self.accept or self.revert or self.forget)

    def of(self, drift: Drift) -> Choice | None:
        """What is chosen for a drift: the most exact pattern wins; None where none fits. Without any, the usual one."""
        if not self:
            return USUAL[drift.kind]
        options: tuple[tuple[Choice, tuple[str, ...]], ...] = (
            ("adopt", self.adopt),
            ("accept", self.accept),
            ("revert", self.revert),
            ("forget", self.forget),
        )
        fits = [
            (pattern != ALL, "*" not in pattern and "?" not in pattern, len(pattern), choice)
            for choice, patterns in options
            for pattern in patterns
            if _fits(pattern, drift) and (pattern != ALL or _can(choice, drift))
        ]
        return max(fits)[3] if fits else None


def _can(choice: Choice, drift: Drift) -> bool:
    """Whether `all` of a choice means this kind of drift."""
    return {
        "adopt": drift.kind == "unmanaged" or drift.recreated_as is not None,
        "accept": drift.kind == "modified",
        "revert": drift.kind != "unmanaged",
        "forget": drift.kind == "missing",
    }[choice]


def _fits(pattern: str, drift: Drift) -> bool:
    if pattern == ALL:
        return True
    names = [str(drift.resource.address or ""), f"{drift.type}.{drift.found.id}", drift.found.id, drift.found.arn]
    return any(name and (name == pattern or simple(pattern).fullmatch(name)) for name in names)


@dataclass
class Fix:
    """All remedies of a run."""

    report: Report
    entries: list[tuple[Drift | None, Remedy]] = field(default_factory=list)
    """Each remedy with the drift that it mends; None for what no entry of the report tells."""
    before: dict[Path, str] = field(default_factory=dict)
    after: dict[Path, str] = field(default_factory=dict)
    """Path -> the text of each changed file."""
    silent: Report | None = None
    """What a check would say after the edits."""
    roots: dict[str, Path] = field(default_factory=dict)
    """State -> the directory of its root module."""


def fixed(trial: Trial, choices: Choices) -> Fix:
    """Run a check, and find the remedy for each entry of its report that the choices name."""
    described = trial.described()
    outcome = trial.run(described)
    return of_outcome(trial, described, outcome, choices)


def of_outcome(trial: Trial, described: Sequence[State], outcome: Outcome, choices: Choices) -> Fix:
    """The same, of a check that was made already."""
    out = Fix(outcome.report)
    states = {s.source: s for s in described}
    sources: dict[str, Source] = {s.source: o for s in described if (o := trial.source(s)) is not None}
    out.roots = {name: source.root for name, source in sources.items()}
    wanted = [(d, choices.of(d)) for d in outcome.report.drift]
    accepted = [d for d, choice in wanted if choice == "accept" and d.kind == "modified"]
    done = settled(trial, described, outcome, accepted)
    by_address = {r.address: r for r in done.remedies}
    out.silent = done.after
    for drift, choice in wanted:
        if choice is None:
            continue
        where = drift.resource.source.state
        if choice == "revert":
            remedy = commands.revert(drift, out.roots.get(where))
        elif choice == "forget":
            remedy = commands.forget(drift, out.roots.get(where), sources.get(where), states.get(where))
        elif choice == "accept":
            remedy = by_address.get(str(drift.resource.address)) or Remedy(
                str(drift.resource.address or drift.found.id), "accept", cannot=_NOT_MODIFIED[drift.kind]
            )
        else:
            remedy = Remedy(str(drift.found.id), "adopt", cannot="only what is unmanaged can be adopted")
        out.entries.append((drift, remedy))
    _written(out, done.edited)
    return out


_NOT_MODIFIED = {
    "unmanaged": "it is unmanaged: --adopt writes it",
    "missing": "it is gone: --forget takes it out of the configuration, --revert makes it again",
    "modified": "no configuration that was read describes it: give --config",
}


def _written(out: Fix, accepted: Mapping[str, str]) -> None:
    """Put all edits into the text: those that were tried already, then the others."""
    tried = {r.address for d, r in out.entries if r.choice == "accept"}
    rest: list[Edit] = [e for d, r in out.entries if r.address not in tried for e in r.edits]
    mine = [e for d, r in out.entries if r.address in tried for e in r.edits]
    for path in {e.path for e in (*rest, *mine)}:
        if path.exists():
            out.before[path] = path.read_bytes().decode("utf-8")
    out.after = texts([*mine, *rest])
    del accepted

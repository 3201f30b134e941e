"""The remedies of a whole run for the user's choices, and the new text of every file that they change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from drift.desired.hcl.configured import Configuration
from drift.desired.hcl.read import Sources as Parsed
from drift.desired.instance import State
from drift.errors import UsageError
from drift.exclude.glob import simple
from drift.model.drift import Drift, Report
from drift.model.resource import Key, Resource
from drift.remedy import commands, hcl
from drift.remedy.adopt import adopt
from drift.remedy.apply import OverlapError, texts
from drift.remedy.ground import Ground
from drift.remedy.keys import Evaluate
from drift.remedy.settle import settled
from drift.remedy.source import Source
from drift.remedy.spec import Choice, Edit, Remedy
from drift.remedy.split import parted
from drift.remedy.tidy import tidied
from drift.remedy.trial import Trial
from drift.report.steps import usual
from drift.run import Outcome
from drift.survey import Survey


class Row(NamedTuple):
    """One row of a plan."""

    choice: Choice | Literal["skip"]
    fingerprint: str = ""
    """Of the drift that was looked at then; empty for any."""
    account: str = ""
    """Its account; empty for any."""


Planned = Mapping[str, Sequence[Row]]
"""Name of an entry -> what becomes of it; several where several states or accounts have the same address."""
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The user's choice for each drift: patterns for addresses and for `type.id`, or `all`."""

    adopt: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    revert: tuple[str, ...] = ()
    forget: tuple[str, ...] = ()
    group: bool = False
    """Whether resources that belong together are adopted into one file."""
    planned: Planned | None = None
    """A plan that was reviewed: it names every entry."""

    def __bool__(self) -> bool:
        return bool(self.adopt or self.accept or self.revert or self.forget or self.planned is not None)

    def of(self, drift: Drift) -> Choice | None:
        """The choice by the most exact matching pattern; None without a match, the usual one without choices.

        UsageError for a plan that was made of another drift of the same resource.
        """
        if not self:
            return usual(drift)
        if self.planned is not None:
            account = drift.resource.key.account
            rows = [row for row in self.planned.get(name_of(drift), ()) if row.account in ("", account)]
            choice = next((row.choice for row in rows if row.fingerprint in ("", drift.fingerprint)), None)
            if choice is None and any(row.choice != "skip" for row in rows):
                raise UsageError(
                    f"{name_of(drift)} has drifted again since the plan was written",
                    "Write the plan again with --write-plan, and review it.",
                )
            return None if choice == "skip" else choice
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


def name_of(drift: Drift) -> str:
    """The name of an entry: its address, or its type and id."""
    return str(drift.resource.address) if drift.resource.address else f"{drift.type}.{drift.found.id}"


def _can(choice: Choice, drift: Drift) -> bool:
    """Whether `all` of a choice includes this kind of drift."""
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
    """Each remedy with its drift; None if no entry of the report corresponds to it."""
    before: dict[Path, str] = field(default_factory=dict)
    after: dict[Path, str] = field(default_factory=dict)
    """Path -> the text of each changed file."""
    silent: Report | None = None
    """The report of a check after the edits."""
    roots: dict[str, Path] = field(default_factory=dict)
    """State -> the directory of its root module."""
    beside: frozenset[str] = frozenset()
    """The addresses of remedies for other accounts, whose edits are in the same files."""


def fixed(trial: Trial, choices: Choices) -> Fix:
    """Run a check, and find the remedy for each entry of its report that the choices name."""
    described = trial.described()
    outcome = trial.run(described)
    return of_outcome(trial, described, outcome, choices)


def of_outcome(trial: Trial, described: Sequence[State], outcome: Outcome, choices: Choices) -> Fix:
    """The remedies for a check that was already made."""
    out = Fix(outcome.report)
    states = {s.source: s for s in described}
    sources: dict[str, Source] = {s.source: o for s in described if (o := trial.source(s)) is not None}
    out.roots = {name: source.root for name, source in sources.items()}
    wanted = [(d, choices.of(d)) for d in outcome.report.drift]
    accepted = [d for d, choice in wanted if choice == "accept" and d.kind == "modified"]
    split = {d.resource.origin: parted(d, survey) for survey, _ in outcome.surveys for d in _of(accepted, survey)}
    whole = [split[d.resource.origin][0] if d.resource.origin in split else d for d in accepted]
    aside = {
        d.resource.origin: frozenset(c.path for c in d.changes) - {c.path for c in rest.changes}
        for d, rest in zip(accepted, whole, strict=True)
    }
    done = settled(trial, described, outcome, [d for d in whole if d.changes], aside)
    out.silent = done.after
    missing = {str(d.resource.address) for d in outcome.report.drift if d.kind == "missing"}
    for drift, choice in wanted:
        if choice is None:
            continue
        where = drift.resource.source.state
        if choice == "revert":
            remedy = commands.revert(drift, out.roots.get(where))
        elif choice == "forget":
            evaluate = _evaluating(trial, where)
            remedy = commands.forget(
                drift, out.roots.get(where), sources.get(where), states.get(where), evaluate, missing
            )
        elif choice == "accept":
            remedy = done.remedies.get(drift.resource.origin) or Remedy(
                str(drift.resource.address or drift.found.id), "accept", cannot=_NOT_MODIFIED[drift.kind]
            )
        elif drift.kind == "unmanaged":
            continue
        else:
            remedy = commands.recreated(drift, out.roots.get(where), sources.get(where))
        out.entries.append((drift, remedy))
    strangers = [d for d, choice in wanted if choice == "adopt" and d.kind == "unmanaged"]
    parts = {p.key: Drift("unmanaged", None, p) for _, found in split.values() for p in found}
    found = _adopted(trial, outcome, [*strangers, *parts.values()], sources, group=choices.group)
    out.entries += [(d, r) for d, r in found if d is None or d.found.key not in parts]
    brought = {d.found.key: r for d, r in found if d is not None and d.found.key in parts}
    out.entries = [(d, _with_parts(d, r, split, brought)) for d, r in out.entries]
    if not choices or choices.adopt:
        told = {r.address for _, r in out.entries}
        out.entries += ((None, r) for r in commands.moved(described, sources) if r.address not in told)
    if not choices or choices.forget:
        everything = [r for survey, _ in outcome.surveys for r in survey.desired]
        out.entries += ((None, r) for r in commands.twice(everything, out.roots))
    written(out)
    return out


def _of(drifts: Iterable[Drift], survey: Survey) -> list[Drift]:
    return [d for d in drifts if d in survey.drift]


def _with_parts(
    drift: Drift | None,
    remedy: Remedy,
    split: Mapping[tuple[str, str], tuple[Drift, list[Resource]]],
    brought: Mapping[Key, Remedy],
) -> Remedy:
    """What is accepted of a resource, with the parts of it that become resources of their own."""
    rest, parts = split.get(drift.resource.origin, (drift, [])) if drift is not None else (None, [])
    if drift is None or rest is None or not parts or remedy.choice != "accept":
        return remedy
    made = [brought[p.key] for p in parts if p.key in brought]
    cannot = [r.cannot for r in made if r.cannot] + ([remedy.cannot] if rest.changes and remedy.cannot else [])
    if cannot or len(made) < len(parts):
        return Remedy(remedy.address, "accept", cannot="; ".join(cannot) or "a part of it could not be written")
    addresses = tuple(r.address for r in made)
    said = (
        f"{', '.join(sorted({c.path for c in drift.changes} - {c.path for c in rest.changes}))} as in the account, by "
    )
    why = f"{said}{', '.join(addresses)}, as its other parts are described"
    return Remedy(
        remedy.address if rest.changes else str(drift.resource.address),
        "accept",
        (*(remedy.edits if rest.changes else ()), *(e for r in made for e in r.edits)),
        why=f"{remedy.why}; {why}" if rest.changes else why,
        brings=addresses,
    )


def _evaluating(trial: Trial, place: str) -> Evaluate:
    """The configuration of a state, with other texts."""

    def evaluate(edited: Mapping[str, str]) -> Configuration | None:
        return next((s.configuration for s in trial.described(edited) if s.source == place), None)

    return evaluate


def _adopted(
    trial: Trial, outcome: Outcome, drifts: Sequence[Drift], sources: Mapping[str, Source], *, group: bool = False
) -> list[tuple[Drift | None, Remedy]]:
    """The remedies for unmanaged resources, in the configuration that describes most of the account."""
    out: list[tuple[Drift | None, Remedy]] = []
    waiting = list(drifts)
    for survey, _ in outcome.surveys:
        mine = [d for d in waiting if d.found.key in survey.actual.resources]
        waiting = [d for d in waiting if d not in mine]
        if not mine:
            continue
        grounds = [
            Ground.of(Parsed(s.root, trial.given), survey.desired, trial.given, _states(trial, sources, s))
            for s in _distinct(sources.values())
        ]
        if not grounds:
            why = "no configuration was read that it could stand in: give --config"
            out += [(d, Remedy(name_of(d), "adopt", cannot=why)) for d in mine]
            continue
        ground = max(grounds, key=lambda g: len(g.resources))
        remedies = list(
            adopt((d.found for d in mine), survey, ground, {d.found.key: d.who for d in mine} if group else None)
        )
        for remedy in remedies:
            of = next((d for d in mine if _imports(remedy, d)), None)
            out.append((of, remedy))
    return out


def _states(trial: Trial, sources: Mapping[str, Source], of: Source) -> list[State]:
    """The states of a configuration."""
    return [s for s in trial.states if s.source in sources and sources[s.source].root == of.root]


def _distinct(sources: Iterable[Source]) -> list[Source]:
    return list({s.root: s for s in sources}.values())


def _imports(remedy: Remedy, drift: Drift) -> bool:
    """Whether a remedy imports what drifted."""
    named = hcl.quoted(drift.found.id)
    return f".{drift.type}." in f".{remedy.address}" and any(named in e.text for e in remedy.edits)


_NOT_MODIFIED = {
    "unmanaged": "it is unmanaged: --adopt writes it",
    "missing": "it is gone: --forget takes it out of the configuration, --revert creates it again",
    "modified": "no configuration that was read describes it: give --config",
}


def written(out: Fix) -> None:
    """Apply all edits to the text. If two overlap, the one that was tried already is made and the other is not."""
    edits: dict[Path, list[Edit]] = defaultdict(list)
    for n, (drift, remedy) in sorted(enumerate(out.entries), key=lambda e: e[1][1].choice != "accept"):
        try:
            texts([*(e for path in {e.path for e in remedy.edits} for e in edits[path]), *remedy.edits])
        except OverlapError:
            why = "it meets another change of the same place: write that one first, then run the command again"
            out.entries[n] = (drift, Remedy(remedy.address, remedy.choice, cannot=why))
            continue
        for edit in remedy.edits:
            edits[edit.path].append(edit)
    out.before, out.after = made(e for mine in edits.values() for e in mine)


def made(edits: Iterable[Edit]) -> tuple[dict[Path, str], dict[Path, str]]:
    """(path -> text before the edits, for existing files; path -> text after them, with aligned `=` signs)."""
    after, before = texts(edits), {}
    for path in after:
        if path.exists():
            before[path] = path.read_bytes().decode("utf-8")
            if path.suffix != ".json":
                after[path] = tidied(before[path], after[path])
    return before, after

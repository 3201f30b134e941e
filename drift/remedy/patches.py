"""A check whose report has a patch for each drift."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from drift.desired.load import Sources
from drift.live.asker import Progress, quiet
from drift.model.drift import Report
from drift.model.secrets import holds_one
from drift.provider.catalog import Catalog
from drift.remedy.apply import CONTEXT, OverlapError, patch, texts
from drift.remedy.fix import Choices, Fix, of_outcome
from drift.remedy.spec import Edit, Remedy
from drift.remedy.tidy import tidied
from drift.remedy.trial import Trial
from drift.run import Connection, Job, Outcome


def run(
    sources: Sources, connections: Sequence[Connection], catalog: Catalog, job: Job, progress: Progress = quiet
) -> Outcome:
    """The same as `drift.run.run`, and the usual remedy of each drift as a patch. The account is asked once."""
    trial = Trial(sources, connections, catalog, job, progress)
    described = trial.described()
    outcome = trial.run(described)
    return replace(outcome, report=with_patches(of_outcome(trial, described, outcome, Choices())))


def with_patches(fix: Fix) -> Report:
    """The report, each drift with the patch that mends it; none where there is none, or where it is not shown.

    A patch is for the files as they are. Where it stands beside the change of an entry before it, it is for the files
    after that one, and says so: so all of them apply, in the order of the report.
    """
    adopted = [r.address for _, r in fix.entries if r.choice == "adopt" and r.edits]
    remedies = {d.fingerprint: r for d, r in fix.entries if d is not None and r.edits}
    found: dict[str, str] = {}
    made: list[_Made] = []
    for drift in fix.report.drift:
        remedy = remedies.get(drift.fingerprint)
        if remedy is None:
            continue
        one = _Made(remedy, _changed(remedy, fix))
        one.after = [other for other in made if other.meets(one)]
        found[drift.fingerprint] = text = _patch(one, fix, adopted)
        made += [one] if text else []
    drifts = tuple(replace(d, patch=found.get(d.fingerprint, "")) for d in fix.report.drift)
    return replace(fix.report, drift=drifts)


@dataclass
class _Made:
    """A remedy on its way to be a patch."""

    remedy: Remedy
    lines: dict[Path, list[tuple[int, int]]]
    """File -> from which line to which it changes it, counted from 0; empty for a new file."""
    after: list[_Made] = field(default_factory=list)
    """Those that it stands beside."""

    def meets(self, other: _Made) -> bool:
        """Whether one of the two patches shows a line that the other one changes."""
        return any(
            not self.lines[path]
            or any(a - CONTEXT <= d and c - CONTEXT <= b for a, b in self.lines[path] for c, d in other.lines[path])
            for path in self.lines.keys() & other.lines.keys()
        )

    def below(self) -> list[_Made]:
        """All that have to be applied before it."""
        out: dict[int, _Made] = {}
        for one in self.after:
            out |= {id(o): o for o in [*one.below(), one]}
        return list(out.values())


def _changed(remedy: Remedy, fix: Fix) -> dict[Path, list[tuple[int, int]]]:
    out: dict[Path, list[tuple[int, int]]] = {}
    for path, (old, new) in _both((), remedy.edits, fix).items():
        matcher = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
        out[path] = [(a, b) for what, a, b, _, _ in matcher.get_opcodes() if what != "equal" and path in fix.before]
    return out


def _both(before: Sequence[Edit], edits: Sequence[Edit], fix: Fix) -> dict[Path, tuple[str, str]]:
    """File -> its text with the first edits, and with all of them; an empty one before it is there."""
    old, new = texts(before), texts([*before, *edits])

    def tidy(path: Path, text: str) -> str:
        return tidied(fix.before[path], text) if path in fix.before and path.suffix != ".json" else text

    names = {e.path for e in edits}
    return {p: (tidy(p, old[p]) if p in old else fix.before.get(p, ""), tidy(p, new[p])) for p in names}


def _patch(one: _Made, fix: Fix, adopted: Sequence[str]) -> str:
    """A unified diff. What stands around a change may hold a secret that its author wrote there: then it is empty."""
    remedy, below = one.remedy, one.below()
    try:
        both = _both([e for other in below for e in other.remedy.edits], remedy.edits, fix)
    except OverlapError:
        return ""
    there = {e.path for other in below for e in other.remedy.edits} | fix.before.keys()
    made = patch({p: old for p, (old, _) in both.items() if p in there}, {p: new for p, (_, new) in both.items()})
    if holds_one(made) or any(holds_one(line[1:].strip()) for line in made.splitlines()):
        return ""
    written = "\n".join(e.text for e in remedy.edits)
    beside = [o.remedy.address for o in one.after]
    others = [a for a in adopted if a not in (remedy.address, *beside)]
    needs = [a for a in others if re.search(rf"(?<![\w.-]){re.escape(a)}(?![\w-])", written)]
    # text before the first file is no part of a patch, for git as for patch
    notes = [f"# It stands beside the change of {a}: apply that patch first.\n" for a in beside]
    return "".join([*notes, *(f"# It refers to {a}: apply its patch as well.\n" for a in needs)]) + made

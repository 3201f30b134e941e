"""A check whose report has the patch beside each drift."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from drift.desired.load import Sources
from drift.live.asker import Progress, quiet
from drift.model.drift import Report
from drift.model.secrets import holds_one
from drift.provider.catalog import Catalog
from drift.remedy.apply import patch, texts
from drift.remedy.fix import Choices, Fix, of_outcome
from drift.remedy.spec import Remedy
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
    """The report, each drift with the patch that mends it alone; none where there is none, or where it is not shown."""
    adopted = [r.address for _, r in fix.entries if r.choice == "adopt" and r.edits]
    found = {d.fingerprint: _patch(r, fix, adopted) for d, r in fix.entries if d is not None and r.edits}
    drift = tuple(replace(d, patch=found.get(d.fingerprint, "")) for d in fix.report.drift)
    return replace(fix.report, drift=drift)


def _patch(remedy: Remedy, fix: Fix, adopted: Sequence[str]) -> str:
    """A unified diff. What stands around a change may hold a secret that its author wrote there: then it is empty."""
    after: dict[Path, str] = texts(remedy.edits)
    before = {path: fix.before[path] for path in after if path in fix.before}
    after = {p: tidied(before[p], text) if p in before and p.suffix != ".json" else text for p, text in after.items()}
    made = patch(before, after)
    if holds_one(made) or any(holds_one(line[1:].strip()) for line in made.splitlines()):
        return ""
    written = "\n".join(e.text for e in remedy.edits)
    needs = [a for a in adopted if a != remedy.address and re.search(rf"(?<![\w.-]){re.escape(a)}(?![\w-])", written)]
    # text before the first file is no part of a patch, for git as for patch
    return "".join(f"# It refers to {a}: apply its patch as well.\n" for a in needs) + made

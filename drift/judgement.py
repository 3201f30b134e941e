"""Runs the rules for one survey: on drifted resources, on pending ones, and on more if the job asks for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from drift.exclude import after
from drift.model.drift import Drift
from drift.rules.criteria import Criteria
from drift.rules.engine import Account, Judged, judge
from drift.rules.spec import Rule
from drift.survey import Survey

Judge = Literal["drifted", "all", "account"]
"""What rules check: drifted resources, also resources in sync, also what the account lacks."""

EITHER = (
    "the configuration asks for more than the state recorded: it was not applied yet, or somebody changed this and a "
    "refresh recorded it"
)


def judged(found: Survey, rules: Sequence[Rule], criteria: Criteria, asked: Collection[Judge]) -> Judged:
    """The drift of a survey with its findings. A pending change becomes drift if it lowers security."""
    judging = partial(
        judge, rules=rules, reader=found.scan, catalog=found.catalog, desired=found.desired, criteria=criteria,
        scope=found.types,
    )  # fmt: skip
    told = judging(
        found.drift,
        in_sync=found.in_sync if "all" in asked else (),
        account=Account(found.target.account, found.regions) if "account" in asked else None,
    )
    whole = with_weaker(found, told, judging(found.verdicts.ahead))
    return replace(whole, drift=after.meant(found.exclusions, whole.drift))


def with_weaker(found: Survey, judged: Judged, ahead: Judged) -> Judged:
    """`judged`, with each pending change for which a rule fails on the actual side and passes on the configured side.

    Either somebody made the configuration stricter and did not apply it yet, or somebody weakened the account and a
    refresh recorded that. Nothing shows which, so the change is reported as drift and is no longer pending.
    """
    weaker = [d for d in ahead.drift if any(f.counts and f.effect == "introduced" for f in d.findings)]
    if not weaker:
        return judged
    told = [replace(d, changes=tuple(replace(c, reason=c.reason or EITHER) for c in d.changes)) for d in weaker]
    known = {d.desired.origin: d for d in judged.drift if d.desired is not None and d.kind == "modified"}
    found.verdicts.promote(told)
    own = []
    for drift in after.kept(found.exclusions, told):
        before = known.pop(drift.desired.origin, None) if drift.desired is not None else None
        already = before.findings if before else ()
        findings = (*already, *(f for f in drift.findings if f.rule not in {k.rule for k in already}))
        changes = (*(before.changes if before else ()), *drift.changes)
        own.append(replace(drift, changes=changes, findings=findings))
    origins = {d.desired.origin for d in own if d.desired is not None}
    rest = [d for d in judged.drift if d.kind != "modified" or d.desired is None or d.desired.origin not in origins]
    return replace(judged, drift=tuple(sorted((*rest, *own), key=_order)), warnings=(*judged.warnings, *ahead.warnings))


def _order(drift: Drift) -> tuple[bool, str]:
    """Sort key: managed resources by address, then unmanaged ones."""
    return drift.desired is None, str(drift.resource.address or "")

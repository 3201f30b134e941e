"""The line: load → survey each target → judge → conclude."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Literal

from drift.desired.load import Desired, Sources, load
from drift.exclude import after
from drift.exclude.baseline import Baseline
from drift.exclude.comments import rules_of
from drift.exclude.exclusions import Exceptions
from drift.live.asker import Asker, Progress, quiet
from drift.live.estimate import Estimate
from drift.model.drift import Drift, Report
from drift.model.resource import Resource
from drift.model.target import Target
from drift.provider.api import Api
from drift.provider.catalog import Catalog
from drift.report.conclude import Timing, calls, conclude
from drift.rules.engine import Account, Judged, judge
from drift.rules.settings import Settings
from drift.rules.spec import Rule
from drift.survey import NOTHING, Scope, Survey, survey
from drift.survey import forecast as forecast_of

EITHER = (
    "the configuration asks for more than the state recorded: it was not applied yet, or somebody changed this and a "
    "refresh recorded it"
)

Judge = Literal["drifted", "all", "account"]

EVERYTHING = Scope()
"""All types, in the regions of the states."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A target that can be asked."""

    provider: str
    api: Api

    @property
    def target(self) -> Target:
        """The account that answers; CloudError where it cannot be reached."""
        return Target(self.provider, self.api.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run is asked to do, beside where the states are."""

    scope: Scope = EVERYTHING
    exceptions: Exceptions = NOTHING
    """What to leave out."""
    comments: bool = True
    """Whether comments in the configuration may leave something out."""
    also_managed: Sources | None = None
    """States whose resources are not ours."""
    rules: Sequence[Rule] = ()
    settings: Callable[[Sequence[str], date], Settings] = lambda _, day: Settings(today=day)
    """(places of the states, the day it is) -> what the rules go by."""
    accepted: Baseline | None = None
    """Drift that an earlier run accepted."""
    today: date | None = None
    """The day on which rules have expired or not; that of the run where left out."""
    judge: frozenset[Judge] = frozenset({"drifted"})
    """What the rules judge: what drifted; `all` that is described, too; what an `account` lacks, too."""
    links: bool = False
    """Whether the report tells what the drifted resources refer to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report, and what it was made from."""

    report: Report
    surveys: tuple[tuple[Survey, Judged], ...] = ()


def run(
    sources: Sources, connections: Sequence[Connection], catalog: Catalog, job: Job, progress: Progress = quiet
) -> Outcome:
    """Compare accounts with their states and configurations; StateError where no state at all can be read."""
    clock = Clock(connections)
    first = connections[0]
    home = {"account": first.target.account, "region": first.api.region or next(iter(job.scope.regions), "")}
    desired = load(sources, catalog, **home)
    excused = load(job.also_managed, catalog, **home).resources if job.also_managed else ()
    return compare(desired, connections, catalog, job, excused=excused, clock=clock, progress=progress)


def forecast(sources: Sources, connection: Connection, catalog: Catalog, job: Job) -> Estimate:
    """The calls that a run will make; the one that tells the account is made for this, and no other."""
    target, region = connection.target, connection.api.region or next(iter(job.scope.regions), "")
    desired = load(sources, catalog, account=target.account, region=region)
    here = desired.by_target(catalog).get(target, ())
    return forecast_of(target, here, catalog, job.scope, job.exceptions, connection.api.region)


def compare(
    desired: Desired,
    connections: Sequence[Connection],
    catalog: Catalog,
    job: Job,
    *,
    excused: Sequence[Resource] = (),
    clock: Clock | None = None,
    progress: Progress = quiet,
) -> Outcome:
    """The line from the desired side on; `excused` is desired elsewhere."""
    clock = clock or Clock(connections)
    today = job.today or clock.day
    exceptions = replace(job.exceptions, today=today)
    if job.comments:
        remarks, wrong = rules_of(desired.remarks)
        exceptions = replace(exceptions, rules=(*exceptions.rules, *remarks))
        desired = replace(desired, warnings=[*desired.warnings, *wrong])
    settings = job.settings(desired.sources, today)
    targets = desired.by_target(catalog)
    askers = [Asker(c.api, lanes=catalog.providers[c.provider].lane) for c in connections]
    done = []
    for connection, asker in zip(connections, askers, strict=True):
        found = survey(
            connection.target,
            asker,
            targets.get(connection.target, ()),
            catalog,
            job.scope,
            imported=frozenset(desired.imported),
            identities=desired.identities,
            named=frozenset(desired.named),
            exceptions=exceptions,
            excused=(*excused, *desired.elsewhere),
            home_region=connection.api.region,
            progress=progress,
        )
        judging = partial(
            judge, rules=job.rules, reader=found.scan, catalog=catalog, desired=found.desired, settings=settings,
            scope=found.types,
        )  # fmt: skip
        judged = judging(
            found.drift,
            in_sync=found.in_sync if "all" in job.judge else (),
            account=Account(found.target.account, found.regions) if "account" in job.judge else None,
        )
        done.append((found, with_weaker(found, judged, judging(found.verdicts.ahead))))
    reached = {c.target for c in connections}
    report = conclude(
        desired,
        done,
        [r for t, rs in targets.items() if t not in reached for r in rs if any(s.covers(r) for s, _ in done)],
        api_calls=calls(c.api.counts for c in connections),
        api_seconds=_seconds(connections, askers),
        timing=clock.stop(),
        accepted=job.accepted,
        links=job.links,
    )
    return Outcome(report, tuple(done))


def with_weaker(found: Survey, judged: Judged, ahead: Judged) -> Judged:
    """What drifted, and what is pending though it makes a rule fail that what its author asks for passes.

    Either the configuration was hardened and not applied, or somebody weakened what is there and a refresh recorded
    it. Nothing tells which, so it is not passed over. It is pending no more.
    """
    weaker = [d for d in ahead.drift if any(f.counts and f.effect == "introduced" for f in d.findings)]
    if not weaker:
        return judged
    told = [replace(d, changes=tuple(replace(c, reason=c.reason or EITHER) for c in d.changes)) for d in weaker]
    known = {d.desired.place: d for d in judged.drift if d.desired is not None and d.kind == "modified"}
    found.verdicts.promote(told)
    own = []
    for drift in after.kept(found.exclusions, told):
        before = known.pop(drift.desired.place, None) if drift.desired is not None else None
        already = before.findings if before else ()
        findings = (*already, *(f for f in drift.findings if f.rule not in {k.rule for k in already}))
        changes = (*(before.changes if before else ()), *drift.changes)
        own.append(replace(drift, changes=changes, findings=findings))
    places = {d.desired.place for d in own if d.desired is not None}
    rest = [d for d in judged.drift if d.kind != "modified" or d.desired is None or d.desired.place not in places]
    return replace(judged, drift=tuple(sorted((*rest, *own), key=_order)), warnings=(*judged.warnings, *ahead.warnings))


def _order(drift: Drift) -> tuple[bool, str]:
    """As the differ tells them: what is managed by its address, then what is not."""
    return drift.desired is None, str(drift.resource.address or "")


def _seconds(connections: Sequence[Connection], askers: Sequence[Asker]) -> Mapping[str, float]:
    """By service, how long accounts took to answer; a tape takes no time worth telling."""
    out: dict[str, float] = {}
    for connection, asker in zip(connections, askers, strict=True):
        for service, spent in asker.spent.items() if connection.api.recorded is None else ():
            out[service] = round(out.get(service, 0.0) + spent.seconds, 2)
    return out


class Clock:
    """When the run began. A replay has the times of its recording, so that it gives the same bytes."""

    def __init__(self, connections: Iterable[Connection]) -> None:
        self._recorded = next((t for c in connections if (t := c.api.recorded) is not None), None)
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    @property
    def day(self) -> date:
        """The day on which rules have expired or not."""
        return date.fromisoformat(self._recorded[0][:10]) if self._recorded else self._started.date()

    def stop(self) -> Timing:
        """When the run began, and how long it took."""
        if self._recorded:
            return Timing(*self._recorded)
        return Timing(self._started.strftime("%Y-%m-%dT%H:%M:%SZ"), round(time.monotonic() - self._clock, 2))

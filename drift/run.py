"""The whole run: load → survey each target → judge → conclude."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from drift.clock import Clock
from drift.desired.load import Desired, Sources, load
from drift.desired.memory import Seen
from drift.exclude.baseline import Baseline
from drift.exclude.comments import rules_of
from drift.exclude.exclusions import Exceptions
from drift.judgement import Judge, judged
from drift.live.asker import Asker, Progress, quiet
from drift.live.estimate import Estimate
from drift.model.drift import Report
from drift.model.journal import timed
from drift.model.resource import Key, Resource
from drift.model.target import Target
from drift.provider.api import Api
from drift.provider.catalog import Catalog
from drift.report.conclude import calls, conclude
from drift.rules.criteria import Criteria
from drift.rules.engine import Judged
from drift.rules.frameworks import Framework, answers, together
from drift.rules.spec import Rule
from drift.survey import NOTHING, Scope, Survey, survey
from drift.survey import forecast as forecast_of

EVERYTHING = Scope()
"""All types, in the regions of the states."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A target, and the API that reads it."""

    provider: str
    api: Api

    @property
    def target(self) -> Target:
        """The target that the API reads; CloudError if it cannot be reached."""
        return Target(self.provider, self.api.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run does, apart from the sources of the desired side."""

    scope: Scope = EVERYTHING
    exceptions: Exceptions = NOTHING
    """What the report leaves out."""
    comments: bool = True
    """Whether `drift:ignore` comments in the configuration apply."""
    also_managed: Sources | None = None
    """States of others: their resources are neither compared nor unmanaged."""
    rules: Sequence[Rule] = ()
    criteria: Callable[[Sequence[str], date], Criteria] = lambda _, day: Criteria(today=day)
    """(places of the states, current day) -> settings of the rules."""
    accepted: Baseline | None = None
    """Drift that an earlier run accepted."""
    today: date | None = None
    """The day on which ignore rules and exemptions may have expired; None: the day of the run."""
    judge: frozenset[Judge] = frozenset({"drifted"})
    """What the rules check: `drifted` resources (always); `all`: also resources in sync; `account`: also what the
    account lacks."""
    frameworks: Sequence[Framework] = ()
    """The frameworks of which the report answers each control."""
    links: bool = False
    """Whether the report contains references from and to drifted resources."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The report, and the surveys from which it was made."""

    report: Report
    surveys: tuple[tuple[Survey, Judged], ...] = ()
    seen: tuple[tuple[Key, Seen], ...] = ()
    """What a memory is to keep of each resource."""


def run(
    sources: Sources, connections: Sequence[Connection], catalog: Catalog, job: Job, progress: Progress = quiet
) -> Outcome:
    """Compare accounts with their states and configurations; StateError if no state at all can be read."""
    clock = Clock(c.api for c in connections)
    first = connections[0]
    home = {"account": first.target.account, "region": first.api.region or next(iter(job.scope.regions), "")}
    with timed("loaded") as told:
        desired = load(sources, catalog, **home)
        told.update(resources=len(desired.resources), states=len(desired.sources), unreadable=len(desired.failed))
    excused = load(job.also_managed, catalog, **home).resources if job.also_managed else ()
    return compare(desired, connections, catalog, job, excused=excused, clock=clock, progress=progress)


def forecast(sources: Sources, connection: Connection, catalog: Catalog, job: Job) -> Estimate:
    """Estimate the calls of a run. Makes only the call that identifies the account."""
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
    whole: bool = True,
) -> Outcome:
    """Everything after loading: survey, judge, conclude. `excused` are resources of states that `also_managed`
    names. Not `whole` is a part of a run, as `conclude` says."""
    clock = clock or Clock(c.api for c in connections)
    today = job.today or clock.day
    exceptions = replace(job.exceptions, today=today)
    if job.comments:
        remarks, wrong = rules_of(desired.remarks)
        exceptions = replace(exceptions, rules=(*exceptions.rules, *remarks))
        desired = replace(desired, warnings=[*desired.warnings, *wrong])
    criteria = job.criteria(desired.sources, today)
    targets = desired.by_target(catalog)
    askers = [Asker(c.api, lanes=catalog.providers[c.provider].lane) for c in connections]
    done = []
    for connection, asker in zip(connections, askers, strict=True):
        with timed("surveyed", account=connection.target.account) as told:
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
            told.update(regions=found.regions, types=len(found.types), drift=len(found.drift), gaps=len(found.gaps))
        with timed("judged", rules=len(job.rules)):
            done.append((found, judged(found, job.rules, criteria, job.judge)))
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
        whole=whole,
        controls=answers(job.frameworks, job.rules, together(j.answers for _, j in done), job.judge),
    )
    return Outcome(report, tuple(done), tuple(desired.seen))


def _seconds(connections: Sequence[Connection], askers: Sequence[Asker]) -> Mapping[str, float]:
    """Service -> seconds in which its API answered; empty for a replay."""
    out: dict[str, float] = {}
    for connection, asker in zip(connections, askers, strict=True):
        for service, spent in asker.spent.items() if connection.api.recorded is None else ():
            out[service] = round(out.get(service, 0.0) + spent.seconds, 2)
    return out

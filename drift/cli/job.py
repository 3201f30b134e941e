"""The main job with its clock: reads states, asks the account, reports."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from drift.check import NOTHING, Result, Scope, check
from drift.cli import plugins
from drift.cli.options.configuration import UNREAD, Configurations
from drift.cli.options.ignoring import Ignoring
from drift.cli.options.output import progress
from drift.cli.options.rules import Rules
from drift.desired.instance import State
from drift.desired.load import Desired, build, read_states
from drift.desired.unhurried import unhurried
from drift.errors import StateError
from drift.ignore.baseline import Baseline
from drift.ignore.comments import rules_of
from drift.live.api import Api, Asker
from drift.live.tape import Player, Recorder
from drift.model.drift import Report
from drift.rules.settings import Settings


def load(
    states: Iterable[str], configurations: Configurations = UNREAD, *, account: str = "", region: str = ""
) -> Desired:
    """The desired side; StateError where no state at all could be read."""
    places = [*states]
    found, failed = read(places, configurations.config)
    laid = configurations.laid(found, places)
    with unhurried():
        return build(laid, failed, plugins.catalog(), account=account, region=region)


def read(states: Iterable[str], near: Sequence[Path] = ()) -> tuple[list[State], list[StateError]]:
    """The states, and what could not be read; StateError where that is all of them."""
    with unhurried():
        found, failed = read_states(states, plugins.backends(), near)
    if failed and not found:
        first, *others = failed
        also = "".join(f"\n  also {e.message}" for e in others)
        raise StateError(first.source, first.message.removeprefix(f"{first.source}: "), first.hint + also)
    return found, failed


def run(
    states: Iterable[str],
    api: Api,
    scope: Scope,
    configurations: Configurations = UNREAD,
    *,
    record: Path | None = None,
    ignoring: Ignoring | None = None,
    judging: Rules | None = None,
    accepted: Baseline | None = None,
) -> Result:
    """Compare the account with its states, and with their configurations."""
    started, clock = datetime.now(UTC), time.monotonic()
    region = str(getattr(api, "region", ""))
    desired = load(states, configurations, account=api.account, region=region or next(iter(scope.regions), ""))
    day = _day(api, started)
    exceptions = replace(ignoring.exceptions(), today=day) if ignoring else NOTHING
    if ignoring is not None and not ignoring.no_ignore:
        comments, wrong = rules_of(desired.remarks)
        exceptions = replace(exceptions, rules=(*exceptions.rules, *comments))
        desired.warnings += wrong
    others = ignoring.also_managed_by if ignoring else ()
    excused = load(others, account=api.account, region=region).resources if others else ()
    recorder = Recorder(api) if record else None
    with progress() as bar:
        result = check(
            desired,
            Asker(recorder or api),
            plugins.catalog(),
            scope,
            rules=judging.chosen() if judging else plugins.rules(),
            settings=judging.settings(desired.sources, day) if judging else Settings(today=day),
            exceptions=exceptions,
            excused=tuple(excused),
            accepted=accepted,
            default_region=region,
            progress=bar,
        )
    report = timed(result.report, api, started, time.monotonic() - clock)
    if recorder and record:
        recorder.save(
            record,
            started_at=report.started_at,
            duration_seconds=report.duration_seconds,
            region=region,
            types=scope.types(plugins.catalog()),
        )
    return replace(result, report=report)


def _day(api: Api, started: datetime) -> date:
    """The day on which rules have expired or not; on replay, that of the recording."""
    return date.fromisoformat(api.started_at[:10]) if isinstance(api, Player) and api.started_at else started.date()


def timed(report: Report, api: Api, started: datetime, seconds: float) -> Report:
    """The report with its times; a replay has those of the recording, so that it gives the same bytes."""
    if isinstance(api, Player):
        return replace(report, started_at=api.started_at, duration_seconds=api.duration_seconds)
    return replace(report, started_at=started.strftime("%Y-%m-%dT%H:%M:%SZ"), duration_seconds=round(seconds, 2))

"""The line from a desired side that a test made, against an API that a test made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from drift.desired.load import Desired
from drift.model.drift import Report
from drift.model.resource import Resource
from drift.provider.api import Api
from drift.provider.catalog import Catalog
from drift.report.conclude import looked
from drift.run import Connection, Job, Outcome, compare
from drift.survey import Scope, Survey


@dataclass(frozen=True)
class Compared:
    """The report, and the one survey it was made from."""

    report: Report
    outcome: Outcome = field(repr=False)

    @property
    def survey(self) -> Survey:
        return self.outcome.surveys[0][0]

    @property
    def looked(self) -> Any:
        return looked(self.outcome.surveys)


class InRegion:
    """An API whose session has a region."""

    recorded = ("2026-11-01T00:00:00Z", 0.0)
    """A test has no clock: the same answers give the same bytes."""

    def __init__(self, api: Any, region: str) -> None:
        self._api = api
        self.region = region

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)


def check(
    desired: Desired,
    api: Api,
    catalog: Catalog,
    scope: Scope,
    *,
    default_region: str = "",
    excused: Sequence[Resource] = (),
    criteria: Any = None,
    **job: Any,
) -> Compared:
    """Compare one account with a desired side; `job` is what `drift.run.Job` takes."""
    if criteria is not None:
        job["criteria"] = lambda _places, _day: criteria
    if "exceptions" in job:
        job.setdefault("today", job["exceptions"].today)
    made = replace(Job(scope=scope, comments=False), **job)
    connection = Connection("aws", InRegion(api, default_region))
    outcome = compare(desired, [connection], catalog, made, excused=excused)
    return Compared(outcome.report, outcome)

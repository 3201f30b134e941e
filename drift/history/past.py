"""Adds to a report what earlier scans saw: when each drift was first seen, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from drift.history.rows import identity
from drift.model.drift import Drift, Report, Since


@dataclass(frozen=True, slots=True)
class Known:
    """An open drift: an earlier scan of the scope saw it, and no later scan saw it gone."""

    first_seen: datetime
    """In UTC."""
    fingerprint: str
    """Its fingerprint when it was last seen; another one means a further change."""


def with_past(report: Report, known: Mapping[str, Known]) -> Report:
    """The report with the time at which each drift was first seen, where no event tells when it began, and a mark on
    each that an earlier scan saw as it is. `known` is by identity."""
    return replace(report, drift=tuple(_with_past(d, known, report.started_at) for d in report.drift))


def past_of(report: Report) -> dict[str, Known]:
    """What `with_past` told of a report that was kept: told again, it tells the same."""
    return {
        identity(d): Known(datetime.fromisoformat(d.since.at), d.fingerprint if d.seen_before else "")
        for d in report.drift
        if d.since is not None
    }


def _with_past(drift: Drift, known: Mapping[str, Known], now: str) -> Drift:
    before = known.get(identity(drift))
    since = drift.since
    if since is None and (before or now):
        at = before.first_seen.strftime("%Y-%m-%dT%H:%M:%SZ") if before else now
        since = Since(at, "first seen")
    return replace(drift, since=since, seen_before=before is not None and before.fingerprint == drift.fingerprint)

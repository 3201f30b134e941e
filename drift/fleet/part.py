"""What one cell of a run came to, and how it is kept in a file until all parts are merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from json import dumps, loads

from drift.errors import ReportError
from drift.exclude.advice import Idle
from drift.fleet.accounts import Account
from drift.model.coverage import EVERY_TYPE
from drift.model.drift import SEVERITIES, AccountSummary, Report
from drift.report import json
from drift.report.wire import decode, encode
from drift.rules.frameworks import Tally

AGAIN = "Run that shard again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a cell looked at and what its rules were about, as far as the report does not say it."""

    types: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    """What the rules said of each control."""
    idle: Idle = field(default_factory=Idle)
    """Rules of the user that match nothing in this account."""
    busy: tuple[str, ...] = ()
    """Those of which that cannot be said: they are not idle in the run."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Account that was left out on purpose -> how many resources of the states are in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The result of one cell."""

    number: int
    """The cell's place in the run."""
    report: Report
    extent: Extent = field(default_factory=Extent)

    def line(self) -> bytes:
        """The part as one line of JSON."""
        document = {"number": self.number, "extent": encode(self.extent), "report": json.document(self.report)}
        return dumps(document, separators=(",", ":")).encode() + b"\n"


def part_of(line: bytes, name: str = "the part") -> Part:
    """The part in a line; ReportError where there is none."""
    try:
        data = loads(line)
        return Part(
            number=decode(int, data["number"]),
            report=json.read_document(data["report"], name),
            extent=decode(Extent, data["extent"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ReportError(f"{name}: a part in it cannot be read: {error}", AGAIN) from None


def with_summary(part: Part, account: Account, states: int, failure: str = "") -> Part:
    """The part with the line about its account."""
    return replace(part, report=replace(part.report, accounts=(_summary(account, part.report, states, failure),)))


def _summary(account: Account, report: Report, states: int, failure: str) -> AccountSummary:
    found = Counter(f.severity for d in report.drift for f in d.findings if f.counts)
    searched = report.scope.unmanaged and not failure
    return AccountSummary(
        account=account.id,
        name=account.name,
        path=account.path,
        tags=account.tags,
        regions=report.scope.regions,
        states=states,
        managed=report.managed,
        in_sync=report.in_sync,
        modified=len(report.of_kind("modified")),
        missing=len(report.of_kind("missing")),
        unmanaged=len(report.of_kind("unmanaged")) if searched else None,
        unread=report.unread_resources,
        accepted=len(report.accepted),
        not_ours=len(report.not_ours),
        gaps=sum(gap.type != EVERY_TYPE for gap in report.gaps),
        findings={s: found[s] for s in SEVERITIES if found[s]},
        coverage_percent=report.coverage_percent if searched else None,
        calls=sum(report.api_calls.values()),
        failure=failure,
    )

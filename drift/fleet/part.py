"""What one cell of a run came to, and its rows, which are kept until all parts are merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from json import dumps, loads
from sys import intern
from typing import Any

from drift.errors import ReportError
from drift.exclude.advice import Idle
from drift.fleet.accounts import Account
from drift.model.coverage import EVERY_TYPE
from drift.model.drift import SEVERITIES, AccountSummary, Report
from drift.report import json
from drift.report.rows import entries_of, line, short
from drift.report.wire import decode, encode
from drift.rules.frameworks import Answered, Tally

AGAIN = "Run that shard again."
PART = "part"
"""The list of the row that has what is short of a part. It comes first."""
STORE = "store."
"""The beginning of the lists that are for the store of scans; the rest is the table's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a cell looked at and what its rules were about, as far as the report does not say it."""

    types: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    """The results of the rules for each control."""
    idle: Idle = field(default_factory=Idle)
    """Ignore rules that match nothing in this account."""
    busy: tuple[str, ...] = ()
    """Ignore rules that match something, or may match: they are not idle in the run."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Account that was left out on purpose -> how many resources of the states are in it."""
    answers: Mapping[str, Answered] = field(default_factory=dict)
    """What each rule said; empty where nothing is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The result of one cell."""

    number: int
    """The cell's place in the run."""
    report: Report
    extent: Extent = field(default_factory=Extent)
    tables: Mapping[str, Iterable[Mapping[str, Any]]] = field(default_factory=dict)
    """Table of a store of scans -> its rows; read once."""

    def rows(self) -> bytes:
        """The part as lines of JSON: what is short of it, then the entries of its lists."""
        rest: list[bytes] = []
        counts: Counter[str] = Counter()
        for name, entry in (*entries_of(self.report), *self._stored()):
            counts[name] += 1
            rest.append(line(self.number, name, entry))
        about = {
            "number": self.number,
            "extent": encode(self.extent),
            "report": json.document(short(self.report)),
            "counts": counts,
        }
        return b"".join((line(self.number, PART, _text(about)), *rest))

    def _stored(self) -> Iterator[tuple[str, bytes]]:
        for table, rows in self.tables.items():
            yield from ((f"{STORE}{table}", _text(row)) for row in rows)


def _text(value: object) -> bytes:
    return dumps(value, separators=(",", ":")).encode()


def part_of(text: bytes, name: str = "the part") -> tuple[Part, Mapping[str, int]]:
    """(the part that such a row is of, without what other rows have; how many of these it has of each list).
    ReportError where it is none."""
    try:
        data = loads(text)
        report = json.read_document(data["report"], name)
        extent = decode(Extent, data["extent"])
        # thousands of accounts name the same types
        scope = replace(report.scope, not_searched=tuple(map(intern, report.scope.not_searched)))
        part = Part(
            number=decode(int, data["number"]),
            report=replace(report, scope=scope),
            extent=replace(extent, types=tuple(map(intern, extent.types))),
        )
        return part, {str(k): decode(int, v) for k, v in data["counts"].items()}
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

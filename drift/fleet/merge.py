"""Makes one report of all parts of a run: the same, byte for byte, however the parts were divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from drift.exclude.advice import Idle, unmatched
from drift.fleet.accounts import NOT_SELECTED
from drift.fleet.part import PART, Part, part_of
from drift.model.drift import Pending, Report, Scope
from drift.model.entries import ordered
from drift.report.conclude import calls
from drift.report.rows import Rows, reader, sequence, text
from drift.rules.frameworks import Tally

T = TypeVar("T")
FEW = 5
"""How many accounts one warning names."""


def merged(rows: Rows, left_out: Mapping[str, str] = MappingProxyType({}), place: str = "the parts") -> Report:
    """The report of a run. What each part tells is told in the order of the accounts; counts are added up.

    In memory is what is short of each part. The lists of the report are read from the rows whenever one goes through
    them. `left_out` has the accounts that were left out on purpose, with why.
    """
    parts = [part_of(text, place)[0] for _, text in rows.texts(PART)]

    def every(name: str) -> Sequence[Any]:
        return sequence(rows, name, place)

    def in_order(name: str, key: Callable[[Any], Any], together: Callable[[Any, Any], Any]) -> Sequence[Any]:
        return ordered(every(name), key, text, reader(name, place), together)

    reports = [part.report for part in parts]
    types = {t for part in parts for t in part.extent.types}
    times = [r for r in reports if r.scope.accounts] or reports
    began, seconds = _time(times)
    return Report(
        scope=_scope(reports, len(types)),
        accounts=_all(reports, lambda r: r.accounts),
        drift=every("drift"),
        posture=every("posture"),
        controls=tuple(t.control for t in _tallies(parts)),
        links=every("links"),
        in_sync=sum(r.in_sync for r in reports),
        managed=sum(r.managed for r in reports),
        pending=in_order("pending", lambda p: (p.address, p.source.state), _pending),
        expected=every("expected"),
        settled=every("settled"),
        exempt=every("exempt"),
        not_ours=every("not_ours"),
        ignored=every("ignored"),
        ignored_resources=sum(r.ignored_resources for r in reports),
        accepted=every("accepted"),
        accepted_resources=sum(r.accepted_resources for r in reports),
        resolved=every("resolved"),
        baseline=next((r.baseline for r in reports if r.baseline), ""),
        gaps=in_order("gaps", lambda gap: gap, lambda gap, _: gap),
        unread=in_order("unread", lambda unread: unread, lambda _, __: None),
        unread_resources=sum(r.unread_resources for r in reports),
        not_covered=dict(sorted(calls(r.not_covered for r in reports).items())),
        not_offered=tuple(sorted({*_all(reports, lambda r: r.not_offered)})),
        warnings=(*_left_out(parts, left_out), *_warnings(reports), *unmatched(_idle(parts, left_out))),
        states_failed=tuple(dict.fromkeys(_all(reports, lambda r: r.states_failed))),
        api_calls=dict(sorted(calls(r.api_calls for r in reports).items())),
        api_seconds=_seconds(reports),
        listings_spared=sum(r.listings_spared for r in reports),
        started_at=began,
        duration_seconds=seconds,
    )


def _all(reports: Iterable[Report], of: Callable[[Report], tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(one for report in reports for one in of(report))


def _scope(reports: Sequence[Report], types: int) -> Scope:
    scopes = [r.scope for r in reports]
    modules = [s.modules for s in scopes]
    looked = [s for s in scopes if s.accounts]
    return Scope(
        accounts=tuple(a for s in scopes for a in s.accounts),
        regions=tuple(sorted({r for s in scopes for r in s.regions})),
        sources=tuple(dict.fromkeys(source for s in scopes for source in s.sources)),
        types=types,
        unmanaged=bool(looked) and all(s.unmanaged for s in looked),
        not_searched=tuple(sorted({t for s in scopes for t in s.not_searched})),
        modules=None if None in modules else tuple(sorted({m for some in modules for m in some or ()})),
    )


def _tallies(parts: Iterable[Part]) -> Iterable[Tally]:
    out: dict[tuple[str, str], Tally] = {}
    for part in parts:
        for tally in part.extent.tallies:
            key = (tally.framework, tally.id)
            out[key] = out[key] + tally if key in out else tally
    return out.values()


def _pending(known: Pending, one: Pending) -> Pending:
    """What is pending of one resource, of what two accounts tell: the one that holds it knows more than the one that
    tells of its state."""
    fuller, other = (one, known) if one.changes and not known.changes else (known, one)
    attributes = tuple(sorted({*fuller.attributes, *other.attributes}))
    account, region = (fuller.account or other.account, fuller.region or other.region)
    return replace(fuller, attributes=attributes, account=account, region=region)


def _warnings(reports: Iterable[Report]) -> Iterable[str]:
    """Each warning once, with how many accounts it is about where those are several."""
    counts = Counter(w for r in reports for w in dict.fromkeys(r.warnings))
    return (f"{warning} ({count} accounts)" if count > 1 else warning for warning, count in counts.items())


def _left_out(parts: Iterable[Part], left_out: Mapping[str, str]) -> Iterable[str]:
    """Warnings about accounts that were left out, by reason, with the number of their resources in the states."""
    held: Counter[str] = Counter()
    for part in parts:
        held.update(part.extent.left_out)
    for why in sorted({*left_out.values()}):
        accounts = sorted(a for a, reason in left_out.items() if reason == why)
        resources = sum(held[a] for a in accounts)
        if not resources and why == NOT_SELECTED:
            continue
        more = f" and {len(accounts) - FEW} more" if len(accounts) > FEW else ""
        many = "1 account was" if len(accounts) == 1 else f"{len(accounts)} accounts were"
        holds = f"; the states hold {resources} resources there" if resources else ""
        yield f"{many} left out because {why}{holds}: {', '.join(accounts[:FEW])}{more}"


def _idle(parts: Sequence[Part], left_out: Mapping[str, str]) -> Idle:
    """Ignore rules that match nothing in any account; none if an account was not read."""
    if NOT_SELECTED in left_out.values() or any(a.failure for part in parts for a in part.report.accounts):
        return Idle()
    busy = {place for part in parts for place in part.extent.busy}
    rules = dict.fromkeys(p for part in parts for p in part.extent.idle.rules if p not in busy)
    lines = dict.fromkeys(p for part in parts for p in part.extent.idle.lines if p not in busy)
    return Idle(tuple(rules), tuple(lines))


def _seconds(reports: Iterable[Report]) -> dict[str, float]:
    out: dict[str, float] = {}
    for report in reports:
        for service, seconds in report.api_seconds.items():
            out[service] = round(out.get(service, 0.0) + seconds, 2)
    return dict(sorted(out.items()))


def _time(reports: Sequence[Report]) -> tuple[str, float]:
    """The start of the first account, and the seconds until the last was done."""
    spans = [(_at(r.started_at), r.duration_seconds) for r in reports if r.started_at]
    if not spans:
        return "", 0.0
    first = min(at for at, _ in spans)
    last = max(at + timedelta(seconds=seconds) for at, seconds in spans)
    return first.strftime("%Y-%m-%dT%H:%M:%SZ"), round((last - first).total_seconds(), 2)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

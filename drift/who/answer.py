"""Answers for a whole report: who made each drift."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from drift.model.coverage import NOT_OFFERED
from drift.model.drift import Drift, Report, Since
from drift.model.resource import Key, Resource
from drift.model.who import CALLS, Actor, Level, Match, Who, without_people
from drift.provider.audit import Event
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.report.conclude import calls as counted
from drift.run import Connection
from drift.who.ask import Book, Pace, ask
from drift.who.attribute import Case, IndexedEvent
from drift.who.blame import Blame
from drift.who.trail import records

APART = timedelta(minutes=30)
"""Events of one session with a longer pause between them are shown as two groups."""
SILENT = "the audit log is not offered there"
RECORDED = "a recording has no audit log; --events reads files of a trail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the user asked about the authors of drift."""

    level: Level = "full"
    events: tuple[Path, ...] = ()
    """Files of a trail, to read instead of the cloud's log."""
    calls: int = CALLS
    """Calls to each region, at most."""


def answered(
    report: Report, connections: Sequence[Connection], catalog: Catalog, question: Question, pace: Pace | None = None
) -> Report:
    """The report with an answer for each drift; UsageError if the files of a trail cannot be read.

    Without an answer in the log, an entry is unknown and has the reason. The rest of the report does not change.
    """
    drifts = (*report.drift, *report.accepted)
    cases = _cases(((d.found, d.desired if d.actual else None, d) for d in drifts), connections, catalog)
    origins, warnings = _look(cases, connections, catalog, question, pace)
    blame = Blame()
    by_drift: dict[int, list[Who]] = {}
    for case in cases:
        by_drift[id(case.drift)] = _answers(case, origins, question)
    _group(by_drift.values())
    told = {id(d): _told(d, by_drift.get(id(d)), blame, question) for d in drifts}
    return replace(
        report,
        drift=tuple(told[id(d)] for d in report.drift),
        accepted=tuple(told[id(d)] for d in report.accepted),
        warnings=(*report.warnings, *warnings),
        api_calls=counted(c.api.counts for c in connections) if not _offline(connections) else report.api_calls,
    )


def last_writes(
    resources: Iterable[Resource],
    connections: Sequence[Connection],
    catalog: Catalog,
    question: Question,
    pace: Pace | None = None,
    most: int = 5,
) -> tuple[Mapping[Key, tuple[Who, ...]], list[str]]:
    """(key -> the last writes of a resource, newest first; warnings), whether or not it drifted."""
    cases = _cases(((r, None, None) for r in resources), connections, catalog)
    origins, warnings = _look(cases, connections, catalog, question, pace)
    found: dict[Key, list[Who]] = {}
    for case in cases:
        written = [t for t in case.newest_first if t.event.operation in case.writes.operations]
        answers = [_who(t, "operation", (), case, origins) for t in written[:most]]
        found[case.resource.key] = answers or [Who(reason=_why(case, question))]
    _group(found.values())
    shown = without_people if question.level == "role" else None
    return {key: tuple(map(shown, who) if shown else who) for key, who in found.items()}, warnings


def _cases(
    subjects: Iterable[tuple[Resource, Resource | None, Drift | None]],
    connections: Sequence[Connection],
    catalog: Catalog,
) -> list[Case]:
    regions = {c.target.account: c.api.region for c in connections}
    out = []
    for resource, other, drift in subjects:
        provider = catalog.provider_of(resource.key.type) if resource.key.type in catalog else None
        audit = provider.audit() if provider is not None else None
        if provider is None or audit is None:
            continue
        entry = entry_of(resource, catalog)
        out.append(
            Case(
                resource=resource,
                other=other,
                entry=entry,
                audit=audit,
                writes=audit.writes(entry),
                home=audit.home(other or resource, regions.get(resource.key.account, ""), entry),
                unique=provider.homes.is_unique(resource.id),
                drift=drift,
            )
        )
    return out


def _offline(connections: Sequence[Connection]) -> bool:
    return all(c.api.recorded is not None for c in connections)


def _look(
    cases: Sequence[Case],
    connections: Sequence[Connection],
    catalog: Catalog,
    question: Question,
    pace: Pace | None,
) -> tuple[Mapping[str, Actor], list[str]]:
    """Read the given files, otherwise the logs of the accounts: (access key -> who assumed the role, warnings)."""
    origins, warnings = dict[str, Actor](), list[str]()
    by_provider: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_provider[catalog.provider_of(case.entry.name).name].append(case)
    for name, mine in by_provider.items():
        audit = mine[0].audit
        book = Book(mine, audit)
        if question.events:
            book.read(records(question.events, audit))
            origins.update(book.origins)
            continue
        there = {c.target.account: c for c in connections if c.provider == name}
        by_account: dict[str, list[Case]] = defaultdict(list)
        for case in mine:
            by_account[case.resource.key.account].append(case)
        for account, own in by_account.items():
            connection = there.get(account)
            if connection is None or connection.api.recorded is not None:
                why = f"drift is not connected to account {account}" if connection is None else RECORDED
                for case in own:
                    case.why = f"not looked up: {why}"
                continue
            refused = ask(own, book, connection.api, calls=question.calls, pace=pace)
            silent = {region for region, refusal in refused.items() if refusal.code == NOT_OFFERED}
            for case in own:
                case.silent = case.home in silent
            if silent:
                warnings.append(
                    f"who changed what is unknown in {', '.join(sorted(silent))}: {audit.actions[0]} is not offered "
                    "there; --events reads files of a trail"
                )
            warnings += (
                f"who changed what is unknown in {region}: {audit.actions[0]} was refused ({refusal.code}); "
                "`drift policy --with who` writes the policy that it takes"
                for region, refusal in sorted(refused.items())
                if region not in silent
            )
        origins.update(book.origins)
    return origins, warnings


def _answers(case: Case, origins: Mapping[str, Actor], question: Question) -> list[Who]:
    """An answer for each event, newest first; one more for changes without an event. Empty if the endpoint has no log,
    which one warning says."""
    if case.silent:
        return []
    by_event: dict[str, tuple[IndexedEvent, Match, list[str]]] = {}
    unknown: list[str] = []
    contradicted = False
    for path, answer, closed in case.answers():
        if answer is None:
            unknown.append(path)
            contradicted = contradicted or closed
        else:
            told, match = answer
            by_event.setdefault(told.event.id, (told, match, []))[2].append(path)
    found = [_who(told, match, _named(paths), case, origins) for told, match, paths in by_event.values()]
    found.sort(key=lambda who: (who.at, who.event), reverse=True)
    if unknown:
        why = "the last call in the log that sets it set another value" if contradicted else _why(case, question)
        found.append(Who(reason=why, paths=_named(unknown)))
    return found


def _named(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(path for path in paths if path)


def _why(case: Case, question: Question) -> str:
    if case.why:
        return case.why
    if question.events:
        return "the given files have no event that can have made it"
    return f"the log of {case.home}, {case.audit.days} days, has no event that can have made it"


def _who(told: IndexedEvent, match: Match, paths: tuple[str, ...], case: Case, origins: Mapping[str, Actor]) -> Who:
    event = told.event
    actor = _actor(event, case, origins)
    applied = case.applied_at
    return Who(
        actor=actor,
        at=event.at,
        address=event.address,
        network=event.network,
        tool=event.tool,
        version=event.version,
        by=event.by if event.by != "unknown" or actor.kind != "workload" else "automated",
        because=event.because if event.by != "unknown" or actor.kind != "workload" else f"a token of {actor.issuer}",
        operation=f"{event.service}:{event.operation}",
        event=event.id,
        region=event.region,
        link=event.link,
        session=event.session,
        match=match,
        paths=paths,
        after_apply=event.tool != "terraform" and event.at > applied if applied else None,
        applied_at=applied,
        reason="" if actor.kind != "unknown" else "the log does not say who called",
    )


def _actor(event: Event, case: Case, origins: Mapping[str, Actor]) -> Actor:
    """Who called; for a role's session also who assumed the role, if that event was read."""
    origin = origins.get(event.key) if event.key else None
    return case.audit.behind(event.actor, origin) if origin is not None else event.actor


def _group(answers: Iterable[list[Who]]) -> None:
    """Give all answers of one session the same short key, in place."""
    by_session: dict[str, list[tuple[str, list[Who], int]]] = defaultdict(list)
    for found in answers:
        for index, who in enumerate(found):
            if who.session:
                by_session[who.session].append((who.at, found, index))
    for session, every in by_session.items():
        every.sort(key=lambda one: one[0])
        began, last = "", None
        for at, found, index in every:
            moment = datetime.fromisoformat(at)
            if last is None or moment - last > APART:
                began = at
            last = moment
            key = hashlib.sha256(f"{session}|{began}".encode()).hexdigest()[:8]
            found[index] = replace(found[index], session=key)


def _told(drift: Drift, found: list[Who] | None, blame: Blame, question: Question) -> Drift:
    """A drift with its answers."""
    if found is None:
        found = [Who(reason="drift cannot read the audit log that has it")]
    commit = blame.of(drift.desired) if drift.desired is not None else None
    if commit is not None:
        found = [replace(who, commit=commit) for who in found or [Who(reason=SILENT)]]
    if question.level == "role":
        found = [without_people(who) for who in found]
    began = min((who.at for who in found if who.at), default="")
    since = Since(began, "event") if began else None
    if drift.since is not None and (since is None or drift.since.at < since.at):
        since = drift.since
    return replace(drift, who=tuple(found), since=since)


__all__ = ["Question", "answered", "last_writes"]

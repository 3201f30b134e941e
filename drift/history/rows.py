"""Makes rows of what a run found: one scan, in the columns of `tables.STAGED`. Nothing of it is a secret: sensitive
values are digests, as in every report."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from drift import __version__
from drift.desired.memory import fingerprint
from drift.diff.redact import hidden, is_secret, redacted
from drift.graph import references
from drift.history.tables import VERSION
from drift.model.coverage import Unreadable
from drift.model.drift import Aside, Drift, Finding, Report
from drift.model.resource import Key, Resource
from drift.model.value import Hidden, Value, plain
from drift.provider.catalog import Catalog
from drift.provider.relations import entry_of
from drift.provider.spec import ResourceType
from drift.report.json import document
from drift.report.whose import named_actor
from drift.report.wording import alive, module_of
from drift.rules.frameworks import Answered, together
from drift.rules.spec import Rule
from drift.run import Outcome
from drift.survey import Survey

Row = dict[str, Any]
_JSON = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Kept:
    """One scan as rows."""

    scan: str
    """Its id: the time, so that ids sort by it, and random digits."""
    scope: str
    tables: Mapping[str, Iterable[Row]]


class Gathered(NamedTuple):
    """What the surveys of many accounts tell of one scan."""

    tables: Mapping[str, Iterable[Row]]
    """What `looked` made of each account, by table; read once."""
    answers: Mapping[str, Answered]
    """What each rule said in all accounts."""
    run: str = ""
    """What the parts of one run have in common. Where it is given, the scan is kept once, however often they are
    merged."""


def new_id(started_at: str, run: str = "") -> str:
    """An id for a scan: `20261201T084904Z-5f3a9c`. The same for the same run, if that is given."""
    last = hashlib.sha256(run.encode()).hexdigest()[:6] if run else os.urandom(3).hex()
    return f"{started_at.replace('-', '').replace(':', '')}-{last}"


def rows(outcome: Outcome, scope: str, catalog: Catalog, rules: Sequence[Rule] = ()) -> Kept:
    """The rows of one scan, of the scope of that name."""
    answers = together(j.answers for _, j in outcome.surveys)
    return rows_of(outcome.report, scope, looked(outcome, catalog), answers, rules)


def looked(outcome: Outcome, catalog: Catalog) -> dict[str, Iterable[Row]]:
    """The rows that only the surveys tell, by table, without the id of a scan."""
    return {
        "resource": (r for s, _ in outcome.surveys for r in _resources(s, outcome.report, catalog)),
        "collection": _collection(outcome, catalog),
        "account": (_account(s) for s, _ in outcome.surveys),
    }


def rows_of(
    report: Report,
    scope: str,
    surveyed: Mapping[str, Iterable[Row]],
    answers: Mapping[str, Answered],
    rules: Sequence[Rule] = (),
    scan: str = "",
) -> Kept:
    """The rows of one scan from its report, the rows of its surveys and what the rules said in them; of this id, if
    there is one."""
    started = report.started_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    scan = scan or new_id(started)
    tables: dict[str, list[Row]] = {
        "scan": [_scan(report, scope, started)],
        "drift": [],
        "change": [],
        "finding": [],
        "event": [],
        "rule": list(_rules(answers, rules)),
        "control": [
            {
                "framework": c.framework,
                "control": c.id,
                "title": c.title,
                "answer": c.answer,
                "why": c.why,
                "rules": list(c.rules),
            }
            for c in report.controls
        ],
        "suppression": list(_suppressions(report)),
        "unread": list(_unread(report)),
        "report": [{"document": _packed(report)}],
    }
    for drift, accepted in (*((d, False) for d in report.drift), *((d, True) for d in report.accepted)):
        tables["drift"].append(_drift(drift, accepted=accepted))
        tables["change"] += _changes(drift)
        tables["event"] += _events(drift)
        tables["finding"] += (_finding(f, drift.found, drift.fingerprint, drifted=True) for f in drift.findings)
    for posture in report.posture:
        tables["finding"] += (_finding(f, posture.found, posture.fingerprint, drifted=False) for f in posture.findings)
    return Kept(scan, scope, {name: _stamped(found, scan) for name, found in {**tables, **surveyed}.items()})


def _stamped(found: Iterable[Row], scan: str) -> Iterator[Row]:
    for row in found:
        row["scan"] = scan
        yield row


def _scan(report: Report, scope: str, started: str) -> Row:
    return {
        "started_at": started,
        "duration_seconds": report.duration_seconds,
        "scope": scope,
        "drift_version": __version__,
        "accounts": list(report.scope.accounts),
        "regions": list(report.scope.regions),
        "sources": list(report.scope.sources),
        "searched": report.scope.unmanaged,
        "incomplete": report.incomplete,
        "managed": report.managed,
        "in_sync": report.in_sync,
        **{kind: len(report.of_kind(kind)) for kind in ("modified", "missing", "unmanaged")},
        "unread": report.unread_resources,
        "not_ours": len(report.not_ours),
        "pending": len(report.pending),
        "accepted": len(report.accepted),
        "coverage_percent": report.coverage_percent if report.scope.unmanaged else None,
        "calls": sum(report.api_calls.values()),
        "kept_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "store_version": VERSION,
    }


def _packed(report: Report) -> str:
    """The report for `drift diff` and `drift report`, without what has a table of its own and is long."""
    kept = document(replace(report, posture=(), links=(), not_ours=()))
    return base64.b64encode(zlib.compress(_JSON.encode(kept), 6)).decode()


def unpacked(text: str) -> bytes:
    """The JSON of a report that was kept."""
    return zlib.decompress(base64.b64decode(text))


def _resources(survey: Survey, report: Report, catalog: Catalog) -> Iterator[Row]:
    verdicts, shown = _Verdicts(survey, report), _Shown()
    desired = [r for r in survey.desired if not r.deposed]
    paired = survey.actual.paired
    keys = {r.origin: paired[r.origin].key if r.origin in paired else r.key for r in desired}
    by_key: dict[Key, Resource] = {}
    for r in desired:
        by_key.setdefault(keys[r.origin], r)
    links = _links(desired, catalog, {r.key: keys[r.origin] for r in desired})
    for r in desired:
        key = keys[r.origin]
        yield _resource(r, "desired", key, verdicts.of(r), catalog, shown, links.get(r.key, ()), r.source.lineage)
    latest = survey.scan.resources
    found = [latest.get(key, r) for key, r in survey.actual.resources.items()]
    links = _links(found, catalog, {})
    for r in found:
        mine = by_key.get(r.key)
        # under its address it is read as that type: what a state has as another type has other attributes
        latest_ = survey.scan.latest(paired[mine.origin]) if mine is not None and mine.origin in paired else r
        lineage = mine.source.lineage if mine is not None else ""
        verdict = verdicts.of(mine) if mine is not None else verdicts.found(r)
        yield _resource(
            _as_secret_as(latest_, mine), "actual", r.key, verdict, catalog, shown, links.get(r.key, ()), lineage,
            owner=verdicts.owners.get(r.key, ""),
        )  # fmt: skip


def _as_secret_as(actual: Resource, desired: Resource | None) -> Resource:
    """What the state or the configuration calls sensitive is so on both sides."""
    if desired is None or not (desired.sensitive or desired.sensitive_members):
        return actual
    return replace(actual, sensitive=desired.sensitive, sensitive_members=desired.sensitive_members)


class _Verdicts:
    """The verdict on each resource of a survey."""

    def __init__(self, survey: Survey, report: Report) -> None:
        self._of: dict[tuple[str, str], str] = {r.origin: "in sync" for r in survey.verdicts.in_sync}
        for aside in survey.expected.expected:
            self._of.setdefault(aside.desired.origin, "in sync")
        self._unread = {u.address for u in report.unread}
        self._found: dict[Key, str] = {r.key: "not ours" for r in survey.verdicts.not_ours}
        self.owners = {r.key: r.owner for r in survey.verdicts.not_ours}
        self._found |= {r.key: "managed elsewhere" for r in survey.excused}
        for drift in (*report.drift, *report.accepted):
            if drift.desired is not None:
                self._of[drift.desired.origin] = drift.kind
            elif drift.actual is not None:
                self._found[drift.actual.key] = drift.kind

    def of(self, resource: Resource) -> str:
        """The verdict on a desired resource; `ignored` where it was left out."""
        known = self._of.get(resource.origin)
        if known is None:
            return "unread" if str(resource.address) in self._unread else "ignored"
        return known

    def found(self, resource: Resource) -> str:
        """The verdict on a resource that no state has; `part` where its parent or whole is told instead."""
        return self._found.get(resource.key, "part")


Link = tuple[str, Key, Resource]


def _links(resources: Sequence[Resource], catalog: Catalog, keys: Mapping[Key, Key]) -> Mapping[Key, Sequence[Link]]:
    out: dict[Key, list[Link]] = defaultdict(list)
    for source, target, attribute in references(resources, catalog):
        out[source.key].append((attribute, keys.get(target.key, target.key), target))
    return out


def _resource(
    r: Resource,
    side: str,
    key: Key,
    verdict: str,
    catalog: Catalog,
    shown: _Shown,
    links: Iterable[Link],
    lineage: str,
    owner: str = "",
) -> Row:
    entry = entry_of(r, catalog)
    values = {**r.attributes, **r.configured}
    attributes = {
        name: shown.of(value, name, r, entry, lineage)
        for name, value in values.items()
        if not isinstance(value, Unreadable)
    }
    refs = {(a, fingerprint(k), t.type, t.id, str(t.address or "")) for a, k, t in links}
    row: Row = {
        "side": side,
        "key": fingerprint(key),
        "type": r.address.type if r.address and side == "desired" else key.type,
        "account": key.account,
        "region": key.region,
        "id": r.id,
        "arn": r.arn or None,
        "name": r.name or None,
        "address": str(r.address) if r.address else None,
        "module": module_of(r.address) if r.address else None,
        "state": r.source.state or None,
        "file": r.source.file or None,
        "line": r.source.line or None,
        "owner": r.owner or owner or None,
        "tags": attributes.get("tags"),
        "attributes": attributes,
        "not_collected": sorted(n for n in entry.attributes if n not in attributes),
        "refs": [dict(zip(("attribute", "key", "type", "id", "address"), ref, strict=True)) for ref in sorted(refs)],
    }
    digest = hashlib.blake2b(_JSON.encode(row), digest_size=16).hexdigest()
    return {"hash": digest, "verdict": verdict, **row}


class _Shown:
    """Values as JSON has them, without secrets. What is equal is worked out once: most of what is there is as it is
    described."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, Any], Any] = {}
        self._secret: dict[tuple[str, str], bool] = {}

    def of(self, value: Value, name: str, r: Resource, entry: ResourceType, lineage: str) -> Any:
        """One attribute of a resource."""
        if name in r.sensitive:
            return self._sensitive(value, r.sensitive_members.get(name), lineage)
        secret = self._is_secret(entry, name)
        if not secret and (value is None or isinstance(value, bool | int)):
            return value
        about = (entry.name, name, lineage, value)
        if about not in self._known:
            hides = secret or isinstance(value, Hidden)
            self._known[about] = hidden(value, lineage) if hides else plain(redacted(value, entry.attr(name), lineage))
        return self._known[about]

    def _sensitive(self, value: Value, members: frozenset[str] | None, lineage: str) -> Any:
        if members is None or not isinstance(value, Mapping):
            return hidden(value, lineage)
        return {n: hidden(v, lineage) if n in members else plain(redacted(v, None, lineage)) for n, v in value.items()}

    def _is_secret(self, entry: ResourceType, name: str) -> bool:
        about = (entry.name, name)
        if about not in self._secret:
            self._secret[about] = is_secret(entry, name)
        return self._secret[about]


def _drift(drift: Drift, *, accepted: bool) -> Row:
    r, found = drift.resource, drift.found
    source = drift.desired.source if drift.desired is not None else None
    severities = [f.severity for f in alive(drift)]
    return {
        "fingerprint": drift.fingerprint,
        "identity": identity(drift),
        "kind": drift.kind,
        "type": drift.type,
        "account": r.key.account,
        "region": r.key.region,
        "id": found.id,
        "address": str(r.address) if r.address else None,
        "name": found.name or None,
        "arn": found.arn or None,
        "module": module_of(r.address) if r.address else None,
        "state": source.state if source else None,
        "file": (source.file or None) if source else None,
        "line": (source.line or None) if source else None,
        "certain": drift.certain,
        "undone": drift.undone,
        "accepted": accepted,
        "severity": severities[0] if severities else None,
        "changes": len(drift.changes),
        "since": drift.since.at if drift.since else None,
        "since_basis": drift.since.basis if drift.since else None,
        **_acted(drift),
    }


def _acted(drift: Drift) -> Row:
    """Who made it last, as far as it is known, when and by what. What nobody asked for, or the log does not tell, is
    NULL."""
    who = max((w for w in drift.who if w.known), key=lambda w: (w.at, w.event), default=None)
    if who is None or who.actor is None:
        return {}
    return {
        "actor": named_actor(who.actor),
        "actor_kind": who.actor.kind,
        "acted_at": who.at or None,
        "hand": who.by,
        "tool": who.tool,
        "operation": who.operation or None,
        "event": who.event or None,
    }


def _events(drift: Drift) -> Iterator[Row]:
    """Each event that made a part of it, as far as the log tells."""
    for who in drift.who:
        if who.actor is not None and who.event:
            yield {
                "fingerprint": drift.fingerprint,
                "identity": identity(drift),
                "event": who.event,
                "at": who.at or None,
                "actor": named_actor(who.actor),
                "actor_kind": who.actor.kind,
                "hand": who.by,
                "because": who.because or None,
                "tool": who.tool,
                "tool_version": who.version or None,
                "operation": who.operation or None,
                "source": who.address or None,
                "network": who.network or None,
                "log_region": who.region or None,
                "session": who.session or None,
                "paths": list(who.paths),
                "match": who.match,
                "link": who.link or None,
            }


def identity(drift: Drift) -> str:
    """What a drift is found again by while its values change: its kind and its resource."""
    found = drift.found
    what = [drift.kind, drift.type, found.key.account, found.key.region, str(drift.resource.address or found.id)]
    return hashlib.sha256(_JSON.encode(what)).hexdigest()[:16]


def _changes(drift: Drift) -> Iterator[Row]:
    for c in drift.changes:
        yield {
            "fingerprint": drift.fingerprint,
            "path": c.path,
            "desired": plain(c.desired),
            "actual": plain(c.actual),
            "recorded": plain(c.recorded),
            "sensitive": c.sensitive,
            "undeclared": c.undeclared,
            "unheld": c.unheld,
            "undone": c.undone,
            "basis": c.basis or None,
            "file": c.file or None,
            "line": c.line or None,
        }


def _which(r: Resource) -> Row:
    return {
        "type": r.address.type if r.address else r.type,
        "account": r.key.account,
        "region": r.key.region,
        "id": r.id,
        "address": str(r.address) if r.address else None,
    }


def _finding(f: Finding, r: Resource, fingerprint_: str, *, drifted: bool) -> Row:
    return {
        "fingerprint": fingerprint_,
        "drifted": drifted,
        **_which(r),
        "rule": f.rule,
        "severity": f.severity,
        "title": f.title,
        "effect": f.effect,
        "verdict": f.verdict,
        "evidence": f.evidence,
        "exempt": f.exempt or None,
        "frameworks": list(f.frameworks),
    }


def _rules(answers: Mapping[str, Answered], rules: Sequence[Rule]) -> Iterator[Row]:
    for rule in rules:
        said = answers.get(rule.id)
        yield {
            "rule": rule.id,
            "title": rule.title,
            "severity": rule.severity,
            "theme": rule.theme,
            "frameworks": sorted(rule.controls),
            "passed": said.passed if said else 0,
            "failed": said.failed if said else 0,
            "undecided": (said.unknown or None) if said else None,
        }


def _suppressions(report: Report) -> Iterator[Row]:
    for i in report.ignored:
        yield {
            "how": "ignored",
            "kind": i.kind,
            "type": i.type,
            "account": i.account,
            "region": i.region,
            "id": i.id,
            "address": i.address or None,
            "path": i.path or None,
            "reason": i.reason,
            "rule": i.rule,
            "owner": i.owner or None,
            "expires": i.expires or None,
        }
    for drift in report.accepted:
        yield {"how": "accepted", "kind": drift.kind, **_which(drift.resource), "reason": "the baseline accepts it"}
    asides: tuple[tuple[str, Sequence[Aside]], ...] = (
        ("exempt", report.exempt),
        ("expected", report.expected),
        ("settled", report.settled),
    )
    for how, of in asides:
        for aside in of:
            for change in aside.changes:
                which = _which(replace(aside.actual, address=aside.desired.address))
                yield {"how": how, "kind": "modified", **which, "path": change.path, "reason": change.reason}
    for drift in report.drift:
        for f in drift.findings:
            if f.exempt:
                yield {
                    "how": "exempt finding", "kind": drift.kind, **_which(drift.resource), "reason": f.exempt,
                    "rule": f.rule,
                }  # fmt: skip


def _collection(outcome: Outcome, catalog: Catalog) -> Iterator[Row]:
    report = outcome.report
    for survey, _ in outcome.surveys:
        counts = Counter(k.type for k in survey.actual.resources)
        errors: dict[str, list[str]] = defaultdict(list)
        for gap in {*survey.gaps, *survey.verdicts.gaps}:
            errors[gap.type].append(gap.code)
        for unread in survey.verdicts.unread:
            errors[unread.type].append(unread.code)
        whole = {g.type for g in survey.gaps if not g.within}
        regions = len(survey.regions)
        for name in sorted(survey.types | survey.not_searched):
            failed = sum(g.type == name and not g.within for g in survey.gaps)
            if name not in survey.types or name in survey.not_searched:
                completeness = "not searched"
            elif name in whole and (failed >= regions or not catalog[name].regional) and not counts[name]:
                completeness = "none"
            elif errors[name]:
                completeness = "partial"
            else:
                completeness = "complete" if survey.searched else "managed only"
            yield {
                "account": survey.target.account,
                "service": catalog[name].service,
                "type": name,
                "completeness": completeness,
                "resources": counts[name],
                "errors": len(errors[name]),
                "codes": sorted(set(errors[name])),
            }
    account = report.scope.accounts[0] if len(report.scope.accounts) == 1 else None
    for service, calls in report.api_calls.items():
        yield {
            "account": account,
            "service": service,
            "calls": calls,
            "seconds": report.api_seconds.get(service),
        }


def _unread(report: Report) -> Iterator[Row]:
    for g in report.gaps:
        yield {
            "what": "listing", "type": g.type, "account": g.account, "region": g.region, "within": g.within or None,
            "action": g.action, "code": g.code,
        }  # fmt: skip
    for u in report.unread:
        yield {
            "what": "attribute" if u.path else "resource", "type": u.type, "address": u.address,
            "path": u.path or None, "action": u.action, "code": u.code,
        }  # fmt: skip
    for message in report.states_failed:
        yield {"what": "state", "code": message}


def _account(survey: Survey) -> Row:
    return {
        "provider": survey.target.provider,
        "account": survey.target.account,
        "regions": list(survey.regions),
        "searched": survey.searched,
        "types": len(survey.types),
        "desired": len(survey.desired),
        "actual": len(survey.actual.resources),
    }

"""The baseline: drift that was accepted earlier. Later runs report only what is new, or has changed since.

The file is sorted JSON, with one entry for each resource and one line for each attribute, so that a review shows what
is accepted. An entry is matched by `type`, `id`, `account`, `region` and `kind`, not by its address; a change by its
fingerprint. Sensitive values are left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from drift.errors import UsageError
from drift.model.drift import KINDS, Change, Drift, Report, Resolved
from drift.model.resource import GLOBAL, Resource
from drift.model.value import plain
from drift.model.words import few

NAME = "drift-baseline.json"
SCHEMA = "drift-baseline/1"
AGAIN = "Write it again with `drift baseline write`."


class Subject(NamedTuple):
    """The resource and kind of drift of an entry."""

    account: str
    region: str
    type: str
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The accepted drift of one resource."""

    address: str = ""
    reason: str = ""
    owner: str = ""
    """Who answers for it."""
    expires: str = ""
    """The last day on which it counts, `2026-12-31`; empty for always."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Path -> fingerprint; empty for a missing or unmanaged resource."""
    again: str = ""
    """The id of the resource that was created in the place of a missing one."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """Path -> what the file shows about the change."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A file of accepted drift."""

    name: str
    entries: Mapping[Subject, Entry]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run checked. Only about these resources can it say that accepted drift is gone."""

    types: Collection[str] = ()
    """The types that could be listed completely."""
    managed: Collection[tuple[str, ...]] = ()
    """The managed resources that were compared, each as a subject without its kind."""
    strangers: bool = True
    """Whether the run reports unmanaged resources."""

    def at(self, about: Subject, report: Report) -> bool:
        """Whether the run would have reported drift of this subject."""
        regions = {*report.scope.regions, GLOBAL}
        there = self.strangers if about.kind == "unmanaged" else about[:4] in self.managed
        return there and about.type in self.types and about.account in report.scope.accounts and about.region in regions


@dataclass(frozen=True, slots=True)
class LookedInEach:
    """What a run of several accounts checked in each that it could read."""

    accounts: Mapping[str, tuple[Looked, Report]]
    """Account -> what was checked there, and the report of it."""

    def at(self, about: Subject, report: Report) -> bool:  # noqa: ARG002 - each account has a report of its own
        """Whether the run would have reported drift of this subject."""
        found = self.accounts.get(about.account)
        return found is not None and found[0].at(about, found[1])


@dataclass(frozen=True, slots=True)
class Gone:
    """What a saved report says of the baseline that its run had: the accepted drift that is gone. It does not say what
    else the run checked."""

    resolved: Collection[Resolved] = ()

    def at(self, about: Subject, report: Report) -> bool:  # noqa: ARG002 - as the others
        """Whether the drift of this subject is gone."""
        return any(Subject(r.account, r.region, r.type, r.id, r.kind) == about and not r.paths for r in self.resolved)


def names(resource: Resource) -> tuple[str, str, str, str]:
    """The fields that identify a resource in the baseline: a subject without its kind."""
    type_ = resource.address.type if resource.address else resource.type
    return resource.key.account, resource.key.region, type_, resource.id or str(resource.address or "")


def subject_of(drift: Drift) -> Subject:
    """The subject of a drift."""
    return Subject(*names(drift.resource), drift.kind)


def parse(text: str, name: str) -> Baseline:
    """The baseline in a file's text; UsageError if it is not a baseline."""
    try:
        content = json.loads(text)
        if content.get("schema") != SCHEMA:
            raise UsageError(f"{name}: not a baseline of version {SCHEMA}", AGAIN)
        entries = {}
        for raw in content["entries"]:
            about = Subject(*(str(raw[f]) for f in Subject._fields))
            if about.kind not in KINDS:
                raise ValueError(about.kind)
            changes = {str(c["path"]): str(c["fingerprint"]) for c in raw.get("changes", ())}
            shown = {str(c["path"]): c for c in raw.get("changes", ())}
            told = {name: str(raw.get(name) or "") for name in ("address", "reason", "owner", "expires")}
            if told["expires"]:
                date.fromisoformat(told["expires"])
            entries[about] = Entry(**told, changes=changes, again=str(raw.get("recreated_as") or ""), shown=shown)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__} {error}".strip()
        raise UsageError(f"{name}: not a baseline: {why}", AGAIN) from None
    return Baseline(name, entries)


def accept(report: Report, baseline: Baseline, looked: Looked) -> Report:
    """The report with accepted drift separated, and with the entries of the baseline whose drift is gone.

    What is accepted up to a day before that of the run is told again.
    """
    ended = {about: e for about, e in baseline.entries.items() if "" < e.expires < report.started_at[:10]}
    kept: list[Drift] = []
    accepted: list[Drift] = []
    resources = 0
    there: dict[Subject, frozenset[str]] = {}
    for drift in report.drift:
        about = subject_of(drift)
        there[about] = frozenset(c.path for c in drift.changes)
        entry = None if about in ended else baseline.entries.get(about)
        known, new = _apart(drift, entry)
        accepted += [known] if known else []
        kept += [new] if new else []
        resources += new is None and drift.kind != "unmanaged"
    return replace(
        report,
        drift=tuple(kept),
        accepted=tuple(accepted),
        accepted_resources=resources,
        resolved=tuple(_resolved(report, baseline, there, looked)),
        baseline=baseline.name,
        warnings=(*report.warnings, *_ended(baseline.name, {a: e for a, e in ended.items() if a in there})),
    )


def _ended(name: str, ended: Mapping[Subject, Entry]) -> Iterable[str]:
    """One line for each day and owner."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for about, entry in sorted(ended.items(), key=lambda e: e[0]):
        groups[entry.expires, entry.owner].append(entry.address or f"{about.type} {about.id}")
    for (day, owner), which in sorted(groups.items()):
        whose = f", as {owner} asked" if owner else ""
        yield f"{name}: accepted until {day}{whose}, and told again: {few(which, 5)}"


def _apart(drift: Drift, entry: Entry | None) -> tuple[Drift | None, Drift | None]:
    """(drift that is not accepted, drift that is accepted)."""
    if entry is None:
        return None, drift
    if drift.kind != "modified":
        return (drift, None) if entry.again == _again(drift) else (None, drift)
    now = _fingerprints(drift.changes)
    same = {path for path, fingerprint in now.items() if entry.changes.get(path) == fingerprint}
    known = tuple(c for c in drift.changes if c.path in same)
    new = tuple(c for c in drift.changes if c.path not in same)
    return (
        replace(drift, changes=known, findings=() if new else drift.findings) if known else None,
        replace(drift, changes=new) if new else None,
    )


def _resolved(
    report: Report, baseline: Baseline, there: Mapping[Subject, frozenset[str]], looked: Looked
) -> Iterable[Resolved]:
    unread = {(u.address, u.path.partition(".")[0]) for u in report.unread}
    ignored = {(i.account, i.region, i.type, i.id) for i in report.ignored}
    for about, entry in sorted(baseline.entries.items(), key=lambda e: e[0]):
        if not looked.at(about, report) or (entry.address, "") in unread or about[:4] in ignored:
            continue
        gone: tuple[str, ...] = ()
        if about in there:
            gone = tuple(sorted(p for p in entry.changes if p not in there[about]))
            gone = tuple(p for p in gone if (entry.address, p.partition(".")[0]) not in unread)
            if not gone:
                continue
        kind = next(k for k in KINDS if k == about.kind)
        yield Resolved(
            kind=kind,
            type=about.type,
            id=about.id,
            address=entry.address,
            account=about.account,
            region=about.region,
            paths=gone,
        )


def rewritten(
    report: Report, looked: Looked | LookedInEach | Gone, old: Baseline | None = None, new: Entry | None = None
) -> str:
    """The text of a baseline that accepts all drift of a report.

    Reasons, owners and days are kept, unless `new` has others; so are entries that this run did not check.
    """
    new = new or Entry()
    before = old.entries if old else {}
    entries = {about: entry for about, entry in before.items() if not looked.at(about, report)}
    for drift in (*report.drift, *report.accepted):
        about = subject_of(drift)
        known = before.get(about) or Entry()
        entries[about] = Entry(
            address=str(drift.resource.address or ""),
            reason=new.reason or known.reason,
            owner=new.owner or known.owner,
            expires=new.expires or known.expires,
            changes=_fingerprints(drift.changes),
            again=_again(drift),
            shown={c.path: _shown(c) for c in drift.changes},
        )
    content = {"schema": SCHEMA, "entries": [_written(about, entries[about]) for about in sorted(entries)]}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _written(about: Subject, entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = about._asdict()
    if entry.address:
        out["address"] = entry.address
    out |= {n: told for n in ("reason", "owner", "expires") if (told := getattr(entry, n))}
    if entry.again:
        out["recreated_as"] = entry.again
    if entry.changes:
        out["changes"] = [
            {**entry.shown[path], "path": path, "fingerprint": fingerprint}
            for path, fingerprint in sorted(entry.changes.items())
        ]
    return out


def _again(drift: Drift) -> str:
    return drift.recreated_as.id if drift.recreated_as else ""


def _fingerprints(changes: Iterable[Change]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        found[change.path].append(change.fingerprint)
    return {path: "+".join(sorted(several)) for path, several in found.items()}


def _shown(change: Change) -> dict[str, Any]:
    """What the file shows about a change."""
    out: dict[str, Any] = {"path": change.path}
    if change.sensitive:
        return {**out, "sensitive": True}
    if change.added or change.removed:
        sides = {"removed": change.removed, "added": change.added}
        return out | {name: [plain(v) for v in values] for name, values in sides.items() if values}
    return {**out, "desired": plain(change.desired), "actual": plain(change.actual)}

"""Builds the report of a run from the surveys of all its targets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from drift.desired.load import Desired
from drift.exclude.advice import Idle, advice, idle, unmatched
from drift.exclude.baseline import Baseline, Looked, accept, names
from drift.model.coverage import Unread
from drift.model.drift import Control, Drift, End, Link, Pending, Report
from drift.model.drift import Scope as ReportScope
from drift.model.resource import Key, Resource
from drift.report.wording import module_of
from drift.rules.engine import Judged
from drift.survey import Survey

NOWHERE: Mapping[str, float] = {}
"""Seconds by service, for a run that made no calls."""
Reasons = Mapping[str, tuple[str, str]]
"""Account -> why it was not read: (action, code)."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The start of a run, as an ISO date and time in UTC, and its duration in seconds."""

    started_at: str = ""
    seconds: float = 0.0


def conclude(
    desired: Desired,
    surveys: Sequence[tuple[Survey, Judged]],
    elsewhere: Sequence[Resource],
    *,
    api_calls: Mapping[str, int],
    api_seconds: Mapping[str, float] = NOWHERE,
    timing: Timing,
    accepted: Baseline | None = None,
    links: bool = False,
    controls: tuple[Control, ...] = (),
    reasons: Reasons = MappingProxyType({}),
    whole: bool = True,
) -> Report:
    """Build the report. `elsewhere` are desired resources of targets that were not read, for `reasons`; with `links`,
    it has references. Not `whole` is a part of a run: it says of no ignore rule that it matches nothing."""
    drifts = [d for _, judged in surveys for d in judged.drift]
    certain = not desired.failed
    unread = [
        *(u for s, _ in surveys for u in (*s.verdicts.unread, *s.expected.unread)),
        *(_unreached(r, reasons) for r in elsewhere),
    ]
    in_sync = sum(len(s.verdicts.in_sync) + s.expected.in_sync for s, _ in surveys)
    unread_resources = len(elsewhere) + sum(
        s.verdicts.unread_resources + s.expected.unread_resources for s, _ in surveys
    )
    left_out = sum(s.exclusions.resources for s, _ in surveys)
    told = tuple(d if certain or d.kind != "unmanaged" else replace(d, certain=False) for d in drifts)
    report = Report(
        scope=_scope(desired, [s for s, _ in surveys]),
        drift=told,
        posture=tuple(p for _, judged in surveys for p in judged.posture),
        controls=controls,
        links=_links(surveys, told) if links else (),
        in_sync=in_sync,
        managed=in_sync + sum(d.kind != "unmanaged" for d in drifts) + unread_resources + left_out,
        pending=_pending(desired, [s for s, _ in surveys]),
        expected=tuple(a for s, _ in surveys for a in s.expected.expected),
        settled=tuple(a for s, _ in surveys for a in s.verdicts.settled),
        exempt=tuple(a for s, _ in surveys for a in s.verdicts.exempt),
        not_ours=tuple(r for s, _ in surveys for r in s.verdicts.not_ours),
        ignored=tuple(i for s, _ in surveys for i in s.exclusions.told),
        ignored_resources=left_out,
        gaps=tuple(sorted({g for s, _ in surveys for g in {*s.gaps, *s.verdicts.gaps} if g.type in s.types})),
        unread=tuple(sorted(unread)),
        unread_resources=unread_resources,
        not_offered=tuple(sorted({a for s, _ in surveys for a in s.scan.not_offered})),
        not_covered=dict(sorted(desired.not_covered.items())),
        warnings=tuple(_warnings(desired, surveys, whole=whole)),
        states_failed=tuple(str(e) for e in desired.failed),
        api_calls=dict(sorted(api_calls.items())),
        api_seconds=dict(sorted(api_seconds.items())),
        listings_spared=sum(s.scan.listings_spared for s, _ in surveys),
        started_at=timing.started_at,
        duration_seconds=timing.seconds,
    )
    return accept(report, accepted, looked(surveys)) if accepted else report


def _unreached(resource: Resource, reasons: Reasons) -> Unread:
    """A resource of a target that was not read."""
    account = resource.key.account
    told = (f"account {account}", "OtherAccount") if account else ("its account is not known", "UnknownAccount")
    return Unread(str(resource.address), resource.type, "", *reasons.get(account, told), *resource.key.where)


def _scope(desired: Desired, surveys: Sequence[Survey]) -> ReportScope:
    types = frozenset(t for s in surveys for t in s.types)
    return ReportScope(
        tuple(dict.fromkeys(s.target.account for s in surveys)),
        tuple(sorted({r for s in surveys for r in s.regions})),
        tuple(desired.sources),
        len(types),
        all(s.searched for s in surveys),
        tuple(sorted({t for s in surveys for t in s.not_searched})),
        tuple(sorted({m for r in desired.resources if r.address and (m := module_of(r.address))})),
    )


def _warnings(desired: Desired, surveys: Sequence[tuple[Survey, Judged]], *, whole: bool) -> Iterable[str]:
    yield from desired.warnings
    for survey, _ in surveys:
        yield from (
            f"{r.address} (deposed {r.deposed}) still exists as {r.id}: a leftover of create_before_destroy; "
            "the next `terraform apply` deletes it"
            for r in survey.verdicts.leftovers
        )
    yield from _twice(desired.resources)
    for survey, judged in surveys:
        yield from judged.warnings
        yield from survey.warnings
        yield from advice(survey.exclusions)
        if whole:
            yield from unmatched(idle_rules(survey))


def _everything(survey: Survey) -> tuple[Resource, ...]:
    return (*survey.desired, *survey.scan.resources.values())


def idle_rules(survey: Survey) -> Idle:
    """The user's rules that match nothing in this target, as far as that can be told."""
    return idle(survey.exclusions, _everything(survey), _listed(survey))


def _listed(survey: Survey) -> frozenset[str]:
    """The types that could be listed completely."""
    return survey.types - {g.type for g in {*survey.gaps, *survey.verdicts.gaps}}


def looked(surveys: Sequence[tuple[Survey, Judged]]) -> Looked:
    """What the run checked. An entry of the baseline can be resolved only if it is part of this."""
    listed = frozenset[str]().union(*(_listed(s) for s, _ in surveys))
    managed = frozenset(names(r) for s, _ in surveys for r in s.desired if s.exclusions.means(r))
    return Looked(listed, managed, all(s.searched and s.exclusions.exceptions.where is None for s, _ in surveys))


def _pending(desired: Desired, surveys: Sequence[Survey]) -> tuple[Pending, ...]:
    """What the next apply changes: from a plan or configuration, and from the comparison of attributes."""
    seen = {p.address: p for s in surveys for p in s.verdicts.pending}
    types = frozenset(t for s in surveys for t in s.types)
    known = {str(r.address): r for r in desired.resources if not r.deposed}
    lost = {str(d.desired.address) for s in surveys for d in s.verdicts.drift if d.desired and d.desired.dropped}
    out = []
    for told in desired.pending:
        if told.address in lost:
            continue  # told as missing
        own = seen.pop(told.address, None)
        resource = known.get(told.address)
        still = [a for a in told.attributes if resource is None or a not in resource.configured]
        attributes = tuple(sorted({*still, *(own.attributes if own else ())}))
        if told.type in types and (attributes or not told.attributes):
            source = resource.source if resource is not None and resource.source.file else told.source
            account, region = resource.key.where if resource is not None else (told.account, told.region)
            changes = own.changes if own else told.changes
            out.append(
                replace(told, attributes=attributes, changes=changes, source=source, account=account, region=region)
            )
    meant = (p for p in (*out, *seen.values()) if any(s.exclusions.may_mean(p.address, p.type) for s in surveys))
    return tuple(sorted(meant, key=lambda p: p.address))


def _twice(resources: Iterable[Resource]) -> list[str]:
    """Warnings about objects that several addresses claim."""
    claims: dict[Key, list[Resource]] = defaultdict(list)
    for r in resources:
        if not r.deposed and not r.dropped:
            claims[r.key].append(r)
    return [
        f"{key.type} {found[0].id} is managed twice: "
        + ", ".join(sorted(f"{r.address} ({r.source.state})" for r in found))
        for key, found in sorted(claims.items(), key=lambda kv: str(kv[0]))
        if len(found) > 1 and all(key.identity)
    ]


def _links(surveys: Sequence[tuple[Survey, Judged]], drifts: Sequence[Drift]) -> tuple[Link, ...]:
    """The references from and to drifted resources."""
    from drift.report.surroundings import both_sides

    fingerprints = {d.resource.key: d.fingerprint for d in drifts}
    out: list[Link] = []
    for survey, judged in surveys if fingerprints else ():
        graph = both_sides(survey, judged.drift)

        def end(key: Key, graph: object = graph) -> End:
            r: Resource = graph.nodes[key]["resource"]  # type: ignore[attr-defined]
            address = str(r.address) if r.address else ""
            return End(r.address.type if r.address else r.type, r.id, address, fingerprints.get(key, ""), *key.where)

        out += (
            Link(end(a), end(b), data["attribute"])
            for a, b, data in graph.edges(data=True)
            if a in fingerprints or b in fingerprints
        )
    return tuple(out)


def calls(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    """The requests of several connections, added up by service."""
    out: Counter[str] = Counter()
    for count in counts:
        out.update(count)
    return out

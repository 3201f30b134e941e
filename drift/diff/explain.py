"""Explains a verdict: each attribute's three values, how they were compared, and the API operation that returned them.

This module compares nothing. It puts the results of `attribute.comparison` and `strangers` into words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from drift.diff.actual import Actual
from drift.diff.attribute import UNSAID, Comparison, Unsaid
from drift.diff.classify import attributes_of, gap_over, masked
from drift.diff.redact import hidden, is_secret, redacted
from drift.diff.shares import Shares
from drift.diff.strangers import Stranger, strangers
from drift.model.coverage import Unreadable
from drift.model.drift import Basis, Change, Drift, Report
from drift.model.resource import Key, Resource, Source
from drift.model.value import Value, is_empty, plain
from drift.provider.catalog import Catalog
from drift.provider.describe import listings, told_by
from drift.provider.relations import entry_of
from drift.provider.spec import Attr, ResourceType

WHY: Mapping[str, str] = {
    "equal": "equal in canonical form",
    "empty": "not set on either side",
    "assigned": "undecided: {cloud} assigns a value, and the state recorded none",
    "zero": "{cloud} returns no value, and the provider records that as zero",
    "parts": "all parts agree",
}
"""Result of `compare.agreement` -> its meaning for the reader; `{cloud}` is the name of the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute, its values, and the outcome of the comparison."""

    name: str
    outcome: str
    """`same`, `modified`, `expected`, `pending`, `settled`, `exempt`, `held`, `unread`, `unasked` or `ignored`."""
    why: str
    configured: Value | Unsaid = UNSAID
    recorded: Value | Unsaid = UNSAID
    actual: Value | Unsaid = UNSAID
    told_by: tuple[str, ...] = ()
    """The API operations that return the attribute: `sqs:GetQueueAttributes`."""
    file: str = ""
    line: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One resource, its verdict, and the reasons."""

    verdict: str
    why: tuple[str, ...]
    type: str
    id: str
    address: str = ""
    arn: str = ""
    account: str = ""
    region: str = ""
    source: Source = field(default_factory=Source)
    listed_by: tuple[str, ...] = ()
    """The API operations that list resources of the type."""
    attributes: tuple[Attribute, ...] = ()


def explanations(
    what: str,
    report: Report,
    desired: Sequence[Resource],
    actual: Actual,
    catalog: Catalog,
    scope: frozenset[str],
    excused: Sequence[Resource] = (),
) -> Iterator[Explanation]:
    """Every resource with this address, id, ARN or name: managed ones by address, then unmanaged ones."""
    known = [r for r in desired if str(r.address) == what and not r.deposed]
    named = [r for r in desired if what in (r.id, r.arn, r.attributes.get("id")) and not r.deposed]
    mine = sorted(known or named, key=lambda r: str(r.address))
    shares = Shares([*desired, *excused], actual.paired, catalog) if mine else None
    for resource in mine:
        if shares is not None:
            yield _managed(resource, report, actual, shares, catalog)
    others = {} if known else {s.resource.key: s for s in strangers(desired, actual, catalog, scope, excused)}
    for key, stranger in others.items():
        resource = stranger.resource
        if what in (resource.id, resource.arn, resource.name, str(key.identity[0])):
            yield _stranger(stranger, report, catalog)


def _managed(resource: Resource, report: Report, actual: Actual, shares: Shares, catalog: Catalog) -> Explanation:
    entry, found = entry_of(resource, catalog), actual.paired.get(resource.origin)
    drift = next(
        (d for d in (*report.drift, *report.accepted) if d.desired and d.desired.origin == resource.origin), None
    )
    attributes: tuple[Attribute, ...] = ()
    if found is None:
        verdict, why = _absent(resource, entry, drift, actual, report, catalog)
    else:
        every = attributes_of(resource, found, entry, shares)
        told = _asides(resource, drift, report)
        attributes = tuple(_attribute(j, resource, entry, told, catalog) for j in every if j.recorded is not UNSAID)
        verdict, why = _verdict(attributes, drift, report)
    return Explanation(
        verdict=verdict,
        why=tuple(why),
        type=entry.name,
        id=(found or resource).id,
        address=str(resource.address),
        arn=(found or resource).arn,
        account=resource.key.account,
        region=resource.key.region,
        source=resource.source,
        listed_by=tuple(listings(entry, catalog)),
        attributes=attributes,
    )


def _absent(
    resource: Resource,
    entry: ResourceType,
    drift: Drift | None,
    actual: Actual,
    report: Report,
    catalog: Catalog,
) -> tuple[str, list[str]]:
    gap = gap_over(resource, entry, actual.gaps, catalog)
    if gap is not None:
        return "unread", [f"it is unknown whether the resource exists, because {gap.action} was refused ({gap.code})"]
    there = sum(key.type == resource.type and key.region == resource.key.region for key in actual.resources)
    where = f"{there} resource{'s' * (there != 1)} of this type found in {resource.key.region}, but not this one"
    asked = ", ".join(listings(entry, catalog)) or "the response about its parent"
    why = [f"it is in the state, but not in {asked}: {where}"]
    if drift is not None and drift.recreated_as is not None:
        why.append(f"{drift.recreated_as.id} was created by hand in its place and is in no state")
    ignored = [i for i in report.ignored if i.address == str(resource.address) and not i.path]
    why += [f"ignored by {i.rule}: {i.reason}" for i in ignored]
    if resource.unwanted:
        return "pending", [*why, "the configuration has it no more either: the next apply takes it out of the state"]
    return "ignored" if ignored else "missing", why


ReportReasons = Mapping[tuple[str, str], str]
"""(outcome, path of a change) -> the reason in the report."""


def _asides(resource: Resource, drift: Drift | None, report: Report) -> ReportReasons:
    """The report's reasons for the changes of one resource."""
    out: dict[tuple[str, str], str] = {}
    for outcome, found in (("expected", report.expected), ("exempt", report.exempt)):
        out |= {(outcome, c.path): c.reason for a in found if a.desired.origin == resource.origin for c in a.changes}
    address = str(resource.address)
    out |= {("ignored", i.path): f"{i.reason} ({i.rule})" for i in report.ignored if i.address == address and i.path}
    accepted = (d for d in report.accepted if d.desired and d.desired.origin == resource.origin)
    out |= {("accepted", c.path): f"the baseline {report.baseline}" for d in accepted for c in d.changes}
    out |= {("unread", u.path): f"{u.action} ({u.code})" for u in report.unread if u.address == address and u.path}
    if drift is not None:
        out |= {("modified", c.path): "" for c in drift.changes if ("accepted", c.path) not in out}
    return out


def _attribute(
    of: Comparison, resource: Resource, entry: ResourceType, told: ReportReasons, catalog: Catalog
) -> Attribute:
    attr = entry.attributes[of.name]
    secret = of.name in resource.sensitive or is_secret(entry, of.name)
    changes = tuple(masked(c, resource, of.name, entry) for c in (*of.modified, *of.exempt, *of.pending, *of.settled))
    outcome, why = _decided(of, attr, resource, told, catalog.provider_of(entry.name).title)

    def shown(value: Value | Unsaid) -> Value | Unsaid:
        if value is UNSAID or isinstance(value, Unreadable):
            return UNSAID
        key = resource.source.lineage
        return hidden(value, key) if secret else redacted(value, attr, key)

    line = resource.lines.get(of.name, 0)
    return Attribute(
        name=of.name,
        outcome=outcome,
        why=why,
        configured=shown(of.configured),
        recorded=shown(of.recorded),
        actual=shown(of.actual),
        told_by=tuple(told_by(entry, of.name, catalog)),
        file=resource.source.file if line else "",
        line=line,
        changes=changes,
    )


def _decided(of: Comparison, attr: Attr, resource: Resource, told: ReportReasons, cloud: str) -> tuple[str, str]:
    """The outcome of one attribute in the report, and the reason."""
    outcome: str = of.outcome
    if isinstance(of.actual, Unreadable):
        return "unread", f"{of.actual.action} was refused: {of.actual.code}"
    if outcome == "modified":
        reasons = [(o, why) for c in of.modified for o in _ASIDE if (why := told.get((o, c.path))) is not None]
        all_aside = not any(("modified", c.path) in told for c in of.modified)
        if reasons and all_aside:
            outcome = reasons[0][0]
        notes = [_NOTE[o].format(why) for o, why in dict.fromkeys(reasons)]
        return outcome, "; ".join([*_modified(of, resource, cloud), *notes] if outcome == "modified" else notes)
    if outcome == "same":
        return outcome, _same(of, attr, resource, cloud)
    if outcome == "exempt":
        return outcome, f"the configuration ignores this change: {of.exempt[0].reason}"
    return outcome, _OTHERWISE[outcome]


_ASIDE = ("expected", "ignored", "accepted", "unread")
_NOTE = {
    "expected": "expected: changed {}",
    "ignored": "ignored: {}",
    "accepted": "accepted by {}",
    "unread": "unknown whether a policy allows the change, because this could not be read: {}",
}
_OTHERWISE = {
    "pending": "the configuration changed: the account still agrees with the state, and the next apply changes it",
    "settled": "the account agrees with the configuration; only the state is out of date",
    "held": "separate resources describe all of it",
    "unasked": "not read, because nothing needed it",
}


_BASIS: Mapping[Basis, str] = {
    "": "the recorded one",
    "default": "the one that {0} gives every new resource",
    "memory": "the one first seen on {of.since}",
    "backup": "the one in the state's backup",
    "record": "the recorded one",
}


def _modified(of: Comparison, resource: Resource, cloud: str) -> list[str]:
    if of.unheld:
        return ["neither the configuration nor a separate resource describes the actual value"]
    if of.name in resource.undeclared:
        change = next(iter((*of.modified, *of.exempt)), None)
        expected = _BASIS[change.basis if change else ""].format(cloud, of=change)
        return [f"the configuration does not set it, and the actual value is not {expected}"]
    if of.name in resource.implied:
        return ["the configuration does not set it, and the actual value is not the provider's default, or not empty"]
    if of.configured is UNSAID:
        return ["the actual value differs from the recorded one"]
    return (
        ["the actual value differs from the configured and from the recorded one"]
        if (of.configured != of.recorded)
        else ["the actual value differs from the configured one"]
    )


def _same(of: Comparison, attr: Attr, resource: Resource, cloud: str) -> str:
    why = WHY.get(
        of.why, "equal to the recorded value; the configured value differs, but the configuration ignores changes of it"
    ).format(cloud=cloud)
    if of.why == "same" and attr.same is not None:
        said = (attr.same.__doc__ or "").strip().splitlines()
        why = "equal by a comparison for this attribute" + (f": {said[0].rstrip('.')}" if said else "")
    elif of.why == "equal" and of.actual not in (UNSAID, False) and is_empty(of.actual):
        why = WHY["empty"]
    elif of.why == "equal":
        said = re.split(r"[;.](?:\s|$)", (attr.canon.__doc__ or "").strip())
        why += f": {said[0][:1].lower()}{said[0][1:]}" if said[0] and not attr.fields else ""
    if of.name in resource.left_out and of.configured is UNSAID:
        why += f"; not set, which means {plain(attr.default)!r}"
    if attr.partial:
        why += "; only keys that Terraform sets are compared"
    if of.held:
        why += f"; separate resources describe {of.held} of its elements"
    return why


def _verdict(attributes: Sequence[Attribute], drift: Drift | None, report: Report) -> tuple[str, list[str]]:
    by: dict[str, list[str]] = {}
    for attribute in attributes:
        by.setdefault(attribute.outcome, []).append(attribute.name)
    why = [
        f"{_COUNTED[o]}: {', '.join(by[o])}"
        for o in ("modified", "unread", "expected", "pending", "settled", "exempt", "ignored", "accepted", "held")
        if o in by
    ]
    if drift is not None and drift in report.drift:
        return "modified", why
    if "accepted" in by:
        return "accepted", why
    if "unread" in by:
        return "unread", why
    same = len(by.get("same", ()))
    return "in sync", [f"{same} attributes agree", *why]


_COUNTED = {
    "modified": "modified",
    "unread": "not read",
    "expected": "expected change",
    "pending": "pending: the next apply changes",
    "settled": "settled: only the state is out of date",
    "exempt": "exempt: the configuration ignores",
    "ignored": "ignored by a rule",
    "accepted": "accepted by the baseline",
    "held": "described by separate resources",
}


def _stranger(stranger: Stranger, report: Report, catalog: Catalog) -> Explanation:
    resource, entry = stranger.resource, catalog[stranger.resource.type]
    lost = next((d for d in report.drift if d.recreated_as and d.recreated_as.key == resource.key), None)
    who = ("unmanaged", resource.type, resource.id, resource.key.region)
    ignored = [i for i in report.ignored if (i.kind, i.type, i.id, i.region) == who]
    if lost is not None:
        verdict, why = "recreated", f"it was created by hand in the place of {lost.resource.address}, which is missing"
    elif ignored:
        verdict, why = "ignored", f"ignored by {ignored[0].rule}: {ignored[0].reason}"
    else:
        verdict, why = _fate(stranger, catalog.provider_of(resource.type).title)
    attributes = tuple(
        Attribute(
            name=name,
            outcome="found",
            why="",
            actual=hidden(value, "") if is_secret(entry, name) else redacted(value, entry.attr(name), ""),
            told_by=tuple(told_by(entry, name, catalog)),
        )
        for name, value in resource.attributes.items()
        if name in entry.attributes and not isinstance(value, Unreadable)
    )
    return Explanation(
        verdict=verdict,
        why=(why,),
        type=resource.type,
        id=resource.id,
        arn=resource.arn,
        account=resource.key.account,
        region=resource.key.region,
        listed_by=tuple(listings(entry, catalog)),
        attributes=attributes,
    )


def _fate(stranger: Stranger, cloud: str) -> tuple[str, str]:
    of = _called(stranger.of)
    if stranger.fate == "not_ours":
        proof = f"as {cloud} shows: {stranger.proof}" if stranger.proof else "by an [[owner]] rule"
        return "not ours", f"its owner is {stranger.resource.owner}, {proof}" + (f" of {of}" if of else "")
    if stranger.fate == "doubtful" and stranger.refused is not None:
        refused = stranger.refused
        return "unread", f"its owner is unknown, because {refused.action} was refused ({refused.code})"
    unmanaged = "unmanaged", f"it is in no state, and nothing in {cloud} shows another owner"
    return {
        "part": ("folded", f"it is part of {of}, which is unmanaged"),
        "told": ("folded", f"it is part of {of}, which is managed: its drift is reported there"),
        "claimed": ("folded", f"it was created together with {of}, and is reported there"),
        "inside": ("folded", f"it was found inside {of}, and is reported there"),
    }.get(stranger.fate, unmanaged)


def _called(key: Key | None) -> str:
    return f"{key.type} {key.identity[0]}" if key is not None else ""

"""Why a verdict is what it is: every attribute with its three values, the rule that decided, and who told us.

Nothing is compared here: it is what `attribute.comparison` and `strangers` made of the resource, in words.
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
    "empty": "nothing is set on either side",
    "assigned": "{cloud} assigns a value by itself and nothing was recorded of it: undecided",
    "zero": "{cloud} leaves it out, and the provider records that as zero",
    "parts": "every part agrees",
}
"""What `compare.agreement` answers -> the same for a person; `{cloud}` is its provider by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute, and what was made of it."""

    name: str
    outcome: str
    """`same`, `modified`, `expected`, `pending`, `settled`, `exempt`, `held`, `unread`, `unasked` or `ignored`."""
    why: str
    configured: Value | Unsaid = UNSAID
    recorded: Value | Unsaid = UNSAID
    actual: Value | Unsaid = UNSAID
    told_by: tuple[str, ...] = ()
    """The operations that told us: `sqs:GetQueueAttributes`."""
    file: str = ""
    line: int = 0
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One resource, and why it has its verdict."""

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
    """The operations that list what there is of its type."""
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
    """Every resource that goes by this address, id, ARN or name, in order of address and key."""
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
        return "unread", [f"{gap.action} was refused ({gap.code}), so that it cannot be told whether it is there"]
    there = sum(key.type == resource.type and key.region == resource.key.region for key in actual.resources)
    where = f"{there} of this type {'was' if there == 1 else 'were'} found in {resource.key.region}, and it is none"
    asked = ", ".join(listings(entry, catalog)) or "what its parent shows"
    why = [f"the state has it, and {asked} did not show it: {where}"]
    if drift is not None and drift.recreated_as is not None:
        why.append(f"{drift.recreated_as.id} stands in its place: made again by hand, and in no state")
    ignored = [i for i in report.ignored if i.address == str(resource.address) and not i.path]
    why += [f"ignored by {i.rule}: {i.reason}" for i in ignored]
    return "ignored" if ignored else "missing", why


Told = Mapping[tuple[str, str], str]
"""(outcome, path of a change) -> why, as the report has it."""


def _asides(resource: Resource, drift: Drift | None, report: Report) -> Told:
    """What the report says of the changes of one resource."""
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


def _attribute(of: Comparison, resource: Resource, entry: ResourceType, told: Told, catalog: Catalog) -> Attribute:
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


def _decided(of: Comparison, attr: Attr, resource: Resource, told: Told, cloud: str) -> tuple[str, str]:
    """The outcome of one attribute as the report has it, and why."""
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
        return outcome, f"the configuration says to look away: {of.exempt[0].reason}"
    return outcome, _OTHERWISE[outcome]


_ASIDE = ("expected", "ignored", "accepted", "unread")
_NOTE = {
    "expected": "changed {}: expected",
    "ignored": "ignored: {}",
    "accepted": "accepted by {}",
    "unread": "whether somebody may change it could not be read: {}",
}
_OTHERWISE = {
    "pending": "the configuration is ahead: the account is still as recorded, and the next apply changes it",
    "settled": "the account is already as the configuration says, and the state does not know",
    "held": "told by a resource of its own, which holds all of it",
    "unasked": "not asked for",
}


_BASIS: Mapping[Basis, str] = {
    "": "as the state recorded it",
    "default": "as {0} gives it to every new resource",
    "memory": "as it was first seen on {of.since}",
    "backup": "as the state's backup recorded it",
    "record": "as the state recorded it",
}


def _modified(of: Comparison, resource: Resource, cloud: str) -> list[str]:
    if of.unheld:
        return ["neither its own configuration nor a resource of its own describes what is there"]
    if of.name in resource.undeclared:
        change = next(iter((*of.modified, *of.exempt)), None)
        return [f"nobody sets it, and it is not {_BASIS[change.basis if change else ''].format(cloud, of=change)}"]
    if of.name in resource.implied:
        return ["its author leaves it out, and it is not the provider's default, or not empty"]
    if of.configured is UNSAID:
        return ["it is not as the state recorded it"]
    return (
        ["it is neither as the configuration says nor as the state recorded it"]
        if (of.configured != of.recorded)
        else ["it is not as the configuration says"]
    )


def _same(of: Comparison, attr: Attr, resource: Resource, cloud: str) -> str:
    why = WHY.get(of.why, "as recorded; the configuration says otherwise, and says to look away").format(cloud=cloud)
    if of.why == "same" and attr.same is not None:
        said = (attr.same.__doc__ or "").strip().splitlines()
        why = "agrees by a rule of its own" + (f": {said[0].rstrip('.')}" if said else "")
    elif of.why == "equal" and of.actual not in (UNSAID, False) and is_empty(of.actual):
        why = WHY["empty"]
    elif of.why == "equal":
        said = re.split(r"[;.](?:\s|$)", (attr.canon.__doc__ or "").strip())
        why += f": {said[0][:1].lower()}{said[0][1:]}" if said[0] and not attr.fields else ""
    if of.name in resource.left_out and of.configured is UNSAID:
        why += f"; left out, which {cloud} takes for {plain(attr.default)!r}"
    if attr.partial:
        why += "; only the keys that are set are compared"
    if of.held:
        why += f"; {of.held} of its elements are told by resources of their own"
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
    "modified": "changed since",
    "unread": "could not be read",
    "expected": "changed by somebody who may",
    "pending": "the next apply changes",
    "settled": "already as the configuration says",
    "exempt": "the configuration says to look away",
    "ignored": "ignored by a rule",
    "accepted": "accepted by the baseline",
    "held": "told by resources of their own",
}


def _stranger(stranger: Stranger, report: Report, catalog: Catalog) -> Explanation:
    resource, entry = stranger.resource, catalog[stranger.resource.type]
    lost = next((d for d in report.drift if d.recreated_as and d.recreated_as.key == resource.key), None)
    who = ("unmanaged", resource.type, resource.id, resource.key.region)
    ignored = [i for i in report.ignored if (i.kind, i.type, i.id, i.region) == who]
    if lost is not None:
        verdict, why = "recreated", f"it stands in the place of {lost.resource.address}, which is missing"
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
        proof = f"proved by what {cloud} shows: {stranger.proof}" if stranger.proof else "as its owner rules say"
        return "not ours", f"{stranger.resource.owner} made it, {proof}" + (f" of {of}" if of else "")
    if stranger.fate == "doubtful" and stranger.refused is not None:
        refused = stranger.refused
        return "unread", f"whose it is cannot be told: {refused.action} was refused ({refused.code})"
    unmanaged = "unmanaged", f"no state has it, and nothing that {cloud} shows proves that somebody else made it"
    return {
        "part": ("folded", f"it is part of {of}, which nobody here manages"),
        "told": ("folded", f"it is told by {of}, which is managed"),
        "claimed": ("folded", f"it came with {of}, and is told by it"),
        "inside": ("folded", f"it was found inside {of}, which is told"),
    }.get(stranger.fate, unmanaged)


def _called(key: Key | None) -> str:
    return f"{key.type} {key.identity[0]}" if key is not None else ""

"""Texts about drifted resources that every format uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from drift.model.address import Address
from drift.model.bounds import SHOWN
from drift.model.drift import (
    KINDS,
    SEVERITIES,
    Aside,
    Basis,
    Change,
    Control,
    ControlAnswer,
    Drift,
    Finding,
    Posture,
    Report,
    Severity,
)
from drift.model.resource import GLOBAL, Source
from drift.model.value import plain
from drift.model.words import few
from drift.report import whose
from drift.report.accounts import names, of_gap
from drift.report.accounts import where as accounts_where
from drift.report.safe import shown, visible
from drift.report.whose import moment

KIND = {
    "modified": "modified outside Terraform",
    "missing": "in the state, but not in the account",
    "unmanaged": "in the account, but in no state",
}
NEXT = {
    "modified": "Each change says whether `terraform apply` undoes it. To keep a change, write it into the "
    "configuration.",
    "missing": "`terraform apply` creates it again; `terraform state rm` removes it from the state.",
    "unmanaged": "`terraform apply` will NOT undo this. Import it (`terraform import`), delete it, or allow it"
    " (`drift ignore`).",
}
"""Kind -> what the user can do about it."""
UNCERTAIN = "Find out first whose it is: a state or an owner that could not be read may have it."
"""What to do about a resource that may be somebody's: nothing advises to delete it."""
EFFECT = {
    "introduced": "introduced by the drift",
    "present": "present before",
    "resolved": "resolved by the drift",
    "unknown": "effect unknown",
}
FATE = {
    True: "apply will undo this",
    False: "apply will NOT undo this",
    None: "unknown whether apply undoes changes without a note",
}
"""`Change.undone` -> what the next apply does about the change."""
REPLACES = "apply will REPLACE the resource to undo this"
"""Instead, if the change can only be undone by a new resource."""
Level = Literal["error", "warning", "note"]
LEVEL: dict[str, Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}


def named(drift: Drift) -> str:
    """The address, or the type and id. Raw text: not yet escaped for any format."""
    address = drift.resource.address
    return str(address) if address else f"{drift.type} {drift.resource.id}"


def known_as(drift: Drift) -> str:
    """The id, with the name if the id does not contain it."""
    found = drift.found
    return f"{found.id} ({found.name})" if found.name and found.name not in found.id else found.id


def home(drift: Drift) -> str:
    """Account and region."""
    key = drift.resource.key
    return " ".join(part for part in (key.account, key.region if key.region != GLOBAL else "") if part)


def source_of(drift: Drift) -> Source:
    """The place of the resource's block; if only one attribute changed, the line that sets it."""
    source = drift.resource.source
    own = {(c.file, c.line) for c in drift.changes if c.line}
    if len(own) == 1 and len(drift.changes) == 1:
        file, line = own.pop()
        return Source(state=source.state, file=file or source.file, line=line)
    return source


def place(source: Source) -> str:
    """`web/main.tf:12`, or the state if the file is unknown."""
    if source.file:
        return f"{source.file}:{source.line}" if source.line else source.file
    return source.state


def since_when(drift: Drift) -> str:
    """`since 2026-11-20 14:03 UTC`; for the first scan that saw it, `at the latest since …`; empty if unknown."""
    if drift.since is None:
        return ""
    at = moment(drift.since.at)
    return f"since {at}" if drift.since.basis == "event" else f"first seen {at}"


def age(drift: Drift, report: Report) -> timedelta | None:
    """How old the drift was when the run began, at least; None if unknown."""
    if drift.since is None:
        return None
    try:
        began, now = (datetime.fromisoformat(at) for at in (drift.since.at, report.started_at))
        return max(now - began, timedelta())
    except (ValueError, TypeError):  # a saved report may hold any text, and a time without a zone
        return None


def traces(drift: Drift) -> list[str]:
    """What is known of how the drift came about, as visible text, a line each."""
    return [*map(whose.line, drift.who), *_since(drift)]


def _since(drift: Drift) -> list[str]:
    """Since when, where no event says it already."""
    told = drift.since is not None and drift.since.basis == "event" and any(who.actor for who in drift.who)
    return [] if told or drift.since is None else [since_when(drift)]


def module_of(address: Address | None) -> str:
    """`module.web.module.sg`, without instance keys; empty for the root."""
    return ".".join(f"module.{name}" for name, _ in address.module) if address else ""


def alive(drift: Drift | Posture) -> tuple[Finding, ...]:
    """The findings to act on: failed and not exempt. Highest severity first."""
    found = [f for f in drift.findings if f.counts]
    return tuple(sorted(found, key=lambda f: SEVERITIES.index(f.severity)))


ANSWERED: Mapping[ControlAnswer, str] = {"failed": "failed", "passed": "passed", "undecided": "not decided"}
"""Answer of a control -> how it is told, in the order in which they are counted."""


def by_framework(report: Report) -> list[tuple[str, list[Control]]]:
    """The controls that were asked for, by framework."""
    out: dict[str, list[Control]] = {}
    for control in report.controls:
        out.setdefault(control.framework, []).append(control)
    return list(out.items())


def on_request(report: Report) -> list[Posture]:
    """What was judged on request and fails a rule that is not exempted, the worst first."""
    found = [p for p in report.posture if alive(p)]
    return sorted(found, key=lambda p: SEVERITIES.index(alive(p)[0].severity))


JUDGED = {True: "in sync, judged on request", False: "the account, judged on request"}
"""What is said of what did not drift: of a resource, of an account."""


def judged_of(posture: Posture) -> str:
    """The subject of a finding without drift: a resource, or an account and region."""
    found = posture.resource
    return (
        f"account {posture.account} {posture.region}"
        if found is None
        else str(found.address or f"{found.type} {found.id}")
    )


def judged_in(posture: Posture, known: Mapping[str, str]) -> str:
    """The subject with its account and region, where there are several accounts (id -> name and id)."""
    if not known:
        return judged_of(posture)
    where = f"{known.get(posture.account, posture.account)} {'' if posture.region == GLOBAL else posture.region}"
    return f"account {where}".rstrip() if posture.resource is None else f"{judged_of(posture)} in {where}".rstrip()


def located(drift: Drift, known: Mapping[str, str]) -> str:
    """`sentence`, with account and region where there are several accounts (id -> name and id)."""
    where = visible(accounts_where(drift, known))
    return sentence(drift) + (f"; in {where}" if where else "")


def worst(drift: Drift) -> Severity | None:
    """The highest severity among `alive`; None without findings."""
    found = alive(drift)
    return found[0].severity if found else None


def by_baseline(report: Report) -> str:
    """What is accepted, in one visible line, and how grave it still is."""
    grave = Counter(severity for d in report.accepted if (severity := worst(d)))
    told = ", ".join(f"{grave[s]} {s}" for s in SEVERITIES if grave[s])
    name = visible(report.baseline) or "the baseline"
    return f"Accepted by {name}: {len(report.accepted)}" + (f" ({told})" if told else "")


def accepted_line(drift: Drift) -> str:
    """One accepted resource in one visible line: accepted or not, a critical finding is still critical."""
    found = alive(drift)
    grave = f": {found[0].severity}, {found[0].title}" if found else ""
    changed = f" {paths(drift.changes)}" if drift.changes else ""
    return visible(f"{drift.kind} {named(drift)}") + changed + visible(grave)


def level(drift: Drift) -> Level:
    """The level of a drift in formats with three levels: `warning`, or that of its highest finding from medium up."""
    severity = worst(drift)
    return LEVEL[severity] if severity and SEVERITIES.index(severity) < SEVERITIES.index("low") else "warning"


def by_severity(drifts: Iterable[Drift]) -> list[Drift]:
    """Sorted by highest severity; the order is otherwise unchanged."""
    return sorted(drifts, key=lambda d: SEVERITIES.index(w) if (w := worst(d)) else len(SEVERITIES))


def ahead(change: Change) -> bool:
    """Whether the configured and the recorded value differ."""
    return not change.sensitive and change.recorded is not None and plain(change.recorded) != plain(change.desired)


def told(change: Change, longest: int = 0) -> list[tuple[str, str]]:
    """A change as lines of (sign, visible text).

    Signs: `-` a desired value, `+` an actual value, `#` a note, `!` a sensitive change. `longest` cuts values.
    """

    def cut(text: str) -> str:
        return text if not longest or len(text) <= longest else f"{text[: longest - 1]}…"

    path = visible(change.path)
    if change.sensitive:
        return [("!", f"{path}: changed (sensitive: not shown)")]
    out: list[tuple[str, str]] = []
    if change.added or change.removed:
        out += [("-", f"{path}: {cut(shown(v))}") for v in change.removed]
        out += [("+", f"{path}: {cut(shown(v))}") for v in change.added]
    elif change.details:
        for d in change.details:
            inner = f"{path} {visible(d.path)}".rstrip()
            out += [("-", f"{inner}: {cut(shown(d.desired))}"), ("+", f"{inner}: {cut(shown(d.actual))}")]
    else:
        out += [("-", f"{path}: {cut(shown(change.desired))}"), ("+", f"{path}: {cut(shown(change.actual))}")]
    if ahead(change):
        out.append(("#", f"{path}: the recorded value is {cut(shown(change.recorded))}"))
    out += [("#", f"{path}: {note}") for note in notes_on(change)]
    if change.reason:
        out.append(("#", f"{path}: {visible(change.reason)}"))
    return out


_BASIS: Mapping[Basis, str] = {
    "": "the cloud chose the value",
    "default": "it is the cloud's value for every new resource",
    "memory": "the value was first seen on {}",
    "backup": "the value is from the state's backup",
    "record": "the cloud chose the recorded value",
}


def notes_on(change: Change) -> list[str]:
    """Who sets the changed attribute, and whether the next apply undoes the change, as far as known."""
    out = []
    if change.unheld:
        out.append("neither the configuration nor a separate resource describes it")
    elif change.undeclared:
        out.append(f"the configuration does not set it; {_BASIS[change.basis].format(change.since)}")
    elif change.implied:
        out.append("the configuration does not set it; the provider's default applies")
    return out if change.undone is None else [*out, fate(change)]


def fate(change: Change) -> str:
    """What the next apply does about the change."""
    return REPLACES if change.replaces else FATE[change.undone]


def sentence(drift: Drift, longest: int = 200) -> str:
    """One line about one drifted resource. Control characters are escaped."""
    address = drift.resource.address
    known = visible(known_as(drift))
    who = f"{visible(address)} ({known})" if address else f"{visible(drift.type)} {known}"
    head = f"{who} is {KIND[drift.kind]}"
    if drift.recreated_as is not None:
        head += f"; {visible(drift.recreated_as.id)} was created by hand in its place"
    head += f": {paths(drift.changes, longest)}" if drift.changes else ""
    return "; ".join((head, *map(whose.short, drift.who[:1]), *_since(drift)))


def paths(changes: Iterable[Change], longest: int = 200) -> str:
    """The changed attributes on one line. Control characters are escaped."""
    text = ", ".join(visible(c.path) for c in changes)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


NOT_SEARCHED = "Types not searched, because nothing shows that they are used; --all-services searches them"


def counts(report: Report) -> list[tuple[str, int]]:
    """The counts of the summary, in order. `unmanaged` is left out if drift did not search for unmanaged resources."""
    looked = [("unmanaged", len(report.of_kind("unmanaged")))] if report.scope.unmanaged else []
    return [
        ("managed", report.managed),
        ("in sync", report.in_sync),
        ("modified", len(report.of_kind("modified"))),
        ("missing", len(report.of_kind("missing"))),
        *looked,
        ("not read", report.unread_resources),
        ("ignored", report.ignored_resources),
        ("accepted", report.accepted_resources),
    ]


def beyond(count: int) -> str:
    """What a list for people says of what it leaves out; empty where it leaves out nothing."""
    left = count - SHOWN.most
    return f"and {left:,} more: --format json tells all (bound {SHOWN.name})" if left > 0 else ""


def not_compared(report: Report, most: int = 6) -> str:
    """The number of managed resources of each type that was not compared, most frequent first; empty for none.

    drift does not support the type, or another provider has it.
    """
    types = sorted(report.not_covered.items(), key=lambda one: (-one[1], one[0]))
    return f"not compared: {few([f'{count} {visible(name)}' for name, count in types], most)}" if types else ""


def _compared(report: Report) -> bool:
    return bool(report.managed) or report.scope.unmanaged


def headline(report: Report) -> str:
    """The report in one line."""
    kinds = ", ".join(f"{n} {kind}" for kind in KINDS if (n := len(report.of_kind(kind))))
    if not kinds:
        kinds = "no drift found" if report.incomplete else "no drift" if _compared(report) else "nothing was compared"
    kinds += "" if report.scope.unmanaged else "; unmanaged resources were not searched for"
    kinds += ", but not everything could be read" if report.incomplete else ""
    left = not_compared(report, 3)
    return f"{kinds}; {left}" if left else kinds


def asides(report: Report) -> list[tuple[str, Sequence[Aside]]]:
    """Differences that are not drift: (title, entries) for each group that has any."""
    groups = [
        ("Expected: changed by a policy that the cloud shows", report.expected),
        ("Settled: the account agrees with the configuration; only the state is out of date", report.settled),
        ("Exempt: the configuration ignores these changes", report.exempt),
    ]
    return [(title, found) for title, found in groups if found]


def unread_lines(report: Report) -> list[str]:
    """What could not be read: one line for each action and code. Control characters are escaped."""
    out = [visible(message.split("\n")[0]) for message in report.states_failed]
    reasons: dict[str, set[str]] = {}
    known = names(report)
    for gap in report.gaps:
        reasons.setdefault(f"{gap.action} {gap.code}", set()).add(of_gap(gap, known))
    for unread in report.unread:
        reasons.setdefault(f"{unread.action} {unread.code}", set()).add(f"{unread.address} {unread.path}".rstrip())
    return out + [visible(f"{reason}: {few(sorted(what), 6)}") for reason, what in sorted(reasons.items())]

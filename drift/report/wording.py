"""What every format says of a drifted resource, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from drift.report.safe import shown, visible

KIND = {
    "modified": "modified outside Terraform",
    "missing": "in the state, but not in the account",
    "unmanaged": "in the account, but in no state",
}
NEXT = {
    "modified": "Each change says whether `terraform apply` puts it back. What is to stay, write down.",
    "missing": "`terraform apply` makes it again; `terraform state rm` forgets it.",
    "unmanaged": "`terraform apply` will NOT undo this. Import it (`terraform import`), delete it, or write down why it"
    " may stay.",
}
"""What one does about each kind."""
EFFECT = {
    "introduced": "introduced by the drift",
    "present": "there before too",
    "resolved": "resolved by the drift",
    "unknown": "cannot be told",
}
FATE = {
    True: "apply will put it back",
    False: "apply will NOT undo this",
    None: "whether apply undoes this cannot be told",
}
"""What becomes of a change at the next apply."""
Level = Literal["error", "warning", "note"]
LEVEL: dict[str, Level] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}


def named(drift: Drift) -> str:
    """The address, else the type and id; not yet made safe for any format."""
    address = drift.resource.address
    return str(address) if address else f"{drift.type} {drift.resource.id}"


def known_as(drift: Drift) -> str:
    """How the account calls it: the id, with the name where that says more."""
    found = drift.found
    return f"{found.id} ({found.name})" if found.name and found.name not in found.id else found.id


def home(drift: Drift) -> str:
    """Account and region."""
    key = drift.resource.key
    return " ".join(part for part in (key.account, key.region if key.region != GLOBAL else "") if part)


def source_of(drift: Drift) -> Source:
    """Where it is described: with the attribute's own line, where one change alone has it."""
    source = drift.resource.source
    own = {(c.file, c.line) for c in drift.changes if c.line}
    if len(own) == 1 and len(drift.changes) == 1:
        file, line = own.pop()
        return Source(state=source.state, file=file or source.file, line=line)
    return source


def place(source: Source) -> str:
    """`web/main.tf:12`, else the state."""
    if source.file:
        return f"{source.file}:{source.line}" if source.line else source.file
    return source.state


def module_of(address: Address | None) -> str:
    """`module.web.module.sg`, without instance keys; empty for the root."""
    return ".".join(f"module.{name}" for name, _ in address.module) if address else ""


def alive(drift: Drift | Posture) -> tuple[Finding, ...]:
    """The findings to act on, the worst first."""
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
    """What was judged on request: a resource, or an account and a region of it."""
    found = posture.resource
    return (
        f"account {posture.account} {posture.region}"
        if found is None
        else str(found.address or f"{found.type} {found.id}")
    )


def worst(drift: Drift) -> Severity | None:
    """The severity of its worst finding that still holds."""
    found = alive(drift)
    return found[0].severity if found else None


def level(drift: Drift) -> Level:
    """How loud a drift is where there are three levels: a warning unless a finding says otherwise."""
    severity = worst(drift)
    return LEVEL[severity] if severity and SEVERITIES.index(severity) < SEVERITIES.index("low") else "warning"


def by_severity(drifts: Iterable[Drift]) -> list[Drift]:
    """The worst first; otherwise as they come."""
    return sorted(drifts, key=lambda d: SEVERITIES.index(w) if (w := worst(d)) else len(SEVERITIES))


def ahead(change: Change) -> bool:
    """Whether the configuration says something else than the state recorded."""
    return not change.sensitive and change.recorded is not None and plain(change.recorded) != plain(change.desired)


def told(change: Change, longest: int = 0) -> list[tuple[str, str]]:
    """A change as lines of (sign, visible text).

    The sign says: `-` what was desired, `+` what is there, `#` a word on it, `!` a secret.
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
        out.append(("#", f"{path}: the state recorded {cut(shown(change.recorded))}"))
    out += [("#", f"{path}: {note}") for note in notes_on(change)]
    if change.reason:
        out.append(("#", f"{path}: {visible(change.reason)}"))
    return out


_BASIS: Mapping[Basis, str] = {
    "": "it was the cloud's own choice",
    "default": "the cloud gives every new one the same",
    "memory": "it was first seen so on {}",
    "backup": "the state's backup has it so",
    "record": "it was the cloud's own choice, as recorded",
}


def notes_on(change: Change) -> list[str]:
    """Who sets what changed, and what the next apply does about it, as far as either is known."""
    out = []
    if change.unheld:
        out.append("neither the configuration nor a resource of its own describes it")
    elif change.undeclared:
        out.append(f"set by nobody; {_BASIS[change.basis].format(change.since)}")
    elif change.implied:
        out.append("left out, so the provider's default counts")
    return out if change.undone is None else [*out, FATE[change.undone]]


def sentence(drift: Drift, longest: int = 200) -> str:
    """One line for one resource: what happened to it. Visible text."""
    address = drift.resource.address
    known = visible(known_as(drift))
    who = f"{visible(address)} ({known})" if address else f"{visible(drift.type)} {known}"
    head = f"{who} is {KIND[drift.kind]}"
    if drift.recreated_as is not None:
        head += f"; {visible(drift.recreated_as.id)} stands in its place, made by hand"
    return head + (f": {paths(drift.changes, longest)}" if drift.changes else "")


def paths(changes: Iterable[Change], longest: int = 200) -> str:
    """The attributes, visible, on one line."""
    text = ", ".join(visible(c.path) for c in changes)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


NOT_SEARCHED = "Types not looked for, as nothing shows that they are used; --all-services looks for them"


def counts(report: Report) -> list[tuple[str, int]]:
    """What a person counts, in the order they ask; nothing that nobody looked for."""
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
    """The managed resources of types that drift does not know, by type, the most frequent first: they are not in sync.

    Empty where there are none.
    """
    types = sorted(report.not_covered.items(), key=lambda one: (-one[1], one[0]))
    return f"not compared: {some([f'{count} {visible(name)}' for name, count in types], most)}" if types else ""


def _compared(report: Report) -> bool:
    return bool(report.managed) or report.scope.unmanaged


def headline(report: Report) -> str:
    """The report in one line."""
    kinds = ", ".join(f"{n} {kind}" for kind in KINDS if (n := len(report.of_kind(kind))))
    if not kinds:
        kinds = (
            "no drift was seen" if report.incomplete else "no drift" if _compared(report) else "nothing was compared"
        )
    kinds += "" if report.scope.unmanaged else "; what is unmanaged was not looked for"
    kinds += ", but not all could be read" if report.incomplete else ""
    left = not_compared(report, 3)
    return f"{kinds}; {left}" if left else kinds


def asides(report: Report) -> list[tuple[str, tuple[Aside, ...]]]:
    """The groups of differences that are no drift, with what they are called."""
    groups = [
        ("Expected: moved by a policy that the cloud itself shows", report.expected),
        ("Settled: the account already is as the configuration says", report.settled),
        ("Exempt: the configuration says to look away", report.exempt),
    ]
    return [(title, found) for title, found in groups if found]


def unread_lines(report: Report) -> list[str]:
    """What could not be read, one visible line for each reason."""
    out = [visible(message.split("\n")[0]) for message in report.states_failed]
    reasons: dict[str, set[str]] = {}
    for gap in report.gaps:
        of = f" of {gap.within}" if gap.within else ""
        reasons.setdefault(f"{gap.action} {gap.code}", set()).add(f"{gap.type}{of} ({gap.region})")
    for unread in report.unread:
        reasons.setdefault(f"{unread.action} {unread.code}", set()).add(f"{unread.address} {unread.path}".rstrip())
    return out + [visible(f"{reason}: {some(sorted(what))}") for reason, what in sorted(reasons.items())]


def some(names: list[str], most: int = 6) -> str:
    """The first names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")

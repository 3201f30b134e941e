"""Texts about who made a drift, that every format uses. All of them are visible text: names are chosen by anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from drift.model.drift import Drift, Report
from drift.model.who import Actor, Tool, Who
from drift.report.safe import visible

TOOL: Mapping[Tool, str] = {
    "console": "in the console",
    "cli": "with the CLI",
    "sdk": "with an SDK",
    "terraform": "with Terraform",
    "stack": "through",
    "service": "through a service",
    "unknown": "",
}


def moment(at: str) -> str:
    """A time for people, in UTC: `2026-11-20 14:03 UTC`. Escaped as it is if it is none."""
    try:
        return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError):
        return visible(at)


def named_actor(actor: Actor) -> str:
    """Who called, in a few words."""
    account = f" of account {actor.account}" if actor.account else ""
    words = {
        "user": f"user {actor.name}" if actor.name else "a user",
        "root": f"the root user{account}",
        "role": f"role {actor.name}{_behind(actor)}",
        "sso": f"{actor.person or 'somebody'} (SSO {actor.name})"
        if actor.name
        else f"SSO user {actor.person}".rstrip(),
        "workload": f"{actor.subject or 'a workload'} ({_of(actor)})",
        "federated": f"{actor.person or actor.name or 'a user'} ({_of(actor)})",
        "service": actor.name,
        "account": f"account {actor.account}",
        "unknown": "unknown",
    }
    return visible(words[actor.kind])


def _behind(actor: Actor) -> str:
    told = [f"assumed by {actor.person}" if actor.person else "", f"session {actor.session}" if actor.session else ""]
    inside = ", ".join(t for t in told if t)
    return f" ({inside})" if inside else ""


def _of(actor: Actor) -> str:
    role = f"role {actor.name}" if actor.name and actor.kind == "workload" else ""
    return ", ".join(part for part in (actor.issuer or "another issuer", role) if part)


def by_what(who: Who) -> str:
    """`in the console`, `with Terraform 1.11.0`; empty if unknown."""
    return visible(f"{TOOL[who.tool]} {who.version}".strip()) if TOOL[who.tool] else ""


def short(who: Who) -> str:
    """`by deploy (SSO Admin) in the console, 2026-11-20 16:02 UTC`; of what is unknown, the reason."""
    if who.actor is None:
        return f"who: unknown ({visible(who.reason)})"
    return f"by {' '.join(part for part in (named_actor(who.actor), by_what(who)) if part)}, {moment(who.at)}"


def line(who: Who) -> str:
    """The same, with the operation, from where, and whether by a person."""
    about = f"{', '.join(map(visible, who.paths[:3]))}{' …' if len(who.paths) > 3 else ''}: " if who.paths else ""
    if who.actor is None:
        return about + short(who)
    told = [about + short(who), visible(who.operation)]
    where = " ".join(part for part in (who.address, who.network) if part)
    if where and who.tool not in ("service", "stack"):
        told.append(f"from {visible(where)}")
    if who.by != "unknown":
        told.append(f"{'a person' if who.by == 'person' else 'automated'} ({visible(who.because)})")
    if who.after_apply:
        told.append("after Terraform last wrote it")
    return ", ".join(told)


def whole(who: Who) -> Iterator[str]:
    """Everything that is known, a line each."""
    yield line(who)
    if who.actor is not None:
        if who.by == "unknown":
            yield "  whether a person or a program did it, the log does not tell"
        if who.match == "operation":
            yield "  by its operation: the log does not say the value that is there now"
        if who.applied_at:
            yield f"  Terraform last wrote it {moment(who.applied_at)}, as far as the log was read"
        yield f"  event {visible(who.event)}" + (f" {visible(who.link)}" if who.link else "")


def story(answers: Sequence[Who]) -> Iterator[str]:
    """All answers, a line each, and who last wrote the block."""
    for who in answers:
        yield from whole(who)
    commit = next((who.commit for who in answers if who.commit is not None), None)
    if commit is not None:
        author = f" by {visible(commit.author)}" if commit.author else ""
        said = f"{visible(commit.id[:10])} {visible(commit.summary)}"
        yield f"the block was last written{author} {moment(commit.at)}: {said}"


def together(report: Report) -> list[str]:
    """What one session changed in more than one resource: a sentence each, the largest first."""
    sessions: dict[str, list[tuple[Who, Drift]]] = defaultdict(list)
    for drift in report.drift:
        for who in drift.who:
            if who.session and who.actor is not None:
                sessions[who.session].append((who, drift))
    out = []
    for found in sessions.values():
        count = len({drift.fingerprint for _, drift in found})
        if count > 1:
            first, last = min(who.at for who, _ in found), max(who.at for who, _ in found)
            out.append((count, _sentence(count, found[0][0], first, last)))
    return [text for _, text in sorted(out, key=lambda one: (-one[0], one[1]))]


def _sentence(count: int, who: Who, first: str, last: str) -> str:
    kind = "one console session" if who.tool == "console" else "one session"
    actor = named_actor(who.actor) if who.actor is not None else ""
    tool = "" if who.tool == "console" else f" {by_what(who)}".rstrip()
    begin, end = moment(first), moment(last)
    if begin[:10] == end[:10]:
        begin, end = begin.removesuffix(" UTC"), end[11:]
    return f"{count} resources, by {kind} of {actor}{tool}, {begin} to {end}"

"""Remedies in words, and as a patch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from drift.model.drift import Drift, Report
from drift.remedy.apply import patch
from drift.remedy.fix import Fix
from drift.remedy.spec import Remedy
from drift.report.comment import GITHUB, Post
from drift.report.escape import code, words
from drift.report.safe import listed, visible

_ROWS = 50
"""Entries, and commands, that a pull request names."""
_DONE = {"adopt": "adopted", "accept": "accepted", "revert": "reverted", "forget": "forgotten"}


def told(fix: Fix, *, color: bool = False) -> Iterator[str]:
    """What happens to each entry, then the patch, then the commands."""
    if not fix.entries:
        yield "Nothing to fix: no drift." if not fix.report.drift else "None of the drift is chosen."
        return
    for drift, remedy in fix.entries:
        yield from entry(drift, remedy)
    yield from _patched(fix, color=color)
    if commands := _commands(fix):
        yield ""
        yield _to_run(commands)
        yield from (f"  {visible(c)}" for c in commands)
    without = sum(bool(r.cannot) for _, r in fix.entries)
    yield ""
    yield (
        f"{len(fix.entries) - without} of {len(fix.entries)} fixed; {len(fix.after)} "
        f"{'file' if len(fix.after) == 1 else 'files'} to change."
    )


def told_of_each(
    fixes: Sequence[tuple[str, Fix]], together: Fix, failed: Mapping[str, str], *, color: bool = False
) -> Iterator[str]:
    """The same of several accounts, under their names: what happens to each entry, then one patch of all, then the
    commands. `failed` has the accounts of which there are no remedies, with why."""
    for name, fix in fixes:
        if fix.entries:
            yield visible(name)
            for drift, remedy in fix.entries:
                yield from entry(drift, remedy)
    for name, why in failed.items():
        yield f"! {visible(name)}: {visible(why)}"
    yield from _patched(together, color=color)
    running = [(name, _commands(fix)) for name, fix in fixes]
    if every := [c for _, commands in running for c in commands]:
        yield ""
        yield f"{_to_run(every)[:-1]}, with the credentials of each account:"
        for name, commands in running:
            if commands:
                yield f"  # {visible(name)}"
                yield from (f"  {visible(c)}" for c in commands)
    if not together.entries:
        drifted = any(fix.report.drift for _, fix in fixes)
        yield "None of the drift is chosen." if drifted else "Nothing to fix: no drift."
        return
    without = sum(bool(r.cannot) for _, r in together.entries)
    mended = sum(any(not r.cannot for _, r in fix.entries) for _, fix in fixes)
    yield ""
    yield (
        f"{len(together.entries) - without} of {len(together.entries)} fixed in {_counted(mended, 'account')}; "
        f"{_counted(len(together.after), 'file')} to change."
    )


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _patched(fix: Fix, *, color: bool) -> Iterator[str]:
    diff = patch(fix.before, fix.after)
    if diff:
        yield ""
        yield from (_colored(line, color=color) for line in diff.splitlines())


def _commands(fix: Fix) -> list[str]:
    return list(dict.fromkeys(c for _, r in fix.entries for c in r.commands))


def _to_run(commands: Sequence[str]) -> str:
    return "To run, after you have read what each plan says:" if any("plan" in c for c in commands) else "To run:"


def entry(drift: Drift | None, remedy: Remedy) -> Iterator[str]:
    """One entry: what it is, and what becomes of it."""
    kind = f"{drift.kind} " if drift is not None else ""
    if remedy.cannot:
        yield f"  ! {kind}{visible(remedy.address)}: not {_DONE[remedy.choice]}: {visible(remedy.cannot)}"
    else:
        yield f"  {remedy.choice:<7} {kind}{visible(remedy.address)}: {visible(remedy.why)}"


class Proposal(NamedTuple):
    """What a pull request is made of."""

    branch: str
    title: str
    message: str
    """Of its commit."""
    body: str


def proposal(fix: Fix, report: Report, scope: str, link: str, limit: int = GITHUB) -> Proposal:
    """The pull request for a run: the entries it mends, then the report, within the platform's limit."""
    done = [r for _, r in fix.entries if r.edits and not r.cannot]
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", scope).strip("-.") or "drift"
    title = f"Drift in {scope}: {len(done)} {'entry' if len(done) == 1 else 'entries'} fixed"
    rows = [f"- **{r.choice}** {code(r.address)}: {words(r.why)}" for r in done[:_ROWS]]
    rows += [f"- and {len(done) - _ROWS} more"] if len(done) > _ROWS else []
    commands = list(dict.fromkeys(c for _, r in fix.entries for c in r.commands))[:_ROWS]
    rows += ["", "To run afterwards:", *(f"- {code(c)}" for c in commands)] if commands else []
    head = "\n".join(["What this changes:", "", *rows, ""])[: limit // 2]
    post = Post(report, scope, link, limit - len(head) - 10)
    marker, _, rest = post.issue().partition("\n")
    message = f"{title}\n\n" + "\n".join(f"{r.choice} {r.address}" for r in done)
    return Proposal(f"drift/fix-{slug}", title, message, f"{marker}\n{head}\n{rest}")


def _colored(line: str, *, color: bool) -> str:
    if not color or line.startswith(("+++", "---")):
        return listed(line)
    mark = {"+": "32", "-": "31", "@": "36"}.get(line[:1])
    return f"\x1b[{mark}m{listed(line)}\x1b[0m" if mark else listed(line)

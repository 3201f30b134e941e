"""Remedies in words, and as a patch."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
        yield "Nothing to mend: no drift." if not fix.report.drift else "None of the drift is chosen."
        return
    for drift, remedy in fix.entries:
        yield from entry(drift, remedy)
    diff = patch(fix.before, fix.after)
    if diff:
        yield ""
        yield from (_colored(line, color=color) for line in diff.splitlines())
    if commands := list(dict.fromkeys(c for _, r in fix.entries for c in r.commands)):
        yield ""
        yield "To run, after you have read what each plan says:" if any("plan" in c for c in commands) else "To run:"
        yield from (f"  {visible(c)}" for c in commands)
    without = sum(bool(r.cannot) for _, r in fix.entries)
    yield ""
    yield (
        f"{len(fix.entries) - without} of {len(fix.entries)} mended; {len(fix.after)} "
        f"{'file' if len(fix.after) == 1 else 'files'} to change."
    )


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
    title = f"Drift in {scope}: {len(done)} {'entry' if len(done) == 1 else 'entries'} mended"
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

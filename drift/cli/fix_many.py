"""`drift fix` over several accounts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from drift.cli import DONE, INCOMPLETE, fixing, many
from drift.cli.job import Asked
from drift.cli.mending import Mended, mended
from drift.cli.options.posting import Posting
from drift.errors import DriftError
from drift.fleet.accounts import Account, Fleet
from drift.fleet.cell import Opened
from drift.model.drift import Drift, Report
from drift.remedy.fix import Choices, Fix, written
from drift.remedy.spec import Remedy
from drift.remedy.told import told_of_each
from drift.report.accounts import worst_first
from drift.report.safe import visible
from drift.run import Outcome


def run(asked: Asked, fleet: Fleet, doing: fixing.Doing) -> int:
    """Find what mends each account, and do with it what is asked. What fails in one account costs the others nothing;
    the exit status says so."""
    several, report = _mended(asked, fleet, doing)
    failed = {one.label: f"not read: {one.failure}" for one in worst_first(report) if one.failure}
    failed |= {one.account.label: f"not fixed: {one.failure}" for one in several if one.failure}
    together = put_together(several, report)
    doing.keep_plan(together, several=True)
    pairs = [(one.account.label, one.fix) for one in several]
    for line in told_of_each(pairs, together, failed, color=sys.stdout.isatty()):
        click.echo(line)
    unproved = _unproved(several, together, doing.prover) if doing.proving else {}
    sound = [one for one in several if one.account.id not in unproved]
    if doing.write or doing.posting is not None:
        for name, open_ in unproved.values():
            _complain(name, f"nothing is written, not proved: {', '.join(open_)}")
        failed |= {name: "not proved" for name, _ in unproved.values()}
    if doing.posting is not None:
        failed |= _proposed(sound, doing.posting, doing.remote)
    if doing.write:
        fixing.write(put_together(sound, report) if unproved else together, force=doing.force)
    return INCOMPLETE if failed else DONE


def _mended(asked: Asked, fleet: Fleet, doing: fixing.Doing) -> tuple[list[Mended], Report]:
    """(what mends each account that was read, the worst first; the report of all)."""
    found: dict[str, Mended] = {}
    aborted: list[click.Abort] = []

    def chooses(account: Account, drifts: Sequence[Drift]) -> Choices:
        if not (doing.interactive and drifts):
            return doing.chosen
        if aborted:
            return Choices(planned={})
        click.echo(f"\n{visible(account.label)}")
        try:
            return Choices(planned=fixing.asked_about(drifts, doing.chosen), group=doing.chosen.group)
        except click.Abort as end:  # here it would pass for a fault of the account
            aborted.append(end)
            return Choices(planned={})

    def through(opened: Opened) -> Outcome:
        outcome, done = mended(opened, chooses, doing.whose)
        if not doing.proving:
            done.trial.forget()
        found[opened.account.id] = done
        return outcome

    # one at a time where the user is asked of each
    how = many.How(side_by_side=1, silent=True) if doing.interactive else many.How()
    report = many.run(asked, fleet, how, through=through).report
    if aborted:
        raise aborted[0]
    return [found[one.account] for one in worst_first(report) if one.account in found], report


def put_together(several: Sequence[Mended], report: Report) -> Fix:
    """The remedies of all accounts as one; of two that meet, or that adopt under the same address, the later one is
    not made."""
    out = Fix(report)
    taken: set[tuple[Path, str]] = set()
    for one in several:
        out.roots |= one.fix.roots
        for n, (drift, remedy) in enumerate(one.fix.entries):
            names = {(e.path.resolve().parent, remedy.address) for e in remedy.edits if remedy.choice == "adopt"}
            if names & taken:
                why = "another account adopts under this address: write that one first, then run the command again"
                one.fix.entries[n] = (drift, Remedy(remedy.address, remedy.choice, cannot=why))
            taken |= names
        out.entries += one.fix.entries
    written(out)
    at = 0
    for one in several:
        one.fix.entries = out.entries[at : at + len(one.fix.entries)]
        at += len(one.fix.entries)
        written(one.fix)
    return out


def _unproved(several: Sequence[Mended], together: Fix, prover: str) -> Mapping[str, tuple[str, list[str]]]:
    """Account -> (its name, the addresses of the edits that are not proved); with those of accounts that share a root
    with one of these: their proof was made of the same files."""
    out: dict[str, tuple[str, list[str]]] = {}
    for one in several:
        if not one.fix.entries:
            continue
        label = one.account.label
        try:
            proofs = fixing.proved(_with_the_others(one.fix, together), one.trial, prover, label)
            open_ = fixing.unproved(one.fix, proofs)
        except DriftError as error:
            _complain(label, f"not proved: {error.message}. {error.hint}")
            open_ = [r.address for _, r in one.fix.entries if r.edits]
        one.trial.forget()
        if open_:
            out[one.account.id] = (label, open_)
    broken = {root for one in several if one.account.id in out for root in one.fix.roots.values()}
    for one in several:
        if one.account.id not in out and one.fix.after and broken & {*one.fix.roots.values()}:
            shared = [r.address for _, r in one.fix.entries if r.edits]
            out[one.account.id] = (f"{one.account.label} shares a root module with that", shared)
    return out


def _with_the_others(fix: Fix, together: Fix) -> Fix:
    """The remedies of one account, in files that have those of the others too."""
    places = [root.resolve() for root in fix.roots.values()] + [p.resolve().parent for p in fix.after]
    mine = {p for p in together.after if any(p.resolve().is_relative_to(place) for place in places)}
    return replace(
        fix,
        after={p: text for p, text in together.after.items() if p in mine},
        before={p: text for p, text in together.before.items() if p in mine},
        beside=frozenset(r.address for _, r in together.entries) - {r.address for _, r in fix.entries},
    )


def _proposed(several: Sequence[Mended], posting: Posting, remote: str) -> dict[str, str]:
    """Open or update the pull request of each account. Account -> why it has none, where that failed."""
    failed: dict[str, str] = {}
    for one in several:
        if not one.fix.after:
            continue
        name = one.account.name or one.account.id
        scope = f"{posting.scope} {name}" if posting.scope else name
        try:
            fixing.propose(one.fix, posting, remote, scope)
        except DriftError as error:
            failed[one.account.label] = error.message
            _complain(one.account.label, f"{error.message}. {error.hint}")
    if not any(one.fix.after for one in several):
        click.echo("Nothing to propose: no file changes.")
    return failed


def _complain(name: str, what: str) -> None:
    click.echo(f"! {visible(name)}: {visible(what.rstrip())}", err=True)

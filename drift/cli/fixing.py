"""What is done with remedies: the user is asked about each, they are proved, proposed, and written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drift.cli.options.output import write_files
from drift.cli.options.posting import Posting
from drift.cli.options.who import NOBODY, Whose
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.model.drift import Drift
    from drift.remedy.fix import Choices, Fix, Planned
    from drift.remedy.prove import Proved
    from drift.remedy.trial import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What becomes of the drift, and what is done with the remedies."""

    chosen: Choices
    interactive: bool = False
    write_plan: Path | None = None
    proving: bool = False
    terraform: str | None = None
    write: bool = False
    force: bool = False
    posting: Posting | None = None
    """Where pull requests are opened; None where none is asked for."""
    remote: str = "origin"
    whose: Whose = NOBODY

    @property
    def prover(self) -> str:
        """The Terraform that proves; UsageError where there is none."""
        from drift.remedy.prove import program

        return program(self.terraform)

    def validate(self) -> None:
        """UsageError for what makes no sense or cannot be done: it is said before anything is read."""
        if self.interactive and not sys.stdin.isatty():
            raise UsageError(
                "--interactive needs a terminal", "Give --accept, --adopt, --revert or --forget; or --plan."
            )
        if self.write and self.posting is not None:
            raise UsageError("--write and --pr both say where the patch goes", "Give one of them.")
        if (self.write or self.posting is not None) and not self.chosen and not self.interactive:
            raise UsageError(
                "--write or --pr, and nothing is chosen",
                "Say what becomes of the drift: --accept, --adopt, --revert or --forget.",
            )
        if self.proving:
            self.prover  # noqa: B018 - it says what is wrong with it
        if self.posting is not None and not self.posting.dry_run:
            check_place(self.posting)

    def keep_plan(self, fix: Fix, *, several: bool = False) -> None:
        """Write the plan, if one is asked for. UsageError where that cannot be."""
        from drift.remedy.plan import written

        if self.write_plan is not None:
            text = written(fix.entries, self.write_plan, several=several)
            write_files({self.write_plan: text}, "Give --write-plan a path that can be written.")


def asked_about(drifts: Sequence[Drift], chosen: Choices) -> Planned:
    """What the user says of each entry; those that an option names are not asked about."""
    from drift.remedy.fix import Row, name_of
    from drift.report.explanation import story
    from drift.report.steps import usual

    out: dict[str, list[Row]] = {}
    for n, drift in enumerate(drifts, 1):
        said: Any = chosen.of(drift) if chosen else None
        if said is None:
            click.echo(f"\n{n} of {len(drifts)}")
            for line in story(drift):
                click.echo(line)
            options = _OPTIONS["recreated" if drift.recreated_as is not None else drift.kind]
            words: list[str] = [*options, "skip"]
            most = usual(drift)
            default = most if most in words else "skip"
            said = click.prompt("What becomes of it?", type=click.Choice(words), default=default)
        out.setdefault(name_of(drift), []).append(Row(said, drift.fingerprint))
    return out


_OPTIONS = {
    "unmanaged": ("adopt",),
    "modified": ("accept", "revert", "forget"),
    "missing": ("revert", "forget"),
    "recreated": ("adopt", "revert", "forget"),
}
"""Kind of drift -> what may become of it."""


def proved(fix: Fix, trial: Trial, terraform: str, of: str = "") -> Proved:
    """What the plans of a program say of each entry; it is printed. `of` names the account of several."""
    from drift.remedy.prove import prove
    from drift.report.safe import visible

    out = prove(fix, trial, terraform)
    click.echo(f"\n{f'{visible(of)}: proved' if of else 'Proved'} by {out.by}, in a copy:")
    for address, proof in out.entries.items():
        click.echo(f"  {proof.verdict:<10} {visible(address)}: {visible(proof.why)}")
    for line in out.summaries:
        click.echo(f"  {visible(line)}")
    return out


def unproved(fix: Fix, proofs: Proved) -> list[str]:
    """The addresses of the edits that are not proved."""
    return [r.address for _, r in fix.entries if r.edits and proofs.entries[r.address].verdict != "proved"]


def refuse_unproved(fix: Fix, proofs: Proved) -> None:
    """UsageError where an edit is not proved: then no file changes, here or on a branch."""
    if open_ := unproved(fix, proofs):
        raise UsageError(
            f"not proved: {', '.join(open_)}",
            "Nothing was written. Choose the entries that are proved, or leave out --prove.",
        )


def check_place(posting: Posting) -> None:
    """UsageError where nothing could be proposed: it is said before anything is read."""
    from drift.platforms import opened
    from drift.remedy.repository import git

    git("--version")
    opened(posting.place())


def propose(fix: Fix, posting: Posting, remote: str, scope: str = "") -> None:
    """One pull request for the scope, whose branch has the patch."""
    from drift.remedy.repository import commit, dirty, push
    from drift.remedy.told import proposal

    if not fix.after:
        click.echo("Nothing to propose: no file changes.")
        return
    scope = scope or posting.scope_of(fix.report)
    if posting.dry_run:
        found = proposal(fix, posting.shown(fix.report), scope, posting.link_of())
        click.echo(f"\n{found.title}\n{found.branch}\n\n{found.body}")
        return
    if changed := dirty(list(fix.after)):
        raise UsageError(
            f"not committed: {names(changed)}", "Commit or stash them first: the branch begins at the last commit."
        )
    place = posting.place()
    from drift.platforms import opened

    platform = opened(place)
    report = posting.shown(fix.report, platform.is_private)
    found = proposal(fix, report, scope, place.link, platform.limit)
    here = next(iter(fix.after)).resolve().parent
    push(commit(fix.after, found.message, here), found.branch, remote, here)
    click.echo(platform.propose(found.branch, found.title, found.body))


def write(fix: Fix, *, force: bool) -> None:
    """Write all files, or none. UsageError that says why."""
    from drift.remedy.apply import write
    from drift.remedy.repository import dirty

    if not fix.after:
        click.echo("Nothing to write.")
        return
    changed = dirty(list(fix.after))
    if changed and not force:
        raise UsageError(
            f"not committed: {names(changed)}",
            "Commit or stash them first, so that the patch can be told apart; or give --force. Nothing was written.",
        )
    write(fix.before, fix.after)
    click.echo(f"Written: {names(list(fix.after))}")


def names(paths: Sequence[Path]) -> str:
    """The paths, in a line."""
    return ", ".join(str(p) for p in sorted(paths))

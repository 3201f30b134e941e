"""`drift fix`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from drift.cli import plugins
from drift.cli.job import Asked, job, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import progress, write_files
from drift.cli.options.posting import Posting, posting_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.options.who import NOBODY, Whose
from drift.errors import UsageError
from drift.model.who import CALLS

if TYPE_CHECKING:
    from drift.model.drift import Drift
    from drift.remedy.fix import Choices, Fix, Planned
    from drift.remedy.prove import Proved
    from drift.remedy.trial import Trial


@click.command("fix")
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
@click.option("--adopt", multiple=True, metavar="WHICH", help="Manage unmanaged resources: an import block and HCL.")
@click.option("--accept", multiple=True, metavar="WHICH", help="Write the actual value into the configuration.")
@click.option("--revert", multiple=True, metavar="WHICH", help="Print the commands that put the desired value back.")
@click.option(
    "--group",
    type=click.Choice(["links", "who"]),
    is_flag=False,
    flag_value="links",
    help="Adopt what one change made in one file: what refers to each other or has the same tags; with "
    "--group=who also what one actor made without a pause of an hour, which asks the audit log.",
)
@click.option("--forget", multiple=True, metavar="WHICH", help="Let Terraform manage it no more; nothing is destroyed.")
@click.option(
    "--plan",
    "planned",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Do what this plan says, which --write-plan wrote and somebody reviewed.",
)
@click.option(
    "--write-plan",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what becomes of each entry into a file (.toml or .json), to be reviewed and kept.",
)
@click.option(
    "--prove",
    "proving",
    is_flag=True,
    help="Run your Terraform's plan over a copy of configuration and state, and say for each entry what it proves.",
)
@click.option(
    "--terraform", metavar="PATH", help="The program that proves. Default: $TF, else terraform or tofu of the PATH."
)
@click.option("--interactive", "-i", is_flag=True, help="Ask what becomes of each entry.")
@click.option("--write", is_flag=True, help="Write the files. Without it, only the patch is printed.")
@click.option(
    "--pr",
    "proposing",
    is_flag=True,
    help="Commit the patch to a branch of its own, push it, and open or update one pull or merge request for the "
    "scope. No file of the working directory changes.",
)
@click.option("--remote", default="origin", show_default=True, help="The remote to which --pr pushes.")
@posting_options
@click.option("--force", is_flag=True, help="Write files that have changes which are not committed.")
def command(
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
    group: Literal["links", "who"] | None,
    adopt: tuple[str, ...],
    accept: tuple[str, ...],
    revert: tuple[str, ...],
    forget: tuple[str, ...],
    planned: Path | None,
    write_plan: Path | None,
    proving: bool,
    terraform: str | None,
    interactive: bool,
    write: bool,
    proposing: bool,
    remote: str,
    posting: Posting,
    force: bool,
) -> int:
    """Print what mends the drift: a patch for the configuration, and commands. With --write, write the patch.

    WHICH is an address, a type and id, a pattern with *, or `all`. Of what no option names, drift
    shows the usual remedy: adopt what is unmanaged, accept what is modified, make again what is
    missing; what made a finding of severity critical or high is reverted, never accepted unasked.
    Nothing is applied, and the account is never changed.

    \b
    Examples:
      drift fix                                        a patch for everything; nothing is written
      drift fix --accept aws_sqs_queue.jobs --write    the actual value, into the configuration
      drift fix --accept 'module.web.*' --revert 'aws_iam_*' --write
      drift fix --forget aws_instance.old --write
      drift fix --write-plan fix.toml                  to be reviewed; then:
      drift fix --plan fix.toml --write
      drift fix --accept all --adopt all --prove --pr --scope prod
    """
    from drift.remedy.fix import Choices, of_outcome
    from drift.remedy.plan import parse
    from drift.remedy.trial import Trial

    chosen = Choices(adopt=adopt, accept=accept, revert=revert, forget=forget, group=group is not None)
    if planned is not None and (chosen or interactive):
        raise UsageError("--plan says what becomes of each entry", "Give no other choice beside it: change the plan.")
    if planned is not None:
        chosen = Choices(planned=parse(planned), group=group is not None)
    if interactive and not sys.stdin.isatty():
        raise UsageError("--interactive needs a terminal", "Give --accept, --adopt, --revert or --forget; or --plan.")
    if write and proposing:
        raise UsageError("--write and --pr both say where the patch goes", "Give one of them.")
    if (write or proposing) and not chosen and not interactive:
        raise UsageError(
            "--write or --pr, and nothing is chosen",
            "Say what becomes of the drift: --accept, --adopt, --revert or --forget.",
        )
    ignoring.validate()
    configurations.validate()
    asked = Asked(
        places=states.places(configurations.config, configurations.given),
        scope=types.scope(),
        account=account,
        configurations=configurations,
        ignoring=ignoring,
        accepted=ignoring.accepted(),
    )
    connection, scope = account.open(asked.scope)
    with account.patiently(connection), progress() as bar:
        trial = Trial(
            sources(asked.places, configurations), [connection], plugins.catalog(), job(asked, scope), progress=bar
        )
        described = trial.described()
        outcome = trial.run(described)
        whose = Whose("full", (), CALLS) if group == "who" else NOBODY
        outcome = replace(outcome, report=whose.answered(outcome.report, [connection]))
    if interactive:
        chosen = Choices(planned=_asked(outcome.report.drift, chosen), group=group is not None)
    fix = of_outcome(trial, described, outcome, chosen)
    if write_plan is not None:
        from drift.remedy.plan import written

        write_files({write_plan: written(fix.entries, write_plan)}, "Give --write-plan a path that can.")
    _tell(fix, click.echo)
    proofs = _proved(fix, trial, terraform) if proving else None
    if proofs is not None and (write or proposing):
        _refuse_unproved(fix, proofs)
    if proposing:
        _propose(fix, posting, remote)
    if write:
        _write(fix, force=force)
    return 0


def _asked(drifts: Sequence[Drift], chosen: Choices) -> Planned:
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
            said = click.prompt("What becomes of it?", type=click.Choice(words), default=usual(drift))
        out.setdefault(name_of(drift), []).append(Row(said, drift.fingerprint))
    return out


_OPTIONS = {
    "unmanaged": ("adopt",),
    "modified": ("accept", "revert", "forget"),
    "missing": ("revert", "forget"),
    "recreated": ("adopt", "revert", "forget"),
}
"""Kind of drift -> what may become of it."""


def _proved(fix: Fix, trial: Trial, terraform: str | None) -> Proved:
    from drift.remedy.prove import program, prove
    from drift.report.safe import visible

    out = prove(fix, trial, program(terraform))
    click.echo(f"\nProved by {out.by}, in a copy:")
    for address, proof in out.entries.items():
        click.echo(f"  {proof.verdict:<10} {visible(address)}: {visible(proof.why)}")
    for line in out.summaries:
        click.echo(f"  {visible(line)}")
    return out


def _refuse_unproved(fix: Fix, proofs: Proved) -> None:
    """UsageError where an edit is not proved: then no file changes, here or on a branch."""
    open_ = [r.address for _, r in fix.entries if r.edits and proofs.entries[r.address].verdict != "proved"]
    if open_:
        raise UsageError(
            f"not proved: {', '.join(open_)}",
            "Nothing was written. Choose the entries that are proved, or leave out --prove.",
        )


def _tell(fix: Fix, say: Callable[[str], None]) -> None:
    from drift.remedy.told import told

    for line in told(fix, color=sys.stdout.isatty()):
        say(line)


def _propose(fix: Fix, posting: Posting, remote: str) -> None:
    """One pull request for the scope, whose branch has the patch."""
    from drift.remedy.repository import commit, dirty, push
    from drift.remedy.told import proposal

    if not fix.after:
        click.echo("Nothing to propose: no file changes.")
        return
    scope = posting.scope_of(fix.report)
    if posting.dry_run:
        found = proposal(fix, posting.shown(fix.report), scope, posting.link_of())
        click.echo(f"\n{found.title}\n{found.branch}\n\n{found.body}")
        return
    if changed := dirty(list(fix.after)):
        raise UsageError(
            f"not committed: {_names(changed)}", "Commit or stash them first: the branch begins at the last commit."
        )
    place = posting.place()
    from drift.platforms import opened

    platform = opened(place)
    report = posting.shown(fix.report, platform.is_private)
    found = proposal(fix, report, scope, place.link, platform.limit)
    here = next(iter(fix.after)).resolve().parent
    push(commit(fix.after, found.message, here), found.branch, remote, here)
    click.echo(platform.propose(found.branch, found.title, found.body))


def _write(fix: Fix, *, force: bool) -> None:
    from drift.remedy.apply import write
    from drift.remedy.repository import dirty

    if not fix.after:
        click.echo("Nothing to write.")
        return
    changed = dirty(list(fix.after))
    if changed and not force:
        raise UsageError(
            f"not committed: {_names(changed)}",
            "Commit or stash them first, so that the patch can be told apart; or give --force. Nothing was written.",
        )
    write(fix.before, fix.after)
    click.echo(f"Written: {_names(list(fix.after))}")


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(p) for p in sorted(paths))

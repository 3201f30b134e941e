"""`drift fix`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from drift.cli import DONE, fixing, plugins
from drift.cli.job import Asked, job, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.fleet import Accounts, fleet_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import progress
from drift.cli.options.posting import Posting, posting_options
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.cli.options.who import NOBODY, Whose
from drift.errors import UsageError
from drift.model.who import CALLS

if TYPE_CHECKING:
    pass


@click.command("fix")
@state_options
@configuration_options
@type_options
@account_options
@fleet_options
@ignore_options
@click.option("--adopt", multiple=True, metavar="WHICH", help="Manage unmanaged resources: an import block and HCL.")
@click.option("--accept", multiple=True, metavar="WHICH", help="Write the actual value into the configuration.")
@click.option("--revert", multiple=True, metavar="WHICH", help="Print the commands that put the desired value back.")
@click.option(
    "--group",
    type=click.Choice(["links", "who"]),
    is_flag=False,
    flag_value="links",
    help="Adopt resources that belong together into one file: those that refer to each other or have the same "
    "tags; with --group=who also those that one actor made without a pause of an hour (asks the audit log).",
)
@click.option(
    "--forget",
    multiple=True,
    metavar="WHICH",
    help="Remove it from the configuration; Terraform then forgets it, and destroys nothing.",
)
@click.option(
    "--plan",
    "planned",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Do what this file says: the plan that --write-plan wrote, and that you reviewed.",
)
@click.option(
    "--write-plan",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the choice for each entry to a file (.toml or .json), to review and edit.",
)
@click.option(
    "--prove",
    "proving",
    is_flag=True,
    help="Run `terraform plan` on a copy of the configuration and state, and say for each entry whether it is proved.",
)
@click.option(
    "--terraform",
    metavar="PATH",
    help="Terraform or OpenTofu for --prove. Default: $TF, otherwise terraform or tofu on the PATH.",
)
@click.option("--interactive", "-i", is_flag=True, help="Ask for the choice for each entry.")
@click.option("--write", is_flag=True, help="Write the files. Without it, only the patch is printed.")
@click.option(
    "--pr",
    "proposing",
    is_flag=True,
    help="Commit the patch to a branch of its own, push it, and open or update one pull or merge request for the "
    "scope, or for each account. No file of the working directory changes.",
)
@click.option("--remote", default="origin", show_default=True, help="The remote to which --pr pushes.")
@posting_options
@click.option("--force", is_flag=True, help="Also write files with uncommitted changes.")
def command(
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    accounts: Accounts,
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
    """Print how to fix the drift: a patch for the configuration, and commands. With --write, write the files.

    WHICH is an address, a type and id, a pattern with *, or `all`. Without a choice (--adopt, --accept,
    --revert, --forget, --plan), drift shows the usual one for each drift and writes nothing: adopt
    unmanaged resources, accept modified ones, create missing ones again. What introduced a critical
    or high finding is never accepted or adopted unless you ask for it. drift applies nothing, and
    never changes the account.

    \b
    Examples:
      drift fix                                        a patch for everything; nothing is written
      drift fix --accept aws_sqs_queue.jobs --write    the actual value, into the configuration
      drift fix --accept 'module.web.*' --revert 'aws_iam_*' --write
      drift fix --forget aws_instance.old --write
      drift fix --write-plan fix.toml                  a plan to review and edit; then:
      drift fix --plan fix.toml --write
      drift fix --accept all --adopt all --prove --pr --scope prod
      drift fix --accounts accounts.yml --state 'envs/**/*.tfstate' --adopt all --prove --pr
    """
    from drift.remedy.fix import Choices
    from drift.remedy.plan import parse

    chosen = Choices(adopt=adopt, accept=accept, revert=revert, forget=forget, group=group is not None)
    if planned is not None and (chosen or interactive):
        raise UsageError("--plan cannot be combined with other choices", "Change the plan file instead.")
    doing = fixing.Doing(
        chosen=chosen if planned is None else Choices(planned=parse(planned), group=group is not None),
        interactive=interactive,
        write_plan=write_plan,
        proving=proving,
        terraform=terraform,
        write=write,
        force=force,
        posting=posting if proposing else None,
        remote=remote,
        whose=Whose("full", (), CALLS) if group == "who" else NOBODY,
    )
    doing.validate()
    accounts.validate()
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
    if accounts.several:
        from drift.cli import fix_many

        return fix_many.run(asked, accounts.fleet(account), doing)
    return _one(asked, doing)


def _one(asked: Asked, doing: fixing.Doing) -> int:
    """Mend one account."""
    from drift.remedy.fix import Choices, of_outcome
    from drift.remedy.told import told
    from drift.remedy.trial import Trial

    account, chosen = asked.account, doing.chosen
    connection, scope = account.open(asked.scope)
    with account.patiently(connection), progress() as bar:
        described_by = sources(asked.places, asked.configurations)
        trial = Trial(described_by, [connection], plugins.catalog(), job(asked, scope), progress=bar)
        described = trial.described()
        outcome = trial.run(described)
        outcome = replace(outcome, report=doing.whose.answered(outcome.report, [connection]))
    if doing.interactive:
        chosen = Choices(planned=fixing.asked_about(outcome.report.drift, chosen), group=chosen.group)
    fix = of_outcome(trial, described, outcome, chosen)
    doing.keep_plan(fix)
    for line in told(fix, color=sys.stdout.isatty()):
        click.echo(line)
    proofs = fixing.proved(fix, trial, doing.prover) if doing.proving else None
    if proofs is not None and (doing.write or doing.posting is not None):
        fixing.refuse_unproved(fix, proofs)
    if doing.posting is not None:
        fixing.propose(fix, doing.posting, doing.remote)
    if doing.write:
        fixing.write(fix, force=doing.force)
    return DONE

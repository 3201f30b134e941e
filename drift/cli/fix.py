"""`drift fix`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli import plugins
from drift.cli.job import Asked, job, sources
from drift.cli.options.account import Account, account_options
from drift.cli.options.configuration import Configurations, configuration_options
from drift.cli.options.ignoring import Ignoring, ignore_options
from drift.cli.options.output import progress
from drift.cli.options.scope import Types, type_options
from drift.cli.options.states import States, state_options
from drift.errors import UsageError

if TYPE_CHECKING:
    from drift.remedy.fix import Fix


@click.command("fix")
@state_options
@configuration_options
@type_options
@account_options
@ignore_options
@click.option("--adopt", multiple=True, metavar="WHICH", help="Manage unmanaged resources: an import block and HCL.")
@click.option("--accept", multiple=True, metavar="WHICH", help="Write the actual value into the configuration.")
@click.option("--revert", multiple=True, metavar="WHICH", help="Print the commands that put the desired value back.")
@click.option("--forget", multiple=True, metavar="WHICH", help="Let Terraform manage it no more; nothing is destroyed.")
@click.option("--write", is_flag=True, help="Write the files. Without it, only the patch is printed.")
@click.option("--force", is_flag=True, help="Write files that have changes which are not committed.")
def command(
    states: States,
    configurations: Configurations,
    types: Types,
    account: Account,
    ignoring: Ignoring,
    adopt: tuple[str, ...],
    accept: tuple[str, ...],
    revert: tuple[str, ...],
    forget: tuple[str, ...],
    write: bool,
    force: bool,
) -> int:
    """Print what mends the drift: a patch for the configuration, and commands. With --write, write the patch.

    WHICH is an address, a type and id, a pattern with *, or `all`. Of what no option names, drift
    shows the usual remedy: adopt what is unmanaged, accept what is modified, make again what is
    missing. drift never applies, and never changes the account.

    \b
    Examples:
      drift fix                                        a patch for everything; nothing is written
      drift fix --accept aws_sqs_queue.jobs --write    the actual value, into the configuration
      drift fix --accept 'module.web.*' --revert 'aws_iam_*' --write
      drift fix --forget aws_instance.old --write
    """
    from drift.remedy.fix import Choices, fixed

    chosen = Choices(adopt=adopt, accept=accept, revert=revert, forget=forget)
    if write and not chosen:
        raise UsageError(
            "--write, and nothing is chosen", "Say what becomes of the drift: --accept, --adopt, --revert or --forget."
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
        from drift.remedy.trial import Trial

        trial = Trial(
            sources(asked.places, configurations), [connection], plugins.catalog(), job(asked, scope), progress=bar
        )
        fix = fixed(trial, chosen)
    _tell(fix, click.echo)
    if write:
        _write(fix, force=force)
    return 0


def _tell(fix: Fix, say: Callable[[str], None]) -> None:
    from drift.remedy.told import told

    for line in told(fix, color=sys.stdout.isatty()):
        say(line)


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
    write(fix.after)
    click.echo(f"Written: {_names(list(fix.after))}")


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(str(p) for p in sorted(paths))

"""The command line: options live with the command that consumes them."""

from __future__ import annotations

import importlib
import sys

import click

from drift import __version__
from drift.cli.settings.apply import configurable
from drift.errors import DriftError

COMMANDS = {
    "check": "Compare the account with its Terraform state, and report the drift.",
    "explain": "Explain one verdict: every attribute, its values, the rule that decided, the call that told.",
    "demo": "Run the main job on a small built-in account: no AWS account, no credentials.",
    "report": "Render a saved report again: in any format, whole or in part.",
    "diff": "Compare two saved reports: new, changed, resolved.",
    "comment": "Write a saved report on a pull request, in one comment that is updated.",
    "issue": "Keep one issue for each scope: opened on drift, closed when clean.",
    "notify": "Tell a chat or a webhook what drifted anew.",
    "schema": "Print the JSON Schema of the report.",
    "graph": "Draw the desired, the actual or the drifted resources with their references.",
    "catalog": "List the resource types drift covers, or the IAM policy it needs.",
    "baseline": "Accept the drift there is, so that later checks speak of what is new.",
    "ignore": "Leave something out on purpose: writes the rule, with its reason, to drift.toml.",
    "config": "Show the settings in force, and where each comes from.",
    "completion": "Print what completes drift's commands and options in a shell.",
    "export": "Hand what drifted to Checkov and its like, as a plan in JSON.",
    "rules": "List the misconfiguration rules that judge what drifted.",
}
"""Command -> what `drift --help` says of it; the module of that name is loaded when it is chosen."""

DONE, DRIFTED, IMPOSSIBLE, INCOMPLETE = range(4)
"""Exit statuses: nothing that fails; drift that does; it could not be done; part could not be read."""


class _Lazy(click.Group):
    """Loads a command's module only when it is chosen: `drift --help` loads none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            near = [c for c in COMMANDS if c.startswith(cmd_name[:2])]
            ctx.fail(f"no command {cmd_name!r}." + (f" Did you mean {near[0]}?" if near else ""))
        command: click.Command = importlib.import_module(f"drift.cli.{cmd_name}").command
        return configurable(command, (cmd_name,))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="drift")
def cli() -> None:
    """Find where a cloud account has moved away from the Terraform that describes it.

    \b
      drift demo                                   see it work, without an account
      drift check --state terraform.tfstate        compare an account with a state
      drift check --state 'envs/**/*.tfstate' --fail-on unmanaged
      drift check --format table --format html=drift.html --format json=drift.json
      drift report drift.json --kind unmanaged     look again at what was found
      drift comment drift.json --scope prod        tell a pull request

    drift only ever reads. Exit status: 0 nothing that fails, 1 drift, 2 it could not be done,
    3 nothing failing was seen, but part of the scope could not be read.
    """


def main() -> None:
    """Run drift and exit with its status."""
    try:
        status = cli.main(standalone_mode=False)
    except DriftError as error:
        first, _, hint = str(error).partition("\n")
        click.secho(f"Error: {first}", fg="red", err=True)
        if hint:
            click.echo(f"  {hint}", err=True)
        sys.exit(IMPOSSIBLE)
    except click.ClickException as error:
        error.show()
        sys.exit(IMPOSSIBLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
    sys.exit(status if isinstance(status, int) else DONE)

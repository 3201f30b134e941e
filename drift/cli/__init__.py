"""The command line: options live with the command that consumes them."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from pathlib import Path

import click

from drift import __version__
from drift.cli.interrupts import INTERRUPTS
from drift.cli.settings.apply import configurable
from drift.errors import DriftError
from drift.model import trust
from drift.model.bounds import VARIABLE, checked
from drift.model.secrets import SHOW
from drift.model.suggest import did_you_mean

_HERE = Path(__file__).resolve().parents[1]

COMMANDS = {
    "init": "Set drift up in a repository: its states, drift.toml, the job of the CI.",
    "check": "Compare the account with its Terraform state, and report the drift.",
    "explain": "Explain one verdict: what happened, how grave it is, what to do, and what told it.",
    "demo": "Run the main job on a small built-in account: no AWS account, no credentials.",
    "report": "Render a saved report again: in any format, whole or in part.",
    "diff": "Compare two saved reports: new, changed, resolved.",
    "comment": "Write a saved report on a pull request, in one comment that is updated.",
    "issue": "Keep one issue for each scope: opened on drift, closed when clean.",
    "notify": "Tell a chat or a webhook what drifted anew.",
    "version": "Print the version of drift, and of what it rests on.",
    "help": "Show the help of drift or of one of its commands.",
    "schema": "Print the JSON Schema of the report.",
    "graph": "Draw the desired, the actual or the drifted resources with their references.",
    "catalog": "List the resource types drift covers.",
    "policy": "Write the IAM policies that let drift read, and the role that a CI takes on.",
    "baseline": "Accept the drift there is, so that later checks speak of what is new.",
    "ignore": "Leave something out on purpose: writes the rule, with its reason, to drift.toml.",
    "doctor": "Find out whether a check would work here, and what to do where it would not.",
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
            ctx.fail(f"no command {cmd_name!r}. {did_you_mean(cmd_name, COMMANDS)}".rstrip())
        command: click.Command = importlib.import_module(f"drift.cli.{cmd_name}").command
        return configurable(command, (cmd_name,))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="drift")
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="NAME=VALUE",
    help="Take in more of something than drift does by itself, or less; docs/bounds.md names what is bounded.",
)
@click.option(
    "--untrusted",
    is_flag=True,
    help="The repository's author is not trusted, as on a pull request: its files may write nothing and reach no host.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="A host that files of the repository may reach all the same; * stands for any part.",
)
@click.option(
    "--show-tokens",
    is_flag=True,
    help="Show values that only look like a secret, by their form or their name; what is known to be one stays hidden.",
)
def cli(bounds: tuple[str, ...], untrusted: bool, hosts: tuple[str, ...], show_tokens: bool) -> None:
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
    if show_tokens:
        os.environ[SHOW] = "1"
    if untrusted:
        os.environ[trust.UNTRUSTED] = "1"
    if hosts:
        os.environ[trust.HOSTS] = ",".join(filter(None, (os.environ.get(trust.HOSTS, ""), *hosts)))
    given = ",".join(filter(None, (os.environ.get(VARIABLE, ""), *bounds)))
    if checked(given):
        os.environ[VARIABLE] = given


SELDOM = (50_000, 50, 100)
"""When the cyclic garbage collector looks: a run makes many objects that live to its end and hardly a cycle, and would
spend a seventh of its time looking at them again and again."""


def main() -> None:
    """Run drift and exit with its status."""
    INTERRUPTS.install()
    gc.set_threshold(*SELDOM)
    status: int | str | None = IMPOSSIBLE
    try:
        status = _run()
    except SystemExit as ended:
        status = ended.code
        raise
    finally:
        _ended(status)
    sys.exit(status)


def _ended(status: int | str | None) -> None:
    from drift.model.journal import is_kept, note

    if is_kept():
        with contextlib.suppress(ImportError):  # there is none on Windows
            import resource

            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            note("ended", status=status, peak_memory_kib=peak if sys.platform != "darwin" else peak // 1024)


def _run() -> int:
    """What the command says of its success; SystemExit where it came to nothing."""
    try:
        status = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk is told here, and not by the interpreter once all is over
    except DriftError as error:
        from drift.model.journal import note
        from drift.model.secrets import without_tokens
        from drift.report.safe import visible

        # what a state, a file or AWS says is quoted: it may hold secrets, and what moves a terminal's cursor
        first, _, hint = without_tokens(str(error)).partition("\n")
        note("failed", error=type(error).__name__, message=first)
        click.secho(f"Error: {visible(first)}", fg="red", err=True)
        for line in filter(None, hint.split("\n")):
            click.echo(f"  {visible(line)}", err=True)
        sys.exit(IMPOSSIBLE)
    except click.ClickException as error:
        error.show()
        sys.exit(IMPOSSIBLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(INTERRUPTS.status)
    except BrokenPipeError:
        _to_nowhere()
        sys.exit(DONE)
    except Exception as error:  # noqa: BLE001 - the one door: 1 is the status of drift, and of nothing else
        sys.exit(_surprised(error))
    return status if isinstance(status, int) else DONE


def _to_nowhere() -> None:
    """Let what is still to be written go nowhere: who reads it is gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _surprised(error: Exception) -> int:
    """One line of what drift itself did not expect, and where. Never its message, which may quote a secret."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename).is_relative_to(_HERE)]
    at = f" at {Path(own[-1].filename).relative_to(_HERE.parent).as_posix()}:{own[-1].lineno}" if own else ""
    hint = "Please report it with a recording (`drift check --record FILE`) and a log (`--log-file FILE`)."
    with contextlib.suppress(Exception):  # nothing that the log does may hide what happened
        from drift.cli import log
        from drift.model.journal import note

        if log.is_in_a_file():
            way = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
            note("surprised", drift=__version__, error=type(error).__name__, way=way[-100:])
            hint = "Please report it with the log, which holds the way it came and no values."
    what = f"this should not happen: {type(error).__name__}{at}"
    if isinstance(error, OSError) and error.strerror:  # a full disk, say: the system's own words hold no value
        what, hint = f"{error.strerror}{at}", "Free what is full or closed, and run again."
    with contextlib.suppress(OSError, ValueError):
        click.secho(f"Error: {what}", fg="red", err=True)
        click.echo(f"  {hint}", err=True)
    _to_nowhere()
    return IMPOSSIBLE

"""The command line. Each command is a module, with its own options."""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import sys
import time
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
    "init": "Set up drift in a repository: write drift.toml and a CI job.",
    "check": "Compare the account with its Terraform states and configuration, and report the drift.",
    "fix": "Print how to fix the drift: a patch for the configuration, and commands. With --write, write the files.",
    "explain": "Explain the verdict on one resource: what changed, how severe it is, what to do, and what showed it.",
    "who": "Tell who last changed a resource, when, from where and by what.",
    "demo": "Run `drift check` on a small simulated account: no AWS account, no credentials.",
    "report": "Render a saved report again, in any format, complete or filtered.",
    "history": "Show the scans that were kept, by scope, and tidy the store.",
    "serve": "Open a local page over the store: trends, what is new, an explorer, SQL.",
    "query": "Ask the store of kept scans in SQL.",
    "diff": "Compare two reports, saved or kept: new, changed and resolved drift.",
    "merge": "Make one report of the parts that `drift check --shard` wrote.",
    "accounts": "List the accounts that a run would look at, try them, or write the role that it needs in each.",
    "comment": "Post a saved report on a pull request, in one comment that is updated.",
    "issue": "Keep one issue for each scope: open it on drift, close it when the drift is gone.",
    "notify": "Send new drift to a chat or a webhook.",
    "version": "Print the versions of drift and its main dependencies.",
    "help": "Show the help of drift or of one of its commands.",
    "schema": "Print the JSON Schema of the report.",
    "graph": "Draw resources and their references: which drifted, and how severe the drift is.",
    "catalog": "List the supported resource types.",
    "policy": "Write the least-privilege IAM policies for drift, and the role that a CI job assumes.",
    "baseline": "Accept today's drift, so that later checks fail only on new drift.",
    "ignore": "Leave drift out of the report: add a rule with a reason to drift.toml.",
    "doctor": "Test whether a check works here: configuration, states, credentials, permissions.",
    "config": "Show the effective settings, and the source of each.",
    "completion": "Print a script that completes drift's commands and options in a shell.",
    "export": "Write the drifted resources as a plan in JSON, for Checkov and other plan scanners.",
    "rules": "List the misconfiguration rules, show one, or test your own.",
}
"""Command -> its line in `drift --help`. The module of that name is loaded when the command runs."""

DONE, DRIFTED, IMPOSSIBLE, INCOMPLETE = range(4)
"""Exit statuses: no drift that --fail-on selects; such drift; the command could not run; something could not be
read."""


class _Lazy(click.Group):
    """Loads the module of a command only when it runs; `drift --help` loads none."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            ctx.fail(f"unknown command {cmd_name!r}. {did_you_mean(cmd_name, COMMANDS)}".rstrip())
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
    help="Change a limit on the input that drift accepts; docs/bounds.md lists them. May be repeated.",
)
@click.option(
    "--untrusted",
    is_flag=True,
    help="Do not trust the author of the repository, as on a pull request: its files may write no file and reach no "
    "host.",
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="A host that files of the repository may reach nevertheless; * matches any text. May be repeated.",
)
@click.option(
    "--show-tokens",
    is_flag=True,
    help="Show values that merely look like a secret by their form or name. Known secrets stay hidden.",
)
def cli(bounds: tuple[str, ...], untrusted: bool, hosts: tuple[str, ...], show_tokens: bool) -> None:
    """Find differences between a cloud account and the Terraform that describes it.

    \b
      drift demo                                   try it, without an AWS account
      drift check --state terraform.tfstate        compare an account with a state
      drift check --state 'envs/**/*.tfstate' --fail-on unmanaged
      drift check --format table --format html=drift.html --format json=drift.json
      drift report drift.json --kind unmanaged     filter a saved report
      drift comment drift.json --scope prod        post it on a pull request

    drift never changes the account. Exit status: 0 no drift that --fail-on selects, 1 such drift,
    2 the command could not run, 3 no such drift was found, but something could not be read.
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
"""Thresholds of the cyclic garbage collector. A run makes many long-lived objects and hardly any cycle; with the
default thresholds, a seventh of its time is spent on collection."""


def main() -> None:
    """Run drift and exit with its status."""
    INTERRUPTS.install()
    gc.set_threshold(*SELDOM)
    atexit.register(gc.freeze)  # else the interpreter searches all that is left for cycles, a fifth of a short run
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
        cpu = round(time.process_time(), 2)
        with contextlib.suppress(ImportError):  # there is none on Windows
            note("ended", status=status, cpu_seconds=cpu, peak_memory_kib=_peak())


def _peak() -> int:
    """The most memory that this process had, in KiB."""
    with contextlib.suppress(OSError, ValueError, IndexError):  # getrusage counts what began it, too
        return int(Path("/proc/self/status").read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform != "darwin" else peak // 1024


def _run() -> int:
    """What the command says of its success; SystemExit where it came to nothing."""
    try:
        status = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()  # a full disk is reported here, not by the interpreter at exit
    except DriftError as error:
        from drift.model.journal import note
        from drift.model.secrets import without_tokens
        from drift.report.safe import visible

        # the message may quote a state, a file or AWS: remove secrets and terminal control sequences
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
    except Exception as error:  # noqa: BLE001 - exit status 1 means drift, so no traceback may cause it
        sys.exit(_surprised(error))
    return status if isinstance(status, int) else DONE


def _to_nowhere() -> None:
    """Discard remaining output, because the reader of standard output is gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _surprised(error: Exception) -> int:
    """Report an unexpected exception in one line, with its place. Its message is left out: it may quote a secret."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if Path(f.filename).is_relative_to(_HERE)]
    at = f" at {Path(own[-1].filename).relative_to(_HERE.parent).as_posix()}:{own[-1].lineno}" if own else ""
    hint = "Please report it with a recording (`drift check --record FILE`) and a log (`--log-file FILE`)."
    with contextlib.suppress(Exception):  # a failure of the log must not hide the exception
        from drift.cli import log
        from drift.model.journal import note

        if log.is_in_a_file():
            way = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
            note("surprised", drift=__version__, error=type(error).__name__, way=way[-100:])
            hint = "Please report it with the log, which contains the traceback without values."
    what = f"internal error in drift: {type(error).__name__}{at}"
    if isinstance(error, ModuleNotFoundError) and error.name:
        what = f"a Python package that drift needs is missing: {error.name}"
        hint = "The installation is not complete: install drift again, in an environment of its own."
    if isinstance(error, OSError) and error.strerror:  # a full disk, for example: the message has no values
        what, hint = f"{error.strerror}{at}", "Free the disk or reopen the output, and run again."
    with contextlib.suppress(OSError, ValueError):
        click.secho(f"Error: {what}", fg="red", err=True)
        click.echo(f"  {hint}", err=True)
    _to_nowhere()
    return IMPOSSIBLE

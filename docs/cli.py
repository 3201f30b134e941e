"""docs/cli.md: every command, option and format, as the code has them.

python docs/cli.py
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from drift.cli import COMMANDS, cli
from drift.report import SAID

PAGE = Path(__file__).with_name("cli.md")
STATUS = (
    (0, "nothing that fails the policy, and everything was read"),
    (1, "drift that fails the policy (`--fail-on`; any drift by default)"),
    (2, "it could not be done: usage, no readable state, no credentials"),
    (3, "no failing drift was seen, but part of the scope could not be read (`--allow-incomplete` makes it 0)"),
)


def page() -> str:
    """The page as the code has it now."""
    context = click.Context(cli, info_name="drift")
    out = ["# The command line", "", "Made from the code by `python docs/cli.py`.", ""]
    out += ["| command | what it does |", "|---|---|"]
    out += [f"| [`drift {name}`](#drift-{name}) | {_cell(said)} |" for name, said in COMMANDS.items()]
    out += ["", "| exit status | meaning |", "|---|---|", *(f"| {n} | {said} |" for n, said in STATUS)]
    out += ["", "| format | what it is for |", "|---|---|", *(f"| `{n}` | {_cell(said)} |" for n, said in SAID.items())]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is not None:
            out += ["", *_command(command, click.Context(command, info_name=name, parent=context), 2)]
    return "\n".join(out) + "\n"


def _command(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    yield f"{'#' * level} {context.command_path}"
    yield ""
    yield from _prose(inspect.cleandoc(command.help or ""))
    yield "```console"
    yield " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield "```"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield ""
        yield "| option | what it does |"
        yield "|---|---|"
        for option in options:
            record = option.get_help_record(context)
            if record is not None:
                yield f"| `{_cell(record[0])}` | {_cell(record[1])} |"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield ""
                yield from _command(inner, click.Context(inner, info_name=name, parent=context), level + 1)


def _prose(text: str) -> Iterator[str]:
    """Paragraphs as they are; those that keep their lines as code."""
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            first, *lines = [line for line in paragraph.splitlines() if line != "\b"]
            if first.startswith(" "):
                lines = [first, *lines]
            else:
                yield first
            yield "```console"
            yield from inspect.cleandoc("\n".join(["", *lines])).splitlines()
            yield "```"
        else:
            yield paragraph
        yield ""


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}\n")

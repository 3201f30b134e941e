"""`drift config`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource

from drift.cli.options import Secret
from drift.cli.settings import current, key_of, shown
from drift.cli.settings.apply import SHOWN, configurable, options_of, origin
from drift.cli.settings.sections import SECTIONS
from drift.model.secrets import without_value
from drift.report.safe import visible

SCHEMA = "drift-config/1"


@click.command("config", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option("--set", "only_set", is_flag=True, help="Show only settings that differ from the default.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND] [OPTIONS]...")
def command(format_: str, only_set: bool, words: tuple[str, ...]) -> None:
    """Show the effective settings of `drift check` or another command, and the source of each.

    \b
    Examples:
      drift config                                the settings of `drift check` here
      drift config --format json graph
      drift config check --fail-on unmanaged      with these flags

    The command line overrides the environment (DRIFT_CHECK_FAIL_ON, then DRIFT_FAIL_ON), which
    overrides drift.toml or [tool.drift] in pyproject.toml, which overrides the defaults.
    """
    context, path = _context(list(words) if words and not words[0].startswith("-") else ["check", *words])
    with context:
        found = [s for s in _settings(context, path) if not only_set or s["source"] != "default"]
        file = current().file
        tables = list(_tables())
    if format_ == "json":
        out = {
            "schema": SCHEMA,
            "file": shown(file) if file else None,
            "command": " ".join(path),
            "settings": found,
            "tables": tables,
        }
        click.echo(json.dumps(out, indent=2))
        return
    click.echo(f"Settings of drift {' '.join(path)}, configuration file: {shown(file) if file else 'none'}")
    width = max((len(s["key"]) for s in found), default=0)
    values = [(s, _told(s["value"])) for s in found]
    broad = max((len(v) for _, v in values), default=0)
    for setting, value in values:
        click.echo(f"  {setting['key']:<{width}}  {visible(value):<{min(broad, 48)}}  {visible(setting['place'])}")
    for table in tables:
        click.echo(f"  [{table['name']}]  {visible(table['place'])}")


def _context(words: list[str]) -> tuple[click.Context, tuple[str, ...]]:
    """The context that these words would run a command in."""
    from drift.cli import cli

    parent = click.Context(cli, info_name="drift")
    parent.meta[SHOWN] = True
    inner: click.Command = cli
    path: tuple[str, ...] = ()
    while isinstance(inner, click.Group):
        if not words:
            raise click.UsageError(f"`drift {' '.join(path)}` has several subcommands: name one.")
        name, *words = words
        found = inner.get_command(parent, name)
        if found is None:
            raise click.UsageError(f"no command {name!r} in `drift {' '.join(path)}`.")
        path = (*path, name)
        inner = configurable(found, path)
        if isinstance(inner, click.Group):
            parent = click.Context(inner, parent=parent, info_name=name)
    return _lenient(inner, words, parent), path


def _lenient(command: click.Command, words: list[str], parent: click.Context) -> click.Context:
    """The command's context; arguments that it demands need not be given to be told of its options."""
    arguments = [p for p in command.params if isinstance(p, click.Argument) and p.required]
    for argument in arguments:
        argument.required = False
    try:
        return command.make_context(command.name, words, parent=parent)
    finally:
        for argument in arguments:
            argument.required = True


def _settings(context: click.Context, words: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for option in options_of(context.command):
        name = str(option.name)
        source = context.get_parameter_source(name)
        told, place = "default", "default"
        if source is ParameterSource.COMMANDLINE:
            told, place = "flag", option.opts[0]
        elif source is ParameterSource.ENVIRONMENT:
            variables = [option.envvar] if isinstance(option.envvar, str) else option.envvar or []
            told, place = "environment", next(v for v in variables if os.environ.get(v))
        elif source is ParameterSource.DEFAULT_MAP:
            told, place = "file", origin(words, key_of(option))
        yield {"key": key_of(option), "value": _plain(option, context.params.get(name)), "source": told, "place": place}


def _tables() -> Iterator[dict[str, str]]:
    settings = current()
    for name, found in settings.sections.items():
        for index in range(len(found)) if SECTIONS[name].many else [None]:
            at = (name,) if index is None else (name, index)
            yield {"name": name, "place": settings.place(*at)}


PAIRS = frozenset({"var", "backend-config"})
"""Options whose values are NAME=VALUE: any may be a secret, so that the name alone is shown."""


def _plain(option: click.Option, value: Any) -> Any:
    """A value as JSON has it, without secrets."""
    from drift.desired.backends.url import shown as without_secrets

    if isinstance(value, tuple | list):
        return [_plain(option, v) for v in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(option.type, Secret):
        return "(set, not shown)"
    if key_of(option) in PAIRS:
        return without_value(str(value))
    return without_secrets(str(value)) if "://" in str(value) else str(value)


def _told(value: Any) -> str:
    return "-" if value is None or value == [] else json.dumps(value, ensure_ascii=False)

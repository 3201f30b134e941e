"""`drift help`."""

from __future__ import annotations

import click


@click.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of drift or of one of its commands: `drift help baseline write`."""
    at = context.find_root()
    for word in words:
        if not isinstance(at.command, click.Group):
            raise click.UsageError(f"{at.command_path} has no subcommands, so {word!r} is unknown")
        found = at.command.get_command(at, word)
        if found is None:
            raise click.UsageError(f"{at.command_path} has no subcommand {word!r}")
        at = click.Context(found, info_name=word, parent=at)
    click.echo(at.get_help())

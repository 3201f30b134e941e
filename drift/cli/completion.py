"""`drift completion`."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print a script that completes drift's commands and options in a shell.

    \b
    Examples:
      eval "$(drift completion bash)"   # in ~/.bashrc
      eval "$(drift completion zsh)"    # in ~/.zshrc
      drift completion fish > ~/.config/fish/completions/drift.fish
    """
    from click.shell_completion import get_completion_class

    from drift.cli import cli

    complete = get_completion_class(shell)
    if complete is None:
        raise click.ClickException(f"no completion for {shell}: click does not support this shell")
    click.echo(complete(cli, {}, "drift", "_DRIFT_COMPLETE").source())

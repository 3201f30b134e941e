"""Help teaches, and the page about the command line is what the code has."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from drift.cli import COMMANDS, cli
from drift.report import BINARY, FORMATS

DOCS = Path(__file__).parents[2] / "docs"


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_cli", DOCS / "cli.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner
            yield from commands(inner, (*words, name))


ALL = [(words, command) for words, command in commands(cli) if words]


def test_the_page_about_the_command_line_is_what_the_code_has() -> None:
    assert (DOCS / "cli.md").read_text() == script().page(), "run `python docs/cli.py`"


def test_every_format_and_command_is_on_the_page() -> None:
    text = (DOCS / "cli.md").read_text()

    for name in (*FORMATS, *BINARY):
        assert f"| `{name}` | " in text
    for name in COMMANDS:
        assert f"## drift {name}\n" in text


@pytest.mark.parametrize(("words", "command"), ALL, ids=lambda v: " ".join(v) if isinstance(v, tuple) else "")
def test_every_command_and_option_says_what_it_does(words: tuple[str, ...], command: click.Command) -> None:
    assert command.help
    for option in command.get_params(click.Context(command)):
        if isinstance(option, click.Option):
            assert option.help, f"{' '.join(words)} {option.opts}"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "drift", "completion", shell], capture_output=True, text=True, check=True
    )

    assert "_DRIFT_COMPLETE" in done.stdout
    assert "drift" in done.stdout


def test_bash_is_told_of_the_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_DRIFT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "drift re")
    monkeypatch.setenv("COMP_CWORD", "1")
    code = "import sys; sys.argv = ['drift']; from drift.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["plain,report"]

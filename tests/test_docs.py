"""What the documentation shows can be typed, and the pages hold together as a site."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from drift.cli import COMMANDS, cli

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
BLOCK = re.compile(r"^```(?:console|bash|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDS = {"|", ";", "&&", "||", ">", "2>", "&", ">>"}


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of each `drift …` in lines of a shell."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(re.sub(r"\s#\s.*| {2,}\S.*$", "", line.strip()), posix=True, punctuation_chars="|;&>")
        lexer.whitespace_split = True
        lexer.commenters = ""
        words = list(lexer)
        starts = [i for i, word in enumerate(words) if word == "drift" or word.endswith("/bin/drift")]
        for start in (i for i in starts if i == 0 or words[i - 1] in ENDS or "=" in words[i - 1]):
            end = next((i for i in range(start, len(words)) if words[i] in ENDS), len(words))
            yield words[start + 1 : end]


def shown() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for words in commands(block):
                if "[OPTIONS]" not in words:  # how the command line itself describes a command
                    yield page.name, words
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for sub in (command, *(command.commands.values() if isinstance(command, click.Group) else ())):
            for line in (sub.help or "").splitlines():
                if line.strip().startswith("drift "):
                    yield f"drift {name} --help", next(commands(line.strip()))


def parsed(words: list[str]) -> None:
    """UsageError for a command, an option or a choice that does not exist."""
    command: click.Command = cli
    context = click.Context(cli, info_name="drift")
    while True:
        if isinstance(command, click.Group) and words[:1] and words[0].startswith("--") and "list" in command.commands:
            words = ["list", *words]  # `drift rules --framework x` is `drift rules list --framework x`
        values, rest, _ = command.make_parser(context).parse_args(list(words))
        for parameter in command.params:
            given = values.get(parameter.name or "")
            for value in given if isinstance(given, list | tuple) else [given]:
                if isinstance(parameter.type, click.Choice) and isinstance(value, str):
                    parameter.type.convert(value, parameter, context)
        if not isinstance(command, click.Group) or not rest:
            return
        found = command.get_command(context, rest[0])
        if found is None:
            found = command.get_command(context, "list")  # `drift rules sg-ssh` is `drift rules list sg-ssh`
            rest = ["list", *rest]
        if found is None:
            raise click.UsageError(f"no command {rest[1]}")
        command, words = found, rest[1:]


def test_every_command_that_is_shown_can_be_typed() -> None:
    wrong = {}
    counted = 0
    for where, words in shown():
        counted += 1
        try:
            parsed(words)
        except click.UsageError as error:
            wrong[f"{where}: drift {shlex.join(words)}"] = error.format_message()

    assert wrong == {}
    assert counted > 150


@pytest.mark.parametrize("words", [["chek"], ["check", "--stat"], ["check", "--formats", "x"], ["report", "--judge"]])
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(words)


def test_the_pages_are_a_site(tmp_path: Path) -> None:
    """Zensical's strict mode fails on a link that leads nowhere."""
    runpy.run_path(str(ROOT / "docs" / "site_pages.py"))["write"](tmp_path / "build" / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    navigation = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    named = {page for group in navigation for entries in group.values() for e in entries for page in _page(e)}
    there = {p.name for p in (tmp_path / "build" / "docs").glob("*.md")}
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert named == there
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stderr


def _page(entry: object) -> list[str]:
    return [entry] if isinstance(entry, str) else [str(v) for v in entry.values()] if isinstance(entry, dict) else []


def test_the_readme_counts_the_rules_that_there_are() -> None:
    from drift.cli import plugins

    (count,) = re.findall(r"(\d+) rules check", (ROOT / "README.md").read_text())
    assert int(count) == len(plugins.rules())


# ---- what else brings drift to people ---------------------------------------------------------------------------


def test_the_image_is_right_to_hadolint() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert done.stdout + done.stderr == ""


def test_the_image_is_built_and_runs() -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no Docker daemon answers here: the image is linted alone")
    subprocess.run(["docker", "build", "-q", "-t", "drift-test", ROOT], check=True, capture_output=True)
    done = subprocess.run(
        ["docker", "run", "--rm", "drift-test", "version"], check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("drift ")


def test_hooks_run_commands_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())

    assert len({h["id"] for h in hooks}) == len(hooks) == 3
    for hook in hooks:
        (words,) = commands(hook["entry"])
        parsed(words)


def test_the_component_hands_its_inputs_to_the_environment() -> None:
    """What an input holds is never part of a script, where it would be run."""
    spec, jobs = yaml.safe_load_all((ROOT / "templates" / "drift.yml").read_text())
    (job,) = jobs.values()
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", (ROOT / "templates" / "drift.yml").read_text()))

    assert used == set(spec["spec"]["inputs"])
    assert [line for line in job["script"] if "$[[" in line] == []
    assert [name for name in job["variables"] if name.startswith("DRIFT_")] == [], "drift would take it for a setting"
    for line in job["script"]:
        subprocess.run(["bash", "-n"], input=line, text=True, check=True)
        for post in ("comment", "issue"):
            text = line.replace('"$post"', post)
            for words in commands("\n".join(part.strip() for part in re.split(r"\bthen\b|\belse\b", text))):
                parsed(words)

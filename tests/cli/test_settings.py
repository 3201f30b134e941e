"""drift.toml, the environment and the flags."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from drift.cli import cli
from drift.cli.settings import key_of
from drift.cli.settings.apply import options_of
from drift.cli.settings.file import find, read
from drift.cli.settings.sections import SECTIONS
from drift.errors import UsageError
from tests.support import configuration


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of its own, without what the environment says to drift."""
    for name in [n for n in os.environ if n.startswith("DRIFT_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, dict[str, Any]]:
    """What `drift config` says, by key."""
    cli.main(["config", "--format", "json", *words], standalone_mode=False)
    return {s["key"]: s for s in json.loads(capsys.readouterr().out)["settings"]}


def wrong(text: str, here: Path, *words: str) -> str:
    """What is said of such a file."""
    (here / "drift.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        cli.main(["config", *words], standalone_mode=False)
    return str(caught.value)


def test_no_table_has_the_name_of_an_option() -> None:
    keys = {key_of(o) for _, command in configuration.leaves() for o in options_of(command)}

    assert not keys & {*SECTIONS, "command"}


def test_every_option_of_every_command_can_be_set_in_the_environment() -> None:
    for words, command in configuration.leaves():
        for option in options_of(command):
            key = key_of(option).upper().replace("-", "_")
            assert {f"DRIFT_{key}", f"DRIFT_{'_'.join(words).upper().replace('-', '_')}_{key}"} <= set(
                option.envvar or ()
            )


def test_precedence(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def profile(*flags: str) -> tuple[Any, str, str]:
        found = config(capsys, "check", *flags)["profile"]
        return found["value"], found["source"], found["place"]

    assert profile() == (None, "default", "default")
    (here / "drift.toml").write_text('profile = "a"\n')
    assert profile() == ("a", "file", "drift.toml:1")
    (here / "drift.toml").write_text('profile = "a"\n\n[command.check]\nprofile = "b"\n')
    assert profile() == ("b", "file", "drift.toml:4")
    monkeypatch.setenv("DRIFT_PROFILE", "c")
    assert profile() == ("c", "environment", "DRIFT_PROFILE")
    monkeypatch.setenv("DRIFT_CHECK_PROFILE", "d")
    assert profile() == ("d", "environment", "DRIFT_CHECK_PROFILE")
    assert profile("--profile", "e") == ("e", "flag", "--profile")


def test_types_and_spellings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "drift.toml").write_text(
        'fail_on = "unmanaged"\nverbose = true\nno-color = false\nregion = [\n  "eu-west-1",\n  "eu-central-1",\n]\n'
    )

    found = config(capsys)

    assert {k: found[k]["value"] for k in ("fail-on", "verbose", "no-color", "region")} == {
        "fail-on": ["unmanaged"], "verbose": True, "no-color": False, "region": ["eu-west-1", "eu-central-1"],
    }  # fmt: skip
    assert found["region"]["place"] == "drift.toml:4"
    assert found["fail-on"]["place"] == "drift.toml:1"


def test_paths_are_relative_to_the_file(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    (here / "drift.toml").write_text('state = ["envs/*.tfstate", "s3://b/k", "-"]\noutput = "out.json"\n')
    (here / "sub").mkdir()
    monkeypatch.chdir(here / "sub")

    found = config(capsys)

    assert found["state"]["value"] == ["../envs/*.tfstate", "s3://b/k", "-"]
    assert found["output"]["value"] == "../out.json"
    assert found["state"]["place"] == "../drift.toml:1"


def test_a_value_for_all_commands_counts_where_it_fits(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "drift.toml").write_text('side = "actual"\nformat = "mermaid"\n')

    assert config(capsys, "graph")["format"]["value"] == "mermaid"
    assert config(capsys, "catalog")["format"]["value"] == "table"


def test_secrets_of_places_are_not_shown(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "drift.toml").write_text('state = "https://user:hunter2@example.com/state?token=hunter3"\n')

    assert "hunter" not in json.dumps(config(capsys))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# a\nformt = "json"\n', "drift.toml:2: unknown setting 'formt'\nDid you mean format?"),
        ("[command.chek]\nverbose = true\n", "drift.toml:1: unknown command 'command.chek'\nDid you mean check?"),
        ('[command.check]\nside = "actual"\n', "drift.toml:2: unknown setting 'command.check.side'"),
        ('verbose = "yes"\n', "drift.toml:1: verbose must be true or false"),
        ("fail-on = [1]\n", "drift.toml:1: fail-on must be a string, or a list of strings"),
        ('profile = ["a"]\n', "drift.toml:1: profile must be a string"),
        ('[command.graph]\nside = "left"\n', "drift.toml:2: command.graph.side: 'left' is not one of"),
        ("command = 1\n", "drift.toml:1: command must be a table of commands"),
        ("state = \n", "drift.toml: not valid TOML: Invalid value (at line 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, said: str, here: Path) -> None:
    assert said in wrong(text, here, "graph")


def test_the_nearest_file_up_to_the_repository(here: Path) -> None:
    inner = here / "a" / "b"
    inner.mkdir(parents=True)
    (here / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert find(inner) is None
    (here / "pyproject.toml").write_text('[tool.other]\nx = 1\n[tool.drift]\nprofile = "p"\n')
    assert find(inner) == here / "pyproject.toml"
    assert read(here / "pyproject.toml") == ({"profile": "p"}, {(): 3, ("profile",): 4})
    (here / "a" / "drift.toml").write_text("")
    assert find(inner) == here / "a" / "drift.toml"
    (inner / ".git").mkdir()
    assert find(inner) is None


def test_outside_of_a_repository_a_parent_has_no_say(tmp_path: Path) -> None:
    (tmp_path / "drift.toml").write_text("")
    (tmp_path / "a").mkdir()

    assert find(tmp_path / "a") is None
    assert find(tmp_path) == tmp_path / "drift.toml"


def test_lines_of_tables_in_arrays_and_after_long_texts(tmp_path: Path) -> None:
    file = tmp_path / "drift.toml"
    file.write_text(
        'x = """\n[[no]]\ny = 1\n"""\n[[ignore]]\ntype = "a"\n[ignore.tag]\nk = "v"\n[[ignore]]\n"id" = "b"\n'
    )

    _, lines = read(file)

    assert lines == {
        ("x",): 1, ("ignore", 0): 5, ("ignore", 0, "type"): 6, ("ignore", 0, "tag"): 7, ("ignore", 0, "tag", "k"): 8,
        ("ignore", 1): 9, ("ignore", 1, "id"): 10,
    }  # fmt: skip

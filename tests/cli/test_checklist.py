"""docs/checklist.md: its commands run on the demo, and say what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli import cli

PAGE = Path(__file__).parents[2] / "docs" / "checklist.md"
LINES = (
    "Ports",
    "Exposure",
    "Authentication",
    "Least privilege",
    "Encryption",
    "Logging",
    "Scheduled scans",
    "Patches",
)
SECTIONS = dict(
    re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
)


def test_every_line_of_a_checklist_has_its_command() -> None:
    assert set(LINES) <= set(SECTIONS)
    assert all("```console\ndrift demo " in text for text in SECTIONS.values())


@pytest.mark.parametrize("line", list(SECTIONS))
def test_the_command_says_what_the_page_says(line: str) -> None:
    command = re.search(r"```console\ndrift (.*)\n```", SECTIONS[line])
    told = re.search(r"```text\n(.*?)```", SECTIONS[line], re.DOTALL)
    assert command is not None

    result = CliRunner().invoke(cli, [*shlex.split(command[1])], standalone_mode=False)

    assert result.exception is None
    assert result.return_value == 1  # the demo has drifted
    said = {text.strip() for text in result.output.splitlines()}
    assert set(told[1].splitlines() if told else []) - said == set()

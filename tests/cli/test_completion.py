"""What a shell is offered: as bash, zsh and fish ask for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from drift.cli import cli

WORLD = Path(__file__).parents[2] / "fixtures" / "worlds" / "security-groups"


def offered(*typed: str) -> list[tuple[str, str]]:
    """(kind, text): `file` stands for the shell's own files."""
    found = ShellComplete(cli, {}, "drift", "_DRIFT_COMPLETE").get_completions(list(typed[:-1]), typed[-1])
    return [(item.type, item.value) for item in found]


@pytest.mark.parametrize(
    "typed",
    [
        ("check", "--state", "env"),
        ("check", "--config", "in"),
        ("check", "--output", "dr"),
        ("check", "--format", "json=dr"),
        ("check", "--rules-file", "own"),
        ("report", "dr"),
        ("diff", "old.json", "ne"),
        ("notify", "dr"),
        ("explain", "--report", "dr"),
    ],
)
def test_files_stay_files(typed: tuple[str, ...]) -> None:
    assert [kind for kind, _ in offered(*typed)] in (["file"], ["dir"])


@pytest.mark.parametrize(
    ("typed", "holds"),
    [
        (("che",), {"check"}),
        (("check", "--format", "js"), {"json"}),
        (("check", "--only", "aws_sqs_queue,aws_sns_top"), {"aws_sqs_queue,aws_sns_topic"}),
        (("check", "--skip-rules", "sg-ss"), {"sg-ssh"}),
        (("check", "--framework", "cis-v5"), {"cis-v5"}),
        (("report", "drift.json", "--type", "aws_kinesis_str"), {"aws_kinesis_stream"}),
        (("report", "drift.json", "--severity", "hi"), {"high"}),
        (("rules", "list", "sg-rd"), {"sg-rdp"}),
        (
            ("explain", "--state", str(WORLD / "refreshed.tfstate"), "aws_security_group.inl"),
            {"aws_security_group.inline"},
        ),
    ],
)
def test_names_are_offered(typed: tuple[str, ...], holds: set[str]) -> None:
    found = offered(*typed)

    assert holds <= {text for _, text in found}
    assert {kind for kind, _ in found} == {"plain"}


def test_addresses_come_from_the_state_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered("explain", "") == []
    shutil.copy(WORLD / "refreshed.tfstate", "terraform.tfstate")
    assert ("plain", "aws_security_group.inline") in offered("ignore", "aws_security_group.")
    Path("terraform.tfstate").write_text("{")
    assert offered("explain", "aws_") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shells_script_asks_drift(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "drift", "completion", shell], capture_output=True, text=True, check=True
    )

    assert "_DRIFT_COMPLETE" in done.stdout
    if shell == "bash":
        subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=True)

"""Which rules judge, what they go by, and how they are shown: as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from drift.cli import cli
from drift.errors import UsageError
from tests.support.world import WORLDS

WORLD = WORLDS / "security-groups"
TYPES = "aws_security_group,aws_default_security_group,aws_vpc_security_group_ingress_rule"
OWN = """rules:
  - id: {id}
    title: The group is named rogue
    severity: critical
    types: [aws_security_group]
    fails: resource.name.contains('rogue')
"""


def invoked(*words: str) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False)


def check(*words: str) -> Result:
    return invoked(
        "check", "--state", str(WORLD / "refreshed.tfstate"), "--replay", str(WORLD / "tampered.jsonl"), "--only", TYPES,
        "--format", "json", *words,
    )  # fmt: skip


def findings(*words: str) -> list[dict[str, Any]]:
    done = check(*words)
    assert done.exception is None, done.exception
    return [f for d in json.loads(done.output)["drift"] for f in d["findings"]]


def test_choosing_rules() -> None:
    assert {f["rule"] for f in findings("--rules", "sg-ssh,sg-rdp")} == {"sg-ssh", "sg-rdp"}
    assert "sg-ssh" not in {f["rule"] for f in findings("--skip-rules", "sg-s*")}
    assert {f["rule"] for f in findings("--framework", "fsbp")} <= {
        "sg-ssh", "sg-rdp", "sg-risky-ports", "sg-default-not-empty", "sg-unused",
    }  # fmt: skip
    assert all("cis-v4 5.3" in f["frameworks"] for f in findings("--framework", "cis-v4", "--rules", "sg-ssh"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--rules", "sg-shh"), "no rule matches 'sg-shh'"),
        (("--framework", "cis-v9"), "no framework 'cis-v9'"),
    ],
)
def test_what_is_no_rule_is_told_before_anything_is_asked(words: tuple[str, ...], told: str) -> None:
    done = check(*words)

    assert isinstance(done.exception, UsageError)
    assert told in str(done.exception)


def test_rules_of_ones_own_judge_and_fail_a_run(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(OWN.format(id="mine"))
    assert [(f["rule"], f["effect"]) for f in findings("--rules-file", str(file), "--rules", "mine")] == [
        ("mine", "introduced")
    ]
    severe = ("--rules", "mine", "--rules-file", str(file), "--fail-on", "none,severity>=critical")
    assert check(*severe).return_value == 1

    file.write_text(OWN.format(id="sg-ssh"))
    assert "rule sg-ssh: its id is already used by a rule of drift or of a plugin" in str(
        check("--rules-file", str(file)).exception
    )


def test_an_exemption_in_the_file_is_told_and_fails_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drift.toml").write_text(
        '[[exemption]]\nrule = "sg-*"\nreason = "a test range"\nresource = "aws_security_group"\n'
        '[judging]\ntrusted-accounts = "210987654321"\n'
    )
    found = findings("--rules", "sg-ssh")

    assert [f["exempt"] for f in found] == ["a test range"]
    assert check("--rules", "sg-ssh", "--fail-on", "none,severity>=low").return_value in (0, 3)


def test_a_threshold_that_there_is_not_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drift.toml").write_text("[judging]\nthresholds = { patience = 3 }\n")
    done = check()

    assert done.exception is not None
    assert "unknown threshold 'patience'" in str(done.exception)


def test_showing_rules() -> None:
    listed = invoked("rules").output.splitlines()
    one = invoked("rules", "sg-ssh").output
    table = invoked("rules", "--framework", "cis-v3", "--format", "markdown").output
    known = json.loads(invoked("rules", "--format", "json").output)

    assert len(listed) == len(known) > 190
    assert "What to do:" in one
    assert table.startswith("| rule | severity |")
    assert {"id", "severity", "prowler", "controls", "when_missing"} <= set(known[0])
    assert isinstance(invoked("rules", "sg-shh").exception, UsageError)

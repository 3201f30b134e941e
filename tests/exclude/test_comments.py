"""`# drift:ignore` in a configuration leaves out what it stands at, until its day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drift.cli import cli
from tests.support.world import WORLDS

WORLD = WORLDS / "sqs"


def checked(tmp_path: Path, *edits: tuple[str, str], flags: tuple[str, ...] = ()) -> dict[str, Any]:
    text = (WORLD / "main.tf").read_text()
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "main.tf").write_text(text)
    arguments = ["--state", str(WORLD / "refreshed.tfstate"), "--config", str(tmp_path), "--only", "aws_sqs_queue"]
    answer = CliRunner().invoke(
        cli, ["check", *arguments, "--replay", str(WORLD / "tampered.jsonl"), "--format", "json", *flags]
    )
    report: dict[str, Any] = json.loads(answer.output)
    return report


def drifted(report: dict[str, Any]) -> dict[str, list[str]]:
    return {d["address"]: [c["path"] for c in d.get("changes", ())] for d in report["drift"] if d["address"]}


JOBS = 'resource "aws_sqs_queue" "jobs" {'
GONE = 'resource "aws_sqs_queue" "forgotten" {'
DELAY = "delay_seconds              = 5"


def test_at_an_attribute_and_at_a_whole_resource(tmp_path: Path) -> None:
    plain = drifted(checked(tmp_path))
    assert "aws_sqs_queue.forgotten" in plain
    assert "delay_seconds" in plain["aws_sqs_queue.jobs"]

    report = checked(
        tmp_path,
        (DELAY, f"{DELAY} # drift:ignore reason=tuned by operations until=2099-12-31"),
        (GONE, f"# drift:ignore reason=on its way out\n{GONE}"),
    )
    said = drifted(report)
    assert "aws_sqs_queue.forgotten" not in said
    assert "delay_seconds" not in said["aws_sqs_queue.jobs"]
    assert [p for p in plain["aws_sqs_queue.jobs"] if p != "delay_seconds"] == said["aws_sqs_queue.jobs"]
    told = {(i["address"], i["path"], i["reason"], i["rule"].rsplit("/")[-1]) for i in report["ignored"]}
    line = (WORLD / "main.tf").read_text().splitlines().index(f"  {DELAY}") + 1
    assert ("aws_sqs_queue.jobs", "delay_seconds", "tuned by operations", f"main.tf:{line}") in told
    assert any(t[:3] == ("aws_sqs_queue.forgotten", None, "on its way out") for t in told)


def test_what_is_over_counts_no_more(tmp_path: Path) -> None:
    report = checked(tmp_path, (DELAY, f"{DELAY} # drift:ignore reason=x until=2020-01-01"))

    assert "delay_seconds" in drifted(report)["aws_sqs_queue.jobs"]
    assert any("expired on 2020-01-01" in w for w in report["warnings"])


@pytest.mark.parametrize(("comment", "flags"), [("reason=x until=soon", ()), ("reason=x", ("--no-ignore",))])
def test_what_makes_no_rule_leaves_nothing_out(comment: str, flags: tuple[str, ...], tmp_path: Path) -> None:
    report = checked(tmp_path, (DELAY, f"{DELAY} # drift:ignore {comment}"), flags=flags)

    assert "delay_seconds" in drifted(report)["aws_sqs_queue.jobs"]
    assert any("is not a date" in w for w in report["warnings"]) is (flags == ())

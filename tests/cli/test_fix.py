"""`drift fix`, as its user meets it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_cli import drift
from tests.support.world import WORLDS


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A directory with a configuration, its state and a recording of an account that was tampered with."""
    for name in ("main.tf", "tampered.jsonl"):
        shutil.copy(WORLDS / "sqs" / name, tmp_path / name)
    shutil.copy(WORLDS / "sqs" / "refreshed.tfstate", tmp_path / "terraform.tfstate")
    return tmp_path


def test_a_dry_run_prints_a_patch_and_writes_nothing(shop: Path) -> None:
    before = (shop / "main.tf").read_bytes()

    done = drift("fix", "--replay", "tampered.jsonl", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert "-  delay_seconds              = 5\n+  delay_seconds              = 30\n" in done.stdout
    assert "terraform plan -target=aws_sqs_queue.forgotten" in done.stdout
    assert (shop / "main.tf").read_bytes() == before


def test_the_patch_is_one_that_git_applies(shop: Path) -> None:
    done = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", cwd=shop)
    patch = "--- a/" + done.stdout.partition("--- a/")[2].rpartition("\n\n")[0] + "\n"

    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=shop, check=True)

    assert "delay_seconds              = 30" in (shop / "main.tf").read_text()


def test_what_is_written_makes_the_next_check_silent(shop: Path) -> None:
    drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--write", cwd=shop)

    done = drift("check", "--replay", "tampered.jsonl", "--quiet", cwd=shop)

    assert "modified" not in done.stdout
    assert "aws_sqs_queue.forgotten" in done.stdout


def test_only_what_is_chosen_is_written(shop: Path) -> None:
    drift("fix", "--replay", "tampered.jsonl", "--accept", "aws_sqs_queue.fifo", "--write", cwd=shop)

    text = (shop / "main.tf").read_text()

    assert "receive_wait_time_seconds   = 0" in text
    assert "delay_seconds              = 5" in text


def test_a_read_only_file_is_told_and_nothing_is_written(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (shop / "main.tf").read_bytes()
    monkeypatch.setattr("os.access", lambda path, _mode: not str(path).endswith("main.tf"))

    done = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--write", cwd=shop)

    assert done.returncode == 2
    assert "main.tf: it is read-only" in done.stderr
    assert (shop / "main.tf").read_bytes() == before
    assert not list(shop.glob(".main.tf*"))


def test_files_with_changes_that_are_not_committed_are_not_touched(shop: Path) -> None:
    git = ["git", "-c", "user.email=a@example.com", "-c", "user.name=A"]
    subprocess.run([*git, "init", "-q"], cwd=shop, check=True)
    subprocess.run([*git, "add", "main.tf"], cwd=shop, check=True)
    subprocess.run([*git, "commit", "-qm", "begin"], cwd=shop, check=True)
    text = (shop / "main.tf").read_text() + "# not yet\n"
    (shop / "main.tf").write_text(text)

    done = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--write", cwd=shop)

    assert done.returncode == 2
    assert "not committed: main.tf" in done.stderr
    assert (shop / "main.tf").read_text() == text

    forced = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--write", "--force", cwd=shop)

    assert forced.returncode == 0
    assert (shop / "main.tf").read_text().endswith("# not yet\n")


def test_nothing_is_written_that_nobody_chose(shop: Path) -> None:
    done = drift("fix", "--replay", "tampered.jsonl", "--write", cwd=shop)

    assert done.returncode == 2
    assert "nothing is chosen" in done.stderr


def test_a_plan_is_written_changed_and_applied(shop: Path) -> None:
    drift("fix", "--replay", "tampered.jsonl", "--write-plan", "fix.toml", cwd=shop)
    plan = (shop / "fix.toml").read_text()
    assert plan.count("[[entries]]") == 6
    opened = plan.index('name = "aws_sqs_queue_policy.jobs"')  # its change introduced a grave finding
    assert 'choice = "revert"' in plan[opened:].split("[[entries]]")[0]
    jobs = plan.index('name = "aws_sqs_queue.jobs"')
    (shop / "fix.toml").write_text(plan[:jobs] + plan[jobs:].replace('choice = "accept"', 'choice = "skip"', 1))

    done = drift("fix", "--replay", "tampered.jsonl", "--plan", "fix.toml", "--write", cwd=shop)

    text = (shop / "main.tf").read_text()
    assert done.returncode == 0, done.stderr
    assert "delay_seconds              = 5" in text
    assert "receive_wait_time_seconds   = 0" in text
    assert "import {" in text


def test_a_plan_of_another_drift_is_refused(shop: Path) -> None:
    drift("fix", "--replay", "tampered.jsonl", "--write-plan", "fix.json", cwd=shop)
    plan = (shop / "fix.json").read_text()
    (shop / "fix.json").write_text(plan.replace('"fingerprint": "', '"fingerprint": "0'))

    done = drift("fix", "--replay", "tampered.jsonl", "--plan", "fix.json", cwd=shop)

    assert done.returncode == 2
    assert "drifted again since the plan was written" in done.stderr


@pytest.mark.parametrize("where", ["--write", "--pr"])
def test_an_edit_that_is_not_proved_changes_no_file_and_no_branch(shop: Path, where: str) -> None:
    stub, before = shop / "terraform", (shop / "main.tf").read_bytes()
    changed = {"before": {"delay_seconds": 30}, "after": {"delay_seconds": 5}, "actions": ["update"]}
    plan = {"resource_changes": [{"address": "aws_sqs_queue.jobs", "mode": "managed", "change": changed}]}
    stub.write_text(f"#!/bin/sh\n[ \"$1\" != show ] || echo '{json.dumps(plan)}'\n")
    stub.chmod(0o755)
    words = ("--replay", "tampered.jsonl", "--prove", "--terraform", str(stub), where)

    place = {"GITHUB_TOKEN": "x", "GITHUB_REPOSITORY": "acme/shop"}
    done = drift("fix", *words, "--accept", "all", cwd=shop, env=place)

    assert done.returncode == 2
    assert "not proved: aws_sqs_queue.jobs" in done.stderr
    assert (shop / "main.tf").read_bytes() == before

    if where == "--write":
        proved = drift("fix", *words, "--accept", "aws_sqs_queue.fifo", "--revert", "aws_sqs_queue.jobs", cwd=shop)

        assert proved.returncode == 0, proved.stderr
        assert "receive_wait_time_seconds   = 0" in (shop / "main.tf").read_text()


def test_two_states_may_have_the_same_address(shop: Path) -> None:
    main, state = (shop / "main.tf").read_text(), json.loads((shop / "terraform.tfstate").read_text())
    for place, name in (("a", "fifo"), ("b", "jobs")):
        (shop / place).mkdir()
        block = main[main.index(f'resource "aws_sqs_queue" "{name}"') :].partition("\n}\n")[0] + "\n}\n"
        (shop / place / "main.tf").write_text(block.replace(f'"aws_sqs_queue" "{name}"', '"aws_sqs_queue" "q"'))
        only = [{**r, "name": "q"} for r in state["resources"] if r["name"] == name and r["type"] == "aws_sqs_queue"]
        (shop / place / "terraform.tfstate").write_text(json.dumps({**state, "resources": only}))
    words = ("--replay", "tampered.jsonl", "--state", "a/terraform.tfstate", "--state", "b/terraform.tfstate")

    drift("fix", *words, "--accept", "all", "--write-plan", "fix.toml", cwd=shop)
    done = drift("fix", *words, "--plan", "fix.toml", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert "receive_wait_time_seconds   = 0" in (shop / "a/main.tf").read_text()
    assert "delay_seconds              = 30" in (shop / "b/main.tf").read_text()


def test_an_edit_that_changes_another_resource_moves_no_other_edit(shop: Path) -> None:
    main = (shop / "main.tf").read_text()
    main = main.replace("delay_seconds              = 5", "delay_seconds              = var.delay")
    main = main.replace("receive_wait_time_seconds   = 10", "receive_wait_time_seconds   = local.wait")
    other = 'resource "aws_sqs_queue" "other" {\n  receive_wait_time_seconds = local.wait\n}\n'
    (shop / "main.tf").write_text(main + 'locals {\n  wait = 10\n}\nvariable "delay" {}\n' + other)
    (shop / "terraform.tfvars").write_text("delay = 5 # seconds\n")

    done = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--write", cwd=shop)

    assert done.returncode == 0, done.stderr
    assert (shop / "terraform.tfvars").read_text() == "delay = 30 # seconds\n"
    text = (shop / "main.tf").read_text()
    assert "receive_wait_time_seconds   = 0\n" in text
    assert "wait = 10\n" in text

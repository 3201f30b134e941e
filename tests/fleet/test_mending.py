"""Remedies in a run of several accounts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_cli import Done, drift
from tests.support.fleet import entry, number, queue, state, tape

REGION = "eu-west-1"
MODULE = """\
variable "name" {}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = 30
}
"""
ROOT = """\
resource "aws_sqs_queue" "jobs" {
  name                       = "jobs" # kept
  visibility_timeout_seconds = 30
}

module "shared" {
  source = "../../modules/q"
  name   = "shared"
}
"""


def add(folder: Path, account: str, queues: dict[str, int]) -> None:
    """An account with a root module of its own, that calls the module which all call."""
    root = folder / "envs" / account
    root.mkdir(parents=True)
    (root / "main.tf").write_text(ROOT)
    inner = {**queue(account, REGION, "shared"), "name": "this", "module": "module.shared"}
    (root / "terraform.tfstate").write_text(state([queue(account, REGION, "jobs"), inner], lineage=account))
    (folder / "tapes" / f"{account}.jsonl").write_text(tape(account, {REGION: queues}))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three accounts: nothing was changed in the first, a queue in the second, and that of a shared module in the
    third; each has a queue that nobody manages."""
    folder = tmp_path_factory.mktemp("three")
    for name in ("tapes", "modules/q"):
        (folder / name).mkdir(parents=True)
    (folder / "modules/q/main.tf").write_text(MODULE)
    ids = [number(n) for n in range(3)]
    for n, account in enumerate(ids):
        add(folder, account, {"jobs": 5 if n == 1 else 30, "shared": 9 if n == 2 else 30, "stray": 30})
    (folder / "accounts.yml").write_text("accounts:\n" + "".join(entry(a, f"team-{n}") for n, a in enumerate(ids)))
    return folder


@pytest.fixture
def made(three: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    shutil.copytree(three, tmp_path / "o")
    return tmp_path / "o"


def run(command: str, folder: Path, *more: str) -> Done:
    words = ("--accounts", "accounts.yml", "--state", "envs/**/*.tfstate", "--replay", "tapes")
    return drift(command, *words, *more, cwd=folder)


def checked(folder: Path, *more: str) -> dict[str, Any]:
    out = run("check", folder, "--format", "json", *more)
    assert out.returncode in (0, 1, 3), out.stderr
    report: dict[str, Any] = json.loads(out.stdout)
    return report


def test_a_report_of_several_accounts_has_the_patch_of_each(three: Path) -> None:
    report = checked(three, "--patches")
    patches = {(d["account"], d["kind"], d.get("address")): d.get("patch", "") for d in report["drift"]}

    assert (
        "-  visibility_timeout_seconds = 30\n+  visibility_timeout_seconds = 5\n"
        in (patches[number(1), "modified", "aws_sqs_queue.jobs"])
    )
    assert f"+++ b/envs/{number(1)}/main.tf" in patches[number(1), "modified", "aws_sqs_queue.jobs"]
    for n in range(3):
        assert f"+++ b/envs/{number(n)}/main.tf" in patches[number(n), "unmanaged", None]
        assert (
            f'+  id = "https://sqs.eu-west-1.amazonaws.com/{number(n)}/stray"' in patches[number(n), "unmanaged", None]
        )
    # the module says it of all three accounts: to write it there would change the other two
    assert not patches[number(2), "modified", "module.shared.aws_sqs_queue.this"]


@pytest.mark.slow
def test_workers_make_the_same_patches(three: Path) -> None:
    assert checked(three, "--patches", "--workers", "2")["drift"] == checked(three, "--patches")["drift"]


def test_a_fault_in_finding_a_patch_costs_no_verdict(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.cli import mending

    of_outcome = mending.of_outcome  # type: ignore[attr-defined]

    def faulty(trial: Any, *rest: Any) -> Any:
        if trial.of.account.id == number(1):
            raise RuntimeError("secret")
        return of_outcome(trial, *rest)

    plain = checked(made)
    monkeypatch.setattr(mending, "of_outcome", faulty)
    report = checked(made, "--patches")

    assert [{**d, "patch": ""} for d in report["drift"]] == [{**d, "patch": ""} for d in plain["drift"]]
    assert {d["account"] for d in report["drift"] if d.get("patch")} == {number(0), number(2)}
    assert report["warnings"] == [f"team-1 ({number(1)}): there are no patches: internal error in drift: RuntimeError"]

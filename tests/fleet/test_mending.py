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
    # the module says it of all three accounts: it gets a variable, which the call of this account alone gives
    shared = patches[number(2), "modified", "module.shared.aws_sqs_queue.this"]
    assert (
        "-  visibility_timeout_seconds = 30\n+  visibility_timeout_seconds = var.visibility_timeout_seconds\n" in shared
    )
    assert "+  default = 30\n" in shared
    assert [line for line in shared.splitlines() if line.startswith("+++")] == [
        f"+++ b/envs/{number(2)}/main.tf",
        "+++ b/modules/q/main.tf",
    ]
    assert "+  visibility_timeout_seconds = 9\n" in shared


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


def fixed(folder: Path, *more: str, status: int = 0, **how: Any) -> Done:
    out = run("fix", folder, *more, **how)
    assert out.returncode == status, out.stdout + out.stderr
    return out


def text(folder: Path, n: int) -> str:
    return (folder / "envs" / number(n) / "main.tf").read_text()


def test_each_account_is_mended_in_its_own_configuration(made: Path) -> None:
    done = fixed(made, "--accept", "all", "--adopt", "all", "--write")

    assert f"team-1 ({number(1)})\n  accept  modified aws_sqs_queue.jobs" in done.stdout
    assert "5 of 5 fixed in 3 accounts; 4 files to change." in done.stdout
    assert [text(made, n).count("visibility_timeout_seconds = 5\n") for n in range(3)] == [0, 1, 0]
    assert [text(made, n).count(f"com/{number(n)}/stray") for n in range(3)] == [1, 1, 1]
    # what a module says of all three is written into the call of one
    assert ["visibility_timeout_seconds = 9\n" in text(made, n) for n in range(3)] == [False, False, True]
    assert "default = 30\n" in (made / "modules/q/main.tf").read_text()
    assert f"module.shared.aws_sqs_queue.this of envs/{number(0)}/terraform.tfstate" in done.stdout  # and says why
    assert checked(made)["drift"] == []


def test_accounts_are_chosen_as_for_a_check(made: Path) -> None:
    done = fixed(made, "--accept", "all", "--adopt", "all", "--write", "-a", "team-1")

    assert "2 of 2 fixed in 1 account; 1 file to change." in done.stdout
    assert "stray" in text(made, 1)
    assert text(made, 0) == ROOT


def test_a_plan_has_the_account_in_its_rows(made: Path) -> None:
    fixed(made, "--write-plan", "fix.json")
    rows = json.loads((made / "fix.json").read_text())["entries"]
    assert {r["account"] for r in rows} == {number(n) for n in range(3)}
    for row in rows:
        row["choice"] = "adopt" if row["kind"] == "unmanaged" and row["account"] != number(1) else "skip"
    (made / "fix.json").write_text(json.dumps({"entries": rows}))

    fixed(made, "--plan", "fix.json", "--write")

    assert ["stray" in text(made, n) for n in range(3)] == [True, False, True]
    assert "= 30\n" in text(made, 1)


def test_a_plan_is_about_its_own_accounts(made: Path) -> None:
    row = {"name": "aws_sqs_queue.jobs", "choice": "accept", "fingerprint": "0", "account": number(0)}
    (made / "fix.json").write_text(json.dumps({"entries": [row]}))
    assert "None of the drift is chosen." in fixed(made, "--plan", "fix.json").stdout

    (made / "fix.json").write_text(json.dumps({"entries": [{**row, "account": number(1)}]}))
    done = fixed(made, "--plan", "fix.json", status=3)
    assert f"! team-1 ({number(1)}): not fixed: aws_sqs_queue.jobs has drifted again" in done.stdout


def test_an_account_that_cannot_be_read_costs_no_other(made: Path) -> None:
    (made / "tapes" / f"{number(0)}.jsonl").unlink()

    done = fixed(made, "--adopt", "all", "--write", status=3)

    assert f"! team-0 ({number(0)}): not read: " in done.stdout
    assert ["stray" in text(made, n) for n in range(3)] == [False, True, True]


def test_what_others_read_too_is_not_adopted_into(made: Path) -> None:
    """One root module for two accounts: what is adopted for one, the other one would import as well."""
    for n in (0, 1):
        shutil.copy(made / "envs" / number(n) / "terraform.tfstate", made / f"{number(n)}.tfstate")
        shutil.rmtree(made / "envs" / number(n))
    (made / "envs" / "both").mkdir()
    (made / "envs" / "both" / "main.tf").write_text(ROOT)
    words = ("--accounts", "accounts.yml", "--state", "*.tfstate", "--config", "envs/both", "--replay", "tapes")

    done = drift("fix", *words, "-a", "team-0,team-1", cwd=made)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count(", which would change as well") == 2
    assert f"also sets aws_sqs_queue.jobs of {number(0)}.tfstate" in done.stdout
    assert "0 of 3 fixed in 0 accounts; 0 files to change." in done.stdout


def test_an_account_that_is_not_proved_costs_no_other(made: Path) -> None:
    stub = made / "terraform"
    moved = {"before": {"visibility_timeout_seconds": 1}, "after": {}, "actions": ["update"]}
    plan = {"resource_changes": [{"address": "aws_sqs_queue.jobs", "mode": "managed", "change": moved}]}
    lines = [
        "#!/bin/sh",
        '[ "$1" = show ] || exit 0',
        f"grep -q {number(1)} drift-proof.tfstate && echo '{json.dumps(plan)}' || echo '{{}}'",
    ]
    stub.write_text("\n".join(lines) + "\n")
    stub.chmod(0o755)

    done = fixed(made, "--accept", "all", "--adopt", "all", "--prove", "--terraform", str(stub), "--write", status=3)

    assert f"team-1 ({number(1)}): nothing is written, not proved: aws_sqs_queue.jobs" in done.stderr
    assert text(made, 1) == ROOT
    assert "proved by terraform" in done.stdout


def test_each_account_has_a_pull_request_of_its_own(made: Path) -> None:
    done = fixed(made, "--accept", "all", "--adopt", "all", "--pr", "--dry-run", "--scope", "prod")

    assert [line for line in done.stdout.splitlines() if line.startswith("drift/fix-")] == [
        "drift/fix-prod-team-1",
        "drift/fix-prod-team-2",
        "drift/fix-prod-team-0",
    ]
    assert "Drift in prod team-1: 2 entries fixed" in done.stdout


def test_a_configuration_that_drift_fails_in_costs_no_other_its_remedies(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from drift.fleet import cell

    modules_of = cell.modules_of  # type: ignore[attr-defined]

    def faulty(states: Any, sources: Any) -> Any:
        if any(number(0) in state.source for state in states):
            raise RuntimeError("secret")
        return modules_of(states, sources)

    monkeypatch.setattr(cell, "modules_of", faulty)
    done = fixed(made, "--accept", "all", "--adopt", "all", "--write")

    assert f"of envs/{number(1)}/terraform.tfstate" in done.stdout  # what can be read is still tried
    assert "= 5\n" in text(made, 1)

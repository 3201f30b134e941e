"""`drift fix --pr`: one branch and one pull request for each scope."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.test_cli import drift
from tests.cli.test_fix import shop
from tests.support.platforms import TOKEN, GitHubStandIn, GitLabStandIn, served

__all__ = ["shop"]


def git(*words: str, cwd: Path) -> str:
    who = ["-c", "user.email=a@example.com", "-c", "user.name=A"]
    return subprocess.run(["git", *who, *words], cwd=cwd, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def pushed(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A repository with a remote of its own."""
    remote = tmp_path_factory.mktemp("remote")
    git("init", "-q", "--bare", cwd=remote)
    git("init", "-q", "-b", "main", cwd=shop)
    git("remote", "add", "origin", str(remote), cwd=shop)
    git("add", "main.tf", cwd=shop)
    git("commit", "-qm", "begin", cwd=shop)
    return shop, remote


FIX = ("fix", "--replay", "tampered.jsonl", "--accept", "all", "--pr", "--scope", "prod")


def test_one_pull_request_is_opened_then_updated(pushed: tuple[Path, Path]) -> None:
    here, remote = pushed
    with served(GitHubStandIn()) as hub:
        assert isinstance(hub, GitHubStandIn)
        env = {
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_API_URL": hub.url,
            "GITHUB_ACTIONS": "1",
        }

        first = drift(*FIX, cwd=here, env=env)
        second = drift(*FIX, cwd=here, env=env)

    assert first.returncode == 0, first.stderr
    assert second.returncode == 0, second.stderr
    assert first.stdout.splitlines()[-1] == "https://github.example/acme/shop/pull/300"
    assert [p["head"]["ref"] for p in hub.pulls] == ["drift/fix-prod"]
    assert hub.pulls[0]["title"] == "Drift in prod: 4 entries mended"
    assert "aws_sqs_queue.jobs" in hub.pulls[0]["body"]
    assert "delay_seconds              = 30" in git("show", "drift/fix-prod:main.tf", cwd=remote)
    assert git("status", "--porcelain", "main.tf", cwd=here) == ""
    assert git("branch", "--list", cwd=here).split() == ["*", "main"]


def test_one_merge_request_is_opened_then_updated(pushed: tuple[Path, Path]) -> None:
    here, _ = pushed
    with served(GitLabStandIn()) as lab:
        assert isinstance(lab, GitLabStandIn)
        env = {"GITLAB_TOKEN": TOKEN, "CI_PROJECT_ID": "42", "CI_SERVER_URL": lab.url, "GITLAB_CI": "true"}

        first = drift(*FIX, cwd=here, env=env)
        second = drift(*FIX, cwd=here, env=env)

    assert first.returncode == 0, first.stderr
    assert second.returncode == 0, second.stderr
    assert [(m["source_branch"], m["target_branch"]) for m in lab.proposed] == [("drift/fix-prod", "main")]


def test_a_dirty_file_is_not_proposed(pushed: tuple[Path, Path]) -> None:
    here, remote = pushed
    (here / "main.tf").write_text((here / "main.tf").read_text() + "# mine\n")

    done = drift(*FIX, cwd=here, env={"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/shop"})

    assert done.returncode == 2
    assert "not committed: main.tf" in done.stderr
    assert git("branch", "--list", cwd=remote) == ""


def test_a_dry_run_pushes_nothing(pushed: tuple[Path, Path]) -> None:
    here, remote = pushed

    done = drift(*FIX, "--dry-run", cwd=here)

    assert done.returncode == 0, done.stderr
    assert "Drift in prod: 4 entries mended" in done.stdout
    assert git("branch", "--list", cwd=remote) == ""

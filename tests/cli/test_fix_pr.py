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
    assert hub.pulls[0]["title"] == "Drift in prod: 4 entries fixed"
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
    assert "Drift in prod: 4 entries fixed" in done.stdout
    assert git("branch", "--list", cwd=remote) == ""


def test_a_detached_head_is_proposed_on_top_of(pushed: tuple[Path, Path]) -> None:
    here, remote = pushed
    git("checkout", "-q", "--detach", cwd=here)
    with served(GitHubStandIn()) as hub:
        assert isinstance(hub, GitHubStandIn)
        env = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": hub.url}
        done = drift(*FIX, cwd=here, env=env)

    assert done.returncode == 0, done.stderr
    assert "delay_seconds              = 30" in git("show", "drift/fix-prod:main.tf", cwd=remote)
    assert git("rev-parse", "drift/fix-prod~1", cwd=remote) == git("rev-parse", "HEAD", cwd=here)


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"GITHUB_REPOSITORY": "acme/shop"}, "no token for GitHub"),
        ({"GITHUB_TOKEN": TOKEN}, "no platform to post to"),
    ],
)
def test_where_nothing_could_be_proposed_is_said_before_anything_is_read(
    env: dict[str, str], message: str, pushed: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, remote = pushed
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_REPOSITORY", "CI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)

    done = drift("fix", "--replay", "nowhere.jsonl", "--accept", "all", "--pr", cwd=here, env=env)

    assert done.returncode == 2
    assert message in done.stderr
    assert git("branch", "--list", cwd=remote) == ""


@pytest.mark.parametrize("begun", [False, True])
def test_without_a_commit_to_build_on_nothing_is_proposed(begun: bool, shop: Path) -> None:
    if begun:
        git("init", "-q", cwd=shop)
        (shop / ".gitignore").write_text("*\n")

    done = drift(*FIX, cwd=shop, env={"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/shop"})

    assert done.returncode == 2
    assert ("has no commit yet" if begun else "is in no git repository") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_line_ends_and_tabs_stay(end: str, shop: Path) -> None:
    text = (shop / "main.tf").read_text().replace("  delay_seconds", "\tdelay_seconds").replace("\n", end)
    (shop / "main.tf").write_bytes(text.encode())

    done = drift("fix", "--replay", "tampered.jsonl", "--accept", "all", "--adopt", "all", "--write", cwd=shop)

    after = (shop / "main.tf").read_bytes().decode()
    assert done.returncode == 0, done.stderr
    assert "\tdelay_seconds              = 30" in after
    assert after.count("\n") == after.count(end) > text.count(end)

"""`drift init`: what it finds, what it writes, and that it loses nothing."""

from __future__ import annotations

import os
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from drift.cli import cli
from drift.cli.init import origin
from drift.errors import UsageError
from drift.platforms import workflows
from drift.providers.aws.login import CREDENTIALS
from tests.cli.test_action import PINNED

BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "states"\n    key    = "prod.tfstate"\n    region = "eu-west-1"\n  }\n}\n'


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("envs/prod", "envs/dev", "modules/vpc", ".terraform/modules/x", ".git"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".git" / "config").write_text(
        '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@github.com:acme/infra.git\n'
    )
    (tmp_path / "envs/prod/main.tf").write_text(BACKEND)
    (tmp_path / "envs/dev/main.tf").write_text('variable "x" {}\n')
    (tmp_path / "envs/dev/terraform.tfstate").write_text('{"version": 4, "resources": []}')
    (tmp_path / "modules/vpc/main.tf").write_text('variable "x" {}\n')
    (tmp_path / ".terraform/modules/x/main.tf").write_text(BACKEND)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*words: str) -> str:
    done = CliRunner().invoke(cli, ["init", *words], standalone_mode=False, catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_it_finds_what_has_a_state_and_not_the_modules(repository: Path) -> None:
    told = init("--ci", "none", "--fail-on", "unmanaged,severity>=high")

    settings = tomllib.loads((repository / "drift.toml").read_text())
    assert settings == {"config": ["envs/dev", "envs/prod"], "fail-on": ["unmanaged", "severity>=high"]}
    assert "drift doctor" in told
    shown = CliRunner().invoke(cli, ["config", "--set"])
    assert 'config   ["envs/dev", "envs/prod"]' in shown.output


def test_the_workflow_is_pinned_and_narrow(repository: Path) -> None:
    told = init("--ci", "github", "--role", "arn:aws:iam::123456789012:role/drift")
    text = (repository / ".github/workflows/drift.yml").read_text()
    workflow = yaml.safe_load(text)

    uses = [line.strip().removeprefix("- ") for line in text.splitlines() if "uses:" in line]
    assert uses
    assert all(PINNED.match(u) for u in uses)
    assert workflow["permissions"] == {}
    steps = workflow["jobs"]["drift"]["steps"]
    order = [
        i for i, s in enumerate(steps) if "pip install" in s.get("run", "") or "configure-aws" in s.get("uses", "")
    ]
    assert "pip install" in steps[order[0]]["run"], "drift is installed before the role is taken on"
    assert [s["run"] for s in steps if "terraform -chdir" in s.get("run", "")] == [
        f"terraform -chdir=envs/{d} init -input=false -no-color" for d in ("dev", "prod")
    ]
    assert not [s for s in steps if "${{" in s.get("run", "")]
    assert "drift policy" not in told


def test_actionlint_finds_nothing(repository: Path) -> None:
    lint = os.environ.get("DRIFT_ACTIONLINT")
    if not lint:
        pytest.skip("actionlint is not installed; .ci/run installs it")
    init("--ci", "github")
    done = subprocess.run([lint, ".github/workflows/drift.yml"], capture_output=True, text=True, cwd=repository)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_role_is_for_this_repository_alone(repository: Path) -> None:
    told = init("--ci", "github")

    assert "--trust github:acme/infra:ref:refs/heads/main --trust github:acme/infra:pull_request" in told


def test_gitlab(repository: Path) -> None:
    init("--ci", "gitlab")
    job = yaml.safe_load((repository / ".gitlab/drift.yml").read_text())["drift"]

    assert job["id_tokens"]["AWS_TOKEN"]["aud"] == "https://gitlab.com"
    assert job["script"][-1] == "exit $status"


def test_what_is_there_stays(repository: Path) -> None:
    (repository / "drift.toml").write_text("# mine\n")
    with pytest.raises(UsageError, match=r"drift\.toml: already exists") as raised:
        init("--ci", "github")
    assert 'by hand: config = ["envs/dev", "envs/prod"]; fail-on = ["any"].' in str(raised.value)
    assert not (repository / ".github").exists()
    assert (repository / "drift.toml").read_text() == "# mine\n"

    init("--ci", "github", "--force")
    assert "fail-on" in (repository / "drift.toml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--fail-on", "sometimes"], "is not a policy"),
        (["--role", "drift", "--ci", "github"], "is not the ARN of a role"),
        (["--region", "mars"], "is not a region"),
    ],
)
def test_what_makes_no_sense_writes_nothing(repository: Path, words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        init(*words)
    assert not (repository / "drift.toml").exists()


def test_a_name_that_would_be_run_is_refused(repository: Path) -> None:
    (repository / "envs" / "${{ github.token }}").mkdir()
    (repository / "envs" / "${{ github.token }}" / "main.tf").write_text(BACKEND)

    with pytest.raises(UsageError, match="characters that a CI job would interpret"):
        init("--ci", "github")


def test_nothing_found_asks_for_a_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no Terraform directory"):
        init()

    init("--state", "s3://states/prod.tfstate", "--ci", "none")
    assert tomllib.loads((tmp_path / "drift.toml").read_text())["state"] == ["s3://states/prod.tfstate"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("git@github.com:acme/infra.git", "acme/infra"),
        ("https://github.com/acme/infra", "acme/infra"),
        ("https://me:pw@gitlab.com/acme/team/infra.git", "acme/team/infra"),
        ("ssh://git@example.com:22/acme/infra.git", "acme/infra"),
        ("../elsewhere", ""),
    ],
)
def test_the_repository_on_its_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, name: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(
        f'[remote "origin"]\n\turl = {url}\n\tfetch = +refs/heads/*\n[branch "main"]\n'
    )
    monkeypatch.chdir(tmp_path)

    assert origin() == name


def test_the_pins_are_those_of_our_own_workflows() -> None:
    ours = "".join(p.read_text() for p in (Path(__file__).parents[2] / ".github" / "workflows").glob("*.yml"))
    ours += (Path(__file__).parents[2] / "action.yml").read_text()

    for pin in (workflows.CHECKOUT, workflows.PYTHON, CREDENTIALS, workflows.TERRAFORM):
        assert pin in ours

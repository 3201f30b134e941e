"""The nightly and the pull-request workflow, acted out step by step as their files say, night after night.

The repository is a monorepo: three directories, each with a state of its own, describe one account.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from drift.cli import cli
from tests.support import gitlab_ci
from tests.support.actions import Event, Ran, Runner
from tests.support.platforms import TOKEN, GitHubStandIn, GitLabStandIn, WebhookStandIn, served

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / ".github" / "workflows"
NIGHTLY, PULL_REQUEST = WORKFLOWS / "nightly.yml", WORKFLOWS / "pull-request.yml"
WORLD = ROOT / "fixtures" / "worlds" / "security-groups"
DIRECTORIES = ("envs/dev", "envs/prod", "network")
SECRET = "/services/T0/B0/s3cr3tpath"


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """The state of one world, divided among three directories."""
    state = json.loads((WORLD / "refreshed.tfstate").read_text())
    root = tmp_path / "shop"
    (root / ".git").mkdir(parents=True)
    for number, name in enumerate(DIRECTORIES):
        (root / name).mkdir(parents=True)
        part = {**state, "lineage": name, "resources": state["resources"][number::3]}
        (root / name / "terraform.tfstate").write_text(json.dumps(part))
    return root


@pytest.fixture
def github() -> Iterator[GitHubStandIn]:
    with served(GitHubStandIn()) as stand_in:
        assert isinstance(stand_in, GitHubStandIn)
        stand_in.files = [{"filename": "network/main.tf", "patch": "@@ -1,0 +1,1 @@\n+#\n", "status": "modified"}]
        yield stand_in


@pytest.fixture
def chat() -> Iterator[WebhookStandIn]:
    with served(WebhookStandIn()) as stand_in:
        assert isinstance(stand_in, WebhookStandIn)
        yield stand_in


@pytest.fixture
def runner(tmp_path: Path, monorepo: Path, github: GitHubStandIn) -> Iterator[Runner]:
    temp = tmp_path / "runner"
    temp.mkdir()
    environment = {
        "HOME": str(temp),
        "DRIFT_CACHE": str(temp / "cache"),
        "PYTHONPATH": str(ROOT),
        "TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
        "DRIFT_REPLAY": str(WORLD / "tampered.jsonl"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    made = Runner(ROOT, monorepo, temp, environment)

    def granted(permissions: Any) -> None:
        github.rights = frozenset(k for k, v in permissions.items() if v == "write")

    made.granted = granted
    yield made
    made.close()


REPORTS = ["drift.html", "drift.json", "drift.sarif"]


def wrong(job: Ran) -> list[str]:
    """The steps that failed, in their order; an action after its own steps."""
    return [name for name, outcome in job.steps.items() if outcome == "failure"]


def night(chat: WebhookStandIn, monorepo: Path, **more: Any) -> Event:
    variables = {
        "DRIFT_ROLE": "arn:aws:iam::123456789012:role/drift",
        "DRIFT_DIRECTORIES": json.dumps(DIRECTORIES),
        "DRIFT_STATES": f"{monorepo}/**/terraform.tfstate",
    }
    return Event(variables=variables, secrets={"DRIFT_WEBHOOK": chat.url + SECRET}, **more)


def issues(github: GitHubStandIn) -> dict[str, str]:
    return {i["title"]: i["state"] for i in github.issues}


def told(chat: WebhookStandIn) -> list[str]:
    return [r.body["blocks"][0]["text"]["text"] for r in chat.requests]


def secrets_kept(*jobs: Ran) -> None:
    for job in jobs:
        for secret in (TOKEN, "s3cr3tpath"):
            assert secret not in job.log + job.summary


def tape(tmp_path: Path, op: str, **answer: Any) -> str:
    """The world's recording with another answer to one operation."""
    lines = [json.loads(line) for line in (WORLD / "tampered.jsonl").read_text().splitlines()]
    found = [line for line in lines if line.get("op") == op]
    assert found
    for line in found:
        line.pop("pages", None)
        line.update(answer)
    path = tmp_path / "other.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An account with 5,000 groups that nobody describes."""
    groups = [
        {
            "GroupId": f"sg-{n:017x}",
            "GroupName": f"rogue-{n}",
            "VpcId": "vpc-0e174c4644be8ee63",
            "OwnerId": "123456789012",
            "Description": "x",
            "IpPermissions": [],
            "IpPermissionsEgress": [],
        }
        for n in range(5000)
    ]
    where = tmp_path_factory.mktemp("many")
    return tape(where, "ec2:DescribeSecurityGroups", pages=[{"SecurityGroups": groups}])


# ---- every night ------------------------------------------------------------------------------------------------


def test_a_monorepo_night_after_night(
    runner: Runner, github: GitHubStandIn, chat: WebhookStandIn, monorepo: Path
) -> None:
    first = runner.run(NIGHTLY, night(chat, monorepo))

    assert [j.name for j in first] == list(DIRECTORIES)
    assert [wrong(j) for j in first] == [["Succeed or fail", "./"]] * 3
    assert issues(github) == {f"Drift in {d}": "open" for d in DIRECTORIES}
    assert [t.split(":")[0] for t in told(chat)] == [f"Drift in {d}" for d in DIRECTORIES]
    assert [list(j.artifacts.values()) for j in first] == [[REPORTS]] * 3
    for job, issue in zip(first, github.issues, strict=True):
        # what another directory's state describes is unmanaged nowhere; what no state describes is told in each
        assert "sg-fe7498da50fff50cb" in issue["body"]
        assert "1 unmanaged" in job.annotations[-1]
        assert job.summary.startswith("## Drift: ")
    secrets_kept(*first)

    second = runner.run(NIGHTLY, night(chat, monorepo))

    assert [wrong(j) for j in second] == [["Succeed or fail", "./"]] * 3
    assert len(github.issues) == len(chat.requests) == 3, "one issue each, and nothing is news"
    assert "/actions/runs/2" in github.issues[0]["body"]

    runner.environments["network"] = {"DRIFT_REPLAY": str(WORLD / "clean.jsonl")}
    event = night(chat, monorepo)
    event.variables = {**event.variables, "DRIFT_DIRECTORIES": '["network"]'}
    (third,) = runner.run(NIGHTLY, event)

    assert wrong(third) == []
    assert issues(github) == {f"Drift in {d}": "closed" if d == "network" else "open" for d in DIRECTORIES}
    assert len(chat.requests) == 3
    assert third.annotations == ["::notice title=drift::no drift"]


def test_one_directory_may_be_all_there_is(runner: Runner, github: GitHubStandIn, chat: WebhookStandIn) -> None:
    shutil.copy(WORLD / "refreshed.tfstate", runner.checkout / "terraform.tfstate")
    event = Event(variables={"DRIFT_ROLE": "arn:aws:iam::123456789012:role/drift"})
    (job,) = runner.run(NIGHTLY, event)

    assert wrong(job) == ["Succeed or fail", "./"]
    assert issues(github) == {"Drift in nightly": "open"}
    assert job.steps["Tell the chat"] == "skipped"


def test_a_role_that_cannot_be_taken_on(
    runner: Runner, github: GitHubStandIn, chat: WebhookStandIn, monorepo: Path
) -> None:
    runner.environments["network"] = {"DRIFT_REPLAY": ""}
    event = night(chat, monorepo, role=False)
    event.variables = {**event.variables, "DRIFT_DIRECTORIES": '["network"]'}
    (job,) = runner.run(NIGHTLY, event)

    assert wrong(job)[0] == "aws-actions/configure-aws-credentials"
    assert "Succeed or fail" in wrong(job)
    assert issues(github) == {"drift could not check network": "open"}
    assert told(chat) == ["Drift in network could not be checked"]
    assert "no AWS credentials" in chat.requests[0].body["text"]
    assert "no AWS credentials" in github.issues[0]["body"]

    runner.environments.clear()
    event.role = True
    runner.run(NIGHTLY, event)

    assert issues(github) == {"drift could not check network": "closed", "Drift in network": "open"}


def test_a_role_that_may_not_read_something(
    runner: Runner, github: GitHubStandIn, chat: WebhookStandIn, monorepo: Path, tmp_path: Path
) -> None:
    """Nothing drifted as far as it can be seen: that is no green, and an open issue is not closed by it."""
    event = night(chat, monorepo)
    event.variables = {**event.variables, "DRIFT_DIRECTORIES": '["envs/dev"]'}
    runner.run(NIGHTLY, event)
    denied = tape(tmp_path, "ec2:DescribeSecurityGroups", refused="UnauthorizedOperation")
    runner.environments["envs/dev"] = {"DRIFT_REPLAY": denied}
    jobs = [runner.run(NIGHTLY, event)[0] for _ in range(2)]

    assert [wrong(j) for j in jobs] == [["Succeed or fail", "./"]] * 2
    assert issues(github) == {"Drift in envs/dev": "open"}
    assert "ec2:DescribeSecurityGroups" in jobs[0].summary
    assert len(chat.requests) == 2, "the reason is told once"
    assert "ec2:DescribeSecurityGroups: UnauthorizedOperation" in chat.requests[1].body["text"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, {}, {"message": "Server Error"}), "refused every try: too many 500"),
        ((0, {}, None), "cannot be reached"),
        ((403, {}, {"message": "Resource not accessible by integration"}), "issues: write"),
    ],
)
def test_a_platform_that_fails_loses_nothing(
    answer: tuple[int, dict[str, str], Any],
    says: str,
    runner: Runner,
    github: GitHubStandIn,
    chat: WebhookStandIn,
    monorepo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drift.platforms.github.TRIES", 0)
    monkeypatch.setattr("drift.platforms.webhook.TRIES", 0)
    github.down = chat.down = answer
    event = night(chat, monorepo)
    event.variables = {**event.variables, "DRIFT_DIRECTORIES": '["network"]'}
    (job,) = runner.run(NIGHTLY, event)

    assert wrong(job) == ["Keep the issue", "Tell the chat", "Succeed or fail", "./"]
    assert says in job.log, job.log
    assert list(job.artifacts.values()) == [REPORTS]
    assert job.summary.startswith("## Drift: ")
    assert len(job.annotations) > 1
    secrets_kept(job)

    github.down = chat.down = None
    runner.run(NIGHTLY, event)

    assert issues(github) == {"Drift in network": "open"}
    assert told(chat)[-1].startswith("Drift in network: 3 new"), "what was not told is told the next night"


def test_thousands_of_drifts_fit_everywhere(
    runner: Runner, github: GitHubStandIn, chat: WebhookStandIn, monorepo: Path, many: str
) -> None:
    """The stand-ins refuse what the platforms would."""
    runner.environments["network"] = {"DRIFT_REPLAY": many}
    event = night(chat, monorepo)
    event.variables = {**event.variables, "DRIFT_DIRECTORIES": '["network"]'}
    (job,) = runner.run(NIGHTLY, event)

    assert wrong(job) == ["Succeed or fail", "./"], job.log[-3000:]
    assert "5000 unmanaged" in github.issues[0]["body"]
    assert "5000 unmanaged" in told(chat)[0]
    assert len(job.summary.encode()) < 1024 * 1024
    assert "5000 unmanaged" in job.annotations[-1]
    assert (
        max(sum(a.startswith(f"::{kind} ") for a in job.annotations) for kind in ("error", "warning", "notice")) <= 10
    )


# ---- pull requests ----------------------------------------------------------------------------------------------


def pull(monorepo: Path, *directories: str, **more: Any) -> Event:
    variables = {
        "DRIFT_ROLE": "arn:aws:iam::123456789012:role/drift",
        "DRIFT_DIRECTORIES": json.dumps(directories or DIRECTORIES),
        "DRIFT_STATES": f"{monorepo}/**/terraform.tfstate",
    }
    return Event("pull_request", variables, **more)


def test_a_pull_request_in_a_monorepo(runner: Runner, github: GitHubStandIn, monorepo: Path) -> None:
    (monorepo / "network" / "main.tf").write_text('resource "aws_security_group" "inline" {\n  name = "inline"\n}\n')
    github.files = [{"filename": "network/main.tf", "patch": "@@ -2,1 +2,1 @@\n-a\n+b\n", "status": "modified"}]
    runner.environments["network"] = {"DRIFT_NO_CONFIG": "true"}
    first = runner.run(PULL_REQUEST, pull(monorepo))

    assert [wrong(j) for j in first] == [[]] * 3, "the comment tells: nobody's pull request fails for others' drift"
    assert [j.steps["Keep the issue"] for j in first] == ["skipped"] * 3
    assert github.issues == []
    bodies = [c["body"] for c in github.comments]
    assert [f"## Drift in `{d}`" in b for d, b in zip(DIRECTORIES, bodies, strict=True)] == [True] * 3
    assert ["This pull request touches none of it." in b for b in bodies] == [True, True, False]
    assert "This pull request touches 1 resource that drifted" in bodies[2]

    runner.environments["network"]["DRIFT_REPLAY"] = str(WORLD / "clean.jsonl")
    runner.run(PULL_REQUEST, pull(monorepo, "network"))

    assert len(github.comments) == 3, "a new push edits the comment in place"
    assert "✅ The account agrees with Terraform." in github.comments[2]["body"]


def test_a_fork_is_passed_over(runner: Runner, github: GitHubStandIn, monorepo: Path) -> None:
    jobs = runner.run(PULL_REQUEST, pull(monorepo, fork=True))

    assert [j.skipped for j in jobs] == [True] * 3
    assert github.requests == []


def test_a_fork_in_a_workflow_that_does_not_pass_it_over(runner: Runner, github: GitHubStandIn, monorepo: Path) -> None:
    """No secret, no role, and a token that only reads: it fails in words, and shows nothing."""
    text = re.sub(r"\n    if: vars.*", "", PULL_REQUEST.read_text())
    runner.environments["network"] = {"DRIFT_REPLAY": ""}
    (job,) = runner.run(text, pull(monorepo, "network", fork=True))

    assert wrong(job) == [
        "aws-actions/configure-aws-credentials",
        "Comment on the pull request",
        "Succeed or fail",
        "./",
    ]
    assert [a for a in job.annotations if "no AWS credentials" in a]
    assert [a for a in job.annotations if "refused with 403" in a]
    assert "A pull request from a fork has a token that only reads." in job.log
    assert "could not check" in job.summary
    assert github.comments == []
    secrets_kept(job)


def test_a_comment_does_not_outlive_the_check_that_failed(
    runner: Runner, github: GitHubStandIn, monorepo: Path
) -> None:
    runner.run(PULL_REQUEST, pull(monorepo, "network"))
    runner.environments["network"] = {"DRIFT_REPLAY": ""}
    (job,) = runner.run(PULL_REQUEST, pull(monorepo, "network", role=False))

    assert "Succeed or fail" in wrong(job)
    (comment,) = github.comments
    assert "drift could not check network" in comment["body"]
    assert "no AWS credentials" in comment["body"]

    runner.environments.clear()
    runner.run(PULL_REQUEST, pull(monorepo, "network"))
    assert [c["body"].split("\n")[1].split(":")[0] for c in github.comments] == ["## Drift in `network`"]


@pytest.mark.slow
def test_a_pull_request_of_thousands_of_drifts(
    runner: Runner, github: GitHubStandIn, monorepo: Path, many: str
) -> None:
    runner.environments["network"] = {"DRIFT_REPLAY": many}
    (job,) = runner.run(PULL_REQUEST, pull(monorepo, "network"))

    assert wrong(job) == [], job.log[-2000:]
    assert "5000 unmanaged" in github.comments[0]["body"].split("\n")[1]
    assert "did not fit here" in github.comments[0]["body"]


# ---- what `drift init` writes, and GitLab -----------------------------------------------------------------------


@pytest.mark.parametrize("event", ["schedule", "pull_request"])
def test_the_workflow_of_drift_init(
    event: str, runner: Runner, github: GitHubStandIn, monorepo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One job for all states of the repository: one report, and one issue or comment."""
    for name in DIRECTORIES:
        (monorepo / name / "main.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    monkeypatch.chdir(monorepo)
    done = CliRunner().invoke(cli, ["init", "--ci", "github", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    runner.environments[""] = {"DRIFT_NO_CONFIG": "true"}
    variables = {"DRIFT_ROLE": "arn:aws:iam::123456789012:role/drift"}
    written = Path(".github/workflows/drift.yml")
    (job,) = runner.run(written, Event(event, variables))
    (broken,) = runner.run(written.read_text(), Event(event, variables, role=False))

    assert wrong(job) == ["check"]
    assert wrong(broken) == ["aws-actions/configure-aws-credentials"]
    assert broken.steps["check"] == "skipped"
    if event == "schedule":
        assert issues(github) == {"Drift in terraform": "open", "drift could not check terraform": "open"}
        runner.run(written.read_text(), Event(event, variables))
        assert issues(github) == {"Drift in terraform": "open", "drift could not check terraform": "closed"}
    else:
        (comment,) = github.comments
        assert "a step before the check failed" in comment["body"]
        assert github.issues == []


COMPONENT = (ROOT / "templates" / "drift.yml").read_text()


@pytest.fixture
def gitlab(tmp_path: Path, monorepo: Path) -> Iterator[tuple[gitlab_ci.Runner, GitLabStandIn]]:
    with served(GitLabStandIn()) as stand_in:
        assert isinstance(stand_in, GitLabStandIn)
        stand_in.diffs = [
            {"new_path": "network/main.tf", "old_path": "network/main.tf", "diff": "@@ -1 +1 @@\n-a\n+b\n"}
        ]
        environment = {
            "HOME": str(tmp_path),
            "DRIFT_CACHE": str(tmp_path / "cache"),
            "CI_PROJECT_ID": "42",
            "CI_SERVER_URL": stand_in.url,
            "GITLAB_TOKEN": TOKEN,
            "DRIFT_REPLAY": str(WORLD / "tampered.jsonl"),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        made = gitlab_ci.Runner(monorepo, tmp_path / "runner", environment)
        yield made, stand_in
        made.close()


def component(name: str, monorepo: Path) -> dict[str, str]:
    return {"job": f"drift-{name}", "directory": name, "also-managed-by": f"{monorepo}/**/terraform.tfstate"}


GITLAB_REPORTS = ["code-quality.json", "drift.html", "drift.json", "drift.xml"]


def test_a_monorepo_on_gitlab(gitlab: tuple[gitlab_ci.Runner, GitLabStandIn], monorepo: Path) -> None:
    runner, platform = gitlab
    jobs = [runner.run(COMPONENT, "schedule", component(d, monorepo)) for d in DIRECTORIES]
    merge = runner.run(COMPONENT, "merge_request_event", component("network", monorepo), CI_MERGE_REQUEST_IID="7")

    assert [j and (j.status, j.artifacts) for j in jobs] == [(1, GITLAB_REPORTS)] * 3
    assert [i["title"] for i in platform.issues] == [f"Drift in {d}" for d in DIRECTORIES]
    assert merge
    assert merge.status == 1
    assert "## Drift in `network`" in platform.notes[0]["body"]
    broken = {**component("network", monorepo), "state": "nothere.tfstate", "scope": "network"}
    runner.run(COMPONENT, "merge_request_event", broken, CI_MERGE_REQUEST_IID="7")
    (note,) = platform.notes
    assert "drift could not check network" in note["body"]
    assert runner.run(COMPONENT, "push", component("network", monorepo)) is None


def test_a_fork_on_gitlab(gitlab: tuple[gitlab_ci.Runner, GitLabStandIn], monorepo: Path) -> None:
    """Its pipeline has no protected variable: neither a token nor the role."""
    runner, platform = gitlab
    more = {"CI_MERGE_REQUEST_IID": "7", "GITLAB_TOKEN": "", "DRIFT_REPLAY": ""}
    done = runner.run(COMPONENT, "merge_request_event", component("network", monorepo), **more)

    assert done
    assert done.status == 2
    assert "no AWS credentials" in done.log
    assert "no GITLAB_TOKEN: the comment is not posted" in done.log
    assert platform.requests == []


@pytest.mark.parametrize(
    "answer", [(403, {}, {"message": "403 Forbidden"}), (500, {}, {"message": "no"}), (0, {}, None)]
)
def test_a_gitlab_that_fails_loses_nothing(
    answer: tuple[int, dict[str, str], Any],
    gitlab: tuple[gitlab_ci.Runner, GitLabStandIn],
    monorepo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drift.platforms.gitlab.PATIENT", False)
    runner, platform = gitlab
    platform.down = answer
    done = runner.run(COMPONENT, "schedule", component("network", monorepo))

    assert done
    assert (done.status, done.artifacts) == (1, GITLAB_REPORTS)
    assert "Error: GitLab: 42: the issue: " in done.log
    assert "the issue could not be posted" in done.log
    assert TOKEN not in done.log


@pytest.mark.slow
def test_thousands_of_drifts_on_gitlab(
    gitlab: tuple[gitlab_ci.Runner, GitLabStandIn], monorepo: Path, many: str
) -> None:
    runner, platform = gitlab
    more = {"DRIFT_REPLAY": many, "CI_MERGE_REQUEST_IID": "7"}
    done = runner.run(COMPONENT, "merge_request_event", component("network", monorepo), **more)

    assert done
    assert (done.status, done.artifacts) == (1, GITLAB_REPORTS)
    assert "5000 unmanaged" in platform.notes[0]["body"].split("\n")[1]


@pytest.mark.parametrize("source", ["schedule", "merge_request_event"])
def test_the_gitlab_job_of_drift_init(
    source: str,
    gitlab: tuple[gitlab_ci.Runner, GitLabStandIn],
    monorepo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner, platform = gitlab
    for name in DIRECTORIES:
        (monorepo / name / "main.tf").write_text('terraform {\n  backend "local" {}\n}\n')
    monkeypatch.chdir(monorepo)
    done = CliRunner().invoke(cli, ["init", "--ci", "gitlab", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    text = Path(".gitlab/drift.yml").read_text()
    more = {"DRIFT_NO_CONFIG": "true", "CI_MERGE_REQUEST_IID": "7"}
    ran = runner.run(text, source, {}, **more)
    broken = runner.run(text, source, {}, **more, DRIFT_REPLAY="/nothere.jsonl")

    assert ran
    assert broken
    assert (ran.status, broken.status) == (1, 2)
    assert ran.artifacts == ["code-quality.json", "drift.json", "drift.xml"]
    posts = platform.issues if source == "schedule" else platform.notes
    assert len(posts) == (2 if source == "schedule" else 1)
    assert "could not check" in (posts[-1].get("title") or posts[-1]["body"])

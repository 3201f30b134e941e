"""The files of docs/recipes.md, acted out: what Atlantis, Spacelift, Jenkins and HCP Terraform do with them, on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import sys
import threading
import types
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from tests.support import forked
from tests.support.platforms import Answer, Request, StandIn, served

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
WORLD = ROOT / "fixtures" / "worlds" / "security-groups"
KEY = "hmac-s3cr3t"


def plan() -> dict[str, Any]:
    """A plan in JSON that changes nothing: the world's state is what it was made from."""
    state = json.loads((WORLD / "refreshed.tfstate").read_text())
    resources = [
        {
            "address": f"{r['type']}.{r['name']}",
            "mode": "managed",
            "type": r["type"],
            "name": r["name"],
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "schema_version": i["schema_version"],
            "values": i["attributes"],
            "sensitive_values": {},
        }
        for r in state["resources"]
        for i in r["instances"]
    ]
    values = {"root_module": {"resources": resources}}
    prior = {"format_version": "1.0", "terraform_version": "1.11.4", "values": values}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": values,
        "resource_changes": [],
        "prior_state": prior,
        "configuration": {},
    }


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    (tools / "terraform").write_text(f'#!/bin/sh\necho "terraform $*" >> {tmp_path}/asked\ncat {tmp_path}/plan.json\n')
    (tools / "terraform").chmod(0o755)
    listener = forked.install(tools / "drift")
    work = tmp_path / "work"
    work.mkdir()
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "DRIFT_CACHE": str(tmp_path / "cache"),
        "DRIFT_REPLAY": str(WORLD / "tampered.jsonl"),
    }
    yield Machine(work, environment, listener)
    forked.close(listener)


@dataclass
class Machine:
    work: Path
    environment: dict[str, str]
    listener: socket.socket

    def sh(self, script: str, *flags: str, **more: str) -> forked.Done:
        return forked.run(["sh", *flags, "-c", script], self.listener, {**self.environment, **more}, self.work)


# ---- Atlantis ---------------------------------------------------------------------------------------------------


def atlantis(machine: Machine, **more: str) -> tuple[int, str]:
    """The plan stage of the workflow: the status of the first step that failed, and what the comment shows."""
    (steps,) = [
        w["plan"]["steps"] for w in yaml.safe_load((TEMPLATES / "atlantis.yaml").read_text())["workflows"].values()
    ]
    assert steps[:2] == ["init", "plan"]
    files = {"PLANFILE": str(machine.work / "default.tfplan"), "SHOWFILE": str(machine.work / "default.json")}
    shown = ""
    for step in steps[2:]:
        command = step["run"] if isinstance(step["run"], str) else step["run"]["command"]
        done = machine.sh(command, **files, **more)
        if isinstance(step["run"], str) or step["run"]["output"] != "hide":
            shown += done.said
        if done.status:
            return done.status, shown
    return 0, shown


def test_atlantis_shows_the_drift_of_what_it_plans(machine: Machine) -> None:
    status, shown = atlantis(machine)

    assert status == 0
    assert "~ aws_security_group.inline" in shown
    assert "rogue" not in shown, "what no plan describes is the nightly job's"
    assert "\x1b" not in shown


def test_atlantis_plans_though_drift_cannot_check(machine: Machine) -> None:
    status, shown = atlantis(machine, DRIFT_REPLAY="/nothere")

    assert status == 0
    assert "/nothere" in shown
    assert "drift could not check this project" in shown


# ---- Spacelift --------------------------------------------------------------------------------------------------


def test_spacelift_gives_the_report_to_its_policies(machine: Machine) -> None:
    hooks = yaml.safe_load((TEMPLATES / "spacelift.yml").read_text())["stack_defaults"]["after_plan"]
    done = [machine.sh(hook) for hook in hooks]
    report = json.loads((machine.work / "drift.custom.spacelift.json").read_text())

    assert [d.status for d in done] == [0, 0, 0]
    assert "aws_security_group.inline" in done[1].said
    assert not (machine.work / ".drift-plan.json").exists(), "a plan holds secrets"
    entry = next(e for e in report["drift"] if e["kind"] == "modified")
    policy = (TEMPLATES / "spacelift.rego").read_text()
    # each name that the policy reads is one of the report
    assert set(re.findall(r"\bdrift\.(\w+)", policy)) <= {*entry, "drift"}
    assert set(re.findall(r"\bfinding\.(\w+)", policy)) <= entry["findings"][0].keys()
    assert {e["effect"] for d in report["drift"] for e in d["findings"]} >= {"introduced"}


# ---- Jenkins ----------------------------------------------------------------------------------------------------


def test_jenkins_runs_the_check_and_reads_its_results(machine: Machine) -> None:
    text = (TEMPLATES / "Jenkinsfile").read_text()
    (script,) = re.findall(r"returnStatus: true, script: '''(.*?)'''", text, re.DOTALL)
    (machine.work / ".drift" / "bin").mkdir(parents=True)
    (machine.work / ".drift" / "bin" / "drift").symlink_to(machine.work.parent / "tools" / "drift")
    script = script.replace("\\\\", "\\")  # Groovy's, within three quotes
    done = machine.sh(script, "-xe", STATE=str(WORLD / "refreshed.tfstate"))
    broken = machine.sh(script, "-xe", STATE="nothere.tfstate")
    results = re.findall(r"(?:testResults|artifacts): '([^']*)'", text)
    suites = ElementTree.parse(machine.work / "drift.xml").getroot()

    assert (done.status, broken.status) == (1, 2)
    assert "nothere.tfstate" in broken.said
    assert [(machine.work / n).exists() for r in results for n in r.split(", ")] == [True] * 3
    assert sum(int(s.get("failures", "0")) for s in suites) == 10
    assert text.count("{") == text.count("}")
    assert re.findall(r"^    (\w+)", text, re.MULTILINE) == [
        *("agent", "triggers", "options", "environment", "stages", "post")
    ]


# ---- HCP Terraform ----------------------------------------------------------------------------------------------


@dataclass
class HcpStandIn(StandIn):
    """HCP Terraform: one run whose plan lies with another host, and where the verdict goes."""

    token: str = "run.t0k3n"
    results: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        if request.path == "/archive/plan":
            assert "authorization" not in request.headers, "the token of the run is nobody else's"
            return 200, plan()
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}
        if request.path.endswith("/json-output"):
            return 200, None
        assert request.method == "PATCH"
        self.results.append(request.body["data"])
        return 200, {}


@pytest.fixture
def hcp() -> Iterator[HcpStandIn]:
    with served(HcpStandIn()) as stand_in:
        assert isinstance(stand_in, HcpStandIn)
        yield stand_in


@pytest.fixture
def service(
    machine: Machine, hcp: HcpStandIn, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, types.ModuleType]]:
    """The run task, serving; `drift` is a process of its own."""
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    drift = machine.work.parent / "tools" / "drift"
    drift.unlink()
    drift.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m drift "$@"\n')
    drift.chmod(0o755)
    monkeypatch.setenv("RUN_TASK_KEY", KEY)
    task = types.ModuleType("run_task")
    exec(compile((TEMPLATES / "run_task.py").read_text(), "run_task.py", "exec"), task.__dict__)
    task.SCHEME, task.HOST = hcp.url.split("://")  # type: ignore[attr-defined]
    threading.Thread(target=task.work, daemon=True).start()
    server = ThreadingHTTPServer(("127.0.0.1", 0), task.Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", task
    server.shutdown()
    server.server_close()


def request(hcp: HcpStandIn, **more: Any) -> dict[str, Any]:
    return {
        "payload_version": 1,
        "stage": "post_plan",
        "access_token": hcp.token,
        "capabilities": {"outcomes": True},
        "plan_json_api_url": f"{hcp.url}/api/v2/plans/plan-1/json-output",
        "task_result_callback_url": f"{hcp.url}/api/v2/task-results/1/callback",
        "run_id": "run-1",
        **more,
    }


def post(service: tuple[str, types.ModuleType], body: dict[str, Any], key: str = KEY) -> int:
    text = json.dumps(body).encode()
    signature = hmac.new(key.encode(), text, hashlib.sha512).hexdigest()
    asked = urllib.request.Request(service[0], text, {"X-TFC-Task-Signature": signature})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        status = error.code
    service[1].WAITING.join()
    return status


def test_a_run_task_checks_the_plan(service: tuple[str, types.ModuleType], hcp: HcpStandIn) -> None:
    hcp.moved = {"/api/v2/plans/plan-1/json-output": f"{hcp.url}/archive/plan"}
    assert post(service, request(hcp)) == 200

    (result,) = hcp.results
    assert result["type"] == "task-results"
    assert result["attributes"] == {"status": "failed", "message": "6 modified, 3 missing"}
    outcomes = result["relationships"]["outcomes"]["data"]
    assert len(outcomes) == 9
    assert "modified: aws_security_group.inline: ingress, egress, tags.Team" in [
        o["attributes"]["description"] for o in outcomes
    ]
    assert "SSH is open to the internet" in json.dumps(outcomes)


def test_a_run_task_that_cannot_check_says_so(
    service: tuple[str, types.ModuleType], hcp: HcpStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hcp.moved = {"/api/v2/plans/plan-1/json-output": f"{hcp.url}/archive/plan"}
    monkeypatch.setenv("DRIFT_REPLAY", "/nothere")
    post(service, request(hcp))

    assert [r["attributes"]["status"] for r in hcp.results] == ["failed"]
    assert "drift could not check this run: Error: /nothere" in hcp.results[0]["attributes"]["message"]


def test_a_run_task_tells_that_it_still_works(
    service: tuple[str, types.ModuleType], hcp: HcpStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hcp.moved = {"/api/v2/plans/plan-1/json-output": f"{hcp.url}/archive/plan"}
    monkeypatch.setattr(service[1], "PULSE", 0.1)
    monkeypatch.setenv("DRIFT_REPLAY", "/nothere")
    post(service, request(hcp))

    *before, last = [r["attributes"]["status"] for r in hcp.results]
    assert {*before} == {"running"}
    assert last == "failed"


@pytest.mark.parametrize("length", ["-1", "9" * 9, "x"])
def test_a_run_task_reads_no_more_than_a_request_may_have(
    length: str, service: tuple[str, types.ModuleType], hcp: HcpStandIn
) -> None:
    host, _, port = service[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 5) as wire:  # it stays open: nobody waits for the rest
        wire.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{}}".encode())
        assert wire.makefile("rb").read().startswith(b"HTTP/1.0 413")
    assert hcp.requests == []


@pytest.mark.parametrize(
    ("more", "key", "status"),
    [
        ({}, "wrong", 401),
        ({"access_token": "test-token", "stage": "test"}, KEY, 200),
        ({"task_result_callback_url": "http://169.254.169.254/x", "plan_json_api_url": "file:///etc/passwd"}, KEY, 200),
    ],
)
def test_a_run_task_does_nothing_for_others(
    more: dict[str, Any], key: str, status: int, service: tuple[str, types.ModuleType], hcp: HcpStandIn
) -> None:
    assert post(service, request(hcp, **more), key) == status
    assert hcp.requests == []

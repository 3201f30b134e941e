"""Canaries: secrets that were put where secrets are found. None comes out, in any format, with any option."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from drift import cli as command_line
from drift.cli.interrupts import INTERRUPTS
from drift.diff.redact import redacted
from drift.errors import DriftError
from drift.model.drift import Report
from drift.model.secrets import SHOW, is_named, replaced, without_tokens
from drift.model.value import Block, plain
from drift.provider.installed import installed
from drift.report import FORMATS, Look, renderer
from drift.report import plan as plans
from tests.support.made import MadeApi, write_state
from tests.support.world import run

ACCOUNT = "123456789012"
WHEN = "2026-01-01T00:00:00Z"
AWS_KEY, GITHUB, URL_PASSWORD = "AKIAQ3EGRIJ5CANARY77", "ghp_" + "C4n4ry" * 6, "canary-in-an-address"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
NAMED, VARIABLE, HEADER = "canary-by-its-name", "canary-of-a-function", "canary-of-a-header"
CANARIES = (AWS_KEY, GITHUB, URL_PASSWORD, JWT, NAMED, VARIABLE, HEADER)

QUEUE = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/a"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"


def definition(token: str, host: str) -> str:
    step = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "End": True}
    given = {"Headers": {"Authorization": token}, "ApiEndpoint": f"https://user:{URL_PASSWORD}@{host}"}
    return json.dumps({"StartAt": "A", "States": {"A": {**step, "Parameters": {**given, "apiKey": NAMED}}}})


STATE: dict[str, dict[str, Any]] = {
    "aws_sqs_queue.a": {
        "id": QUEUE, "url": QUEUE, "name": "a", "arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:a",
        "tags": {"Deploy": f"key {AWS_KEY}", "Owner": "me"},
    },
    "aws_sfn_state_machine.m": {
        "id": MACHINE, "arn": MACHINE, "name": "m", "type": "STANDARD", "definition": definition(JWT, "old.test"),
        "role_arn": f"arn:aws:iam::{ACCOUNT}:role/r", "tags": {},
    },
    "aws_lambda_function.f": {
        "id": "f", "arn": FUNCTION, "function_name": "f", "role": f"arn:aws:iam::{ACCOUNT}:role/r",
        "handler": "a.b", "runtime": "python3.12",
        "environment": [{"variables": {"TOKEN": VARIABLE, "MODE": "one"}}], "tags": {},
    },
}  # fmt: skip
ANSWERS: dict[str, Any] = {
    "sqs:ListQueues": {"QueueUrls": [QUEUE, f"{QUEUE}2"]},
    "sqs:GetQueueAttributes": {"Attributes": {}},
    "sqs:ListQueueTags": {"Tags": {"Deploy": f"key {GITHUB}", "Owner": "you"}},
    "stepfunctions:ListStateMachines": {
        "stateMachines": [{"stateMachineArn": MACHINE, "name": "m", "type": "STANDARD", "creationDate": WHEN}]
    },
    "stepfunctions:DescribeStateMachine": {
        "stateMachineArn": MACHINE, "name": "m", "type": "STANDARD", "definition": definition(GITHUB, "new.test"),
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "creationDate": WHEN,
    },
    "lambda:ListFunctions": {
        "Functions": [{
            "FunctionName": "f", "FunctionArn": FUNCTION, "Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Handler": "a.b",
            "Runtime": "python3.12", "Environment": {"Variables": {"TOKEN": VARIABLE, "MODE": "two"}},
        }]
    },
}  # fmt: skip
TYPES = ("aws_sqs_queue", "aws_sfn_state_machine", "aws_lambda_function")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return run(write_state(STATE, tmp_path_factory.mktemp("canaries") / "s.tfstate"), MadeApi(ANSWERS), only=TYPES)


def assert_no_canary(text: str) -> None:
    assert [c for c in CANARIES if c in text] == []


def test_the_drift_itself_is_told(report: Report) -> None:
    found = {(d.kind, d.type) for d in report.drift}

    assert found >= {("modified", name) for name in TYPES}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_shows_one(report: Report, name: str) -> None:
    for look in (Look(), Look(verbose=True, not_ours=True, color=True), Look(quiet=True)):
        out = io.StringIO()
        renderer(name)(report, out, look)
        assert out.getvalue()
        assert_no_canary(out.getvalue())


def test_what_is_no_secret_beside_one_is_told(report: Report) -> None:
    out = io.StringIO()
    renderer("json")(report, out, Look())

    assert '"Owner"' in out.getvalue() or "tags.Owner" in out.getvalue()
    assert "new.test" in out.getvalue()


def test_two_secrets_can_be_told_apart(report: Report) -> None:
    (queue,) = [d for d in report.drift if d.type == "aws_sqs_queue" and d.kind == "modified"]
    (tag,) = [c for c in queue.changes if c.path == "tags.Deploy"]

    assert str(tag.desired).startswith("key secret:")
    assert tag.desired != tag.actual


def test_nor_does_the_plan_for_other_tools(report: Report) -> None:
    assert_no_canary(json.dumps(plans.document(report.drift, installed())))


@pytest.mark.parametrize(
    "message",
    [
        f"http:/user:{URL_PASSWORD}@host: no state",
        f"https://user:{URL_PASSWORD}@host/x: no answer",
        f"{GITHUB}: no such directory",
        f"the state says {JWT}",
    ],
)
def test_a_message_quotes_none(message: str) -> None:
    assert_no_canary(without_tokens(message))
    assert len(without_tokens(message)) > 15


def test_an_error_on_a_terminal_is_escaped_and_quotes_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: Any) -> None:
        raise DriftError(f"no \x1b[2J http:/u:{URL_PASSWORD}@h", "try \x1b]0;title")

    monkeypatch.setattr(command_line.cli, "main", fails)
    monkeypatch.setattr(INTERRUPTS, "install", lambda: None)
    with pytest.raises(SystemExit):
        command_line.main()

    error = capsys.readouterr().err
    assert "\x1b[2J" not in error
    assert "\x1b]" not in error
    assert_no_canary(error)


def test_settings_are_shown_without_values_of_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    command_line.cli.main(
        ["config", "check", "--var", f"password={NAMED}", "--backend-config", f"secret_key={HEADER}"],
        standalone_mode=False,
    )

    out = capsys.readouterr().out
    assert "password=(not shown)" in out
    assert_no_canary(out)


@pytest.mark.parametrize(
    "name",
    [
        "TOKEN",
        "GITHUB_TOKEN",
        "JWT_SECRET",
        "DB_PASS",
        "ENCRYPTION_KEY",
        "SLACK_WEBHOOK_URL",
        "apiToken",
        "refresh-token",
    ],
)
def test_a_name_tells_of_a_secret(name: str) -> None:
    assert is_named(name, "hunter-two")
    assert "hunter" not in replaced(
        f"export {name}=hunter-two" if name.isupper() else f"access_token={'hunter-two'}", lambda _: ""
    )


@pytest.mark.parametrize(
    "name", ["NextToken", "ClientToken", "EncryptionKey", "COMPASS", "TOKENS", "BYPASS", "SECRET_NAME"]
)
def test_a_name_that_only_sounds_so_hides_nothing(name: str) -> None:
    assert not is_named(name, "plain-text")
    assert replaced(f"{name}=plain-text", lambda _: "") == f"{name}=plain-text"


def test_what_is_no_number_is_no_number_in_json() -> None:
    assert json.loads(json.dumps(plain(Block({"a": float("nan"), "b": 1.5})))) == {"a": "nan", "b": 1.5}


def test_what_only_looks_like_a_secret_is_shown_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert GITHUB not in str(redacted(Block(a=f"secret:{GITHUB}"), None, "key"))
    monkeypatch.setenv(SHOW, "1")
    assert redacted(Block(a=GITHUB), None, "key") == {"a": GITHUB}

"""A canary in every place where a secret is found, looked for in everything that drift writes."""

from __future__ import annotations

import base64
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift import cli as command_line
from drift.cli import log
from drift.cli.interrupts import INTERRUPTS
from drift.live.tape import Recorder
from drift.providers.aws.operations import BotoOperations
from drift.report import FORMATS, Look, renderer
from tests.faults.canaries import (
    ADDRESSES,
    ANSWERS,
    BROKEN_STATES,
    CANARIES,
    CONFIGURATION,
    ENVIRONMENT,
    STATE,
    TYPES,
    found_in,
)
from tests.support.made import MadeApi, write_state
from tests.support.world import run

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, its state, and a tape of the account that keeps everything."""
    folder = tmp_path_factory.mktemp("canaries")
    (folder / "main.tf").write_text(CONFIGURATION)
    state = write_state(STATE, folder / "terraform.tfstate")
    recorder = Recorder(MadeApi(ANSWERS), None)
    run(state, recorder, only=TYPES)
    when = {"started_at": "2026-01-01T00:00:00Z", "duration_seconds": 1.0, "region": "us-east-1", "types": TYPES}
    recorder.save(folder / "whole.jsonl", **when)  # type: ignore[arg-type]
    return folder


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DRIFT_CACHE", str(place / "cache"))
    monkeypatch.chdir(place)
    yield place
    log.end()


def said(capsys: Captured, *words: str) -> str:
    """Everything that a command says, on both streams, errors too."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["drift", *words])
        patched.setattr(INTERRUPTS, "install", lambda: None)
        with pytest.raises(SystemExit):
            command_line.main()
    captured = capsys.readouterr()
    return captured.out + captured.err


ASKED = ("--state", "terraform.tfstate", "--replay", "whole.jsonl", "--only", "aws_*")


def test_there_are_enough() -> None:
    """77 were enough to find what gave way at first."""
    assert len(CANARIES) >= 77


@pytest.mark.parametrize("loud", [[], ["-v"], ["-vv"], ["--quiet"], ["--show-not-ours"]], ids=str)
def test_no_format_holds_one(here: Path, capsys: Captured, loud: list[str]) -> None:
    files = [word for name in FORMATS for word in ("--format", f"{name}=out.{name}")]
    text = said(capsys, "check", *ASKED, *loud, *files, "--log-file", "drift.log")

    assert found_in(text) == []
    for name in FORMATS:
        written = (here / f"out.{name}").read_text()
        assert written
        assert found_in(written) == [], name
    assert found_in((here / "drift.log").read_text()) == []
    report = json.loads((here / "out.json").read_text())
    assert {d["type"] for d in report["drift"]} >= {"aws_sqs_queue", "aws_sfn_state_machine", "aws_lambda_function"}


@pytest.mark.parametrize("address", sorted(STATE))
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_explanation_does(here: Path, capsys: Captured, address: str, form: str) -> None:
    text = said(capsys, "explain", address, *ASKED, "--format", form)

    assert address in text
    assert found_in(text) == []


@pytest.mark.parametrize("side", ["desired", "actual", "drifted", "configured"])
@pytest.mark.parametrize("form", ["dot", "mermaid", "json"])
def test_no_graph_does(here: Path, capsys: Captured, side: str, form: str) -> None:
    asked = () if side in ("desired", "configured") else ("--replay", "whole.jsonl")
    state = () if side == "configured" else ("--state", "terraform.tfstate")
    text = said(capsys, "graph", "--side", side, *state, *asked, "--format", form)

    assert "aws_sqs_queue" in text
    assert found_in(text) == []


def test_no_plan_and_no_baseline_does(here: Path, capsys: Captured) -> None:
    text = said(capsys, "export", *ASKED)
    text += said(capsys, "baseline", "write", *ASKED, "--reason", "x", "--baseline", "accepted.json")

    assert "aws_sqs_queue" in text + (here / "accepted.json").read_text()
    assert found_in(text + (here / "accepted.json").read_text()) == []


def test_no_cache_does(here: Path, capsys: Captured) -> None:
    said(capsys, "check", *ASKED, "--quiet")
    kept = [p for p in (here / "cache").rglob("*") if p.is_file()]

    assert kept
    assert [p for p in kept if found_in(p.read_bytes().decode("latin-1"))] == []
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o600}


def test_no_tape_does(place: Path) -> None:
    recorder = Recorder(MadeApi(ANSWERS), BotoOperations())
    run(place / "terraform.tfstate", recorder, only=TYPES)
    recorder.save(place / "tape.jsonl", started_at="2026-01-01T00:00:00Z", duration_seconds=1, region="us-east-1")
    tape = (place / "tape.jsonl").read_text()

    assert found_in((place / "whole.jsonl").read_text()) != []
    inside = "".join(base64.b64decode(t).decode("latin-1") for t in re.findall(r'"([A-Za-z0-9+/]{24,}={0,2})"', tape))
    assert found_in(tape + inside) == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_message_about_an_address_does(here: Path, capsys: Captured, address: str) -> None:
    text = said(capsys, "graph", "--side", "desired", "--state", address, "--no-config")

    assert "Error" in text
    assert found_in(text) == []


@pytest.mark.parametrize("state", BROKEN_STATES)
def test_no_message_about_a_state_does(here: Path, capsys: Captured, state: str) -> None:
    (here / "broken.tfstate").write_text(state)
    text = said(capsys, "graph", "--side", "desired", "--state", "broken.tfstate", "--no-config")

    assert "Error" in text
    assert found_in(text) == []


def test_no_settings_do(here: Path, capsys: Captured) -> None:
    secret = next(iter(ENVIRONMENT.values()))
    text = said(capsys, "config", "check", "--var", f"x={secret}", "--backend-config", f"password={secret}")

    assert "not shown" in text
    assert found_in(text) == []


def test_a_saved_report_holds_none_either(here: Path, capsys: Captured) -> None:
    said(capsys, "check", *ASKED, "--format", "json=saved.json")
    text = said(capsys, "report", "saved.json", "-v")

    assert "aws_sqs_queue" in text
    assert found_in(text) == []


def test_what_is_no_secret_beside_one_is_told(place: Path) -> None:
    report = run(place / "terraform.tfstate", MadeApi(ANSWERS), only=TYPES)
    out = io.StringIO()
    renderer("json")(report, out, Look())

    assert " live" in out.getvalue()
    assert '"MODE"' in out.getvalue() or "MODE" in out.getvalue()

"""`drift doctor` says whether a check would work, and what to do where it would not."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.cli.doctor import Examined, _accounts, _permissions
from drift.desired.load import Desired
from drift.model.coverage import NOT_ASKED, Gap, Unread
from drift.model.drift import Report, Scope
from drift.model.resource import Key, Resource

WORLD = Path(__file__).parents[2] / "fixtures" / "worlds" / "security-groups"


def doctor(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["doctor", *words], standalone_mode=False, catch_exceptions=False)
    return done.return_value, done.output


def test_all_is_well() -> None:
    status, told = doctor("--state", str(WORLD / "refreshed.tfstate"), "--replay", str(WORLD / "clean.jsonl"))

    assert status == 0
    assert "states: 1 read, 13 resources" in told
    assert "credentials: account 123456789012" in told
    assert "every resource in the states can be read" in told


def test_without_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    status, told = doctor("--state", str(WORLD / "refreshed.tfstate"))

    assert status == 2
    assert "FAIL  credentials: no AWS credentials" in told
    assert "aws sso login" in told


def test_a_state_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.tfstate").write_text("no JSON")

    status, told = doctor("--state", str(tmp_path / "x.tfstate"), "--replay", str(WORLD / "clean.jsonl"))
    assert status == 2
    assert "FAIL  state" in told


def test_refused_permissions_are_named_once() -> None:
    gap = Gap("aws_sqs_queue", "1", "eu-west-1", "sqs:ListQueues", "AccessDenied")
    unread = [
        Unread(f"aws_s3_bucket.{n}", "aws_s3_bucket", "tags", "s3:GetBucketTagging", "AccessDenied") for n in "ab"
    ]
    secret = Unread(
        "aws_secretsmanager_secret_version.x", "x", "secret_string", "secretsmanager:GetSecretValue", NOT_ASKED
    )

    found = list(_permissions(Report(scope=Scope(), gaps=(gap,), unread=(*unread, secret))))

    assert [(e.status, e.what) for e in found] == [
        ("note", "by choice: the content of secrets is not read by default; --with secret-values reads it"),
        ("part", "2 permissions refused (AccessDenied): s3:GetBucketTagging, sqs:ListQueues"),
    ]
    assert "drift policy" in found[1].do


def test_another_account_is_told() -> None:
    there = [Resource(key=Key("aws_sqs_queue", a, "eu-west-1", (a,)), id=a) for a in ("111111111111", "222222222222")]

    found = list(_accounts(Desired(resources=there), "111111111111"))
    assert [e.what.split(", to which")[0] for e in found] == ["accounts: 1 resources are in account 222222222222"]
    assert isinstance(found[0], Examined)

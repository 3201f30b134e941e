"""`drift doctor` says whether a check would work, and what to do where it would not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli import cli
from drift.cli.doctor import Examined, _accounts, _permissions
from drift.desired.load import Desired
from drift.model.coverage import NOT_ASKED, Gap, Unread
from drift.model.drift import Report, Scope
from drift.model.resource import Key, Resource
from tests.support.fleet import Made, make

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


@pytest.fixture
def organisation(tmp_path: Path) -> Made:
    return make(tmp_path, 4, regions=("eu-west-1",), resources=1)


def of_each(made: Made, *more: str) -> tuple[int, list[str]]:
    status, told = doctor(*made.arguments[1:], *more)
    lines = told.splitlines()
    return status, lines[next(n for n, line in enumerate(lines) if "accounts: " in line) :]


def refuse(made: Made, n: int, operation: str) -> None:
    tape = made.folder / "tapes" / f"{made.ids[n]}.jsonl"
    lines = [json.loads(line) for line in tape.read_text().splitlines()]
    for line in lines:
        if line.get("op") == operation:
            del line["pages"]
            line["refused"] = "AccessDenied"
    tape.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_of_several_accounts_all_is_well(organisation: Made) -> None:
    assert of_each(organisation) == (
        0,
        [
            "ok    accounts: 4",
            "ok    states: 4 read, 4 resources",
            "ok    4 accounts: can be reached, and the states' resources be read (24 calls)",
        ],
    )


def test_what_is_wrong_with_an_account_is_told_once_and_the_worst_first(organisation: Made) -> None:
    (organisation.folder / "tapes" / f"{organisation.ids[3]}.jsonl").unlink()
    (organisation.folder / "states" / f"{organisation.ids[1]}.tfstate").unlink()
    refuse(organisation, 0, "sqs:GetQueueAttributes")
    refuse(organisation, 2, "sqs:GetQueueAttributes")

    status, lines = of_each(organisation)

    assert status == 3
    told = [line for line in lines if not line.startswith("      ")][2:]
    assert told[0].startswith(f"part  account-3 ({organisation.ids[3]}): ")
    both = f"account-0 ({organisation.ids[0]}), account-2 ({organisation.ids[2]})"
    assert told[1:] == [
        f"part  2 accounts ({both}): 1 permission refused (AccessDenied): sqs:GetQueueAttributes",
        f"note  account-1 ({organisation.ids[1]}): no state holds anything of it: all that is in it would be unmanaged",
    ]
    assert any("drift accounts --role-template" in line for line in lines)


def test_where_no_account_can_be_reached_no_check_can_run(organisation: Made) -> None:
    for tape in (organisation.folder / "tapes").iterdir():
        tape.unlink()

    status, lines = of_each(organisation, "-a", "account-0,account-1")

    assert status == 2
    assert sum(line.startswith("FAIL  account-") for line in lines) == 2
    assert lines[0] == "ok    accounts: 2, 2 left out"


def test_regions_that_are_not_enabled_are_told(organisation: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from drift.cli import doctor as module

    told = {
        organisation.ids[0]: module.Regions(frozenset({"us-east-1"})),
        organisation.ids[1]: module.Regions(refused="X"),
    }
    others = module.Regions(frozenset({"eu-west-1", "us-east-1"}))
    monkeypatch.setattr(module, "_regions", lambda opened: told.get(opened.account.id, others))

    status, lines = of_each(organisation)

    assert status == 3
    assert f"part  account-0 ({organisation.ids[0]}): not enabled: eu-west-1" in lines
    assert any("its regions cannot be listed (X)" in line for line in lines)
    assert lines[-1].endswith("(12 calls), 2 regions enabled")

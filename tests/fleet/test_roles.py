"""Roles of two other accounts are taken on, in a cloud that answers: one emulator keeps the accounts apart."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest

from drift.providers.aws import assume
from tests.cli.test_cli import drift
from tests.support.fleet import entry, number, queue, state
from tests.support.world import FAKE, REGION, moto_server, session_for

ACCOUNTS = (number(1), number(2))


def test_roles_of_two_other_accounts_make_one_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assume, "_KEPT", {})
    (tmp_path / "states").mkdir()
    with moto_server() as url:
        sts = session_for(url)("sts")
        for n, account in enumerate(ACCOUNTS):
            role = {"RoleArn": f"arn:aws:iam::{account}:role/audit", "RoleSessionName": "maker"}
            key = sts.assume_role(**role)["Credentials"]
            there = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name=REGION)
            sqs = there.client("sqs", endpoint_url=url)
            for name in ("kept", "stray"):
                sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": str(30 + n)})
            (tmp_path / "states" / f"{n}.tfstate").write_text(state([queue(account, REGION, "kept")]))
        file = tmp_path / "accounts.yml"
        file.write_text("accounts:\n" + "".join(entry(a, f"team-{n}", ()) for n, a in enumerate(ACCOUNTS)))
        out = drift(
            "check", "--accounts", file, "--state", tmp_path / "states", "--only", "aws_sqs_queue", "--emulator",
            "--format", "json", env={**FAKE, "AWS_ENDPOINT_URL": url},
        )  # fmt: skip
    assert out.returncode == 1, out.stderr
    report = json.loads(out.stdout)
    assert [(a["name"], a["modified"], a["unmanaged"], a.get("failure")) for a in report["accounts"]] == [
        ("team-0", 0, 1, None),
        ("team-1", 1, 1, None),
    ]
    assert {(d["kind"], d["account"]) for d in report["drift"]} == {
        ("unmanaged", ACCOUNTS[0]),
        ("unmanaged", ACCOUNTS[1]),
        ("modified", ACCOUNTS[1]),
    }


def test_an_organisation_is_recorded_in_a_directory_that_is_made(tmp_path: Path) -> None:
    words = ["accounts", "--organization", "--role-name", "audit", "--format", "json"]
    with moto_server() as url:
        session_for(url)("organizations").create_organization(FeatureSet="ALL")
        there = drift(*words, "--record", tmp_path / "new" / "tapes", env={**FAKE, "AWS_ENDPOINT_URL": url})
    assert there.returncode == 0, there.stderr
    (one,) = json.loads(there.stdout)["accounts"]
    (again,) = json.loads(drift(*words, "--replay", tmp_path / "new" / "tapes").stdout)["accounts"]
    assert again == {**one, "name": "(scrubbed)"}  # AWS calls the name confidential

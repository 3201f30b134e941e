"""What counts as a secret, and what only looks like one."""

from __future__ import annotations

import base64
import gzip
import re
import sys

import pytest

from drift import installation
from drift.model.value import Hidden, plain
from drift.providers.aws.rules.secrets import in_document, in_script, in_url, in_value, in_variables
from drift.rules.world import Unknown

KEY = "AKIA" + "IOSFODNN7EXAMPLQ"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "correct-horse-battery"),
        ("dbPassword", "hunter2hunter2"),
        ("API_TOKEN", "a81Bc99dEf01"),
        ("clientSecret", "8sd7f6g5h4j3k2l1"),
        ("ANYTHING", KEY),
        ("ANYTHING", "ghp_" + "a1B2" * 9),
        ("ANYTHING", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
        ("DATABASE_URL", "postgres://app:s3cr3ts@db:5432/shop"),
    ],
)
def test_secrets(name: str, value: str) -> None:
    found = in_value(name, value)

    assert found is not None
    assert found.startswith(name)
    assert value not in found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:s"),
        ("DB_SECRET", "prod-db-secret-1"),
        ("TOKEN", "prod/api/token"),
        ("DB_PASSWORD", "{{resolve:secretsmanager:s}}"),
        ("DB_PASSWORD", "${DB_PASSWORD}"),
        ("DB_PASSWORD", "/shop/db/password"),
        ("DB_PASSWORD", "changeme"),
        ("PASSWORD_MIN_LENGTH", "12345678"),
        ("TOKEN_URL", "https://login.example/token"),
        ("DATABASE_URL", "postgres://app:${PASSWORD}@db/shop"),
        ("passwd", "$6$rounds=4096$salt$hash"),
        ("SNAPSHOT", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"),
        ("REGION", "us-east-1"),
        ("EMPTY", ""),
        ("NUMBER", 7),
    ],
)
def test_what_is_none(name: str, value: object) -> None:
    assert in_value(name, value) is None


def test_scripts_are_unpacked_and_the_line_is_named() -> None:
    script = "#!/bin/sh\nTOKEN=$(curl -s http://169.254.169.254/)\nexport DB_PASSWORD='correct-horse-battery'\n"
    packed = base64.b64encode(gzip.compress(script.encode())).decode()

    for form in (script, base64.b64encode(script.encode()).decode(), packed, Hidden(script)):
        assert [f.text for f in in_script(form)] == ["line 3: DB_PASSWORD has a name that indicates a secret"]
    assert in_script("#!/bin/sh\necho hello\n") == []
    with pytest.raises(Unknown, match="only a hash"):
        in_script("0a1b2c3d4e5f60718293a4b5c6d7e8f901234567")


def test_documents_and_addresses() -> None:
    step = {"States": {"Call": {"Parameters": {"ApiKey": "8sd7f6g5h4j3k2l1"}}}}

    assert [f.text for f in in_document(step)] == [
        "States.Call.Parameters.ApiKey: ApiKey has a name that indicates a secret"
    ]
    assert in_document({"environment": [{"name": "DB_PASSWORD", "value": "correct-horse"}]})
    assert in_url("source.location", "https://me:s3cr3ts@git/x") == "source.location contains a password in a URL"
    with pytest.raises(Unknown):
        in_variables(Hidden("x"))


def test_a_hidden_text_shows_itself_to_nobody() -> None:
    assert (str(Hidden("hunter2")), repr(Hidden("hunter2")), plain(Hidden("hunter2"))) == ("(hidden)",) * 3


def test_without_the_detector_a_token_cannot_be_told_but_a_password_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "detect_secrets.core.scan", None)

    with pytest.raises(Unknown, match=re.escape(installation.command("rules"))):
        in_value("ANYTHING", KEY)
    assert in_value("DB_PASSWORD", "correct-horse-battery") is not None

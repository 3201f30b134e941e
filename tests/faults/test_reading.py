"""drift reads what its catalogue names, and what is kept secret only when somebody asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.errors import CloudError
from drift.live.tape import Player, Recorder
from drift.model.coverage import NOT_ASKED
from drift.provider.api import WITHHELD, Refused, Request
from drift.providers.aws.allowed import EXTRAS, is_allowed
from drift.providers.aws.operations import reads
from drift.providers.aws.session import BotoApi
from tests.faults.bodies import Wire, catalogued, session
from tests.faults.test_answers import api_over
from tests.support.apis import Standing
from tests.support.made import MadeApi, write_state
from tests.support.world import run


@pytest.mark.parametrize(
    ("service", "op"),
    [
        ("sts", "GetFederationToken"), ("sts", "GetSessionToken"), ("ecr", "GetAuthorizationToken"),
        ("s3", "GetObject"), ("ssm", "GetParametersByPath"), ("lambda", "Invoke"), ("rds", "DownloadDBLogFilePortion"),
        ("cognito-identity", "GetCredentialsForIdentity"), ("sso", "GetRoleCredentials"), ("sqs", "DeleteQueue"),
    ],
)  # fmt: skip
def test_nothing_leaves_that_the_catalogue_does_not_name(service: str, op: str) -> None:
    assert not is_allowed(service, op)
    with pytest.raises(CloudError, match="not an operation that drift may call"):
        BotoApi(session()).ask(Request(service, "us-east-1", op))


def test_everything_that_it_names_changes_nothing() -> None:
    assert [pair for pair in (*catalogued(), *EXTRAS) if not reads(*pair)] == []
    assert all(is_allowed(*pair) for pair in catalogued())


def answered(secure: bool) -> bytes:
    kinds = [("/plain", "String", "in clear"), ("/secret", "SecureString", "canary" if secure else "cipher")]
    return json.dumps({"Parameters": [{"Name": n, "Type": t, "Value": v} for n, t, v in kinds]}).encode()


ASKED = Request("ssm", "us-east-1", "GetParameters", {"Names": ["/plain", "/secret"], "WithDecryption": True})


@pytest.mark.parametrize(("secrets", "value"), [(True, "canary"), (False, WITHHELD)])
def test_parameters_are_decrypted_when_somebody_asks(
    secrets: bool, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    class Noting(Wire):
        def send(self, request: Any) -> Any:
            sent.append(request.body)
            return super().send(request)

    body = answered(secrets)
    api = api_over(Noting((200, len(body), body)), "ssm", monkeypatch)
    api._secrets = secrets

    answer = api.ask(ASKED)

    assert not isinstance(answer, Refused)
    assert [p["Value"] for p in answer[0]["Parameters"]] == ["in clear", value]
    assert json.loads(sent[0])["WithDecryption"] is secrets


def test_the_content_of_a_secret_is_not_asked_for() -> None:
    found = BotoApi(session()).ask(Request("secretsmanager", "us-east-1", "GetSecretValue", {"SecretId": "s"}))

    assert isinstance(found, Refused)
    assert found.code == NOT_ASKED


class Withholding(Standing):
    """Answers as an account does of which nobody asked for the secrets."""

    def __init__(self, inner: MadeApi) -> None:
        self._inner, self.account, self.counts = inner, inner.account, inner.counts

    def ask(self, request: Request) -> Any:
        answer = self._inner.ask(request)
        if request.op != "GetParameters" or isinstance(answer, Refused):
            return answer
        return [{"Parameters": [{**p, "Value": WITHHELD} for p in answer[0]["Parameters"]]}]


def test_what_is_not_read_by_choice_is_no_failure_and_no_drift(tmp_path: Path) -> None:
    arn = "arn:aws:ssm:us-east-1:123456789012:parameter/s"
    known = {"id": "/s", "name": "/s", "arn": arn, "type": "SecureString", "value": "old", "tags": {}}
    state = write_state({"aws_ssm_parameter.s": known}, tmp_path / "s.tfstate")
    made = MadeApi({
        "ssm:DescribeParameters": {"Parameters": [{"Name": "/s", "Type": "SecureString", "ARN": arn}]},
        "ssm:GetParameters": {"Parameters": [{"Name": "/s", "Type": "SecureString", "Value": "x", "ARN": arn}]},
        "ssm:ListTagsForResource": {"TagList": []},
    })  # fmt: skip
    recorder = Recorder(Withholding(made), None)

    report = run(state, recorder, only=("aws_ssm_parameter",))

    assert report.drift == ()
    assert [(u.path, u.code) for u in report.unread] == [("value", NOT_ASKED)]
    assert not report.incomplete

    tape = tmp_path / "tape.jsonl"
    recorder.save(tape, started_at="2026-01-01T00:00:00Z", duration_seconds=1, region="us-east-1")
    assert '"$scrubbed"' in tape.read_text()
    assert run(state, Player(tape), only=("aws_ssm_parameter",)).drift == ()

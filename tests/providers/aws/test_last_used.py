"""What IAM says of the rights a role used: asked in two steps, waited for, paged."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.errors import CloudError
from drift.live.asker import Asker
from drift.model.coverage import Unreadable
from drift.provider.api import Answer, Refused, Request
from drift.providers.aws.last_used import TRIES, last_used
from drift.providers.aws.session import BotoApi
from tests.support.apis import Standing

ROLE = "arn:aws:iam::123456789012:role/r"
DONE = datetime(2026, 11, 26, tzinfo=UTC)


class Iam(Standing):
    account = "123456789012"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.counts: Counter[str] = Counter()

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.op.startswith("Generate"):
            return [{"JobId": "job-1"}]
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def used(*services: tuple[str, datetime | None], **more: Any) -> Answer:
    told = [{"ServiceNamespace": n, **({"LastAuthenticated": at} if at else {})} for n, at in services]
    return [{"JobStatus": "COMPLETED", "JobCompletionDate": DONE, "ServicesLastAccessed": told, **more}]


def asked(api: Iam) -> Any:
    return last_used(Asker(api), [ROLE], "us-east-1", sleep=lambda _: None)[ROLE]


def test_days_since_each_service_was_used() -> None:
    s3 = datetime(2026, 11, 20, tzinfo=UTC)
    api = Iam([{"JobStatus": "IN_PROGRESS"}], used(("s3", s3), IsTruncated=True, Marker="m"), used(("ec2", None)))

    assert asked(api) == {"s3": 6, "ec2": None}
    assert [r.args.get("Marker") for r in api.asked[1:]] == [None, None, "m"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Refused("AccessDenied"), "AccessDenied"),
        ([{"JobStatus": "FAILED"}], "JobFailed"),
        ([{"JobStatus": "IN_PROGRESS"}], "TooSlow"),
    ],
)
def test_what_is_not_answered_is_unreadable(answer: Answer, code: str) -> None:
    api = Iam(answer)

    assert asked(api) == Unreadable("iam:GetServiceLastAccessedDetails", code)
    assert len(api.asked) <= TRIES + 1


def test_no_other_operation_that_is_not_named_as_a_read_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    for service, op in (("iam", "GenerateCredentialReport"), ("s3", "GenerateServiceLastAccessedDetails")):
        with pytest.raises(CloudError, match="not an operation that drift may call"):
            BotoApi(region="us-east-1").ask(Request(service, "us-east-1", op))

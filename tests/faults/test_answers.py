"""An answer that is no answer is never an empty one: it is asked for again, and then it is unread."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from drift.errors import CloudError
from drift.provider.api import Refused, Request
from drift.providers.aws.answers import CONFIRMED, expected, fault, says_nothing
from drift.providers.aws.session import BotoApi
from tests.faults.bodies import Wire, broken, catalogued, model_of, session, whole

ALL = os.environ.get("DRIFT_FAULTS") == "all"
ONE_OF_EACH = [
    ("sqs", "ListQueues"),  # JSON
    ("lambda", "ListFunctions"),  # REST and JSON
    ("iam", "ListRoles"),  # query
    ("ec2", "DescribeVpcs"),
    ("route53", "ListHostedZones"),  # REST and XML
    ("s3", "GetBucketTagging"),
    ("cloudwatch", "DescribeAlarms"),  # CBOR
]
"""One of each protocol."""
NAMES = {"BucketName": "bucket-one", "AccountId": "123456789012", "AccessPointName": "point-one"}
"""Shape -> a name that its pattern takes."""


def api_over(wire: Wire, service: str, monkeypatch: pytest.MonkeyPatch, attempts: int = 6) -> BotoApi:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    api = BotoApi(session(), secrets=True)
    client = api._client(service, "us-east-1", attempts=attempts)
    client._endpoint.http_session._session = wire
    return api


def asked(api: BotoApi, service: str, op: str) -> Any:
    """What comes of one request, with arguments that botocore takes."""
    return api.ask(Request(service, "us-east-1", op, _arguments(model_of(service, op).input_shape)))


def _arguments(shape: Any) -> dict[str, Any]:
    return {name: _argument(shape.members[name]) for name in shape.required_members} if shape is not None else {}


def _argument(shape: Any) -> Any:
    match shape.type_name:
        case "structure":
            return _arguments(shape)
        case "list":
            return [_argument(shape.member)]
        case "map":
            return {}
        case "integer" | "long":
            return 1
        case "boolean":
            return True
    if shape.name in NAMES:
        return NAMES[shape.name]
    return (getattr(shape, "enum", None) or ["arn:aws:x:us-east-1:123456789012:thing/one"])[0]


def test_every_catalogued_operation_tells_a_broken_body_from_an_empty_answer() -> None:
    passed, checked = [], 0
    for service, op in catalogued():
        model = model_of(service, op)
        wanted = expected(model)
        if not wanted.body or model.has_streaming_output:
            continue
        answer = whole(model)
        assert fault(model, 200, {"content-length": str(len(answer))}, answer) == "", (service, op)
        checked += 1
        for name, body, length in broken(wanted, answer):
            if not fault(model, 200, {"content-length": str(length)} if length >= 0 else {}, body):
                passed.append((service, op, name))
    assert not passed
    assert checked > 500


@pytest.mark.parametrize(("service", "op"), catalogued() if ALL else ONE_OF_EACH)
def test_a_broken_body_is_asked_for_again_and_then_refused(
    service: str, op: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(service, op)
    if not expected(model).body or model.has_streaming_output:
        return
    answer = whole(model)
    api = api_over(Wire((200, 0, b"")), service, monkeypatch, attempts=3)  # botocore gives up early when much failed
    for name, body, length in broken(expected(model), answer):
        wire = Wire((200, length, body))
        api._client(service, "us-east-1")._endpoint.http_session._session = wire
        found = asked(api, service, op)
        assert isinstance(found, Refused), name
        assert found.code == "BrokenAnswerError", name
        assert wire.sent > 1, name


@pytest.mark.parametrize(("service", "op"), ONE_OF_EACH)
def test_a_whole_answer_after_a_broken_one_counts(service: str, op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_of(service, op)
    answer = whole(model)
    wire = Wire((200, len(answer), answer[:-1]), (200, len(answer), answer))

    found = asked(api_over(wire, service, monkeypatch), service, op)

    assert not isinstance(found, Refused)
    assert wire.sent == 2 + CONFIRMED * says_nothing(model, answer)


def test_what_botocores_parser_does_not_survive_is_this_request_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise KeyError("ListRolesResult")

    answer = whole(model_of("iam", "ListRoles"))
    api = api_over(Wire((200, len(answer), answer)), "iam", monkeypatch)
    monkeypatch.setattr("botocore.parsers.QueryParser.parse", fails)

    assert asked(api, "iam", "ListRoles") == Refused("KeyError", "'ListRolesResult'")


def test_an_emulator_may_leave_out_what_aws_always_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto says of a zone only that it is not signed, and nothing of keys."""
    body = b"<GetDNSSECResponse><Status><ServeSignature>NOT_SIGNING</ServeSignature></Status></GetDNSSECResponse>"
    wire = Wire((200, len(body), body))

    assert isinstance(asked(api_over(wire, "route53", monkeypatch), "route53", "GetDNSSEC"), Refused)

    monkeypatch.setattr("drift.providers.aws.session.BotoApi._is_emulator", lambda *_: True)
    assert asked(api_over(wire, "route53", monkeypatch), "route53", "GetDNSSEC") == [
        {"Status": {"ServeSignature": "NOT_SIGNING"}}
    ]
    model = model_of("route53", "GetDNSSEC")
    assert fault(model, 200, {}, b"<html>", emulated=True)
    assert fault(model, 200, {}, body[:-9], emulated=True)


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("route53", "GetDNSSEC", b"<GetDNSSECResponse/>"),
        ("route53", "ListHostedZones", b"<ListHostedZonesResponse></ListHostedZonesResponse>"),
        ("batch", "ListJobs", b"{}"),
        ("lambda", "ListFunctionUrlConfigs", b'{"message": "lost"}'),
    ],
)
def test_an_emulator_that_says_nothing_has_not_answered(service: str, operation: str, body: bytes) -> None:
    assert fault(model_of(service, operation), 200, {}, body, emulated=True)


def test_a_head_is_answered_without_a_body() -> None:
    assert fault(model_of("s3", "HeadBucket"), 200, {"content-length": "321"}, b"") == ""


def _error(code: str) -> bytes:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>".encode()


@pytest.mark.parametrize(
    ("status", "body", "said", "not_said"),
    [
        (403, _error("ExpiredToken"), "rejected the credentials: ExpiredToken", "throttled"),
        (400, _error("Throttling"), "throttled the first call", "credentials"),
        (503, _error("ServiceUnavailable"), "failed at the first call", "refused"),
        (403, _error("RequestExpired"), "rejected the time", "credentials"),
        (200, b"<html><body>Sign in</body></html>", "does not come from AWS", "credentials"),
        (200, b"", "does not come from AWS", "credentials"),
    ],
)
def test_the_first_call_says_what_happened(
    status: int, body: bytes, said: str, not_said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = api_over(Wire((status, len(body), body)), "sts", monkeypatch)

    with pytest.raises(CloudError) as told:
        _ = api.account

    assert said in told.value.message
    assert not_said not in told.value.message


def test_the_first_call_is_repeated_when_it_is_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = "<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>"
    answer = f"<GetCallerIdentityResponse>{inner}</GetCallerIdentityResponse>".encode()
    throttled = _error("Throttling")
    wire = Wire(*[(400, len(throttled), throttled)] * 3, (200, len(answer), answer))

    assert api_over(wire, "sts", monkeypatch).account == "123456789012"
    assert wire.sent == 4


QUEUES = b'{"QueueUrls": ["https://sqs.us-east-1.amazonaws.com/123456789012/a"]}'
PAGED = b'{"QueueUrls": ["https://sqs.us-east-1.amazonaws.com/123456789012/a"], "NextToken": "t"}'


def answers(*bodies: bytes) -> list[tuple[int, int, bytes]]:
    return [(200, len(body), body) for body in bodies]


def test_an_answer_that_says_nothing_counts_when_it_is_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQS has no other word for no queues."""
    lost, none = Wire(*answers(b"{}", b"{}", QUEUES)), Wire(*answers(b"{}"))

    assert asked(api_over(lost, "sqs", monkeypatch), "sqs", "ListQueues")[0]["QueueUrls"]
    assert "QueueUrls" not in asked(api_over(none, "sqs", monkeypatch), "sqs", "ListQueues")[0]
    assert none.sent == 1 + CONFIRMED


def test_a_further_page_that_says_nothing_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    found = api_over(Wire(*answers(PAGED, b"{}")), "sqs", monkeypatch, attempts=2)
    answer = found.ask(Request("sqs", "us-east-1", "ListQueues", {"MaxResults": 1}))

    assert isinstance(answer, Refused)
    assert answer.code == "BrokenAnswerError"

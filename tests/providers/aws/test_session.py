"""The session is the user's own; what AWS does not offer in a region is no gap, and is not asked for again and again."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.endpoint_provider import EndpointProvider
from botocore.utils import parse_timestamp

from drift.errors import CloudError
from drift.model.coverage import NOT_OFFERED
from drift.provider.api import Refused, Request
from drift.providers.aws.operations import BotoOperations, service_model
from drift.providers.aws.session import BotoApi, _in_utc

ASKED = Request("apprunner", "eu-north-1", "ListServices")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> BotoApi:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return BotoApi(boto3.Session("testing", "testing", region_name="us-east-1"))


def nowhere(*_: Any) -> Any:
    raise socket.gaierror(-2, "Name or service not known")


def test_a_service_that_a_region_lacks_is_not_asked(api: BotoApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    assert "eu-north-1" not in api.session.get_available_regions("apprunner")

    answer = api.ask(ASKED)

    assert isinstance(answer, Refused)
    assert answer.code == NOT_OFFERED
    assert not api.counts["apprunner"]


@pytest.mark.parametrize("region", ["eu-north-1", "us-east-1"])
def test_it_is_asked_where_either_says_that_it_may_be_there(
    api: BotoApi, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    known = region in api.session.get_available_regions("apprunner")
    monkeypatch.setattr(socket, "getaddrinfo", nowhere if known else lambda *_: [("an", "address")])
    client = api._client("apprunner", region)

    assert not api._is_absent(client, "apprunner", region)


@pytest.mark.parametrize(("of_session", "asked"), [("eu-west-1", "eu-west-1"), (None, "us-east-1")])
def test_what_has_no_region_is_asked_of_one(
    of_session: str | None, asked: str, monkeypatch: pytest.MonkeyPatch, profiles: Path
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    api = BotoApi(boto3.Session("testing", "testing", region_name=of_session))

    assert api._client("cloudwatch", "").meta.region_name == asked


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of profiles, with one of them: `prod`. Nothing else says what a session takes."""
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_CA_BUNDLE",
        "AWS_DATA_PATH",
    ):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "config"
    file.write_text("[profile prod]\nregion = eu-west-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    return file


@pytest.mark.usefixtures("profiles")
def test_a_profile_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CloudError, match="nobody"):
        BotoApi(profile="nobody")

    monkeypatch.setenv("AWS_PROFILE", "noone")
    with pytest.raises(CloudError, match="noone"):
        BotoApi()


def test_a_file_of_profiles_that_cannot_be_read_is_named(profiles: Path) -> None:
    profiles.write_text("region = eu-west-1\n")

    with pytest.raises(CloudError, match=str(profiles)):
        BotoApi(profile="prod")


@pytest.mark.usefixtures("profiles")
def test_the_profile_of_the_flag_wins_over_one_of_the_environment_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    assert BotoApi(profile="prod").region == "eu-west-1"


@pytest.mark.usefixtures("profiles")
def test_models_of_services_need_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording is played where nobody has the profile it was made with."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    service_model.cache_clear()

    assert "ListQueues" in BotoOperations().names("sqs")
    assert {"sqs", "s3"} <= set(BotoOperations().services())


class Body:
    """What came over the wire."""

    def __init__(self, text: str) -> None:
        self.text = text

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.text.encode()


@pytest.fixture
def elsewhere() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "NPT-5:45")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
def test_points_in_time_are_told_in_utc(api: BotoApi) -> None:
    """botocore tells those that AWS writes as seconds in the zone of the machine."""
    body = Body('{"Budgets": [{"BudgetName": "b", "TimePeriod": {"Start": 1700000000}}]}')
    client = api._client("budgets", "us-east-1")
    client.meta.events.register("before-send", lambda **_: AWSResponse("", 200, {}, body))

    answer = api.ask(Request("budgets", "us-east-1", "DescribeBudgets", {"AccountId": "111122223333"}))

    assert time.localtime(1_700_000_000).tm_min == 58
    assert not isinstance(answer, Refused)
    assert answer[0]["Budgets"][0]["TimePeriod"]["Start"].isoformat() == "2023-11-14T22:13:20+00:00"


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    "said",
    [
        "2024-02-29T03:04:05Z", "2024-02-29T03:04:05.120Z", "2024-02-29T03:04:05.123456Z", "2024-02-29T03:04:05",
        "2024-02-29T03:04:05.1Z", "2024-02-29T03:04:05+02:00", "Thu, 29 Feb 2024 03:04:05 GMT", "1709175845", 1709175845.5,
    ],
)  # fmt: skip
def test_a_point_in_time_is_what_botocore_reads(said: Any) -> None:
    assert _in_utc(said) == parse_timestamp(said).astimezone(UTC)
    assert _in_utc(said).tzinfo is UTC


def test_a_day_that_does_not_exist_is_no_point_in_time() -> None:
    with pytest.raises(ValueError, match="day"):
        _in_utc("2024-02-30T03:04:05Z")


def test_the_endpoint_of_an_operation_is_found_once(api: BotoApi, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []
    whole = EndpointProvider._resolve_endpoint

    def counted(self: Any, **words: Any) -> Any:
        found.append(words.get("Bucket", ""))
        return whole(self, **words)

    monkeypatch.setattr(EndpointProvider, "_resolve_endpoint", counted)
    urls: list[str] = []
    nothing = {"sqs": "{}", "s3": "<AccessControlPolicy/>"}
    for service, text in nothing.items():
        answer = Body(text)
        client = api._client(service, "us-east-1")

        def answered(request: Any, answer: Body = answer, **_: Any) -> AWSResponse:
            urls.append(request.url)
            return AWSResponse(request.url, 200, {}, answer)

        client.meta.events.register("before-send", answered)
    queue = "https://sqs.us-east-1.amazonaws.com/1/q"
    for number in range(3):
        api.ask(Request("sqs", "us-east-1", "ListQueueTags", {"QueueUrl": f"{queue}{number}"}))
    buckets = [f"bucket-{number}" for number in range(150)]  # more than botocore keeps
    for bucket in buckets * 2:
        api.ask(Request("s3", "us-east-1", "GetBucketAcl", {"Bucket": bucket}))

    assert found == ["", *buckets]
    assert urls[3:] == [f"https://{bucket}.s3.amazonaws.com/?acl" for bucket in buckets] * 2

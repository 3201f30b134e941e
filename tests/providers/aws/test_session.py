"""What AWS does not offer in a region is no gap, and is not asked for again and again."""

from __future__ import annotations

import socket
from typing import Any

import boto3
import pytest

from drift.model.coverage import NOT_OFFERED
from drift.provider.api import Refused, Request
from drift.providers.aws.session import BotoApi

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

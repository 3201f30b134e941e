"""Roles are taken on one after the other, in memory, and again before they expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from drift.errors import CloudError
from drift.provider.contract import Role
from drift.providers.aws import assume
from drift.providers.aws.identify import identify
from drift.providers.aws.session import BotoApi

FIRST, SECOND = (Role(f"arn:aws:iam::{n}:role/r", "word") for n in ("111111111111", "222222222222"))


class Sts:
    """Answers AssumeRole, and keeps who asked for what."""

    def __init__(self, lasts: timedelta) -> None:
        self.lasts, self.asked = lasts, list[tuple[str, dict[str, Any]]]()

    def client(self, service: str, *, aws_access_key_id: str, **_: Any) -> Any:
        assert service == "sts"

        def assume_role(**said: Any) -> dict[str, Any]:
            self.asked.append((aws_access_key_id, said))
            key = f"key-of-{said['RoleArn'].split(':')[4]}"
            until = datetime.now(UTC) + self.lasts
            told = {"AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": until}
            return {"Credentials": told, "AssumedRoleUser": {"Arn": said["RoleArn"]}}

        return mock.Mock(assume_role=assume_role)


@pytest.fixture
def taken_on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """(how long a role lasts) -> the API with both roles, and the service that it asks."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "own-secret")
    monkeypatch.setattr(assume, "_KEPT", {})

    def make(lasts: timedelta) -> tuple[BotoApi, Sts]:
        sts = Sts(lasts)
        with mock.patch("botocore.session.Session.create_client", sts.client):
            api = BotoApi(region="eu-west-1", roles=(FIRST, SECOND))
            api.session.get_credentials().get_frozen_credentials()
        return api, sts

    return make


def test_a_chain_is_taken_on_with_the_rights_of_the_one_before(taken_on: Any) -> None:
    api, sts = taken_on(timedelta(hours=1))
    assert [who for who, _ in sts.asked] == ["own-key", "key-of-111111111111"]
    assert [said["RoleArn"] for _, said in sts.asked] == [FIRST.name, SECOND.name]
    assert {said["ExternalId"] for _, said in sts.asked} == {"word"}
    assert api.session.get_credentials().get_frozen_credentials().access_key == "key-of-222222222222"
    assert len(sts.asked) == 2  # they are kept


def test_roles_are_taken_on_again_before_they_expire(taken_on: Any) -> None:
    api, sts = taken_on(timedelta(minutes=5))
    with mock.patch("botocore.session.Session.create_client", sts.client):
        api.session.get_credentials().get_frozen_credentials()
    assert len(sts.asked) > 2


def test_a_role_that_is_refused_says_what_to_do() -> None:
    answer = {"Error": {"Code": "AccessDenied", "Message": "not you"}, "ResponseMetadata": {}}

    def client() -> Any:
        raise ClientError(answer, "AssumeRole")

    with pytest.raises(CloudError, match="the role cannot be assumed: AccessDenied") as raised:
        identify(client)
    assert (raised.value.action, raised.value.code) == ("sts:AssumeRole", "AccessDenied")
    assert "--role-template" in raised.value.hint

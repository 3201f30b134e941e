"""Clients have what drift may call, and read botocore's models as botocore does."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from drift.providers.aws.models import Models
from drift.providers.aws.session import BotoApi

ENV = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> BotoApi:
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return BotoApi(region="us-east-1")


def methods(client: Any) -> set[str]:
    return set(client.meta.method_to_api_mapping)


@pytest.mark.parametrize(
    ("service", "there", "lacking"),
    [
        ("sqs", "list_queues", "delete_queue"),
        ("iam", "get_account_authorization_details", "create_access_key"),
        ("s3", "create_session", "put_object"),  # botocore signs in to a directory bucket by itself
        ("s3", "head_bucket", "get_object"),  # and looks for a bucket's region
        ("dynamodb", "describe_endpoints", "put_item"),  # and for a service's endpoints
    ],
)
def test_a_client_has_no_method_that_drift_may_not_call(api: BotoApi, service: str, there: str, lacking: str) -> None:
    client = api._client(service, "us-east-1")
    assert there in methods(client)
    assert lacking not in methods(client)
    assert not hasattr(client, lacking)


def test_botocore_can_still_sign_in(api: BotoApi) -> None:
    assert "assume_role_with_web_identity" in methods(api._client("sts", "us-east-1"))


@pytest.mark.parametrize(("service", "operation"), [("ec2", "DescribeInstances"), ("s3", "GetBucketAcl")])
def test_shapes_that_are_read_when_needed_are_those_of_botocore(api: BotoApi, service: str, operation: str) -> None:
    ours = api._client(service, "us-east-1").meta.service_model.operation_model(operation)
    theirs = boto3.Session("t", "t").client(service, region_name="us-east-1").meta.service_model

    def described(shape: Any, seen: frozenset[str] = frozenset()) -> Any:
        if shape is None or shape.name in seen:
            return None
        inner = seen | {shape.name}
        members = {n: described(m, inner) for n, m in getattr(shape, "members", {}).items()}
        element = described(getattr(shape, "member", None), inner)
        return (shape.name, shape.type_name, dict(shape.serialization), members, element)

    expected = theirs.operation_model(operation)
    assert described(ours.output_shape) == described(expected.output_shape)
    assert described(ours.input_shape) == described(expected.input_shape)


def test_a_file_that_is_not_there_is_no_model() -> None:
    assert Models().load_file("/nowhere/sqs/2012-11-05/service-2") is None

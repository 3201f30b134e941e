"""What names and provider configurations tell of where something lives."""

from __future__ import annotations

from typing import Any

import pytest

from drift.model.resource import GLOBAL, Key
from drift.provider.contract import Home
from drift.providers.aws.homes import AwsHomes

HOMES = AwsHomes()
ACCOUNT, OTHER = "123456789012", "210987654321"
QUEUE = Key("aws_sqs_queue", ACCOUNT, "eu-west-1", ("jobs",))
ROLE = Key("aws_iam_role", ACCOUNT, GLOBAL, ("ci",))


@pytest.mark.parametrize(
    ("arn", "key", "id_", "label", "its"),
    [
        (
            f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs",
            QUEUE,
            f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/jobs",
            "",
            True,
        ),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs", QUEUE, "x", "jobs", True),
        (f"arn:aws:sqs:eu-west-2:{ACCOUNT}:jobs", QUEUE, "jobs", "jobs", False),
        (f"arn:aws:sqs:eu-west-1:{OTHER}:jobs", QUEUE, "jobs", "jobs", False),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:jobs-2", QUEUE, "jobs", "jobs", False),
        (f"arn:aws:iam::{ACCOUNT}:role/service/ci", ROLE, "ci", "ci", True),
        ("jobs", QUEUE, "jobs", "jobs", False),
    ],
)
def test_an_arn_names_what_lies_where_it_says(arn: str, key: Key, id_: str, label: str, its: bool) -> None:
    assert HOMES.is_full_name_of(arn, key, id_, label) is its


@pytest.mark.parametrize(
    ("arguments", "account"),
    [
        ({"role_arn": f"arn:aws:iam::{ACCOUNT}:role/ci"}, ACCOUNT),
        ({"role_arn": f"arn:aws-cn:iam::{ACCOUNT}:role/a/b", "allowed_account_ids": [OTHER]}, ACCOUNT),
        ({"role_arn": "", "allowed_account_ids": [OTHER]}, OTHER),
        ({"role_arn": "", "allowed_account_ids": [ACCOUNT, OTHER]}, ""),
        ({"role_arn": "ci", "allowed_account_ids": None}, ""),
        ({}, ""),
    ],
)
def test_the_account_that_a_configuration_leads_to(arguments: dict[str, Any], account: str) -> None:
    assert HOMES.of_configuration(arguments) == Home(account, "")

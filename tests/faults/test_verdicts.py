"""What could not be asked, or cannot be read, changes no verdict into a certain one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drift.model.bounds import VALUE_DEPTH
from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

ACCOUNT = "123456789012"
WHEN = "2026-01-01T00:00:00Z"


def queue(name: str) -> dict[str, Any]:
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}"
    return {"id": url, "url": url, "name": name, "arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}", "tags": {}}


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_a_value_that_is_nested_too_deep_is_unread_and_ends_nothing(tmp_path: Path) -> None:
    machine = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"
    known = {"id": machine, "arn": machine, "name": "m", "definition": '{"StartAt": "A"}', "type": "STANDARD"}
    state = write_state({"aws_sfn_state_machine.m": known}, tmp_path / "s.tfstate")
    for levels in (VALUE_DEPTH.most + 1, 500, 5_000):
        api = MadeApi({
            "stepfunctions:ListStateMachines": {
                "stateMachines": [{"stateMachineArn": machine, "name": "m", "type": "STANDARD", "creationDate": WHEN}]
            },
            "stepfunctions:DescribeStateMachine": {
                "stateMachineArn": machine, "name": "m", "definition": nested(levels), "type": "STANDARD",
                "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "creationDate": WHEN,
            },
        })  # fmt: skip
        report = run(state, api, only=("aws_sfn_state_machine",))
        assert [(u.path, u.code) for u in report.unread] == [("definition", "TooDeep")], levels
        assert not report.drift


def test_all_of_a_type_missing_at_once_is_doubted_aloud(tmp_path: Path) -> None:
    state = write_state({f"aws_sqs_queue.{n}": queue(n) for n in "ab"}, tmp_path / "s.tfstate")
    none = run(state, MadeApi({"sqs:ListQueues": {}}), only=("aws_sqs_queue",))
    one = run(state, MadeApi({"sqs:ListQueues": {"QueueUrls": [queue("a")["url"]]}}), only=("aws_sqs_queue",))

    assert len(lines(none)) == 2
    assert [w for w in none.warnings if "is this the right account" in w]
    assert not [w for w in one.warnings if "is this the right account" in w]
    assert json.dumps(list(none.warnings)).count(ACCOUNT) == 1

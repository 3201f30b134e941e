"""Tapes: what was recorded is replayed, what is secret is not there."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drift.live.tape import Player, Recorder
from drift.provider.api import Answer, Refused, Request
from tests.support.made import write_state
from tests.support.world import lines, run

SECRET = "hunter2-the-second"
ARN = "arn:aws:ssm:us-east-1:123456789012:parameter/p"
STATE = {"aws_ssm_parameter.p": {"id": "/p", "name": "/p", "arn": ARN, "type": "String", "value": SECRET}}
ANSWERS: dict[str, Any] = {
    "DescribeParameters": {
        "Parameters": [
            {
                "Name": "/p",
                "ARN": ARN,
                "Type": "String",
                "Tier": "Standard",
                "DataType": "text",
                "Version": 1,
                "LastModifiedDate": datetime(2026, 1, 1, tzinfo=UTC),
            }
        ]
    },
    "GetParameters": {"Parameters": [{"Name": "/p", "Value": SECRET, "Type": "String"}]},
    "ListTagsForResource": {"TagList": []},
}


class Fixed:
    """Answers from a table."""

    def __init__(self) -> None:
        self.account, self.counts = "123456789012", Counter({"ssm": 3})

    def ask(self, request: Request) -> Answer:
        return [ANSWERS[request.op]] if request.op in ANSWERS else Refused("AccessDenied", "no")


def recorded(tmp_path: Path, *, scrub: bool = True) -> Path:
    recorder = Recorder(Fixed(), scrub=scrub)
    assert lines(run(write_state(STATE, tmp_path / "s.tfstate"), recorder, only=("aws_ssm_parameter",))) == []
    recorder.save(
        tmp_path / "tape", started_at="t", duration_seconds=1.5, region="us-east-1", types=["aws_ssm_parameter"]
    )
    return tmp_path / "tape"


def test_secrets_are_not_on_the_tape_and_unread_on_replay(tmp_path: Path) -> None:
    tape = recorded(tmp_path)

    assert not any(SECRET in file.read_text() for file in tape.iterdir())
    said = lines(run(tmp_path / "s.tfstate", Player(tape), only=("aws_ssm_parameter",)))
    assert said == ["unread aws_ssm_parameter.p value tape Scrubbed"]


def test_unscrubbed_tape_replays_the_same(tmp_path: Path) -> None:
    player = Player(recorded(tmp_path, scrub=False))

    assert lines(run(tmp_path / "s.tfstate", player, only=("aws_ssm_parameter",))) == []
    assert (player.account, player.counts, player.duration_seconds) == ("123456789012", {"ssm": 3}, 1.5)
    assert player.types == {"aws_ssm_parameter"}


def test_dates_bytes_and_refusals_come_back(tmp_path: Path) -> None:
    answers: list[Answer] = [
        [{"When": datetime(2026, 1, 1, tzinfo=UTC), "Blob": b"\x00\xff", "Deep": [{"x": None}]}],
        Refused("Denied", "secret words"),
    ]

    class Odd:
        account, counts = "1", Counter[str]()

        def ask(self, request: Request) -> Answer:
            return answers[0] if request.op == "GetQueueUrl" else answers[1]

    recorder = Recorder(Odd())
    requests = [Request("sqs", "r", "GetQueueUrl", {"QueueName": "a"}), Request("sqs", "r", "ListQueues")]
    for request in requests:
        recorder.ask(request)
    recorder.save(tmp_path, started_at="t", duration_seconds=1, region="r")
    player = Player(tmp_path)

    assert player.ask(requests[0]) == answers[0]
    assert player.ask(requests[1]) == Refused("Denied", "")
    assert player.ask(Request("sqs", "r", "ListQueueTags")) == Refused("NotOnTape")


def test_recording_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = recorded(tmp_path / "a"), recorded(tmp_path / "b")

    assert {f.name: f.read_bytes() for f in first.iterdir()} == {f.name: f.read_bytes() for f in second.iterdir()}

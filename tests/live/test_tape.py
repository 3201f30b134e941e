"""Tapes: what was recorded is replayed, what is secret is not there."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.errors import NotOnTapeError, TapeError
from drift.live.tape import Player, Recorder
from drift.provider.api import Answer, Refused, Request
from drift.providers.aws.operations import BotoOperations
from tests.support.apis import Standing
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


class Fixed(Standing):
    """Answers from a table."""

    def __init__(self) -> None:
        self.account, self.counts = "123456789012", Counter({"ssm": 3})

    def ask(self, request: Request) -> Answer:
        return [ANSWERS[request.op]] if request.op in ANSWERS else Refused("AccessDenied", "no")


def recorded(tmp_path: Path, *, scrub: bool = True) -> Path:
    recorder = Recorder(Fixed(), BotoOperations() if scrub else None)
    assert lines(run(write_state(STATE, tmp_path / "s.tfstate"), recorder, only=("aws_ssm_parameter",))) == []
    recorder.save(
        tmp_path / "tape.jsonl", started_at="t", duration_seconds=1.5, region="us-east-1", types=["aws_ssm_parameter"]
    )
    return tmp_path / "tape.jsonl"


def test_secrets_are_not_on_the_tape_and_unread_on_replay(tmp_path: Path) -> None:
    tape = recorded(tmp_path)

    assert SECRET not in tape.read_text()
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

    class Odd(Standing):
        account, counts = "1", Counter[str]()

        def ask(self, request: Request) -> Answer:
            return answers[0] if request.op == "GetQueueUrl" else answers[1]

    recorder = Recorder(Odd(), BotoOperations())
    requests = [Request("sqs", "r", "GetQueueUrl", {"QueueName": "a"}), Request("sqs", "r", "ListQueues")]
    for request in requests:
        recorder.ask(request)
    recorder.save(tmp_path / "t", started_at="t", duration_seconds=1, region="r")
    player = Player(tmp_path / "t")

    assert player.ask(requests[0]) == answers[0]
    assert player.ask(requests[1]) == Refused("Denied", "")
    assert "secret words" not in (tmp_path / "t").read_text()


def test_recording_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = recorded(tmp_path / "a"), recorded(tmp_path / "b")

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "asked",
    [
        Request("ssm", "us-east-1", "ListDocuments"),
        Request("ssm", "eu-west-1", "DescribeParameters"),
        Request("ssm", "us-east-1", "GetParameters", {"Names": ["/other"]}),
        Request("sqs", "us-east-1", "DescribeParameters"),
    ],
)
def test_what_is_not_on_the_tape_is_refused_and_strictly_an_error(asked: Request, tmp_path: Path) -> None:
    """Another operation, region, argument or service: never an empty answer, nor that to another question."""
    tape = recorded(tmp_path)

    assert Player(tape).ask(asked) == Refused("NotOnTape")
    with pytest.raises(NotOnTapeError, match=f"{asked.service}:{asked.op} in {asked.region}"):
        Player(tape, strict=True).ask(asked)


def test_an_error_on_the_way_stops_the_check(tmp_path: Path) -> None:
    """A strict tape that lacks a question fails whoever asks it through the whole engine, threads included."""
    tape = recorded(tmp_path)
    tape.write_text("".join(f"{line}\n" for line in tape.read_text().splitlines() if "GetParameters" not in line))

    with pytest.raises(NotOnTapeError, match="ssm:GetParameters"):
        run(tmp_path / "s.tfstate", Player(tape, strict=True), only=("aws_ssm_parameter",))


def test_requests_that_are_answered_alike_share_a_line(tmp_path: Path) -> None:
    class Empty(Standing):
        account, counts = "1", Counter[str]()

        def ask(self, request: Request) -> Answer:
            return [{"Tags": {"a": request.args["QueueUrl"]} if request.args["QueueUrl"] == "2" else {}}]

    recorder = Recorder(Empty(), BotoOperations())
    for region in ("us-east-1", "west"):
        for name in "321":
            recorder.ask(Request("sqs", region, "ListQueueTags", {"QueueUrl": name}))
    recorder.save(tmp_path / "t", started_at="t", duration_seconds=1, region="us-east-1")

    assert (tmp_path / "t").read_text().splitlines()[1:] == [
        '{"op":"sqs:ListQueueTags","asked":[{"QueueUrl":"1"},{"QueueUrl":"3"}],"pages":[{"Tags":{}}]}',
        '{"op":"sqs:ListQueueTags","asked":[{"QueueUrl":"2"}],"pages":[{"Tags":{"a":"2"}}]}',
        '{"op":"sqs:ListQueueTags","region":"west","asked":[{"QueueUrl":"1"},{"QueueUrl":"3"}],"pages":[{"Tags":{}}]}',
        '{"op":"sqs:ListQueueTags","region":"west","asked":[{"QueueUrl":"2"}],"pages":[{"Tags":{"a":"2"}}]}',
    ]
    player = Player(tmp_path / "t", strict=True)
    assert player.ask(Request("sqs", "west", "ListQueueTags", {"QueueUrl": "3"})) == [{"Tags": {}}]
    assert player.ask(Request("sqs", "us-east-1", "ListQueueTags", {"QueueUrl": "2"})) == [{"Tags": {"a": "2"}}]


def save(path: Path) -> None:
    Recorder(Fixed(), BotoOperations()).save(path, started_at="t", duration_seconds=1, region="us-east-1")


def test_a_tape_is_for_its_owner_alone_and_replaces_only_a_tape(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    tape.chmod(0o644)
    save(tape)

    assert stat.S_IMODE(tape.stat().st_mode) == 0o600
    assert len(tape.read_text().splitlines()) == 1
    assert sorted(f.name for f in tmp_path.iterdir()) == ["s.tfstate", "tape.jsonl"]


@pytest.mark.parametrize("content", ["", "resource {}\n", "[]\n", '{"tape": "of music"}\n', '{"version": 4}\n'])
def test_a_file_that_is_no_tape_is_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text(content)

    with pytest.raises(TapeError, match="is not a recording"):
        save(tmp_path / "f")
    assert (tmp_path / "f").read_text() == content
    assert [f.name for f in tmp_path.iterdir()] == ["f"]


def test_neither_a_link_nor_a_directory_is_replaced(tmp_path: Path) -> None:
    tape = recorded(tmp_path)
    (tmp_path / "link").symlink_to(tape)
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for place in (tmp_path / "link", tmp_path / "nowhere"):
        with pytest.raises(TapeError, match="is not a recording"):
            save(place)
        assert place.is_symlink()
    with pytest.raises(TapeError, match="is a directory") as caught:
        save(tmp_path)
    assert "--record" in caught.value.hint
    with pytest.raises(TapeError, match="there is no directory"):
        save(tmp_path / "none" / "t")


def test_a_write_that_fails_leaves_the_older_tape_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = recorded(tmp_path)
    before = tape.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TapeError, match="No space left"):
        save(tape)

    assert tape.read_bytes() == before
    assert sorted(f.name for f in tmp_path.iterdir()) == ["s.tfstate", "tape.jsonl"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]\n", '{"tape":2}\n', '{"tape":1}\n', "HEAD\n{\n", 'HEAD\n{"op":"sqs"}\n', "\x00\xff"]
)
def test_what_is_no_tape_of_this_format_is_an_error(text: str, tmp_path: Path) -> None:
    head = recorded(tmp_path).read_text().splitlines()[0]
    (tmp_path / "t").write_text(text.replace("HEAD", head), encoding="latin-1")

    with pytest.raises(TapeError) as caught:
        Player(tmp_path / "t")
    assert "Record it again" in caught.value.hint

"""One call tells the tags of a whole region; it is believed only where nothing is said of a resource for it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drift.live.tape import Player, Recorder
from drift.provider.api import Answer, Refused, Request
from tests.support.made import MadeApi, write_state
from tests.support.world import lines, run

NAMES = ("a", "b", "c", "d")
TAGS = {"team": "shop"}


def url(name: str) -> str:
    return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}"


def arn(name: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{name}"


class Account(MadeApi):
    """Four queues: what the queues say of their tags, and what one call says of all."""

    def __init__(self, own: dict[str, dict[str, str]], told: dict[str, dict[str, str]] | Refused) -> None:
        mappings = (
            []
            if isinstance(told, Refused)
            else [
                {"ResourceARN": arn(n), "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
                for n, tags in told.items()
            ]
        )
        super().__init__(
            {
                "sqs:ListQueues": {"QueueUrls": [url(n) for n in NAMES]},
                "sqs:GetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
                "sqs:ListQueueTags": lambda args: {"Tags": own[args["QueueUrl"].rsplit("/")[-1]]},
                "resourcegroupstaggingapi:GetResources": (lambda _: told)
                if isinstance(told, Refused)
                else {"ResourceTagMappingList": mappings},
            }
        )
        self.asked: Counter[str] = Counter()
        self.singly: set[str] = set()

    def ask(self, request: Request) -> Answer:
        self.asked[request.op] += 1
        if request.op == "ListQueueTags":
            self.singly.add(str(request.args["QueueUrl"]).rsplit("/")[-1])
        return super().ask(request)


def check(tmp_path: Path, api: Any, recorded: dict[str, dict[str, str]], **scope: Any) -> list[str]:
    state = {
        f"aws_sqs_queue.{n}": {
            "id": url(n), "url": url(n), "name": n, "arn": arn(n), "delay_seconds": 0, "tags": tags, "tags_all": tags
        }
        for n, tags in recorded.items()
    }  # fmt: skip
    return lines(run(write_state(state, tmp_path / "s.tfstate"), api, only=("aws_sqs_*",), **scope))


def test_what_agrees_is_not_asked_for_again(tmp_path: Path) -> None:
    everybody = dict.fromkeys(NAMES, TAGS)
    api = Account(own=everybody, told=everybody)

    assert check(tmp_path, api, everybody) == []
    assert api.asked["GetResources"] == 1
    assert api.singly == set()


def test_a_difference_is_confirmed_by_the_resource_itself(tmp_path: Path) -> None:
    everybody = dict.fromkeys(NAMES, TAGS)
    api = Account(own={**everybody, "b": {"team": "web"}}, told={**everybody, "b": {"team": "web"}, "c": {"late": "x"}})

    assert check(tmp_path, api, everybody) == ["modified aws_sqs_queue.b tags.team"]
    assert api.singly == {"b", "c"}


def test_left_out_means_untagged_only_beside_others_of_its_type(tmp_path: Path) -> None:
    recorded: dict[str, dict[str, str]] = {"a": TAGS, "b": TAGS, "c": {}, "d": {}}
    api = Account(own={**recorded, "b": {}}, told={"a": TAGS, "d": {"by": "hand"}})

    assert check(tmp_path, api, recorded) == ["modified aws_sqs_queue.b tags.team"]
    assert api.singly == {"b", "d"}


@pytest.mark.parametrize("told", [{}, {"elsewhere": TAGS}, Refused("AccessDenied"), Refused("NotOnTape")])
def test_who_knows_nothing_of_the_type_is_not_believed(told: Any, tmp_path: Path) -> None:
    recorded: dict[str, dict[str, str]] = {name: {} for name in NAMES}
    api = Account(own={**recorded, "b": {"by": "hand"}}, told=told)

    assert check(tmp_path, api, recorded) == ["modified aws_sqs_queue.b tags.by"]
    assert api.singly == set(NAMES)


def test_fresh_tags_are_asked_of_each(tmp_path: Path) -> None:
    everybody = dict.fromkeys(NAMES, TAGS)
    api = Account(own=everybody, told=everybody)

    assert check(tmp_path, api, everybody, fresh_tags=True) == []
    assert api.asked["GetResources"] == 0
    assert api.singly == set(NAMES)


def test_a_tape_without_it_is_replayed_all_the_same(tmp_path: Path) -> None:
    everybody = dict.fromkeys(NAMES, TAGS)
    recorder = Recorder(Account(own=everybody, told=everybody), None)
    assert check(tmp_path, recorder, everybody, fresh_tags=True) == []
    recorder.save(
        tmp_path / "t.jsonl", started_at="2026-01-01T00:00:00Z", duration_seconds=1.0, region="us-east-1",
        types=("aws_sqs_queue",),
    )  # fmt: skip

    assert check(tmp_path, Player(tmp_path / "t.jsonl", strict=True), everybody) == []

"""`drift check --estimate` tells the calls that a check then makes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from drift.desired.load import build, read_states
from drift.errors import UsageError
from drift.live.estimate import estimate
from drift.provider.api import Answer, Request
from drift.provider.installed import installed
from drift.providers.aws import AWS
from drift.survey import Scope, regions_of
from tests.live.test_engine import answers, queue
from tests.support.made import ACCOUNT, MadeApi, write_state
from tests.support.world import run


class Counting(MadeApi):
    asked: Counter[str]

    def ask(self, request: Request) -> Answer:
        self.asked[request.service] += 1
        return super().ask(request)


def test_it_tells_the_calls_that_are_then_made(tmp_path: Path) -> None:
    state = write_state({f"aws_sqs_queue.{n}": queue(n) for n in "abc"}, tmp_path / "s.tfstate")
    desired = build(*read_states([str(state)], {}), installed(), account=ACCOUNT, region="us-east-1")

    told = estimate(
        desired.resources,
        installed(),
        AWS,
        account=ACCOUNT,
        scope=frozenset({"aws_sqs_queue"}),
        regions=["us-east-1"],
        search=False,
    )

    assert told.listing == {"sqs": 1}
    # three queues: the attributes of each, and the tags of all by one call
    assert told.reading == {"sqs": 3, "resourcegroupstaggingapi": 1}

    api = Counting({**answers("a", "b", "c"), "resourcegroupstaggingapi:GetResources": {"ResourceTagMappingList": [
        {"ResourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{n}", "Tags": []} for n in "abc"
    ]}})  # fmt: skip
    api.asked = Counter()
    assert not run(state, api, only=("aws_sqs_queue",), only_state=True).drift
    assert api.asked == told.listing + told.reading


def test_what_has_no_region_needs_none() -> None:
    with pytest.raises(UsageError, match="no region"):
        regions_of((), Scope(), "")

    assert regions_of((), Scope(), "", needed=False) == []
    assert regions_of((), Scope(), "eu-west-1", needed=False) == ["eu-west-1"]

"""`--only-state`: the same verdicts on what the states hold, with fewer calls, and none on anything else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import build, read_states
from drift.model.drift import Drift, Report
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.installed import installed
from drift.survey import Scope
from tests.cli.test_cli import replayed
from tests.live.test_engine import answers, queue
from tests.support.apis import Standing
from tests.support.line import check
from tests.support.made import MadeApi, write_state
from tests.support.world import NAMES, REGION, WORLDS, Regrouped, World


class Counting(Standing):
    """Keeps what was asked."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.account, self.counts = api.account, Counter[str]()
        self.asked: set[str] = set()

    def ask(self, request: Request) -> Answer:
        self.asked.add(request.key)
        return self._api.ask(request)


def both(state: Path, api: Api, **scope: Any) -> tuple[Report, Report, Counting, Counting]:
    """The report with the search for what is unmanaged, and that without; and what each asked."""
    catalog, reports, asked = installed(), [], []
    states, failed = read_states([str(state)], {})
    desired = build(states, failed, catalog, account=api.account, region=REGION)
    for only_state in (False, True):
        asked.append(Counting(api))
        at = Scope(**scope, only_state=only_state)
        reports.append(check(desired, asked[-1], catalog, at, default_region=REGION).report)
    return reports[0], reports[1], asked[0], asked[1]


def said(drift: Drift) -> tuple[Any, ...]:
    """All that a report says of it."""
    return drift.kind, drift.desired, drift.actual and drift.actual.key, drift.changes, drift.findings


IN_PARTS = {
    "api-gateway-v2",
    "ecs",
    "elbv2",
    "iam",
    "network",
    "route53",
    "s3",
    "security-groups",
    "two-regions",
    "vpc",
}
EVERY = [n if n in IN_PARTS else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
"""In every run the worlds of parts and of several regions, the others in the long one."""


@pytest.mark.parametrize("name", EVERY)
def test_the_verdicts_on_what_the_state_holds_are_the_same(name: str) -> None:
    world = World(WORLDS / name)
    tape = world.tape("tampered")
    whole, only, searched, spared = both(world.path / "refreshed.tfstate", Regrouped(tape), recorded=tape.types)

    assert [said(d) for d in only.drift] == [said(d) for d in whole.drift if d.kind != "unmanaged"]
    assert only.in_sync == whole.in_sync
    assert only.unread == whole.unread
    assert only.managed == whole.managed
    assert {tuple(json.loads(key)[:3]) for key in spared.asked} <= {
        tuple(json.loads(key)[:3]) for key in searched.asked
    }
    assert len(searched.asked) - len(spared.asked) >= only.listings_spared
    assert only.not_ours == ()
    assert not only.scope.unmanaged


def test_a_refused_listing_of_what_the_state_does_not_hold_is_no_gap(tmp_path: Path) -> None:
    state = write_state({"aws_sqs_queue.a": queue("a")}, tmp_path / "s.tfstate")
    refused = {"sns:ListTopics": lambda _: Refused("AccessDenied")}
    api = MadeApi({**answers("a", "b"), "sqs:ListQueueTags": {"Tags": {}}, **refused})
    whole, only, _, asked = both(state, api, only=("aws_sqs_queue", "aws_sns_topic"))

    assert whole.gaps
    assert only.gaps == ()
    assert only.drift == ()
    assert only.in_sync == 1
    assert only.listings_spared == 1
    assert {json.loads(key)[2] for key in asked.asked} == {"ListQueues", "GetQueueAttributes", "ListQueueTags"}
    assert not [key for key in asked.asked if "/b" in key]


def test_regions_without_a_resource_of_a_type_are_not_listed_for_it(tmp_path: Path) -> None:
    state = write_state({"aws_sqs_queue.a": queue("a")}, tmp_path / "s.tfstate")
    api = MadeApi({**answers("a"), "sqs:ListQueueTags": {"Tags": {}}})
    _, only, _, asked = both(state, api, only=("aws_sqs_queue",), regions=("eu-west-1", "us-west-2"))

    assert {json.loads(key)[1] for key in asked.asked} == {"us-east-1"}
    assert only.listings_spared == 2


def test_the_reports_say_that_nobody_looked() -> None:
    table = replayed("--only-state").stdout
    report = json.loads(replayed("--only-state", "--format", "json").stdout)

    assert "unmanaged resources were not searched for" in table
    assert "saved by --only-state" in table
    assert report["scope"]["unmanaged"] is False
    assert report["summary"]["unmanaged"] is None
    assert report["summary"]["coverage_percent"] is None
    assert report["api_calls"]["spared"] > 0
    assert {d["kind"] for d in report["drift"]} == {"missing", "modified"}

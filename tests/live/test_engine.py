"""The engine's promises: refusals are never verdicts, order never matters, nothing is asked in vain."""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import read_states
from drift.live.asker import Asker
from drift.live.tape import Player
from drift.provider.api import Answer, Api, Refused, Request
from drift.provider.contract import Grant
from drift.provider.describe import actions
from drift.provider.installed import installed
from drift.providers.aws.permissions import action
from drift.providers.aws.role import documents
from drift.report import Look
from drift.report import json as json_report
from tests.support.apis import Standing
from tests.support.made import MadeApi, write_state
from tests.support.world import NAMES, WORLDS, World, lines, run

QUEUES = ("sqs:ListQueues", "sqs:GetQueueAttributes", "sqs:ListQueueTags")


def url(name: str, region: str = "us-east-1") -> str:
    return f"https://sqs.{region}.amazonaws.com/123456789012/{name}"


def queue(name: str, region: str = "us-east-1", **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:sqs:{region}:123456789012:{name}"
    return {
        "id": url(name, region),
        "url": url(name, region),
        "name": name,
        "arn": arn,
        "delay_seconds": 0,
        "tags": {},
        **more,
    }


def answers(*names: str) -> dict[str, Any]:
    return {
        "sqs:ListQueues": {"QueueUrls": [url(n) for n in names]},
        "sqs:GetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
    }


def checked(tmp_path: Path, state: Mapping[str, Mapping[str, Any]], api: Api) -> list[str]:
    return lines(run(write_state(state, tmp_path / "s.tfstate"), api, only=("aws_sqs_*",)))


class Slow(Standing):
    """Answers in an order that nobody can foresee."""

    def __init__(self, api: Api, seed: int) -> None:
        self._api, self._random = api, random.Random(seed)
        self.account, self.counts = api.account, api.counts

    def ask(self, request: Request) -> Answer:
        time.sleep(self._random.random() / 200)
        return self._api.ask(request)


class Denying(Standing):
    """Refuses one operation, and counts how often it was asked for."""

    at_once = True

    def __init__(self, api: Api, service: str, op: str, code: str = "AccessDenied") -> None:
        self._api, self._what, self._code = api, (service, op), code
        self.account, self.counts = api.account, api.counts

    def ask(self, request: Request) -> Answer:
        return Refused(self._code) if (request.service, request.op) == self._what else self._api.ask(request)


@pytest.mark.parametrize("name", ["security-groups", "vpc"])
def test_order_of_answers_does_not_matter(name: str) -> None:
    world = World(WORLDS / name)
    tape = world.tape("tampered")
    texts = set()
    for seed in range(3):
        out = io.StringIO()
        found = run(world.path / "refreshed.tfstate", Slow(tape, seed), recorded=tape.types)
        found = replace(found, started_at="", duration_seconds=0.0)  # how long it took is no verdict
        json_report.render(found, out, Look())
        texts.add(out.getvalue())

    assert len(texts) == 1


def test_refused_listing_is_a_gap_and_no_verdict(tmp_path: Path) -> None:
    api = MadeApi({**answers(), "sqs:ListQueues": lambda _: Refused("AccessDenied")})

    assert checked(tmp_path, {"aws_sqs_queue.a": queue("a")}, api) == [
        "gap aws_sqs_queue us-east-1 sqs:ListQueues AccessDenied",
        "unread aws_sqs_queue.a  sqs:ListQueues AccessDenied",
    ]


@pytest.mark.parametrize("code", ["AccessDenied", "ThrottlingException", "InternalError", "ReadTimeoutError"])
def test_refused_section_leaves_the_rest_judged(code: str, tmp_path: Path) -> None:
    api = MadeApi({**answers("a"), "sqs:ListQueueTags": lambda _: Refused(code)})
    state = {"aws_sqs_queue.a": queue("a", delay_seconds=7)}

    assert checked(tmp_path, state, api) == [
        "modified aws_sqs_queue.a delay_seconds",
        f"unread aws_sqs_queue.a tags sqs:ListQueueTags {code}",
    ]


def test_deleted_while_being_read_is_missing(tmp_path: Path) -> None:
    gone = "AWS.SimpleQueueService.NonExistentQueue"
    api = MadeApi(
        {
            **answers("a"),
            "sqs:GetQueueAttributes": lambda _: Refused(gone),
            "sqs:ListQueueTags": lambda _: Refused(gone),
        }
    )

    assert checked(tmp_path, {"aws_sqs_queue.a": queue("a")}, api) == ["missing aws_sqs_queue.a"]


def test_unmanaged_queues_are_not_described_further_than_their_owner_needs(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    class Counting(MadeApi):
        def ask(self, request: Request) -> Answer:
            asked[request.op] += 1
            return super().ask(request)

    said = checked(tmp_path, {"aws_sqs_queue.a": queue("a")}, Counting(answers("a", "b", "c")))

    assert said == [f"unmanaged aws_sqs_queue {url(n)}" for n in ("b", "c")]
    # one call for the tags of all, which says nothing here: an account that does not answer it is asked queue by queue
    assert asked == {"ListQueues": 1, "GetResources": 1, "GetQueueAttributes": 1, "ListQueueTags": 3}


def test_two_host_names_are_one_queue(tmp_path: Path) -> None:
    old = {**answers(), "sqs:ListQueues": {"QueueUrls": ["https://us-east-1.queue.amazonaws.com/123456789012/a"]}}

    assert checked(tmp_path, {"aws_sqs_queue.a": queue("a")}, MadeApi(old)) == []


def test_each_region_of_the_state_is_looked_at(tmp_path: Path) -> None:
    class Regional(MadeApi):
        def ask(self, request: Request) -> Answer:
            if request.op == "ListQueues":
                return [{"QueueUrls": [url("a", request.region), url(f"rogue-{request.region}", request.region)]}]
            return super().ask(request)

    state = {"aws_sqs_queue.east": queue("a"), "aws_sqs_queue.west": queue("a", "eu-west-1")}

    assert checked(tmp_path, state, Regional(answers())) == [
        f"unmanaged aws_sqs_queue {url('rogue-eu-west-1', 'eu-west-1')}",
        f"unmanaged aws_sqs_queue {url('rogue-us-east-1')}",
    ]


def test_resources_of_another_account_are_unread_not_missing(tmp_path: Path) -> None:
    other = queue("a", arn="arn:aws:sqs:us-east-1:999999999999:a")

    assert checked(tmp_path, {"aws_sqs_queue.a": other}, MadeApi(answers())) == [
        "unread aws_sqs_queue.a  account 999999999999 OtherAccount"
    ]


def test_requests_are_made_once_and_answered_in_order() -> None:
    made: list[str] = []

    class Once(Standing):
        account, counts = "1", Counter[str]()

        def ask(self, request: Request) -> Answer:
            made.append(request.op)
            return [{"op": request.op}]

    asker = Asker(Once(), workers=3, lanes=lambda service, operation: ("", 2))
    requests = [Request("s", "r", op) for op in ("GetA", "GetB", "GetA", "GetC")]

    assert [a[0]["op"] for a in asker.ask(requests) if not isinstance(a, Refused)] == ["GetA", "GetB", "GetA", "GetC"]
    assert sorted(made) == ["GetA", "GetB", "GetC"]
    asker.ask(requests)
    assert len(made) == 3


def recorded_operations(tape: Player) -> list[tuple[str, str]]:
    """(service, operation) of what the tape answers with something."""
    found = set()
    for request in tape.requests:
        answer = tape.ask(request)
        if not isinstance(answer, Refused) and any(value for page in answer for value in page.values()):
            found.add((request.service, request.op))
    return sorted(found)


def services(type_: str) -> set[str]:
    """The services that are asked about resources of a type."""
    entry = installed()[type_]
    return {entry.service, *(call.service or entry.service for call in entry.calls)}


BARE = "sqs"
"""The world in which the rest is denied too: what every account has, whatever was made in it."""


@pytest.mark.parametrize("name", NAMES)
def test_no_refusal_is_ever_a_verdict(name: str) -> None:
    """Every action denied in turn: on a clean account nothing drifts, on a tampered one nothing more does.

    In each world those of the services that its state is of, and listed are the types that these tell of.
    """
    world = World(WORLDS / name)
    state = world.path / "refreshed.tfstate"
    described = {i.address.type for s in read_states([str(state)], {})[0] for i in s.instances} & set(installed())
    own = {service for type_ in described for service in services(type_)}
    for tape, allowed in (("clean", []), ("tampered", world.expected)):
        player = world.tape(tape, strict=False)  # whoever is refused something asks for other things in its place
        operations, types = recorded_operations(player), player.types & set(installed())
        if name != BARE:
            operations = [(service, op) for service, op in operations if service in own]
            types = frozenset(t for t in types if services(t) & own)
        for service, op in operations:
            denying = Denying(player, service, op)
            said = lines(run(state, denying, recorded=types))
            verdicts = [s for s in said if s.startswith(("missing", "unmanaged"))]

            assert set(verdicts) <= set(allowed), f"{tape}, {service}:{op} denied"


class Granting(Standing):
    """Allows what IAM policies grant, and nothing else."""

    at_once = True

    def __init__(self, api: Api, policies: Sequence[Mapping[str, Any]]) -> None:
        self._api = api
        self.account, self.counts = api.account, api.counts
        granted = {a for p in policies for s in p["Statement"] if s["Effect"] == "Allow" for a in s["Action"]}
        needs: dict[tuple[str, str], set[str]] = {}
        for entry in installed().values():
            for call in entry.calls:
                needs.setdefault((call.service or entry.service, call.op), set()).add(
                    action(call.service or entry.service, call)
                )
        self._allowed = {what for what, actions in needs.items() if actions <= granted}

    def ask(self, request: Request) -> Answer:
        allowed = (request.service, request.op) in self._allowed
        return self._api.ask(request) if allowed else Refused("AccessDenied")


@pytest.mark.parametrize("name", NAMES)
def test_the_iam_policy_grants_all_that_a_check_takes(name: str) -> None:
    """With exactly its actions allowed and everything else denied, nothing is unread."""
    world, catalog = World(WORLDS / name), installed()
    tape = world.tape("tampered")
    api = Granting(tape, documents(Grant(actions=actions(catalog, catalog, secrets=True), secrets=True)))

    assert lines(run(world.path / "refreshed.tfstate", api, recorded=tape.types)) == world.expected


def test_what_two_addresses_claim_is_named_by_its_whole_id(tmp_path: Path) -> None:
    inline = {"id": "app:read", "role": "app", "name": "read", "policy": "{}"}
    state = {"aws_iam_role_policy.one": inline, "aws_iam_role_policy.other": inline}
    report = run(write_state(state, tmp_path / "s.tfstate"), MadeApi({}), only=("aws_iam_role_policy",))
    [warning] = report.warnings
    assert warning.startswith("aws_iam_role_policy app:read is managed twice: aws_iam_role_policy.one (")

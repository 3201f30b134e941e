"""The event history is asked within its limits; a stand-in counts, throttles and refuses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from drift.model.address import Address
from drift.model.drift import Change, Drift, Report, Scope
from drift.model.resource import GLOBAL, Key, Resource
from drift.provider.api import Answer, Refused, Request
from drift.provider.installed import installed
from drift.providers.aws.audit import CLOUDTRAIL
from drift.providers.aws.operations import service_model
from drift.run import Connection
from drift.who.answer import Question, answered
from drift.who.ask import Pace

ACCOUNT = "111122223333"


def record(number: int, queue: str, *, region: str = "eu-west-1", **more: Any) -> dict[str, Any]:
    return {
        "eventID": f"00000000-0000-0000-0000-{number:012}",
        "eventTime": f"2026-10-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        "eventSource": "sqs.amazonaws.com", "eventName": "SetQueueAttributes", "awsRegion": region, "readOnly": False,
        "recipientAccountId": ACCOUNT, "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.13.5",
        "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE"},
        "requestParameters": {"queueUrl": queue, "attributes": {"DelaySeconds": "30"}}, **more,
    }  # fmt: skip


@dataclass
class History:
    """LookupEvents, as its documentation has it: 50 a page, newest first, one attribute, a rate for each region."""

    records: list[dict[str, Any]]
    refusal: str = ""
    per_second: float = 2.0
    others: int = 0
    """So many calls are throttled first: somebody else uses the same limit."""
    account: str = ACCOUNT
    region: str = "eu-west-1"
    recorded: None = None
    counts: Counter[str] = field(default_factory=Counter)
    now: float = 0.0
    made: dict[str, list[float]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def ask(self, request: Request) -> Answer:
        assert (request.service, request.op, request.once) == ("cloudtrail", "LookupEvents", True)
        shape = service_model("cloudtrail").operation_model("LookupEvents").input_shape
        assert set(request.args) <= set(shape.members)
        self.asked.append(request)
        self.counts["cloudtrail"] += 1
        times = self.made.setdefault(request.region, [])
        if times and self.now - times[-1] < 1 / self.per_second - 1e-9:
            raise AssertionError("more than two calls a second")
        times.append(self.now)
        if self.others:
            self.others -= 1
            return Refused("ThrottlingException", "Rate exceeded")
        if self.refusal:
            return Refused(self.refusal, "not authorized")
        (attribute,) = request.args["LookupAttributes"]
        found = [r for r in self.records if r["awsRegion"] == request.region]
        if attribute["AttributeKey"] == "ResourceName":
            found = [r for r in found if json.dumps(attribute["AttributeValue"]) in json.dumps(r)]
        else:
            assert attribute == {"AttributeKey": "ReadOnly", "AttributeValue": "false"}
            found = [r for r in found if not r["readOnly"]]
        found.sort(key=lambda r: r["eventTime"], reverse=True)
        start = int(request.args.get("NextToken", 0))
        page = {
            "Events": [{"EventId": r["eventID"], "CloudTrailEvent": json.dumps(r)} for r in found[start : start + 50]]
        }
        return [page | ({"NextToken": str(start + 50)} if len(found) > start + 50 else {})]

    def wait(self, seconds: float) -> None:
        self.now += seconds

    @property
    def pace(self) -> Pace:
        return Pace(CLOUDTRAIL.per_second, lambda: self.now, self.wait)


def queue(number: int, region: str = "eu-west-1") -> Drift:
    url = f"https://sqs.{region}.amazonaws.com/{ACCOUNT}/q{number}"
    found = Resource(
        key=Key("aws_sqs_queue", ACCOUNT, region, (url,)), id=url, address=Address.parse(f"aws_sqs_queue.q{number}")
    )
    return Drift("modified", found, found, (Change("delay_seconds", 0, 30),))


def ask(history: History, *drifts: Drift, **question: Any) -> Report:
    report = Report(scope=Scope(), drift=drifts)
    return answered(report, [Connection("aws", history)], installed(), Question(**question), history.pace)


def urls(report: Report) -> Iterator[str]:
    return (d.found.id for d in report.drift)


def test_few_are_asked_for_by_name() -> None:
    drift = queue(1)
    history = History([record(5, drift.found.id), *(record(10 + n, f"other-{n}") for n in range(400))])

    (found,) = ask(history, drift).drift
    assert found.who[0].actor is not None
    assert found.who[0].actor.name == "ann"
    assert found.who[0].match == "value"
    assert history.counts["cloudtrail"] == 1


def test_one_page_answers_for_many() -> None:
    drifts = [queue(n) for n in range(40)]
    history = History([record(n, d.found.id) for n, d in enumerate(drifts)])

    assert all(d.who[0].known for d in ask(history, *drifts).drift)
    assert history.counts["cloudtrail"] == 1


def test_it_stops_when_all_are_answered() -> None:
    drifts = [queue(n) for n in range(10)]
    old = [record(n, f"other-{n}") for n in range(3000)]
    history = History([*old, *(record(5000 + n, d.found.id) for n, d in enumerate(drifts))])

    ask(history, *drifts)
    assert history.counts["cloudtrail"] == 1


def test_the_budget_is_kept_and_what_it_did_not_reach_is_unknown() -> None:
    drifts = [queue(n) for n in range(80)]
    busy = [record(10_000 + n, f"other-{n}") for n in range(5000)]
    history = History([*busy, *(record(n, d.found.id) for n, d in enumerate(drifts))])

    report = ask(history, *drifts, calls=30)
    unknown = [d.who[0].reason for d in report.drift if not d.who[0].known]
    assert history.counts["cloudtrail"] == 30
    assert len(unknown) == 70  # ten were still asked for by name
    assert set(unknown) == {"not looked up: the 30 calls to eu-west-1 were spent"}


def test_each_region_has_a_budget_and_a_rate_of_its_own() -> None:
    drifts = [queue(n, region) for n in range(2) for region in ("eu-west-1", "us-east-1")]
    history = History([record(n, d.found.id, region=d.found.key.region) for n, d in enumerate(drifts)])

    assert all(d.who[0].known for d in ask(history, *drifts, calls=2).drift)
    assert {region: len(times) for region, times in history.made.items()} == {"eu-west-1": 2, "us-east-1": 2}
    assert history.now < 1.1  # side by side


def test_the_call_of_another_account_is_not_the_one() -> None:
    other = record(1, queue(1).found.id, recipientAccountId="444455556666")

    assert not ask(History([other]), queue(1)).drift[0].who[0].known


@pytest.mark.parametrize(
    ("type_", "attributes", "region"),
    [
        ("aws_s3_bucket", {"region": "eu-west-1"}, "eu-west-1"),
        ("aws_s3_bucket", {}, "eu-central-1"),
        ("aws_iam_role", {}, "us-east-1"),
        ("aws_globalaccelerator_accelerator", {}, "us-west-2"),
    ],
)
def test_what_is_global_is_looked_up_where_its_calls_go(type_: str, attributes: dict[str, Any], region: str) -> None:
    found = Resource(key=Key(type_, ACCOUNT, GLOBAL, ("a",)), id="a", attributes=attributes)

    assert CLOUDTRAIL.home(found, "eu-central-1", installed()[type_]) == region


def test_the_log_of_an_account_that_nobody_connected_is_not_said_to_be_empty() -> None:
    drift = queue(1)
    there = replace(drift.found, key=drift.found.key._replace(account="444455556666"))

    (found,) = ask(History([]), replace(drift, desired=there, actual=there)).drift
    assert found.who[0].reason == "not looked up: drift is not connected to account 444455556666"


def test_throttled_calls_count_and_wait() -> None:
    history = History([record(1, queue(1).found.id)], others=3)

    (found,) = ask(history, queue(1)).drift
    assert found.who[0].known
    assert history.counts["cloudtrail"] == 4
    assert history.now > 2


def test_a_log_that_only_throttles_ends() -> None:
    history = History([], others=10_000)

    (found,) = ask(history, queue(1), calls=10).drift
    assert history.counts["cloudtrail"] <= 10
    assert found.who[0].reason == "not looked up: eu-west-1 answered ThrottlingException"


@pytest.mark.parametrize("drifts", [1, 20])
def test_calls_that_are_throttled_do_not_exceed_the_budget(drifts: int) -> None:
    history = History([], others=10_000)

    ask(history, *map(queue, range(drifts)), calls=3)
    assert history.counts["cloudtrail"] == 3


def test_each_resource_has_the_reason_of_its_own_search() -> None:
    busy = [record(n, queue(1).found.id, eventName="TagQueue") for n in range(200)]

    report = ask(History(busy), queue(1), queue(2), queue(3), calls=4)
    assert [d.who[0].reason for d in report.drift] == [
        "the newest 3 pages that eu-west-1 has of it have no event that can have made it",
        "the log of eu-west-1, 90 days, has no event that can have made it",
        "not looked up: the 4 calls to eu-west-1 were spent",
    ]


def test_a_refused_log_is_said_and_nothing_else_changes() -> None:
    drifts = (queue(1), queue(2, "us-east-1"))
    history = History([], refusal="AccessDeniedException")

    report = ask(history, *drifts)
    assert [w for w in report.warnings if "cloudtrail:LookupEvents was refused" in w and "drift policy --with who" in w]
    assert history.counts["cloudtrail"] == 2
    assert not report.incomplete
    assert [d.fingerprint for d in report.drift] == [d.fingerprint for d in drifts]
    assert all(not d.who[0].known and d.since is None for d in report.drift)


def test_a_log_that_is_not_offered_is_said_once_and_asks_for_no_permission() -> None:
    history = History([], refusal="NotOffered")

    report = ask(history, queue(1), queue(2), queue(3, "us-east-1"))
    (warning,) = report.warnings
    assert "unknown in eu-west-1, us-east-1: cloudtrail:LookupEvents is not offered there" in warning
    assert "drift policy" not in warning
    assert not any(d.who for d in report.drift)


def test_whoever_took_the_role_on_is_looked_up() -> None:
    identity = {
        "type": "AssumedRole", "accountId": ACCOUNT, "accessKeyId": "ASIAEXAMPLE", "principalId": "AROAEXAMPLE:cli",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/cli",
        "sessionContext": {"sessionIssuer": {"type": "Role", "userName": "admin"}},
    }  # fmt: skip
    taken = record(
        1, "-", readOnly=True, eventSource="sts.amazonaws.com", eventName="AssumeRole",
        responseElements={"credentials": {"accessKeyId": "ASIAEXAMPLE"}},
    )  # fmt: skip
    history = History([taken, record(9, queue(1).found.id, userIdentity=identity)])

    (found,) = ask(history, queue(1)).drift
    actor = found.who[0].actor
    assert actor is not None
    assert (actor.kind, actor.name, actor.person) == ("role", "admin", "ann")
    assert history.counts["cloudtrail"] == 2


def test_what_terraform_wrote_before_tells_that_it_was_changed_after() -> None:
    agent = "APN/1.0 HashiCorp/1.0 Terraform/1.11.0 (+https://www.terraform.io) terraform-provider-aws/5.100.0"
    url = queue(1).found.id
    applied = record(1, url, userAgent=agent, requestParameters={"queueUrl": url, "attributes": {"DelaySeconds": "0"}})
    history = History([applied, record(100, url)])

    (found,) = ask(history, queue(1)).drift
    assert found.who[0].after_apply is True
    assert found.who[0].applied_at == applied["eventTime"]


def test_a_newer_call_that_set_another_value_leaves_it_unknown() -> None:
    url = queue(1).found.id
    newer = record(100, url, requestParameters={"queueUrl": url, "attributes": {"DelaySeconds": "7"}})

    (found,) = ask(History([record(1, url), newer]), queue(1)).drift
    assert not found.who[0].known
    assert found.who[0].reason == "the last call in the log that sets it set another value"


def test_what_one_session_did_in_a_row_is_told_together() -> None:
    from drift.report.whose import together

    drifts = [queue(n) for n in range(3)]
    console = {"sessionCredentialFromConsole": "true", "userAgent": "Mozilla/5.0"}
    history = History([
        record(0, drifts[0].found.id, **console), record(60, drifts[1].found.id, **console),
        record(7200, drifts[2].found.id, **console),
    ])  # fmt: skip

    assert together(ask(history, *drifts)) == [
        "2 resources, by one console session of user ann, 2026-10-01 00:00 to 00:01 UTC"
    ]


@pytest.mark.parametrize("name", ["LookupEvents"])
def test_it_is_among_the_operations_that_may_be_called(name: str) -> None:
    from drift.providers.aws.allowed import is_allowed

    assert is_allowed("cloudtrail", name)
    assert not is_allowed("athena", "StartQueryExecution")

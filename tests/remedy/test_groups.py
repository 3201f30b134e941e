"""What one change made is adopted in one file."""

from __future__ import annotations

from typing import Any

from drift.model.resource import Key, Resource
from drift.model.value import freeze
from drift.model.who import Actor, Who
from drift.provider.installed import installed
from drift.remedy.adopt.groups import groups


def made(type_: str, id_: str, name: str = "", **attributes: Any) -> Resource:
    key = Key(type_, "123456789012", "us-east-1", (id_,))
    return Resource(key=key, id=id_, name=name, attributes={k: freeze(v) for k, v in {"id": id_, **attributes}.items()})


def by(name: str, at: str) -> tuple[Who, ...]:
    return (Who(actor=Actor("user", name), at=at),)


def test_what_refers_to_each_other_is_together_and_what_stands_alone_is_not() -> None:
    vpc, subnet = made("aws_vpc", "vpc-1", "shop"), made("aws_subnet", "subnet-1", "a", vpc_id="vpc-1")
    other = made("aws_vpc", "vpc-2", "other")

    found = groups([vpc, subnet, other], installed(), {})

    assert found == {vpc.key: found[subnet.key], subnet.key: found[vpc.key]}
    assert found[vpc.key] in ("adopted-shop.tf", "adopted-a.tf")


def test_the_same_tags_are_together_but_no_name_and_no_tags_are_not() -> None:
    one, two = (made("aws_sqs_queue", n, n, tags={"Name": n, "Team": "core"}) for n in ("one", "two"))
    three, four = (made("aws_sqs_queue", n, n, tags={"Name": "same"}) for n in ("three", "four"))
    five, six = (made("aws_sqs_queue", n, n, tags={"Team": t}) for n, t in (("five", "web"), ("six", "ops")))

    found = groups([one, two, three, four, five, six], installed(), {})

    assert found == {one.key: "adopted-one.tf", two.key: "adopted-one.tf"}


def test_one_actor_without_a_long_pause_is_one_change() -> None:
    queues = [made("aws_sqs_queue", f"q{n}", f"q{n}") for n in range(5)]
    times = ("2026-11-20T10:00:00Z", "2026-11-20T10:59:00Z", "2026-11-20T11:58:00Z", "2026-11-20T13:00:00Z")
    who = {q.key: by("alice", at) for q, at in zip(queues, times, strict=False)}
    who[queues[4].key] = by("bob", times[0])

    assert groups(queues, installed(), who) == {q.key: "adopted-q0.tf" for q in queues[:3]}


def test_two_groups_of_one_name_have_two_files() -> None:
    queues = [made("aws_sqs_queue", f"q{n}", "jobs", tags={"Team": str(n % 2)}) for n in range(4)]

    assert sorted(groups(queues, installed(), {}).values()) == [*["adopted-jobs.tf"] * 2, *["adopted-jobs_2.tf"] * 2]

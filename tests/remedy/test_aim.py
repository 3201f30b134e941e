"""The value to write: as an author would say it, and no more of it than the change is about."""

from __future__ import annotations

from typing import Any

from drift.model.drift import Change
from drift.model.value import as_set
from drift.provider import canonical
from drift.provider.installed import installed
from drift.remedy.aim import Target, aim

GROUP = installed()["aws_security_group"]


def rule(port: int, *cidrs: str) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": list(cidrs)}


def aimed(said: list[dict[str, Any]], live: list[dict[str, Any]]) -> Any:
    attr = GROUP.attributes["ingress"]
    want, have = (as_set(canonical.desired(attr, v, {"ingress": v})) for v in (said, live))
    change = Change("ingress", want, have, removed=tuple(want - have), added=tuple(have - want))
    target = Target(
        entry=GROUP,
        facts=installed().facts(GROUP.name),
        defaults=lambda path: None,
        written={"ingress": said},
        filled={"ingress": said},
        live={"ingress": live},
    )
    return aim(target, [change])["ingress"]


def test_an_address_comes_into_the_rule_that_has_the_others() -> None:
    said = [rule(80, "10.0.0.0/8"), rule(5432, "10.0.0.0/8", "10.9.0.0/16")]

    assert aimed(said, [said[0], rule(5432, "10.0.0.0/8", "10.7.0.0/16")]) == [
        said[0],
        rule(5432, "10.0.0.0/8", "10.7.0.0/16"),
    ]


def test_a_rule_of_its_own_comes_beside_the_others() -> None:
    said = [rule(80, "10.0.0.0/8")]

    assert aimed(said, [*said, rule(22, "10.7.0.0/16")]) == [*said, rule(22, "10.7.0.0/16")]


def aimed_at(type_: str, written: dict[str, Any], live: dict[str, Any], *changes: Change) -> dict[str, Any]:
    entry, catalog = installed()[type_], installed()
    target = Target(
        entry=entry,
        facts=catalog.facts(type_),
        defaults=lambda path: catalog.left_out(type_, path),
        written=written,
        filled=written,
        live=live,
    )
    return aim(target, changes)


def test_what_the_account_has_nothing_of_is_left_out_unless_it_has_to_be_said() -> None:
    window = {"mode": "FLEXIBLE", "maximum_window_in_minutes": 10}
    path = "flexible_time_window.maximum_window_in_minutes"
    off = {"flexible_time_window": [{"mode": "OFF", "maximum_window_in_minutes": None}]}
    said = aimed_at("aws_scheduler_schedule", {"flexible_time_window": [window]}, off, Change(path, 10, 0))
    assert said == {"flexible_time_window": [{"mode": "FLEXIBLE", "maximum_window_in_minutes": None}]}

    said = aimed_at(
        "aws_cloudwatch_log_subscription_filter",
        {"filter_pattern": "ERROR"},
        {"filter_pattern": ""},
        Change("filter_pattern", "ERROR", None),
    )
    assert said == {"filter_pattern": ""}


def test_of_two_arguments_that_exclude_each_other_the_one_that_is_written_stays() -> None:
    changes = (Change("instance_id", "i-1", "i-2"), Change("network_interface_id", None, "eni-2"))
    live = {"instance_id": "i-2", "network_interface_id": "eni-2"}

    assert aimed_at("aws_eip_association", {"instance_id": "i-1"}, live, *changes) == {"instance_id": "i-2"}
    assert aimed_at("aws_eip_association", {}, live, changes[1]) == {"network_interface_id": "eni-2"}


def test_a_rule_without_ports_says_so_where_the_provider_demands_them() -> None:
    said = [rule(80, "10.0.0.0/8")]
    every = {"protocol": "-1", "from_port": None, "to_port": None, "cidr_blocks": ["10.7.0.0/16"]}

    assert aimed(said, [*said, every])[1] == {**every, "from_port": 0, "to_port": 0}

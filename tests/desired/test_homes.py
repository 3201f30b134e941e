"""Several states of one account, and provider configurations whose resources do not say where they are."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import build, read_states
from drift.model.drift import Report
from drift.provider.installed import installed
from drift.survey import Scope
from tests.support.line import check
from tests.support.made import MadeApi
from tests.support.world import NAMES, REGION, WORLDS, Regrouped, World, lines

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def resource(type_: str, provider: str = AWS, mode: str = "managed", **attributes: Any) -> dict[str, Any]:
    one = {"schema_version": 0, "attributes": attributes}
    return {"mode": mode, "type": type_, "name": "x", "provider": provider, "instances": [one]}


def places(tmp_path: Path, *states: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Type -> (account, region), for states of such resources on a session in eu-central-1."""
    for i, resources in enumerate(states):
        state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": str(i), "resources": resources}
        (tmp_path / f"{i}.tfstate").write_text(json.dumps(state))
    read, failed = read_states([str(tmp_path)], {})
    found = build(read, failed, installed(), account="123456789012", region="eu-central-1")
    return {r.type: (r.key.account, r.key.region) for r in found.resources}


ROUTE = resource("aws_route", id="r-rtb-1", route_table_id="rtb-0a1b2c3d4e5f", destination_cidr_block="10.0.0.0/8")
TABLE = resource("aws_route_table", id="rtb-0a1b2c3d4e5f", arn="arn:aws:ec2:us-west-2:123456789012:route-table/rtb-0a1b2c3d4e5f")  # fmt: skip


def test_a_part_is_where_its_whole_is_whichever_state_that_stands_in(tmp_path: Path) -> None:
    assert places(tmp_path, [TABLE], [ROUTE])["aws_route"] == ("123456789012", "us-west-2")


def test_without_a_word_it_is_where_the_session_is(tmp_path: Path) -> None:
    assert places(tmp_path, [ROUTE])["aws_route"] == ("123456789012", "eu-central-1")


def test_data_sources_tell_where_their_provider_looks(tmp_path: Path) -> None:
    here = resource("aws_region", mode="data", id="sa-east-1", name="sa-east-1")
    who = resource("aws_caller_identity", mode="data", id="210987654321", account_id="210987654321")

    assert places(tmp_path, [here, who, ROUTE])["aws_route"] == ("210987654321", "sa-east-1")


def test_a_peering_names_both_sides_and_its_route_table_says_which(tmp_path: Path) -> None:
    west = f"{AWS}.west"
    peering = resource("aws_vpc_peering_connection", id="pcx-0a1b2c3d", vpc_id="vpc-0a1b2c3d", peer_vpc_id="vpc-1a1b2c3d")  # fmt: skip
    home = resource("aws_vpc", id="vpc-0a1b2c3d", arn="arn:aws:ec2:us-east-1:123456789012:vpc/vpc-0a1b2c3d")
    accepter = resource("aws_vpc_peering_connection_accepter", west, id="pcx-0a1b2c3d", vpc_peering_connection_id="pcx-0a1b2c3d")  # fmt: skip
    back = resource("aws_route", west, id="r-rtb-1", route_table_id="rtb-0a1b2c3d4e5f", vpc_peering_connection_id="pcx-0a1b2c3d", destination_cidr_block="10.0.0.0/8")  # fmt: skip

    found = places(tmp_path, [TABLE], [home, peering, accepter, back])

    assert found["aws_route"] == ("123456789012", "us-west-2")


def test_a_name_that_stands_for_two_tells_nothing(tmp_path: Path) -> None:
    def function(region: str) -> dict[str, Any]:
        return resource("aws_lambda_function", id="f", function_name="f", arn=f"arn:aws:lambda:{region}:123456789012:function:f")  # fmt: skip

    permission = resource("aws_lambda_permission", id="p", statement_id="p", function_name="f")

    assert places(tmp_path, [function("us-west-2")], [permission])["aws_lambda_permission"][1] == "us-west-2"
    found = places(tmp_path, [function("us-west-2")], [permission], [function("us-west-1")])
    assert found["aws_lambda_permission"][1] == "eu-central-1"


def test_the_target_of_a_rule_does_not_take_the_rule_along(tmp_path: Path) -> None:
    rule = resource("aws_cloudwatch_event_rule", id="r", name="r", arn="arn:aws:events:us-west-2:123456789012:rule/r")
    target = resource("aws_cloudwatch_event_target", id="r-t", rule="r", target_id="t", arn="arn:aws:events:eu-west-1:210987654321:event-bus/b")  # fmt: skip

    assert places(tmp_path, [rule, target])["aws_cloudwatch_event_target"] == ("123456789012", "us-west-2")


def apart(world: World, phase: str, tmp_path: Path, part_of: Callable[[dict[str, Any]], str]) -> Path:
    """The world's state, divided into several."""
    state = json.loads((world.path / f"{phase}.tfstate").read_text())
    parts: dict[str, list[dict[str, Any]]] = {}
    for each in state["resources"]:
        if each["mode"] == "managed":
            parts.setdefault(part_of(each), []).append(each)
    for i, resources in enumerate(parts.values()):
        part = {**state, "lineage": f"part-{i}", "resources": resources}
        (tmp_path / f"{i}.tfstate").write_text(json.dumps(part))
    return tmp_path


def run(states: Path, world: World, tape: str) -> Report:
    api, catalog = Regrouped(world.tape(tape)), installed()
    read, failed = read_states([str(states)], {})
    desired = build(read, failed, catalog, account=api.account, region=REGION)
    return check(desired, api, catalog, Scope(recorded=api.types), default_region=REGION).report


SPLIT = {"api-gateway-v2", "iam", "network", "s3", "security-groups", "sns", "vpc", "web-stack"}
SINGLE = [
    n if n in SPLIT else pytest.param(n, marks=pytest.mark.slow)
    for n in NAMES
    if n != "two-regions"  # of a part without ARNs, named as another is in another region, nothing tells where it is
]
"""Worlds of one region: in every run those made of parts, the others in the long one."""


@pytest.mark.parametrize("name", SINGLE)
def test_how_resources_are_divided_among_states_makes_no_difference(name: str, tmp_path: Path) -> None:
    world = World(WORLDS / name)
    states = apart(world, "applied", tmp_path, lambda r: f"{r.get('module')} {r['type']} {r['name']}")

    assert lines(run(states, world, "clean")) == []
    assert lines(run(states, world, "tampered")) == world.expected


@pytest.mark.parametrize("name", SINGLE)
def test_one_of_several_states_finds_nothing_modified_or_missing(name: str, tmp_path: Path) -> None:
    """What the other states manage is unmanaged, and that is all."""
    world = World(WORLDS / name)
    states = apart(world, "refreshed", tmp_path, lambda r: str(zlib.crc32(r["type"].encode()) % 3))

    for state in states.glob("*.tfstate"):
        assert [x for x in lines(run(state, world, "clean")) if not x.startswith("unmanaged")] == [], state


def test_what_was_looked_for_in_a_guessed_region_is_not_missing(tmp_path: Path) -> None:
    """A route of a network that no state has: nothing tells its region."""
    route = {"id": "r-rtb-0aaaaaaa1080289494", "route_table_id": "rtb-0aaaaaaa", "destination_cidr_block": "0.0.0.0/0"}
    rule = {"id": "sgr-0aaaaaaa", "security_group_rule_id": "sgr-0aaaaaaa", "security_group_id": "sg-0aaaaaaa"}
    resources = [
        resource("aws_route", **route), resource("aws_vpc_security_group_ingress_rule", **rule, ip_protocol="-1"),
    ]  # fmt: skip
    file = tmp_path / "s.tfstate"
    file.write_text(json.dumps({"version": 4, "serial": 1, "lineage": "x", "resources": resources}))
    read, failed = read_states([str(file)], {})
    catalog, api = installed(), MadeApi({})
    desired = build(read, failed, catalog, account=api.account, region=REGION)
    report = check(
        desired, api, catalog, Scope(only=("aws_route", "aws_vpc_security_group*")), default_region=REGION
    ).report

    assert report.drift == ()
    assert {(u.type, u.action, u.code) for u in report.unread} == {
        (type_, "its region is not known", "UnknownRegion")
        for type_ in ("aws_route", "aws_vpc_security_group_ingress_rule")
    }
    assert report.unread_resources == 2


def test_an_account_that_nothing_tells_is_doubted_where_other_states_are_of_other_accounts(tmp_path: Path) -> None:
    catalog, api = installed(), MadeApi({})
    bucket = resource("aws_s3_bucket", id="b", bucket="b", arn="arn:aws:s3:::b", region=REGION)
    queue = resource("aws_sqs_queue", id="q", name="q", arn=f"arn:aws:sqs:{REGION}:999999999999:q")

    def verdict(*states: dict[str, Any]) -> tuple[set[str], set[str]]:
        for i, one in enumerate(states):
            text = json.dumps({"version": 4, "serial": 1, "lineage": str(i), "resources": [one]})
            (tmp_path / f"{i}.tfstate").write_text(text)
        read, failed = read_states([str(tmp_path)], {})
        desired = build(read, failed, catalog, account=api.account, region=REGION)
        report = check(
            desired, api, catalog, Scope(only=("aws_s3_bucket", "aws_sqs_queue")), default_region=REGION
        ).report
        return {d.kind for d in report.drift}, {u.code for u in report.unread}

    assert verdict(bucket) == ({"missing"}, set())
    assert verdict(bucket, queue) == (set(), {"UnknownAccount", "OtherAccount"})

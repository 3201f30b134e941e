"""Who tampered with the worlds: each call is made by a user of its own, so that a wrong one is seen."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.report.test_report_formats import run
from tests.support.trail import trail_of, written
from tests.support.world import WORLDS as FOLDER
from tests.support.world import World


@cache
def _trail(name: str) -> list[dict[str, Any]]:
    return trail_of(World(FOLDER / name))


def told(name: str, folder: Path, *options: str) -> dict[str, Any]:
    """The report of a tampered world, with who made what."""
    world = World(FOLDER / name)
    events = written(_trail(name), folder / "events.json")
    done = run(
        "check", "--state", str(world.path / "refreshed.tfstate"), "--replay", str(world.path / "tampered.jsonl"),
        "--who", "--events", str(events), "--format", "json", *options,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def answers(report: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(address or type and id, path) -> operation, or `unknown`."""
    return {
        (d["address"] or f"{d['type']} {d['id']}", path): who.get("operation", "unknown")
        for d in report["drift"]
        for who in d["who"]
        for path in who.get("paths", [""])
    }


def test_each_change_of_a_group_has_its_call(tmp_path: Path) -> None:
    found = answers(told("security-groups", tmp_path))

    assert found[("aws_security_group.inline", "ingress")] == "ec2:AuthorizeSecurityGroupIngress"
    assert found[("aws_security_group.inline", "egress")] == "ec2:RevokeSecurityGroupEgress"
    assert found[("aws_security_group.inline", "tags.Team")] == "ec2:CreateTags"
    assert found[("aws_security_group_rule.https", "cidr_blocks")] == "ec2:RevokeSecurityGroupIngress"
    assert found[("aws_vpc_security_group_ingress_rule.https", "cidr_ipv4")] == "ec2:ModifySecurityGroupRules"
    assert found[("aws_vpc_security_group_ingress_rule.ssh", "")] == "ec2:RevokeSecurityGroupIngress"
    assert found[("aws_security_group.gone", "")] == "ec2:DeleteSecurityGroup"
    assert found[("aws_security_group sg-fe7498da50fff50cb", "")] == "ec2:CreateSecurityGroup"


def test_it_is_that_very_call(tmp_path: Path) -> None:
    report = told("security-groups", tmp_path)
    calls = {r["userIdentity"]["userName"]: r["requestParameters"] for r in _trail("security-groups")}
    by = {d["address"]: d["who"] for d in report["drift"]}

    (split,) = by["aws_security_group.split"]
    assert calls[split["actor"]["name"]]["ipPermissions"]["items"][0]["fromPort"] == 3389
    (rule,) = by["aws_security_group_rule.https"]
    assert "10.2.0.0/16" in json.dumps(calls[rule["actor"]["name"]])


def test_what_has_the_same_name_in_another_region_is_another(tmp_path: Path) -> None:
    report = told("two-regions", tmp_path)
    found = [(d["region"], who) for d in report["drift"] for who in d["who"] if "operation" in who]

    assert len(found) > 10
    assert all(region == who["region"] for region, who in found)
    assert answers(report)[("aws_cloudwatch_event_rule.forward", "state")] == "events:DisableRule"


def test_since_is_the_first_of_the_events(tmp_path: Path) -> None:
    report = told("security-groups", tmp_path)
    inline = next(d for d in report["drift"] if d["address"] == "aws_security_group.inline")

    assert inline["since"] == {"at": min(w["at"] for w in inline["who"]), "basis": "event"}
    assert [w["at"] for w in inline["who"]] == sorted((w["at"] for w in inline["who"]), reverse=True)


LEAST = {"sqs": 0.85, "iam": 1.0, "security-groups": 1.0}
"""World -> the share of its differences that are answered, at least."""
STUBBORN = frozenset({"analytics", "cloud-map", "datalake-stack", "governance", "memorydb", "network", "s3_parts"})
"""Worlds whose tampering goes by answers that the tape before does not have."""


@pytest.mark.parametrize("name", LEAST)
def test_most_has_an_answer(name: str, tmp_path: Path) -> None:
    found = answers(told(name, tmp_path))

    assert sum(op != "unknown" for op in found.values()) / len(found) >= LEAST[name]


def test_roles_only_leaves_out_people(tmp_path: Path) -> None:
    world = World(FOLDER / "sqs")
    events = written(_trail("sqs"), tmp_path / "events.json")
    done = run(
        "check", "--state", str(world.path / "refreshed.tfstate"), "--replay", str(world.path / "tampered.jsonl"),
        "--who=role", "--events", str(events), "--format", "json",
    )  # fmt: skip

    assert "SetQueueAttributes" in done.stdout
    assert "call-" not in done.stdout
    assert "198.51.100.7" not in done.stdout


@pytest.mark.slow
def test_most_differences_of_all_worlds_have_an_answer(tmp_path: Path) -> None:
    """Measured: 991 of 1126."""
    names = sorted(p.parent.name for p in FOLDER.glob("*/tampered.jsonl") if p.parent.name not in STUBBORN)
    found = [op for name in names for op in answers(told(name, tmp_path)).values()]

    assert len(found) > 1000
    assert sum(op != "unknown" for op in found) / len(found) >= 0.87

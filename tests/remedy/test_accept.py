"""Drift that is accepted: the configuration says what the account has, and a check says nothing more of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from drift.desired.load import Sources
from drift.model.drift import Pending
from drift.provider.installed import installed
from drift.remedy.fix import Choices, Fix, fixed
from drift.remedy.trial import Trial
from drift.run import Connection, Job
from drift.survey import Scope
from tests.support.line import InRegion
from tests.support.world import NAMES, REGION, WORLDS, Regrouped, World

EVERY_RUN = frozenset({"sqs", "sns", "two-regions", "database-stack"})
"""Worlds that every run accepts: seconds each. All others in the long run."""


@cache
def accepted(name: str, phase: str = "refreshed") -> Fix:
    world = World(WORLDS / name)
    tape = Regrouped(world.tape("tampered", strict=False))
    sources = Sources(places=(str(world.path / f"{phase}.tfstate"),), directories=(world.path,))
    scope = Scope(everything=True, recorded=tape.types)
    job = Job(scope=scope, comments=False)
    trial = Trial(sources, [Connection("aws", InRegion(tape, REGION))], installed(), job)
    return fixed(trial, Choices(accept=("all",)))


def named(pending: Pending, told: str, fix: Fix) -> bool:
    """Whether what an apply would change was accepted, and no more of it; or is told beside what was."""
    paths = {
        c.path.split(".")[0].split("[")[0]
        for d, _ in fix.entries
        if d is not None and str(d.resource.address) == pending.address
        for c in d.changes
    }
    return set(pending.attributes) <= paths if paths else pending.address in told or "more, by a reference" in told


@pytest.mark.parametrize("name", [n if n in EVERY_RUN else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_a_check_is_silent_after_accepting(name: str) -> None:
    fix = accepted(name)
    done = {r.address for _, r in fix.entries if not r.cannot}
    without = {r.address for _, r in fix.entries if r.cannot}
    silent = fix.silent

    assert silent is not None
    assert {str(d.resource.address) for d in silent.drift if d.kind == "modified"} <= without
    told = " ".join(r.why for _, r in fix.entries)
    before = {p.address for p in fix.report.pending}
    assert [p.address for p in silent.pending if p.address not in before | without and not named(p, told, fix)] == []
    assert done or not fix.report.of_kind("modified") or without


def test_only_the_values_change() -> None:
    fix = accepted("sqs")
    main = WORLDS / "sqs" / "main.tf"
    before, after = main.read_text().splitlines(), next(iter(fix.after.values())).splitlines()

    gone = [line for line in before if line not in after]

    assert set(fix.after) == {Path(main).relative_to(Path.cwd())}
    assert [line.split() for line in gone] == [
        ["delay_seconds", "=", "5"],
        ["Team", "=", '"core"'],
        ["receive_wait_time_seconds", "=", "10"],
        ["type", "=", '"AWS"'],
        ["identifiers", "=", '["123456789012"]'],
    ]


def test_one_of_several_calls_of_a_module_gets_a_variable() -> None:
    fix = accepted("two-regions")
    text = {p.as_posix().partition("two-regions/")[2]: t for p, t in fix.after.items()}
    called = [line.split() for line in text["main.tf"].splitlines() if "retention_in_days" in line]

    assert "  retention_in_days = var.retention_in_days\n" in text["modules/site/main.tf"]
    assert 'variable "retention_in_days" {\n  type    = number\n  default = 7\n}\n' in text["modules/site/main.tf"]
    assert called == [["retention_in_days", "=", "30"]]


def test_one_of_several_instances_that_share_a_block() -> None:
    fix = accepted("database-stack")
    (text,) = fix.after.values()

    assert 'allocated_storage            = each.key == "accounts" ? 100' not in text  # its own key says it
    assert 'accounts = { engine = "mysql", version = "8.0.35", size = 100,' in text
    assert 'instance_class               = each.key == "accounts" ? "db.t3.large" : "db.t3.medium"' in text
    assert 'merge(local.common, { Service = each.key }, each.key == "accounts" ? { Service = "other" } : {})' in text
    assert 'for_each = each.key == "orders" ? [1] : []' in text


def test_a_part_beside_parts_that_are_resources_becomes_one_more_of_them() -> None:
    """Written inside their whole, the provider would take it for all parts that there are."""
    fix = accepted("security-groups")
    (text,) = (t for p, t in fix.after.items() if p.name == "main.tf")
    before = (WORLDS / "security-groups" / "main.tf").read_text()
    split = next(r for _, r in fix.entries if r.address == "aws_security_group.split")
    block = 'resource "aws_security_group" "split" {'

    assert split.brings == ("aws_vpc_security_group_ingress_rule.split",)
    assert "security_group_id = aws_security_group.split.id" in text
    assert "to = aws_vpc_security_group_ingress_rule.split\n" in text
    assert text[text.index(block) :].split("\n}\n")[0] == before[before.index(block) :].split("\n}\n")[0]

"""Rules through the whole engine: over what real Terraform and moto made, and over resources made for each rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drift.model.drift import Change, Drift
from drift.model.resource import Resource
from drift.provider.installed import installed
from drift.rules.engine import judge
from tests.providers.aws.rules.test_rule_cases import SET
from tests.providers.aws.rules.test_rules import Account
from tests.support.rule_examples import CASES
from tests.support.rule_worlds import FOUND
from tests.support.rules import raw
from tests.support.world import NAMES, RULES, WORLDS, World, run, untouched

CATALOG = installed()
BY_ID = {r.id: r for r in RULES}
LONG = (
    "ec2",
    "web-stack",
    "datalake-stack",
    "serverless-stack",
    "app-platform",
    "security-groups",
    "s3_parts",
    "iam",
    "network",
)
"""Worlds judged in every run; all others in the long one."""


@pytest.mark.parametrize("name", [n if n in LONG else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_what_nobody_touched_is_judged_alike_on_both_sides(name: str) -> None:
    world = World(WORLDS / name)
    drifts, judged = untouched(world.path / "refreshed.tfstate", world.tape("clean"), RULES)
    told = [
        (f.rule, str(d.resource.address), f.effect, f.evidence)
        for d in judged.drift
        for f in d.findings
        if f.effect in ("introduced", "resolved")
    ]

    assert drifts
    assert told == []
    assert judged.warnings == ()


@pytest.mark.parametrize("name", [n if n in LONG else pytest.param(n, marks=pytest.mark.slow) for n in sorted(FOUND)])
def test_what_tampering_did_is_found(name: str) -> None:
    world = World(WORLDS / name)
    report = run(world.path / "refreshed.tfstate", world.tape("tampered"), rules=RULES)
    found = {(f.rule, d.type, f.effect) for d in report.drift for f in d.findings if f.verdict != "unknown"}

    assert set(FOUND[name]) - found == set()
    assert not [w for w in report.warnings if w.startswith("rule ")]


ALONE = [n for n, case in CASES.items() if len(case) == 3 and n not in ("iam-user-direct-policy", "iam-unmanaged-key")]
"""Rules whose cases need no neighbours, and may hold on both sides of one resource."""
OTHER_SIDE = {
    **{r.id: "it looks at both sides at once" for r in RULES if r.of_drift},
    "iam-unused-rights": "what was used is never described",
    **dict.fromkeys(
        ("access-analyzer-off", "account-security-contact", "iam-support-role", "iam-audit-role"),
        "it fails by absence alone",
    ),
    "cf-dangling-bucket": "the bucket must be described",
}


def one(name: str, which: int) -> Resource:
    type_, *attributes = CASES[name][:3]
    return raw(type_, attributes[which - 1])


def effects(name: str, drift: Drift) -> list[str]:
    there = [replace(drift.actual, address=None)] if drift.actual else []
    desired = [drift.desired] if drift.desired else []
    judged = judge([drift], [BY_ID[name]], Account(there), CATALOG, desired=desired, criteria=SET)
    return [f.effect for f in judged.drift[0].findings]


@pytest.mark.parametrize("name", [n for n in ALONE if n not in OTHER_SIDE])
def test_every_rule_tells_what_the_drift_did(name: str) -> None:
    bad, good = one(name, 1), replace(one(name, 2), key=one(name, 1).key)
    changes = tuple(Change(n, 1, 2) for n in CASES[name][1])

    assert effects(name, Drift("modified", good, bad, changes)) == ["introduced"]
    assert effects(name, Drift("modified", bad, good, changes)) == ["resolved"]
    assert effects(name, Drift("modified", bad, bad, changes)) == ["present"]
    assert effects(name, Drift("modified", good, good, changes)) == []
    if not CATALOG[CASES[name][0]].alias_of:  # what is unmanaged is listed under its general type
        assert effects(name, Drift("unmanaged", None, replace(bad, address=None))) == ["introduced"]


@pytest.mark.parametrize("name", [r.id for r in RULES if r.when_missing and r.id in ALONE])
def test_every_loss_that_a_rule_speaks_of_is_a_finding(name: str) -> None:
    type_ = CASES[name][0]
    good = one(name, 2)

    expected = ["introduced"] if type_ in BY_ID[name].when_missing else []
    assert effects(name, Drift("missing", good, None)) == expected

"""A part that nobody describes is nobody's for every attribute that parts may tell, though the record echoes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from drift.desired.load import build, read_states
from drift.diff.attribute import comparison
from drift.diff.shares import Shares
from drift.model.drift import Change
from drift.model.resource import Resource
from drift.model.value import is_empty
from drift.provider.installed import installed
from tests.support import made
from tests.support.made import ACCOUNT, write_state
from tests.support.world import REGION, WORLDS

CATALOG = installed()
COVERED = sorted(CATALOG.covered)
"""(type, attribute) of each that resources of their own may tell."""
FILLED = {
    ("aws_eip", "associate_with_private_ip"): "AWS chooses the address of the interface",
    ("aws_eip", "network_interface"): "AWS tells the interface of the instance it was given to; `instance` tells",
    ("aws_guardduty_detector", "datasources"): "AWS switches them on by itself; `features` tell",
    ("aws_network_interface", "attachment"): "AWS attaches what it makes; the instance tells",
    (
        "aws_network_interface",
        "security_groups",
    ): "AWS puts it into the default group of its VPC, whose id nothing tells",
    ("aws_s3_bucket", "request_payer"): "every bucket has one, and the fixtures have no other than AWS gives",
    ("aws_workspacesweb_portal", "browser_settings_arn"): "AWS may give it some",
}
"""Attributes that AWS fills in by itself, so that a record of them proves nothing, and why."""

LACKING = {("aws_autoscaling_group", "load_balancers"): frozenset({"classic"})}
"""What no fixture has, as it is in canonical form."""


@cache
def samples() -> Mapping[tuple[str, str], Sequence[Resource]]:
    """Resources of all fixtures that have such an attribute."""
    types = {type_ for type_, _ in COVERED}
    out: dict[tuple[str, str], list[Resource]] = {}
    for path in (*sorted(WORLDS.glob("*/refreshed.tfstate")), *of_made(Path(mkdtemp()))):
        states, _ = read_states([str(path)], {})
        states = [replace(s, instances=tuple(i for i in s.instances if i.address.type in types)) for s in states]
        for resource in build(states, [], CATALOG, account=ACCOUNT, region=REGION).resources:
            for type_, name in COVERED:
                if resource.key.type != type_:
                    continue
                value = LACKING.get((type_, name), resource.attributes.get(name))
                if not is_empty(value):
                    known = replace(resource, attributes={**resource.attributes, name: value})
                    out.setdefault((type_, name), []).append(known)
    return out


def of_made(folder: Path) -> Sequence[Path]:
    return [write_state(made.load(name).STATE, folder / f"{name}.tfstate") for name in made.NAMES]


@pytest.mark.parametrize(("type_", "name"), COVERED)
def test_what_is_recorded_and_there_and_described_by_nobody_is_told(type_: str, name: str) -> None:
    told: list[Change] = []
    for resource in samples().get((type_, name), ()):
        # its author writes nothing of it, and a refresh has recorded what is there
        meant = replace(resource, asserted=frozenset(), configured={}, earlier={}, undeclared=frozenset({name}))
        found = comparison(meant, meant, name, CATALOG[type_].attributes[name], Shares([meant], {}, CATALOG))
        told += found.modified

    assert all(change.unheld and change.undone is False for change in told)
    assert bool(told) is ((type_, name) not in FILLED)

"""Tampered, refreshed, applied, with real Terraform: drift says after a refresh what it said before, and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.undone import held, lost, silent
from tests.support.world import NAMES, WORLDS, World, cli_config

EVERY_RUN = frozenset({"iam"})
"""Those that real Terraform takes through all phases in every run, a minute of CPU each; all others in the long one."""
DROPPED = {
    # of its two addresses one was revoked: the provider finds no rule like it, so a refresh drops it from the state, and
    # the address that is left is told with the group's `ingress`; the next apply is refused, for that address is there
    "security-groups": {("aws_security_group_rule.https", "cidr_blocks")},
    # made again by hand with another id: the address tells its instance; the next apply takes it away, as its instance
    # is another one, and is refused as it makes it again
    "ec2_parts": {
        ("aws_eip_association.a", name) for name in ("instance_id", "network_interface_id", "private_ip_address")
    },
}
"""World -> what is not told any more because real Terraform forgets the whole resource."""


@pytest.mark.terraform
@pytest.mark.parametrize("name", [n if n in EVERY_RUN else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_what_is_said_of_the_next_apply_is_what_terraform_plans(name: str, tmp_path: Path) -> None:
    if cli_config() is None:
        pytest.skip("terraform is not on the PATH")

    found = held(World(WORLDS / name), tmp_path)

    assert found.wrong == []
    assert silent(found) <= DROPPED.get(name, set())
    assert lost(found) <= DROPPED.get(name, set())

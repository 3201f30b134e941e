"""Every world: nothing on an untouched account, exactly the tampering on a tampered one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.world import NAMES, WORLDS, World, cli_config, lines, live, run

EVERY_RUN = frozenset(
    {
        "db_instance", "dynamodb", "ec2", "iam", "kms", "lambda",
        "s3", "secrets", "security-groups", "sns", "sqs", "vpc",
    }
)  # fmt: skip
"""Worlds that real Terraform applies in every run; all others in the long one (`pytest -m slow`)."""


@pytest.mark.parametrize("phase", ["applied", "refreshed"])
@pytest.mark.parametrize("name", NAMES)
def test_clean_account_is_silent(name: str, phase: str) -> None:
    world = World(WORLDS / name)

    assert lines(run(world.path / f"{phase}.tfstate", world.tape("clean"))) == []


@pytest.mark.parametrize("phase", ["applied", "refreshed"])
@pytest.mark.parametrize("name", NAMES)
def test_tampered_account_says_exactly_that(name: str, phase: str) -> None:
    world = World(WORLDS / name)

    assert lines(run(world.path / f"{phase}.tfstate", world.tape("tampered"))) == world.expected


@pytest.mark.terraform
@pytest.mark.parametrize("name", [n if n in EVERY_RUN else pytest.param(n, marks=pytest.mark.slow) for n in NAMES])
def test_real_terraform(name: str, tmp_path: Path) -> None:
    if cli_config() is None:
        pytest.skip("terraform is not on the PATH")

    live(World(WORLDS / name), tmp_path)

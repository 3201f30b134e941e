"""Every world, recorded or made, with its state as provider 6 writes it: the same verdicts as of provider 5."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import made
from tests.support.made import MadeApi, write_state
from tests.support.major6 import rewritten
from tests.support.world import NAMES, WORLDS, World, lines, run


@pytest.mark.parametrize("name", NAMES)
def test_clean_account_is_silent(name: str, tmp_path: Path) -> None:
    world = World(WORLDS / name)
    state = rewritten(world.path / "refreshed.tfstate", tmp_path / "terraform.tfstate")

    assert lines(run(state, world.tape("clean"))) == []


@pytest.mark.parametrize("name", NAMES)
def test_tampered_account_says_exactly_that(name: str, tmp_path: Path) -> None:
    world = World(WORLDS / name)
    state = rewritten(world.path / "applied.tfstate", tmp_path / "terraform.tfstate")

    assert lines(run(state, world.tape("tampered"))) == world.expected


@pytest.mark.parametrize("tape", ["clean", "tampered"])
def test_one_provider_configuration_serves_two_regions(tape: str, tmp_path: Path) -> None:
    world = World(WORLDS / "two-regions")
    state = rewritten(world.path / "applied.tfstate", tmp_path / "terraform.tfstate", one_provider=True)

    assert state.read_text().count('"provider": "provider[\\"registry.terraform.io/hashicorp/aws\\"].') == 0
    assert lines(run(state, world.tape(tape))) == (world.expected if tape == "tampered" else [])


OTHERWISE = {
    # a deployment makes no stage any more: one that stands without a resource of its own is nobody's
    "apigateway_parts": (["unmanaged aws_api_gateway_stage own/live"], [], []),
    # s3_settings moved to aws_dms_s3_endpoint
    "dms": (
        [], [],
        ["modified aws_dms_endpoint.lake s3_settings.add_column_name,s3_settings.bucket_name,s3_settings.external_table_definition"],
    ),
    # logging and snapshot_copy are resources of their own
    "redshift": (
        [], ["modified aws_redshift_cluster.full iam_roles"],
        ["modified aws_redshift_cluster.full iam_roles,logging.bucket_name,logging.enable,logging.log_destination_type,logging.s3_key_prefix,snapshot_copy"],
    ),
}  # fmt: skip
"""World -> the lines that version 6 adds whatever was tampered with, those that it has of the tampering, and those
that it has no more: what the upgrade guide says was removed."""


@pytest.mark.parametrize("name", made.NAMES)
def test_made_worlds_say_the_same(name: str, tmp_path: Path) -> None:
    world = made.load(name)
    state = rewritten(write_state(world.STATE, tmp_path / "5.tfstate"), tmp_path / "6.tfstate")
    always, now, no_more = OTHERWISE.get(name, ([], [], []))
    tampered = [line for line in world.EXPECTED if line not in no_more] + now

    assert lines(run(state, MadeApi(world.CLEAN))) == sorted(world.MOVED + always)
    assert lines(run(state, MadeApi({**world.CLEAN, **world.TAMPERED}))) == sorted(tampered + world.MOVED + always)

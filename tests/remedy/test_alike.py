"""What is one more of several becomes an entry of their map or set, and only if that says just what the account has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drift.desired.hcl.inputs import Given
from drift.desired.hcl.read import Sources
from drift.desired.hcl.values import UNKNOWN
from drift.desired.load import build, read_states
from drift.provider.installed import installed
from drift.remedy.adopt import Outcome, adopted
from drift.remedy.adopt.alike import Told, _leaves, _with
from drift.remedy.ground import Ground
from drift.survey import Scope
from tests.remedy.test_adopt import _left
from tests.support.adopt import write
from tests.support.line import check
from tests.support.world import REGION, WORLDS, World

TEAMS = 'for_each = toset(["admins", "readers", "guests"])\n  name     = each.key\n  path     = "/teams/"'


def lost(work: Path, text: str, *addresses: tuple[str, str]) -> Outcome:
    """The world of users with another configuration, of which the state lost some instances; what is adopted is
    written."""
    world = World(WORLDS / "iam_users")
    state = json.loads((world.path / "refreshed.tfstate").read_text())
    for one in state["resources"]:
        if one["type"] == "aws_iam_group":
            one["instances"] = [i for i in one["instances"] if (one["name"], i.get("index_key", "")) not in addresses]
    (work / "terraform.tfstate").write_text(json.dumps(state))
    (work / "main.tf").write_text(text)
    api, catalog = world.tape("clean", strict=False), installed()
    states, failed = read_states([str(work / "terraform.tfstate")], {})
    desired = build(states, failed, catalog, account=api.account, region=REGION)
    found = check(
        desired,
        api,
        catalog,
        Scope(everything=True, recorded=api.types),
        default_region=REGION,
    )
    ground = Ground.of(Sources(work, Given()), found.survey.desired, states=states)
    out = adopted([d.resource for d in found.report.drift if d.kind == "unmanaged"], found.survey, ground)
    write(out.remedies)
    return out


@pytest.fixture
def text() -> str:
    return (WORLDS / "iam_users" / "main.tf").read_text()


def test_one_more_of_a_set_is_an_entry(tmp_path: Path, text: str) -> None:
    before = text.replace('"readers", "guests"]', '"readers"]')
    assert before != text

    outcome = lost(tmp_path, before, ("teams", "guests"))

    (remedy,) = outcome.remedies
    assert remedy.address == 'aws_iam_group.teams["guests"]'
    assert remedy.why == 'an entry "guests" beside 2 others at main.tf:28: aws_iam_group.teams says the rest'
    now = (tmp_path / "main.tf").read_text()
    assert now.startswith(text)
    assert now.removeprefix(text).split() == [
        "import", "{", "to", "=", 'aws_iam_group.teams["guests"]', "id", "=", '"guests"', "}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (
            TEAMS,
            "for_each = var.teams\n  name     = each.key\n  path     = each.value.path",
            '    readers = { path = "/teams/" }\n    guests = {\n      path = "/teams/"\n    }\n  }',
        ),
        (
            TEAMS,
            "for_each = local.teams\n  name     = each.key\n  path     = each.value",
            'locals {\n  teams = { admins = "/teams/", readers = "/teams/", guests = "/teams/" }',
        ),
    ],
)
def test_the_entry_says_what_the_others_say_in_theirs(
    tmp_path: Path, text: str, old: str, new: str, wanted: str
) -> None:
    more = (
        'variable "teams" {\n  default = {\n    admins  = { path = "/teams/" }\n    readers = { path = "/teams/" }\n  }\n}\n'
        'locals {\n  teams = { admins = "/teams/", readers = "/teams/" }\n}\n'
    )

    outcome = lost(tmp_path, text.replace(old, new) + more, ("teams", "guests"))

    (remedy,) = outcome.remedies
    assert remedy.address.startswith("aws_iam_group.teams[")
    assert wanted in (tmp_path / "main.tf").read_text()


def test_what_the_block_says_otherwise_is_a_resource_of_its_own(tmp_path: Path, text: str) -> None:
    outcome = lost(
        tmp_path,
        _left(text, ()).replace('resource "aws_iam_group" "forgotten" {\n  name = "forgotten"\n}\n', ""),
        ("forgotten", ""),
    )

    (remedy,) = outcome.remedies
    assert remedy.address == "aws_iam_group.forgotten"  # its path is another one
    assert 'toset(["admins", "readers", "guests"])' in (tmp_path / "main.tf").read_text()


def test_an_entry_that_would_make_more_than_the_account_has_is_not_written(tmp_path: Path, text: str) -> None:
    shared = text.replace('toset(["admins", "readers", "guests"])', "local.teams").replace(
        'for_each = toset(["alice", "bob", "carol", "dave", "erin"])', "for_each = local.teams"
    )
    more = 'locals {\n  teams = toset(["admins", "readers"])\n}\n'

    outcome = lost(tmp_path, shared + more, ("teams", "guests"))

    (remedy,) = outcome.remedies
    assert remedy.address == "aws_iam_group.guests"
    assert more in (tmp_path / "main.tf").read_text()


def test_an_entry_is_about_the_resource_and_what_comes_with_it() -> None:
    old = {"logs": {"team": "core", "status": "On", "old": None}, "jobs": {"team": "web", "status": "Off", "old": None}}
    bucket = Told(
        _leaves({"bucket": "shop-new", "tags": {"Team": "ops"}}),
        {k: _leaves({"bucket": f"shop-{k}", "tags": {"Team": v["team"]}}) for k, v in old.items()},
    )
    facet = Told(
        _leaves({"configuration": {"status": "On"}}),
        {k: _leaves({"configuration": [{"status": v["status"]}]}) for k, v in old.items()},
    )
    keys: Any = dict.fromkeys(old)

    assert _with(old, "new", keys, [bucket, facet]) == {**old, "new": {"team": "ops", "status": "On"}}
    assert _with(old, "new", keys, [bucket]) is UNKNOWN
    assert _with(["logs", "jobs"], "new", keys, []) == ["logs", "jobs", "new"]
    assert _with({"logs": 1, "jobs": 1}, "new", keys, []) == {"logs": 1, "jobs": 1, "new": 1}

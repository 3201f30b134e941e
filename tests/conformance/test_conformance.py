"""A second provider, which is nothing like AWS, passes what every provider must pass, from its state to the report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drift.conformance import Conformance, Example, verdicts
from drift.provider.kinds import text
from drift.provider.lint import lint
from drift.provider.spec import Call
from tests.conformance.tiny import KEY, ROOM, TINY, House

RECORDED, CHANGED = "open sesame", "let me in"
STATE = {
    "tiny_room.hall": {"id": "1", "floor": 0, "name": "hall", "size": 20, "labels": ["a", "b"]},
    "tiny_room.attic": {"id": "9", "floor": 3, "name": "attic", "size": 10, "labels": []},
    "tiny_lamp.door": {"id": "1/door", "room": "1", "place": "door", "on": True},
    "tiny_key.front": {"id": "front", "name": "front", "room": "1", "secret": RECORDED},
    "tiny_key.back": {"id": "back", "name": "back", "room": "1", "secret": RECORDED},
}
ROOMS = [
    {
        "number": "1", "floor": 0, "name": "hall", "size": 25, "labels": ["b", "a"],
        "lamps": [{"place": "door", "on": False}, {"place": "stairs", "on": True}],
    },
    {"number": "2", "floor": 1, "name": "study", "labels": [], "lamps": []},
    {"number": "3", "floor": 1, "name": "boiler", "landlord": True, "lamps": []},
]  # fmt: skip
KEYS = {"front": {"room": "1", "secret": CHANGED}, "back": {"room": "1", "secret": RECORDED}}


def state(folder: Path, resources: dict[str, Any] = STATE) -> Path:
    file = folder / "terraform.tfstate"
    entries = [
        {
            "mode": "managed", "type": address.split(".")[0], "name": address.split(".")[1],
            "provider": 'provider["registry.terraform.io/example/tiny"]',
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }
        for address, attributes in resources.items()
    ]  # fmt: skip
    head = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "house"}
    file.write_text(json.dumps({**head, "outputs": {}, "resources": entries}))
    return file


class TestTiny(Conformance):
    provider = TINY

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def example(self) -> Example:
        return Example(
            state=state(self.folder),
            api=House(ROOMS, KEYS),
            verdicts=(
                "missing tiny_room.attic",
                "modified tiny_key.front secret",
                "modified tiny_lamp.door on",
                "modified tiny_room.hall size",
                "unmanaged tiny_lamp 1/stairs",
                "unmanaged tiny_room 2",
            ),
            secrets=(RECORDED, CHANGED),
        )

    def test_what_the_landlord_made_is_not_ours(self) -> None:
        example = self.example()
        assert [r.id for r in self.check(example.api, example).not_ours] == ["3"]


def test_the_suite_finds_a_provider_that_is_wrong(tmp_path: Path) -> None:
    class Wrong(TestTiny):
        provider = replace(TINY, types={**TINY.types, "tiny_room": replace(ROOM, label="nam")})

    wrong = Wrong()
    wrong.folder = tmp_path
    with pytest.raises(AssertionError, match="label: 'nam' does not exist"):
        wrong.test_every_type_lints()

    open_key = replace(KEY, attributes={**KEY.attributes, "secret": text("Key.secret")})
    catalog = wrong.catalog()
    assert any("set sensitive=True" in p for p in lint(open_key, catalog))

    class Burning(TestTiny):
        provider = replace(
            TINY,
            types={
                **TINY.types,
                "tiny_key": replace(
                    KEY, describe=(*KEY.describe, Call(op="burn", into="Ash", bind={"name": "name"})), owners=()
                ),
            },
        )

    burning = Burning()
    burning.folder = tmp_path
    with pytest.raises(AssertionError, match="burn is not read-only"):
        burning.test_every_type_lints()


def test_verdicts_are_written_in_one_order(tmp_path: Path) -> None:
    suite = TestTiny()
    suite.folder = tmp_path
    example = suite.example()
    assert verdicts(suite.check(example.api, example)) == sorted(example.verdicts)

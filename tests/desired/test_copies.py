"""Of copies of one state the newest counts; what only shares a lineage is no copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift.desired.load import Sources, states_of

QUEUE = 'provider["registry.terraform.io/hashicorp/aws"]'


def write(folder: Path, name: str, serial: int, lineage: str, *queues: str) -> str:
    """A state with queues: each is `address=id`, or its address alone."""
    resources = [
        {
            "mode": "managed",
            "type": "aws_sqs_queue",
            "name": address,
            "provider": QUEUE,
            "instances": [{"schema_version": 0, "attributes": {"id": id_ or address}}],
        }
        for address, _, id_ in (queue.partition("=") for queue in queues)
    ]
    state = {"version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": lineage, "resources": resources}
    (folder / name).write_text(json.dumps(state))
    return str(folder / name)


@pytest.mark.parametrize(
    ("one", "other", "left", "says"),
    [
        ((3, "x", "a", "b", "gone"), (5, "x", "a", "b", "new"), ["other"], "one.tfstate: an older copy of "),
        ((5, "x", "a"), (5, "x", "a"), ["one"], "other.tfstate: a copy of "),
        ((3, "x", "a", "b"), (5, "y", "a", "b"), ["one", "other"], ""),  # two states that manage the same
        ((3, "", "a"), (5, "", "a"), ["one", "other"], ""),
        ((3, "x", "a", "b"), (5, "x", "c", "d"), ["one", "other"], ""),  # divided by hand
        (
            (3, "x", "a=dev-a", "b=dev-b"),
            (5, "x", "a=prod-a", "b=prod-b"),
            ["one", "other"],
            "",
        ),  # a copied environment
        ((3, "x"), (5, "x", "a"), ["one", "other"], ""),
    ],
)
def test_of_copies_the_newest_counts(
    one: tuple[int, str, str], other: tuple[int, str, str], left: list[str], says: str, tmp_path: Path
) -> None:
    places = (write(tmp_path, "one.tfstate", *one), write(tmp_path, "other.tfstate", *other))
    states, _ = states_of(Sources(places=places, with_configuration=False))
    assert [Path(s.source).stem for s in states] == left
    warnings = [w for s in states for w in s.warnings if "copy of" in w]
    assert bool(warnings) is bool(says)
    assert all(says in w for w in warnings)


def test_of_three_one_is_left_and_tells_of_both(tmp_path: Path) -> None:
    places = [write(tmp_path, f"{n}.tfstate", n, "x", "a", "b") for n in (2, 7, 4)]
    (state,), _ = states_of(Sources(places=tuple(places), with_configuration=False))
    assert Path(state.source).stem == "7"
    assert [w.partition(": an older copy of ")[0] for w in state.warnings] == [places[2], places[0]]

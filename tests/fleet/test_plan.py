"""States find the account that they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drift.desired.load import Sources
from drift.errors import StateError, UsageError
from drift.fleet import plan as planning
from drift.fleet.accounts import NOT_SELECTED, Account, Fleet
from drift.fleet.plan import Plan, plan
from drift.provider.installed import installed
from tests.support.fleet import AWS, number, queue, state

A, B, C = (number(n) for n in range(3))
FLEET = Fleet((Account(id=A, name="a"), Account(id=B, name="b")))
WEST = AWS.replace("]", "].west")


def bucket(name: str) -> dict[str, Any]:
    """A resource that says nothing of its account."""
    attributes = {"id": name, "bucket": name, "arn": f"arn:aws:s3:::{name}"}
    instances = [{"schema_version": 0, "attributes": attributes}]
    return {"mode": "managed", "type": "aws_s3_bucket", "name": name, "provider": AWS, "instances": instances}


def planned(folder: Path, fleet: Fleet = FLEET, **states: str) -> Plan:
    for name, text in states.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".tfstate").write_text(text)
    return plan(fleet, Sources(places=(str(folder),)), installed())


def by_cell(found: Plan) -> dict[str, list[str]]:
    """Account -> the states that it is compared with, those that it tells of with a mark."""
    return {
        cell.account.name if cell.account else "": [
            Path(h.state.name).stem + ("*" if h.state.name in cell.told else "") for h in cell.states
        ]
        for cell in found.cells
    }


def test_a_state_belongs_to_the_accounts_of_what_it_holds(tmp_path: Path) -> None:
    found = planned(
        tmp_path,
        one=state([queue(A, "eu-west-1", "q")]),
        two=state([queue(B, "eu-west-1", "q")]),
        both=state([queue(B, "eu-west-1", "q"), {**queue(A, "eu-west-1", "r", WEST), "name": "w"}]),
        other=state([queue(C, "eu-west-1", "q")]),
    )
    assert by_cell(found) == {"a": ["both*", "one*"], "b": ["both", "two*"], "": ["other*"]}


def test_what_says_nothing_of_its_account_is_where_its_configuration_is(tmp_path: Path) -> None:
    found = planned(tmp_path, one=state([queue(A, "eu-west-1", "q"), bucket("b")]))
    assert [h.accounts for h in found.states] == [frozenset({A})]


def test_the_place_of_a_state_names_its_account_where_nothing_else_does(tmp_path: Path) -> None:
    found = planned(tmp_path, FLEET, **{f"{B}__buckets": state([bucket("b")]), "nowhere": state([bucket("c")])})
    assert by_cell(found) == {"a": [], "b": ["buckets*"], "": ["nowhere*"]}


@pytest.mark.parametrize("at_a_time", [1, 64])
def test_one_state_tells_the_account_of_another(
    at_a_time: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_A_TIME", at_a_time)
    group = {"id": "sg-0a1b2c3d4e5f60718", "arn": f"arn:aws:ec2:eu-west-1:{B}:security-group/sg-0a1b2c3d4e5f60718"}
    rule = {
        "id": "sgrule-1",
        "security_group_id": group["id"],
        "type": "ingress",
        "from_port": 1,
        "to_port": 1,
        "protocol": "tcp",
    }
    made = {
        type_: {"mode": "managed", "type": type_, "name": "x", "provider": AWS, "instances": [{"attributes": told}]}
        for type_, told in (("aws_security_group", group), ("aws_security_group_rule", rule))
    }
    found = planned(tmp_path, zgroup=state([made["aws_security_group"]]), rule=state([made["aws_security_group_rule"]]))
    assert by_cell(found)["b"] == ["rule*", "zgroup*"]


def test_of_copies_the_newest_counts(tmp_path: Path) -> None:
    held = [queue(A, "eu-west-1", "q")]
    found = planned(tmp_path, new=state(held, "l", 7), old=state(held, "l", 3))
    assert by_cell(found)["a"] == ["new*"]
    assert ["older copy" in w for h in found.states for w in h.warnings] == [True]


def test_a_state_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    found = planned(tmp_path, one=state([queue(A, "eu-west-1", "q")]), bad="{")
    assert by_cell(found)["a"] == ["one*"]
    assert [Path(lost.source).name for lost in found.lost] == ["bad.tfstate"]
    assert found.lost[0].error.message.startswith(f"{found.lost[0].source}: ")


def test_no_state_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StateError):
        planned(tmp_path, bad="{")


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="standard input"):
        plan(FLEET, Sources(places=("-",)), installed())


def test_accounts_that_were_left_out_are_known(tmp_path: Path) -> None:
    fleet = Fleet(FLEET.accounts[:1], {B: NOT_SELECTED})
    found = planned(tmp_path, fleet, two=state([queue(B, "eu-west-1", "q")]))
    assert by_cell(found) == {"a": [], "": ["two*"]}

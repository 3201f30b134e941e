"""What an author wrote, made comparable with what a state records: never a claim that was not made."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.desired.hcl.configured import Configured, Place, Provider
from drift.desired.hcl.values import UNKNOWN
from drift.desired.wanted import Unsaid, exempt, wanted
from drift.model.address import Address
from drift.provider.installed import installed

FACTS: dict[str, Any] = {
    "name": "r",
    "size": "o number",
    "labels": "o map",
    "one": ["b list 1", {"mode": "o", "limit": "o number", "inner": ["b list 1", {"a": "o", "b": "o"}]}],
    "many": ["b list", {"port": "r number", "proto": "o"}],
    "each": ["b set", {"port": "r number", "proto": "o", "peers": "o set"}],
    "tests": ["b set", {"host": ["b list 1", {"of": "r set"}], "path": ["b list 1", {"of": "r set"}]}],
}
TAGGED = {**FACTS, "tags": "o map", "tags_all": "oc map"}


def said(values: dict[str, Any], **more: Any) -> Configured:
    return Configured(address=Address.parse("aws_x.a"), place=Place("main.tf", 1), values=values, **more)


def inner(**fields: Any) -> dict[str, Any]:
    return {"one": [fields]}


@pytest.mark.parametrize(
    ("values", "recorded", "expected"),
    [
        ({"name": "a", "size": UNKNOWN}, {"name": "a", "size": 3}, {"name": "a"}),
        ({"labels": {"a": "1", "b": UNKNOWN}}, {"labels": {"b": "2", "c": "3"}}, {"labels": {"a": "1", "b": "2"}}),
        ({"labels": {"b": UNKNOWN}}, {"labels": {}}, {}),
        # what the provider fills in stands as it was recorded
        (inner(mode="x"), inner(mode="y", limit=9), inner(mode="x", limit=9)),
        (inner(mode="x", limit=None), inner(limit=9), inner(mode="x", limit=9)),
        (inner(mode="x", limit=UNKNOWN), inner(limit=9), inner(mode="x", limit=9)),
        (inner(mode=UNKNOWN), {"one": []}, {}),
        ({"one": UNKNOWN}, inner(mode="x"), {}),
        (inner(inner=[{"a": "1"}]), inner(mode="m", inner=[{"b": "2"}]), inner(mode="m", inner=[{"a": "1", "b": "2"}])),
        # blocks in order answer to each other by their place, where there are as many
        ({"many": [{"port": 1}, {"port": 2}]}, {"many": [{"port": 7, "proto": "t"}, {"port": 8, "proto": "u"}]},
         {"many": [{"port": 1, "proto": "t"}, {"port": 2, "proto": "u"}]}),
        ({"many": [{"port": 1}]}, {"many": []}, {"many": [{"port": 1}]}),
        # those of a set by what is written of them
        ({"each": [{"port": 2}]}, {"each": [{"port": 1, "proto": "t"}, {"port": 2, "proto": "u"}]},
         {"each": [{"port": 2, "proto": "u"}]}),
        ({"each": [{"port": 2, "peers": ["b", "a"]}]}, {"each": [{"port": 2, "peers": ["a", "b"], "proto": "u"},
                                                                {"port": 2, "peers": ["c"], "proto": "v"}]},
         {"each": [{"port": 2, "peers": ["b", "a"], "proto": "u"}]}),
        # where blocks hold blocks, by which those are
        ({"tests": [{"host": [{"of": ["a"]}]}, {"path": [{"of": ["/a"]}]}]}, {"tests": [{"host": [], "path": [{"of": ["/b"]}]}]},
         {"tests": [{"host": [{"of": ["a"]}]}, {"host": [], "path": [{"of": ["/a"]}]}]}),
        ({"each": [{"port": UNKNOWN}]}, {"each": [{"port": 1}, {"port": 2}]}, {}),
    ],
)  # fmt: skip
def test_what_is_left_out_is_as_recorded(
    values: dict[str, Any], recorded: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert wanted(said(values), recorded, FACTS) == expected


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ([{"enabled": True, "bucket": "logs"}], [{"enabled": False, "bucket": "logs"}]),
        ([{"enabled": False, "bucket": "logs"}], [{"enabled": False, "bucket": "logs"}]),
        ([], []),
    ],
)
def test_a_block_that_nobody_writes_and_an_apply_sets_back(recorded: Any, expected: Any) -> None:
    """The plans of the provider turn off the access log of a load balancer, and keep its bucket."""
    balancer: dict[str, Any] = {"access_logs": ["b list 1", {"enabled": "o bool", "bucket": "r"}]}
    unsaid = Unsaid(lambda path: installed().left_out("aws_lb", path))

    assert unsaid.of(said({}), {"access_logs": recorded}, None, balancer) == {"access_logs": expected}


VOLUME: dict[str, Any] = {"root": ["b list 1", {"size": "oc number", "tags": "o map", "tags_all": "oc map"}]}


@pytest.mark.parametrize(
    ("common", "expected"),
    [
        ({}, {"root": [{"size": 8, "tags": {"a": "1"}, "tags_all": {"a": "1"}}]}),
        ({"team": "x"}, {"root": [{"size": 8, "tags": {"a": "1"}, "tags_all": {"a": "1", "team": "x"}}]}),
        (None, {}),
    ],
)
def test_tags_of_a_block_are_those_that_are_written_there(common: Any, expected: Any) -> None:
    recorded = {"root": [{"size": 8, "tags": {"a": "2"}, "tags_all": {"a": "2"}}]}
    author = said({"root": [{"tags": {"a": "1"}}]}, provider=Provider(default_tags=common))

    assert wanted(author, recorded, VOLUME) == expected


@pytest.mark.parametrize(
    ("values", "common", "expected"),
    [
        ({"tags": {"A": "1"}}, {"B": "2"}, {"A": "1", "B": "2"}),
        ({"tags": {"A": "1"}}, {"A": "0"}, {"A": "1"}),
        ({}, {"B": "2"}, {"B": "2"}),
        ({}, {}, {}),
        ({"tags": {"A": "1"}}, None, None),
        ({"tags": UNKNOWN}, {}, None),
    ],
)
def test_tags_and_the_providers_default_tags(values: Any, common: Any, expected: Any) -> None:
    found = wanted(said(values, provider=Provider(default_tags=common)), {}, TAGGED)

    assert found.get("tags_all") == expected
    assert ("tags" in found) is (expected is not None)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text("ab", max_size=2))
FIELDS = st.fixed_dictionaries(
    {"port": st.integers(0, 3), "proto": SCALARS, "peers": st.lists(st.text("ab", max_size=1))}
)
RECORDED = st.fixed_dictionaries({
    "name": st.text("ab", max_size=2),
    "size": st.integers(0, 9),
    "labels": st.dictionaries(st.sampled_from("xyz"), st.text("ab", max_size=1)),
    "one": st.lists(st.fixed_dictionaries({"mode": SCALARS, "limit": SCALARS, "inner": st.just([])}), max_size=1),
    "many": st.lists(st.fixed_dictionaries({"port": st.integers(0, 3), "proto": SCALARS}), max_size=3),
    "each": st.lists(FIELDS, max_size=3, unique_by=lambda b: str(b["port"])),
})  # fmt: skip


def forgetful(value: Any, drop: Any) -> Any:
    """The value with parts of it not known, as `drop` decides."""
    if drop():
        return UNKNOWN
    if isinstance(value, dict):
        return {k: forgetful(v, drop) for k, v in value.items()}
    if isinstance(value, list):
        return [forgetful(v, drop) for v in value]
    return value


@settings(deadline=None)
@given(RECORDED, st.data())
def test_what_is_written_as_recorded_claims_nothing_else(recorded: dict[str, Any], data: st.DataObject) -> None:
    values = {
        name: forgetful(value, lambda: data.draw(st.integers(0, 5)) == 0)
        for name, value in recorded.items()
        if data.draw(st.booleans())
    }
    found = wanted(said(values), recorded, FACTS)

    assert found == {name: recorded[name] for name in found}


def test_paths_are_exempt_as_terraform_writes_them() -> None:
    one = said(
        {},
        ignore_changes=(("tags", "Owner"), ("root_block_device", 0, "volume_size"), ("tags_all",)),
        provider=Provider(ignored_tags=frozenset({"Scan"}), ignored_tag_prefixes=("k8s/",)),
    )

    assert [e.path for e in exempt(one)] == [
        "tags.Owner", "root_block_device.volume_size", "tags", "tags.Scan", "tags.k8s/*",
    ]  # fmt: skip
    assert [e.path for e in exempt(said({}, ignores_all=True))] == ["*"]
